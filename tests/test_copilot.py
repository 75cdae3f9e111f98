"""What the cases of GitHub Copilot cannot show: signing in, pauses, who it is, several browser sessions."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    QuotaError,
    RateLimited,
    Unavailable,
    Unsupported,
)
from custom_components.ai_quota.quota.oauth import DevicePrompt
from custom_components.ai_quota.quota.providers import copilot
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

CODE = "https://github.com/login/device/code"
TOKEN = "https://github.com/login/oauth/access_token"
USAGE = "https://api.github.com/copilot_internal/user"
USER = "https://api.github.com/user"
BUDGETS = "https://github.com/settings/billing/budgets"

FORM = {"headers": {"Accept": "application/json"}}
STARTED = {
    "device_code": "made-up-device-code",
    "user_code": "ABCD-2345",
    "verification_uri": "https://github.com/login/device",
    "interval": 7,
}
FINISHED = {"access_token": "made-up-token", "token_type": "bearer", "scope": ""}
QUOTAS = {"login": "mona", "quota_snapshots": {"chat": {"percent_remaining": 50}}}

SIGN_IN = copilot.GitHubSignIn()


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("copilot"), InMemory(data), session)


@pytest.fixture
def call(session: aiohttp.ClientSession) -> Call:
    return Call(account(session))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record for how long the sign-in would sleep, in seconds, and let it go on at once."""
    recorded: list[float] = []
    sleep = asyncio.sleep

    async def record(seconds: float) -> None:
        recorded.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", record)
    return recorded


def prompt(**changes: Any) -> DevicePrompt:
    values = {"url": "https://github.com/login/device", "user_code": "ABCD-2345", "interval": 7, **changes}
    return DevicePrompt(state={"device_code": "made-up-device-code"}, **values)


# Asking for a code


@pytest.mark.parametrize(
    ("more", "url", "interval", "expires_in"),
    [
        ({}, "https://github.com/login/device", 7, 900),
        (
            {
                "verification_uri_complete": "https://github.com/login/device?user_code=ABCD-2345",
                "expires_in": "600",
                "interval": None,
            },
            "https://github.com/login/device?user_code=ABCD-2345",
            5,
            600,
        ),
        ({"verification_uri_complete": "", "interval": -1}, "https://github.com/login/device", 5, 900),
    ],
)
async def test_a_code_is_asked_for(
    upstream: Upstream, call: Call, more: dict[str, Any], url: str, interval: float, expires_in: float
) -> None:
    form = {"client_id": copilot.CLIENT_ID, "scope": "read:user"}
    upstream.answer("POST", CODE, when={"form": form, **FORM}, json={**STARTED, **more})

    started = await SIGN_IN.start(call)

    assert (started.url, started.user_code, started.interval, started.expires_in) == (
        url,
        "ABCD-2345",
        interval,
        expires_in,
    )


@pytest.mark.parametrize(
    ("response", "failure"),
    [
        ({"status": 404, "json": {"error": "Not Found"}}, Unsupported),
        ({"json": {"error": "device_flow_disabled"}}, Unsupported),
        ({"status": 503}, Unavailable),
        ({"status": 302, "headers": {"Location": CODE}}, InvalidResponse),
        ({"text": "device_code=made-up"}, InvalidResponse),
        ({"json": {**STARTED, "device_code": None}}, InvalidResponse),
        ({"json": {**STARTED, "user_code": 7}}, InvalidResponse),
        ({"json": {**STARTED, "verification_uri": None}}, InvalidResponse),
    ],
)
async def test_without_a_code_the_sign_in_ends(
    upstream: Upstream, call: Call, response: dict[str, Any], failure: type[QuotaError]
) -> None:
    upstream.answer("POST", CODE, **response)

    with pytest.raises(failure):
        await SIGN_IN.start(call)


