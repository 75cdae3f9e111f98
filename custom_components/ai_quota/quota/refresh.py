"""When to ask again: while all is well, around a reset, and after a failure; how long figures outlive failures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import hashlib
from math import ldexp
from random import uniform

from .model import AuthFailed, InvalidResponse, Kind, QuotaError, RateLimited, Reading, Unavailable, Unsupported, Window
from .provider import Every

MINUTE = 60.0
HOUR = 60 * MINUTE

JITTER = 0.1
"""The share by which polls come early or late, so that accounts do not meet."""

SPREAD_SECONDS = 60
"""The first polls after a start are spread over so many seconds."""


# While all is well

SLOWEST_SECONDS = HOUR / 2
"""No account is asked less often than this for being quiet."""

POINTS = 0.5
"""The change of a use, in per cent of the limit, that shows that somebody works."""

INTEREST = timedelta(minutes=5)
"""How long somebody who asked is taken to look on."""

NEAR_RUN_OUT = timedelta(minutes=10)
"""How near a run-out has to be for polls to come more often."""

AFTER_RESET_SECONDS = (30.0, 60.0)
"""When to ask after a reset, at random: servers need a moment, and accounts should not meet."""

COSTLY_SECONDS = 5 * MINUTE
"""From this minimum on, asking costs money or starts a program: not even a reset is a reason to ask earlier."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How often an account is polled: seconds from one poll to the next, as chosen and as bounded by its source."""

    base: float
    minimum: float
    maximum: float
    adaptive: bool

    @classmethod
    def of(cls, every: Every, chosen: float | None, *, adaptive: bool) -> Rhythm:
        """Return the rhythm for the minutes that a person chose, None for the default of the source."""
        minutes = every.default if chosen is None else chosen
        return cls(
            base=min(max(minutes, every.minimum), every.maximum) * MINUTE,
            minimum=every.minimum * MINUTE,
            maximum=every.maximum * MINUTE,
            adaptive=adaptive,
        )

    def interval(self, seen: Circumstances) -> float:
        """Return the seconds to the next poll: between the base and three times as much, by what was seen."""
        if not self.adaptive or self.base >= SLOWEST_SECONDS:
            return self.base
        if seen.is_lively:
            return self.base
        if seen.runs_out_in is not None and abs(seen.runs_out_in) <= NEAR_RUN_OUT:
            return max(self.minimum, self.base / 2)
        slowest = min(SLOWEST_SECONDS, self.maximum)
        if seen.exhausted_for is not None:
            wait = seen.exhausted_for.total_seconds() + AFTER_RESET_SECONDS[0]
            return min(max(wait, self.minimum), slowest)
        factor = 3 if seen.unchanged >= 12 else 2 if seen.unchanged >= 3 else 1
        return min(factor * self.base, slowest)

    def jittered(self, seconds: float) -> timedelta:
        """Return the time to wait, a little different each time, but not below the minimum."""
        return timedelta(seconds=uniform(max(seconds * (1 - JITTER), self.minimum), seconds * (1 + JITTER)))  # noqa: S311

    def around_reset(self, due: datetime, now: datetime) -> datetime:
        """Return when to ask because of a reset, after a poll that was just made."""
        return max(due, now + timedelta(seconds=self.minimum)) if self.minimum >= COSTLY_SECONDS else due


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What was seen at a poll.

    `is_lively`: something has changed, or somebody looks on. `unchanged` counts the polls in a row that
    brought nothing new. `runs_out_in` is the time to the nearest run-out that was foreseen, negative since then,
    `exhausted_for` the time to the next reset where every window is used up; None otherwise.
    """

    is_lively: bool = False
    unchanged: int = 0
    runs_out_in: timedelta | None = None
    exhausted_for: timedelta | None = None


def has_changed(before: Reading, after: Reading) -> bool:
    """Return whether anything was used, or came and went, from one reading to the next."""
    if {metric.id: metric.value for metric in before.metrics} != {metric.id: metric.value for metric in after.metrics}:
        return True
    old, new = ({window.id: window for window in reading.windows} for reading in (before, after))
    return old.keys() != new.keys() or any(_is_used_otherwise(old[id], new[id]) for id in old)


def _is_used_otherwise(before: Window, after: Window) -> bool:
    if before.used_percent is None or after.used_percent is None:
        return (before.used_percent, before.used, before.remaining) != (
            after.used_percent,
            after.used,
            after.remaining,
        )
    return abs(after.used_percent - before.used_percent) >= POINTS


def exhausted_for(windows: Iterable[Window], now: datetime) -> timedelta | None:
    """Return the time to the next reset when every window is used up and a reset is known, else None."""
    windows = tuple(windows)
    resets = [window.resets_at - now for window in windows if window.resets_at]
    if not resets or any(window.used_percent is None or window.used_percent < 100 for window in windows):
        return None
    return min(resets)


def spread(entry_id: str) -> float:
    """Return the seconds by which the first poll of an account is put off: always the same, but others' differ."""
    return int.from_bytes(hashlib.sha256(entry_id.encode()).digest()[:4]) / 2**32 * SPREAD_SECONDS


