"""Command Code."""

from collections.abc import Iterator, Mapping
from functools import partial
import re

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, api_key, cookie, cookie_source, unquoted
from ..http import Endpoint, Query, Reply, Verdict, chrome_on_mac
from ..local import read_json
from ..model import AuthFailed, Metric, MetricKind, QuotaError, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import has_session, with_session

API = "https://api.commandcode.ai"
SITE = "https://commandcode.ai"
STUDIO = f"{SITE}/studio"
LOGIN_OF_TOOL = "~/.commandcode/auth.json"

SESSION_COOKIE = re.compile(
    r"(__Secure-|__Host-)?(commandcode_prod_|better-auth)\.session_token", re.IGNORECASE | re.ASCII
)
BARE = "__Secure-better-auth.session_token"
OTHER_BARE = "__Secure-commandcode_prod_.session_token"
"""What a bare value may be the session of as well."""

# Cloudflare stops what does not look like a browser, keys or not.
BROWSER = {"Accept": "application/json, text/plain, */*", "User-Agent": chrome_on_mac(143)}
OF_SITE = {**BROWSER, "Accept-Language": "en-US,en;q=0.9", "Origin": SITE, "Referer": f"{SITE}/"}

SIGNED_OUT = f"the session has ended: sign in at {SITE} and copy the cookie again"
KEY_VERDICT = Verdict(auth="the API key was rejected: make a new one", redirect=AuthFailed)
SITE_VERDICT = Verdict(auth=SIGNED_OUT, redirect=AuthFailed)

PLANS = {
    "individual-go": ("Go", 10),
    "individual-goat": ("GOAT", 70),
    "individual-pro": ("Pro", 30),
    "individual-pro-v1": ("Pro", 80),
    "individual-max": ("Max", 150),
    "individual-ultra": ("Ultra", 300),
    "individual-provider": ("Provider", 15),
    "teams-pro": ("Teams Pro", 40),
}
"""Name and allowance (USD a month) by id: https://commandcode.ai/pricing"""


def is_session(cookies: Cookies) -> bool:
    """Return whether one of the cookies is that of a session."""
    return any(value and SESSION_COOKIE.fullmatch(name) for name, value in cookies.pairs.items())


