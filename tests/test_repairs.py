"""From a repair issue to reconfiguration."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.ai_quota.const import DOMAIN
from tests.example import USAGE, add_example, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


async def test_an_issue_leads_to_reconfiguration(
    hass: HomeAssistant,
    upstream: Upstream,
    issue_registry: ir.IssueRegistry,
    hass_client: Callable[..., Any],
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    entry = await add_example(hass, {"base_url": "ftp://example.com"})
    issue_id = f"configuration_{entry.entry_id}"
    client = await hass_client()

    answer = await client.post("/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id})
    step = await answer.json()
    assert (step["type"], step["step_id"]) == ("form", "confirm")
    assert step["description_placeholders"]["account"] == "Example (someone)"
    assert "base_url" in step["description_placeholders"]["message"]

    answer = await client.post(f"/api/repairs/issues/fix/{step['flow_id']}", json={})
    step = await answer.json()
    assert (step["type"], step["reason"]) == ("abort", "reconfigure")
    kind, flow_id = step["next_flow"]
    assert kind == "config_flow"
    (flow,) = entry.async_get_active_flows(hass, {SOURCE_RECONFIGURE})
    assert flow["flow_id"] == flow_id
    assert issue_registry.async_get_issue(DOMAIN, issue_id)

    says(upstream)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "base_url": USAGE})
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_what_cannot_be_mended_here_is_only_told(
    hass: HomeAssistant, upstream: Upstream, issue_registry: ir.IssueRegistry
) -> None:
    says(upstream, status=404)
    entry = await add_example(hass)
    issue = issue_registry.async_get_issue(DOMAIN, f"unsupported_{entry.entry_id}")
    assert issue
    assert issue.severity is ir.IssueSeverity.ERROR
    assert not issue.is_fixable
    assert issue.translation_placeholders == {
        "account": "Example (someone)",
        "provider": "Example",
        "message": "api.example.com answered HTTP 404",
    }
