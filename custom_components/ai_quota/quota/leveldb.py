"""LevelDB, in which Chromium keeps what web pages store; read as another program left it, without its lock.

The formats of logs, tables and manifests:
https://github.com/google/leveldb/tree/main/doc (log_format.md, table_format.md, impl.md), and of
compressed blocks: https://github.com/google/snappy/blob/main/format_description.txt
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from .model import Unavailable
from .octets import Damaged, Octets

MAX_BYTES = 64 * 1024 * 1024
"""The most that is read of a database, and the largest block."""
MAX_RECORDS = 20_000
MAX_SECONDS = 5.0

_LOG_BLOCK = 32 * 1024
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_MAGIC = bytes.fromhex("57fb808b247547db")
_FOOTER = 48
_TRAILER = 5
_PLAIN, _SNAPPY = 0, 1


def read_database(folder: Path, prefixes: Sequence[bytes] = (b"",)) -> dict[bytes, bytes]:
    """Return what a database holds under the keys that begin with one of the prefixes.

    The newest record of a key counts, and a deletion removes it. Damaged blocks are passed over: the
    end of a log in use is one. This blocks: call it in a thread. Raises Unavailable when there is no
    database, it cannot be read, or it is beyond the limits of this module.
    """
    found = _Records(prefixes)
    try:
        for path, read in _live_files(folder, found):
            content = found.load(path)
            if content is not None:
                read(content, found)
    except OSError as err:
        raise Unavailable(f"{folder} cannot be read ({err.strerror})") from err
    return {key: value for key, (_, value) in found.newest.items() if value is not None}


@dataclass
class _Records:
    """The newest record of every wanted key as sequence number and value, within the limits."""

    prefixes: Sequence[bytes]
    newest: dict[bytes, tuple[int, bytes | None]] = field(default_factory=dict)
    deadline: float = field(default_factory=lambda: monotonic() + MAX_SECONDS)
    bytes_left: int = field(default_factory=lambda: MAX_BYTES)
    records_left: int = field(default_factory=lambda: MAX_RECORDS)

    def load(self, path: Path) -> bytes | None:
        """Return a file's content; None when the database has dropped it meanwhile."""
        try:
            with path.open("rb") as file:
                content = file.read(self.bytes_left + 1)
        except FileNotFoundError:
            return None
        self.bytes_left -= len(content)
        if self.bytes_left < 0:
            raise Unavailable(f"{path.parent} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        return content

    def check_time(self) -> None:
        """Raise Unavailable when reading takes too long."""
        if monotonic() > self.deadline:
            raise Unavailable(f"the browser's storage was not read in {MAX_SECONDS:g} seconds")

    def may_hold(self, after: bytes, last: bytes) -> bool:
        """Return whether keys above `after`, up to `last`, can begin with one of the prefixes."""
        return any(after[: len(prefix)] <= prefix <= last for prefix in self.prefixes)

    def add(self, sequence: int, key: bytes, value: bytes | None) -> None:
        """Take a record in; None is a deletion."""
        if not key.startswith(tuple(self.prefixes)):
            return
        self.records_left -= 1
        if self.records_left < 0:
            raise Unavailable(f"the browser's storage holds more than {MAX_RECORDS} records")
        if key not in self.newest or self.newest[key][0] <= sequence:
            self.newest[key] = (sequence, value)


# Which files count

type _Reader = Callable[[bytes, _Records], None]


def _live_files(folder: Path, found: _Records) -> list[tuple[Path, _Reader]]:
    """Return the tables and logs of the database: what the manifest names, all of them without one."""
    live = _manifest(folder, found)
    files: list[tuple[Path, _Reader]] = []
    for path in sorted(folder.iterdir()):
        number = int(path.stem) if path.stem.isdecimal() else None
        if number is None:
            continue
        if path.suffix in (".ldb", ".sst") and (live is None or number in live.tables):
            files.append((path, _read_table))
        elif path.suffix == ".log" and (live is None or live.has_log(number)):
            files.append((path, _read_log))
    return files


@dataclass
class _Live:
    """The files that make up the database, by number."""

    tables: set[int] = field(default_factory=set)
    log: int = 0
    previous_log: int = 0

    def has_log(self, number: int) -> bool:
        """Return whether a log holds what no table does yet."""
        return number >= self.log or number == self.previous_log != 0


def _manifest(folder: Path, found: _Records) -> _Live | None:
    """Return which files are in use; a file that is not may hold what was deleted since."""
    current = (found.load(folder / "CURRENT") or b"").decode(errors="replace").strip()
    if not current.startswith("MANIFEST-"):
        return None
    edits = list(_log_records(found.load(folder / Path(current).name) or b""))
    live = _Live()
    try:
        for edit in edits:
            _apply(edit, live)
    except Damaged:
        return None
    return live if edits else None


def _apply(edit: bytes, live: _Live) -> None:
    """Apply one change of the set of files."""
    reader = Octets(edit)
    while reader:
        match reader.varint():
            case 1:  # the comparator's name
                reader.piece()
            case 2:
                live.log = reader.varint()
            case 3 | 4:  # the next file's number, the last sequence number
                reader.varint()
            case 5:  # where compaction goes on
                reader.varint()
                reader.piece()
            case 6:
                reader.varint()
                live.tables.discard(reader.varint())
            case 7:
                reader.varint()
                live.tables.add(reader.varint())
                reader.varint()
                reader.piece()
                reader.piece()
            case 9:
                live.previous_log = reader.varint()
            case _:
                raise Damaged


# Logs


def _read_log(content: bytes, found: _Records) -> None:
    for batch in _log_records(content):
        found.check_time()
        try:
            _read_batch(batch, found)
        except Damaged:
            continue


def _read_batch(batch: bytes, found: _Records) -> None:
    reader = Octets(batch)
    sequence, count = reader.fixed(8), reader.fixed(4)
    for number in range(count):
        is_value, key = reader.fixed(1), reader.piece()
        if is_value > 1:
            raise Damaged
        found.add(sequence + number, key, reader.piece() if is_value else None)


def _log_records(content: bytes) -> Iterator[bytes]:
    """Yield the records of a log; of a damaged block the rest, and with it a record begun there, is dropped."""
    begun: bytes | None = None
    for start in range(0, len(content), _LOG_BLOCK):
        for kind, piece in _log_pieces(content[start : start + _LOG_BLOCK]):
            if kind == _FULL:
                yield piece
            begun = _joined(begun, kind, piece)
            if kind == _LAST and begun is not None:
                yield begun
                begun = None


def _joined(begun: bytes | None, kind: int, piece: bytes) -> bytes | None:
    """Return a record in pieces as far as it has come; None when its beginning is missing."""
    if kind == _FIRST:
        return piece
    return begun + piece if begun is not None and kind in (_MIDDLE, _LAST) else None


def _log_pieces(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the pieces of records in a block; a damaged one ends it, and breaks what was begun (kind 0)."""
    at = 0
    while at + 7 <= len(block):
        checksum, length, kind = (
            int.from_bytes(block[a:b], "little") for a, b in ((at, at + 4), (at + 4, at + 6), (at + 6, at + 7))
        )
        piece = block[at + 7 : at + 7 + length]
        if kind not in (_FULL, _FIRST, _MIDDLE, _LAST) or len(piece) < length or checksum != _checksum(kind, piece):
            yield 0, b""
            return
        yield kind, piece
        at += 7 + length


def _crc_table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        return value

    return tuple(map(entry, range(256)))


_CRC = _crc_table()


def _checksum(kind: int, piece: bytes) -> int:
    """Return the CRC-32C of a piece and its kind, masked as logs have it."""
    crc, table = 0xFFFFFFFF, _CRC
    for byte in (kind, *piece):
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


# Tables


def _read_table(content: bytes, found: _Records) -> None:
    """Read the blocks of a table in which there can be wanted keys."""
    try:
        index = list(_entries(_index(content)))
    except Damaged:
        return
    after = b""
    for last, handle in index:
        found.check_time()
        if found.may_hold(after, last[:-8]):
            _read_block(content, handle, found)
        after = last[:-8]


def _read_block(content: bytes, handle: bytes, found: _Records) -> None:
    try:
        place = Octets(handle)
        for key, value in _entries(_block(content, place.varint(), place.varint())):
            tag = int.from_bytes(key[-8:], "little")
            found.add(tag >> 8, key[:-8], value if tag & 0xFF else None)
    except Damaged:
        return


def _index(content: bytes) -> bytes:
    """Return the block that says where the others are, by the last key of each."""
    if not content.endswith(_MAGIC):
        raise Damaged
    footer = Octets(content[-_FOOTER:])
    _, _, offset, size = (footer.varint() for _ in range(4))  # the first two: the index of metadata
    return _block(content, offset, size)


def _block(content: bytes, offset: int, size: int) -> bytes:
    """Return the content of a block, decompressed."""
    stored, trailer = content[offset : offset + size], content[offset + size : offset + size + _TRAILER]
    if len(trailer) < _TRAILER:
        raise Damaged
    if trailer[0] == _SNAPPY:
        return _decompress(stored)
    if trailer[0] != _PLAIN:
        raise Damaged
    return stored


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a block, where a key gives only what differs from the one before."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise Damaged
    reader, key = Octets(block[:end]), b""
    while reader:
        shared, own, length = reader.varint(), reader.varint(), reader.varint()
        if shared > len(key):
            raise Damaged
        key = key[:shared] + reader.take(own)
        yield key, reader.take(length)


# Values


def _decompress(compressed: bytes) -> bytes:
    """Return what was compressed with Snappy."""
    reader = Octets(compressed)
    size = reader.varint()
    if size > MAX_BYTES:
        raise Damaged
    found = bytearray()
    while reader:
        tag = reader.fixed(1)
        kind = tag & 3
        if kind == 0:
            length = tag >> 2
            found += reader.take((length if length < 60 else reader.fixed(length - 59)) + 1)
        else:
            if kind == 1:
                length, offset = (tag >> 2 & 7) + 4, tag >> 5 << 8 | reader.fixed(1)
            else:
                length, offset = (tag >> 2) + 1, reader.fixed(2 if kind == 2 else 4)
            if not 0 < offset <= len(found):
                raise Damaged
            # What is copied may overlap with what is being written.
            pattern = bytes(found[-offset:][:length])
            found += (pattern * (length // len(pattern) + 1))[:length]
        if len(found) > size:
            raise Damaged
    if len(found) != size:
        raise Damaged
    return bytes(found)
