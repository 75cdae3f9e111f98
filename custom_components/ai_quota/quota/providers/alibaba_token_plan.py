"""Alibaba Token Plan."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from yarl import URL

from .. import aliyun, parse, token_plan
from ..account import Call
from ..credentials import Cookies, Settings, cookie, cookie_source, select, url
from ..model import InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

BAILIAN = "https://bailian.console.aliyun.com"
MODEL_STUDIO = "https://modelstudio.console.alibabacloud.com"

RENEW = (
    "sign out of the Model Studio or Bailian console and in again, and renew the cookie"
    " from a request on the page of the Token Plan"
)
ANSWERS = aliyun.Answers(
    sign_in=f"the console's session is stale: {RENEW}",
    rejected=f"the console rejected the session: {RENEW}",
    workspace=(
        "the session is fine, keep it, but its workspace has no right to this plan: choose the other variant"
        " (Team or Personal), or copy the cookie from the quota request itself"
    ),
)


@dataclass(frozen=True, kw_only=True)
class Region:
    """A console and one edition of the plan there."""

    gateway: str
    page: str
    id: str
    product: str

    @property
    def quota_host(self) -> str:
        """Return the origin that answers for the quota."""
        return self.gateway

    @property
    def dashboard(self) -> URL:
        """Return the page of the plan."""
        return URL(self.gateway + self.page)


@dataclass(frozen=True, kw_only=True)
class Team(Region):
    """The edition with seats: where the seats are asked for, and what a shared usage pack is called."""

    seats_id: str
    pack_product: str


@dataclass(frozen=True, kw_only=True)
class Personal(Region):
    """The edition for one person (Solo), behind a gateway of its own."""

    rpc: str
    action: str
    site: str

    @property
    @override
    def quota_host(self) -> str:
        """Return the origin that answers for the quota."""
        return self.rpc


REGIONS: dict[str, Team | Personal] = {
    "cn": Team(
        gateway=BAILIAN,
        page="/cn-beijing?tab=plan#/efm/subscription/token-plan",
        id="cn-beijing",
        product="sfm_tokenplanteams_dp_cn",
        seats_id="cn-qingdao",
        pack_product="sfm_tokenplanteamsaddon_dp_cn",
    ),
    "intl": Team(
        gateway=MODEL_STUDIO,
        page="/ap-southeast-1/?tab=plan#/efm/subscription/token-plan",
        id="ap-southeast-1",
        product="sfm_tokenplanteams_dp_intl",
        seats_id="ap-southeast-1",
        pack_product="sfm_tokenplanteamsaddon_dp_intl",
    ),
    "cn-personal": Personal(
        gateway=BAILIAN,
        page="/cn-beijing?tab=plan#/efm/subscription/token-plan/personal",
        id="cn-beijing",
        product="sfm_tokenplansolo_public_cn",
        rpc="https://bailian-cs.console.aliyun.com",
        action="BroadScopeAspnGateway",
        site="BAILIAN_ALIYUN",
    ),
    "intl-personal": Personal(
        gateway=MODEL_STUDIO,
        page="/ap-southeast-1/?tab=plan#/efm/subscription/token-plan/personal",
        id="ap-southeast-1",
        product="sfm_tokenplansolo_public_intl",
        rpc="https://bailian-singapore-cs.alibabacloud.com",
        action="IntlBroadScopeAspnGateway",
        site="MODELSTUDIO_ALBABACLOUD",  # spelled like this by the console, too
    ),
}


class AlibabaTokenPlan(Provider):
    """Alibaba Cloud Model Studio / Bailian Token Plan: seat credits and shared packs, or a person's rolling windows.

    The console's own calls, as its page makes them; API keys cannot read the quota.
    Source: https://github.com/steipete/CodexBar/blob/main/docs/alibaba-token-plan.md
    """

    id = "alibaba_token_plan"
    name = "Alibaba Token Plan"
    dashboard = str(REGIONS["cn"].dashboard)
    status = StatusLink("https://status.aliyun.com")
    every = Every(default=5, minimum=3)
    missing = (
        "paste the Cookie header of a request on the page of the Token Plan, copied after signing in,"
        " or sign in there with a browser of this machine"
    )
    region_field = "region"
    fields = (
        cookie(
            *aliyun.DOMAINS,
            names=aliyun.SESSION_NAMES,
            preferred=(aliyun.TICKET,),
            env=("ALIBABA_TOKEN_PLAN_COOKIE",),
            help=(
                "API keys cannot read this quota. 1. Sign in to the console of your region and open the page of the"
                " Token Plan. 2. Open the developer tools (F12), choose Network, and reload the page. 3. Type api.json"
                " into the filter and choose a request data/api.json; for a Personal plan one whose address holds"
                " tokenplan/personal/api/v2/usage. 4. Copy the value of its request header Cookie, or use Copy as"
                " cURL from its menu, and paste it here."
            ),
            link=str(REGIONS["cn"].dashboard),
        ),
        cookie_source(),
        select(
            "region",
            tuple(REGIONS),
            "cn",
            help="Where the plan was bought; a personal plan (Solo) has no seats, every other one is a team's.",
        ),
        url("host", "ALIBABA_TOKEN_PLAN_HOST", help="Replaces the host of every request."),
        url(
            "quota_url",
            "ALIBABA_TOKEN_PLAN_QUOTA_URL",
            exact=True,
            help="The whole address of the quota request; the console's page still follows host and region.",
        ),
    )

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the plan in the account's region."""
        return str(REGIONS[settings.get("region")].dashboard)

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read the quota as the console's page does."""
        region = REGIONS[call["region"]]

        async def read(cookies: Cookies) -> Reading:
            here = await visit(call, region, cookies)
            return await (read_personal(here, region) if isinstance(region, Personal) else read_team(here, region))

        return await with_session(call, read)


