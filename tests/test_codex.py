"""What the cases of Codex cannot show: signing in, renewing, a tool that misbehaves, and the tool itself."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import freezegun
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.chatgpt_login import Browser, DeviceCode
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse, RateLimited, Unavailable, Unsupported
from custom_components.ai_quota.quota.oauth import ForeignCode
from custom_components.ai_quota.quota.provider import Workspace
from tests.conftest import Machine
from tests.upstream import Request, Upstream, jwt

USAGE = "https://chatgpt.com/backend-api/wham/usage"
ACCOUNTS = "https://chatgpt.com/backend-api/accounts"
ISSUER = "https://auth.openai.com"
DEVICE = f"{ISSUER}/api/accounts/deviceauth"
AUTH = "https://api.openai.com/auth"
CLIENT = "app_EMoamEEZ73f0CkXaXp7hrann"

# Read before a fixture hides the environment.
TOOLS, PATH = os.environ.get("AI_QUOTA_TOOLS"), os.environ["PATH"]


def token(**claims: Any) -> str:
    return jwt('{"alg":"none","typ":"JWT"}', json.dumps(claims))


def access_token(ends_in: timedelta, serial: int = 1) -> str:
    return token(exp=(datetime.now(UTC) + ends_in).timestamp(), serial=serial)


def window(used: float, minutes: int = 300) -> dict[str, Any]:
    return {"used_percent": used, "limit_window_seconds": minutes * 60}


def usage(plan: str = "plus") -> dict[str, Any]:
    return {"plan_type": plan, "rate_limit": {"primary_window": window(12), "secondary_window": window(34, 10080)}}


class Kept(InMemory):
    """Remembers every change with the requests that had been sent by then."""

    def __init__(self, data: Mapping[str, Any], upstream: Upstream) -> None:
        super().__init__(data)
        self._upstream = upstream
        self.saved: list[tuple[Mapping[str, Any], list[str]]] = []

    async def save(self, changes: Mapping[str, Any]) -> None:
        await super().save(changes)
        self.saved.append((changes, [str(each) for each in self._upstream.requests]))


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Callable[..., Account]:
    return lambda **data: Account(load("codex"), InMemory(data), session)


# Signing in with a code


@pytest.fixture
def call(account: Callable[..., Account]) -> Call:
    return Call(account())


CODE = {"authorization_code": "code-1", "code_challenge": "challenge-1", "code_verifier": "verifier-1"}


@pytest.mark.parametrize(
    ("spelled", "interval", "seconds"), [("user_code", "7", 7), ("usercode", None, 5), ("user_code", 2, 2)]
)
async def test_the_device_login_shows_a_code(
    upstream: Upstream, call: Call, spelled: str, interval: str | int | None, seconds: float
) -> None:
    answer = {"device_auth_id": "device-1", spelled: "ABCD-12345", "interval": interval}
    upstream.answer("POST", f"{DEVICE}/usercode", when={"json": {"client_id": CLIENT}}, json=answer)

    prompt = await DeviceCode().start(call)

    assert (prompt.url, prompt.user_code) == ("https://auth.openai.com/codex/device", "ABCD-12345")
    assert (prompt.interval, prompt.expires_in) == (seconds, 900)


async def test_a_device_login_that_is_not_enabled(upstream: Upstream, call: Call) -> None:
    upstream.answer("POST", f"{DEVICE}/usercode", status=404, json={})

    with pytest.raises(Unsupported, match="security settings"):
        await DeviceCode().start(call)


@pytest.mark.parametrize("answer", [{"user_code": "ABCD-12345"}, {"device_auth_id": "device-1"}])
async def test_a_device_login_without_a_code(upstream: Upstream, call: Call, answer: Mapping[str, str]) -> None:
    upstream.answer("POST", f"{DEVICE}/usercode", json=answer)

    with pytest.raises(InvalidResponse, match="user_code"):
        await DeviceCode().start(call)


async def test_the_device_login_waits_for_the_person_and_exchanges_the_code(upstream: Upstream, call: Call) -> None:
    upstream.answer("POST", f"{DEVICE}/usercode", json={"device_auth_id": "device-1", "user_code": "ABCD-12345"})
    asked = {"json": {"device_auth_id": "device-1", "user_code": "ABCD-12345"}}
    upstream.answer("POST", f"{DEVICE}/token", when=asked, status=403, json={})
    upstream.answer("POST", f"{DEVICE}/token", when=asked, status=404, json={})
    upstream.answer("POST", f"{DEVICE}/token", when=asked, json=CODE)
    form = {
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": f"{ISSUER}/deviceauth/callback",
        "client_id": CLIENT,
        "code_verifier": "verifier-1",
    }
    id_token = token(email="ada@example.org", **{AUTH: {"chatgpt_account_id": "acct-id"}})
    access = token(chatgpt_account_id="acct-access", exp=1)
    tokens = {"id_token": id_token, "access_token": access, "refresh_token": "refresh-1", "expires_in": 60}
    upstream.answer("POST", f"{ISSUER}/oauth/token", when={"form": form}, json=tokens)
    prompt = await DeviceCode().start(call)
    prompt.interval = 0

    found = await DeviceCode().wait(call, prompt)

    assert found == {
        "id_token": id_token,
        "access_token": access,
        "refresh_token": "refresh-1",
        "account_id": "acct-id",
        "expires_at": None,
    }
    assert len(upstream.to(f"{DEVICE}/token")) == 3


@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_any_other_status_ends_the_device_login(upstream: Upstream, call: Call, status: int) -> None:
    upstream.answer("POST", f"{DEVICE}/usercode", json={"device_auth_id": "device-1", "user_code": "ABCD-12345"})
    upstream.answer("POST", f"{DEVICE}/token", status=status, json={})
    prompt = await DeviceCode().start(call)
    prompt.interval = 0

    with pytest.raises(AuthFailed, match=str(status)):
        await DeviceCode().wait(call, prompt)
    assert len(upstream.to(f"{DEVICE}/token")) == 1


async def test_a_code_that_cannot_be_exchanged_is_not_asked_for_again(upstream: Upstream, call: Call) -> None:
    upstream.answer("POST", f"{DEVICE}/usercode", json={"device_auth_id": "device-1", "user_code": "ABCD-12345"})
    upstream.answer("POST", f"{DEVICE}/token", json=CODE)
    upstream.answer("POST", f"{ISSUER}/oauth/token", status=503, json={})
    prompt = await DeviceCode().start(call)
    prompt.interval = 0

    with pytest.raises(AuthFailed, match="503"):
        await DeviceCode().wait(call, prompt)
    assert len(upstream.to(f"{DEVICE}/token")) == 1


# Signing in in the browser


def test_the_page_to_sign_in_on(call: Call) -> None:
    prompt = Browser().start(call)

    url = urlsplit(prompt.url)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    challenge = query.pop("code_challenge")
    assert (url.scheme, url.netloc, url.path) == ("https", "auth.openai.com", "/oauth/authorize")
    assert query == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "http://localhost:1455/auth/callback",
        "scope": "openid profile email offline_access",
        "code_challenge_method": "S256",
        "id_token_add_organizations": "true",
        "codex_cli_simplified_flow": "true",
        "state": prompt.state,
        "originator": "codex_cli_rs",
    }
    assert (len(prompt.verifier), len(challenge), len(prompt.state)) == (86, 43, 43)
    assert "scope=openid%20profile%20email" in prompt.url


def test_the_page_to_sign_in_on_is_for_the_chosen_workspace(account: Callable[..., Account]) -> None:
    assert "allowed_workspace_id=ws%2F1" in Browser().start(Call(account(workspace_id="ws/1"))).url


async def test_the_pasted_address_is_exchanged(upstream: Upstream, call: Call) -> None:
    prompt = Browser().start(call)
    form = {
        "grant_type": "authorization_code",
        "code": "code-2",
        "redirect_uri": "http://localhost:1455/auth/callback",
        "client_id": CLIENT,
        "code_verifier": prompt.verifier,
    }
    tokens = {"access_token": "opaque-access", "refresh_token": "refresh-2", "expires_in": 600}
    upstream.answer("POST", f"{ISSUER}/oauth/token", when={"form": form}, json=tokens)
    pasted = f"http://localhost:1455/auth/callback?code=code-2&scope=openid&state={prompt.state}"

    found = await Browser().finish(call, prompt, pasted)

    assert (found["access_token"], found["refresh_token"], found["account_id"]) == ("opaque-access", "refresh-2", None)
    assert found["expires_at"] == pytest.approx(call.now.timestamp() + 600)


@pytest.mark.parametrize(
    ("query", "failure", "told"),
    [
        ("code=code-2&state=another", ForeignCode, "another sign-in"),
        ("error=access_denied&error_description=Not+today&state={state}", AuthFailed, "Not today"),
        ("state={state}", AuthFailed, "no code"),
    ],
)
async def test_a_pasted_address_of_no_use(
    upstream: Upstream, call: Call, query: str, failure: type[Exception], told: str
) -> None:
    prompt = Browser().start(call)

    with pytest.raises(failure, match=told):
        await Browser().finish(call, prompt, f"http://localhost:1455/auth/callback?{query.format(state=prompt.state)}")
    assert not upstream.requests


@pytest.mark.parametrize(
    ("status", "answer", "failure"),
    [
        (400, {"error": "invalid_grant"}, AuthFailed),
        (401, {}, AuthFailed),
        (429, {}, RateLimited),
        (500, {}, Unavailable),
        (200, {"id_token": "only"}, InvalidResponse),
    ],
)
async def test_an_exchange_that_fails_says_so_without_the_code(
    upstream: Upstream, call: Call, status: int, answer: Mapping[str, str], failure: type[Exception]
) -> None:
    upstream.answer("POST", f"{ISSUER}/oauth/token", status=status, json=answer)
    prompt = Browser().start(call)
    pasted = f"http://localhost:1455/auth/callback?code=code-secret&state={prompt.state}"

    with pytest.raises(failure) as caught:
        await Browser().finish(call, prompt, pasted)
    assert "code-secret" not in str(caught.value)


# Renewing


def issue(upstream: Upstream) -> Callable[[Request], Mapping[str, Any]]:
    """Return an issuer that gives the next tokens for the newest refresh token only."""
    issued = 1

    def respond(request: Request) -> Mapping[str, Any]:
        nonlocal issued
        if request.json["refresh_token"] != f"refresh-{issued}":
            return {"status": 400, "json": {"error": {"code": "refresh_token_reused"}}}
        issued += 1
        new = access_token(timedelta(days=1), issued)
        return {"status": 200, "json": {"access_token": new, "refresh_token": f"refresh-{issued}", "expires_in": 60}}

    upstream.answer("POST", f"{ISSUER}/oauth/token", respond)
    return respond


async def test_two_fetches_renew_once_and_keep_the_tokens_before_they_go_on(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    old = access_token(timedelta(seconds=30))
    keeper = Kept({"access_token": old, "refresh_token": "refresh-1", "expires_at": 5}, upstream)
    account = Account(load("codex"), keeper, session)
    issue(upstream)
    upstream.answer("GET", USAGE, json=usage())

    first, second = await asyncio.gather(fetch(account), fetch(account))

    assert first.windows == second.windows != ()
    assert len(upstream.to(f"{ISSUER}/oauth/token")) == 1
    assert keeper.data["refresh_token"] == "refresh-2"
    assert keeper.data["expires_at"] == pytest.approx(datetime.now(UTC).timestamp() + 60, abs=30)
    sent_before_saving = next(sent for changes, sent in keeper.saved if changes)
    assert sent_before_saving == [f"POST {ISSUER}/oauth/token"]
    bearers = {each.headers["Authorization"] for each in upstream.to(USAGE)}
    assert bearers == {f"Bearer {keeper.data['access_token']}"}
    assert f"Bearer {old}" not in bearers


async def test_two_rejected_fetches_renew_once(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    keeper = Kept({"access_token": "opaque-access", "refresh_token": "refresh-1"}, upstream)
    account = Account(load("codex"), keeper, session)
    issue(upstream)

    def respond(request: Request) -> Mapping[str, Any]:
        accepted = request.headers["Authorization"] != "Bearer opaque-access"
        return {"status": 200, "json": usage()} if accepted else {"status": 401, "json": {}}

    upstream.answer("GET", USAGE, respond)

    await asyncio.gather(fetch(account), fetch(account))

    assert len(upstream.to(f"{ISSUER}/oauth/token")) == 1
    assert keeper.data["refresh_token"] == "refresh-2"
    assert len(upstream.to(USAGE)) == 4


async def test_a_renewal_without_an_end_forgets_the_old_one(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    keeper = Kept({"access_token": "opaque-1", "refresh_token": "refresh-1", "expires_at": 5}, upstream)
    upstream.answer("POST", f"{ISSUER}/oauth/token", json={"access_token": "opaque-2"})
    upstream.answer("GET", USAGE, when={"headers": {"Authorization": "Bearer opaque-2"}}, json=usage())

    await fetch(Account(load("codex"), keeper, session))

    assert keeper.data == {"access_token": "opaque-2", "refresh_token": "refresh-1"}


async def test_a_refused_renewal_is_told_without_the_tokens(
    upstream: Upstream, account: Callable[..., Account], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    old = access_token(timedelta(seconds=-1))
    upstream.answer("POST", f"{ISSUER}/oauth/token", status=401, json={"error": {"message": f"bad {old} refresh-1"}})

    with pytest.raises(AuthFailed) as caught:
        await fetch(account(access_token=old, refresh_token="refresh-1"))

    assert len(upstream.requests) == 1
    for secret in (old, "refresh-1"):
        assert secret not in str(caught.value)
        assert secret not in caplog.text


# Workspaces


async def test_the_workspaces_of_a_sign_in(upstream: Upstream, account: Callable[..., Account]) -> None:
    items = [{"id": "acct-1", "name": None}, {"id": "ws-2", "name": " Hopper Ltd "}, {"name": "No id"}, "odd"]
    asked = {"headers": {"Authorization": "Bearer opaque-access"}}
    upstream.answer("GET", ACCOUNTS, when=asked, json={"items": items})

    found = await load("codex").workspaces(Call(account(access_token="opaque-access")))

    assert found == [Workspace("acct-1", "Personal"), Workspace("ws-2", "Hopper Ltd")]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"cookie": "_account=1"},
        {"personal_access_token": "at-1"},
        {"access_token": "opaque-access", "base_url": "https://codex.example.net"},
    ],
)
async def test_nothing_to_choose_from(
    upstream: Upstream, account: Callable[..., Account], data: Mapping[str, str]
) -> None:
    assert not await load("codex").workspaces(Call(account(**data)))
    assert not upstream.requests


async def test_the_name_of_the_workspace_is_asked_for_once_an_hour(
    upstream: Upstream, account: Callable[..., Account]
) -> None:
    watched = account(access_token="opaque-access", account_id="ws-2")
    upstream.answer("GET", USAGE, json=usage("team"))
    upstream.answer("GET", ACCOUNTS, status=500, json={})
    upstream.answer("GET", ACCOUNTS, json={"items": [{"id": "ws-2", "name": "Hopper Ltd"}]})
    names = []
    with freezegun.freeze_time("2027-03-10T09:00:00+00:00", real_asyncio=True) as clock:
        for pause in (0, 59, 1, 59):
            clock.tick(timedelta(minutes=pause))
            names.append((await fetch(watched)).organization)

    assert names == [None, None, "Hopper Ltd", "Hopper Ltd"]
    assert len(upstream.to(ACCOUNTS)) == 2


@pytest.mark.parametrize(
    ("data", "answer", "identity"),
    [
        ({"account_id": "acct-1"}, {}, "codex:acct-1"),
        ({"account_id": "acct-1", "workspace_id": "WS-2"}, {}, "codex:ws-2"),
        ({}, {"account_id": "acct-3", "email": "ada@example.org"}, "codex:acct-3"),
        ({}, {"email": "ada@example.org"}, "codex:ada@example.org"),
    ],
)
async def test_accounts_are_told_apart_by_their_id(
    upstream: Upstream,
    account: Callable[..., Account],
    data: Mapping[str, str],
    answer: Mapping[str, str],
    identity: str,
) -> None:
    upstream.answer("GET", USAGE, json=usage() | answer)
    watched = account(access_token="opaque-access", **data)

    assert load("codex").identity(await fetch(watched), watched.settings()) == identity


# Files of this machine


def auth_json(access: str = "tool-access", **more: Any) -> str:
    tokens = {"access_token": access, "refresh_token": "tool-refresh", "account_id": "acct-tool"}
    return json.dumps({"tokens": tokens, "last_refresh": datetime.now(UTC).isoformat(), **more})


async def test_opencode_keeps_its_data_where_the_environment_says(
    upstream: Upstream, machine: Machine, monkeypatch: pytest.MonkeyPatch, account: Callable[..., Account]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(machine.home / "data"))
    login = {"type": "oauth", "access": "opencode-access"}
    machine.write("data/opencode/auth.json", json.dumps({"openai": login}))
    upstream.answer("GET", USAGE, when={"headers": {"Authorization": "Bearer opencode-access"}}, json=usage())

    assert (await fetch(account(allow_external_sources=True))).source == "oauth"


@pytest.mark.parametrize("kind", ["folder", "nested"])
async def test_a_file_that_cannot_be_read_holds_no_sign_in(
    machine: Machine, account: Callable[..., Account], kind: str
) -> None:
    if kind == "folder":
        (machine.home / ".codex" / "auth.json").mkdir(parents=True)
    else:
        machine.write(".codex/auth.json", "[" * 100_000)

    with pytest.raises(AuthFailed, match="codex login"):
        await fetch(account())


async def test_the_file_is_read_once_a_fetch(
    upstream: Upstream, machine: Machine, account: Callable[..., Account]
) -> None:
    file = machine.write(".codex/auth.json", auth_json(personal_access_token="at-tool"))

    def respond(request: Request) -> Mapping[str, Any]:
        file.write_text(auth_json("somebody-elses"))
        return {"status": 401, "json": {}}

    upstream.answer("GET", f"{ISSUER}/api/accounts/v1/user-auth-credential/whoami", respond)
    upstream.answer("GET", USAGE, when={"headers": {"Authorization": "Bearer tool-access"}}, json=usage())

    assert (await fetch(account())).source == "oauth"


async def test_the_file_is_not_written(upstream: Upstream, machine: Machine, account: Callable[..., Account]) -> None:
    file = machine.write(".codex/auth.json", auth_json(access_token(timedelta(seconds=-1))))
    before = file.read_bytes()
    upstream.answer("GET", USAGE, status=401, json={})

    with pytest.raises(AuthFailed, match="run `codex` once"):
        await fetch(account())

    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["auth.json"]
    assert len(upstream.requests) == 1


# The app server


LIMITS = {"rateLimits": {"primary": {"usedPercent": 5, "windowDurationMins": 300}, "planType": "plus"}}

TOOL = """#!{python} -IS
import json, os, pathlib, sys, time

