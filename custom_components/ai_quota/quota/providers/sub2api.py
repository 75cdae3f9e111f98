"""sub2api."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import override

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Settings, api_key, base_url, service_root
from ..http import Verdict
from ..model import AuthFailed, BadConfiguration, InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

REFUSED = "the gateway refuses the key: is it active and in a group?"
PERIODS = (
    ("daily", "Daily", parse.DAY),
    ("weekly", "Weekly", parse.WEEK),
    ("monthly", "Monthly", timedelta(days=30)),
)
RATES = {
    "5h": ("session", "5-hour limit"),
    "1d": ("daily_rate", "Daily limit"),
    "7d": ("weekly_rate", "7-day limit"),
}
COUNTERS = (
    ("spend", "Spend", "actual_cost", "USD", MetricKind.SPEND),
    ("requests", "Requests", "requests", "requests", MetricKind.COUNT),
    ("tokens", "Tokens", "total_tokens", "tokens", MetricKind.COUNT),
)


class Sub2Api(Provider):
    """sub2api: quota, subscription limits and wallet of one group key of a self-hosted gateway.

    Source: https://github.com/Wei-Shaw/sub2api
    """

    id = "sub2api"
    name = "sub2api"
    dashboard = "https://github.com/Wei-Shaw/sub2api"
    key_is_account = True
    missing = "give the address of the gateway and a key of it"
    fields = (
        base_url(
            None,
            "SUB2API_BASE_URL",
            http=True,
            help="Where the gateway answers; it may begin with http:// on a private address.",
        ),
        api_key(
            "SUB2API_API_KEY",
            help="The gateway's own page, API Keys; create one in the group that you want to watch.",
            link="https://github.com/Wei-Shaw/sub2api",
        ),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Refuse a query: the address is completed with one."""
        given = settings.given("base_url")
        if given and given.query_string:
            raise BadConfiguration("base_url: a query (?…) in the address is not allowed", "base_url")

    @strategy("api", needs=("api_key", "base_url"))
    async def api(self, call: Call) -> Reading:
        """Read what the gateway has noted of the key."""
        gateway = call.at(root_of(call["base_url"]), bearer=call["api_key"], verdict=Verdict(auth=REFUSED))
        return reading_of(await gateway.get_object("v1/usage", query={"days": 30, "timezone": "UTC"}))

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the gateway's own pages."""
        base = settings.get("base_url")
        return str(root_of(base)) if base else self.dashboard


def root_of(base: URL) -> URL:
    """Return the gateway's address without the path of its API, be it in part or whole."""
    return service_root(base.parent if base.path.endswith("/v1/usage") else base)


def reading_of(answer: Json) -> Reading:
    """Return what the group of the key has: a quota, a subscription or a wallet."""
    if not isinstance(is_valid := answer.get("isValid"), bool | None):
        raise InvalidResponse("isValid is not true or false")
    if is_valid is False:
        raise AuthFailed(REFUSED)
    quota, subscription, usage = (part(answer, key) for key in ("quota", "subscription", "usage"))
    unit, own_unit = (words(each, "unit") for each in (answer, quota or {}))
    key_ends_at = parse.zoned_moment(answer, "expires_at")
    own = () if quota is None else budget(quota, own_unit or unit or "USD", key_ends_at)
    reading = Reading(
        plan=words(answer, "planName"),
        windows=(
            *(own if subscription is None else periods(subscription, key_ends_at)),
            *parse.distinct(rates(answer)),
        ),
        metrics=(
            *parse.known_metric(
                "balance",
                "Balance",
                parse.json_number(answer, "balance"),
                unit or own_unit or "USD",
                MetricKind.BALANCE,
            ),
            *totals(usage or {}),
        ),
    )
    if not reading.windows and not reading.metrics and not reading.plan:
        raise InvalidResponse("neither quota, subscription, balance, usage nor planName is there")
    return reading


# Windows


def periods(subscription: Json, key_ends_at: datetime | None) -> tuple[Window, ...]:
    """Return the limits of a subscription in USD; the longest of them tells when it ends."""
    ends_at = parse.zoned_moment(subscription, "expires_at", "subscription.expires_at") or key_ends_at
    found: list[Window] = []
    for id, name, duration in PERIODS:
        used, limit = (
            parse.json_number(subscription, key, f"subscription.{key}")
            for key in (f"{id}_usage_usd", f"{id}_limit_usd")
        )
        if limit is not None and limit > 0:
            found.append(parse.counted(id, name, unit="USD", used=used, limit=limit, duration=duration))
    return (*found[:-1], *(replace(longest, expires_at=ends_at) for longest in found[-1:]))


def budget(quota: Json, unit: str, ends_at: datetime | None) -> tuple[Window, ...]:
    """Return the quota of the key, which ends with it."""
    window = spent("budget", "Quota", quota, "quota", unit)
    return (replace(window, expires_at=ends_at),) if window else ()


def rates(answer: Json) -> Iterator[Window]:
    """Yield the limits of rolling windows in USD; of one that is given twice the first counts."""
    seen: set[str] = set()
    for number, each in enumerate(parse.optional_list(answer, "rate_limits")):
        place = f"rate_limits[{number}]"
        entry = parse.need_mapping(each, place)
        label = words(entry, "window", f"{place}.window")
        if label is None:
            raise InvalidResponse(f"{place}.window is missing or empty")
        key = label.lower()
        id, name = RATES.get(key) or (f"rate_{parse.slug(key) or 'other'}", f"{label} limit")
        window = spent(id, name, entry, place, "USD")
        resets_at = parse.zoned_moment(entry, "reset_at", f"{place}.reset_at")
        if window and key not in seen:
            yield replace(window, duration=parse.hours_or_days(key), resets_at=resets_at)
        seen.add(key)


def spent(id: str, name: str, source: Json, place: str, unit: str) -> Window | None:
    """Return what was used of a limit, None when there is none; raises InvalidResponse for a missing counter."""
    used, limit, remaining = (
        parse.need_json_number(source, key, f"{place}.{key}") for key in ("used", "limit", "remaining")
    )
    return parse.counted(id, name, unit=unit, used=used, limit=limit, remaining=remaining) if limit > 0 else None


# Metrics


def totals(usage: Json) -> Iterator[Metric]:
    """Yield what was used today (UTC) and ever, with the key."""
    for period, words_of in (("today", "today"), ("total", "in total")):
        counters = part(usage, period, f"usage.{period}") or {}
        for id, name, key, unit, kind in COUNTERS:
            value = parse.json_number(counters, key, f"usage.{period}.{key}")
            yield from parse.known_metric(f"{id}_{period}", f"{name} {words_of}", value, unit, kind)


# Values


def part(source: Json, key: str, name: str | None = None) -> Json | None:
    """Return an object, None when it is null or absent; raises InvalidResponse for anything else."""
    value = source.get(key)
    return None if value is None else parse.need_mapping(value, name or key)


def words(source: Json, key: str, name: str | None = None) -> str | None:
    """Return trimmed text, None when it is null, absent or empty; raises InvalidResponse for anything else."""
    if not isinstance(value := source.get(key), str | None):
        raise InvalidResponse(f"{name or key} is not text")
    return parse.text(value)
