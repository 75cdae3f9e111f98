"""One coordinator per account: asks the quota wing and turns its failures into Home Assistant's."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from math import ceil, ldexp
from random import uniform
from typing import Any, override

import aiohttp
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_SCAN_INTERVAL, DOMAIN, SOURCE_AUTO
from .memory import Memory
from .quota import Account, fetch, load
from .quota.account import merged
from .quota.model import (
    Attempt,
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Kind,
    QuotaError,
    RateLimited,
    Snapshot,
    Unavailable,
    Unsupported,
    Window,
)
from .quota.provider import Provider

_LOGGER = logging.getLogger(__name__)

FETCHES: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_fetches")
MAX_FETCHES = 4
"""How many accounts are fetched at a time, so that fifty of them do not start at once."""

JITTER = 0.1
"""The share by which polls come early or late, so that accounts do not meet."""

UNLOAD_SECONDS = 20
"""How long unloading waits for a running fetch."""

MINUTE = 60.0
HOUR = 60 * MINUTE

ISSUES = (Kind.UNSUPPORTED, Kind.CONFIGURATION)
"""The kinds of failure that only a person can mend."""

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
        self._hass.config_entries.async_update_entry(self._entry, data=merged(self._entry.data, changes))


class QuotaCoordinator(DataUpdateCoordinator[Snapshot]):
    """Fetches the snapshots of one account and knows how far the last one can be trusted."""

    config_entry: QuotaConfigEntry

    def __init__(self, hass: HomeAssistant, entry: QuotaConfigEntry, provider: Provider) -> None:
        # Its name appears in the log, hence neither title nor account.
        super().__init__(hass, _LOGGER, config_entry=entry, name=f"{provider.id} {entry.entry_id[-6:]}")
        self.provider = provider
        # A jar that keeps nothing: no cookie of one account may travel with another's request.
        session = async_create_clientsession(hass, cookie_jar=aiohttp.DummyCookieJar())
        self.account = Account(provider, EntryKeeper(hass, entry), session)
        self.memory = Memory(hass, entry.entry_id)
        self.dashboard = provider.dashboard
        self.error: QuotaError | None = None
        self.attempts: tuple[Attempt, ...] = ()
        self._fetching: asyncio.Task[Snapshot] | None = None
        self._finished = 0
        self._failures = 0
        self._paused_until: datetime | None = None
        self._good_until: datetime | None = None
        self._cancel_expiry: CALLBACK_TYPE = _nothing

    # What is shown

    @property
    def is_current(self) -> bool:
        """Return whether the snapshot still stands: the last fetch gave it, or it may outlive those that failed."""
        return self.last_update_success or (self._good_until is not None and dt_util.utcnow() < self._good_until)

    def window(self, window_id: str) -> Window | None:
        """Return a window as it may be shown: what has reset since a fetch last succeeded is unknown."""
        window = self.data.window(window_id)
        if window and not self.last_update_success and window.resets_at and window.resets_at <= dt_util.utcnow():
            return replace(window, used_percent=None, used=None, remaining=None, resets_at=None)
        return window

    # Fetching

    @override
    async def _async_setup(self) -> None:
        await self.memory.async_load()

    async def async_fetch_now(self) -> None:
        """Fetch at once because somebody asks for it.

        Raises HomeAssistantError with what went wrong, also while the provider wants a pause.
        """
        now = dt_util.utcnow()
        if self._paused_until and now < self._paused_until:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="paused",
                translation_placeholders={
                    "provider": self.provider.name,
                    "seconds": str(ceil((self._paused_until - now).total_seconds())),
                },
            )
        before = self._finished
        async with self._debounced_refresh.async_lock():
            if self._finished == before:  # else the fetch that this one has waited for gave the answer
                await self._async_refresh()
        if not self.last_update_success and self.last_exception:
            raise self.last_exception

    @override
    async def _async_update_data(self) -> Snapshot:
        # A task of the entry outlives the poll when that is cancelled: a renewed token must be kept.
        self._fetching = self.config_entry.async_create_task(self.hass, self._fetch(), f"fetch {self.name}")
        try:
            snapshot = await asyncio.shield(self._fetching)
        except QuotaError as err:
            # Home Assistant logs some failures with all that led to them, be it what a parser tripped over.
            raise as_home_assistant_error(err, self.provider, self._note_failure(err)) from None
        self._note_success(snapshot)
        return snapshot

    async def _fetch(self) -> Snapshot:
        async with self.hass.data[FETCHES]:
            return await fetch(self.account)

    def _note_success(self, snapshot: Snapshot) -> None:
        # Asked for here, where the settings are known to be good.
        self.dashboard = self.provider.dashboard_for(self.account.settings())
        self.error = None
        self.attempts = snapshot.attempts
        self.update_interval = self._interval(snapshot.source)
        self._failures = 0
        self._paused_until = None
        self._stands_until(None)
        self._show_issue(None)

    def _note_failure(self, err: QuotaError) -> float | None:
        """Return in how many seconds to ask again, None when there is nothing special about it."""
        self.error = err
        self.attempts = err.attempts
        self._show_issue(err)
        if self.data is None:
            return None  # Home Assistant reports and repeats a set-up that fails
        self.update_interval = self._interval(self.data.source)
        self._failures += 1
        pause = seconds_to_wait(err, self._failures, self.update_interval.total_seconds())
        self._paused_until = None
        if pause and isinstance(err, RateLimited):
            self._paused_until = dt_util.utcnow() + timedelta(seconds=pause)
        self._stands_until(self.data.fetched_at + grace(err.kind, self.update_interval))
        if pause and isinstance(err, AuthFailed):
            self.update_interval = timedelta(seconds=pause)
        if self.last_update_success:
            _LOGGER.warning("%s: the fetch failed (%s)", self.name, err.kind)
            # Told already. The base class would add the text, in which the provider may have had its say.
            self.last_update_success = False
        else:
            self.async_update_listeners()  # the base class leaves this out from the second failure on
        return pause

    def _interval(self, source: str) -> timedelta:
        """Return the time to the next poll, a little different each time."""
        every = self.provider.every_of(source)
        minutes = self.config_entry.options.get(CONF_SCAN_INTERVAL, every.default)
        minutes = min(max(minutes, every.minimum), every.maximum)
        earliest = max(minutes * (1 - JITTER), every.minimum)
        return timedelta(minutes=uniform(earliest, minutes * (1 + JITTER)))  # noqa: S311  no secret

    @callback
    def _stands_until(self, moment: datetime | None) -> None:
        """Set when the snapshot ceases to stand; None: not before a fetch fails."""
        self._good_until = moment
        self._cancel_expiry()
        if moment:
            self._cancel_expiry = async_track_point_in_utc_time(self.hass, self._expired, moment)

    @callback
    def _expired(self, _now: datetime) -> None:
        self._cancel_expiry = _nothing
        self.async_update_listeners()

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        self._finished += 1
        if isinstance(self.error, AuthFailed) and self._listeners and self._may_heal():
            self._schedule_refresh()  # the base class gives up once a credential is rejected

    def _may_heal(self) -> bool:
        """Return whether the rejected credential is one of this machine's tools and files, which may renew it."""
        tried = {attempt.source for attempt in self.attempts}
        considered = (each for each in self.provider.strategies if self.account.source in (SOURCE_AUTO, each.source))
        return any(each.machine for each in considered if not tried or each.source in tried)

    async def async_finish(self) -> None:
        """Wait for a running fetch, but not for long, and keep what is to be remembered."""
        if self._fetching and not self._fetching.done():
            await asyncio.wait([self._fetching], timeout=UNLOAD_SECONDS)
            self._fetching.cancel()
        await self.memory.async_save()

    @override
    async def async_shutdown(self) -> None:
        """Begin nothing more."""
        self._cancel_expiry()
        await super().async_shutdown()

    @callback
    def _show_issue(self, err: QuotaError | None) -> None:
        """Raise the repair issue that the outcome of a fetch calls for, and take back any other."""
        wanted = err.kind if err else None
        async_delete_issues(self.hass, self.config_entry, but=wanted)
        if err is None or wanted not in ISSUES:
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue_id(err.kind, self.config_entry),
            data={"entry_id": self.config_entry.entry_id},
            is_fixable=err.kind is Kind.CONFIGURATION,
            severity=ir.IssueSeverity.ERROR,
            translation_key=err.kind.value,
            translation_placeholders={
                "account": self.config_entry.title,
                "provider": self.provider.name,
                "message": err.message,
            },
        )


