"""What the cases of OpenCode Go cannot show: what is sent where, other browser profiles, patience, the site's tool."""

from datetime import UTC, datetime
import sqlite3
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load, opencode_site
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse, Snapshot, Unavailable
from custom_components.ai_quota.quota.provider import Workspace
from custom_components.ai_quota.quota.providers import opencode_go
from tests.conftest import Kept, Machine

USAGE = "https://opencode.ai/zen/go/v1/usage"
SERVER = "https://opencode.ai/_server"
OVERVIEW = "https://opencode.ai/workspace/wrk_1"
GO = f"{OVERVIEW}/go"
STATE = "<script>$R[1]={rollingUsage:$R[2]={resetInSec:60,usagePercent:3}}</script>"
NOW = datetime(2027, 3, 17, 10, tzinfo=UTC)


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("opencode_go"), InMemory(data), session)


async def usage(session: aiohttp.ClientSession, **data: Any) -> Snapshot:
    return await fetch(account(session, **data))


def sign_in(machine: Machine, *values: str) -> None:
    """Sign in with a profile for each of the values."""
    theme = Kept("opencode.ai", "theme", "dark")
    machine.firefox(*([Kept("opencode.ai", "auth", value), theme] for value in values))


# What is sent


async def test_only_the_session_is_sent_and_every_function_call_has_a_name_of_its_own(upstream, session):
    upstream.answer("GET", SERVER, json={"id": "wrk_1"})
    upstream.answer("GET", GO, text=STATE)
    upstream.answer("GET", OVERVIEW, text="<html></html>")

    await usage(session, cookie="auth=made-up; theme=dark; __Host-auth=made-up-too; provider=x")

    assert [request.cookies for request in upstream.requests] == [{"auth": "made-up", "__Host-auth": "made-up-too"}] * 4
    instances = [request.headers["X-Server-Instance"] for request in upstream.to(SERVER)]
    assert len(set(instances)) == 2
    for instance in instances:
        assert instance.startswith("server-fn:")


async def test_the_key_goes_nowhere_else(upstream, session):
    upstream.answer("GET", USAGE, status=307, headers={"Location": "https://elsewhere.example/usage"})

    with pytest.raises(InvalidResponse, match="307"):
        await usage(session, api_key="made-up-key", cookie_source="off")
    assert [str(request.url) for request in upstream.requests] == [USAGE]


async def test_secrets_are_in_no_message(upstream, session, machine):
    machine.write(".local/share/opencode/auth.json", '{"opencode-go": {"key": "made-up-key"}}')
    upstream.answer("GET", USAGE, status=500, json={"message": "made-up-key is odd"})
    with pytest.raises(Unavailable, match="… is odd"):
        await usage(session, cookie_source="off")

    upstream.answer("GET", GO, status=500, json={"message": "made-up-session is odd"})
    with pytest.raises(Unavailable, match="… is odd"):
        await usage(session, source="web", cookie="made-up-session", workspace_id="wrk_1")


# Sessions


async def test_the_next_profile_is_tried_when_one_is_signed_out(upstream, session, machine):
    sign_in(machine, "signed-out", "signed-in", "never-asked")
    upstream.answer("GET", GO, when={"headers": {"Cookie": "auth=signed-out"}}, text="<a href='/auth/authorize'>")
    upstream.answer("GET", GO, when={"headers": {"Cookie": "auth=signed-in"}}, text=STATE)
    upstream.answer("GET", OVERVIEW, when={"headers": {"Cookie": "auth=signed-in"}}, text="Zen balance $2")

    snapshot = await usage(session, workspace_id="wrk_1")

    assert snapshot.window("session").used_percent == 3
    assert snapshot.metric("balance").value == 2


async def test_profiles_that_are_all_signed_out_do_not_keep_the_local_figures_back(
    upstream, session, machine, monkeypatch
):
    sign_in(machine, "signed-out")
    upstream.answer("GET", GO, status=401)
    note(machine, "INSERT INTO message VALUES (1, 1700000000000, '{data}')")

    assert (await usage(session, workspace_id="wrk_1")).source == "local"


