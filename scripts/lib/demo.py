"""A Home Assistant to look at: an account of every provider, in front of a pretend internet that lives."""

import argparse
import asyncio
from contextlib import suppress
import shutil
import signal

import aiohttp

from custom_components.ai_quota.quota import PROVIDERS
from scripts.lib.flows import FlowError
from scripts.lib.home import PASSWORD, ROOT, USER, Home, running
from scripts.lib.week import remember
from scripts.lib.world import World
from tests.upstream import Upstream

FEATURED = (
    "claude",
    "codex",
    "copilot",
    "cursor",
    "openrouter",
    "zai",
    "kiro",
    "alibaba_coding_plan",
    "alibaba_token_plan",
    "opencode_go",
    "jetbrains",
    "litellm",
)
"""The providers whose figures change as time goes by; the others follow."""
REFRESH_SECONDS = 60
"""How often the demo asks for new figures, faster than accounts do by themselves."""


async def furnish(home: Home, world: World) -> list[str]:
    """Add every account, and a week of the past; return their entries."""
    entries = []
    for provider in dict.fromkeys((*FEATURED, *PROVIDERS)):
        try:
            entry = await world.add(home, provider)
        except (FlowError, LookupError) as err:
            print(f"        {PROVIDERS[provider]} is left out: {err}", flush=True)
            continue
        print(f"        {entry['title']}", flush=True)
        entries.append(entry["entry_id"])
    await remember(home)
    return entries


async def live(home: Home, entries: list[str]) -> None:
    """Ask for new figures again and again."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        for entry_id in entries:
            with suppress(aiohttp.ClientError):
                await home.act("refresh", config_entry_id=entry_id)


async def show(home: Home, world: World) -> None:
    """Furnish a Home Assistant, say where it is, and keep it alive."""
    print("Adding accounts…", flush=True)
    entries = await furnish(home, world)
    print(f"\nOpen {home.url}/ai-plans and sign in as {USER} with the password {PASSWORD}. Ctrl-C ends.", flush=True)
    await live(home, entries)


async def main() -> None:
    """Run until somebody presses Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123, help="port of Home Assistant on 127.0.0.1 (%(default)s)")
    options = parser.parse_args()
    folder = ROOT / ".demo"
    shutil.rmtree(folder, ignore_errors=True)
    print("Starting Home Assistant; the first time this takes a minute…", flush=True)
    async with Upstream() as upstream, running(Home(folder, options.port, upstream.door)) as home:
        await show(home, World(upstream))


def end(*_: object) -> None:
    """End as on Ctrl-C."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
