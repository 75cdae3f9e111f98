"""Cookies out of the browsers of this machine: of profiles that the real browsers made, and of made-up ones."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
import shutil
import sqlite3
import sys
from typing import Any

import aiohttp
from aiohttp import web
import pytest
from yarl import URL

from custom_components.ai_quota.quota import Account, InMemory, browser
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.browser import browser_sessions, profiles
from custom_components.ai_quota.quota.credentials import Cookies, cookie, cookie_source
from custom_components.ai_quota.quota.provider import Provider
from tests.conftest import Machine

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the profiles lie elsewhere on other systems"),
    # The library leaves databases open that it could not read.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FAR = datetime.now(UTC) + timedelta(days=30)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Site(Provider):
    """A provider that reads the session of a site."""

    id = "site"
    name = "Site"
    dashboard = "https://quota.example/"
    fields = (cookie("quota.example", ".sub.example", "127.0.0.1", names=("session",)), cookie_source())


@pytest.fixture
def call(session: aiohttp.ClientSession) -> Call:
    return Call(Account(Site(), InMemory({}), session))


async def sessions(call: Call) -> list[Cookies]:
    return await browser_sessions(call, Site.fields[0])


# Made-up profiles


def chromium(folder: Path, *rows: tuple[Any, ...]) -> None:
    """Write Chromium's cookies: domain, name, value, path, expiry (None: with the session), secure."""
    folder.mkdir(parents=True)
    database = sqlite3.connect(folder / "Cookies")
    database.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    database.execute("INSERT INTO meta VALUES ('version', '23')")
    database.execute(
        "CREATE TABLE cookies (host_key, path, is_secure, expires_utc, name, value, encrypted_value, is_httponly)"
    )
    for domain, name, value, path, expires, secure in rows:
        ends = 0 if expires is None else int((expires.timestamp() + 11_644_473_600) * 1_000_000)
        text, encrypted = ("", value) if isinstance(value, bytes) else (value, b"")
        database.execute(
            "INSERT INTO cookies VALUES (?, ?, ?, ?, ?, ?, ?, 1)", (domain, path, secure, ends, name, text, encrypted)
        )
    database.commit()
    database.close()


def firefox(folder: Path, *rows: tuple[Any, ...]) -> sqlite3.Connection:
    """Write Firefox's cookies: domain, name, value, expiry in milliseconds, container; the log stays open."""
    folder.mkdir(parents=True)
    database = sqlite3.connect(folder / "cookies.sqlite")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(
        "CREATE TABLE moz_cookies (host, path, isSecure, expiry, name, value, isHttpOnly, originAttributes)"
    )
    for domain, name, value, expires, container in rows:
        ends = int(expires.timestamp() * 1000)
        database.execute(
            "INSERT INTO moz_cookies VALUES (?, '/', 1, ?, ?, ?, 1, ?)", (domain, ends, name, value, container)
        )
    database.commit()
    return database


def row(name: str, value: Any, domain: str = "quota.example", path: str = "/", expires: datetime | None = FAR) -> Any:
    return domain, name, value, path, expires, 1


async def test_only_cookies_of_the_site_that_are_alive(call: Call, machine: Machine) -> None:
    chromium(
        machine.home / ".config/chromium/Default",
        row("session", "mine"),
        row("leading", "dot", ".quota.example"),
        row("sub", "domain", "www.sub.example"),
        row("temporary", "kept", expires=None),
        row("other", "site", "evilquota.example"),
        row("other", "subdomain", "www.quota.example"),
        row("expired", "gone", expires=datetime.now(UTC) - timedelta(days=1)),
        row("empty", ""),
    )
    (found,) = await sessions(call)
    assert found.pairs == {"session": "mine", "leading": "dot", "sub": "domain", "temporary": "kept"}
    assert found.origin == "Chromium: Default"


