"""Venice."""

from datetime import datetime

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Endpoint, Verdict
from ..model import InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

VERDICT = Verdict(auth="the API key was rejected, or it is no key of the type Admin")


class Venice(Provider):
    """Venice: the daily DIEM allowance and the balance of an account.

    Source: https://docs.venice.ai/api-reference/endpoint/billing/balance
    """

    id = "venice"
    name = "Venice"
    dashboard = "https://venice.ai/settings/api"
    status = StatusLink("https://status.venice.ai")
    missing = "give an API key, best of the type Admin"
    fields = (
        api_key(
            "VENICE_API_KEY",
            "VENICE_KEY",
            help="Settings, API, Generate new API key, type Admin: others may not read the allowance.",
            link="https://venice.ai/settings/api",
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read allowance and balances; the balances alone where the key may not read more."""
        api = call.at("https://api.venice.ai/api/v1", bearer=call["api_key"], verdict=VERDICT)
        reply = await api.get("billing/balance")
        if reply.status in (401, 403) and (metrics := await call.optional(balances_of_key(api))):
            return Reading(metrics=metrics)
        return reading_of(await reply.check(VERDICT).object(), call.now)


async def balances_of_key(api: Endpoint) -> tuple[Metric, ...]:
    """Return the balances that a key for inference may see."""
    answer = await api.get_object("api_keys/rate_limits")
    found = parse.mapping(parse.mapping(answer.get("data")).get("balances"))
    return balances(parse.first_number(found, "USD"), parse.first_number(found, "DIEM", "VCU"))


def reading_of(answer: Json, now: datetime) -> Reading:
    """Return allowance and balances; that nothing may be consumed changes none of them."""
    if not isinstance(can_consume := answer.get("canConsume"), bool):
        raise InvalidResponse("canConsume is missing or not true or false")
    found = parse.need_mapping(answer.get("balances"), "balances")
    usd, diem = (figure(found, key, f"balances.{key}") for key in ("usd", "diem"))
    allocation = figure(answer, "diemEpochAllocation", "diemEpochAllocation")
    if can_consume and usd is None and diem is None and allocation is None:
        raise InvalidResponse("no balance in the answer (balances, diemEpochAllocation)")
    return Reading(windows=allowance(allocation, diem, now), metrics=balances(usd, diem))


def figure(source: Json, key: str, name: str) -> float | None:
    """Return a number or numeric text; null, empty and absent are not known, other text is an error."""
    value = source.get(key)
    if value is None or value == "":
        return None
    if (found := parse.number(value)) is None:
        raise InvalidResponse(f"{name} is not a number")
    return found


def allowance(allocation: float | None, diem: float | None, now: datetime) -> tuple[Window, ...]:
    """Return today's DIEM; what is unused does not carry over."""
    if allocation is None or allocation <= 0:
        return ()
    return (
        parse.counted(
            "daily",
            "DIEM allowance",
            unit="diem",
            used=None if diem is None else max(0.0, allocation - diem),
            limit=allocation,
            remaining=diem,
            duration=parse.DAY,
            resets_at=parse.midnight(now, 1),
        ),
    )


def balances(usd: float | None, diem: float | None) -> tuple[Metric, ...]:
    """Return the balances that are known."""
    return (
        *parse.known_metric("balance", "Balance", usd, "USD", MetricKind.BALANCE),
        *parse.known_metric("diem_balance", "DIEM balance", diem, "diem", MetricKind.BALANCE),
    )
