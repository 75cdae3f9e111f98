"""StepFun."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, FieldKind, Way, cookie, cookie_source, secret, signed_in, text
from ..http import MAX_REDIRECTS, Endpoint, Reply, Verdict
from ..model import AuthFailed, InvalidResponse, QuotaError, Reading, Unavailable, Window
from ..oauth import renew
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import imported

SITE = "https://platform.stepfun.com"
DASHBOARD = "api/step.openapi.devcenter.Dashboard"
PASSPORT = "passport/proto.api.passport.v1.PassportService"
TOKEN, WEB_ID, INGRESS = "Oasis-Token", "Oasis-Webid", "INGRESSCOOKIE"
DEFAULT_WEB_ID = "c8a1002d2c457e758785a9979832217c7c0b884c"
CLIENT = {
    "content-type": "application/json",
    "oasis-appid": "10300",
    "oasis-platform": "web",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/147.0.0.0 Safari/537.36",
}

EXPIRED = "the session has expired: copy a fresh Oasis-Token, or give user name and password"
BLOCKED = "the login of platform.stepfun.com has changed or is blocked"
VERDICT = Verdict(auth=EXPIRED, redirect=AuthFailed, html=AuthFailed)
REFUSALS = (
    "401", "403", "unauthorized", "unauthenticated", "invalid credentials", "invalid token", "token expired",
    "expired token", "auth failed", "embezzled",
)  # fmt: skip
"""What the message of a refusal contains, whose status is 200 like any other."""

CREDIT_RATES = ("subscription_credit_left_rate", "topup_credit_left_rate")


async def has_session(provider: StepFun, call: Call) -> bool:
    """Return whether there is a token, or a login with which to get one."""
    if call["cookie_source"] == "off":
        return False
    access = Access.of(call)
    return bool(access.kept(call) or access.token or access.login or await browser_token(call, access))


class StepFun(Provider):
    """StepFun: the windows of its Coding Plan, or the credits of its Token Plan.

    Source: the requests of https://platform.stepfun.com/plan-usage
    """

    id = "stepfun"
    name = "StepFun"
    dashboard = f"{SITE}/plan-usage"
    missing = "paste the Oasis-Token cookie, or give user name and password"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "stepfun.com",
            "platform.stepfun.com",
            names=(TOKEN,),
            env=("STEPFUN_TOKEN",),
            bare=TOKEN,
            help="Sign in at platform.stepfun.com, open the developer tools, Application, Cookies,"
            " and copy the value of Oasis-Token.",
            link=SITE,
        ),
        cookie_source(),
        text("username", "STEPFUN_USERNAME", way=Way.TOKEN, help="The phone number or the e-mail address."),
        secret("password", "STEPFUN_PASSWORD", way=Way.TOKEN, help="It is sent to StepFun's login only."),
        signed_in("session_token"),
        signed_in("session_origin", FieldKind.TEXT),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the first token that there is; when it is refused and cannot be renewed, a login gets another."""
        access = Access.of(call)
        if kept := access.kept(call):
            try:
                return await read(call, access, kept)
            except AuthFailed:
                await call.save({"session_token": None, "session_origin": None})
        if session := await first_session(call, access):
            try:
                return await read(call, access, session)
            except AuthFailed:
                if session.origin == "browser" or access.login is None:
                    raise
        if access.login is None:
            raise AuthFailed(EXPIRED if kept else self.missing)
        return await read(call, access, await log_in(call, access, *access.login))


# What gives access


@dataclass(frozen=True)
class Session:
    """A token, and where it or the one that it succeeds came from: `given`, `login` or `browser`."""

    token: str
    origin: str

    @property
    def web_id(self) -> str:
        """Return the device that the token is for: another one would be refused."""
        access, _, refresh = self.token.partition("...")
        claimed = (parse.first_text(parse.jwt_claims(half), "device_id") for half in (refresh, access))
        return next(filter(None, claimed), DEFAULT_WEB_ID)


@dataclass(frozen=True)
class Access:
    """The token and the login of the entry; those of the environment when it has neither, and only then.

    They may be of another account, as may be the session of a browser.
    """

    token: str | None
    login: tuple[str, str] | None
    is_own: bool

    @classmethod
    def of(cls, call: Call) -> Access:
        """Find out what gives access."""
        pasted, *own = map(call.own, ("cookie", "username", "password"))
        is_own = bool(pasted or all(own))
        if not is_own:
            pasted, *own = map(call.settings.env, ("STEPFUN_TOKEN", "STEPFUN_USERNAME", "STEPFUN_PASSWORD"))
        cookies = Cookies.pasted(pasted, TOKEN)
        return cls(cookies.get(TOKEN) if cookies else None, (own[0], own[1]) if all(own) else None, is_own)

    def mark(self, call: Call, origin: str) -> str:
        """Return what is kept beside a token to know it by: it changes with all that gives access."""
        return call.account.provider.fingerprint(" ".join((origin, self.token or "", *(self.login or ()))))

    def kept(self, call: Call) -> Session | None:
        """Return the session that the last renewal or login has left, unless what gave access has changed since."""
        token, mark = call.own("session_token"), call.own("session_origin")
        origins = (origin for origin in ("given", "login", "browser") if self.mark(call, origin) == mark)
        return next((Session(token, origin) for origin in origins if token), None)

    def changes(self, call: Call, session: Session) -> dict[str, Any]:
        """Return what keeps a session in the entry."""
        return {"session_token": session.token, "session_origin": self.mark(call, session.origin)}


