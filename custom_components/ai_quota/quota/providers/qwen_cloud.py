"""Qwen Cloud."""

import asyncio
from functools import partial
from typing import Any

from yarl import URL

from .. import aliyun, parse, token_plan
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source, url
from ..http import BROWSER_AGENT, Reply, Verdict, follow
from ..model import InvalidResponse, QuotaError, RateLimited, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

HOME = "https://home.qwencloud.com"
DATA_HOST = "https://cs-data.qwencloud.com"
PAGE = "/billing/subscription/token-plan-individual"
ACTION = "IntlBroadScopeAspnGateway"
COMMODITY = "sfm_tokenplansolo_public_intl"
REGION = "ap-southeast-1"
SITE = "QWENCLOUD"

RENEW = "sign in to Qwen Cloud again and renew the cookie"
ANSWERS = aliyun.Answers(
    sign_in=f"Qwen Cloud wants a sign-in: {RENEW}",
    rejected=f"Qwen Cloud rejected the session: {RENEW}",
    workspace="the session is valid, but its workspace has no right to this plan",
)
PAGE_TOKENS = ("secToken", "sec_token", "SEC_TOKEN", "csrfToken")
USER_TOKENS = ("secToken", "sec_token", "csrfToken", "token")
LOGIN_HOSTS = (
    "passport.alibabacloud.com",
    "signin.aliyun.com",
    "account.alibabacloud.com/login",
    "login.qwencloud.com",
)
LOGIN_WORDS = ("login", "password", "sign in")

# The older answer: a summary of the subscription
TOTAL = ("TotalValue", "totalValue", "CycleTotalValue", "cycleTotalValue", "totalQuota", "totalCredits")
LEFT = (
    "TotalSurplusValue", "totalSurplusValue", "CycleSurplusValue", "cycleSurplusValue", "SurplusValue", "surplusValue",
    "remainingQuota", "remainingCredits",
)  # fmt: skip
USED = ("usedQuota", "usedCredits", "UsedValue", "usedValue")
COUNT = ("TotalCount", "totalCount")
PLAN_END = ("EndTime", "endTime", "NearestExpireDate", "nearestExpireDate")
END = ("nextRefreshTime", "resetTime", "CycleEndTime", "cycleEndTime", *PLAN_END)


class QwenCloud(Provider):
    """Qwen Cloud: the rolling 5-hour and weekly credits of the individual Token Plan.

    The console's own calls, as its page makes them; there is no public interface.
    Source: the requests of https://home.qwencloud.com/billing/subscription/token-plan-individual
    """

    id = "qwen_cloud"
    name = "Qwen Cloud"
    dashboard = HOME + PAGE
    status = StatusLink("https://status.alibabacloud.com")
    missing = "give the cookie of home.qwencloud.com"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "qwencloud.com",
            "home.qwencloud.com",
            "account.qwencloud.com",
            "signin.qwencloud.com",
            "www.qwencloud.com",
            "alibabacloud.com",
            "account.alibabacloud.com",
            "aliyun.com",
            "console.aliyun.com",
            names=("login_qwencloud_ticket", aliyun.TICKET, "qwen_sso_ticket"),
            env=("QWEN_CLOUD_COOKIE",),
            help="Open the page of the Token Plan signed in, open the developer tools, Network, reload, and copy the"
            " Cookie header of a request data/api.json to cs-data.qwencloud.com.",
            link=HOME + PAGE,
        ),
        cookie_source(),
        url("host", "QWEN_CLOUD_HOST", help="Replaces the host of every request."),
        url(
            "quota_url",
            "QWEN_CLOUD_QUOTA_URL",
            exact=True,
            help="The whole address of the quota requests; the page still follows host.",
        ),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read the quota as the page does."""
        return await with_session(call, partial(read_plan, call))


async def read_plan(call: Call, cookies: Cookies) -> Reading:
    """Read the usage; plan and sizes never fail the rest."""
    token = await sec_token(call, aliyun.sent_to(cookies, URL(HOME + PAGE)))
    sent = aliyun.sent_to(cookies, URL(DATA_HOST).with_path(aliyun.QUOTA_PATH))
    ask = partial(ask_api, call, sent, token)
    usage = await token_plan.read_usage(partial(ask, "usage"), *token_plan.PERCENTAGES, *TOTAL, *LEFT, *COUNT)
    if parse.any_number(usage, *token_plan.PERCENTAGES) is None:
        return summary(usage)
    subscription, sizes = await asyncio.gather(
        call.optional(ask("subscription", {"commodityCode": COMMODITY})), call.optional(ask("quota-config"))
    )
    code = token_plan.plan_code(subscription)
    return Reading(
        plan=token_plan.plan_name(code) if code else None,
        identity=aliyun.account_of(cookies),
        windows=token_plan.windows(usage, subscription, sizes),
    )


async def ask_api(call: Call, cookies: Cookies, token: str, name: str, data: Json | None = None) -> Any:
    """Return what one of the plan's APIs answers; an answer with a percentage counts whatever its frames say."""
    api = token_plan.API + name
    form = {"product": token_plan.PRODUCT, "action": ACTION}
    address: URL = call.get("quota_url") or aliyun.origin(call, DATA_HOST).with_path(aliyun.QUOTA_PATH).with_query(
        {**form, "api": api, "_v": "undefined"}
    )
    page = URL(HOME + PAGE)
    params = aliyun.call_params(api, data or {}, page=page, site=SITE, cookies=cookies)
    endpoint = call.at(
        address,
        cookies=cookies,
        headers=aliyun.form_headers(cookies, gateway=HOME, page=page, accept=aliyun.DATA),
        timeout=30,
    )
    form |= {"sec_token": token, "region": REGION, "language": "en-US", "params": params}
    answer = await ANSWERS.open(await endpoint.post(form=form, follow=True))
    if parse.any_number(answer, *token_plan.PERCENTAGES) is None:
        ANSWERS.check(answer)
    return answer


