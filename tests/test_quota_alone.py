"""The quota wing works where Home Assistant is not installed."""

from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).parents[1]

SCRIPT = """
import asyncio
import sys


class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("homeassistant", "voluptuous", "probatio"):
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, NotInstalled())
sys.path[:0] = ["custom_components/ai_quota", "."]

import aiohttp
import quota
from tests.upstream import Upstream, redirect


async def main():
    async with Upstream() as upstream, aiohttp.ClientSession() as session:
        with redirect(upstream.door):
            upstream.answer(
                "GET",
                "https://openrouter.ai/api/v1/credits",
                when={"headers": {"Authorization": "Bearer made-up-key"}},
                json={"data": {"total_credits": 20, "total_usage": 7.5}},
            )
            account = quota.Account(quota.load("openrouter"), quota.InMemory({"api_key": "made-up-key"}), session)
            return await quota.fetch(account)


for provider in quota.PROVIDERS:
    quota.load(provider)
print(asyncio.run(main()).metric("balance").value)
"""


def test_every_provider_loads_and_one_is_fetched() -> None:
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-W", "error", "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stderr == ""
    assert done.stdout == "12.5\n"
