"""What the cases of Kilo cannot show: the choice among organizations, and who is who."""

from collections.abc import Callable
import json

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import AuthFailed
from tests.conftest import Machine
from tests.upstream import Upstream

PROFILE = "https://api.kilo.ai/api/profile"
BALANCE = "https://api.kilo.ai/api/profile/balance"
ACME, OTHER = "5a0c1f5e-0000-4000-8000-00000000000a", "5a0c1f5e-0000-4000-8000-00000000000b"


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Callable[..., Account]:
    return lambda **data: Account(load("kilo"), InMemory(data), session)


async def test_organizations_to_choose_from(
    upstream: Upstream, machine: Machine, account: Callable[..., Account]
) -> None:
    organizations = [{"id": ACME, "name": "Acme"}, {"id": OTHER}]
    upstream.answer("GET", PROFILE, json={"user": {}, "organizations": organizations})
    machine.write(".local/share/kilo/auth.json", json.dumps({"kilo": {"access": "of-the-tool"}}))

    for data, token in (({"api_key": "of-the-person"}, "of-the-person"), ({}, "of-the-tool")):
        found = await load("kilo").workspaces(Call(account(**data)))
        assert [each.name for each in found] == ["Personal", "Acme", OTHER]
        assert upstream.requests[-1].headers["Authorization"] == f"Bearer {token}"
        for each in found:
            Call(account(organization_id=each.id))  # each of them is an id that is accepted


async def test_there_is_nothing_to_choose_without_credentials(account: Callable[..., Account]) -> None:
    with pytest.raises(AuthFailed):
        await load("kilo").workspaces(Call(account()))


async def test_an_organization_is_the_same_account_for_everybody(
    upstream: Upstream, account: Callable[..., Account]
) -> None:
    upstream.answer("GET", BALANCE, json={"balance": 1})

    for written in (ACME, ACME.upper()):
        mine = account(api_key=f"key-{written}", organization_id=written)
        assert mine.provider.identity(await fetch(mine), mine.settings()) == f"kilo:{ACME}"
