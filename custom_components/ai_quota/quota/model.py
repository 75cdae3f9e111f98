"""What one fetch yields, and the ways in which it can fail."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A quantity that counts against a limit and usually resets.

    `used_percent` is 0 for unused and may exceed 100 when the provider reports overuse; None where
    the provider gives no usage. `used`, `limit` and `remaining` are in `unit`: an ISO 4217 code for
    money, else a plural noun. `resets_at` and `expires_at` are in UTC; `expires_at` is when what is
    left is lost for good.
    """

    id: str
    name: str
    used_percent: float | None = None
    used: float | None = None
    limit: float | None = None
    remaining: float | None = None
    unit: str | None = None
    duration: timedelta | None = None
    resets_at: datetime | None = None
    expires_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the window as the `get_usage` action gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "used_percent": self.used_percent,
            "used": self.used,
            "limit": self.limit,
            "remaining": self.remaining,
            "unit": self.unit,
            "duration_minutes": minutes(self.duration),
            "resets_at": iso(self.resets_at),
            "expires_at": iso(self.expires_at),
        }


class MetricKind(StrEnum):
    """What a metric counts."""

    BALANCE = "balance"
    """What is left."""
    SPEND = "spend"
    """Money over a period."""
    COUNT = "count"
    """Tokens, requests… over a period."""
    RATE = "rate"
    """Per unit of time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A figure without a limit; `unit` and `expires_at` as for windows."""

    id: str
    name: str
    value: float
    unit: str | None
    kind: MetricKind
    expires_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the metric as the `get_usage` action gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "kind": self.kind.value,
            "expires_at": iso(self.expires_at),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One strategy that was tried: how it ended and how long it took, in seconds."""

    source: str
    ok: bool
    error: Kind | None = None
    message: str | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the attempt as the `get_usage` action gives it."""
        return {"source": self.source, "ok": self.ok, "error": self.error, "message": self.message}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a strategy reads: the account and its figures.

    `account` is who is signed in (e-mail, else login, else a stable id), `organization` the
    workspace or team, `plan` the plan as a person would write it. `identity` is the provider's own
    stable id of what is watched, never shown, for telling accounts apart.
    """

    account: str | None = None
    organization: str | None = None
    plan: str | None = None
    identity: str | None = None
    windows: tuple[Window, ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Snapshot(Reading):
    """A reading with its origin: what one fetch yields. `fetched_at` is in UTC."""

    provider: str
    source: str
    fetched_at: datetime
    attempts: tuple[Attempt, ...] = ()

    def window(self, window_id: str) -> Window | None:
        """Return the window of that id, if the provider gave it."""
        return next((window for window in self.windows if window.id == window_id), None)

    def metric(self, metric_id: str) -> Metric | None:
        """Return the metric of that id, if the provider gave it."""
        return next((metric for metric in self.metrics if metric.id == metric_id), None)

    def as_dict(self, name: str) -> dict[str, Any]:
        """Return the snapshot as the `get_usage` action gives it; `name` is the provider's."""
        return {
            "provider": self.provider,
            "name": name,
            "source": self.source,
            "account": self.account,
            "organization": self.organization,
            "plan": self.plan,
            "fetched_at": iso(self.fetched_at),
            "windows": [window.as_dict() for window in self.windows],
            "metrics": [metric.as_dict() for metric in self.metrics],
            "attempts": [attempt.as_dict() for attempt in self.attempts],
        }


class Kind(StrEnum):
    """Why a fetch failed."""

    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INVALID_RESPONSE = "invalid_response"
    UNSUPPORTED = "unsupported"
    CONFIGURATION = "configuration"


@dataclass(eq=False)
class QuotaError(Exception):
    """A fetch that failed; `message` is for the user and never holds a secret."""

    kind: ClassVar[Kind]
    message: str
    attempts: tuple[Attempt, ...] = field(default=(), kw_only=True)
    """Every strategy that was tried, set by the fetch."""

    def __str__(self) -> str:
        """Return the message alone."""
        return self.message


@dataclass(eq=False)
class AuthFailed(QuotaError):
    """There are no usable credentials, or the provider rejected them.

    `may_heal`, set by the fetch, tells that a tool, file or browser of this machine may hold others one day.
    """

    kind = Kind.AUTH
    may_heal: bool = field(default=False, kw_only=True)


@dataclass(eq=False)
class RateLimited(QuotaError):
    """The provider asks for a pause, of `retry_after` seconds when it says so."""

    kind = Kind.RATE_LIMITED
    message: str = "too many requests"
    retry_after: float | None = field(default=None, kw_only=True)


class Unavailable(QuotaError):
    """The network, the server, a tool or a file is not there."""

    kind = Kind.UNAVAILABLE


class InvalidResponse(QuotaError):
    """The answer cannot be understood; the message names the field."""

    kind = Kind.INVALID_RESPONSE


class Unsupported(QuotaError):
    """The provider says that this path cannot serve this account, plan or region."""

    kind = Kind.UNSUPPORTED


@dataclass(eq=False)
class BadConfiguration(QuotaError):
    """A field or an environment variable cannot be used; `field` is the key of the field."""

    kind = Kind.CONFIGURATION
    field: str | None = None


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601, or None."""
    return moment.isoformat() if moment else None


def minutes(duration: timedelta | None) -> int | None:
    """Return a duration in whole minutes, or None."""
    return round(duration.total_seconds() / 60) if duration else None
