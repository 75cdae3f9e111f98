"""Grok."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
import json
from pathlib import Path
from typing import Any, override

from .. import grpc_web, oauth, parse
from ..account import Call
from ..credentials import Cookies, FieldKind, Way, cookie, cookie_source, path, secret, signed_in, without_bearer
from ..http import Endpoint, Reply, Verdict
from ..local import JsonRpc, RpcError, clean_environment, find_tool, json_rpc, read_json
from ..model import (
    AuthFailed,
    InvalidResponse,
    MetricKind,
    QuotaError,
    RateLimited,
    Reading,
    Unavailable,
    Unsupported,
    Window,
)
from ..oauth import DevicePrompt, DeviceSignIn
from ..parse import Json
from ..protobuf import Message
from ..provider import Every, Provider, StatusLink, Strategy, strategy
from ..sessions import has_session, with_session

CLIENT_ID = "b1a00492-073a-47ea-816f-4c329264a828"
ISSUER = "https://auth.x.ai"
SCOPE = "openid profile email offline_access grok-cli:access api:access"
PROXY = "https://cli-chat-proxy.grok.com"
SITE = "https://grok.com"
METHOD = "/grok_api_v2.GrokBuildBilling/GetGrokCreditsConfig"

SIGN_IN = "sign in here, or run `grok login`"
REFUSED = f"Grok does not accept the token: {SIGN_IN}"
SESSION = ("sso", "sso-rw")
PLACES = ("~/.local/bin/grok", "/opt/homebrew/bin/grok", "/usr/local/bin/grok")
OWN_SCOPE, OLD_SCOPE, OLD_PART = "https://auth.x.ai::", "https://accounts.x.ai/sign-in", "/sign-in"

AGAIN_SECONDS = 3
LOCAL_DAYS = 30
MAX_LOCAL_FILES = 2000
NO_METHOD = -32601
TOOL_REFUSALS = ("authentication required", "grok login", "unauthorized", "unauthenticated", "401", "expired")


# Signing in


class GrokSignIn(DeviceSignIn):
    """The device login of the Grok command-line tool."""

    @override
    async def start(self, call: Call) -> DevicePrompt:
        """Ask for a code."""
        answer = await call.at(ISSUER).post_object("oauth2/device/code", form={"client_id": CLIENT_ID, "scope": SCOPE})
        pages = (parse.first_text(answer, key) for key in ("verification_uri_complete", "verification_uri"))
        page = next((found for found in pages if found and found.startswith("https://")), None)
        user_code, device_code = (parse.first_text(answer, key) for key in ("user_code", "device_code"))
        if not page or not user_code or not device_code:
            raise InvalidResponse("user_code, device_code or verification_uri is missing")
        call.conceal(device_code)
        return DevicePrompt(
            url=page,
            user_code=user_code,
            interval=parse.first_number(answer, "interval") or 5,
            expires_in=parse.first_number(answer, "expires_in") or 900,
            state={"device_code": device_code},
        )

    @override
    async def poll(self, call: Call, prompt: DevicePrompt) -> Mapping[str, Any] | None:
        """Ask whether the code was entered."""
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": CLIENT_ID,
            "device_code": prompt.state["device_code"],
        }
        reply = await call.at(ISSUER).post("oauth2/token", form=form)
        match parse.first_text(await reply.maybe_object(), "error") if 400 <= reply.status < 500 else None:
            case None:
                return tokens_of(await reply.check(Verdict()).object(), call.now)
            case "authorization_pending":
                return None
            case "slow_down":
                prompt.interval += 5
                return None
            case "access_denied" | "authorization_denied":
                raise AuthFailed("the sign-in was refused on Grok's page")
            case "expired_token":
                raise AuthFailed("the code has expired; start again")
            case error:
                raise AuthFailed(f"Grok refuses the sign-in: {error}")


def tokens_of(answer: Json, now: datetime) -> dict[str, Any]:
    """Return the entry data of a token answer; what it leaves out stays as it is."""
    claims = parse.jwt_claims(parse.first_text(answer, "id_token"))
    found = {
        "access_token": oauth.need_token(answer),
        "refresh_token": parse.first_text(answer, "refresh_token"),
        "expires_at": oauth.expires_at(answer, now, 3600),
        "email": parse.first_text(claims, "email"),
        "user_id": parse.first_text(claims, "sub"),
    }
    return {key: value for key, value in found.items() if value is not None}


async def renewed(call: Call, refresh_token: str) -> Mapping[str, Any]:
    """Return fresh tokens; the old refresh token is spent then."""
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": refresh_token}
    reply = await call.at(ISSUER).post("oauth2/token", form=form)
    if reply.status in (400, 401, 403):
        raise AuthFailed(f"the sign-in has ended: {SIGN_IN}")
    return tokens_of(await reply.check(Verdict(redirect=Unavailable, other=Unavailable)).object(), call.now)


# What was given


def bearer(pasted: str) -> str:
    """Return a token; a key of the developer platform and cookies are none."""
    token = without_bearer(pasted)
    return "" if token.startswith("xai-") or is_cookie(token) else token


def is_cookie(value: str) -> bool:
    """Return whether a cookie stands where a token should."""
    return value.lower().startswith("cookie:") or "=" in value


def misplaced_cookies(call: Call) -> Cookies | None:
    """Return the cookies that were given in place of the token, when none were given in their own."""
    given = without_bearer(str(call.account.keeper.data.get("access_token") or call.env.get("GROK_OAUTH_TOKEN") or ""))
    if call.given_cookie or call.get("cookie_source") == "off" or not is_cookie(given):
        return None
    found = Cookies.pasted(given)
    if found:
        call.conceal(*found.pairs.values())
    return found


# What is there


async def has_tool(provider: Grok, call: Call) -> bool:
    """Return whether the tool is there."""
    return await tool(call) is not None


async def has_token(provider: Grok, call: Call) -> bool:
    """Return whether there is a token, or a file of the tool (whatever it holds)."""
    return call.get("access_token") is not None or await tool_file(call) is not None


async def has_cookies(provider: Grok, call: Call) -> bool:
    """Return whether there is a session of grok.com."""
    return misplaced_cookies(call) is not None or await has_session(provider, call)


async def has_signals(provider: Grok, call: Call) -> bool:
    """Return whether the tool was used lately; its counts must not hide that a sign-in is gone."""
    return not call.once.get("refused") and bool(await signals(call))


class Grok(Provider):
    """Grok: the credit pool of a Grok or SuperGrok subscription and its pay-as-you-go overage.

    Source: the requests of the Grok command-line tool and of https://grok.com/?_s=usage
    """

    id = "grok"
    name = "Grok"
    dashboard = f"{SITE}/?_s=usage"
    status = StatusLink("https://status.x.ai")
    missing = f"{SIGN_IN}, or paste the Cookie header of grok.com"
    every = Every(default=5, minimum=3)
    sign_ins = (GrokSignIn(),)
    fields = (
        secret(
            "access_token",
            "GROK_OAUTH_TOKEN",
            way=Way.TOKEN,
            clean=bearer,
            help="On a computer with the tool run `grok login`, then copy the key from ~/.grok/auth.json.",
            link=f"{SITE}/?_s=usage",
        ),
        signed_in("refresh_token"),
        signed_in("expires_at", FieldKind.NUMBER),
        signed_in("email", FieldKind.TEXT),
        signed_in("user_id", FieldKind.TEXT),
        path("grok_home", "GROK_HOME", default="~/.grok", help="The folder of the tool."),
        path("cli_path", "GROK_CLI_PATH", help="Only when grok is not on the PATH."),
        cookie(
            "grok.com",
            names=SESSION,
            help="Sign in at grok.com, open the developer tools, Network, any request, and copy its Cookie header."
            " Cookies alone rarely work any more: better sign in.",
            link=f"{SITE}/?_s=usage",
        ),
        cookie_source(),
    )

    @override
    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        """Return whether the next strategy is tried: always, but remember a sign-in that is gone."""
        call.once["refused"] = call.once.get("refused") or isinstance(error, AuthFailed)
        return True

    @strategy("cli", when=has_tool, absent="grok is not installed on this machine", machine=True)
    async def cli(self, call: Call) -> Reading:
        """Ask the tool."""
        program = await tool(call)
        if program is None:
            raise AuthFailed(self.missing)
        answer = await ask_tool(call, program)
        file = await call.optional(tool_file(call))
        person = chosen(file or {})
        plan = await read_plan(call, person.token) if person and person.is_alive(call.now) else None
        return reading_of(json_config(answer), call.now, person, plan or tier(answer))

    @strategy("oauth", when=has_token)
    async def oauth(self, call: Call) -> Reading:
        """Ask as the tool does, with a token of our own or with the tool's."""
        person = await self_or_tool(call)
        try:
            answer = await read_billing(call, person)
            config = json_config(answer)
            reading = reading_of(config, call.now, person, tier(answer))
        except RateLimited:
            raise
        except QuotaError as err:
            try:
                config = await read_credits(site(call, bearer=current(call, person)))
                reading = reading_of(config, call.now, person, None)
            except QuotaError:
                raise err from None
        plan = await read_plan(call, current(call, person))
        return reading if plan is None else replace(reading, plan=plan)

    @strategy("web", when=has_cookies)
    async def web(self, call: Call) -> Reading:
        """Ask as the page does, with the session that was pasted, else with those of the browsers."""
        if misplaced := misplaced_cookies(call):
            return await read_page(call, misplaced)
        return await with_session(call, partial(read_page, call))

    @strategy("local", when=has_signals, absent="the tool has written nothing in 30 days", machine=True)
    async def local(self, call: Call) -> Reading:
        """Count the tokens of the tool's sessions on this machine."""
        return counted_sessions(await signals(call), call.now)


