"""DeepInfra."""

from collections.abc import Iterator

from .. import parse
from ..account import Call
from ..credentials import api_key, without_bearer
from ..http import Endpoint, Verdict
from ..model import Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

REJECTED = Verdict(auth='the API key was rejected; paste it without "Bearer "')
LACKS_BILLING = Verdict(auth="the API key is valid but may not read billing data")


class DeepInfra(Provider):
    """DeepInfra: the prepaid balance, the spend and the spending limit of an account.

    Source: the requests of https://deepinfra.com/dash/billing
    """

    id = "deepinfra"
    name = "DeepInfra"
    dashboard = "https://deepinfra.com/dash"
    status = StatusLink("https://status.deepinfra.com")
    missing = "give an API key"
    fields = (
        api_key(
            "DEEPINFRA_API_KEY",
            "DEEPINFRA_TOKEN",
            clean=without_bearer,
            help="API keys, New API key.",
            link="https://deepinfra.com/dash/api_keys",
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the state of the account, and what the month has cost so far."""
        api = call.at("https://api.deepinfra.com/payment", bearer=call["api_key"], timeout=30)
        reply = await api.get("checklist", query={"compute_owed": "true"})
        account = await reply.check(LACKS_BILLING if reply.status == 403 else REJECTED).object()
        owed, recent = parse.need_number(account, "stripe_balance"), max(0.0, parse.need_number(account, "recent"))
        month = await call.optional(read_month(api))
        return Reading(
            plan=plan_of(account),
            windows=tuple(limit_windows(account, recent)),
            metrics=(
                # The account is kept from the provider's side: what was prepaid is negative.
                Metric(id="balance", name="Balance", value=0 - owed - recent, unit="USD", kind=MetricKind.BALANCE),
                Metric(id="spend_cycle", name="Spend, billing cycle", value=recent, unit="USD", kind=MetricKind.SPEND),
                *parse.known_metric("spend_month", "Spend this month", month, "USD", MetricKind.SPEND),
            ),
        )


async def read_month(api: Endpoint) -> float | None:
    """Read what the current month, the last of the answer, has cost, in US dollars."""
    months = parse.items((await api.get_object("usage", query={"from": "current"})).get("months"))
    cents = parse.first_number(months[-1], "total_cost") if months else None
    return None if cents is None else max(0.0, cents) / 100


def plan_of(account: Json) -> str | None:
    """Return that the account is suspended, and why, if it is."""
    if account.get("suspended") is not True:
        return None
    reason = parse.first_text(account, "suspend_reason")
    return f"Suspended ({reason})" if reason else "Suspended"


def limit_windows(account: Json, recent: float) -> Iterator[Window]:
    """Yield the spending limit of the billing cycle, where there is one."""
    limit = parse.first_number(account, "limit")
    if limit is not None and limit > 0:
        yield parse.counted("budget", "Spending limit", unit="USD", used=recent, limit=limit)
