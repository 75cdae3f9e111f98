"""The sensors of an account, seen through their states."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.sensor import ATTR_LAST_RESET, ATTR_STATE_CLASS
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache_with_extra_data, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.ai_quota.const import DOMAIN
from tests.example import NOW, RICH, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

SESSION = {"id": "session", "name": "Session", "used_percent": 10}
SPEND = "sensor.example_someone_spend_today"


def windows(*found: dict[str, Any]) -> dict[str, Any]:
    return {"windows": [SESSION, *found]}


def spend(value: float) -> dict[str, Any]:
    metric = {"id": "spend_today", "name": "Spend today", "value": value, "unit": "USD", "kind": "spend"}
    return {"metrics": [metric]}


async def test_all_that_a_rich_account_shows(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("custom_components.ai_quota.PLATFORMS", [Platform.SENSOR])
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass, entry_id="01JD5EXAMPLE0000000000ACCT")
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    assert "impossible considering" not in caplog.text


async def test_what_few_need_is_disabled_at_first(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entity_registry: er.EntityRegistry
) -> None:
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass)
    registered = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    disabled = {
        each.unique_id.removeprefix(f"{entry.entry_id}_")
        for each in registered
        if each.domain == "sensor" and each.disabled_by
    }
    assert disabled == {
        "budget_burn_rate",
        "budget_limit",
        "budget_remaining",
        "fuel_pack_burn_rate",
        "fuel_pack_limit",
        "fuel_pack_remaining",
        "session_burn_rate",
        "session_projected",
        "session_runs_out_at",
        "weekly_opus_burn_rate",
        "weekly_opus_projected",
        "weekly_opus_runs_out_at",
    }


async def test_what_changes_at_every_poll_is_not_recorded_twice(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add_example(hass)
    state = hass.states.get("sensor.example_someone_budget_usage")
    unrecorded = state.state_info["unrecorded_attributes"]
    details = state.attributes.keys() & {
        "window_id",
        "used",
        "limit",
        "remaining",
        "unit",
        "resets_at",
        "duration_minutes",
    }
    assert details - unrecorded == {"window_id", "limit", "unit", "duration_minutes"}
    assert details & unrecorded == {"used", "remaining", "resets_at"}


async def test_a_reset_that_is_off_by_fractions_of_a_second_is_the_same(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    found = set()
    for clock in ("14:59:59.943", "15:00:00.412"):
        says(upstream, {"windows": [{**SESSION, "resets_at": f"2026-11-20T{clock}+00:00"}]})
        await (poll(hass, freezer) if found else add_example(hass))
        found.add(hass.states.get("sensor.example_someone_session_reset").state)
    assert found == {"2026-11-20T15:00:00+00:00"}


async def test_only_what_the_account_has_is_there(
    hass: HomeAssistant, upstream: Upstream, entity_registry: er.EntityRegistry
) -> None:
    says(upstream, windows({"id": "renewal", "name": "Renewal", "resets_at": "2099-01-01T00:00:00+00:00"}))
    entry = await add_example(hass)
    registered = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {each.unique_id.removeprefix(f"{entry.entry_id}_") for each in registered if each.domain == "sensor"} == {
        "last_success",
        "renewal_resets_at",
        "session_burn_rate",
        "session_used",
        "source",
    }


# Names


@pytest.mark.parametrize(
    ("language", "window", "name"),
    [
        ("en", {"id": "weekly", "name": "Weekly"}, "Weekly usage"),
        ("de", {"id": "weekly", "name": "Weekly"}, "Wochenverbrauch"),
        ("de", {"id": "session", "name": "Session (5 hours)"}, "Sitzungsverbrauch"),
        ("de", {"id": "session", "name": "Five hours"}, "Sitzungsverbrauch"),
        ("de", {"id": "weekly", "name": "7-day usage"}, "Wochenverbrauch"),
        ("en", {"id": "monthly_other", "name": "Other usage"}, "Other usage"),
        ("de", {"id": "key", "name": "API key limit"}, "Verbrauch des API-Schlüssels"),
        ("en", {"id": "weekly_opus", "name": "Weekly (Opus)"}, "Weekly (Opus) usage"),
        ("de", {"id": "weekly_opus", "name": "Weekly (Opus)"}, "Wöchentlich (Opus): Verbrauch"),
        ("en", {"id": "monthly", "name": "Overage"}, "Overage usage"),
        ("de", {"id": "monthly", "name": "Overage"}, "Overage: Verbrauch"),
        ("de", {"id": "flow_actions", "name": "Flow actions"}, "Flow actions: Verbrauch"),
        ("en", {"id": "odd", "name": "Braces {and} more"}, "Braces {and} more usage"),
    ],
)
async def test_names_of_windows(
    hass: HomeAssistant, upstream: Upstream, language: str, window: dict[str, Any], name: str
) -> None:
    hass.config.language = language
    says(upstream, {"windows": [{**window, "used_percent": 5}]})
    entry = await add_example(hass)
    assert shown(hass, entry.entry_id, f"{window['id']}_used") == f"Example (someone) {name}"


@pytest.mark.parametrize(
    ("language", "metric", "name"),
    [
        ("en", {"id": "balance", "name": "Zen balance"}, "Balance"),
        ("de", {"id": "balance", "name": "Zen balance"}, "Guthaben"),
        ("en", {"id": "tokens_90d", "name": "Tokens, 90 days"}, "Tokens, 90 days"),
        ("de", {"id": "tokens_90d", "name": "Tokens, 90 days"}, "Tokens, 90 Tage"),
        ("de", {"id": "balance_cny", "name": "Balance (CNY)"}, "Guthaben (CNY)"),
        ("de", {"id": "requests_30d_cloud", "name": "Requests, 30 days (Cloud)"}, "Anfragen, 30 Tage (Cloud)"),
        ("de", {"id": "balance_engines", "name": "Workspace Engines"}, "Workspace Engines"),
        ("de", {"id": "frobs_30d", "name": "Frobs, 30 days"}, "Frobs, 30 days"),
    ],
)
async def test_names_of_metrics(
    hass: HomeAssistant, upstream: Upstream, language: str, metric: dict[str, Any], name: str
) -> None:
    hass.config.language = language
    says(upstream, {"metrics": [{**metric, "value": 5, "unit": None, "kind": "balance"}]})
    entry = await add_example(hass)
    assert shown(hass, entry.entry_id, f"metric_{metric['id']}_value") == f"Example (someone) {name}"


def shown(hass: HomeAssistant, entry_id: str, key: str) -> str:
    """Return the name under which a sensor appears."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry_id}_{key}")
    assert entity_id
    return hass.states.get(entity_id).name


