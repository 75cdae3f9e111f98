"""What the entities of an account share."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import QuotaConfigEntry, QuotaCoordinator
from .naming import name_window
from .quota.model import Window
from .quota.pace import Pace, length_of
from .quota.status import ServiceStatus
from .service_status import StatusCoordinator


def device_info(coordinator: QuotaCoordinator) -> DeviceInfo:
    """Return the device that stands for the account."""
    return DeviceInfo(
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, coordinator.config_entry.entry_id)},
        name=coordinator.shown(coordinator.config_entry.title),
        manufacturer=coordinator.provider.name,
        model=coordinator.data.plan,
        configuration_url=coordinator.dashboard,
    )


class QuotaEntity(CoordinatorEntity[QuotaCoordinator]):
    """An entity of an account."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: QuotaCoordinator, description: EntityDescription, key: str | None = None) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.config_entry.entry_id}_{key or description.key}"
        self._attr_device_info = device_info(coordinator)


class FigureEntity(QuotaEntity):
    """An entity that shows something of the snapshot, and is there only when the provider gives it."""

    @property
    @override
    def available(self) -> bool:
        """Return whether the snapshot still stands and has what this shows."""
        return self.coordinator.is_current and not self.is_gone

    @property
    @abstractmethod
    def is_known(self) -> bool:
        """Return whether there is a figure to show."""

    @property
    def is_gone(self) -> bool:
        """Return whether the provider has ceased to give what this shows."""
        return False

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        if self.is_gone:
            # Its entry in the registry stays: unavailable, and free to be deleted by the person.
            self.coordinator.config_entry.async_create_task(self.hass, self.async_remove())
        else:
            super()._handle_coordinator_update()


class WindowEntity(FigureEntity):
    """An entity of a window."""

    def __init__(self, coordinator: QuotaCoordinator, description: EntityDescription, window: Window) -> None:
        super().__init__(coordinator, description, f"{window.id}_{description.key}")
        self._window_id = window.id
        self._window_name = window.name
        self._attr_translation_key, self._attr_translation_placeholders = name_window(window, description.key)

    @property
    def _window(self) -> Window | None:
        return self.coordinator.window(self._window_id)

    @property
    @override
    def is_gone(self) -> bool:
        return self._window is None

    @property
    @override
    def capability_attributes(self) -> dict[str, Any]:
        """Return which window this is of, so that it is known without a figure, too."""
        known = super().capability_attributes or {}
        return {**known, "window_id": self._window_id, "window_name": self._window_name}


class PaceEntity(WindowEntity):
    """An entity that shows something of a window's pace."""

    @property
    @override
    def is_known(self) -> bool:
        """Return whether there can be a pace; just after a reset there is none yet."""
        window = self._window
        if window is None or window.used_percent is None or window.resets_at is None:
            return False
        return length_of(window) is not None

    @property
    def _pace(self) -> Pace | None:
        return self.coordinator.pace(self._window_id)


class StatusEntity(CoordinatorEntity[StatusCoordinator]):
    """An entity that shows how the provider itself is doing, whether or not the account can be read."""

    _attr_has_entity_name = True

    def __init__(self, page: StatusCoordinator, account: QuotaCoordinator, description: EntityDescription) -> None:
        super().__init__(page)
        self.account = account
        self.entity_description = description
        self._attr_unique_id = f"{account.config_entry.entry_id}_{description.key}"
        self._attr_device_info = device_info(account)

    @property
    @override
    def available(self) -> bool:
        """Return that there is always something to say: at worst that the state is not known."""
        return True

    @property
    def status(self) -> ServiceStatus:
        """Return how the provider is doing."""
        return self.coordinator.status_of(self.account)


@callback
def async_add_as_they_come(
    hass: HomeAssistant,
    entry: QuotaConfigEntry,
    platform: str,
    async_add_entities: AddConfigEntryEntitiesCallback,
    find: Callable[[QuotaCoordinator], Iterable[FigureEntity]],
) -> None:
    """Add the entities that `find` finds, now and whenever a fetch brings new ones.

    One without a figure is added once it has one; after that it is there even while the figure is not known.
    """
    registry = er.async_get(hass)
    coordinator = entry.runtime_data
    present: set[str] = set()

    def is_due(entity: FigureEntity) -> bool:
        return entity.is_known or registry.async_get_entity_id(platform, DOMAIN, str(entity.unique_id)) is not None

    @callback
    def add() -> None:
        due = {str(entity.unique_id): entity for entity in find(coordinator) if is_due(entity)}
        if new := [entity for unique_id, entity in due.items() if unique_id not in present]:
            async_add_entities(new)
        present.clear()
        present.update(due)

    add()
    entry.async_on_unload(coordinator.async_add_listener(add))
