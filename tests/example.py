"""A provider that shows whatever its server says: for what all providers have in common."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
import sys
from typing import Any, ClassVar

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.ai_quota.quota import PROVIDERS, oauth, parse
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.credentials import Settings, api_key, base_url, cookie, path, signed_in, text
from custom_components.ai_quota.quota.http import Verdict
from custom_components.ai_quota.quota.model import InvalidResponse, Metric, MetricKind, Reading, Unsupported, Window
from custom_components.ai_quota.quota.provider import Every, Provider, strategy
from tests.common import add_account
from tests.upstream import Route, Upstream

USAGE = "https://api.example.com/usage"
TOKEN = "https://api.example.com/token"

NOW = "2026-11-20T12:00:00+00:00"
RICH = {
    "account": "someone@example.com",
    "organization": "Analytical Engines",
    "plan": "Max 20x",
    "identity": "user-4711",
    "windows": [
        {
            "id": "session",
            "name": "Session",
            "used_percent": 42.25,
            "duration": 300,
            "resets_at": "2026-11-20T15:00:00+00:00",
        },
        {
            "id": "weekly_opus",
            "name": "Weekly (Opus)",
            "used_percent": 91,
            "duration": 10080,
            "resets_at": "2026-11-24T09:00:00+00:00",
        },
        {"id": "budget", "name": "Budget", "used_percent": 25, "used": 5, "limit": 20, "remaining": 15, "unit": "USD"},
        {
            "id": "fuel_pack",
            "name": "Fuel packs",
            "used_percent": 10,
            "used": 100,
            "limit": 1000,
            "remaining": 900,
            "unit": "tokens",
            "expires_at": "2026-12-31T00:00:00+00:00",
        },
    ],
    "metrics": [
        {"id": "balance", "name": "Balance", "value": 12.5, "unit": "EUR", "kind": "balance"},
        {"id": "spend_today", "name": "Spend today", "value": 1.25, "unit": "USD", "kind": "spend"},
        {"id": "spend_30d", "name": "Spend, 30 days", "value": 44, "unit": "USD", "kind": "spend"},
        {"id": "tokens_month", "name": "Tokens this month", "value": 123456, "unit": "tokens", "kind": "count"},
        {"id": "requests_30d", "name": "Requests, 30 days", "value": 77, "unit": "requests", "kind": "count"},
        {"id": "decision_time", "name": "Decision time", "value": 31.5, "unit": "ms", "kind": "rate"},
        {"id": "energy_month", "name": "Energy this month", "value": 1.5, "unit": "kWh", "kind": "count"},
        {
            "id": "odd_credits",
            "name": "Odd credits",
            "value": 3,
            "unit": "credits",
            "kind": "balance",
            "expires_at": "2026-12-01T00:00:00+00:00",
        },
    ],
}
"""An account with something of everything."""

SECRETS = {
    "api_key": "key-of-the-example-account",
    "cookie": "session=cookie-of-the-example-account",
    "access_token": "access-token-of-the-example-account",
    "refresh_token": "refresh-token-of-the-example-account",
}


class Gate:
    """Holds fetches up."""

    def __init__(self) -> None:
        self.waiting = 0
        self._arrived = asyncio.Semaphore(0)
        self._opened = asyncio.Event()

    async def __call__(self) -> None:
        """Wait until it is open."""
        self.waiting += 1
        self._arrived.release()
        await self._opened.wait()
        self.waiting -= 1

    async def reached(self, times: int = 1) -> None:
        """Wait for so many fetches."""
        for _ in range(times):
            await self._arrived.acquire()

    def open(self) -> None:
        """Let all go on, those that wait and those to come."""
        self._opened.set()


class Example(Provider):
    """A provider of tests. With a refresh token it renews its access token at every fetch."""

    id = "example"
    name = "Example"
    dashboard = "https://example.com/usage"
    every: ClassVar[Every] = Every(default=10, minimum=4)
    gate: ClassVar[Gate | None] = None
    fields = (
        api_key("EXAMPLE_API_KEY"),
        cookie("example.com"),
        base_url(USAGE),
        text("project"),
        path("folder"),
        signed_in("access_token"),
        signed_in("refresh_token"),
    )

    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the project, when one is named."""
        return f"https://example.com/{settings.get('project') or 'usage'}"

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read what the server says."""
        if self.gate:
            await self.gate()
        if call.get("refresh_token"):
            await oauth.renew(call, lambda token: renewed(call, token))
        return reading(await endpoint(call).get_object())

    @strategy("cli", needs=("api_key", "folder"), machine=True, every=Every(default=30, minimum=20))
    async def cli(self, call: Call) -> Reading:
        """Read the same, but not as often."""
        return reading(await endpoint(call).get_object())

    @strategy("web", needs="project")
    async def web(self, call: Call) -> Reading:
        """Fail in a way that no provider should."""
        raise RuntimeError("not foreseen")


def endpoint(call: Call) -> Any:
    return call.at(
        call["base_url"],
        bearer=call.get("access_token") or call["api_key"],
        cookies=call.pasted_cookies(),
        verdict=Verdict(other=Unsupported),
    )


async def renewed(call: Call, refresh_token: str) -> Mapping[str, Any]:
    answer = await call.at(TOKEN).post_object(json={"refresh_token": refresh_token})
    return {key: answer[key] for key in ("access_token", "refresh_token")}


def reading(answer: Mapping[str, Any]) -> Reading:
    if "message" in answer:
        raise InvalidResponse(answer["message"])
    texts = {key: answer.get(key) for key in ("account", "organization", "plan", "identity")}
    return Reading(
        **texts,
        windows=tuple(map(window, answer.get("windows", ()))),
        metrics=tuple(map(metric, answer.get("metrics", ()))),
    )


def window(found: Mapping[str, Any]) -> Window:
    times = {key: parse.moment(found.get(key)) for key in ("resets_at", "expires_at")}
    duration = timedelta(minutes=found["duration"]) if "duration" in found else None
    return Window(**{**found, **times, "duration": duration})


def metric(found: Mapping[str, Any]) -> Metric:
    return Metric(**{**found, "kind": MetricKind(found["kind"]), "expires_at": parse.moment(found.get("expires_at"))})


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the provider into the catalogue."""
    monkeypatch.setitem(PROVIDERS, "example", "Example")
    monkeypatch.setitem(
        sys.modules, "custom_components.ai_quota.quota.providers.example", sys.modules[Example.__module__]
    )


def says(upstream: Upstream, answer: Mapping[str, Any] | None = None, **response: Any) -> Route:
    """Let the server say this from now on: an account, or another response."""
    return upstream.answer("GET", USAGE, **(response or {"json": RICH if answer is None else answer}))


async def add_example(hass: HomeAssistant, data: Mapping[str, Any] | None = None, **entry: Any) -> MockConfigEntry:
    """Return the entry of an account, set up as far as it goes."""
    return await add_account(
        hass,
        "example",
        {"api_key": SECRETS["api_key"], **(data or {})},
        **{"title": "Example (someone)", "options": {}, **entry},
    )


async def poll(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float = 13 * 60) -> None:
    """Let so much time pass, by default enough for the next poll, and wait for what it brings."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