# The session


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A session at the page of the plan: the page's address, the cookies for quota calls, the token if it was found."""

    call: Call
    region: Region
    page: URL
    cookies: Cookies
    account: str | None
    token: str | None

    def address(self, query: Mapping[str, str]) -> URL:
        """Return where the quota is asked for, with `host` in its place, but without `quota_url`."""
        return aliyun.origin(self.call, self.region.quota_host).with_path(aliyun.QUOTA_PATH).with_query(query)

    async def post(self, address: URL, form: Mapping[str, str], accept: str = aliyun.ANYTHING) -> Any:
        """Return what a quota call answers, unfolded; every other outcome raises a QuotaError."""
        endpoint = self.call.at(
            address,
            cookies=self.cookies,
            headers=aliyun.form_headers(self.cookies, gateway=self.region.gateway, page=self.page, accept=accept),
            timeout=20,
        )
        token = {"sec_token": self.token} if self.token else {}
        return await ANSWERS.read(await endpoint.post(form={**form, **token}, follow=True))


async def visit(call: Call, region: Region, cookies: Cookies) -> Visit:
    """Return a visit of the plan's page.

    A browser's cookies are told apart by host and path: what the page gets, the quota's host may not
    get. Raises AuthFailed when the browser has none for one of them.
    """
    shell = aliyun.sent_to(cookies, region.dashboard)
    quota = aliyun.sent_to(cookies, URL(region.quota_host).with_path(aliyun.QUOTA_PATH))
    if not shell.pairs or not quota.pairs:
        raise ANSWERS.signed_out
    gateway = aliyun.origin(call, region.gateway)
    token = await call.optional(
        aliyun.sec_token(
            call,
            gateway,
            region.dashboard.path_qs,
            shell,
            names=("secToken", "sec_token", "SEC_TOKEN"),
            language="zh-CN,zh;q=0.9,en;q=0.8",
            answers=ANSWERS,
        )
    )
    return Visit(
        call=call,
        region=region,
        page=URL(f"{gateway}{region.page}"),
        cookies=quota,
        account=aliyun.account_of(shell),
        token=token or quota.get("sec_token"),
    )


