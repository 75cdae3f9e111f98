"""What web pages have stored in the browsers of this machine: local storage, session storage, databases.

Only of Chromium's family, which does not encrypt them. The keys are laid out as in
https://chromium.googlesource.com/chromium/src/+/main/components/services/storage/dom_storage/
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
import logging
from pathlib import Path
import re

from .account import Call
from .browser import chromium_folders
from .leveldb import read_database
from .model import Unavailable

_LOGGER = logging.getLogger(__name__)

_LOCAL_STORAGE = Path("Local Storage") / "leveldb"
_SESSION_STORAGE = Path("Session Storage")
_NAMESPACE, _MAP = b"namespace-", b"map-"
_UTF_16 = 0
_VARINT = re.compile(rb"[\x80-\xff]{0,4}[\x00-\x7f]")


@dataclass(frozen=True)
class Storage:
    """What the pages of an origin have stored in one profile of a browser, by name; `label` is the profile's."""

    origin: str
    label: str
    items: Mapping[str, str]

    @property
    def browser(self) -> str:
        """Return which browser this is, such as `Chrome`."""
        return self.label.partition(":")[0]


async def local_storage(call: Call, *origins: str) -> list[Storage]:
    """Return the local storage of the origins, profile by profile, where there is anything.

    A profile that cannot be read is passed over.
    """
    return await asyncio.to_thread(_of_profiles, call.home, origins, _local)


async def session_storage(call: Call, *origins: str) -> list[Storage]:
    """Return the session storage of the origins, of all tabs together; else as `local_storage`."""
    return await asyncio.to_thread(_of_profiles, call.home, origins, _session)


async def indexed_db(call: Call, *origins: str) -> list[Storage]:
    """Return the texts in the databases of the origins, each by the text before it; else as `local_storage`.

    Objects are stored as their properties, a name and its value in turn: that is all that is read of them.
    """
    return await asyncio.to_thread(_of_profiles, call.home, origins, _indexed)


def unwrapped(value: str) -> str:
    """Return a stored value without blanks and quotes around it: pages store text as JSON, too."""
    return value.strip().strip("\"'").strip()


def _of_profiles(
    home: Path,
    origins: Sequence[str],
    read: Callable[[Path, Sequence[str]], Mapping[str, Mapping[str, str]]],
) -> list[Storage]:
    found = []
    for label, folder in chromium_folders(home):
        try:
            stored = read(folder, origins)
        except Unavailable as err:
            _LOGGER.debug("The storage of %s cannot be read: %s", label, err)
            continue
        found += [Storage(origin, label, stored[origin]) for origin in origins if stored.get(origin)]
    return found


def _local(folder: Path, origins: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the local storage of the origins, in one profile."""
    prefixes = {f"_{origin}\0".encode(): origin for origin in origins}
    found: dict[str, dict[str, str]] = {}
    for key, value in read_database(folder / _LOCAL_STORAGE, tuple(prefixes)).items():
        start = key.index(b"\0") + 1
        found.setdefault(prefixes[key[:start]], {})[_text(key[start:])] = _text(value)
    return found


def _text(stored: bytes) -> str:
    """Return text that is preceded by the sign of its encoding."""
    if stored[:1] == bytes([_UTF_16]):
        return stored[1:].decode("utf-16-le", errors="replace")
    return stored[1:].decode("latin-1")


def _session(folder: Path, origins: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the session storage of the origins, in one profile: a map for each tab, shared when one was copied."""
    records = read_database(folder / _SESSION_STORAGE, (_NAMESPACE, _MAP))
    maps = dict(_maps(records, origins))
    found: dict[str, dict[str, str]] = {}
    for key, value in records.items():
        number, dash, name = key.removeprefix(_MAP).partition(b"-")
        if key.startswith(_MAP) and dash and number in maps:
            text = value.decode("utf-16-le", errors="replace")
            found.setdefault(maps[number], {})[name.decode(errors="replace")] = text
    return found


def _maps(records: Mapping[bytes, bytes], origins: Sequence[str]) -> Iterator[tuple[bytes, str]]:
    """Yield number and origin of the maps: `namespace-<tab>-<origin>/` has the number of a map."""
    for key, number in records.items():
        if key.startswith(_NAMESPACE):
            for origin in origins:
                if key.rstrip(b"/").endswith(f"-{origin}".encode()):
                    yield number, origin


def _indexed(folder: Path, origins: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the texts in the databases of the origins, in one profile."""
    return {
        origin: dict(chain.from_iterable(pairwise(_v8_texts(value)) for value in read_database(database).values()))
        for origin in origins
        if (database := folder / "IndexedDB" / f"{origin.replace('://', '_')}_0.indexeddb.leveldb").is_dir()
    }


def _v8_texts(stored: bytes) -> Iterator[str]:
    """Yield the texts of one byte a character that V8 has written: a quote, the length as a varint, the text."""
    at = 0
    while (at := stored.find(b'"', at)) >= 0:
        at += 1
        length = _VARINT.match(stored, at)
        if length is None:
            continue
        size = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(length[0]))
        text = stored[length.end() : length.end() + size]
        if len(text) == size and text.isascii():
            yield text.decode()
            at = length.end() + size
