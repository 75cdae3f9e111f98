"""Mistral."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
import json
import math
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source
from ..http import Verdict
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

ADMIN = "https://admin.mistral.ai"
CONSOLE = "https://console.mistral.ai"
SESSION = "ory_session_*"
CSRF = "csrftoken"
VERDICT = Verdict(
    auth="the session of admin.mistral.ai has expired: sign in and copy the cookie again",
    redirect=AuthFailed,
    html=AuthFailed,
)
QUESTION = json.dumps({"0": {"json": None, "meta": {"values": ["undefined"], "v": 1}}}, separators=(",", ":"))
OPTIONAL_SECONDS = 4

# Where the answer keeps its lists of models, and whether what they count are tokens.
MODELS = (
    (("completion", "models"), True),
    (("ocr", "models"), False),
    (("connectors", "models"), False),
    (("audio", "models"), False),
    (("libraries_api", "pages", "models"), False),
    (("libraries_api", "tokens", "models"), True),
    (("fine_tuning", "training"), False),
    (("fine_tuning", "storage"), False),
)
CATEGORIES = dict.fromkeys(path[0] for path, _ in MODELS)
KINDS = ("input", "output", "cached")
NO_CURRENCY = "XXX"
"""What ISO 4217 has for none."""


class Mistral(Provider):
    """Mistral: spend, tokens and credits of an organization, and the use of the Vibe plan.

    Source: the requests of https://admin.mistral.ai/organization/usage
    """

    id = "mistral"
    name = "Mistral"
    dashboard = f"{ADMIN}/organization/usage"
    status = StatusLink("https://status.mistral.ai")
    missing = "paste the Cookie header of a request to admin.mistral.ai; it holds a cookie ory_session_…"
    every = Every(default=15, minimum=5)
    fields = (
        cookie(
            "mistral.ai",
            "admin.mistral.ai",
            "auth.mistral.ai",
            "console.mistral.ai",
            names=(SESSION,),
            help="Sign in at admin.mistral.ai, open the developer tools, Network, a request to admin.mistral.ai/api,"
            " and copy it as cURL.",
            link=f"{ADMIN}/organization/usage",
        ),
        cookie_source(),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers."""
        return await with_session(call, partial(read_organization, call))


async def read_organization(call: Call, session: Cookies) -> Reading:
    """Read the usage of the month; then the plan and the credits, where they can be had."""
    if not session.has_any((SESSION,)):
        raise AuthFailed("the cookie ory_session_… is missing")
    token = session.get(CSRF)
    headers = {"Accept": "*/*", "Origin": ADMIN} | ({"X-CSRFTOKEN": token} if token else {})
    admin = call.at(f"{ADMIN}/api/billing", cookies=session, headers=headers, verdict=VERDICT)
    usage = await admin.get_object(
        "v2/usage",
        query={"month": call.now.month, "year": call.now.year},
        headers={"Referer": f"{ADMIN}/organization/usage"},
    )
    metrics = usage_metrics(usage, call.now)
    windows = await call.optional(read_vibe(call, session)) or ()
    credits = await call.optional(
        admin.get_object("credits", headers={"Referer": f"{ADMIN}/organization/billing"}, timeout=OPTIONAL_SECONDS)
    )
    return Reading(windows=windows, metrics=(*metrics, *balance(credits or {})))


# The Vibe plan


async def read_vibe(call: Call, session: Cookies) -> tuple[Window, ...]:
    """Read what is used of the monthly plan; nothing without a token that proves the request is ours.

    The console gets no other cookie than it needs.
    """
    token = session.get(CSRF)
    if not token or any(char in token for char in ";,\r\n"):
        return ()
    needed = session.only(*(name for name in session.pairs if name == CSRF or name.startswith(SESSION[:-1])))
    headers = {"Accept": "*/*", "X-CSRFToken": token}
    console = call.at(CONSOLE, cookies=needed, headers=headers, timeout=OPTIONAL_SECONDS, verdict=VERDICT)
    reply = await console.get("api-ui/trpc/billing.vibeUsage", query={"batch": 1, "input": QUESTION})
    return plan_window(await reply.check(VERDICT).json())


