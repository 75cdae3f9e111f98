"""Measures what the integration costs Home Assistant, and writes docs/benchmarks.md."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count, cycle, islice
import json
import os
from pathlib import Path
import platform
import shutil
from statistics import median
from typing import Any

from homeassistant.const import __version__

from custom_components.ai_quota.quota import PROVIDERS
from scripts.lib.bench_card import with_card
from scripts.lib.bench_child import KEPT_SECONDS
from scripts.lib.home import ROOT, Home
from scripts.lib.world import MINUTE, Life, World, pick, to_the_present
from tests.upstream import Upstream

FOLDER = ROOT / ".bench"
REPORT = ROOT / "docs" / "benchmarks.md"
PORT = 8126
ACCOUNTS = 54
RUNS = 5

type Figures = dict[str, Any]


async def measure(home: Home, name: str) -> Figures:
    """Return the figures of one run."""
    with home.log.open("ab") as log:
        process = await home.spawn(
            "scripts.lib.bench_child", str(home.folder), name, output=asyncio.subprocess.PIPE, errors=log
        )
        output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{name} has failed, see {home.log}")
    figures: Figures = json.loads(output.splitlines()[-1])
    print(f"{name}: {figures}", flush=True)
    return figures


async def prepared(upstream: Upstream, accounts: list[Figures]) -> Home:
    """Return a fresh Home Assistant that knows which accounts a measurement may add."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    home = Home(FOLDER, PORT, upstream.door)
    await home.prepare()
    (FOLDER / "accounts.json").write_text(json.dumps(accounts))
    return home


async def with_claude(name: str) -> Figures:
    """Return the figures of a measurement with one Claude account, for which every poll is five minutes later."""
    minutes = count(step=5)
    begun = datetime.now(UTC)
    async with Upstream() as upstream:
        world = World(upstream, Life(begun, lambda: begun + next(minutes) * MINUTE))
        world.claude().issued.append(("access-1", "refresh-1"))
        account = {"provider": "claude", "title": "Claude (Ada)", "data": {"access_token": "access-1"}}
        return await measure(await prepared(upstream, [account]), name)


async def with_many(runs: int) -> tuple[list[Figures], list[Figures], list[Figures]]:
    """Return the figures of adding all accounts at once, and of starts without and with them."""
    async with Upstream() as upstream:
        world = World(upstream)
        cases = {}
        for provider in PROVIDERS:
            with suppress(LookupError):  # one that a person can only sign in to
                cases[provider] = to_the_present(pick(provider))
        accounts = [
            {"provider": provider, "title": f"{PROVIDERS[provider]} ({number})", "data": cases[provider]["config"]}
            for number, provider in enumerate(islice(cycle(cases), ACCOUNTS))
        ]
        added, without, having = [], [], []
        for _ in range(runs):
            home = await prepared(upstream, accounts)
            for case in cases.values():
                world.replay(home, case)
            without.append(await measure(home, "started"))
            added.append(await measure(home, "many"))
            having.append(await measure(home, "started"))
    return added, without, having


def middle(runs: list[Figures], key: str) -> float:
    """Return the median of a figure."""
    return median(figures[key] for figures in runs)


def difference(having: list[Figures], without: list[Figures], key: str, unit: str) -> str:
    """Return by how much a figure is higher with the accounts."""
    return f"{middle(having, key) - middle(without, key):.1f} {unit}"


def machine() -> str:
    """Return what the figures were taken on."""
    models = (line.partition(":")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line)
    model = next(models, platform.machine()).strip()
    return f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}, Home Assistant {__version__}"


async def main() -> None:
    """Measure everything and write the report."""
    refreshes = [await with_claude("refresh") for _ in range(RUNS)]
    lists = [await with_claude("provider_list") for _ in range(RUNS)]
    recorded = [await with_claude("recorder") for _ in range(3)]
    added, without, having = await with_many(RUNS)
    shutil.rmtree(FOLDER, ignore_errors=True)
    card = await with_card(FOLDER, PORT, RUNS)
    rows = (
        (
            "One refresh of a Claude account on a new connection: CPU of the event loop's thread",
            "3 ms",
            f"{middle(refreshes, 'new'):.1f} ms",
        ),
        ("The same on a connection that is still open", "3 ms", f"{middle(refreshes, 'kept'):.1f} ms"),
        (
            f"Start of Home Assistant with {ACCOUNTS} accounts: longer by",
            "1 s",
            difference(having, without, "seconds", "s"),
        ),
        ("Memory in use right after that start: more by", "", difference(having, without, "megabytes", "MB")),
        (
            f"Memory in use {KEPT_SECONDS} seconds later, when the connections are closed: more by",
            "25 MB",
            difference(having, without, "megabytes_later", "MB"),
        ),
        (
            f"Adding {ACCOUNTS} accounts at once, their modules not yet imported: time",
            "",
            f"{middle(added, 'seconds'):.2f} s",
        ),
        ("Longest step of the event loop meanwhile: CPU", "20 ms", f"{middle(added, 'work'):.1f} ms"),
        (
            "Longest step of the event loop meanwhile: time, with waiting for the threads that import",
            "20 ms",
            f"{middle(added, 'block'):.1f} ms",
        ),
        ("Opening the list of providers, for the first time", "50 ms", f"{middle(lists, 'first'):.1f} ms"),
        ("Opening the list of providers again", "50 ms", f"{middle(lists, 'then'):.1f} ms"),
        ("Rows of states of a Claude account, a day", "", f"{middle(recorded, 'states'):.0f}"),
        ("Rows of state attributes of a Claude account, a day", "", f"{middle(recorded, 'state_attributes'):.0f}"),
        ("Growth of the database by a Claude account, a day", "", f"{middle(recorded, 'bytes') / 1000:.0f} kB"),
        ("Size of the module for the front end", "60 kB", f"{card['size']:.0f} kB"),
        ("The same as browsers fetch it, compressed", "20 kB", f"{card['zipped']:.0f} kB"),
        (
            f"First render of a card with {card['accounts']} accounts, {card['bars']:.0f} bars",
            "100 ms",
            f"{card['first']:.0f} ms",
        ),
        ("The same card, when one of its figures changes", "20 ms", f"{card['change']:.1f} ms"),
        ("The same card, when something else in the house changes", "1 ms", f"{card['other']:.1f} ms"),
    )
    REPORT.write_text(
        TEXT.format(machine=machine(), runs=RUNS, accounts=ACCOUNTS, table="\n".join(map(" | ".join, rows)))
    )
    shutil.rmtree(FOLDER, ignore_errors=True)


TEXT = """\
# Benchmarks

What the integration costs Home Assistant: medians of {runs} runs of `scripts/bench` in a Home Assistant with recorder,
history, logbook and front end, against a local server over TLS in a process of its own. The Claude account has a
session, three weeks, extra usage, and every sensor that is enabled by default; its figures change at each of its 288
polls a day. The card is rendered by Chromium, with every account of the demo.

{machine}

What | Goal | Measured
--- | --- | ---
{table}

Memory: about {accounts} accounts that start at once open as many TLS connections, and asyncio keeps a quarter of a
megabyte for each of them until it is closed after 15 seconds. What Python then has free it keeps for later. Were the
connections closed at once, 10 MB less would be in use, and every further request of a poll would cost a handshake.

Steps of the loop: modules are imported in a thread that Home Assistant has for that. While it runs, the event loop has
to wait for Python's global lock, up to 5 ms each time. Its own work in one step is what the figure for the CPU says.
"""


if __name__ == "__main__":
    asyncio.run(main())
