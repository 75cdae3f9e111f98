"""MiniMax."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
import json
import re
from typing import Any, override

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, Settings, Way, api_key, cookie, cookie_source, flag, select, url
from ..http import BROWSER_AGENT, Endpoint, Reply, Verdict
from ..minimax_remains import NoPlan, Remains, Unreadable, check_status, fields_of, next_time, points_of, remains_of
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    QuotaError,
    RateLimited,
    Reading,
    Unavailable,
    Window,
)
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session
from ..web_storage import Storage, indexed_db, local_storage, session_storage, unwrapped

DOMAINS = {"global": "minimax.io", "cn": "minimaxi.com"}
CURRENCIES = {"global": "USD", "cn": "CNY"}
API_PATHS = ("/v1/token_plan/remains", "/v1/api/openplatform/coding_plan/remains")
PAGE_PATH = "/user-center/payment/coding-plan"
REMAINS_PATH = "/v1/api/openplatform/coding_plan/remains"
BILLING_PATH = "/account/amount"
SUBSCRIPTION_PATH = "/v1/api/openplatform/charge/combo/cycle_audio_resource_package"
SUBSCRIPTION_QUERY = {"biz_line": 2, "cycle_type": 3, "resource_package_type": 7}
DASHBOARD = f"{PAGE_PATH}?cycle_type=3"

SECONDS = 30
BILLING_SECONDS = 60
"""All pages of the billing history together may not take longer: they are an extra."""
BILLING_PAGES = 20
PAGE_SIZE = 100

SESSION = "HERTZ-SESSION"
VERDICT = Verdict(auth="MiniMax rejected the key or cookie: renew it, and check the region", html=None)
JSON_ACCEPT = "application/json, text/plain, */*"
OVERRIDES = ("host", "coding_plan_url", "remains_url", "billing_url")


class _Unreached(Unavailable):
    """No answer came from this address; another one may answer."""


class MiniMax(Provider):
    """MiniMax: the 5-hour and weekly windows of a Coding or Token Plan, points, and what the site has billed.

    Source: https://platform.minimax.io/docs/coding-plan/faq, and the requests of the platform's pages.
    """

    id = "minimax"
    name = "MiniMax"
    dashboard = f"https://platform.minimax.io{DASHBOARD}"
    status = StatusLink("https://status.minimax.io", "statuspage")
    missing = "give the key of a plan (sk-cp-…) or the cookie of the platform; a pay-as-you-go key cannot read a plan"
    region_field = "region"
    fields = (
        api_key(
            "MINIMAX_CODING_API_KEY",
            "MINIMAX_API_KEY",
            help='The page of the plan, "Subscription key" (sk-cp-…).',
            link=dashboard,
        ),
        cookie(
            *(f"{part}{domain}" for domain in DOMAINS.values() for part in ("platform.", "openplatform.", "")),
            preferred=(SESSION,),
            env=("MINIMAX_COOKIE", "MINIMAX_COOKIE_HEADER"),
            help="Open the page of the plan, developer tools, Network, the request coding_plan/remains,"
            " and copy it as cURL, or its Cookie header alone.",
            link=dashboard,
        ),
        cookie_source(),
        select(
            "region",
            tuple(DOMAINS),
            "global",
            help="platform.minimax.io or platform.minimaxi.com; keys and cookies of one do not work at the other.",
        ),
        url("host", "MINIMAX_HOST", way=Way.COOKIE, deferred=True),
        url("coding_plan_url", "MINIMAX_CODING_PLAN_URL", way=Way.COOKIE, deferred=True, exact=True),
        url("remains_url", "MINIMAX_REMAINS_URL", way=Way.COOKIE, deferred=True, exact=True),
        url("billing_url", "MINIMAX_BILLING_HISTORY_URL", way=Way.COOKIE, deferred=True, exact=True),
        flag("billing_history", default=True, way=Way.COOKIE, help="Tokens and spend of today and of 30 days."),
        flag("strict_hosts", "MINIMAX_REQUIRE_PROVIDER_ENDPOINT_OVERRIDES", way=Way.COOKIE),
    )

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the plan, at the site of the region."""
        return f"https://platform.{DOMAINS[settings.get('region')]}{DASHBOARD}"

    async def has_plan_key(self, call: Call) -> bool:
        """Return whether there is a key that can read a plan."""
        key = call.get("api_key")
        return key is not None and not key.startswith("sk-api-")

    @strategy("api", when=has_plan_key)
    async def api(self, call: Call) -> Reading:
        """Ask the API of the region; a key that the global one rejects may be one of mainland China."""
        try:
            remains = await read_plan(call, call["region"])
        except AuthFailed:
            mainland = await call.optional(read_plan(call, "cn")) if call["region"] == "global" else None
            if mainland is None:
                raise
            remains = mainland
        return plan_reading(remains)

    @strategy("web", when=has_session, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read the site with the session that was pasted, else with those of the browsers."""
        addresses = Addresses.of(call)
        return await with_session(call, lambda cookies: read_with_bearers(call, addresses, cookies))


def plan_reading(remains: Remains, plan: str | None = None, metrics: tuple[Metric, ...] = ()) -> Reading:
    """Return what is left, the plan by its best name, and the points before other metrics."""
    return Reading(
        plan=tidy(plan or remains.plan or ("Plus" if remains.suggests_plus else None)),
        windows=remains.windows,
        metrics=(*parse.known_metric("balance", "Points", remains.points, "points", MetricKind.BALANCE), *metrics),
    )


def tidy(plan: str | None) -> str | None:
    """Return the name of a plan without what the shop adds to it."""
    found = re.search(r"TokenPlan(Plus|Max|Ultra)", plan or "", re.IGNORECASE)
    return f"Token Plan {found[1].title()}" if found else plan


# Asking for what is left


async def ask(endpoint: Endpoint, **options: Any) -> Reply:
    """Return the answer; raises _Unreached without one, Unreadable when this is not the address."""
    try:
        reply = await endpoint.get(follow=True, **options)
    except Unavailable as err:
        raise _Unreached(err.message) from err
    except InvalidResponse as err:
        raise Unreadable(err.message) from err
    if reply.status in (404, 405):
        raise Unreadable(f"{reply.url.host} answered HTTP {reply.status}")
    if reply.is_redirect and re.search(r"log-?in|sign-?in", str(reply.location), re.IGNORECASE):
        raise AuthFailed(f"{reply.url.host} wants a sign-in: {VERDICT.auth}")
    return reply.check(VERDICT)


async def ask_remains(endpoint: Endpoint, **options: Any) -> Remains:
    """Return what is left; errors as of `ask`, and those that the answer reports."""
    reply = await ask(endpoint, **options)
    return remains_of(await readable(reply), reply)


async def readable(reply: Reply) -> Json:
    """Return the body as a JSON object; raises Unreadable."""
    try:
        return await reply.object()
    except InvalidResponse as err:
        raise Unreadable(err.message) from err


async def read_plan(call: Call, region: str) -> Remains:
    """Ask the API for what is left of the key's plan, at the newer address and then at the older one."""
    api = call.at(
        f"https://api.{DOMAINS[region]}",
        bearer=call["api_key"],
        headers={"Content-Type": "application/json", "MM-API-Source": "AI-Quota"},
        timeout=SECONDS,
    )
    newer, older = (replace(api, base=api.base.with_path(path)) for path in API_PATHS)
    try:
        try:
            return await ask_remains(newer)
        except AuthFailed as rejected:
            try:
                return await ask_remains(older)
            except NoPlan:
                raise
            except QuotaError:
                raise rejected from None
        except _Unreached, Unreadable:
            return await ask_remains(older)
    except NoPlan as none:
        return Remains(windows=(), points=points_of(none.answer))


# The addresses of the site


@dataclass(frozen=True)
class Addresses:
    """Where the requests of the site go."""

    region: str
    platform: URL
    page: URL
    remains: tuple[URL, ...]
    subscription: URL
    billing: URL

    @classmethod
    def of(cls, call: Call) -> Addresses:
        """Return the addresses of the region with what was given instead; raises BadConfiguration."""
        given: dict[str, URL | None] = {key: call.get(key) for key in OVERRIDES}
        if call["strict_hosts"]:
            for key, address in given.items():
                if address and not is_of_provider(address):
                    raise BadConfiguration(f"{key}: {address.host} is not a host of MiniMax", key)
        domain = DOMAINS[call["region"]]
        host = given["host"].origin() if given["host"] else None
        platform, www = host or URL(f"https://platform.{domain}"), host or URL(f"https://www.{domain}")
        candidates = (given["remains_url"] or each.with_path(REMAINS_PATH) for each in (platform, www))
        return cls(
            region=call["region"],
            platform=platform,
            page=given["coding_plan_url"] or platform.with_path(PAGE_PATH).with_query(cycle_type=3),
            remains=tuple(dict.fromkeys(candidates)),
            subscription=www.with_path(SUBSCRIPTION_PATH).with_query(SUBSCRIPTION_QUERY),
            billing=given["billing_url"] or platform.with_path(BILLING_PATH),
        )


def is_of_provider(address: URL) -> bool:
    """Return whether an address is one of MiniMax's."""
    host = address.host or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in DOMAINS.values())


