"""Claude."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import re
from typing import override

from .. import oauth, parse
from ..account import Call
from ..claude_admin import read_report, report_metrics
from ..claude_code import ClaudeCode, ClaudeTool
from ..claude_login import PROFILE_SCOPE, ClaudeSignIn, refresher, stable_id
from ..claude_usage import extra_usage, figures, plan_name
from ..claude_usage_text import (
    Person,
    completed,
    failure,
    has_figures,
    has_labels,
    has_limits,
    is_notice,
    read_limits,
    read_person,
)
from ..claude_web import ClaudeAi
from ..credentials import (
    Cookies,
    FieldKind,
    Settings,
    Way,
    api_key,
    cookie,
    cookie_source,
    path,
    secret,
    signed_in,
    text,
    without_bearer,
)
from ..http import Endpoint, Verdict
from ..model import AuthFailed, BadConfiguration, RateLimited, Reading, Unavailable, Unsupported
from ..parse import Json
from ..provider import Every, Provider, StatusLink, Strategy, Workspace, strategy
from ..sessions import has_session, with_session

API = "https://api.anthropic.com"
AGENT = "claude-code/2.1.0"

PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)
PROFILE_EVERY = timedelta(hours=1)
TOOL_EVERY = timedelta(minutes=15)

SIGN_IN_AGAIN = "Claude does not accept the sign-in any more: sign in again"
RUN_CLAUDE = "Claude Code's sign-in on this machine has expired: run `claude` once, which renews it"
LACKS_SCOPE = f"the token lacks the scope {PROFILE_SCOPE} (those of `claude setup-token` do): sign in here instead"

SUBSCRIPTION = Verdict(auth=SIGN_IN_AGAIN, redirect=Unavailable, other=Unavailable)
ADMIN = Verdict(
    auth="the key was rejected: this needs an Admin key of the organization", redirect=Unavailable, other=Unavailable
)


# Which credential is where


CREDENTIALS = {"api_key": "api", "access_token": "oauth", "cookie": "web"}
"""The fields that hold one, and the strategy that each is for."""
NO_CREDENTIALS = {
    "sk-ant-api": "this is a plain API key, which can read neither limits nor costs: sign in, or give an Admin key",
    "sk-ant-ort": "this is a refresh token, which is of no use alone: sign in instead",
}
BELONGS = (("sk-ant-admin", "api_key"), ("sk-ant-oat", "access_token"), ("sk-ant-", "cookie"))


def in_place(given: Mapping[str, str | None]) -> dict[str, str]:
    """Return the credentials by the field that they belong to, told by their prefixes.

    One in its right place counts before one that was put into another's.
    """
    held: dict[str, str] = {}
    for key, value in given.items():
        if not value:
            continue
        bare = without_bearer(value)
        place = key
        if not bare.startswith(tuple(NO_CREDENTIALS)):
            place = next((field for prefix, field in BELONGS if bare.startswith(prefix)), key)
        if place == key:
            held[place] = value
        else:
            held.setdefault(place, bare)
    return held


def own_credentials(settings: Settings) -> dict[str, str]:
    """Return the credentials that the entry itself holds, by field."""
    return in_place({key: settings.own(key) for key in CREDENTIALS})


def ambient_credentials(settings: Settings) -> dict[str, str]:
    """Return the credentials of the environment, by field."""
    return in_place({key: settings.given(key) for key in CREDENTIALS if settings.own(key) is None})


def sources(settings: Settings) -> set[str]:
    """Return the strategies that `auto` considers.

    An entry with a credential is about the account of that credential: nothing of this machine,
    which may be somebody else's, answers for it. An Admin key is about an organization of the API.
    """
    own = {CREDENTIALS[key] for key in own_credentials(settings)}
    if settings.own("refresh_token"):
        own.add("oauth")
    key = ambient_credentials(settings).get("api_key", "")
    if "api" in own or (not own and key and not key.startswith(tuple(NO_CREDENTIALS))):
        return {"api"}
    return own or {"oauth", "cli", "web"}


def accepted(credential: str) -> str:
    """Return a credential that may be sent; raises AuthFailed for one that is of no use here."""
    for prefix, message in NO_CREDENTIALS.items():
        if credential.startswith(prefix):
            raise AuthFailed(message)
    return credential


def own_session(call: Call) -> str | None:
    """Return the session that the entry holds, as it was pasted, unless cookies are not to be used."""
    return own_credentials(call.settings).get("cookie") if call.get("cookie_source") != "off" else None


async def with_claude_ai[T](call: Call, read: Callable[[ClaudeAi], Awaitable[T]]) -> T:
    """Return what is read with the entry's session of claude.ai, else with one of the browsers."""

    async def read_with(cookies: Cookies | None) -> T:
        key = accepted((cookies and cookies.get("sessionKey")) or "")
        if not key.startswith("sk-ant-"):
            raise AuthFailed("there is no cookie sessionKey that begins with sk-ant-: sign in at claude.ai and copy it")
        return await read(ClaudeAi(call, key, pasted=not (cookies and cookies.jar)))

    if pasted := own_session(call):
        return await read_with(Cookies.pasted(pasted, "sessionKey"))
    return await with_session(call, read_with)


