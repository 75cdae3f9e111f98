"""T3 Chat."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
import json

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, captured_headers, cookie, cookie_source
from ..http import Reply, Verdict, chrome_on_mac
from ..model import AuthFailed, InvalidResponse, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import has_session, with_session

SITE = "https://t3.chat"
CUSTOMIZATION = f"{SITE}/settings/customization"
SIGN_IN_AGAIN = "the session has expired: sign in at t3.chat and paste the request again"
VERDICT = Verdict(auth=SIGN_IN_AGAIN, redirect=AuthFailed)

QUERY = {
    "batch": "1",
    "input": '{"0":{"json":{"sessionId":null},"meta":{"values":{"sessionId":["undefined"]}}}}',
}
HEADERS = {
    "Accept": "*/*",
    "Accept-Language": "en-US,en;q=0.9",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Priority": "u=4",
    "Referer": CUSTOMIZATION,
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": chrome_on_mac(143),
    "trpc-accept": "application/jsonl",
    "x-trpc-batch": "true",
    "x-trpc-source": "web-client",
}
CAPTURED = (*HEADERS, "X-Deployment-Id", "x-client-context")
"""What is sent as a pasted command has it: the site's bot check looks at it."""

FOUR_HOURS = timedelta(hours=4)


class T3Chat(Provider):
    """T3 Chat: the base allowance of four hours, and the monthly overage.

    Source: the requests of https://t3.chat/settings/customization
    """

    id = "t3_chat"
    name = "T3 Chat"
    dashboard = CUSTOMIZATION
    missing = "sign in at t3.chat and paste a getCustomerData request, copied as cURL"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "t3.chat",
            "www.t3.chat",
            help="Sign in, open the developer tools, Network, reload, the request getCustomerData, Copy as cURL:"
            " paste the whole command.",
            link=CUSTOMIZATION,
        ),
        cookie_source(),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers."""
        return await with_session(call, partial(read_customer, call))


async def read_customer(call: Call, session: Cookies) -> Reading:
    """Read what the site tells of the customer."""
    headers = {**HEADERS, **captured_headers(call.get("cookie"), CAPTURED), "Origin": SITE}
    site = call.at(f"{SITE}/api/trpc", cookies=session.all_at(URL(SITE)), headers=headers)
    reply = accepted(await site.get("getCustomerData", query=QUERY))
    return customer_reading(await asyncio.to_thread(customer_in, reply.text), call.now)


def accepted(reply: Reply) -> Reply:
    """Return an answer for somebody who is signed in; raises the failure that it means otherwise."""
    if reply.status == 429 and reply.headers.get("x-vercel-mitigated") == "challenge":
        raise AuthFailed("Vercel's bot check stopped the request: paste the whole cURL command, not only the cookie")
    if reply.status == 200 and reply.is_html:
        raise AuthFailed(SIGN_IN_AGAIN)
    return reply.check(VERDICT)


# The customer


def customer_in(lines: str) -> Json:
    """Return the first object in lines of JSON that tells of a customer; raises InvalidResponse without one."""
    for line in lines.split("\n"):
        try:
            document = json.loads(line)
        except ValueError, RecursionError:
            continue
        for found in parse.objects(document):
            if is_customer(found):
                return found
    raise InvalidResponse("there is no customer: neither usageFourHourPercentage nor usageMonthPercentage")


def is_customer(found: Json) -> bool:
    """Return whether an object tells of a customer."""
    if "usageFourHourPercentage" in found or "usageMonthPercentage" in found:
        return True
    return found.get("subscription") is not None and "usageBand" in found


def customer_reading(customer: Json, now: datetime) -> Reading:
    """Return plan and windows of a customer; raises InvalidResponse when there is nothing of both."""
    subscription = parse.mapping(customer.get("subscription"))
    plan = plan_name(parse.first_text(subscription, "productName") or parse.first_text(customer, "subTier") or "")
    windows = tuple(known_windows(customer, subscription, now))
    if not windows and not plan:
        raise InvalidResponse("the customer has neither usage nor a plan: usageFourHourPercentage, subTier")
    return Reading(plan=plan, windows=windows)


def known_windows(customer: Json, subscription: Json, now: datetime) -> Iterator[Window]:
    """Yield the windows of which the usage or the reset is known."""
    next_reset = first_moment(customer, "usageFourHourNextResetAt", "usageWindowNextResetAt")
    for window in (
        Window(
            id="session",
            name="Base",
            used_percent=parse.number(customer.get("usageFourHourPercentage")),
            duration=FOUR_HOURS,
            resets_at=next_reset,
        ),
        Window(
            id="monthly",
            name="Overage",
            used_percent=parse.first_number(customer, "usageMonthPercentage", "usagePeriodPercentage"),
            resets_at=first_moment(subscription, "currentPeriodEnd"),
        ),
    ):
        if window.used_percent is not None or (window.resets_at and window.resets_at > now):
            yield window


def first_moment(source: Json, *keys: str) -> datetime | None:
    """Return the first of the keys' times, in Unix milliseconds or seconds, that is one."""
    return next((found for key in keys if (found := parse.moment(source.get(key)))), None)


def plan_name(code: str) -> str | None:
    """Return a plan as a person would write it, None for an empty one."""
    return " ".join(part[0].upper() + part[1:] for part in code.split("-") if part) or None
