"""How fast a window is being used: whether it lasts until it resets at the pace so far, else when it is empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from .model import Window
from .parse import WEEK, month_until

MIN_EXPECTED = 3
"""The share of a window, in per cent, that has to be over before its pace says anything."""


class Stage(StrEnum):
    """How far the use is ahead of the clock, in words."""

    ON_TRACK = "on_track"
    SLIGHTLY_AHEAD = "slightly_ahead"
    AHEAD = "ahead"
    FAR_AHEAD = "far_ahead"
    SLIGHTLY_BEHIND = "slightly_behind"
    BEHIND = "behind"
    FAR_BEHIND = "far_behind"


STAGES = (
    (6, Stage.SLIGHTLY_AHEAD, Stage.SLIGHTLY_BEHIND),
    (12, Stage.AHEAD, Stage.BEHIND),
    (float("inf"), Stage.FAR_AHEAD, Stage.FAR_BEHIND),
)
"""Up to how many percentage points off, and the stage when that is too much and when it is too little."""
ON_TRACK = 2
"""Up to how many percentage points off one is on track."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The use of a window against the clock; nothing is rounded.

    `expected` is the per cent that an even use would have reached, `points` by how many percentage
    points the use is above it, `ratio` how many times as much it is. `projected` is the per cent
    reached at the reset if it goes on like this, `runs_out_at` when 100 is reached: None if the
    window `lasts`, or is exhausted already.
    """

    expected: float
    points: float
    ratio: float
    projected: float
    stage: Stage
    lasts: bool
    runs_out_at: datetime | None
    exhausted: bool

    @property
    def runs_out_at_minute(self) -> datetime | None:
        """Return when 100 is reached as it is told: a forecast is never as exact as to the second."""
        return self.runs_out_at and self.runs_out_at.replace(second=0, microsecond=0)


@dataclass(frozen=True)
class WorkWeek:
    """The days of the week on which anything is used: so many from Monday on, in a time zone."""

    days: int
    zone: tzinfo

    def time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments."""
        return sum((finish - begin for begin, finish in self._spans(start, end)), timedelta())

    def moment_after(self, worked: timedelta, start: datetime, end: datetime) -> datetime:
        """Return when so much working time has passed since `start`, at the latest `end`."""
        for begin, finish in self._spans(start, end):
            if worked <= finish - begin:
                return begin + worked
            worked -= finish - begin
        return end

    def _spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield what lies between two moments of each working day, in UTC."""
        day = start.astimezone(self.zone).date()
        while (begin := self._midnight(day)) < end:
            following = day + timedelta(days=1)
            if day.weekday() < self.days:
                yield max(begin, start), min(self._midnight(following), end)
            day = following

    def _midnight(self, day: date) -> datetime:
        # In UTC, because the difference of two local times leaves out what the clocks were changed by.
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def pace_of(window: Window, now: datetime, work_week: WorkWeek | None = None) -> Pace | None:
    """Return how fast a window is used, None where that cannot be told.

    A `work_week` counts for windows of seven days only. Without use, reset or length there is no
    pace, nor just after a reset, nor when the reset is over or further away than the window is long.
    """
    used, end = window.used_percent, window.resets_at
    if used is None or end is None or end <= now:
        return None
    length = length_of(window)
    if length is None or end - now > length + tolerance(length):
        return None
    now = max(now, end - length)
    elapsed, left = now - (end - length), end - now
    works = work_week if abs(length - WEEK) <= tolerance(WEEK) else None
    if works:
        elapsed, left = works.time_between(end - length, now), works.time_between(now, end)
    expected = 100 * elapsed / (elapsed + left)
    if expected < MIN_EXPECTED:
        return None
    # Not by way of the moment of the end, which for next to no use is beyond the calendar.
    lasts = used <= 0 or (used < 100 and elapsed.total_seconds() * (100 - used) >= left.total_seconds() * used)
    runs_out_at = None
    if not lasts and used < 100:
        rest = elapsed * ((100 - used) / used)
        runs_out_at = works.moment_after(rest, now, end) if works else now + rest
    return Pace(
        expected=expected,
        points=used - expected,
        ratio=used / expected,
        projected=100 * used / expected,
        stage=stage_of(used - expected),
        lasts=lasts,
        runs_out_at=runs_out_at,
        exhausted=used >= 100,
    )


def length_of(window: Window) -> timedelta | None:
    """Return how long a window is; one named monthly without a length ends the calendar month before its reset."""
    if window.duration or window.resets_at is None:
        return window.duration
    if window.id.startswith("monthly") or window.id.endswith("_monthly"):
        return month_until(window.resets_at)
    return None


def tolerance(length: timedelta | None) -> timedelta:
    """Return by how much the reset of a window of this length may differ from answer to answer."""
    if length is None:
        return timedelta(minutes=5)
    return min(max(length / 50, timedelta(minutes=2)), timedelta(hours=1))


def stage_of(points: float) -> Stage:
    """Return the stage for so many percentage points above the expected use."""
    if abs(points) <= ON_TRACK:
        return Stage.ON_TRACK
    return next(ahead if points > 0 else behind for limit, ahead, behind in STAGES if abs(points) <= limit)
