"""Sensors: the figures and the pace of every window, every metric, and what is known of the account."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import re
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.generated.currencies import ACTIVE_CURRENCIES
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoredExtraData, RestoreEntity
from homeassistant.util import dt as dt_util

from .coordinator import QuotaConfigEntry, QuotaCoordinator
from .entity import FigureEntity, PaceEntity, StatusEntity, WindowEntity, async_add_as_they_come
from .naming import name_metric
from .quota.history import runway
from .quota.model import Metric, MetricKind, Snapshot, Window, iso
from .quota.pace import Pace, length_of
from .quota.parse import DAY
from .quota.status import Indicator
from .service_status import PAGES

PARALLEL_UPDATES = 0

type Value = str | float | datetime | None


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """A sensor of the account; one that is `lasting` stays when the snapshot has become too old."""

    value: Callable[[Snapshot], Value]
    lasting: bool = False


ACCOUNT_SENSORS = (
    AccountSensorDescription(
        key="plan",
        translation_key="plan",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda snapshot: snapshot.plan,
    ),
    AccountSensorDescription(
        key="account",
        translation_key="account",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda snapshot: snapshot.account,
    ),
    AccountSensorDescription(
        key="organization",
        translation_key="organization",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda snapshot: snapshot.organization,
    ),
    AccountSensorDescription(
        key="source",
        translation_key="source",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=["api", "cli", "local", "oauth", "web"],
        value=lambda snapshot: snapshot.source,
    ),
    AccountSensorDescription(
        key="last_success",
        translation_key="last_success",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda snapshot: snapshot.fetched_at,
        lasting=True,
    ),
)

SERVICE_STATUS = SensorEntityDescription(
    key="service_status",
    translation_key="service_status",
    entity_category=EntityCategory.DIAGNOSTIC,
    device_class=SensorDeviceClass.ENUM,
    options=[indicator.value for indicator in Indicator],
)


@dataclass(frozen=True, kw_only=True)
class WindowSensorDescription(SensorEntityDescription):
    """A sensor of a window; an `amount` is in the window's own unit, which decides on its state class."""

    value: Callable[[Window], float | datetime | None]
    amount: bool = False


WINDOW_SENSORS = (
    WindowSensorDescription(
        key="used",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value=lambda window: window.used_percent,
    ),
    WindowSensorDescription(
        key="resets_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda window: window.resets_at and to_second(window.resets_at),
    ),
    WindowSensorDescription(
        key="remaining",
        entity_registry_enabled_default=False,
        value=lambda window: plain(window.remaining),
        amount=True,
    ),
    WindowSensorDescription(
        key="limit",
        entity_registry_enabled_default=False,
        value=lambda window: plain(window.limit),
        amount=True,
    ),
    WindowSensorDescription(
        key="expires_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda window: window.expires_at,
    ),
)
DETAILS = ("used", "limit", "remaining", "unit", "resets_at", "duration_minutes")
"""What the sensor of the used percentage tells besides."""


@dataclass(frozen=True, kw_only=True)
class PaceSensorDescription(SensorEntityDescription):
    """A sensor of a window's pace."""

    value: Callable[[Pace], float | datetime | None]


PACE = PaceSensorDescription(
    key="pace",
    native_unit_of_measurement=PERCENTAGE,
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=1,
    value=lambda pace: rounded(pace.points),
)
FORECASTS = (
    PaceSensorDescription(
        key="projected",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value=lambda pace: rounded(pace.projected),
    ),
    PaceSensorDescription(
        key="runs_out_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value=lambda pace: pace.runs_out_at_minute,
    ),
)
BURN_RATE = SensorEntityDescription(
    key="burn_rate",
    native_unit_of_measurement=f"{PERCENTAGE}/{UnitOfTime.HOURS}",
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=1,
    entity_registry_enabled_default=False,
)


@dataclass(frozen=True, kw_only=True)
class MetricSensorDescription(SensorEntityDescription):
    """A sensor of a metric."""

    value: Callable[[Metric], float | datetime | None]


METRIC_VALUE = MetricSensorDescription(key="value", value=lambda metric: plain(metric.value))
METRIC_EXPIRY = MetricSensorDescription(
    key="expires_at",
    translation_key="metric_expires_at",
    device_class=SensorDeviceClass.TIMESTAMP,
    value=lambda metric: metric.expires_at,
)

DEVICE_CLASSES: dict[str | None, SensorDeviceClass] = {
    UnitOfEnergy.KILO_WATT_HOUR: SensorDeviceClass.ENERGY,
    UnitOfTime.MILLISECONDS: SensorDeviceClass.DURATION,
}
PERIOD_THAT_SLIDES = re.compile(r"_(\d+d|recent)(_|$)")
THINGS = frozenset({"keys", "models"})
"""Units of what is counted as it stands, and over no period."""


