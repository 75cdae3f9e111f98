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
    """The file of an account; `give` is asked for what is to be kept (JSON) whenever it is written."""

    def __init__(self, hass: HomeAssistant, entry_id: str, give: Callable[[], dict[str, Any]] = dict) -> None:
        self._store = Store[dict[str, Any]](hass, VERSION, f"{DOMAIN}.{entry_id}", private=True)
        self._give = give

    async def async_load(self) -> Mapping[str, Any]:
        """Return what was kept, if anything was."""
        return await self._store.async_load() or {}

    @callback
    def save_soon(self) -> None:
        """Write the file within half a minute, or when Home Assistant stops."""
        self._store.async_delay_save(self._give, SAVE_SECONDS)

    async def async_save(self) -> None:
        """Write the file now."""
        await self._store.async_save(self._give())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
