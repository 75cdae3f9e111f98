"""What tests of triggers, conditions and blueprints share: automations, entities, and what these tell."""

from datetime import timedelta
from itertools import count
from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.ai_quota.const import DOMAIN

MOMENTS = count()

NOTE = {
    "action": "test.note",
    "data": {"entity_id": "{{ trigger.entity_id }}", "window": "{{ trigger.to_state.attributes.window_id }}"},
}


def tell(hass: HomeAssistant, entity_id: str, event_type: str, **payload: Any) -> None:
    """Let an event entity tell something."""
    at = dt_util.utcnow() + timedelta(milliseconds=next(MOMENTS))
    hass.states.async_set(entity_id, at.isoformat(timespec="milliseconds"), {"event_type": event_type, **payload})


def entity_of(hass: HomeAssistant, entry: MockConfigEntry, domain: str, key: str) -> str:
    """Return the id of the account's entity with this key."""
    found = er.async_get(hass).async_get_entity_id(domain, DOMAIN, f"{entry.entry_id}_{key}")
    assert found, key
    return found


def device_of(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the account's device."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, entry.entry_id)}
    )
    return device.id


async def automate(
    hass: HomeAssistant, triggers: Any, conditions: Any = (), actions: Any = NOTE, **more: Any
) -> list[ServiceCall]:
    """Set an automation up and return the list of what it will do."""
    calls = async_mock_service(hass, "test", "note")
    config = {"id": "it", "triggers": triggers, "conditions": list(conditions), "actions": actions, **more}
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    await hass.async_block_till_done()
    state = hass.states.get(hass.states.async_entity_ids(automation.DOMAIN)[0])
    assert state
    assert state.state == "on"
    return calls
