"""System health."""

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.ai_quota.const import DOMAIN
from tests.common import add_account
from tests.example import add_example, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


async def test_it_counts_accounts(hass: HomeAssistant, upstream: Upstream) -> None:
    assert await async_setup_component(hass, "system_health", {})
    says(upstream)
    fine = await add_example(hass)
    assert await get_system_health_info(hass, DOMAIN) == {"accounts": 1, "providers": 1, "failing": 0}
    await add_account(hass, "openrouter", {"api_key": "key-of-the-example-account"})
    assert await get_system_health_info(hass, DOMAIN) == {"accounts": 2, "providers": 2, "failing": 1}
    says(upstream, status=503)
    await fine.runtime_data.async_refresh()
    assert await get_system_health_info(hass, DOMAIN) == {"accounts": 2, "providers": 2, "failing": 2}
    await hass.config_entries.async_set_disabled_by(fine.entry_id, ConfigEntryDisabler.USER)
    assert await get_system_health_info(hass, DOMAIN) == {"accounts": 1, "providers": 1, "failing": 1}