folder = pathlib.Path({folder!r})
(folder / "pid").write_text(str(os.getpid()))
(folder / "started").write_text(json.dumps([sys.argv[1:], dict(os.environ)]))
heard = (folder / "heard").open("w", buffering=1)


def say(line):
    print(line if isinstance(line, str) else json.dumps(line), flush=True)


for line in sys.stdin:
    heard.write(line)
    call = json.loads(line)
    id, method = call.get("id"), call["method"]
{behaviour}
"""


@pytest.fixture
def tool(machine: Machine) -> Callable[[str], Path]:
    """Install a codex that does, for every message, what the lines say; return the folder of its notes."""
    notes = machine.home.parent / "notes"
    notes.mkdir()

    def install(behaviour: str) -> Path:
        program = machine.programs / "codex"
        lines = "\n".join(f"    {line}" for line in behaviour.strip("\n").splitlines())
        program.write_text(TOOL.format(python=sys.executable, folder=str(notes), behaviour=lines))
        program.chmod(0o755)
        return notes

    return install


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


ANSWERS = f"""
if method == "account/rateLimits/read":
    say({{"id": id, "result": {LIMITS!r}}})
elif method == "account/read":
    say({{"id": id, "result": {{"account": {{"type": "chatgpt", "email": "ada@example.org"}}}}}})
