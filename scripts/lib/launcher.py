"""Starts Home Assistant with its way to the internet bent: everything that is not local ends at an upstream.

    python -m scripts.lib.launcher DOOR [OPTION…]

DOOR is a file with the door of the upstream as JSON, the options are those of `hass`. The integration knows
nothing of this: what is bent is aiohttp.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import json
from pathlib import Path
import sys
from typing import Any
from unittest.mock import patch

from aiohttp import abc
from homeassistant import __main__ as home_assistant
from homeassistant.helpers import aiohttp_client

from tests.upstream import Door, redirect


class NoResolver(abc.AbstractResolver):
    """Resolves nothing, and opens no sockets for multicast DNS, as Home Assistant's own would."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> Any:
        """Refuse."""
        raise OSError(f"{host} is not to be resolved here")

    async def close(self) -> None:
        """Have nothing to close."""

    real_close = close


@contextmanager
def bent(door: Path) -> Iterator[None]:
    """Bend the way to the internet."""
    with (
        redirect(Door(**json.loads(door.read_text()))),
        patch.object(aiohttp_client, "_async_make_resolver", lambda _: NoResolver()),
    ):
        yield


def main() -> int:
    """Run Home Assistant."""
    _, door, *sys.argv[1:] = sys.argv
    with bent(Path(door)):
        return home_assistant.main()


if __name__ == "__main__":
    sys.exit(main())
