"""OpenCode Go."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
import json
from math import fsum
from pathlib import Path
import re
import sqlite3
from typing import override

from .. import parse
from ..account import Call
from ..credentials import Cookies, Settings, api_key, path, unquoted
from ..http import Reply, Verdict
from ..local import exists, query_sqlite, read_json, read_once
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, QuotaError, Reading, Unavailable
from ..opencode_site import (
    BILLING_UNIT,
    LIMITS,
    ORIGIN,
    SIGN_IN,
    SIGNED_OUT,
    Site,
    document_in,
    failure,
    session_fields,
    usage_windows,
)
from ..parse import Json
from ..provider import Every, Provider, Strategy, Workspace, strategy
from ..sessions import has_session, with_session

BALANCE_SECONDS = 5
INCLUDED = {"session": 12.0, "weekly": 30.0, "monthly": 60.0}
"""What the windows of the plan hold, in US dollars."""


class OpenCodeGo(Provider):
    """OpenCode Go: the 5-hour, weekly and monthly windows of the plan, with the Zen balance beside it.

    Sources: https://opencode.ai/docs/go/, the site's own page of the workspace, and the database of the tool.
    """

    id = "opencode_go"
    name = "OpenCode Go"
    dashboard = SIGN_IN
    missing = f"give an API key or the cookie of {ORIGIN}, or use OpenCode Go on this computer"
    workspace_field = "workspace_id"
    fields = (
        api_key("OPENCODE_API_KEY", help="opencode.ai/auth, the workspace, API Keys.", link=SIGN_IN),
        *session_fields("CODEXBAR_OPENCODEGO_WORKSPACE_ID"),
        path("data_dir", "OPENCODE_DATA_DIR", help="It holds opencode.db and auth.json."),
    )

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the workspace, where one was given."""
        workspace = settings.get("workspace_id")
        return f"{ORIGIN}/workspace/{workspace}/go" if workspace else self.dashboard

    @override
    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        """Go on; but figures of this computer must not hide that the account which was given is signed out."""
        given = {"api": "api_key", "web": "cookie"}.get(tried.source)
        if given and call.settings.given(given) is not None and isinstance(error, AuthFailed):
            call.once["signed_out"] = True
        return True

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the workspaces of the session; a key is for one of them alone."""
        if await key_of(call):
            return ()
        found = await with_session(call, lambda cookies: Site(call, cookies).workspaces())
        return [Workspace(id, name or id) for id, name in found.items()]

    async def _has_key(self, call: Call) -> bool:
        return await key_of(call) is not None

    @strategy("api", when=_has_key)
    async def api(self, call: Call) -> Reading:
        """Ask the usage API."""
        endpoint = call.at(ORIGIN, bearer=await key_of(call))
        return await api_reading(await endpoint.get("/zen/go/v1/usage"), call.now)

    async def _has_session(self, call: Call) -> bool:
        return call.cookie_is_unreadable or await has_session(self, call)

    @strategy("web", when=_has_session, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read the page of the workspace, with the session that was pasted or with those of the browsers."""
        if call.cookie_is_unreadable:
            raise AuthFailed(SIGNED_OUT)
        return await with_session(call, partial(read_site, call))

    async def _has_database(self, call: Call) -> bool:
        return "signed_out" not in call.once and await exists(database(call))

    @strategy(
        "local", when=_has_database, absent="opencode.db was not found: use OpenCode Go on this computer", machine=True
    )
    async def local(self, call: Call) -> Reading:
        """Estimate from what the tool has noted on this computer."""
        file = database(call)
        payments = await read_once(call.memory, file, lambda: query_sqlite(file, partial(payments_in, call.now)))
        return local_reading(payments, call.now)


def data_dir(call: Call) -> Path:
    """Return the folder of the tool, the same below the home directory on all systems."""
    given = call.get("data_dir")
    return call.path(given) if given else call.path(call.settings.env("XDG_DATA_HOME") or "~/.local/share") / "opencode"


def database(call: Call) -> Path:
    """Return where the tool notes what it does."""
    return data_dir(call) / "opencode.db"


# The usage API


