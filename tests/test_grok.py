"""Grok: the codec of its page, the sign-in, and the sessions of its tool."""

from datetime import UTC, datetime, timedelta
import json
import os

import aiohttp
import pytest
from yarl import URL

from custom_components.ai_quota.quota import Account, InMemory, fetch, grpc_web, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.http import Reply
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse
from custom_components.ai_quota.quota.protobuf import Message
from tests.conftest import Machine
from tests.upstream import Upstream, jwt

NOW = datetime.now(UTC)
DEVICE, TOKEN = "https://auth.x.ai/oauth2/device/code", "https://auth.x.ai/oauth2/token"


def reply(body: bytes, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(200, named, body, URL("https://grok.com/"), NOW)


def frame(content: bytes, flag: int = 0) -> bytes:
    return bytes([flag]) + len(content).to_bytes(4) + content


@pytest.mark.parametrize(
    ("body", "status", "text", "message"),
    [
        (frame(b"ab"), 0, "", b"ab"),
        (frame(b"a") + frame(b"b") + frame(b"grpc-status: 0\r\n", 0x80), 0, "", b"ab"),
        (frame(b"GRPC-Status:7\r\ngrpc-message: not%20you\r\n", 0x80), 7, "not you", b""),
        # No exact sequence of frames: the whole body is the message.
        (frame(b"ab")[:-1], 0, "", frame(b"ab")[:-1]),
        (frame(b"ab") + b"\x00", 0, "", frame(b"ab") + b"\x00"),
        (frame(b"ab", 0x01), 0, "", frame(b"ab", 0x01)),
        (b"\x00\xff\xff\xff\xffab", 0, "", b"\x00\xff\xff\xff\xffab"),
        (b"\x00\x00", 0, "", b"\x00\x00"),
    ],
)
def test_frames(body: bytes, status: int, text: str, message: bytes) -> None:
    assert grpc_web.read(reply(body)) == grpc_web.Answer(status, text, message)


def test_a_status_may_stand_in_a_header() -> None:
    assert grpc_web.read(reply(b"", grpc_status="16", grpc_message="no%20one")) == grpc_web.Answer(16, "no one", b"")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        frame(b""),
        frame(b"grpc-status: 0", 0x80),
        frame(b"grpc-status: \xb2", 0x80),
        frame(b"grpc-status: -1", 0x80),
    ],
)
def test_answers_that_are_none(body: bytes) -> None:
    with pytest.raises(InvalidResponse):
        grpc_web.read(reply(body))


@pytest.mark.parametrize(
    "content",
    [
        b"\x0a",
        b"\x0a\x05ab",
        b"\x0d\x00\x00",
        b"\x09\x00",
        b"\x08\xff",
        b"\x08" + b"\xff" * 11,
        b"\x0b",
        b"\x00\x01",
        b"\x0f",
    ],
)
def test_broken_protobuf(content: bytes) -> None:
    with pytest.raises(InvalidResponse):
        Message.of(content)


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Account:
    return Account(load("grok"), InMemory({}), session)


async def test_signing_in_with_a_code(account: Account, upstream: Upstream) -> None:
    upstream.answer(
        "POST",
        DEVICE,
        json={
            "device_code": "made-up-device",
            "user_code": "ABCD",
            "verification_uri": "https://accounts.x.ai/device",
            "verification_uri_complete": "http://accounts.x.ai/device?code=ABCD",
            "interval": 0,
            "expires_in": 60,
        },
        when={"form": {"client_id": "b1a00492-073a-47ea-816f-4c329264a828"}},
    )
    polled = {"form": {"device_code": "made-up-device", "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}}
    id_token = jwt("{}", json.dumps({"email": "ann@example.org", "sub": "sub-1"}))
    for status, answer in (
        (400, {"error": "authorization_pending"}),
        (503, {}),
        (400, {"error": "slow_down"}),
        (200, {"access_token": "made-up-access", "refresh_token": "made-up-refresh", "id_token": id_token}),
    ):
        upstream.answer("POST", TOKEN, status=status, json=answer, when=polled)
    (sign_in,) = account.provider.sign_ins
    call = Call(account)
    prompt = await sign_in.start(call)
    # Only an address that nobody can listen to is shown.
    assert (prompt.url, prompt.user_code) == ("https://accounts.x.ai/device", "ABCD")
    assert [await sign_in.poll(call, prompt)] == [None]
    with pytest.raises(Exception, match="503"):
        await sign_in.poll(call, prompt)
    before = prompt.interval
    assert await sign_in.poll(call, prompt) is None
    assert prompt.interval == before + 5
    assert await sign_in.poll(call, prompt) == {
        "access_token": "made-up-access",
        "refresh_token": "made-up-refresh",
        "expires_at": call.now.timestamp() + 3600,
        "email": "ann@example.org",
        "user_id": "sub-1",
    }


@pytest.mark.parametrize("error", ["access_denied", "authorization_denied", "expired_token", "invalid_client"])
async def test_a_sign_in_that_ends(account: Account, upstream: Upstream, error: str) -> None:
    upstream.answer(
        "POST", DEVICE, json={"device_code": "d-made-up", "user_code": "A", "verification_uri": "https://x/"}
    )
    upstream.answer("POST", TOKEN, status=400, json={"error": error})
    (sign_in,) = account.provider.sign_ins
    call = Call(account)
    with pytest.raises(AuthFailed):
        await sign_in.poll(call, await sign_in.start(call))


async def test_a_sign_in_page_without_encryption_is_not_shown(account: Account, upstream: Upstream) -> None:
    upstream.answer("POST", DEVICE, json={"device_code": "d", "user_code": "A", "verification_uri": "http://x/"})
    (sign_in,) = account.provider.sign_ins
    with pytest.raises(InvalidResponse, match="verification_uri"):
        await sign_in.start(Call(account))


async def test_the_sessions_of_the_tool(account: Account, machine: Machine) -> None:
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    for name, written, content in (
        ("a/1", datetime.now(UTC), '{"totalTokensBeforeCompaction": 100, "contextTokensUsed": "20"}'),
        ("a/2", midnight - timedelta(minutes=1), '{"contextTokensUsed": 5}'),
        ("b/3", datetime.now(UTC) - timedelta(days=31), '{"contextTokensUsed": 1000}'),
        ("b/4", datetime.now(UTC), "broken"),
    ):
        file = machine.write(f".grok/sessions/{name}/signals.json", content)
        os.utime(file, (written.timestamp(), written.timestamp()))
    snapshot = await fetch(account)
    assert snapshot.source == "local"
    assert {metric.id: metric.value for metric in snapshot.metrics} == {
        "tokens_30d": 125,
        "tokens_today": 120,
        "sessions_30d": 2,
    }


async def test_old_files_do_not_hide_that_the_sign_in_is_gone(account: Account, machine: Machine) -> None:
    machine.write(".grok/sessions/a/1/signals.json", '{"contextTokensUsed": 5}')
    machine.write(".grok/auth.json", "{}")
    with pytest.raises(AuthFailed) as caught:
        await fetch(account)
    assert [attempt.source for attempt in caught.value.attempts] == ["oauth"]
