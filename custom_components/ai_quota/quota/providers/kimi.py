"""Kimi Code."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
import platform
import re
import sqlite3
from typing import Any
from uuid import uuid4

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, api_key, base_url, cookie, cookie_source, path, unquoted
from ..http import BROWSER_AGENT, Reply, Verdict
from ..local import exists, query_sqlite, read_json, read_text
from ..model import AuthFailed, InvalidResponse, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, may_import, with_session

API = "https://api.kimi.com"
SITE = "https://www.kimi.com"
CONSOLE = f"{SITE}/code/console"
USAGE = "apiv2/kimi.gateway.billing.v1.BillingService/GetUsages"
MEMBERSHIP = "apiv2/kimi.gateway.membership.v2.MembershipService/GetSubscriptionStats"
MEMBERSHIP_SECONDS = 2
FEATURE = "FEATURE_CODING"

COOKIE = "kimi-auth"
COOKIE_HOSTS = ("www.kimi.com", ".www.kimi.com", "kimi.com", ".kimi.com")

KEY_REJECTED = Verdict(auth="the API key is invalid or has expired: make one in the Kimi Code console")
LOGIN_REJECTED = Verdict(auth="sign in again with the Kimi Code CLI: its credential is never refreshed from here")
TOKEN_REJECTED = Verdict(auth=f"get a new {COOKIE} token from www.kimi.com", redirect=AuthFailed)

MANIFEST = Path(__file__).parents[2] / "manifest.json"


def session_header(pasted: str) -> str:
    """Return the session cookie out of what was pasted, empty when it is not in there."""
    value = unquoted(pasted)
    if re.fullmatch(r"[^\s;=]+", value):
        return f"{COOKIE}={value}"
    named = re.sub(rf"^{COOKIE}\s*:\s*", f"{COOKIE}=", value, flags=re.IGNORECASE)
    found = Cookies.pasted(named)
    token = found and found.get(COOKIE)
    return f"{COOKIE}={token}" if token else ""


class Kimi(Provider):
    """Kimi Code: the 7-day and 5-hour windows of the subscription, and the pool of the membership.

    Sources: https://www.kimi.com/code/docs, https://github.com/MoonshotAI/kimi-cli, and the requests of the console.
    """

    id = "kimi"
    name = "Kimi Code"
    dashboard = CONSOLE
    status = StatusLink(
        "https://status.moonshot.cn", "statuspage", ("8psr5dfdld0s", "Open API", "rf64wcbxt3r2", "API Service")
    )
    missing = f"give an API key of the Kimi Code console or a {COOKIE} token, or sign in with the Kimi Code CLI"
    fields = (
        api_key("KIMI_CODE_API_KEY", help="Kimi Code console, API keys.", link=CONSOLE),
        cookie(
            "www.kimi.com",
            "kimi.com",
            names=(COOKIE,),
            env=("KIMI_MANUAL_COOKIE", "KIMI_AUTH_TOKEN", "kimi_auth_token"),
            clean=session_header,
            help=f"The value of {COOKIE}: open the console, developer tools, Application, Cookies.",
            link=CONSOLE,
        ),
        cookie_source(),
        base_url(
            API,
            "KIMI_CODE_BASE_URL",
            deferred=True,
            help="Another host for the API key, such as https://api.kimi.ai for international accounts.",
        ),
        path("cli_home", "KIMI_CODE_HOME", default="~/.kimi-code", help="Folder of the Kimi Code CLI."),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the usage with the API key."""
        usage = call.at(usage_address(call["base_url"]), bearer=call["api_key"], timeout=30, verdict=KEY_REJECTED)
        reading = usage_reading(await permitted(await usage.get(), KEY_REJECTED))
        reading = replace(reading, identity=reading.identity or self.fingerprint(call["api_key"]))
        return with_membership(reading, await membership(call))

    async def has_login(self, call: Call) -> bool:
        """Return whether the tool is signed in, and nothing says that its requests go elsewhere."""
        moved = call.settings.is_given("base_url") or call.settings.env("KIMI_CODE_OAUTH_HOST", "KIMI_OAUTH_HOST")
        return not moved and parse.first_text(await login(call), "access_token", "refresh_token") is not None

    @strategy("oauth", when=has_login, machine=True)
    async def oauth(self, call: Call) -> Reading:
        """Read the usage with the access token of the Kimi Code CLI, while that is valid."""
        token = fresh_token(await login(call), call.now)
        usage = call.at(
            usage_address(URL(API)),
            bearer=token,
            headers=await tool_headers(call),
            timeout=30,
            verdict=LOGIN_REJECTED,
        )
        reading = usage_reading(await permitted(await usage.get(), LOGIN_REJECTED))
        return with_membership(reading, await membership(call))

    async def has_token(self, call: Call) -> bool:
        """Return whether there is a token of the web site."""
        return await app_token(call) is not None or await has_session(self, call)

    @strategy("web", when=has_token, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read usage and membership of the web site at the same time."""
        return await with_token(call, lambda token: read_site(call, token))


# The API


def usage_address(base: URL) -> URL:
    """Return where the usage is asked for, below a base that may name a part of the path already."""
    if base.path.endswith("/coding/v1"):
        return base / "usages"
    return base / "v1" / "usages" if base.path.endswith("/coding") else base / "coding" / "v1" / "usages"


async def permitted(reply: Reply, verdict: Verdict) -> Json:
    """Return the usage; a credential that may not see it is no bad one."""
    if reply.status == 403 and not reply.is_challenge:
        raise Unsupported("Kimi denies the usage to this account: its permission or quota does not cover it (HTTP 403)")
    return await reply.check(verdict).object()


# The sign-in of the tool


async def login(call: Call) -> Json:
    """Return the credential of the tool, which alone may refresh it; empty when there is none to be read."""
    file = call.path(call["cli_home"]) / "credentials" / "kimi-code.json"
    return parse.mapping(await call.optional(read_json(file)))


def fresh_token(credential: Json, now: datetime) -> str:
    """Return the access token; raises AuthFailed when it ends within a minute, or does not say when."""
    token, ends = parse.first_text(credential, "access_token"), parse.number(credential.get("expires_at"))
    if token is None or ends is None or ends - now.timestamp() <= 60:
        raise AuthFailed(f"the token of the Kimi Code CLI has expired: {LOGIN_REJECTED.auth}")
    return token


async def tool_headers(call: Call) -> dict[str, str]:
    """Return the headers with which the tool names itself and its machine."""
    version = parse.first_text(await call.optional(read_json(MANIFEST)), "version") or "0"
    system = await asyncio.to_thread(platform.uname)
    stored = await call.optional(read_text(call.path(call["cli_home"]) / "device_id"))
    device: str = ascii_only(stored or "") or call.memory.setdefault("device_id", str(uuid4()))
    return {
        "User-Agent": f"AI-Quota/{version}",
        "X-Msh-Platform": "kimi_code_cli",
        "X-Msh-Version": version,
        "X-Msh-Device-Name": ascii_only(system.node) or "unknown",
        "X-Msh-Device-Model": ascii_only(f"{system.system} {system.release} {system.machine}"),
        "X-Msh-Os-Version": ascii_only(system.version) or "unknown",
        "X-Msh-Device-Id": device,
    }


def ascii_only(value: str) -> str:
    """Return what of a text may stand in a header."""
    return "".join(char for char in value if char.isascii() and char.isprintable()).strip()


# The token of the web site


async def with_token[T](call: Call, read: Callable[[str], Awaitable[T]]) -> T:
    """Return what is read with the token that was pasted, else with that of Kimi Desktop, else with a browser's."""
    if token := await app_token(call):
        try:
            return await read(token)
        except AuthFailed:
            if not await has_session(call.account.provider, call):
                raise
    return await with_session(call, lambda cookies: read(cookies.get(COOKIE) or ""))


async def app_token(call: Call) -> str | None:
    """Return the token of Kimi Desktop, looked up once a fetch, where other sessions than a pasted one may be used."""
    if not may_import(call):
        return None
    if "app_token" not in call.once:
        call.once["app_token"] = await call.optional(read_app_token(call.app_data / "kimi-desktop" / "Cookies"))
    token: str | None = call.once["app_token"]
    return token


async def read_app_token(store: Path) -> str | None:
    """Return the token that was used last in a store of cookies."""
    if not await exists(store):
        return None
    rows = await query_sqlite(store, select_tokens)
    return next((token for (value,) in rows if (token := parse.text(value))), None)


def select_tokens(connection: sqlite3.Connection) -> list[Any]:
    """Return the values of the session cookie, the one that was used last before the others."""
    hosts = ", ".join("?" * len(COOKIE_HOSTS))
    query = f"SELECT value FROM cookies WHERE name = ? AND host_key IN ({hosts}) ORDER BY last_access_utc DESC"  # noqa: S608
    return connection.execute(query, (COOKIE, *COOKIE_HOSTS)).fetchall()


# The web site


async def read_site(call: Call, token: str) -> Reading:
    """Read usage and membership with a token of the web site."""
    answer, stats = await asyncio.gather(
        post(call, token, USAGE, {"scope": [FEATURE]}, 30),
        call.optional(post(call, token, MEMBERSHIP, {}, MEMBERSHIP_SECONDS)),
    )
    owner = parse.first_text(parse.jwt_claims(token), "sub") or token
    reading = replace(usage_reading(coding_usage(answer)), identity=call.account.provider.fingerprint(owner))
    return with_membership(reading, stats or {})


async def membership(call: Call) -> Json:
    """Return what the web site knows of the membership, where there is a token for it; empty otherwise."""

    async def read(token: str) -> Json:
        return await post(call, token, MEMBERSHIP, {}, MEMBERSHIP_SECONDS)

    return await call.optional(with_token(call, read)) or {}


async def post(call: Call, token: str, path: str, body: Mapping[str, Any], seconds: float) -> Json:
    """Return the answer of the web site; the token goes nowhere else."""
    site = call.at(
        SITE,
        bearer=token,
        cookies=Cookies({COOKIE: token}),
        headers=site_headers(token),
        timeout=seconds,
        verdict=TOKEN_REJECTED,
    )
    return await site.post_object(path, json=body)


def site_headers(token: str) -> dict[str, str]:
    """Return what the pages of the site send, with what a token says of its session."""
    claims = parse.jwt_claims(token)
    named = {"x-msh-device-id": "device_id", "x-msh-session-id": "ssid", "x-traffic-id": "sub"}
    return {
        "Accept": "*/*",
        "Accept-Language": "en-US,en;q=0.9",
        "Origin": SITE,
        "Referer": CONSOLE,
        "User-Agent": BROWSER_AGENT,
        "connect-protocol-version": "1",
        "r-timezone": "UTC",
        "x-language": "en-US",
        "x-msh-platform": "web",
        **{
            header: found
            for header, claim in named.items()
            if (found := ascii_only(parse.first_text(claims, claim) or ""))
        },
    }


def coding_usage(answer: Json) -> Json:
    """Return the usage of the coding feature, in the shape that the API has."""
    entries = (parse.mapping(entry) for entry in parse.items(answer.get("usages")))
    found = next((entry for entry in entries if entry.get("scope") == FEATURE), None)
    if found is None:
        raise InvalidResponse(f"usages has no entry with the scope {FEATURE}")
    return {"usage": found.get("detail"), "limits": found.get("limits")}


# The figures

LEVELS = {
    "LEVEL_FREE": "Free",
    "LEVEL_BASIC": "Adagio",
    "LEVEL_STANDARD": "Moderato",
    "LEVEL_INTERMEDIATE": "Allegretto",
    "LEVEL_ADVANCED": "Allegro",
    "LEVEL_PREMIUM": "Vivace",
}
SECONDS = {"MINUTE": 60, "HOUR": 3_600, "DAY": 86_400}


def usage_reading(answer: Json) -> Reading:
    """Return account, plan and windows; raises InvalidResponse when there is no window."""
    user, pools = parse.mapping(answer.get("user")), parse.mapping(answer.get("usages"))
    limits = parse.items(answer.get("limits"))
    first_limit = parse.mapping(limits[0]) if limits else {}
    length = window_length(first_limit) if limits else parse.HOURS_5
    monthly = Pool.of(pools.get("limit_month_total"), "used_ratio", "usedRatio")
    windows = (
        *window("session", "5-hour usage", first_limit.get("detail"), pools.get("limit_5h"), length),
        *window("weekly", "7-day usage", answer.get("usage"), pools.get("limit_7d"), parse.WEEK),
        *monthly.window("monthly", "Total usage"),
    )
    if not windows:
        raise InvalidResponse("usage, limits and usages hold neither counters nor ratios")
    account = parse.first_text(user, "userId")
    return Reading(account=account, identity=account, plan=plan_of(user), windows=windows)


def plan_of(user: Json) -> str | None:
    """Return the name of the membership's level."""
    level = parse.first_text(user.get("membership"), "level")
    if level and level not in LEVELS and level.startswith("LEVEL_"):
        return parse.title(level.removeprefix("LEVEL_").lower())
    return LEVELS.get(level, level) if level else None


def window_length(limit: Json) -> timedelta | None:
    """Return how long a limit runs, None when that is not known."""
    written = parse.mapping(limit.get("window"))
    unit = (parse.first_text(written, "timeUnit") or "").removeprefix("TIME_UNIT_")
    return parse.duration((parse.number(written.get("duration")) or 0) * SECONDS.get(unit, 0))


@dataclass(frozen=True)
class Pool:
    """What is used of an allowance, as a share; None where it is not told."""

    ratio: float | None
    resets_at: datetime | None

    @classmethod
    def of(cls, source: object, *keys: str) -> Pool:
        """Read a pool."""
        ratio = parse.first_number(source, *keys)
        resets_at = parse.moment(parse.first(source, "reset_time", "resetTime", "resetAt", "expireTime"))
        return cls(None if ratio is None or ratio < 0 else ratio, resets_at)

    def window(self, id: str, name: str, duration: timedelta | None = None) -> tuple[Window, ...]:
        """Return the window of the pool, where its use is known."""
        if self.ratio is None:
            return ()
        percent = self.ratio * 100
        return (Window(id=id, name=name, used_percent=percent, duration=duration, resets_at=self.resets_at),)


def window(id: str, name: str, detail: object, pool: object, duration: timedelta | None) -> tuple[Window, ...]:
    """Return a window from its counters, else from its pool; the reset time of either will do.

    A pool is known to say 0 beside true counters, and counters of 0 beside a true pool.
    """
    share = Pool.of(pool, "used_ratio", "usedRatio")
    resets_at = parse.moment(parse.first(detail, "resetTime", "resetAt", "reset_time", "reset_at"))
    limit = parse.first_number(detail, "limit") or 0
    used = used_of(detail, limit)
    if limit <= 0 or (share.ratio is not None and (used is None or (used == 0 and share.ratio > 0))):
        return replace(share, resets_at=share.resets_at or resets_at).window(id, name, duration)
    resets_at = resets_at or share.resets_at
    return (parse.counted(id, name, unit="requests", used=used, limit=limit, duration=duration, resets_at=resets_at),)


def used_of(detail: object, limit: float) -> float | None:
    """Return what was used: as it is told, else what is not left of the limit."""
    used, remaining = (parse.first_number(detail, key) for key in ("used", "remaining"))
    if used is not None and used >= 0:
        return used
    return limit - remaining if remaining is not None and 0 <= remaining <= limit else None


# The membership


def with_membership(reading: Reading, stats: Json) -> Reading:
    """Return the reading with the windows of the membership that it does not have yet."""
    balance, code = parse.mapping(stats.get("subscriptionBalance")), parse.mapping(stats.get("ratelimitCode7d"))
    found = {each.id: each for each in reading.windows}
    if (balance.get("feature") or "FEATURE_OMNI", balance.get("type") or "SUBSCRIPTION") == (
        "FEATURE_OMNI",
        "SUBSCRIPTION",
    ):
        pool = Pool.of(balance, "amountUsedRatio")
        known = found.get("monthly")
        if known is None:
            found |= {each.id: each for each in pool.window("monthly", "Total usage")}
        elif known.resets_at is None:
            found["monthly"] = replace(known, resets_at=pool.resets_at)
    if code.get("enabled") is not False:
        for each in Pool.of(code, "ratio").window("weekly_code", "Code 7-day", parse.WEEK):
            if not repeats(each, found.get("weekly")):
                found[each.id] = each
    return replace(reading, windows=tuple(found.values()))


def repeats(window: Window, other: Window | None) -> bool:
    """Return whether a window says the same as another: about the same share, and about the same reset."""
    if other is None or window.used_percent is None or other.used_percent is None:
        return False
    if window.resets_at is None or other.resets_at is None:
        return False
    apart = abs(window.resets_at - other.resets_at)
    return abs(window.used_percent - other.used_percent) <= 1 and apart <= timedelta(minutes=5)