# Sessions


@dataclass(frozen=True)
class Session:
    """Who asks the site: cookies, a bearer beside them, and the id of the group, where they are known."""

    call: Call
    addresses: Addresses
    cookies: Cookies
    bearer: str | None
    group: str | None

    def at(self, address: URL, **headers: str) -> Endpoint:
        """Return the endpoint of an address, asked as the page of the plan would."""
        platform = str(self.addresses.platform.origin())
        return self.call.at(
            address,
            bearer=self.bearer,
            cookies=self.cookies,
            headers={
                "Accept-Language": "en-US,en;q=0.9",
                "User-Agent": BROWSER_AGENT,
                "Origin": platform,
                "Referer": f"{platform}{PAGE_PATH}",
                **headers,
            },
            timeout=SECONDS,
            verdict=VERDICT,
        )


BEARER = re.compile(r"authorization:\s*bearer\s+([^\s'\"\\^;]+)", re.IGNORECASE)
GROUP = re.compile(r"(?:x-group-id:\s*|minimax_group_id_v2=|group_?id=)(\d{4,})", re.IGNORECASE)
TOKENS = ("access_token", "accessToken", "id_token", "idToken", "token")
STORED = ("access_token", "user_detail", "persist:root")
_BEARER = "bearer that was accepted"


