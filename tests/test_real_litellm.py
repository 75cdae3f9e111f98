"""LiteLLM and LLM Proxy against a real LiteLLM proxy, whose database client alone is a stand-in.

They run where AI_QUOTA_LITELLM names the Python of an environment that has it: `pip install "litellm[proxy]" prisma`.
"""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
import json
import os
from pathlib import Path
import subprocess
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import AuthFailed, Snapshot, Unsupported

PYTHON = Path(os.environ.get("AI_QUOTA_LITELLM", "/nowhere")).absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="AI_QUOTA_LITELLM names no Python with litellm[proxy]")

SERVER = Path(__file__).with_name("litellm_server.py")
RESET = "2099-01-01T00:00:00+00:00"

USER = {"user_id": "ada", "user_email": "ada@example.org", "user_role": "internal_user", "teams": ["lab"]}
USER_BUDGET = {"spend": 12.5, "max_budget": 50, "budget_duration": "30d", "budget_reset_at": RESET}
TEAM = {"team_id": "lab", "team_alias": "Laboratory", "members_with_roles": [{"role": "user", "user_id": "ada"}]}
TEAM_BUDGET = {"spend": 70, "max_budget": 200}
KEY_BUDGET = {"spend": 2.5, "max_budget": 10, "budget_duration": "7d"}


def key(name: str, **columns: Any) -> dict[str, Any]:
    """Return the row of a key, which holds a hash of it."""
    return {"token": sha256(f"sk-{name}".encode()).hexdigest(), "key_alias": name, **KEY_BUDGET, **columns}


ROWS = {
    "litellm_usertable": [{**USER, **USER_BUDGET}],
    "litellm_teamtable": [{**TEAM, **TEAM_BUDGET}],
    "litellm_verificationtoken": [
        key("person", user_id="ada", team_id="lab"),
        key("team", team_id="lab"),
        key("lonely"),
        key("narrow", user_id="ada", team_id="lab", allowed_routes=["/key/info"]),
        key("models-only", allowed_routes=["llm_api_routes"]),
        key("expired", expires="2020-01-01T00:00:00+00:00"),
        key("blocked", blocked=True),
    ],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the proxy."""
    with subprocess.Popen(  # noqa: S603  our own script
        [PYTHON, SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # It would ask the internet for the prices of models.
        env={"HOME": str(tmp_path_factory.mktemp("home")), "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        text=True,
    ) as process:
        process.stdin.write(json.dumps(ROWS) + "\n")
        process.stdin.flush()
        port = process.stdout.readline().strip()
        assert port, "the proxy has not started"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Ask the real server, not the pretend internet."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


async def usage(session: aiohttp.ClientSession, provider: str, address: str, api_key: str) -> Snapshot:
    return await fetch(Account(load(provider), InMemory({"base_url": address, "api_key": api_key}), session))


def windows(snapshot: Snapshot) -> dict[str, tuple[float | None, float | None]]:
    return {window.id: (window.used, window.limit) for window in snapshot.windows}


async def test_a_real_server_tells_of_key_user_and_team(address: str, session: aiohttp.ClientSession) -> None:
    snapshot = await usage(session, "litellm", f"{address}/v1", "sk-person")

    assert windows(snapshot) == {"budget": (12.5, 50), "budget_team": (70, 200), "budget_key": (2.5, 10)}
    assert {metric.id: metric.value for metric in snapshot.metrics} == {
        "spend": 12.5,
        "spend_team": 70,
        "spend_key": 2.5,
    }
    assert (snapshot.account, snapshot.organization) == ("ada@example.org", "Laboratory")
    personal, _, of_key = snapshot.windows
    assert personal.resets_at.isoformat() == RESET
    assert (personal.duration.days, of_key.duration.days, of_key.resets_at) == (30, 7, None)


@pytest.mark.parametrize(
    ("name", "budgets"),
    [
        ("team", {"budget_team": (70, 200), "budget_key": (2.5, 10)}),
        ("lonely", {"budget_key": (2.5, 10)}),
        ("narrow", {"budget_key": (2.5, 10)}),
    ],
)
async def test_a_real_server_tells_what_the_key_may_read(
    address: str, session: aiohttp.ClientSession, name: str, budgets: dict[str, tuple[float, float]]
) -> None:
    assert windows(await usage(session, "litellm", address, f"sk-{name}")) == budgets


@pytest.mark.parametrize("api_key", ["sk-unknown", "no-virtual-key", "sk-expired", "sk-blocked", "sk-models-only"])
async def test_a_real_server_refuses_a_key(address: str, session: aiohttp.ClientSession, api_key: str) -> None:
    with pytest.raises(AuthFailed, match="does not know the key"):
        await usage(session, "litellm", address, api_key)


async def test_a_real_server_of_litellm_is_no_llm_proxy(address: str, session: aiohttp.ClientSession) -> None:
    with pytest.raises(Unsupported, match="another program"):
        await usage(session, "llm_proxy", address, "sk-person")
