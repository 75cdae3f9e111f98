"""Fixtures: a machine of the test's own, and a pretend internet."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
import os
from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

import custom_components  # noqa: F401  before the test plugin puts its own package of this name on the path
from custom_components.ai_quota.quota import http
from tests.common import write_file, write_program
from tests.example import register
from tests.upstream import Upstream, redirect

KEPT = ("LANG", "LC_", "TZ", "PYTEST", "COVERAGE", "COV_")


@dataclass
class Machine:
    """The machine that a test sees: a home directory and a folder of programs, both empty at first."""

    home: Path
    programs: Path

    def write(self, path: str, content: object) -> Path:
        """Write a file below the home directory, as cases describe it."""
        write_file(self.home / path, content)
        return self.home / path

    def install(self, name: str, spec: object) -> Path:
        """Put a program on the PATH that behaves as the `commands` of a case say."""
        write_program(self.programs / name, spec)
        return self.programs / name


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Hide the real home, programs and environment from the test."""
    # In a folder of its own: the test may use the rest of tmp_path.
    machine = Machine(tmp_path / "machine" / "home", tmp_path / "machine" / "programs")
    machine.home.mkdir(parents=True)
    machine.programs.mkdir()
    for name in os.environ:
        if not name.startswith(KEPT):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(machine.home))
    monkeypatch.setenv("PATH", str(machine.programs))
    return machine


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat a request that met a passing fault at once."""
    monkeypatch.setattr(http, "RETRY_SECONDS", 0)


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    """Pretend to be the internet: see `Upstream.answer`, `Upstream.requests` and `Upstream.to`."""
    async with Upstream() as upstream:
        with redirect(upstream.door, upstream.pretends):
            yield upstream


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the provider of tests/example.py into the catalogue."""
    register(monkeypatch)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the snapshot without what differs from run to run in Home Assistant's own objects."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)
