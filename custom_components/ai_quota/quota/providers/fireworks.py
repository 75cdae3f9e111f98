"""Fireworks AI."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
import re

from .. import parse
from ..account import Call
from ..credentials import Settings, api_key, text
from ..http import Endpoint, Reply, Verdict
from ..model import BadConfiguration, Metric, MetricKind, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

PAGE_ROWS = 200
MAX_PAGES = 20
SPEND_LIMIT = "monthly-spend-usd"
WHERE = "the slug stands in the account switcher of app.fireworks.ai, and `firectl whoami` tells it"
_SLUG = re.compile(r"(?!\.+$)[A-Za-z0-9._-]+")


class Fireworks(Provider):
    """Fireworks AI: the spend of 30 days of one account, and its monthly spend limit.

    Source: https://docs.fireworks.ai/api-reference/get-billing-summary
    """

    id = "fireworks"
    name = "Fireworks"
    dashboard = "https://app.fireworks.ai"
    status = StatusLink("https://status.fireworks.ai")
    missing = "give an API key"
    fields = (
        api_key(
            "FIREWORKS_API_KEY",
            "FIREWORKS_KEY",
            help="Settings, API keys, Create.",
            link="https://app.fireworks.ai/settings/users/api-keys",
        ),
        text(
            "account",
            "FIREWORKS_ACCOUNT_SLUG",
            help="The slug in the account switcher of the home page.",
            link="https://app.fireworks.ai",
        ),
    )

    def check(self, settings: Settings) -> None:
        """Refuse what cannot be the slug of an account: it becomes part of an address."""
        account = settings.get("account")
        if account and not _SLUG.fullmatch(account):
            raise BadConfiguration("account may only hold letters, digits, dots, hyphens and underscores", "account")

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the costs of 30 days, and the spend limit where it can be had."""
        verdict = Verdict(auth="the API key was rejected: make a new one")
        api = call.at("https://api.fireworks.ai/v1", bearer=call["api_key"], verdict=verdict)
        account, costs = await read_costs(api, call.get("account"), call.now)
        quota = await call.optional(read_spend_limit(api, account)) or {}
        return Reading(
            organization=account,
            identity=account,
            windows=tuple(limit_windows(quota)),
            metrics=(
                *cost_metrics(costs, call.now),
                *parse.known_metric(
                    "spend_month", "Spend this month", parse.first_number(quota, "usage"), "USD", MetricKind.SPEND
                ),
            ),
        )


# The account


async def read_slugs(api: Endpoint) -> list[str]:
    """Read the slugs of all accounts that the key sees."""
    slugs: list[str] = []
    token = None
    for _ in range(MAX_PAGES):
        page = await api.get_object("accounts", query={"pageSize": PAGE_ROWS} | ({"pageToken": token} if token else {}))
        slugs += filter(None, map(slug_of, parse.optional_list(page, "accounts")))
        token = parse.first_text(page, "nextPageToken")
        if not token:
            break
    return list(dict.fromkeys(slugs))


def slug_of(account: object) -> str | None:
    """Return the slug of an account, None when it has none that can be used."""
    slug = (parse.first_text(account, "accountId", "id", "name") or "").rpartition("/")[2]
    return slug if _SLUG.fullmatch(slug) else None


def only(slugs: list[str]) -> str:
    """Return the one slug that there is; raise Unsupported when there are none or several."""
    if not slugs:
        raise Unsupported(f"the API key sees no account; {WHERE}")
    if len(slugs) > 1:
        raise Unsupported(f"the API key sees several accounts ({', '.join(slugs)}): name one of them; {WHERE}")
    return slugs[0]


def unknown(account: str, slugs: list[str]) -> Unsupported:
    """Return the failure for an account without figures."""
    return Unsupported(f"there is no account {account}, the API key sees {', '.join(slugs) or 'none'}; {WHERE}")


# The costs


@dataclass(frozen=True)
class Cost:
    """An amount of money in whole units of its currency; of a day (UTC) where that is known."""

    amount: float
    currency: str
    day: date | None = None


@dataclass(frozen=True)
class Costs:
    """What 30 days have cost, in one currency: item by item, and day by day."""

    items: list[Cost]
    daily: list[Cost]