# Around a reset

AGAIN = (timedelta(minutes=2), timedelta(minutes=10))
"""When to ask again, after the first poll that followed a reset, while the answer still shows the old window."""

SHORTEST_WINDOW = timedelta(hours=1)
"""Windows that reset more often than this are rate limits, which are not waited for."""

SAME_BOUNDARY = timedelta(minutes=1)
"""Reset times that differ by less are the same one: many servers compute them anew for every answer."""


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """A reset to look at: the window as it was before, when to ask, and how often that was in vain."""

    window: Window
    resets_at: datetime
    due: datetime
    in_vain: int = 0


class Boundaries:
    """The resets to come, by window; each is looked at once, and twice more while the server is late."""

    def __init__(self) -> None:
        self._delay = timedelta(seconds=uniform(*AFTER_RESET_SECONDS))  # noqa: S311  no secret
        self._ahead: Mapping[str, Boundary] = {}

    def observe(self, reading: Reading, now: datetime) -> None:
        """Take note of an answer: of the resets that it names, and of those that it shows or not yet shows."""
        self._ahead = {
            window.id: boundary
            for window in reading.windows
            if (boundary := self._boundary(self._ahead.get(window.id), window, now))
        }

    def _boundary(self, known: Boundary | None, window: Window, now: datetime) -> Boundary | None:
        if known and known.resets_at <= now and _is_same_window(known, window):
            return _asked_again(known, now)
        if window.resets_at is None or (window.duration and window.duration < SHORTEST_WINDOW):
            return None
        if known and abs(window.resets_at - known.resets_at) < SAME_BOUNDARY:
            return replace(known, window=window)
        return Boundary(window=window, resets_at=window.resets_at, due=window.resets_at + self._delay)

    def next(self, now: datetime) -> datetime | None:
        """Return when to ask next because of a reset; None when none is known."""
        return min((boundary.due for boundary in self._ahead.values() if boundary.due > now), default=None)


def _is_same_window(known: Boundary, window: Window) -> bool:
    """Return whether a window whose reset has passed still shows what it showed before."""
    if window.resets_at and window.resets_at >= known.resets_at + SAME_BOUNDARY:
        return False
    before, after = known.window.used_percent, window.used_percent
    return before is not None and after is not None and 0 < before <= after


def _asked_again(known: Boundary, now: datetime) -> Boundary | None:
    """Return the boundary with the next time to ask, None when it was looked at often enough."""
    if now < known.due:
        return known
    if known.in_vain == len(AGAIN):
        return None
    # The second one is counted from the first look, too.
    waited = AGAIN[known.in_vain] - (AGAIN[known.in_vain - 1] if known.in_vain else timedelta())
    return replace(known, due=now + waited, in_vain=known.in_vain + 1)


# After a failure

PATIENT = (Kind.UNAVAILABLE, Kind.INVALID_RESPONSE)
"""The kinds of failure after which asking early, for a reset or for a person, harms nobody."""


def pause_after(err: QuotaError, failures: int, interval: float) -> float | None:
    """Return the seconds until the next poll after so many failures in a row, None for `interval` as always."""
    if isinstance(err, RateLimited) and err.retry_after is not None:
        # A server that asks for more would stop the polling for good.
        return min(max(err.retry_after, MINUTE), HOUR)
    if isinstance(err, RateLimited):
        return max(interval, min(doubled(max(interval, 5 * MINUTE), failures - 1), HOUR))
    if isinstance(err, Unavailable | InvalidResponse):
        return min(doubled(interval, max(failures - 2, 0)), max(interval, HOUR / 2))
    if isinstance(err, Unsupported):
        return max(interval, 6 * HOUR)
    if isinstance(err, AuthFailed):
        return max(interval, 15 * MINUTE)
    return None


def doubled(seconds: float, times: int) -> float:
    """Return the seconds doubled so many times, as long as that makes a difference."""
    return ldexp(seconds, min(times, 10))


def grace(kind: Kind, interval: float) -> timedelta:
    """Return how old a snapshot may become while fetches fail in this way; `interval` is in seconds."""
    if kind is Kind.RATE_LIMITED:
        return timedelta(hours=6)
    return timedelta(seconds=min(max(3 * interval, HOUR / 2), 2 * HOUR))


class Resting(RateLimited):
    """A pause that the provider asked for is still running: nothing was sent."""


class Pauses:
    """Until when providers want to be left alone: by credential, for a limit belongs to that."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def note(self, keys: Iterable[str], until: datetime) -> None:
        """Take note of a pause for these credentials; of two the longer one counts."""
        for key in keys:
            self._until[key] = max(until, self._until.get(key, until))

    def until(self, keys: Iterable[str], now: datetime) -> datetime | None:
        """Return until when not to send anything with these credentials, None when there is no pause."""
        running = (self._until[key] for key in keys if key in self._until)
        return max((until for until in running if until > now), default=None)
