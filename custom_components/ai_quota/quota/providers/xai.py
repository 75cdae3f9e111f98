"""xAI."""

from datetime import datetime

from .. import parse
from ..account import Call
from ..credentials import Settings, api_key, text, without_bearer
from ..http import Endpoint, Verdict
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    Reading,
    Unsupported,
    Window,
)
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

SITE = "https://management-api.x.ai"
VERDICT = Verdict(auth="a Management key with read rights for billing is needed; inference keys do not work here")


class XAI(Provider):
    """xAI: the prepaid balance, the spending limit and the daily spend of a team of the developer platform.

    Source: https://docs.x.ai/developers/rest-api-reference/management/billing
    """

    id = "xai"
    name = "xAI"
    dashboard = "https://console.x.ai"
    status = StatusLink("https://status.x.ai")
    missing = "give a Management key"
    fields = (
        api_key(
            "XAI_MANAGEMENT_API_KEY",
            clean=without_bearer,
            help="Settings, Management Keys, with read rights for billing; an inference key does not work.",
            link="https://console.x.ai",
        ),
        text(
            "team_id",
            "XAI_TEAM_ID",
            help="Stands in the address of the console, and in Settings, Team; empty for the team of the key.",
        ),
    )

    def check(self, settings: Settings) -> None:
        """Refuse a team that would lead to another path."""
        team = settings.get("team_id")
        if team and not is_team(team):
            raise BadConfiguration("team_id holds a slash or is nothing but dots", "team_id")

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the balance, this month's invoice and the daily spend of the team."""
        api = call.at(SITE, bearer=call["api_key"], timeout=20, verdict=VERDICT)
        team = call.get("team_id") or team_of(await api.get_object("auth/management-keys/validation"))
        billing = ("v1", "billing", "teams", team)
        reply = await api.get((*billing, "prepaid", "balance"))
        balance = () if reply.status == 404 else (prepaid(await reply.check(VERDICT).object()),)
        invoice = await call.optional(api.get_object((*billing, "postpaid", "invoice", "preview"))) or {}
        used = invoiced(invoice)
        if not balance and used is None:
            raise Unsupported("the team has no billing: check the team id, and that the key belongs to that team")
        limit = cents(invoice.get("effectiveSpendingLimit"))
        is_limited = used is not None and limit is not None and limit > 0
        history = await call.optional(read_spend(api, (*billing, "usage"), call.now), but=AuthFailed)
        month = parse.known_metric("spend_month", "Spend this month", used, "USD", MetricKind.SPEND)
        return Reading(
            account=team,
            identity=team,
            windows=(budget(used, limit),) if is_limited else (),
            metrics=(
                *balance,
                *(() if is_limited else month),
                *(history or ()),
            ),
        )


async def read_spend(api: Endpoint, path: tuple[str, ...], now: datetime) -> tuple[Metric, ...]:
    """Read what was spent in each period."""
    question = {
        "timeRange": {
            "startTime": f"{parse.midnight(now, -29):%Y-%m-%d %H:%M:%S}",
            "endTime": f"{now:%Y-%m-%d %H:%M:%S}",
            "timezone": "Etc/GMT",
        },
        "timeUnit": "TIME_UNIT_DAY",
        "values": [{"name": "usd", "aggregation": "AGGREGATION_SUM"}],
        "groupBy": [],
        "filters": [],
    }
    return spend(await api.post_object(path, json={"analyticsRequest": question}), now)


def is_team(id: str) -> bool:
    """Return whether an id is one segment of a path."""
    return "/" not in id and id not in (".", "..")


def team_of(key: Json) -> str:
    """Return the team that a key is for; raises AuthFailed where it does not say."""
    names_team = key.get("scope") in (None, "SCOPE_TEAM")
    team = parse.first_text(key, "scopeId" if names_team else "teamId")
    if not team or not is_team(team):
        raise AuthFailed("the key does not say which team it is for: give the team id (team_id)")
    return team


def cents(value: object) -> float | None:
    """Return US dollars from cents, written as text or as a number."""
    found = parse.number(value)
    return None if found is None else found / 100


def prepaid(answer: Json) -> Metric:
    """Return the prepaid balance: the ledger is inverted, a top-up is below 0."""
    total = cents(parse.mapping(answer.get("total")).get("val"))
    if total is None:
        raise InvalidResponse("total.val is missing or not a number")
    return Metric(id="balance", name="Prepaid balance", value=0 - total, unit="USD", kind=MetricKind.BALANCE)


def invoiced(invoice: Json) -> float | None:
    """Return what this month's invoice comes to so far, in US dollars."""
    used = cents(parse.mapping(invoice.get("coreInvoice")).get("amountAfterVat"))
    return None if used is None else max(0.0, used)


def budget(used: float | None, limit: float | None) -> Window:
    """Return the month's spend against its limit, in US dollars."""
    return parse.counted("budget", "Spending limit", unit="USD", used=used, limit=limit)


def spend(answer: Json, now: datetime) -> tuple[Metric, ...]:
    """Return the sums of the days in each period; raises InvalidResponse where any part cannot be read."""
    found = parse.need_list(answer.get("timeSeries"), "timeSeries")
    series = [parse.need_mapping(each, "timeSeries") for each in found]
    days = [day_of(point) for each in series for point in parse.need_list(each.get("dataPoints"), "dataPoints")]
    return tuple(
        Metric(
            id=f"spend_{key}",
            name=f"Spend {words}",
            value=sum((amount for day, amount in days if start <= day <= now), 0.0),
            unit="USD",
            kind=MetricKind.SPEND,
        )
        for key, words, start in parse.periods(now)
    )


def day_of(point: object) -> tuple[datetime, float]:
    """Return when a day began and what was spent in it, in US dollars."""
    day = parse.moment(parse.mapping(point).get("timestamp"))
    amount = next(iter(parse.items(parse.mapping(point).get("values"))), None)
    if day is None:
        raise InvalidResponse("timestamp is missing or not a time")
    if not isinstance(amount, (int, float)) or (found := parse.number(amount)) is None or found < 0:
        raise InvalidResponse("values does not begin with an amount")
    return day, found
