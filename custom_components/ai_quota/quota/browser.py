"""Cookies of the browsers on this machine, where it has any and browser-cookie3 is installed.

A container or Home Assistant OS has neither: then there simply are no sessions. The profiles are
found here (the library takes the first one only), the cookies are read and decrypted by
browser-cookie3: https://github.com/borisbabic/browser_cookie3
"""

import asyncio
from collections.abc import Iterable, Iterator
from configparser import ConfigParser, Error as ConfigError
from dataclasses import dataclass
from http.cookiejar import Cookie
from importlib import import_module
import json
import logging
from pathlib import Path
import re
import shutil
import sqlite3
import sys
import tempfile
from typing import Any

from .account import Call
from .credentials import Cookies, Field
from .parse import first_text, mapping

_LOGGER = logging.getLogger(__name__)

IMPORT_SECONDS = 20
_MILLISECONDS = 1e11

# The library's name of each browser, and where its profiles lie below the folder of the system.
CHROMIUM = {
    "linux": (
        ("chrome", ".config/google-chrome"),
        ("chrome", ".config/google-chrome-beta"),
        ("chrome", ".config/google-chrome-unstable"),
        ("chrome", ".var/app/com.google.Chrome/config/google-chrome"),
        ("chromium", ".config/chromium"),
        ("chromium", "snap/chromium/common/chromium"),
        ("chromium", ".var/app/org.chromium.Chromium/config/chromium"),
        ("edge", ".config/microsoft-edge"),
        ("edge", ".config/microsoft-edge-beta"),
        ("edge", ".var/app/com.microsoft.Edge/config/microsoft-edge"),
        ("brave", ".config/BraveSoftware/Brave-Browser"),
        ("brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"),
        ("vivaldi", ".config/vivaldi"),
        ("opera", ".config/opera"),
        ("opera", ".var/app/com.opera.Opera/config/opera"),
    ),
    "darwin": (
        ("chrome", "Library/Application Support/Google/Chrome"),
        ("chrome", "Library/Application Support/Google/Chrome Beta"),
        ("chrome", "Library/Application Support/Google/Chrome Canary"),
        ("chromium", "Library/Application Support/Chromium"),
        ("edge", "Library/Application Support/Microsoft Edge"),
        ("brave", "Library/Application Support/BraveSoftware/Brave-Browser"),
        ("vivaldi", "Library/Application Support/Vivaldi"),
        ("opera", "Library/Application Support/com.operasoftware.Opera"),
        ("arc", "Library/Application Support/Arc/User Data"),
    ),
    "win32": (
        ("chrome", "AppData/Local/Google/Chrome/User Data"),
        ("chrome", "AppData/Local/Google/Chrome Beta/User Data"),
        ("chrome", "AppData/Local/Google/Chrome SxS/User Data"),
        ("chromium", "AppData/Local/Chromium/User Data"),
        ("edge", "AppData/Local/Microsoft/Edge/User Data"),
        ("brave", "AppData/Local/BraveSoftware/Brave-Browser/User Data"),
        ("vivaldi", "AppData/Local/Vivaldi/User Data"),
        ("opera", "AppData/Roaming/Opera Software/Opera Stable"),
    ),
}
FIREFOX = {
    "linux": (
        ".mozilla/firefox",
        ".config/mozilla/firefox",
        "snap/firefox/common/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/.mozilla/firefox",
        ".zen",
        ".librewolf",
        ".var/app/io.gitlab.librewolf-community/.librewolf",
    ),
    "darwin": (
        "Library/Application Support/Firefox",
        "Library/Application Support/zen",
        "Library/Application Support/librewolf",
    ),
    "win32": ("AppData/Roaming/Mozilla/Firefox", "AppData/Roaming/zen", "AppData/Roaming/librewolf"),
}
SAFARI = (
    "Library/Containers/com.apple.Safari/Data/Library/Cookies/Cookies.binarycookies",
    "Library/Cookies/Cookies.binarycookies",
)


@dataclass(frozen=True)
class Profile:
    """A profile of a browser: which browser (the library's name), its file of cookies, and its label."""

    browser: str
    file: Path
    label: str


async def browser_sessions(call: Call, field: Field) -> list[Cookies]:
    """Return the sessions that count for the field, one a browser profile, the likeliest first.

    A session holds the unexpired cookies of the field's domains and counts when it has one of the
    field's session names. A profile that cannot be read is passed over.
    """
    try:
        async with asyncio.timeout(IMPORT_SECONDS):
            return await asyncio.to_thread(_sessions, call.home, field, call.now.timestamp())
    except TimeoutError:
        _LOGGER.debug("The browsers of this machine were not read in %s seconds", IMPORT_SECONDS)
        return []


def _sessions(home: Path, field: Field, now: float) -> list[Cookies]:
    found = []
    for profile in profiles(home):
        jar = [cookie for cookie in _read(profile, field.domains) if _counts(cookie, field.domains, now)]
        session = Cookies.of(jar, profile.label)
        if jar and field.is_session(session):
            found.append(session)
    return sorted(found, key=lambda session: not session.has_any(field.preferred))


def profiles(home: Path) -> Iterator[Profile]:
    """Yield the profiles that have cookies: Safari, Chromium's family, Firefox; last used first."""
    system = sys.platform
    if system == "darwin":
        yield from (Profile("safari", home / file, "Safari") for file in SAFARI if (home / file).is_file())
    for browser, folder in CHROMIUM.get(system, ()):
        yield from _chromium_profiles(browser, home / folder)
    for folder in FIREFOX.get(system, ()):
        yield from _firefox_profiles(home / folder)