async def read_with_bearers(call: Call, addresses: Addresses, cookies: Cookies) -> Reading:
    """Read the site; a browser's session with one bearer after the other, until one is taken."""
    if not cookies.jar:
        pasted = call.given_cookie or ""
        bearer = found[1] if (found := BEARER.search(pasted)) else None
        return await read_site(Session(call, addresses, cookies, bearer, group_in(pasted)))
    own = of_region(cookies, addresses)
    stored = list(await stored_values(call, cookies.origin, addresses.region))
    tokens = [value for key, value in stored if is_token(key, value)]
    group = group_in(own.header) or next((value for key, value in stored if is_group(key, value)), None)
    bearers: list[str | None] = [*tokens, own.get(SESSION), None]
    bearers.sort(key=lambda bearer: bearer != call.memory.get(_BEARER, bearer))
    failure: QuotaError | None = None
    for bearer in dict.fromkeys(bearers):
        try:
            reading = await read_site(Session(call, addresses, own, bearer, group))
        except (AuthFailed, InvalidResponse) as err:
            failure = err
        else:
            call.memory[_BEARER] = bearer
            return reading
    raise failure or AuthFailed(VERDICT.auth)


def of_region(cookies: Cookies, addresses: Addresses) -> Cookies:
    """Return the cookies of a browser that are for the site of the region; raises AuthFailed without any."""
    domain = DOMAINS[addresses.region]
    jar = [each for each in cookies.jar if f".{each.domain}".endswith(f".{domain}")]
    if not jar:
        raise AuthFailed(f"the browser has no session of {domain}")
    return Cookies.of(jar, cookies.origin).all_at(URL(f"https://platform.{domain}"))


async def stored_values(call: Call, profile: str, region: str) -> Iterator[tuple[str, str]]:
    """Return what the site has stored in the profile of a browser, by name, at every depth."""
    origins = [f"https://{part}{DOMAINS[region]}" for part in ("platform.", "www.", "")]
    storages: list[Storage] = []
    for read in (local_storage, session_storage):
        for each in await read(call, *origins):
            kept = {name: value for name, value in each.items.items() if name in STORED or "group" in name.lower()}
            storages.append(replace(each, items=kept))
    storages += await indexed_db(call, *origins)
    return (pair for each in storages if each.label == profile for pair in nested(each.items))