elif id is not None:
    say({{"id": id, "result": {{}}}})
"""


async def test_what_the_app_server_is_told(
    tool: Callable[[str], Path],
    account: Callable[..., Account],
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "not-the-tools-business")
    monkeypatch.setenv("CODEX_HOME", "~/shared-home")
    notes = tool(ANSWERS)

    snapshot = await fetch(account(source="cli"))

    assert (snapshot.account, snapshot.plan) == ("ada@example.org", "Plus")
    arguments, environment = json.loads((notes / "started").read_text())
    assert arguments == ["-s", "read-only", "-a", "never", "app-server"]
    assert environment["CODEX_HOME"] == str(machine.home / "shared-home")
    assert "SUPERVISOR_TOKEN" not in environment
    heard = [json.loads(line) for line in (notes / "heard").read_text().splitlines()]
    assert [(each.get("id"), each["method"]) for each in heard] == [
        (1, "initialize"),
        (None, "initialized"),
        (2, "account/rateLimits/read"),
        (3, "account/read"),
    ]
    assert heard[0]["params"]["clientInfo"].keys() == {"name", "title", "version"}
    assert not is_running(int((notes / "pid").read_text()))


async def test_noise_between_the_answers_is_skipped(
    tool: Callable[[str], Path], account: Callable[..., Account]
) -> None:
    noise = """
