"""Xiaomi MiMo."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import override

from .. import parse
from ..account import Call
from ..credentials import Cookies, base_url, cookie, cookie_source, path
from ..http import Reply, Verdict
from ..local import exists, read_json
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, QuotaError, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, Strategy, strategy
from ..sessions import candidates, with_session

CONSOLE = "https://platform.xiaomimimo.com"
REQUIRED = ("api-platform_serviceToken", "userId")
SENT = (*REQUIRED, "api-platform_ph", "api-platform_slh")
LOCAL_USAGE = "~/.codexbar/mimo-local-usage.json"
HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.9",
    "x-timeZone": "UTC+01:00",
    "Origin": CONSOLE,
    "Referer": f"{CONSOLE}/#/console/balance",
    "User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Safari/537.36",
}
SIGNED_OUT = "signed out of the MiMo console: sign in again and copy the Cookie header"
VERDICT = Verdict(auth=SIGNED_OUT, redirect=AuthFailed, html=AuthFailed)


async def has_file(provider: Mimo, call: Call) -> bool:
    """Return whether the tracker has written its file."""
    return await exists(local_file(call))


async def has_candidates(provider: Mimo, call: Call) -> bool:
    """Return whether there are cookies to try."""
    return bool(await candidates(call))


class Mimo(Provider):
    """Xiaomi MiMo: the credits of the token plan and the balance; or token counts of a tracker on this machine.

    Source: the requests of https://platform.xiaomimimo.com/#/console/balance
    """

    id = "mimo"
    name = "Xiaomi MiMo"
    dashboard = f"{CONSOLE}/#/console/balance"
    missing = "paste a Cookie header of platform.xiaomimimo.com with api-platform_serviceToken and userId"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "platform.xiaomimimo.com",
            "xiaomimimo.com",
            names=REQUIRED,
            help="Sign in to the console, open the developer tools, Network, the request balance, and copy it as cURL"
            " or its Cookie header.",
            link=f"{CONSOLE}/#/console/balance",
        ),
        cookie_source(),
        base_url(f"{CONSOLE}/api/v1", "MIMO_API_URL"),
        path("local_usage_path", "MIMO_LOCAL_USAGE_PATH", default=LOCAL_USAGE, help="Where mimo-usage writes."),
    )

    @override
    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        """Return whether the local counts may stand in: not for a fault that will pass."""
        return isinstance(error, AuthFailed)

    @strategy("web", when=has_candidates)
    async def web(self, call: Call) -> Reading:
        """Read the console with the session that was pasted, else with those of the browsers."""
        return await with_session(call, partial(read_console, call), leads_on=(AuthFailed, InvalidResponse))

    @strategy("local", when=has_file, absent="mimo-usage has written nothing on this machine", machine=True)
    async def local(self, call: Call) -> Reading:
        """Read the counts of the tracker."""
        return await read_counts(local_file(call), call.now)


# The console


async def read_console(call: Call, session: Cookies) -> Reading:
    """Read balance, plan and usage together; the balance decides."""
    sent = session.only(*SENT)
    if sent is None or not all(map(sent.get, REQUIRED)):
        raise AuthFailed(f"the cookies {' and '.join(REQUIRED)} are both needed")
    api = call.at(call["base_url"], cookies=sent, headers=HEADERS, verdict=VERDICT)
    extras = [asyncio.ensure_future(call.optional(api.get_object(f"tokenPlan/{name}"))) for name in ("detail", "usage")]
    try:
        metrics = balances(await judged(await api.get("balance")))
        plan, usage = [data_of(answer or {}) for answer in await asyncio.gather(*extras)]
    finally:
        for extra in extras:
            extra.cancel()
    return Reading(
        plan=plan_name(plan), windows=monthly(usage, parse.moment(plan.get("currentPeriodEnd"))), metrics=metrics
    )


async def judged(reply: Reply) -> Json:
    """Return the data of the balance; its code counts like a status."""
    answer = await reply.check(VERDICT).object()
    code = parse.number(answer.get("code"))
    if code in (401, 403):
        raise AuthFailed(SIGNED_OUT)
    if code:
        raise InvalidResponse(parse.first_text(answer, "message") or f"the balance has code {code:g}")
    return parse.need_mapping(answer.get("data"), "data")


def data_of(answer: Json) -> Json:
    """Return the data of an optional answer, nothing when it reports a failure."""
    return {} if parse.number(answer.get("code")) else parse.mapping(answer.get("data"))


def balances(data: Json) -> tuple[Metric, ...]:
    """Return the balance and its parts."""
    currency = parse.first_text(data, "currency")
    if not currency:
        raise InvalidResponse("currency is missing")
    balance = parse.need_number(data, "balance")
    paid, granted = (parse.number(data.get(key)) for key in ("cashBalance", "giftBalance"))
    return (
        *parse.known_metric("balance", "Balance", balance, currency, MetricKind.BALANCE),
        *parse.known_metric("balance_paid", "Paid balance", paid, currency, MetricKind.BALANCE),
        *parse.known_metric("balance_granted", "Granted balance", granted, currency, MetricKind.BALANCE),
    )


def plan_name(data: Json) -> str | None:
    """Return the plan, none when it has ended."""
    code = parse.first_text(data, "planCode")
    return parse.title(code) if code and data.get("expired") is not True else None


def monthly(data: Json, resets_at: datetime | None) -> tuple[Window, ...]:
    """Return the credits of the month; their percentage is given as a fraction."""
    items = [parse.mapping(each) for each in parse.items(parse.mapping(data.get("monthUsage")).get("items"))]
    item = next((each for each in items if each.get("name") == "month_total_token"), items[0] if items else {})
    used, limit, share = (parse.number(item.get(key)) for key in ("used", "limit", "percent"))
    if limit is None or limit <= 0:
        return ()
    return (
        parse.counted(
            "monthly",
            "Monthly credits",
            unit="credits",
            used=used,
            limit=limit,
            used_percent=None if share is None else share * 100,
            resets_at=resets_at,
        ),
    )


# The tracker


def local_file(call: Call) -> Path:
    """Return where the tracker writes."""
    return call.path(call["local_usage_path"])


async def read_counts(file: Path, now: datetime) -> Reading:
    """Read the tracker's counts; one from before the present period is left out."""
    content = parse.need_mapping(await read_json(file), str(file))
    windows = parse.mapping(content.get("windows"))
    today, week, total = (
        parse.need_mapping(windows.get(key), f"{file}: windows.{key}") for key in ("today", "week", "all_time")
    )
    updated = parse.moment(content.get("updated_at"))
    if updated is None:
        updated = await asyncio.to_thread(changed_at, file)
    monday = parse.next_monday(now) - timedelta(days=7)
    sessions = parse.number(content.get("sessions_scanned"))
    return Reading(
        metrics=(
            *tokens("tokens_today", "Tokens today", today if updated >= parse.midnight(now) else None),
            *tokens("tokens_week", "Tokens this week", week if updated >= monday else None),
            *tokens("tokens_total", "Tokens in total", total),
            *parse.known_metric("sessions_total", "Sessions", sessions, "sessions", MetricKind.COUNT),
        )
    )


def changed_at(file: Path) -> datetime:
    """Return when a file was last written; the beginning of time when it has gone."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)


def tokens(id: str, name: str, counts: Json | None) -> Sequence[Metric]:
    """Return the tokens of a period, nothing when it is over."""
    if counts is None:
        return ()
    parts = (parse.number(counts.get(key)) or 0 for key in ("input", "output", "cache_read", "cache_create"))
    return parse.known_metric(id, name, sum(max(0.0, part) for part in parts), "tokens", MetricKind.COUNT)
