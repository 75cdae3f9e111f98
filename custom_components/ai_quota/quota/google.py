"""Google's OAuth as its own tools use it: signing in, renewing, service accounts, and whose account it is.

https://developers.google.com/identity/protocols/oauth2/native-app (users) and
https://developers.google.com/identity/protocols/oauth2/service-account (service accounts)
"""

from abc import abstractmethod
import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
import json
import secrets
from typing import Any, ClassVar, override
from urllib.parse import quote, urlencode

from . import parse
from .account import Call
from .http import Reply, Verdict
from .model import AuthFailed
from .oauth import (
    PastePrompt,
    PasteSignIn,
    at_rest_after_failures,
    expires_at,
    is_due,
    need_token,
    pasted_code,
    pkce,
    renew,
)
from .parse import Json, either_case
from .provider import StatusLink

AUTHORIZE = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_ENDPOINT = "https://oauth2.googleapis.com/token"  # noqa: S105  an address, no secret
WHO = "https://www.googleapis.com/oauth2/v2/userinfo"
GEMINI_STATUS = StatusLink(
    "https://www.google.com/appsstatus/dashboard/products/npdyhgECDJ6tB66MxXyo/history",
    "google_workspace",
    ("npdyhgECDJ6tB66MxXyo",),
)
"""Where Google tells of outages of Gemini."""
CODE_ASSIST = "https://cloudcode-pa.googleapis.com"
"""Where Google's coding tools ask for projects, tiers and quotas."""

CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"
PROFILE_SCOPE = "https://www.googleapis.com/auth/userinfo.profile"

SECONDS = 10
DEFAULT_LIFETIME = 3600
CREDENTIALS_FIELD = "credentials_json"


# Credentials


@dataclass(frozen=True)
class Client:
    """An OAuth client: a program that Google knows."""

    id: str
    secret: str


@dataclass(frozen=True)
class Credentials:
    """The JSON in which Google's tools keep a sign-in; what is unknown in it is kept as it is.

    The keys are those of Gemini CLI, in snake_case or camelCase; `expiry_date` (or `expiresAt`) is in
    milliseconds. `sub` is the account's id.
    """

    content: Json

    @classmethod
    def read(cls, written: str) -> Credentials:
        """Read what was pasted or stands in a file; raises AuthFailed when it is no JSON object."""
        try:
            content = json.loads(written)
        except ValueError, RecursionError:
            content = None
        if not isinstance(content, dict):
            raise AuthFailed("the credentials are not a JSON object: sign in, or paste the whole file")
        return cls(content)

    def _text(self, key: str) -> str | None:
        return parse.text(either_case(self.content, key))

    @property
    def access_token(self) -> str | None:
        """Return what lets in, for about an hour."""
        return self._text("access_token")

    @property
    def refresh_token(self) -> str | None:
        """Return what yields new access tokens."""
        return self._text("refresh_token")

    @property
    def ends(self) -> float | None:
        """Return when the access token ends (Unix seconds), None when that is not said."""
        milliseconds = parse.first_number(self.content, "expiry_date", "expiresAt")
        return None if milliseconds is None else milliseconds / 1000

    @property
    def client(self) -> Client | None:
        """Return the client that the sign-in belongs to, when it is noted."""
        id, secret = self._text("client_id"), self._text("client_secret")
        return Client(id, secret) if id and secret else None

    @cached_property
    def claims(self) -> Json:
        """Return what the id token claims."""
        return parse.jwt_claims(self._text("id_token"))

    @property
    def email(self) -> str | None:
        """Return the address of the account."""
        return parse.first_text(self.claims, "email") or self._text("email")

    @property
    def domain(self) -> str | None:
        """Return the Workspace domain of the account, None for a personal one."""
        return parse.first_text(self.claims, "hd")

    def identity(self, call: Call) -> str | None:
        """Return what tells the account from others: its id, its e-mail, or a hash of the token that lasts."""
        known = parse.first_text(self.claims, "sub") or self._text("sub") or self.email
        token = self.refresh_token or self.access_token
        return known or (call.account.provider.fingerprint(token) if token else None)

    def granted(self, answer: Json, now: datetime) -> Credentials:
        """Return the credentials with the tokens of an answer; Google seldom gives a new refresh token."""
        new = {key: parse.first_text(answer, key) for key in ("access_token", "refresh_token", "id_token")}
        ends = round((expires_at(answer, now, DEFAULT_LIFETIME) or 0) * 1000)
        return Credentials({**self.content, **{key: token for key, token in new.items() if token}, "expiry_date": ends})

    def conceal(self, call: Call) -> None:
        """See to it that nothing of these is ever shown."""
        keys = ("access_token", "refresh_token", "id_token", "client_secret")
        call.conceal(*filter(None, map(self._text, keys)))