def nested(values: object) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers below names, also in JSON that is stored as text."""
    for found in parse.objects(values):
        for key, value in found.items():
            if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
                try:
                    yield from nested(json.loads(value))
                except ValueError, RecursionError:
                    continue
            elif isinstance(value, (str, int)):
                yield key, unwrapped(str(value))


def group_in(written: str) -> str | None:
    """Return the id of the group that a header or an address names."""
    found = GROUP.search(written)
    return found[1] if found else None


def is_token(key: str, value: str) -> bool:
    """Return whether a stored value can be a bearer: it is named so, and long or a JWT."""
    return key in TOKENS and (len(value) >= 60 or bool(parse.jwt_claims(value))) and value.isprintable()


def is_group(key: str, value: str) -> bool:
    """Return whether a stored value is the id of a group."""
    return "group" in key.lower() and re.fullmatch(r"\d{4,}", value) is not None


# The site


async def read_site(session: Session) -> Reading:
    """Read the page of the plan, what is left of it, and the extras that the site has."""
    now = session.call.now
    page = await read_page(session)
    remains = page.remains
    if remains is None or not remains.windows:
        try:
            remains = await ask_candidates(session)
        except AuthFailed:
            raise
        except QuotaError:
            if page.window is None:
                raise
            remains = Remains(windows=(page.window,))
    subscription, billed = await asyncio.gather(
        session.call.optional(read_subscription(session)),
        session.call.optional(read_billing(session), seconds=BILLING_SECONDS),
    )
    subscription = subscription or Subscription(None, None)
    remains = replace(remains, windows=subscription.ending(remains.windows, now))
    reading = plan_reading(remains, subscription.plan or remains.plan or page.plan, billed or ())
    return replace(reading, identity=session.group)


async def ask_candidates(session: Session) -> Remains:
    """Return what is left from the first address that tells; raises the failure of the last one."""
    failure: QuotaError | None = None
    query = {"GroupId": session.group} if session.group else None
    for address in session.addresses.remains:
        site = session.at(address, **{"Accept": JSON_ACCEPT, "X-Requested-With": "XMLHttpRequest"})
        try:
            return await ask_remains(site, query=query)
        except (_Unreached, Unreadable, NoPlan) as err:
            failure = err
    raise failure or Unreadable("there is no address to ask")


# The page


@dataclass(frozen=True)
class Page:
    """What the page of the plan tells: what is left, or at least a plan and a window in its text."""

    remains: Remains | None = None
    plan: str | None = None
    window: Window | None = None


async def read_page(session: Session) -> Page:
    """Read the page; nothing when it fails. Raises AuthFailed when it wants a sign-in, RateLimited."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    try:
        reply = await ask(session.at(session.addresses.page, Accept=accept))
        if "application/json" in reply.headers.get("Content-Type", ""):
            return Page(remains_of(await readable(reply), reply))
        return page_of(reply)
    except AuthFailed, RateLimited:
        raise
    except QuotaError:
        return Page()


def page_of(reply: Reply) -> Page:
    """Return what a page tells; raises AuthFailed when it wants a sign-in."""
    text = visible(reply.text)
    if re.search(r"sign in|log in|登录|登入", text, re.IGNORECASE):
        raise AuthFailed(f"{reply.url.host} wants a sign-in: {VERDICT.auth}")
    return Page(embedded_remains(reply), page_plan(reply.text, text), page_window(text, reply.now))


def visible(source: str) -> str:
    """Return the text of a page as a person sees it."""
    source = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", " ", source, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", source)).split())


def embedded_remains(reply: Reply) -> Remains | None:
    """Return what is left, from the data that a page was made of."""
    script = r"<script[^>]*\bid=[\"']__NEXT_DATA__[\"'][^>]*>(.*?)</script"
    found = re.search(script, reply.text, re.DOTALL | re.IGNORECASE)
    try:
        data = json.loads(found[1]) if found else None
    except ValueError, RecursionError:
        return None
    source = next((each for each in parse.objects(data) if parse.either_case(each, "model_remains") is not None), None)
    try:
        return None if source is None else remains_of(source, reply)
    except Unreadable:
        return None


