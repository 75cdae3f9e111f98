"""The cost and usage reports of Anthropic's Admin API.

Source: https://platform.claude.com/docs/en/build-with-claude/usage-cost-api
"""

from collections.abc import Sequence
from datetime import datetime

from . import parse
from .http import Endpoint
from .model import Metric, MetricKind
from .parse import Json
from .reports import count, days, last_days, read_buckets, today

MAX_PAGES = 20


async def read_report(api: Endpoint, report: str, group: str, now: datetime) -> list[Json]:
    """Return the daily buckets of a report, 30 days and today."""
    query = [
        ("starting_at", f"{parse.midnight(now, -30):%Y-%m-%dT%H:%M:%SZ}"),
        ("ending_at", f"{parse.midnight(now, 1):%Y-%m-%dT%H:%M:%SZ}"),
        ("bucket_width", "1d"),
        ("limit", "31"),
        ("group_by[]", group),
    ]
    return await read_buckets(api, report, query, max_pages=MAX_PAGES)


def report_metrics(costs: Sequence[Json], messages: Sequence[Json], now: datetime) -> tuple[Metric, ...]:
    """Return what was spent, in USD, and the tokens: today, in 7 and in 30 days of UTC."""
    times = ("starting_at", "ending_at")
    spend, tokens = days(costs, cost, *times), days(messages, token_count, *times)
    cached = days(messages, lambda result: count(result, "cache_read_input_tokens"), *times)
    metrics = [
        Metric(id=f"{id}_{period}", name=f"{name}{words}", value=value, unit=unit, kind=kind)
        for id, name, report, unit, kind in (
            ("spend", "Spend", spend, "USD", MetricKind.SPEND),
            ("tokens", "Tokens", tokens, "tokens", MetricKind.COUNT),
        )
        for period, words, value in (
            ("today", " today", today(report, now)),
            ("7d", ", 7 days", last_days(report, 7, now)),
            ("30d", ", 30 days", last_days(report, 30, now)),
        )
    ]
    return (
        *metrics,
        Metric(
            id="cache_read_tokens_30d",
            name="Cache read tokens, 30 days",
            value=last_days(cached, 30, now),
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