# Who


@dataclass(frozen=True)
class Person:
    """A signed-in user, and the token that speaks for them; of our own sign-in or of the tool's."""

    token: str
    email: str | None
    user_id: str | None
    team_id: str | None = None
    ends_at: datetime | None = None

    def is_alive(self, now: datetime) -> bool:
        """Return whether the token has not ended, as far as is known."""
        return self.ends_at is None or self.ends_at > now


def home(call: Call) -> Path:
    """Return the folder of the tool."""
    return call.path(call["grok_home"])


async def tool(call: Call) -> Path | None:
    """Return the program."""
    places = (str(home(call) / "bin" / "grok"), *PLACES)
    return await find_tool("grok", call.get("cli_path"), env=call.env, home=call.home, places=places)


async def tool_file(call: Call) -> Json | None:
    """Return the tool's sign-ins by scope, None when it keeps none; raises InvalidResponse when it is no object."""
    if "file" not in call.once:
        content = await read_json(home(call) / "auth.json")
        call.once["file"] = None if content is None else parse.need_mapping(content, "auth.json")
    found: Json | None = call.once["file"]
    return found


def chosen(file: Json) -> Person | None:
    """Return the sign-in of the tool that counts: the newest of x.ai, else an older one."""
    people = {
        scope: Person(
            token,
            parse.first_text(entry, "email"),
            parse.first_text(entry, "user_id"),
            parse.first_text(entry, "team_id"),
            parse.moment(parse.mapping(entry).get("expires_at")),
        )
        for scope, entry in file.items()
        if (token := parse.first_text(entry, "key"))
    }
    own = [person for scope, person in people.items() if scope.startswith(OWN_SCOPE)]
    if own:
        return max(own, key=lambda person: person.ends_at or datetime.max.replace(tzinfo=UTC))
    older = (person for scope, person in people.items() if scope == OLD_SCOPE or OLD_PART in scope)
    return next(older, None)