async def read_costs(api: Endpoint, account: str | None, now: datetime) -> tuple[str, Costs]:
    """Read the costs of the account that is named, else of the only one that the key sees; return its slug, too."""
    slugs: list[str] | None = None
    if account is None:
        slugs = await read_slugs(api)
        account = only(slugs)
    reply = await ask_summary(api, account, now)
    if reply.status == 404 and slugs is None:
        slugs = await read_slugs(api)
        if account in slugs:
            raise unknown(account, slugs)
        account = only(slugs)
        reply = await ask_summary(api, account, now)
    costs = costs_of(await reply.check(api.verdict).object())
    if slugs is None and not costs.items and not costs.daily:
        # An account that does not exist may have an empty summary, too.
        slugs = await read_slugs(api)
        if account not in slugs:
            raise unknown(account, slugs)
    return account, costs


async def ask_summary(api: Endpoint, account: str, now: datetime) -> Reply:
    """Ask for the costs of 30 days, today included; the end is exclusive, and of both times only the day counts."""
    start, end = (f"{parse.midnight(now, days):%Y-%m-%dT%H:%M:%SZ}" for days in (-29, 1))
    query = {"startTime": start, "endTime": end, "granularity": "DAILY"}
    return await api.get(("accounts", account, "billing", "summary"), query=query)


def costs_of(summary: Json) -> Costs:
    """Return the costs in the currency of the first item that has one; those in others are left out."""
    items = list(rated(summary))
    daily = [
        cost
        for bucket in parse.optional_list(summary, "usageBuckets")
        for cost in rated(bucket, parse.moment(parse.mapping(bucket).get("bucketStartTime")))
    ]
    currency = next((cost.currency for cost in (*items, *daily)), None)
    return Costs(*([cost for cost in costs if cost.currency == currency] for costs in (items, daily)))


def rated(holder: object, start: datetime | None = None) -> Iterator[Cost]:
    """Yield the items that cost a known amount of a known currency; `start` is when their day begins."""
    for item in parse.optional_list(holder, "lineItems"):
        total = parse.mapping(parse.mapping(item).get("totalCost"))
        units, nanos, currency = (
            parse.first_number(total, "units"),
            parse.first_number(total, "nanos"),
            parse.first_text(total, "currencyCode"),
        )
        if currency and (units is not None or nanos is not None):
            yield Cost((units or 0) + (nanos or 0) / 1e9, currency.upper(), start.date() if start else None)


def cost_metrics(costs: Costs, now: datetime) -> Iterator[Metric]:
    """Yield what each period has cost, where anything has."""
    today = parse.midnight(now).date()
    of_today, of_week = (
        [cost for cost in costs.daily if cost.day and today - timedelta(days=days) < cost.day <= today]
        for days in (1, 7)
    )
    for id, name, found in (
        ("spend_30d", "Spend, 30 days", costs.items or costs.daily),
        ("spend_7d", "Spend, 7 days", of_week),
        ("spend_today", "Spend today", of_today),
    ):
        if found:
            amount = sum(cost.amount for cost in found)
            yield Metric(id=id, name=name, value=amount, unit=found[0].currency, kind=MetricKind.SPEND)


# The spend limit


async def read_spend_limit(api: Endpoint, account: str) -> Json:
    """Read the quota that limits the spend of a month, an empty one when there is none."""
    answer = await api.get_object(("accounts", account, "quotas"), query={"pageSize": PAGE_ROWS})
    quotas = map(parse.mapping, parse.items(answer.get("quotas")))
    return next((each for each in quotas if quota_name(each) == SPEND_LIMIT), {})


def quota_name(quota: Json) -> str:
    """Return what a quota limits."""
    return (parse.first_text(quota, "name") or "").rpartition("/")[2]


def limit_windows(quota: Json) -> Iterator[Window]:
    """Yield the limit that the person has set, where there is one."""
    limit = parse.first_number(quota, "value")
    if limit is not None and limit > 0:
        used = parse.first_number(quota, "usage")
        yield parse.counted("budget", "Monthly spend limit", unit="USD", used=used, limit=limit)
