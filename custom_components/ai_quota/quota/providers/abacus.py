"""Abacus AI."""

from datetime import datetime
from functools import partial

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source
from ..http import Endpoint, Reply, Verdict
from ..model import AuthFailed, InvalidResponse, MetricKind, QuotaError, Reading
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import has_session, with_session

SITE = "https://apps.abacus.ai"
SIGN_IN_AGAIN = "sign in at apps.abacus.ai and copy the cookie again"
VERDICT = Verdict(auth=SIGN_IN_AGAIN, redirect=AuthFailed)
BILLING_SECONDS = 5

SESSION_COOKIES = ("sessionid", "session_id", "session_token", "auth_token", "access_token")
SESSION_PARTS = ("session", "auth", "sid", "jwt")
NO_SESSIONS = ("csrf", "_ga", "_gid", "tracking", "analytics")
"""What names begin with that may well contain one of the parts and are no sessions."""

SIGNED_OUT = ("expired", "session", "login", "authenticate", "unauthorized", "unauthenticated", "forbidden")
"""What the text of an error says, whatever its case, when the session is not accepted."""


def has_login(cookies: Cookies) -> bool:
    """Return whether one of the cookies looks like a session."""
    return any(is_login(name.lower()) for name, value in cookies.pairs.items() if value)


def is_login(name: str) -> bool:
    """Return whether a cookie of this name, in lower case, looks like a session."""
    if name in SESSION_COOKIES:
        return True
    return any(part in name for part in SESSION_PARTS) and not name.startswith(NO_SESSIONS)


class Abacus(Provider):
    """Abacus AI: the compute credits of an organization for the month.

    Source: the requests of https://apps.abacus.ai/chatllm/admin/compute-points-usage
    """

    id = "abacus"
    name = "Abacus AI"
    dashboard = f"{SITE}/chatllm/admin/compute-points-usage"
    missing = SIGN_IN_AGAIN
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "abacus.ai",
            "apps.abacus.ai",
            counts=has_login,
            help="Sign in, open the developer tools, Network, any request to apps.abacus.ai/api/, and copy it as cURL"
            " or its Cookie header.",
            link=SITE,
        ),
        cookie_source(),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers, whatever one fails with."""
        return await with_session(call, partial(read_organization, call), leads_on=(QuotaError,))


async def read_organization(call: Call, session: Cookies) -> Reading:
    """Read the credits, and the billing as far as it can be had."""
    site = call.at(
        f"{SITE}/api",
        cookies=session.all_at(URL(SITE)),
        headers={"Content-Type": "application/json"},
        verdict=VERDICT,
    )
    credits = await result_of(await site.get("_getOrganizationComputePoints"))
    billing = await call.optional(read_billing(site))
    return credits_reading(credits, billing or {}, call.now)


async def read_billing(site: Endpoint) -> Json:
    """Read plan and billing date."""
    return await result_of(await site.post("_getBillingInfo", json={}, timeout=BILLING_SECONDS))


async def result_of(reply: Reply) -> Json:
    """Return the result in an answer for somebody who is signed in; raises the failure that it means otherwise."""
    if reply.status == 200 and reply.is_page:
        raise AuthFailed(SIGN_IN_AGAIN)
    answer = await reply.check(VERDICT).object()
    result = answer.get("result")
    if answer.get("success") is True and isinstance(result, dict):
        return result
    said = (parse.first_text(answer, "error") or "").lower()
    if any(word in said for word in SIGNED_OUT):
        raise AuthFailed(SIGN_IN_AGAIN)
    raise InvalidResponse("success is not true or result is not an object")


# The answers


def credits_reading(credits: Json, billing: Json, now: datetime) -> Reading:
    """Return the credits with what the billing tells; raises InvalidResponse naming a figure that is missing."""
    total, left = parse.need_number(credits, "totalComputePoints"), parse.need_number(credits, "computePointsLeft")
    renewal = parse.moment(parse.text(billing.get("nextBillingDate")))
    if renewal and renewal <= now:
        renewal = None
    window = parse.counted(
        "monthly",
        "Monthly credits",
        unit="credits",
        limit=total,
        remaining=left,
        duration=parse.month_until(renewal),
        resets_at=renewal,
    )
    return Reading(
        plan=plan_name(parse.first_text(billing, "currentTier")),
        windows=(window,) if total > 0 else (),
        metrics=parse.known_metric("balance", "Credits left", left, "credits", MetricKind.BALANCE),
    )


def plan_name(tier: str | None) -> str | None:
    """Return a plan as a person would write it: a text all in one case gets capital first letters."""
    return tier.title() if tier and (tier.isupper() or tier.islower()) else tier
