"""System health: how many accounts there are and how they do."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import CONF_PROVIDER, DOMAIN


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what is told."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many accounts, providers and failing accounts there are; disabled ones do not count."""
    entries = hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    return {
        "accounts": len(entries),
        "providers": len({entry.data[CONF_PROVIDER] for entry in entries}),
        "failing": sum(map(is_failing, entries)),
    }


def is_failing(entry: ConfigEntry) -> bool:
    """Return whether an account could not be set up, or its last fetch failed."""
    return entry.state is not ConfigEntryState.LOADED or not entry.runtime_data.last_update_success
