"""GitHub Copilot."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from html.parser import HTMLParser
import re
from typing import Any, override

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, Way, cookie, cookie_source, flag, secret, url
from ..http import Endpoint, Reply, Verdict
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    RateLimited,
    Reading,
    Unsupported,
    Window,
)
from ..oauth import DevicePrompt, DeviceSignIn, need_token
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import with_session

GITHUB = URL("https://github.com")
BUDGETS = "https://github.com/settings/billing/budgets"

CLIENT_ID = "Iv1." + "b507a08c87ecfe98"
"""The published client of Copilot for Visual Studio Code; it has no secret."""

EDITOR = {
    "Editor-Version": "vscode/1.96.2",
    "Editor-Plugin-Version": "copilot-chat/0.26.7",
    "User-Agent": "GitHubCopilotChat/0.26.7",
    "X-Github-Api-Version": "2025-04-01",
}
"""What GitHub expects of a program that asks for the quotas."""

SESSION_COOKIES = ("user_session", "__Host-user_session_same_site", "_gh_sess", "logged_in", "dotcom_user")

BUDGETS_SECONDS = 60
"""The budgets come in many pages; together they may not spoil the fetch."""
MAX_PAGES = 20


class GitHubSignIn(DeviceSignIn):
    """GitHub's device login: https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps."""

    asks = ("enterprise_host",)

    @override
    async def start(self, call: Call) -> DevicePrompt:
        """Ask for a code."""
        web = call.at(web_origin(call))
        reply = await web.post("login/device/code", form={"client_id": CLIENT_ID, "scope": "read:user"})
        if reply.status == 404:
            raise Unsupported(f"{web.base.host} offers no sign-in by code; paste a token instead")
        answer = await reply.check(web.verdict).object()
        if error := parse.first_text(answer, "error"):
            raise Unsupported(f"GitHub offers no sign-in by code here: {error}")
        link = parse.first_text(answer, "verification_uri_complete", "verification_uri")
        if link is None:
            raise InvalidResponse("the sign-in answer has no verification_uri")
        device_code = need_token(answer, "device_code")
        call.conceal(device_code)
        return DevicePrompt(
            url=link,
            user_code=need_token(answer, "user_code"),
            interval=seconds(answer, "interval", 5),
            expires_in=seconds(answer, "expires_in", 900),
            state={"device_code": device_code},
        )

    @override
    async def poll(self, call: Call, prompt: DevicePrompt) -> Mapping[str, Any] | None:
        """Ask whether the code was entered; GitHub tells errors with status 200, too."""
        web = call.at(web_origin(call))
        reply = await web.post(
            "login/oauth/access_token",
            form={
                "client_id": CLIENT_ID,
                "device_code": prompt.state["device_code"],
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            },
        )
        error = parse.first_text(await reply.maybe_object(), "error") if reply.status < 500 else None
        match error:
            case None:
                token = need_token(await reply.check(web.verdict).object())
                call.conceal(token)
                return {"access_token": token}
            case "authorization_pending":
                return None
            case "slow_down":
                prompt.interval = seconds(await reply.object(), "interval", prompt.interval + 5)
                return None
            case "expired_token":
                raise AuthFailed("the code has expired; start again")
            case "access_denied":
                raise AuthFailed("the sign-in was refused on GitHub's page")
        raise AuthFailed(f"GitHub refuses the sign-in: {error}")


def seconds(answer: Json, key: str, default: float) -> float:
    """Return a time span of an answer; the default when it is absent or makes no sense."""
    found = parse.number(answer.get(key))
    return default if found is None or found < 0 else found