def plan_window(answer: Any) -> tuple[Window, ...]:
    """Return the monthly plan, where a percentage is given."""
    node = parse.mapping((parse.items(answer) or [None])[0])
    for key in ("result", "data", "json"):
        node = parse.mapping(node.get(key))
    used = parse.number(node.get("usage_percentage"))
    if used is None or used < 0:
        return ()
    return (Window(id="monthly", name="Monthly plan", used_percent=used, resets_at=parse.moment(node.get("reset_at"))),)


# Usage and credits


@dataclass(frozen=True)
class Entry:
    """A line of the bill: its kind, day (as written), units, cost, and whether the units are tokens."""

    kind: str
    day: str
    units: float
    cost: float
    is_tokens: bool


def usage_metrics(answer: Json, now: datetime) -> tuple[Metric, ...]:
    """Return cost and tokens of the month and of today."""
    if not any(isinstance(answer.get(key), dict) for key in CATEGORIES):
        raise InvalidResponse(f"none of {', '.join(CATEGORIES)} is there")
    entries = list(entries_of(answer))
    today = [entry for entry in entries if entry.day == f"{now:%Y-%m-%d}"]
    tokens = [entry for entry in entries if entry.is_tokens]
    tokens_today = [entry.units for entry in today if entry.is_tokens]
    currency = (parse.first_text(answer, "currency") or NO_CURRENCY).upper()
    count, spend = MetricKind.COUNT, MetricKind.SPEND
    return (
        *parse.known_metric("spend_month", "Spend this month", spent(entries), currency, spend),
        *parse.known_metric("spend_today", "Spend today", spent(today) if today else None, currency, spend),
        *parse.known_metric("tokens_month", "Tokens this month", sum(each.units for each in tokens), "tokens", count),
        *(
            metric
            for kind in KINDS
            for metric in parse.known_metric(
                f"tokens_month_{kind}",
                f"{kind.capitalize()} tokens this month",
                sum(each.units for each in tokens if each.kind == kind),
                "tokens",
                count,
            )
        ),
        *parse.known_metric(
            "tokens_today", "Tokens today", sum(tokens_today) if tokens_today else None, "tokens", count
        ),
    )


def spent(entries: list[Entry]) -> float:
    """Return what entries cost together; refunds do not make it negative."""
    return max(0.0, sum(entry.cost for entry in entries))


def entries_of(answer: Json) -> Iterator[Entry]:
    """Yield every line of the bill with its cost."""
    prices = price_list(answer)
    for path, is_tokens in MODELS:
        node: Any = answer
        for key in path:
            node = parse.mapping(node).get(key)
        for model in parse.mapping(node).values():
            for kind in KINDS:
                for line in map(parse.mapping, parse.items(parse.mapping(model).get(kind))):
                    units = parse.first_number(line, "value_paid", "value") or 0
                    cost = units * prices.get(billed_as(line), 0)
                    day = (parse.first_text(line, "timestamp") or "")[:10]
                    yield Entry(kind, day, units, cost if math.isfinite(cost) else 0, is_tokens)


def price_list(answer: Json) -> dict[tuple[str, str] | None, float]:
    """Return the price of a unit by metric and group; one that cannot be read is 0."""
    rows = [parse.mapping(row) for row in parse.items(answer.get("prices"))]
    return {named: parse.number(row.get("price")) or 0 for row in rows if (named := billed_as(row))}


def billed_as(row: Json) -> tuple[str, str] | None:
    """Return metric and group of a line or of a price; None when one is missing."""
    metric, group = parse.first_text(row, "billing_metric"), parse.first_text(row, "billing_group")
    return (metric, group) if metric and group else None


def balance(answer: Json) -> tuple[Metric, ...]:
    """Return the credits left, with what is not billed yet taken off."""
    wallet, currency = parse.number(answer.get("wallet_amount")), parse.first_text(answer, "currency")
    if wallet is None or not currency:
        return ()
    left = wallet + (parse.first_number(answer, "credit_notes_amount") or 0)
    left -= parse.first_number(answer, "ongoing_usage_balance") or 0
    value = max(0.0, left) if math.isfinite(left) else None
    return parse.known_metric("balance", "Credits", value, currency.upper(), MetricKind.BALANCE)
