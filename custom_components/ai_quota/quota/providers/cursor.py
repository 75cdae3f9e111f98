"""Cursor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
import re
import sqlite3
from typing import Any, override
from urllib.parse import unquote

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source, flag, unquoted
from ..http import Endpoint, Verdict
from ..local import exists, query_sqlite
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, QuotaError, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, Strategy, strategy
from ..sessions import has_session, with_session

SITE = "https://cursor.com"
ORIGIN = {"Origin": SITE}
"""Cursor refuses its POST requests without it."""

SESSION = "WorkosCursorSessionToken"
SESSION_COOKIES = (
    SESSION,
    "__Secure-next-auth.session-token",
    "next-auth.session-token",
    "wos-session",
    "__Secure-wos-session",
    "authjs.session-token",
    "__Secure-authjs.session-token",
)
VERDICT = Verdict(auth="signed out of cursor.com: sign in again", redirect=AuthFailed, html=AuthFailed)

PAGE_SIZE = 1000
MAX_PAGES = 200
EVENTS_SECONDS = 60
"""All pages of events together may not take longer: they are an extra."""


def session_header(pasted: str) -> str:
    """Return what was pasted; a bare value that looks like a session gets the name of its cookie."""
    value = unquoted(pasted)
    bare = "=" not in value and ("::" in value or "%3a%3a" in value.lower())
    return f"{SESSION}={value}" if bare else value


async def has_app_session(provider: Cursor, call: Call) -> bool:
    """Return whether the Cursor app of this machine is signed in."""
    return await app_session(call) is not None


class Cursor(Provider):
    """Cursor: what an account has used of its plan, its on-demand budget, and the weekly Grok Bot allowance.

    Source: the requests of https://cursor.com/dashboard?tab=usage
    """

    id = "cursor"
    name = "Cursor"
    dashboard = "https://cursor.com/dashboard?tab=usage"
    status = StatusLink("https://status.cursor.com", "statuspage")
    missing = "paste the Cookie header of a cursor.com request, or sign in to the Cursor app on this computer"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            # The cookies of the other sites serve the sign-in alone; requests go here.
            "cursor.com",
            names=SESSION_COOKIES,
            clean=session_header,
            help="Sign in at cursor.com/dashboard, open the developer tools, Network, a request to cursor.com/api,"
            " and copy its Cookie header.",
            link="https://cursor.com/dashboard",
        ),
        cookie_source(),
        flag(
            "cost_history",
            help="Adds tokens, requests and cost of the last 30 days, which takes several requests.",
        ),
    )

    @override
    def order(self, call: Call) -> Sequence[Strategy]:
        """Return all strategies; but a cookie that was given is never replaced by another session."""
        if call.settings.given("cookie") or call.get("cookie_source") == "manual":
            return (self.web,)
        return self.strategies

    @strategy("local", when=has_app_session, machine=True)
    async def local(self, call: Call) -> Reading:
        """Read with the session of the Cursor app on this machine."""
        session = await app_session(call)
        if session is None:
            raise AuthFailed(self.missing)
        return await read_account(call, session)

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers."""
        return await with_session(call, partial(read_account, call))


async def read_account(call: Call, session: Cookies) -> Reading:
    """Read the usage of one session; everything but the summary may fail."""
    site = call.at(SITE, cookies=session, verdict=VERDICT)
    summary = Summary(await site.get_object("api/usage-summary"))
    owner = SessionOwner.of(session)
    me = await call.optional(site.get_object("api/auth/me")) or {}
    user = parse.first_text(me, "sub") or owner.id
    quota = await call.optional(site.get_object("api/usage", query={"user": user})) if user else None
    bot = await call.optional(
        site.post_object("api/dashboard/get-sand-usage-status", json={}, headers=ORIGIN, timeout=5)
    )
    events = None
    if call.get("cost_history"):
        events = await call.optional(read_events(site, call.now), seconds=EVENTS_SECONDS)

    requests, allowance = request_quota(quota or {}), bot_window(bot or {})
    if not requests and not summary.is_recognised:
        raise InvalidResponse("nothing is recognised: no plan, overall, pooled, onDemand or membershipType")
    windows = summary.windows(requests, call.now)
    if allowance and not requests:
        windows.append(allowance)
    return Reading(
        account=parse.first_text(me, "email") or owner.email or user,
        plan=plan_name(summary.membership),
        identity=user and user.rpartition("|")[2],
        windows=tuple(windows),
        metrics=(*summary.metrics, *(events or ())),
    )


