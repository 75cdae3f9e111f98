"""Button: fetch now."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import QuotaConfigEntry
from .entity import QuotaEntity

PARALLEL_UPDATES = 0

REFRESH = ButtonEntityDescription(
    key="refresh",
    translation_key="refresh",
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: QuotaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the button of an account."""
    async_add_entities([RefreshButton(entry.runtime_data, REFRESH)])


class RefreshButton(QuotaEntity, ButtonEntity):
    """Fetches when pressed, also and above all when the last fetch has failed."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_press(self) -> None:
        """Fetch now."""
        await self.coordinator.async_fetch_now()
