"""What the cases of MiniMax cannot show: what is remembered from one fetch to the next, and who is who."""

from collections.abc import Callable

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from tests.conftest import Machine
from tests.upstream import Upstream

PAGE = "https://platform.minimax.io/user-center/payment/coding-plan"
LEFT = {"base_resp": {"status_code": 0}, "model_remains": [{"current_interval_remaining_percent": 60}]}
COLUMNS = "host_key TEXT, path TEXT, is_secure INT, expires_utc INT, name TEXT, value TEXT, encrypted_value BLOB"
SCHEMA = (
    "CREATE TABLE meta (key TEXT, value TEXT)",
    "INSERT INTO meta VALUES ('version', '20')",
    f"CREATE TABLE cookies ({COLUMNS}, is_httponly INT)",
)


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Callable[..., Account]:
    return lambda **data: Account(load("minimax"), InMemory({"billing_history": False, **data}), session)


async def test_the_bearer_that_was_taken_is_the_first_one_next_time(
    upstream: Upstream, machine: Machine, account: Callable[..., Account]
) -> None:
    cookie = "INSERT INTO cookies VALUES ('.minimax.io', '/', 1, 0, 'HERTZ-SESSION', 'no-bearer', '', 1)"
    machine.write(".config/chromium/Default/Cookies", {"sqlite": [*SCHEMA, cookie]})
    upstream.answer("GET", PAGE, when={"headers": {"Authorization": "Bearer no-bearer"}}, status=401)
    upstream.answer("GET", PAGE, json=LEFT)
    mine = account()

    for _ in range(2):
        assert (await fetch(mine)).window("session")

    assert ["Authorization" in each.headers for each in upstream.to(PAGE)] == [True, False, False]


@pytest.mark.parametrize(("group", "identity"), [("; GroupId=12345", "minimax:global:12345"), ("", None)])
async def test_the_group_tells_accounts_apart(
    upstream: Upstream, account: Callable[..., Account], group: str, identity: str | None
) -> None:
    upstream.answer("GET", PAGE, json=LEFT)
    mine = account(cookie=f"HERTZ-SESSION=made-up{group}")

    found = mine.provider.identity(await fetch(mine), mine.settings())

    assert found == (identity or f"minimax:global:{mine.provider.fingerprint('HERTZ-SESSION=made-up')}")


async def test_the_dashboard_is_that_of_the_region(account: Callable[..., Account]) -> None:
    mine = account(region="cn")

    assert mine.provider.dashboard_for(mine.settings()).startswith("https://platform.minimaxi.com/")
