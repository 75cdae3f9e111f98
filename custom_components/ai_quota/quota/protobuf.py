"""Protobuf messages, read and written by field number: their schemas are not at hand.

https://protobuf.dev/programming-guides/encoding/
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
import struct
from typing import Self

from .model import InvalidResponse
from .octets import Damaged, Octets

_BITS = 64


class _Wire(IntEnum):
    """How a field is written."""

    VARINT = 0
    EIGHT_BYTES = 1
    PIECE = 2
    FOUR_BYTES = 5


@dataclass(frozen=True)
class Message:
    """The fields of a message by number, apart by wire type: a field of another type than asked for is not there."""

    varints: Mapping[int, int]
    pieces: Mapping[int, Sequence[bytes]]
    words: Mapping[int, bytes]

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Read a message to its end; raises InvalidResponse where it is broken, and for groups."""
        try:
            return cls(*_fields(Octets(content)))
        except Damaged as err:
            raise InvalidResponse("the protobuf answer is broken or ends too early") from err

    def integer(self, number: int) -> int | None:
        """Return an int64, None when it is not there; the last of several counts."""
        value = self.varints.get(number)
        return value if value is None or value < 1 << _BITS - 1 else value - (1 << _BITS)

    def float32(self, number: int) -> float | None:
        """Return a float, None when it is not there."""
        word = self.words.get(number)
        return None if word is None else float(struct.unpack("<f", word)[0])

    def text(self, number: int) -> str | None:
        """Return a string, None when it is not there; raises InvalidResponse when it is no UTF-8."""
        found = self.pieces.get(number)
        try:
            return found[-1].decode() if found else None
        except UnicodeDecodeError as err:
            raise InvalidResponse(f"field {number} of the protobuf answer is not text") from err

    def message(self, number: int) -> Message:
        """Return a message within this one, an empty one when it is not there; the parts of several make one."""
        return Message.of(b"".join(self.pieces.get(number, ())))


def _fields(reader: Octets) -> tuple[dict[int, int], dict[int, list[bytes]], dict[int, bytes]]:
    """Return the numbers, pieces and words of a message."""
    varints: dict[int, int] = {}
    pieces: defaultdict[int, list[bytes]] = defaultdict(list)
    words: dict[int, bytes] = {}
    while reader:
        number, wire_type = divmod(reader.varint(), 8)
        if not number:
            raise InvalidResponse("the protobuf answer has a field without a number")
        match wire_type:
            case _Wire.VARINT:
                varints[number] = reader.varint()
            case _Wire.EIGHT_BYTES:
                reader.take(8)
            case _Wire.PIECE:
                pieces[number].append(reader.piece())
            case _Wire.FOUR_BYTES:
                words[number] = reader.take(4)
            case _:
                raise InvalidResponse(f"the protobuf answer has a field of wire type {wire_type}")
    return varints, pieces, words


# Writing


def integer_field(number: int, value: int) -> bytes:
    """Return a field with a number from 0 up, or with a truth value."""
    return _varint(number << 3 | _Wire.VARINT) + _varint(value)


def text_field(number: int, value: str) -> bytes:
    """Return a field with a string."""
    content = value.encode()
    return _varint(number << 3 | _Wire.PIECE) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
