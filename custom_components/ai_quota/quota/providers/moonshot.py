"""Moonshot."""

from .. import parse
from ..account import Call
from ..credentials import api_key, select
from ..http import Verdict
from ..model import AuthFailed, Metric, MetricKind, RateLimited, Reading, Unavailable
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

REJECTED = "the key is missing, was rejected, or belongs to the other region"
REGIONS = {
    "international": ("https://api.moonshot.ai/v1", "USD"),
    "china": ("https://api.moonshot.cn/v1", "CNY"),
}


class Moonshot(Provider):
    """Moonshot: the prepaid balance of the Kimi Open Platform. Its two regions are separate systems.

    Source: https://platform.moonshot.ai/docs/api/balance
    """

    id = "moonshot"
    name = "Moonshot"
    dashboard = "https://platform.moonshot.ai/console/account"
    status = StatusLink(
        "https://status.moonshot.cn", "statuspage", ("8psr5dfdld0s", "Open API", "rf64wcbxt3r2", "API Service")
    )
    missing = REJECTED
    region_field = "region"
    fields = (
        api_key(
            # Of the region that MOONSHOT_REGION names: see `key_for`.
            "MOONSHOT_API_KEY",
            "MOONSHOT_KEY",
            help="The console of your region, API keys.",
            link="https://platform.moonshot.ai/console/api-keys",
        ),
        select("region", tuple(REGIONS), "international"),
    )

    async def has_key(self, call: Call) -> bool:
        """Return whether there is a key for the region."""
        return key_for(call) is not None

    @strategy("api", when=has_key)
    async def api(self, call: Call) -> Reading:
        """Read the balance."""
        base, unit = REGIONS[call["region"]]
        api = call.at(base, bearer=key_for(call), verdict=Verdict(auth=REJECTED))
        return Reading(metrics=balances(await api.get_object("users/me/balance"), unit))


def key_for(call: Call) -> str | None:
    """Return the key of the chosen region: a key must never reach the other one's host."""
    if own := call.own("api_key"):
        return str(own)
    named = (call.settings.env("MOONSHOT_REGION") or "").lower()
    region = named if named in REGIONS else "international"
    return call.get("api_key") if region == call["region"] else None


def balances(answer: Json, unit: str) -> tuple[Metric, ...]:
    """Return what is left, in vouchers and in cash; a debt counts as a deficit too."""
    judge(answer)
    data = parse.need_mapping(answer.get("data"), "data")
    cash = parse.number(data.get("cash_balance"))
    available = parse.need_number(data, "available_balance")
    return (
        Metric(id="balance", name="Balance", value=available, unit=unit, kind=MetricKind.BALANCE),
        *parse.known_metric(
            "voucher_balance", "Voucher balance", parse.number(data.get("voucher_balance")), unit, MetricKind.BALANCE
        ),
        *parse.known_metric("cash_balance", "Cash balance", cash, unit, MetricKind.BALANCE),
        *parse.known_metric("deficit", "Deficit", -cash if cash and cash < 0 else None, unit, MetricKind.BALANCE),
    )


def judge(answer: Json) -> None:
    """Raise the failure that an answer with HTTP status 200 may still report."""
    code, scode = parse.need_number(answer, "code"), str(answer.get("scode") or "")
    if code == 0 and answer.get("status", True) is True:
        return
    if code in (401, 403) or "unauthorized" in scode.lower():
        raise AuthFailed(REJECTED)
    if code == 429:
        raise RateLimited
    raise Unavailable(f"Moonshot reports code {code:g} ({scode[:40]})")
