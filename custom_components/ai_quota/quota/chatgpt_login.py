"""Signing in to ChatGPT as the Codex tool does, and the sign-ins that tools keep in files.

https://github.com/openai/codex (codex-rs/login)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import json
from pathlib import Path
from typing import Any, override
from urllib.parse import quote, urlencode

from . import parse
from .account import Call
from .http import Verdict
from .local import read_text
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable, Unsupported
from .oauth import (
    DevicePrompt,
    DeviceSignIn,
    PastePrompt,
    PasteSignIn,
    ends_at,
    expires_at,
    need_token,
    new_state,
    pasted_code,
    pkce,
    renew_if_due,
)
from .parse import Json

ISSUER = "https://auth.openai.com"
CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann"  # the public client of the tool, which has no secret
CLIENT_NAME = "codex_cli_rs"

# Where a token keeps what OpenAI adds to the standard claims.
AUTH_CLAIMS = "https://api.openai.com/auth"
PROFILE_CLAIMS = "https://api.openai.com/profile"

VERDICT = Verdict(auth="the sign-in was rejected: sign in again", redirect=Unavailable, other=Unavailable)
"""How ChatGPT's answers are judged."""


# Signing in


class DeviceCode(DeviceSignIn):
    """The login of `codex login --device-auth`: a code to enter at OpenAI."""

    @override
    async def start(self, call: Call) -> DevicePrompt:
        """Ask for a code. Raises Unsupported where the workspace does not allow this login."""
        reply = await call.at(f"{ISSUER}/api/accounts/deviceauth", timeout=30, verdict=VERDICT).post(
            "usercode", json={"client_id": CLIENT_ID}
        )
        if reply.status == 404:
            raise Unsupported(
                "device codes are not enabled: allow them in ChatGPT's security settings (in a workspace its admin"
                " does), or sign in in the browser"
            )
        answer = await reply.check(VERDICT).object()
        user_code = parse.first_text(answer, "user_code", "usercode")
        device = parse.first_text(answer, "device_auth_id")
        if not user_code or not device:
            raise InvalidResponse("the answer has no user_code or no device_auth_id")
        return DevicePrompt(
            url=f"{ISSUER}/codex/device",
            user_code=user_code,
            interval=max(1, parse.number(answer.get("interval")) or 5),
            state={"device_auth_id": device},
        )

    @override
    async def poll(self, call: Call, prompt: DevicePrompt) -> Mapping[str, Any] | None:
        """Return the entry data when the code was entered; any status but "not yet" ends the login."""
        reply = await call.at(f"{ISSUER}/api/accounts/deviceauth", timeout=30).post(
            "token", json={**prompt.state, "user_code": prompt.user_code}
        )
        if reply.status in (403, 404):
            return None
        if not 200 <= reply.status < 300:
            raise AuthFailed(f"the sign-in failed (HTTP {reply.status}); start again")
        answer = await reply.object()
        try:
            # The server made the PKCE pair.
            return await exchange(
                call,
                code=need_token(answer, "authorization_code"),
                verifier=need_token(answer, "code_verifier"),
                redirect=f"{ISSUER}/deviceauth/callback",
            )
        except (RateLimited, Unavailable) as err:
            raise AuthFailed(f"the sign-in could not be finished: {err}") from err


class Browser(PasteSignIn):
    """The login of `codex login`; its last page, on the person's own machine, does not load."""

    REDIRECT = "http://localhost:1455/auth/callback"
    """One of the two addresses that are registered for the client."""

    @override
    def start(self, call: Call) -> PastePrompt:
        """Return the page to open."""
        verifier, challenge = pkce(64)
        state = new_state()
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.REDIRECT,
            "scope": "openid profile email offline_access",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "id_token_add_organizations": "true",
            "codex_cli_simplified_flow": "true",
            "state": state,
            "originator": CLIENT_NAME,
        }
        if workspace := call.own("workspace_id"):
            query["allowed_workspace_id"] = workspace
        url = f"{ISSUER}/oauth/authorize?{urlencode(query, quote_via=quote)}"
        return PastePrompt(url=url, verifier=verifier, state=state)

    @override
    async def finish(self, call: Call, prompt: PastePrompt, pasted: str) -> Mapping[str, Any]:
        """Return the entry data for the address of the last page."""
        code = pasted_code(pasted, prompt.state)
        return await exchange(call, code=code, verifier=prompt.verifier, redirect=self.REDIRECT)