def page_plan(source: str, text: str) -> str | None:
    """Return the plan that a page names: in its data, else between its heading and the allowance."""
    for key in ("planName", "plan", "packageName"):
        if found := re.search(rf'\\?"{key}\\?"\s*:\s*\\?"([^"\\]+)', source, re.IGNORECASE):
            return found[1].strip() or None
    named = re.search(r"coding plan\s+((?:(?!coding plan).){1,80}?)\s+available usage", text, re.IGNORECASE)
    return named[1] if named else None


LENGTHS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def page_window(text: str, now: datetime) -> Window | None:
    """Return the window in the text of a page, when it says how much is used."""
    percent = re.search(r"(\d+(?:\.\d+)?)\s*% ?used|used (\d+(?:\.\d+)?)\s*%", text, re.IGNORECASE)
    if not percent:
        return None
    allowance = re.search(r"available usage:? ([\d,]+) prompts? ?/ ?(\d+)? ?(hour|minute|day)", text, re.IGNORECASE)
    limit = parse.number(allowance[1]) if allowance else None
    length = int(allowance[2] or 1) * LENGTHS[allowance[3][0].lower()] if allowance else None
    return Window(
        id="session",
        name="Session",
        used_percent=float(percent[1] or percent[2]),
        limit=limit,
        unit=None if limit is None else "prompts",
        duration=parse.duration(length),
        resets_at=page_reset(text, now),
    )


def page_reset(text: str, now: datetime) -> datetime | None:
    """Return the reset in the text of a page: in some time, or at a time of the day."""
    if found := re.search(r"resets in (\d+) ?(sec|min|hour|hr|day)", text, re.IGNORECASE):
        length = parse.duration(int(found[1]) * LENGTHS[found[2][0].lower()])
        return now + length if length else None
    found = re.search(r"resets at (\d{1,2}:\d{2}(?: ?\(UTC ?[+-]\d{1,2}\))?)", text, re.IGNORECASE)
    return next_time(found[1], now, UTC) if found else None


# The subscription


@dataclass(frozen=True)
class Subscription:
    """What the plan is called, and when it ends for good."""

    plan: str | None
    ends: datetime | None

    def ending(self, windows: tuple[Window, ...], now: datetime) -> tuple[Window, ...]:
        """Return the windows, the longest of the text models with the end of the subscription."""
        ids = {each.id for each in windows}
        last = next((id for id in ("weekly", "session") if id in ids), None)
        return tuple(replace(each, expires_at=self.ends) if each.id == last else each for each in windows)


async def read_subscription(session: Session) -> Subscription:
    """Read plan and end of the subscription, which takes the id of the group."""
    if session.group is None:
        return Subscription(None, None)
    headers = {"Accept": JSON_ACCEPT, "x-group-id": session.group}
    site = replace(session, bearer=None).at(session.addresses.subscription, **headers)
    reply = await ask(site)
    answer = await readable(reply)
    check_status(fields_of(answer), reply)
    ends, renews = (
        shop_time(parse.anywhere(answer, stamp)) or shop_time(parse.anywhere(answer, written))
        for stamp, written in (
            ("current_subscribe_end_time_ts", "current_subscribe_end_time"),
            ("renewal_trigger_time_ts", "renewal_date"),
        )
    )
    return Subscription(shop_plan(answer), None if renews and renews > session.call.now else ends)


