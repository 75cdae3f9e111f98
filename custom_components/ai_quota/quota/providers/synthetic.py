"""Synthetic."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
import re
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Verdict
from ..model import InvalidResponse, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

PERCENT_USED = (
    "percentUsed", "usedPercent", "usagePercent", "usage_percent", "used_percent", "percent_used", "percent",
)  # fmt: skip
PERCENT_LEFT = ("percentRemaining", "remainingPercent", "remaining_percent", "percent_remaining")
LIMIT = (
    "limit", "messageLimit", "message_limit", "messages", "maxRequests", "max_requests", "requestLimit",
    "request_limit", "quota", "max", "total", "capacity", "allowance",
)  # fmt: skip
USED = (
    "used", "usage", "usedMessages", "used_messages", "messagesUsed", "messages_used", "requests", "requestCount",
    "request_count", "consumed", "spent",
)  # fmt: skip
LEFT = ("remaining", "left", "available", "balance")
RESET = (
    "resetAt", "resetsAt", "renewAt", "renewsAt", "periodEnd", "expiresAt", "endAt", "reset_at", "resets_at",
    "renew_at", "renews_at", "period_end", "expires_at", "end_at",
)  # fmt: skip
LABEL = ("name", "label", "type", "period", "scope", "title", "id")
PLAN = ("plan", "planName", "plan_name", "subscription", "subscriptionPlan", "tier", "package", "packageName")
PLACES = ("quotas", "quota", "limits", "usage", "entries")
LENGTHS = {"Minutes": "minutes", "Hours": "hours", "Days": "days", "Seconds": "seconds"}
LENGTH_TEXT = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(seconds?|secs?|s)|(minutes?|mins?|m)|(hours?|hrs?|h)|(days?|d)|(weeks?|w))", re.IGNORECASE
)


class Synthetic(Provider):
    """Synthetic: the rolling quotas of a subscription: five hours, week, search.

    Source: https://dev.synthetic.new/docs/synthetic/quotas
    """

    id = "synthetic"
    name = "Synthetic"
    dashboard = "https://synthetic.new"
    status = StatusLink("https://status.synthetic.new")
    missing = "give an API key"
    fields = (
        api_key(
            "SYNTHETIC_API_KEY",
            help="Sign in, then API settings.",
            link="https://dev.synthetic.new/docs/api/getting-started",
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the quotas."""
        verdict = Verdict(auth="the API key was rejected")
        api = call.at("https://api.synthetic.new/v2", bearer=call["api_key"], verdict=verdict)
        return reading_of(await (await api.get("quotas")).check(verdict).json())


def reading_of(answer: Any) -> Reading:
    """Return the quotas in the documented shape, else wherever an answer holds some.

    A quota whose limit is 0 is none: an account without a subscription has no windows.
    """
    root = parse.mapping(answer)
    data = parse.mapping(root.get("data"))
    found = documented({**data, **{key: value for key, value in root.items() if value is not None}})
    if not any(map(is_quota, found)):
        found = [*found, *generic(answer)]
    if not found:
        raise InvalidResponse("quota data missing; the account may have no subscription")
    return Reading(
        plan=parse.first_text(root, *PLAN) or parse.first_text(data, *PLAN),
        windows=tuple(filter(is_quota, found)),
    )


def is_quota(window: Window) -> bool:
    """Return whether there is a percentage, or a limit that allows something."""
    return window.used_percent is not None or (window.limit is not None and window.limit > 0)


# The documented shape


def documented(source: Json) -> list[Window]:
    """Return the windows of an answer as the documentation has it."""
    five_hours = parse.first(source, "rollingFiveHourLimit", "rolling_five_hour_limit")
    weekly = parse.mapping(parse.first(source, "weeklyTokenLimit", "weekly_token_limit"))
    hourly = parse.mapping(source.get("search")).get("hourly")
    # What these two restore comes back a slice at a time, never at once: they have no reset.
    windows = [
        *known("session", "Five hours", five_hours, parse.HOURS_5),
        *known("weekly", "Weekly", with_credits(weekly), parse.WEEK, "USD"),
    ]
    windows = [replace(window, resets_at=None) for window in windows]
    if not any(map(is_quota, windows)):
        tools = parse.first(source, "freeToolCalls", "free_tool_calls", "toolCallDiscounts")
        windows += known("subscription", "Subscription", source.get("subscription"), None)
        windows += known("free_tool_calls", "Free tool calls", tools, None)
    return [*windows, *known("search_hourly", "Search, hourly", hourly, timedelta(hours=1))]