class CommandCode(Provider):
    """Command Code: the five-hour and weekly limits, the monthly credits and other balances of an account.

    Source: the requests of the vendor's tool `cmd` and of https://commandcode.ai/studio
    """

    id = "command_code"
    name = "Command Code"
    dashboard = STUDIO
    missing = f"give an API key or the cookie of {SITE}, or run `cmd login` on this machine"
    fields = (
        api_key("COMMANDCODE_API_KEY", "COMMAND_CODE_API_KEY", help="Settings, API keys.", link=f"{SITE}/settings"),
        cookie(
            "commandcode.ai",
            "www.commandcode.ai",
            counts=is_session,
            bare=BARE,
            help="Sign in at commandcode.ai, open the developer tools, Network, a request to api.commandcode.ai,"
            " and copy its Cookie header.",
            link=STUDIO,
        ),
        cookie_source(),
    )

    async def has_key(self, call: Call) -> bool:
        """Return whether there is a key, be it that of the tool."""
        return await key_of(call) is not None

    @strategy("api", when=has_key, machine=True)
    async def api(self, call: Call) -> Reading:
        """Read with an API key, as the vendor's tool does."""
        api = call.at(f"{API}/alpha", bearer=await key_of(call), headers=BROWSER, verdict=KEY_VERDICT)
        me = await who_am_i(api)
        org = parse.first_text(me.get("org"), "id")
        scope = {"orgId": org} if org else {}
        billing = await billing_in(await api.get("billing/credits", query=scope), KEY_VERDICT)
        subscription = await read_subscription(call, api, scope)
        summary = None
        if start := parse.first_text(subscription, "currentPeriodStart"):
            summary = await call.optional(
                api.get_object("usage/summary", query={**scope, "since": start}, timeout=5),
            )
        return reading(billing, subscription, me, summary or {})

    @strategy("web", when=has_session, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, or with those of the browsers."""
        return await with_session(call, partial(read_site, call))


# With an API key


async def key_of(call: Call) -> str | None:
    """Return the key that was given, else the one with which the tool is signed in."""
    if given := call.get("api_key"):
        return str(given)
    login = await call.optional(read_json(call.path(LOGIN_OF_TOOL)))
    return unquoted(parse.first_text(login, "apiKey") or "") or None


async def who_am_i(api: Endpoint) -> Json:
    """Return whose key it is, nothing when that cannot be told; raises the failure of a key that is refused."""
    try:
        reply = await api.get("whoami", timeout=10)
    except QuotaError:
        return {}
    if reply.status in (401, 403):
        accepted(reply, KEY_VERDICT)
    return await reply.maybe_object() if reply.status == 200 else {}


# With a session


async def read_site(call: Call, cookies: Cookies) -> Reading:
    """Read with the cookies of one session; a bare value is tried under two names."""
    if not is_session(cookies):
        raise AuthFailed(f"the cookie has no session, such as {BARE}: sign in at {SITE} and copy it again")
    site, reply = await read_credits(call, cookies.all_at(URL(API)))
    if is_refused(reply) and (value := cookies.get(BARE)) and BARE not in (call.given_cookie or BARE):
        site, reply = await read_credits(call, Cookies({OTHER_BARE: value}))
    billing = await billing_in(reply, SITE_VERDICT)
    return reading(billing, await read_subscription(call, site, {}), {}, {})


async def read_credits(call: Call, cookies: Cookies) -> tuple[Endpoint, Reply]:
    """Ask for the credits; return the endpoint of the session and the answer, whatever it is."""
    site = call.at(f"{API}/internal", cookies=cookies, headers=OF_SITE, verdict=SITE_VERDICT)
    return site, await site.get("billing/credits")


# The answers


def is_refused(reply: Reply) -> bool:
    """Return whether the credentials are not accepted."""
    return reply.status in (401, 403) and not is_bot_wall(reply)


def is_bot_wall(reply: Reply) -> bool:
    """Return whether Cloudflare answered instead, having taken us for a bot."""
    return reply.status == 403 and "error code: 1010" in reply.text.lower()


def accepted(reply: Reply, verdict: Verdict) -> Reply:
    """Return the answer when it is one; raises the failure that it means otherwise."""
    if is_bot_wall(reply):
        raise Unavailable("the bot protection of api.commandcode.ai stopped the request; the credentials may be fine")
    return reply.check(verdict)


async def billing_in(reply: Reply, verdict: Verdict) -> Json:
    """Return the object that holds `credits`, with a number of `monthlyCredits`, and perhaps `windowLimits`."""
    answer = await accepted(reply, verdict).object()
    billing = answer if isinstance(answer.get("credits"), Mapping) else parse.mapping(answer.get("data"))
    parse.need_number(parse.need_mapping(billing.get("credits"), "credits"), "monthlyCredits")
    return billing


async def read_subscription(call: Call, api: Endpoint, scope: Query) -> Json:
    """Return the subscription; nothing when there is none, or when it is not known this time."""
    answer = await call.optional(api.get_object("billing/subscriptions", query=scope, timeout=5)) or {}
    found = parse.mapping(answer.get("data"))
    return found if answer.get("success") is not False and parse.first_text(found, "planId") else {}


# Figures


def reading(billing: Json, subscription: Json, me: Json, summary: Json) -> Reading:
    """Return the figures of an account; of the four only the billing is sure to hold anything."""
    credits, user, org = billing["credits"], parse.mapping(me.get("user")), parse.mapping(me.get("org"))
    plan, allowance = plan_of(subscription)
    left = parse.number(credits["monthlyCredits"])
    user_id = parse.first_text(user, "id") or parse.first_text(subscription, "userId")
    org_id = parse.first_text(org, "id") or parse.first_text(subscription, "orgId")
    return Reading(
        account=parse.first_text(user, "email", "userName") or user_id,
        organization=parse.first_text(org, "name"),
        plan=plan,
        identity=" ".join(filter(None, (user_id, org_id))) if user_id else None,
        windows=(*rolling_windows(billing), *monthly_window(left, allowance, subscription)),
        metrics=(
            *usd("balance", "Purchased credits", parse.number(credits.get("purchasedCredits")), MetricKind.BALANCE),
            *usd("monthly_balance", "Monthly credits left", left, MetricKind.BALANCE),
            *usd("free_balance", "Free credits", parse.number(credits.get("freeCredits")), MetricKind.BALANCE),
            *usd("spend_month", "Spend this billing period", parse.number(summary.get("totalCost")), MetricKind.SPEND),
            *parse.known_metric(
                "requests_month",
                "Requests this billing period",
                parse.number(summary.get("totalCount")),
                "requests",
                MetricKind.COUNT,
            ),
        ),
    )


def plan_of(subscription: Json) -> tuple[str | None, float | None]:
    """Return the name of the plan and its allowance in US dollars a month, what is known of them."""
    id = parse.first_text(subscription, "planId") or ""
    if known := PLANS.get(id.lower()):
        return known
    return parse.title(re.sub(r"^individual-|-v\d+$", "", id, flags=re.IGNORECASE)) or None, None


def rolling_windows(billing: Json) -> Iterator[Window]:
    """Yield the five-hour and the weekly limit, where there are any; in US dollars."""
    limits = parse.mapping(parse.first(billing, "windowLimits") or billing["credits"].get("windowLimits"))
    for id, name, key, duration in (
        ("session", "Five hours", "fiveHour", parse.HOURS_5),
        ("weekly", "Weekly", "weekly", parse.WEEK),
    ):
        limit = parse.mapping(limits.get(key))
        cap = parse.number(limit.get("cap"))
        if cap is not None and cap > 0:
            yield parse.counted(
                id,
                name,
                unit="USD",
                used=parse.number(limit.get("used")),
                limit=cap,
                duration=duration,
                resets_at=parse.moment(limit.get("resetAt")),
            )


def monthly_window(left: float | None, allowance: float | None, subscription: Json) -> Iterator[Window]:
    """Yield the monthly credits of a plan whose allowance is known; a subscription that ends takes them along."""
    if allowance is None:
        return
    ends_at = parse.moment(subscription.get("currentPeriodEnd"))
    is_last = subscription.get("cancelAtPeriodEnd") is True
    yield parse.counted(
        "monthly",
        "Monthly credits",
        unit="USD",
        limit=allowance,
        remaining=left,
        resets_at=None if is_last else ends_at,
        expires_at=ends_at if is_last else None,
    )


def usd(id: str, name: str, value: float | None, kind: MetricKind) -> tuple[Metric, ...]:
    """Return an amount of US dollars, where it is known."""
    return parse.known_metric(id, name, value, "USD", kind)
