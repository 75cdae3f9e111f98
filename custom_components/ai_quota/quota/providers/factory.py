"""Factory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
import re
from typing import Any, Self

from yarl import URL

from .. import parse
from ..account import Call
from ..browser import browser_sessions
from ..credentials import Cookies, Way, api_key, cookie, cookie_source, secret, text, unquoted
from ..http import Endpoint, Reply, Verdict
from ..local import read_text
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, QuotaError, RateLimited, Reading, Window
from ..oauth import need_token, renew
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import imported
from ..web_storage import local_storage, unwrapped

API, APP, AUTH = "https://api.factory.ai", "https://app.factory.ai", "https://auth.factory.ai"
WORKOS = "https://api.workos.com"
CLIENT_IDS = ("client_01HXRMBQ9BJ3E7QSTQ9X2PHVB7", "client_01HNM792M5G5G1A2THWPXKFMXB")
KEYS_PAGE = f"{APP}/settings/api-keys"

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Origin": APP,
    "Referer": f"{APP}/",
    "x-factory-client": "web-app",
}
KEY = Verdict(auth=f"the API key was rejected: check it at {KEYS_PAGE}")
WEB = Verdict(auth="signed out: sign in to app.factory.ai again", redirect=AuthFailed, html=AuthFailed)
UNREADABLE = "what was given as a cookie holds neither cookies nor a token: copy it again"
ENDED = "the session has ended: sign in to app.factory.ai again"

SESSION_TOKENS = (
    "__Secure-next-auth.session-token",
    "next-auth.session-token",
    "__Secure-authjs.session-token",
    "authjs.session-token",
)
CSRF_TOKEN = "__Host-authjs.csrf-token"  # noqa: S105  the name of a cookie
SESSION_COOKIES = ("wos-session", *SESSION_TOKENS, CSRF_TOKEN, "session", "access-token")
TOKEN_COOKIES = ("access-token", "__recent_auth")
SIGN_IN_COOKIES = ("session", "wos-session")
WORKOS_COOKIES = cookie("workos.com", ".workos.com")

ORIGINS = (APP, AUTH)
STORED_REFRESH, STORED_ACCESS = "workos:refresh-token", "workos:access-token"

UNLIMITED = 1e12
"""An allowance of more tokens stands for none at all."""

_AUTHORIZATION = re.compile(r"authorization\s*:\s*bearer\s+([^\s;,\"'^\\]+)", re.IGNORECASE)
_BARE_TOKEN = re.compile(r"[^\s=;]{40,}|[^\s=;.]*\.[^\s=;.]*\.[^\s=;]*")
_ENV_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?FACTORY_API_KEY[ \t]*=(.*)$", re.MULTILINE)
_REFRESH_TOKEN = re.compile(r"[\w-]{20,}", re.ASCII)

type Attempt = Callable[[], Awaitable[Reading]]


async def has_key(_: object, call: Call) -> bool:
    """Return whether there is an API key, given or kept for the tool."""
    return await key_of(call) is not None


async def has_session(_: object, call: Call) -> bool:
    """Return whether there is a session to try, given or in a browser."""
    given = call.given_cookie if call["cookie_source"] != "off" else None
    if given or call.get("access_token") or call.get("refresh_token"):
        return True
    if call["cookie_source"] != "auto":
        return False
    return bool(await stored_tokens(call) or await imported(call) or await workos_sessions(call))


class Factory(Provider):
    """Factory (Droid): the limits of a plan over five hours, a week and a month, or its monthly tokens.

    Source: the requests of https://app.factory.ai/settings/billing
    """

    id = "factory"
    name = "Factory"
    dashboard = f"{APP}/settings/billing"
    status = StatusLink("https://status.factory.ai", "statuspage")
    every = Every(default=5, minimum=3)
    missing = "give an API key, or a session of app.factory.ai"
    fields = (
        api_key("FACTORY_API_KEY", help="Settings, API keys. It begins fk-.", link=KEYS_PAGE),
        cookie(
            "factory.ai",
            "app.factory.ai",
            "auth.factory.ai",
            names=SESSION_COOKIES,
            help="Sign in, open the developer tools, Network, a request to api.factory.ai, and copy it as cURL.",
            link=APP,
        ),
        cookie_source(),
        secret(
            "access_token",
            way=Way.TOKEN,
            help="Sign in, open the developer tools, Application, Local Storage: workos:access-token.",
            link=APP,
        ),
        secret("refresh_token", way=Way.TOKEN, help="In the same place: workos:refresh-token.", link=APP),
        text("organization_id", way=Way.TOKEN, advanced=True, help="It begins org_. Empty: that of the token."),
    )

    @strategy("api", when=has_key, machine=True)
    async def api(self, call: Call) -> Reading:
        """Read with the API key."""
        key = await key_of(call)
        if key is None:
            raise AuthFailed(self.missing)
        return await read_with_bearer(call, key, KEY)

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the first session that answers; a rate limit ends the search."""
        failures: list[QuotaError] = []
        async for attempt in attempts(call):
            try:
                return await attempt()
            except RateLimited:
                raise
            except QuotaError as err:
                failures.append(err)
        raise first_but_refusals(failures or [AuthFailed(self.missing)])


