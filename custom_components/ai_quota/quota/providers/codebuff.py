"""Codebuff."""

from datetime import datetime

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url
from ..http import Verdict
from ..local import read_json
from ..model import InvalidResponse, MetricKind, QuotaError, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

VERDICT = Verdict(auth="the key was rejected; run `codebuff login` or make a new key")
CREDENTIALS = "~/.config/manicode/credentials.json"


class Codebuff(Provider):
    """Codebuff: credits of an account and, for subscribers, the limits of block and week."""

    id = "codebuff"
    name = "Codebuff"
    dashboard = "https://www.codebuff.com/usage"
    missing = "give an API key, or run `codebuff login` on this machine"
    fields = (
        api_key("CODEBUFF_API_KEY", help="API keys, create a key.", link="https://www.codebuff.com/api-keys"),
        base_url("https://www.codebuff.com", "CODEBUFF_API_URL"),
    )

    async def has_token(self, call: Call) -> bool:
        """Return whether there is a key, or the tool is signed in on this machine."""
        return bool(call.get("api_key") or parse.first_text(await login_of_tool(call), "authToken"))

    @strategy("api", when=has_token, machine=True)
    async def api(self, call: Call) -> Reading:
        """Read the credits, and the subscription where the token may."""
        given = call.get("api_key")
        login = {} if given else await login_of_tool(call)
        api = call.at(call["base_url"], bearer=given or login["authToken"], verdict=VERDICT)
        reply = await api.post("api/v1/usage", json={"fingerprintId": "ai-quota"})
        if reply.status == 404:
            raise InvalidResponse("api/v1/usage was not found; check base_url")
        credits = await reply.check(VERDICT).object()
        subscription = await call.optional(api.get_object("api/user/subscription", timeout=5)) or {}
        reading = Reading(
            account=parse.first_text(subscription, "email")
            or parse.first_text(subscription.get("user"), "email")
            or parse.first_text(login, "email"),
            plan=plan_of(subscription),
            windows=(*credit_window(credits), *limit_windows(parse.mapping(subscription.get("rateLimit")))),
            metrics=parse.known_metric("balance", "Balance", balance_of(credits), "credits", MetricKind.BALANCE),
        )
        if not (reading.windows or reading.metrics or reading.plan):
            raise InvalidResponse("neither usage, quota nor remainingBalance can be found")
        return reading


async def login_of_tool(call: Call) -> Json:
    """Return the login that the tool keeps: `authToken`, and `email` where it is known; empty without one."""
    if "login" not in call.once:
        try:
            content = parse.mapping(await read_json(call.path(CREDENTIALS)))
        except QuotaError:
            content = {}
        default = parse.mapping(content.get("default"))
        token = parse.first_text(default, "authToken") or parse.first_text(content, "authToken")
        call.once["login"] = {**default, "authToken": token}
    return parse.mapping(call.once["login"])


def balance_of(answer: Json) -> float | None:
    """Return the credits left."""
    return parse.first_number(answer, "remainingBalance", "remaining")


def credit_window(answer: Json) -> tuple[Window, ...]:
    """Return the credits as a quota, where a limit is known or follows from what is."""
    used, limit = parse.first_number(answer, "usage", "used"), parse.first_number(answer, "quota", "limit")
    remaining = balance_of(answer)
    if limit is None and used is not None and remaining is not None:
        limit = used + remaining
    if used is None and limit is not None and remaining is not None:
        used = limit - remaining
    return window("credits", "Credits", used, limit, moment(answer.get("next_quota_reset")), remaining)


def limit_windows(limits: Json) -> tuple[Window, ...]:
    """Return the limits of the running block and of the week."""
    block, week = moment(limits.get("blockResetsAt")), moment(limits.get("weeklyResetsAt"))
    used, limit = parse.first_number(limits, "weeklyUsed", "used"), parse.first_number(limits, "weeklyLimit", "limit")
    return (
        *window(
            "session", "Block", parse.number(limits.get("blockUsed")), parse.number(limits.get("blockLimit")), block
        ),
        *window("weekly", "Weekly", used, limit, week),
    )


def window(
    id: str,
    name: str,
    used: float | None,
    limit: float | None,
    resets_at: datetime | None,
    remaining: float | None = None,
) -> tuple[Window, ...]:
    """Return a quota of credits when it has a limit and its use is known."""
    if used is None or limit is None or limit <= 0:
        return ()
    duration = parse.WEEK if id == "weekly" else None
    used = max(0.0, used)
    return (
        parse.counted(
            id,
            name,
            unit="credits",
            used=used,
            limit=limit,
            remaining=remaining,
            duration=duration,
            resets_at=resets_at,
        ),
    )


def plan_of(answer: Json) -> str | None:
    """Return the plan: its name, else its tier."""
    if answer.get("hasSubscription") is False:
        return None
    subscription = parse.mapping(answer.get("subscription"))
    for value in (
        subscription.get("displayName"),
        answer.get("displayName"),
        subscription.get("tier"),
        answer.get("tier"),
        subscription.get("scheduledTier"),
    ):
        if name := parse.text(value):
            return name.capitalize() if name.islower() else name
        if not isinstance(value, str) and (tier := parse.number(value)) is not None:
            return f"{tier:g}"
    return None


def moment(value: object) -> datetime | None:
    """Return a time; what is above 10^10 is in milliseconds."""
    epoch = parse.number(value)
    return parse.moment(epoch / 1000 if epoch is not None and epoch > 1e10 else value)
