"""Chutes."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import re
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url
from ..http import Endpoint, Verdict
from ..model import AuthFailed, BadConfiguration, InvalidResponse, MetricKind, QuotaError, RateLimited, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

VERDICT = Verdict(auth="the API key was rejected, or its scope leaves out the account")
MAX_CHUTES = 10

# What the answers call their figures; see `found` for how keys are compared.
FOUR_HOURS = (
    "four_hour", "rolling_window", "rolling", "rolling_4h", "four_hour_window", "four_hour_usage", "window_4h",
)  # fmt: skip
MONTHLY = ("monthly", "monthly_usage", "billing_period", "billing_cycle")
USED = ("usage", "used", "consumed", "requests", "current")
LIMIT = ("cap", "limit", "quota", "max", "total")
LEFT = ("remaining", "available", "left")
PERCENT_USED = ("percent_used", "usage_percent", "used_percent", "utilization")
PERCENT_LEFT = ("percent_remaining", "remaining_percent")
RESET = ("reset_at", "resets_at", "next_reset_at", "renews_at", "period_end", "window_end")
UNIT = ("unit", "units", "currency")
PLAN = ("plan_name", "plan", "tier")

PLANS: Mapping[float | None, str] = {3: "Base", 10: "Plus", 20: "Pro"}
"""The plans by their price in USD a month."""
ENDED = ("inactive", "free", "cancel", "none", "expired")
"""What the status of a subscription that is not active contains."""


class Chutes(Provider):
    """Chutes: the caps of a subscription, the requests of a day, and the balance.

    Source: https://github.com/rayonlabs/chutes-api
    """

    id = "chutes"
    name = "Chutes"
    dashboard = "https://chutes.ai/app/settings/usage"
    status = StatusLink("https://status.chutes.ai")
    missing = "give an API key"
    fields = (
        api_key(
            "CHUTES_API_KEY", help="API, Create API key; it needs account access.", link="https://chutes.ai/app/api"
        ),
        base_url("https://api.chutes.ai", "CHUTES_API_URL"),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the subscription; what else there is never fails it, unless the key is refused or must wait."""
        api = call.at(call["base_url"], bearer=call["api_key"], verdict=VERDICT)
        usage = unwrapped(await api.get_object("users/me/subscription_usage"))
        counter, me = map(unwrapped, await together(extra(api, "quota_usage", "me"), extra(api)))
        subscription = Subscription.of(usage)
        session, monthly = session_window(usage), monthly_window(usage, subscription)
        chutes: dict[str, Json] = {}
        if session is None or (monthly is None and not is_uncapped(usage)):
            answer = await extra(api, "quotas")
            quotas = unwrapped(answer)
            session = session or session_window(quotas)
            if monthly is None and not is_uncapped(usage):
                monthly = monthly_window(quotas, subscription)
            chutes = await with_counters(api, chute_quotas(answer))
        every = chutes.pop("*", {})
        if counter.get("quota") is None:
            counter = {"quota": every.get("quota")}

        reading = Reading(
            account=parse.first_text(me, "username"),
            plan=subscription.plan,
            identity=parse.first_text(me, "user_id", "username"),
            windows=tuple(filter(None, (session, monthly, *daily_windows(counter, chutes, call.now)))),
            metrics=parse.known_metric("balance", "Balance", amount(me.get("balance")), "USD", MetricKind.BALANCE),
        )
        if not subscription.is_known and not reading.windows and not reading.metrics:
            raise InvalidResponse("subscription is missing, and there are neither limits nor a balance")
        return reading


# Requests


async def extra(api: Endpoint, *path: str) -> Any:
    """Return what the account has there, None when it cannot be had; a refusal and a pause count for all."""
    try:
        return await (await api.get(("users", "me", *path))).check(VERDICT).json()
    except AuthFailed, RateLimited, BadConfiguration:
        raise
    except QuotaError:
        return None


