"""opencode.ai as a signed-in browser sees it: pages, server functions, and usage windows in their answers.

The site answers with JSON, or with the JavaScript of its serializer: keys without quotes, and `$R[n]=`
before values that are referred to again. The JavaScript is searched, never run.
https://github.com/lxsmnsyc/seroval
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import html
import json
import re
from typing import Any
from uuid import uuid4

from yarl import URL

from . import parse
from .account import Call
from .credentials import Cookies, Field, Way, cookie, cookie_source, text
from .http import Reply, Verdict, chrome_on_mac
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable, Window
from .parse import Json

ORIGIN = "https://opencode.ai"
SITE = URL(ORIGIN)
SIGN_IN = "https://opencode.ai/auth"
SESSION_COOKIES = ("auth", "__Host-auth")

PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
DATA = "text/javascript, application/json;q=0.9, */*;q=0.8"

# The site names its functions by hashes that a new build may change.
WORKSPACES = "def39973159c7f0483d8793a822b8dbb10d067e12c65455fcb4608459ba0234f"
BILLING = "c83b78a614689c38ebee981f9b39a8b377716db85c1fd7dbab604adc02d3313d"

SIGNED_OUT = f"the session has ended: sign in at {SIGN_IN} and copy the cookie again"
SIGNED_OUT_TEXTS = (
    "login",
    "sign in",
    "auth/authorize",
    "not associated with an account",
    'actor of type "public"',
)

BILLING_KEYS = (
    *("customerID", "subscription", "balance"),
    *("monthlyLimit", "monthlyUsage", "timeMonthlyUsageUpdated"),
)
BILLING_UNIT = 1e-8
"""`balance` and `monthlyUsage` are in hundred-millionths of a US dollar."""

VALUE = r"\s*:\s*(?:\$R\[\d+\]\s*=\s*)?"
STRING = r'"((?:[^"\\]|\\.)*)"'


def session_fields(workspace_env: str) -> tuple[Field, ...]:
    """Return the fields for a session of the site and for the workspace to look at."""
    return (
        cookie(
            "opencode.ai",
            "app.opencode.ai",
            names=SESSION_COOKIES,
            bare="auth",
            help="Sign in at opencode.ai, then developer tools, Application, Cookies, https://opencode.ai: auth.",
            link=SIGN_IN,
        ),
        cookie_source(),
        text(
            "workspace_id",
            workspace_env,
            way=Way.COOKIE,
            advanced=True,
            clean=workspace_in,
            help="It begins wrk_; the address of a page of it will do. Empty: the first one of the session.",
        ),
    )


def workspace_in(written: str) -> str:
    """Return the id of a workspace in some text or address, nothing when there is none."""
    found = re.search(r"wrk_[A-Za-z0-9]+", written)
    return found[0] if found else ""


# The site


class Site:
    """opencode.ai with a session; every failure is a QuotaError, a session that has ended AuthFailed."""

    def __init__(self, call: Call, cookies: Cookies) -> None:
        """Take of the cookies what makes the session; raises AuthFailed when that is nothing."""
        session = cookies.for_url(SITE).only(*SESSION_COOKIES)
        if session is None or not session.has_any(SESSION_COOKIES):
            raise AuthFailed(f"the cookie has neither auth nor __Host-auth: sign in at {SIGN_IN} and copy it again")
        self._site = call.at(SITE, cookies=session, headers={"User-Agent": chrome_on_mac(143)})

    async def page(self, path: str) -> Reply:
        """Return a page, after redirects within the site."""
        return await accepted(await self._site.get(path, headers={"Accept": PAGE}, follow=True))

    async def function(self, id: str, *arguments: str, referer: str = "", method: str = "GET") -> Reply:
        """Return the answer of a server function; `referer` is the path of the page that would call it."""
        headers = {
            "Accept": DATA,
            "Origin": ORIGIN,
            "Referer": ORIGIN + referer,
            "X-Server-Id": id,
            "X-Server-Instance": f"server-fn:{uuid4()}",
        }
        if method == "POST":
            return await accepted(await self._site.post("/_server", json=arguments, headers=headers))
        query = {"id": id} | ({"args": json.dumps(arguments)} if arguments else {})
        return await accepted(await self._site.get("/_server", query=query, headers=headers))

    async def workspaces(self) -> dict[str, str | None]:
        """Return the names of the workspaces by id, at least one; raises InvalidResponse when there is none."""
        for method in ("GET", "POST"):
            if found := workspaces_in((await self.function(WORKSPACES, method=method)).text):
                return found
        raise InvalidResponse("no workspace was found on opencode.ai; set workspace_id")

    async def workspace(self, wanted: str | None) -> tuple[str, str | None]:
        """Return the id and the name of the first workspace; one that is wanted is not asked for its name."""
        return (wanted, None) if wanted else next(iter((await self.workspaces()).items()))

    async def billing(self, workspace: str) -> Json:
        """Return what the site tells of BILLING_KEYS; a workspace that never paid has no customer."""
        return billing_in((await self.function(BILLING, workspace, referer=f"/workspace/{workspace}")).text)


async def accepted(reply: Reply) -> Reply:
    """Return the answer when it is for somebody who is signed in; raises the failure that it means otherwise."""
    if reply.is_challenge:
        reply.check(Verdict())
    said = reply.text.lower().replace('\\"', '"')
    if reply.status in (401, 403) or reply.is_redirect or any(words in said for words in SIGNED_OUT_TEXTS):
        raise AuthFailed(SIGNED_OUT)
    if reply.status != 200:
        raise await failure(reply)
    return reply


async def failure(reply: Reply) -> QuotaError:
    """Return the failure that an answer without success means, with what it says about it."""
    if reply.status == 429:
        return RateLimited(retry_after=reply.retry_after)
    kind = Unavailable if reply.status >= 500 or reply.status == 408 else InvalidResponse
    said = reason_in(await reply.maybe_object()) or title_of(reply.text)
    return kind(f"{reply.url.host} answered HTTP {reply.status}" + (f": {said[:200]}" if said else ""))


def reason_in(body: Json) -> str | None:
    """Return what the body of an error says: `message`, `error` or `detail`, or the same in one of them."""
    for key in ("message", "error", "detail"):
        value = body.get(key)
        if found := parse.text(value) or parse.first_text(value, "message", "detail"):
            return found
    return None


def title_of(page: str) -> str | None:
    """Return the title of a page."""
    found = re.search(r"<title[^<>]*>([^<]*)", page, re.IGNORECASE)
    return parse.text(html.unescape(found[1])) if found else None


# What its answers say


def document_in(answer: str) -> Any:
    """Return the JSON of an answer, None when it is JavaScript or a page."""
    try:
        return json.loads(answer)
    except ValueError, RecursionError:
        return None


def workspaces_in(answer: str) -> dict[str, str | None]:
    """Return the names of the workspaces by id, in the order in which they are told."""
    document = document_in(answer)
    if document is None:
        found = re.finditer(rf"\bid{VALUE}\"(wrk_\w+)\"(?:\s*,\s*name{VALUE}{STRING})?", answer)
        told: Iterable[tuple[str, str | None]] = ((each[1], string(each[2])) for each in found)
    else:
        told = ids_in(document)
    names: dict[str, str | None] = {}
    for id, name in told:
        names.setdefault(id, name)
    return names


def ids_in(node: object, name: str | None = None) -> Iterator[tuple[str, str | None]]:
    """Yield every id of a workspace in a document, with the name of the object whose `id` it is."""
    if isinstance(node, str) and re.fullmatch(r"wrk_\w+", node):
        yield node, name
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from ids_in(value, parse.first_text(node, "name") if key == "id" else None)
    else:
        for value in parse.items(node):
            yield from ids_in(value)


def billing_in(answer: str) -> Json:
    """Return the object that has `customerID`, of JavaScript its BILLING_KEYS; nothing when there is none."""
    document = document_in(answer)
    if document is None:
        return fields_in(answer, *BILLING_KEYS)
    return next((each for each in parse.objects(document) if "customerID" in each), {})


def fields_in(script: str, *keys: str) -> dict[str, Any]:
    """Return the text, date (as text), number or null behind the first of each key, `{}` for any object.

    A key that is not there is left out.
    """
    kinds = rf"(?:new Date\(\s*)?{STRING}|(-?[\d.]+)|(\{{)|null\b"
    found = {key: re.search(rf"\b{key}{VALUE}(?:{kinds})", script) for key in keys}
    return {key: value_of(each) for key, each in found.items() if each}


def value_of(found: re.Match[str]) -> Any:
    """Return what a field holds of which text, number or beginning of an object was found."""
    literal, digits, brace = found.groups()
    if literal is not None:
        return string(literal) or ""
    return {} if brace else parse.number(digits)


def string(literal: str | None) -> str | None:
    """Return what stands between the quotes of a text of JavaScript, None for nothing."""
    if not literal:
        return None
    try:
        return parse.text(json.loads(f'"{re.sub(r"\\x(?=[0-9a-fA-F]{2})", r"\\u00", literal)}"'))
    except ValueError:
        return literal


# Usage


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A limit: its window, the name that its object begins with, and words in the key of any other."""

    name: str
    prefix: str
    words: tuple[str, ...]
    duration: timedelta | None = None


