"""One coordinator per account: asks the quota wing and turns its failures into Home Assistant's."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from math import ceil
from typing import Any, override

import aiohttp
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .announcer import Announcer
from .const import (
    CONF_ADAPTIVE,
    CONF_HIDE_EMAIL,
    CONF_SCAN_INTERVAL,
    CONF_WORK_DAYS,
    DEFAULT_ADAPTIVE,
    DEFAULT_HIDE_EMAIL,
    DEFAULT_WORK_DAYS,
    DOMAIN,
)
from .issues import async_show_issue
from .memory import Memory
from .options import rules_of
from .privacy import hide_email
from .quota import Account, fetch, load, parse
from .quota.account import merged
from .quota.alerts import Alert, Alerts
from .quota.history import History
from .quota.model import (
    Attempt,
    AuthFailed,
    BadConfiguration,
    Kind,
    QuotaError,
    RateLimited,
    Snapshot,
    Window,
)
from .quota.pace import Pace, WorkWeek, length_of, pace_of
from .quota.provider import Provider
from .quota.refresh import Pauses, Resting, Rhythm, grace
from .quota.timetable import Timetable

_LOGGER = logging.getLogger(__name__)

FETCHES: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_fetches")
MAX_FETCHES = 4
"""How many accounts are fetched at a time, so that fifty of them do not start at once."""

PAUSES: HassKey[Pauses] = HassKey(f"{DOMAIN}_pauses")
"""The pauses that providers asked for: accounts with the same credential keep them together."""

LONGEST_PAUSE = timedelta(days=1)
"""What is kept of a longer one was written while the clock was wrong."""

UNLOAD_SECONDS = 20
"""How long unloading waits for a running fetch."""

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
        self.account = Account(provider, EntryKeeper(hass, entry), session, entry.unique_id)
        self.memory = Memory(hass, entry.entry_id, self._to_keep)
        self.dashboard = provider.dashboard
        self.error: QuotaError | None = None
        self.attempts: tuple[Attempt, ...] = ()
        self.history = History()
        self.paces: Mapping[str, Pace] = {}
        """How fast the windows of the last snapshot are used, where that can be told."""
        self._alerts = Alerts()
        self._announcer = Announcer()
        self._fetching: asyncio.Task[Snapshot] | None = None
        self._finished = 0
        self._timetable = Timetable(entry.entry_id, self._rhythm(self.account.source), dt_util.utcnow())
        self._good_until: datetime | None = None
        self._cancel_lapse: CALLBACK_TYPE = _nothing

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

    def pace(self, window_id: str) -> Pace | None:
        """Return how fast a window is used, as far as that may be shown."""
        window = self.window(window_id)
        return self.paces.get(window_id) if window and window.used_percent is not None else None

    def burn_rate(self, window_id: str) -> float | None:
        """Return the percentage points an hour that a window has lately been used by, as far as that may be shown."""
        window = self.window(window_id)
        if window is None or window.used_percent is None:
            return None
        return self.history.burn_rate(window_id, self.data.fetched_at, length_of(window))

    def shown(self, text: str) -> str:
        """Return a text in which an e-mail address may occur as it may be shown."""
        is_hidden = self.config_entry.options.get(CONF_HIDE_EMAIL, DEFAULT_HIDE_EMAIL)
        return hide_email(text) if is_hidden else text

    # What is told

    @callback
    def async_listen_to_alerts(self, listener: Callable[[Alert], None]) -> CALLBACK_TYPE:
        """Give the listener all alerts, first those that nobody has heard; returns what ends that."""
        return self._announcer.async_listen(listener)

    @callback
    def raise_alerts(self, alerts: Iterable[Alert]) -> None:
        """Tell these at once."""
        self._note_alerts(alerts, self.data)
        self._announcer.async_deliver()

    @callback
    def alerts_for_status(self, indicator: str, description: str | None) -> None:
        """Tell what the provider's status page gives rise to."""
        self.raise_alerts(self._alerts.status(indicator, description))

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Let the entities show what is new, then tell about it: who is told may look at them."""
        super().async_update_listeners()
        self._announcer.async_deliver()

    def _note_alerts(self, alerts: Iterable[Alert], snapshot: Snapshot) -> None:
        about = {
            "provider": self.provider.id,
            "provider_name": self.provider.name,
            "account": self.shown(snapshot.account) if snapshot.account else None,
            "plan": snapshot.plan,
            "entry_id": self.config_entry.entry_id,
        }
        known = {key: value for key, value in about.items() if value is not None}
        self._announcer.async_note(replace(alert, payload=known | dict(alert.payload)) for alert in alerts)
        self.memory.save_soon()

    def _sign_in_needed(self) -> str:
        """Return in the language of the house that somebody has to sign in; the provider's own words may tell more."""
        texts = async_get_cached_translations(self.hass, self.hass.config.language, "exceptions", DOMAIN)
        text = texts.get(f"component.{DOMAIN}.exceptions.sign_in_needed.message", Kind.AUTH)
        return text.format(provider=self.provider.name)

    # Fetching

    @override
    async def _async_setup(self) -> None:
        kept = await self.memory.async_load()
        self._recall_pause(parse.mapping(kept.get("refresh")))
        self.history = History.from_dict(parse.mapping(kept.get("history")))
        self._alerts = Alerts.from_dict(parse.mapping(kept.get("alerts")))
        self.config_entry.async_on_unload(async_at_started(self.hass, self._begin_polling))

    def _to_keep(self) -> dict[str, Any]:
        """Return what outlives a restart."""
        return {"refresh": self._pause_to_keep(), "history": self.history.as_dict(), "alerts": self._alerts.as_dict()}

    @callback
    def note_interest(self) -> None:
        """Take note that somebody looks at the figures: they are kept fresh for a while."""
        self._timetable.note_interest(dt_util.utcnow())

    async def async_fetch_now(self) -> None:
        """Fetch at once because somebody asks for it.

        Raises HomeAssistantError with what went wrong, also while the provider wants a pause.
        """
        now = dt_util.utcnow()
        if until := self._paused_until():
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="paused",
                translation_placeholders={
                    "provider": self.provider.name,
                    "seconds": str(ceil((until - now).total_seconds())),
                },
            )
        self.note_interest()
        self.account.resting.clear()
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
            retry_after = await self._note_failure(err)
            # Home Assistant logs some failures with all that led to them, be it what a parser tripped over.
            raise as_home_assistant_error(err, self.provider, retry_after) from None
        self._note_success(snapshot)
        return snapshot

    async def _fetch(self) -> Snapshot:
        if until := self._paused_until():
            raise Resting(retry_after=(until - dt_util.utcnow()).total_seconds())
        async with self.hass.data[FETCHES]:
            return await fetch(self.account)

    def _note_success(self, snapshot: Snapshot) -> None:
        # Asked for here, where the settings are known to be good.
        self.dashboard = self.provider.dashboard_for(self.account.settings())
        self.error = None
        self.attempts = snapshot.attempts
        self._observe(snapshot)
        run_outs = [pace.runs_out_at for pace in self.paces.values() if pace.runs_out_at]
        self._timetable.succeed(snapshot, run_outs, self._rhythm(snapshot.source), dt_util.utcnow())
        self._stands_until(None)
        self._show_issue(None)

    def _observe(self, snapshot: Snapshot) -> None:
        """Learn from a snapshot: first what has reset, then how fast everything is used since."""
        now = snapshot.fetched_at
        resets = self.history.observe(snapshot, now)
        days = int(self.config_entry.options.get(CONF_WORK_DAYS, DEFAULT_WORK_DAYS))
        work_week = WorkWeek(days, dt_util.get_default_time_zone()) if days else None
        paces = {window.id: pace_of(window, now, work_week) for window in snapshot.windows}
        # A window that slides has no beginning that its use could be measured from.
        self.paces = {id: pace for id, pace in paces.items() if pace and not self.history.is_sliding(id)}
        unsettled = [window.id for window in snapshot.windows if self.history.is_unsettled(window.id)]
        rules = rules_of(self.config_entry.options)
        self._note_alerts(self._alerts.observe(snapshot, self.paces, resets, rules, now, unsettled), snapshot)

    async def _note_failure(self, err: QuotaError) -> float | None:
        """Return in how many seconds to ask again, None where Home Assistant decides that."""
        now = dt_util.utcnow()
        pause = self._timetable.fail(err, now)
        if pause and isinstance(err, RateLimited) and not isinstance(err, Resting):
            self.hass.data[PAUSES].note(self._credentials, now + timedelta(seconds=pause))
            await self.memory.async_save()
        self.error = err
        self.attempts = err.attempts
        self._show_issue(err)
        if self.data is None:
            return None  # Home Assistant reports and repeats a set-up that fails
        self._note_alerts(self._alerts.fail(err.kind, self._sign_in_needed(), now), self.data)
        self._stands_until(self.data.fetched_at + grace(err.kind, self._timetable.interval(now)))
        if self.last_update_success:
            _LOGGER.warning("%s: the fetch failed (%s)", self.name, err.kind)
            # Told already. The base class would add the text, in which the provider may have had its say.
            self.last_update_success = False
        else:
            self.async_update_listeners()  # the base class leaves this out from the second failure on
        return (self._timetable.due - now).total_seconds()

    @callback
    def _show_issue(self, err: QuotaError | None) -> None:
        account = self.shown(self.config_entry.title)
        async_show_issue(self.hass, self.config_entry, err, account=account, provider=self.provider.name)

    # When to fetch next

    def _rhythm(self, source: str) -> Rhythm:
        """Return how often to poll a source."""
        options = self.config_entry.options
        adaptive = options.get(CONF_ADAPTIVE, DEFAULT_ADAPTIVE)
        return Rhythm.of(self.provider.every_of(source), options.get(CONF_SCAN_INTERVAL), adaptive=adaptive)

    @override
    @callback
    def _schedule_refresh(self) -> None:
        """Schedule the poll that is due next, once Home Assistant is running."""
        now = dt_util.utcnow()
        if self._timetable.due <= now:  # a failure that nobody foresaw has planned nothing
            self._timetable.plan(now)
        # The base class rounds down, and a pause must not be cut short.
        self.update_interval = self._timetable.due - now + timedelta(seconds=1)
        self._retry_after = None
        if self.hass.state is CoreState.running:
            super()._schedule_refresh()

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        self._finished += 1
        if isinstance(self.error, AuthFailed) and self._listeners and self.error.may_heal:
            self._schedule_refresh()  # the base class gives up once a credential is rejected

    @callback
    def _begin_polling(self, _hass: HomeAssistant) -> None:
        self._timetable.begin(dt_util.utcnow())
        if self._listeners:
            self._schedule_refresh()

    # Pauses that the provider asks for

    @property
    def _credentials(self) -> Collection[str]:
        """Return hashes of what the account signs in with, as far as that is known: a limit belongs to it."""
        try:
            secrets = self.account.settings().secrets
        except BadConfiguration:  # nothing will be sent
            secrets = []
        return [self.provider.fingerprint(secret) for secret in secrets] or [self.config_entry.entry_id]

    def _paused_until(self) -> datetime | None:
        return self.hass.data[PAUSES].until(self._credentials, dt_util.utcnow())

    def _pause_to_keep(self) -> dict[str, Any]:
        until = self._paused_until()
        return {"paused_until": until.isoformat(), "failures": self._timetable.failures} if until else {}

    def _recall_pause(self, kept: Mapping[str, Any]) -> None:
        until = parse.moment(kept.get("paused_until"))
        if until and until - dt_util.utcnow() <= LONGEST_PAUSE:
            self._timetable.failures = int(parse.number(kept.get("failures")) or 0)
            self.hass.data[PAUSES].note(self._credentials, until)

    # How long the snapshot stands

    @callback
    def _stands_until(self, end: datetime | None) -> None:
        """Set when the snapshot ceases to stand; None: not before a fetch fails."""
        self._good_until = end
        self._await_lapse()

    @callback
    def _await_lapse(self) -> None:
        """Show what is left of the snapshot when the next part of it ceases to be true: a reset comes, or its end."""
        self._cancel_lapse()
        self._cancel_lapse = _nothing
        if end := self._good_until:
            now = dt_util.utcnow()
            moments = [end, *(window.resets_at for window in self.data.windows if window.resets_at)]
            if ahead := [each for each in moments if now < each <= end]:
                self._cancel_lapse = async_track_point_in_utc_time(self.hass, self._lapse, min(ahead))

    @callback
    def _lapse(self, _now: datetime) -> None:
        self._cancel_lapse = _nothing
        self._await_lapse()
        self.async_update_listeners()

    # The end

    async def async_finish(self) -> None:
        """Wait for a running fetch, but not for long, and keep what is to be remembered."""
        if self._fetching and not self._fetching.done():
            await asyncio.wait([self._fetching], timeout=UNLOAD_SECONDS)
            self._fetching.cancel()
        await self.memory.async_save()

    @override
    async def async_shutdown(self) -> None:
        """Begin nothing more."""
        self._cancel_lapse()
        await super().async_shutdown()


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
