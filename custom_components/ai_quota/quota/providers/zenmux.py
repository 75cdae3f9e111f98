"""ZenMux."""

from dataclasses import replace
from datetime import timedelta

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Endpoint, Verdict
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, RateLimited, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

VERDICT = Verdict(auth="a Management API key is needed, not one for inference")
BALANCES = (
    ("balance", "Pay-as-you-go balance", "total_credits"),
    ("balance_top_up", "Topped-up balance", "top_up_credits"),
    ("balance_bonus", "Bonus balance", "bonus_credits"),
)


class ZenMux(Provider):
    """ZenMux: the Flow quotas of a subscription, five hours and a week, and the pay-as-you-go balance.

    Source: https://docs.zenmux.ai/api/platform/subscription-detail
    """

    id = "zenmux"
    name = "ZenMux"
    dashboard = "https://zenmux.ai/platform/management"
    missing = "give a Management API key"
    fields = (
        api_key(
            "ZENMUX_MANAGEMENT_API_KEY",
            help="Management, create a Management API Key; keys for inference are refused.",
            link="https://zenmux.ai/platform/management",
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the subscription, then the balance."""
        api = call.at("https://zenmux.ai/api/v1/management", bearer=call["api_key"], verdict=VERDICT)
        subscription = await read(api, "subscription/detail")
        windows = windows_of(subscription)
        balance = await call.optional(read(api, "payg/balance"), but=AuthFailed)
        return Reading(plan=plan_of(subscription), windows=windows, metrics=balances(balance or {}))


async def read(api: Endpoint, path: str) -> Json:
    """Read the data of an answer; too many requests in a minute are 422 here."""
    reply = await api.get(path)
    if reply.status == 422:
        raise RateLimited(retry_after=reply.retry_after)
    return parse.need_data(await reply.check(VERDICT).object())


def windows_of(subscription: Json) -> tuple[Window, ...]:
    """Return the quotas, and the most that a month can have."""
    windows = (
        *quota("session", "Session", subscription.get("quota_5_hour"), parse.HOURS_5),
        *quota("weekly", "Weekly", subscription.get("quota_7_day"), parse.WEEK),
    )
    if not windows:
        raise InvalidResponse("neither data.quota_5_hour nor data.quota_7_day says how much is used")
    ceiling = parse.first_number(subscription.get("quota_monthly"), "max_flows")
    if ceiling is None or ceiling <= 0:
        return windows
    return (*windows, Window(id="monthly", name="Monthly", limit=ceiling, unit="flows"))


def quota(id: str, name: str, source: object, duration: timedelta) -> tuple[Window, ...]:
    """Return a quota, when there is a share or a number of flows."""
    share, *flows = (
        parse.first_number(source, key) for key in ("usage_percentage", "used_flows", "max_flows", "remaining_flows")
    )
    is_counted = flows != [None] * 3
    if share is None and not is_counted:
        return ()
    used, limit, remaining = flows
    window = parse.counted(
        id,
        name,
        unit="flows",
        used=used,
        limit=limit,
        remaining=remaining,
        used_percent=None if share is None else share * 100,
        duration=duration,
        resets_at=parse.moment(parse.first(source, "resets_at")),
    )
    return (window if is_counted else replace(window, unit=None),)


def balances(data: Json) -> tuple[Metric, ...]:
    """Return the balances in USD; those in another currency are none."""
    if (parse.first_text(data, "currency") or "").lower() != "usd":
        return ()
    return tuple(
        metric
        for id, name, key in BALANCES
        for metric in parse.known_metric(id, name, parse.number(data.get(key)), "USD", MetricKind.BALANCE)
    )


def plan_of(subscription: Json) -> str | None:
    """Return the tier, with the state of the account where that is not the usual one."""
    tier = parse.first_text(subscription.get("plan"), "tier")
    status = (parse.first_text(subscription, "account_status") or "healthy").lower()
    if status == "healthy":
        return parse.title(tier) if tier else None
    return f"{parse.title(tier)} ({status})" if tier else status.capitalize()