# Units


@pytest.mark.parametrize(
    ("metric", "device_class", "state_class"),
    [
        ({"id": "balance", "kind": "balance", "unit": "USD"}, "monetary", "total"),
        ({"id": "balance", "kind": "balance", "unit": "credits"}, None, "measurement"),
        ({"id": "spend_today", "kind": "spend", "unit": "CNY"}, "monetary", "total"),
        ({"id": "spend_30d", "kind": "spend", "unit": "EUR"}, "monetary", "total"),
        ({"id": "tokens_today", "kind": "count", "unit": "tokens"}, None, "total"),
        ({"id": "tokens_30d", "kind": "count", "unit": "tokens"}, None, "measurement"),
        ({"id": "requests_30d_cloud", "kind": "count", "unit": "requests"}, None, "measurement"),
        ({"id": "energy_month", "kind": "count", "unit": "kWh"}, "energy", "total"),
        ({"id": "tokens_per_minute", "kind": "rate", "unit": "tokens"}, None, "measurement"),
        ({"id": "decision_time", "kind": "rate", "unit": "ms"}, "duration", "measurement"),
        ({"id": "saved_percent", "kind": "rate", "unit": "%"}, None, "measurement"),
        ({"id": "overdue_invoices", "kind": "count", "unit": None}, None, "total"),
    ],
)
async def test_a_metric_is_of_its_class(
    hass: HomeAssistant,
    upstream: Upstream,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
    metric: dict[str, Any],
    device_class: str | None,
    state_class: str,
) -> None:
    says(upstream, {"metrics": [{**metric, "name": "Figure", "value": 7.5}]})
    entry = await add_example(hass)
    key = f"{entry.entry_id}_metric_{metric['id']}_value"
    state = hass.states.get(entity_registry.async_get_entity_id("sensor", DOMAIN, key))
    assert state.state == "7.5"
    assert state.attributes.get(ATTR_DEVICE_CLASS) == device_class
    assert state.attributes[ATTR_STATE_CLASS] == state_class
    assert state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) == metric["unit"]
    assert "impossible considering" not in caplog.text


# What comes and goes