async def has_admin_key(provider: Provider, call: Call) -> bool:
    """Return whether there is a key for the Admin API."""
    return "api_key" in ambient_credentials(call.settings) | own_credentials(call.settings)


async def has_token(provider: Provider, call: Call) -> bool:
    """Return whether there is a token of the entry, of the environment, or of Claude Code."""
    if "access_token" in ambient_credentials(call.settings) | own_credentials(call.settings):
        return True
    return bool(call.own("refresh_token")) or await (await ClaudeCode.of(call)).has_credentials()


async def has_tool(provider: Provider, call: Call) -> bool:
    """Return whether Claude Code is installed."""
    return await (await ClaudeCode.of(call)).program() is not None


async def has_web_session(provider: Provider, call: Call) -> bool:
    """Return whether a cookie was given or found."""
    return own_session(call) is not None or await has_session(provider, call)


class Claude(Provider):
    """Claude: session, week and extra usage of a subscription, or the spend of an organization of the API.

    Source: https://code.claude.com/docs/en/costs, https://platform.claude.com/docs/en/api/admin-api
    """

    id = "claude"
    name = "Claude"
    dashboard = "https://claude.ai/settings/usage"
    status = StatusLink(
        "https://status.claude.com",
        "statuspage",
        ("yyzkbfz2thpt", "Claude Code", "rwppv331jlwc", "claude.ai"),
        by_source={"api": ("k8w3r06qmzrp", "Claude API")},
        mirror="https://anthropic.statuspage.io",
        every=15,
    )
    missing = "sign in, or give a key or a cookie"
    every = Every(default=5, minimum=3)
    sign_ins = (ClaudeSignIn(),)
    workspace_field = "organization_id"
    fields = (
        api_key(
            "ANTHROPIC_ADMIN_KEY",
            "ANTHROPIC_ADMIN_API_KEY",
            clean=without_bearer,
            help="For the costs of an API organization: Console, Settings, Admin keys; only its admins see them.",
            link="https://console.anthropic.com/settings/admin-keys",
        ),
        secret(
            "access_token",
            "CODEXBAR_CLAUDE_OAUTH_TOKEN",
            way=Way.TOKEN,
            required=True,
            clean=without_bearer,
            help="An OAuth token of a subscription with the scope user:profile. Signing in is the better way.",
        ),
        signed_in("refresh_token"),
        signed_in("expires_at", FieldKind.NUMBER),
        signed_in("scope", FieldKind.TEXT, env=("CODEXBAR_CLAUDE_OAUTH_SCOPES",)),
        signed_in("account_id", FieldKind.TEXT),
        path("config_dir", "CLAUDE_CONFIG_DIR", help="Claude Code's configuration folder, when it is not ~/.claude."),
        path("cli_path", "CLAUDE_CLI_PATH", help="The claude program, when it is not found by itself."),
        cookie(
            "claude.ai",
            names=("sessionKey",),
            bare="sessionKey",
            help="Sign in at claude.ai; developer tools, Application or Storage, Cookies, sessionKey.",
            link="https://claude.ai",
        ),
        cookie_source(),
        text(
            "organization_id",
            way=Way.COOKIE,
            advanced=True,
            help="The UUID of the claude.ai organization, when there are several.",
        ),
    )

    @override
    def order(self, call: Call) -> Sequence[Strategy]:
        wanted = sources(call.settings)
        return [each for each in self.strategies if each.source in wanted]

    @override
    def dashboard_for(self, settings: Settings) -> str:
        return "https://console.anthropic.com/settings/billing" if sources(settings) == {"api"} else self.dashboard

    @strategy("api", when=has_admin_key, every=Every(default=30, minimum=5))
    async def api(self, call: Call) -> Reading:
        """Read the organization's cost and token reports of 30 days."""
        async with paced(call, "api"):
            held = ambient_credentials(call.settings) | own_credentials(call.settings)
            api = call.at(
                f"{API}/v1/organizations",
                headers={"x-api-key": accepted(held["api_key"]), "anthropic-version": "2023-06-01"},
                timeout=20,
                verdict=ADMIN,
            )
            costs = await read_report(api, "cost_report", "description", call.now)
            messages = await read_report(api, "usage_report/messages", "model", call.now)
            return Reading(metrics=report_metrics(costs, messages, call.now))

    @strategy("oauth", when=has_token, machine=True)
    async def oauth(self, call: Call) -> Reading:
        """Read the limits with an OAuth token: the entry's own, the environment's, or Claude Code's."""
        async with paced(call, "oauth"):
            grant = await find_grant(call)
            usage, grant = await read_usage(call, grant)
            profile = await read_profile(call, grant)
        plan = subscription_plan(grant, profile)
        account, organization = (parse.mapping(profile.get(key)) for key in ("account", "organization"))
        email = [parse.first_text(each, "email", "email_address", "emailAddress") for each in (account, profile)]
        return figures(
            usage,
            extra_usage(usage),
            Reading(
                account=next(filter(None, email), None)
                or parse.first_text(grant.noted, "emailAddress")
                or parse.first_text(account, "uuid"),
                organization=parse.first_text(organization, "name")
                or parse.first_text(grant.noted, "organizationName"),
                plan=plan,
                identity=stable_id(profile) or grant.account_id,
            ),
        )

    @strategy(
        "cli",
        when=has_tool,
        machine=True,
        absent="Claude Code is not installed on this machine: sign in, or give a cookie",
        every=Every(default=15, minimum=15),
    )
    async def cli(self, call: Call) -> Reading:
        """Read what the tool says; each question starts it, so that an answer is kept for a while."""
        last: tuple[datetime, Reading] | None = call.memory.get("cli")
        if last and is_fresh(*last, call.now):
            return last[1]
        async with paced(call, "cli"):
            reading = await ask_tool(call)
        call.memory["cli"] = (call.now, reading)
        return reading

    @strategy("web", when=has_web_session)
    async def web(self, call: Call) -> Reading:
        """Read the limits with a session of claude.ai, pasted or of a browser."""
        async with paced(call, "web"):
            return await with_claude_ai(call, lambda site: site.read(call.get("organization_id")))

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the organizations of a claude.ai session that can have limits."""
        if call.account.source != "web" and sources(call.settings) != {"web"}:
            return ()
        found = await with_claude_ai(call, lambda site: site.organizations())
        return [Workspace(each.id, each.name or each.id) for each in found if not each.is_api_only]


@asynccontextmanager
async def paced(call: Call, source: str) -> AsyncIterator[None]:
    """Ask a source that wanted a pause only when it is over; raises RateLimited before."""
    key = f"{source} pauses until"
    until: datetime | None = call.memory.get(key)
    if until and until > call.now:
        raise RateLimited(retry_after=(until - call.now).total_seconds())
    try:
        yield
    except RateLimited as err:
        err.retry_after = err.retry_after or PAUSE.total_seconds()
        call.memory[key] = call.now + min(timedelta(seconds=err.retry_after), LONGEST_PAUSE)
        raise


# The subscription's limits with a token


@dataclass(frozen=True, kw_only=True)
class Grant:
    """An access token and what is known without asking: whose it is, and the plan's type and tier.

    `rejected` tells what to do when it is not accepted; `noted` is the account as Claude Code noted it.
    """

    token: str
    rejected: str
    is_own: bool = False
    renewed: bool = False
    account_id: str | None = None
    noted: Json = field(default_factory=dict)
    type: str | None = None
    tier: str | None = None
    agent: str = AGENT


async def find_grant(call: Call) -> Grant:
    """Return the first token that exists, ready for use; raises AuthFailed when it cannot be used."""
    token = own_credentials(call.settings).get("access_token")
    if token or call.own("refresh_token"):
        return await own_grant(call, token)
    if ambient := ambient_credentials(call.settings).get("access_token"):
        need_profile_scope(call.settings.env("CODEXBAR_CLAUDE_OAUTH_SCOPES"))
        rejected = "the token in CODEXBAR_CLAUDE_OAUTH_TOKEN was rejected"
        return Grant(token=accepted(ambient), rejected=rejected, agent=await installed_agent(call))
    return await file_grant(call)


async def installed_agent(call: Call) -> str:
    """Return how the installed Claude Code names itself, as far as that is known without starting it."""
    try:
        version = await (await ClaudeCode.of(call)).version()
    except BadConfiguration:  # that is for the strategy that needs the tool
        version = None
    return f"claude-code/{version}" if version else AGENT


async def own_grant(call: Call, token: str | None) -> Grant:
    """Return the entry's own token, renewed when it is due."""
    need_profile_scope(call.own("scope"))
    if token:
        accepted(token)
        await oauth.renew_if_due(call, call.own("expires_at"), refresher(call))
    else:
        await oauth.renew(call, refresher(call))
    current = own_credentials(call.settings)["access_token"]  # maybe still where it was misplaced
    return Grant(
        token=current,
        rejected=SIGN_IN_AGAIN,
        is_own=True,
        renewed=current != token,
        account_id=call.own("account_id"),
    )


