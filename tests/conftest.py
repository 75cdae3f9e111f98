"""Fixtures: a machine of the test's own, and a pretend internet."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import aiohttp
import freezegun
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

import custom_components  # noqa: F401  before the test plugin puts its own package of this name on the path
from custom_components.ai_quota.quota import http
from tests.common import write_file, write_program
from tests.example import register
from tests.upstream import Upstream, redirect

KEPT = ("LANG", "LC_", "TZ", "PYTEST", "COVERAGE", "COV_")


class Kept(NamedTuple):
    """A cookie that a browser keeps."""

    domain: str
    name: str
    value: str
    path: str = "/"
    life: timedelta = timedelta(days=30)

    @property
    def row(self) -> tuple[str | int, ...]:
        """As Firefox keeps it."""
        expiry = int((datetime.now(UTC) + self.life).timestamp())
        return self.domain, self.path, 1, expiry, self.name, self.value, 0, ""


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

    def firefox(self, *profiles: Iterable[Kept]) -> None:
        """Put a Firefox with these profiles in place of the one that was there."""
        listed = "".join(f"[Profile{n}]\nName={n}\nIsRelative=1\nPath={n}\n" for n, _ in enumerate(profiles))
        self.write(".mozilla/firefox/profiles.ini", listed)
        columns = "host, path, isSecure, expiry, name, value, isHttpOnly, originAttributes"
        for n, cookies in enumerate(profiles):
            file = f".mozilla/firefox/{n}/cookies.sqlite"
            (self.home / file).unlink(missing_ok=True)
            inserts = [f"INSERT INTO moz_cookies VALUES {cookie.row}" for cookie in cookies]  # noqa: S608
            self.write(file, {"sqlite": [f"CREATE TABLE moz_cookies ({columns})", *inserts]})


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
async def session(upstream: Upstream) -> AsyncIterator[aiohttp.ClientSession]:
    """Ask the pretend internet as Home Assistant asks for an account: with a session that remembers no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def clock(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FrozenDateTimeFactory]:
    """Stop the clock at the NOW of the test's module, though not the event loop's; see its `tick` and `move_to`."""
    monkeypatch.setattr(asyncio.get_running_loop(), "time", monotonic)
    with freezegun.freeze_time(request.module.NOW) as clock:
        yield clock


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the provider of tests/example.py into the catalogue."""
    register(monkeypatch)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the snapshot without what differs from run to run in Home Assistant's own objects."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)
