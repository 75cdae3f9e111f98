"""What is kept of an account over restarts besides its credentials: a file of its own under `.storage`."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1
SAVE_SECONDS = 30
"""How long changes may gather before they are written."""


class Memory:
    """The sections of an account's file: one for each part of the integration that has to remember something."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store = Store[dict[str, Any]](hass, VERSION, f"{DOMAIN}.{entry_id}", private=True)
        self._kept: dict[str, Any] = {}
        self._sections: dict[str, Callable[[], Any]] = {}

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        self._kept = await self._store.async_load() or {}

    def section(self, name: str, give: Callable[[], Any]) -> Mapping[str, Any]:
        """Return what was kept under a name, and ask `give` from now on for what is to be kept (JSON)."""
        self._sections[name] = give
        kept = self._kept.get(name)
        return kept if isinstance(kept, dict) else {}

    @callback
    def save_soon(self) -> None:
        """Write the file within half a minute, or when Home Assistant stops."""
        self._store.async_delay_save(self._gather, SAVE_SECONDS)

    async def async_save(self) -> None:
        """Write the file now."""
        await self._store.async_save(self._gather())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _gather(self) -> dict[str, Any]:
        return self._kept | {name: give() for name, give in self._sections.items()}
