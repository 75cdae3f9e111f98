"""The week before the demo began: statistics as Home Assistant would have kept them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from math import pi, sin
from typing import Any

from scripts.lib.home import Home
from scripts.lib.world import HOUR, WEEK

type Figures = Callable[[float], float | None]
"""A figure by how many hours ago it was, None when there was none."""
type Row = Mapping[str, Any]

HOURS = round(WEEK / HOUR)
STEP = 0.25
"""In hours: what the figures of an hour are made of."""
SPEND_PER_HOUR = 1.2
TOP_UP_HOURS_AGO, TOP_UP = 54, 50
"""Of the balance, in dollars."""
BUSYNESS = (1.0, 1.1, 0.8, 0.2, 0.35, 0.6, 0.25)
"""Of today, yesterday and so on."""
SECONDS = 20
"""How long the recorder may take to write it all down."""


# The week


def work(ago: float) -> float:
    """Return how busy somebody was so many hours ago: now it is the afternoon of a working day."""
    day, hour = divmod(15 - ago, 24)
    return BUSYNESS[round(-day) % len(BUSYNESS)] * max(0, sin(pi * (hour - 8) / 12))


def worked(since: float, until: float = 0) -> float:
    """Return how much was done between two times, both in hours ago."""
    steps = round((since - until) / STEP)
    return sum(work(since - (step + 0.5) * STEP) for step in range(steps)) * STEP


def window(used: float, resets_in: float, length: float) -> Figures:
    """Return how a window was used that is now used to this percentage; times in hours."""
    per_work = used / worked(length - resets_in)

    def figure(ago: float) -> float:
        elapsed = (length - resets_in - ago) % length
        return min(100, per_work * worked(ago + elapsed, ago))

    return figure


def pace(used: Figures, resets_in: float, length: float) -> Figures:
    """Return by how many points the use of a window was ahead of the clock."""

    def figure(ago: float) -> float | None:
        expected = 100 * ((length - resets_in - ago) % length) / length
        return None if expected < 3 else (used(ago) or 0) - expected

    return figure


def balance(left: float) -> Figures:
    """Return what was left at a provider where it was topped up once."""
    return lambda ago: left + SPEND_PER_HOUR * worked(ago) - (TOP_UP if ago > TOP_UP_HOURS_AGO else 0)


def rows(figures: Figures, now: datetime, *, has_sum: bool) -> Iterator[Row]:
    """Yield the statistics of every whole hour of the week."""
    last = now.replace(minute=0, second=0, microsecond=0)
    beginning = None
    for number in range(HOURS, 0, -1):
        start = last - number * HOUR
        ago = (now - start) / HOUR
        found = [value for step in range(4) if (value := figures(ago - step * STEP)) is not None]
        if not found:
            continue
        beginning = found[0] if beginning is None else beginning
        kept = {"mean": sum(found) / len(found), "min": min(found), "max": max(found)}
        if has_sum:
            kept = {"state": found[-1], "sum": found[-1] - beginning}
        yield {"start": start.isoformat(), **kept}


# Home Assistant


async def remember(home: Home) -> None:
    """Give the accounts of Claude and OpenRouter a past that leads to what they show now."""
    claude, openrouter = [await home.account(name) for name in ("Claude", "OpenRouter")]
    now = datetime.now(UTC)
    past: dict[str, Figures] = {}
    for key in ("session", "weekly"):
        state = await home.state(claude, f"{key}_used")
        resets_in = (datetime.fromisoformat(state["attributes"]["resets_at"]) - now) / HOUR
        length = state["attributes"]["duration_minutes"] / 60
        used = past[state["entity_id"]] = window(float(state["state"]), resets_in, length)
        past[(await home.state(claude, f"{key}_pace"))["entity_id"]] = pace(used, resets_in, length)
    credit = await home.state(openrouter, "metric_balance_value")
    past[credit["entity_id"]] = balance(float(credit["state"]))

    known = {each["statistic_id"]: each for each in await home.ask("recorder/list_statistic_ids")}
    for entity_id, figures in past.items():
        about = known[entity_id]
        metadata = {key: about[key] for key in ("statistic_id", "source", "name", "mean_type", "has_sum", "unit_class")}
        metadata["unit_of_measurement"] = about["statistics_unit_of_measurement"]
        stats = list(rows(figures, now, has_sum=about["has_sum"]))
        await home.ask("recorder/import_statistics", metadata=metadata, stats=stats)
    async with asyncio.timeout(SECONDS):
        while (await kept(home, now, list(past))).keys() != past.keys():  # noqa: ASYNC110  nothing tells when
            await asyncio.sleep(0.2)


async def kept(home: Home, now: datetime, entity_ids: list[str]) -> dict[str, Any]:
    """Return the statistics of the week that the recorder has written down."""
    times = {"start_time": (now - WEEK).isoformat(), "end_time": now.isoformat()}
    found = await home.ask("recorder/statistics_during_period", **times, statistic_ids=entity_ids, period="hour")
    return dict(found)
