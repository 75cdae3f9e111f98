"""ClinePass."""

from datetime import timedelta

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Endpoint, Verdict
from ..model import InvalidResponse, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Provider, strategy

VERDICT = Verdict(auth="the API key was rejected: create a new one")
WINDOWS = {
    "five_hour": ("session", "Session", parse.HOURS_5),
    "weekly": ("weekly", "Weekly", parse.WEEK),
    "monthly": ("monthly", "Monthly", timedelta(days=30)),
}


class ClinePass(Provider):
    """ClinePass: the 5-hour, weekly and monthly limits of Cline's flat-rate plan.

    Source: the requests of https://app.cline.bot/dashboard/subscription
    """

    id = "clinepass"
    name = "ClinePass"
    dashboard = "https://app.cline.bot/dashboard/subscription?personal=true"
    missing = "give an API key"
    fields = (
        api_key(
            "CLINE_API_KEY", "CLINEPASS_API_KEY", help="Settings, API Keys, create one.", link="https://app.cline.bot"
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the limits, then whose they are and what the plan is called, where that can be had."""
        me = call.at("https://api.cline.bot/api/v1/users/me", bearer=call["api_key"], verdict=VERDICT)
        windows = await read_limits(me)
        plan = parse.mapping((await call.optional(read(me, "plan")) or {}).get("plan"))
        user = await call.optional(read(me)) or {}
        return Reading(
            account=parse.first_text(user, "email", "displayName"),
            plan=parse.first_text(plan, "displayName") or "ClinePass",
            windows=windows,
        )


async def read_limits(me: Endpoint) -> tuple[Window, ...]:
    """Read the limits of the subscription."""
    reply = await me.get("plan/usage-limits")
    if reply.status == 404:
        raise Unsupported("this account has no ClinePass subscription")
    return windows_of(parse.need_data(await reply.ok(VERDICT).object()))


async def read(me: Endpoint, path: str = "") -> Json:
    """Read what the account says of itself."""
    return parse.need_data(await (await me.get(path)).ok(VERDICT).object())


def windows_of(data: Json) -> tuple[Window, ...]:
    """Return the limits of the kinds that are known; of one kind the last counts."""
    entries: dict[str, Json] = {}
    for number, each in enumerate(parse.need_list(data.get("limits"), "data.limits")):
        entry = parse.need_mapping(each, f"data.limits[{number}]")
        if not isinstance(kind := entry.get("type"), str):
            raise InvalidResponse(f"data.limits[{number}].type is missing or not text")
        entries[kind] = entry
    windows = tuple(
        window
        for kind, (id, name, duration) in WINDOWS.items()
        for window in window_of(id, name, entries.get(kind, {}), kind, duration)
    )
    if not windows:
        raise InvalidResponse("no limit found in data.limits: is there a ClinePass subscription on this account?")
    return windows


def window_of(id: str, name: str, entry: Json, kind: str, duration: timedelta) -> tuple[Window, ...]:
    """Return a limit, when it says how much is used or when it is reset."""
    percent, resets_at = entry.get("percentUsed"), entry.get("resetsAt")
    has_begun = resets_at not in (None, "")
    if percent is None and not has_begun:
        return ()
    used_percent = parse.number(percent)
    if percent is not None and used_percent is None:
        raise InvalidResponse(f"percentUsed of {kind} is not a number")
    return (
        Window(
            id=id,
            name=name,
            used_percent=used_percent,
            duration=duration,
            resets_at=parse.zoned_moment(entry, "resetsAt", f"resetsAt of {kind}") if has_begun else None,
        ),
    )
