"""When an account is asked next: what its last fetches brought, put together. The clock is the caller's."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .model import QuotaError, Reading
from .refresh import (
    INTEREST,
    PATIENT,
    Boundaries,
    Circumstances,
    Resting,
    Rhythm,
    exhausted_for,
    has_changed,
    pause_after,
    spread,
)


class Timetable:
    """When the next poll of one account is due; `key` tells it from others, so that they do not meet.

    `failures` is how many fetches in a row have failed.
    """

    def __init__(self, key: str, rhythm: Rhythm, now: datetime) -> None:
        self.due = now
        self.failures = 0
        self._rhythm = rhythm
        self._boundaries = Boundaries()
        self._spread = timedelta(seconds=spread(key))
        self._put_off = self._spread
        self._asked_at: datetime | None = None
        self._reading: Reading | None = None
        self._run_outs: tuple[datetime, ...] = ()
        self._has_changed = False
        self._unchanged = 0

    def begin(self, now: datetime) -> None:
        """Begin to poll: accounts that are overdue after a long start come one after the other."""
        self.due = max(self.due, now + self._spread)

    def note_interest(self, now: datetime) -> None:
        """Take note that somebody looks at the figures: they are kept fresh for a while."""
        self._asked_at = now

    def succeed(self, reading: Reading, run_outs: Iterable[datetime], rhythm: Rhythm, now: datetime) -> None:
        """Plan the next poll after an answer; `run_outs` is when windows are foreseen to be used up."""
        before, self._reading, self._run_outs = self._reading, reading, tuple(run_outs)
        self._has_changed = before is not None and has_changed(before, reading)
        self._unchanged = 0 if before is None or self._has_changed else self._unchanged + 1
        self._rhythm = rhythm
        self.failures = 0
        self._boundaries.observe(reading, now)
        self.plan(now)

    def fail(self, err: QuotaError, now: datetime) -> float | None:
        """Plan the next poll after a failure; return the seconds of the pause that it calls for, if it does."""
        if isinstance(err, Resting):
            pause = err.retry_after
        else:
            self.failures += 1
            pause = pause_after(err, self.failures, self._next_interval(now).total_seconds())
        wait = None if pause is None else timedelta(seconds=pause)
        self.plan(now, wait, for_resets=err.kind in PATIENT)
        return pause

    def plan(self, now: datetime, wait: timedelta | None = None, *, for_resets: bool = True) -> None:
        """Decide when the next poll is due: after this time or as always, or earlier because something resets."""
        self.due = now + (self._next_interval(now) if wait is None else wait) + self._put_off
        self._put_off = timedelta()
        if for_resets and (reset := self._boundaries.next(now)):
            self.due = min(self.due, self._rhythm.around_reset(reset, now))

    def interval(self, now: datetime) -> float:
        """Return the seconds from one poll to the next while all is well."""
        return self._rhythm.interval(self._circumstances(now))

    def _next_interval(self, now: datetime) -> timedelta:
        return self._rhythm.jittered(self.interval(now))

    def _circumstances(self, now: datetime) -> Circumstances:
        is_watched = self._asked_at is not None and now - self._asked_at <= INTEREST
        return Circumstances(
            is_lively=is_watched or self._has_changed,
            unchanged=self._unchanged,
            runs_out_in=min((run_out - now for run_out in self._run_outs), key=abs, default=None),
            exhausted_for=exhausted_for(self._reading.windows, now) if self._reading else None,
        )
