"""Windsurf."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from pathlib import Path
import re
import sqlite3
from typing import Self

from .. import parse
from ..account import Call
from ..credentials import Way, cookie_source, path, secret
from ..http import Verdict
from ..local import exists, query_sqlite, read_once
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    Reading,
    Unavailable,
    Window,
)
from ..parse import Json
from ..protobuf import Message, integer_field, text_field
from ..provider import Every, Provider, StatusLink, strategy
from ..web_storage import local_storage, unwrapped

SITE = "https://windsurf.com"
ORIGINS = ("https://app.devin.ai", SITE)
PLAN_STATUS = "/_backend/exa.seat_management_pb.SeatManagementService/GetPlanStatus"

# The names under which each value of a session is accepted; the first is that of the web pages.
TOKEN = ("devin_session_token", "devinSessionToken", "sessionToken")
AUTH1 = ("devin_auth1_token", "devinAuth1Token", "auth1Token")
ACCOUNT = ("devin_account_id", "devinAccountId", "accountID", "accountId")
ORGANIZATION = ("devin_primary_org_id", "devinPrimaryOrgId", "primaryOrgID", "primaryOrgId")
NAMES = (TOKEN, AUTH1, ACCOUNT, ORGANIZATION)
STORED = tuple(names[0] for names in NAMES)

INCOMPLETE = f"the session must hold {', '.join(STORED[:-1])} and {STORED[-1]}"
VERDICT = Verdict(
    auth="the session has expired: sign in at windsurf.com/profile and copy the four values again",
    redirect=AuthFailed,
    html=None,  # a message may well begin with a line break and `<`: 60 bytes under the number 1
)

EDITORS = ("Windsurf", "Windsurf - Next", "Devin")
PLAN_ROWS = "windsurf.reactSettings.cachedPlanInfoData:"
OLDER_PLAN_ROW = "windsurf.settings.cachedPlanInfo"
PERIODS = (("daily", "Daily", parse.DAY), ("weekly", "Weekly", parse.WEEK))

PLANS = {
    "free": "Free",
    "pro": "Pro",
    "team": "Teams",
    "teams": "Teams",
    "enterprise": "Enterprise",
    "ultimate": "Ultimate",
}

_PAIR = re.compile(r"[\s\"']*(\w+)[\s\"']*[=:](.*)", re.DOTALL)
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0xFEFF)))


async def has_session(_: object, call: Call) -> bool:
    """Return whether there is a session to try: given, complete or not, or in a browser."""
    if call["cookie_source"] == "off":
        return False
    return call.get("session") is not None or bool(await browser_sessions(call))


async def has_state(_: object, call: Call) -> bool:
    """Return whether the editor has kept a state on this machine; raises BadConfiguration."""
    return await state_file(call) is not None


class Windsurf(Provider):
    """Windsurf: the daily and weekly quota of an account, from the site or from what the editor keeps of it.

    Source: the requests of https://windsurf.com/profile
    """

    id = "windsurf"
    name = "Windsurf"
    dashboard = f"{SITE}/subscription/usage"
    status = StatusLink("https://status.windsurf.com", "statuspage")
    missing = "paste a session of windsurf.com, or sign in to the editor on this computer"
    fields = (
        secret(
            "session",
            way=Way.TOKEN,
            clean=str.strip,
            help="Sign in with Chrome or Edge, open the developer tools, Application, Local Storage,"
            " and copy the four values that begin devin_ into a JSON object.",
            link=f"{SITE}/profile",
        ),
        cookie_source(way=Way.TOKEN),
        path("state_path", help="It is called state.vscdb."),
    )

    @strategy("web", when=has_session, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Ask the site with the session that was given, else with the first one of the browsers that it accepts."""
        refused: AuthFailed | None = None
        for session in await sessions(call):
            try:
                return await read_status(call, session)
            except AuthFailed as err:
                refused = refused or err
        raise refused or AuthFailed(self.missing)

    @strategy("local", when=has_state, absent="the editor has not been used on this computer", machine=True)
    async def local(self, call: Call) -> Reading:
        """Read the plan that the editor kept when it was started."""
        file = await state_file(call)
        if file is None:
            raise Unavailable("the editor's state is gone")
        key, plan = chosen_plan(await read_once(call.memory, file, lambda: query_sqlite(file, _select_plans)))
        return local_reading(plan, call.now, key.removeprefix(PLAN_ROWS) if key.startswith(PLAN_ROWS) else None)


# Sessions