async def first_session(call: Call, access: Access) -> Session | None:
    """Return the session to begin with, None when it takes a login to get one."""
    if token := await browser_token(call, access):
        return Session(token, "browser")
    return Session(access.token, "given") if access.token else None


async def browser_token(call: Call, access: Access) -> str | None:
    """Return the token of a browser on this machine, where the entry has nothing of its own."""
    if access.is_own or call["cookie_source"] != "auto":
        return None
    tokens = (session.for_url(URL(SITE)).get(TOKEN) for session in await imported(call))
    return next(filter(None, tokens), None)


# Requests


def site(call: Call, session: Session | None = None, ingress: str | None = None) -> Endpoint:
    """Return the site, with a session and the cookie of its entrance where there are any."""
    found = {} if session is None else {TOKEN: session.token, WEB_ID: session.web_id}
    if session:
        call.conceal(*session.token.split("..."))
    if ingress:
        found[INGRESS] = ingress
    headers = {**CLIENT, "oasis-webid": session.web_id if session else DEFAULT_WEB_ID}
    return call.at(SITE, cookies=Cookies(found) if found else None, headers=headers, verdict=VERDICT)


async def read(call: Call, access: Access, session: Session) -> Reading:
    """Return the usage; a session that is refused is renewed and tried once more."""
    try:
        return await read_usage(call, access, session)
    except AuthFailed as refused:
        try:
            renewed = await renewed_session(call, access, session)
        except QuotaError:
            raise refused from None
        return await read_usage(call, access, renewed)


async def read_usage(call: Call, access: Access, session: Session) -> Reading:
    """Return the usage, with the name of the plan where it can be had."""
    step = site(call, session)
    answer = checked(await step.post_object(f"{DASHBOARD}/QueryStepPlanRateLimit", json={}))
    windows = windows_of(answer)
    plan = plan_name(await call.optional(step.post_object(f"{DASHBOARD}/GetStepPlanStatus", json={})))
    if not windows and not plan:
        raise InvalidResponse("there is neither a plan nor a window: no reset time, no credits")
    username = access.login[0] if access.login and session.origin == "login" else None
    return Reading(account=username, plan=plan, identity=username, windows=windows)


async def renewed_session(call: Call, access: Access, session: Session) -> Session:
    """Return the successor of a session; it is kept before it is used, for the old one is spent then."""

    async def request(spent: str) -> Mapping[str, Any]:
        headers = {TOKEN: spent}
        token = await granted(await site(call, session).post(f"{PASSPORT}/RefreshToken", json={}, headers=headers))
        if token is None:
            raise AuthFailed(EXPIRED)
        return access.changes(call, Session(token, session.origin))

    await renew(call, request, key="session_token", spent=session.token)
    return Session(call["session_token"], session.origin)


async def log_in(call: Call, access: Access, username: str, password: str) -> Session:
    """Return a new session for user name and password, which only the last request carries.

    Before that the site wants to know the device; what it hands out then has to come along.
    """
    call.conceal(password)
    ingress = await entrance_cookie(site(call))
    reply = await site(call, ingress=ingress).post(f"{PASSPORT}/RegisterDevice", json={})
    device = Session(await login_token(reply, Unavailable(BLOCKED)), "login")
    reply = await site(call, device, ingress).post(
        f"{PASSPORT}/SignInByPassword", json={"username": username, "password": password}
    )
    session = Session(await login_token(reply, AuthFailed("user name or password is wrong")), "login")
    await call.save(access.changes(call, session))
    return session


async def entrance_cookie(step: Endpoint) -> str:
    """Return the cookie that the site's front page sets; redirects are followed on its own host."""
    reply = await step.get("/")
    for _ in range(MAX_REDIRECTS):
        target = reply.location if reply.is_redirect and not reply.cookie(INGRESS) else None
        if target is None or target.origin() != step.base.origin():
            break
        reply = await step.get(str(target))
    found = passable(reply).cookie(INGRESS)
    if not found:
        raise Unavailable(BLOCKED)
    return found