class Copilot(Provider):
    """GitHub Copilot: the monthly quotas of an account or seat, and the Copilot budgets of its GitHub billing.

    Source: the endpoint that Copilot for Visual Studio Code asks, and GitHub's billing page; undocumented.
    """

    id = "copilot"
    name = "GitHub Copilot"
    dashboard = "https://github.com/settings/copilot"
    # Never the whole page: it is that of everything at GitHub.
    status = StatusLink(
        "https://www.githubstatus.com", "statuspage", ("Copilot", "Copilot AI Model Providers"), page_wide=False
    )
    every = Every(default=5, minimum=3)
    missing = "sign in with GitHub"
    sign_ins = (GitHubSignIn(),)
    fields = (
        secret(
            "access_token",
            "COPILOT_API_TOKEN",
            way=Way.TOKEN,
            required=True,
            help="A token that an editor with Copilot was given; signing in with GitHub makes one, too.",
        ),
        url(
            "enterprise_host",
            default=GITHUB,
            help="For GitHub Enterprise Cloud with data residency, such as octocorp.ghe.com.",
        ),
        flag(
            "budget_extras",
            help="Those for Copilot are shown; this needs the cookie of a session at github.com.",
        ),
        cookie(
            "github.com",
            "www.github.com",
            names=SESSION_COOKIES,
            way=None,
            advanced=True,
            help="For the budgets: open the billing page signed in, then developer tools, Network, the page's "
            "own request, and copy its Cookie header.",
            link=BUDGETS,
        ),
        cookie_source(way=None, advanced=True),
    )

    @strategy("api", needs="access_token")
    async def api(self, call: Call) -> Reading:
        """Read the quotas; who it is and the budgets never fail the rest."""
        web = web_origin(call)
        api = call.at(api_origin(web), headers={"Authorization": f"token {call['access_token']}"})
        usage = await usage_of(await api.get("copilot_internal/user", headers=EDITOR))
        quotas = quota_windows(usage)
        is_seat = bool(quotas) or has_unlimited_seat(usage)
        if not is_seat and usage.get("can_signup_for_limited") is not True:
            raise InvalidResponse("no quota found (quota_snapshots)")

        user = await user_of(call, api)
        user_id = number_text(user.get("id"))
        budgets = None
        if user_id and call["budget_extras"] and web == GITHUB:
            budgets = await call.optional(with_session(call, partial(read_budgets, call, user_id)), BUDGETS_SECONDS)

        return Reading(
            account=parse.first_text(usage, "login") or parse.first_text(user, "login"),
            organization=next(filter(None, map(parse.text, parse.items(usage.get("organization_login_list")))), None),
            plan=plan_of(usage) if is_seat else None,
            identity=identity_of(web, user_id),
            windows=(*quotas, *(budgets or ())),
            metrics=seat_metrics(usage),
        )


# Hosts


def web_origin(call: Call) -> URL:
    """Return where people go: github.com, or the company's host."""
    host: URL = call["enterprise_host"]
    return host.origin()


def api_origin(web: URL) -> URL:
    """Return where the token goes: the API of that host."""
    if web.host and web.host.startswith("api."):
        return web
    try:
        return web.with_host(f"api.{web.host}")
    except ValueError as err:
        raise BadConfiguration("enterprise_host: this host cannot have an API of its own", "enterprise_host") from err


def identity_of(web: URL, user_id: str | None) -> str | None:
    """Return what tells the user from others: the id, which is unique on its host."""
    if user_id is None:
        return None
    return f"user:{user_id}" if web == GITHUB else f"{web.host}:user:{user_id}"


# Usage

REFUSALS = {
    401: "GitHub has revoked the token; sign in again",
    403: "the token or the organization's policy does not allow Copilot",
}
LOGIN_PAGE = "GitHub answered with a login page; sign in again"


async def usage_of(reply: Reply) -> Json:
    """Return what GitHub says of the seat; its refusals have meanings of their own."""
    exhausted = reply.status == 403 and (
        "Retry-After" in reply.headers or reply.headers.get("X-RateLimit-Remaining") == "0"
    )
    if exhausted or reply.status == 429:
        raise RateLimited(retry_after=reply.retry_after or until_reset(reply))
    if reply.status == 404:  # how GitHub hides what a token may not see
        raise AuthFailed("this token may not use Copilot's API; sign in again")
    verdict = Verdict(auth=REFUSALS.get(reply.status, LOGIN_PAGE), redirect=AuthFailed, html=AuthFailed)
    return await reply.check(verdict).object()