LIMITS = {
    "session": Limit(name="Session", prefix="rolling", words=("rolling", "hour", "5h"), duration=parse.HOURS_5),
    "weekly": Limit(name="Weekly", prefix="weekly", words=("week",), duration=parse.WEEK),
    "monthly": Limit(name="Monthly", prefix="monthly", words=("month",)),
}

PERCENT = (
    *("usagePercent", "usedPercent", "percentUsed", "percent", "usage_percent", "used_percent"),
    *("utilization", "utilizationPercent", "utilization_percent"),
)
USED = ("used", "usage", "consumed", "count", "usedTokens")
TOTAL = ("limit", "total", "quota", "max", "cap", "tokenLimit")
RESET_SECONDS = (
    *("resetInSec", "resetInSeconds", "resetSeconds", "reset_sec", "reset_in_sec"),
    *("resetsInSec", "resetsInSeconds", "resetIn", "resetSec"),
)
RENEWAL = ("renewAt", "renew_at")
RESET_TIME = ("resetAt", "resetsAt", "reset_at", "resets_at", "nextReset", "next_reset", *RENEWAL)

type Use = tuple[float, datetime | None]
"""Used per cent, and the reset."""


def usage_windows(answer: str, now: datetime, ids: Iterable[str] = LIMITS) -> tuple[Window, ...]:
    """Return the windows of these ids and the renewal; none at all without the session."""
    document = document_in(answer)
    if document is None:
        uses, renewal = {id: use for id in ids if (use := use_in_script(answer, LIMITS[id], now))}, None
    else:
        uses, renewal = uses_in_document(document, now, ids)
    if "session" not in uses:
        return ()
    windows = [
        Window(id=id, name=LIMITS[id].name, used_percent=percent, duration=LIMITS[id].duration, resets_at=resets_at)
        for id, (percent, resets_at) in uses.items()
    ]
    if renewal and renewal > now:
        windows.append(Window(id="renewal", name="Renewal", resets_at=renewal))
    return tuple(windows)


