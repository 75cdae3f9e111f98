"""Neuralwatt."""

from collections.abc import Iterator
from datetime import timedelta
from string import capwords

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, service_root
from ..http import Verdict
from ..model import InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

PORTAL = "https://portal.neuralwatt.com/dashboard"
PERIODS = {"daily": parse.DAY, "weekly": parse.WEEK, "monthly": timedelta(days=30)}


class Neuralwatt(Provider):
    """Neuralwatt Cloud: the energy of a subscription, the allowance of one API key, and the prepaid balance.

    Source: the requests of https://portal.neuralwatt.com/dashboard
    """

    id = "neuralwatt"
    name = "Neuralwatt"
    dashboard = PORTAL
    missing = "give an API key"
    key_is_account = True
    fields = (
        api_key("NEURALWATT_API_KEY", help="API keys, create.", link=PORTAL),
        base_url("https://api.neuralwatt.com", "NEURALWATT_API_URL"),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the quota."""
        verdict = Verdict(auth="the API key was rejected")
        api = call.at(service_root(call["base_url"]) / "v1", bearer=call["api_key"], verdict=verdict)
        answer = await api.get_object("quota")
        subscription, key = parse.mapping(answer.get("subscription")), parse.mapping(answer.get("key"))
        windows = (*energy(subscription), *allowance(parse.mapping(key.get("allowance"))))
        balance = balance_of(parse.mapping(answer.get("balance")))
        if not windows and balance is None:
            raise InvalidResponse("balance, subscription and key.allowance hold no figures")
        plan = parse.first_text(subscription, "plan")
        return Reading(
            account=parse.first_text(key, "name"),
            plan=capwords(plan.replace("_", " ")) if plan else None,
            windows=windows,
            metrics=(
                *parse.known_metric("balance", "Balance", balance, "USD", MetricKind.BALANCE),
                *month_metrics(parse.mapping(parse.mapping(answer.get("usage")).get("current_month"))),
            ),
        )


def amount(source: Json, key: str) -> float | None:
    """Return a figure; one below 0 is none."""
    found = parse.first_number(source, key)
    return found if found is not None and found >= 0 else None


def energy(subscription: Json) -> Iterator[Window]:
    """Yield the energy of the billing period, where there is any and its use is known."""
    start, end = (parse.moment(subscription.get(f"current_period_{edge}")) for edge in ("start", "end"))
    renews = subscription.get("auto_renew") is not False
    window = parse.counted(
        "energy",
        "Subscription energy",
        unit="kWh",
        used=amount(subscription, "kwh_used"),
        limit=amount(subscription, "kwh_included") or None,
        remaining=amount(subscription, "kwh_remaining"),
        duration=end - start if start and end and end > start else None,
        resets_at=end if renews else None,
        expires_at=None if renews else end,
    )
    if window.limit and window.used is not None:
        yield window


def allowance(found: Json) -> Iterator[Window]:
    """Yield what the key may spend, where that is limited."""
    limit = amount(found, "limit_usd")
    if not limit:
        return
    used, remaining = amount(found, "spent_usd"), amount(found, "remaining_usd")
    if used is None and remaining is not None:
        used = max(0.0, limit - remaining)
    percent = parse.percentage(used, limit)
    if found.get("blocked") is True:
        percent = max(100.0, percent or 0)
    yield parse.counted(
        "budget_key",
        "Key allowance",
        unit="USD",
        used=used,
        limit=limit,
        remaining=remaining,
        used_percent=percent,
        duration=PERIODS.get(parse.first_text(found, "period") or ""),
    )


def balance_of(balance: Json) -> float | None:
    """Return what is left of the prepaid credits, in US dollars."""
    left, bought, spent = (
        amount(balance, f"{key}_usd") for key in ("credits_remaining", "total_credits", "credits_used")
    )
    if left is None and bought is not None and spent is not None:
        return max(0.0, bought - spent)
    return left


def month_metrics(month: Json) -> Iterator[Metric]:
    """Yield what came together in the current month."""
    for id, name, key, unit, kind in (
        ("spend_month", "Spend this month", "cost_usd", "USD", MetricKind.SPEND),
        ("energy_month", "Energy this month", "energy_kwh", "kWh", MetricKind.COUNT),
        ("requests_month", "Requests this month", "requests", "requests", MetricKind.COUNT),
        ("tokens_month", "Tokens this month", "tokens", "tokens", MetricKind.COUNT),
    ):
        yield from parse.known_metric(id, name, amount(month, key), unit, kind)
