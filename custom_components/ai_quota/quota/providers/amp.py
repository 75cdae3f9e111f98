"""Amp."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
import re
from zoneinfo import ZoneInfo

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, api_key, cookie, cookie_source, path
from ..http import Reply, Verdict, follow
from ..local import clean_environment, find_tool, plain, run
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

SITE = "https://ampcode.com"
DAY_ENDS = time(20)
# Where the free allowance begins anew; read here, as modules are imported off the event loop.
NEW_YORK = ZoneInfo("America/New_York")

PLACES = ("~/.local/bin/amp", "~/.amp/bin/amp", "/opt/homebrew/bin/amp", "/usr/local/bin/amp")
TOOL_SECONDS = 15
PAGE_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.9",
    "Origin": SITE,
    "Referer": f"{SITE}/settings",
    "User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Safari/537.36",
}
SIGNED_OUT = "signed out of ampcode.com: sign in and copy the cookie again"
PAGE = Verdict(auth=SIGNED_OUT, html=None)
TOKEN = Verdict(auth="the access token is invalid or has expired")

_LOGIN = re.compile(r"sign in|log in|login", re.IGNORECASE)
_MONEY = r"\$?\s*(-?[\d,]+(?:\.\d+)?)"
_PERCENT = r"(-?\d+(?:\.\d+)?)%"
_ACCOUNT = re.compile(r"\s*Signed in as\s+(\S+)", re.IGNORECASE)
_FREE_DOLLARS = re.compile(
    rf"\s*Amp Free:\s*{_MONEY}\s*/\s*{_MONEY}\s+remaining(?:.*?\+{_MONEY}\s*/\s*hour)?", re.IGNORECASE
)
_FREE_PERCENT = re.compile(
    rf"\s*Amp Free:\s*{_PERCENT}\s+remaining(?:\s+today)?(?P<daily>\s*\(resets daily\))?", re.IGNORECASE
)
_POOLS = rf"{_PERCENT}\s+other usage and\s+{_PERCENT}\s+orb usage remaining(?:.*?in\s+(\d+)\s+(day|month)s?)?"
_SUBSCRIPTION = re.compile(rf"\s*(?:Amp\s+(.+?)\s+Subscription|Subscription\s+(.+?)):\s*{_POOLS}", re.IGNORECASE)
_CREDITS = re.compile(rf"\s*Individual credits:\s*{_MONEY}\s+remaining", re.IGNORECASE)
_WORKSPACE = re.compile(rf"\s*Workspace\s+(.*?):\s*{_MONEY}\s+remaining", re.IGNORECASE)
_MARKERS = (re.compile(r"\bfreeTierUsage\b"), re.compile(r"""(["'])[^"']*getFreeTierUsage[^"']*\1"""))


async def has_tool(provider: Amp, call: Call) -> bool:
    """Return whether the tool is there."""
    return await tool(call) is not None


class Amp(Provider):
    """Amp: the daily free allowance, the pools of a subscription, and credit balances.

    Source: `amp usage`, https://ampcode.com/settings/usage
    """

    id = "amp"
    name = "Amp"
    dashboard = f"{SITE}/settings/usage"
    status = StatusLink("https://ampcodestatus.com", "statuspage")
    missing = "run `amp login` on this machine, or give an access token or the session cookie"
    every = Every(default=5, minimum=3)
    fields = (
        api_key("AMP_API_KEY", help="Settings, Access tokens.", link=f"{SITE}/settings"),
        path("cli_path", "AMP_CLI_PATH", help="Only when amp is not on the PATH."),
        cookie(
            "ampcode.com",
            "www.ampcode.com",
            names=("session",),
            help="Sign in, open the settings with the developer tools, Network, the request settings,"
            " and copy it as cURL. It holds the free allowance only; a token tells more.",
            link=f"{SITE}/settings",
        ),
        cookie_source(),
    )

    @strategy("cli", when=has_tool, absent="amp is not installed on this machine", machine=True)
    async def cli(self, call: Call) -> Reading:
        """Ask the tool."""
        program = await tool(call)
        if program is None:
            raise AuthFailed(self.missing)
        env = clean_environment(call.env, "AMP_", NO_COLOR="1")
        finished = await run([program, "usage"], env=env, seconds=TOOL_SECONDS)
        text = plain(finished.stdout if finished.stdout.strip() else finished.stderr)
        if is_signed_out(text):
            raise AuthFailed("amp is signed out: run `amp login`")
        if finished.exit != 0 or not text.strip():
            raise Unavailable(
                f"amp did not finish in {TOOL_SECONDS} seconds"
                if finished.exit is None
                else f"amp ended with status {finished.exit} and without figures"
            )
        return reading_of(text, call.now)

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Ask for the text that the tool shows."""
        api = call.at(SITE, bearer=call["api_key"], verdict=TOKEN)
        question = {"method": "userDisplayBalanceInfo", "params": {}}
        answer = await api.post_object("api/internal?userDisplayBalanceInfo", json=question)
        return reading_of(plain(display_text(answer)), call.now)

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read the settings page with the session that was pasted, else with those of the browsers."""
        return await with_session(call, partial(read_settings, call))


async def tool(call: Call) -> Path | None:
    """Return the program."""
    return await find_tool("amp", call.get("cli_path"), env=call.env, home=call.home, places=PLACES)


def display_text(answer: Json) -> str:
    """Return the text of an answer."""
    if answer.get("ok") is False:
        error = parse.mapping(answer.get("error"))
        if error.get("code") == "auth-required":
            raise AuthFailed(TOKEN.auth)
        raise InvalidResponse(parse.first_text(error, "message") or "Amp reports a failure without words")
    text = parse.first_text(answer.get("result"), "displayText")
    if text is None:
        raise InvalidResponse("result.displayText is missing")
    return text


# The usage text


@dataclass
class Usage:
    """What the lines of the text tell."""

    account: str | None = None
    plan: str | None = None
    free: Window | None = None
    free_share: Window | None = None
    pools: list[Window] = field(default_factory=list)
    balances: list[Metric] = field(default_factory=list)
    found: bool = False


def is_signed_out(text: str) -> bool:
    """Return whether a text asks to sign in; an account whose name says so is signed in."""
    return not any(map(_ACCOUNT.match, text.splitlines())) and bool(_LOGIN.search(text))


def reading_of(text: str, now: datetime) -> Reading:
    """Return the figures of the text."""
    usage = Usage()
    for line in text.splitlines():
        read_line(line, usage, now)
    if not usage.found:
        raise InvalidResponse("the usage text has none of the known figures")
    free = usage.free or usage.free_share
    windows = ((free,) if free else ()) + tuple(usage.pools)
    return Reading(
        account=usage.account,
        plan=usage.plan or ("Amp Free" if free else None),
        windows=windows,
        metrics=tuple(usage.balances),
    )


def read_line(line: str, usage: Usage, now: datetime) -> None:
    """Add what one line tells."""
    if match := _ACCOUNT.match(line):
        usage.account = match[1]
        return
    if match := _FREE_DOLLARS.match(line):
        left, quota, rate = (parse.number(part) for part in match.groups())
        usage.free = free_window(quota, None, left, rate, None, now)
    elif match := _FREE_PERCENT.match(line):
        usage.free_share = Window(
            id="daily",
            name="Amp Free",
            used_percent=100 - float(match[1]),
            duration=parse.DAY,
            resets_at=day_end(now) if match["daily"] else None,
        )
    elif match := _SUBSCRIPTION.match(line):
        usage.plan = match[1] or match[2]
        ends = renewal(now, match[5], match[6])
        usage.pools = [
            Window(id="monthly_other", name="Other usage", used_percent=100 - float(match[3]), resets_at=ends),
            Window(id="monthly_orb", name="Orb usage", used_percent=100 - float(match[4]), resets_at=ends),
        ]
    elif match := _CREDITS.match(line):
        usage.balances += dollars("balance", "Individual credits", match[1])
    elif match := _WORKSPACE.match(line):
        id = f"balance_{parse.slug(match[1]) or 'workspace'}"
        alike = sum(re.fullmatch(rf"{id}(_\d+)?", each.id) is not None for each in usage.balances)
        usage.balances += dollars(f"{id}_{alike + 1}" if alike else id, f"Workspace {match[1]}", match[2])
    else:
        return
    usage.found = True


def dollars(id: str, name: str, amount: str) -> tuple[Metric, ...]:
    """Return a balance."""
    return parse.known_metric(id, name, parse.number(amount), "USD", MetricKind.BALANCE)


def free_window(
    quota: float | None,
    used: float | None,
    left: float | None,
    rate: float | None,
    duration: timedelta | None,
    now: datetime,
) -> Window | None:
    """Return the free allowance in dollars; it is full again when what was used has flowed back."""
    if quota is None or quota <= 0:
        return None
    if used is None and left is not None:
        used = max(0.0, quota - left)
    full = None
    if used is not None and rate and rate > 0:
        full = (now + timedelta(hours=used / rate)).replace(second=0, microsecond=0)
        duration = duration or timedelta(hours=max(1, round(quota / rate)))
    return parse.counted(
        "daily", "Amp Free", unit="USD", used=used, limit=quota, remaining=left, duration=duration, resets_at=full
    )


def day_end(now: datetime) -> datetime:
    """Return the next end of the free allowance's day."""
    local = now.astimezone(NEW_YORK)
    day = local.date() + timedelta(days=local.timetz().replace(tzinfo=None) >= DAY_ENDS)
    return datetime.combine(day, DAY_ENDS, NEW_YORK).astimezone(UTC)


def renewal(now: datetime, count: str | None, unit: str | None) -> datetime | None:
    """Return when a subscription is renewed, to the hour."""
    if count is None or unit is None:
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    try:
        return hour + timedelta(days=int(count)) if unit.lower() == "day" else parse.add_months(hour, int(count))
    except OverflowError, ValueError:
        return None


# The settings page


async def read_settings(call: Call, session: Cookies) -> Reading:
    """Read the free allowance from the settings page."""
    sent = session.only("session")
    if sent is None:
        raise AuthFailed("the cookie session is missing")
    reply = await page(call, sent, URL(f"{SITE}/settings"))
    usage = free_tier(reply.text)
    if usage is None:
        if _LOGIN.search(reply.text):
            raise AuthFailed(SIGNED_OUT)
        raise InvalidResponse("the page no longer carries freeTierUsage; use an access token")
    quota, used, rate, hours = usage
    duration = timedelta(hours=hours) if hours else None
    window = free_window(quota / 100, used / 100, None, rate / 100, duration, call.now)
    if window and not duration:
        window = parse.counted(
            "daily", "Amp Free", unit="USD", used=window.used, limit=window.limit, resets_at=window.resets_at
        )
    return Reading(plan="Amp Free" if window else None, windows=(window,) if window else ())


async def page(call: Call, session: Cookies, address: URL) -> Reply:
    """Return a page of Amp; redirects are followed among its own hosts, but not to a login."""

    async def ask(address: URL) -> Reply:
        return await call.at(address, cookies=session, headers=PAGE_HEADERS, verdict=PAGE).get()

    return (await follow(address, ask, check_redirect)).check(PAGE)


def check_redirect(target: URL) -> None:
    """Raise what a redirect to this address means when it is not to be followed."""
    if is_login(target):
        raise AuthFailed(SIGNED_OUT)
    if not is_amp(target):
        raise InvalidResponse(f"the page redirects to {target.host}")


def is_amp(address: URL) -> bool:
    """Return whether an address is one of Amp's."""
    host = address.host or ""
    return address.scheme == "https" and (host == "ampcode.com" or host.endswith(".ampcode.com"))


def is_login(address: URL) -> bool:
    """Return whether an address asks to sign in."""
    parts = {part.lower() for part in address.path.split("/")}
    query = address.query_string.lower()
    back = any(word in query for word in ("returnto=", "redirect=", "redirectto="))
    return address.host == "auth.ampcode.com" or (
        is_amp(address) and (bool(parts & {"login", "signin", "sign-in"}) or ("auth" in parts and back))
    )


def free_tier(html: str) -> tuple[float, float, float, float | None] | None:
    """Return quota, used and hourly rate in US cents, and the hours of the window; None where the page has none."""
    for marker in _MARKERS:
        for match in marker.finditer(html):
            start = html.find("{", match.end())
            body = braced(html, start) if start >= 0 else None
            if body is None:
                continue
            quota, used, rate, hours = (
                figure(body, name) for name in ("quota", "used", "hourlyReplenishment", "windowHours")
            )
            if quota is not None and used is not None and rate is not None:
                return quota, used, rate, hours
    return None


def braced(text: str, start: int) -> str | None:
    """Return the text from an opening brace to the one that closes it; strings are skipped."""
    depth = 0
    for match in re.compile(r"""[{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL).finditer(text, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[start : match.end()]
    return None


def figure(body: str, name: str) -> float | None:
    """Return the number behind a name."""
    match = re.search(rf"""\b{name}["']?\s*:\s*(-?[\d.]+(?:[eE][+-]?\d+)?)""", body)
    return parse.number(match[1]) if match else None