async def self_or_tool(call: Call) -> Person:
    """Return who a token speaks for: our own, renewed when it is due, else that of the tool's file."""
    if call.get("access_token"):
        await oauth.renew_if_due(
            call, call.own("expires_at") if call.own("refresh_token") else None, partial(renewed, call)
        )
        token: str = call["access_token"]
        subject = call.get("user_id") or parse.first_text(parse.jwt_claims(token), "sub")
        return Person(token, call.get("email"), subject)
    person = chosen(await tool_file(call) or {})
    if person is None or not person.is_alive(call.now):
        raise AuthFailed(f"the tool's sign-in has {'expired' if person else 'no token'}: {SIGN_IN}")
    return person


def current(call: Call, person: Person) -> str:
    """Return the token to use now: it may have been renewed since."""
    found: str = call.get("access_token") or person.token
    return found


# Billing of the tool


def proxy(call: Call, token: str, seconds: float = 15) -> Endpoint:
    """Return the server of the tool."""
    verdict = Verdict(auth=REFUSED, other=Unsupported)
    return call.at(PROXY, bearer=token, headers={"x-xai-token-auth": "xai-grok-cli"}, timeout=seconds, verdict=verdict)


async def read_billing(call: Call, person: Person) -> Json:
    """Read the billing; a token of our own that is refused is renewed once."""
    try:
        return await proxy(call, person.token).get_object("v1/billing", query={"format": "credits"})
    except AuthFailed:
        if not call.get("access_token") or not call.own("refresh_token"):
            raise
    await oauth.renew(call, partial(renewed, call))
    return await proxy(call, current(call, person)).get_object("v1/billing", query={"format": "credits"})


