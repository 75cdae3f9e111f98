"""What Home Assistant's long-term statistics make of the sensors."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import (
    statistics_during_period,
    update_statistics_issues,
    validate_statistics,
)
from homeassistant.components.sensor import ATTR_STATE_CLASS, SensorDeviceClass, SensorStateClass
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.ai_quota.quota.model import MetricKind
from tests.example import add_example, says
from tests.upstream import Upstream, load_cases

pytestmark = pytest.mark.usefixtures("example")

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPEND = "sensor.example_someone_spend_today"
BALANCE = "sensor.example_someone_balance"
USED = "sensor.example_someone_session_usage"
PACE = "sensor.example_someone_session_pace"
PROJECTED = "sensor.example_someone_session_projection"
BURN_RATE = "sensor.example_someone_session_burn_rate"
LIMIT = "sensor.example_someone_budget"

WINDOW_FIGURES = ("used", "remaining", "limit", "pace", "projected", "burn_rate")
TYPES = {SensorStateClass.MEASUREMENT: {"mean", "min", "max"}, SensorStateClass.TOTAL: {"state", "sum"}}


@pytest.fixture(autouse=True)
async def _custom_integrations(
    recorder_mock: Recorder,
    enable_custom_integrations: None,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Have the recorder before Home Assistant, as it wants it, and every sensor enabled."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    freezer.move_to(START)
    assert await async_setup_component(hass, "sensor", {})


async def go_through(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    answers: Iterable[tuple[int, Mapping[str, Any]]],
) -> MockConfigEntry:
    """Return an account that was read at these minutes, counted from the start."""
    entry = None
    for minute, answer in answers:
        freezer.move_to(START + minute * MINUTE)
        says(upstream, answer)
        if entry is None:
            entry = await add_example(hass)
        else:
            await entry.runtime_data.async_refresh()
        await async_wait_recording_done(hass)
    assert entry
    return entry


async def compiled(hass: HomeAssistant, freezer: FrozenDateTimeFactory, start: datetime = START) -> dict[str, Any]:
    """Return the statistics of the five minutes from a time on, by sensor."""
    freezer.move_to(start + 5 * MINUTE)
    do_adhoc_statistics(hass, start=start)
    await async_wait_recording_done(hass)
    types = {"state", "sum", "mean", "min", "max"}
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, None, None, "5minute", None, types
    )
    return {name: row for name, (row,) in found.items()}


async def complaints(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Return what the recorder, the repairs and the page of the developer tools have against the sensors."""
    recorder = get_instance(hass)
    await recorder.async_add_executor_job(update_statistics_issues, hass)
    invalid = await recorder.async_add_executor_job(validate_statistics, hass)
    await hass.async_block_till_done()
    warnings = [
        record.getMessage()
        for record in caplog.records
        if record.levelname in ("WARNING", "ERROR") and record.name.startswith("homeassistant.components.sensor")
    ]
    return [*warnings, *(issue for issue in ir.async_get(hass).issues.values() if issue.domain == "sensor"), *invalid]


# All of them


def given(what: str) -> Iterator[Mapping[str, Any]]:
    """Yield the windows or the metrics that the cases of all providers expect."""
    for case in load_cases(Path(__file__).parent / "cases"):
        yield from case["expect"].get(what, {}).values()


def with_all_units(used: float, amount: float) -> dict[str, Any]:
    """Return an account that has a window and a metric of each kind in every unit that there is at any provider."""
    units = {each.get("unit") for what in ("windows", "metrics") for each in given(what)}
    assert units >= {None, "%", "EUR", "USD", "credits", "hours", "kWh", "ms", "tokens"}
    amounts = {"used": used, "limit": 100, "remaining": 100 - used}
    clock = {"duration": 300, "resets_at": (START + 180 * MINUTE).isoformat()}
    return {
        "windows": [
            {"id": f"in_{unit}", "name": f"In {unit}", "used_percent": used, "unit": unit, **amounts, **clock}
            for unit in units
        ],
        "metrics": [
            {"id": f"{kind}_{unit}", "name": f"{kind} {unit}", "value": amount, "unit": unit, "kind": kind}
            for unit in units
            for kind in MetricKind
        ],
    }


