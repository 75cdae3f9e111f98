"""What cases cannot show of Google's sign-ins: the page, the code, renewing once, what is remembered, the signature."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
import hashlib
import json
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.google import ServiceAccount
from custom_components.ai_quota.quota.model import (
    AuthFailed,
    InvalidResponse,
    QuotaError,
    RateLimited,
    Unavailable,
)
from custom_components.ai_quota.quota.oauth import ForeignCode
from custom_components.ai_quota.quota.providers.gemini import SignIn
from tests.conftest import Machine
from tests.upstream import Request, Upstream

TOKEN = "https://oauth2.googleapis.com/token"
WHO = "https://www.googleapis.com/oauth2/v2/userinfo"
LOAD = "https://cloudcode-pa.googleapis.com/v1internal:loadCodeAssist"
QUOTA = "https://cloudcode-pa.googleapis.com/v1internal:retrieveUserQuota"
CALLBACK = "https://codeassist.google.com/authcode"
CREDENTIALS = ".gemini/oauth_creds.json"

NOW = datetime(2027, 3, 9, 10, 20, tzinfo=UTC)
ACCESS, REFRESH = "ya29.made-up-", "1//made-up-"
GRANTED = {"access_token": f"{ACCESS}2", "expires_in": 3599, "token_type": "Bearer", "scope": "openid"}
BUCKETS = {"buckets": [{"modelId": "gemini-3-pro", "remainingFraction": 0.75}]}

SIGN_IN = SignIn()


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("gemini"), InMemory(data), session)


def written(name: str, ends: datetime, **more: Any) -> str:
    tokens = {"access_token": f"{ACCESS}{name}", "refresh_token": f"{REFRESH}{name}"}
    return json.dumps({**tokens, "expiry_date": round(ends.timestamp() * 1000), **more})


def token(name: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {ACCESS}{name}"}}


def serve(upstream: Upstream, name: str) -> None:
    upstream.answer("POST", LOAD, when=token(name), json={"cloudaicompanionProject": "proj-1"})
    upstream.answer("POST", QUOTA, when=token(name), json=BUCKETS)


def kept(of: Account) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(of.keeper.data["credentials_json"])
    return found


# Signing in


def test_the_page_to_sign_in_on(session: aiohttp.ClientSession) -> None:
    prompt = SIGN_IN.start(Call(account(session)))

    address = URL(prompt.url)
    query = dict(address.query)
    digest = hashlib.sha256(prompt.verifier.encode()).digest()
    assert str(address.with_query(None)) == "https://accounts.google.com/o/oauth2/v2/auth"
    assert query.pop("code_challenge") == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert query == {
        "client_id": "681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": " ".join(
            f"https://www.googleapis.com/auth/{name}"
            for name in ("cloud-platform", "userinfo.email", "userinfo.profile")
        ),
        "access_type": "offline",
        "prompt": "consent",
        "code_challenge_method": "S256",
        "state": prompt.state,
    }
    assert len(bytes.fromhex(prompt.state)) == 32
    assert len({prompt.state, prompt.verifier, SIGN_IN.start(Call(account(session))).state}) == 3


@pytest.mark.parametrize("pasted", [" 4/made-up-code ", f"{CALLBACK}?state={{state}}&code=4%2Fmade-up-code"])
async def test_a_code_is_exchanged(
    session: aiohttp.ClientSession, upstream: Upstream, clock: FrozenDateTimeFactory, pasted: str
) -> None:
    call = Call(account(session, client_id="own-client", client_secret="own-hush-hush"))
    prompt = SIGN_IN.start(call)
    upstream.answer("POST", TOKEN, json={**GRANTED, "refresh_token": f"{REFRESH}2", "id_token": "made.up.id-token"})
    upstream.answer("GET", WHO, when=token("2"), json={"id": "1180", "email": "ann@firm.example"})

    found = await SIGN_IN.finish(call, prompt, pasted.format(state=prompt.state))

    assert found.keys() == {"credentials_json"}
    assert json.loads(found["credentials_json"]) == {
        "access_token": f"{ACCESS}2",
        "refresh_token": f"{REFRESH}2",
        "id_token": "made.up.id-token",
        "expiry_date": round((NOW.timestamp() + 3599) * 1000),
        "scope": "openid",
        "token_type": "Bearer",
        "client_id": "own-client",
        "client_secret": "own-hush-hush",
        "email": "ann@firm.example",
        "sub": "1180",
    }
    assert upstream.to(TOKEN)[0].form == {
        "client_id": "own-client",
        "client_secret": "own-hush-hush",
        "code": "4/made-up-code",
        "code_verifier": prompt.verifier,
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }
    secret = f"{ACCESS}2 {REFRESH}2 made.up.id-token 4/made-up-code own-hush-hush {prompt.verifier}"
    assert call.redact(secret) == "… … … … … …"


async def test_who_signed_in_is_not_needed(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    call = Call(account(session))
    upstream.answer("POST", TOKEN, json={**GRANTED, "refresh_token": f"{REFRESH}2"})
    upstream.answer("GET", WHO, status=500)

    found = json.loads((await SIGN_IN.finish(call, SIGN_IN.start(call), "4/made-up-code"))["credentials_json"])

    assert found["access_token"] == f"{ACCESS}2"
    assert not {"sub", "email"} & found.keys()


@pytest.mark.parametrize("pasted", [f"{CALLBACK}?code=4/made-up&state=of-another", f"{CALLBACK}?code=4/made-up"])
async def test_a_code_of_another_sign_in_is_not_sent(
    session: aiohttp.ClientSession, upstream: Upstream, pasted: str
) -> None:
    call = Call(account(session))
    with pytest.raises(ForeignCode):
        await SIGN_IN.finish(call, SIGN_IN.start(call), pasted)
    assert not upstream.requests


@pytest.mark.parametrize(
    ("answer", "raised", "words"),
    [
        ({"json": GRANTED}, AuthFailed, "refresh_token"),
        ({"status": 400, "json": {"error": "invalid_grant"}}, AuthFailed, "start again"),
        ({"status": 401, "json": {}}, AuthFailed, "start again"),
        ({"status": 429, "json": {}}, RateLimited, "too many"),
        ({"status": 500, "json": {}}, Unavailable, "500"),
        ({"status": 302, "headers": {"Location": "https://other.example/"}}, InvalidResponse, "302"),
        ({"json": {"refresh_token": f"{REFRESH}2"}}, InvalidResponse, "access_token"),
    ],
)
async def test_a_code_that_is_not_exchanged(
    session: aiohttp.ClientSession, upstream: Upstream, answer: dict[str, Any], raised: type[QuotaError], words: str
) -> None:
    call = Call(account(session))
    upstream.answer("POST", TOKEN, **answer)
    with pytest.raises(raised, match=words):
        await SIGN_IN.finish(call, SIGN_IN.start(call), "4/made-up-code")
    assert [request.url.host for request in upstream.requests] == ["oauth2.googleapis.com"]


# Renewing


@pytest.mark.parametrize("ending", ["", " \n"])
async def test_two_fetches_that_meet_renew_once(
    session: aiohttp.ClientSession, upstream: Upstream, ending: str
) -> None:
    stored = written("1", datetime.now(UTC) - timedelta(minutes=1), note="kept") + ending
    one = account(session, credentials_json=stored)
    other = Account(one.provider, one.keeper, session)
    seen: list[str] = []

    def tiers(request: Request) -> dict[str, Any]:
        seen.append(kept(one)["refresh_token"])
        return {"json": {"cloudaicompanionProject": "proj-1"}}

    answer = {**GRANTED, "refresh_token": f"{REFRESH}2"}
    upstream.answer("POST", TOKEN, when={"form": {"refresh_token": f"{REFRESH}1"}}, json=answer)
    upstream.answer("POST", LOAD, tiers, when=token("2"))
    upstream.answer("POST", QUOTA, when=token("2"), json=BUCKETS)

    found = await asyncio.gather(fetch(one), fetch(other))

    assert [snapshot.windows[0].used_percent for snapshot in found] == [25, 25]
    assert len(upstream.to(TOKEN)) == 1
    # The new refresh token was kept before anything else was asked.
    assert seen == [f"{REFRESH}2"] * 2
    assert kept(one)["note"] == "kept"
    assert kept(one)["expiry_date"] > (datetime.now(UTC).timestamp() + 3500) * 1000


async def test_a_refresh_token_that_stays_is_kept(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    one = account(session, credentials_json=written("1", datetime.now(UTC) - timedelta(minutes=1)))
    upstream.answer("POST", TOKEN, json={**GRANTED, "expires_in": None})
    serve(upstream, "2")

    await fetch(one)

    assert kept(one)["refresh_token"] == f"{REFRESH}1"
    assert kept(one)["expiry_date"] > (datetime.now(UTC).timestamp() + 3500) * 1000


@pytest.mark.parametrize(("status", "raised"), [(400, AuthFailed), (503, Unavailable)])
async def test_a_failed_renewal_changes_nothing(
    session: aiohttp.ClientSession, upstream: Upstream, status: int, raised: type[QuotaError]
) -> None:
    stored = written("1", datetime.now(UTC) - timedelta(minutes=1))
    one = account(session, credentials_json=stored)
    upstream.answer("POST", TOKEN, status=status, json={"error": "invalid_grant"})

    with pytest.raises(raised) as caught:
        await fetch(one)

    assert one.keeper.data == {"credentials_json": stored}
    assert REFRESH not in str(caught.value)


async def test_the_file_of_the_tool_is_renewed_in_memory(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine
) -> None:
    old = written("1", datetime.now(UTC) - timedelta(minutes=1))
    file = machine.write(CREDENTIALS, old)
    one = account(session)
    upstream.answer("POST", TOKEN, when={"form": {"refresh_token": f"{REFRESH}1"}}, json=GRANTED)
    serve(upstream, "2")

    await fetch(one)
    await fetch(one)

    assert len(upstream.to(TOKEN)) == 1
    assert file.read_text() == old
    assert one.keeper.data == {}

    # The tool has renewed it in the meantime: what was remembered is out of date.
    machine.write(CREDENTIALS, written("3", datetime.now(UTC) + timedelta(hours=1)))
    serve(upstream, "3")
    await fetch(one)
    assert upstream.requests[-1].headers["Authorization"] == f"Bearer {ACCESS}3"


@pytest.mark.parametrize(
    ("more", "identity"),
    [
        ({"sub": "1180", "email": "Ann@firm.example"}, "gemini:1180"),
        ({"email": "Ann@firm.example"}, "gemini:ann@firm.example"),
    ],
)
async def test_who_it_is(
    session: aiohttp.ClientSession, upstream: Upstream, more: dict[str, str], identity: str
) -> None:
    one = account(session, credentials_json=written("1", datetime.now(UTC) + timedelta(hours=1), **more))
    serve(upstream, "1")
    assert one.provider.identity(await fetch(one), one.settings()) == identity


async def test_an_unknown_account_stays_the_same_when_its_token_is_renewed(
    session: aiohttp.ClientSession, upstream: Upstream
) -> None:
    one = account(session, credentials_json=written("1", datetime.now(UTC) + timedelta(hours=1)))
    due = account(session, credentials_json=written("1", datetime.now(UTC) - timedelta(hours=1)))
    upstream.answer("POST", TOKEN, json=GRANTED)
    serve(upstream, "1")
    serve(upstream, "2")

    first, second = [each.provider.identity(await fetch(each), each.settings()) for each in (one, due)]

    assert first == second
    assert REFRESH not in str(first)


# Service accounts


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, encryption: Any = None) -> str:
    encryption = encryption or serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("key_id", ["key-1", None])
async def test_the_assertion_is_signed(key: rsa.RSAPrivateKey, key_id: str | None) -> None:
    bot = ServiceAccount(email="bot@proj.example", private_key=pem(key), key_id=key_id)

    header, claims, signature = (await bot.assertion("made-up-scope", NOW)).split(".")

    known = {"kid": key_id} if key_id else {}
    assert json.loads(decoded(header)) == {"alg": "RS256", "typ": "JWT"} | known
    assert json.loads(decoded(claims)) == {
        "iss": "bot@proj.example",
        "scope": "made-up-scope",
        "aud": TOKEN,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
    }
    key.public_key().verify(decoded(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


async def test_a_key_that_cannot_sign(key: rsa.RSAPrivateKey) -> None:
    locked = pem(key, serialization.BestAvailableEncryption(b"made-up"))
    for each in ("no key", pem(ec.generate_private_key(ec.SECP256R1())), locked, "\udcff"):
        with pytest.raises(AuthFailed, match="private_key"):
            await ServiceAccount(email="bot@proj.example", private_key=each).assertion("made-up-scope", NOW)