async def test_a_company_signs_in_at_its_own_host(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("POST", "https://octocorp.ghe.com/login/device/code", json=STARTED)
    upstream.answer("POST", "https://octocorp.ghe.com/login/oauth/access_token", json=FINISHED)
    call = Call(account(session, enterprise_host="https://OctoCorp.ghe.com/login"))

    assert await SIGN_IN.poll(call, await SIGN_IN.start(call)) == {"access_token": "made-up-token"}


def test_what_is_asked_before_are_fields_of_the_provider() -> None:
    assert {field.key for field in copilot.Copilot.fields} >= set(SIGN_IN.asks)


async def test_a_refused_host_is_known_before_anything_is_sent(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(BadConfiguration) as caught:
        Call(account(session, enterprise_host="http://octocorp.ghe.com"))

    assert caught.value.field == "enterprise_host"


# Waiting for the person


async def test_polling_goes_on_until_the_code_is_entered(upstream: Upstream, call: Call, pauses: list[float]) -> None:
    form = {
        "client_id": copilot.CLIENT_ID,
        "device_code": "made-up-device-code",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    }
    for response in (
        {"json": {"error": "authorization_pending"}},
        {"json": {"error": "slow_down", "interval": "20"}},
        {"json": {"error": "authorization_pending"}},
        {"json": {"error": "slow_down"}},
        {"status": 400, "json": {"error": "authorization_pending"}},
        {"json": FINISHED},
    ):
        upstream.answer("POST", TOKEN, when={"form": form, **FORM}, **response)

    assert await SIGN_IN.wait(call, prompt()) == {"access_token": "made-up-token"}
    assert pauses == [7, 7, 20, 20, 25, 25]
    assert all("Authorization" not in request.headers for request in upstream.requests)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "json": {"error": "access_denied"}},
        {"status": 503, "text": "<html>Unicorn</html>"},
        {"status": 429},
        {"fault": "reset"},
    ],
)
async def test_passing_faults_are_waited_out(
    upstream: Upstream, call: Call, pauses: list[float], fault: dict[str, Any]
) -> None:
    upstream.answer("POST", TOKEN, **fault)
    upstream.answer("POST", TOKEN, json=FINISHED)

    assert await SIGN_IN.wait(call, prompt()) == {"access_token": "made-up-token"}
    assert pauses == [7, 7]


@pytest.mark.parametrize(
    ("answer", "failure", "message"),
    [
        ({"error": "expired_token"}, AuthFailed, "expired"),
        ({"error": "access_denied"}, AuthFailed, "refused"),
        ({"error": "incorrect_client_credentials"}, AuthFailed, "incorrect_client_credentials"),
        ({"error": "something_new", **FINISHED}, AuthFailed, "something_new"),
        ({"token_type": "bearer"}, InvalidResponse, "access_token"),
        ([FINISHED], InvalidResponse, "JSON object"),
    ],
)
async def test_the_sign_in_ends_without_a_token(
    upstream: Upstream, call: Call, pauses: list[float], answer: Any, failure: type[QuotaError], message: str
) -> None:
    upstream.answer("POST", TOKEN, json=answer)

    with pytest.raises(failure, match=message):
        await SIGN_IN.wait(call, prompt())

    assert pauses == [7]


async def test_a_code_that_ends_before_the_next_poll_is_not_polled_for(upstream: Upstream, call: Call) -> None:
    with pytest.raises(AuthFailed, match="expired"):
        await SIGN_IN.wait(call, prompt(expires_in=6))

    assert upstream.requests == []


# Who it is


@pytest.mark.parametrize(
    ("host", "api", "identity"),
    [
        ("", "https://api.github.com", "copilot:user:77"),
        ("octocorp.ghe.com", "https://api.octocorp.ghe.com", "copilot:octocorp.ghe.com:user:77"),
    ],
)
async def test_the_user_id_tells_accounts_apart(
    upstream: Upstream, session: aiohttp.ClientSession, host: str, api: str, identity: str
) -> None:
    upstream.answer("GET", f"{api}/copilot_internal/user", json=QUOTAS)
    upstream.answer("GET", f"{api}/user", json={"id": 77, "login": "mona"})
    signed_in = account(session, access_token="made-up-token", enterprise_host=host)

    snapshot = await fetch(signed_in)

    assert signed_in.provider.identity(snapshot, signed_in.settings()) == identity


