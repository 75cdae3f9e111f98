"""Groq."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
import re

from .. import parse
from ..account import Call
from ..credentials import Cookies, api_key, base_url, cookie, cookie_source, unquoted
from ..http import Endpoint, Verdict
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, QuotaError, Reading, Unsupported
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..reports import count
from ..sessions import has_session, with_session

CONSOLE = "https://console.groq.com"
SESSIONS = "https://api.stytchb2b.groq.com/sdk/v1/b2b/sessions/authenticate"
PUBLIC_TOKEN = "public-token-live-" + "58df57a9-a1f5-4066-bc0c-2ff942db684f"
"""Names the console to its sign-in service; every visitor gets it."""
SDK = '{"app":{"identifier":"console.groq.com"},"sdk":{"identifier":"Stytch.js Javascript SDK","version":"5.43.0"}}'

TOKEN, JWT = "stytch_session", "stytch_session_jwt"
TOKEN_VARIABLE, JWT_VARIABLE = "GROQ_SESSION_TOKEN", "GROQ_SESSION_JWT"

SECONDS = 20
SIGNED_OUT = f"the session has ended: sign in at {CONSOLE} and copy the cookie anew"
WEB = Verdict(auth=SIGNED_OUT, redirect=AuthFailed, html=AuthFailed)
KEY = Verdict(auth="Groq rejected the API key")


def session_cookie(pasted: str) -> str:
    """Return what was pasted; a bare JWT gets the name of its cookie."""
    value = unquoted(pasted)
    return f"{JWT}={value}" if re.fullmatch(r"eyJ[\w-]*\.[\w-]+\.[\w-]+", value) else value


class Groq(Provider):
    """Groq: spend, tokens and requests of an organization of GroqCloud, or live rates of one with Enterprise access.

    It tells no limit to measure them against. Sources: the requests of
    https://console.groq.com/dashboard/usage and https://console.groq.com/docs/prometheus-metrics
    """

    id = "groq"
    name = "Groq"
    dashboard = f"{CONSOLE}/dashboard/usage"
    status = StatusLink("https://groqstatus.com", "statuspage", ("API",))
    missing = f"sign in at {CONSOLE} and paste its cookie, or give the API key of an Enterprise organization"
    # Every fetch renews the session of the console for half an hour; it may end when none comes.
    every = Every(default=5, minimum=3, maximum=25)
    fields = (
        cookie(
            "groq.com",
            "console.groq.com",
            names=(TOKEN, JWT),
            preferred=(TOKEN,),
            env=(TOKEN_VARIABLE, JWT_VARIABLE),
            bare=TOKEN,
            clean=session_cookie,
            help=f"Sign in, open the developer tools, Application, Cookies, and copy the value of {TOKEN}.",
            link=CONSOLE,
        ),
        cookie_source(),
        api_key(
            "GROQ_API_KEY",
            help="It tells live rates, and only in an Enterprise organization.",
            link=f"{CONSOLE}/keys",
        ),
        base_url("https://api.groq.com/v1", "GROQ_API_URL"),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read the activity with the session that was given, else with those of the browsers."""
        return await with_session(call, partial(read_activity, call))

    @strategy("api", needs="api_key", every=Every())
    async def api(self, call: Call) -> Reading:
        """Read the rates of the last five minutes."""
        api = call.at(call["base_url"], bearer=call["api_key"], verdict=KEY, timeout=SECONDS)
        requests = await read_rate(api, "sum(model_project_id_status_code:requests:rate5m)")
        tokens_in = await read_rate(api, "sum(model_project_id:tokens_in:rate5m)")
        tokens_out = await read_rate(api, "sum(model_project_id:tokens_out:rate5m)")
        hits = await call.optional(read_rate(api, "sum(model_project_id:prompt_cache_hits:rate5m)"))
        return Reading(
            metrics=(
                *per_minute("requests_per_minute", "Requests per minute", requests or 0, "requests"),
                *per_minute("tokens_per_minute", "Tokens per minute", (tokens_in or 0) + (tokens_out or 0), "tokens"),
                *per_minute("cache_hits_per_minute", "Cache hits per minute", hits, "requests"),
            )
        )


# The console session


@dataclass(frozen=True)
class Session:
    """What a console session consists of: a token that lasts for weeks, and a JWT that lasts for minutes."""

    token: str | None
    jwt: str | None

    @classmethod
    def of(cls, call: Call, cookies: Cookies) -> Session:
        """Take it out of cookies; of the environment both variables count together."""
        if not cookies.jar and not call.own("cookie"):
            found = cls(call.settings.env(TOKEN_VARIABLE), call.settings.env(JWT_VARIABLE))
        else:
            found = cls(cookies.get(TOKEN), cookies.get(JWT))
        call.conceal(*filter(None, (found.token, found.jwt)))
        return found


async def read_activity(call: Call, cookies: Cookies) -> Reading:
    """Read the activity of the organization that a session is of."""
    jwt = await usable_jwt(call, Session.of(call, cookies))
    organization = organization_of(parse.jwt_claims(jwt))
    if organization is None:
        raise AuthFailed(f"the session names no organization: sign in at {CONSOLE} anew")
    api = call.at(call["base_url"].origin(), bearer=jwt, verdict=WEB, timeout=SECONDS)
    answer = await api.get_object(
        ("platform", "v1", "organizations", organization, "activity"),
        query={"start_date": epoch(parse.midnight(call.now, -29)), "end_date": epoch(parse.midnight(call.now, 1))},
    )
    rows = [parse.need_mapping(row, "data") for row in parse.need_list(answer.get("data"), "data")]
    return Reading(
        organization=next((name for row in rows if (name := parse.first_text(row, "organization_name"))), None),
        identity=organization,
        metrics=tuple(activity_metrics(rows, call.now)),
    )


