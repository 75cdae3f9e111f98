"""AI Quota: the limits of AI plans in Home Assistant."""

import asyncio

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .const import CONF_PROVIDER, DOMAIN
from .coordinator import (
    FETCHES,
    MAX_FETCHES,
    PAUSES,
    QuotaConfigEntry,
    QuotaCoordinator,
    async_load_provider,
)
from .entity import device_info
from .frontend import async_setup_frontend
from .issues import async_delete_issues
from .memory import Memory
from .quota.refresh import Pauses
from .service_status import PAGES, StatusPages

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [Platform.BINARY_SENSOR, Platform.BUTTON, Platform.EVENT, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Prepare what all accounts share: the actions, the queue of fetches, and the pauses of credentials."""
    hass.data[FETCHES] = asyncio.Semaphore(MAX_FETCHES)
    hass.data[PAUSES] = Pauses()
    hass.data[PAGES] = StatusPages(hass)
    async_setup_actions(hass)
    await async_setup_frontend(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: QuotaConfigEntry) -> bool:
    """Set up an account."""
    try:
        provider = await async_load_provider(hass, entry.data[CONF_PROVIDER])
    except KeyError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="unknown_provider",
            translation_placeholders={"provider": entry.data[CONF_PROVIDER]},
        ) from err
    coordinator = QuotaCoordinator(hass, entry, provider)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator

    @callback
    def keep_device() -> None:
        """Register the device, and tell it when the plan has changed."""
        dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **device_info(coordinator))

    keep_device()
    entry.async_on_unload(coordinator.async_add_listener(keep_device))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: QuotaConfigEntry) -> bool:
    """Unload an account; a fetch that is running may finish."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_finish()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: QuotaConfigEntry) -> None:
    """Take back what was said about an account that is removed, and forget it."""
    async_delete_issues(hass, entry)
    await Memory(hass, entry.entry_id).async_remove()
