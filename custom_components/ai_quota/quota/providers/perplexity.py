"""Perplexity."""

from collections.abc import Iterator
from datetime import datetime
import re
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source
from ..http import Reply, Verdict, chrome_on_mac
from ..model import AuthFailed, InvalidResponse, MetricKind, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

SITE = "https://www.perplexity.ai"
USAGE = f"{SITE}/account/usage"
SIGN_IN_AGAIN = "sign in at perplexity.ai and copy the cookie again"
VERDICT = Verdict(auth=SIGN_IN_AGAIN)
VERSION = {"version": "2.18", "source": "default"}
HEADERS = {"Origin": SITE, "Referer": USAGE, "User-Agent": chrome_on_mac(143)}

SESSION_COOKIES = (
    "__Secure-authjs.session-token",
    "authjs.session-token",
    "__Secure-next-auth.session-token",
    "next-auth.session-token",
)
"""The names under which the site may know a session, the likeliest first."""

ANY_NAME = "*"
"""What a token is called whose name was not pasted with it."""


class Refused(AuthFailed):
    """Perplexity does not accept this session; another one may do."""


def sessions_in(cookies: Cookies) -> list[Cookies]:
    """Return what to send, one cookie at a time: the most preferred session, or a bare token under each name."""
    if token := cookies.get(ANY_NAME):
        return [Cookies({name: token}) for name in SESSION_COOKIES]
    for name in SESSION_COOKIES:
        for key, value in cookies.pairs.items():
            if value and key.lower() == name.lower():
                return [Cookies({key: value})]
        if joined := joined_pieces(cookies, name):
            return [joined]
    return []


def joined_pieces(cookies: Cookies, name: str) -> Cookies | None:
    """Return the cookie of this name that was cut into pieces, numbered from 0; None when one is missing."""
    pieces = {}
    for key, value in cookies.pairs.items():
        if value and (found := re.fullmatch(rf"({re.escape(name)})\.(\d+)", key, re.IGNORECASE)):
            pieces[int(found[2])] = found[1], value
    if not pieces or sorted(pieces) != list(range(len(pieces))):
        return None
    return Cookies({pieces[0][0]: "".join(pieces[number][1] for number in sorted(pieces))})


def has_token(cookies: Cookies) -> bool:
    """Return whether the cookies hold a session."""
    return bool(sessions_in(cookies))


class Perplexity(Provider):
    """Perplexity: the plan's monthly credits, bonus and purchased ones, and the balance.

    Source: the requests of https://www.perplexity.ai/account/usage
    """

    id = "perplexity"
    name = "Perplexity"
    dashboard = USAGE
    status = StatusLink("https://status.perplexity.com", "instatus", ("Website",))
    missing = SIGN_IN_AGAIN
    every = Every(default=15, minimum=5)
    fields = (
        cookie(
            "www.perplexity.ai",
            "perplexity.ai",
            counts=has_token,
            bare=ANY_NAME,
            env=("PERPLEXITY_SESSION_TOKEN", "PERPLEXITY_COOKIE"),
            env_last=True,
            help="Sign in at www.perplexity.ai, then developer tools, Application, Cookies,"
            " https://www.perplexity.ai: the value of the cookie that ends in session-token.",
            link=SITE,
        ),
        cookie_source(),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers and of the environment."""
        tried: set[str] = set()

        async def read(cookies: Cookies) -> Reading:
            for session in sessions_in(cookies):
                if session.header in tried:
                    continue
                tried.add(session.header)
                try:
                    return await read_credits(call, session)
                except Refused:
                    continue
            raise Refused(SIGN_IN_AGAIN)

        return await with_session(call, read, leads_on=(Refused,))


async def read_credits(call: Call, session: Cookies) -> Reading:
    """Read the credits of a session; raises Refused when it is not accepted."""
    site = call.at(f"{SITE}/rest/billing", cookies=session, headers=HEADERS)
    reply = accepted(await site.get("credits", query=VERSION))
    return credits_reading(await reply.object(), call.now)


def accepted(reply: Reply) -> Reply:
    """Return an answer for a session that is accepted; raises the failure that it means otherwise."""
    if reply.status == 403 and reply.headers.get("cf-mitigated") == "challenge":
        raise Unavailable("Perplexity's bot protection stopped the request; the session may be fine")
    if reply.status in (401, 403):
        raise Refused(f"{SIGN_IN_AGAIN} (HTTP {reply.status})")
    if reply.is_redirect or (reply.status == 200 and reply.is_page):
        raise AuthFailed(SIGN_IN_AGAIN)
    return reply.check(VERDICT)


# The credits

MAX_CREDITS = 5000
"""What the plan Max begins with, in credits of a month."""


def credits_reading(answer: Json, now: datetime) -> Reading:
    """Return pools and balance; a credit is a cent, so that the figures are credits as they stand.

    Raises InvalidResponse when the grants or the usage are missing.
    """
    listed = parse.need_list(parse.either_case(answer, "credit_grants"), "credit_grants")
    usage = amount(answer, "total_usage_cents")
    if usage is None:
        raise InvalidResponse("total_usage_cents is missing or not a number")
    balance = amount(answer, "balance_cents")
    grants = [parse.mapping(each) for each in listed]
    recurring = total(of_type(grants, "recurring"))
    return Reading(
        plan=None if recurring == 0 else "Pro" if recurring < MAX_CREDITS else "Max",
        windows=tuple(window for window in pools(answer, grants, usage, now) if window.limit),
        metrics=(
            *parse.known_metric("balance", "Balance", balance, "credits", MetricKind.BALANCE),
            *parse.known_metric("usage", "Usage this period", usage, "credits", MetricKind.COUNT),
        ),
    )


def pools(answer: Json, grants: list[Json], usage: float, now: datetime) -> Iterator[Window]:
    """Yield the pools of credits in the order in which they are used up, empty ones too."""
    bonuses = [grant for grant in of_type(grants, "promotional") if is_valid(grant, now)]
    bought = max(total(of_type(grants, "purchased")), amount(answer, "current_period_purchased_cents") or 0)
    renewal = parse.moment(parse.either_case(answer, "renewal_date_ts"))
    expiries = [moment for grant in bonuses if (moment := parse.moment(expiry(grant)))]
    for id, name, limit, resets_at, expires_at in (
        ("monthly", "Monthly credits", total(of_type(grants, "recurring")), renewal, None),
        ("purchased", "Purchased credits", bought, None, None),
        ("bonus", "Bonus credits", total(bonuses), None, min(expiries, default=None)),
    ):
        used = min(max(0.0, usage), limit)
        usage -= used
        yield parse.counted(
            id, name, unit="credits", used=used, limit=limit, resets_at=resets_at, expires_at=expires_at
        )


def of_type(grants: list[Json], name: str) -> list[Json]:
    """Return the grants of one type."""
    return [grant for grant in grants if grant.get("type") == name]


def total(grants: list[Json]) -> float:
    """Return what the grants add up to, at least 0."""
    return max(0.0, sum(amount(grant, "amount_cents") or 0 for grant in grants))


def is_valid(grant: Json, now: datetime) -> bool:
    """Return whether a grant has not expired; one without a time never does."""
    ends = expiry(grant)
    return ends is None or (parse.number(ends) or 0) > now.timestamp()


def expiry(grant: Json) -> Any:
    """Return when a grant expires, in Unix seconds."""
    return parse.either_case(grant, "expires_at_ts")


def amount(source: Json, key: str) -> float | None:
    """Return a number of credits, None where there is none."""
    value = parse.either_case(source, key)
    return None if isinstance(value, str) else parse.number(value)
