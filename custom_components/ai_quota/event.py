"""Event: what an account has to tell."""

from dataclasses import replace
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription, EventExtraStoredData
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.start import async_at_started

from .coordinator import QuotaConfigEntry
from .entity import QuotaEntity
from .quota.alerts import Alert, AlertType

PARALLEL_UPDATES = 0

QUOTA = EventEntityDescription(
    key="quota",
    translation_key="quota",
    event_types=[alert.value for alert in AlertType],
)


async def async_setup_entry(
    hass: HomeAssistant, entry: QuotaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event entity of an account."""
    async_add_entities([QuotaEvent(entry.runtime_data, QUOTA)])


class QuotaEvent(QuotaEntity, EventEntity):
    """Tells the alerts of an account."""

    @property
    @override
    def available(self) -> bool:
        """Return that there is somebody to tell, most of all when the account cannot be read."""
        return True

    @override
    async def async_get_last_event_data(self) -> EventExtraStoredData | None:
        """Return what was told last; since then, somebody may have wished to hide the address in it."""
        last = await super().async_get_last_event_data()
        if not last or not last.last_event_attributes:
            return last
        told = last.last_event_attributes.items()
        shown = {key: self.coordinator.shown(value) if isinstance(value, str) else value for key, value in told}
        return replace(last, last_event_attributes=shown)

    @override
    async def add_to_platform_finish(self) -> None:
        """Tell what has come due, once the last alert is shown again and the automations are there to hear it."""
        await super().add_to_platform_finish()
        self.async_on_remove(async_at_started(self.hass, self._listen))

    @callback
    def _listen(self, _hass: HomeAssistant) -> None:
        self.async_on_remove(self.coordinator.async_listen_to_alerts(self._tell))

    @callback
    def _tell(self, alert: Alert) -> None:
        self._trigger_event(alert.type.value, dict(alert.payload))
        self.async_write_ha_state()