def first_but_refusals(failures: Sequence[QuotaError]) -> QuotaError:
    """Return the failure that stands for all: the first that is no refusal, else the first."""
    others = (err for err in failures if not isinstance(err, AuthFailed))
    return next(others, failures[0])


# Credentials


async def key_of(call: Call) -> str | None:
    """Return the API key that was given, else that of the tool's own environment."""
    if key := call.get("api_key"):
        return str(key)
    environment = await call.optional(read_text(call.home / ".factory" / ".env"))
    line = _ENV_LINE.search(environment or "")
    return (unquoted(line[1]) or None) if line else None


@dataclass(frozen=True)
class Pasted:
    """What was pasted as a cookie: cookies, a token, or both."""

    cookies: Cookies | None
    bearer: str | None

    @classmethod
    def of(cls, written: str) -> Self:
        """Read a header, a cURL command, an `Authorization: Bearer` beside them, or a bare token."""
        header = _AUTHORIZATION.search(written)
        cookies = Cookies.pasted(_AUTHORIZATION.sub("", written))
        bare = unquoted(written)
        token = header[1] if header else cookies and cookies.get("access-token")
        return cls(cookies, token or (bare if _BARE_TOKEN.fullmatch(bare) else None))


@dataclass(frozen=True)
class Tokens:
    """The tokens of a sign-in with WorkOS."""

    access: str | None
    refresh: str | None

    @property
    def organization(self) -> str | None:
        """Return the organization that they are for."""
        return parse.first_text(parse.jwt_claims(self.access), "org_id")

    def is_over(self, now: datetime) -> bool:
        """Return whether the access token says itself that it has ended."""
        ends = parse.number(parse.jwt_claims(self.access).get("exp"))
        return ends is not None and ends <= now.timestamp()


async def attempts(call: Call) -> AsyncIterator[Attempt]:
    """Yield what to try, best first; browsers are read when nothing that was given has answered."""
    source = call["cookie_source"]
    if source != "off" and call.given_cookie:
        for attempt in pasted_attempts(call, Pasted.of(call.given_cookie)):
            yield attempt
    for attempt in token_attempts(call, Tokens(call.get("access_token"), call.get("refresh_token"))):
        yield attempt
    if source != "auto":
        return
    for tokens in await stored_tokens(call):
        for attempt in token_attempts(call, tokens):
            yield attempt
    for session in await imported(call):
        yield partial(read_with_session, call, session)
    for session in await workos_sessions(call):
        yield partial(read_with_workos, call, session)


def pasted_attempts(call: Call, pasted: Pasted) -> Iterator[Attempt]:
    """Yield the cookies with the token, then the token alone."""
    call.conceal(*(pasted.cookies.pairs.values() if pasted.cookies else ()), pasted.bearer or "")
    if pasted.cookies:
        yield partial(read_with_cookies, call, pasted.cookies, (APP, AUTH, API), pasted.bearer)
    if pasted.bearer:
        yield partial(read_with_bearer, call, pasted.bearer)
    if not pasted.cookies and not pasted.bearer:
        yield refuse


async def refuse() -> Reading:
    """Fail, as what was pasted cannot be used."""
    raise AuthFailed(UNREADABLE)


def token_attempts(call: Call, tokens: Tokens) -> Iterator[Attempt]:
    """Yield the access token while it lasts, then the renewed one."""
    if tokens.access and not tokens.is_over(call.now):
        yield partial(read_with_bearer, call, tokens.access)
    if tokens.refresh:
        yield partial(read_renewed, call, tokens)


async def stored_tokens(call: Call) -> Sequence[Tokens]:
    """Return the tokens that the site has stored in browsers; read once a fetch."""
    if "stored_tokens" not in call.once:
        found = []
        for stored in await local_storage(call, *ORIGINS):
            access, refresh = (unwrapped(stored.items.get(key, "")) for key in (STORED_ACCESS, STORED_REFRESH))
            if _REFRESH_TOKEN.fullmatch(refresh):
                call.conceal(access, refresh)
                found.append(Tokens(access or None, refresh))
        call.once["stored_tokens"] = tuple(dict.fromkeys(found))
    tokens: Sequence[Tokens] = call.once["stored_tokens"]
    return tokens