_RENEWED = "renewed_google_credentials"


async def usable(
    call: Call,
    found: Credentials,
    *,
    client: Callable[[Credentials], Client],
    verdict: Verdict,
    inspect: Callable[[Reply], None] | None = None,
) -> Credentials:
    """Return the credentials with an access token that can be used, renewed when that is due.

    Those of the entry are kept there. Those of elsewhere, which belong to another program, are never
    written: the renewed ones are remembered as long as what they come from stays the same. `client`
    may raise when there is none; `verdict` and `inspect` as for `request_tokens`.
    """
    found.conceal(call)
    is_own = call.own(CREDENTIALS_FIELD) is not None
    source = found.content
    if not is_own and (kept := call.memory.get(_RENEWED)) and kept[0] == source:
        found = kept[1]
    if found.access_token and not is_due(found.ends, call.now):
        return found
    spent = found.refresh_token
    if not spent:
        raise AuthFailed(verdict.auth)

    async def renewed(refresh_token: str) -> Credentials:
        known = client(found)
        fields = {
            "client_id": known.id,
            "client_secret": known.secret,
            "refresh_token": refresh_token,
            "grant_type": "refresh_token",
        }
        return found.granted(await request_tokens(call, fields, verdict=verdict, inspect=inspect), call.now)

    async def changes(refresh_token: str) -> Mapping[str, Any]:
        return {CREDENTIALS_FIELD: json.dumps((await renewed(refresh_token)).content)}

    if is_own:
        await renew(call, changes, key=CREDENTIALS_FIELD, spent=spent)
        found = Credentials.read(call[CREDENTIALS_FIELD])
    else:
        found = await at_rest_after_failures(call, spent, lambda: renewed(spent))
        call.memory[_RENEWED] = (source, found)
    found.conceal(call)
    return found


async def request_tokens(
    call: Call,
    fields: Mapping[str, str],
    *,
    verdict: Verdict,
    seconds: float = SECONDS,
    inspect: Callable[[Reply], None] | None = None,
) -> Json:
    """Return the answer of the token endpoint, which has an `access_token`; no other host sees what is sent.

    400, 401 and 403 mean that the grant is void (AuthFailed with the verdict's text), 429, 5xx and a
    broken connection that another try may do. `inspect` sees an answer that is not 200 first.
    """
    call.conceal(*(value for key, value in fields.items() if key not in ("grant_type", "client_id", "redirect_uri")))
    reply = await call.at(TOKEN_ENDPOINT, timeout=seconds).post(form=fields)
    if inspect and reply.status != 200:
        inspect(reply)
    if reply.status == 400:
        raise AuthFailed(f"{verdict.auth} (HTTP 400)")
    answer = await reply.check(verdict).object()
    call.conceal(need_token(answer))
    return answer


# Signing in