async def test_who_it_is_is_asked_until_it_is_known(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("GET", USAGE, json=QUOTAS)
    upstream.answer("GET", USER, status=500)
    upstream.answer("GET", USER, json={"id": 77})
    signed_in = account(session, access_token="made-up-token")

    identities = [(await fetch(signed_in)).identity for _ in range(3)]

    assert identities == [None, "user:77", "user:77"]
    assert len(upstream.to(USER)) == 2


# Pauses


@pytest.mark.parametrize(
    ("status", "headers", "shortest", "longest"),
    [
        (429, {"Retry-After": "30"}, 30, 30),
        (429, {"X-RateLimit-Reset": 100}, 50, 100),
        (403, {"Retry-After": "30", "X-RateLimit-Reset": 100}, 30, 30),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": 100}, 50, 100),
    ],
)
async def test_the_pause_that_github_asks_for(
    upstream: Upstream,
    session: aiohttp.ClientSession,
    status: int,
    headers: dict[str, Any],
    shortest: float,
    longest: float,
) -> None:
    if seconds := headers.get("X-RateLimit-Reset"):
        reset = datetime.now(UTC) + timedelta(seconds=seconds)
        headers = {**headers, "X-RateLimit-Reset": str(int(reset.timestamp()))}
    upstream.answer("GET", USAGE, status=status, headers=headers)

    with pytest.raises(RateLimited) as caught:
        await fetch(account(session, access_token="made-up-token"))

    assert caught.value.retry_after is not None
    assert shortest <= caught.value.retry_after <= longest


@pytest.mark.parametrize("reset", ["1000000000", "soon"])
async def test_a_reset_that_has_passed_or_cannot_be_read_is_no_pause(
    upstream: Upstream, session: aiohttp.ClientSession, reset: str
) -> None:
    upstream.answer("GET", USAGE, status=429, headers={"X-RateLimit-Reset": reset})

    with pytest.raises(RateLimited) as caught:
        await fetch(account(session, access_token="made-up-token"))

    assert caught.value.retry_after is None


# Budgets


@pytest.fixture
def quotas(upstream: Upstream) -> None:
    upstream.answer("GET", USAGE, json=QUOTAS)
    upstream.answer("GET", USER, json={"id": 77})


@pytest.mark.usefixtures("quotas")
async def test_the_browser_session_of_the_same_user_is_found(
    upstream: Upstream, session: aiohttp.ClientSession, machine: Machine
) -> None:
    machine.firefox(*([Kept("github.com", "user_session", user)] for user in ("somebody-else", "signed-out", "mona")))
    for user, response in {
        "somebody-else": {"text": '<meta name="octolytics-actor-id" content="78">'},
        "signed-out": {"status": 302, "headers": {"Location": "https://github.com/login"}},
        "mona": {"text": '<meta name="octolytics-actor-id" content="77">'},
    }.items():
        accept = "text/html,application/xhtml+xml"
        cookie = f"user_session={user}"
        upstream.answer("GET", BUDGETS, when={"headers": {"Cookie": cookie, "Accept": accept}}, **response)
        rows = [{"product": "Copilot", "limit": 10, "usage": 4, "name": user}]
        upstream.answer(
            "GET", f"{BUDGETS}?page=1", when={"headers": {"Cookie": cookie}}, json={"payload": {"budgets": rows}}
        )

    snapshot = await fetch(account(session, access_token="made-up-token", budget_extras=True))

    assert [window.id for window in snapshot.windows] == ["monthly_chat", "budget"]
    assert [request.cookies["user_session"] for request in upstream.to(BUDGETS)] == [
        "somebody-else",
        "signed-out",
        "mona",
        "mona",
    ]
    assert all("Authorization" not in request.headers for request in upstream.to(BUDGETS))
    assert all("Content-Type" not in request.headers for request in upstream.to(BUDGETS))


@pytest.mark.usefixtures("quotas")
async def test_slow_budgets_do_not_spoil_the_quotas(
    upstream: Upstream, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copilot, "BUDGETS_SECONDS", 0.05)
    upstream.answer("GET", BUDGETS, fault="timeout")

    snapshot = await fetch(
        account(session, access_token="made-up-token", budget_extras=True, cookie="user_session=made-up")
    )

    assert [window.id for window in snapshot.windows] == ["monthly_chat"]
    assert len(upstream.to(BUDGETS)) == 1