def with_credits(weekly: Json) -> Json:
    """Return the week with its credits under the names of a limit, in USD."""
    limit = dollars(parse.first(weekly, "maxCredits", "max_credits"))
    left = dollars(parse.first(weekly, "remainingCredits", "remaining_credits"))
    return {**weekly, **{key: value for key, value in (("limit", limit), ("remaining", left)) if value is not None}}


def dollars(amount: object) -> float | None:
    """Return an amount of money."""
    return parse.number(amount.replace("$", "") if isinstance(amount, str) else amount)


def known(id: str, name: str, source: object, duration: timedelta | None, unit: str = "requests") -> list[Window]:
    """Return the quota of a documented place, whose percentages are no fractions."""
    window = quota(id, name, source, duration=duration, unit=unit)
    return [window] if window else []


# Any shape


def generic(answer: Any) -> Iterator[Window]:
    """Yield the quotas of the first place that holds any, each with an id of its own."""
    root = parse.mapping(answer)
    data = parse.mapping(root.get("data"))
    places: list[tuple[str, Any]] = [("quotas", answer)] if isinstance(answer, list) else []
    places += [(key, source[key]) for source in (root, data) for key in PLACES if key in source]
    places += [("data", root["data"])] if "data" in root else []
    for key, place in places:
        if found := list(quotas_in(place, key)):
            yield from parse.distinct(found)
            return


def quotas_in(node: Any, key: str) -> Iterator[Window]:
    """Yield the quotas of a document; an object that is one is not searched further."""
    if isinstance(node, list):
        for each in node:
            yield from quotas_in(each, key)
    elif isinstance(node, Mapping):
        label = parse.first_text(node, *LABEL) or key
        if window := quota(id_of(label), label, node, duration=length(node), fractions=True):
            yield window
        else:
            for name in sorted(node):
                yield from quotas_in(node[name], name)


def id_of(label: str) -> str:
    """Return the id of a label or of a key in any case."""
    return parse.slug(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", label) if label.isidentifier() else label) or "quota"


def length(source: Json) -> timedelta | None:
    """Return how long a window is, from a number with its unit in the key, or from words."""
    for name in ("window", "period"):
        for ending, unit in LENGTHS.items():
            if count := parse.first_number(source, f"{name}{ending}", f"{name}_{ending.lower()}"):
                return timedelta(**{unit: count})
    for name in ("window", "period", "windowLabel", "periodLabel", "window_label", "period_label"):
        if match := LENGTH_TEXT.fullmatch(parse.first_text(source, name) or ""):
            units = ("seconds", "minutes", "hours", "days", "weeks")
            unit = next(unit for unit, written in zip(units, match.groups()[1:], strict=True) if written)
            return timedelta(**{unit: float(match[1])})
    return None


# One quota


def quota(
    id: str,
    name: str,
    source: object,
    *,
    duration: timedelta | None,
    unit: str = "requests",
    fractions: bool = False,
) -> Window | None:
    """Return a window when one of its figures is there; `fractions` reads percentages up to 1 as such."""
    limit, used, left = (parse.first_number(source, *keys) for keys in (LIMIT, USED, LEFT))
    percent, percent_left = (parse.first_number(source, *keys) for keys in (PERCENT_USED, PERCENT_LEFT))
    if (limit, used, left, percent, percent_left) == (None,) * 5:
        return None
    if fractions:
        percent, percent_left = (
            each * 100 if each is not None and each <= 1 else each for each in (percent, percent_left)
        )
    if percent is None and percent_left is not None:
        percent = 100 - percent_left
    window = parse.counted(
        id,
        name,
        unit=unit,
        used=used,
        limit=limit,
        remaining=left,
        used_percent=percent,
        duration=duration,
        resets_at=parse.moment(parse.first(source, *RESET)),
    )
    return window if window.limit is not None else replace(window, unit=None)


def whole(percent: float | None) -> float | None:
    """Return a percentage that may have been given as a fraction of 1."""
    return percent * 100 if percent is not None and percent <= 1 else percent
