"""The button that fetches."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from tests.example import NOW, RICH, add_example, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


async def press(hass: HomeAssistant) -> None:
    target = {"entity_id": "button.example_someone_refresh"}
    await hass.services.async_call("button", "press", target, blocking=True)
    await hass.async_block_till_done()


async def test_what_it_shows(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setattr("custom_components.ai_quota.PLATFORMS", [Platform.BUTTON])
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass, entry_id="01JD5EXAMPLE0000000000ACCT")
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_it_fetches(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add_example(hass)
    says(upstream, RICH | {"plan": "Pro"})
    await press(hass)
    assert hass.states.get("sensor.example_someone_plan").state == "Pro"


async def test_it_tells_what_went_wrong_and_can_be_pressed_again(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add_example(hass)
    says(upstream, status=503)
    with pytest.raises(HomeAssistantError, match="Example could not be reached") as raised:
        await press(hass)
    assert raised.value.translation_key == "unavailable"
    says(upstream, RICH | {"plan": "Pro"})
    await press(hass)
    assert hass.states.get("sensor.example_someone_plan").state == "Pro"