async def exchange(call: Call, *, code: str, verifier: str, redirect: str) -> dict[str, Any]:
    """Return the entry data for an authorization code; raises AuthFailed when it is not accepted."""
    call.conceal(code, verifier)
    verdict = Verdict(auth="the sign-in was not accepted; start again", redirect=Unavailable, other=AuthFailed)
    answer = await call.at(ISSUER, timeout=30, verdict=verdict).post_object(
        "oauth/token",
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": CLIENT_ID,
            "code_verifier": verifier,
        },
    )
    access, id_token = need_token(answer), parse.first_text(answer, "id_token")
    return {
        "access_token": access,
        "refresh_token": parse.first_text(answer, "refresh_token"),
        "id_token": id_token,
        "account_id": claimed_account_id(id_token, access),
        # A JWT says itself when it ends.
        "expires_at": None if parse.jwt_claims(access) else expires_at(answer, call.now),
    }


REFUSED_RENEWALS = ("refresh_token_expired", "refresh_token_reused", "refresh_token_invalidated", "invalid_grant")


async def request_renewal(call: Call, refresh_token: str) -> Mapping[str, Any]:
    """Return the changes for the entry's data that a refresh token yields; it is spent afterwards."""
    reply = await call.at(ISSUER, timeout=30).post(
        "oauth/token",
        json={"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": refresh_token},
    )
    answer = await reply.maybe_object()
    error = answer.get("error")
    code = parse.first_text(error, "code") or parse.text(error) or parse.first_text(answer, "code")
    if reply.status == 401 or code in REFUSED_RENEWALS:
        raise AuthFailed("the sign-in has expired or was used elsewhere: sign in again")
    if reply.status == 429:
        raise RateLimited(retry_after=reply.retry_after)
    if not 200 <= reply.status < 300 or not answer:
        raise Unavailable(f"the sign-in could not be renewed (HTTP {reply.status})")
    tokens = {key: parse.first_text(answer, key) for key in ("access_token", "refresh_token", "id_token")}
    return {key: token for key, token in tokens.items() if token} | {"expires_at": expires_at(answer, call.now)}


# The tokens in use


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """The tokens of a ChatGPT sign-in, and what to do when they are `rejected`."""

    access: str
    id: str | None = None
    noted_account_id: str | None = None
    rejected: str

    @property
    def account_id(self) -> str | None:
        """Return the account that was signed in to: what was noted, else what the tokens claim."""
        return self.noted_account_id or claimed_account_id(self.id, self.access)

    @property
    def is_fedramp(self) -> bool:
        """Return whether the account lives in the part of the service for US authorities."""
        claims = (parse.mapping(parse.jwt_claims(token).get(AUTH_CLAIMS)) for token in (self.access, self.id))
        return any(each.get("chatgpt_account_is_fedramp") is True for each in claims)


@dataclass(frozen=True)
class Login:
    """A tool's file with a sign-in, and how to read its tokens.

    It is never renewed here: that would sign the tool out.
    """

    content: Json
    tokens: Callable[[Json, datetime], Tokens]
    is_native: bool = False


async def current_tokens(call: Call) -> Tokens:
    """Return the tokens to use: the entry's own, renewed when that is due, else those of a tool."""
    if access := call.own("access_token"):
        await renew_if_due(call, ends_at(access, call.own("expires_at")), partial(request_renewal, call))
        return own_tokens(call)
    if login := await saved_login(call):
        return login.tokens(login.content, call.now)
    raise AuthFailed(call.account.provider.missing)


def own_tokens(call: Call) -> Tokens:
    """Return the tokens that the entry holds."""
    return Tokens(
        access=call["access_token"],
        id=call.own("id_token"),
        noted_account_id=call.own("account_id"),
        rejected=VERDICT.auth,
    )


async def personal_token(call: Call) -> str | None:
    """Return the personal access token that was given, else that of Codex on this machine."""
    if given := call.own("personal_access_token"):
        return str(given)
    login = await saved_login(call)
    if login is None or not login.is_native:
        return None
    return parse.first_text(login.content, "personal_access_token", "personalAccessToken")


