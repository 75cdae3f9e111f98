"""Codex."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
import json
from pathlib import Path
import platform
import re
import tomllib
from typing import override

from yarl import URL

from .. import parse
from ..account import Call
from ..chatgpt_login import (
    AUTH_CLAIMS,
    CLIENT_NAME,
    ISSUER,
    VERDICT,
    Browser,
    DeviceCode,
    Tokens,
    claimed_email,
    codex_home,
    current_tokens,
    own_tokens,
    personal_token,
    request_renewal,
    saved_login,
)
from ..chatgpt_usage import (
    balance_metrics,
    has_figures,
    individual_cap,
    plan_code,
    read_lane,
    read_usage,
    workspace_cap,
)
from ..credentials import (
    Cookies,
    FieldKind,
    Way,
    base_url,
    cookie,
    cookie_source,
    endpoint,
    flag,
    path,
    secret,
    signed_in,
    text,
    without_bearer,
)
from ..http import BROWSER_AGENT, Endpoint, Verdict
from ..local import RpcError, clean_environment, find_tool, json_rpc, read_text
from ..model import AuthFailed, BadConfiguration, QuotaError, Reading, Unavailable, Unsupported, Window
from ..oauth import renew
from ..parse import Json, either_case
from ..provider import Every, Provider, StatusLink, Strategy, Workspace, strategy
from ..sessions import candidates, with_session

SITE = "https://chatgpt.com"
BACKEND = f"{SITE}/backend-api"

CREDENTIALS = {"personal_access_token": "api", "access_token": "oauth", "cookie": "web"}
"""The fields that make an entry about one account, and the strategy that each is for."""

SESSION_COOKIES = ("*session-token*", "*authjs*", "*next-auth*", "_account")

WEB_VERDICT = Verdict(
    auth="the session at chatgpt.com has ended: sign in there and paste the cookies again",
    redirect=AuthFailed,
    html=AuthFailed,
    other=Unavailable,
)

PERSONAL_PLANS = ("guest", "free", "go", "plus", "pro")


# What is there


async def has_personal_token(provider: Codex, call: Call) -> bool:
    """Return whether there is a personal access token."""
    return await personal_token(call) is not None


async def has_sign_in(provider: Codex, call: Call) -> bool:
    """Return whether there are tokens, or a file that should hold some."""
    return bool(call.own("access_token")) or await saved_login(call) is not None


async def has_app_server(provider: Codex, call: Call) -> bool:
    """Return whether the tool is there and of use: it cannot be told a workspace."""
    return not call.get("workspace_id") and await codex_tool(call) is not None


async def has_web_session(provider: Codex, call: Call) -> bool:
    """Return whether there are cookies that may be a session."""
    return any(session.has_any(SESSION_COOKIES) for session in await candidates(call))


class Codex(Provider):
    """Codex: the limits of a ChatGPT account, its credits, and the monthly cap in a workspace.

    Source: https://github.com/openai/codex (login, app-server, backend-client)
    """

    id = "codex"
    name = "Codex"
    dashboard = "https://chatgpt.com/codex/settings/usage"
    status = StatusLink(
        "https://status.openai.com",
        "statuspage",
        ("Codex*", "CLI*", "01KMKFAMWKQ81YWSE1Z18R6VHR"),
        fallback=("01JP8CD9JR3HR6Y7G4Q75N4DVW", "Responses"),
        lists_more=True,
    )
    missing = "sign in to ChatGPT"
    every = Every(default=5, minimum=1)
    sign_ins = (DeviceCode(), Browser())
    workspace_field = "workspace_id"
    fields = (
        secret(
            "personal_access_token",
            way=Way.TOKEN,
            clean=without_bearer,
            help="ChatGPT, Settings, Codex, Access tokens. It begins with at-.",
            link=SITE,
        ),
        secret(
            "access_token",
            way=Way.TOKEN,
            clean=without_bearer,
            advanced=True,
            help="The access token of a ChatGPT sign-in. It is not renewed; signing in is the better way.",
            link=f"{SITE}/api/auth/session",
        ),
        signed_in("refresh_token"),
        signed_in("id_token"),
        signed_in("expires_at", FieldKind.NUMBER),
        signed_in("account_id", FieldKind.TEXT),
        text(
            "workspace_id",
            advanced=True,
            help="The id of the workspace to watch, when it is not the one that the sign-in is for.",
        ),
        path(
            "codex_home",
            "CODEX_HOME",
            default="~/.codex",
            help="The folder with auth.json and config.toml of Codex on this machine.",
        ),
        flag(
            "allow_external_sources",
            way=Way.MACHINE,
            help="Where Codex has no sign-in on this machine, use that of opencode.",
        ),
        path("cli_path", "CODEX_CLI_PATH", help="The codex program, when it is not on the PATH."),
        cookie(
            # The other sites of OpenAI have sessions of their own; theirs are never sent.
            "chatgpt.com",
            names=SESSION_COOKIES,
            help="Sign in at chatgpt.com, open the developer tools, Network, and copy any backend-api request as cURL.",
            link=SITE,
        ),
        cookie_source("manual"),
        base_url(BACKEND),
    )

    @override
    def order(self, call: Call) -> Sequence[Strategy]:
        """Return what the entry holds a credential for; all strategies when it holds none."""
        held = {source for key, source in CREDENTIALS.items() if call.own(key)}
        return [each for each in self.strategies if each.source in held] if held else self.strategies

    @override
    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        """Go on from a rejected token, and from whatever the tool meets.

        A passing fault of the network must not start the tool at every poll.
        """
        return isinstance(error, AuthFailed) or tried.source == "cli"

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the workspaces of a ChatGPT sign-in; another credential is for one account alone."""
        if self.oauth not in self.order(call) or not await self.oauth.is_available(self, call):
            return ()
        base = await base_address(call)
        if not is_backend(base):
            return ()
        found = await read_workspaces(signed_in_endpoint(call, base, await current_tokens(call)))
        return [replace(each, name=each.name or "Personal") for each in found]

    @strategy("api", when=has_personal_token)
    async def api(self, call: Call) -> Reading:
        """Ask whose the personal access token is, then for the usage."""
        base = await base_address(call)
        token = await personal_token(call)
        verdict = replace(VERDICT, auth="the personal access token is not accepted")
        client = {
            "originator": CLIENT_NAME,
            "User-Agent": f"{CLIENT_NAME} ({platform.system()} {platform.release()}; {platform.machine()})",
        }
        issuer = call.at(ISSUER, bearer=token, headers=client, timeout=30, verdict=verdict)
        owner = await issuer.get_object("api/accounts/v1/user-auth-credential/whoami")
        account_id = parse.first_text(owner, "chatgpt_account_id")
        headers = client | account_header(account_id)
        chatgpt = call.at(base, bearer=token, headers=headers, timeout=30, verdict=verdict)
        usage = await chatgpt.get_object(usage_path(base), follow=True)
        return read_usage(
            usage,
            call.now,
            account=parse.first_text(owner, "email") or parse.first_text(usage, "email"),
            identity=account_id,
            plan=parse.first_text(owner, "chatgpt_plan_type"),
        )

    @strategy("oauth", when=has_sign_in, machine=True)
    async def oauth(self, call: Call) -> Reading:
        """Read the usage with the tokens of a ChatGPT sign-in; what is asked beside it never fails it."""
        base = await base_address(call)
        tokens = await current_tokens(call)
        chatgpt = signed_in_endpoint(call, base, tokens)
        reply = await chatgpt.get(usage_path(base), follow=True)
        if reply.status == 401 and call.own("access_token") and call.own("refresh_token"):
            await renew(call, partial(request_renewal, call))
            tokens = own_tokens(call)
            chatgpt = signed_in_endpoint(call, base, tokens)
            reply = await chatgpt.get(usage_path(base), follow=True)
        usage = await reply.check(chatgpt.verdict).object()

        account_id = call.get("workspace_id") or tokens.account_id or parse.first_text(usage, "account_id")
        plan = parse.first_text(parse.jwt_claims(tokens.id).get(AUTH_CLAIMS), "chatgpt_plan_type")
        return read_usage(
            usage,
            call.now,
            account=claimed_email(tokens.id) or parse.first_text(usage, "email") or account_id,
            identity=account_id,
            plan=plan,
            organization=await workspace_name(call, chatgpt, account_id, plan_code(usage, plan)),
            cap=await monthly_cap(call, chatgpt, usage, account_id),
            resets=await call.optional(
                chatgpt.get_object(
                    "wham/rate-limit-reset-credits",
                    headers={"OpenAI-Beta": "codex-1", "originator": "Codex Desktop"},
                    timeout=4,
                )
            ),
        )

    @strategy(
        "cli",
        when=has_app_server,
        machine=True,
        every=Every(default=5, minimum=5),
        absent="codex is not on this machine, or a workspace is chosen, which it cannot be told",
    )
    async def cli(self, call: Call) -> Reading:
        """Ask the app server of the tool for limits and account."""
        home = {"CODEX_HOME": str(codex_home(call))} if call.settings.given("codex_home") else {}
        command = (await codex_tool(call) or "codex", "-s", "read-only", "-a", "never", "app-server")
        limits: Json = {}
        refusal: RpcError | None = None
        async with json_rpc(command, env=clean_environment(call.env, "CODEX_", **home)) as server:
            client = {"name": "ai_quota", "title": "AI Quota", "version": "1"}
            await server.call("initialize", {"clientInfo": client}, seconds=8)
            await server.notify("initialized", {})
            try:
                limits = await server.call("account/rateLimits/read", {}, seconds=3)
            except RpcError as err:
                refusal = err
            owner = await call.optional(server.call("account/read", {}, seconds=3)) or {}
        return read_app_server(limits, refusal, owner, await read_config(call), call.now)

    @strategy("web", when=has_web_session, every=Every(default=30, minimum=15))
    async def web(self, call: Call) -> Reading:
        """Read the usage as the pages of chatgpt.com do."""
        return await with_session(call, partial(read_web, call))