async def key_of(call: Call) -> str | None:
    """Return the key that was given, else the one with which the tool is signed in."""
    if given := call.get("api_key"):
        return str(given)
    signed_in = parse.mapping(await call.optional(read_json(data_dir(call) / "auth.json")))
    return unquoted(parse.first_text(signed_in.get("opencode-go"), "key") or "") or None


async def api_reading(reply: Reply, now: datetime) -> Reading:
    """Return what the API says; a key without the plan has no windows."""
    if reply.is_challenge:
        reply.check(Verdict())
    if reply.status in (401, 403):
        error = parse.mapping((await reply.maybe_object()).get("error"))
        if reply.status == 403 and error.get("type") == "EntitlementError":
            return Reading()
        raise AuthFailed(f"the API key was rejected (HTTP {reply.status}): make a new one at {SIGN_IN}")
    if reply.status != 200:
        raise await failure(reply)
    answer = await reply.json()
    windows = usage_windows(reply.text, now)
    if not windows:
        raise InvalidResponse("the answer has no rolling window")
    workspace = parse.first_text(answer, "workspaceID")
    return Reading(
        account=parse.first_text(answer, "userID"),
        organization=workspace,
        identity=workspace,
        plan="Go",
        windows=windows,
    )


# The site


async def read_site(call: Call, cookies: Cookies) -> Reading:
    """Read the page of the workspace; without usage the Zen balance decides whether there is an answer."""
    site = Site(call, cookies)
    workspace, name = await site.workspace(call.get("workspace_id"))
    windows = usage_windows((await site.page(f"/workspace/{workspace}/go")).text, call.now)
    if windows:
        balance = await call.optional(zen_balance(site, workspace))
    else:
        balance = await balance_alone(call, site, workspace)
    metrics = [] if balance is None else [usd("balance", "Zen balance", balance, MetricKind.BALANCE)]
    return Reading(
        organization=name, identity=workspace, plan="Go" if windows else None, windows=windows, metrics=tuple(metrics)
    )


async def balance_alone(call: Call, site: Site, workspace: str) -> float:
    """Return the balance where there is no usage; without it the page was not understood."""
    balance = await call.optional(zen_balance(site, workspace), but=AuthFailed)
    if balance is None:
        raise InvalidResponse("the page of the workspace has no rollingUsage, and no balance was found")
    return balance


async def zen_balance(site: Site, workspace: str) -> float | None:
    """Return the balance in US dollars: from the overview of the workspace, else from its billing."""
    try:
        async with asyncio.timeout(BALANCE_SECONDS):
            try:
                balance = balance_in((await site.page(f"/workspace/{workspace}")).text)
            except InvalidResponse, Unavailable:
                balance = None
            return balance_of(await site.billing(workspace)) if balance is None else balance
    except TimeoutError as err:
        raise Unavailable(f"no balance in {BALANCE_SECONDS} seconds") from err


BALANCE_KEYS = {
    *("zenbalance", "zencurrentbalance", "currentbalance"),
    *("currentbalanceusd", "balanceusd", "usdbalance"),
}
DOLLARS = r"\$\s*(\d[\d,]*(?:\.\d+)?)"
BALANCE_TEXTS = (
    re.compile(rf"(?:current balance|zen balance|現在の残高)[^$]{{0,80}}{DOLLARS}", re.IGNORECASE),
    re.compile(rf"(?:balance|残高)[^$]{{0,120}}{DOLLARS}", re.IGNORECASE),
)


def balance_in(page: str) -> float | None:
    """Return the balance that the overview shows, in US dollars."""
    document = document_in(page)
    if document is not None:
        values = (
            parse.number(value)
            for each in parse.objects(document)
            for key, value in each.items()
            if re.sub(r"[^a-z0-9]", "", key.lower()) in BALANCE_KEYS
        )
        return next((value for value in values if value is not None), None)
    found = next((match for text in BALANCE_TEXTS if (match := text.search(page))), None)
    return parse.number(found[1]) if found else None


def balance_of(billing: Json) -> float | None:
    """Return the balance of a customer, in US dollars."""
    balance = parse.number(billing.get("balance"))
    return None if balance is None or parse.text(billing.get("customerID")) is None else balance * BILLING_UNIT


# This computer

type Payment = tuple[datetime, float]
"""When something was used, and its cost in US dollars."""