async def test_a_new_window_appears_and_one_that_is_gone_can_be_deleted(
    hass: HomeAssistant, upstream: Upstream, entity_registry: er.EntityRegistry, freezer: FrozenDateTimeFactory
) -> None:
    opus = "sensor.example_someone_weekly_opus_usage"
    says(upstream, windows())
    await add_example(hass)
    assert hass.states.get(opus) is None

    says(upstream, windows({"id": "weekly_opus", "name": "Weekly (Opus)", "used_percent": 5}))
    await poll(hass, freezer)
    assert hass.states.get(opus).state == "5"

    says(upstream, windows())
    await poll(hass, freezer)
    assert hass.states.get(opus).state == STATE_UNAVAILABLE
    assert hass.states.get(opus).attributes["restored"]  # so that the user interface offers to delete it
    assert hass.states.get("sensor.example_someone_session_usage").state == "10"

    says(upstream, windows({"id": "weekly_opus", "name": "Weekly (Opus)", "used_percent": 6}))
    await poll(hass, freezer)
    assert hass.states.get(opus).state == "6"
    assert "restored" not in hass.states.get(opus).attributes

    says(upstream, windows())
    await poll(hass, freezer)
    entity_registry.async_remove(opus)
    await poll(hass, freezer)
    assert hass.states.get(opus) is None


async def test_a_metric_comes_and_goes_likewise(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, windows())
    await add_example(hass)
    says(upstream, spend(4))
    await poll(hass, freezer)
    assert hass.states.get(SPEND).state == "4"
    says(upstream, windows())
    await poll(hass, freezer)
    assert hass.states.get(SPEND).state == STATE_UNAVAILABLE
    says(upstream, spend(5))
    await poll(hass, freezer)
    assert hass.states.get(SPEND).state == "5"


async def test_a_figure_that_comes_later_stays(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    reset = "sensor.example_someone_session_reset"
    says(upstream, windows())
    entry = await add_example(hass)
    assert hass.states.get(reset) is None
    says(upstream, {"windows": [SESSION | {"resets_at": "2099-01-01T00:00:00+00:00"}]})
    await poll(hass, freezer)
    assert hass.states.get(reset).state == "2099-01-01T00:00:00+00:00"
    says(upstream, windows())
    await poll(hass, freezer)
    assert hass.states.get(reset).state == STATE_UNKNOWN
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(reset).state == STATE_UNKNOWN


async def test_a_disabled_sensor_does_not_mind_that_its_window_is_gone(
    hass: HomeAssistant, upstream: Upstream, entity_registry: er.EntityRegistry, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    await add_example(hass)
    says(upstream, windows())
    await poll(hass, freezer)
    assert entity_registry.async_get("sensor.example_someone_budget_remaining").disabled
    says(upstream, RICH)
    await poll(hass, freezer)
    assert hass.states.get("sensor.example_someone_budget_usage").state == "25"
    assert hass.states.get("sensor.example_someone_budget_remaining") is None


# What begins anew


def last_reset(hass: HomeAssistant) -> datetime | None:
    found = hass.states.get(SPEND).attributes.get(ATTR_LAST_RESET)
    return datetime.fromisoformat(found) if found else None


async def test_a_spend_that_drops_has_begun_anew(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    says(upstream, spend(10))
    entry = await add_example(hass)
    for value in (12, 11.5):  # the second one is a correction
        says(upstream, spend(value))
        await poll(hass, freezer)
        assert last_reset(hass) is None
    says(upstream, spend(0))
    await poll(hass, freezer)
    begun = entry.runtime_data.data.fetched_at
    assert hass.states.get(SPEND).state == "0"
    assert last_reset(hass) == begun
    says(upstream, spend(3))
    await poll(hass, freezer)
    assert last_reset(hass) == begun


@pytest.mark.parametrize(
    ("now", "expected"),
    [(9, datetime(2026, 11, 1, tzinfo=UTC)), (2, datetime(2026, 11, 20, 12, tzinfo=UTC))],
)
async def test_it_goes_on_after_a_restart(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, now: float, expected: datetime
) -> None:
    freezer.move_to(NOW)
    kept = {"value": 8.0, "last_reset": "2026-11-01T00:00:00+00:00"}
    mock_restore_cache_with_extra_data(hass, [(State(SPEND, "8.0"), kept)])
    says(upstream, spend(now))
    await add_example(hass)
    assert last_reset(hass) == expected


async def test_it_goes_on_after_its_first_period_too(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    mock_restore_cache_with_extra_data(hass, [(State(SPEND, "8.0"), {"value": 8.0, "last_reset": None})])
    says(upstream, spend(9))
    await add_example(hass)
    assert last_reset(hass) is None


async def test_what_a_restart_needs_is_kept(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    says(upstream, spend(5))
    entry = await add_example(hass)
    says(upstream, spend(1))
    await poll(hass, freezer)
    begun = last_reset(hass)
    assert begun == entry.runtime_data.data.fetched_at
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert last_reset(hass) == begun
