"""Binary sensors: what is low, used up or going to be, and what keeps an account from being read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import QuotaConfigEntry, QuotaCoordinator
from .entity import FigureEntity, PaceEntity, QuotaEntity, StatusEntity, WindowEntity, async_add_as_they_come
from .options import low_from
from .quota.alerts import is_exhausted
from .quota.model import AuthFailed, Window
from .service_status import PAGES

PARALLEL_UPDATES = 0

LOW = BinarySensorEntityDescription(
    key="low",
    translation_key="low",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
SIGN_IN_NEEDED = BinarySensorEntityDescription(
    key="sign_in_needed",
    translation_key="sign_in_needed",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
)
PROVIDER_PROBLEM = BinarySensorEntityDescription(
    key="provider_problem",
    translation_key="provider_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)


def is_low(window: Window, threshold: float | None) -> bool | None:
    """Return whether so much of a window is used, None when one of both is not known."""
    return None if window.used_percent is None or threshold is None else window.used_percent >= threshold


@dataclass(frozen=True, kw_only=True)
class WindowBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of a window; `is_on` is also given the use from which on it is low."""

    is_on: Callable[[Window, float | None], bool | None]


WINDOW_BINARY_SENSORS = (
    WindowBinarySensorDescription(
        key="low",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_registry_enabled_default=False,
        is_on=is_low,
    ),
    WindowBinarySensorDescription(
        key="exhausted",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_registry_enabled_default=False,
        is_on=lambda window, _threshold: is_exhausted(window),
    ),
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
    async_add_entities([SignInNeededSensor(entry.runtime_data, SIGN_IN_NEEDED)])
    if page := hass.data[PAGES].async_page_of(entry.runtime_data):
        async_add_entities([ProviderProblemSensor(page, entry.runtime_data, PROVIDER_PROBLEM)])


def find_binary_sensors(coordinator: QuotaCoordinator) -> Iterator[FigureEntity]:
    """Yield the binary sensors of the snapshot."""
    yield LowSensor(coordinator, LOW)
    for window in coordinator.data.windows:
        for description in WINDOW_BINARY_SENSORS:
            yield WindowBinarySensor(coordinator, description, window)
        yield RunsOutSensor(coordinator, RUNS_OUT, window)


class LowSensor(FigureEntity, BinarySensorEntity):
    """On when any window is used up to the first threshold or beyond; nothing is low without a threshold."""

    @property
    def _threshold(self) -> float | None:
        return low_from(self.coordinator.config_entry.options)

    @property
    def _found(self) -> dict[str, bool]:
        """Return by window whether it is low, where that is known."""
        windows = filter(None, (self.coordinator.window(window.id) for window in self.coordinator.data.windows))
        found = {window.id: is_low(window, self._threshold) for window in windows}
        return {window_id: low for window_id, low in found.items() if low is not None}

    @property
    @override
    def is_known(self) -> bool:
        return bool(self._found)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether a quota is low, None when that is not known."""
        return any(self._found.values()) if self.is_known else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the ids of the windows that are low, and from where on they are."""
        return {"windows": [id for id, low in self._found.items() if low], "threshold": self._threshold}


class WindowBinarySensor(WindowEntity, BinarySensorEntity):
    """Whether a window is in some state."""

    entity_description: WindowBinarySensorDescription

    @property
    @override
    def is_known(self) -> bool:
        return self.is_on is not None

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is, None when that is not known."""
        threshold = low_from(self.coordinator.config_entry.options)
        return self.entity_description.is_on(self._window, threshold) if self._window else None


class RunsOutSensor(PaceEntity, BinarySensorEntity):
    """On when a window is used up before it resets if the use goes on like this."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it runs out, None while the window has no pace."""
        return not self._pace.lasts if self._pace else None


class SignInNeededSensor(QuotaEntity, BinarySensorEntity):
    """On while the account cannot be read because somebody has to sign in."""

    @property
    @override
    def available(self) -> bool:
        """Return that this is known even while nothing else is."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the last fetch was refused for want of a credential."""
        return isinstance(self.coordinator.error, AuthFailed)


class ProviderProblemSensor(StatusEntity, BinarySensorEntity):
    """On while the provider has a problem, whatever the account's quota."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether something is out of order, None when that is not known."""
        return self.status.indicator.is_problem