async def read_web(call: Call, cookies: Cookies) -> Reading:
    """Read the usage with the cookies of one session."""
    headers = {"Accept-Language": "en-US,en;q=0.9", "User-Agent": BROWSER_AGENT}
    site = call.at(SITE, cookies=cookies, headers=headers, verdict=WEB_VERDICT)
    session = await site.get_object("api/auth/session")
    user, account = parse.mapping(session.get("user")), parse.mapping(session.get("account"))
    if not user:
        raise AuthFailed(WEB_VERDICT.auth)
    account_id = parse.first_text(account, "id")
    chatgpt = call.at(
        BACKEND,
        cookies=cookies,
        bearer=parse.first_text(session, "accessToken"),
        headers=headers | account_header(account_id),
        verdict=WEB_VERDICT,
    )
    usage = await chatgpt.get_object("wham/usage")
    return read_usage(
        usage,
        call.now,
        account=parse.first_text(user, "email"),
        identity=account_id,
        plan=parse.first_text(account, "planType"),
        cap=await monthly_cap(call, chatgpt, usage, account_id or parse.first_text(usage, "account_id")),
    )


# Where to ask


async def base_address(call: Call) -> URL:
    """Return the base for usage requests: the entry's, else that of Codex's `config.toml`, else ChatGPT's.

    Raises BadConfiguration when either may not be used.
    """
    base: URL = call["base_url"]
    if call.settings.given("base_url") is None and not has_own_credential(call):
        written = parse.first_text(await read_config(call), "chatgpt_base_url")
        try:
            base = endpoint(written, "chatgpt_base_url") if written else base
        except BadConfiguration as err:
            raise BadConfiguration(f"config.toml of Codex: {err}") from err
    if base.host in ("chatgpt.com", "chat.openai.com") and not is_backend(base):
        return base / "backend-api"
    return base


