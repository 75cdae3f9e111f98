"""ElevenLabs."""

from datetime import timedelta

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, service_root
from ..http import Reply, Verdict
from ..model import AuthFailed, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy

REJECTED = "the API key was rejected"
PERIODS = {
    "monthly_period": timedelta(days=30),
    "3_month_period": timedelta(days=90),
    "6_month_period": timedelta(days=180),
    "annual_period": timedelta(days=365),
}


class ElevenLabs(Provider):
    """ElevenLabs: credits, voice slots and overage of a subscription.

    Source: https://elevenlabs.io/docs/api-reference/user/subscription/get
    """

    id = "elevenlabs"
    name = "ElevenLabs"
    dashboard = "https://elevenlabs.io/app/developers/usage"
    status = StatusLink("https://status.elevenlabs.io", "statuspage")
    missing = "give an API key"
    every = Every(default=15, minimum=5)
    fields = (
        api_key(
            "ELEVENLABS_API_KEY",
            "XI_API_KEY",
            help='Settings, API keys, Create; with restricted permissions it needs "User: Read".',
            link="https://elevenlabs.io/app/settings/api-keys",
        ),
        base_url("https://api.elevenlabs.io", "ELEVENLABS_API_URL"),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the subscription."""
        api = call.at(service_root(call["base_url"]) / "v1", headers={"xi-api-key": call["api_key"]})
        reply = await api.get("user/subscription")
        if reply.status in (401, 403):
            raise AuthFailed(await refusal(reply))
        answer = await reply.check(Verdict(auth=REJECTED)).object()
        return Reading(plan=plan_of(answer), windows=windows_of(answer), metrics=metrics_of(answer))


async def refusal(reply: Reply) -> str:
    """Return why a key was rejected, and which permission it lacks."""
    detail = parse.mapping((await reply.maybe_object()).get("detail"))
    reason = parse.first_text(detail, "message") or REJECTED
    if detail.get("status") == "missing_permissions":
        reason += ' (it needs the permission "User: Read", user_read)'
    return reason


def windows_of(answer: Json) -> tuple[Window, ...]:
    """Return the credits, what may be used beyond them, and the voices."""
    count, limit = parse.need_number(answer, "character_count"), parse.need_number(answer, "character_limit")
    duration = PERIODS.get(str(answer.get("character_refresh_period")))
    resets_at = parse.moment(answer.get("next_character_count_reset_unix"))
    windows = [
        parse.counted(
            "credits", "Credits", unit="credits", used=count, limit=limit, duration=duration, resets_at=resets_at
        )
    ]
    extension = parse.first_number(answer, "max_credit_limit_extension", "max_character_limit_extension")
    if extension is not None and extension > 0:
        windows.append(
            parse.counted(
                "extra_usage",
                "Extra usage",
                unit="credits",
                used=max(0.0, count - limit),
                limit=extension,
                duration=duration,
                resets_at=resets_at,
            )
        )
    for id, name, used_key, limit_key in (
        ("voice_slots", "Voice slots", "voice_slots_used", "voice_limit"),
        ("professional_voices", "Professional voices", "professional_voice_slots_used", "professional_voice_limit"),
    ):
        used, slots = parse.number(answer.get(used_key)), parse.number(answer.get(limit_key))
        if used is not None and slots is not None and slots > 0:
            windows.append(parse.counted(id, name, unit="slots", used=used, limit=slots))
    return tuple(windows)


def metrics_of(answer: Json) -> tuple[Metric, ...]:
    """Return the running overage and the next invoice."""
    overage, invoice = parse.mapping(answer.get("current_overage")), parse.mapping(answer.get("next_invoice"))
    currency = parse.first_text(answer, "currency")
    overage_currency = parse.first_text(overage, "currency") or currency
    cents = parse.number(invoice.get("amount_due_cents"))
    return (
        *parse.known_metric(
            "overage",
            "Current overage",
            parse.number(overage.get("amount")),
            overage_currency.upper() if overage_currency else None,
            MetricKind.SPEND,
        ),
        *parse.known_metric(
            "next_invoice",
            "Next invoice",
            None if cents is None else cents / 100,
            currency.upper() if currency else None,
            MetricKind.SPEND,
        ),
    )


def plan_of(answer: Json) -> str | None:
    """Return the plan, with its status where that is another than the usual one."""
    tier, status = parse.first_text(answer, "tier"), parse.first_text(answer, "status")
    if not tier:
        return None
    usual = status in (None, "active") or (tier, status) == ("free", "free")
    return parse.title(tier) + ("" if usual else f" ({str(status).replace('_', ' ')})")
