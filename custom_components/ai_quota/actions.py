"""The actions `get_usage` and `refresh`."""

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from .const import DOMAIN
from .coordinator import QuotaConfigEntry

ATTR_CONFIG_ENTRY_ID = "config_entry_id"
SCHEMA = vol.Schema({vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string})


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, "get_usage", _get_usage, schema=SCHEMA, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(DOMAIN, "refresh", _refresh, schema=SCHEMA)


def _entry(call: ServiceCall) -> QuotaConfigEntry:
    return service.async_get_config_entry(call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID])


async def _get_usage(call: ServiceCall) -> ServiceResponse:
    """Return the last snapshot, with the attempts of the last fetch: when that failed, they say why."""
    coordinator = _entry(call).runtime_data
    coordinator.note_interest()
    return {
        **coordinator.data.as_dict(coordinator.provider.name),
        "attempts": [attempt.as_dict() for attempt in coordinator.attempts],
    }


async def _refresh(call: ServiceCall) -> None:
    """Fetch now."""
    await _entry(call).runtime_data.async_fetch_now()