def _chromium_profiles(browser: str, base: Path) -> Iterator[Profile]:
    for label, folder in _chromium_folders(browser, base):
        for file in (folder / "Network" / "Cookies", folder / "Cookies"):
            if file.is_file():
                yield Profile(browser, file, label)
                break


def chromium_folders(home: Path) -> Iterator[tuple[str, Path]]:
    """Yield label and folder of the profiles of Chromium's family, last used first."""
    for browser, folder in CHROMIUM.get(sys.platform, ()):
        yield from _chromium_folders(browser, home / folder)


def _chromium_folders(browser: str, base: Path) -> Iterator[tuple[str, Path]]:
    last_used = first_text(mapping(_json(base / "Local State")).get("profile"), "last_used") or "Default"
    others = sorted((path.name for name in ("Profile *", "user-*") for path in base.glob(name)), key=_natural)
    for name in dict.fromkeys((last_used, "Default", *others, "")):
        yield f"{browser.title()}: {name or 'Default'}", base / name


def _firefox_profiles(base: Path) -> Iterator[Profile]:
    config = ConfigParser(interpolation=None)
    try:
        config.read(base / "profiles.ini", encoding="utf-8")
    except ConfigError, OSError, UnicodeDecodeError:
        return
    preferred = [config[name].get("Default") for name in config.sections() if name.startswith("Install")]
    listed = [
        section for name in config.sections() if name.startswith("Profile") if (section := config[name]).get("Path")
    ]
    listed.sort(key=lambda section: (section["Path"] not in preferred, section.get("Default") != "1"))
    for section in listed:
        folder = Path(section["Path"]) if section.get("IsRelative") == "0" else base / section["Path"]
        if (folder / "cookies.sqlite").is_file():
            yield Profile("firefox", folder / "cookies.sqlite", f"Firefox: {section.get('Name', folder.name)}")


def _natural(name: str) -> list[int | str]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError, ValueError:
        return None


# Reading a profile


def _read(profile: Profile, domains: Iterable[str]) -> list[Cookie]:
    try:
        library = import_module("browser_cookie3")  # optional: there are machines without browsers
    except ImportError:
        return []
    try:
        if profile.browser == "firefox":
            return _read_firefox(library, profile, domains)
        return _read_with(library, profile, profile.file, domains)
    except Exception as err:  # noqa: BLE001  whatever the library meets, the profile is unreadable
        _LOGGER.debug("The cookies of %s cannot be read (%s)", profile.label, type(err).__name__)
        return []


def _read_with(library: Any, profile: Profile, file: Path, domains: Iterable[str]) -> list[Cookie]:
    """Return the cookies of a file, asked for domain by domain: one broken row spoils its whole answer."""
    found: list[Cookie] = []
    for domain in _widest(domains):
        try:
            found += getattr(library, profile.browser)(cookie_file=str(file), domain_name=domain)
        except KeyError, FileNotFoundError, ConnectionError:
            # Without a session bus there is no keyring to ask; what Chromium stores then needs none.
            found += _without_keyring(library, file, domain)
    return found


def _without_keyring(library: Any, file: Path, domain: str) -> Any:
    """Return a Chromium file's cookies that are plain or encrypted with the fixed key of Linux."""

    class FixedKey(library.ChromiumBased):  # type: ignore[misc]
        def __init__(self) -> None:
            self.cookie_file, self.domain_name = str(file), domain
            self.iv = b" " * 16
            keys = (library.CHROMIUM_DEFAULT_PASSWORD, b"")
            self.v10_key, self.v11_key = (library.PBKDF2(key, b"saltysalt", 16, 1) for key in keys)
            self.v11_empty_key = self.v11_key

    return FixedKey().load()


def _read_firefox(library: Any, profile: Profile, domains: Iterable[str]) -> list[Cookie]:
    """Return a Firefox profile's cookies from a copy with its log: the newest stand there alone.

    Cookies of containers are left out; the cookies of the running session come along.
    """
    folder = profile.file.parent
    with tempfile.TemporaryDirectory(prefix="ai-quota-") as name:
        copy = Path(name)
        for part in (
            "cookies.sqlite",
            "cookies.sqlite-wal",
            "sessionstore.js",
            "sessionstore-backups/recovery.jsonlz4",
        ):
            if (folder / part).is_file():
                (copy / part).parent.mkdir(exist_ok=True)
                shutil.copyfile(folder / part, copy / part)
        connection = sqlite3.connect(copy / "cookies.sqlite")
        try:
            connection.execute("DELETE FROM moz_cookies WHERE originAttributes <> ''")
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        return _read_with(library, profile, copy / "cookies.sqlite", domains)


def _widest(domains: Iterable[str]) -> list[str]:
    """Return the domains that no other one contains: the library looks for a part of the name."""
    names = {domain.lstrip(".") for domain in domains}
    return sorted(name for name in names if not any(other != name and other in name for other in names))


def _counts(cookie: Cookie, domains: Iterable[str], now: float) -> bool:
    """Return whether a cookie is of the domains, holds something and has not expired."""
    if cookie.expires is not None and cookie.expires > _MILLISECONDS:  # Firefox
        cookie.expires = int(cookie.expires / 1000)
    alive = not cookie.expires or cookie.expires > now
    return bool(cookie.value) and alive and any(_is_of(cookie.domain, domain) for domain in domains)


def _is_of(host: str, domain: str) -> bool:
    """Return whether a cookie's domain is the one named; a leading dot there admits subdomains too."""
    host = host.lstrip(".").lower()
    return host == domain.lstrip(".") or (domain.startswith(".") and host.endswith(domain))