def is_backend(base: URL) -> bool:
    """Return whether a base is ChatGPT's own, and not that of a Codex service elsewhere."""
    return "/backend-api" in base.path


def usage_path(base: URL) -> str:
    """Return where below the base the usage is."""
    return "wham/usage" if is_backend(base) else "api/codex/usage"


def account_header(account_id: str | None) -> dict[str, str]:
    """Return the header that names the account to ask for, when it is known."""
    return {"ChatGPT-Account-Id": account_id} if account_id else {}


def signed_in_endpoint(call: Call, base: URL, tokens: Tokens) -> Endpoint:
    """Return the endpoint for a sign-in's requests."""
    headers = {"User-Agent": "codex-cli"} | account_header(call.get("workspace_id") or tokens.account_id)
    if tokens.is_fedramp:
        headers["X-OpenAI-Fedramp"] = "true"
    return call.at(
        base, bearer=tokens.access, headers=headers, timeout=30, verdict=replace(VERDICT, auth=tokens.rejected)
    )


async def monthly_cap(call: Call, chatgpt: Endpoint, usage: Json, account_id: str | None) -> Window | None:
    """Read the monthly credit cap of a workspace, where the usage gives none but tells that there may be one."""
    may_have_one = "spend_control" in usage or "spendControl" in usage
    personal = (parse.first_text(usage, "plan_type") or "").lower() in PERSONAL_PLANS
    if individual_cap(usage) or not may_have_one or personal or not account_id or not is_backend(chatgpt.base):
        return None
    path = ("accounts", account_id, "spend-controls", "current-user", "monthly-usage")
    return workspace_cap(await call.optional(chatgpt.get_object(path, timeout=4)) or {})


