"""Forms for the fields of a provider, and what follows from what was typed into them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol
from yarl import URL

from .const import CONF_SOURCE, SOURCE_AUTO
from .quota.credentials import Field, FieldKind, Settings, Way
from .quota.model import AuthFailed, BadConfiguration, QuotaError
from .quota.provider import Provider

ADVANCED = "advanced"
"""The folded part of the form."""
ENVIRONMENT = "environment"
"""A part without fields that names the environment variables in use."""
KEEP_STORED = "keep_stored"
"""Whether stored credentials stay that are not typed here."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form of one way in. `stored` is the data of the entry that it changes, empty for a new one."""

    provider: Provider
    way: Way | None
    fields: tuple[Field, ...]
    stored: Mapping[str, Any]
    env: Mapping[str, str]
    reconfigures: bool = False

    # What is shown

    def schema(self, err: QuotaError | None = None) -> vol.Schema:
        """Return the form, its folded part open when that is where the error lies."""
        parts: dict[vol.Marker, Any] = {self._marker(field): selector(field) for field in self._plain}
        if self.reconfigures:
            parts |= self._reconfiguration()
        if self._folded:
            folded = vol.Schema({vol.Optional(field.key): selector(field) for field in self._folded})
            is_open = isinstance(err, BadConfiguration) and any(field.key == err.field for field in self._folded)
            parts[vol.Optional(ADVANCED)] = section(folded, {"collapsed": not is_open})
        if self.variables:
            parts[vol.Optional(ENVIRONMENT)] = section(vol.Schema({}), {"collapsed": False})
        return vol.Schema(parts)

    @property
    def _plain(self) -> list[Field]:
        return [field for field in self.fields if not field.advanced]

    @property
    def _folded(self) -> list[Field]:
        return [field for field in self.fields if field.advanced]

    def _marker(self, field: Field) -> vol.Marker:
        has_value = self._variable(field) or (field.is_secret and self.stored.get(field.key))
        return vol.Optional(field.key) if has_value or not field.required else vol.Required(field.key)

    def _reconfiguration(self) -> dict[vol.Marker, Any]:
        """Return what is asked besides the fields when an account is reconfigured."""
        found: dict[vol.Marker, Any] = {}
        if self.way and any(not field.required or field not in self.fields for field in self._held):
            found[vol.Optional(KEEP_STORED, default=self._is_held_way)] = BooleanSelector()
        sources = list(dict.fromkeys((SOURCE_AUTO, *(each.source for each in self.provider.strategies))))
        if len(sources) > 2:
            chosen = self.stored.get(CONF_SOURCE)
            default = chosen if chosen in sources and self._is_held_way else SOURCE_AUTO
            found[vol.Optional(CONF_SOURCE, default=default)] = dropdown(sources, CONF_SOURCE)
        return found

    @property
    def _held(self) -> list[Field]:
        """Return the fields of which the entry holds a credential."""
        return [field for field in self.provider.fields if is_credential(field) and self.stored.get(field.key)]

    @property
    def _is_held_way(self) -> bool:
        """Return whether this is a way that the entry goes already; who turns to another leaves the old one behind."""
        if self.way and not self._held:
            return self.way in (Way.MACHINE, Way.COOKIE)  # it rests on this machine, or on a browser there
        return self.way is None or any(way_of(field) is self.way for field in self._held)

    def values(self) -> dict[str, Any]:
        """Return what the fields hold at first: what is stored or applies without it, but never a secret."""
        found = {
            field.key: self.stored.get(field.key, self._otherwise(field))
            for field in self.fields
            if not field.is_secret
        }
        return {
            key: str(value) if isinstance(value, URL) else value for key, value in found.items() if value is not None
        }

    @property
    def variables(self) -> list[str]:
        """Return the environment variables that stand in for fields left empty."""
        return list(filter(None, map(self._variable, self.fields)))

    def _variable(self, field: Field) -> str | None:
        return next((name for name in field.env if self.env.get(name)), None)

    def _otherwise(self, field: Field) -> Any:
        """Return the value that a field has when the entry holds none."""
        with suppress(BadConfiguration):
            return Settings((field,), {}, self.env).get(field.key)
        return field.default

    @property
    def placeholders(self) -> dict[str, str]:
        """Return the texts of the provider that the translations of this form quote."""
        return {
            ENVIRONMENT: ", ".join(self.variables),
            **{f"{field.key}_help": help_of(field) for field in self.fields},
        }

    def errors(self, err: QuotaError | None) -> dict[str, str]:
        """Return the error, beside its field where that can be seen."""
        if err is None:
            return {}
        key = err.field if isinstance(err, BadConfiguration) else None
        if isinstance(err, AuthFailed):
            key = next((field.key for field in self._plain if is_credential(field) and field.way is self.way), None)
        return {key if key in {field.key for field in self._plain} else "base": err.kind.value}

    # What was typed

    def changes(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the typed values change in the entry's data; None removes a key.

        A secret that is left empty stays as it is stored, unless all that is stored is to be forgotten.
        A new token takes the place of everything that belonged to the old one.
        """
        values = {field.key: self._typed(field, typed.get(field.key)) for field in self.fields}
        keep = typed.get(KEEP_STORED, self._is_held_way)
        found: dict[str, Any] = {}
        if not keep:
            found |= dict.fromkeys(field.key for field in self.provider.fields if way_of(field))
            found[CONF_SOURCE] = SOURCE_AUTO
        elif self.way is Way.TOKEN and any(values[field.key] for field in self.fields if is_credential(field)):
            found |= dict.fromkeys(field.key for field in self.provider.fields if field.hidden)
        for field in self.fields:
            if values[field.key] is not None or not (keep and field.is_secret):
                found[field.key] = values[field.key]
        if CONF_SOURCE in typed:
            found[CONF_SOURCE] = typed[CONF_SOURCE]
        return found

    def _typed(self, field: Field, raw: Any) -> Any:
        """Return a typed value, None when it is empty or adds nothing to what applies anyway."""
        value = raw.strip() if isinstance(raw, str) else raw
        if value in (None, "") or field.is_secret:
            return value or None
        with suppress(BadConfiguration):  # it is refused when it is used
            return None if field.read(value) == self._otherwise(field) else value
        return value


def way_of(field: Field) -> Way | None:
    """Return the way in that a field belongs to; what a sign-in sets belongs to its tokens."""
    return Way.TOKEN if field.hidden else field.way


def is_credential(field: Field) -> bool:
    """Return whether the field lets in, on a way of its own."""
    return field.is_secret and way_of(field) is not None


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, the folded part unfolded."""
    plain = {key: value for key, value in user_input.items() if key not in (ADVANCED, ENVIRONMENT)}
    return {**plain, **user_input.get(ADVANCED, {})}


def help_of(field: Field) -> str:
    """Return where to get the value of a field, in Markdown."""
    link = f"[{URL(field.link).host}]({field.link})" if field.link else ""
    return " ".join(filter(None, (field.help, link)))


def selector(field: Field) -> Selector[Any]:
    """Return what a field is filled in with."""
    if field.kind is FieldKind.COOKIE or (field.is_secret and field.way is Way.COOKIE):
        # What is copied from a browser can have many lines, and only this keeps them apart.
        return TextSelector(TextSelectorConfig(multiline=True))
    match field.kind:
        case FieldKind.SECRET:
            return TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
        case FieldKind.URL:
            return TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
        case FieldKind.SELECT:
            return dropdown(list(field.options), field.key)
        case FieldKind.BOOL:
            return BooleanSelector()
        case FieldKind.NUMBER:
            return NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any"))
    return TextSelector()


def dropdown(options: list[str], translation_key: str) -> SelectSelector:
    """Return a choice whose options are translated."""
    return SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN, translation_key=translation_key)
    )
