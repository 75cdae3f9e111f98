"""Ollama."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import html
import re

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, api_key, cookie, cookie_source, unquoted
from ..http import Endpoint, Reply, Verdict, chrome_on_mac, follow
from ..model import AuthFailed, InvalidResponse, MetricKind, QuotaError, RateLimited, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import has_session, with_session

SITE = "https://ollama.com"
SETTINGS = f"{SITE}/settings"
SIGN_IN = f"{SITE}/signin"

SESSION_COOKIE = re.compile(
    r"(__Secure-)?session|(__Host-)?ollama_session|wos-session|(__Secure-)?next-auth\.session-token(\.\d+)?", re.ASCII
)
BARE = "__Secure-session"

PAGE = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.9",
    "Origin": SITE,
    "Referer": SETTINGS,
    "User-Agent": chrome_on_mac(143),
}

SIGNED_OUT = f"signed out of ollama.com: sign in at {SIGN_IN} and copy the cookie again"
PAGE_VERDICT = Verdict(auth=SIGNED_OUT, html=None)
KEY_VERDICT = Verdict(auth="the API key is invalid or was revoked: make a new one")


class NoUsage(InvalidResponse):
    """The page has no usage figures."""


def session_header(pasted: str) -> str:
    """Return what was pasted; one value without a known name, which may hold `=`, gets the name of the session."""
    value = re.sub(r"^cookie\s*:\s*", "", unquoted(pasted), flags=re.IGNORECASE)
    is_header = ";" in value or re.match(r"(curl(\.exe)?|-\S+)\s", value)
    name, equals, _ = value.partition("=")
    is_named = equals and SESSION_COOKIE.fullmatch(name.strip())
    return value if not value or is_header or is_named else f"{BARE}={value}"


def is_session(cookies: Cookies) -> bool:
    """Return whether one of the cookies is that of a session."""
    return any(value and SESSION_COOKIE.fullmatch(name) for name, value in cookies.pairs.items())


class Ollama(Provider):
    """Ollama Cloud: session and weekly use of an account, monthly use where it is billed in credits.

    Sources: https://ollama.com/settings and the usage API named in https://github.com/ollama/ollama/issues/12532
    """

    id = "ollama"
    name = "Ollama"
    dashboard = SETTINGS
    missing = f"paste the cookie of {SETTINGS} or give an API key"
    fields = (
        cookie(
            "ollama.com",
            "www.ollama.com",
            counts=is_session,
            clean=session_header,
            help="Sign in at ollama.com, open the settings, then the developer tools, Network, the request settings,"
            " Copy as cURL.",
            link=SETTINGS,
        ),
        cookie_source(),
        api_key("OLLAMA_API_KEY", "OLLAMA_KEY", help="Settings, Keys, Add API key.", link=f"{SITE}/settings/keys"),
    )

    @strategy("web", when=has_session, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read the settings page with the session that was pasted, or with those of the browsers."""
        return await with_session(call, partial(read_settings, call), leads_on=(AuthFailed, NoUsage))

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Ask for the usage; where Ollama serves none, prove the key and count the models."""
        api = call.at(f"{SITE}/api", bearer=call["api_key"], timeout=20, verdict=KEY_VERDICT)
        usage = usage_reading(await read_usage(api))
        if usage.windows:
            return usage
        await check_key(api)
        models = parse.need_list((await api.get_object("tags")).get("models"), "models")
        return Reading(
            metrics=parse.known_metric("models", "Cloud models", float(len(models)), "models", MetricKind.COUNT)
        )


# The settings page


async def read_settings(call: Call, cookies: Cookies) -> Reading:
    """Read the settings page with the cookies of one session; raises NoUsage when it is another page."""
    if not is_session(cookies):
        raise AuthFailed(f"the cookie has no session, such as {BARE} or wos-session: sign in at {SIGN_IN}")
    reply = await read_page(call, cookies)
    page = reply.text
    if windows := tuple(usage_windows(page)):
        return Reading(account=email_in(page), plan=plan_in(page), windows=windows)
    if reply.is_challenge:
        reply.check(PAGE_VERDICT)
    if is_signed_out(page):
        raise AuthFailed(SIGNED_OUT)
    raise NoUsage("the settings page has no usage figures")


async def read_page(call: Call, cookies: Cookies) -> Reply:
    """Return the settings page, after redirects among the hosts of Ollama; the cookies go nowhere else."""

    async def ask(url: URL) -> Reply:
        site = call.at(url.origin(), cookies=cookies.all_at(url), headers=PAGE, verdict=PAGE_VERDICT)
        return await site.get(str(url))

    reply = await follow(URL(SETTINGS), ask, check_redirect)
    return reply if reply.status == 200 else reply.check(PAGE_VERDICT)


def check_redirect(target: URL) -> None:
    """Raise what a redirect to this address means when it is not to be followed."""
    if is_sign_in(target):
        raise AuthFailed(SIGNED_OUT)
    if not is_own(target):
        raise InvalidResponse(f"ollama.com redirects to {target.host}")


def is_sign_in(url: URL) -> bool:
    """Return whether a redirect leads to the sign-in."""
    host, path = url.host or "", url.path.rstrip("/")
    return (
        (host in ("ollama.com", "www.ollama.com") and path == "/signin")
        or host == "signin.ollama.com"
        or (host.endswith(".workos.com") and path.startswith("/user_management/authorize"))
    )


def is_own(url: URL) -> bool:
    """Return whether an address is one of Ollama's, to which the cookies may go."""
    host = url.host or ""
    is_safe = url.scheme == "https" and url.is_default_port()
    return is_safe and (host == "ollama.com" or host.endswith(".ollama.com"))


