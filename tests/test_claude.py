"""What the cases of Claude cannot show: signing in, rotation, what is remembered between fetches, who it is."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
import hashlib
import json
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from yarl import URL

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.quota import Account, InMemory, claude_login, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.credentials import Settings
from custom_components.ai_quota.quota.http import USER_AGENT
from custom_components.ai_quota.quota.model import (
    AuthFailed,
    InvalidResponse,
    QuotaError,
    RateLimited,
    Snapshot,
    Unavailable,
)
from custom_components.ai_quota.quota.oauth import ForeignCode, PastePrompt
from custom_components.ai_quota.quota.provider import Workspace
from tests.conftest import Kept, Machine
from tests.upstream import Request, Upstream

USAGE = "https://api.anthropic.com/api/oauth/usage"
PROFILE = "https://api.anthropic.com/api/oauth/profile"
TOKEN = "https://platform.claude.com/v1/oauth/token"
OTHER_TOKEN = "https://api.anthropic.com/v1/oauth/token"
SITE = "https://claude.ai/api"
CALLBACK = "https://platform.claude.com/oauth/code/callback"

NOW = datetime(2027, 3, 9, 10, 20, tzinfo=UTC)
ACCESS, REFRESH, SESSION = "sk-ant-oat01-made-up-", "sk-ant-ort01-made-up-", "sk-ant-sid01-made-up-"
LIMITS = {"five_hour": {"utilization": 12, "resets_at": None}}
WHO = {"account": {"uuid": "person-1", "email": "mary@example.net"}, "organization": {"uuid": "org-1"}}
GRANTED = {"access_token": f"{ACCESS}2", "refresh_token": f"{REFRESH}2", "expires_in": 28800}

SIGN_IN = claude_login.ClaudeSignIn()


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("claude"), InMemory(data), session)


def signed_in(session: aiohttp.ClientSession, ends: datetime) -> Account:
    return account(
        session,
        access_token=f"{ACCESS}1",
        refresh_token=f"{REFRESH}1",
        expires_at=ends.timestamp(),
        scope="user:profile",
    )


def token(name: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {ACCESS}{name}"}}


# Signing in


def pasted(prompt: PastePrompt, form: str) -> str:
    return form.format(state=prompt.state, callback=CALLBACK)


def test_the_page_to_sign_in_on(session: aiohttp.ClientSession) -> None:
    prompt = SIGN_IN.start(Call(account(session)))

    address = URL(prompt.url)
    query = dict(address.query)
    digest = hashlib.sha256(prompt.verifier.encode()).digest()
    assert str(address.with_query(None)) == "https://claude.ai/oauth/authorize"
    assert query.pop("code_challenge") == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert query == {
        "code": "true",
        "client_id": "9d1c250a-e61b-44d9-88ed-5944d1962f5e",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "user:profile user:inference",
        "code_challenge_method": "S256",
        "state": prompt.state,
    }
    assert "scope=user%3Aprofile%20user%3Ainference&" in prompt.url
    assert len({prompt.state, prompt.verifier, SIGN_IN.start(Call(account(session))).state}) == 3


@pytest.mark.parametrize(
    "form", ["made-up-code#{state}", " made-up-code ", "{callback}?code=made-up-code&state={state}"]
)
async def test_a_code_is_exchanged(
    session: aiohttp.ClientSession, upstream: Upstream, clock: FrozenDateTimeFactory, form: str
) -> None:
    call = Call(account(session))
    prompt = SIGN_IN.start(call)
    upstream.answer("POST", TOKEN, json={**GRANTED, "scope": "user:profile", **WHO})

    found = await SIGN_IN.finish(call, prompt, pasted(prompt, form))

    assert found == {
        "access_token": f"{ACCESS}2",
        "refresh_token": f"{REFRESH}2",
        "expires_at": NOW.timestamp() + 28800,
        "scope": "user:profile",
        "account_id": "org-1",
    }
    (request,) = upstream.requests
    assert request.json == {
        "grant_type": "authorization_code",
        "code": "made-up-code",
        "state": prompt.state,
        "client_id": "9d1c250a-e61b-44d9-88ed-5944d1962f5e",
        "redirect_uri": CALLBACK,
        "code_verifier": prompt.verifier,
    }
    assert request.headers["User-Agent"] == USER_AGENT
    assert request.headers["Accept"] == "application/json"
    assert call.redact(f"{ACCESS}2 {REFRESH}2 made-up-code") == "… … …"


async def test_a_code_of_another_sign_in_is_not_sent(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    call = Call(account(session))
    with pytest.raises(ForeignCode):
        await SIGN_IN.finish(call, SIGN_IN.start(call), "made-up-code#of-another")
    assert not upstream.requests


async def test_a_code_is_sent_once_more_as_a_form(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    call = Call(account(session))
    upstream.answer("POST", TOKEN, status=400, json={"error": "invalid_grant"})
    upstream.answer("POST", TOKEN, json={"access_token": f"{ACCESS}2"})

    found = await SIGN_IN.finish(call, SIGN_IN.start(call), "made-up-code")

    first, second = upstream.requests
    assert second.form == first.json
    assert found["scope"] == "user:profile user:inference"
    assert found["expires_at"] == call.now.timestamp() + 3600
    assert found.keys() == {"access_token", "expires_at", "scope"}


@pytest.mark.parametrize("wall", [{"status": 403, "json": {}}, {"status": 404}, {"text": "<html>Just a moment</html>"}])
async def test_a_code_goes_to_the_other_host_past_a_wall(
    session: aiohttp.ClientSession, upstream: Upstream, wall: dict[str, Any]
) -> None:
    call = Call(account(session))
    upstream.answer("POST", TOKEN, **wall)
    upstream.answer("POST", OTHER_TOKEN, json=GRANTED)

    assert (await SIGN_IN.finish(call, SIGN_IN.start(call), "made-up-code"))["access_token"] == f"{ACCESS}2"
    assert upstream.to(TOKEN)[0].json == upstream.to(OTHER_TOKEN)[0].json


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ({"status": 400, "json": {}}, AuthFailed),
        ({"status": 401, "json": {}}, AuthFailed),
        ({"status": 403, "json": {}}, Unavailable),
        ({"status": 429, "json": {}}, RateLimited),
        ({"status": 500, "json": {}}, Unavailable),
        ({"status": 302, "headers": {"Location": OTHER_TOKEN}}, Unavailable),
        ({"text": "<html>Just a moment</html>"}, Unavailable),
        ({"json": {"token_type": "bearer"}}, InvalidResponse),
        ({"text": "no json"}, InvalidResponse),
    ],
)
async def test_a_code_that_is_not_exchanged(
    session: aiohttp.ClientSession, upstream: Upstream, answer: dict[str, Any], raised: type[QuotaError]
) -> None:
    call = Call(account(session))
    upstream.answer("POST", TOKEN, **answer)
    upstream.answer("POST", OTHER_TOKEN, **answer)
    with pytest.raises(raised):
        await SIGN_IN.finish(call, SIGN_IN.start(call), "made-up-code")


async def test_signing_in_adds_the_account(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", TOKEN, json={**GRANTED, "account": {"uuid": "person-1"}})
    upstream.answer("GET", USAGE, when=token("2"), json=LIMITS)
    flow = hass.config_entries.flow

    begun = await flow.async_init(DOMAIN, context={"source": SOURCE_USER}, data={"provider": "claude"})
    page = await flow.async_configure(begun["flow_id"], {"next_step_id": "sign_in_browser"})
    assert (page["type"], page["step_id"]) == (FlowResultType.FORM, "paste")
    state = URL(page["description_placeholders"]["link"]).query["state"]
    added = await flow.async_configure(begun["flow_id"], {"code": f"made-up-code#{state}"})

    assert added["type"] is FlowResultType.CREATE_ENTRY
    entry = added["result"]
    assert entry.data["refresh_token"] == f"{REFRESH}2"
    assert entry.data["scope"] == "user:profile user:inference"
    # The profile could not be read: the sign-in itself tells the account.
    assert entry.unique_id == "claude:person-1"
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)


# Rotation


async def test_two_fetches_that_meet_renew_once(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    one = signed_in(session, datetime.now(UTC) - timedelta(minutes=1))
    other = Account(one.provider, one.keeper, session)
    seen: list[Any] = []

    def limits(request: Request) -> dict[str, Any]:
        seen.append(dict(one.keeper.data))
        return {"json": LIMITS}

    upstream.answer("POST", TOKEN, when={"json": {"refresh_token": f"{REFRESH}1"}}, json=GRANTED)
    upstream.answer("GET", USAGE, limits, when=token("2"))

    found = await asyncio.gather(fetch(one), fetch(other))

    assert [snapshot.windows[0].used_percent for snapshot in found] == [12, 12]
    assert len(upstream.to(TOKEN)) == 1
    # The old refresh token is dead by now: the new tokens were kept before anything else was asked.
    assert [data["refresh_token"] for data in seen] == [f"{REFRESH}2"] * 2
    assert all(data["expires_at"] > datetime.now(UTC).timestamp() + 28000 for data in seen)


async def test_two_fetches_whose_token_is_refused_renew_once(
    session: aiohttp.ClientSession, upstream: Upstream
) -> None:
    one = signed_in(session, datetime.now(UTC) + timedelta(hours=1))
    other = Account(one.provider, one.keeper, session)
    upstream.answer("GET", USAGE, when=token("1"), status=401, json={})
    upstream.answer("POST", TOKEN, json={**GRANTED, "refresh_token": None})
    upstream.answer("GET", USAGE, when=token("2"), json=LIMITS)

    await asyncio.gather(fetch(one), fetch(other))

    assert one.keeper.data["access_token"] == f"{ACCESS}2"
    assert one.keeper.data["refresh_token"] == f"{REFRESH}1"


# What is remembered between fetches


async def test_the_profile_is_asked_at_most_once_an_hour(
    session: aiohttp.ClientSession, upstream: Upstream, clock: FrozenDateTimeFactory
) -> None:
    mine = account(session, access_token=f"{ACCESS}1")
    upstream.answer("GET", USAGE, json=LIMITS)
    upstream.answer("GET", PROFILE, json=WHO)
    upstream.answer("GET", PROFILE, status=500, json={})

    found = [await fetch(mine)]
    clock.tick(timedelta(minutes=59))
    found.append(await fetch(mine))
    assert len(upstream.to(PROFILE)) == 1
    clock.tick(timedelta(minutes=1))
    found.append(await fetch(mine))

    assert len(upstream.to(PROFILE)) == 2
    assert [snapshot.account for snapshot in found] == ["mary@example.net"] * 3
    assert {snapshot.identity for snapshot in found} == {"org-1"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, 300), ({"Retry-After": "120"}, 120), ({"Retry-After": "Tue, 09 Mar 2027 10:21:00 GMT"}, 60)],
)
async def test_a_pause_that_was_asked_for_is_kept(
    session: aiohttp.ClientSession,
    upstream: Upstream,
    clock: FrozenDateTimeFactory,
    headers: dict[str, str],
    seconds: float,
) -> None:
    mine = account(session, access_token=f"{ACCESS}1")
    upstream.answer("GET", USAGE, status=429, headers=headers, json={})
    upstream.answer("GET", USAGE, json=LIMITS)

    with pytest.raises(RateLimited) as first:
        await fetch(mine)
    clock.tick(timedelta(seconds=seconds - 1))
    with pytest.raises(RateLimited) as second:
        await fetch(mine)
    clock.tick(timedelta(seconds=1))

    assert (first.value.retry_after, second.value.retry_after) == (seconds, 1)
    assert len(upstream.to(USAGE)) == 1
    assert (await fetch(mine)).window("session")


def count_starts(machine: Machine, usage: str) -> Any:
    """Install a tool that prints this for /usage, and return what counts how often it was asked."""
    machine.write("usage.txt", usage)
    tool = machine.write(
        "../programs/claude",
        "#!/bin/sh\n"
        'case "$1" in\n'
        '  auth) echo \'{"orgId": "org-of-the-tool"}\';;\n'
        '  /usage) echo asked >>"$HOME/asked"; while read -r line; do echo "$line"; done <"$HOME/usage.txt";;\n'
        "esac\n",
    )
    tool.chmod(0o755)
    return lambda: len((machine.home / "asked").read_text().splitlines())


async def test_the_tool_is_not_started_again_for_a_while(
    session: aiohttp.ClientSession, machine: Machine, clock: FrozenDateTimeFactory
) -> None:
    starts = count_starts(machine, "Current session\n12% used\nResets 10:50am (UTC)\n")
    mine = account(session, source="cli")

    first = await fetch(mine)
    clock.tick(timedelta(minutes=14))
    assert (await fetch(mine)).windows == first.windows
    assert starts() == 1
    clock.tick(timedelta(minutes=1))
    await fetch(mine)
    assert starts() == 2
    assert first.identity == "org-of-the-tool"


async def test_the_tool_is_started_again_after_a_reset(
    session: aiohttp.ClientSession, machine: Machine, clock: FrozenDateTimeFactory
) -> None:
    starts = count_starts(machine, "Current session\n12% used\nResets 10:25am (UTC)\n")
    mine = account(session, source="cli")

    await fetch(mine)
    clock.tick(timedelta(minutes=5))
    await fetch(mine)

    assert starts() == 2


async def test_the_tool_has_a_rest_after_a_rate_limit(
    session: aiohttp.ClientSession, machine: Machine, clock: FrozenDateTimeFactory
) -> None:
    starts = count_starts(machine, "Failed to load usage data: rate_limit_error\n")
    mine = account(session, source="cli")

    for minutes, asked in ((0, 1), (4, 1), (1, 2)):
        clock.tick(timedelta(minutes=minutes))
        with pytest.raises(RateLimited):
            await fetch(mine)
        assert starts() == asked


# claude.ai


def cookie(name: str) -> dict[str, Any]:
    return {"headers": {"Cookie": f"sessionKey={SESSION}{name}"}}


def new_session(name: str) -> dict[str, str]:
    return {"Set-Cookie": f"sessionKey={SESSION}{name}; Domain=.claude.ai; Path=/; Secure; HttpOnly; SameSite=Lax"}


def play_site(upstream: Upstream, *organizations: dict[str, Any]) -> None:
    """Let claude.ai give out a new session with its first answer."""
    upstream.answer(
        "GET", f"{SITE}/organizations", when=cookie("1"), headers=new_session("2"), json=list(organizations)
    )
    upstream.answer("GET", f"{SITE}/organizations/org-1/usage", when=cookie("2"), json=LIMITS)


CHAT = {"uuid": "org-1", "name": "Hall", "capabilities": ["chat"]}


async def test_credits_are_not_waited_for_long(
    session: aiohttp.ClientSession, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    patient = aiohttp.ClientTimeout
    monkeypatch.setattr(aiohttp, "ClientTimeout", lambda **limits: waits.append(limits["total"]) or patient(**limits))
    play_site(upstream, CHAT)

    await fetch(account(session, cookie=f"{SESSION}1"))

    paths = [request.url.name for request in upstream.requests]
    assert dict(zip(paths, waits, strict=True)) == {
        "organizations": 15,
        "usage": 15,
        "overage_spend_limit": 15,
        "credits": 2,
        "account": 15,
    }


@pytest.mark.parametrize("field", ["cookie", "api_key"])
async def test_a_new_session_takes_the_place_of_the_pasted_one(
    session: aiohttp.ClientSession, upstream: Upstream, field: str
) -> None:
    mine = account(session, **{field: f"{SESSION}1"})
    play_site(upstream, CHAT)
    upstream.answer("GET", f"{SITE}/organizations", when=cookie("2"), json=[CHAT])

    for _ in range(2):
        snapshot = await fetch(mine)
        assert (snapshot.source, snapshot.identity) == ("web", "org-1")

    assert mine.keeper.data["cookie"] == f"{SESSION}2"


async def test_only_the_session_is_sent_and_a_browsers_is_not_kept(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine
) -> None:
    machine.firefox(
        [Kept(".claude.ai", "sessionKey", "of-another-kind")],
        [Kept(".claude.ai", "sessionKey", f"{SESSION}1"), Kept(".claude.ai", "x", "y")],
    )
    mine = account(session, source="web")
    play_site(upstream, CHAT)

    await fetch(mine)

    assert upstream.requests[0].cookies == {"sessionKey": f"{SESSION}1"}
    assert "cookie" not in mine.keeper.data


async def test_the_organizations_to_choose_from(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    mine = account(session, cookie=f"{SESSION}1")
    play_site(upstream, CHAT, {"uuid": "org-2", "capabilities": ["API"]}, {"uuid": "org-3", "capabilities": ["raven"]})

    found = await mine.provider.workspaces(Call(mine))

    assert found == [Workspace("org-1", "Hall"), Workspace("org-3", "org-3")]
    assert mine.keeper.data["cookie"] == f"{SESSION}2"


@pytest.mark.parametrize(
    "data", [{"access_token": f"{ACCESS}1"}, {"api_key": "sk-ant-admin01-made-up"}, {"source": "cli"}, {}]
)
async def test_without_a_session_there_is_nothing_to_choose(
    session: aiohttp.ClientSession, upstream: Upstream, data: dict[str, str]
) -> None:
    mine = account(session, **data)
    assert not await mine.provider.workspaces(Call(mine))
    assert not upstream.requests


# The Admin API


async def test_reports_that_do_not_end(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer(
        "GET",
        "https://api.anthropic.com/v1/organizations/cost_report",
        lambda request: {"json": {"data": [], "has_more": True, "next_page": f"{request.url.query.get('page', '')}+"}},
    )
    with pytest.raises(InvalidResponse, match="20 pages"):
        await fetch(account(session, api_key="sk-ant-admin01-made-up"))
    assert len(upstream.requests) == 20


# Who it is


def identity(data: dict[str, str], **known: str) -> str | None:
    snapshot = Snapshot(provider="claude", source="oauth", fetched_at=NOW, **known)
    provider = load("claude")
    return provider.identity(snapshot, Settings(provider.fields, data, {}))


def test_the_identity_is_the_organizations_else_that_of_the_key() -> None:
    assert identity({}, identity="ORG-1", account="mary@example.net") == "claude:org-1"
    by_key = identity({"api_key": "sk-ant-admin01-made-up"})
    assert by_key
    assert "made-up" not in by_key


async def test_an_account_file_that_is_being_written_tells_nothing(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine
) -> None:
    signed_in_there = {"accessToken": f"{ACCESS}1", "expiresAt": 1e14}
    machine.write(".claude/.credentials.json", json.dumps({"claudeAiOauth": signed_in_there}))
    machine.write(".claude.json", '{"oauthAccount": {')
    upstream.answer("GET", USAGE, json=LIMITS)

    snapshot = await fetch(account(session))

    assert (snapshot.account, snapshot.identity) == (None, None)


@pytest.mark.parametrize(
    ("profile", "found"),
    [
        ({"account": {"uuid": "person-1"}, "organization": {"uuid": "org-1"}}, "org-1"),
        ({"account": {"uuid": "person-1"}, "organization": None}, "person-1"),
        ({}, "org-noted"),
    ],
)
async def test_the_stable_id_of_claude_codes_token(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine, profile: dict[str, Any], found: str
) -> None:
    signed_in_there = {"accessToken": f"{ACCESS}1", "expiresAt": 1e14}
    machine.write(".claude/.credentials.json", json.dumps({"claudeAiOauth": signed_in_there}))
    noted = {"accountUuid": "person-noted", "organizationUuid": "org-noted"}
    machine.write(".claude.json", json.dumps({"oauthAccount": noted}))
    upstream.answer("GET", USAGE, json=LIMITS)
    upstream.answer("GET", PROFILE, json=profile)

    assert (await fetch(account(session))).identity == found


async def test_the_agent_names_the_version_that_is_installed(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.write(".local/share/claude/versions/2.1.197", "#!/bin/sh\n").chmod(0o755)
    (machine.home / ".local/bin").mkdir()
    (machine.home / ".local/bin/claude").symlink_to("../share/claude/versions/2.1.197")
    monkeypatch.setenv("CODEXBAR_CLAUDE_OAUTH_TOKEN", f"{ACCESS}1")
    upstream.answer("GET", USAGE, json=LIMITS)

    await fetch(account(session))

    assert {request.headers["User-Agent"] for request in upstream.requests} == {"claude-code/2.1.197"}


@pytest.mark.parametrize(
    ("data", "env", "page"),
    [
        ({}, {}, "https://claude.ai/settings/usage"),
        ({"cookie": f"{SESSION}1"}, {"ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-a"}, "https://claude.ai/settings/usage"),
        ({}, {"ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-a"}, "https://console.anthropic.com/settings/billing"),
        ({"cookie": "sk-ant-admin01-a"}, {}, "https://console.anthropic.com/settings/billing"),
    ],
)
def test_the_page_with_the_figures(data: dict[str, str], env: dict[str, str], page: str) -> None:
    provider = load("claude")
    assert provider.dashboard_for(Settings(provider.fields, data, env)) == page
