"""Calls of gRPC over HTTP as browsers make them: one message there, one back.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
"""

from dataclasses import dataclass
from urllib.parse import unquote

from .http import Endpoint, Reply
from .model import InvalidResponse

_HEAD = 5
_MESSAGE, _TRAILER = 0x00, 0x80
_STATUS, _TEXT = "grpc-status", "grpc-message"

HEADERS = {"Content-Type": "application/grpc-web+proto", "Accept": "*/*", "x-grpc-web": "1"}


@dataclass(frozen=True)
class Answer:
    """What came of a call: status 0 with a message, or another status with a text."""

    status: int
    text: str
    message: bytes


async def call(endpoint: Endpoint, method: str, message: bytes = b"") -> Reply:
    """Send a message to a method and return the reply, whatever its HTTP status."""
    return await endpoint.post(method, headers=HEADERS, body=frame(message))


def frame(message: bytes) -> bytes:
    """Return a message with its head: a flag and its length."""
    return bytes([_MESSAGE]) + len(message).to_bytes(4) + message


def read(reply: Reply) -> Answer:
    """Return what a reply with HTTP status 200 holds; its status may stand in a trailer or in a header.

    A body that is no exact sequence of frames is the message itself. Raises InvalidResponse when there
    is neither a failure nor a message, or its status is no number.
    """
    found = {name: reply.headers[name] for name in (_STATUS, _TEXT) if name in reply.headers}
    message = reply.body
    if (frames := _frames(reply.body)) is not None:
        message = b"".join(content for flag, content in frames if flag == _MESSAGE)
        for trailer in (content for flag, content in frames if flag == _TRAILER):
            for line in trailer.decode(errors="replace").splitlines():
                name, _, value = line.partition(":")
                found[name.strip().lower()] = value.strip()
    written = found.get(_STATUS, "0")
    if not written.isascii() or not written.isdigit():
        raise InvalidResponse("grpc-status is not a number")
    status = int(written)
    if status == 0 and not message:
        raise InvalidResponse("the gRPC answer holds no message")
    return Answer(status, unquote(found.get(_TEXT, "")), message)


def _frames(body: bytes) -> list[tuple[int, bytes]] | None:
    """Return the frames of a body as flag and content, None when it is no exact sequence of them."""
    frames = []
    at = 0
    while at < len(body):
        flag, end = body[at], at + _HEAD + int.from_bytes(body[at + 1 : at + _HEAD])
        if flag not in (_MESSAGE, _TRAILER) or at + _HEAD > len(body) or end > len(body):
            return None
        frames.append((flag, body[at + _HEAD : end]))
        at = end
    return frames