@dataclass(frozen=True)
class Session:
    """What a signed-in page of Windsurf has stored."""

    token: str
    auth1: str
    account: str
    organization: str

    @classmethod
    def of(cls, values: Json) -> Self | None:
        """Return the session of these values, None when it is not complete."""
        given = {name: unwrapped(value) for name, value in values.items() if isinstance(value, str)}
        found = [parse.first_text(given, *names) for names in NAMES]
        complete = [value for value in found if value]
        return cls(*complete) if len(complete) == len(NAMES) else None

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers that tell who asks."""
        return {
            "x-auth-token": self.token,
            "x-devin-session-token": self.token,
            "x-devin-auth1-token": self.auth1,
            "x-devin-account-id": self.account,
            "x-devin-primary-org-id": self.organization,
        }


async def sessions(call: Call) -> Sequence[Session]:
    """Return the session that was given, else those of the browsers; raises AuthFailed when it is not complete."""
    written = call.get("session")
    if written is None:
        return await browser_sessions(call)
    session = Session.of(pasted_values(written))
    if session is None:
        raise AuthFailed(INCOMPLETE)
    return (session,)


def pasted_values(written: str) -> Json:
    """Return the values of a JSON object, or of pairs such as `name=value` and `name: value`."""
    try:
        parsed = json.loads(written)
    except ValueError, RecursionError:
        pairs = (_PAIR.fullmatch(part) for part in re.split(r"[\r\n,;]", written))
        return {pair[1]: pair[2] for pair in pairs if pair}
    return pasted_values(parsed) if isinstance(parsed, str) else parse.mapping(parsed)


async def browser_sessions(call: Call) -> Sequence[Session]:
    """Return the complete sessions of the browsers, those of two origins never mixed; read once a fetch."""
    if call["cookie_source"] != "auto":
        return ()
    if "browser_sessions" not in call.once:
        stored = await local_storage(call, *ORIGINS)
        found = (Session.of({name: each.items.get(name) for name in STORED}) for each in stored)
        by_token: dict[str, Session] = {}
        for session in filter(None, found):
            by_token.setdefault(session.token, session)
        call.once["browser_sessions"] = tuple(by_token.values())
    found_before: tuple[Session, ...] = call.once["browser_sessions"]
    return found_before


# The site


async def read_status(call: Call, session: Session) -> Reading:
    """Ask the site for the plan's status."""
    call.conceal(*session.headers.values())
    site = call.at(
        SITE,
        headers={
            "Content-Type": "application/proto",
            "Connect-Protocol-Version": "1",
            "Origin": SITE,
            "Referer": f"{SITE}/profile",
            **session.headers,
        },
    )
    reply = await site.post(PLAN_STATUS, body=text_field(1, session.token) + integer_field(2, 1))
    if reply.status == 400:
        raise AuthFailed(f"{VERDICT.auth} (HTTP 400)")
    reply.check(VERDICT)
    if reply.body.startswith(b"<") or "html" in reply.headers.get("Content-Type", "").lower():
        raise AuthFailed(VERDICT.auth)
    return status_reading(Message.of(reply.body), session)


def status_reading(answer: Message, session: Session) -> Reading:
    """Return what the answer tells; raises InvalidResponse when that is neither a quota nor a plan."""
    status = answer.message(1)
    plan = plan_name(status.message(1).text(2))
    windows = tuple(status_windows(status))
    if not windows and not plan:
        raise InvalidResponse("plan_status has neither a quota nor the name of a plan")
    return Reading(plan=plan, identity=f"{session.organization}/{session.account}", windows=windows)


def status_windows(status: Message) -> Iterator[Window]:
    """Yield the quotas: fields 14 and 15 are what is left in per cent, 17 and 18 the resets."""
    for (id, name, duration), percent, reset in zip(PERIODS, (14, 15), (17, 18), strict=True):
        remaining, resets_at = status.integer(percent), status.integer(reset)
        if remaining is None and resets_at is not None and resets_at > 0:
            remaining = 0  # the encoder leaves out zeros, so an exhausted quota comes with its reset alone
        if remaining is not None and remaining >= 0:
            yield Window(
                id=id,
                name=name,
                used_percent=max(0.0, 100.0 - remaining),
                duration=duration,
                resets_at=parse.moment(resets_at),
            )


def plan_name(name: str | None) -> str | None:
    """Return a plan as a person would write it."""
    found = parse.text(name)
    return PLANS.get(found, found) if found else None


# The editor


async def state_file(call: Call) -> Path | None:
    """Return the database in which the editor keeps its state, None when there is none.

    Raises BadConfiguration when a file was named that is not there.
    """
    if given := call.get("state_path"):
        file = call.path(given)
        if not await exists(file):
            raise BadConfiguration(f"state_path: there is no file {file}", "state_path")
        return file
    for editor in EDITORS:
        file = call.app_data / editor / "User" / "globalStorage" / "state.vscdb"
        if await exists(file):
            return file
    return None


