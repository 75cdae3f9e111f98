"""What the cases of Factory cannot show: what is not sent, and what a renewal leaves behind."""

import asyncio
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import AuthFailed, Unavailable
from tests.upstream import Request, Response, Upstream

API, APP, AUTH = "https://api.factory.ai", "https://app.factory.ai", "https://auth.factory.ai"
WORKOS = "https://api.workos.com/user_management/authenticate"
WHO = "/api/app/auth/me"
LIMITS = {"usesTokenRateLimitsBilling": True, "limits": {"standard": {"weekly": {"usedPercent": 5}}}}
COOKIES = {"access-token": "a.b.c", "session": "s.t", "authjs.session-token": "made-up", "theme": "dark"}

type Sent = tuple[list[str], str | None]


@pytest.fixture(autouse=True)
def _limits(upstream: Upstream) -> None:
    upstream.answer("GET", f"{API}/api/billing/limits", json=LIMITS)


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("factory"), InMemory({"source": "web", "cookie_source": "manual", **data}), session)


def pasted(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def sent(upstream: Upstream, host: str) -> list[Sent]:
    """Return the names of the cookies and the Authorization of each question who is signed in."""
    return [(list(request.cookies), request.headers.get("Authorization")) for request in upstream.to(host + WHO)]


async def test_stale_cookies_are_left_out_step_by_step(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    for host in (APP, AUTH, API):
        upstream.answer("GET", host + WHO, status=409)

    with pytest.raises(AuthFailed):
        await fetch(account(session, cookie=pasted(COOKIES)))

    assert sent(upstream, AUTH) == [
        (["access-token", "session", "authjs.session-token", "theme"], "Bearer a.b.c"),
        (["access-token", "session", "authjs.session-token", "theme"], None),
        (["session", "authjs.session-token", "theme"], "Bearer s.t"),
        (["access-token", "authjs.session-token", "theme"], "Bearer a.b.c"),
        (["authjs.session-token", "theme"], "Bearer made-up"),
        (["authjs.session-token"], "Bearer made-up"),
    ]
    # In the end the token goes alone, to the two hosts that are for it.
    assert sent(upstream, API)[-1] == ([], "Bearer a.b.c")


async def test_the_first_choice_that_answers_counts(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    def who(request: Request) -> Response:
        return {"status": 409} if "session" in request.cookies else {"json": {}}

    upstream.answer("GET", APP + WHO, who)

    await fetch(account(session, cookie="session=old; theme=dark"))

    assert sent(upstream, APP) == [(["session", "theme"], None), (["theme"], None)]
    assert [request.headers["Cookie"] for request in upstream.to(f"{API}/api/billing/limits")] == ["theme=dark"]


async def test_a_refused_token_is_left_out_once(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    for host in (APP, AUTH, API):
        upstream.answer("GET", host + WHO, status=401)

    with pytest.raises(AuthFailed):
        await fetch(account(session, cookie=pasted(COOKIES)))

    assert sent(upstream, AUTH) == [(list(COOKIES), "Bearer a.b.c"), (list(COOKIES), None)]


async def test_another_failure_ends_the_choices_of_a_host(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("GET", APP + WHO, status=409)
    upstream.answer("GET", APP + WHO, status=500)
    upstream.answer("GET", AUTH + WHO, status=500)
    upstream.answer("GET", API + WHO, status=500)

    with pytest.raises(Unavailable):
        await fetch(account(session, cookie="session=old; theme=dark"))

    assert len(sent(upstream, APP)) == 2


async def test_new_tokens_are_kept_before_they_are_used(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", WORKOS, json={"access_token": "next-access", "refresh_token": "next-refresh"})
    upstream.answer("GET", API + WHO, status=500)
    upstream.answer("GET", APP + WHO, status=500)
    mine = account(session, refresh_token="made-up-refresh")

    with pytest.raises(Unavailable):
        await fetch(mine)

    assert (mine.keeper.data["access_token"], mine.keeper.data["refresh_token"]) == ("next-access", "next-refresh")


async def test_a_token_that_is_not_rotated_is_kept(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", WORKOS, json={"access_token": "next-access"})
    upstream.answer("GET", API + WHO, json={})
    mine = account(session, refresh_token="made-up-refresh")

    await fetch(mine)

    assert (mine.keeper.data["access_token"], mine.keeper.data["refresh_token"]) == ("next-access", "made-up-refresh")


async def test_two_fetches_renew_once(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", WORKOS, json={"access_token": "next-access", "refresh_token": "next-refresh"})
    upstream.answer("GET", API + WHO, json={})
    mine = account(session, refresh_token="made-up-refresh")

    await asyncio.gather(fetch(mine), fetch(mine))

    assert len(upstream.to(WORKOS)) == 1
    assert [authorization for _, authorization in sent(upstream, API)] == ["Bearer next-access"] * 2


@pytest.mark.parametrize(("second", "is_kept"), [(401, False), (422, True), (500, True)])
async def test_a_token_is_dropped_when_both_clients_are_told_of_its_end(
    session: aiohttp.ClientSession, upstream: Upstream, second: int, *, is_kept: bool
) -> None:
    upstream.answer("POST", WORKOS, status=400, json={"error": "invalid_grant"})
    upstream.answer("POST", WORKOS, status=second)
    mine = account(session, refresh_token="made-up-refresh")

    with pytest.raises((AuthFailed, Unavailable)):
        await fetch(mine)

    assert ("refresh_token" in mine.keeper.data) is is_kept


async def test_workos_gets_nothing_of_factory(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", WORKOS, status=401)
    for host in (APP, AUTH, API):
        upstream.answer("GET", host + WHO, status=403)

    with pytest.raises(AuthFailed):
        await fetch(account(session, cookie=pasted(COOKIES), refresh_token="made-up-refresh"))

    for request in upstream.to(WORKOS):
        assert "Authorization" not in request.headers
        assert not request.cookies
