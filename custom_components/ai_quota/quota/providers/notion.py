"""Notion AI."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import re
from typing import override

from .. import parse
from ..account import Call
from ..credentials import Cookies, captured_headers, cookie, cookie_source, text
from ..http import Endpoint, Verdict, chrome_on_mac
from ..model import AuthFailed, InvalidResponse, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, Workspace, strategy
from ..sessions import has_session, with_session

SITE = "https://app.notion.com"
DOMAINS = ("app.notion.com", "www.notion.com", "notion.com", "www.notion.so", "notion.so")
"""Where the session may lie, the likeliest first: an old one often stays behind at the older names."""
SESSION_COOKIE = "token_v2"

CAPTURED = {
    "Accept": "*/*",
    "Accept-Language": "en-US,en;q=0.9",
    "Referer": f"{SITE}/",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": chrome_on_mac(143),
}
"""What is sent as a pasted command has it, and otherwise like this."""
ONLY_CAPTURED = ("notion-audit-log-platform", "notion-client-version", "x-notion-active-user-header")
"""What is sent only if a pasted command has it. Never its workspace: another one may be asked for."""

SIGN_IN_AGAIN = "sign in to Notion again"
VERDICT = Verdict(auth=SIGN_IN_AGAIN, redirect=AuthFailed, html=AuthFailed)
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Notion(Provider):
    """Notion AI: the rolling and the monthly allowance in a workspace of the Business or Enterprise plan.

    Source: the requests of https://app.notion.com, Settings, Notion AI, Usage
    """

    id = "notion"
    name = "Notion AI"
    dashboard = f"{SITE}/"
    status = StatusLink("https://status.notion.so", "statuspage", ("Notion AI",))
    missing = SIGN_IN_AGAIN
    every = Every(default=15, minimum=5)
    workspace_field = "workspace"
    fields = (
        cookie(
            *DOMAINS,
            names=(SESSION_COOKIE,),
            bare=SESSION_COOKIE,
            help="Sign in, open Settings, Notion AI, Usage, the developer tools, Network, and copy"
            " getCreditRateLimitStatus as cURL; or the value of the cookie token_v2.",
            link=SITE,
        ),
        cookie_source(),
        text("workspace", help="Its ID (UUID); empty for the first one on a Business or Enterprise plan."),
    )

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the workspaces of the person who is signed in."""

        async def read(session: Cookies) -> Person:
            return person_of(await site_of(call, session).post_object("getSpaces", json={}))

        return [Workspace(space.id, space.name or space.id) for space in (await with_session(call, read)).spaces]

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read who is signed in, then the allowance in one of the workspaces."""
        return await with_session(call, partial(read_allowance, call))


async def read_allowance(call: Call, session: Cookies) -> Reading:
    """Read the allowance with one session."""
    site = site_of(call, session)
    person = person_of(await site.post_object("getSpaces", json={}))
    space = chosen(person.spaces, call.get("workspace"))
    reply = await site.post("getCreditRateLimitStatus", json={"spaceId": space.id})
    answer = {} if reply.status == 403 else await reply.check(VERDICT).object()
    if reply.status == 403 or str(answer.get("status")).lower() == "not_applicable":
        raise Unsupported(
            f'the workspace "{space.name or space.id}" has no allowance: those exist on Business and Enterprise;'
            " set the ID of another workspace"
        )
    windows = tuple(windows_of(answer, call.now))
    if not windows:
        raise InvalidResponse("neither window nor billingPeriodWindow has a limit")
    return Reading(
        account=person.email or person.id,
        organization=space.name,
        plan=space.tier and space.tier[:1].upper() + space.tier[1:],
        identity=f"{person.id} {space.id}",
        windows=windows,
    )


def site_of(call: Call, session: Cookies) -> Endpoint:
    """Return the site as the session's browser would ask it; raises AuthFailed for a session that is none."""
    cookies = of_likeliest_domain(session)
    if not cookies.get(SESSION_COOKIE):
        raise AuthFailed(f"{SIGN_IN_AGAIN}: there is no cookie {SESSION_COOKIE}")
    captured = captured_headers(call.get("cookie"), (*CAPTURED, *ONLY_CAPTURED))
    headers = CAPTURED | captured | {"Origin": SITE}
    return call.at(f"{SITE}/api/v3", cookies=cookies, headers=headers, verdict=VERDICT)