async def read_plan(call: Call, token: str) -> str | None:
    """Read the plan from the settings, where it can be had."""
    answer = await call.optional(proxy(call, token, 2).get_object("v1/settings"))
    return plan_name(parse.first_text(answer, "subscription_tier_display"))


def tier(answer: Json) -> str | None:
    """Return the plan of a billing answer."""
    return plan_name(
        parse.first_text(answer.get("config"), "subscriptionTier")
        or parse.first_text(answer, "subscriptionTier", "subscription_tier")
    )


def plan_name(written: str | None) -> str | None:
    """Return a plan as a person would write it."""
    letters = "".join(filter(str.isalpha, written or "")).lower()
    return {"supergrokheavy": "SuperGrok Heavy", "heavy": "SuperGrok Heavy", "supergrok": "SuperGrok"}.get(
        letters, written
    )


# The tool


async def ask_tool(call: Call, program: Path) -> Json:
    """Return the billing that the tool reads; no session is opened and no prompt sent."""
    env = clean_environment(call.env, "GROK_", "XAI_")
    async with json_rpc([program, "agent", "stdio"], env=env) as rpc:
        capabilities = {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False}
        try:
            await rpc.call("initialize", {"protocolVersion": 1, "clientCapabilities": capabilities}, 8)
            try:
                return await tool_billing(rpc)
            except RpcError as err:
                if not any(word in err.message.lower() for word in ("expired", "401")):
                    raise
            # The tool may just be renewing its token.
            await asyncio.sleep(AGAIN_SECONDS)
            return await tool_billing(rpc)
        except RpcError as err:
            raise tool_failure(err) from None


async def tool_billing(rpc: JsonRpc) -> Json:
    """Ask for the billing by its present name, else by its older one."""
    try:
        return await rpc.call("_x.ai/billing", {}, 15)
    except RpcError as err:
        if err.code != NO_METHOD:
            raise
    return await rpc.call("x.ai/billing", {}, 15)


def tool_failure(err: RpcError) -> QuotaError:
    """Return what an error of the tool means."""
    if err.code == NO_METHOD:
        return Unsupported("this version of grok has no billing")
    if err.code == -32000 or any(words in err.message.lower() for words in TOOL_REFUSALS):
        return AuthFailed("grok is signed out: run `grok login`")
    return Unavailable(f"grok: {err.message[:200]}")


# What billing tells


@dataclass(frozen=True, kw_only=True)
class Config:
    """A billing period and its amounts, in US cents.

    `percent` is None where usage is unknown; it is `absent` where nothing was said, which means 0 as
    long as the period runs.
    """

    percent: float | None = None
    absent: bool = True
    kind: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    used: float | None = None
    limit: float | None = None
    extra_used: float | None = None
    extra_limit: float | None = None
    prepaid: float | None = None


def cents(source: Json, key: str) -> float | None:
    """Return an amount."""
    return parse.number(parse.mapping(source.get(key)).get("val"))


def json_config(answer: Json) -> Config:
    """Return the billing of a JSON answer, of newer and of older tools."""
    if isinstance(answer.get("billingCycle"), Mapping):
        cycle, usage = parse.mapping(answer["billingCycle"]), parse.mapping(answer.get("usage"))
        return Config(
            starts=parse.moment(cycle.get("billingPeriodStart")),
            ends=parse.moment(cycle.get("billingPeriodEnd")),
            used=cents(usage, "totalUsed"),
            limit=cents(answer, "monthlyLimit"),
            extra_used=cents(usage, "onDemandUsed"),
            extra_limit=cents(answer, "onDemandCap"),
        )
    config = parse.need_mapping(answer.get("config"), "config")
    period = parse.mapping(config.get("currentPeriod"))
    written = (parse.first_text(period, "type") or "").upper()
    kinds = (("WEEK", "weekly"), ("MONTH", "monthly"), ("DAY", "daily"))
    return Config(
        percent=parse.number(config.get("creditUsagePercent")),
        absent="creditUsagePercent" not in config,
        kind=next((kind for word, kind in kinds if word in written), None),
        starts=parse.moment(period.get("start")) or parse.moment(config.get("billingPeriodStart")),
        ends=parse.moment(period.get("end")) or parse.moment(config.get("billingPeriodEnd")),
        used=cents(config, "used"),
        limit=cents(config, "monthlyLimit"),
        extra_used=cents(config, "onDemandUsed"),
        extra_limit=cents(config, "onDemandCap"),
        prepaid=cents(config, "prepaidBalance"),
    )