async def saved_login(call: Call) -> Login | None:
    """Return the first file with a sign-in, read once a fetch; None when there is none.

    A broken file is not passed over: the next one may be another person's.
    """
    if "login" not in call.once:
        call.once["login"] = await _first_login(call)
    found: Login | None = call.once["login"]
    return found


async def _first_login(call: Call) -> Login | None:
    if (content := await _read_login(codex_home(call) / "auth.json")) is not None:
        return Login(content, codex_tokens, is_native=True)
    if not call.get("allow_external_sources") or call.settings.given("codex_home"):
        return None
    if (content := await _read_login(call.home / ".config" / "codex" / "auth.json")) is not None:
        return Login(content, codex_tokens)
    data_home = Path(call.env.get("XDG_DATA_HOME") or call.home / ".local" / "share")
    if (content := await _read_login(data_home / "opencode" / "auth.json")) is not None:
        return Login(content, opencode_tokens)
    return None


async def _read_login(file: Path) -> Json | None:
    try:
        content = await read_text(file)
        return None if content is None else parse.mapping(json.loads(content))
    except QuotaError, ValueError, RecursionError:
        return {}


def codex_home(call: Call) -> Path:
    """Return the folder of Codex on this machine."""
    return call.path(call["codex_home"])


def codex_tokens(content: Json, now: datetime) -> Tokens:
    """Return the tokens of Codex's `auth.json`; raises AuthFailed, Unsupported."""
    tokens = parse.mapping(content.get("tokens"))
    access = parse.first_text(tokens, "access_token", "accessToken")
    refresh = parse.first_text(tokens, "refresh_token", "refreshToken")
    if not access or not refresh or (parse.first_text(content, "auth_mode") or "").lower() == "apikey":
        if parse.first_text(content, "OPENAI_API_KEY"):
            raise Unsupported("Codex is signed in with an API key, which has no ChatGPT limits: add OpenAI instead")
        raise AuthFailed("auth.json of Codex holds no ChatGPT sign-in: run `codex login`")
    renewed = parse.moment(content.get("last_refresh"))
    if renewed is None or now - renewed > timedelta(days=8):
        raise AuthFailed("the sign-in of Codex is out of date: run `codex` once, it renews its own file")
    return Tokens(
        access=access,
        id=parse.first_text(tokens, "id_token", "idToken"),
        noted_account_id=parse.first_text(tokens, "account_id", "accountId"),
        rejected="the sign-in of Codex was rejected: run `codex` once, it renews its own file",
    )


def opencode_tokens(content: Json, now: datetime) -> Tokens:
    """Return the ChatGPT tokens of opencode's `auth.json`; raises AuthFailed."""
    login = parse.mapping(content.get("openai"))
    access = parse.first_text(login, "access")
    if not access or login.get("type") != "oauth":
        raise AuthFailed("opencode holds no ChatGPT sign-in: run `codex login`")
    ends = parse.number(login.get("expires"))
    if ends is not None and ends / 1000 - now.timestamp() < 60:
        raise AuthFailed("the sign-in of opencode is out of date: run `opencode` once, it renews its own file")
    return Tokens(
        access=access,
        noted_account_id=parse.first_text(login, "accountId"),
        rejected="the sign-in of opencode was rejected: run `opencode` once, it renews its own file",
    )


def claimed_account_id(*tokens: str | None) -> str | None:
    """Return the account of the first token that names one."""
    return next((found for token in tokens if (found := _account_claim(parse.jwt_claims(token)))), None)


def _account_claim(claims: Json) -> str | None:
    organization = next(iter(parse.items(claims.get("organizations"))), None)
    return (
        parse.first_text(claims, "chatgpt_account_id")
        or parse.first_text(claims.get(AUTH_CLAIMS), "chatgpt_account_id")
        or parse.first_text(organization, "id")
    )


def claimed_email(id_token: str | None) -> str | None:
    """Return the e-mail address that an id token claims."""
    claims = parse.jwt_claims(id_token)
    return parse.first_text(claims, "email") or parse.first_text(claims.get(PROFILE_CLAIMS), "email")
