"""What browsers store for web pages: LevelDB as Chromium leaves it, and what is too odd to be read."""

from collections.abc import Iterable
from pathlib import Path

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, leveldb, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.leveldb import read_database
from custom_components.ai_quota.quota.model import Unavailable
from custom_components.ai_quota.quota.web_storage import indexed_db, local_storage, session_storage, unwrapped
from tests.conftest import Machine

PROFILE = ".config/google-chrome/Default"
SITE, OTHER = "https://one.example", "https://two.example"

type Change = tuple[bytes, bytes | None]


# A writer of the format, from its description


def varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def piece(content: bytes) -> bytes:
    return varint(len(content)) + content


def masked_crc(content: bytes) -> bytes:
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15 | crc << 17) & 0xFFFFFFFF) + 0xA282EAD8 & 0xFFFFFFFF).to_bytes(4, "little")


def log(*records: bytes) -> bytes:
    """Return a log with these records, those that do not fit into a block in several pieces."""
    written = bytearray()
    for record in records:
        at, kind = 0, 0
        while kind not in (1, 4):
            left = 32768 - len(written) % 32768
            if left < 7:
                written += bytes(left)
                continue
            part = record[at : at + left - 7]
            is_last = at + len(part) == len(record)
            kind = (4 if at else 1) if is_last else (3 if at else 2)
            written += masked_crc(bytes([kind]) + part) + len(part).to_bytes(2, "little") + bytes([kind]) + part
            at += len(part)
    return bytes(written)


def batch(sequence: int, *changes: Change) -> bytes:
    written = sequence.to_bytes(8, "little") + len(changes).to_bytes(4, "little")
    for key, value in changes:
        written += b"\0" + piece(key) if value is None else b"\1" + piece(key) + piece(value)
    return written


