"""The pace of windows and what follows from it, seen through states."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.example import add_example, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PACE = "sensor.example_someone_session_pace"
PROJECTED = "sensor.example_someone_session_projection"
RUNS_OUT_AT = "sensor.example_someone_session_run_out"
BURN_RATE = "sensor.example_someone_session_burn_rate"
RUNS_OUT = "binary_sensor.example_someone_session_early_run_out"
ALL = (PACE, PROJECTED, RUNS_OUT_AT, RUNS_OUT)


def session(used: float | None, reset: datetime | None = NOON + timedelta(hours=3), **more: Any) -> dict[str, Any]:
    resets_at = reset.isoformat() if reset else None
    return {
        "windows": [
            {"id": "session", "name": "Session", "used_percent": used, "duration": 300, "resets_at": resets_at, **more}
        ]
    }


@pytest.fixture
def all_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable every entity."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture(autouse=True)
def _noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)


async def ask(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Fetch once more."""
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()


def state(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found, entity_id
    return found.state


@pytest.mark.usefixtures("all_on")
@pytest.mark.parametrize(
    ("used", "states"),
    [
        (42, ["2.0", "105.0", "2026-11-20T14:45:00+00:00", "on"]),
        (39.96, ["0.0", "99.9", STATE_UNKNOWN, "off"]),
        (20, ["-20.0", "50.0", STATE_UNKNOWN, "off"]),
        (104, ["64.0", "260.0", STATE_UNKNOWN, "on"]),
    ],
)
async def test_pace(hass: HomeAssistant, upstream: Upstream, used: float, states: list[str]) -> None:
    says(upstream, session(used))
    await add_example(hass)
    assert [state(hass, each) for each in ALL] == states


@pytest.mark.usefixtures("all_on")
async def test_what_they_are(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, session(42))
    await add_example(hass)
    pace = hass.states.get(PACE)
    told = {name: pace.attributes[name] for name in ("expected", "ratio", "stage", "lasts", "window_id")}
    assert told == {"expected": 40.0, "ratio": 1.05, "stage": "on_track", "lasts": False, "window_id": "session"}
    assert pace.state_info["unrecorded_attributes"] >= {"expected", "ratio", "stage", "lasts", "runs_out_at"}
    units = [hass.states.get(each).attributes.get(ATTR_UNIT_OF_MEASUREMENT) for each in (PACE, PROJECTED, BURN_RATE)]
    assert units == ["%", "%", "%/h"]
    classes = [hass.states.get(each).attributes.get(ATTR_DEVICE_CLASS) for each in (RUNS_OUT_AT, RUNS_OUT)]
    assert classes == ["timestamp", "problem"]
    assert {hass.states.get(each).attributes["window_id"] for each in (*ALL, BURN_RATE)} == {"session"}


@pytest.mark.usefixtures("all_on")
@pytest.mark.parametrize(
    "later",
    [
        pytest.param(session(1, NOON + timedelta(hours=4, minutes=55)), id="just reset"),
        pytest.param(session(1, None), id="no reset"),
        pytest.param(session(None), id="no use"),
        pytest.param(session(50, NOON + timedelta(hours=6)), id="reset too far away"),
    ],
)
async def test_without_a_pace_it_is_unknown(hass: HomeAssistant, upstream: Upstream, later: dict[str, Any]) -> None:
    says(upstream, session(42))
    entry = await add_example(hass)
    says(upstream, later)
    await ask(hass, entry)
    assert [state(hass, each) for each in ALL] == [STATE_UNKNOWN] * len(ALL)
    assert "stage" not in hass.states.get(PACE).attributes


@pytest.mark.usefixtures("all_on")
@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"used_percent": 1, "duration": 300, "resets_at": "2026-11-20T16:59:00+00:00"}, True),
        ({"used_percent": 50, "id": "monthly", "resets_at": "2026-12-01T00:00:00+00:00"}, True),
        ({"used_percent": 50, "resets_at": "2026-12-01T00:00:00+00:00"}, False),
        ({"used_percent": 50, "duration": 300}, False),
        ({"duration": 300, "resets_at": "2026-11-20T15:00:00+00:00"}, False),
    ],
)
async def test_where_there_can_be_a_pace_there_are_entities(
    hass: HomeAssistant,
    upstream: Upstream,
    entity_registry: er.EntityRegistry,
    window: dict[str, Any],
    *,
    expected: bool,
) -> None:
    given = {"id": "credits", "name": "Any", **window}
    says(upstream, {"windows": [given]})
    entry = await add_example(hass)
    registered = {each.unique_id for each in er.async_entries_for_config_entry(entity_registry, entry.entry_id)}
    keys = {f"{entry.entry_id}_{given['id']}_{key}" for key in ("pace", "projected", "runs_out_at", "runs_out")}
    assert registered & keys == (keys if expected else set())
    assert (f"{entry.entry_id}_{given['id']}_burn_rate" in registered) is ("used_percent" in window)


async def test_what_is_enabled_at_first(
    hass: HomeAssistant, upstream: Upstream, entity_registry: er.EntityRegistry
) -> None:
    (first,) = session(42)["windows"]
    others = [
        {**first, "id": id, "duration": minutes} for id, minutes in (("short", 1439), ("daily", 1440), ("long", 10080))
    ]
    says(upstream, {"windows": [first, *others]})
    entry = await add_example(hass)
    registered = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    enabled = {each.unique_id.removeprefix(f"{entry.entry_id}_") for each in registered if not each.disabled_by}
    paces = ("pace", "projected", "runs_out_at", "burn_rate", "runs_out")
    assert {each for each in enabled if each.endswith(paces)} == {"session_pace", "daily_pace", "long_pace"}


