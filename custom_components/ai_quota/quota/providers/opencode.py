"""OpenCode."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
import re
from typing import override

from .. import parse
from ..account import Call
from ..credentials import Cookies, Settings
from ..model import AuthFailed, InvalidResponse, MetricKind, QuotaError, RateLimited, Reading, Unsupported
from ..opencode_site import (
    BILLING_UNIT,
    ORIGIN,
    SIGN_IN,
    Site,
    document_in,
    fields_in,
    session_fields,
    usage_windows,
)
from ..parse import Json
from ..provider import Every, Provider, Workspace, strategy
from ..sessions import has_session, with_session

# The site names its functions by hashes that a new build may change.
SUBSCRIPTION = "7abeebee372f304e050aaaf92be863f4a86490e382f8c79db68fd94040d691b4"

PLANS = {"20": "Black 20", "100": "Black 100", "200": "Black 200"}


class OpenCode(Provider):
    """OpenCode: the windows of a Black subscription, or the balance and the monthly spend of pay-as-you-go.

    Sources: https://opencode.ai/docs/zen/ and the site's own server functions.
    """

    id = "opencode"
    name = "OpenCode"
    dashboard = SIGN_IN
    missing = f"give the cookie of {ORIGIN}"
    workspace_field = "workspace_id"
    every = Every(default=5, minimum=3)
    fields = session_fields("CODEXBAR_OPENCODE_WORKSPACE_ID")

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the billing page of the workspace, where one was given."""
        workspace = settings.get("workspace_id")
        return f"{ORIGIN}/workspace/{workspace}/billing" if workspace else self.dashboard

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the workspaces of the session."""
        found = await with_session(call, lambda cookies: Site(call, cookies).workspaces())
        return [Workspace(id, name or id) for id, name in found.items()]

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, or with those of the browsers."""
        return await with_session(call, partial(read_workspace, call))


async def read_workspace(call: Call, cookies: Cookies) -> Reading:
    """Read the subscription of the workspace, else what it pays as it goes."""
    site = Site(call, cookies)
    workspace, name = await site.workspace(call.get("workspace_id"))
    try:
        found = await subscription(site, workspace, call.now)
    except AuthFailed, RateLimited:
        raise
    except QuotaError as failure:
        found = await pay_as_you_go(site, workspace, call.now, failure)
    return replace(found, organization=name, identity=workspace)


async def subscription(site: Site, workspace: str, now: datetime) -> Reading:
    """Return the windows of the subscription; raises Unsupported when the site says that there is none."""
    for method in ("GET", "POST"):
        page = f"/workspace/{workspace}/billing"
        answer = (await site.function(SUBSCRIPTION, workspace, referer=page, method=method)).text
        if is_null(answer):
            raise Unsupported(f"workspace {workspace} has no subscription, and its billing could not be read")
        if windows := usage_windows(answer, now, ("session", "weekly")):
            return Reading(plan=plan_in(answer), windows=windows)
    raise InvalidResponse("the subscription has no rollingUsage")


async def pay_as_you_go(site: Site, workspace: str, now: datetime, failure: QuotaError) -> Reading:
    """Return what a workspace without a subscription has and spends; raises the failure when that is not told."""
    try:
        billing = await site.billing(workspace)
    except AuthFailed:
        raise
    except QuotaError:
        raise failure from None
    was_never_set_up = "customerID" in billing and billing["customerID"] is None
    if was_never_set_up and isinstance(failure, Unsupported):
        return Reading()
    found = billing_reading(billing, now)
    is_customer = parse.first_text(billing, "customerID") and billing.get("subscription") is None
    if not is_customer or not (found.windows or found.metrics):
        raise failure
    return found


# What the answers say


def is_null(answer: str) -> bool:
    """Return whether the answer is null, in JSON or as the serializer writes it."""
    return answer.strip() == "null" or re.search(r"\]\s*=\s*\[\s*\]\s*,\s*null\s*\)\s*;?\s*$", answer) is not None


def plan_in(answer: str) -> str | None:
    """Return the plan that the answer names."""
    document = document_in(answer)
    told = fields_in(answer, "plan") if document is None else {"plan": parse.any_text(document, "plan")}
    plan = parse.first_text(told, "plan")
    return PLANS.get(plan, plan) if plan else None


def billing_reading(billing: Json, now: datetime) -> Reading:
    """Return balance and spend, the latter of the limit where there is one; all in US dollars."""
    balance, used, limit = amount(billing, "balance"), spent(billing, now), parse.first_number(billing, "monthlyLimit")
    metrics = parse.known_metric("balance", "Balance", balance, "USD", MetricKind.BALANCE)
    if limit is None or limit <= 0:
        spend = parse.known_metric("spend_month", "Spend this month", used, "USD", MetricKind.SPEND)
        return Reading(metrics=(*metrics, *spend))
    resets_at = parse.next_month(now)
    budget = parse.counted("budget", "Monthly spend limit", unit="USD", used=used, limit=limit, resets_at=resets_at)
    return Reading(windows=(budget,), metrics=metrics)


def spent(billing: Json, now: datetime) -> float | None:
    """Return what was spent in this month; a figure of an earlier one says that it is nothing so far."""
    if "monthlyUsage" in billing and billing["monthlyUsage"] is None:
        return 0.0
    used, updated = amount(billing, "monthlyUsage"), parse.moment(billing.get("timeMonthlyUsageUpdated"))
    is_old = updated is not None and updated < parse.midnight(now).replace(day=1)
    return 0.0 if is_old and used is not None else used


def amount(billing: Json, key: str) -> float | None:
    """Return an amount in US dollars."""
    units = parse.first_number(billing, key)
    return None if units is None else units * BILLING_UNIT