async def async_setup_entry(
    hass: HomeAssistant, entry: QuotaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of an account."""
    async_add_as_they_come(hass, entry, "sensor", async_add_entities, find_sensors)
    if page := hass.data[PAGES].async_page_of(entry.runtime_data):
        async_add_entities([ServiceStatusSensor(page, entry.runtime_data, SERVICE_STATUS)])


def find_sensors(coordinator: QuotaCoordinator) -> Iterator[FigureEntity]:
    """Yield a sensor for everything that the snapshot may hold a figure of."""
    for account_sensor in ACCOUNT_SENSORS:
        yield AccountSensor(coordinator, account_sensor)
    for window in coordinator.data.windows:
        for window_sensor in WINDOW_SENSORS:
            yield WindowSensor(coordinator, window_sensor, window)
        yield PaceSensor(coordinator, PACE, window)
        for forecast in FORECASTS:
            yield ForecastSensor(coordinator, forecast, window)
        yield BurnRateSensor(coordinator, BURN_RATE, window)
    for metric in coordinator.data.metrics:
        yield (CountingSensor if accumulates(metric) else AmountSensor)(coordinator, METRIC_VALUE, metric)
        yield MetricSensor(coordinator, METRIC_EXPIRY, metric)


class QuotaSensor(FigureEntity, SensorEntity):
    """A sensor of an account."""

    @property
    @override
    def is_known(self) -> bool:
        return self.native_value is not None

    def measure(self, unit: str | None, state_class: SensorStateClass) -> None:
        """Show amounts of this unit, of this state class as far as the unit's device class allows it."""
        device_class = SensorDeviceClass.MONETARY if unit in ACTIVE_CURRENCIES else DEVICE_CLASSES.get(unit)
        if device_class in (SensorDeviceClass.MONETARY, SensorDeviceClass.ENERGY):
            state_class = SensorStateClass.TOTAL
        self._attr_suggested_display_precision = 2 if device_class is SensorDeviceClass.MONETARY else None
        self._attr_native_unit_of_measurement = unit
        self._attr_device_class = device_class
        self._attr_state_class = state_class


class AccountSensor(QuotaSensor):
    """Something that is known of the account as a whole."""

    entity_description: AccountSensorDescription
    _unrecorded_attributes = frozenset({"status_page"})

    @property
    @override
    def available(self) -> bool:
        return self.entity_description.lasting or super().available

    @property
    @override
    def native_value(self) -> Value:
        """Return what is known."""
        value = self.entity_description.value(self.coordinator.data)
        return self.coordinator.shown(value) if isinstance(value, str) else value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return where to look when the account has not been read for long."""
        link = self.coordinator.provider.status
        return {"status_page": link.url} if link and self.entity_description.lasting else None


class ServiceStatusSensor(StatusEntity, SensorEntity):
    """How the provider says that it is doing."""

    _unrecorded_attributes = frozenset({"description", "updated_at", "url", "components"})

    @property
    @override
    def native_value(self) -> str:
        """Return the indicator."""
        return self.status.indicator.value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what is the matter, and where to read more."""
        status, link = self.status, self.account.provider.status
        return {
            "description": status.description,
            "updated_at": iso(status.updated_at),
            "url": link and link.url,
            "components": {name: indicator.value for name, indicator in status.components.items()},
        }


class WindowSensor(WindowEntity, QuotaSensor):
    """A figure of a window."""

    entity_description: WindowSensorDescription
    _unrecorded_attributes = frozenset({"used", "remaining", "resets_at"})

    def __init__(self, coordinator: QuotaCoordinator, description: WindowSensorDescription, window: Window) -> None:
        super().__init__(coordinator, description, window)
        self._take_unit()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._take_unit()
        super()._handle_coordinator_update()

    def _take_unit(self) -> None:
        """Take the unit of an amount from the window, which need not have one while it has no amounts."""
        if self.entity_description.amount and self._window and self.is_known:
            self.measure(self._window.unit, SensorStateClass.MEASUREMENT)

    @property
    @override
    def native_value(self) -> Value:
        """Return the figure."""
        return self.entity_description.value(self._window) if self._window else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the rest of the window beside its used percentage."""
        if self.entity_description.key != "used" or not self._window:
            return None
        details = self._window.as_dict()
        return {name: details[name] for name in DETAILS}


class ForecastSensor(PaceEntity, QuotaSensor):
    """A figure of a window's pace."""

    entity_description: PaceSensorDescription

    @property
    @override
    def native_value(self) -> Value:
        """Return the figure, None while the window has no pace."""
        return self.entity_description.value(self._pace) if self._pace else None


class PaceSensor(ForecastSensor):
    """By how many percentage points the use is ahead of the clock.

    Of the many windows that some providers have, the first one and the long ones are those to keep an eye on.
    """

    _unrecorded_attributes = frozenset({"expected", "ratio", "stage", "lasts", "runs_out_at"})

    def __init__(self, coordinator: QuotaCoordinator, description: PaceSensorDescription, window: Window) -> None:
        super().__init__(coordinator, description, window)
        length = length_of(window)
        is_first = window == coordinator.data.windows[0]
        self._attr_entity_registry_enabled_default = is_first or (length is not None and length >= DAY)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what the pace means."""
        if not (pace := self._pace):
            return None
        return {
            "expected": rounded(pace.expected),
            "ratio": rounded(pace.ratio, 2),
            "stage": pace.stage.value,
            "lasts": pace.lasts,
            "runs_out_at": iso(pace.runs_out_at_minute),
        }


class BurnRateSensor(WindowEntity, QuotaSensor):
    """By how many percentage points an hour a window has lately been used."""

    _unrecorded_attributes = frozenset({"runway_minutes"})

    @property
    @override
    def is_known(self) -> bool:
        """Return whether there can be a rate; it takes a while until there is one."""
        return self._window is not None and self._window.used_percent is not None

    @property
    @override
    def native_value(self) -> float | None:
        """Return the rate; two decimals, because a month evenly used up takes a seventh of a point an hour."""
        rate = self.coordinator.burn_rate(self._window_id)
        return None if rate is None else rounded(rate, 2)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how long the window would last at this rate."""
        rate, window = self.coordinator.burn_rate(self._window_id), self._window
        if rate is None or window is None or window.used_percent is None:
            return None
        hours = runway(window.used_percent, rate)
        return {"runway_minutes": None if hours is None else round(hours * 60)}


class MetricSensor(QuotaSensor):
    """A figure of a metric."""

    entity_description: MetricSensorDescription

    def __init__(self, coordinator: QuotaCoordinator, description: MetricSensorDescription, metric: Metric) -> None:
        super().__init__(coordinator, description, f"metric_{metric.id}_{description.key}")
        self._metric_id = metric.id
        self._kind = metric.kind
        self._attr_translation_placeholders = {"metric": metric.name}

    @property
    @override
    def capability_attributes(self) -> dict[str, Any]:
        """Return which metric this is of, so that it is known without a figure, too."""
        known = super().capability_attributes or {}
        return {**known, "metric_id": self._metric_id, "metric_kind": self._kind.value}

    @property
    def _metric(self) -> Metric | None:
        return self.coordinator.data.metric(self._metric_id)

    @property
    @override
    def is_gone(self) -> bool:
        return self._metric is None

    @property
    @override
    def native_value(self) -> Value:
        """Return the figure."""
        return self.entity_description.value(self._metric) if self._metric else None


class AmountSensor(MetricSensor):
    """What is left, a rate, or what has come together in a period that slides along: it goes up and down."""

    _state_class = SensorStateClass.MEASUREMENT

    def __init__(self, coordinator: QuotaCoordinator, description: MetricSensorDescription, metric: Metric) -> None:
        super().__init__(coordinator, description, metric)
        self._attr_translation_key, self._attr_translation_placeholders = name_metric(metric)
        self.measure(metric.unit, self._state_class)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        if self._metric:  # whose money may be of another currency by now
            self.measure(self._metric.unit, self._state_class)
        super()._handle_coordinator_update()


class CountingSensor(AmountSensor, RestoreEntity):
    """What comes together until it begins anew; `last_reset` tells the statistics when it did.

    Where a provider's day, month or billing period begins is not known, but the figure drops then. It may also
    be corrected downwards a little, which is no new beginning; nor is it one when refunds turn it negative.
    """

    _state_class = SensorStateClass.TOTAL
    _last_value: float | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from where the sensor was when it was last seen."""
        if restored := await self.async_get_last_extra_data():
            kept = restored.as_dict()
            self._last_value = kept["value"]
            self._attr_last_reset = kept["last_reset"] and dt_util.parse_datetime(kept["last_reset"])
        self._notice_reset()
        await super().async_added_to_hass()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._notice_reset()
        super()._handle_coordinator_update()

    @property
    @override
    def extra_restore_state_data(self) -> RestoredExtraData:
        """Return what has to be known to notice a new beginning after a restart."""
        last_reset = self.last_reset.isoformat() if self.last_reset else None
        return RestoredExtraData({"value": self._last_value, "last_reset": last_reset})

    def _notice_reset(self) -> None:
        if self._metric is None:
            return
        if self._last_value is not None and max(0, self._metric.value) < 0.9 * self._last_value:
            self._attr_last_reset = self.coordinator.data.fetched_at
        self._last_value = self._metric.value


def rounded(value: float, digits: int = 1) -> float:
    """Return a figure with so many decimals, and never -0."""
    return round(value, digits) + 0.0


def plain(amount: float | None) -> float | None:
    """Return an amount, a whole one without decimals: 3 requests, not 3.0."""
    return amount if amount is None or not amount.is_integer() else int(amount)


def to_second(moment: datetime) -> datetime:
    """Return a time to the nearest second: one that is computed for every answer is off by fractions of it."""
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def accumulates(metric: Metric) -> bool:
    """Return whether a metric grows until it begins anew."""
    if PERIOD_THAT_SLIDES.search(metric.id) or metric.unit in THINGS:
        return False
    return metric.kind in (MetricKind.SPEND, MetricKind.COUNT)
