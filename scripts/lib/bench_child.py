"""One measurement of the benchmarks, inside a Home Assistant of its own; prints its figures as JSON.

python -m scripts.lib.bench_child DOOR FOLDER MEASUREMENT
"""

import asyncio
from asyncio import events
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
import json
from pathlib import Path
import resource
import sqlite3
from statistics import median
import sys
from time import perf_counter, thread_time
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

BEGUN = perf_counter()

from homeassistant import bootstrap, runner  # noqa: E402  its import is part of what is measured
from homeassistant.config_entries import SOURCE_USER, ConfigEntry  # noqa: E402
from homeassistant.core import HomeAssistant  # noqa: E402
from homeassistant.helpers.recorder import get_instance  # noqa: E402
from homeassistant.loader import async_get_integration  # noqa: E402

from custom_components.ai_quota.const import DOMAIN  # noqa: E402
from scripts.lib.launcher import bent  # noqa: E402

REFRESHES = 50
POLLS_A_DAY = 288
KEPT_SECONDS = 20
"""For how long connections are kept open at most."""

type Figures = dict[str, Any]
type Measurement = Callable[[HomeAssistant, Path], Awaitable[Figures]]


async def started(hass: HomeAssistant, folder: Path) -> Figures:
    """Return how long the start took (seconds), and the memory in use (MB) then and when the connections are closed."""
    figures = {"seconds": perf_counter() - BEGUN, "megabytes": resident(), "entries": len(entries(hass))}
    await asyncio.sleep(KEPT_SECONDS)
    return {**figures, "megabytes_later": resident()}


async def many(hass: HomeAssistant, folder: Path) -> Figures:
    """Return how long adding all accounts at once takes (seconds), and the longest step of the loop meanwhile (ms)."""
    accounts = json.loads((folder / "accounts.json").read_text())
    imported = set(sys.modules)
    begun = perf_counter()
    with steps() as long_steps:
        await asyncio.gather(*(add(hass, **account) for account in accounts))
        await hass.async_block_till_done()
    seconds = perf_counter() - begun
    states = {each.title: each.state.value for each in entries(hass) if each.state.value != "loaded"}
    modules = [name for name in set(sys.modules) - imported if ".quota.providers." in name]
    longest = {"block": max(took for took, _ in long_steps), "work": max(used for _, used in long_steps)}
    return {"seconds": seconds, **longest, "failed": states, "modules": len(modules)}


async def refresh(hass: HomeAssistant, folder: Path) -> Figures:
    """Return what a refresh costs the event loop's thread (ms of CPU), on a new connection and on one kept open."""
    coordinator = (await only_account(hass, folder)).runtime_data
    figures: Figures = {"entities": len(hass.states.async_entity_ids())}
    for name, is_new in (("new", True), ("kept", False)):
        costs = []
        for _ in range(REFRESHES):
            if is_new:
                await drop_connections(coordinator.account.session)
            before = thread_time()
            await coordinator.async_refresh()
            await hass.async_block_till_done()
            costs.append((thread_time() - before) * 1000)
        assert coordinator.last_update_success  # noqa: S101
        figures[name] = median(costs)
    return figures


async def provider_list(hass: HomeAssistant, folder: Path) -> Figures:
    """Return how long the list of providers takes to open (ms), at first and afterwards."""
    times = []
    for _ in range(20):
        before = perf_counter()
        flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        times.append((perf_counter() - before) * 1000)
        hass.config_entries.flow.async_abort(flow["flow_id"])
    return {"first": times[0], "then": median(times[1:])}


async def recorder(hass: HomeAssistant, folder: Path) -> Figures:
    """Return the rows and bytes that a day of polls with ever new figures leaves in the database."""
    coordinator = (await only_account(hass, folder)).runtime_data
    before = await database(hass, folder)
    for _ in range(POLLS_A_DAY):
        await coordinator.async_refresh()
    after = await database(hass, folder)
    return {key: after[key] - before[key] for key in before}


# Tools


async def add(hass: HomeAssistant, provider: str, title: str, data: dict[str, Any]) -> ConfigEntry:
    """Add an account as the config flow would."""
    integration = await async_get_integration(hass, DOMAIN)
    flow = (await integration.async_get_platform("config_flow")).QuotaConfigFlow
    entry = ConfigEntry(
        data={"provider": provider, "source": "auto", **data},
        discovery_keys=MappingProxyType({}),
        domain=DOMAIN,
        minor_version=flow.MINOR_VERSION,
        options={},
        source=SOURCE_USER,
        subentries_data=(),
        title=title,
        unique_id=None,
        version=flow.VERSION,
    )
    await hass.config_entries.async_add(entry)
    return entry


async def only_account(hass: HomeAssistant, folder: Path) -> ConfigEntry[Any]:
    """Add the first account of the list."""
    account = json.loads((folder / "accounts.json").read_text())[0]
    entry = await add(hass, **account)
    await hass.async_block_till_done()
    return entry


def entries(hass: HomeAssistant) -> list[ConfigEntry[Any]]:
    """Return all accounts."""
    return hass.config_entries.async_entries(DOMAIN)


async def drop_connections(session: Any) -> None:
    """Close the connections that the session keeps: an account is polled less often than servers keep them."""
    kept = session.connector._conns  # noqa: SLF001  there is no other way to them
    for connections in kept.values():
        for protocol, _ in connections:
            protocol.close()
    kept.clear()
    await asyncio.sleep(0)


async def database(hass: HomeAssistant, folder: Path) -> Figures:
    """Return rows and bytes of the database."""
    await get_instance(hass).async_block_till_done()

    def read() -> Figures:
        connection = sqlite3.connect(folder / "home-assistant_v2.db")
        try:
            tables = ("states", "state_attributes", "events")
            rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608
            query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            return {**rows, "bytes": connection.execute(query).fetchone()[0]}
        finally:
            connection.close()

    return await hass.async_add_executor_job(read)


@contextmanager
def steps() -> Iterator[list[tuple[float, float]]]:
    """Collect the steps of the loop that take longer than a millisecond: for how long, and how much CPU of it (ms)."""
    found: list[tuple[float, float]] = []
    run = events.Handle._run  # noqa: SLF001  what the loop calls

    def timed(handle: Any) -> None:
        begun, used = perf_counter(), thread_time()
        run(handle)
        took = perf_counter() - begun
        if took > 0.001:
            found.append((took * 1000, (thread_time() - used) * 1000))

    with patch.object(events.Handle, "_run", timed):
        yield found


def resident() -> float:
    """Return the memory in use, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


MEASUREMENTS: dict[str, Measurement] = {
    measure.__name__: measure for measure in (started, many, refresh, provider_list, recorder)
}


async def main(folder: Path, name: str) -> Figures:
    """Start Home Assistant, measure, stop."""
    hass = await bootstrap.async_setup_hass(runner.RuntimeConfig(config_dir=str(folder), skip_pip=True))
    if hass is None:
        raise SystemExit(1)
    await hass.async_start()
    await hass.async_block_till_done()
    figures = await MEASUREMENTS[name](hass, folder)
    await hass.async_stop()
    return figures


if __name__ == "__main__":
    _, door, folder, name = sys.argv
    with bent(Path(door)), asyncio.Runner(loop_factory=runner.create_event_loop) as loop:
        print(json.dumps(loop.run(main(Path(folder), name))))
