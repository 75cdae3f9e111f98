"""Alibaba Coding Plan."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from yarl import URL

from .. import aliyun, parse
from ..account import Call
from ..credentials import Cookies, Settings, api_key, cookie, cookie_source, flag, select, url
from ..http import BROWSER_AGENT, Reply
from ..model import AuthFailed, BadConfiguration, InvalidResponse, QuotaError, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session


@dataclass(frozen=True, kw_only=True)
class Region:
    """One of the two consoles, and what it calls itself and the plan."""

    gateway: str
    rpc: str
    page: str
    id: str
    commodity: str
    action: str
    site: str

    @property
    def dashboard(self) -> URL:
        """Return the page of the plan."""
        return URL(self.gateway + self.page)


INTERNATIONAL = Region(
    gateway="https://modelstudio.console.alibabacloud.com",
    rpc="https://bailian-singapore-cs.alibabacloud.com",
    page="/ap-southeast-1/?tab=coding-plan#/efm/coding_plan",
    id="ap-southeast-1",
    commodity="sfm_codingplan_public_intl",
    action="IntlBroadScopeAspnGateway",
    site="MODELSTUDIO_ALIBABACLOUD",
)
MAINLAND = Region(
    gateway="https://bailian.console.aliyun.com",
    rpc="https://bailian-cs.console.aliyun.com",
    page="/cn-beijing/?tab=model#/efm/coding_plan",
    id="cn-beijing",
    commodity="sfm_codingplan_public_cn",
    action="BroadScopeAspnGateway",
    site="BAILIAN_ALIYUN",
)
REGIONS = {"intl": INTERNATIONAL, "cn": MAINLAND}

FORMER_RPC = "https://bailian-beijing-cs.aliyuncs.com"
KNOWN_HOSTS = {
    URL(address).host
    for address in (*(each for region in REGIONS.values() for each in (region.gateway, region.rpc)), FORMER_RPC)
}

API = "queryCodingPlanInstanceInfoV2"
FULL_API = f"zeldaEasy.broadscope-bailian.codingPlan.{API}"

RENEW = (
    "sign in to the Model Studio (International) or Bailian (China mainland) console again and renew the cookie;"
    " an International session can be refused even when it is fresh"
)
NO_RIGHT = "the session is fine, but its workspace has no right to the Coding Plan"
CONSOLE_ANSWERS = aliyun.Answers(
    sign_in=f"the console wants a sign-in: {RENEW}",
    rejected=f"the console rejected the session: {RENEW}",
    workspace=NO_RIGHT,
)
KEY_ANSWERS = aliyun.Answers(
    sign_in=(
        "the quota cannot be read with a Coding Plan API key for this account or region, because the gateway wants a"
        " console session (International keys cannot do it, see https://github.com/steipete/CodexBar/issues/612):"
        " give the cookie of the console instead, or choose another region"
    ),
    sign_in_kind=Unsupported,
    sign_in_words=(*aliyun.SIGNED_OUT_WORDS, "console session", "api key mode may be unavailable"),
    rejected=(
        "the API key was rejected; keys of the Coding Plan (they begin with sk-sp-), of the Token Plan"
        " and of pay-as-you-go cannot stand in for each other"
    ),
    rejected_words=("api key", "invalidapikey", "unauthorized", "invalid access token", "token expired"),
    workspace=NO_RIGHT,
)


class AlibabaCodingPlan(Provider):
    """Alibaba Cloud Model Studio / Bailian Coding Plan: the requests of 5 hours, a week and a billing month.

    The console's own calls, as its page makes them; there is no public interface.
    Source: https://github.com/steipete/CodexBar/blob/main/docs/alibaba-coding-plan.md
    """

    id = "alibaba_coding_plan"
    name = "Alibaba Coding Plan"
    dashboard = str(INTERNATIONAL.dashboard)
    status = StatusLink("https://status.aliyun.com")
    missing = "give the cookie of the Model Studio or Bailian console, or an API key of the Coding Plan"
    region_field = "region"
    fields = (
        cookie(
            *aliyun.DOMAINS,
            names=aliyun.SESSION_NAMES,
            preferred=(aliyun.TICKET,),
            env=("ALIBABA_CODING_PLAN_COOKIE",),
            help=(
                "1. Sign in to the console and open the page of the Coding Plan. 2. Open the developer tools (F12),"
                " choose Network, and reload the page. 3. Type api.json into the filter and choose a request"
                " data/api.json. 4. Copy the value of its request header Cookie, or use Copy as cURL from its menu,"
                " and paste it here."
            ),
            link=str(INTERNATIONAL.dashboard),
        ),
        cookie_source(),
        api_key(
            "ALIBABA_CODING_PLAN_API_KEY",
            "ALIBABA_QWEN_API_KEY",
            "DASHSCOPE_API_KEY",
            help=(
                "The key on the console's page of the Coding Plan; it begins with sk-sp-. Many accounts, all"
                " International ones among them, need the cookie instead."
            ),
            link=str(INTERNATIONAL.dashboard),
        ),
        select("region", tuple(REGIONS), "intl", help="Where the plan was bought."),
        url("host", "ALIBABA_CODING_PLAN_HOST", help="Replaces the host of every request."),
        url(
            "quota_url",
            "ALIBABA_CODING_PLAN_QUOTA_URL",
            exact=True,
            help="The whole address of the quota request; the console's page still follows host and region.",
        ),
        flag(
            "strict_hosts",
            "ALIBABA_CODING_PLAN_REQUIRE_PROVIDER_ENDPOINT_OVERRIDES",
            help="Refuse overrides that name any other host than Alibaba's own.",
        ),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Refuse foreign hosts where only Alibaba's own are allowed."""
        if not settings.get("strict_hosts"):
            return
        for key in ("host", "quota_url"):
            address = settings.given(key)
            if address and address.host not in KNOWN_HOSTS:
                raise BadConfiguration(
                    f"{key}: {address.host} is none of Alibaba's hosts, which strict_hosts asks for", key
                )

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the plan in the account's region."""
        return str(REGIONS[settings.get("region")].dashboard)

    @strategy("web", when=has_session, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read the quota as the console's page does."""

        async def read(cookies: Cookies) -> Reading:
            return await in_region(call, lambda region: read_console(call, region, cookies))

        return await with_session(call, read)

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the quota with an API key, which the gateway takes from some accounts only."""
        return await in_region(call, lambda region: read_with_key(call, region, self.fingerprint(call["api_key"])))


class NotHere(InvalidResponse):
    """This region knows no such address (HTTP 404) or no quota of this account; the other one may."""


async def in_region(call: Call, read: Callable[[Region], Awaitable[Reading]]) -> Reading:
    """Return what the account's region answers; mainland is asked once where International does not know the account.

    The first failure counts when both fail.
    """
    region = REGIONS[call["region"]]
    if region is not INTERNATIONAL or call.get("quota_url"):
        return await read(region)
    try:
        return await read(INTERNATIONAL)
    except (AuthFailed, NotHere) as refused:
        try:
            return await read(MAINLAND)
        except QuotaError:
            refused.message += " (China mainland was tried too, in vain)"
        raise


def quota_address(call: Call, usual: str, query: dict[str, str]) -> URL:
    """Return the address of the quota request: the one given, or the region's with its host or the one given."""
    given: URL | None = call.get("quota_url")
    return given or aliyun.origin(call, usual).with_path(aliyun.QUOTA_PATH).with_query(query)


async def read_console(call: Call, region: Region, cookies: Cookies) -> Reading:
    """Read the quota with a session of the console."""
    page = region.dashboard
    shell = aliyun.sent_to(cookies, page, latest=True)
    cookies = aliyun.sent_to(cookies, URL(region.rpc).with_path(aliyun.QUOTA_PATH), latest=True)
    if not shell.pairs or not cookies.pairs:
        raise CONSOLE_ANSWERS.signed_out
    token = await aliyun.sec_token(
        call,
        aliyun.origin(call, region.gateway),
        page.path_qs,
        shell,
        names=("SEC_TOKEN", "secToken", "sec_token"),
        language="en-US,en;q=0.9,zh-CN;q=0.8",
        answers=CONSOLE_ANSWERS,
    )
    query = {"action": region.action, "product": "sfm_bailian", "api": FULL_API, "_v": "undefined"}
    rpc = call.at(
        quota_address(call, region.rpc, query),
        cookies=cookies,
        headers=aliyun.form_headers(cookies, gateway=region.gateway, page=page),
        timeout=30,
    )
    request = {"queryCodingPlanInstanceInfoRequest": {"commodityCode": region.commodity, "onlyLatestOne": True}}
    reply = await rpc.post(
        form={
            "params": aliyun.call_params(FULL_API, request, page=page, site=region.site, cookies=cookies),
            "region": region.id,
            "sec_token": token,
        },
        follow=True,
    )
    return await read_plan(CONSOLE_ANSWERS, reply, call.now, aliyun.account_of(shell))


async def read_with_key(call: Call, region: Region, identity: str) -> Reading:
    """Read the quota with an API key."""
    key: str = call["api_key"]
    query = {"action": FULL_API, "product": "broadscope-bailian", "api": API, "currentRegionId": region.id}
    gateway = call.at(
        quota_address(call, region.gateway, query),
        bearer=key,
        headers={
            "x-api-key": key,
            "X-DashScope-API-Key": key,
            "User-Agent": BROWSER_AGENT,
            "Origin": region.gateway,
            "Referer": str(region.dashboard.with_fragment(None)),
        },
        timeout=30,
    )
    reply = await gateway.post(
        json={"queryCodingPlanInstanceInfoRequest": {"commodityCode": region.commodity}}, follow=True
    )
    return await read_plan(KEY_ANSWERS, reply, call.now, identity)


async def read_plan(answers: aliyun.Answers, reply: Reply, now: datetime, identity: str | None = None) -> Reading:
    """Return what the answer says of plan and quota; every other outcome raises a QuotaError."""
    if reply.status == 404:
        raise NotHere(f"{reply.url.host} knows no such address (HTTP 404)")
    return plan_reading(await answers.read(reply), now, identity)


# The answer

INSTANCES = ("codingPlanInstanceInfos", "coding_plan_instance_infos")
QUOTAS = ("codingPlanQuotaInfo", "coding_plan_quota_info")
PLANS = ("planName", "plan_name", "instanceName", "instance_name", "packageName", "package_name")
PLANS_ANYWHERE = ("planName", "plan_name", "packageName", "package_name")
BARE_PLANS = ("lite", "pro", "starter", "enterprise")
ENDS = ("endTime", "periodEndTime", "expireTime", "expirationTime")

IN_USE = {"valid": True, "active": True} | dict.fromkeys(
    ("expired", "invalid", "inactive", "disabled", "terminated", "stopped"), False
)
YES_OR_NO = dict.fromkeys(("true", "1", "yes", "active", "valid"), True) | dict.fromkeys(
    ("false", "0", "no", "inactive", "invalid", "expired"), False
)

# Id, name, how the keys of its figures begin, and length.
WINDOWS = (
    ("session", "Session (5 hours)", ("per5Hour", "perFiveHour"), parse.HOURS_5),
    ("weekly", "Weekly", ("perWeek",), parse.WEEK),
    ("monthly", "Monthly", ("perBillMonth", "perMonth"), None),
)
FIGURES = {
    f"{start}{figure}" for *_, starts, _ in WINDOWS for start in starts for figure in ("UsedQuota", "TotalQuota")
}


def plan_reading(data: Any, now: datetime, identity: str | None = None) -> Reading:
    """Return plan and windows; raises NotHere where there is neither a counter nor a plan in use."""
    instances = [each for each in parse.items(parse.anywhere(data, *INSTANCES)) if isinstance(each, Mapping)]
    instance, score = chosen(instances, now)
    # One instance among several that is in use must not borrow the counters of another one.
    scopes = [instance] if len(instances) > 1 and score > 0 else [instance, data]
    quota: Json = next((found for scope in scopes if (found := quota_in(scope))), {})
    windows = quota_windows(quota, plan_end(instance, now), now)
    if not windows and score <= 0:
        raise NotHere("neither a quota (per…TotalQuota) nor a plan in use (codingPlanInstanceInfos) is in the answer")
    plan = parse.first_text(instance, *PLANS) or parse.any_text(data, *PLANS_ANYWHERE)
    return Reading(
        plan=plan.capitalize() if plan and plan.lower() in BARE_PLANS else plan, identity=identity, windows=windows
    )


def chosen(instances: list[Json], now: datetime) -> tuple[Json, int]:
    """Return the instance that is most surely in use with its score, else the first one; an empty one without any."""
    if not instances:
        return {}, 0
    scores = [in_use(each, now) for each in instances]
    best = scores.index(max(scores)) if max(scores) > 0 else 0
    return instances[best], scores[best]


def in_use(instance: Json, now: datetime) -> int:
    """Return how surely an instance is in use: 3 it says so, 1 its end is ahead, 0 unknown, -1 it says no."""
    for words, keys in ((IN_USE, ("status", "instanceStatus")), (YES_OR_NO, ("isActive", "active"))):
        for key in keys:
            known = words.get(str(instance.get(key)).strip().lower())
            if known is not None:
                return 3 if known else -1
    return 1 if plan_end(instance, now) else 0


def plan_end(instance: Json, now: datetime) -> datetime | None:
    """Return when the plan of an instance ends, None when that is not known or over."""
    return next((end for key in ENDS if (end := aliyun.moment(instance, key)) and end > now), None)


def quota_in(scope: Json) -> Json | None:
    """Return the object with counters: one that is named so, else the first that holds any."""
    named = (each[key] for each in parse.objects(scope) for key in QUOTAS if isinstance(each.get(key), Mapping))
    return next((each for each in (*named, *parse.objects(scope)) if FIGURES & each.keys()), None)


def quota_windows(quota: Json, plan_ends_at: datetime | None, now: datetime) -> tuple[Window, ...]:
    """Return the windows whose total is above 0."""
    windows = []
    for id, name, starts, duration in WINDOWS:
        total = parse.first_number(quota, *(f"{start}TotalQuota" for start in starts))
        if total is None or total <= 0:
            continue
        resets_at = aliyun.moment(quota, *(f"{start}QuotaNextRefreshTime" for start in starts))
        if id == "session":
            resets_at = session_end(resets_at, now)
        windows.append(
            parse.counted(
                id,
                name,
                unit="requests",
                used=parse.first_number(quota, *(f"{start}UsedQuota" for start in starts)),
                limit=total,
                capped=True,
                duration=duration,
                resets_at=resets_at,
                expires_at=plan_ends_at if id == "monthly" else None,
            )
        )
    return tuple(windows)


def session_end(renewal: datetime | None, now: datetime) -> datetime | None:
    """Return when the session ends: the console may still name the renewal that has just been."""
    return renewal + parse.HOURS_5 if renewal and renewal < now + timedelta(minutes=1) else renewal