async def workos_sessions(call: Call) -> Sequence[Cookies]:
    """Return the sessions of WorkOS in browsers, as far as they may be sent to it; read once a fetch."""
    if "workos_sessions" not in call.once:
        fitting = [each.for_url(URL(WORKOS)) for each in await browser_sessions(call, WORKOS_COOKIES)]
        call.once["workos_sessions"] = [session for session in fitting if session.pairs]
    sessions: Sequence[Cookies] = call.once["workos_sessions"]
    return sessions


# WorkOS


class Ended(AuthFailed):
    """WorkOS says that a session has ended."""


async def read_renewed(call: Call, tokens: Tokens) -> Reading:
    """Read with a new access token; the new tokens are kept before it is used."""

    async def request(token: str) -> Mapping[str, Any]:
        try:
            return await authenticate(call, {"refresh_token": token}, tokens.organization)
        except Ended:
            if call.own("refresh_token") == token:
                await call.save({"refresh_token": None})
            raise

    await renew(call, request, spent=tokens.refresh)
    return await read_with_bearer(call, call["access_token"])


async def read_with_workos(call: Call, session: Cookies) -> Reading:
    """Read with an access token for the session of WorkOS in a browser."""

    async def request(_: str) -> Mapping[str, Any]:
        return await authenticate(call, {"useCookie": True}, None, session)

    await renew(call, request, spent=session.header)
    return await read_with_bearer(call, call["access_token"])


async def authenticate(
    call: Call, proof: Json, organization: str | None, cookies: Cookies | None = None
) -> Mapping[str, Any]:
    """Return the changes for the entry: new tokens, from the first client that WorkOS accepts.

    Raises Ended when all are told that the session has ended.
    """
    workos = call.at(WORKOS, cookies=cookies)
    wanted = call.get("organization_id") or organization
    question = {"grant_type": "refresh_token", **proof} | ({"organization_id": wanted} if wanted else {})
    failures: list[QuotaError] = []
    for client in CLIENT_IDS:
        try:
            reply = await workos.post("user_management/authenticate", json={"client_id": client, **question})
            answer = await authenticated(reply)
        except RateLimited:
            raise
        except QuotaError as err:
            failures.append(err)
        else:
            return answer
    # That one client is told of the end is no proof while the other is told something else.
    failures.sort(key=lambda err: isinstance(err, Ended))
    raise first_but_refusals(failures)


async def authenticated(reply: Reply) -> Mapping[str, Any]:
    """Return the tokens of an answer as changes for the entry."""
    answer = await reply.maybe_object()
    description = (parse.first_text(answer, "error_description") or "").lower()
    is_over = description == "missing refresh token." or answer.get("error") == "invalid_grant"
    if reply.status in (401, 403) or (reply.status == 400 and is_over):
        raise Ended(ENDED)
    answer = await reply.check(Verdict(other=AuthFailed)).object()
    rotated = parse.first_text(answer, "refresh_token")
    return {"access_token": need_token(answer)} | ({"refresh_token": rotated} if rotated else {})


# Factory


@dataclass(eq=False)
class Refused(AuthFailed):
    """A refusal that other credentials of the same session may not meet; `is_stale` when it is for an old token."""

    is_stale: bool = False


@dataclass(frozen=True)
class Site:
    """One host of Factory and the API's, with the same credentials."""

    host: Endpoint
    api: Endpoint
    bearer: str | None

    @classmethod
    def of(
        cls, call: Call, host: str, bearer: str | None, verdict: Verdict = WEB, cookies: Cookies | None = None
    ) -> Self:
        """Return the host with credentials."""
        chosen, api = (
            call.at(at, bearer=bearer, cookies=cookies, headers=HEADERS, verdict=verdict) for at in (host, API)
        )
        return cls(chosen, api, bearer)

    @staticmethod
    async def get(at: Endpoint, path: str, **options: Any) -> Json:
        """Return the object that a request yields; raises Refused where other credentials may do."""
        reply = await at.get(path, **options)
        if reply.status in (401, 409):
            raise Refused(f"{at.verdict.auth} (HTTP {reply.status})", reply.status == 409)
        return await reply.check(at.verdict).object()

    async def limits(self) -> Json:
        """Return the limits, nothing when they cannot be had."""
        try:
            return await self.get(self.api, "api/billing/limits")
        except RateLimited:
            raise
        except QuotaError:
            return {}

    async def read(self, now: datetime) -> Reading:
        """Read who this is and the limits, where there are none the allowances of tokens."""
        owner = Owner(await self.get(self.host, "api/app/auth/me"), parse.jwt_claims(self.bearer))
        limits = await self.limits()
        metrics = balance_metrics(limits)
        windows = tuple(limit_windows(limits, now))
        if not windows:
            query = {"useCache": "true"} | ({"userId": owner.user} if owner.user else {})
            answer = await self.get(self.host, "api/organization/subscription/usage", query=query)
            windows, counts = allowances(answer)
            if not windows and not counts and not owner.is_active:
                raise InvalidResponse("usage has neither standard nor premium tokens")
            metrics += counts
        return Reading(
            account=owner.account,
            organization=owner.organization,
            plan=owner.plan,
            identity=None if owner.email else owner.user,
            windows=windows,
            metrics=metrics,
        )


