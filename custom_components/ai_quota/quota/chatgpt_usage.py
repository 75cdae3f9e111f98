"""The usage answer of ChatGPT for Codex, as windows, metrics and a plan.

All pure. https://github.com/openai/codex (codex-rs/backend-client)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import re
from typing import Any

from . import parse
from .model import InvalidResponse, Metric, MetricKind, Reading, Window
from .parse import Json, either_case


def read_usage(
    usage: Json,
    now: datetime,
    *,
    account: str | None,
    identity: str | None,
    plan: str | None = None,
    organization: str | None = None,
    cap: Window | None = None,
    resets: Json | None = None,
) -> Reading:
    """Return what a usage answer holds; raises InvalidResponse when that is nothing.

    `plan` counts where the answer names none; `cap` and `resets` are what was asked beside it.
    """
    windows = unique([*usage_windows(usage, now), *([cap] if cap else [])])
    metrics = (*balance_metrics(usage), *reset_metrics(usage, resets or {}, now))
    named = plan_name(plan_code(usage, plan))
    if not windows and not metrics:
        if gives_window(usage):
            raise InvalidResponse("rate_limit cannot be read")
        if not named:
            raise InvalidResponse("neither rate_limit nor credits nor plan_type can be read")
    return Reading(
        account=account,
        organization=organization,
        plan=named,
        identity=identity or parse.first_text(usage, "account_id"),
        windows=windows,
        metrics=metrics,
    )


def has_figures(usage: Json, now: datetime) -> bool:
    """Return whether there is anything to show in a usage answer but a plan."""
    return bool(usage_windows(usage, now) or balance_metrics(usage) or reset_metrics(usage, {}, now))


def unique(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the windows without those whose id is taken already."""
    kept: dict[str, Window] = {}
    for window in windows:
        kept.setdefault(window.id, window)
    return tuple(kept.values())


def usage_windows(usage: Json, now: datetime) -> list[Window]:
    """Return the windows of a usage answer; those that cannot be read are left out."""
    found = limit_windows(usage.get("rate_limit"), now)
    for additional in map(parse.mapping, parse.items(usage.get("additional_rate_limits"))):
        found += additional_windows(additional, now)
    found += limit_windows(usage.get("code_review_rate_limit"), now, "_code_review", " (Code review)")
    if cap := individual_cap(usage):
        found.append(cap)
    return found


def additional_windows(additional: Json, now: datetime) -> list[Window]:
    """Return the windows of a limit beside the main one; one without a name is dropped."""
    feature, label = (parse.first_text(additional, key) for key in ("metered_feature", "limit_name"))
    if "spark" in f"{feature} {label}".lower():
        return limit_windows(additional.get("rate_limit"), now, "_spark", " (Spark)")
    slug = parse.slug(feature or label or "")
    return limit_windows(additional.get("rate_limit"), now, f"_{slug}", f" ({label or feature})") if slug else []


def limit_windows(limit: object, now: datetime, suffix: str = "", label: str = "") -> list[Window]:
    """Return the two windows of a limit, as far as they can be read, named after length or else place."""
    given = parse.mapping(limit)
    places = {"session": given.get("primary_window"), "weekly": given.get("secondary_window")}
    lanes = {place: lane for place, value in places.items() if (lane := read_lane(value, now))}
    periods = {place: period(lane.duration) or place for place, lane in lanes.items()}
    if len(set(periods.values())) < len(periods):
        periods = {place: place for place in lanes}
    return [
        Window(
            id=f"{periods[place]}{suffix}",
            name=f"{periods[place].capitalize()}{label}",
            used_percent=lane.used_percent,
            duration=lane.duration,
            resets_at=lane.resets_at,
        )
        for place, lane in lanes.items()
    ]


@dataclass(frozen=True)
class Lane:
    """One window of a limit, before it has a name."""

    used_percent: float
    duration: timedelta | None
    resets_at: datetime | None


def read_lane(value: object, now: datetime) -> Lane | None:
    """Return one window of a limit, None when it does not tell how much is used."""
    given = parse.mapping(value)
    used_percent = parse.number(given.get("used_percent"))
    if used_percent is None:
        return None
    ahead = parse.duration(given.get("reset_after_seconds"))
    return Lane(
        used_percent,
        duration=parse.duration(given.get("limit_window_seconds")),
        resets_at=parse.moment(given.get("reset_at")) or (now + ahead if ahead else None),
    )


PERIODS = {
    "session": (timedelta(0), timedelta(hours=6)),
    "daily": (timedelta(days=1), timedelta(days=1)),
    "weekly": (timedelta(days=6), timedelta(days=8)),
    "monthly": (timedelta(days=28), timedelta(days=31)),
}


