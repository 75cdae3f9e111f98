"""The binary sensors for low and exhausted quotas, and for the sign-in."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from tests.example import NOW, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

LOW = "binary_sensor.example_someone_low_quota"
SIGN_IN_NEEDED = "binary_sensor.example_someone_sign_in_needed"


def used(**percentages: float | None) -> dict[str, Any]:
    return {"windows": [{"id": id, "name": id, "used_percent": value} for id, value in percentages.items()]}


async def test_what_it_shows(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setattr("custom_components.ai_quota.PLATFORMS", [Platform.BINARY_SENSOR])
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass, entry_id="01JD5EXAMPLE0000000000ACCT")
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.parametrize(
    ("options", "percentages", "state", "windows"),
    [
        ({}, {"session": 79.9, "weekly": 10}, "off", []),
        ({}, {"session": 80, "weekly": 10}, "on", ["session"]),
        ({}, {"session": 130, "weekly": 99}, "on", ["session", "weekly"]),
        ({"thresholds": [50, 95]}, {"session": 49, "weekly": 51}, "on", ["weekly"]),
        ({"thresholds": [95]}, {"session": 94, "weekly": None}, "off", []),
    ],
)
async def test_when_it_is_on(
    hass: HomeAssistant,
    upstream: Upstream,
    options: dict[str, Any],
    percentages: dict[str, float | None],
    state: str,
    windows: list[str],
) -> None:
    says(upstream, used(**percentages))
    await add_example(hass, options=options)
    shown = hass.states.get(LOW)
    assert shown.state == state
    assert shown.attributes["windows"] == windows
    assert shown.attributes["threshold"] == options.get("thresholds", [80])[0]


async def test_it_is_there_once_a_use_is_known(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, used(session=None))
    await add_example(hass)
    assert hass.states.get(LOW) is None
    says(upstream, used(session=90))
    await poll(hass, freezer)
    assert hass.states.get(LOW).state == "on"
    says(upstream, used(session=None))
    await poll(hass, freezer)
    assert hass.states.get(LOW).state == "unknown"


async def test_nothing_is_low_without_a_threshold(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, used(session=99))
    entry = await add_example(hass, options={"thresholds": []})
    assert hass.states.get(LOW) is None
    hass.config_entries.async_update_entry(entry, options={})
    await hass.config_entries.async_reload(entry.entry_id)
    assert hass.states.get(LOW).state == "on"
    hass.config_entries.async_update_entry(entry, options={"thresholds": []})
    await hass.config_entries.async_reload(entry.entry_id)
    assert hass.states.get(LOW).state == "unknown"


# One window


@pytest.mark.parametrize(
    ("window", "low", "exhausted"),
    [
        ({"used_percent": 79.9}, "off", "off"),
        ({"used_percent": 80}, "on", "off"),
        ({"used_percent": 100}, "on", "on"),
        ({"used_percent": 104}, "on", "on"),
        ({"used_percent": 99, "remaining": 0}, "on", "on"),
        ({"remaining": 5}, None, "off"),
        ({"remaining": 0}, None, "on"),
        ({"limit": 5}, None, None),
    ],
)
async def test_a_window(
    hass: HomeAssistant,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    window: dict[str, Any],
    low: str | None,
    exhausted: str | None,
) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    says(upstream, {"windows": [{"id": "session", "name": "Session", **window}]})
    await add_example(hass)
    states = [hass.states.get(f"binary_sensor.example_someone_session_{key}") for key in ("low", "exhausted")]
    assert [state and state.state for state in states] == [low, exhausted]
    assert {state.attributes["window_id"] for state in states if state} <= {"session"}


# The sign-in


async def test_it_says_that_somebody_has_to_sign_in_while_nothing_else_says_anything(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, used(session=90))
    entry = await add_example(hass)
    assert hass.states.get(SIGN_IN_NEEDED).state == "off"
    says(upstream, status=401)
    await poll(hass, freezer)
    assert hass.states.get(SIGN_IN_NEEDED).state == "on"
    await poll(hass, freezer, 24 * 3600)
    assert hass.states.get(LOW).state == "unavailable"
    assert hass.states.get(SIGN_IN_NEEDED).state == "on"
    says(upstream, status=503)
    await entry.runtime_data.async_refresh()
    assert hass.states.get(SIGN_IN_NEEDED).state == "off"