def shop_time(value: object) -> datetime | None:
    """Return a time of the shop: an epoch, or an American date at its first moment in Beijing."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", parse.text(value) or "")
    return parse.moment(f"{found[3]}-{found[1]:0>2}-{found[2]:0>2}", parse.BEIJING) if found else parse.moment(value)


CURRENT = ("current_subscribe", "current_subscription", "current_plan")
SIZES = ("plus", "max", "ultra")


def shop_plan(answer: Json) -> str | None:
    """Return the plan: the one that is called the current one, else any that looks like one."""
    current = [
        text
        for each in parse.objects(answer)
        for key, value in each.items()
        if any(part in key for part in CURRENT)
        for text in texts(value)
    ]
    return best_name(current) or best_name(list(texts(answer)))


def texts(node: object) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(node, str):
        yield node
    children: Iterable[object] = node.values() if isinstance(node, Mapping) else parse.items(node)
    for child in children:
        yield from texts(child)


def best_name(names: Sequence[str]) -> str | None:
    """Return the name that is most likely that of a plan."""
    found = min(names, key=doubt, default="")
    return found.strip() if doubt(found) < NO_PLAN_NAME else None


NO_PLAN_NAME = 5


def doubt(name: str) -> int:
    """Return how unlikely it is that a text names a plan, NO_PLAN_NAME when it does not."""
    name = name.strip().lower()
    for place, size in enumerate(SIZES):
        if f"tokenplan{size}" in name:
            return place
    if "token plan" in name and any(size in name for size in SIZES):
        return 3
    return 4 if name in SIZES else NO_PLAN_NAME


# The billing history


async def read_billing(session: Session) -> tuple[Metric, ...]:
    """Read the records of the last 30 days, page by page; all of them or none."""
    call = session.call
    if not call["billing_history"]:
        return ()
    platform = str(session.addresses.platform.origin())
    headers = {"Accept": JSON_ACCEPT, "X-Requested-With": "XMLHttpRequest", "Referer": f"{platform}/account"}
    records: list[Json] = []
    for number in range(1, BILLING_PAGES + 1):
        query: dict[str, str | int] = {"page": number, "limit": PAGE_SIZE, "aggregate": "false"}
        reply = await ask(session.at(session.addresses.billing.update_query(query), **headers))
        fields = fields_of(await readable(reply))
        check_status(fields, reply)
        page = [parse.mapping(each) for each in parse.need_list(fields.get("charge_records"), "charge_records")]
        records += page
        total = parse.number(fields.get("total_cnt"))
        is_old = any(day and day < parse.midnight(call.now, -29) for day in map(record_time, page))
        if not page or is_old or (total is not None and len(records) >= total):
            break
    return billing_metrics(records, CURRENCIES[session.addresses.region], call.now)


def billing_metrics(records: list[Json], currency: str, now: datetime) -> tuple[Metric, ...]:
    """Return tokens and spend of today and of 30 days; no spend when no record has an amount."""
    periods = [period for period in parse.periods(now) if period[0] in ("today", "30d")]
    counted = [
        (time, record)
        for record in records
        if (time := record_time(record)) and periods[-1][2] <= time < parse.midnight(now, 1) and succeeded(record)
    ]
    is_priced = any(cash_of(record) is not None for _, record in counted)
    found = []
    for id, words, since in periods:
        within = [record for time, record in counted if time >= since]
        spaced = f" {words}" if id == "today" else f", {words}"
        found.append(
            Metric(
                id=f"tokens_{id}",
                name=f"Tokens{spaced}",
                value=sum(map(tokens_of, within)),
                unit="tokens",
                kind=MetricKind.COUNT,
            )
        )
        if is_priced:
            spend = sum(cash_of(record) or 0 for record in within)
            found.append(
                Metric(id=f"spend_{id}", name=f"Spend{spaced}", value=spend, unit=currency, kind=MetricKind.SPEND)
            )
    return tuple(found)


def succeeded(record: Json) -> bool:
    """Return whether a record does not say that it failed."""
    result = parse.first(record, "result", "status")
    return result is None or str(result).strip().upper() == "SUCCESS"


def tokens_of(record: Json) -> float:
    """Return the tokens of a record: in all, else in and out."""
    total = parse.number(record.get("consume_token")) or 0
    if total > 0:
        return total
    return sum(parse.number(record.get(f"consume_{way}_token")) or 0 for way in ("input", "output"))


def cash_of(record: Json) -> float | None:
    """Return what a record cost."""
    return parse.first_number(record, "consume_cash_after_voucher", "consume_cash")


def record_time(record: Json) -> datetime | None:
    """Return when a record is of, as exactly as it says."""
    written = str(parse.first(record, "ymd") or "").strip().replace("/", "")
    day = f"{written[:4]}-{written[4:6]}-{written[6:]}" if re.fullmatch(r"\d{8}", written) else written
    times = (record.get("created_at"), day, record.get("consume_time"))
    return next((found for each in times if (found := parse.moment(each))), None)
