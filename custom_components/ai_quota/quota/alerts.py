"""What an account has to tell: what has changed from one update to the next, each change once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf, nextafter
from typing import Any, Self

from .history import Reset
from .model import Kind, Metric, MetricKind, Snapshot, Window, iso
from .origin import Origin
from .pace import Pace
from .parse import moment, number


class AlertType(StrEnum):
    """What is told."""

    THRESHOLD_REACHED = "threshold_reached"
    EXHAUSTED = "exhausted"
    RESET = "reset"
    RESTORED = "restored"
    PACE_WARNING = "pace_warning"
    CREDIT_EXPIRING = "credit_expiring"
    BALANCE_LOW = "balance_low"
    PROVIDER_OUTAGE = "provider_outage"
    PROVIDER_RECOVERED = "provider_recovered"
    AUTH_FAILED = "auth_failed"
    REFRESH_FAILED = "refresh_failed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell; what is not known is absent from the payload, times are in ISO 8601."""

    type: AlertType
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a person wants to be told: `thresholds` in per cent used, `lead` before something is lost for good."""

    thresholds: tuple[float, ...] = (80, 95)
    pace_warning: bool = False
    lead: timedelta = timedelta(days=3)
    minimum_balance: float | None = None


HYSTERESIS = 5
"""How many points the use has to fall below a threshold before that can be reached again."""
REARM_BALANCE = 1.1
"""How many times the minimum a balance has to be before it can become low again."""
MIN_PACE = 6
"""From how many points ahead on a window that will not last is worth a warning."""
MIN_EXPECTED = 10
"""The share of a window, in per cent, that has to be over before there is a warning."""

MEMORY = timedelta(hours=24)
"""How long a window is remembered that the provider has ceased to give, and how long after it a reset is told."""
SAME_EXPIRY = timedelta(hours=1)
"""By how much the end of the same thing may differ: some providers tell it as the time that is left."""
MAX_EXPIRIES = 64
"""How many ends are remembered."""

MIN_FAILURES = 3
"""How many fetches in a row fail before that is told."""
MAX_AGE = timedelta(hours=1)
"""How old the figures are then at least."""

OPERATIONAL = "none"
OUTAGES = ("minor", "major", "critical")


class Outlook(StrEnum):
    """What was last known of a window's pace: until it has lasted once, nothing has changed."""

    LASTS = "lasts"
    WARNED = "warned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What is remembered of a window or a balance.

    The `mark` of a window is the highest use since it was that much lower: thresholds up to it have been
    told. That of a balance is the lowest value: minimums above it have. Both do not depend on the options,
    which may change at any time.
    """

    seen: datetime
    mark: float | None = None
    exhausted: bool | None = None
    outlook: Outlook | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"seen": iso(self.seen), "mark": self.mark, "exhausted": self.exhausted, "outlook": self.outlook}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was kept; raises ValueError, or what comes of a wrong type."""
        exhausted, outlook = kept["exhausted"], kept["outlook"]
        return cls(
            seen=_time(kept["seen"]),
            mark=number(kept["mark"]),
            exhausted=None if exhausted is None else bool(exhausted),
            outlook=None if outlook is None else Outlook(outlook),
        )


