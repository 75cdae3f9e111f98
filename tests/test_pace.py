"""How fast a window is used, by tables."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.ai_quota.quota.model import Window
from custom_components.ai_quota.quota.pace import Pace, Stage, WorkWeek, length_of, pace_of, stage_of, tolerance
from custom_components.ai_quota.quota.parse import HOURS_5, WEEK

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEKDAYS = WorkWeek(5, UTC)


def at(text: str) -> datetime:
    """Return a time of November 2026, of the twentieth if no day is given."""
    day, _, clock = text.rpartition("T")
    return datetime.fromisoformat(f"2026-{day or '11-20'}T{clock}+00:00")


def pace(
    length: timedelta | None,
    reset: str | None,
    used: float | None,
    now: datetime = NOW,
    work_week: WorkWeek | None = None,
    **window: Any,
) -> Pace | None:
    resets_at = at(reset) if reset else None
    given = {"id": "session", "name": "Any", "used_percent": used, "duration": length, "resets_at": resets_at}
    return pace_of(Window(**{**given, **window}), now, work_week)


@pytest.mark.parametrize(
    ("length", "reset", "used", "expected", "points", "stage", "projected", "runs_out_at"),
    [
        (HOURS_5, "15:00", 42, 40, 2.0, Stage.ON_TRACK, 105, "14:45:43"),
        (HOURS_5, "15:00", 20, 40, -20.0, Stage.FAR_BEHIND, 50, None),
        (WEEK, "11-24T12:00", 30, 42.857, -12.857, Stage.FAR_BEHIND, 70, None),
        (WEEK, "11-25T12:00", 60, 28.571, 31.429, Stage.FAR_AHEAD, 210, "11-21T20:00"),
        (WEEK, "11-22T00:00", 84, 78.571, 5.429, Stage.SLIGHTLY_AHEAD, 106.909, "11-21T13:08:34"),
        (HOURS_5, "16:51", 3, 3, 0.0, Stage.ON_TRACK, 100, None),
        (HOURS_5, "16:00", 0, 20, -20.0, Stage.FAR_BEHIND, 0, None),
        (HOURS_5, "13:00", 104, 80, 24.0, Stage.FAR_AHEAD, 130, None),
    ],
)
def test_pace(
    length: timedelta,
    reset: str,
    used: float,
    expected: float,
    points: float,
    stage: Stage,
    projected: float,
    runs_out_at: str | None,
) -> None:
    found = pace(length, reset, used)
    assert found
    assert (found.expected, found.points) == (pytest.approx(expected, abs=1e-3), pytest.approx(points, abs=1e-3))
    assert found.projected == pytest.approx(projected, abs=1e-3)
    assert found.ratio == pytest.approx(projected / 100, abs=1e-5)
    assert found.stage is stage
    assert found.exhausted is (used >= 100)
    assert found.lasts is (runs_out_at is None and used < 100)
    if runs_out_at is None:
        assert found.runs_out_at is None
    else:
        assert found.runs_out_at
        assert abs(found.runs_out_at - at(runs_out_at)) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("length", "reset", "used"),
    [
        pytest.param(HOURS_5, "16:55", 1, id="just reset"),
        pytest.param(HOURS_5, "17:00:40", 2, id="a little further than long, and just reset"),
        pytest.param(HOURS_5, "18:00", 2, id="further than long"),
        pytest.param(HOURS_5, "11:59", 97, id="over"),
        pytest.param(HOURS_5, "12:00", 97, id="over now"),
        pytest.param(HOURS_5, "15:00", None, id="no use"),
        pytest.param(HOURS_5, None, 50, id="no reset"),
        pytest.param(None, "15:00", 50, id="no length"),
    ],
)
def test_no_pace(length: timedelta | None, reset: str | None, used: float | None) -> None:
    assert pace(length, reset, used) is None


def test_next_to_no_use_and_a_great_deal_of_it() -> None:
    hardly = pace(WEEK, "11-21T12:00", 1e-9)
    assert hardly
    assert (hardly.lasts, hardly.runs_out_at) == (True, None)
    heavily = pace(WEEK, "11-21T12:00", 1e12)
    assert heavily
    assert (heavily.lasts, heavily.exhausted, heavily.runs_out_at) == (False, True, None)


@pytest.mark.parametrize(
    ("points", "stage"),
    [
        (0, Stage.ON_TRACK),
        (2, Stage.ON_TRACK),
        (-2, Stage.ON_TRACK),
        (2.01, Stage.SLIGHTLY_AHEAD),
        (6, Stage.SLIGHTLY_AHEAD),
        (-6, Stage.SLIGHTLY_BEHIND),
        (6.01, Stage.AHEAD),
        (-12, Stage.BEHIND),
        (12.01, Stage.FAR_AHEAD),
        (-12.01, Stage.FAR_BEHIND),
    ],
)
def test_stages(points: float, stage: Stage) -> None:
    assert stage_of(points) is stage


# Lengths


def test_a_month_is_as_long_as_the_calendar_says() -> None:
    found = pace(None, "12-01T00:00", 50, id="monthly")
    assert found
    assert (found.expected, found.points, found.stage) == (pytest.approx(65), pytest.approx(-15), Stage.FAR_BEHIND)
    assert found.projected == pytest.approx(76.923, abs=1e-3)
    assert found.lasts


@pytest.mark.parametrize(
    ("id", "reset", "days"),
    [
        ("monthly", "2026-12-01", 30),
        ("monthly", "2027-01-01", 31),
        ("monthly_opus", "2027-03-15", 28),
        ("monthly", "2028-03-15", 29),
        ("monthly", "2027-03-31", 31),
        ("team_monthly", "2026-12-31", 31),
        ("credits", "2026-12-01", None),
        ("bimonthly", "2026-12-01", None),
    ],
)
def test_length_of_a_month(id: str, reset: str, days: int | None) -> None:
    window = Window(id=id, name="Any", resets_at=datetime.fromisoformat(reset).replace(tzinfo=UTC))
    assert length_of(window) == (None if days is None else timedelta(days=days))


def test_a_length_that_is_told_counts() -> None:
    assert length_of(Window(id="monthly", name="Monthly", duration=WEEK, resets_at=NOW)) == WEEK
    assert length_of(Window(id="monthly", name="Monthly")) is None


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (None, timedelta(minutes=5)),
        (timedelta(minutes=10), timedelta(minutes=2)),
        (HOURS_5, timedelta(minutes=6)),
        (WEEK, timedelta(hours=1)),
    ],
)
def test_tolerance(length: timedelta | None, expected: timedelta) -> None:
    assert tolerance(length) == expected


# Work days


@pytest.mark.parametrize(
    ("now", "used", "expected", "points", "stage", "projected"),
    [
        ("11-18T12:00", 50, 50, 0, Stage.ON_TRACK, 100),
        ("11-21T12:00", 80, 100, -20, Stage.FAR_BEHIND, 80),
    ],
)
def test_pace_of_work_days(
    now: str, used: float, expected: float, points: float, stage: Stage, projected: float
) -> None:
    found = pace(WEEK, "11-23T00:00", used, at(now), WEEKDAYS)
    assert found == Pace(
        expected=expected,
        points=points,
        ratio=projected / 100,
        projected=projected,
        stage=stage,
        lasts=True,
        runs_out_at=None,
        exhausted=False,
    )


def test_pace_without_work_days() -> None:
    found = pace(WEEK, "11-23T00:00", 50, at("11-18T12:00"))
    assert found
    assert (found.expected, found.points) == (pytest.approx(35.714, abs=1e-3), pytest.approx(14.286, abs=1e-3))


def test_the_end_is_told_by_the_clock() -> None:
    # Wednesday noon to Wednesday noon: after four and a half days of work half a day is left, and the weekend is over.
    found = pace(WEEK, "11-25T12:00", 90, at("11-24T12:00"), WEEKDAYS)
    assert found
    assert found.expected == pytest.approx(80)
    assert found.runs_out_at
    assert abs(found.runs_out_at - at("11-24T22:40")) < timedelta(seconds=1)
    over_the_weekend = pace(WEEK, "11-25T12:00", 45, at("11-20T12:00"), WEEKDAYS)
    assert over_the_weekend
    assert over_the_weekend.expected == pytest.approx(40)
    # Two days have taken 45 %: 55 % take 2 d 10:40 more, half a day of them before the weekend.
    assert over_the_weekend.runs_out_at
    assert abs(over_the_weekend.runs_out_at - at("11-24T22:40")) < timedelta(seconds=1)


def test_only_a_week_has_work_days() -> None:
    assert pace(HOURS_5, "15:00", 42, work_week=WEEKDAYS) == pace(HOURS_5, "15:00", 42)
    short, long = WEEK - timedelta(minutes=59), WEEK - timedelta(minutes=61)
    assert pace(short, "11-23T00:00", 42, work_week=WEEKDAYS) != pace(short, "11-23T00:00", 42)
    assert pace(long, "11-23T00:00", 42, work_week=WEEKDAYS) == pace(long, "11-23T00:00", 42)


def test_before_the_first_work_day_there_is_no_pace() -> None:
    assert pace(WEEK, "11-28T00:00", 10, at("11-22T12:00"), WEEKDAYS) is None


@pytest.mark.parametrize(
    ("zone", "start", "end", "hours"),
    [
        # Forward: Sunday, 29 March 2026; back: Sunday, 25 October 2026.
        ("Europe/Berlin", "2026-03-27T23:00", "2026-03-29T22:00", 47),
        ("Europe/Berlin", "2026-10-23T22:00", "2026-10-25T23:00", 49),
        # Where midnight itself is left out (Friday, 24 April 2026) or passed twice (Sunday, 1 November 2026).
        ("Africa/Cairo", "2026-04-22T22:00", "2026-04-24T21:00", 47),
        ("America/Havana", "2026-10-31T04:00", "2026-11-02T05:00", 49),
        ("UTC", "2026-11-20T12:00", "2026-11-20T12:00", 0),
    ],
)
def test_days_on_which_clocks_are_changed(zone: str, start: str, end: str, hours: float) -> None:
    begin, finish = (datetime.fromisoformat(f"{each}+00:00") for each in (start, end))
    every_day = WorkWeek(7, ZoneInfo(zone))
    assert every_day.time_between(begin, finish) == finish - begin == timedelta(hours=hours)


def test_work_days_are_those_of_the_time_zone() -> None:
    # Sunday noon in Los Angeles until Tuesday midnight there: Monday's 24 hours.
    home = WorkWeek(5, ZoneInfo("America/Los_Angeles"))
    start, end = at("11-22T20:00"), at("11-24T08:00")
    assert home.time_between(start, end) == timedelta(days=1)
    assert home.moment_after(timedelta(hours=1), start, end) == at("11-23T09:00")
    assert home.moment_after(timedelta(days=1), start, end) == end
    assert home.moment_after(timedelta(days=2), start, end) == end


def test_a_week_in_which_clocks_are_changed() -> None:
    # On the Sunday, which is no work day, clocks go forward; Monday to Friday are over.
    home = WorkWeek(6, ZoneInfo("Europe/Berlin"))
    found = pace(WEEK, "03-30T00:00", 50, at("03-27T23:00"), home)
    assert found
    # The window began at 01:00 of Monday, 23 March, and ends at 02:00 (summer time) of the next: 119 of 145 hours.
    assert found.expected == pytest.approx(100 * 119 / 145)