def issue_id(kind: Kind, entry: ConfigEntry) -> str:
    """Return the id of an account's repair issue."""
    return f"{kind}_{entry.entry_id}"


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry, but: Kind | None = None) -> None:
    """Take back the repair issues of an account."""
    for kind in ISSUES:
        if kind is not but:
            ir.async_delete_issue(hass, DOMAIN, issue_id(kind, entry))


def seconds_to_wait(err: QuotaError, failures: int, interval: float) -> float | None:
    """Return the seconds until the next poll after so many failures in a row, None for `interval` as always."""
    if isinstance(err, RateLimited) and err.retry_after is not None:
        # A server that asks for more would stop the polling for good.
        return min(max(err.retry_after, MINUTE), HOUR)
    if isinstance(err, RateLimited):
        return max(interval, min(doubled(max(interval, 5 * MINUTE), failures - 1), HOUR))
    if isinstance(err, Unavailable | InvalidResponse):
        return min(doubled(interval, max(failures - 2, 0)), max(interval, HOUR / 2))
    if isinstance(err, Unsupported):
        return max(interval, 6 * HOUR)
    if isinstance(err, AuthFailed):
        return max(interval, 15 * MINUTE)
    return None


def doubled(seconds: float, times: int) -> float:
    """Return the seconds doubled so many times, as long as that makes a difference."""
    return ldexp(seconds, min(times, 10))


def grace(kind: Kind, interval: timedelta) -> timedelta:
    """Return how old a snapshot may become while fetches fail in this way."""
    if kind is Kind.RATE_LIMITED:
        return timedelta(hours=6)
    return min(max(3 * interval, timedelta(minutes=30)), timedelta(hours=2))


def as_home_assistant_error(err: QuotaError, provider: Provider, retry_after: float | None) -> HomeAssistantError:
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
    return UpdateFailed(**texts, retry_after=retry_after)


async def async_load_provider(hass: HomeAssistant, provider_id: str) -> Provider:
    """Return a provider, its module imported off the event loop; raises KeyError when it is not known."""
    return await hass.async_add_import_executor_job(load, provider_id)


def _nothing() -> None:
    """Stand for the cancellation of a timer that is not running."""