class GoogleSignIn(PasteSignIn):
    """A sign-in on Google's page; the person pastes the code or the address that it ends with."""

    redirect: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]] = (CLOUD_SCOPE, EMAIL_SCOPE)
    prompt: ClassVar[str] = "consent"

    @abstractmethod
    def client(self, call: Call) -> Client:
        """Return the client to sign in with; raises AuthFailed when there is none."""

    @override
    def start(self, call: Call) -> PastePrompt:
        """Return the page to open."""
        verifier, challenge = pkce()
        state = secrets.token_hex(32)
        query = {
            "client_id": self.client(call).id,
            "redirect_uri": self.redirect,
            "response_type": "code",
            "scope": " ".join(self.scopes),
            "access_type": "offline",
            "prompt": self.prompt,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
            "state": state,
        }
        return PastePrompt(url=f"{AUTHORIZE}?{urlencode(query, quote_via=quote)}", verifier=verifier, state=state)

    @override
    async def finish(self, call: Call, prompt: PastePrompt, pasted: str) -> Mapping[str, Any]:
        """Return the credentials for what was pasted, with the client that they belong to."""
        client = self.client(call)
        fields = {
            "client_id": client.id,
            "client_secret": client.secret,
            "code": pasted_code(pasted, prompt.state),
            "code_verifier": prompt.verifier,
            "grant_type": "authorization_code",
            "redirect_uri": self.redirect,
        }
        verdict = Verdict(auth="Google does not accept this code: start again")
        answer = await request_tokens(call, fields, verdict=verdict)
        if not parse.first_text(answer, "refresh_token"):
            raise AuthFailed(
                "Google gave no lasting sign-in (no refresh_token): remove the program from the third-party"
                " connections of your Google account and start again"
            )
        kept = {key: answer[key] for key in ("scope", "token_type") if key in answer}
        noted = {"client_id": client.id, "client_secret": client.secret} | await whose(call, need_token(answer))
        found = Credentials({**kept, **noted}).granted(answer, call.now)
        found.conceal(call)
        return {CREDENTIALS_FIELD: json.dumps(found.content)}


async def whose(call: Call, access_token: str) -> dict[str, str]:
    """Return id and e-mail of the account that a token is for, as far as Google tells."""
    answer = await call.optional(call.at(WHO, bearer=access_token, timeout=SECONDS).get_object())
    known = {"sub": parse.first_text(answer, "id"), "email": parse.first_text(answer, "email")}
    return {key: value for key, value in known.items() if value}


# Service accounts


@dataclass(frozen=True, kw_only=True)
class ServiceAccount:
    """The key of a service account. `private_key` is PEM text."""

    email: str
    private_key: str
    key_id: str | None = None

    async def assertion(self, scope: str, now: datetime) -> str:
        """Return the signed JWT that is exchanged for a token; raises AuthFailed when the key is none."""
        issued = int(now.timestamp())
        header = {"alg": "RS256", "typ": "JWT"} | ({"kid": self.key_id} if self.key_id else {})
        claims = {
            "iss": self.email,
            "scope": scope,
            "aud": TOKEN_ENDPOINT,
            "iat": issued,
            "exp": issued + DEFAULT_LIFETIME,
        }
        # Loading the library and the key, and signing, each take milliseconds of the processor.
        return await asyncio.to_thread(_signed, header, claims, self.private_key)


def _signed(header: Json, claims: Json, private_key: str) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  needed for service accounts alone
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except ValueError, TypeError, UnsupportedAlgorithm:
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise AuthFailed("private_key is not an RSA key in PEM form: paste the whole JSON of the service account key")
    content = f"{_encoded(_compact(header))}.{_encoded(_compact(claims))}"
    return f"{content}.{_encoded(key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _compact(content: Json) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


# Google's coding tools


def managed_project(answer: Json) -> str | None:
    """Return the project that `loadCodeAssist` or `onboardUser` names: its id, or an object with it."""
    project = answer.get("cloudaicompanionProject")
    return parse.text(project) or parse.first_text(project, "id", "projectId")


def tier_plan(tier_id: str | None, domain: str | None) -> str | None:
    """Return the plan that a tier stands for; `domain` is that of a Workspace account."""
    plans = {"standard-tier": "Paid", "free-tier": "Workspace" if domain else "Free", "legacy-tier": "Legacy"}
    return plans.get(tier_id or "")