async def file_grant(call: Call) -> Grant:
    """Return the token of Claude Code, which alone renews it."""
    code = await ClaudeCode.of(call)
    signed_in_there = parse.mapping(parse.mapping(await code.credentials()).get("claudeAiOauth"))
    token = parse.first_text(signed_in_there, "accessToken")
    if not token:
        raise AuthFailed("Claude Code holds no sign-in of a subscription on this machine: run `claude` and sign in")
    call.conceal(token)
    ends = parse.first_number(signed_in_there, "expiresAt")
    if ends is None or ends / 1000 <= call.now.timestamp():
        raise AuthFailed(RUN_CLAUDE)
    need_profile_scope(" ".join(filter(None, map(parse.text, parse.items(signed_in_there.get("scopes"))))))
    noted = await code.signed_in_account()
    return Grant(
        token=accepted(token),
        rejected=RUN_CLAUDE,
        account_id=parse.first_text(noted, "organizationUuid", "accountUuid"),
        noted=noted,
        type=parse.first_text(signed_in_there, "subscriptionType"),
        tier=parse.first_text(signed_in_there, "rateLimitTier"),
        agent=await installed_agent(call),
    )


def need_profile_scope(scopes: str | None) -> None:
    """Raise AuthFailed for a token whose scopes are known and do not let it read the limits."""
    known = re.findall(r"[^\s,]+", scopes or "")
    if known and PROFILE_SCOPE not in known:
        raise AuthFailed(LACKS_SCOPE)