# Team: a summary, the seats, and shared usage packs

TEAM_PRODUCT = "BssOpenAPI-V3"

TOTAL = (
    "totalQuota",
    "total_quota",
    "totalCredits",
    "totalCredit",
    "quota",
    "creditLimit",
    "creditsTotal",
    "monthlyTotalQuota",
    "amount",
    "totalValue",
    "TotalValue",
    "cycleTotalValue",
    "CycleTotalValue",
)
REMAINING = (
    "remainingQuota",
    "remainQuota",
    "remainingCredits",
    "remainingCredit",
    "availableCredits",
    "balance",
    "remaining",
    "availableAmount",
    "remainAmount",
    "totalSurplusValue",
    "TotalSurplusValue",
    "surplusValue",
    "SurplusValue",
    "cycleSurplusValue",
    "CycleSurplusValue",
)
USED = (
    "usedQuota",
    "used_quota",
    "usedCredits",
    "usedCredit",
    "consumedCredits",
    "usage",
    "used",
    "usedAmount",
    "consumeAmount",
    "usedValue",
    "UsedValue",
    "consumedValue",
    "ConsumedValue",
)
COUNT = ("totalCount", "TotalCount", "subscriptionTotalNumber", "SubscriptionTotalNumber")
PLAN_END = ("expireTime", "expirationTime", "endTime", "validEndTime", "instanceEndTime", "EndTime")
NEAREST_END = ("nearestExpireDate", "NearestExpireDate")
CYCLE_END = (
    "nextRefreshTime",
    "resetTime",
    "periodEndTime",
    "billingCycleEnd",
    "billCycleEndTime",
    *PLAN_END,
    "cycleEndTime",
    "CycleEndTime",
    *NEAREST_END,
)
PLAN = (
    "planName",
    "plan_name",
    "PlanName",
    "packageName",
    "package_name",
    "commodityName",
    "commodity_name",
    "specType",
    "SpecType",
    "instanceName",
    "instance_name",
    "displayName",
    "display_name",
    "ProductName",
    "productName",
    "planType",
    "plan_type",
)


async def read_team(visit: Visit, team: Team) -> Reading:
    """Read the summary, and what it sums up: seats and packs, which never fail the rest."""
    params = {"ProductCode": team.product}
    quota_url: URL | None = visit.call.get("quota_url")
    summary = Summary.of(await ask_team(visit, "GetSubscriptionSummary", params, team.id, quota_url))
    seats: tuple[Seats, ...] = ()
    pack: Window | None = None
    if summary.total and summary.total > 0 and not quota_url:
        addon = {"Group": "tokenPlan", "CommodityCode": team.pack_product, "PageNum": 1, "PageSize": 10}
        groups, packs = await asyncio.gather(
            visit.call.optional(ask_team(visit, "GetSeatSubscriptionSummary", params, team.seats_id)),
            visit.call.optional(ask_team(visit, "DescribeFrInstances", addon, team.id)),
        )
        seats, pack = seat_groups(groups), shared_pack(packs, visit.call.now)
    return Reading(
        plan=summary.plan_name,
        identity=visit.account,
        windows=tuple(filter(None, (month(summary, seats, visit.call.now), *seat_windows(seats), pack))),
        metrics=summary.balance,
    )