def of_likeliest_domain(session: Cookies) -> Cookies:
    """Return all cookies of a session; of those with one name the one of the likeliest domain."""
    if not session.jar:
        return session
    jar = sorted(session.jar, key=lambda cookie: -DOMAINS.index(cookie.domain.lstrip(".").lower()))
    return Cookies({cookie.name: cookie.value or "" for cookie in jar}, session.origin)


# Who, and where


@dataclass(frozen=True)
class Space:
    """A workspace; `tier` is its plan."""

    id: str
    name: str | None
    tier: str | None


@dataclass(frozen=True)
class Person:
    """Who is signed in, and the workspaces that there are for them."""

    id: str
    email: str | None
    spaces: list[Space]


def person_of(answer: Json) -> Person:
    """Return the one person that the answer is for; raises InvalidResponse where that is not clear."""

    def user(id: str) -> Json:
        return record(parse.mapping(parse.mapping(answer[id]).get("notion_user")).get(id))

    found = [id for id in answer if user(id).get("id") == id] or list(answer)
    if len(found) != 1:
        raise InvalidResponse("notion_user does not tell who is signed in")
    known = parse.need_mapping(answer[found[0]], "the entry of the user")
    spaces = parse.mapping(known.get("space"))
    return Person(
        found[0],
        parse.first_text(user(found[0]), "email"),
        [space_of(id, record(spaces[id])) for id in sorted(spaces)],
    )


def record(entry: object) -> Json:
    """Return a record: as it is, or wrapped once or twice."""
    found = parse.mapping(entry)
    for _ in range(2):
        inner = found.get("value")
        found = parse.mapping(inner) or found
    return found


def space_of(id: str, space: Json) -> Space:
    """Return a workspace from its record."""
    return Space(
        parse.first_text(space, "id") or id,
        parse.first_text(space, "name"),
        parse.first_text(space, "subscription_tier"),
    )


def chosen(spaces: Sequence[Space], wanted: str | None) -> Space:
    """Return the workspace that is wanted, else the first with an allowance, else the first of all."""
    by_id = (space for space in spaces if wanted and plain(space.id) == plain(wanted))
    with_allowance = (space for space in spaces if (space.tier or "").lower() in ("business", "enterprise"))
    found = next(by_id, None) or next(with_allowance, None) or next(iter(spaces), None)
    if found is None:
        raise Unsupported("there is no workspace; allowances exist on Business and Enterprise")
    return found


def plain(id: str) -> str:
    """Return a UUID without dashes and in lower case."""
    return id.replace("-", "").lower()


# The allowance


def windows_of(answer: Json, now: datetime) -> Iterator[Window]:
    """Yield the windows that have a limit."""
    rolling = parse.mapping(answer.get("window"))
    length = re.fullmatch(r"([1-9][0-9]{0,8})([mhdw])", parse.first_text(rolling, "window") or "")
    duration = parse.duration(int(length[1]) * SECONDS[length[2]]) if length else None
    yield from allowance("session", "Rolling", rolling, duration, reset_in(answer.get("resetsInSeconds"), now))
    monthly = parse.mapping(answer.get("billingPeriodWindow"))
    ends = parse.moment(monthly.get("periodEndMs"))
    yield from allowance("monthly", "Monthly", monthly, parse.month_until(ends), ends)


def allowance(
    id: str, name: str, found: Json, duration: timedelta | None, resets_at: datetime | None
) -> Iterator[Window]:
    """Yield the window when it has a limit."""
    used, limit = parse.number(found.get("used")), parse.number(found.get("limit"))
    if limit is not None and limit > 0:
        used = None if used is None else max(0.0, used)
        yield parse.counted(id, name, unit="credits", used=used, limit=limit, duration=duration, resets_at=resets_at)


def reset_in(seconds: object, now: datetime) -> datetime | None:
    """Return the full minute next to so many seconds from now: a countdown would be another moment every time."""
    found = parse.number(seconds)
    if found is None or found < 0 or (found and parse.duration(found) is None):
        return None
    return (now + timedelta(seconds=found + 30)).replace(second=0, microsecond=0)