def until_reset(reply: Reply) -> float | None:
    """Return the seconds until the rate limit is lifted, None when that is unknown or has passed."""
    reset = parse.number(reply.headers.get("X-RateLimit-Reset"))
    pause = None if reset is None else reset - reply.now.timestamp()
    return pause if pause and pause > 0 else None


async def user_of(call: Call, api: Endpoint) -> Json:
    """Return whose token it is, an empty object when GitHub does not say; asked until it has been answered once."""
    if "user" not in call.memory and (user := await call.optional(api.get_object("user"))):
        call.memory["user"] = user
    return parse.mapping(call.memory.get("user"))


def number_text(value: object) -> str | None:
    """Return a whole number as text, None for anything else."""
    found = parse.number(value)
    return None if found is None else f"{found:.0f}"


NAMES = {"premium_interactions": ("monthly_premium", "Premium requests")}
RESETS = ("quota_reset_date_utc", "quota_reset_date", "limited_user_reset_date")


def quota_windows(usage: Json) -> tuple[Window, ...]:
    """Return a window for every quota with a limit; those of Copilot Free fill what the others leave out."""
    resets_at = next((found for key in RESETS if (found := parse.moment(usage.get(key)))), None)
    windows: dict[str, Window] = {}
    for key, quota in (*parse.mapping(usage.get("quota_snapshots")).items(), *free_quotas(usage)):
        window = quota_window(key, parse.mapping(quota), resets_at)
        if window:
            windows.setdefault(window.id, window)
    return tuple(windows.values())


def free_quotas(usage: Json) -> Iterator[tuple[str, Json]]:
    """Yield the quotas of Copilot Free in the form of the others; what GitHub calls limited is what remains."""
    limits, rest = (parse.mapping(usage.get(key)) for key in ("monthly_quotas", "limited_user_quotas"))
    for key in ("chat", "completions"):
        remaining = parse.number(rest.get(key))
        if remaining is not None:
            yield key, {"entitlement": limits.get(key), "remaining": max(0.0, remaining)}


def quota_window(key: str, quota: Json, resets_at: datetime | None) -> Window | None:
    """Return one quota, None when it has no limit or what is left is unknown."""
    id, name = NAMES.get(key, (f"monthly_{parse.slug(key)}", parse.title(key)))
    limit, remaining, percent_left = (
        parse.number(quota.get(field)) for field in ("entitlement", "remaining", "percent_remaining")
    )
    if quota.get("unlimited") is True or limit == remaining == 0:  # zeros: the seat is billed by tokens
        return None
    used_percent = None if percent_left is None else max(0.0, 100 - percent_left)
    if limit is not None and limit > 0 and remaining is not None:
        return parse.counted(
            id,
            name,
            unit="requests",
            limit=limit,
            remaining=remaining,
            used_percent=used_percent,
            resets_at=resets_at,
        )
    return None if used_percent is None else Window(id=id, name=name, used_percent=used_percent, resets_at=resets_at)


def has_unlimited_seat(usage: Json) -> bool:
    """Return whether there is a seat without limits: billed by tokens, or with an unlimited quota."""
    quotas = map(parse.mapping, parse.mapping(usage.get("quota_snapshots")).values())
    return usage.get("token_based_billing") is True or any(quota.get("unlimited") is True for quota in quotas)


def seat_metrics(usage: Json) -> tuple[Metric, ...]:
    """Return the credits of a seat that is billed by tokens, and the requests beyond the quota."""
    quotas = parse.mapping(usage.get("quota_snapshots"))
    premium, chat = (parse.mapping(quotas.get(key)) for key in ("premium_interactions", "chat"))
    credits_used = parse.first_number(premium, "credits_used")
    if credits_used is None:
        credits_used = parse.first_number(chat, "credits_used")
    return tuple(
        Metric(id=id, name=name, value=value, unit=unit, kind=MetricKind.COUNT)
        for id, name, value, unit in (
            ("credits_used", "Credits used", credits_used, "credits"),
            (
                "overage_requests",
                "Premium requests over quota",
                parse.first_number(premium, "overage_count"),
                "requests",
            ),
        )
        if value is not None
    )