def _select_plans(connection: sqlite3.Connection) -> list[tuple[str, bytes]]:
    query = "SELECT key, CAST(value AS BLOB) FROM ItemTable WHERE key = ? OR substr(key, 1, ?) = ?"
    return connection.execute(query, (OLDER_PLAN_ROW, len(PLAN_ROWS), PLAN_ROWS)).fetchall()


def chosen_plan(rows: Sequence[tuple[str, bytes]]) -> tuple[str, Json]:
    """Return key and plan of the row that counts: of the newer ones that which ends last, else the older one."""
    if not rows:
        raise AuthFailed("the editor has kept no plan: start it and sign in once")
    plans = [(key, stored_json(value)) for key, value in rows]
    newer = [(key, plan) for key, plan in plans if key != OLDER_PLAN_ROW]
    key, plan = max(newer or plans, key=lambda row: parse.first_number(row[1], "endTimestamp") or 0)
    return key, parse.need_mapping(plan, key.partition(":")[0])


def stored_json(value: bytes | None) -> object:
    """Return the JSON of a stored value in UTF-8 or UTF-16, None when it is none."""
    for encoding in ("utf-8", "utf-16-le"):
        try:
            found: object = json.loads((value or b"").decode(encoding).strip(_CONTROLS))
        except ValueError, RecursionError:
            continue
        return found
    return None


def local_reading(plan: Json, now: datetime, user: str | None) -> Reading:
    """Return what the plan that the editor kept tells; what has been reset since is out of date and left out."""
    is_older = isinstance(plan.get("quotaUsage"), Mapping)
    quota = plan["quotaUsage"] if is_older else plan
    quotas = [window for period in PERIODS if (window := local_quota(plan, quota, *period))]
    windows = [window for window in quotas if window.resets_at is None or window.resets_at > now]
    if remaining_percent(quota, "daily") is None:
        windows += counted(plan, "messages", "Messages", "messages")
    if remaining_percent(quota, "weekly") is None:
        windows += counted(plan, "flow_actions", "Flow actions", "actions")
    if quotas and not windows:
        raise Unavailable("the figures that the editor has kept are out of date: start it again")
    name = plan_name(parse.text(plan.get("planName")))
    if not windows and not name and all(remaining_percent(quota, id) is None for id, *_ in PERIODS):
        raise InvalidResponse("the editor's plan has neither counters nor planName")
    micros = None if is_older else parse.number(plan.get("overageBalanceMicros"))
    return Reading(plan=name, identity=user, windows=tuple(windows), metrics=balance_metrics(micros))


def local_quota(plan: Json, quota: Json, id: str, name: str, duration: timedelta) -> Window | None:
    """Return a quota of the plan, with its reset even when that has passed; None where there is none, or hidden."""
    remaining = remaining_percent(quota, id)
    is_hidden = any(part.get(f"hide{id.capitalize()}Quota") is True for part in (plan, quota))
    if remaining is None or is_hidden:
        return None
    return Window(
        id=id,
        name=name,
        used_percent=max(0.0, 100 - remaining),
        duration=duration,
        resets_at=parse.moment(quota.get(f"{id}ResetAtUnix")),
    )


def remaining_percent(quota: Json, id: str) -> float | None:
    """Return what is left of a quota; a negative figure means that it does not apply."""
    found = parse.number(quota.get(f"{id}RemainingPercent"))
    return None if found is None or found < 0 else found


def counted(plan: Json, id: str, name: str, unit: str) -> Iterator[Window]:
    """Yield the counter of an older plan, from the shape that has one that applies."""
    word = "".join(part.capitalize() for part in id.split("_"))
    usage = parse.mapping(plan.get("usage"))
    for source, total in ((usage, word[0].lower() + word[1:]), (plan, f"total{word}")):
        limit, used, remaining = (parse.number(source.get(key)) for key in (total, f"used{word}", f"remaining{word}"))
        is_told = limit is not None and limit > 0 and (used is not None or remaining is not None)
        if is_told and min(filter(None, (used, remaining)), default=0) >= 0:
            yield parse.counted(id, name, unit=unit, used=used, limit=limit, remaining=remaining)
            return


def balance_metrics(micros: float | None) -> tuple[Metric, ...]:
    """Return the balance for extra usage, where it applies."""
    balance = None if micros is None or micros < 0 else micros / 1_000_000
    return parse.known_metric("balance", "Extra usage balance", balance, "USD", MetricKind.BALANCE)
