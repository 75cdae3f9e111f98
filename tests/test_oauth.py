"""Signing in and renewing."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import UTC, datetime
import hashlib
import json
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.ai_quota.quota import Account, InMemory, oauth
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.credentials import FieldKind, signed_in
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse, QuotaError, Unavailable
from custom_components.ai_quota.quota.provider import Provider
from tests.upstream import jwt

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Rotating(Provider):
    """A provider with tokens that rotate."""

    id = "rotating"
    name = "Rotating"
    dashboard = "https://rotating.example/"
    fields = (signed_in("access_token"), signed_in("refresh_token"), signed_in("expires_at", FieldKind.NUMBER))


class Watched(InMemory):
    """Says when something was saved."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.saved = asyncio.Event()

    async def save(self, changes: Mapping[str, Any]) -> None:
        await super().save(changes)
        self.saved.set()


@pytest.fixture
async def keeper() -> Watched:
    return Watched({"access_token": "access-1", "refresh_token": "refresh-1"})


@pytest.fixture
def account(keeper: Watched, session: aiohttp.ClientSession) -> Account:
    return Account(Rotating(), keeper, session)


class Issuer:
    """Gives new tokens for the newest refresh token only, each time when it is let to."""

    def __init__(self) -> None:
        self.spent: list[str] = []
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, refresh_token: str) -> Mapping[str, Any]:
        self.spent.append(refresh_token)
        self.asked.set()
        await self.go.wait()
        count = len(self.spent) + 1
        return {"access_token": f"access-{count}", "refresh_token": f"refresh-{count}"}


async def test_two_that_meet_renew_once(account: Account, keeper: Watched) -> None:
    issuer = Issuer()
    calls = [Call(account), Call(Account(account.provider, keeper, account.session))]
    renewals = [asyncio.create_task(oauth.renew(call, issuer)) for call in calls]
    await issuer.asked.wait()
    issuer.go.set()
    await asyncio.gather(*renewals)
    assert issuer.spent == ["refresh-1"]
    assert [call["access_token"] for call in calls] == ["access-2", "access-2"]
    assert keeper.data["refresh_token"] == "refresh-2"


async def test_a_cancelled_fetch_does_not_lose_the_new_token(account: Account, keeper: Watched) -> None:
    issuer = Issuer()
    renewal = asyncio.create_task(oauth.renew(Call(account), issuer))
    await issuer.asked.wait()
    renewal.cancel()
    with pytest.raises(asyncio.CancelledError):
        await renewal
    issuer.go.set()
    await keeper.saved.wait()
    assert keeper.data["access_token"] == "access-2"


async def test_the_next_fetch_waits_for_a_renewal_whose_own_fetch_was_cancelled(
    account: Account, keeper: Watched
) -> None:
    issuer = Issuer()
    cancelled = asyncio.create_task(oauth.renew(Call(account), issuer))
    await issuer.asked.wait()
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    call = Call(account)
    renewal = asyncio.create_task(oauth.renew(call, issuer))
    await asyncio.sleep(0)
    issuer.go.set()
    await renewal
    assert issuer.spent == ["refresh-1"]
    assert call["access_token"] == "access-2"


async def test_without_a_refresh_token_a_person_has_to_sign_in(account: Account, keeper: Watched) -> None:
    await keeper.save({"refresh_token": None})
    with pytest.raises(AuthFailed, match="sign in again"):
        await oauth.renew(Call(account), Issuer())


async def test_renewals_that_fail_become_rare(account: Account, freezer: FrozenDateTimeFactory) -> None:
    class Down:
        """Fails each time, and counts."""

        tried = 0

        async def __call__(self, _: str) -> Mapping[str, Any]:
            self.tried += 1
            raise Unavailable("down")

    freezer.move_to(NOW)
    issuer = Down()
    for minutes in (5, 10, 20, 40, 60, 60):
        with pytest.raises(Unavailable, match="down"):
            await oauth.renew(Call(account), issuer)
        tried = issuer.tried
        freezer.tick(minutes * 60 - 1)
        with pytest.raises(Unavailable, match="could not be renewed; it is tried again at"):
            await oauth.renew(Call(account), issuer)
        assert issuer.tried == tried
        freezer.tick(1)
    renewing = Issuer()
    renewing.go.set()
    await oauth.renew(Call(account), renewing)
    assert not account.resting


async def test_a_person_may_have_a_renewal_tried_at_once(account: Account) -> None:
    async def fail(_: str) -> Mapping[str, Any]:
        raise InvalidResponse("odd")

    issuer = Issuer()
    issuer.go.set()
    with pytest.raises(InvalidResponse):
        await oauth.renew(Call(account), fail)
    account.resting.clear()
    await oauth.renew(Call(account), issuer)
    assert issuer.spent == ["refresh-1"]