@pytest.mark.usefixtures("all_on")
async def test_a_window_that_slides_has_no_pace(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    found, entry = [], None
    for minutes in (0, 10, 20, 30):
        freezer.move_to(NOON + timedelta(minutes=minutes))
        says(upstream, session(42, NOON + timedelta(hours=3, minutes=minutes)))
        if entry:
            await ask(hass, entry)
        else:
            entry = await add_example(hass)
        found.append([state(hass, PACE), state(hass, RUNS_OUT)])
    assert found == [["2.0", "on"]] * 3 + [[STATE_UNKNOWN] * 2]


@pytest.mark.usefixtures("all_on")
async def test_what_has_reset_while_fetches_fail_has_no_pace(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, session(40, NOON + timedelta(minutes=20)))
    entry = await add_example(hass)
    freezer.move_to(NOON + timedelta(minutes=15))
    says(upstream, session(41, NOON + timedelta(minutes=20)))
    await ask(hass, entry)
    freezer.move_to(NOON + timedelta(minutes=19))
    says(upstream, status=500)
    await ask(hass, entry)
    assert [state(hass, PACE), state(hass, BURN_RATE)] == ["-57.3", "4.0"]
    freezer.move_to(NOON + timedelta(minutes=21))
    await ask(hass, entry)
    assert [state(hass, each) for each in (*ALL, BURN_RATE)] == [STATE_UNKNOWN] * 5
    freezer.move_to(NOON + timedelta(hours=3))
    await ask(hass, entry)
    assert [state(hass, each) for each in (*ALL, BURN_RATE)] == [STATE_UNAVAILABLE] * 5


@pytest.mark.usefixtures("all_on")
async def test_burn_rate(hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory) -> None:
    entry = None
    for minutes, used, rate, runway in ((-30, 40, STATE_UNKNOWN, None), (-15, 44, "16.0", 210), (0, 49, "18.0", 170)):
        freezer.move_to(NOON + timedelta(minutes=minutes))
        says(upstream, session(used))
        if entry:
            await ask(hass, entry)
        else:
            entry = await add_example(hass)
        shown = hass.states.get(BURN_RATE)
        assert (shown.state, shown.attributes.get("runway_minutes")) == (rate, runway)
    assert "runway_minutes" in shown.state_info["unrecorded_attributes"]
    freezer.tick(timedelta(minutes=31))
    await ask(hass, entry)
    freezer.tick(timedelta(minutes=15))
    await ask(hass, entry)
    shown = hass.states.get(BURN_RATE)
    assert (shown.state, shown.attributes["runway_minutes"]) == ("0.0", None)


@pytest.mark.usefixtures("all_on")
async def test_days_of_work(hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory) -> None:
    # The week ends on Monday, 00:00 in Berlin; it is Saturday there, and the five days are over.
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T23:30:00+00:00")
    says(upstream, session(80, datetime(2026, 11, 22, 23, tzinfo=UTC), duration=7 * 1440))
    await add_example(hass, options={"work_days": 5})
    assert [state(hass, each) for each in ALL] == ["-20.0", "80.0", STATE_UNKNOWN, "off"]


async def test_all_days_without_the_option(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-20T23:30:00+00:00")
    says(upstream, session(80, datetime(2026, 11, 22, 23, tzinfo=UTC), duration=7 * 1440))
    await add_example(hass, options={"work_days": 0})
    assert state(hass, PACE) == "8.3"


# Over restarts


async def test_a_reset_is_noticed_once_and_over_a_restart(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, session(80))
    entry = await add_example(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + timedelta(hours=3, minutes=2))
    says(upstream, session(1, NOON + timedelta(hours=8)))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    told = hass.states.get("event.example_someone_quota")
    assert told.attributes["event_type"] == "reset"
    assert (told.attributes["previous_used_percent"], told.attributes["early"]) == (80, False)
    freezer.tick(60)
    await ask(hass, entry)
    assert hass.states.get("event.example_someone_quota").last_changed == told.last_changed


async def test_a_failed_fetch_changes_nothing(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, session(80))
    entry = await add_example(hass)
    before = entry.runtime_data.history.as_dict()
    says(upstream, status=500)
    await ask(hass, entry)
    assert entry.runtime_data.history.as_dict() == before


async def test_what_is_kept_is_written(hass: HomeAssistant, upstream: Upstream, hass_storage: dict[str, Any]) -> None:
    says(upstream, session(80))
    entry = await add_example(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    kept = hass_storage[f"ai_quota.{entry.entry_id}"]["data"]["history"]
    assert kept["windows"]["session"]["current"]["used"] == 80


@pytest.mark.parametrize("kept", [{"history": "x"}, {"history": {"windows": [1]}}, {"history": None}])
async def test_a_damaged_file_does_no_harm(
    hass: HomeAssistant, upstream: Upstream, hass_storage: dict[str, Any], kept: dict[str, Any]
) -> None:
    hass_storage["ai_quota.01JD5EXAMPLE0000000000ACCT"] = {"version": 1, "minor_version": 1, "data": kept}
    says(upstream, session(42))
    await add_example(hass, entry_id="01JD5EXAMPLE0000000000ACCT")
    assert state(hass, PACE) == "2.0"