say("Loading… {")
say("[1, 2]")
say({"method": "remoteControl/status/changed", "params": {}})
say({"id": 99, "result": {"rateLimits": {"primary": {"usedPercent": 99}}}})
say({"id": id, "method": "item/approval/request", "params": {}})
sys.stderr.write("x" * 300_000)
"""
    tool(noise + ANSWERS)

    assert (await fetch(account(source="cli"))).window("session").used_percent == 5


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("sys.exit(3)", "ended"),
        ("if method == 'account/rateLimits/read': sys.exit(3)\nsay({'id': id, 'result': {}})", "ended"),
        ("if method != 'initialize': time.sleep(60)\nsay({'id': id, 'result': {}})", "did not answer"),
        ("say('x' * 2_000_000)", "too long"),
    ],
)
async def test_a_tool_that_misbehaves(
    tool: Callable[[str], Path],
    account: Callable[..., Account],
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
    told: str,
) -> None:
    hasten(monkeypatch)
    notes = tool(behaviour)

    with pytest.raises((Unavailable, InvalidResponse), match=told):
        await fetch(account(source="cli"))

    assert not is_running(int((notes / "pid").read_text()))


async def test_a_tool_that_does_not_start(machine: Machine, account: Callable[..., Account]) -> None:
    program = machine.programs / "codex"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)

    with pytest.raises(Unavailable, match="cannot be started"):
        await fetch(account(source="cli"))


@pytest.mark.parametrize("last", ["sys.exit(3)", "time.sleep(60)"])
async def test_the_limits_count_also_when_the_account_is_not_told(
    tool: Callable[[str], Path], account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    hasten(monkeypatch)
    notes = tool(f"if method == 'account/read': {last}\n" + ANSWERS.strip())

    snapshot = await fetch(account(source="cli"))

    assert (snapshot.account, snapshot.plan) == (None, "Plus")
    assert not is_running(int((notes / "pid").read_text()))


async def test_a_tool_that_ignores_the_polite_signal_is_ended_by_force(
    tool: Callable[[str], Path], account: Callable[..., Account]
) -> None:
    notes = tool("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + ANSWERS.strip())
    program = notes.parent / "programs" / "codex"
    program.write_text(program.read_text() + "\ntime.sleep(60)\n")

    assert (await fetch(account(source="cli"))).plan == "Plus"
    assert not is_running(int((notes / "pid").read_text()))


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time-outs of the tool pass faster; the one over all of them stays."""
    patient = asyncio.timeout
    monkeypatch.setattr(asyncio, "timeout", lambda delay: patient(delay / 4 if delay and delay < 60 else delay))


