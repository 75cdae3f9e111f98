"""Signing in: device codes, PKCE with a pasted code, and refresh with rotation.

https://datatracker.ietf.org/doc/html/rfc8628 (device code), https://datatracker.ietf.org/doc/html/rfc7636 (PKCE)
"""

from abc import ABC, abstractmethod
import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import hashlib
import secrets
from time import monotonic
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from weakref import WeakValueDictionary

from .account import Call
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable
from .parse import jwt_claims, number

REFRESH_TOKEN = "refresh_token"  # noqa: S105  a word, no secret
"""The field of the token that a renewal spends, where a provider does not have another."""

RENEW_AHEAD_SECONDS = 60
"""A token that ends sooner than this is renewed before use."""


class ForeignCode(AuthFailed):
    """What was pasted belongs to another sign-in than the one that was begun."""


class SignIn:
    """A way to sign in from the config flow; `asks` are the keys of fields to fill in before."""

    asks: ClassVar[tuple[str, ...]] = ()


@dataclass(kw_only=True)
class DevicePrompt:
    """What a person needs for a device login, and what the provider needs to follow it. Seconds."""

    url: str
    user_code: str
    interval: float = 5
    expires_in: float = 900
    state: Mapping[str, str] = field(default_factory=dict)


class DeviceSignIn(SignIn, ABC):
    """A login by entering a code on the provider's page; the flow goes on by itself."""

    @abstractmethod
    async def start(self, call: Call) -> DevicePrompt:
        """Ask for a code. Raises Unsupported when this login is not enabled."""

    @abstractmethod
    async def poll(self, call: Call, prompt: DevicePrompt) -> Mapping[str, Any] | None:
        """Return the entry data of a finished login, None while it is pending.

        May lengthen `prompt.interval`; raises AuthFailed when the person refused or the code expired.
        """

    async def wait(self, call: Call, prompt: DevicePrompt) -> Mapping[str, Any]:
        """Poll until the login is finished; passing faults are waited out until the code expires."""
        deadline = monotonic() + prompt.expires_in
        while monotonic() + prompt.interval <= deadline:
            await asyncio.sleep(prompt.interval)
            try:
                found = await self.poll(call, prompt)
            except RateLimited, Unavailable:
                continue
            if found is not None:
                return found
        raise AuthFailed("the code has expired; start again")


@dataclass(frozen=True, kw_only=True)
class PastePrompt:
    """The page on which a person signs in, and the secrets that belong to this one login."""

    url: str
    verifier: str
    state: str


class PasteSignIn(SignIn, ABC):
    """A login on the provider's page whose code or address the person pastes."""

    @abstractmethod
    def start(self, call: Call) -> PastePrompt:
        """Return the page to open."""

    @abstractmethod
    async def finish(self, call: Call, prompt: PastePrompt, pasted: str) -> Mapping[str, Any]:
        """Return the entry data for what was pasted; raises AuthFailed when it is not accepted."""


