"""The providers' status pages: one coordinator per page, shared by all accounts that look at it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
import logging
from random import uniform
from typing import Any, override

import aiohttp
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .const import CONF_SERVICE_STATUS, DEFAULT_SERVICE_STATUS, DOMAIN
from .coordinator import QuotaCoordinator
from .quota.model import QuotaError, RateLimited
from .quota.provider import StatusLink
from .quota.status import KEPT_FOR, UNKNOWN, Page, ServiceStatus, feed_of, read_status

_LOGGER = logging.getLogger(__name__)

JITTER = 0.1
"""The share by which looks at a page come early or late."""


class StatusPages:
    """The pages that accounts look at; each is there from its first account to its last."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        # Made before any account is set up, for it has to outlive the one that is first. Its jar keeps nothing.
        self._session = async_create_clientsession(hass, cookie_jar=aiohttp.DummyCookieJar())
        self._pages: dict[str, StatusCoordinator] = {}

    @callback
    def async_page_of(self, account: QuotaCoordinator) -> StatusCoordinator | None:
        """Return the page of an account's provider; None when no machine can read it, or nobody wants it read."""
        link, entry = account.provider.status, account.config_entry
        if not link or not link.is_readable or not entry.options.get(CONF_SERVICE_STATUS, DEFAULT_SERVICE_STATUS):
            return None
        feed = feed_of(link)
        page = self._pages.get(feed)
        if page is None:
            page = self._pages[feed] = StatusCoordinator(self._hass, link, self._session)
        if entry.entry_id not in page.accounts:
            page.accounts[entry.entry_id] = account
            entry.async_on_unload(partial(self._async_leave, feed, entry.entry_id))
        return page

    async def _async_leave(self, feed: str, entry_id: str) -> None:
        page = self._pages[feed]
        del page.accounts[entry_id]
        if not page.accounts:
            del self._pages[feed]
            await page.async_shutdown()


PAGES: HassKey[StatusPages] = HassKey(f"{DOMAIN}_status_pages")


class StatusCoordinator(DataUpdateCoordinator[Page | None]):
    """Reads a page while somebody listens; what it said stands for an hour when it cannot be read."""

    def __init__(self, hass: HomeAssistant, link: StatusLink, session: aiohttp.ClientSession) -> None:
        super().__init__(
            hass,
            _LOGGER,
            config_entry=None,
            name=f"status page {URL(feed_of(link)).host}",
            update_interval=timedelta(minutes=link.every),
        )
        self.accounts: dict[str, QuotaCoordinator] = {}
        """The accounts that look at this page, by the ids of their entries."""
        self._link = link
        self._session = session
        self._read_at: datetime | None = None
        self._cancel_expiry: CALLBACK_TYPE | None = None
        self._told_renamed: set[str] = set()

    def status_of(self, account: QuotaCoordinator) -> ServiceStatus:
        """Return how the provider of an account is doing."""
        link = account.provider.status
        return self.data.status(link, account.data.source) if self.data and link else UNKNOWN

    @override
    @callback
    def async_add_listener(self, update_callback: CALLBACK_TYPE, context: Any = None) -> Callable[[], None]:
        """Listen; the first listener has the page read, unless it has been just now."""
        is_first = not self._listeners
        remove = super().async_add_listener(update_callback, context)
        if is_first and self._is_due:
            self.hass.async_create_background_task(self.async_refresh(), f"{self.name} - first look")
        return remove

    @property
    def _is_due(self) -> bool:
        return self._read_at is None or dt_util.utcnow() - self._read_at >= timedelta(minutes=self._link.every)

    @override
    async def _async_update_data(self) -> Page | None:
        minutes = self._link.every * uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  no secret
        self.update_interval = timedelta(minutes=minutes)
        now = dt_util.utcnow()
        try:
            self.data = await read_status(self._link, self._session, now, self.data)
        except QuotaError as err:
            if self.last_update_success:
                # Told here, once: of a page that merely helps to understand failures the base class makes an error.
                _LOGGER.warning("The %s cannot be read: %s", self.name, err)
                self.last_update_success = False
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="status_page",
                translation_placeholders={"page": self._link.url, "message": err.message},
                retry_after=pause_of(err, minutes * 60),
            ) from None
        self._read_at = now
        self._stands_from_now_on()
        return self.data

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Let the entities show what is new, then tell about it: who is told may look at them."""
        super().async_update_listeners()
        for account in self.accounts.values():
            status = self.status_of(account)
            if status.is_renamed and account.provider.id not in self._told_renamed:
                self._told_renamed.add(account.provider.id)
                _LOGGER.debug("The %s has none of the components of %s any more", self.name, account.provider.id)
            account.alerts_for_status(status.indicator, status.description)

    @callback
    def _stands_from_now_on(self) -> None:
        self._cancel()
        if self.accounts:  # else everybody has left while the page was read
            expire = HassJob(self._expire, f"{self.name} - expiry", cancel_on_shutdown=True)
            self._cancel_expiry = async_call_later(self.hass, KEPT_FOR, expire)

    @callback
    def _expire(self, _now: datetime) -> None:
        self._cancel_expiry = None
        self.data = None
        self.async_update_listeners()

    def _cancel(self) -> None:
        if self._cancel_expiry:
            self._cancel_expiry()
            self._cancel_expiry = None

    @override
    async def async_shutdown(self) -> None:
        """Read nothing more."""
        self._cancel()
        await super().async_shutdown()


def pause_of(err: QuotaError, interval: float) -> float | None:
    """Return the seconds until the next look that a page asks for, an hour at most; None for `interval` as always."""
    if isinstance(err, RateLimited) and err.retry_after is not None:
        return min(max(err.retry_after, interval), KEPT_FOR.total_seconds())
    return None