async def test_a_browser_sends_each_host_its_own(call: Call, machine: Machine) -> None:
    chromium(
        machine.home / ".config/chromium/Default",
        row("session", "everywhere", ".quota.example"),
        row("session", "deep", path="/deep"),
        row("other", "elsewhere", ".sub.example"),
    )
    (found,) = await sessions(call)
    assert found.for_url(URL("https://quota.example/deep/down")).pairs == {"session": "deep"}
    assert found.for_url(URL("https://quota.example/deeper")).pairs == {"session": "everywhere"}
    assert found.for_url(URL("https://api.sub.example/")).pairs == {"other": "elsewhere"}
    assert found.for_url(URL("http://quota.example/")).pairs == {}


async def test_a_profile_without_a_session_does_not_count(call: Call, machine: Machine) -> None:
    chromium(machine.home / ".config/chromium/Default", row("preference", "dark"))
    assert await sessions(call) == []


async def test_the_profile_that_was_used_last_comes_first(call: Call, machine: Machine) -> None:
    base = machine.home / ".config/google-chrome"
    for name in ("Default", "Profile 2", "Profile 10"):
        chromium(base / name, row("session", name))
    machine.write(".config/google-chrome/Local State", '{"profile": {"last_used": "Profile 10"}}')
    assert [found.get("session") for found in await sessions(call)] == ["Profile 10", "Default", "Profile 2"]


async def test_a_row_that_cannot_be_decrypted_spoils_only_its_profile(call: Call, machine: Machine) -> None:
    chromium(machine.home / ".config/chromium/Default", row("session", b"v11" + b"x" * 32))
    chromium(machine.home / ".config/vivaldi/Default", row("session", "readable"))
    assert [found.get("session") for found in await sessions(call)] == ["readable"]


async def test_a_file_that_is_no_database_is_passed_over(call: Call, machine: Machine) -> None:
    machine.write(".config/chromium/Default/Cookies", "no database")
    machine.write(".config/chromium/Local State", "no JSON")
    machine.write(".mozilla/firefox/profiles.ini", "no [ sections")
    assert await sessions(call) == []


async def test_a_database_that_a_running_browser_locks(call: Call, machine: Machine) -> None:
    folder = machine.home / ".config/chromium/Default"
    chromium(folder, row("session", "mine"))
    browsing = sqlite3.connect(folder / "Cookies")
    browsing.execute("BEGIN EXCLUSIVE")
    try:
        assert [found.get("session") for found in await sessions(call)] == ["mine"]
    finally:
        browsing.close()


async def test_a_running_firefox_and_its_containers(call: Call, machine: Machine) -> None:
    machine.write(
        ".mozilla/firefox/profiles.ini",
        "[Install1]\nDefault=b\n[Profile0]\nName=first\nIsRelative=1\nPath=a\n[Profile1]\nName=second\nPath=b\n",
    )
    running = [
        firefox(machine.home / ".mozilla/firefox/a", ("quota.example", "session", "first", FAR, "")),
        firefox(
            machine.home / ".mozilla/firefox/b",
            ("quota.example", "session", "work", FAR, "^userContextId=2"),
            ("quota.example", "session", "second", FAR, ""),
            ("quota.example", "old", "gone", datetime(2020, 1, 1, tzinfo=UTC), ""),
        ),
    ]
    try:
        found = await sessions(call)
        assert [(each.pairs, each.origin) for each in found] == [
            ({"session": "second"}, "Firefox: second"),
            ({"session": "first"}, "Firefox: first"),
        ]
        assert not list(machine.home.glob("**/*.sqlite-journal"))
    finally:
        for database in running:
            database.close()


