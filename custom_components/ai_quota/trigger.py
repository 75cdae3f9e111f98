"""Triggers: a figure crosses a threshold, or the event entity of an account tells something."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import CONF_OPTIONS, PERCENTAGE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityNumericalStateCrossedThresholdTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)
from homeassistant.helpers.typing import UNDEFINED, UndefinedType
import voluptuous as vol

from .quota.alerts import AlertType
from .targets import ALERTS, BALANCE, PACE, USED, async_select

CONF_WINDOW = "window"
CONF_EARLY = "early"
CONF_MIN_USED = "min_used"

SENSORS = {SENSOR_DOMAIN: DomainSpec()}
EVENTS = {EVENT_DOMAIN: DomainSpec()}

WINDOW_FIELDS = {vol.Optional(CONF_WINDOW): cv.string}
RESET_FIELDS = {
    **WINDOW_FIELDS,
    vol.Optional(CONF_EARLY): cv.boolean,
    vol.Optional(CONF_MIN_USED): vol.All(vol.Coerce(float), vol.Range(min=0)),
}


class CrossedThreshold(EntityNumericalStateCrossedThresholdTriggerBase):
    """A figure comes into a range."""

    _domain_specs = SENSORS
    _shown: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the sensors of the figure."""
        return async_select(self._hass, super().entity_filter(entities), self._shown)


class Alert(StatelessEntityTriggerBase):
    """The event entity of an account tells something of one type."""

    _domain_specs = EVENTS
    _type: ClassVar[AlertType]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the event entities of accounts."""
        return async_select(self._hass, super().entity_filter(entities), ALERTS)

    @override
    def is_valid_state(self, state: State, report_not_triggered: NotTriggeredReasonReporter) -> bool:
        """Return whether this is of the type, and what the options ask for."""
        return state.attributes.get(ATTR_EVENT_TYPE) == self._type and self._is_wanted(state.attributes)

    def _is_wanted(self, told: Mapping[str, Any]) -> bool:
        """Return whether the options let it pass: one that is left out, or a text left empty, asks for nothing."""
        wanted = self._options
        if wanted.get(CONF_WINDOW) and told.get("window_id") != wanted[CONF_WINDOW]:
            return False
        if CONF_EARLY in wanted and told.get("early", False) != wanted[CONF_EARLY]:
            return False
        return bool(told.get("previous_used_percent", 0) >= wanted.get(CONF_MIN_USED, 0))


def crossed_threshold(shown: str, unit: str | UndefinedType = UNDEFINED) -> type[Trigger]:
    """Return the trigger for a figure that comes into a range, in this unit or in any."""

    class CrossedThresholdOfFigure(CrossedThreshold):
        _shown = shown
        _valid_unit = unit

    return CrossedThresholdOfFigure


def alert(alert_type: AlertType, fields: Mapping[Any, Any] | None = None) -> type[Trigger]:
    """Return the trigger for one type of event, with these options."""

    class AlertOfType(Alert):
        _type = alert_type
        _schema = ENTITY_STATE_TRIGGER_SCHEMA.extend({vol.Required(CONF_OPTIONS, default={}): dict(fields or {})})

    return AlertOfType


TRIGGERS: dict[str, type[Trigger]] = {
    "usage_crossed_threshold": crossed_threshold(USED, PERCENTAGE),
    "pace_crossed_threshold": crossed_threshold(PACE, PERCENTAGE),
    "balance_crossed_threshold": crossed_threshold(BALANCE),
    "quota_reset": alert(AlertType.RESET, RESET_FIELDS),
    "quota_exhausted": alert(AlertType.EXHAUSTED, WINDOW_FIELDS),
    "threshold_reached": alert(AlertType.THRESHOLD_REACHED, WINDOW_FIELDS),
    "credit_expiring": alert(AlertType.CREDIT_EXPIRING, WINDOW_FIELDS),
    "sign_in_needed": alert(AlertType.AUTH_FAILED),
    "provider_outage": alert(AlertType.PROVIDER_OUTAGE),
    "provider_recovered": alert(AlertType.PROVIDER_RECOVERED),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by name."""
    return TRIGGERS
