"""A Home Assistant to look at: an account of every provider, in front of a pretend internet that lives."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
import json
import shutil
import signal
from typing import Any

import aiohttp

from custom_components.ai_quota.quota import PROVIDERS
from scripts.lib.flows import FlowError
from scripts.lib.home import PASSWORD, ROOT, USER, Home, running
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
SEVERITY = {"green": 0, "yellow": 70, "red": 90}


async def furnish(home: Home, world: World) -> list[str]:
    """Add every account and a dashboard of them; return their entries."""
    entries = []
    for provider in dict.fromkeys((*FEATURED, *PROVIDERS)):
        try:
            entry = await world.add(home, provider)
        except (FlowError, LookupError) as err:
            print(f"        {PROVIDERS[provider]} is left out: {err}", flush=True)
            continue
        print(f"        {entry['title']}", flush=True)
        entries.append(entry["entry_id"])
    await write_dashboard(home)
    return entries


async def write_dashboard(home: Home) -> None:
    """Write a dashboard with a section for every account."""
    known = await home.ask("config/entity_registry/list")
    states = await home.states()
    sections = [{"type": "grid", "cards": list(cards(entry, known, states))} for entry in await home.entries()]
    view = {"title": "AI plans", "type": "sections", "max_columns": 4, "sections": sections}
    dashboard = home.folder / "dashboard.yaml"
    dashboard.write_text(json.dumps({"views": [view]}, indent=2))  # JSON is YAML, too


def cards(
    entry: Mapping[str, Any], known: list[Mapping[str, Any]], states: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the cards of an account: gauges for the first limits, then other limits, resets and amounts."""
    yield {"type": "heading", "heading": entry["title"], "icon": "mdi:gauge"}
    own = [each for each in known if each["config_entry_id"] == entry["entry_id"] and each["entity_id"] in states]

    def rows(ending: str) -> list[dict[str, str]]:
        found = [each for each in own if each["unique_id"].endswith(ending)]
        return [{"entity": each["entity_id"], "name": each["original_name"]} for each in found]

    used, resets, amounts = rows("_used"), rows("_resets_at"), rows("_value")
    for row in used[:2]:
        columns = 6 if len(used) > 1 else 12
        yield {"type": "gauge", **row, "severity": SEVERITY, "grid_options": {"columns": columns}}
    yield {"type": "entities", "entities": [*used[2:4], *resets[:2], *amounts[:2]]}


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
