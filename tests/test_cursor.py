"""What the cases of Cursor cannot show: the app's database as it is in use, pages of events, and who is who."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
import json
import sqlite3
import sys
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import AuthFailed, Snapshot
from custom_components.ai_quota.quota.providers.cursor import state_database
from tests.conftest import Machine
from tests.upstream import Request, Upstream, jwt

SUMMARY = "https://cursor.com/api/usage-summary"
ME = "https://cursor.com/api/auth/me"
EVENTS = "https://cursor.com/api/dashboard/get-filtered-usage-events"
SESSION = {"cookie": "WorkosCursorSessionToken=user_1%3A%3Amade-up"}
DATABASE = ".config/Cursor/User/globalStorage/state.vscdb"
INSERT = "INSERT OR REPLACE INTO ItemTable VALUES ('cursorAuth/accessToken', ?)"


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Callable[..., Account]:
    return lambda **data: Account(load("cursor"), InMemory(data), session)


# The app's database


def token(user: str) -> str:
    ends = (datetime.now(UTC) + timedelta(hours=1)).timestamp()
    return jwt('{"alg":"none"}', json.dumps({"sub": f"auth0|{user}", "exp": ends}))


def create(machine: Machine, value: str | bytes, path: str = DATABASE) -> sqlite3.Connection:
    """Return a connection to the app's database, which has the token in it."""
    file = machine.home / path
    file.parent.mkdir(parents=True)
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
    database.execute(INSERT, (value,))
    database.commit()
    return database


@pytest.fixture
def signed_in(upstream: Upstream) -> Callable[[str], None]:
    """Let cursor.com accept the session of this token alone."""

    def accept(value: str) -> None:
        cookie = f"WorkosCursorSessionToken=user_1%3A%3A{value}"
        upstream.answer("GET", SUMMARY, when={"headers": {"Cookie": cookie}}, json={"membershipType": "pro"})

    return accept


