"""What the cases of Doubao cannot show: how rarely a key is tested, and how the tool is run."""

from datetime import UTC, datetime, timedelta
import sys
from typing import Any

import aiohttp
from freezegun import freeze_time
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse, Snapshot, Unavailable, Unsupported
from custom_components.ai_quota.quota.providers import doubao
from tests.conftest import Machine
from tests.upstream import Upstream

PROBE = "https://ark.cn-beijing.volces.com/api/coding/v3/chat/completions"
KEY = "made-up-ark-key"
PAIR = {"access_key_id": "AKLTMADEUP", "secret_access_key": "made-up-secret"}
START = datetime(2027, 4, 10, 9, tzinfo=UTC)


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("doubao"), InMemory(data), session)


async def fetch_after(account: Account, **ahead: float) -> Snapshot:
    with freeze_time(START + timedelta(**ahead), real_asyncio=True):
        return await fetch(account)


def limited(remaining: int, limit: int = 10) -> dict[str, Any]:
    return {
        "headers": {"x-ratelimit-limit-requests": str(limit), "x-ratelimit-remaining-requests": str(remaining)},
        "json": {},
    }


# Test requests


async def test_a_key_is_tested_every_half_hour(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", PROBE, **limited(9))
    upstream.answer("POST", PROBE, **limited(4))
    watched = account(session, api_key=KEY)

    used = [(await fetch_after(watched, minutes=minutes)).window("requests").used for minutes in (0, 5, 29, 30, 59)]

    assert used == [1, 1, 1, 6, 6]
    assert len(upstream.to(PROBE)) == 2


async def test_a_failure_counts_for_as_long(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", PROBE, status=500, text="")
    upstream.answer("POST", PROBE, **limited(4))
    watched = account(session, api_key=KEY)

    for minutes in (0, 29):
        with pytest.raises(Unavailable, match="HTTP 500"):
            await fetch_after(watched, minutes=minutes)
    assert (await fetch_after(watched, minutes=30)).window("requests").used == 6


async def test_another_key_is_tested_at_once(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", PROBE, json={})
    upstream.answer("POST", PROBE, **limited(4))
    watched = account(session, api_key=KEY)
    with pytest.raises(Unsupported):
        await fetch_after(watched)

    await watched.keeper.save({"api_key": "made-up-other-key"})

    assert (await fetch_after(watched, minutes=1)).window("requests").used == 6


async def test_a_key_without_limits_rests_for_a_day_even_over_a_restart(
    session: aiohttp.ClientSession, upstream: Upstream
) -> None:
    upstream.answer("POST", PROBE, json={})
    upstream.answer("POST", PROBE, **limited(4))
    first = account(session, api_key=KEY)
    with pytest.raises(Unsupported, match="arkcli"):
        await fetch_after(first)
    second = account(session, **first.keeper.data)

    for hours in (1, 23.9):
        with pytest.raises(Unsupported, match="arkcli"):
            await fetch_after(second, hours=hours)
    assert len(upstream.to(PROBE)) == 1
    assert (await fetch_after(second, hours=24)).window("requests").used == 6
    assert KEY not in str({**first.keeper.data, "api_key": None})


async def test_a_key_that_may_use_no_model_is_tested_again_after_half_an_hour(
    session: aiohttp.ClientSession, upstream: Upstream
) -> None:
    for _ in doubao.PROBE_MODELS:
        upstream.answer("POST", PROBE, status=404, json={})
    upstream.answer("POST", PROBE, **limited(4))
    watched = account(session, api_key=KEY)
    with pytest.raises(Unsupported):
        await fetch_after(watched)

    assert (await fetch_after(watched, minutes=30)).window("requests").used == 6


async def test_the_credential_that_was_used_tells_accounts_apart(
    session: aiohttp.ClientSession, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOLCENGINE_ACCESS_KEY_ID", PAIR["access_key_id"])
    monkeypatch.setenv("VOLCENGINE_SECRET_ACCESS_KEY", PAIR["secret_access_key"])
    upstream.answer("POST", PROBE, **limited(4))

    snapshot = await fetch(account(session, api_key=KEY))

    assert snapshot.identity == load("doubao").fingerprint(KEY)


# Signatures


def test_a_signature() -> None:
    """The expected value was computed by hand from the description of the algorithm, with OpenSSL."""
    keys = doubao.AccessKeys("AKLTMADEUP", "made-up-secret=")
    query = {"Version": "2024-01-01", "Action": "GetAFP Usage/~"}

    headers = doubao.signature(keys, "cn-north-1", query, START)

    assert headers["X-Date"] == "20270410T090000Z"
    assert headers["Authorization"] == (
        "HMAC-SHA256 Credential=AKLTMADEUP/20270410/cn-north-1/ark/request,"
        " SignedHeaders=content-type;host;x-content-sha256;x-date,"
        " Signature=7cfa53f1acd9a51a824a288ce75352188e286f29b9c4a77ad75e488d72369420"
    )


# The tool


def install(machine: Machine, code: str, folder: str = ".local/bin") -> None:
    """Put an `arkcli` where it is usually installed, and a program `node` beside it that runs it."""
    place = machine.home / folder
    place.mkdir(parents=True)
    for name, text in (("arkcli", f"#!/usr/bin/env node\nimport json, os, signal, sys\n{code}"), ("node", "")):
        (place / name).write_text(text or f'#!/bin/sh\nexec {sys.executable} -ISu "$@"\n')
        (place / name).chmod(0o755)


async def test_the_tool_finds_node_beside_it_and_sees_its_own_variables_only(
    machine: Machine, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ARKCLI_HOME", "VOLC_ACCESSKEY", "SUPERVISOR_TOKEN"):
        monkeypatch.setenv(name, "made-up")
    seen = '" ".join(name for name in os.environ if os.environ[name] == "made-up")'
    install(machine, f'print(json.dumps({{"viewer": {{"user_name": {seen}}}, "items": []}}))')

    assert (await fetch(account(session))).account == "ARKCLI_HOME"


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ('print("{" + " " * 256 * 1024 + "}")', InvalidResponse, "256 KiB"),
        ("signal.pause()", Unavailable, "did not finish"),
        ("sys.exit(3)", Unavailable, "exit status 3"),
        ('sys.exit("x" * 1000)', Unavailable, "failed: x{200}$"),
    ],
)
async def test_a_tool_that_misbehaves(
    machine: Machine,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    kind: type[Exception],
    message: str,
) -> None:
    monkeypatch.setattr(doubao, "TOOL_SECONDS", 1 if "pause" in code else 15)
    install(machine, code)

    with pytest.raises(kind, match=message):
        await fetch(account(session))


async def test_a_tool_that_has_vanished_is_unavailable(session: aiohttp.ClientSession) -> None:
    with pytest.raises(Unavailable, match="install arkcli"):
        await fetch(account(session, source="cli"))
    with pytest.raises(AuthFailed, match="access key"):
        await fetch(account(session))
