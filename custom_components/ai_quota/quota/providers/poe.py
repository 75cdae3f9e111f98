"""Poe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Endpoint, Verdict
from ..model import InvalidResponse, Metric, MetricKind, QuotaError, Reading
from ..parse import Json
from ..provider import Every, Provider, strategy

PAGE_ROWS = 100
MAX_PAGES = 20
_MICROSECONDS = 1e14


class Poe(Provider):
    """Poe: the point balance of an account and what was spent in the last 30 days.

    Source: https://creator.poe.com/docs/resources/usage-api
    """

    id = "poe"
    name = "Poe"
    dashboard = "https://poe.com/api/keys"
    missing = "give an API key"
    every = Every(default=15, minimum=5)
    fields = (api_key("POE_API_KEY", help="API keys, create a key.", link="https://poe.com/api/keys"),)

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the balance, and the history as far as it can be had."""
        verdict = Verdict(auth="the API key was rejected or has expired")
        api = call.at("https://api.poe.com/usage", bearer=call["api_key"], verdict=verdict)
        balance = parse.need_number(await api.get_object("current_balance"), "current_point_balance")
        history = await read_history(api, call.now)
        return Reading(
            metrics=(
                Metric(id="balance", name="Balance", value=balance, unit="points", kind=MetricKind.BALANCE),
                *(spending(history, call.now) if history else ()),
            )
        )


@dataclass(frozen=True)
class Row:
    """One use: when, for how many points, and for how much money where Poe says so (USD)."""

    at: datetime
    points: float
    usd: float | None


@dataclass(frozen=True)
class History:
    """The uses that could be read, and whether these are all that there are."""

    rows: list[Row]
    is_whole: bool


async def read_history(api: Endpoint, now: datetime) -> History | None:
    """Read page after page, newest first, until 30 days are covered; None when no page can be read."""
    since = parse.midnight(now, -29)
    rows: list[Row] = []
    cursor: str | None = None
    for page_number in range(MAX_PAGES):
        query: Mapping[str, str | int] = {"limit": PAGE_ROWS} | ({"starting_after": cursor} if cursor else {})
        try:
            page = await api.get_object("points_history", query=query)
            found = rows_of(page)
        except QuotaError:
            return History(rows, is_whole=False) if page_number else None
        read = [row for each in found if (row := row_of(each))]
        rows += read
        cursor = parse.first_text(page, "next_cursor")
        if not cursor and page.get("has_more") is True:
            cursor = parse.first_text(found[-1], "query_id") if found else None
            if not cursor:
                return History(rows, is_whole=False)
        if not cursor:
            return History(rows, is_whole=True)
        if found and (last := row_of(found[-1])) and last.at < since:
            break
    return History(rows, is_whole=False)


def rows_of(page: Json) -> list[Json]:
    """Return the rows of a page."""
    for key in ("data", "items", "results"):
        if isinstance(rows := page.get(key), list):
            return [parse.mapping(row) for row in rows]
    raise InvalidResponse("data is missing or not a list")


def row_of(row: Json) -> Row | None:
    """Return a use, None when its time cannot be read."""
    written = parse.first(row, "creation_time", "timestamp", "created_at")
    epoch = parse.number(written)
    at = parse.moment(epoch / 1e6 if epoch is not None and epoch > _MICROSECONDS else written)
    points = max(0.0, parse.first_number(row, "cost_points", "points", "point_cost") or 0)
    return Row(at, points, parse.first_number(row, "cost_usd", "usd")) if at else None


def spending(history: History, now: datetime) -> list[Metric]:
    """Return what was spent in each period of which every use is known."""
    metrics: list[Metric] = []
    for key, words, start in parse.periods(now):
        if not history.is_whole and not any(row.at < start for row in history.rows):
            continue  # a part of the spending is not the spending
        rows = [row for row in history.rows if start <= row.at]
        money = [row.usd for row in rows if row.usd is not None]
        for name, value, unit, kind in (
            ("points", sum(row.points for row in rows), "points", MetricKind.COUNT),
            ("requests", float(len(rows)), "requests", MetricKind.COUNT),
            ("spend", sum(money) if money else None, "USD", MetricKind.SPEND),
        ):
            metrics += parse.known_metric(f"{name}_{key}", f"{name.capitalize()} {words}", value, unit, kind)
    return metrics
