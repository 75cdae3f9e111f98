"""ai&."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote, urlencode

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Endpoint, Verdict
from ..model import Metric, MetricKind, Reading, Unsupported
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

CONSOLE = "https://console.aiand.com"
PAGE_ROWS = 100
MAX_PAGES = 10


class AiAnd(Provider):
    """ai&: what an organization has spent in 30 days, added up from its request log.

    Source: https://docs.aiand.com/analytics/logs/
    """

    id = "aiand"
    name = "ai&"
    dashboard = CONSOLE
    status = StatusLink("https://status.aiand.com", "statuspage")
    missing = "give an API key"
    fields = (
        api_key(
            "AIAND_API_KEY",
            help="Settings, API Keys, Create. Every key of an organization sees all of it.",
            link=CONSOLE,
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the request log."""
        verdict = Verdict(auth="the API key was rejected: create a new one (a key is shown only once)")
        log = await read_log(call.at("https://api.aiand.com", bearer=call["api_key"], verdict=verdict))
        return Reading(metrics=log_metrics(log, call.now))


@dataclass(frozen=True)
class Log:
    """The requests of 30 days, newest first, as far as they could be read."""

    rows: list[Json]
    is_whole: bool


async def read_log(api: Endpoint) -> Log:
    """Read page after page; raises QuotaError when one of them fails."""
    rows: list[Json] = []
    cursors: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        # The log wants %20 where forms have a plus.
        query = urlencode({"range": "30days", "limit": PAGE_ROWS, **cursors}, quote_via=quote)
        reply = await api.get(f"logs?{query}")
        if reply.status == 402:
            raise Unsupported("the organization is out of credits: top up at console.aiand.com")
        page = await reply.check(api.verdict).object()
        rows += map(parse.mapping, parse.need_list(page.get("data"), "data"))
        more = page.get("has_more")
        if more is None or more is False:
            return Log(rows, is_whole=True)
        after, after_id = parse.first_text(page, "next_after"), parse.first_text(page, "next_after_id")
        if more is not True or not after or not after_id:
            break
        cursors = {"after": after, "after_id": after_id}
    return Log(rows, is_whole=False)


def log_metrics(log: Log, now: datetime) -> tuple[Metric, ...]:
    """Return what the requests cost, in the currency of the newest one that has a price, and their number."""
    currency = next((code for row in log.rows if cost_of(row) is not None and (code := currency_of(row))), None)
    rows = [row for row in log.rows if currency and currency_of(row) == currency]

    def spend(id: str, name: str, rows: list[Json]) -> tuple[Metric, ...]:
        costs = [cost for row in rows if (cost := cost_of(row)) is not None]
        return parse.known_metric(id, name, float(sum(costs)) if costs else None, currency, MetricKind.SPEND)

    if not log.is_whole:
        return spend("spend_recent", f"Spend, newest {MAX_PAGES * PAGE_ROWS} requests", rows)
    return (
        *spend("spend_30d", "Spend, 30 days", rows),
        *spend("spend_today", "Spend today", [row for row in rows if is_today(row, now)]),
        Metric(
            id="requests_30d",
            name="Requests, 30 days",
            value=len(log.rows),
            unit="requests",
            kind=MetricKind.COUNT,
        ),
    )


def cost_of(row: Json) -> Decimal | None:
    """Return what a request cost, None when it has no price; exact, as there are very many tiny ones."""
    cost = row.get("cost")
    return None if parse.number(cost) is None else Decimal(str(cost).replace(",", ""))


def currency_of(row: Json) -> str | None:
    """Return the ISO code of a request's currency."""
    code = parse.first_text(row, "currency")
    return code.upper() if code else None


def is_today(row: Json, now: datetime) -> bool:
    """Return whether a request was made on this day of UTC."""
    at = parse.moment(parse.first_text(row, "created_at"))
    return at is not None and at.date() == parse.midnight(now).date()