async def read_with_bearer(call: Call, bearer: str, verdict: Verdict = WEB) -> Reading:
    """Read with a token or an API key."""
    return await read_from((API, APP), lambda host: Site.of(call, host, bearer, verdict).read(call.now))


async def read_with_session(call: Call, session: Cookies) -> Reading:
    """Read with the cookies of a browser."""
    is_of_auth = any(each.domain.lstrip(".") == URL(AUTH).host for each in session.jar)
    return await read_with_cookies(call, session, (AUTH, API, APP) if is_of_auth else (API, APP), token_in(session))


async def read_with_cookies(call: Call, cookies: Cookies, hosts: Sequence[str], bearer: str | None) -> Reading:
    """Read with cookies, and with a token beside them."""
    return await read_from(hosts, lambda host: read_from_host(call, host, cookies.all_at(URL(host)), bearer))


async def read_from(hosts: Sequence[str], read: Callable[[str], Awaitable[Reading]]) -> Reading:
    """Return what the first host that answers yields; a refusal of any of them counts, else the last failure."""
    failures: list[QuotaError] = []
    for host in hosts:
        try:
            return await read(host)
        except RateLimited:
            raise
        except QuotaError as err:
            failures.append(err)
    raise next((err for err in failures if isinstance(err, AuthFailed)), failures[-1])


async def read_from_host(call: Call, host: str, cookies: Cookies, bearer: str | None) -> Reading:
    """Read with cookies, with fewer of them when the host finds some stale, without the token when it is refused."""
    refused = Refused(WEB.auth)
    choices = [(cookies, bearer), *([(cookies, None)] if bearer else []), *fewer(cookies)]
    for tried, (chosen, token) in enumerate(choices):
        try:
            return await Site.of(call, host, token, cookies=chosen).read(call.now)
        except Refused as err:
            refused = Refused(err.message, refused.is_stale or err.is_stale)
        if not refused.is_stale and (tried or not bearer):
            break
    raise refused


def fewer(cookies: Cookies) -> Iterator[tuple[Cookies, str | None]]:
    """Yield smaller sets of cookies, each once and with the token among them."""
    kept = [
        [name for name in cookies.pairs if name not in left_out]
        for left_out in (TOKEN_COOKIES, SIGN_IN_COOKIES, TOKEN_COOKIES + SIGN_IN_COOKIES)
    ]
    kept.append([name for name in cookies.pairs if name in (*SESSION_TOKENS, CSRF_TOKEN)])
    for names in dict.fromkeys(map(tuple, kept)):
        chosen = cookies.only(*names)
        if chosen and len(names) < len(cookies.pairs):
            yield chosen, token_in(chosen)


def token_in(cookies: Cookies) -> str | None:
    """Return the cookie that is a token: rather one with a dot, as a JWT has."""
    access = cookies.get("access-token")
    sessions = [token for name in SESSION_TOKENS if (token := cookies.get(name))]
    candidates = [access, *sessions, cookies.get("session")]
    dotted = (token for token in candidates if token and "." in token)
    return next(dotted, None) or access or next(iter(sessions), None)


# Figures


class Owner:
    """Who is signed in, from the answer and from what the token claims."""

    def __init__(self, answer: Json, claims: Json) -> None:
        profile, organization = (parse.mapping(answer.get(key)) for key in ("userProfile", "organization"))
        subscription = parse.mapping(organization.get("subscription"))
        orb = parse.mapping(subscription.get("orbSubscription"))
        tier = parse.first_text(subscription, "factoryTier") or ""
        self.email = parse.first_text(profile, "email") or parse.first_text(claims, "email")
        self.user = parse.first_text(profile, "id") or parse.first_text(claims, "sub")
        self.account = self.email or self.user
        self.organization = parse.first_text(organization, "name")
        self.plan = parse.first_text(orb.get("plan"), "name") or (tier[:1].upper() + tier[1:]) or None
        self.is_active = orb.get("status") in ("active", "trialing")


