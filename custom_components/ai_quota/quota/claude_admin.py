"""The cost and usage reports of Anthropic's Admin API.

Source: https://platform.claude.com/docs/en/build-with-claude/usage-cost-api
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import parse
from .http import Endpoint
from .model import InvalidResponse, Metric, MetricKind
from .parse import Json

MAX_PAGES = 20


async def read_report(api: Endpoint, report: str, group: str, now: datetime) -> list[Json]:
    """Return the daily buckets of a report, 30 days and today; raises InvalidResponse when its pages do not end."""
    query = [
        ("starting_at", f"{parse.midnight(now, -30):%Y-%m-%dT%H:%M:%SZ}"),
        ("ending_at", f"{parse.midnight(now, 1):%Y-%m-%dT%H:%M:%SZ}"),
        ("bucket_width", "1d"),
        ("limit", "31"),
        ("group_by[]", group),
    ]
    buckets: list[Json] = []
    pages: list[str] = []
    while True:
        answer = await api.get_object(report, query=[*query, *(("page", page) for page in pages[-1:])])
        buckets += (parse.need_mapping(each, "data") for each in parse.need_list(answer.get("data"), "data"))
        if answer.get("has_more") is not True:
            return buckets
        page = parse.first_text(answer, "next_page")
        if page is None or page in pages:
            raise InvalidResponse("next_page is missing or leads back")
        pages.append(page)
        if len(pages) == MAX_PAGES:
            raise InvalidResponse(f"has_more is still true after {MAX_PAGES} pages")


@dataclass(frozen=True)
class Bucket:
    """A day of a report, and what came together in it."""

    starts: datetime
    ends: datetime
    value: float


def daily(buckets: Iterable[Json], value: Callable[[Json], float]) -> list[Bucket]:
    """Return the days of a report with the sum of a value; raises InvalidResponse naming what cannot be read."""
    return [
        Bucket(
            need_moment(bucket, "starting_at"),
            need_moment(bucket, "ending_at"),
            sum(
                value(parse.need_mapping(each, "results")) for each in parse.need_list(bucket.get("results"), "results")
            ),
        )
        for bucket in buckets
    ]


def report_metrics(costs: Iterable[Json], messages: Sequence[Json], now: datetime) -> tuple[Metric, ...]:
    """Return what was spent, in USD, and the tokens: today, in 7 and in 30 days of UTC."""
    spend, tokens = daily(costs, cost), daily(messages, token_count)
    cached = daily(messages, lambda result: count(result, "cache_read_input_tokens"))

    def since(days: list[Bucket], first: datetime) -> float:
        return sum(day.value for day in days if first <= day.starts <= now)

    def periods(days: list[Bucket]) -> tuple[tuple[str, str, float], ...]:
        return (
            ("today", " today", sum(day.value for day in days if day.starts <= now < day.ends)),
            ("7d", ", 7 days", since(days, parse.midnight(now, -6))),
            ("30d", ", 30 days", since(days, parse.midnight(now, -29))),
        )

    return (
        *(
            Metric(id=f"spend_{id}", name=f"Spend{name}", value=value, unit="USD", kind=MetricKind.SPEND)
            for id, name, value in periods(spend)
        ),
        *(
            Metric(id=f"tokens_{id}", name=f"Tokens{name}", value=value, unit="tokens", kind=MetricKind.COUNT)
            for id, name, value in periods(tokens)
        ),
        Metric(
            id="cache_read_tokens_30d",
            name="Cache read tokens, 30 days",
            value=since(cached, parse.midnight(now, -29)),
            unit="tokens",
            kind=MetricKind.COUNT,
        ),
    )


def cost(result: Json) -> float:
    """Return a cost in USD; reports give cents."""
    return parse.need_number(result, "amount") / 100


def token_count(result: Json) -> float:
    """Return the tokens of a result: input and output, caches included."""
    created = parse.mapping(result.get("cache_creation"))
    return (
        count(result, "uncached_input_tokens")
        + count(created, "ephemeral_1h_input_tokens")
        + count(created, "ephemeral_5m_input_tokens")
        + count(result, "cache_read_input_tokens")
        + count(result, "output_tokens")
    )


def count(result: Json, key: str) -> float:
    """Return a count, 0 where there is none."""
    return 0 if result.get(key) is None else parse.need_number(result, key)


def need_moment(bucket: Json, key: str) -> datetime:
    """Return a time of a bucket; raises InvalidResponse naming it."""
    found = parse.moment(bucket.get(key))
    if found is None:
        raise InvalidResponse(f"{key} is missing or not a time")
    return found
