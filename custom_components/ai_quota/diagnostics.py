"""Diagnostics: what an account was told and how its last fetch went, fit to be published."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import CONF_PROVIDER, CONF_SOURCE
from .coordinator import QuotaConfigEntry, QuotaCoordinator
from .quota.credentials import Field
from .quota.model import iso
from .service_status import PAGES

PERSONAL = ("account", "organization")


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: QuotaConfigEntry) -> dict[str, Any]:
    """Return the diagnostics of an account, also of one that could not be set up."""
    coordinator = entry.runtime_data if entry.state is ConfigEntryState.LOADED else None
    about = {
        "version": f"{entry.version}.{entry.minor_version}",
        "state": entry.state.value,
        "error": entry.error_reason_translation_key,
        "data": public(entry.data, coordinator.provider.fields if coordinator else ()),
        "options": dict(entry.options),
    }
    return {"entry": about, **(fetched(coordinator) if coordinator else {})}


def fetched(coordinator: QuotaCoordinator) -> dict[str, Any]:
    """Return how the last fetch went, and the last snapshot."""
    snapshot, error = coordinator.data, coordinator.error
    found: dict[str, Any] = {
        "fetch": {
            "ok": coordinator.last_update_success,
            "error": error and {"kind": error.kind, "message": error.message},
            "attempts": [{**attempt.as_dict(), "seconds": attempt.seconds} for attempt in coordinator.attempts],
            "next_in_seconds": coordinator.update_interval and coordinator.update_interval.total_seconds(),
        },
        "snapshot": snapshot.as_dict(coordinator.provider.name),
        "status_page": status_page(coordinator),
    }
    personal = (coordinator.config_entry.unique_id, snapshot.identity, snapshot.account, snapshot.organization)
    redacted: dict[str, Any] = without(async_redact_data(found, PERSONAL), [value for value in personal if value])
    return redacted


def status_page(coordinator: QuotaCoordinator) -> dict[str, Any] | None:
    """Return where the provider tells how it is doing, and what it told, if it is asked."""
    link = coordinator.provider.status
    if link is None:
        return None
    found: dict[str, Any] = {"url": link.url, "kind": link.kind}
    if page := coordinator.hass.data[PAGES].async_page_of(coordinator):
        status = page.status_of(coordinator)
        found |= {
            "ok": page.last_update_success,
            "indicator": status.indicator,
            "description": status.description,
            "updated_at": iso(status.updated_at),
            "components": dict(status.components),
        }
    return found


def public(data: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return an entry's data, in which only what is known to be harmless can be read."""
    harmless = {field.key for field in fields if not field.is_secret and not field.hidden}
    readable = {CONF_PROVIDER, CONF_SOURCE, *harmless}.difference(PERSONAL)
    return {key: value if key in readable else REDACTED for key, value in data.items()}


def without(node: Any, values: list[str]) -> Any:
    """Return a document in whose texts these values do not occur: messages and names may quote them."""
    if isinstance(node, dict):
        return {key: without(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [without(value, values) for value in node]
    if isinstance(node, str):
        for value in values:
            node = node.replace(value, REDACTED)
    return node
