"""What the cases of DeepSeek cannot show: which figures are absent, and how long the usage may take."""

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.providers import deepseek
from tests.upstream import Upstream

API = "https://api.deepseek.com/user/balance"
SITE = "https://platform.deepseek.com/api/v0"
KEY, SESSION = "made-up-key", "made-up-platform-session"
BALANCE = {"balance_infos": [{"currency": "USD", "total_balance": "3", "granted_balance": None}]}
WALLETS = {"normal_wallets": [{"currency": "USD", "balance": 3}], "bonus_wallets": []}
NOW = datetime(2027, 3, 31, 23, 50, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("clock")


def enveloped(data: object) -> dict[str, Any]:
    return {"code": 0, "data": {"biz_code": 0, "biz_data": data}}


def on(date: str) -> dict[str, Any]:
    return {"date": date, "data": [{"model": "m", "usage": [{"type": "REQUEST", "amount": "2"}]}]}


async def metrics(session: aiohttp.ClientSession, **data: Any) -> dict[str, float]:
    snapshot = await fetch(Account(load("deepseek"), InMemory(data), session))
    return {metric.id: metric.value for metric in snapshot.metrics}


async def test_days_that_are_not_told_are_no_zeros(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("GET", f"{SITE}/users/get_user_summary", json=enveloped(WALLETS))
    upstream.answer("GET", f"{SITE}/usage/amount?month=3&year=2027", json=enveloped({"days": [on("2027-03-30")]}))
    upstream.answer("GET", f"{SITE}/usage/cost?month=3&year=2027", json=enveloped([{"days": [on("2027-02-28")]}]))

    assert await metrics(session, platform_token=SESSION) == {
        "balance": 3,
        "balance_paid": 3,
        "balance_granted": 0,
        "tokens_month": 0,
        "requests_month": 2,
    }


async def test_half_of_the_usage_is_none(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("GET", API, when={"headers": {"Authorization": f"Bearer {KEY}"}}, json=BALANCE)
    upstream.answer("GET", f"{SITE}/usage/amount", json=enveloped({"days": [on("2027-03-31")], "total": []}))
    upstream.answer("GET", f"{SITE}/usage/cost", status=500)

    assert await metrics(session, api_key=KEY, platform_token=SESSION) == {"balance": 3}


async def test_a_session_of_the_environment_adds_nothing_to_a_key(
    upstream: Upstream, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPSEEK_PLATFORM_TOKEN", SESSION)
    upstream.answer("GET", API, json=BALANCE)

    assert await metrics(session, api_key=KEY) == {"balance": 3}
    assert [request.url.host for request in upstream.requests] == ["api.deepseek.com"]


async def test_the_balance_does_not_wait_long_for_the_usage(
    upstream: Upstream, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deepseek, "USAGE_SECONDS", 0.2)
    upstream.answer("GET", API, json=BALANCE)
    upstream.answer("GET", f"{SITE}/usage/amount", fault="timeout")
    upstream.answer("GET", f"{SITE}/usage/cost", json=enveloped([]))

    assert await metrics(session, api_key=KEY, platform_token=SESSION) == {"balance": 3}
