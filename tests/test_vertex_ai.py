"""What the cases of Vertex AI cannot show: how long tokens are used, service accounts' keys, and old logs."""

import base64
from datetime import UTC, datetime, timedelta
import json
import os
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import AuthFailed
from tests.conftest import Machine
from tests.upstream import Upstream

TOKEN = "https://oauth2.googleapis.com/token"
SERIES = "https://monitoring.googleapis.com/v3/projects/proj-1/timeSeries"
NOW = datetime(2027, 3, 9, 10, 20, tzinfo=UTC)

PERSON = {"client_id": "cli.apps.example", "client_secret": "hush-hush-hush", "refresh_token": "1//made-up-adc"}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def account(session: aiohttp.ClientSession, content: dict[str, Any] | None = None, **data: Any) -> Account:
    pasted = {"credentials_json": json.dumps(content)} if content else {}
    return Account(load("vertex_ai"), InMemory({"project_id": "proj-1", **pasted, **data}), session)


def bot(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "type": "service_account",
        "private_key_id": "key-1",
        "private_key": key.private_bytes(*form).decode(),
        "client_email": "bot@proj.example",
        "token_uri": "https://other.example/token",
    }


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def used(upstream: Upstream) -> list[str]:
    return [request.headers["Authorization"] for request in upstream.to(SERIES)]


async def test_a_token_is_used_until_five_minutes_before_its_end(
    session: aiohttp.ClientSession, upstream: Upstream, clock: FrozenDateTimeFactory
) -> None:
    one = account(session, PERSON)
    for name in ("1", "2"):
        upstream.answer("POST", TOKEN, json={"access_token": f"ya29.made-up-{name}", "expires_in": 1000})
    upstream.answer("GET", SERIES, json={})

    for seconds in (0, 699, 1):
        clock.tick(seconds)
        await fetch(one)

    assert used(upstream) == ["Bearer ya29.made-up-1"] * 4 + ["Bearer ya29.made-up-2"] * 2
    assert one.keeper.data["credentials_json"] == json.dumps(PERSON)


async def test_a_token_of_other_credentials_is_not_used(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    one = account(session, PERSON)
    upstream.answer("POST", TOKEN, when={"form": PERSON}, json={"access_token": "ya29.made-up-1"})
    other = PERSON | {"refresh_token": "1//another-made-up"}
    upstream.answer("POST", TOKEN, when={"form": other}, json={"access_token": "ya29.made-up-2"})
    upstream.answer("GET", SERIES, json={})

    await fetch(one)
    await one.keeper.save({"credentials_json": json.dumps(other)})
    await fetch(one)

    assert used(upstream) == ["Bearer ya29.made-up-1"] * 2 + ["Bearer ya29.made-up-2"] * 2


async def test_a_refused_token_is_not_used_again(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    one = account(session, PERSON)
    for name in ("1", "2"):
        upstream.answer("POST", TOKEN, json={"access_token": f"ya29.made-up-{name}"})
    upstream.answer("GET", SERIES, when={"headers": {"Authorization": "Bearer ya29.made-up-1"}}, status=401)
    upstream.answer("GET", SERIES, when={"headers": {"Authorization": "Bearer ya29.made-up-2"}}, json={})

    with pytest.raises(AuthFailed):
        await fetch(one)
    assert (await fetch(one)).organization == "proj-1"


@pytest.mark.parametrize("place", ["pasted", "file", "file, gcloud fails"])
async def test_the_key_of_a_service_account_signs_for_its_token(
    session: aiohttp.ClientSession,
    upstream: Upstream,
    machine: Machine,
    clock: FrozenDateTimeFactory,
    key: rsa.RSAPrivateKey,
    place: str,
) -> None:
    if place == "pasted":
        one = account(session, bot(key))
    else:
        machine.write("bot.json", json.dumps(bot(key)))
        one = account(session, credentials_path="~/bot.json")
    if place != "file":  # about a pasted key gcloud is not asked
        machine.install("gcloud", [{"args": ["auth"], "stdout": "ya29.not-this", "exit": int(place != "pasted")}])
    upstream.answer("POST", TOKEN, json={"access_token": "ya29.made-up", "expires_in": 3599})
    upstream.answer("GET", SERIES, json={})

    found = await fetch(one)

    assert found.account == "bot@proj.example"
    (request,) = upstream.to(TOKEN)
    assert request.form.keys() == {"grant_type", "assertion"}
    assert request.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    header, claims, signature = request.form["assertion"].split(".")
    assert json.loads(decoded(header)) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    assert json.loads(decoded(claims)) == {
        "iss": "bot@proj.example",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": TOKEN,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
    }
    key.public_key().verify(decoded(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert {each.url.host for each in upstream.requests} == {"oauth2.googleapis.com", "monitoring.googleapis.com"}


async def test_gcloud_is_told_the_file_and_its_token_is_used_for_50_minutes(
    session: aiohttp.ClientSession,
    upstream: Upstream,
    machine: Machine,
    clock: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = machine.write("adc.json", json.dumps({"type": "external_account"}))
    log = machine.home / "asked"
    tool = machine.programs / "gcloud"
    tool.write_text(
        f'#!/bin/sh\necho "$GOOGLE_APPLICATION_CREDENTIALS $SUPERVISOR_TOKEN" >> {log}\necho ya29.made-up\n'
    )
    tool.chmod(0o700)
    monkeypatch.setenv("SUPERVISOR_TOKEN", "not-for-gcloud")
    one = account(session, credentials_path="~/adc.json")
    upstream.answer("GET", SERIES, json={})

    for minutes in (0, 49, 2):
        clock.tick(timedelta(minutes=minutes))
        await fetch(one)

    assert log.read_text().splitlines() == [f"{file} "] * 2


async def test_the_project_tells_accounts_apart(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    one = account(session, PERSON)
    upstream.answer("POST", TOKEN, json={"access_token": "ya29.made-up-1"})
    upstream.answer("GET", SERIES, json={})
    assert one.provider.identity(await fetch(one), one.settings()) == "vertex_ai:proj-1"


async def test_logs_that_were_not_written_to_for_a_month_are_not_read(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine, clock: FrozenDateTimeFactory
) -> None:
    for name, days in (("old", 32), ("new", 30)):
        answer = {"id": f"{name}_vrtx_", "usage": {"output_tokens": 7}}
        line = {"type": "assistant", "timestamp": "2027-03-09T10:00:00Z", "message": answer}
        file = machine.write(f".claude/projects/{name}.jsonl", json.dumps(line))
        written = (NOW - timedelta(days=days)).timestamp()
        os.utime(file, (written, written))
    one = account(session, PERSON, claude_logs=True)
    upstream.answer("POST", TOKEN, json={"access_token": "ya29.made-up-1"})
    upstream.answer("GET", SERIES, json={})

    assert [metric.value for metric in (await fetch(one)).metrics] == [7, 7]

    (machine.home / ".claude/projects/new.jsonl").unlink()
    assert [metric.value for metric in (await fetch(one)).metrics] == [0, 0]


async def test_logs_that_cannot_be_read_give_no_figures(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine
) -> None:
    (machine.home / ".claude/projects/folder.jsonl").mkdir(parents=True)
    one = account(session, PERSON, claude_logs=True)
    upstream.answer("POST", TOKEN, json={"access_token": "ya29.made-up-1"})
    upstream.answer("GET", SERIES, json={})

    assert (await fetch(one)).metrics == ()