def test_which_failures_lead_on(account: Callable[..., Account]) -> None:
    codex = load("codex")
    call = Call(account())

    def goes_on(source: str, error: Exception) -> bool:
        strategy = codex.strategy_of(source)
        assert strategy is not None
        return codex.goes_on(call, strategy, error)

    assert [each.source for each in codex.order(call)] == ["api", "oauth", "cli", "web"]
    for source in ("api", "oauth"):
        assert goes_on(source, AuthFailed("rejected"))
        assert not goes_on(source, Unavailable("down"))
        assert not goes_on(source, RateLimited())
        assert not goes_on(source, InvalidResponse("odd"))
    assert goes_on("cli", Unavailable("gone"))


# The tool itself


@dataclass
class RealTool:
    """The real codex with a home of its own; it finds the pretended ChatGPT where its configuration says."""

    program: Path
    machine: Machine
    upstream: Upstream

    @property
    def backend(self) -> str:
        return f"http://127.0.0.1:{self.upstream.plain_port}/backend-api"

    def configure(self, more: str = "") -> None:
        self.machine.write(".codex/config.toml", f'chatgpt_base_url = "{self.backend}"\n{more}')

    def sign_in(self) -> None:
        claims = {"chatgpt_account_id": "acct-1", "chatgpt_plan_type": "plus", "chatgpt_user_id": "user-1"}
        tokens = {
            "id_token": token(email="ada@example.org", exp=4_000_000_000, **{AUTH: claims}),
            "access_token": token(exp=4_000_000_000, **{AUTH: claims}),
            "refresh_token": "tool-refresh",
            "account_id": "acct-1",
        }
        last_refresh = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        login = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": last_refresh}
        self.machine.write(".codex/auth.json", json.dumps(login))

    @property
    def asked_for_usage(self) -> list[Request]:
        return self.upstream.to(f"{self.backend}/wham/usage")