def protobuf_config(content: bytes) -> Config:
    """Return the billing of a protobuf answer."""
    root = Message.of(content)
    config = root if root.float32(1) is not None else root.message(1)
    period = config.message(8)
    percent = config.float32(1)
    return Config(
        percent=parse.number(percent),
        absent=percent is None,
        kind={1: "monthly", 2: "weekly"}.get(period.integer(1) or 0),
        starts=timestamp(period, 2) or timestamp(config, 4),
        ends=timestamp(period, 3) or timestamp(config, 5),
        extra_limit=amount(config, 2),
        extra_used=amount(config, 3),
    )


def timestamp(message: Message, number: int) -> datetime | None:
    """Return a Timestamp; its nanoseconds do not matter."""
    return parse.moment(message.message(number).integer(1)) if number in message.pieces else None


def amount(message: Message, number: int) -> float | None:
    """Return an amount in cents; an empty message is 0."""
    return float(message.message(number).integer(1) or 0) if number in message.pieces else None


def reading_of(config: Config, now: datetime, person: Person | None, plan: str | None) -> Reading:
    """Return pool, overage and balance; raises InvalidResponse when there is no window."""
    windows = (*pool(config, now), *overage(config))
    if not windows:
        raise InvalidResponse("config has neither creditUsagePercent nor a limit")
    prepaid = None if config.prepaid is None else config.prepaid / 100
    return Reading(
        account=(person.email or person.user_id) if person else None,
        organization=person.team_id if person else None,
        identity=f"user:{person.user_id}" if person and person.user_id else None,
        plan=plan,
        windows=windows,
        metrics=parse.known_metric("balance", "Prepaid balance", prepaid, "USD", MetricKind.BALANCE),
    )


def pool(config: Config, now: datetime) -> tuple[Window, ...]:
    """Return the main window."""
    length = config.ends - config.starts if config.starts and config.ends and config.ends > config.starts else None
    id = config.kind or by_length(length)
    name = id.capitalize()
    if length is None:
        length = {"weekly": parse.WEEK, "daily": parse.DAY}.get(id)
    if config.absent and config.used is not None and config.limit is not None and config.limit > 0:
        return (
            parse.counted(
                id,
                name,
                unit="USD",
                used=config.used / 100,
                limit=config.limit / 100,
                duration=length,
                resets_at=config.ends,
            ),
        )
    percent = config.percent
    if config.absent:
        if not config.ends or config.ends <= now:
            return ()
        percent = 0.0
    return (Window(id=id, name=name, used_percent=percent, duration=length, resets_at=config.ends),)


def by_length(length: timedelta | None) -> str:
    """Return what a period of this length is called."""
    days = length / parse.DAY if length else 0
    for id, least, most in (("weekly", 6, 8), ("monthly", 27, 32), ("daily", 0.9, 1.1)):
        if least <= days <= most:
            return id
    return "credits"


def overage(config: Config) -> tuple[Window, ...]:
    """Return the pay-as-you-go use, where it is allowed."""
    if config.extra_limit is None or config.extra_limit <= 0:
        return ()
    return (
        parse.counted(
            "extra_usage",
            "Extra usage",
            unit="USD",
            used=(config.extra_used or 0) / 100,
            limit=config.extra_limit / 100,
            resets_at=config.ends,
        ),
    )


# Billing of the page


def site(call: Call, *, bearer: str | None = None, cookies: Cookies | None = None) -> Endpoint:
    """Return the page's server, with a token or with cookies."""
    headers = {"x-user-agent": "connect-es/2.1.1", "Origin": SITE, "Referer": f"{SITE}/?_s=usage"}
    return call.at(SITE, bearer=bearer, cookies=cookies, headers=headers)


