"""The individual Token Plan, as the gateways behind Alibaba's consoles answer for it.

Three calls: the usage of both windows as shares, the subscription, and the sizes of all plans.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from . import aliyun, parse
from .model import Unavailable, Window

PRODUCT = "sfm_bailian"
API = "zeldaHttp.apikeyMgr./tokenplan/personal/api/v2/"
PERCENTAGES = ("per5HourPercentage", "per1WeekPercentage")
TIERS = {"lite": "Lite", "standard": "Standard", "pro": "Pro", "max": "Max"}

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.4


async def read_usage(ask: Callable[[], Awaitable[Any]], *figures: str) -> Any:
    """Return the answer with the usage; the gateway now and then gives an empty one, which passes.

    `figures` are the keys of which one has to hold a number.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            await asyncio.sleep(_PAUSE_SECONDS)
        usage = await ask()
        if parse.any_number(usage, *figures) is not None:
            return usage
    raise Unavailable(f"the gateway gave {_ATTEMPTS} empty answers ({' and '.join(PERCENTAGES)} are missing)")


def plan_code(subscription: Any) -> str | None:
    """Return the code of the plan, as given; None when the subscription does not tell or could not be read."""
    return parse.any_text(subscription, "specCode", "spec_code", "planName", "plan_name")


def plan_name(code: str) -> str:
    """Return a plan as a person would write it."""
    return TIERS.get(code.lower(), code)


def windows(usage: Any, subscription: Any, sizes: Any) -> tuple[Window, ...]:
    """Return both windows; `subscription` and `sizes` are None where they could not be read."""
    code = (plan_code(subscription) or "").lower()
    size = parse.mapping(parse.anywhere(sizes, code) if code else None)
    session, week = (parse.any_number(usage, key) for key in PERCENTAGES)
    return (
        *_share(
            "session",
            "Session (5 hours)",
            session,
            parse.first_number(size, "five_hour", "fiveHour"),
            duration=parse.HOURS_5,
            resets_at=aliyun.any_moment(usage, "per5HourResetTime"),
        ),
        *_share(
            "weekly",
            "Weekly",
            week,
            parse.first_number(size, "weekly"),
            duration=parse.WEEK,
            resets_at=aliyun.any_moment(usage, "per1WeekResetTime"),
            expires_at=aliyun.any_moment(subscription, "endTime"),
        ),
    )


def _share(
    id: str,
    name: str,
    share: float | None,
    limit: float | None,
    *,
    duration: timedelta,
    resets_at: datetime | None,
    expires_at: datetime | None = None,
) -> tuple[Window, ...]:
    """Return the window of which a share (0 to 1) is used; its credits where the limit is known."""
    if share is None:
        return ()
    percent = min(100.0, max(0.0, share * 100))
    window = Window(
        id=id, name=name, used_percent=percent, duration=duration, resets_at=resets_at, expires_at=expires_at
    )
    if limit is None or limit <= 0:
        return (window,)
    used = limit * percent / 100
    return (replace(window, used=used, limit=limit, remaining=limit - used, unit="credits"),)