def summary(answer: Any) -> Reading:
    """Return what an older answer tells: one window for the cycle of the subscription."""
    figures = next((each for each in parse.objects(answer) if parse.first_number(each, *TOTAL, *LEFT) is not None), {})
    total, left, used = (parse.first_number(figures, *keys) for keys in (TOTAL, LEFT, USED))
    count = parse.any_number(answer, *COUNT)
    window: tuple[Window, ...] = ()
    if total is not None and total > 0 and (used is not None or left is not None):
        window = (
            parse.counted(
                "monthly",
                "Monthly",
                unit="credits",
                used=used,
                limit=total,
                remaining=left,
                capped=True,
                resets_at=aliyun.moment(figures, *END) or aliyun.any_moment(answer, *END),
                expires_at=aliyun.moment(figures, *PLAN_END) or aliyun.any_moment(answer, *PLAN_END),
            ),
        )
    bought = any(value and value > 0 for value in (count, total))
    return Reading(plan="Token Plan" if bought else None, windows=window)


# The security token


async def sec_token(call: Call, cookies: Cookies) -> str:
    """Return the token of a session: from the page, else its cookie, else from the user's data.

    Raises Unavailable when there is none and the page could not be reached, else AuthFailed.
    """
    unreached: QuotaError | None = None
    found: str | None = None
    try:
        reply = await get(call, cookies, PAGE, "text/html,application/xhtml+xml")
        found = page_token(reply.ok(Verdict(html=None)).text)
    except (RateLimited, Unavailable) as err:
        unreached = err
    except QuotaError:
        pass
    found = found or cookies.get("sec_token") or await call.optional(user_token(call, cookies))
    if not found:
        raise Unavailable(f"the page gave no security token: {unreached}") if unreached else ANSWERS.signed_out
    call.conceal(found)
    return found


def page_token(text: str) -> str | None:
    """Return the token that a script of the page holds; the one of a login page is another."""
    lower = text.lower()
    if any(host in lower for host in LOGIN_HOSTS) or all(word in lower for word in LOGIN_WORDS):
        return None
    return next((token for name in PAGE_TOKENS if (token := aliyun.assigned(text, name))), None)


async def user_token(call: Call, cookies: Cookies) -> str | None:
    """Return the token in the data of the signed-in user."""
    reply = await get(call, cookies, "/tool/user/info.json", aliyun.DATA)
    data = await aliyun.content(reply.ok(Verdict()))
    return next((token for name in USER_TOKENS if (token := parse.any_text(data, name))), None)


async def get(call: Call, cookies: Cookies, path: str, accept: str) -> Reply:
    """Return what a page answers; a redirect to another host is followed over HTTPS, but without the cookies."""
    home = aliyun.origin(call, HOME)

    async def ask(address: URL) -> Reply:
        sent = cookies if address.origin() == home else None
        page = call.at(address, cookies=sent, headers={"User-Agent": BROWSER_AGENT}, timeout=20)
        return await page.get(headers={"Accept": accept})

    reply = await follow(home.join(URL(path)), ask, check_redirect)
    if reply.is_redirect:
        raise InvalidResponse("the page redirects to nowhere")
    return reply


def check_redirect(target: URL) -> None:
    """Raise InvalidResponse for an address that is not asked."""
    if target.scheme != "https" or target.user or target.password:
        raise InvalidResponse("the page redirects to an address that is not followed")