async def read_page(call: Call, session: Cookies) -> Reading:
    """Read the billing with cookies; the answer names nobody."""
    if not any(map(session.get, SESSION)):
        raise AuthFailed(f"the cookie has neither {' nor '.join(SESSION)}")
    return reading_of(await read_credits(site(call, cookies=session)), call.now, None, None)


async def read_credits(endpoint: Endpoint) -> Config:
    """Read the billing as the page does; what may pass is asked for once more."""
    try:
        return await ask_credits(endpoint)
    except Passing:
        return await ask_credits(endpoint)


class Passing(Unavailable):
    """A failure that the next try may not meet."""


async def ask_credits(endpoint: Endpoint) -> Config:
    """Ask for the billing once."""
    try:
        reply = await grpc_web.call(endpoint, METHOD)
    except Unavailable as err:
        raise Passing(err.message) from err
    if reply.status in (408, 502, 503, 504):
        raise Passing(f"grok.com answered HTTP {reply.status}")
    check_page(reply)
    answer = grpc_web.read(reply)
    if answer.status:
        raise grpc_failure(answer.status, answer.text)
    return protobuf_config(answer.message)


def check_page(reply: Reply) -> None:
    """Raise what an HTTP status of the page means."""
    if not reply.is_challenge and reply.is_html:
        raise AuthFailed(REFUSED)
    reply.check(Verdict(auth=REFUSED, redirect=AuthFailed, html=AuthFailed, other=Unavailable))


def grpc_failure(status: int, text: str) -> QuotaError:
    """Return what a gRPC status means."""
    said = text.lower()
    match status:
        case 16:
            bare = "no-credentials" in said or "no credentials presented" in said
            return AuthFailed(f"cookies alone do not work here: {SIGN_IN}" if bare else REFUSED)
        case 7 if is_refusal(said):
            return AuthFailed(REFUSED)
        case 7:
            return Unsupported("Grok does not allow this account to see its credits")
        case 8:
            return RateLimited()
        case 9 if said.rstrip(".") == "no personal team":
            return Unsupported("Grok does not offer the usage of a team")
    passing = status == 4 or (status == 1 and any(word in said for word in ("timeout", "deadline", "expired")))
    return (Passing if passing else Unavailable)(f"grok.com reports gRPC status {status}")


def is_refusal(said: str) -> bool:
    """Return whether a permission that is denied means that the token is not accepted."""
    not_validated = "could not be validated" in said
    return (
        "bad-credentials" in said
        or "unauthenticated" in said
        or ("oauth2" in said and not_validated)
        or ("access token" in said and ("invalid" in said or "expired" in said or not_validated))
    )


# The sessions of the tool


async def signals(call: Call) -> list[tuple[datetime, Json]]:
    """Return what the tool's sessions of the last 30 days have counted, with their times; read once a fetch."""
    if "signals" not in call.once:
        since = call.now - timedelta(days=LOCAL_DAYS)
        call.once["signals"] = await asyncio.to_thread(read_signals, home(call) / "sessions", since)
    found: list[tuple[datetime, Json]] = call.once["signals"]
    return found


def read_signals(folder: Path, since: datetime) -> list[tuple[datetime, Json]]:
    """Read the newest files of a folder; one that cannot be read is skipped."""
    found = []
    for file in folder.glob("*/*/signals.json"):
        try:
            written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            if written >= since:
                found.append((written, parse.mapping(json.loads(file.read_bytes()))))
        except OSError, ValueError, RecursionError:
            continue
        if len(found) == MAX_LOCAL_FILES:
            break
    return found


def counted_sessions(found: Sequence[tuple[datetime, Json]], now: datetime) -> Reading:
    """Return the tokens of the sessions; days are those of this machine."""
    today = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    tokens = [
        (written, sum(parse.number(each.get(key)) or 0 for key in ("totalTokensBeforeCompaction", "contextTokensUsed")))
        for written, each in found
    ]
    count = MetricKind.COUNT
    of_today = sum(used for written, used in tokens if written >= today)
    return Reading(
        metrics=(
            *parse.known_metric("tokens_30d", "Tokens, 30 days", sum(used for _, used in tokens), "tokens", count),
            *parse.known_metric("tokens_today", "Tokens today", of_today, "tokens", count),
            *parse.known_metric("sessions_30d", "Sessions, 30 days", float(len(tokens)), "sessions", count),
        )
    )