PLANS = {
    "free": "Free",
    "individual": "Pro",
    "individual_pro": "Pro+",
    "business": "Business",
    "enterprise": "Enterprise",
}


def plan_of(usage: Json) -> str | None:
    """Return the plan as GitHub sells it."""
    if usage.get("access_type_sku") == "free_limited_copilot":
        return "Free"
    code = parse.first_text(usage, "copilot_plan")
    return PLANS.get(code, parse.title(code)) if code and code != "unknown" else None


# Budgets

SITE = Verdict(auth="GitHub asks to sign in", redirect=AuthFailed, html=AuthFailed)


async def read_budgets(call: Call, user_id: str, cookies: Cookies) -> tuple[Window, ...]:
    """Read the Copilot budgets of this user; raises AuthFailed when the session is none or somebody else's."""
    if not cookies.has_any(SESSION_COOKIES):
        raise AuthFailed("the cookie holds no session of github.com")
    site = call.at(BUDGETS, cookies=cookies, verdict=SITE)
    page = (await site.get(headers={"Accept": "text/html,application/xhtml+xml"})).check(replace(SITE, html=None))
    actor, nonce = await asyncio.to_thread(actor_and_nonce, page.text)
    if actor != user_id:
        raise AuthFailed("the cookie is that of another GitHub account")
    headers = {"Referer": BUDGETS, "X-Requested-With": "XMLHttpRequest", "GitHub-Verified-Fetch": "true"}
    if nonce:
        headers["X-Fetch-Nonce"] = nonce
    budgets: list[Json] = []
    for number in range(1, MAX_PAGES + 1):
        query = {"page": number, "page_size": 10, "scope": "customer"}
        rows, has_more = budget_page(await site.get_object(query=query, headers=headers))
        budgets += rows
        if not has_more:
            break
    return budget_windows(budgets, call.now)


class Marks(HTMLParser):
    """What a page says of itself: its `meta` elements by name, and the nonce that an element may carry."""

    def __init__(self) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.nonce: str | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        if tag == "meta" and given.get("content"):
            self.metas.setdefault(given.get("name", "").lower(), given["content"])
        self.nonce = self.nonce or given.get("data-fetch-nonce")


def actor_and_nonce(html: str) -> tuple[str | None, str | None]:
    """Return the id of who is signed in on a page of GitHub, and the nonce that its requests carry."""
    marks = Marks()
    marks.feed(html)
    marks.close()
    actor = parse.first_text(marks.metas, "octolytics-actor-id", "analytics-user-id", "user-id")
    scripted = (
        re.search(rf'"{name}"\s*:\s*"([^"]+)"', html, re.IGNORECASE) for name in ("X-Fetch-Nonce", "fetchNonce")
    )
    nonces = (marks.metas.get("x-fetch-nonce"), *(found and found[1] for found in scripted), marks.nonce)
    return actor, next(filter(None, nonces), None)


def budget_page(answer: Json) -> tuple[list[Json], bool]:
    """Return the budgets of one page, and whether there is another."""
    payload = parse.mapping(answer.get("payload"))
    rows = parse.need_list(payload.get("budgets", answer.get("budgets")), "budgets")
    has_more = any(parse.first(part, "hasNextPage", "has_next_page") is True for part in (payload, answer))
    return list(map(parse.mapping, rows)), has_more


BUDGET_NAMES = {
    "agent": ("budget_agent", "Coding agent budget"),
    "spark": ("budget_spark", "Spark budget"),
    "premium": ("budget_premium", "Premium request budget"),
    "product": ("budget", "Copilot budget"),
}
"""Id and name by kind; a budget that is of several kinds is of the first."""

