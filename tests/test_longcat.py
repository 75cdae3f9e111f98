"""What the cases of LongCat cannot show: sessions of browsers, where their cookies go, and what is never told."""

from collections.abc import AsyncIterator
from http.cookiejar import Cookie

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load, sessions
from custom_components.ai_quota.quota.credentials import Cookies
from custom_components.ai_quota.quota.model import InvalidResponse, Unavailable
from tests.upstream import Upstream

SITE = "https://longcat.chat"
USER = f"{SITE}/api/v1/user-current"
PACKS = f"{SITE}/api/pay/quota/metering/token-packs/summary"
USAGE = f"{SITE}/api/lc-platform/v1/tokenUsage"
FUEL = f"{SITE}/api/lc-platform/v1/pending-fuel-packages"


@pytest.fixture
async def account(upstream: Upstream) -> AsyncIterator[Account]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Account(load("longcat"), InMemory({}), session)


def profile(value: str) -> Cookies:
    """Return a session, of which one cookie is for a part of the site and one for another host."""
    scopes = (("sid", "longcat.chat", "/"), ("pay", ".longcat.chat", "/api/pay"), ("www", "www.longcat.chat", "/"))
    jar = [
        Cookie(0, name, value, None, False, domain, True, False, path, True, True, None, False, None, None, {})
        for name, domain, path in scopes
    ]
    return Cookies.of(jar, value)


def browsers(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    async def found(*_: object) -> list[Cookies]:
        return [profile(value) for value in values]

    monkeypatch.setattr(sessions, "browser_sessions", found)


async def test_a_refused_profile_makes_room_and_cookies_go_where_they_belong(
    upstream: Upstream, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsers(monkeypatch, "refused", "good", "never-asked")
    upstream.answer("GET", USER, when={"headers": {"Cookie": "sid=refused"}}, json={"code": 401})
    upstream.answer("GET", USER, when={"headers": {"Cookie": "sid=good"}}, json={"data": {"name": "Ada"}})
    upstream.answer("POST", PACKS, json={"data": {}})
    upstream.answer("GET", USAGE, json={"data": {"totalToken": 10, "usedToken": 5}})
    upstream.answer("GET", FUEL, json={"data": {}})
    snapshot = await fetch(account)
    assert snapshot.account == "Ada"
    assert [request.cookies for request in upstream.requests] == [
        {"sid": "refused"},
        {"sid": "good"},
        {"sid": "good", "pay": "good"},
        {"sid": "good"},
        {"sid": "good"},
    ]


async def test_any_other_failure_ends_the_search(
    upstream: Upstream, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsers(monkeypatch, "first", "second")
    upstream.answer("GET", USER, json={"code": 500})
    with pytest.raises(Unavailable):
        await fetch(account)
    assert {request.cookies["sid"] for request in upstream.requests} == {"first"}


async def test_token_and_phone_number_of_the_answer_are_never_told(
    upstream: Upstream, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsers(monkeypatch, "good")
    upstream.answer("GET", USER, json={"data": {"userId": 4711, "token": "made-up-token", "phone": "13800000000"}})
    upstream.answer("POST", PACKS, json={"data": {}})
    upstream.answer("GET", USAGE, json={"code": 7, "message": "made-up-token of 13800000000 is odd"})
    with pytest.raises(InvalidResponse) as failure:
        await fetch(account)
    assert failure.value.message == "longcat.chat: … of … is odd (code 7)"
