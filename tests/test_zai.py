"""What the cases of z.ai cannot show: which accounts are told apart, and where their pages are."""

from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch
from custom_components.ai_quota.quota.credentials import Settings
from custom_components.ai_quota.quota.provider import is_fingerprint
from custom_components.ai_quota.quota.providers.zai import BALANCE, Zai
from tests.conftest import Machine
from tests.upstream import Upstream

ZAI = Zai()
QUOTA = "/api/monitor/usage/quota/limit"
ANSWER = {"code": 200, "success": True, "data": {"planName": "lite", "limits": []}}
KEY = {"api_key": "made-up-key"}
BIGMODEL = {"region": "bigmodel-cn"}
TEAM = {"usage_scope": "team", "organization_id": "org-A", "project_id": "proj-1"}


@pytest.fixture(autouse=True)
def _quota(upstream: Upstream) -> None:
    for host in ("api.z.ai", "open.bigmodel.cn"):
        upstream.answer("GET", f"https://{host}{QUOTA}", json=ANSWER)


async def identity(session: aiohttp.ClientSession, **data: Any) -> str:
    snapshot = await fetch(Account(ZAI, InMemory({"model_usage": False, **data}), session))
    return ZAI.identity(snapshot, Settings(ZAI.fields, data, {})) or ""


async def test_a_key_is_an_account_in_its_region(session: aiohttp.ClientSession) -> None:
    here, there = await identity(session, **KEY), await identity(session, **KEY, **BIGMODEL)

    assert is_fingerprint(here)
    assert here.startswith("zai:global:")
    assert there.startswith("zai:bigmodel-cn:")
    assert "made-up-key" not in here + there


async def test_a_key_from_a_file_is_the_same_account_as_when_it_is_typed(
    session: aiohttp.ClientSession, machine: Machine
) -> None:
    machine.write(".config/zhipu/api_key", "made-up-key\n")

    assert await identity(session, **BIGMODEL) == await identity(session, **KEY, **BIGMODEL)


async def test_a_team_is_one_account_whatever_the_key(session: aiohttp.ClientSession) -> None:
    found = {await identity(session, api_key=key, **BIGMODEL, **TEAM) for key in ("one-key", "another-key")}

    assert found == {"zai:bigmodel-cn:org-a proj-1"}
    assert await identity(session, **KEY, **BIGMODEL, **TEAM | {"project_id": "proj-2"}) not in found


async def test_global_has_no_balance_to_ask_for(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    await fetch(Account(ZAI, InMemory(KEY), session))

    assert {request.url.host for request in upstream.requests} == {"api.z.ai"}


async def test_a_balance_that_reports_no_success_is_none(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("GET", str(BALANCE), json={"code": 200, "data": {"balance": 5}})

    snapshot = await fetch(Account(ZAI, InMemory(KEY | BIGMODEL), session))

    assert upstream.to(str(BALANCE))
    assert not snapshot.metrics


@pytest.mark.parametrize(
    ("data", "page"),
    [
        ({}, "https://z.ai/manage-apikey/coding-plan/personal/my-plan"),
        (BIGMODEL, "https://bigmodel.cn/coding-plan/personal/usage"),
        (BIGMODEL | TEAM, "https://bigmodel.cn/coding-plan/team/usage-stats"),
    ],
)
def test_the_dashboard_is_that_of_region_and_scope(data: dict[str, str], page: str) -> None:
    assert ZAI.dashboard_for(Settings(ZAI.fields, data, {})) == page
