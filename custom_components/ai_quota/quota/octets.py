"""Bytes read from the beginning to the end, for formats that are made of numbers and pieces."""


class Damaged(Exception):
    """What was read is broken, or ends too early."""


class Octets:
    """A place in a row of bytes; reading beyond their end raises Damaged."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def __bool__(self) -> bool:
        """Return whether there is anything left."""
        return self._at < len(self._content)

    def take(self, length: int) -> bytes:
        """Return the next bytes."""
        start, self._at = self._at, self._at + length
        if self._at > len(self._content):
            raise Damaged
        return self._content[start : self._at]

    def fixed(self, length: int) -> int:
        """Return a number of so many bytes, the lowest first."""
        return int.from_bytes(self.take(length), "little")

    def varint(self) -> int:
        """Return an unsigned number of up to 64 bits in groups of seven, the lowest first."""
        value = 0
        for shift in range(0, 64, 7):
            byte = self.fixed(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & (1 << 64) - 1
        raise Damaged

    def piece(self) -> bytes:
        """Return bytes that are preceded by their length."""
        return self.take(self.varint())