def balance_metrics(limits: Json) -> tuple[Metric, ...]:
    """Return the balance for extra usage, where it is told."""
    cents = parse.number(limits.get("extraUsageBalanceCents"))
    balance = None if cents is None else cents / 100
    return parse.known_metric("balance", "Extra usage balance", balance, "USD", MetricKind.BALANCE)


PERIODS = (
    ("fiveHour", "session", "Session", parse.HOURS_5),
    ("weekly", "weekly", "Weekly", parse.WEEK),
    ("monthly", "monthly", "Monthly", None),
)


def limit_windows(answer: Json, now: datetime) -> Iterator[Window]:
    """Yield the windows of the limits; nothing when the account is billed in another way."""
    limits = parse.mapping(answer.get("limits"))
    standard, core = (parse.mapping(limits.get(pool)) for pool in ("standard", "core"))
    windows = list(pool_windows(standard, now))
    if answer.get("usesTokenRateLimitsBilling") is not True or not windows:
        return
    yield from windows
    if any(is_in_use(parse.mapping(core.get(key))) for key, *_ in PERIODS):
        for window in pool_windows(core, now):
            yield replace(window, id=f"{window.id}_core", name=f"{window.name} (Core)")


def is_in_use(given: Json) -> bool:
    """Return whether a window of the core pool tells anything."""
    used_percent = parse.number(given.get("usedPercent"))
    is_running = parse.first(given, "windowEnd", "secondsRemaining") is not None
    return is_running or (used_percent is not None and used_percent > 0)


def pool_windows(pool: Json, now: datetime) -> Iterator[Window]:
    """Yield the windows of a pool; one that has run out is unused."""
    for key, id, name, duration in PERIODS:
        given = parse.mapping(pool.get(key))
        used_percent, seconds = given.get("usedPercent"), given.get("secondsRemaining")
        if isinstance(used_percent, str) or (used_percent := parse.number(used_percent)) is None:
            continue
        ends, left = parse.moment(given.get("windowEnd")), parse.duration(seconds)
        has_run_out = seconds is None and ends is not None and ends <= now
        yield Window(
            id=id,
            name=name,
            used_percent=0.0 if has_run_out else max(0.0, used_percent),
            duration=duration,
            resets_at=now + left if left else ends,
        )


def allowances(answer: Json) -> tuple[tuple[Window, ...], tuple[Metric, ...]]:
    """Return the monthly allowances of tokens, and the counts of those without a limit."""
    usage = parse.mapping(answer.get("usage"))
    resets_at = parse.moment(usage.get("endDate"))
    windows: list[Window] = []
    metrics: list[Metric] = []
    for key, name in (("standard", "Standard tokens"), ("premium", "Premium tokens")):
        pool = parse.mapping(usage.get(key))
        used, limit, ratio = (parse.number(pool.get(field)) for field in ("userTokens", "totalAllowance", "usedRatio"))
        if not used and not limit and not ratio:
            continue
        is_usable = limit is not None and 0 < limit <= UNLIMITED
        used_percent = pool_percentage(used or 0, limit if is_usable else None, ratio)
        if used_percent is not None:
            windows.append(
                parse.counted(
                    f"monthly_{key}",
                    name,
                    unit="tokens",
                    used=used,
                    limit=limit if is_usable else None,
                    used_percent=used_percent,
                    resets_at=resets_at,
                )
            )
        elif limit is not None and limit > UNLIMITED:
            metrics += parse.known_metric(f"tokens_{key}", name, used, "tokens", MetricKind.COUNT)
    return tuple(windows), tuple(metrics)


def pool_percentage(used: float, limit: float | None, ratio: float | None) -> float | None:
    """Return how much of a pool is used in per cent, from the ratio where it is to be believed.

    Whether the ratio is a fraction or a percentage shows in its size; 0 is no figure beside tokens that
    were used of a limit.
    """
    is_blank = ratio == 0 and used > 0 and limit is not None
    if ratio is not None and -0.001 <= ratio <= 1.001 and not is_blank:
        return min(100.0, max(0.0, ratio * 100))
    if ratio is not None and 1.001 < ratio <= 100.1 and limit is None:
        return ratio
    return parse.percentage(used, limit)