async def login_token(reply: Reply, refusal: QuotaError) -> str:
    """Return the token that a step of the login grants; raises what a refusal of this step means."""
    token = await granted(passable(reply))
    if token is None:
        raise Unavailable(BLOCKED) if reply.is_redirect else refusal
    return token


def passable(reply: Reply) -> Reply:
    """Return the reply, unless the site is down, asks for a pause or for a browser check."""
    if reply.status == 429 or reply.status >= 500 or reply.is_challenge:
        reply.check(VERDICT)
    return reply


async def granted(reply: Reply) -> str | None:
    """Return the token that an answer grants, in both halves or the first alone; None when it grants none."""
    answer = await reply.maybe_object() if 200 <= reply.status < 300 else {}
    access, refresh = (parse.first_text(answer.get(key), "raw") for key in ("accessToken", "refreshToken"))
    return "...".join(filter(None, (access, refresh))) if access else None


def checked(answer: Json) -> Json:
    """Return the answer when it is a success; its own status tells, whatever that of HTTP is."""
    status = answer.get("status")
    if status is None:
        raise InvalidResponse("status is missing")
    if parse.number(status) == 1:
        return answer
    messages = [found for key in ("message", "desc") if (found := parse.first_text(answer, key))]
    if any(refusal in message.lower() for refusal in REFUSALS for message in messages):
        raise AuthFailed(EXPIRED)
    raise Unavailable(f"StepFun answered: {next(iter(messages), answer.get('code') or status)}")


# Windows


def windows_of(answer: Json) -> tuple[Window, ...]:
    """Return the windows of the plan: of the Coding Plan when one of them resets, else of the Token Plan."""
    rates = [rate(answer, f"{name}_usage_left_rate") for name in ("five_hour", "weekly")]
    resets = [reset(answer, f"{name}_usage_reset_time") for name in ("five_hour", "weekly")]
    credits = answer.get("plan_credit_rate_limit")
    if not any(value is not None for value in (*rates, *resets, credits)):
        raise InvalidResponse("neither five_hour_usage_left_rate nor plan_credit_rate_limit nor the like is there")
    if not any(resets):
        return credit_windows(parse.mapping(credits))
    kinds = (("session", "Session", parse.HOURS_5), ("weekly", "Weekly", parse.WEEK))
    return tuple(
        Window(id=id, name=name, used_percent=used_percent(left), duration=duration, resets_at=parse.moment(resets_at))
        for (id, name, duration), left, resets_at in zip(kinds, rates, resets, strict=True)
        if left or resets_at
    )


def credit_windows(credits: Json) -> tuple[Window, ...]:
    """Return the credits of the Token Plan, those that were bought beside it included where they are counted."""
    buckets = parse.items(credits.get("credit_buckets"))
    rates = [rate(credits, key) for key in CREDIT_RATES]
    if not buckets and not any(left is not None for left in rates):
        return ()
    resets_at = reset(credits, "subscription_credit_reset_time")
    total, left = sums(buckets)
    share = next((each for each in rates if each is not None), None)
    return (
        Window(
            id="credits",
            name="Credits",
            used_percent=used_percent(left / total if total and left is not None else share),
            used=None if total is None or left is None else total - left,
            limit=total,
            remaining=left,
            unit=None if total is None else "credits",
            duration=timedelta(days=30) if resets_at else None,
            resets_at=parse.moment(resets_at),
        ),
    )


def sums(buckets: list[Any]) -> tuple[float | None, float | None]:
    """Return all credits and those that are left, of buckets that all tell both; else nothing."""
    total = left = 0.0
    for bucket in buckets:
        size, rest = (parse.first_number(bucket, key) for key in ("credit_total", "credit_residual"))
        if size is None or rest is None or size <= 0 or not 0 <= rest <= size:
            return None, None
        total, left = total + size, left + rest
    return (total, left) if buckets else (None, None)


def used_percent(left: float | None) -> float | None:
    """Return what is used, in per cent, from the fraction that is left, which may be off by rounding."""
    return None if left is None else min(100.0, max(0.0, (1 - left) * 100))


def rate(source: Json, key: str) -> float | None:
    """Return the fraction that is left, None when it is not told; what is no number is refused."""
    return None if source.get(key) is None else parse.need_number(source, key)


def reset(source: Json, key: str) -> float | None:
    """Return when a window resets (Unix seconds), 0 when it does not, None when that is not told."""
    found = parse.first_number(source, key)
    return None if found is None else max(0.0, found)


def plan_name(answer: Json | None) -> str | None:
    """Return the name of the plan, None when it is not told."""
    if answer is None or parse.number(answer.get("status")) != 1:
        return None
    return parse.first_text(answer.get("subscription"), "name")
