"""One coordinator per account: asks the quota wing and turns its failures into Home Assistant's."""

from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Any, override

import aiohttp
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .const import DOMAIN
from .quota import Account, fetch, load
from .quota.account import merged
from .quota.model import AuthFailed, BadConfiguration, QuotaError, RateLimited, Snapshot
from .quota.provider import Provider

_LOGGER = logging.getLogger(__name__)

type QuotaConfigEntry = ConfigEntry[QuotaCoordinator]


class EntryKeeper:
    """Keeps an account's credentials in its config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    @property
    def data(self) -> Mapping[str, Any]:
        """Return what the entry holds now."""
        return self._entry.data

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Write the changes into the entry."""
        if changes:
            self._hass.config_entries.async_update_entry(self._entry, data=merged(self._entry.data, changes))


class QuotaCoordinator(DataUpdateCoordinator[Snapshot]):
    """Fetches the snapshots of one account."""

    config_entry: QuotaConfigEntry

    def __init__(self, hass: HomeAssistant, entry: QuotaConfigEntry, provider: Provider) -> None:
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=timedelta(minutes=provider.every.default),
        )
        self.provider = provider
        # A jar that keeps nothing: no cookie of one account may travel with another's request.
        session = async_create_clientsession(hass, cookie_jar=aiohttp.DummyCookieJar())
        self.account = Account(provider, EntryKeeper(hass, entry), session)

    @override
    async def _async_update_data(self) -> Snapshot:
        try:
            return await fetch(self.account)
        except QuotaError as err:
            raise as_home_assistant_error(err, self.provider) from err


def as_home_assistant_error(err: QuotaError, provider: Provider) -> HomeAssistantError:
    """Return the failure in Home Assistant's terms; its translation key is the kind."""
    texts: Any = {
        "translation_domain": DOMAIN,
        "translation_key": err.kind.value,
        "translation_placeholders": {"provider": provider.name, "message": err.message},
    }
    if isinstance(err, AuthFailed):
        return ConfigEntryAuthFailed(**texts)
    if isinstance(err, BadConfiguration):
        return ConfigEntryError(**texts)
    return UpdateFailed(**texts, retry_after=err.retry_after if isinstance(err, RateLimited) else None)


async def async_load_provider(hass: HomeAssistant, provider_id: str) -> Provider:
    """Return a provider, its module imported off the event loop."""
    return await hass.async_add_import_executor_job(load, provider_id)