@dataclass(frozen=True)
class NamedAccount:
    """What an account is called, as far as was told when it was asked for last."""

    account_id: str
    name: str | None
    asked_at: datetime


async def workspace_name(call: Call, chatgpt: Endpoint, account_id: str | None, plan: str | None) -> str | None:
    """Return the name of the workspace, asked for once an hour; None for a person's own plan."""
    personal = (plan or "").lower() in (*PERSONAL_PLANS, "prolite")
    if personal or not account_id or not is_backend(chatgpt.base):
        return None
    known: NamedAccount | None = call.memory.get("workspace")
    if known is None or known.account_id != account_id or call.now - known.asked_at >= timedelta(hours=1):
        found = await call.optional(read_workspaces(chatgpt)) or ()
        name = next((each.name for each in found if each.id.lower() == account_id.lower()), None)
        known = call.memory["workspace"] = NamedAccount(account_id, name or None, call.now)
    return known.name


async def read_workspaces(chatgpt: Endpoint) -> list[Workspace]:
    """Read the workspaces of a sign-in; the name is empty where there is none."""
    answer = await chatgpt.get_object("accounts", timeout=20)
    return [
        Workspace(id, parse.first_text(item, "name") or "")
        for item in parse.items(answer.get("items"))
        if (id := parse.first_text(item, "id"))
    ]


# What is on this machine


def has_own_credential(call: Call) -> bool:
    """Return whether the entry itself says whose account it is, so that the machine's is none of its business."""
    return any(call.own(key) for key in CREDENTIALS)


async def read_config(call: Call) -> Json:
    """Return what Codex's `config.toml` says; nothing when there is none that can be read."""
    try:
        return tomllib.loads(await read_text(codex_home(call) / "config.toml") or "")
    except QuotaError, tomllib.TOMLDecodeError:
        return {}


async def codex_tool(call: Call) -> Path | None:
    """Return the program `codex`, on macOS also that of the apps; raises BadConfiguration."""
    apps = [f"{folder}/{app}.app" for folder in ("~/Applications", "/Applications") for app in ("ChatGPT", "Codex")]
    places = [f"{app}/Contents/Resources/codex" for app in apps]
    return await find_tool("codex", call.get("cli_path"), env=call.env, home=call.home, places=places)


# The app server


def read_app_server(limits: Json, refusal: RpcError | None, owner: Json, config: Json, now: datetime) -> Reading:
    """Return what the app server told of limits (or why it did not) and of their owner.

    Raises AuthFailed, Unsupported, Unavailable, InvalidResponse.
    """
    account = parse.mapping(owner.get("account"))
    usage = unread_usage(refusal.message, now) if refusal else as_usage(limits, account)
    if not has_figures(usage, now):
        if refusal and refusal.code == OVERLOADED:
            raise Unavailable("codex app-server is overloaded")
        if account.get("type") in ("apiKey", "amazonBedrock"):
            raise Unsupported("Codex is signed in with an API key or at Amazon Bedrock, which have no ChatGPT limits")
        if asks_for_sign_in(refusal, owner):
            raise no_sign_in(config)
        if refusal:
            # What follows is an answer of the service, which may hold anything.
            raise Unavailable(f"codex app-server: {refusal.message.partition('body=')[0][:200]}") from None
    email = parse.first_text(usage, "email") or parse.first_text(account, "email")
    return read_usage(usage, now, account=email, identity=None)


