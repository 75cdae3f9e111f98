"""Claude's sign-in, which is Claude Code's: a page of claude.ai shows a code to paste; tokens rotate.

Source: https://code.claude.com/docs/en/authentication
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, override
from urllib.parse import quote, urlencode

from . import oauth, parse
from .account import Call
from .http import Endpoint, Reply
from .model import AuthFailed, RateLimited, Unavailable
from .parse import Json

AUTHORIZE = "https://claude.ai/oauth/authorize"
TOKEN_ENDPOINTS = ("https://platform.claude.com/v1/oauth/token", "https://api.anthropic.com/v1/oauth/token")
"""The second is asked where the first, behind a bot wall, does not let this machine through."""
CLIENT_ID = "9d1c250a-e61b-44d9-88ed-5944d1962f5e"
CALLBACK = "https://platform.claude.com/oauth/code/callback"
PROFILE_SCOPE = "user:profile"
SCOPE = f"{PROFILE_SCOPE} user:inference"
DEFAULT_LIFETIME = 3600


class ClaudeSignIn(oauth.PasteSignIn):
    """A sign-in on a page of claude.ai, which shows a code to paste."""

    @override
    def start(self, call: Call) -> oauth.PastePrompt:
        """Return the page to open."""
        verifier, challenge = oauth.pkce()
        state = oauth.new_state()
        query = {
            "code": "true",
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": state,
        }
        address = f"{AUTHORIZE}?{urlencode(query, quote_via=quote, safe='')}"
        return oauth.PastePrompt(url=address, verifier=verifier, state=state)

    @override
    async def finish(self, call: Call, prompt: oauth.PastePrompt, pasted: str) -> Mapping[str, Any]:
        """Return the tokens for the code that was pasted, and the id of their account where the answer has it."""
        fields = {
            "grant_type": "authorization_code",
            "code": oauth.pasted_code(pasted, prompt.state),
            "state": prompt.state,
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "code_verifier": prompt.verifier,
        }
        reply = await request_tokens(call, fields)
        if reply.status in (400, 401):
            raise AuthFailed(f"Claude does not accept this code (HTTP {reply.status}): start again")
        answer = await token_answer(reply)
        return {
            key: value
            for key, value in {
                **tokens(call, answer),
                "scope": parse.first_text(answer, "scope") or SCOPE,
                "account_id": stable_id(answer),
            }.items()
            if value is not None
        }


def stable_id(answer: object) -> str | None:
    """Return the id of what the limits belong to: the organization, else the account."""
    parts = (parse.mapping(answer).get(key) for key in ("organization", "account"))
    return next((found for part in parts if (found := parse.first_text(part, "uuid"))), None)


async def request_tokens(call: Call, fields: Mapping[str, str]) -> Reply:
    """Return the answer of the token endpoint, whatever its status; a bad request is tried once more as a form.

    No other host may ever see what is sent here.
    """
    call.conceal(*(fields[key] for key in ("code", "code_verifier", "refresh_token") if key in fields))
    first, second = (call.at(endpoint, timeout=30) for endpoint in TOKEN_ENDPOINTS)
    reply = await post_fields(first, fields)
    return await post_fields(second, fields) if is_walled(reply) else reply


async def post_fields(server: Endpoint, fields: Mapping[str, str]) -> Reply:
    """Return the answer of one host."""
    reply = await server.post(json=fields)
    # A refresh token that is dead stays dead; a code may only have been sent in the wrong form.
    if reply.status == 400 and ("code" in fields or not await is_invalid_grant(reply)):
        return await server.post(form=fields)
    return reply


def is_walled(reply: Reply) -> bool:
    """Return whether something in front of the token endpoint answered in its place."""
    return reply.status in (403, 404) or (reply.is_html and reply.status != 429)


async def is_invalid_grant(reply: Reply) -> bool:
    """Return whether the answer says that the refresh token is not valid any more."""
    error = (await reply.maybe_object()).get("error")
    return "invalid_grant" in (error, parse.first_text(error, "type"), parse.first_text(error, "code"))


async def token_answer(reply: Reply) -> Json:
    """Return what the token endpoint answered; raises RateLimited, Unavailable or InvalidResponse."""
    if reply.status == 429:
        raise RateLimited(retry_after=reply.retry_after)
    if reply.status != 200 or is_walled(reply):
        raise Unavailable(f"the sign-in server {reply.url.host} does not answer properly (HTTP {reply.status})")
    return await reply.object()


def tokens(call: Call, answer: Json) -> dict[str, Any]:
    """Return the tokens of an answer as the entry keeps them; the refresh token is None where there is no new one."""
    found = {
        "access_token": oauth.need_token(answer),
        "refresh_token": parse.first_text(answer, "refresh_token"),
    }
    call.conceal(*filter(None, found.values()))
    return {**found, "expires_at": oauth.expires_at(answer, call.now, DEFAULT_LIFETIME)}


def refresher(call: Call) -> Callable[[str], Awaitable[Mapping[str, Any]]]:
    """Return the request that renews the entry's tokens."""

    async def refresh(refresh_token: str) -> Mapping[str, Any]:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": CLIENT_ID}
        reply = await request_tokens(call, fields)
        if reply.status in (400, 401) and await is_invalid_grant(reply):
            raise AuthFailed("the sign-in is not valid any more: sign in again")
        found = tokens(call, await token_answer(reply))
        return {**found, "refresh_token": found["refresh_token"] or refresh_token}

    return refresh