class Alerts:
    """Everything that has to be remembered of an account to tell each change once."""

    def __init__(self) -> None:
        self._origin: Origin | None = None
        self._windows: dict[str, Watched] = {}
        self._balances: dict[str, Watched] = {}
        self._expiries: list[tuple[str, datetime]] = []
        self._succeeded: datetime | None = None
        self._failing_since: datetime | None = None
        self._failures = 0
        self._failure_told: AlertType | None = None
        self._is_out: bool | None = None

    # What changes

    def observe(
        self,
        snapshot: Snapshot,
        paces: Mapping[str, Pace | None],
        resets: Mapping[str, Reset],
        rules: Rules,
        now: datetime,
        unsettled: Collection[str] = (),
    ) -> list[Alert]:
        """Return what a successful fetch tells, resets first.

        `paces` and `resets` are by window id; of `unsettled` windows it is not known yet whether they have reset.
        """
        is_first = self._begins_anew(snapshot)
        reset = [window for window in snapshot.windows if window.id in resets]
        others = [window for window in snapshot.windows if window.id not in resets]
        told = [self._reset(window, resets[window.id], now) for window in reset]
        for window in others:
            if window.id not in unsettled:
                told += self._watch(window, paces.get(window.id), rules, now)
            elif window.id in self._windows:
                self._windows[window.id] = replace(self._windows[window.id], seen=now)
        figures: tuple[Window | Metric, ...] = (*others, *snapshot.metrics)
        for figure in figures:
            told += self._watch_expiry(figure, rules, now, is_first=is_first)
        for metric in snapshot.metrics:
            told += self._watch_balance(metric, rules, now)
        told += self._succeed(now)
        self._windows, self._balances = _recent(self._windows, now), _recent(self._balances, now)
        return told

    def fail(self, kind: Kind, text: str, now: datetime) -> list[Alert]:
        """Return what a failed fetch tells; `text` is the failure in words that may be shown to anybody."""
        if kind is Kind.CONFIGURATION:
            return []  # nothing was asked
        self._failing_since = self._failing_since or now
        self._failures += 1
        if kind is Kind.AUTH:
            return self._tell_failure(AlertType.AUTH_FAILED, text)
        is_old = self._succeeded is not None and now - self._succeeded >= MAX_AGE
        if self._failure_told or self._failures < MIN_FAILURES or not is_old:
            return []
        return self._tell_failure(AlertType.REFRESH_FAILED, kind.value)

    def status(self, indicator: str, description: str | None) -> list[Alert]:
        """Return what the provider's status page tells; what is neither good nor bad changes nothing."""
        if indicator != OPERATIONAL and indicator not in OUTAGES:
            return []
        was_out, self._is_out = self._is_out, indicator != OPERATIONAL
        if was_out in (None, self._is_out):
            return []
        kind = AlertType.PROVIDER_OUTAGE if self._is_out else AlertType.PROVIDER_RECOVERED
        return [_alert(kind, indicator=indicator, description=description)]

    # Windows

    def _begins_anew(self, snapshot: Snapshot) -> bool:
        """Return whether there is nothing to compare this snapshot with: another source may count differently."""
        before, now = self._origin, Origin.of(snapshot)
        if before and not now.differs_from(before):
            self._origin = now.completed_by(before)
            return False
        self._origin = now
        self._windows, self._balances = {}, {}
        return True

    def _reset(self, window: Window, reset: Reset, now: datetime) -> Alert:
        self._windows[window.id] = Watched(seen=now, mark=0, exhausted=False, outlook=Outlook.LASTS)
        return _alert_of(window, AlertType.RESET, early=reset.early, previous_used_percent=reset.previous_used)

    def _watch(self, window: Window, pace: Pace | None, rules: Rules, now: datetime) -> Iterator[Alert]:
        before = self._windows.get(window.id) or Watched(seen=now)
        if now - before.seen > MEMORY:  # it may have reset since, too long ago to be told
            before = replace(before, exhausted=None if before.exhausted else before.exhausted, outlook=None)
        after = self._windows[window.id] = Watched(
            seen=now,
            mark=_mark(before.mark, window.used_percent),
            exhausted=before.exhausted if (found := is_exhausted(window)) is None else found,
            outlook=_outlook(before.outlook, pace),
        )
        if crossed := _crossed(before.mark, window.used_percent, rules.thresholds):
            yield _alert_of(window, AlertType.THRESHOLD_REACHED, threshold=max(crossed))
        if after.exhausted and before.exhausted is False:
            yield _alert_of(window, AlertType.EXHAUSTED)
        if before.exhausted and not after.exhausted:
            yield _alert_of(window, AlertType.RESTORED)
        if rules.pace_warning and pace and after.outlook is Outlook.WARNED is not before.outlook:
            forecast = {"runs_out_at": iso(pace.runs_out_at_minute), "pace": round(pace.points, 1)}
            yield _alert_of(window, AlertType.PACE_WARNING, **forecast)

    # What is lost, and what runs low

    def _watch_expiry(self, figure: Window | Metric, rules: Rules, now: datetime, *, is_first: bool) -> Iterator[Alert]:
        expires_at = figure.expires_at
        if expires_at is None or expires_at - now > rules.lead or _is_spent(figure):
            return
        told = [each for each in self._expiries if each[0] == figure.id and abs(each[1] - expires_at) <= SAME_EXPIRY]
        rest = [each for each in self._expiries if each not in told]
        self._expiries = [*rest, (figure.id, expires_at)][-MAX_EXPIRIES:]
        if told or is_first:
            return
        yield _alert_of(
            figure,
            AlertType.CREDIT_EXPIRING,
            expires_at=iso(expires_at),
            days_left=round((expires_at - now) / timedelta(days=1), 1),
            amount=figure.remaining if isinstance(figure, Window) else figure.value,
            unit=figure.unit,
        )

    def _watch_balance(self, metric: Metric, rules: Rules, now: datetime) -> Iterator[Alert]:
        if metric.kind is not MetricKind.BALANCE:
            return
        before = self._balances.get(metric.id) or Watched(seen=now)
        # Rounded, because 110 divided by 1.1 is less than 100.
        mark = metric.value if before.mark is None else max(before.mark, round(metric.value / REARM_BALANCE, 6))
        self._balances[metric.id] = Watched(seen=now, mark=min(mark, metric.value))
        minimum = rules.minimum_balance
        if minimum is not None and before.mark is not None and metric.value < minimum <= mark:
            yield _alert_of(metric, AlertType.BALANCE_LOW, value=metric.value, unit=metric.unit, minimum=minimum)

    # Failures

    def _tell_failure(self, told: AlertType, error: str) -> list[Alert]:
        if self._failure_told is told:
            return []
        self._failure_told = told
        return [_alert(told, error=error)]

    def _succeed(self, now: datetime) -> Iterator[Alert]:
        if self._failure_told and self._failing_since:
            yield _alert(AlertType.RECOVERED, failed_for=round((now - self._failing_since).total_seconds()))
        self._succeeded, self._failing_since, self._failures, self._failure_told = now, None, 0, None

    # What is kept

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "origin": self._origin.as_dict() if self._origin else None,
            "windows": {id: watched.as_dict() for id, watched in self._windows.items()},
            "balances": {id: watched.as_dict() for id, watched in self._balances.items()},
            "expiries": [[id, iso(expires_at)] for id, expires_at in self._expiries],
            "succeeded": iso(self._succeeded),
            "failing_since": iso(self._failing_since),
            "failures": self._failures,
            "failure_told": self._failure_told,
            "is_out": self._is_out,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was kept, or a new beginning where that cannot be read."""
        try:
            return cls._restored(kept)
        except AttributeError, LookupError, TypeError, ValueError:
            return cls()

    @classmethod
    def _restored(cls, kept: Mapping[str, Any]) -> Self:
        found = cls()
        found._origin = None if kept["origin"] is None else Origin.from_dict(kept["origin"])
        found._windows = {id: Watched.from_dict(each) for id, each in kept["windows"].items()}
        found._balances = {id: Watched.from_dict(each) for id, each in kept["balances"].items()}
        found._expiries = [(str(id), _time(expires_at)) for id, expires_at in kept["expiries"]]
        found._succeeded = moment(kept["succeeded"])
        found._failing_since = moment(kept["failing_since"])
        found._failures = int(kept["failures"])
        found._failure_told = None if kept["failure_told"] is None else AlertType(kept["failure_told"])
        found._is_out = _optional(kept["is_out"], bool)
        return found


def is_exhausted(window: Window) -> bool | None:
    """Return whether nothing is left of a window, None when neither use nor rest is known."""
    known = []
    if window.used_percent is not None:
        known.append(window.used_percent >= 100)
    if window.remaining is not None:
        known.append(window.remaining <= 0)
    return any(known) if known else None


def _mark(mark: float | None, used: float | None) -> float | None:
    """Return up to where thresholds count as reached after this use."""
    if used is None or mark is None:
        return mark if used is None else used
    return max(used, min(mark, nextafter(used + HYSTERESIS, -inf)))


def _crossed(mark: float | None, used: float | None, thresholds: tuple[float, ...]) -> list[float]:
    if mark is None or used is None:
        return []
    return [threshold for threshold in thresholds if mark < threshold <= used]


def _outlook(before: Outlook | None, pace: Pace | None) -> Outlook | None:
    """Return the outlook at this pace; one warning has to do until the window resets."""
    if pace is None or before is Outlook.WARNED:
        return before
    if pace.lasts:
        return Outlook.LASTS
    is_serious = pace.points >= MIN_PACE and pace.expected >= MIN_EXPECTED and not pace.exhausted
    return Outlook.WARNED if before and is_serious else before


def _is_spent(figure: Window | Metric) -> bool:
    """Return whether there is nothing to lose; of a window that fills again it is the plan that ends."""
    if isinstance(figure, Metric):
        return figure.value <= 0
    return is_exhausted(figure) is True and figure.resets_at is None and figure.duration is None


def _alert(kind: AlertType, **payload: Any) -> Alert:
    return Alert(kind, {key: value for key, value in payload.items() if value is not None})


def _alert_of(figure: Window | Metric, kind: AlertType, **payload: Any) -> Alert:
    """Return an alert about a window, or about a metric, which takes its place."""
    about: dict[str, Any] = {"window_id": figure.id, "window_name": figure.name}
    if isinstance(figure, Window):
        about |= {
            "used_percent": figure.used_percent,
            "used": figure.used,
            "limit": figure.limit,
            "remaining": figure.remaining,
            "unit": figure.unit,
            "resets_at": iso(figure.resets_at),
        }
    return _alert(kind, **about | payload)


def _recent(watched: dict[str, Watched], now: datetime) -> dict[str, Watched]:
    return {id: each for id, each in watched.items() if now - each.seen <= MEMORY}


def _time(kept: object) -> datetime:
    if (found := moment(kept)) is None:
        raise ValueError("no time")
    return found


def _optional[T](kept: object, kind: type[T]) -> T | None:
    if kept is None or isinstance(kept, kind):
        return kept
    raise TypeError(f"no {kind.__name__}")
