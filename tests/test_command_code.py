"""What the cases of Command Code cannot show: sessions of browsers, and which account it is."""

from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch
from custom_components.ai_quota.quota.providers.command_code import CommandCode
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

COMMAND_CODE = CommandCode()
API = "https://api.commandcode.ai"
CREDITS = {"credits": {"monthlyCredits": 1}}
SUBSCRIPTION = {"success": True, "data": {"planId": "individual-go", "userId": "U-1", "orgId": None}}
SESSION = "better-auth.session_token"


async def test_every_cookie_of_a_profile_is_sent_and_the_next_one_is_tried_after_a_refusal(
    upstream: Upstream, session: aiohttp.ClientSession, machine: Machine
) -> None:
    for_all = Kept("www.commandcode.ai", "theme", "dark")
    machine.firefox(*([Kept("commandcode.ai", SESSION, value), for_all] for value in ("refused", "accepted")))
    credits = f"{API}/internal/billing/credits"
    upstream.answer("GET", credits, when={"headers": {"Cookie": f"{SESSION}=refused; theme=dark"}}, status=401)
    upstream.answer("GET", credits, when={"headers": {"Cookie": f"{SESSION}=accepted; theme=dark"}}, json=CREDITS)

    snapshot = await fetch(Account(COMMAND_CODE, InMemory({"source": "web"}), session))

    assert [metric.id for metric in snapshot.metrics] == ["monthly_balance"]
    assert len(upstream.to(credits)) == 2


@pytest.mark.parametrize(
    ("me", "expected"),
    [
        ({"user": {"id": "U-1", "email": "ada@example.org"}, "org": None}, "command_code:u-1"),
        ({"user": {"id": "U-1"}, "org": {"id": "Org-9", "name": "Acme"}}, "command_code:u-1 org-9"),
        ({}, "command_code:u-1"),
    ],
)
async def test_user_and_organization_are_the_account(
    upstream: Upstream, session: aiohttp.ClientSession, me: dict[str, Any], expected: str
) -> None:
    upstream.answer("GET", f"{API}/alpha/whoami", json=me)
    upstream.answer("GET", f"{API}/alpha/billing/credits", json=CREDITS)
    upstream.answer("GET", f"{API}/alpha/billing/subscriptions", json=SUBSCRIPTION)
    account = Account(COMMAND_CODE, InMemory({"api_key": "made-up-key"}), session)

    assert COMMAND_CODE.identity(await fetch(account), account.settings()) == expected