async def test_the_newest_token_is_read_while_the_app_writes(
    machine: Machine, signed_in: Callable[[str], None], account: Callable[..., Account]
) -> None:
    newest = token("user_1")
    signed_in(newest)
    with closing(create(machine, token("user_0"))) as app:
        app.execute(INSERT, (newest,))
        app.commit()
        app.execute("BEGIN IMMEDIATE")
        app.execute(INSERT, ("not yet committed",))

        snapshot = await fetch(account())

        assert (machine.home / f"{DATABASE}-wal").stat().st_size > 0
    assert (snapshot.source, snapshot.account) == ("local", "user_1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
async def test_a_blob_in_either_encoding(
    machine: Machine, signed_in: Callable[[str], None], account: Callable[..., Account], encoding: str
) -> None:
    value = token("user_1")
    signed_in(value)
    create(machine, value.encode(encoding)).close()

    assert (await fetch(account())).source == "local"


async def test_a_read_only_folder_is_read_and_left_as_it_is(
    machine: Machine, signed_in: Callable[[str], None], account: Callable[..., Account]
) -> None:
    value = token("user_1")
    signed_in(value)
    create(machine, value).close()
    folder = (machine.home / DATABASE).parent
    content = (machine.home / DATABASE).read_bytes()
    folder.chmod(0o555)
    try:
        snapshot = await fetch(account())
    finally:
        folder.chmod(0o755)

    assert snapshot.source == "local"
    assert content[18:20] == b"\x02\x02"  # still in WAL mode
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == {"state.vscdb": content}


@pytest.mark.parametrize("value", [b"\xff\xfe\xfd", b"", "", 7, None, "a.b.c; injected=1"])
async def test_a_value_that_is_no_token(machine: Machine, account: Callable[..., Account], value: Any) -> None:
    create(machine, value).close()

    with pytest.raises(AuthFailed, match="Cursor app"):
        await fetch(account())


async def test_a_token_with_more_than_a_token_in_it_is_not_sent(
    upstream: Upstream, machine: Machine, account: Callable[..., Account]
) -> None:
    create(machine, f"{token('user_1')}; injected=1").close()

    with pytest.raises(AuthFailed):
        await fetch(account())
    assert not upstream.requests


async def test_a_database_that_is_locked_is_no_session(machine: Machine, account: Callable[..., Account]) -> None:
    file = machine.write(DATABASE, {"sqlite": ["CREATE TABLE ItemTable (key TEXT, value BLOB)"]})
    with closing(sqlite3.connect(file)) as app:
        app.execute("BEGIN EXCLUSIVE")

        with pytest.raises(AuthFailed):
            await fetch(account())


@pytest.mark.parametrize(
    ("system", "env", "path"),
    [
        ("linux", {}, ".config/Cursor/User/globalStorage/state.vscdb"),
        ("linux", {"XDG_CONFIG_HOME": "settings"}, "settings/Cursor/User/globalStorage/state.vscdb"),
        ("darwin", {}, "Library/Application Support/Cursor/User/globalStorage/state.vscdb"),
        ("win32", {"APPDATA": "Roaming"}, "Roaming/Cursor/User/globalStorage/state.vscdb"),
        ("win32", {}, "AppData/Roaming/Cursor/User/globalStorage/state.vscdb"),
    ],
)
async def test_where_the_app_keeps_its_state(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    account: Callable[..., Account],
    system: str,
    env: Mapping[str, str],
    path: str,
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for name, folder in env.items():
        monkeypatch.setenv(name, str(machine.home / folder))

    assert state_database(Call(account())) == machine.home / path


async def test_neither_token_nor_session_is_told(
    upstream: Upstream, machine: Machine, account: Callable[..., Account], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    value = token("user_1")
    create(machine, value).close()
    upstream.answer("GET", SUMMARY, status=401, text=value)

    with pytest.raises(AuthFailed) as caught:
        await fetch(account())
    assert value not in str(caught.value)
    assert value not in caplog.text


# Who is who


@pytest.mark.parametrize(
    ("me", "identity"),
    [({"sub": "auth0|user_1", "email": "ada@example.org"}, "user_1"), ({"email": "ada@example.org"}, "user_1")],
)
async def test_an_account_is_its_user_id_however_it_was_told(
    upstream: Upstream, account: Callable[..., Account], me: Mapping[str, str], identity: str
) -> None:
    upstream.answer("GET", SUMMARY, json={"membershipType": "pro"})
    upstream.answer("GET", ME, json=me)

    snapshot = await fetch(account(**SESSION))

    assert (snapshot.account, snapshot.identity) == ("ada@example.org", identity)


# Events


NOW = datetime.now(UTC)


def event(serial: int, **more: Any) -> dict[str, Any]:
    stamp = str(int((NOW - timedelta(days=3)).timestamp() * 1000) - serial)
    return {"timestamp": stamp, "chargedCents": 1, "tokenUsage": {"inputTokens": 2, "totalCents": 3}, **more}


@pytest.fixture
def read_events(upstream: Upstream, account: Callable[..., Account]) -> Callable[..., Any]:
    """Return the metrics for these pages of events, each with the total that it tells."""

    async def read(*pages: tuple[Sequence[Any], Any]) -> dict[str, float]:
        upstream.answer("GET", SUMMARY, json={"membershipType": "pro"})

        def respond(request: Request) -> Mapping[str, Any]:
            rows, total = pages[min(request.json["page"], len(pages)) - 1]
            return {"status": 200, "json": {"totalUsageEventsCount": total, "usageEventsDisplay": rows}}

        upstream.answer("POST", EVENTS, respond)
        snapshot: Snapshot = await fetch(account(**SESSION, cost_history=True))
        return {each.id: each.value for each in snapshot.metrics}

    return read


def rows(first: int, last: int) -> list[dict[str, Any]]:
    return [event(serial) for serial in range(first, last)]


ALL_OF_1500 = {
    "metered_30d": 15,
    "api_value_30d": 45,
    "tokens_30d": 3000,
    "tokens_today": 0,
    "requests_30d": 1500,
}


async def test_all_pages_count(upstream: Upstream, read_events: Callable[..., Any]) -> None:
    assert await read_events((rows(0, 1000), 1500), (rows(1000, 1500), "1500")) == ALL_OF_1500

    asked = [each.json for each in upstream.to(EVENTS)]
    ends = datetime.fromtimestamp(int(asked[0]["endDate"]) / 1000, UTC)
    starts = ends.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=29)
    assert [each["page"] for each in asked] == [1, 2]
    assert {each["pageSize"] for each in asked} == {1000}
    assert {each["startDate"] for each in asked} == {str(int(starts.timestamp()) * 1000)}
    assert timedelta(0) <= ends - NOW < timedelta(minutes=10)


async def test_a_last_page_may_be_empty(read_events: Callable[..., Any]) -> None:
    found = await read_events((rows(0, 1000), 1000), ([], 1000))

    assert found["requests_30d"] == 1000


async def test_what_a_page_repeats_counts_once(read_events: Callable[..., Any]) -> None:
    assert await read_events((rows(0, 1000), 1500), (rows(990, 1500), 1500)) == ALL_OF_1500


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([(rows(0, 10), 11)], id="too few"),
        pytest.param([(rows(0, 1000), 1500), (rows(1000, 1500), 1501)], id="the total changes"),
        pytest.param([(rows(0, 1000), 1400), (rows(1000, 1500), 1400)], id="too many, and none repeated"),
        pytest.param([(rows(0, 1000), 1500), (rows(980, 1490), 1500)], id="fewer than are repeated"),
        pytest.param([([event(0)] * 1000, 200_000)], id="no end"),
        pytest.param([("no list", 1)], id="no list"),
    ],
)
async def test_incomplete_events_are_left_out(
    read_events: Callable[..., Any], pages: Sequence[tuple[Sequence[Any], Any]]
) -> None:
    assert await read_events(*pages) == {}