def period(length: timedelta | None) -> str | None:
    """Return what a window of this length is called, None for any other length."""
    return next((name for name, (least, most) in PERIODS.items() if length and least <= length <= most), None)


def gives_window(usage: Json) -> bool:
    """Return whether an answer has a main limit, readable or not."""
    limit = usage.get("rate_limit")
    if isinstance(limit, Mapping):
        return any(limit.get(key) is not None for key in ("primary_window", "secondary_window"))
    return limit is not None


def individual_cap(usage: Json) -> Window | None:
    """Return the person's own monthly cap, from the first place that has one."""
    places = (usage, usage.get("rate_limit"), either_case(usage, "spend_control"))
    found = (either_case(place, "individual_limit") for place in places)
    given = next((limit for limit in found if isinstance(limit, Mapping)), {})
    limit, used = parse.number(given.get("limit")), parse.number(given.get("used"))
    if limit is None or limit <= 0:
        return None
    left_percent = parse.number(either_case(given, "remaining_percent"))
    used_percent = parse.number(either_case(given, "used_percent"))
    if used_percent is None and left_percent is not None:
        used_percent = 100 - left_percent
    remaining = None if left_percent is None else limit * left_percent / 100
    if used is not None:
        used_percent, remaining = parse.percentage(used, limit), limit - used
    return Window(
        id="monthly_credits",
        name="Monthly credits",
        used_percent=used_percent,
        used=used,
        limit=limit,
        remaining=None if remaining is None else max(0.0, remaining),
        unit="credits",
        resets_at=parse.moment(either_case(given, "reset_at") or either_case(given, "resets_at")),
    )


def workspace_cap(answer: Json) -> Window | None:
    """Return the cap that the monthly-usage request tells, None when there is none in force."""
    given = parse.mapping(answer.get("effective_monthly_limit"))
    limit, used = parse.number(given.get("limit")), parse.number(answer.get("current_month_usage"))
    mode = (parse.first_text(given, "enforcement_mode") or "").lower()
    if limit is None or limit <= 0 or mode in ("none", "off", "disabled", "no_limit"):
        return None
    return parse.counted("monthly_credits", "Monthly credits", unit="credits", used=used, limit=limit)


def balance_metrics(usage: Json) -> tuple[Metric, ...]:
    """Return the credits that are left, unless they never end."""
    credits = parse.mapping(usage.get("credits"))
    balance = None if credits.get("unlimited") is True else parse.number(credits.get("balance"))
    return parse.known_metric("balance", "Credits", balance, "credits", MetricKind.BALANCE)


def reset_metrics(usage: Json, answer: Json, now: datetime) -> tuple[Metric, ...]:
    """Return how many resets of the limits are available, and when the first of them is lost."""
    count, expires_at = parse.first_number(answer, "available_count"), None
    if count is None:
        count = parse.first_number(usage.get("rate_limit_reset_credits"), "available_count")
    if isinstance(answer.get("credits"), list):
        ends = available_resets(answer["credits"], now)
        count, expires_at = len(ends), min(filter(None, ends), default=None)
    return parse.known_metric(
        "reset_credits", "Limit resets available", count, "resets", MetricKind.BALANCE, expires_at
    )


def available_resets(credits: list[Any], now: datetime) -> list[datetime | None]:
    """Return when each reset that is available is lost; None for one that stays."""
    found = []
    for credit in map(parse.mapping, credits):
        end = parse.moment(credit.get("expires_at"))
        if credit.get("status") == "available" and (credit.get("expires_at") is None or (end and end > now)):
            found.append(end)
    return found


PLANS = {
    "guest": "Guest",
    "free": "Free",
    "go": "Go",
    "plus": "Plus",
    "pro": "Pro 20x",
    "prolite": "Pro 5x",
    "pro_lite": "Pro 5x",
    "pro-lite": "Pro 5x",
    "free_workspace": "Free Workspace",
    "team": "Team",
    "business": "Business",
    "education": "Education",
    "edu": "Edu",
    "quorum": "Quorum",
    "k12": "K12",
    "enterprise": "Enterprise",
    "unknown": None,
}


def plan_code(usage: Json, otherwise: str | None) -> str | None:
    """Return the code of the plan in an answer, or else what was told elsewhere."""
    return parse.first_text(usage, "plan_type") or otherwise


def plan_name(code: str | None) -> str | None:
    """Return a plan as a person would write it."""
    code = (code or "").lower()
    if code in PLANS:
        return PLANS[code]
    words = [word for word in re.split(r"[_\-\s]+", code) if word not in ("codex", "chatgpt", "plan", "account", "")]
    return " ".join(word.upper() if word in ("cbp", "k12") else word.capitalize() for word in words) or None