# The session


@dataclass(frozen=True)
class SessionOwner:
    """Who a session says that it belongs to."""

    id: str | None
    email: str | None = None

    @classmethod
    def of(cls, session: Cookies) -> SessionOwner:
        """Read the session cookie: a user id and a JWT with two colons between them."""
        before, colons, token = unquote(session.get(SESSION) or "").partition("::")
        claims = parse.jwt_claims(token if colons else before)
        return cls(user_id(claims) or (before if colons and before else None), parse.first_text(claims, "email"))


def user_id(claims: Json) -> str | None:
    """Return the user id that a token claims, without the part that says how they signed in."""
    return (parse.first_text(claims, "sub") or "").rpartition("|")[2] or None


async def app_session(call: Call) -> Cookies | None:
    """Return the session of the Cursor app, looked up once a fetch; None when there is none that is usable.

    The token is never renewed here; the app does that.
    """
    if "app_session" not in call.once:
        token = await app_token(state_database(call))
        call.once["app_session"] = token and session_of(token, call.now)
        call.conceal(token or "")
    found: Cookies | None = call.once["app_session"]
    return found


def session_of(token: str, now: datetime) -> Cookies | None:
    """Return the web session for the app's token; None when it is none, or ends within a minute."""
    claims = parse.jwt_claims(token)
    user, ends = user_id(claims), parse.number(claims.get("exp"))
    is_safe = re.fullmatch(r"[\w.-]+", user or "", re.ASCII) and re.fullmatch(r"[\w.=-]+", token, re.ASCII)
    if not is_safe or ends is None or ends - now.timestamp() <= 60:
        return None
    return Cookies({SESSION: f"{user}%3A%3A{token}"}, "the Cursor app")


async def app_token(database: Path) -> str | None:
    """Return the access token that the app keeps, None when there is none."""
    if not await exists(database):
        return None
    try:
        row = await query_sqlite(database, _select_token)
    except QuotaError:
        return None
    value = row[0] if row else None
    if isinstance(value, bytes):
        # UTF-16 with its zeros is no fault in UTF-8.
        value = value.decode("utf-16-le" if b"\0" in value else "utf-8", errors="replace")
    return parse.text(value)


def _select_token(connection: sqlite3.Connection) -> Any:
    return connection.execute("SELECT value FROM ItemTable WHERE key = 'cursorAuth/accessToken'").fetchone()


def state_database(call: Call) -> Path:
    """Return where the Cursor app keeps its state."""
    return call.app_data / "Cursor" / "User" / "globalStorage" / "state.vscdb"


# The summary


@dataclass(frozen=True)
class Counter:
    """What a summary counts against a limit, in USD; None where it tells nothing."""

    used: float | None
    limit: float | None
    remaining: float | None

    @classmethod
    def of(cls, summary: Json, scope: str, name: str) -> Counter:
        """Read a counter of the person (`individualUsage`) or of the team (`teamUsage`)."""
        found = parse.mapping(parse.mapping(summary.get(scope)).get(name))
        cents = (parse.number(found.get(key)) for key in ("used", "limit", "remaining"))
        return cls(*(None if value is None else value / 100 for value in cents))

    @property
    def is_known(self) -> bool:
        """Return whether it tells anything."""
        return self.used is not None or self.limit is not None

    @property
    def is_complete(self) -> bool:
        """Return whether it tells both what was used and of how much."""
        return self.used is not None and self.limit is not None