async def ask_team(visit: Visit, action: str, params: Json, region_id: str, address: URL | None = None) -> Any:
    """Return what an action of the billing interface answers."""
    call = {"product": TEAM_PRODUCT, "action": action}
    return await visit.post(
        address or visit.address({**call, "_tag": ""}),
        {**call, "params": aliyun.compact(params), "region": region_id},
    )


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What all subscriptions of a team come to, in credits; None for what the answer does not say."""

    total: float | None
    remaining: float | None
    used: float | None
    count: float | None
    plan: str | None
    cycle_ends_at: datetime | None
    plan_ends_at: datetime | None

    @classmethod
    def of(cls, answer: Any) -> Summary:
        """Return the summary in an answer; raises InvalidResponse where there is nothing of it."""
        documents = list(parse.objects(answer))
        figures = next(
            (each for each in documents if parse.first_number(each, *TOTAL, *REMAINING, *USED) is not None), None
        )
        if figures is None:
            figures = next((each for each in documents if parse.first_number(each, *COUNT) is not None), {})
        found = cls(
            total=parse.first_number(figures, *TOTAL),
            remaining=parse.first_number(figures, *REMAINING),
            used=parse.first_number(figures, *USED),
            count=parse.any_number(answer, *COUNT),
            plan=parse.first_text(figures, *PLAN) or parse.any_text(answer, *PLAN),
            cycle_ends_at=end(figures, answer, CYCLE_END),
            plan_ends_at=end(figures, answer, (*PLAN_END, *NEAREST_END)),
        )
        if all(value is None for value in (found.total, found.remaining, found.used, found.count, found.plan)):
            raise InvalidResponse(
                "the summary has none of TotalValue, TotalSurplusValue, UsedValue, TotalCount, PlanName"
            )
        return found

    @property
    def plan_name(self) -> str | None:
        """Return the plan; there is one as soon as anything was bought."""
        bought = any(value and value > 0 for value in (self.count, self.total))
        return self.plan or ("Token Plan Team" if bought else None)

    @property
    def balance(self) -> tuple[Metric, ...]:
        """Return what is left where no total makes a window of it."""
        left = self.remaining if self.total is None else None
        return parse.known_metric("balance", "Credits left", left, "credits", MetricKind.BALANCE)


def end(figures: Json, answer: Any, keys: tuple[str, ...]) -> datetime | None:
    """Return the first time under one of the keys, with the figures, else anywhere."""
    return aliyun.moment(figures, *keys) or aliyun.any_moment(answer, *keys)


@dataclass(frozen=True, kw_only=True)
class Seats:
    """The seats of one tier: their credits, and when these are renewed."""

    tier: str
    total: float
    surplus: float | None
    renewed_at: datetime | None


def seat_groups(answer: Any) -> tuple[Seats, ...]:
    """Return the tiers that have credits; none when there is no answer."""
    groups = []
    for group in parse.items(parse.anywhere(answer, "SubscriptionGroupList")):
        equities = map(parse.mapping, parse.items(parse.mapping(group).get("EquityList")))
        credit = next((each for each in equities if is_credit(each)), {})
        total = parse.first_number(credit, "TotalValue", "totalValue")
        if total and total > 0:
            groups.append(
                Seats(
                    tier=parse.first_text(group, "SpecType") or "Other",
                    total=total,
                    surplus=parse.first_number(credit, "SurplusValue", "surplusValue"),
                    renewed_at=aliyun.moment(group, "NextCycleFlushTime"),
                )
            )
    return tuple(groups)


def is_credit(equity: Json) -> bool:
    """Return whether what a seat comes with is credits."""
    return any("credit" in str(equity.get(key)).lower() for key in ("EquityCode", "EquityType"))


def month(summary: Summary, seats: tuple[Seats, ...], now: datetime) -> Window | None:
    """Return the month of all seats; it begins anew when the first tier does, not when the plan ends."""
    if not summary.total or summary.total <= 0 or (summary.used is None and summary.remaining is None):
        return None
    renewals = [each.renewed_at for each in seats if each.renewed_at and each.renewed_at > now]
    return parse.counted(
        "monthly",
        "Monthly seat quota",
        unit="credits",
        used=summary.used,
        limit=summary.total,
        remaining=summary.remaining,
        capped=True,
        resets_at=min(renewals, default=summary.cycle_ends_at),
        expires_at=summary.plan_ends_at,
    )


def seat_windows(seats: tuple[Seats, ...]) -> tuple[Window, ...]:
    """Return a window a tier, where there are several; the second group of a tier is numbered."""
    if len(seats) < 2:
        return ()
    windows = []
    seen = Counter[str]()
    for each in seats:
        id = f"monthly_{parse.slug(each.tier) or 'other'}"
        seen[id] += 1
        windows.append(
            parse.counted(
                id if seen[id] == 1 else f"{id}_{seen[id]}",
                f"Monthly seats ({parse.title(each.tier)})",
                unit="credits",
                limit=each.total,
                remaining=each.surplus,
                capped=True,
                resets_at=each.renewed_at,
            )
        )
    return tuple(windows)


def shared_pack(answer: Any, now: datetime) -> Window | None:
    """Return what is left of all valid packs; none of them is ever filled up again."""
    packs = [each for each in pack_list(answer) if pack_status(each) == "valid"]
    counted = [
        (initial, current, aliyun.moment(each, "EndTime"))
        for each in packs
        if (initial := parse.number(each.get("InitCapacityBaseValue"))) is not None
        and (current := parse.number(each.get("CurrCapacityBaseValue"))) is not None
    ]
    limit = sum(initial for initial, _, _ in counted)
    if limit <= 0:
        return None
    ends = [end for _, current, end in counted if current > 0 and end and end > now]
    return parse.counted(
        "monthly_shared",
        "Shared usage pack",
        unit="credits",
        limit=limit,
        remaining=sum(current for _, current, _ in counted),
        capped=True,
        expires_at=min(ends, default=None),
    )


def pack_list(node: Any) -> list[Json]:
    """Return the first list of packs in an answer, depth first."""
    children = node.values() if isinstance(node, Mapping) else parse.items(node)
    if isinstance(node, list):
        packs = [each for each in node if isinstance(each, Mapping)]
        if any("InitCapacityBaseValue" in each or "CurrCapacityBaseValue" in each for each in packs):
            return packs
    return next((found for child in children if (found := pack_list(child))), [])


def pack_status(pack: Json) -> str:
    """Return the state of a pack in lower case, empty when it has none."""
    code = parse.first_text(pack, "StatusCode") or parse.first_text(pack.get("Status"), "Code")
    return (code or parse.first_text(pack, "Status") or "").lower()


# Personal: three calls to one gateway


async def read_personal(visit: Visit, personal: Personal) -> Reading:
    """Read the usage; plan and size of its windows never fail the rest."""
    usage = await token_plan.read_usage(lambda: ask_personal(visit, personal, "usage"), *token_plan.PERCENTAGES)
    subscription, sizes = await asyncio.gather(
        visit.call.optional(ask_personal(visit, personal, "subscription", {"commodityCode": personal.product})),
        visit.call.optional(ask_personal(visit, personal, "quota-config")),
    )
    code = token_plan.plan_code(subscription)
    return Reading(
        plan=token_plan.plan_name(code) if code else "Personal",
        identity=visit.account,
        windows=token_plan.windows(usage, subscription, sizes),
    )


async def ask_personal(visit: Visit, personal: Personal, name: str, data: Json | None = None) -> Any:
    """Return what one of the plan's APIs answers."""
    api = token_plan.API + name
    call = {"product": token_plan.PRODUCT, "action": personal.action}
    quota_url: URL | None = visit.call.get("quota_url")
    address = quota_url.update_query(api=api) if quota_url else visit.address({**call, "api": api, "_v": "undefined"})
    # `switchAgent`, which the page sends as well, would bind the call to one workspace and fail all others.
    params = aliyun.call_params(
        api, data or {}, page=visit.page, site=personal.site, cookies=visit.cookies, switchUserType=3
    )
    return await visit.post(
        address, {**call, "region": personal.id, "language": "en-US", "params": params}, aliyun.DATA
    )