def block(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a block whose keys share what they have in common with the one before."""
    written, before = b"", b""
    for key, value in entries:
        shared = next((at for at, (one, two) in enumerate(zip(before, key, strict=False)) if one != two), 0)
        written += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return written + bytes(4) + (1).to_bytes(4, "little")


def literal(content: bytes) -> bytes:
    """Return the content as Snappy writes what has no repetition."""
    return varint(len(content)) + bytes([62 << 2]) + (len(content) - 1).to_bytes(3, "little") + content


def table(*blocks: tuple[int, list[Change]], compressed: bool = False) -> bytes:
    """Return a table of blocks, each with the sequence number of its records."""
    written, index = b"", []
    for sequence, changes in blocks:
        entries = [
            (key + (sequence << 8 | (value is not None)).to_bytes(8, "little"), value or b"") for key, value in changes
        ]
        content = literal(block(entries)) if compressed else block(entries)
        index.append((entries[-1][0], varint(len(written)) + varint(len(content))))
        written += content + bytes([compressed]) + bytes(4)
    handle = varint(len(written)) + varint(len(block(index)))
    written += block(index) + bytes(5)
    return written + (varint(0) + varint(0) + handle).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def manifest(*, tables: Iterable[int] = (), gone: Iterable[int] = (), log_number: int = 0) -> bytes:
    added = b"".join(b"\7\0" + varint(number) + b"\1" + piece(b"a") + piece(b"z") for number in tables)
    dropped = b"".join(b"\6\0" + varint(number) for number in gone)
    compaction = b"\5\0" + piece(b"key")
    edit = b"\1" + piece(b"leveldb.BytewiseComparator") + b"\2" + varint(log_number) + b"\x09\0\3\x09\4\x63"
    return log(edit + compaction + added, dropped + b"\x09\0")


# The format


def test_the_newest_record_of_a_key_counts_and_a_deletion_removes_it(tmp_path: Path) -> None:
    (tmp_path / "000005.ldb").write_bytes(table((10, [(b"a", b"old"), (b"b", b"old"), (b"c", b"kept")])))
    (tmp_path / "000006.log").write_bytes(log(batch(20, (b"a", b"new")), batch(21, (b"b", None), (b"d", b"added"))))
    (tmp_path / "000007.ldb").write_bytes(table((15, [(b"a", b"older than the log")])))

    assert read_database(tmp_path) == {b"a": b"new", b"c": b"kept", b"d": b"added"}


def test_only_the_files_that_the_manifest_names_count(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("MANIFEST-000001\n")
    (tmp_path / "MANIFEST-000001").write_bytes(manifest(tables=(3, 5), gone=(3,), log_number=6))
    (tmp_path / "000003.ldb").write_bytes(table((10, [(b"signed out since", b"token")])))
    (tmp_path / "000004.log").write_bytes(log(batch(1, (b"in a table since", b"token"))))
    (tmp_path / "000005.ldb").write_bytes(table((12, [(b"a", b"1")])))
    (tmp_path / "000006.log").write_bytes(log(batch(20, (b"b", b"2"))))

    assert read_database(tmp_path) == {b"a": b"1", b"b": b"2"}


@pytest.mark.parametrize("content", [b"", b"no manifest", log(b"\x63")])
def test_without_a_readable_manifest_all_files_count(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "CURRENT").write_text("MANIFEST-000001\n")
    (tmp_path / "MANIFEST-000001").write_bytes(content)
    (tmp_path / "000003.log").write_bytes(log(batch(1, (b"a", b"1"))))

    assert read_database(tmp_path) == {b"a": b"1"}


def test_blocks_without_a_wanted_key_are_not_even_looked_at(tmp_path: Path) -> None:
    content = bytearray(table((1, [(b"a1", b"x")]), (1, [(b"b1", b"1"), (b"b2", b"2")]), (1, [(b"c1", b"x")])))
    content[:3] = b"\xff\xff\xff"
    (tmp_path / "000003.ldb").write_bytes(content)

    assert read_database(tmp_path, (b"b2", b"c")) == {b"b2": b"2", b"c1": b"x"}


def test_compressed_blocks(tmp_path: Path) -> None:
    (tmp_path / "000003.ldb").write_bytes(table((1, [(b"a", b"v" * 100), (b"b", b"w")]), compressed=True))

    assert read_database(tmp_path) == {b"a": b"v" * 100, b"b": b"w"}


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (b"\x08abc" + b"\x05\x03", b"abcabcabc"[:8]),  # 5 from 3 back: it overlaps itself
        (b"\x08abc" + b"\x12\x01\x00", b"abcccccc"),  # 5 from 1 back, the offset in two bytes
        (b"\x08abc" + b"\x13\x02\x00\x00\x00", b"abcbcbcb"),  # the offset in four bytes
    ],
)
def test_copies_in_compressed_blocks(tmp_path: Path, tags: bytes, found: bytes) -> None:
    key = b"k" + (1 << 8 | 1).to_bytes(8, "little")
    plain = varint(0) + varint(len(key)) + varint(8) + key + found + bytes(4) + (1).to_bytes(4, "little")
    head, tail = plain[: plain.index(found)], plain[-8:]
    content = varint(len(plain)) + literal(head)[1:] + tags + literal(tail)[1:]
    index = block([(key, varint(0) + varint(len(content)))])
    whole = content + b"\1" + bytes(4)
    footer = (bytes(2) + varint(len(whole)) + varint(len(index))).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    (tmp_path / "000003.ldb").write_bytes(whole + index + bytes(5) + footer)

    assert read_database(tmp_path) == {b"k": found}


def test_a_record_in_several_pieces_and_a_torn_end(tmp_path: Path) -> None:
    whole = log(batch(1, (b"a", b"x" * 100_000)), batch(2, (b"b", b"2")))
    (tmp_path / "000003.log").write_bytes(whole + log(batch(3, (b"c", b"3")))[:-1])

    assert read_database(tmp_path) == {b"a": b"x" * 100_000, b"b": b"2"}


def test_a_damaged_block_of_a_log_costs_no_other(tmp_path: Path) -> None:
    first = log(batch(1, (b"a", b"1")), batch(2, (b"b", b"2")))
    content = bytearray(first.ljust(32768, b"\0") + log(batch(3, (b"c", b"3"))))
    content[len(first) - 1] ^= 1
    (tmp_path / "000003.log").write_bytes(content)

    assert read_database(tmp_path) == {b"a": b"1", b"c": b"3"}


def test_a_record_whose_middle_is_damaged_is_dropped_whole(tmp_path: Path) -> None:
    content = bytearray(log(batch(1, (b"a", b"x" * 100_000)), batch(2, (b"b", b"2"))))
    content[32768 + 100] ^= 1
    (tmp_path / "000003.log").write_bytes(content)

    assert read_database(tmp_path) == {b"b": b"2"}


@pytest.mark.parametrize("at", range(0, 60, 3))
def test_a_damaged_table_never_breaks_the_reader(tmp_path: Path, at: int) -> None:
    content = bytearray(table((1, [(b"a", b"1"), (b"ab", b"2")]), compressed=True))
    content[at % len(content)] ^= 0xFF
    (tmp_path / "000003.ldb").write_bytes(content)
    (tmp_path / "000004.ldb").write_bytes(content[: at % len(content)])
    (tmp_path / "000005.log").write_bytes(log(batch(9, (b"z", b"9")), b"short"))

    assert read_database(tmp_path)[b"z"] == b"9"


def test_what_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [(b"key%d" % number, b"value") for number in range(30)]
    (tmp_path / "000003.log").write_bytes(log(batch(1, *changes)))
    assert len(read_database(tmp_path)) == 30

    for limit, value in (("MAX_RECORDS", 29), ("MAX_BYTES", 100), ("MAX_SECONDS", -1.0)):
        with monkeypatch.context() as limited:
            limited.setattr(leveldb, limit, value)
            with pytest.raises(Unavailable):
                read_database(tmp_path)


def test_no_database(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        read_database(tmp_path / "nowhere")


# What pages store


@pytest.fixture
def call(session: aiohttp.ClientSession) -> Call:
    return Call(Account(load("openrouter"), InMemory({}), session))


def write(machine: Machine, path: str, *changes: Change) -> None:
    folder = machine.home / path
    folder.mkdir(parents=True)
    (folder / "000003.log").write_bytes(log(batch(1, *changes)))


async def test_local_storage_in_both_encodings(machine: Machine, call: Call) -> None:
    write(
        machine,
        f"{PROFILE}/Local Storage/leveldb",
        (f"_{SITE}\0\1plain".encode(), b"\1caf\xe9"),
        (f"_{SITE}\0\0".encode() + "žluť".encode("utf-16-le"), b"\0" + "日本".encode("utf-16-le")),
        (f"_{SITE}.evil\0\1plain".encode(), b"\1no"),
        (f"META:{SITE}".encode(), b"no"),
    )
    write(machine, ".config/chromium/Profile 2/Local Storage/leveldb", (f"_{OTHER}\0\1plain".encode(), b"\1two"))
    write(machine, ".config/microsoft-edge/Default/Local Storage/leveldb", (b"_https://three.example\0\1a", b"\1no"))

    found = await local_storage(call, SITE, OTHER)

    assert [(each.origin, each.label, each.items) for each in found] == [
        (SITE, "Chrome: Default", {"plain": "café", "žluť": "日本"}),
        (OTHER, "Chromium: Profile 2", {"plain": "two"}),
    ]


async def test_session_storage_of_one_origin(machine: Machine, call: Call) -> None:
    write(
        machine,
        f"{PROFILE}/Session Storage",
        (f"namespace-aa_bb-{SITE}/".encode(), b"7"),
        (b"namespace-aa_bb-https://elsewhere.example/", b"8"),
        (b"map-7-token", "täken".encode("utf-16-le")),
        (b"map-8-token", "no".encode("utf-16-le")),
        (b"map-77-token", "no".encode("utf-16-le")),
        (b"next-map-id", b"9"),
    )

    (found,) = await session_storage(call, SITE)

    assert found.items == {"token": "täken"}


async def test_texts_of_a_database(machine: Machine, call: Call) -> None:
    token = "t" * 300
    value = b'\x02\xff\x15\xff\x10o"\x0caccess_token"' + varint(300) + token.encode() + b'"\x02id"\x041234{\x02"\x7f'
    write(machine, f"{PROFILE}/IndexedDB/https_one.example_0.indexeddb.leveldb", (b"\0\1\2", value))

    (found,) = await indexed_db(call, SITE, OTHER)

    assert (found.items["access_token"], found.items["id"]) == (token, "1234")


@pytest.mark.parametrize(("stored", "plain"), [('"token"', "token"), (" ' token'\n", "token"), ("token", "token")])
def test_a_stored_value_without_its_wrapping(stored: str, plain: str) -> None:
    assert unwrapped(stored) == plain
