"""The options of an account: their form, and what they mean."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.const import PERCENTAGE, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .const import (
    CONF_ADAPTIVE,
    CONF_EXPIRY_DAYS,
    CONF_HIDE_EMAIL,
    CONF_MINIMUM_BALANCE,
    CONF_PACE_WARNING,
    CONF_SCAN_INTERVAL,
    CONF_SERVICE_STATUS,
    CONF_THRESHOLDS,
    CONF_WORK_DAYS,
    DEFAULT_ADAPTIVE,
    DEFAULT_EXPIRY_DAYS,
    DEFAULT_HIDE_EMAIL,
    DEFAULT_PACE_WARNING,
    DEFAULT_SERVICE_STATUS,
    DEFAULT_THRESHOLDS,
    DEFAULT_WORK_DAYS,
)
from .quota.alerts import Rules
from .quota.provider import Every, Provider

USUAL_THRESHOLDS = (50, 75, 80, 90, 95)
WORK_WEEKS = (0, 2, 3, 4, 5, 6)
"""The days of a working week that can be chosen; 0 for all seven."""


def rules_of(options: Mapping[str, Any]) -> Rules:
    """Return what a person has chosen to be told."""
    return Rules(
        thresholds=tuple(options.get(CONF_THRESHOLDS, DEFAULT_THRESHOLDS)),
        pace_warning=options.get(CONF_PACE_WARNING, DEFAULT_PACE_WARNING),
        lead=timedelta(days=options.get(CONF_EXPIRY_DAYS, DEFAULT_EXPIRY_DAYS)),
        minimum_balance=options.get(CONF_MINIMUM_BALANCE),
    )


def low_from(options: Mapping[str, Any]) -> float | None:
    """Return the use, in per cent, from which on a quota is low; None where nobody wants to be told."""
    return min(rules_of(options).thresholds, default=None)


# The form


def options_schema(provider: Provider, every: Every) -> vol.Schema:
    """Return the form for an account at this provider, which is polled so often."""
    parts: dict[vol.Marker, Any] = {
        vol.Required(CONF_SCAN_INTERVAL, default=every.default): NumberSelector(
            NumberSelectorConfig(
                min=every.minimum,
                max=every.maximum,
                step="any",
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTime.MINUTES,
            )
        ),
        vol.Required(CONF_ADAPTIVE, default=DEFAULT_ADAPTIVE): BooleanSelector(),
        vol.Required(CONF_THRESHOLDS, default=list(map(str, DEFAULT_THRESHOLDS))): SelectSelector(
            SelectSelectorConfig(
                options=list(map(str, USUAL_THRESHOLDS)),
                multiple=True,
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Optional(CONF_MINIMUM_BALANCE): NumberSelector(
            NumberSelectorConfig(min=0, step="any", mode=NumberSelectorMode.BOX)
        ),
        vol.Required(CONF_EXPIRY_DAYS, default=DEFAULT_EXPIRY_DAYS): NumberSelector(
            NumberSelectorConfig(min=1, max=30, mode=NumberSelectorMode.BOX, unit_of_measurement=UnitOfTime.DAYS)
        ),
        vol.Required(CONF_PACE_WARNING, default=DEFAULT_PACE_WARNING): BooleanSelector(),
        vol.Required(CONF_WORK_DAYS, default=str(DEFAULT_WORK_DAYS)): SelectSelector(
            SelectSelectorConfig(
                options=list(map(str, WORK_WEEKS)),
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_WORK_DAYS,
            )
        ),
    }
    if provider.status and provider.status.is_readable:
        parts[vol.Required(CONF_SERVICE_STATUS, default=DEFAULT_SERVICE_STATUS)] = BooleanSelector()
    parts[vol.Required(CONF_HIDE_EMAIL, default=DEFAULT_HIDE_EMAIL)] = BooleanSelector()
    return vol.Schema(parts)


def as_typed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as the form holds them, in which what is chosen from a list is a text."""
    found = dict(options)
    if CONF_THRESHOLDS in found:
        found[CONF_THRESHOLDS] = list(map(str, found[CONF_THRESHOLDS]))
    if CONF_WORK_DAYS in found:
        found[CONF_WORK_DAYS] = str(found[CONF_WORK_DAYS])
    return found


def as_stored(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were typed; raises ValueError when a threshold is none."""
    return {
        **typed,
        CONF_THRESHOLDS: sorted(set(map(_threshold, typed[CONF_THRESHOLDS]))),
        CONF_EXPIRY_DAYS: int(typed[CONF_EXPIRY_DAYS]),
        CONF_WORK_DAYS: int(typed[CONF_WORK_DAYS]),
    }


def _threshold(typed: str) -> int:
    found = int(typed.strip().removesuffix(PERCENTAGE))
    if not 1 <= found <= 99:
        raise ValueError("no threshold")
    return found