GO_MESSAGES = "FROM message WHERE data LIKE '%opencode-go%'"
MESSAGES = f"SELECT id, time_created, data {GO_MESSAGES}"
STEPS = f"""
    SELECT message_id, time_created, data FROM part
    WHERE message_id IN (SELECT id {GO_MESSAGES}) AND data LIKE '%step-finish%'
"""  # noqa: S608  a constant


def payments_in(now: datetime, connection: sqlite3.Connection) -> list[Payment]:
    """Return what was used with the plan, oldest first: the steps of every answer, or the answer as a whole."""
    steps: dict[object, list[tuple[float | None, float | None]]] = defaultdict(list)
    has_steps = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'part'").fetchone()
    for message_id, created, written in connection.execute(STEPS) if has_steps else ():
        step = object_in(written)
        cost = json_number(step.get("cost"))
        if step.get("type") == "step-finish" and cost is not None:
            steps[message_id].append((cost, time_of(step, created)))

    payments = []
    for id, created, written in connection.execute(MESSAGES):
        message = object_in(written)
        if (message.get("providerID"), message.get("role")) != ("opencode-go", "assistant"):
            continue
        time_of_all = time_of(message, created)
        for cost, own_time in steps.get(id) or [(json_number(message.get("cost")), None)]:
            time = time_of_all if own_time is None else own_time
            if cost is not None and cost >= 0 and time is not None and 0 < time <= now.timestamp() * 1000:
                payments.append((datetime.fromtimestamp(time / 1000, UTC), cost))
    return sorted(payments)


def object_in(written: object) -> Json:
    """Return the JSON object that a row holds, an empty one for anything else."""
    try:
        return parse.mapping(json.loads(written)) if isinstance(written, str) else {}
    except ValueError, RecursionError:
        return {}


def json_number(value: object) -> float | None:
    """Return a number of JSON; text is none."""
    return None if isinstance(value, str) else parse.number(value)


def time_of(data: Json, created: object) -> float | None:
    """Return when something was made, in Unix milliseconds."""
    own = parse.number(parse.mapping(data.get("time")).get("created"))
    return parse.number(created) if own is None else own


def local_reading(payments: Sequence[Payment], now: datetime) -> Reading:
    """Return the windows and the spend of this computer; raises Unavailable when nothing was used here."""
    if not payments:
        raise Unavailable("opencode.db knows of no use of the plan: use OpenCode Go on this computer first")
    first = payments[0][0]
    recent = [time for time, _ in payments if time > now - parse.HOURS_5]
    monday = parse.next_monday(now)
    months = whole_months(first, now)
    periods = {
        "session": (recent[0], recent[0] + parse.HOURS_5) if recent else (now, None),
        "weekly": (monday - parse.WEEK, monday),
        "monthly": (parse.add_months(first, months), parse.add_months(first, months + 1)),
    }
    month = since(payments, parse.midnight(now, -29))
    return Reading(
        windows=tuple(
            parse.counted(
                id,
                LIMITS[id].name,
                unit="USD",
                used=fsum(since(payments, start)),
                limit=INCLUDED[id],
                duration=LIMITS[id].duration,
                resets_at=resets_at,
            )
            for id, (start, resets_at) in periods.items()
        ),
        metrics=(
            usd("spend_today", "Spend today", fsum(since(payments, parse.midnight(now))), MetricKind.SPEND),
            usd("spend_30d", "Spend (30 days)", fsum(month), MetricKind.SPEND),
            Metric(
                id="requests_30d", name="Requests (30 days)", value=len(month), unit="requests", kind=MetricKind.COUNT
            ),
        ),
    )


def since(payments: Sequence[Payment], start: datetime) -> list[float]:
    """Return the costs from a time on."""
    return [cost for time, cost in payments if time >= start]


def whole_months(start: datetime, now: datetime) -> int:
    """Return how many months have passed: each ends on the day and at the time of the start."""
    months = (now.year - start.year) * 12 + now.month - start.month
    return months if parse.add_months(start, months) <= now else months - 1


def usd(id: str, name: str, value: float, kind: MetricKind) -> Metric:
    """Return an amount of US dollars."""
    return Metric(id=id, name=name, value=value, unit="USD", kind=kind)