@pytest.fixture
def real_tool(upstream: Upstream, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> RealTool:
    """Find the real codex in the npm prefix folder that AI_QUOTA_TOOLS names."""
    program = Path(TOOLS or "nowhere", "node_modules", ".bin", "codex")
    if not program.exists():
        pytest.skip("AI_QUOTA_TOOLS names no npm prefix folder that holds @openai/codex")
    (machine.home / ".codex").mkdir()
    monkeypatch.setenv("PATH", PATH)
    # Whatever else the tool wants from the internet ends here.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return RealTool(program, machine, upstream)


def full_usage() -> dict[str, Any]:
    def limit(used: float, minutes: int) -> dict[str, Any]:
        return window(used, minutes) | {"reset_after_seconds": 3600, "reset_at": 4_000_000_000}

    spark = {"allowed": True, "limit_reached": False, "primary_window": limit(30, 300), "secondary_window": None}
    main = {"primary_window": limit(22, 300), "secondary_window": limit(43, 10080)}
    return {
        "user_id": "user-1",
        "account_id": "acct-1",
        "email": "ada@example.org",
        "plan_type": "plus",
        "rate_limit": {"allowed": True, "limit_reached": False, **main},
        "additional_rate_limits": [
            {"limit_name": "GPT-5.3-Codex-Spark", "metered_feature": "gpt_5_3_codex_spark", "rate_limit": spark}
        ],
        "credits": {"has_credits": True, "unlimited": False, "balance": "150.5"},
        "rate_limit_reset_credits": {"available_count": 1},
    }


async def test_the_real_tool_tells_the_limits(real_tool: RealTool, account: Callable[..., Account]) -> None:
    real_tool.configure()
    real_tool.sign_in()
    real_tool.upstream.answer("GET", f"{real_tool.backend}/wham/usage", json=full_usage())

    snapshot = await fetch(account(source="cli", cli_path=str(real_tool.program)))

    assert (snapshot.plan, snapshot.identity) == ("Plus", "acct-1")
    assert {each.id: each.used_percent for each in snapshot.windows} == {
        "session": 22,
        "weekly": 43,
        "session_spark": 30,
    }
    assert {each.id: each.value for each in snapshot.metrics} == {"balance": 150.5, "reset_credits": 1}
    assert snapshot.windows[0].resets_at == datetime.fromtimestamp(4_000_000_000, UTC)
    assert real_tool.asked_for_usage[0].headers["ChatGPT-Account-Id"] == "acct-1"


async def test_the_real_tool_quotes_an_answer_that_it_cannot_read(
    real_tool: RealTool, account: Callable[..., Account]
) -> None:
    real_tool.configure()
    real_tool.sign_in()
    odd = full_usage() | {"plan_type": "max", "credits": {"has_credits": "perhaps", "balance": 3}}
    real_tool.upstream.answer("GET", f"{real_tool.backend}/wham/usage", json=odd)

    snapshot = await fetch(account(source="cli", cli_path=str(real_tool.program)))

    assert (snapshot.account, snapshot.plan) == ("ada@example.org", "Max")
    assert snapshot.windows[0].used_percent == 22


async def test_the_real_tool_without_a_sign_in(real_tool: RealTool, account: Callable[..., Account]) -> None:
    real_tool.configure()

    with pytest.raises(AuthFailed, match="codex login"):
        await fetch(account(source="cli", cli_path=str(real_tool.program)))
    assert not real_tool.asked_for_usage


async def test_the_real_tool_with_an_api_key(real_tool: RealTool, account: Callable[..., Account]) -> None:
    real_tool.configure()
    real_tool.machine.write(".codex/auth.json", json.dumps({"auth_mode": "apikey", "OPENAI_API_KEY": "made-up"}))

    with pytest.raises(Unsupported, match="API key"):
        await fetch(account(source="cli", cli_path=str(real_tool.program)))


async def test_the_real_tool_with_another_model_provider(real_tool: RealTool, account: Callable[..., Account]) -> None:
    table = f'[model_providers.mine]\nname = "Mine"\nbase_url = "{real_tool.backend}/v1"\n'
    real_tool.machine.write(".codex/config.toml", f'model_provider = "mine"\n{table}')

    with pytest.raises(Unsupported, match="custom provider"):
        await fetch(account(source="cli", cli_path=str(real_tool.program)))


async def test_the_real_tool_whose_service_fails(real_tool: RealTool, account: Callable[..., Account]) -> None:
    real_tool.configure()
    real_tool.sign_in()
    real_tool.upstream.answer("GET", f"{real_tool.backend}/wham/usage", status=503, text="private words")

    with pytest.raises(Unavailable, match="app-server") as caught:
        await fetch(account(source="cli", cli_path=str(real_tool.program)))
    assert "private words" not in str(caught.value)