class Summary:
    """The usage summary: percentages and counters of one billing cycle."""

    def __init__(self, answer: Json) -> None:
        given = parse.mapping(parse.mapping(answer.get("individualUsage")).get("plan"))
        self.total, self.cursor_models, self.third_party = (
            parse.number(given.get(key)) for key in ("totalPercentUsed", "autoPercentUsed", "apiPercentUsed")
        )
        self.plan = Counter.of(answer, "individualUsage", "plan")
        self.overall = Counter.of(answer, "individualUsage", "overall")
        self.pooled = Counter.of(answer, "teamUsage", "pooled")
        self.on_demand = Counter.of(answer, "individualUsage", "onDemand")
        self.team_on_demand = Counter.of(answer, "teamUsage", "onDemand")
        self.membership = parse.first_text(answer, "membershipType")
        self.resets_at = parse.moment(answer.get("billingCycleEnd"))
        self.duration = length(parse.moment(answer.get("billingCycleStart")), self.resets_at)

    @property
    def used_percent(self) -> float | None:
        """Return how much of the plan is used, from the first figure that tells it."""
        models = (self.cursor_models, self.third_party)
        both = None if None in models else sum(filter(None, models)) / 2
        shares = (parse.percentage(each.used, each.limit) for each in (self.plan, self.overall, self.pooled))
        figures = (self.total, both, self.third_party, self.cursor_models, *shares)
        return next((figure for figure in figures if figure is not None), None)

    @property
    def money(self) -> Counter | None:
        """Return what is used of the plan in money, from the first counter that tells it."""
        plan = self.plan if self.plan.is_complete and (self.plan.used or self.plan.limit) else None
        return plan or next((each for each in (self.overall, self.pooled) if each.is_complete), None)

    @property
    def is_recognised(self) -> bool:
        """Return whether there is anything that tells of an account."""
        counters = (self.plan, self.overall, self.pooled, self.on_demand, self.team_on_demand)
        return bool(self.membership) or self.used_percent is not None or any(each.is_known for each in counters)

    def windows(self, requests: Window | None, now: datetime) -> list[Window]:
        """Return the windows of the cycle; an old plan counts `requests`, and no percentages of models."""
        found = [requests] if requests else [*self._plan_windows(now)]
        found += self._on_demand_windows()
        return [replace(each, duration=self.duration, resets_at=self.resets_at) for each in found]

    def _plan_windows(self, now: datetime) -> Iterator[Window]:
        used_percent, money = self.used_percent, self.money
        if money:
            counted = parse.counted("monthly", "Monthly", unit="USD", **vars(money))
            yield replace(counted, used_percent=used_percent)
        elif used_percent is not None or (self.resets_at and self.resets_at > now):
            yield Window(id="monthly", name="Monthly", used_percent=used_percent)
        if self.cursor_models is not None:
            yield Window(id="monthly_cursor", name="Monthly (Cursor models)", used_percent=self.cursor_models)
        if self.third_party is not None:
            name = "Monthly (third-party models)"
            yield Window(id="monthly_third_party", name=name, used_percent=self.third_party)

    def _on_demand_windows(self) -> Iterator[Window]:
        budget = next((each for each in (self.on_demand, self.team_on_demand) if (each.limit or 0) > 0), None)
        if budget:
            yield parse.counted("extra_usage", "On-demand", unit="USD", used=budget.used, limit=budget.limit)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Return what was spent on demand, by the person and by the team."""
        spend = MetricKind.SPEND
        return (
            *parse.known_metric("spend_month", "On-demand spend", self.on_demand.used, "USD", spend),
            *parse.known_metric("team_spend_month", "Team on-demand spend", self.team_on_demand.used, "USD", spend),
        )


def length(start: datetime | None, end: datetime | None) -> timedelta | None:
    """Return the time between two moments in whole minutes, None when they are not in order."""
    if start is None or end is None or start >= end:
        return None
    return timedelta(minutes=(end - start) // timedelta(minutes=1))


PLANS = {
    "enterprise": "Enterprise",
    "business": "Business",
    "team": "Team",
    "ultra": "Ultra",
    "pro_plus": "Pro+",
    "pro": "Pro",
    "pro_student": "Pro",
    "free_trial": "Pro Trial",
    "express": "Start",
    "hobby": "Hobby",
    "free": "Free",
}


def plan_name(membership: str | None) -> str | None:
    """Return a plan as a person would write it."""
    return PLANS.get(membership.lower(), membership) if membership else None


# What is asked beside it


def request_quota(answer: Json) -> Window | None:
    """Return the request quota of an old plan, None where the plan is a newer one."""
    given = answer.get("gpt-4")
    used = parse.first_number(given, "numRequestsTotal", "numRequests")
    limit = parse.first_number(given, "maxRequestUsage")
    if used is None or limit is None or limit <= 0:
        return None
    return parse.counted("monthly", "Monthly", unit="requests", used=used, limit=limit)


def bot_window(answer: Json) -> Window | None:
    """Return the weekly allowance of the Grok Bot, where the plan includes one."""
    used_percent = parse.number(answer.get("usagePercent"))
    if used_percent is None or answer.get("hasNonZeroIncludedLimit") is not True:
        return None
    resets_at = parse.moment(answer.get("nextResetTimestampUtc"))
    return Window(
        id="weekly_grok_bot",
        name="Weekly (Grok Bot)",
        used_percent=used_percent,
        duration=length(parse.moment(answer.get("currentPeriodStart")), resets_at),
        resets_at=resets_at,
    )


# The events of 30 days


async def read_events(site: Endpoint, now: datetime) -> tuple[Metric, ...]:
    """Read all usage events of today and the 29 days before; raises InvalidResponse unless they are complete."""
    span = {"startDate": milliseconds(parse.midnight(now, -29)), "endDate": milliseconds(now)}
    pages: list[list[Json]] = []
    totals: set[float | None] = set()
    while not pages or len(pages[-1]) >= PAGE_SIZE:
        if len(pages) == MAX_PAGES:
            raise InvalidResponse("there are too many usage events")
        page = {"page": len(pages) + 1, "pageSize": PAGE_SIZE, **span}
        answer = await site.post_object(
            "api/dashboard/get-filtered-usage-events", json=page, headers=ORIGIN, timeout=30
        )
        pages.append([parse.mapping(event) for event in parse.need_list(answer.get("usageEventsDisplay"), "events")])
        totals.add(parse.number(answer.get("totalUsageEventsCount")))
    if len(totals) > 1:
        raise InvalidResponse("totalUsageEventsCount changed between pages")
    return event_metrics(joined(pages, totals.pop()), now)


def milliseconds(moment: datetime) -> str:
    """Return a moment as Cursor wants it."""
    return str(int(moment.timestamp() * 1000))


def joined(pages: Sequence[list[Json]], total: float | None) -> list[Json]:
    """Return the events of all pages; what a page repeats of the one before is dropped until the total fits.

    Raises InvalidResponse when it does not fit.
    """
    count = sum(map(len, pages))
    surplus = count - (count if total is None else int(total))
    events = list(pages[0])
    for before, page in pairwise(pages):
        most = min(surplus, len(before), len(page))
        repeated = next((n for n in range(most, 0, -1) if before[-n:] == page[:n]), 0)
        events += page[repeated:]
        surplus -= repeated
    if surplus:
        raise InvalidResponse("the usage events do not add up to totalUsageEventsCount")
    return events


def event_metrics(events: Sequence[Json], now: datetime) -> tuple[Metric, ...]:
    """Return cost and tokens of the events; each figure is left out where they do not tell it."""
    dated = [(when, event) for event in events if (when := parse.number(event.get("timestamp"))) and when > 0]
    today = parse.midnight(now).timestamp() * 1000
    tokens = [token_count(event) for _, event in dated]
    charged = [parse.number(event.get("chargedCents")) for _, event in dated]
    values = [
        value
        for (_, event), count in zip(dated, tokens, strict=True)
        if count and (value := parse.number(parse.mapping(event.get("tokenUsage")).get("totalCents"))) is not None
    ]
    tokens_today = sum(count for (when, _), count in zip(dated, tokens, strict=True) if when >= today)
    spend, count = MetricKind.SPEND, MetricKind.COUNT
    return (
        *parse.known_metric("metered_30d", "Metered by Cursor, 30 days", dollars(charged), "USD", spend),
        *parse.known_metric("api_value_30d", "API value, 30 days", dollars(values) if values else None, "USD", spend),
        *parse.known_metric("tokens_30d", "Tokens, 30 days", sum(tokens), "tokens", count),
        *parse.known_metric("tokens_today", "Tokens, today", tokens_today, "tokens", count),
        *parse.known_metric("requests_30d", "Requests, 30 days", sum(map(bool, tokens)), "requests", count),
    )


def dollars(cents: Sequence[float | None]) -> float | None:
    """Return the sum in USD; None as soon as one is unknown or negative."""
    known = [value for value in cents if value is not None and value >= 0]
    return sum(known) / 100 if len(known) == len(cents) else None


def token_count(event: Json) -> float:
    """Return all tokens of an event."""
    usage = parse.mapping(event.get("tokenUsage"))
    keys = ("inputTokens", "outputTokens", "cacheWriteTokens", "cacheReadTokens")
    return sum(max(0.0, parse.number(usage.get(key)) or 0) for key in keys)