async def test_two_hundred_pages_are_the_most(upstream: Upstream, read_events: Callable[..., Any]) -> None:
    await read_events(([event(0)] * 1000, 200_000))

    assert len(upstream.to(EVENTS)) == 200


@pytest.mark.parametrize(
    ("events", "absent"),
    [
        ([event(0), event(1, chargedCents=None)], {"metered_30d"}),
        ([event(0), event(1, chargedCents=-1)], {"metered_30d"}),
        ([event(0, tokenUsage={"inputTokens": 5})], {"api_value_30d"}),
        ([event(0, tokenUsage={"totalCents": 5})], {"api_value_30d"}),
        ([event(0), event(1, tokenUsage={"inputTokens": 5, "totalCents": "-1"})], {"api_value_30d"}),
        ([event(0), "odd", event(1, timestamp="-5", chargedCents=None)], set()),
    ],
)
async def test_a_figure_that_the_events_do_not_tell_is_left_out(
    read_events: Callable[..., Any], events: Sequence[Any], absent: set[str]
) -> None:
    assert ALL_OF_1500.keys() - (await read_events((events, len(events)))).keys() == absent


async def test_events_that_fail_change_nothing_else(upstream: Upstream, account: Callable[..., Account]) -> None:
    upstream.answer("GET", SUMMARY, json={"membershipType": "pro"})
    upstream.answer("POST", EVENTS, status=500, json={})

    snapshot = await fetch(account(**SESSION, cost_history=True))

    assert (snapshot.plan, snapshot.metrics) == ("Pro", ())


async def test_events_are_not_asked_for_unless_wanted(upstream: Upstream, account: Callable[..., Account]) -> None:
    upstream.answer("GET", SUMMARY, json={"membershipType": "pro"})

    await fetch(account(**SESSION))

    assert not upstream.to(EVENTS)