def epoch(moment: datetime) -> int:
    """Return a time in seconds."""
    return int(moment.timestamp())


async def usable_jwt(call: Call, session: Session) -> str:
    """Return a fresh JWT; that of the session itself, which may be stale, where there is no other."""
    if session.token:
        try:
            return await fresh_jwt(call, session.token)
        except QuotaError:
            if session.jwt is None:
                raise
    if session.jwt is None:
        raise AuthFailed(f"there is neither {TOKEN} nor {JWT} in the cookie")
    return session.jwt


async def fresh_jwt(call: Call, token: str) -> str:
    """Exchange a session token for a JWT, as the console does."""
    public_token = call.settings.env("GROQ_STYTCH_PUBLIC_TOKEN") or PUBLIC_TOKEN
    basic = base64.b64encode(f"{public_token}:{token}".encode()).decode()
    call.conceal(basic)
    headers = {
        "Authorization": f"Basic {basic}",
        "Origin": CONSOLE,
        "X-SDK-Parent-Host": CONSOLE,
        "X-SDK-Client": base64.b64encode(SDK.encode()).decode(),
    }
    reply = await call.at(SESSIONS, headers=headers, verdict=WEB, timeout=SECONDS).post(
        json={"session_token": token, "session_duration_minutes": 30}
    )
    if reply.status == 404:
        raise AuthFailed(SIGNED_OUT)
    answer = await reply.check(WEB).object()
    jwt = parse.first_text(answer.get("data"), "session_jwt")
    if jwt is None:
        raise InvalidResponse("data.session_jwt is missing")
    return jwt


def organization_of(claims: Json) -> str | None:
    """Return the organization that a JWT is for."""
    return parse.first_text(claims.get("https://groq.com/organization"), "id") or parse.first_text(
        claims.get("https://stytch.com/organization"), "slug"
    )


# Activity

CONTEXT, UNCACHED, GENERATED = "n_context_tokens_total", "n_non_cached_context_tokens_total", "n_generated_tokens_total"
COST, REQUESTS = "cost", "num_requests"


def activity_metrics(rows: Sequence[Json], now: datetime) -> Iterator[Metric]:
    """Yield the sums over periods; a figure that no row has is left out, unless there are no rows at all."""
    dated = [(moment_of(row), row) for row in rows]
    tomorrow = parse.midnight(now, 1)
    for id, name, sources, value, unit, kind, wanted in FIGURES:
        if rows and not any(row.get(source) is not None for row in rows for source in sources):
            continue
        for period, words, since in parse.periods(now):
            if period in wanted:
                total = sum(value(row) for moment, row in dated if since <= moment < tomorrow)
                title = f"{name} {words}" if period == "today" else f"{name}, {words}"
                yield Metric(id=f"{id}_{period}", name=title, value=total, unit=unit, kind=kind)


def cost(row: Json) -> float:
    """Return what a row cost."""
    return count(row, COST)


def requests(row: Json) -> float:
    """Return the requests of a row."""
    return count(row, REQUESTS)


def tokens(row: Json) -> float:
    """Return all tokens of a row."""
    return count(row, CONTEXT) + count(row, GENERATED)


def cached_tokens(row: Json) -> float:
    """Return the tokens that were read from the cache, none where Groq does not tell the others."""
    return 0.0 if row.get(UNCACHED) is None else max(0.0, count(row, CONTEXT) - count(row, UNCACHED))


FIGURES = (
    ("spend", "Spend", (COST,), cost, "USD", MetricKind.SPEND, ("today", "7d", "30d")),
    ("tokens", "Tokens", (CONTEXT, GENERATED), tokens, "tokens", MetricKind.COUNT, ("today", "30d")),
    ("cached_tokens", "Cached input tokens", (CONTEXT,), cached_tokens, "tokens", MetricKind.COUNT, ("30d",)),
    ("requests", "Requests", (REQUESTS,), requests, "requests", MetricKind.COUNT, ("today", "30d")),
)


def moment_of(row: Json) -> datetime:
    """Return when a row is of, somewhere in its day; raises InvalidResponse when it does not say."""
    found = parse.moment(row.get("timestamp"))
    if found is None:
        raise InvalidResponse("timestamp is missing or not a time")
    return found


# Rates


async def read_rate(api: Endpoint, query: str) -> float | None:
    """Return a rate per second, None where there was no traffic."""
    reply = await api.get("metrics/prometheus/api/v1/query", query={"query": query})
    if reply.status == 404:
        raise Unsupported("rates are for Enterprise organizations only; use the cookie of the console")
    answer = await reply.check(KEY).object()
    if answer.get("status") != "success":
        raise InvalidResponse(f"Groq's metrics failed: {parse.first_text(answer, 'error') or 'no reason is given'}")
    return rate(parse.need_list(parse.mapping(answer.get("data")).get("result"), "data.result"))


def rate(result: Sequence[object]) -> float | None:
    """Return the sum of a result, None when it is empty; single values that cannot be read are left out."""
    if not result:
        return None
    pairs = (parse.items(parse.mapping(each).get("value")) for each in result)
    found = [value for pair in pairs if pair and (value := parse.number(pair[-1])) is not None]
    if not found:
        raise InvalidResponse("data.result holds no number")
    return sum(found)


def per_minute(id: str, name: str, per_second: float | None, unit: str) -> tuple[Metric, ...]:
    """Return a rate per minute, where the rate is known."""
    value = None if per_second is None else per_second * 60
    return parse.known_metric(id, name, value, unit, MetricKind.RATE)
