"""ZoomMate."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import (
    Cookies,
    Copied,
    Settings,
    captured_headers,
    cookie,
    cookie_source,
    copied_request,
    without_bearer,
)
from ..http import Endpoint, Verdict, chrome_on_mac
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    RateLimited,
    Reading,
    Unavailable,
    Window,
)
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

SITE = "https://zoommate.zoom.us"
HOSTS = ("https://ai.zoom.us", SITE)
"""Both serve the same API."""
API = "/ai-computer/api/v1"

CAPTURED = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.9",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-site",
    "User-Agent": chrome_on_mac(143),
}
"""What is sent as a pasted command has it, and otherwise like this."""

PAGE_RECORDS = 50
MAX_PAGES = 20
MARGIN = timedelta(minutes=1)
"""How long before its end a token is no longer used."""
_TOKENS = "tokens"


class Refused(InvalidResponse):
    """A host answered with a status that the other one may not answer with."""


VERDICT = Verdict(
    auth="sign in to ZoomMate again in Chrome, or paste afresh (a captured token lasts about an hour)",
    redirect=AuthFailed,
    html=AuthFailed,
    other=Refused,
)
OUT_OF_ORDER = (Unavailable, RateLimited, Refused)


async def has_access(_: object, call: Call) -> bool:
    """Return whether a token was captured, or there is a session to try."""
    return (call["cookie_source"] != "off" and captured_token(call.settings) is not None) or await has_session(_, call)


class ZoomMate(Provider):
    """ZoomMate: the credits of a Zoom account, and what was spent of them.

    Source: the requests of https://zoommate.zoom.us/#/?settings=credit-usage
    """

    id = "zoommate"
    name = "ZoomMate"
    dashboard = f"{SITE}/#/?settings=credit-usage"
    status = StatusLink(
        "https://www.zoomstatus.com", "statuspage", ("ZoomMate",), fallback=("Zoom AI Companion",), page_wide=False
    )
    missing = VERDICT.auth
    every = Every(default=15, minimum=5)
    fields = (
        cookie(
            "zoom.us",
            "ai.zoom.us",
            "zoommate.zoom.us",
            help="Sign in, open Settings, AI credit usage, the developer tools, Network, reload, and copy the Cookie"
            " header of credits/status (it lasts for weeks), or the request as cURL (it lasts an hour).",
            link=SITE,
        ),
        cookie_source(),
    )

    def check(self, settings: Settings) -> None:
        """Refuse a command that was copied from another request."""
        request = copied_request(settings.given("cookie") or "")
        if request is None or settings.get("cookie_source") == "off":
            return
        carries = any((*request.values("authorization"), *request.values("cookie")))
        if carries and (len(request.urls) != 1 or captured_host(request) is None):
            raise BadConfiguration("cookie: copy the request credits/status of ZoomMate, and no other", "cookie")

    @strategy("web", when=has_access)
    async def web(self, call: Call) -> Reading:
        """Read the credits with a captured token, else with one that a session is exchanged for."""
        request = copied_request(call.given_cookie or "")
        token, host = captured_token(call.settings), request and captured_host(request)
        if token and host:
            hosts = sorted(HOSTS, key=lambda each: each != host)
            return await read_credits(call, endpoints(call, hosts, {host: call.pasted_cookies()}, token))
        if call.given_cookie:
            return await with_session(call, partial(read_with_session, call, (host or HOSTS[0],)))
        return await with_session(call, partial(read_with_session, call, HOSTS))


# The two hosts


def captured_token(settings: Settings) -> str | None:
    """Return the token of a pasted command."""
    request = copied_request(settings.given("cookie") or "")
    return next(filter(None, map(without_bearer, request.values("authorization"))), None) if request else None


def captured_host(request: Copied) -> str | None:
    """Return the host to which a copied request for the status goes, None for any other request."""
    return next((host for host in HOSTS if f"{host}{API}/credits/status" in request.urls), None)


def endpoints(
    call: Call, hosts: Sequence[str], cookies: Mapping[str, Cookies | None], token: str | None = None
) -> list[Endpoint]:
    """Return the hosts in order, each with its own cookies."""
    headers = CAPTURED | captured_headers(call.given_cookie, CAPTURED) | {"Origin": SITE, "Referer": SITE}
    sent = {host: found for host, found in cookies.items() if found and found.pairs}
    return [
        call.at(f"{host}{API}", bearer=token, cookies=sent.get(host), headers=headers, verdict=VERDICT)
        for host in hosts
    ]


async def from_one[T](hosts: Sequence[Endpoint], read: Callable[[Endpoint], Awaitable[T]]) -> T:
    """Return what the first host gives; the next one is asked where one is out of order."""
    *others, last = hosts
    for host in others:
        try:
            return await read(host)
        except OUT_OF_ORDER:
            continue
    return await read(last)


async def ask(path: str, query: Mapping[str, Any] | None, host: Endpoint) -> Json:
    """Return the answer of one host."""
    reply = await host.get(path, query=query)
    if reply.check(VERDICT).status != 200:
        raise Refused(f"{host.base.host} answered HTTP {reply.status}")
    return await reply.object()


# The token


@dataclass(frozen=True)
class Pass:
    """What a session is exchanged for: a token, and whose it is."""

    token: str
    account: str | None


async def read_with_session(call: Call, hosts: Sequence[str], session: Cookies) -> Reading:
    """Read the credits with a session; a token of it that was kept and is refused is exchanged for another."""
    sent = {host: session.for_url(URL(f"{host}{API}")) for host in hosts}
    kept: dict[str, tuple[Pass, datetime]] = call.memory.setdefault(_TOKENS, {})
    access, until = kept.get(session.header, (None, call.now))
    if access and until > call.now:
        try:
            return await read_credits(call, endpoints(call, hosts, sent, access.token), access.account)
        except AuthFailed:
            pass
    kept.clear()  # those of other sessions are of no more use either
    answer = await from_one(endpoints(call, hosts, sent), partial(ask, "login/", {"continue": f"{SITE}/"}))
    fresh = pass_of(answer)
    if ends := parse.moment(parse.jwt_claims(fresh.token).get("exp")):
        kept[session.header] = fresh, ends - MARGIN
    return await read_credits(call, endpoints(call, hosts, sent, fresh.token), fresh.account)


def pass_of(answer: Json) -> Pass:
    """Return the token and the e-mail of an exchange."""
    data = parse.mapping(answer.get("data"))
    token = parse.first_text(data, "nak")
    if not token:
        raise InvalidResponse("nak is missing")
    return Pass(token, parse.first_text(data.get("user_profile"), "email"))


# The credits


async def read_credits(call: Call, hosts: Sequence[Endpoint], account: str | None = None) -> Reading:
    """Read the budget, and the history as far as it can be had."""
    answer = await from_one(hosts, partial(ask, "credits/status", None))
    status = parse.need_mapping(parse.mapping(answer.get("data")).get("credit_status"), "credit_status")
    is_unlimited = status.get("is_unlimited") is True
    window = None if is_unlimited else budget(status)
    used = None if window else parse.number(status.get("used_credit"))
    if window is None and used is None and not is_unlimited:
        raise InvalidResponse("credit_status has neither budget_cap nor used_credit")
    overage = parse.number(status.get("overage_credit"))
    overage = overage if overage is not None and overage > 0 else None
    history = await call.optional(from_one(hosts, partial(read_history, call.now)))
    return Reading(
        account=account,
        plan="Unlimited" if is_unlimited else None,
        windows=(window,) if window else (),
        metrics=(
            *parse.known_metric("credits_used", "Credits used", used, "credits", MetricKind.COUNT),
            *parse.known_metric("overage", "Overage", overage, "credits", MetricKind.COUNT),
            *(() if history is None else spent(history, call.now)),
        ),
    )


def budget(status: Json) -> Window | None:
    """Return the credits of the cycle, None when they have no limit."""
    limit, used = parse.number(status.get("budget_cap")), parse.number(status.get("used_credit"))
    if limit is None or limit <= 0:
        return None
    starts, ends = parse.moment(status.get("cycle_start_date")), parse.moment(status.get("cycle_end_date"))
    return parse.counted(
        "credits",
        "Credits",
        unit="credits",
        used=used,
        limit=limit,
        remaining=parse.number(status.get("remaining_credit")),
        adds_up=False,
        duration=parse.duration((ends - starts).total_seconds()) if starts and ends else None,
        resets_at=ends,
    )


@dataclass(frozen=True)
class Use:
    """What a conversation cost, in credits, and when; each None when it does not count or cannot be read."""

    cost: float | None
    at: datetime | None


async def read_history(now: datetime, host: Endpoint) -> list[Use] | None:
    """Read the last 30 days from one host, newest first; None when they do not end within 20 pages."""
    start = now - timedelta(days=30)
    query = {
        "app_id": "demo_app",
        "limit": PAGE_RECORDS,
        "sort_by": "time",
        "sort_order": "desc",
        "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end_time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }
    uses: list[Use] = []
    for page in range(MAX_PAGES):
        data = parse.mapping((await ask("credits/history", {**query, "page": page}, host)).get("data"))
        found = [use_of(parse.mapping(each)) for each in parse.need_list(data.get("records"), "records")]
        uses += found
        total = parse.number(data.get("total")) or 0
        if (page + 1) * PAGE_RECORDS >= total or all(use.at and use.at < start for use in found):
            return uses
    return None


def use_of(record: Json) -> Use:
    """Return the use that a record tells of."""
    cost = parse.number(record.get("cost"))
    counts = cost is not None and cost >= 0 and record.get("is_deleted") is not True
    return Use(cost if counts else None, parse.moment(record.get("time")))


def spent(uses: Sequence[Use], now: datetime) -> Iterator[Metric]:
    """Yield what was spent today and in 30 days."""
    for key, name, start in (
        ("today", "Credits today", parse.midnight(now)),
        ("30d", "Credits, 30 days", parse.midnight(now, -29)),
    ):
        value = sum((use.cost for use in uses if use.cost is not None and use.at and use.at >= start), 0.0)
        yield Metric(id=f"credits_{key}", name=name, value=value, unit="credits", kind=MetricKind.COUNT)