def use_in_script(script: str, limit: Limit, now: datetime) -> Use | None:
    """Return percentage and reset behind the name of the limit; both have to be there."""
    for piece in script.split("}")[:-1]:
        named = re.search(rf"\b{limit.prefix}Usage\b(?!{VALUE}null\b)", piece)
        percent = named and re.search(rf"\busagePercent{VALUE}(-?\d+(?:\.\d+)?)", piece[named.end() :])
        seconds = named and re.search(rf"\bresetInSec{VALUE}(-?\d+)", piece[named.end() :])
        if percent and seconds:
            return float(percent[1]), in_seconds(float(seconds[1]), now)
    return None


# A window in a document, with the objects above it from the nearest to the root.
type Place = tuple[Json, ...]


def uses_in_document(document: object, now: datetime, ids: Iterable[str]) -> tuple[dict[str, Use], datetime | None]:
    """Return the limits of a document and its renewal: from where they are expected, else from near the root."""
    searches: tuple[Callable[[object, Limit], Iterator[Place]], ...] = (expected_places, near_root)
    for search in searches:
        found = {id: use for id in ids if (use := first_use(search(document, LIMITS[id]), now))}
        if "session" in found:
            _, above = found["session"]
            values = (parse.first(each, *RENEWAL) for each in above)
            renewal = next((value for value in values if value is not None), None)
            return {id: use for id, (use, _) in found.items()}, parse.moment(renewal)
    return {}, None


def expected_places(document: object, limit: Limit) -> Iterator[Place]:
    """Yield the objects with a name of the limit at the root, in its usual children, and in their `usage`."""
    root = parse.mapping(document)
    places: list[Place] = [(root,)]
    for key in ("usage", "data", "result", "billing", "payload"):
        child = parse.mapping(root.get(key))
        places += [(child, root), (parse.mapping(child.get("usage")), child, root)]
    prefix = limit.prefix
    for place in places:
        for name in (f"{prefix}Usage", prefix, f"{prefix}_usage", f"{prefix}Window", f"{prefix}_window"):
            if isinstance(window := place[0].get(name), Mapping):
                yield window, *place


def near_root(node: object, limit: Limit, above: Place = ()) -> Iterator[Place]:
    """Yield the objects under a key with a word of the limit, at most three levels down."""
    if isinstance(node, Mapping) and len(above) < 3:
        place = (node, *above)
        for key, value in node.items():
            if isinstance(value, Mapping) and any(word in str(key).lower() for word in limit.words):
                yield value, *place
            yield from near_root(value, limit, place)
    for each in parse.items(node):
        yield from near_root(each, limit, above)


def first_use(places: Iterable[Place], now: datetime) -> tuple[Use, Place] | None:
    """Return the first window that tells a percentage, itself or in its `window`, and what is above it."""
    for window, *above in places:
        for each in (window, parse.mapping(window.get("window"))):
            if (percent := percent_of(each)) is not None:
                return (percent, reset_of(each, now)), tuple(above)
    return None


def percent_of(window: Json) -> float | None:
    """Return what is used, in per cent; a percentage between 0 and 1 is a fraction."""
    percent = parse.first_number(window, *PERCENT)
    if percent is None:
        return parse.percentage(parse.first_number(window, *USED), parse.first_number(window, *TOTAL))
    return percent * 100 if 0 < percent < 1 else percent


def reset_of(window: Json, now: datetime) -> datetime | None:
    """Return the reset, in so many seconds or at a time."""
    seconds = parse.first_number(window, *RESET_SECONDS)
    if seconds is not None:
        return in_seconds(seconds, now)
    return next((found for key in RESET_TIME if (found := parse.moment(window.get(key)))), None)


def in_seconds(seconds: float, now: datetime) -> datetime | None:
    """Return the time in so many seconds; None for 0 and for what no calendar holds."""
    try:
        return now + timedelta(seconds=seconds) if seconds > 0 else None
    except OverflowError:
        return None
