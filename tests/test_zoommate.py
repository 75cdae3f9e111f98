"""What the cases of ZoomMate cannot show: how long a token is kept, and which figures are absent."""

from datetime import UTC, datetime
import json

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from tests.upstream import Upstream, jwt

NOW = datetime(2027, 1, 20, 8, 0, tzinfo=UTC)
API = "https://ai.zoom.us/ai-computer/api/v1"
STATUS = {"data": {"credit_status": {"budget_cap": 10, "used_credit": 5}}}


@pytest.fixture
def account(clock: FrozenDateTimeFactory, session: aiohttp.ClientSession) -> Account:
    return Account(load("zoommate"), InMemory({"cookie": "made=up"}), session)


def lasting(seconds: float, name: str = "first") -> str:
    return jwt("{}", json.dumps({"exp": NOW.timestamp() + seconds, "name": name}))


def exchange(upstream: Upstream, *tokens: str) -> None:
    for token in tokens:
        upstream.answer("GET", f"{API}/login/", json={"data": {"nak": token, "user_profile": {"email": "a@b.example"}}})


def accept(upstream: Upstream, token: str, status: int = 200) -> None:
    when = {"headers": {"Authorization": f"Bearer {token}"}}
    upstream.answer("GET", f"{API}/credits/status", when=when, status=status, json=STATUS)


@pytest.mark.parametrize(
    ("token", "exchanges"), [(lasting(61), 1), (lasting(60), 2), (jwt("{}", "{}"), 2), ("made-up", 2)]
)
async def test_a_token_is_kept_until_a_minute_before_its_end(
    upstream: Upstream, account: Account, token: str, exchanges: int
) -> None:
    exchange(upstream, token)
    accept(upstream, token)

    for _ in range(2):
        snapshot = await fetch(account)
        assert snapshot.account == "a@b.example"
        assert [window.used_percent for window in snapshot.windows] == [50]
    assert len(upstream.to(f"{API}/login/")) == exchanges


async def test_a_kept_token_that_is_refused_is_exchanged_for_another(upstream: Upstream, account: Account) -> None:
    exchange(upstream, lasting(3600), lasting(3600, "second"))
    accept(upstream, lasting(3600))
    accept(upstream, lasting(3600), status=401)
    accept(upstream, lasting(3600, "second"))

    for _ in range(3):
        assert [window.used_percent for window in (await fetch(account)).windows] == [50]
    assert len(upstream.to(f"{API}/login/")) == 2


async def test_a_history_that_cannot_be_read_to_its_end_gives_no_sums(upstream: Upstream, account: Account) -> None:
    exchange(upstream, lasting(3600))
    accept(upstream, lasting(3600))
    use = {"cost": 1, "time": "2027-01-19T00:00:00Z"}
    upstream.answer("GET", f"{API}/credits/history", json={"data": {"records": [use] * 50, "total": 9999}})

    assert (await fetch(account)).metrics == ()
    assert len(upstream.to(f"{API}/credits/history")) == 20