async def together(*reads: Awaitable[Any]) -> list[Any]:
    """Return what all of them read; raises the first failure, but only when none is under way any more."""
    results = await asyncio.gather(*reads, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


async def with_counters(api: Endpoint, quotas: Mapping[str, Json]) -> dict[str, Json]:
    """Return the quotas, the first ones with the counters of their chutes.

    The counter of `*` stands elsewhere: under its own name it would answer 0.
    """
    asked = [chute for chute in quotas if chute not in ("*", "me")][:MAX_CHUTES]
    counters = await together(*(extra(api, "quota_usage", chute) for chute in asked))
    found = {chute: unwrapped(counter) for chute, counter in zip(asked, counters, strict=True)}
    wanted = [*asked, *(chute for chute in quotas if chute == "*")]
    return {chute: {**quotas[chute], **known(found.get(chute, {}))} for chute in wanted}


# Reading a tolerant shape


def unwrapped(answer: Any) -> Json:
    """Return the object of an answer, together with the one that it wraps, if any."""
    outer = parse.mapping(answer)
    return {**outer, **next((inner for inner in found(outer, "data", "result") if isinstance(inner, Mapping)), {})}


def known(source: Json) -> Json:
    """Return an object without what is null in it."""
    return {key: value for key, value in source.items() if value is not None}


def found(source: Json, *names: str) -> Iterator[Any]:
    """Yield the values under these names, in their order; of a key only letters and digits count, in any case."""
    for name in map(plain, names):
        yield from (value for key, value in source.items() if plain(key) == name)


def plain(key: str) -> str:
    """Return a key as keys are compared."""
    return re.sub(r"[^a-z0-9]", "", key.lower())


def amount(value: object) -> float | None:
    """Return a number, which may be text with a currency or a percent sign."""
    return parse.number(re.sub(r"[$,%]", "", value) if isinstance(value, str) else value)


def first_amount(source: Json, names: Iterable[str]) -> float | None:
    """Return the first number under one of the names."""
    return next((number for value in found(source, *names) if (number := amount(value)) is not None), None)


def first_text(source: Json, names: Iterable[str]) -> str | None:
    """Return the first text under one of the names."""
    return next(filter(None, map(parse.text, found(source, *names))), None)


def first_moment(source: Json, names: Iterable[str]) -> datetime | None:
    """Return the first time under one of the names."""
    return next(filter(None, map(parse.moment, found(source, *names))), None)


def first_flag(source: Json, *names: str) -> bool | None:
    """Return the first yes or no under one of the names."""
    return next((value for value in found(source, *names) if isinstance(value, bool)), None)


# The subscription


@dataclass(frozen=True)
class Subscription:
    """What an answer tells of the subscription: whether it tells anything, the plan, and when the period ends."""

    is_known: bool
    plan: str | None
    period_end: datetime | None

    @classmethod
    def of(cls, usage: Json) -> Subscription:
        """Read the subscription, which is yes, no, or an object of its own."""
        details = next(filter(None, map(parse.mapping, found(usage, "subscription"))), {})
        active = is_active(details) if details else first_flag(usage, "subscription")
        plan = first_text(details, PLAN) or first_text(usage, PLAN)
        return cls(
            is_known=bool(details) or active is not None or plan is not None,
            plan=None if active is False else plan_name(details, usage) or plan,
            period_end=first_moment({**usage, **details}, ["current_period_end"]),
        )


def is_active(subscription: Json) -> bool | None:
    """Return whether a subscription is active, None when it does not say so."""
    flag = first_flag(subscription, "active", "is_active")
    if flag is not None:
        return flag
    status = (first_text(subscription, ["status"]) or "").lower()
    if "active" in status and "inactive" not in status:
        return True
    return False if any(word in status for word in ENDED) else None


def plan_name(*sources: Json) -> str | None:
    """Return the plan that the price stands for; one of an agreement of its own has no such price."""
    if any(first_flag(source, "custom") for source in sources):
        return "Custom"
    prices = (first_amount(source, ["monthly_price"]) for source in sources)
    return next(filter(None, map(PLANS.get, prices)), None)


# Windows


def session_window(usage: Json) -> Window | None:
    """Return the cap of four hours: these are blocks of the UTC day."""
    windows = (capped("session", "Session (4 hours)", value) for value in found(usage, *FOUR_HOURS))
    window = next(filter(None, windows), None)
    return window and replace(window, duration=timedelta(hours=4))


def monthly_window(usage: Json, subscription: Subscription) -> Window | None:
    """Return the cap of the month, unless there is none."""
    if is_uncapped(usage):
        return None
    window = next(filter(None, (capped("monthly", "Monthly", value) for value in found(usage, *MONTHLY))), None)
    return window and replace(window, resets_at=window.resets_at or subscription.period_end)


def is_uncapped(usage: Json) -> bool:
    """Return whether the month is said to have no cap."""
    return any(first_flag(parse.mapping(value), "uncapped") for value in found(usage, *MONTHLY))


def capped(id: str, name: str, value: object) -> Window | None:
    """Return the window of an object that has a percentage, or counters that make one."""
    source = parse.mapping(value)
    percent, left = (whole(first_amount(source, names)) for names in (PERCENT_USED, PERCENT_LEFT))
    if percent is None and left is not None:
        percent = 100 - left
    unit = first_text(source, UNIT) or "USD"
    window = parse.counted(
        id,
        name,
        unit="USD" if unit.upper() in ("USD", "$") else unit,
        used=first_amount(source, USED),
        limit=first_amount(source, LIMIT),
        remaining=first_amount(source, LEFT),
        used_percent=percent,
        resets_at=first_moment(source, RESET),
    )
    if window.used_percent is None:
        return None
    is_counted = (window.used, window.limit, window.remaining) != (None, None, None)
    return window if is_counted else replace(window, unit=None)


def whole(percent: float | None) -> float | None:
    """Return a percentage that is given as a fraction of 1 when it is below that."""
    return percent * 100 if percent is not None and abs(percent) < 1 else percent


# Requests of a day


def chute_quotas(answer: Any) -> dict[str, Json]:
    """Return the entries of a list of quotas, or of a map of them, by their chute; `*` stands for all others."""
    source = unwrapped(answer)
    places = [answer, *found(source, "quotas", "items", "data", "result")]
    rows = next((place for place in places if isinstance(place, list)), None)
    if rows is None:
        quotas = next((place for place in places[1:] if isinstance(place, Mapping)), source)
        rows = [{"id": key, "quota": value} for key, value in quotas.items() if amount(value) is not None]
    chutes: dict[str, Json] = {}
    for row in rows:
        if chute := parse.first_text(row, "chute_id", "chuteId", "id"):
            chutes.setdefault(chute, row)
    return chutes


def daily_windows(account: Json, chutes: Mapping[str, Json], now: datetime) -> Iterator[Window]:
    """Yield the requests of the UTC day: of the account, and of each chute with a quota of its own."""
    yield from daily("daily", "Daily requests", account, now)
    own = (
        window
        for chute, counter in chutes.items()
        for window in daily(f"daily_{parse.slug(chute)}", f"Daily requests ({chute})", counter, now)
    )
    yield from parse.distinct(own)


def daily(id: str, name: str, counter: Json, now: datetime) -> Iterator[Window]:
    """Yield the window of a counter, unless requests are unlimited or none is included."""
    limit = amount(counter.get("quota"))
    if limit is not None and limit > 0:
        yield parse.counted(
            id,
            name,
            unit="requests",
            used=amount(counter.get("used")),
            limit=limit,
            duration=parse.DAY,
            resets_at=parse.midnight(now, 1),
        )