async def test_every_number_has_statistics(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    figures = ((-20, 20, 50), (0, 40, 60), (1, 45, 0), (2, 110, -7.5), (3, 50, 5))
    answers = [(minute, with_all_units(used, amount)) for minute, used, amount in figures]
    entry = await go_through(hass, upstream, freezer, answers)
    found = await compiled(hass, freezer)

    prefix = f"{entry.entry_id}_"
    sensors = {
        each.entity_id: each.unique_id.removeprefix(prefix)
        for each in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if each.domain == "sensor"
    }
    ids = [each["id"] for each in answers[0][1]["windows"]], [each["id"] for each in answers[0][1]["metrics"]]
    expected = {f"{id}_{key}" for id in ids[0] for key in WINDOW_FIGURES} | {f"metric_{id}_value" for id in ids[1]}
    assert {sensors[name] for name in found} == expected
    for name, row in found.items():
        assert {type for type in row if row[type] is not None} - {"start", "end"} == (
            TYPES[hass.states.get(name).attributes[ATTR_STATE_CLASS]]
        )
    numbers = {name for name in sensors if hass.states.get(name).state.replace(".", "").removeprefix("-").isdigit()}
    assert numbers == set(found)

    # And it goes on after a restart, from the statistics that there are.
    await hass.config_entries.async_reload(entry.entry_id)
    await async_wait_recording_done(hass)
    assert (await compiled(hass, freezer, START + 5 * MINUTE)).keys() == found.keys()
    assert await complaints(hass, caplog) == []


async def test_sums_go_on_when_a_period_begins_anew(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    figures = ((10, 50, 20), (12, 48, 30), (0, 60, 0), (3, 57, 10))
    answers = [
        {
            "windows": [{"id": "session", "name": "Session", "used_percent": used}],
            "metrics": [
                {"id": "spend_today", "name": "Spend", "value": spend, "unit": "USD", "kind": "spend"},
                {"id": "balance", "name": "Balance", "value": balance, "unit": "USD", "kind": "balance"},
            ],
        }
        for spend, balance, used in figures
    ]
    await go_through(hass, upstream, freezer, enumerate(answers))
    found = await compiled(hass, freezer)
    assert (found[SPEND]["state"], found[SPEND]["sum"]) == (3, 2 + 3)
    assert (found[BALANCE]["state"], found[BALANCE]["sum"]) == (57, 7)
    assert found[USED]["max"] == 30
    assert await complaints(hass, caplog) == []


async def test_refunds_are_no_new_beginning(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    await go_through(hass, upstream, freezer, enumerate(spend(value) for value in (-4, -5, -5, -5)))
    assert (await compiled(hass, freezer))[SPEND]["sum"] == -1


async def test_what_is_counted_as_it_stands_has_a_mean(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    models = {"id": "models", "name": "Cloud models", "value": 4, "unit": "models", "kind": "count"}
    await go_through(hass, upstream, freezer, [(0, {"metrics": [models]})])
    assert (await compiled(hass, freezer))["sensor.example_someone_models"]["mean"] == 4


async def test_paces_have_means(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    session = {"id": "session", "name": "Session", "duration": 300, "resets_at": "2026-11-20T15:00:00+00:00"}
    answers = ((minute, {"windows": [{**session, "used_percent": used}]}) for minute, used in ((-20, 20), (0, 40)))
    await go_through(hass, upstream, freezer, answers)
    found = await compiled(hass, freezer)
    assert {name: found[name]["mean"] for name in (PACE, PROJECTED, BURN_RATE)} == {
        PACE: 0,
        PROJECTED: 100,
        BURN_RATE: 60,
    }
    assert await complaints(hass, caplog) == []


# Units


def spend(value: float, unit: str = "USD") -> dict[str, Any]:
    metric = {"id": "spend_today", "name": "Spend today", "value": value, "unit": unit, "kind": "spend"}
    return {"metrics": [metric]}


def budget(**amounts: Any) -> dict[str, Any]:
    return {"windows": [{"id": "budget", "name": "Budget", "used_percent": 25, **amounts}]}


async def test_a_window_without_amounts_for_a_while_keeps_its_statistics(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    counted = budget(used=5, limit=20, remaining=15, unit="USD")
    entry = await go_through(hass, upstream, freezer, [(0, counted), (1, budget()), (2, counted)])
    assert (await compiled(hass, freezer))[LIMIT]["state"] == 20

    says(upstream, budget())
    await hass.config_entries.async_reload(entry.entry_id)
    await async_wait_recording_done(hass)
    assert hass.states.get(LIMIT).state == STATE_UNKNOWN
    assert await complaints(hass, caplog) == []

    says(upstream, counted)
    await entry.runtime_data.async_refresh()
    await async_wait_recording_done(hass)
    shown = hass.states.get(LIMIT)
    assert (shown.state, shown.attributes[ATTR_UNIT_OF_MEASUREMENT]) == ("20", "USD")
    assert shown.attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.MONETARY
    assert (await compiled(hass, freezer, START + 5 * MINUTE))[LIMIT]["state"] == 20
    assert await complaints(hass, caplog) == []


async def test_money_of_another_currency_is_shown_as_such(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    await go_through(hass, upstream, freezer, [(0, spend(5)), (1, spend(36, "CNY"))])
    shown = hass.states.get(SPEND)
    assert (shown.state, shown.attributes[ATTR_UNIT_OF_MEASUREMENT]) == ("36", "CNY")


# Utility meters


async def test_a_utility_meter_adds_up_what_is_spent(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    meter = {"total": {"source": SPEND, "name": "Spend of all days"}}
    assert await async_setup_component(hass, "utility_meter", {"utility_meter": meter})
    await hass.async_block_till_done()
    await go_through(hass, upstream, freezer, enumerate(spend(value) for value in (10, 12, 0, 3)))
    total = hass.states.get("sensor.spend_of_all_days")
    assert (float(total.state), total.attributes[ATTR_UNIT_OF_MEASUREMENT]) == (2 + 3, "USD")
