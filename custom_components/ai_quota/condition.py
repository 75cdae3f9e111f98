"""Conditions: how much of a quota is used, at what pace, and whether the provider works."""

from collections.abc import Callable, Mapping
import operator
from typing import Any, ClassVar, override

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)
import voluptuous as vol

from .targets import PACE, SERVICE_STATUS, USED, async_select

CONF_THRESHOLD = "threshold"

ATTR_LASTS = "lasts"

SENSORS = {SENSOR_DOMAIN: DomainSpec()}
SENSORS_THAT_TELL = {SENSOR_DOMAIN: DomainSpec(value_source=ATTR_LASTS)}

USED_UP = 100
OPERATIONAL = "none"
"""The indicator of a provider without problems."""

THRESHOLD_SCHEMA = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
    {vol.Required(CONF_OPTIONS): {vol.Required(CONF_THRESHOLD): vol.Coerce(float)}}
)


class SensorCondition(EntityConditionBase):
    """Something is true of any or of all sensors of one kind."""

    _domain_specs = SENSORS
    _shown: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the sensors of the kind."""
        return async_select(self._hass, super().entity_filter(entities), self._shown)

    @override
    def _check_all_match_state(self, states: list[State]) -> bool:
        # Of nothing at all everything is true; but what is not known is neither used up nor left.
        return bool(states) and super()._check_all_match_state(states)


def figure(shown: str, compare: Callable[[float, float], bool], number: float | None = None) -> type[Condition]:
    """Return the condition that compares a figure with a number, that of the options unless it is given here."""

    class Comparison(SensorCondition):
        _shown = shown
        _schema = THRESHOLD_SCHEMA if number is None else ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL

        def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
            super().__init__(hass, config)
            options: Mapping[str, Any] = config.options or {}
            self._number: float = options[CONF_THRESHOLD] if number is None else number

        @override
        def is_valid_state(self, entity_state: State) -> bool:
            return compare(float(entity_state.state), self._number)

    return Comparison


class WillLast(SensorCondition):
    """At its pace, a quota lasts until it resets."""

    _domain_specs = SENSORS_THAT_TELL
    _shown = PACE

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Return whether it lasts."""
        return entity_state.attributes.get(ATTR_LASTS) is True


class ProviderIsOperational(SensorCondition):
    """The provider's status page tells of no problem."""

    _primary_entities_only = False  # the status is a diagnostic
    _shown = SERVICE_STATUS

    @override
    def _should_include(self, _state: State) -> bool:
        return True  # a status that is not known counts: as not operational

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Return whether there is no problem."""
        return entity_state.state == OPERATIONAL


CONDITIONS: dict[str, type[Condition]] = {
    "usage_above": figure(USED, operator.gt),
    "usage_below": figure(USED, operator.lt),
    "is_exhausted": figure(USED, operator.ge, USED_UP),
    "has_quota_left": figure(USED, operator.lt, USED_UP),
    "is_ahead_of_pace": figure(PACE, operator.gt),
    "will_last": WillLast,
    "provider_is_operational": ProviderIsOperational,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by name."""
    return CONDITIONS
