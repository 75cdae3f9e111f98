"""What the cases of LongCat cannot show: sessions of browsers, where their cookies go, and what is never told."""

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import InvalidResponse, Unavailable
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

SITE = "https://longcat.chat"
USER = f"{SITE}/api/v1/user-current"
PACKS = f"{SITE}/api/pay/quota/metering/token-packs/summary"
USAGE = f"{SITE}/api/lc-platform/v1/tokenUsage"
FUEL = f"{SITE}/api/lc-platform/v1/pending-fuel-packages"


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Account:
    return Account(load("longcat"), InMemory({}), session)


def sign_in(machine: Machine, *values: str) -> None:
    """Sign in with a profile for each of the values; one of the cookies is for a part of the site, one for a host."""
    machine.firefox(
        *(
            [
                Kept("longcat.chat", "sid", value),
                Kept(".longcat.chat", "pay", value, path="/api/pay"),
                Kept("www.longcat.chat", "www", value),
            ]
            for value in values
        )
    )


async def test_a_refused_profile_makes_room_and_cookies_go_where_they_belong(
    upstream: Upstream, account: Account, machine: Machine
) -> None:
    sign_in(machine, "refused", "good", "never-asked")
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


async def test_any_other_failure_ends_the_search(upstream: Upstream, account: Account, machine: Machine) -> None:
    sign_in(machine, "first", "second")
    upstream.answer("GET", USER, json={"code": 500})
    with pytest.raises(Unavailable):
        await fetch(account)
    assert {request.cookies["sid"] for request in upstream.requests} == {"first"}


async def test_token_and_phone_number_of_the_answer_are_never_told(
    upstream: Upstream, account: Account, machine: Machine
) -> None:
    sign_in(machine, "good")
    upstream.answer("GET", USER, json={"data": {"userId": 4711, "token": "made-up-token", "phone": "13800000000"}})
    upstream.answer("POST", PACKS, json={"data": {}})
    upstream.answer("GET", USAGE, json={"code": 7, "message": "made-up-token of 13800000000 is odd"})
    with pytest.raises(InvalidResponse) as failure:
        await fetch(account)
    assert failure.value.message == "longcat.chat: … of … is odd (code 7)"
