"""Augment."""

from datetime import UTC, datetime
from functools import partial
import os
from pathlib import Path
import re

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source, path
from ..http import Verdict
from ..local import clean_environment, find_tool, run
from ..model import AuthFailed, InvalidResponse, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

SITE = "https://app.augmentcode.com"
VERDICT = Verdict(
    auth="signed out of Augment: sign in at app.augmentcode.com and copy the cookie again",
    redirect=AuthFailed,
    html=AuthFailed,
)
PLANS = ("free", "community", "indie", "pro", "team", "enterprise")
TOOL_SECONDS = 15
SIGNED_OUT = ("authentication failed", "auggie login")

_COUNT = r"(\d[\d,]*)"
_LEFT = re.compile(rf"{_COUNT}\s+credits\s+remaining", re.IGNORECASE)
_LEFT_BESIDE_USED = re.compile(rf"{_COUNT}\s+remaining", re.IGNORECASE)
_USED = re.compile(rf"{_COUNT}\s*/\s*{_COUNT}\s+credits\s+used", re.IGNORECASE)
_PLAN_TOTAL = re.compile(rf"{_COUNT}\s+credits\s*/\s*month", re.IGNORECASE)
_ENDS = re.compile(r"ends\s+(\d{1,2})/(\d{1,2})/(\d{4})", re.IGNORECASE)
_PLAN = re.compile(r"(\w+)\s+Plan\b")


async def has_tool(provider: Augment, call: Call) -> bool:
    """Return whether the tool is there."""
    return await tool(call) is not None


class Augment(Provider):
    """Augment Code: the credits of the billing month and the plan.

    Source: the requests of https://app.augmentcode.com/account/subscription, and `auggie account status`
    """

    id = "augment"
    name = "Augment"
    dashboard = "https://app.augmentcode.com/account/subscription"
    status = StatusLink("https://status.augmentcode.com", "statuspage")
    missing = "run `auggie login` on this machine, or paste the Cookie header of app.augmentcode.com"
    every = Every(default=5, minimum=3)
    fields = (
        path("cli_path", "AUGGIE_CLI_PATH", help="Only when auggie is not on the PATH."),
        cookie(
            "augmentcode.com",
            "app.augmentcode.com",
            names=(
                "_session",
                "session",
                "web_rpc_proxy_session",
                "auth0",
                "auth0.is.authenticated",
                "a0.spajs.txs",
                "__Secure-next-auth.session-token",
                "next-auth.session-token",
                "__Secure-authjs.session-token",
                "authjs.session-token",
                "__Host-authjs.csrf-token",
            ),
            help="Sign in at app.augmentcode.com, open the developer tools, Network, a request to"
            " app.augmentcode.com/api, and copy it as cURL.",
            link="https://app.augmentcode.com/account/subscription",
        ),
        cookie_source(),
    )

    @strategy(
        "cli",
        when=has_tool,
        absent="auggie is not installed on this machine",
        machine=True,
        every=Every(default=15, minimum=5),
    )
    async def cli(self, call: Call) -> Reading:
        """Ask the tool."""
        program = await tool(call)
        if program is None:
            raise AuthFailed(self.missing)
        env = clean_environment(call.env, "AUGGIE", "AUGMENT")
        # A Node program is of no use without node, which often lies beside it.
        env["PATH"] = os.pathsep.join(filter(None, (str(program.parent), env.get("PATH"))))
        finished = await run([program, "account", "status"], env=env, seconds=TOOL_SECONDS)
        if any(words in finished.output.lower() for words in SIGNED_OUT):
            raise AuthFailed("auggie is signed out: run `auggie login`")
        if finished.exit is None:
            raise Unavailable(f"auggie did not finish in {TOOL_SECONDS} seconds")
        if finished.exit != 0 or not finished.stdout.strip():
            raise Unavailable(f"auggie ended with status {finished.exit} and without figures")
        return status_of(finished.stdout)

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers."""
        return await with_session(call, partial(read_account, call))


async def tool(call: Call) -> Path | None:
    """Return the program."""
    return await find_tool("auggie", call.get("cli_path"), env=call.env, home=call.home)


async def read_account(call: Call, session: Cookies) -> Reading:
    """Read the credits of a session, and its subscription where that can be had."""
    site = call.at(SITE, cookies=session, verdict=VERDICT)
    credits = await site.get_object("api/credits")
    subscription = await call.optional(site.get_object("api/subscription")) or {}
    return Reading(
        account=parse.first_text(subscription, "email"),
        organization=parse.first_text(subscription, "organization"),
        plan=plan_name(parse.first_text(subscription, "planName")),
        windows=(credits_window(credits, parse.moment(subscription.get("billingPeriodEnd"))),),
    )


def credits_window(answer: Json, resets_at: datetime | None) -> Window:
    """Return the month's credits; the three figures need not add up, and each is shown as given."""
    left, used, limit = (
        parse.number(answer.get(f"usageUnits{name}")) for name in ("Remaining", "ConsumedThisBillingCycle", "Available")
    )
    if left is None and used is None and limit is None:
        raise InvalidResponse(
            "usageUnitsRemaining, usageUnitsConsumedThisBillingCycle and usageUnitsAvailable are missing"
        )
    if limit is not None and limit <= 0:
        limit = None
    return monthly(used, limit, left, resets_at)


def monthly(used: float | None, limit: float | None, left: float | None, resets_at: datetime | None) -> Window:
    """Return the month's credits from what is known of them."""
    return parse.counted(
        "monthly", "Monthly credits", unit="credits", used=used, limit=limit, remaining=left, resets_at=resets_at
    )


def plan_name(written: str | None) -> str | None:
    """Return a plan's name without the word Plan at its end."""
    name = re.sub(r"\s*\bPlan$", "", written or "").strip()
    return (name.capitalize() if name in PLANS else name) or None


def status_of(output: str) -> Reading:
    """Return what the tool says of the account, in its present and its older layout."""
    text = re.sub(r"[\u2500-\u257f]", " ", output)
    lines = [line for line in text.splitlines() if "billing cycle" not in line.lower()]
    figures = "\n".join(lines)
    beside_used = "\n".join(line for line in lines if "credits used" in line.lower())
    left = first_count(_LEFT, figures)
    if left is None:
        left = first_count(_LEFT_BESIDE_USED, beside_used)
    used_of = _USED.search(figures)
    total = parse.number(used_of[2]) if used_of else first_count(_PLAN_TOTAL, figures)
    if left is None or total is None:
        raise InvalidResponse("auggie's output has no remaining credits or no total")
    used = parse.number(used_of[1]) if used_of else max(0.0, total - left)
    plan = _PLAN.search(text)
    ends = _ENDS.search(text)
    return Reading(
        plan=plan[1] if plan else None,
        windows=(monthly(used, total, left, day(ends) if ends else None),),
    )


def first_count(pattern: re.Pattern[str], text: str) -> float | None:
    """Return the first number of this pattern."""
    found = pattern.search(text)
    return parse.number(found[1]) if found else None


def day(written: re.Match[str]) -> datetime | None:
    """Return the first moment of a day that is written month first."""
    month, day_of_month, year = (int(part) for part in written.groups())
    try:
        return datetime(year, month, day_of_month, tzinfo=UTC)
    except ValueError:
        return None