async def test_workspaces_are_offered_for_a_session(upstream, session):
    script = '$R[1]={id:"wrk_1",name:"Home"},$R[2]={id:"wrk_2",slug:null}'
    upstream.answer("GET", SERVER, headers={"Content-Type": "text/javascript"}, text=script)
    provider = load("opencode_go")

    found = await provider.workspaces(Call(account(session, cookie="made-up-session")))

    assert found == [Workspace("wrk_1", "Home"), Workspace("wrk_2", "wrk_2")]


async def test_workspaces_are_not_offered_for_a_key(upstream, session):
    with_key = Call(account(session, cookie="made-up-session", api_key="made-up-key"))

    assert await load("opencode_go").workspaces(with_key) == ()
    assert upstream.requests == []


async def test_workspaces_need_a_session(session):
    with pytest.raises(AuthFailed):
        await load("opencode_go").workspaces(Call(account(session)))


def test_the_dashboard_is_the_page_of_the_workspace(session):
    provider = load("opencode_go")

    assert provider.dashboard_for(account(session).settings()) == "https://opencode.ai/auth"
    assert provider.dashboard_for(account(session, workspace_id=f"see {OVERVIEW}").settings()) == GO


async def test_the_workspace_tells_accounts_apart(upstream, session):
    upstream.answer("GET", USAGE, json={"workspaceID": "wrk_1", "rolling": {"percent": 3}})
    upstream.answer("GET", GO, text=STATE)
    provider = load("opencode_go")

    by_key = account(session, api_key="made-up-key")
    by_session = account(session, cookie="made-up-session", workspace_id="wrk_1")

    for each in (by_key, by_session):
        assert provider.identity(await fetch(each), each.settings()) == "opencode_go:wrk_1"


# Patience


async def test_a_slow_balance_is_left_out(upstream, session, monkeypatch):
    monkeypatch.setattr(opencode_go, "BALANCE_SECONDS", 0.1)
    upstream.answer("GET", GO, text=STATE)
    upstream.answer("GET", OVERVIEW, fault="timeout")

    snapshot = await usage(session, cookie="made-up-session", workspace_id="wrk_1")

    assert [window.id for window in snapshot.windows] == ["session"]
    assert snapshot.metrics == ()
    assert upstream.to(SERVER) == []


async def test_a_slow_balance_that_decides_leaves_the_page_not_understood(upstream, session, monkeypatch):
    monkeypatch.setattr(opencode_go, "BALANCE_SECONDS", 0.1)
    upstream.answer("GET", GO, text="<html></html>")
    upstream.answer("GET", OVERVIEW, fault="timeout")

    with pytest.raises(InvalidResponse, match="rollingUsage"):
        await usage(session, cookie="made-up-session", workspace_id="wrk_1")


# This computer


def note(machine, statement):
    data = '{"role": "assistant", "providerID": "opencode-go", "cost": 1}'
    create = "CREATE TABLE message (id, time_created, data)"
    return machine.write(".local/share/opencode/opencode.db", {"sqlite": [create, statement.replace("{data}", data)]})


async def test_the_database_is_read_while_the_tool_writes_it(session, machine):
    path = note(machine, "PRAGMA journal_mode = wal")
    data = '{"role": "assistant", "providerID": "opencode-go", "cost": 1}'
    tool = sqlite3.connect(path, autocommit=True)
    try:
        tool.execute("INSERT INTO message VALUES (1, 1700000000000, ?)", (data,))
        tool.execute("BEGIN IMMEDIATE")
        tool.execute("INSERT INTO message VALUES (2, 1700000000000, ?)", (data,))
        snapshot = await usage(session, source="local")
        tool.execute("ROLLBACK")
    finally:
        tool.close()

    assert snapshot.metric("requests_30d").value == 0
    assert snapshot.window("session").used == 0


async def test_the_data_folder_of_the_system(session, machine, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(machine.home / "data"))
    machine.write("data/opencode/auth.json", '{"opencode-go": {"key": "made-up-key"}}')

    assert await opencode_go.key_of(Call(account(session))) == "made-up-key"


