"""Which of the entities that a trigger or a condition is pointed at it looks at.

Neither unit nor device class tells the integration's entities apart, and people rename them: what one shows is
read from the registry, which knows it also while there is no state.
"""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .quota.model import MetricKind

USED: Final = "used"
PACE: Final = "pace"
BALANCE: Final = MetricKind.BALANCE.value
ALERTS: Final = "quota"
SERVICE_STATUS: Final = "service_status"


@callback
def async_select(hass: HomeAssistant, entity_ids: Iterable[str], shown: str) -> set[str]:
    """Return those of the entities that are of this integration and show what is asked for."""
    registry = er.async_get(hass)
    entries = {entity_id: registry.async_get(entity_id) for entity_id in entity_ids}
    return {entity_id for entity_id, entry in entries.items() if entry and what_it_shows(entry) == shown}


def what_it_shows(entry: er.RegistryEntry) -> str | None:
    """Return a window's figure or the account's by its key, a metric's value by its kind; None: not of ours."""
    if entry.platform != DOMAIN:
        return None
    known = entry.capabilities or {}
    key = entry.unique_id.removeprefix(f"{entry.config_entry_id}_")
    if "window_id" in known:
        return key.removeprefix(f"{known['window_id']}_")
    if "metric_id" in known:
        figure = key.removeprefix(f"metric_{known['metric_id']}_")
        return str(known["metric_kind"]) if figure == "value" else figure
    return key
