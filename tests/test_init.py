"""Setting accounts up and unloading them."""

import asyncio
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ai_quota import coordinator
from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.quota import PROVIDERS
from tests.common import add_account
from tests.example import RICH, SECRETS, TOKEN, USAGE, Example, Gate, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


async def test_an_account_is_a_service(
    hass: HomeAssistant, upstream: Upstream, device_registry: dr.DeviceRegistry
) -> None:
    says(upstream)
    entry = await add_example(hass, {"project": "engines"})
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    assert device.identifiers == {(DOMAIN, entry.entry_id)}
    assert (device.name, device.manufacturer, device.model) == ("Example (someone)", "Example", "Max 20x")
    assert device.configuration_url == "https://example.com/engines"


async def test_the_device_follows_the_plan(
    hass: HomeAssistant, upstream: Upstream, device_registry: dr.DeviceRegistry, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, RICH | {"plan": "Pro"})
    await poll(hass, freezer)
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.model == "Pro"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_every_dashboard_is_a_web_page(hass: HomeAssistant, provider: str) -> None:
    loaded = await coordinator.async_load_provider(hass, provider)
    assert loaded.dashboard.startswith(("https://", "http://"))


def closing(hass: HomeAssistant) -> int:
    """Return how much is to be closed with Home Assistant, client sessions among it."""
    return hass.bus.async_listeners().get(EVENT_HOMEASSISTANT_CLOSE, 0)


async def test_unloading_leaves_nothing_running(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass)
    session = entry.runtime_data.account.session
    before = closing(hass)
    says(upstream, status=401)
    await poll(hass, freezer)  # now a timer runs for the old figures
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert session.closed
    assert closing(hass) == before - 1
    assert {state.state for state in hass.states.async_all()} == {STATE_UNAVAILABLE}
    await poll(hass, freezer, 24 * 3600)
    assert len(upstream.requests) == 2


async def test_a_set_up_that_fails_leaves_no_session(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, status=500)
    entry = await add_example(hass)
    before = closing(hass)
    for _ in range(3):
        await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert len(upstream.requests) == 4
    assert closing(hass) == before


async def test_it_can_be_loaded_again(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get("sensor.example_someone_plan").state == "Max 20x"


async def test_it_stays_when_a_platform_cannot_be_unloaded(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(upstream)
    entry = await add_example(hass)

    async def refuse(*_: Any) -> bool:
        return False

    monkeypatch.setattr(hass.config_entries, "async_unload_platforms", refuse)
    assert not await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.FAILED_UNLOAD
    await entry.runtime_data.async_shutdown()


async def test_a_provider_of_another_version_is_named(hass: HomeAssistant) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"provider": "bygone", "source": "auto"})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unknown_provider"
    assert entry.reason == "This version does not know the provider bygone"


# A token that is renewed while the account is unloaded


ROTATING = {"access_token": SECRETS["access_token"], "refresh_token": SECRETS["refresh_token"]}
RENEWED = {"access_token": "second-access-token", "refresh_token": "second-refresh-token"}


async def test_unloading_waits_for_the_fetch(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(upstream)
    entry = await add_example(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, **ROTATING})
    gate = Gate()
    monkeypatch.setattr(Example, "gate", gate)
    upstream.answer("POST", TOKEN, json=RENEWED)
    polling = hass.async_create_task(entry.runtime_data.async_refresh())
    await gate.reached()
    unloading = hass.async_create_task(hass.config_entries.async_unload(entry.entry_id))
    await asyncio.sleep(0)
    assert not unloading.done()
    gate.open()
    assert await unloading
    await polling
    assert entry.data["refresh_token"] == "second-refresh-token"
    assert len(upstream.to(USAGE)) == 2


async def test_unloading_does_not_wait_for_ever(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(upstream)
    entry = await add_example(hass)
    gate = Gate()
    monkeypatch.setattr(Example, "gate", gate)
    monkeypatch.setattr(coordinator, "UNLOAD_SECONDS", 0.01)
    polling = hass.async_create_task(entry.runtime_data.async_refresh())
    await gate.reached()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await polling
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert len(upstream.requests) == 1


async def test_a_cancelled_poll_keeps_the_renewed_token(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(upstream)
    entry = await add_example(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, **ROTATING})
    gate = Gate()
    monkeypatch.setattr(Example, "gate", gate)
    upstream.answer("POST", TOKEN, json=RENEWED)
    polling = hass.async_create_background_task(entry.runtime_data.async_refresh(), "poll")
    await gate.reached()
    polling.cancel()
    gate.open()
    await hass.async_block_till_done()
    assert polling.cancelled()
    assert entry.data["refresh_token"] == "second-refresh-token"


# Accounts apart


async def test_no_cookie_of_one_account_reaches_another(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("GET", USAGE, json=RICH, headers={"Set-Cookie": "tracking=first; Path=/; Secure"})
    first = await add_example(hass)
    second = await add_example(hass, title="Example (somebody else)")
    await first.runtime_data.async_refresh()
    await second.runtime_data.async_refresh()
    assert len(upstream.requests) == 4
    assert not any("Cookie" in request.headers for request in upstream.requests)


async def test_fifty_accounts_share_one_pool_of_connections(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entries = [await add_example(hass, title=f"Example ({number})") for number in range(50)]
    sessions = [entry.runtime_data.account.session for entry in entries]
    assert len(set(map(id, sessions))) == len(entries)
    assert len({id(session.connector) for session in sessions}) == 1


async def test_a_real_provider_is_loaded_by_its_id(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer(
        "GET", "https://openrouter.ai/api/v1/credits", json={"data": {"total_credits": 10, "total_usage": 4}}
    )
    entry = await add_account(hass, "openrouter", {"api_key": "key-of-the-example-account"})
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get("sensor.openrouter_balance").state == "6"


async def test_an_account_can_be_removed(
    hass: HomeAssistant,
    upstream: Upstream,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    says(upstream)
    entry = await add_example(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert not er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert not hass.states.async_all()