async def test_a_refused_renewal_is_told_each_time(account: Account) -> None:
    async def refuse(_: str) -> Mapping[str, Any]:
        raise AuthFailed("invalid_grant")

    for _ in range(2):
        with pytest.raises(AuthFailed, match="invalid_grant"):
            await oauth.renew(Call(account), refuse)


@pytest.mark.parametrize(
    ("seconds", "error", "raised"),
    [
        (30, Unavailable("down"), None),
        (30, AuthFailed("revoked"), AuthFailed),
        (-1, Unavailable("down"), Unavailable),
        (61, AuthFailed("not asked"), None),
        (None, AuthFailed("not asked"), None),
    ],
)
async def test_a_renewal_that_is_merely_due(
    account: Account, seconds: float | None, error: QuotaError, raised: type[QuotaError] | None
) -> None:
    async def refuse(_: str) -> Mapping[str, Any]:
        raise error

    call = Call(account)
    ends = None if seconds is None else call.now.timestamp() + seconds
    if raised:
        with pytest.raises(raised):
            await oauth.renew_if_due(call, ends, refuse)
    else:
        await oauth.renew_if_due(call, ends, refuse)
    assert call["access_token"] == "access-1"


async def test_a_token_without_a_refresh_token_serves_until_its_end(account: Account, keeper: Watched) -> None:
    await keeper.save({"refresh_token": None})
    call = Call(account)
    await oauth.renew_if_due(call, call.now.timestamp() + 5, Issuer())
    with pytest.raises(AuthFailed):
        await oauth.renew_if_due(call, call.now.timestamp() - 5, Issuer())


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("abc#ours", "abc"),
        ("  abc  ", "abc"),
        ("https://x.example/callback?code=a%2Fb&state=ours", "a/b"),
        ("http://localhost:1455/auth/callback?code=abc&scope=x&state=ours", "abc"),
        ("localhost:1455/auth/callback?code=abc&state=ours", "abc"),
    ],
)
def test_what_a_person_pastes(pasted: str, code: str) -> None:
    assert oauth.pasted_code(pasted, "ours") == code


@pytest.mark.parametrize(
    ("pasted", "message"),
    [
        ("abc#theirs", "another sign-in"),
        ("https://x.example/callback?code=abc&state=theirs", "another sign-in"),
        ("https://x.example/callback?code=abc", "another sign-in"),
        ("https://x.example/callback?error=access_denied&error_description=No+thanks&state=ours", "No thanks"),
        ("https://x.example/callback?error=access_denied", "access_denied"),
        ("https://x.example/callback?state=ours", "no code"),
        ("#ours", "no code"),
        ("", "no code"),
    ],
)
def test_what_is_refused(pasted: str, message: str) -> None:
    with pytest.raises(AuthFailed, match=message):
        oauth.pasted_code(pasted, "ours")


def test_a_challenge_is_the_hash_of_its_verifier() -> None:
    verifier, challenge = oauth.pkce(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    assert challenge == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert 43 <= len(verifier) <= 128
    assert oauth.new_state() != oauth.new_state()


def test_when_a_token_ends() -> None:
    assert oauth.ends_at(jwt("{}", json.dumps({"exp": 99})), 5) == 99
    assert oauth.ends_at("opaque", 5) == 5
    assert oauth.ends_at(None, None) is None
    assert oauth.expires_at({"expires_in": "60"}, NOW) == NOW.timestamp() + 60
    assert oauth.expires_at({}, NOW, 3600) == NOW.timestamp() + 3600
    assert oauth.expires_at({}, NOW) is None


def test_an_answer_without_a_token() -> None:
    assert oauth.need_token({"access_token": "a"}) == "a"
    for answer in ({}, {"access_token": ""}, {"access_token": 1}):
        with pytest.raises(InvalidResponse, match="access_token"):
            oauth.need_token(answer)


class Device(oauth.DeviceSignIn):
    """A login that ends as a test says."""

    def __init__(self, *outcomes: Mapping[str, Any] | QuotaError | None) -> None:
        self.outcomes = list(outcomes)

    async def start(self, call: Call) -> oauth.DevicePrompt:
        return oauth.DevicePrompt(url="https://x.example/device", user_code="ABCD", interval=0, expires_in=0.2)

    async def poll(self, call: Call, prompt: oauth.DevicePrompt) -> Mapping[str, Any] | None:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, QuotaError):
            raise outcome
        return outcome


async def test_a_device_login_outlasts_passing_faults(account: Account) -> None:
    call, device = Call(account), Device(None, Unavailable("down"), {"access_token": "x"})
    assert await device.wait(call, await device.start(call)) == {"access_token": "x"}


async def test_a_device_login_that_is_refused(account: Account) -> None:
    call, device = Call(account), Device(None, AuthFailed("no"))
    with pytest.raises(AuthFailed, match="no"):
        await device.wait(call, await device.start(call))


async def test_a_device_login_that_nobody_finishes(account: Account) -> None:
    call, device = Call(account), Device()
    with pytest.raises(AuthFailed, match="expired"):
        await device.wait(call, await device.start(call))
