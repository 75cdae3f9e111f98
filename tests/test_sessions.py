"""Sessions of browsers and of the environment: which are tried, when browsers are read, and what of them is sent."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import AuthFailed, Unavailable
from custom_components.ai_quota.quota.sessions import IMPORT_PAUSE
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

MANUS = "https://api.manus.im/user.v1.UserService/GetAvailableCredits"
PERPLEXITY = "https://www.perplexity.ai/rest/billing/credits"
ABACUS = "https://apps.abacus.ai/api/_getOrganizationComputePoints"
T3_CHAT = "https://t3.chat/api/trpc/getCustomerData"

CREDITS = {"totalCredits": 7}
POINTS = {"success": True, "result": {"totalComputePoints": 10, "computePointsLeft": 9}}

SOON = timedelta(minutes=5)


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Callable[..., Account]:
    return lambda provider, **data: Account(load(provider), InMemory(data), session)


def sign_in(machine: Machine, host: str, name: str, *values: str) -> None:
    """Give the machine a Firefox with a profile for each value of the cookie, in place of those that it had."""
    machine.firefox(*([Kept(host, name, value)] for value in values))


def bearers(upstream: Upstream) -> list[str]:
    """Return the tokens that Manus was asked with so far, and forget them."""
    found = [request.headers["Authorization"].removeprefix("Bearer ") for request in upstream.to(MANUS)]
    upstream.requests.clear()
    return found


def with_token(token: str) -> Mapping[str, Mapping[str, str]]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def with_session(value: str) -> Mapping[str, Mapping[str, str]]:
    return {"headers": {"Cookie": f"sessionid={value}"}}


async def test_refused_browsers_rest_while_the_environment_serves(
    machine: Machine,
    upstream: Upstream,
    account: Callable[..., Account],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MANUS_SESSION_TOKEN", "made-up-environment")
    sign_in(machine, "manus.im", "session_id", "made-up-browser")
    upstream.answer("POST", MANUS, when=with_token("made-up-browser"), status=401)
    upstream.answer("POST", MANUS, when=with_token("made-up-environment"), json=CREDITS)
    watched = account("manus")
    asked = []

    for _ in range(4):
        await fetch(watched)
        asked.append(bearers(upstream))
        freezer.tick(SOON)

    both = ["made-up-browser", "made-up-environment"]
    assert IMPORT_PAUSE == 2 * SOON
    assert asked == [both, ["made-up-environment"], both, ["made-up-environment"]]


async def test_a_session_that_was_accepted_is_dropped_when_it_is_refused(
    machine: Machine,
    upstream: Upstream,
    account: Callable[..., Account],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MANUS_SESSION_TOKEN", "made-up-environment")
    sign_in(machine, "manus.im", "session_id", "made-up-old", "made-up-new")
    upstream.answer("POST", MANUS, when=with_token("made-up-old"), json=CREDITS)
    upstream.answer("POST", MANUS, when=with_token("made-up-old"), status=401)
    upstream.answer("POST", MANUS, when=with_token("made-up-new"), status=401)
    upstream.answer("POST", MANUS, when=with_token("made-up-environment"), json=CREDITS)
    watched = account("manus")

    await fetch(watched)
    assert bearers(upstream) == ["made-up-old"]
    await fetch(watched)
    assert bearers(upstream) == ["made-up-old", "made-up-new", "made-up-environment"]


async def test_a_session_that_was_accepted_is_kept_when_the_site_fails(
    machine: Machine, upstream: Upstream, account: Callable[..., Account]
) -> None:
    sign_in(machine, "abacus.ai", "sessionid", "made-up-1", "made-up-2")
    upstream.answer("GET", ABACUS, when=with_session("made-up-1"), json=POINTS)
    upstream.answer("GET", ABACUS, when=with_session("made-up-1"), status=500)
    upstream.answer("GET", ABACUS, when=with_session("made-up-1"), json=POINTS)
    upstream.answer("GET", ABACUS, when=with_session("made-up-2"), status=500)
    watched = account("abacus")

    await fetch(watched)
    with pytest.raises(Unavailable, match="500"):
        await fetch(watched)
    await fetch(watched)

    asked = [request.cookies["sessionid"] for request in upstream.to(ABACUS)]
    assert asked == ["made-up-1", "made-up-1", "made-up-2", "made-up-1"]


async def test_a_pasted_session_is_not_replaced_by_a_browsers(
    machine: Machine, upstream: Upstream, account: Callable[..., Account]
) -> None:
    sign_in(machine, "manus.im", "session_id", "made-up-browser")
    upstream.answer("POST", MANUS, status=401)

    with pytest.raises(AuthFailed):
        await fetch(account("manus", cookie="made-up-pasted"))

    assert bearers(upstream) == ["made-up-pasted"]


async def test_manus_gets_the_token_and_no_cookie(upstream: Upstream, account: Callable[..., Account]) -> None:
    upstream.answer("POST", MANUS, json=CREDITS)

    await fetch(account("manus", cookie="theme=dark; session_id=made-up-token"))

    request = upstream.to(MANUS)[0]
    assert (request.body, "Cookie" in request.headers) == (b"{}", False)


async def test_perplexity_gets_the_session_and_no_other_cookie(
    upstream: Upstream, account: Callable[..., Account]
) -> None:
    upstream.answer("GET", PERPLEXITY, json={"credit_grants": [], "total_usage_cents": 0})

    await fetch(account("perplexity", cookie="theme=dark; authjs.session-token=made-up-token; cf_clearance=made-up"))

    assert upstream.to(PERPLEXITY)[0].headers["Cookie"] == "authjs.session-token=made-up-token"


async def test_t3_chat_gets_no_other_header_of_a_pasted_command(
    upstream: Upstream, account: Callable[..., Account]
) -> None:
    upstream.answer("GET", T3_CHAT, json={"usageFourHourPercentage": 1})
    command = "curl 'https://evil.example/?batch=9' -b 'a=made-up' -H 'Origin: https://evil.example' -H 'X-Other: 1'"

    await fetch(account("t3_chat", cookie=f"{command} -H 'Authorization: Bearer made-up' -H 'Host: evil.example'"))

    request = upstream.to(T3_CHAT)[0]
    assert request.url.query["batch"] == "1"
    assert (request.headers["Origin"], request.headers["Cookie"]) == ("https://t3.chat", "a=made-up")
    assert not {"X-Other", "Authorization", "x-client-context", "X-Deployment-Id"} & set(request.headers)
