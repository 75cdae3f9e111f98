"""OpenRouter."""

from datetime import datetime
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, secret, text
from ..http import Endpoint, Verdict
from ..model import InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

OPENROUTER = "https://openrouter.ai/api/v1"
VERDICT = Verdict(auth="OpenRouter rejected the API key")


class OpenRouter(Provider):
    """OpenRouter: prepaid credits, the limit and spend of one API key, the account's spend of 30 days.

    Source: https://openrouter.ai/docs/api-reference/limits
    """

    id = "openrouter"
    name = "OpenRouter"
    dashboard = "https://openrouter.ai/settings/credits"
    status = StatusLink("https://status.openrouter.ai")
    missing = "give an API key"
    fields = (
        api_key(
            "OPENROUTER_API_KEY", help="Settings, API Keys, Create key.", link="https://openrouter.ai/settings/keys"
        ),
        secret(
            "management_api_key",
            "OPENROUTER_MANAGEMENT_API_KEY",
            advanced=True,
            help="Adds the account's spend of 30 days. Settings, Management keys.",
            link="https://openrouter.ai/settings/management-keys",
        ),
        base_url(OPENROUTER, "OPENROUTER_API_URL"),
        text("http_referer", "OPENROUTER_HTTP_REFERER", advanced=True, help="Sent as HTTP-Referer."),
        text("client_title", "OPENROUTER_X_TITLE", default="AI Quota", advanced=True, help="Sent as X-Title."),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read credits, key and activity; what is optional never fails the rest."""
        api = call.at(call["base_url"], bearer=call["api_key"], verdict=VERDICT)
        management = None
        if management_key := call.get("management_api_key"):
            management = call.at(OPENROUTER, bearer=management_key, verdict=VERDICT)

        reply = await api.get("credits", headers=client_headers(call))
        if reply.status == 403:
            # This key may not read credits; a management key may, else the key's own figures are the answer.
            balance = await call.optional(read_credits(management)) if management else ()
        else:
            balance = credit_metrics(await reply.check(VERDICT).object())
        key = await call.optional(read_key(api)) if balance else await read_key(api)
        activity = await call.optional(read_activity(management, call.now)) if management else ()

        reading = Reading(
            account=parse.first_text(key, "creator_user_id"),
            plan="Free" if key and key.get("is_free_tier") is True else None,
            windows=key_windows(key or {}, call.now),
            metrics=(*(balance or ()), *key_metrics(key or {}), *(activity or ())),
        )
        if not reading.windows and not reading.metrics:
            raise InvalidResponse("neither credits nor limit and usage of the key can be read")
        return reading


def client_headers(call: Call) -> dict[str, str]:
    """Return how this client names itself to OpenRouter."""
    headers = {"X-Title": call["client_title"]}
    if referer := call.get("http_referer"):
        headers["HTTP-Referer"] = referer
    return headers


async def read_credits(api: Endpoint) -> tuple[Metric, ...]:
    """Read the account's credits."""
    return credit_metrics(await api.get_object("credits"))


async def read_key(api: Endpoint) -> Json:
    """Read the key's own limit and usage."""
    return key_data(await api.get_object("key", timeout=5))


async def read_activity(api: Endpoint, now: datetime) -> tuple[Metric, ...]:
    """Read today's activity and that of the last 30 completed days."""
    today = f"{now:%Y-%m-%d}"
    answers = [
        await api.get_object("activity", query={"date": today}, timeout=10),
        await api.get_object("activity", timeout=10),
    ]
    return activity_metrics([row for answer in answers for row in parse.need_list(answer.get("data"), "data")], now)


def credit_metrics(answer: Json) -> tuple[Metric, ...]:
    """Return balance and lifetime spend, in USD."""
    data = parse.need_mapping(answer.get("data"), "data")
    bought, spent = (parse.need_json_number(data, key, f"data.{key}") for key in ("total_credits", "total_usage"))
    return (
        Metric(id="balance", name="Balance", value=bought - spent, unit="USD", kind=MetricKind.BALANCE),
        Metric(id="spend_total", name="Spend, total", value=spent, unit="USD", kind=MetricKind.SPEND),
    )


AMOUNTS = ("limit", "limit_remaining", "usage", "usage_daily", "usage_weekly", "usage_monthly")


def key_data(answer: Json) -> Json:
    """Return what the key says of itself; one amount that is no number spoils it all."""
    data = parse.need_mapping(answer.get("data"), "data")
    for key in AMOUNTS:
        parse.json_number(data, key, f"data.{key}")
    if not isinstance(data.get("limit_reset"), str | None):
        raise InvalidResponse("data.limit_reset is not text")
    return data


def key_windows(data: Json, now: datetime) -> tuple[Window, ...]:
    """Return the limit of the key, where it has one and its use is known."""
    limit = parse.number(data.get("limit"))
    remaining = parse.number(data.get("limit_remaining"))
    reset = data.get("limit_reset") or ""
    counter, duration, resets_at = {
        "daily": ("usage_daily", parse.DAY, parse.midnight(now, 1)),
        "weekly": ("usage_weekly", parse.WEEK, parse.next_monday(now)),
        "monthly": ("usage_monthly", None, parse.next_month(now)),
    }.get(reset, ("usage", None, None))
    used = parse.number(data.get(counter))
    if used is None:
        used = parse.number(data.get("usage"))
    if limit is None or limit <= 0 or (remaining is None and used is None):
        return ()
    return (
        parse.counted(
            "key",
            "API key limit",
            unit="USD",
            # The lifetime counter comes last: with a limit that resets it shows far too much.
            used=used if remaining is None else max(0.0, limit - remaining),
            limit=limit,
            remaining=remaining,
            duration=duration,
            resets_at=resets_at,
        ),
    )


def key_metrics(data: Json) -> tuple[Metric, ...]:
    """Return what was spent with the key, in USD."""
    return tuple(
        Metric(id=id, name=name, value=value, unit="USD", kind=MetricKind.SPEND)
        for id, name, key in (
            ("spend_today", "Spend today (API key)", "usage_daily"),
            ("spend_week", "Spend this week (API key)", "usage_weekly"),
            ("spend_month", "Spend this month (API key)", "usage_monthly"),
            ("byok_spend_month", "Own-key spend this month", "byok_usage_monthly"),
        )
        if (value := parse.number(data.get(key))) is not None
    )


def activity_metrics(rows: list[Any], now: datetime) -> tuple[Metric, ...]:
    """Return spend, requests and tokens of the last 30 days, today included."""
    since, today = f"{parse.midnight(now, -29):%Y-%m-%d}", f"{now:%Y-%m-%d}"
    kept: dict[tuple[Any, ...], Json] = {}
    for row in rows:
        day = (parse.first_text(row, "date") or "")[:10]
        if not day:
            raise InvalidResponse("a row of data has no date")
        if since <= day <= today:
            named = ("endpoint_id", "provider_name", "workspace_id")
            kept.setdefault(
                (day, parse.first_text(row, "model_permaslug", "model"), *(str(row.get(key)) for key in named)), row
            )
    spend = requests = tokens = 0.0
    for row in kept.values():
        spend += parse.need_number(row, "usage") + (parse.number(row.get("byok_usage_inference")) or 0)
        requests += parse.need_number(row, "requests")
        # Reasoning tokens are part of the completion tokens.
        tokens += parse.need_number(row, "prompt_tokens") + parse.need_number(row, "completion_tokens")
    return (
        Metric(id="spend_30d", name="Spend, 30 days", value=spend, unit="USD", kind=MetricKind.SPEND),
        Metric(id="requests_30d", name="Requests, 30 days", value=requests, unit="requests", kind=MetricKind.COUNT),
        Metric(id="tokens_30d", name="Tokens, 30 days", value=tokens, unit="tokens", kind=MetricKind.COUNT),
    )
