"""Every conversation in tests/cases, played through a config entry and `get_usage`."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
import math
from pathlib import Path
from typing import Any

import freezegun
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ai_quota.const import DOMAIN
from tests.common import add_account, shorten_timeouts
from tests.conftest import Machine
from tests.upstream import Upstream, load_cases

CASES = [
    pytest.param(case, id=f"{case['provider']}: {case['name']}") for case in load_cases(Path(__file__).parent / "cases")
]
TEXTS = ("source", "account", "organization", "plan")


@pytest.fixture(scope="module")
def clock() -> Iterator[Any]:
    """Set the time for all cases: that takes as long as a case."""
    with freezegun.freeze_time(tick=True, real_asyncio=True) as clock:
        yield clock


@pytest.fixture
async def swift_loop() -> None:
    """Let the loop go without keeping the origin of everything that it runs."""
    asyncio.get_running_loop().set_debug(False)


@pytest.mark.parametrize("case", CASES)
async def test_case(
    swift_loop: None,
    hass: HomeAssistant,
    upstream: Upstream,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    clock: Any,
    case: dict[str, Any],
) -> None:
    clock.move_to(case["now"])
    for name, value in case.get("env", {}).items():
        monkeypatch.setenv(name, value)
    for path, content in case.get("files", {}).items():
        machine.write(path, content)
    for name, spec in case.get("commands", {}).items():
        machine.install(name, spec)
    conversation = case.get("http", ())
    upstream.play(conversation)
    if any(each["response"].get("fault") == "timeout" for each in conversation):
        shorten_timeouts(monkeypatch)

    problems = [*compare(await outcome(hass, case), case["expect"])]
    assert not problems, "\n".join(problems + upstream.unmatched)


async def outcome(hass: HomeAssistant, case: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `get_usage` gives, or the kind of the failure and its message."""
    entry = await add_account(hass, case["provider"], case["config"])
    if entry.state is ConfigEntryState.LOADED:
        return await hass.services.async_call(
            DOMAIN, "get_usage", {"config_entry_id": entry.entry_id}, blocking=True, return_response=True
        )
    kind = "auth" if any(entry.async_get_active_flows(hass, {SOURCE_REAUTH})) else entry.error_reason_translation_key
    return {"error": kind, "message": entry.reason or ""}


def compare(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield every difference in the fields that are named."""
    if found.get("error") != expected.get("error"):
        yield f"got {found}, expected {expected}"
        return
    if (part := expected.get("message_contains", "")).lower() not in found.get("message", "").lower():
        yield f"message: {found['message']!r} lacks {part!r}"
    yield from _differences("", found, {name: expected[name] for name in TEXTS if name in expected})
    for group in ("windows", "metrics"):
        figures = {each["id"]: each for each in found.get(group, ())}
        wanted = expected.get(group, {})
        if missing := wanted.keys() - figures.keys():
            yield f"{group} without {sorted(missing)}: {sorted(figures)}"
        if group == "windows" and group in expected and (unexpected := figures.keys() - wanted.keys()):
            yield f"unexpected windows {sorted(unexpected)}"
        for id in figures.keys() & wanted.keys():
            yield from _differences(f"{group}.{id}.", figures[id], wanted[id])
    attempts = found.get("attempts", ())
    for wanted in expected.get("attempts", ()):
        if not any(wanted.items() <= attempt.items() for attempt in attempts):
            yield f"no attempt like {wanted} in {attempts}"


def _differences(prefix: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if not same(found[name], value):
            yield f"{prefix}{name}: {found[name]!r}, expected {value!r}"


def same(found: Any, wanted: Any) -> bool:
    """Return whether two values agree: numbers to 0.01, times to the second."""
    match found, wanted:
        case bool() | None, _:
            return found is wanted
        case int() | float(), int() | float():
            return abs(found - wanted) <= 0.01
        case str(), str():
            return found == wanted or _seconds_between(found, wanted) <= 1
    return False


def _seconds_between(found: str, wanted: str) -> float:
    try:
        return abs((datetime.fromisoformat(found) - datetime.fromisoformat(wanted)).total_seconds())
    except ValueError:
        return math.inf
