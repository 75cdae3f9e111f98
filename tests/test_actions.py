"""The actions `get_usage` and `refresh`."""

import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import service
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ai_quota.const import DOMAIN
from tests.example import NOW, RICH, add_example, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


async def get_usage(hass: HomeAssistant, entry_id: str) -> dict[str, Any]:
    return await hass.services.async_call(
        DOMAIN, "get_usage", {"config_entry_id": entry_id}, blocking=True, return_response=True
    )


async def refresh(hass: HomeAssistant, entry_id: str) -> None:
    await hass.services.async_call(DOMAIN, "refresh", {"config_entry_id": entry_id}, blocking=True)


async def test_the_actions_are_there_before_any_account(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert set(hass.services.async_services_for_domain(DOMAIN)) == {"get_usage", "refresh"}
    described = (await service.async_get_all_descriptions(hass))[DOMAIN]
    for action in ("get_usage", "refresh"):
        assert described[action]["fields"]["config_entry_id"]["selector"] == {
            "config_entry": {"integration": "ai_quota"}
        }


async def test_get_usage_gives_the_snapshot(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    session, _, budget, pack = RICH["windows"]
    says(upstream, RICH | {"windows": [session, budget, pack], "metrics": RICH["metrics"][:1]})
    entry = await add_example(hass)
    usage = await get_usage(hass, entry.entry_id)
    assert json.loads(json.dumps(usage)) == {
        "provider": "example",
        "name": "Example",
        "source": "api",
        "account": "someone@example.com",
        "organization": "Analytical Engines",
        "plan": "Max 20x",
        "fetched_at": NOW,
        "windows": [
            {
                "id": "session",
                "name": "Session",
                "used_percent": 42.25,
                "used": None,
                "limit": None,
                "remaining": None,
                "unit": None,
                "duration_minutes": 300,
                "resets_at": "2026-11-20T15:00:00+00:00",
                "expires_at": None,
            },
            {
                "id": "budget",
                "name": "Budget",
                "used_percent": 25,
                "used": 5,
                "limit": 20,
                "remaining": 15,
                "unit": "USD",
                "duration_minutes": None,
                "resets_at": None,
                "expires_at": None,
            },
            {
                "id": "fuel_pack",
                "name": "Fuel packs",
                "used_percent": 10,
                "used": 100,
                "limit": 1000,
                "remaining": 900,
                "unit": "tokens",
                "duration_minutes": None,
                "resets_at": None,
                "expires_at": "2026-12-31T00:00:00+00:00",
            },
        ],
        "metrics": [
            {"id": "balance", "name": "Balance", "value": 12.5, "unit": "EUR", "kind": "balance", "expires_at": None}
        ],
        "attempts": [{"source": "api", "ok": True, "error": None, "message": None}],
    }
    assert len(upstream.requests) == 1


async def test_after_a_failure_it_gives_the_last_figures_and_the_attempt(
    hass: HomeAssistant, upstream: Upstream
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=503)
    await entry.runtime_data.async_refresh()
    usage = await get_usage(hass, entry.entry_id)
    assert usage["windows"][0]["used_percent"] == 42.25
    assert usage["attempts"] == [
        {"source": "api", "ok": False, "error": "unavailable", "message": "api.example.com answered HTTP 503"}
    ]


async def test_refresh_fetches(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, RICH | {"plan": "Pro"})
    await refresh(hass, entry.entry_id)
    assert (await get_usage(hass, entry.entry_id))["plan"] == "Pro"


@pytest.mark.parametrize(
    ("response", "kind", "message"),
    [
        ({"status": 401}, "auth", "Example needs you to sign in again: the credentials were rejected (HTTP 401)"),
        ({"status": 429}, "rate_limited", "Example asks for a pause: too many requests"),
        ({"status": 503}, "unavailable", "Example could not be reached: api.example.com answered HTTP 503"),
        ({"text": "?"}, "invalid_response", "The answer of Example could not be understood"),
        ({"status": 404}, "unsupported", "Example cannot serve this account this way"),
    ],
)
async def test_refresh_tells_what_went_wrong(
    hass: HomeAssistant, upstream: Upstream, response: dict[str, Any], kind: str, message: str
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, **response)
    with pytest.raises(HomeAssistantError) as raised:
        await refresh(hass, entry.entry_id)
    assert raised.value.translation_domain == DOMAIN
    assert raised.value.translation_key == kind
    assert str(raised.value).startswith(message)


async def test_refresh_does_not_disturb_a_pause(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=429, headers={"Retry-After": "600"})
    with pytest.raises(HomeAssistantError):
        await refresh(hass, entry.entry_id)
    with pytest.raises(HomeAssistantError) as raised:
        await refresh(hass, entry.entry_id)
    assert raised.value.translation_key == "paused"
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("action", [get_usage, refresh])
async def test_an_account_that_is_not_there_is_refused(hass: HomeAssistant, upstream: Upstream, action: Any) -> None:
    says(upstream)
    entry = await add_example(hass)
    with pytest.raises(ServiceValidationError) as raised:
        await action(hass, "no-such-entry")
    assert raised.value.translation_key == "service_config_entry_not_found"
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as raised:
        await action(hass, entry.entry_id)
    assert raised.value.translation_key == "service_config_entry_not_loaded"


async def test_an_entry_of_another_integration_is_refused(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add_example(hass)
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    with pytest.raises(ServiceValidationError):
        await refresh(hass, other.entry_id)


async def test_an_account_has_to_be_named(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    with pytest.raises(vol.Invalid):
        await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