LIMITS = ("budgetAmount", "targetAmount", "spendingLimit", "limit", "amount", "max")
USES = ("currentUsage", "currentAmount", "usageAmount", "usage", "spent", "amountUsed")
SELECTORS = (
    (
        *("budgetProductSkus", "budgetProductSku", "productSkus", "skus", "sku"),
        *("product", "productName", "pricingTargetId"),
    ),
    ("budgetType", "type", "pricingTargetType"),
    ("budgetEntityName", "entityName", "targetName"),
    ("name", "displayName", "title"),
)
SELECTOR_PARTS = ("sku", "name", "displayName", "product", "productName")


def budget_windows(budgets: list[Json], now: datetime) -> tuple[Window, ...]:
    """Return the Copilot budgets among those of an account, in USD; they are per calendar month."""
    found = []
    seen: Counter[str] = Counter()
    for budget in budgets:
        kind = budget_kind(budget)
        limit = dollars(spelled(budget, *LIMITS))
        if kind is None or limit is None or limit <= 0:
            continue
        seen[kind] += 1
        id, name = BUDGET_NAMES[kind]
        nth = seen[kind]
        found.append(
            parse.counted(
                id if nth == 1 else f"{id}_{nth}",
                name if nth == 1 else f"{name} {nth}",
                unit="USD",
                used=dollars(spelled(budget, *USES)),
                limit=limit,
                resets_at=parse.next_month(now),
            )
        )
    return tuple(found)


def spelled(source: Json, *keys: str) -> Any:
    """Return what stands under the first of the keys that is there, in camel or in snake case."""
    both = (name for key in keys for name in (key, re.sub(r"(?=[A-Z])", "_", key).lower()))
    return next((source[name] for name in both if source.get(name) not in (None, "", [])), None)


def budget_kind(budget: Json) -> str | None:
    """Return the kind of a Copilot budget, None when it is for something else."""
    kinds = {selector_kind(parse.slug(selector)) for selector in selectors(budget)}
    return next((kind for kind in BUDGET_NAMES if kind in kinds), None)


def selectors(budget: Json) -> Iterator[str]:
    """Yield everything that says what a budget is for."""
    for keys in SELECTORS:
        value = spelled(budget, *keys)
        for each in value if isinstance(value, list) else [value]:
            parts = [spelled(each, part) for part in SELECTOR_PARTS] if isinstance(each, Mapping) else [each]
            yield from filter(None, map(parse.text, parts))


def selector_kind(slug: str) -> str | None:
    """Return the kind that one selector stands for."""
    if slug == "copilot":
        return "product"
    if slug in ("premium_request", "premium_requests"):
        return "premium"
    if "premium" not in slug or "request" not in slug:
        return None
    if "spark" in slug:
        return "spark"
    if "agent" in slug and any(word in slug for word in ("coding", "cloud", "copilot")):
        return "agent"
    return "premium" if "bundled" in slug or "copilot" in slug else None


OBJECT_AMOUNTS = {"amount": 1, "value": 1, "total": 1, "cents": 100, "formatted": 1}


def dollars(value: object) -> float | None:
    """Return an amount in USD: a number, text such as `$30.00`, or an object that holds one of them."""
    if isinstance(value, Mapping):
        amounts = ((plain_dollars(value.get(key)), divisor) for key, divisor in OBJECT_AMOUNTS.items())
        return next((amount / divisor for amount, divisor in amounts if amount is not None), None)
    return plain_dollars(value)


def plain_dollars(value: object) -> float | None:
    """Return an amount from a number, or from text with one number in it."""
    if not isinstance(value, str):
        return parse.number(value)
    written = value.strip()
    found = re.findall(r"\d[\d,]*(?:\.\d+)?|\.\d+", written)
    amount = parse.number(found[0]) if len(found) == 1 and "-" not in written[1:] else None
    return -amount if amount is not None and written.startswith("-") else amount