OVERLOADED = -32001


def asks_for_sign_in(refusal: RpcError | None, owner: Json) -> bool:
    """Return whether the tool wants somebody to sign in to ChatGPT."""
    signed_out = owner.get("account") is None and either_case(owner, "requires_openai_auth") is True
    refused = refusal and re.search(
        r"authentication required|account authentication|requiresOpenaiAuth", refusal.message, re.IGNORECASE
    )
    return signed_out or bool(refused)


def no_sign_in(config: Json) -> QuotaError:
    """Return the failure for a tool without a ChatGPT sign-in: it may be set up to do without."""
    id = parse.first_text(config, "model_provider") or "openai"
    provider = parse.mapping(parse.mapping(config.get("model_providers")).get(id))
    if id.lower() in ("openai", "chatgpt") or provider.get("requires_openai_auth") is True:
        return AuthFailed("Codex is not signed in: run `codex login`")
    at_bedrock = "bedrock" in f"{id} {parse.first_text(provider, 'name')}".lower()
    return Unsupported(
        f"Codex uses {'Amazon Bedrock' if at_bedrock else 'a custom provider'}, which has no ChatGPT limits"
    )


def unread_usage(message: str, now: datetime) -> Json:
    """Return the usage answer that this version of the tool could not read and quotes in its error.

    It counts when its primary window or its credits can be read; else nothing is returned.
    """
    quoted = re.search(r"body=\s*(?=\{)", message)
    if quoted is None:
        return {}
    try:
        usage, _ = json.JSONDecoder().raw_decode(message, quoted.end())
    except ValueError, RecursionError:
        return {}
    usage = parse.mapping(usage)
    primary = parse.mapping(usage.get("rate_limit")).get("primary_window")
    return usage if read_lane(primary, now) or balance_metrics(usage) else {}


def as_usage(limits: Json, account: Json) -> Json:
    """Return the tool's answers in the shape of the usage answer."""
    named = parse.mapping(either_case(limits, "rate_limits_by_limit_id"))
    by_id = {id: parse.mapping(limit) for id, limit in named.items()}
    main = parse.mapping(either_case(limits, "rate_limits")) or by_id.get("codex", {})
    caps = (either_case(limit, "individual_limit") for limit in (main, *(by_id[id] for id in sorted(by_id))))
    resets = either_case(limits, "rate_limit_reset_credits")
    return {
        "account_id": either_case(limits, "account_id"),
        "plan_type": parse.text(either_case(account, "plan_type")) or either_case(main, "plan_type"),
        "rate_limit": as_rate_limit(main),
        "additional_rate_limits": [
            {"metered_feature": id, "limit_name": either_case(limit, "limit_name"), "rate_limit": as_rate_limit(limit)}
            for id, limit in by_id.items()
            if id not in ("codex", either_case(main, "limit_id"))
        ],
        "credits": main.get("credits"),
        "individual_limit": next((cap for cap in caps if isinstance(cap, Mapping)), None),
        "rate_limit_reset_credits": {"available_count": either_case(resets, "available_count")},
    }


def as_rate_limit(limit: Json) -> Json:
    """Return one of the tool's limits in the shape of the usage answer."""
    return {f"{place}_window": as_window(limit.get(place)) for place in ("primary", "secondary")}


def as_window(value: object) -> object:
    """Return one of the tool's windows in the shape of the usage answer; what is none stays as it is."""
    if not isinstance(value, Mapping):
        return value
    minutes = parse.number(either_case(value, "window_duration_mins"))
    return {
        "used_percent": either_case(value, "used_percent"),
        "limit_window_seconds": minutes and minutes * 60,
        "reset_at": either_case(value, "resets_at"),
    }