@dataclass(frozen=True)
class Limit:
    """A limit: its id, its name, and its length by the labels that the page may give it."""

    id: str
    name: str
    labels: Mapping[str, timedelta | None]


LIMITS = (
    Limit("session", "Session", {"Session usage": parse.HOURS_5, "Hourly usage": None}),
    Limit("weekly", "Weekly", {"Weekly usage": parse.WEEK}),
    Limit("monthly", "Monthly", {"Monthly usage": None}),
)
LABELS = [label for limit in LIMITS for label in limit.labels]

BLOCK_LENGTH = 4000
NUMBER = r"(-?(?:\d[\d,]*(?:\.\d+)?|\.\d+))"
PERCENTAGES = (
    re.compile(rf"{NUMBER}\s*%\s*used", re.IGNORECASE),
    re.compile(rf"width:\s*{NUMBER}\s*%", re.IGNORECASE),
)


def usage_windows(page: str) -> Iterator[Window]:
    """Yield the limits that the page shows, each as the first of its labels that has a figure tells it."""
    for limit in LIMITS:
        for label, duration in limit.labels.items():
            block = block_of(page, label)
            percent = percentage_in(block)
            if percent is not None:
                resets_at = reset_in(block)
                yield Window(id=limit.id, name=limit.name, used_percent=percent, duration=duration, resets_at=resets_at)
                break


def block_of(page: str, label: str) -> str:
    """Return what stands between a label and the nearest other one, empty without the label."""
    block = page.partition(label)[2][:BLOCK_LENGTH]
    return re.split("|".join(other for other in LABELS if other != label), block, maxsplit=1)[0]


def percentage_in(block: str) -> float | None:
    """Return what is used, in per cent: as the text says, else as wide as the bar is."""
    found = (match for pattern in PERCENTAGES if (match := pattern.search(block)))
    return next((parse.number(match[1]) for match in found), None)


def reset_in(block: str) -> datetime | None:
    """Return the reset."""
    found = re.search(r"\bdata-time=[\"']([^\"'<>]*)", block)
    return parse.moment(html.unescape(found[1])) if found else None


def plan_in(page: str) -> str | None:
    """Return the plan that the badge beside the title shows."""
    found = re.search(r"Cloud Usage</span>\s*<span\b[^<>]*>([^<]*)", page)
    plan = parse.text(html.unescape(found[1])) if found else None
    return plan and plan[0].upper() + plan[1:]


def email_in(page: str) -> str | None:
    """Return the e-mail in the header of the page."""
    found = re.search(r"<\w[^<>]*\sid=[\"']header-email[\"'][^<>]*>([^<]*)", page)
    email = parse.text(html.unescape(found[1])) if found else None
    return email if email and "@" in email else None


ROUTE = re.compile(r"/auth/signin|\b(?:action|href)\s*=\s*[\"']?/(?:login|signin)[\"'?#\s>]")
FIELD = re.compile(r"\b(?:type|name)\s*=\s*[\"']?(email|password)[\"'\s/>]")
INVITATIONS = ("sign in to ollama", "log in to ollama")


def is_signed_out(page: str) -> bool:
    """Return whether a page without usage is the sign-in: a form, and a sign of what it is for."""
    lower = page.lower()
    fields = set(FIELD.findall(lower))
    invites = any(text in lower for text in INVITATIONS)
    return "<form" in lower and bool(ROUTE.search(lower) or len(fields) == 2 or (invites and fields))


# The API


async def read_usage(api: Endpoint) -> Json:
    """Return what the usage API tells, nothing when it cannot be had; raises the failure of a key that is refused."""
    try:
        return await api.get_object("usage")
    except AuthFailed, RateLimited:
        raise
    except QuotaError:
        return {}


def usage_reading(answer: Json) -> Reading:
    """Return the limits, whose use is told as a fraction of 1, and the spend of four weeks."""
    limits, activity = parse.mapping(answer.get("limits")), parse.mapping(answer.get("activity"))
    windows = [
        Window(id=each.id, name=each.name, used_percent=usage * 100, duration=next(iter(each.labels.values())))
        for each in LIMITS
        if (usage := parse.first_number(limits.get(each.id), "usage")) is not None
    ]
    cost = None
    if parse.mapping(activity.get("period")).get("type") == "last_4_weeks":
        cost = parse.number(activity.get("cost"))
    return Reading(
        windows=tuple(windows),
        metrics=parse.known_metric("spend_28d", "Spend, 4 weeks", cost, "USD", MetricKind.SPEND),
    )


async def check_key(api: Endpoint) -> None:
    """Raise the failure of a key that is refused: a search for nothing, which an accepted one gets no further with."""
    reply = await api.post("web_search", json={"query": ""})
    if reply.status != 400 or reply.is_challenge:
        reply.check(KEY_VERDICT)