def subscription(call: Call, grant: Grant) -> Endpoint:
    """Return the API of subscriptions; other agents than Claude Code's are limited sooner."""
    headers = {
        "Content-Type": "application/json",
        "anthropic-beta": "oauth-2025-04-20",
        "User-Agent": grant.agent,
    }
    return call.at(f"{API}/api/oauth", bearer=grant.token, headers=headers, timeout=30, verdict=SUBSCRIPTION)


async def read_usage(call: Call, grant: Grant) -> tuple[Json, Grant]:
    """Return the limits, and the token that was accepted: the entry's own is renewed once when it is refused."""
    reply = await subscription(call, grant).get("usage")
    if reply.status == 401 and grant.is_own and not grant.renewed and call.own("refresh_token"):
        await oauth.renew(call, refresher(call))
        grant = replace(grant, token=call["access_token"])
        reply = await subscription(call, grant).get("usage")
    if reply.status == 401:
        raise AuthFailed(grant.rejected)
    if reply.status == 403 and PROFILE_SCOPE in reply.text:
        raise AuthFailed(LACKS_SCOPE)
    return await reply.check(SUBSCRIPTION).object(), grant


async def read_profile(call: Call, grant: Grant) -> Json:
    """Return whose token it is, asked at most once an hour; nothing when it cannot be told."""
    last: tuple[str, datetime, Json] | None = call.memory.get("profile")
    known: Json = {}
    if last and last[0] == grant.token:
        known = last[2]
        if call.now - last[1] < PROFILE_EVERY:
            return known
    found = await call.optional(subscription(call, grant).get_object("profile", timeout=15))
    call.memory["profile"] = (grant.token, call.now, found or known)
    return found or known


