"""What Home Assistant's long-term statistics make of the sensors."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from tests.example import add_example, says
from tests.upstream import Upstream

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPEND = "sensor.example_someone_spend_today"
BALANCE = "sensor.example_someone_balance"
USED = "sensor.example_someone_session_usage"
PACE = "sensor.example_someone_session_pace"
PROJECTED = "sensor.example_someone_session_projection"
BURN_RATE = "sensor.example_someone_session_burn_rate"


@pytest.fixture(autouse=True)
def _custom_integrations(recorder_mock: Recorder, enable_custom_integrations: None) -> None:
    """Have the recorder before Home Assistant, as it wants it."""


@pytest.mark.usefixtures("example")
async def test_sums_go_on_when_a_period_begins_anew(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    freezer.move_to(START)
    assert await async_setup_component(hass, "sensor", {})
    entry = None
    for spend, balance, used in ((10, 50, 20), (12, 48, 30), (0, 60, 0), (3, 57, 10)):
        says(
            upstream,
            {
                "windows": [{"id": "session", "name": "Session", "used_percent": used}],
                "metrics": [
                    {"id": "spend_today", "name": "Spend", "value": spend, "unit": "USD", "kind": "spend"},
                    {"id": "balance", "name": "Balance", "value": balance, "unit": "USD", "kind": "balance"},
                ],
            },
        )
        if entry is None:
            entry = await add_example(hass)
        else:
            await entry.runtime_data.async_refresh()
        await async_wait_recording_done(hass)
        freezer.tick(timedelta(minutes=1))
    freezer.move_to(START + timedelta(minutes=5))
    do_adhoc_statistics(hass, start=START)
    await async_wait_recording_done(hass)

    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        START,
        None,
        {SPEND, BALANCE, USED},
        "5minute",
        None,
        {"state", "sum", "mean", "max"},
    )
    (spent,), (left,), (share,) = (found[each] for each in (SPEND, BALANCE, USED))
    assert (spent["state"], spent["sum"]) == (3, 2 + 3)
    assert (left["state"], left["sum"]) == (57, 7)
    assert share["max"] == 30
    assert "homeassistant.components.sensor.recorder" not in {
        record.name for record in caplog.records if record.levelname == "WARNING"
    }


@pytest.mark.usefixtures("example")
async def test_paces_have_means(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    freezer.move_to(START - timedelta(minutes=20))
    assert await async_setup_component(hass, "sensor", {})
    entry = None
    for used in (20, 40):
        says(
            upstream,
            {
                "windows": [
                    {
                        "id": "session",
                        "name": "Session",
                        "used_percent": used,
                        "duration": 300,
                        "resets_at": "2026-11-20T15:00:00+00:00",
                    }
                ]
            },
        )
        if entry is None:
            entry = await add_example(hass)
        else:
            await entry.runtime_data.async_refresh()
        await async_wait_recording_done(hass)
        freezer.tick(timedelta(minutes=20))
    do_adhoc_statistics(hass, start=START)
    await async_wait_recording_done(hass)

    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, START, None, {PACE, PROJECTED, BURN_RATE}, "5minute", None, {"mean"}
    )
    assert {name: each["mean"] for name, (each,) in found.items()} == {PACE: 0, PROJECTED: 100, BURN_RATE: 60}
    assert "homeassistant.components.sensor.recorder" not in {
        record.name for record in caplog.records if record.levelname == "WARNING"
    }