def pkce(verifier_bytes: int = 32) -> tuple[str, str]:
    """Return a fresh PKCE verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(verifier_bytes)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_state() -> str:
    """Return a fresh state parameter."""
    return secrets.token_urlsafe(32)


def pasted_code(pasted: str, state: str) -> str:
    """Return the code from what a person pasted: `CODE#STATE`, a bare code, or the callback's address.

    Raises AuthFailed when the provider reported an error there or there is no code, ForeignCode when the
    state is not ours.
    """
    pasted = pasted.strip()
    if "://" in pasted or pasted.startswith(("localhost", "127.0.0.1")):
        parts = urlsplit(pasted if "://" in pasted else f"http://{pasted}")
        query = {key: values[0] for key, values in parse_qs(f"{parts.query}&{parts.fragment}").items()}
        if "error" in query:
            raise AuthFailed(f"the sign-in was refused: {query.get('error_description') or query['error']}")
        # An address always carries the state; without one it is not the page that this login led to.
        code, found = query.get("code", ""), query.get("state", "")
    else:
        code, _, found = pasted.partition("#")
        found = found or state
    if found != state:
        raise ForeignCode("this code belongs to another sign-in; open the page again and paste its code")
    if not code.strip():
        raise AuthFailed("no code was found in what was pasted")
    return code.strip()


# Renewing

_renewing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

FIRST_REST, LONGEST_REST = timedelta(minutes=5), timedelta(hours=1)
"""How long no renewal is tried after one that failed, doubled with each failure in a row."""


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """What rests of an account after a renewal that failed: how often in a row, and until when."""

    failures: int
    until: datetime


async def at_rest_after_failures[T](call: Call, spent: str, renewal: Callable[[], Awaitable[T]]) -> T:
    """Return what a renewal gives, but do not try one soon after others that failed: raises Unavailable then.

    It counts for the token that is spent. A refusal (AuthFailed) is no such failure: it does not pass.
    """
    key = f"renewal {spent}"
    rest: _Rest | None = call.account.resting.get(key)
    if rest and call.now < rest.until:
        raise Unavailable(f"the sign-in could not be renewed; it is tried again at {rest.until:%H:%M} UTC")
    try:
        found = await renewal()
    except AuthFailed:
        raise
    except QuotaError:
        failures = rest.failures + 1 if rest else 1
        pause = min(FIRST_REST * 2 ** min(failures - 1, 10), LONGEST_REST)
        call.account.resting[key] = _Rest(failures=failures, until=call.now + pause)
        raise
    call.account.resting.pop(key, None)
    return found


async def renew(
    call: Call,
    request: Callable[[str], Awaitable[Mapping[str, Any]]],
    *,
    key: str = REFRESH_TOKEN,
    spent: str | None = None,
) -> None:
    """Renew the entry's tokens once, even when two fetches meet, and keep the new ones.

    `request` gets the token to spend, the one under `key` unless another is given, and returns the
    changes for the entry's data, `key` among them. They are saved before this returns; if somebody
    else has renewed in the meantime, theirs are used. After a failure that may pass the next renewal
    has to wait: raises Unavailable.
    """
    kept: str | None = call.own(key)
    spent = spent or kept
    if not spent:
        raise AuthFailed("the sign-in has expired; sign in again")

    async def renew_once() -> None:
        async with _renewing.setdefault(f"{call.account.provider.id}:{spent}", asyncio.Lock()):
            is_spent = call.settings.fields[key].read(call.account.keeper.data.get(key)) == kept
            await call.save(await request(spent) if is_spent else {})

    # The old token is dead the moment the provider answers: a fetch that is cancelled now must not lose the
    # new one, and the next fetch must not begin before it is kept.
    await at_rest_after_failures(call, spent, lambda: asyncio.shield(renew_once()))


def ends_at(token: str | None, expires_at: float | None) -> float | None:
    """Return when a token ends (Unix seconds): what it claims itself, else what was noted; None when unknown."""
    return number(jwt_claims(token).get("exp")) or expires_at


def is_due(ends: float | None, now: datetime) -> bool:
    """Return whether a token has to be renewed before use; one without a known end is not."""
    return ends is not None and ends - now.timestamp() < RENEW_AHEAD_SECONDS


async def renew_if_due(call: Call, ends: float | None, request: Callable[[str], Awaitable[Mapping[str, Any]]]) -> None:
    """Renew the entry's tokens when they end soon; a passing fault is no failure while the old token lasts."""
    alive = ends is None or ends > call.now.timestamp()
    if not is_due(ends, call.now) or (alive and not call.own(REFRESH_TOKEN)):
        return
    try:
        await renew(call, request)
    except AuthFailed:
        raise
    except QuotaError:
        if not alive:
            raise


def expires_at(answer: Mapping[str, Any], now: datetime, default: float | None = None) -> float | None:
    """Return when a token of this answer ends (Unix seconds), from its `expires_in`."""
    seconds = number(answer.get("expires_in")) or default
    return None if seconds is None else now.timestamp() + seconds


def need_token(answer: Mapping[str, Any], key: str = "access_token") -> str:
    """Return a token from an answer; raises InvalidResponse naming it."""
    token = answer.get(key)
    if not isinstance(token, str) or not token:
        raise InvalidResponse(f"the sign-in answer has no {key}")
    return token