async def test_a_machine_without_browsers_or_the_library(
    call: Call, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await sessions(call) == []
    chromium(machine.home / ".config/chromium/Default", row("session", "mine"))
    monkeypatch.setitem(sys.modules, "browser_cookie3", None)
    assert await sessions(call) == []


async def test_browsers_that_take_too_long(call: Call, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    chromium(machine.home / ".config/chromium/Default", row("session", "mine"))
    monkeypatch.setattr(browser, "IMPORT_SECONDS", 0)
    assert await sessions(call) == []


@pytest.mark.parametrize(
    ("system", "file", "label"),
    [
        ("darwin", "Library/Cookies/Cookies.binarycookies", "Safari"),
        ("darwin", "Library/Application Support/Arc/User Data/Default/Cookies", "Arc: Default"),
        ("win32", "AppData/Local/Google/Chrome/User Data/Default/Network/Cookies", "Chrome: Default"),
        ("win32", "AppData/Roaming/Opera Software/Opera Stable/Network/Cookies", "Opera: Default"),
        ("linux", "snap/chromium/common/chromium/Default/Cookies", "Chromium: Default"),
    ],
)
def test_where_other_systems_keep_them(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, system: str, file: str, label: str
) -> None:
    machine.write(file, "cookies")
    monkeypatch.setattr(sys, "platform", system)
    assert [profile.label for profile in profiles(machine.home)] == [label]


# Real browsers


async def test_real_browser_chromium(call: Call, machine: Machine) -> None:
    """Its cookies are encrypted with the fixed key: there is no keyring on a machine without a session bus."""
    program = shutil.which("chromium", path="/usr/bin:/usr/local/bin")
    if not program:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    profile = machine.home / ".config/chromium"
    async with playwright.async_playwright() as driver:
        context = await driver.chromium.launch_persistent_context(
            profile, executable_path=program, headless=True, args=CHROMIUM_FLAGS
        )
        await context.add_cookies(
            [
                {
                    "name": "session",
                    "value": "of a person",
                    "url": "https://quota.example/",
                    "expires": FAR.timestamp(),
                },
                {"name": "other", "value": "x", "url": "https://elsewhere.example/", "expires": FAR.timestamp()},
            ]
        )
        await context.close()
    (found,) = await sessions(call)
    assert found.pairs == {"session": "of a person"}
    assert found.for_url(URL("https://quota.example/")).header == "session=of a person"


async def test_real_browser_firefox(call: Call, machine: Machine, socket_enabled: None) -> None:
    """A page of ours sets the cookie; Firefox keeps its expiry in milliseconds."""
    program = shutil.which("firefox-esr", path="/usr/bin") or shutil.which("firefox", path="/usr/bin")
    if not program:
        pytest.skip("Firefox is not installed")
    async with page_that_sets("session=of-a-person; Max-Age=2592000; Path=/") as address:
        folder = machine.home / ".mozilla/firefox/p"
        folder.mkdir(parents=True)
        machine.write(".mozilla/firefox/profiles.ini", "[Profile0]\nName=real\nIsRelative=1\nPath=p\nDefault=1\n")
        argv = ("--headless", "--no-remote", "--profile", str(folder), "--screenshot", str(machine.home / "x.png"))
        process = await asyncio.create_subprocess_exec(
            program,
            *argv,
            address,
            env={"HOME": str(machine.home), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(60):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    (found,) = await sessions(call)
    assert found.pairs == {"session": "of-a-person"}
    assert found.origin == "Firefox: real"


class page_that_sets:  # noqa: N801  used as a function
    """A page on this machine that sets a cookie, while the context lasts."""

    def __init__(self, header: str) -> None:
        self._header = header

    async def __aenter__(self) -> str:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, _: web.BaseRequest) -> web.Response:
        return web.Response(text="<p>hello</p>", content_type="text/html", headers={"Set-Cookie": self._header})


def test_the_library_has_what_is_asked_of_it() -> None:
    library = import_module("browser_cookie3")
    names = {name for listed in browser.CHROMIUM.values() for name, _ in listed} | {"firefox", "safari"}
    assert all(isinstance(getattr(library, name), Callable) for name in names)
