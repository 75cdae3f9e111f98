"""Repair issues: the failures of an account that only a person can mend."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .quota.model import Kind, QuotaError

ISSUES = (Kind.UNSUPPORTED, Kind.CONFIGURATION)
"""The kinds of failure that there are issues for."""


@callback
def async_show_issue(
    hass: HomeAssistant, entry: ConfigEntry, err: QuotaError | None, *, account: str, provider: str
) -> None:
    """Raise the issue that the outcome of a fetch calls for, if it does, and take back any other."""
    async_delete_issues(hass, entry, but=err.kind if err else None)
    if err is None or err.kind not in ISSUES:
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(err.kind, entry),
        data={"entry_id": entry.entry_id},
        is_fixable=err.kind is Kind.CONFIGURATION,
        severity=ir.IssueSeverity.ERROR,
        translation_key=err.kind.value,
        translation_placeholders={"account": account, "provider": provider, "message": err.message},
    )


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry, but: Kind | None = None) -> None:
    """Take back the issues of an account."""
    for kind in ISSUES:
        if kind is not but:
            ir.async_delete_issue(hass, DOMAIN, issue_id(kind, entry))


def issue_id(kind: Kind, entry: ConfigEntry) -> str:
    """Return the id of an account's issue."""
    return f"{kind}_{entry.entry_id}"
