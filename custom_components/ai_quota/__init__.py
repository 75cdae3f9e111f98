"""AI Quota: the limits of AI plans in Home Assistant."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .const import CONF_PROVIDER, DOMAIN
from .coordinator import QuotaConfigEntry, QuotaCoordinator, async_load_provider

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS: list[Platform] = []


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which are there before any account is."""
    async_setup_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: QuotaConfigEntry) -> bool:
    """Set up an account."""
    provider = await async_load_provider(hass, entry.data[CONF_PROVIDER])
    coordinator = QuotaCoordinator(hass, entry, provider)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: QuotaConfigEntry) -> bool:
    """Unload an account."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
