"""What the cases of OpenCode cannot show: other browser profiles, the choice of a workspace, which account it is."""

from typing import Any

import aiohttp

from custom_components.ai_quota.quota import Account, InMemory, fetch
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.opencode_site import WORKSPACES
from custom_components.ai_quota.quota.provider import Workspace
from custom_components.ai_quota.quota.providers.opencode import SUBSCRIPTION, OpenCode
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

OPENCODE = OpenCode()
SERVER = "https://opencode.ai/_server"
USAGE = {"rolling": {"percent": 3}}


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(OPENCODE, InMemory(data), session)


async def test_the_next_profile_is_tried_when_one_is_signed_out(
    upstream: Upstream, session: aiohttp.ClientSession, machine: Machine
) -> None:
    theme = Kept("opencode.ai", "theme", "dark")
    machine.firefox(*([Kept("opencode.ai", "auth", value), theme] for value in ("signed-out", "signed-in")))
    upstream.answer("GET", SERVER, when={"headers": {"Cookie": "auth=signed-out"}}, text="Sign in")
    upstream.answer("GET", SERVER, when={"headers": {"Cookie": "auth=signed-in"}}, json=USAGE)

    snapshot = await fetch(account(session, workspace_id="wrk_1"))

    assert [window.used_percent for window in snapshot.windows] == [3]
    assert [request.cookies for request in upstream.requests] == [{"auth": "signed-out"}, {"auth": "signed-in"}]


async def test_workspaces_are_offered(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("GET", SERVER, text='$R[1]={id:"wrk_1",name:"Home"},$R[2]={id:"wrk_2",slug:null}')

    found = await OPENCODE.workspaces(Call(account(session, cookie="made-up-session")))

    assert found == [Workspace("wrk_1", "Home"), Workspace("wrk_2", "wrk_2")]


async def test_the_workspace_is_the_account(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("GET", f"{SERVER}?id={SUBSCRIPTION}", json=USAGE)
    upstream.answer("GET", f"{SERVER}?id={WORKSPACES}", text='{id:"wrk_First",name:"Home"}')

    for data, expected in (({"workspace_id": "wrk_Other"}, "wrk_other"), ({}, "wrk_first")):
        watched = account(session, cookie="made-up-session", **data)
        assert OPENCODE.identity(await fetch(watched), watched.settings()) == f"opencode:{expected}"


def test_the_dashboard_is_the_billing_page_of_the_workspace(session: aiohttp.ClientSession) -> None:
    assert OPENCODE.dashboard_for(account(session).settings()) == "https://opencode.ai/auth"
    chosen = account(session, workspace_id="https://opencode.ai/workspace/wrk_1/go").settings()
    assert OPENCODE.dashboard_for(chosen) == "https://opencode.ai/workspace/wrk_1/billing"
