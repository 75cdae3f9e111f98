"""Crof."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Verdict
from ..model import Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

# Where the day of a plan begins at midnight; read here, as modules are imported off the event loop.
CHICAGO = ZoneInfo("America/Chicago")


class Crof(Provider):
    """Crof: the requests of a plan's day, and the credits of the account."""

    id = "crof"
    name = "Crof"
    dashboard = "https://crof.ai/dashboard"
    missing = "give an API key of crof.ai"
    fields = (api_key("CROF_API_KEY", "CROFAI_API_KEY", help="Dashboard, API keys.", link="https://crof.ai/dashboard"),)

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read requests and credits."""
        verdict = Verdict(auth="the API key was rejected")
        api = call.at("https://crof.ai", bearer=call["api_key"], verdict=verdict)
        answer = await api.get_object("/usage_api/")
        return Reading(windows=daily(answer, call.now), metrics=(balance(answer),))


def balance(answer: Json) -> Metric:
    """Return the credits left, in USD."""
    credits = parse.need_json_number(answer, "credits")
    return Metric(id="balance", name="Balance", value=credits, unit="USD", kind=MetricKind.BALANCE)


def daily(answer: Json, now: datetime) -> tuple[Window, ...]:
    """Return the requests of today, where the account has a plan."""
    plan, usable = (parse.json_number(answer, key) for key in ("requests_plan", "usable_requests"))
    if plan is None or usable is None or plan <= 0:
        return ()
    return (
        parse.counted(
            "daily",
            "Daily requests",
            unit="requests",
            used=max(0.0, plan - usable),
            limit=plan,
            remaining=usable,
            duration=parse.DAY,
            resets_at=next_day(now),
        ),
    )


def next_day(now: datetime) -> datetime:
    """Return the next midnight of the plans' time zone."""
    tomorrow = now.astimezone(CHICAGO).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), CHICAGO).astimezone(UTC)
