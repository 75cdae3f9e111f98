"""Binary sensors: whether a quota is low or is going to run out, and whether the provider has a problem."""

from collections.abc import Iterator, Mapping
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_LOW_THRESHOLD, DEFAULT_LOW_THRESHOLD
from .coordinator import QuotaConfigEntry, QuotaCoordinator
from .entity import FigureEntity, PaceEntity, StatusEntity, async_add_as_they_come
from .service_status import PAGES

PARALLEL_UPDATES = 0

LOW = BinarySensorEntityDescription(
    key="low",
    translation_key="low",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
PROVIDER_PROBLEM = BinarySensorEntityDescription(
    key="provider_problem",
    translation_key="provider_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)

RUNS_OUT = BinarySensorEntityDescription(
    key="runs_out",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: QuotaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors of an account."""
    async_add_as_they_come(hass, entry, "binary_sensor", async_add_entities, find_binary_sensors)
    if page := hass.data[PAGES].async_page_of(entry.runtime_data):
        async_add_entities([ProviderProblemSensor(page, entry.runtime_data, PROVIDER_PROBLEM)])


def find_binary_sensors(coordinator: QuotaCoordinator) -> Iterator[FigureEntity]:
    """Yield the binary sensors of the snapshot."""
    yield LowSensor(coordinator, LOW)
    for window in coordinator.data.windows:
        yield RunsOutSensor(coordinator, RUNS_OUT, window)


class LowSensor(FigureEntity, BinarySensorEntity):
    """On when any window is used up to the threshold or beyond."""

    @property
    def _threshold(self) -> float:
        chosen: float = self.coordinator.config_entry.options.get(CONF_LOW_THRESHOLD, DEFAULT_LOW_THRESHOLD)
        return chosen

    @property
    def _used(self) -> dict[str, float]:
        """Return the used percentage by window, where it is known."""
        windows = (self.coordinator.window(window.id) for window in self.coordinator.data.windows)
        return {window.id: window.used_percent for window in windows if window and window.used_percent is not None}

    @property
    def _low(self) -> list[str]:
        return [window_id for window_id, used in self._used.items() if used >= self._threshold]

    @property
    @override
    def is_known(self) -> bool:
        return bool(self._used)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether a quota is low, None when no use is known."""
        return bool(self._low) if self.is_known else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the ids of the windows that are low, and from where on they are."""
        return {"windows": self._low, "threshold": self._threshold}


class RunsOutSensor(PaceEntity, BinarySensorEntity):
    """On when a window is used up before it resets if the use goes on like this."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it runs out, None while the window has no pace."""
        return not self._pace.lasts if self._pace else None


class ProviderProblemSensor(StatusEntity, BinarySensorEntity):
    """On while the provider has a problem, whatever the account's quota."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether something is out of order, None when that is not known."""
        return self.status.indicator.is_problem
