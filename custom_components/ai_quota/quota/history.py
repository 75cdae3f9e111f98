"""What earlier snapshots tell about the windows of an account: when they reset, whether they slide, how fast they fill.

Nothing here asks the clock or keeps a file: a snapshot and a time go in, and the whole state goes out and comes back
in as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Self

from . import parse
from .model import Snapshot, Window, iso
from .origin import Origin
from .pace import length_of, tolerance

FIRST_RESET = datetime(2020, 1, 1, tzinfo=UTC)
LONGEST_WAIT = timedelta(days=400)
"""A reset before the one, or later than the other from now, is not meant."""

CONFIRMATION = timedelta(seconds=60)
"""How long after a drop without a new reset time an answer has to agree with it: providers send transient zeros."""
DROP = 20
"""The percentage points by which the use has to fall at once to speak of a reset, where the reset time does not."""
RECOVERY = 5
"""The percentage points above a drop up to which the next answer still agrees with it."""

SLIDING_POLLS = 3
"""How many polls in a row the reset has to move along with the clock."""
BEHIND_SAMPLES = 3
"""How many answers in a row with an earlier reset it takes to believe them."""
LATEST_NEWS = timedelta(hours=24)
"""How long after its time a reset is still told."""
MEMORY = timedelta(hours=24)
"""How long a window that the provider ceases to give is remembered."""

MAX_SAMPLES = 120
MIN_SPACING = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reset:
    """A window that began anew: before its time if `early`; `boundary` is when it was to reset, if that was known."""

    early: bool
    previous_used: float
    boundary: datetime | None


class History:
    """What is remembered of the windows of one account."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}

    def observe(self, snapshot: Snapshot, now: datetime) -> Mapping[str, Reset]:
        """Take in a successful answer and return the resets, by the id of the window, that it makes certain."""
        resets: dict[str, Reset] = {}
        seen: dict[str, _Track] = {}
        for window in snapshot.windows:
            track = _Track.begin(snapshot, window, now)
            if known := self._tracks.get(window.id):
                track, reset = known.followed_by(track, length_of(window))
                if reset:
                    resets[window.id] = reset
            seen[window.id] = track
        missing = {id: track for id, track in self._tracks.items() if now - track.latest.at <= MEMORY}
        self._tracks = missing | seen
        return resets

    def is_sliding(self, window_id: str) -> bool:
        """Return whether the reset of a window moves along with the clock, so that it has no beginning."""
        track = self._tracks.get(window_id)
        return track is not None and track.is_sliding

    def is_unsettled(self, window_id: str) -> bool:
        """Return whether the last answer has to be confirmed before it counts for a window."""
        track = self._tracks.get(window_id)
        return track is not None and (track.pending is not None or track.behind > 0)

    def burn_rate(self, window_id: str, now: datetime, duration: timedelta | None) -> float | None:
        """Return the percentage points an hour that a window of this length has lately been used by, never negative."""
        track = self._tracks.get(window_id)
        return track.burn_rate(now, duration) if track else None

    def as_dict(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {"windows": {id: track.as_dict() for id, track in self._tracks.items()}}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Return the history of that state; what cannot be read of it begins anew."""
        history = cls()
        for id, each in parse.mapping(kept.get("windows")).items():
            if track := _Track.from_dict(each):
                history._tracks[id] = track
        return history


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    """What an answer says of a window."""

    at: datetime
    used: float | None
    resets_at: datetime | None

    def is_confirmed_by(self, used: float) -> bool:
        """Return whether the use is still as low."""
        return used <= (self.used or 0) + RECOVERY

    def as_dict(self) -> dict[str, Any]:
        return {"at": iso(self.at), "used": self.used, "resets_at": iso(self.resets_at)}

    @classmethod
    def from_dict(cls, kept: Any) -> _Sample | None:
        known = parse.mapping(kept)
        at = parse.moment(known.get("at"))
        used, resets_at = parse.number(known.get("used")), parse.moment(known.get("resets_at"))
        return cls(at=at, used=used, resets_at=resets_at) if at else None


class _Outcome(Enum):
    """What an answer is, next to the one before."""

    SAME = auto()
    """Nothing has happened to the window."""
    DROP = auto()
    """The use is gone, but the reset is where it was: a transient zero, or a reset before its time."""
    RESET = auto()
    EARLY_RESET = auto()
    MOVED = auto()
    """The reset has moved, for another reason than that it came."""
    BEHIND = auto()
    """The reset is earlier than before: a stale answer, or one of somebody else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Track:
    """What is remembered of one window.

    `current` is the answer that the next one is compared with: not always the `latest`, and with
    the reset as it was told first. `pending` is an answer in which the use was gone. `told` is when
    the window was to reset that was last told of.
    """

    origin: Origin
    current: _Sample
    latest: _Sample
    pending: _Sample | None = None
    told: datetime | None = None
    slides: int = 0
    behind: int = 0
    uses: tuple[tuple[datetime, float], ...] = ()

    @classmethod
    def begin(cls, snapshot: Snapshot, window: Window, now: datetime) -> _Track:
        """Return what is remembered after the first answer."""
        resets_at = window.resets_at
        if resets_at and not FIRST_RESET <= resets_at <= now + LONGEST_WAIT:
            resets_at = None
        sample = _Sample(at=now, used=window.used_percent, resets_at=resets_at)
        return cls(origin=Origin.of(snapshot), current=sample, latest=sample).with_use(length_of(window))

    @property
    def is_sliding(self) -> bool:
        return self.slides >= SLIDING_POLLS

    def followed_by(self, first: _Track, length: timedelta | None) -> tuple[_Track, Reset | None]:
        """Return what is remembered after one more answer, and the reset that it makes certain.

        `first` is what would be remembered if the answer were the first one.
        """
        new = first.current
        if first.origin.differs_from(self.origin):
            return replace(first, told=self.told), None
        origin = first.origin.completed_by(self.origin)
        if self.current.used is None or new.used is None:
            kept = replace(self, origin=origin, current=new, latest=new, pending=None, slides=0, behind=0)
            return kept.with_use(length), None

        outcome = self._outcome(new, new.used, length)
        after = replace(self, origin=origin, latest=new, slides=self._slides_with(new))
        if outcome is _Outcome.BEHIND:
            if self.behind + 1 < BEHIND_SAMPLES:
                return replace(after, behind=self.behind + 1), None
            return replace(first, origin=origin, told=self.told), None
        after = replace(after, behind=0)
        if outcome in (_Outcome.SAME, _Outcome.DROP) and self.pending and self.pending.is_confirmed_by(new.used):
            if new.at - self.pending.at < CONFIRMATION:
                return after, None
            outcome = _Outcome.EARLY_RESET
        if outcome is _Outcome.DROP:
            return replace(after, pending=new), None

        after = replace(after, pending=None)
        if outcome is _Outcome.SAME:
            # Drift must not add up, hence the reset as it was told first.
            is_outdated = length is not None and new.at - self.current.at > length
            resets_at = new.resets_at if is_outdated else self.current.resets_at
            return replace(after, current=replace(new, resets_at=resets_at)).with_use(length), None
        if outcome is _Outcome.MOVED:
            return replace(after, current=new).with_use(length), None
        reset = self._news(new.at, length, early=outcome is _Outcome.EARLY_RESET)
        told = reset.boundary if reset and reset.boundary else self.told
        return replace(after, current=new, told=told, uses=()).with_use(length), reset

    def _outcome(self, new: _Sample, used: float, length: timedelta | None) -> _Outcome:
        before, boundary, spare = self.current.used or 0, self.current.resets_at, tolerance(length)
        is_gone = used <= before - DROP or (before >= 5 and used < 1)
        if boundary is None:
            return _Outcome.MOVED if new.resets_at else _Outcome.DROP if is_gone else _Outcome.SAME
        is_due = new.at >= boundary - spare
        if new.resets_at is None and is_due:
            return _Outcome.RESET if used < before else _Outcome.SAME
        if new.resets_at is None:
            return _Outcome.DROP if is_gone else _Outcome.SAME
        if abs(new.resets_at - boundary) <= spare:
            return _Outcome.DROP if is_gone else _Outcome.SAME
        if new.resets_at < boundary:
            return _Outcome.BEHIND
        if is_due:
            return _Outcome.RESET
        return _Outcome.EARLY_RESET if used <= before - (DROP if self.is_sliding else 1) else _Outcome.MOVED

    def _slides_with(self, new: _Sample) -> int:
        """Return on how many polls in a row the reset has moved along with the clock."""
        old, passed = self.latest, new.at - self.latest.at
        if old.used is None or new.used is None or new.used <= old.used - 1:
            return 0
        if old.resets_at is None or new.resets_at is None or passed <= timedelta():
            return 0
        return self.slides + 1 if 0.5 <= (new.resets_at - old.resets_at) / passed <= 1.5 else 0

    def _news(self, now: datetime, length: timedelta | None, *, early: bool) -> Reset | None:
        """Return the reset, unless it is no news: of a window that was not used, long ago, or told before."""
        used, boundary = self.current.used, self.current.resets_at
        if used is None or used < 1:
            return None
        if boundary and now - boundary > LATEST_NEWS:
            return None
        if boundary and self.told and abs(boundary - self.told) <= tolerance(length):
            return None
        return Reset(early=early, previous_used=used, boundary=boundary)

    # How fast it is used

    def with_use(self, length: timedelta | None) -> _Track:
        """Return this with the current use among those that the burn rate is made of."""
        at, used = self.current.at, self.current.used
        uses = tuple(each for each in self.uses if each[0] < at)  # the clock may have been put back
        # Far enough apart for all of them together to reach as far back as is looked.
        spacing = max(MIN_SPACING, look_back(length) / MAX_SAMPLES)
        if used is not None and (not uses or at - uses[-1][0] >= spacing):
            uses = (*uses, (at, used))[-MAX_SAMPLES:]
        return replace(self, uses=uses)

    def burn_rate(self, now: datetime, length: timedelta | None) -> float | None:
        back = look_back(length)
        at, used = next((each for each in self.uses if each[0] >= now - back), (now, None))
        passed = self.current.at - at
        if used is None or self.current.used is None or passed < back / 3:
            return None
        return max(0, (self.current.used - used) / (passed / timedelta(hours=1)))

    # Keeping

    def as_dict(self) -> dict[str, Any]:
        return {
            "origin": self.origin.as_dict(),
            "current": self.current.as_dict(),
            "latest": self.latest.as_dict(),
            "pending": self.pending.as_dict() if self.pending else None,
            "told": iso(self.told),
            "slides": self.slides,
            "behind": self.behind,
            # Seconds, because they are many.
            "uses": [[round(at.timestamp()), used] for at, used in self.uses],
        }

    @classmethod
    def from_dict(cls, kept: Any) -> _Track | None:
        known = parse.mapping(kept)
        current, latest = _Sample.from_dict(known.get("current")), _Sample.from_dict(known.get("latest"))
        if not current or not latest:
            return None
        uses = []
        for each in parse.items(known.get("uses")):
            match each:
                case [at, used] if (moment := parse.moment(at)) and (percent := parse.number(used)) is not None:
                    uses.append((moment, percent))
        return cls(
            origin=Origin.from_dict(known.get("origin")),
            current=current,
            latest=latest,
            pending=_Sample.from_dict(known.get("pending")),
            told=parse.moment(known.get("told")),
            slides=int(parse.number(known.get("slides")) or 0),
            behind=int(parse.number(known.get("behind")) or 0),
            uses=tuple(uses),
        )


def runway(used: float, burn_rate: float) -> float | None:
    """Return how many hours it takes at that rate until everything is used, None if that never happens."""
    return max(0, 100 - used) / burn_rate if burn_rate > 0 else None


def look_back(length: timedelta | None) -> timedelta:
    """Return how far the burn rate of a window of this length looks back."""
    if length is None:
        return timedelta(hours=1)
    return min(max(length / 10, timedelta(minutes=30)), timedelta(hours=24))