def subscription_plan(grant: Grant, profile: Json) -> str | None:
    """Return the plan: what the file says, completed by the profile."""
    organization = profile.get("organization")
    type = grant.type or parse.first_text(organization, "organization_type")
    tier = grant.tier or parse.first_text(organization, "rate_limit_tier")
    if plan := plan_name(type, tier):
        return plan
    account = parse.mapping(profile.get("account"))
    flags = {"has_claude_max": "Max", "has_claude_pro": "Pro"}
    return next((plan for flag, plan in flags.items() if account.get(flag) is True), None)


# The tool


def is_fresh(asked: datetime, reading: Reading, now: datetime) -> bool:
    """Return whether what the tool said still counts: not for long, and not beyond a reset."""
    resets = (window.resets_at for window in reading.windows if window.resets_at)
    return asked <= now < min((asked + TOOL_EVERY, *resets))


async def ask_tool(call: Call) -> Reading:
    """Return what the tool says of limits and account; raises AuthFailed when it is signed out."""
    code = await ClaudeCode.of(call)
    async with code.ready() as tool:
        status = await tool.auth_status()
        if status.get("loggedIn") is False:
            raise AuthFailed("Claude Code is not signed in on this machine: run `claude` and sign in")
        usage, identity = await tell_usage(tool)
    noted = await code.signed_in_account()
    # Reading loads zone data from disk.
    windows = await asyncio.to_thread(read_limits, usage, call.now)
    said = Person(account=parse.first_text(status, "email"), organization=parse.first_text(status, "orgName"))
    shown = read_person(f"{usage}\n{identity}")
    person = completed(shown, said)
    login = re.sub(r"claude|account|plan", " ", person.plan or "", flags=re.IGNORECASE)
    return Reading(
        account=person.account,
        organization=person.organization,
        plan=plan_name(login, None) or plan_name(parse.first_text(status, "subscriptionType"), None),
        identity=parse.first_text(status, "orgId") or parse.first_text(noted, "organizationUuid", "accountUuid"),
        windows=windows,
    )


async def tell_usage(tool: ClaudeTool) -> tuple[str, str]:
    """Return a text with limits and one that may tell who is signed in.

    Newer versions answer without a terminal. Raises the failure that the tool reports instead.
    """
    printed = await tool.usage()
    if has_limits(printed):
        return printed, ""
    said = failure(printed)
    if isinstance(said, (AuthFailed, RateLimited)):
        raise said
    shown, identity = await tool.usage_on_terminal()
    if has_limits(shown):
        return shown, identity
    if said := failure(shown):
        raise said
    if is_notice(printed) or is_notice(shown):
        raise Unsupported("Claude Code tells no limits of this subscription: sign in, or give a cookie")
    if has_labels(shown) or has_figures(shown):
        return shown, identity
    raise Unavailable("Claude Code did not tell the limits in time")
