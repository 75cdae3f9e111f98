"""Reports of an organization: daily buckets over pages, and what they add up to."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import parse
from .http import Endpoint, Reply
from .model import InvalidResponse, Unavailable
from .parse import Json

AGAIN_SECONDS = 1

type Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Day:
    """A day of a report, and what came together in it."""

    starts: datetime
    ends: datetime
    value: float


async def read_buckets(
    api: Endpoint, report: str, query: Query, *, max_pages: int, again_on: Iterable[int] = (), says_more: bool = False
) -> list[Json]:
    """Return the buckets of all pages of a report.

    What fails with one of the statuses `again_on`, or (where there are any) without an answer, is
    asked for once more. `says_more`: every page has to say whether another follows. Raises
    InvalidResponse when the pages do not end.
    """
    buckets: list[Json] = []
    pages: list[str] = []
    while True:
        reply = await _read_page(api, report, [*query, *(("page", page) for page in pages[-1:])], tuple(again_on))
        answer = await reply.check(api.verdict).object()
        buckets += (parse.need_mapping(each, "data") for each in parse.need_list(answer.get("data"), "data"))
        more = answer.get("has_more")
        if says_more and not isinstance(more, bool):
            raise InvalidResponse("has_more is missing or not true or false")
        if more is not True:
            return buckets
        page = parse.first_text(answer, "next_page")
        if page is None or page in pages:
            raise InvalidResponse("next_page is missing or leads back")
        pages.append(page)
        if len(pages) == max_pages:
            raise InvalidResponse(f"has_more is still true after {max_pages} pages")


async def _read_page(api: Endpoint, report: str, query: Query, again_on: Sequence[int]) -> Reply:
    try:
        reply = await api.get(report, query=query)
    except Unavailable:
        if not again_on:
            raise
    else:
        if reply.status not in again_on:
            return reply
    await asyncio.sleep(AGAIN_SECONDS)
    return await api.get(report, query=query)


def days(buckets: Iterable[Json], value: Callable[[Json], float], starts: str, ends: str) -> list[Day]:
    """Return the days of a report with the sum of a value of their results.

    `starts` and `ends` are the keys of a bucket's times. Raises InvalidResponse naming what cannot be read.
    """
    return [
        Day(
            need_moment(bucket, starts),
            need_moment(bucket, ends),
            sum(
                value(parse.need_mapping(each, "results")) for each in parse.need_list(bucket.get("results"), "results")
            ),
        )
        for bucket in buckets
    ]


def today(report: Iterable[Day], now: datetime) -> float:
    """Return the value of the day that is not over."""
    return sum(day.value for day in report if day.starts <= now < day.ends)


def last_days(report: Iterable[Day], count: int, now: datetime) -> float:
    """Return the value of so many days of UTC, today included; those to come are left out."""
    first = parse.midnight(now, 1 - count)
    return sum(day.value for day in report if first <= day.starts <= now)


def count(result: Json, key: str) -> float:
    """Return a count, 0 where there is none; raises InvalidResponse naming what is no number."""
    return 0 if result.get(key) is None else parse.need_number(result, key)


def need_moment(bucket: Json, key: str) -> datetime:
    """Return a time of a bucket; raises InvalidResponse naming it."""
    found = parse.moment(bucket.get(key))
    if found is None:
        raise InvalidResponse(f"{key} is missing or not a time")
    return found
