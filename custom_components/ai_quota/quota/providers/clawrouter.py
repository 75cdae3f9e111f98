"""ClawRouter."""

from collections.abc import Iterator
from datetime import datetime
import re

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, service_root
from ..http import Verdict
from ..model import InvalidResponse, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

COUNTERS = (
    ("requests_month", "Requests this month", "requestCount", "requests"),
    ("errors_month", "Failed requests this month", "errorCount", "requests"),
    ("tokens_month", "Tokens this month", "totalTokens", "tokens"),
)
MONTH = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}$")


class ClawRouter(Provider):
    """ClawRouter: budget, spend, requests and tokens of the month, of the policy behind an API key.

    Source: https://docs.openclaw.ai/providers/clawrouter
    """

    id = "clawrouter"
    name = "ClawRouter"
    dashboard = "https://clawrouter.openclaw.ai/dashboard/access"
    key_is_account = True
    missing = "give an API key"
    fields = (
        api_key(
            "CLAWROUTER_API_KEY",
            help="The dashboard, Access; create a key with the routes that you want.",
            link="https://clawrouter.openclaw.ai/dashboard/access",
        ),
        base_url("https://clawrouter.openclaw.ai", "CLAWROUTER_BASE_URL"),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the budget and the use of the policy: all its keys see the same."""
        verdict = Verdict(auth="the API key was rejected: check the key and its policy")
        api = call.at(service_root(call["base_url"]) / "v1", bearer=call["api_key"], verdict=verdict)
        return reading_of(await api.get_object("usage"))


def reading_of(answer: Json) -> Reading:
    """Return the policy, its budget and what was used of it."""
    budget = parse.need_mapping(answer.get("budget"), "budget")
    usage = parse.need_mapping(answer.get("usage"), "usage")
    summary = parse.need_mapping(usage.get("summary"), "usage.summary")
    if not isinstance(is_managed := budget.get("configured"), bool):
        raise InvalidResponse("budget.configured is missing or not true or false")
    limit, spent, remaining = (
        dollars(budget, key, f"budget.{key}") for key in ("limitMicros", "spentMicros", "remainingMicros")
    )
    cost = dollars(summary, "actualCostMicros", "usage.summary.actualCostMicros")
    spend = MetricKind.SPEND
    return Reading(
        account=parse.first_text(answer, "policyId"),
        plan="Managed budget" if is_managed else "Unmetered",
        windows=windows_of(limit, spent, remaining, next_month(budget.get("windowKey"))),
        metrics=(
            *parse.known_metric("spend_month", "Spend this month", cost if spent is None else spent, "USD", spend),
            *(
                metric
                for id, name, key, unit in COUNTERS
                for metric in parse.known_metric(
                    id, name, integer(summary, key, f"usage.summary.{key}"), unit, MetricKind.COUNT
                )
            ),
            *parse.shares("spend_month", "Spend this month", routes(usage), "USD", spend, other="unknown"),
        ),
    )


def windows_of(
    limit: float | None, spent: float | None, remaining: float | None, resets_at: datetime | None
) -> tuple[Window, ...]:
    """Return the budget of the month in USD, where there is one and its use is known."""
    if limit is None or limit <= 0 or spent is None:
        return ()
    return (
        parse.counted(
            "budget", "Monthly budget", unit="USD", used=spent, limit=limit, remaining=remaining, resets_at=resets_at
        ),
    )


def routes(usage: Json) -> Iterator[tuple[str | None, float | None]]:
    """Yield the providers behind the router, each with what was spent there in USD."""
    for number, each in enumerate(parse.need_list(usage.get("providers"), "usage.providers")):
        name = f"usage.providers[{number}]"
        route = parse.need_mapping(each, name)
        yield parse.first_text(route, "provider"), dollars(route, "actualCostMicros", f"{name}.actualCostMicros")


def next_month(window_key: object) -> datetime | None:
    """Return the end of the month (UTC) in which a key ends, None when it ends otherwise."""
    found = MONTH.search(parse.text(window_key) or "")
    start = parse.moment(f"{found[0]}-01") if found else None
    return parse.add_months(start, 1) if start else None


def dollars(source: Json, key: str, name: str) -> float | None:
    """Return an amount in USD from millionths of it, None when it is null or absent."""
    micros = integer(source, key, name)
    return None if micros is None else micros / 1_000_000


def integer(source: Json, key: str, name: str) -> float | None:
    """Return an integer, None when it is null or absent; raises InvalidResponse for anything else."""
    found = parse.json_number(source, key, name)
    if found is not None and not found.is_integer():
        raise InvalidResponse(f"{name} is not an integer")
    return found