@pytest.mark.parametrize(
    ("start", "now", "begin", "end"),
    [
        ("2027-01-31T12:00", "2027-02-28T11:59", "2027-01-31T12:00", "2027-02-28T12:00"),
        ("2027-01-31T12:00", "2027-02-28T12:00", "2027-02-28T12:00", "2027-03-31T12:00"),
        ("2027-01-31T12:00", "2028-02-29T12:00", "2028-02-29T12:00", "2028-03-31T12:00"),
        ("2026-12-31T00:00", "2027-01-30T23:59", "2026-12-31T00:00", "2027-01-31T00:00"),
        ("2027-03-17T09:00", "2027-03-17T09:00", "2027-03-17T09:00", "2027-04-17T09:00"),
    ],
)
def test_periods_begin_each_month_with_the_first_use(start, now, begin, end):
    first, now = (datetime.fromisoformat(f"{each}+00:00") for each in (start, now))
    in_period = datetime.fromisoformat(f"{begin}+00:00")
    payments = sorted([(first, 2.0), (in_period, 3.0)])

    monthly = next(each for each in opencode_go.local_reading(payments, now).windows if each.id == "monthly")

    assert monthly.resets_at == datetime.fromisoformat(f"{end}+00:00")
    assert monthly.used == (5 if first == in_period else 3)


# The answers of the site


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{id:"wrk_1",name:"A \\"b\\" \\x3Cc\\u003E"}', {"wrk_1": 'A "b" <c>'}),
        ('{id : $R[3]="wrk_1" , name : $R[4]="A"}', {"wrk_1": "A"}),
        ('{id:"wrk_1",slug:null,name:"A"}', {"wrk_1": None}),
        ('{id:"wrk_1",name:"A\\q"},{id:"wrk_1",name:"B"},{id:"wrk_2",name:""}', {"wrk_1": "A\\q", "wrk_2": None}),
        ('{workspaceid:"wrk_1",id:"usr_1"}', {}),
        (
            '{"a": [{"name": "A", "id": "wrk_1", "owner": "wrk_2"}, "wrk_3"]}',
            {"wrk_1": "A", "wrk_2": None, "wrk_3": None},
        ),
        ('["wrk_", "my wrk_1", "wrk_1/../..", 5, null]', {}),
        ("null", {}),
        ("", {}),
    ],
)
def test_workspaces_in_an_answer(answer, found):
    assert opencode_site.workspaces_in(answer) == found
    assert list(opencode_site.workspaces_in(answer)) == list(found)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{customerID:"cus_1",balance:$R[2]=12}', {"customerID": "cus_1", "balance": 12}),
        ("{useBalance:5,customerID:null,balance : -1.5}", {"customerID": None, "balance": -1.5}),
        ('{customerID:"",useBalance:5}', {"customerID": ""}),
        ('{customerID:"cus_1",subscription:$R[3]={}}', {"customerID": "cus_1", "subscription": {}}),
        (
            '{timeMonthlyUsageUpdated:$R[1]=new Date("2027-03-16T10:00:00.000Z"),subscription:null}',
            {"timeMonthlyUsageUpdated": "2027-03-16T10:00:00.000Z", "subscription": None},
        ),
        ('{"a": {"customerID": null}}', {"customerID": None}),
        ('{"balance": 5}', {}),
    ],
)
def test_billing_in_an_answer(answer, found):
    assert opencode_site.billing_in(answer) == found


def test_ids_that_are_not_asked_for_are_left_out():
    answer = '{"rolling": {"percent": 1}, "weekly": {"percent": 2}, "monthly": {"percent": 3}}'

    assert [each.id for each in opencode_site.usage_windows(answer, NOW, ("session", "weekly"))] == [
        "session",
        "weekly",
    ]


@pytest.mark.parametrize(
    "answer", ["[" * 30_000 + "]" * 30_000, '{"a":' * 30_000 + "1" + "}" * 30_000], ids=["list", "object"]
)
async def test_an_answer_without_end_is_not_understood(upstream, session, answer):
    upstream.answer("GET", USAGE, text=answer)

    with pytest.raises(InvalidResponse):
        await usage(session, api_key="made-up-key", cookie_source="off")
