"""The binary sensor for a low quota."""

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
        ({"low_threshold": 50}, {"session": 49, "weekly": 51}, "on", ["weekly"]),
        ({"low_threshold": 95}, {"session": 94, "weekly": None}, "off", []),
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
    assert shown.attributes["threshold"] == options.get("low_threshold", 80)


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
