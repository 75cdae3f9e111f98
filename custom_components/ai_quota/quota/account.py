"""One account at one provider, and the call that one fetch makes for it."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
import logging
import os
from pathlib import Path
import sys
from typing import Any, Protocol

import aiohttp
from yarl import URL

from .credentials import Cookies, Settings
from .http import Endpoint, Retry, Verdict
from .model import AuthFailed, BadConfiguration, QuotaError
from .provider import Provider

_LOGGER = logging.getLogger(__name__)

SPARE_SECONDS = 5
"""What is optional leaves so much of a fetch's time to what is not."""

REJECTED = "rejected"
"""In what rests of an account: the credentials with which the last fetch met nothing but rejection."""


class Keeper(Protocol):
    """Where the credentials of an account are kept: a config entry, or memory while it is set up."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Return what is kept now."""
        ...

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Keep these values; None removes one. When this returns they are safe."""
        ...


class InMemory:
    """A keeper that forgets."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data: Mapping[str, Any] = dict(data)

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Keep these values; None removes one."""
        self.data = merged(self.data, changes)


def merged(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with the changes; None removes a key."""
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


class Account:
    """One account, as long as its entry is loaded.

    `identity` is whose it is, once that is known: answers of somebody else are refused. `memory` is what
    a provider remembers between fetches and may forget at any time; `resting` what is not tried again for
    a while because it has failed, to be cleared when a person asks. The environment and the clock are read
    anew at every fetch.
    """

    def __init__(
        self, provider: Provider, keeper: Keeper, session: aiohttp.ClientSession, identity: str | None = None
    ) -> None:
        self.provider = provider
        self.keeper = keeper
        self.session = session
        self.identity = identity
        self.memory: dict[str, Any] = {}
        self.resting: dict[str, Any] = {}

    @property
    def source(self) -> str:
        """Return the strategy that was chosen, or `auto`."""
        return self.keeper.data.get("source") or "auto"

    def settings(self, env: Mapping[str, str] | None = None) -> Settings:
        """Return the fields with their values as they are now; raises BadConfiguration."""
        found = Settings(self.provider.fields, self.keeper.data, os.environ if env is None else env)
        self.provider.check(found)
        return found


class Call:
    """One fetch for one account: its settings, its clock, its doors to network and machine."""

    def __init__(self, account: Account) -> None:
        """Read the settings; raises BadConfiguration when one is refused."""
        self.account = account
        self.now = datetime.now(UTC)
        self.env: Mapping[str, str] = dict(os.environ)
        self.memory = account.memory
        self.once: dict[str, Any] = {}
        """What this fetch has found out already, for its later strategies."""
        self.deadline: float | None = None
        """When the time of this fetch is up, by the clock of the event loop."""
        self.presented: set[str] = set()
        """The credentials that endpoints were made with."""
        self._retry = Retry()
        self._concealed: set[str] = set()
        self._read_settings()

    def _read_settings(self) -> None:
        self.settings = self.account.settings(self.env)
        self.conceal(*self.settings.secrets)

    # What the person gave

    def __getitem__(self, key: str) -> Any:
        """Return a field's value; raises AuthFailed when there is none."""
        value = self.settings.get(key)
        if value is None:
            raise AuthFailed(f"{key} is missing")
        return value

    def get(self, key: str) -> Any:
        """Return a field's value from the entry, the environment or its default, else None."""
        return self.settings.get(key)

    def own(self, key: str) -> Any:
        """Return what the entry itself holds for a field, else None."""
        return self.settings.own(key)

    def pasted_cookies(self) -> Cookies | None:
        """Return the cookies that were given, unless `cookie_source` is `off`."""
        field = self.account.provider.cookie_field
        if field is None or self._shuns_cookies:
            return None
        found = Cookies.pasted(self.given_cookie, field.bare)
        if found:
            self.conceal(*found.pairs.values())
        return found

    def spare_cookies(self) -> list[Cookies]:
        """Return the sessions of the environment, where they come after those of the browsers."""
        field = self.account.provider.cookie_field
        if field is None or not field.env_last or self.given_cookie or self._shuns_cookies:
            return []
        read = (Cookies.pasted(self.settings.env(name), field.bare) for name in field.env)
        found = [session for session in read if session and field.is_session(session)]
        self.conceal(*(value for session in found for value in session.pairs.values()))
        return found

    @property
    def given_cookie(self) -> str | None:
        """Return what stands in the cookie's field, or in the environment unless that comes after the browsers."""
        field = self.account.provider.cookie_field
        if field is None:
            return None
        found: str | None = self.settings.own(field.key) if field.env_last else self.settings.given(field.key)
        return found

    @property
    def cookie_is_unreadable(self) -> bool:
        """Return whether what was given as a cookie holds none, so that it counts as nothing."""
        return bool(self.given_cookie) and not self._shuns_cookies and self.pasted_cookies() is None

    @property
    def _shuns_cookies(self) -> bool:
        return "cookie_source" in self.settings.fields and self.get("cookie_source") == "off"

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Keep new credentials (None removes one); the settings know them when this returns."""
        await self.account.keeper.save(changes)
        self._read_settings()

    # The machine

    @property
    def home(self) -> Path:
        """Return the user's home directory."""
        return Path(self.env.get("HOME") or self.env.get("USERPROFILE") or Path.home())

    def path(self, value: str) -> Path:
        """Return a path that a person wrote, `~` expanded."""
        return self.home / value[2:] if value.startswith(("~/", "~\\")) else self.home if value == "~" else Path(value)

    @property
    def app_data(self) -> Path:
        """Return where desktop programs of this machine keep their folders."""
        if sys.platform == "darwin":
            return self.home / "Library" / "Application Support"
        if sys.platform == "win32":
            return Path(self.env.get("APPDATA") or self.home / "AppData" / "Roaming")
        return Path(self.env.get("XDG_CONFIG_HOME") or self.home / ".config")

    # The network

    def at(
        self,
        base: str | URL,
        *,
        bearer: str | None = None,
        cookies: Cookies | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 15,
        verdict: Verdict | None = None,
        trust_loopback: bool = False,
    ) -> Endpoint:
        """Return an endpoint; what is given here goes to its origin and nowhere else.

        Raises AuthFailed when all sources failed last time, and this credential is one that was refused then.
        `trust_loopback` takes any certificate, and is refused (ValueError) for all but 127.0.0.1.
        """
        carried = dict(headers or {})
        if bearer:
            carried["Authorization"] = f"Bearer {bearer}"
            self.conceal(bearer)
        if cookies:
            carried["Cookie"] = cookies.for_url(URL(base)).header
            self.conceal(*cookies.pairs.values())
        for name in ("Authorization", "Cookie"):
            if value := carried.get(name):
                self._present(value)
        return Endpoint(
            session=self.account.session,
            base=URL(base),
            now=self.now,
            headers=carried,
            timeout=timeout,
            verdict=verdict or Verdict(),
            trust_loopback=trust_loopback,
            retry=self._retry,
        )

    def _present(self, credential: str) -> None:
        self.presented.add(credential)
        if credential in self.account.resting.get(REJECTED, ()):
            raise AuthFailed("the credentials were rejected and are still the same")

    async def optional[T](
        self, awaitable: Awaitable[T], seconds: float | None = None, *, but: type[QuotaError] = BadConfiguration
    ) -> T | None:
        """Return the result, or None when it takes longer or fails.

        It gives way in time for the fetch to end without it. A refused configuration, and the kind of failure
        `but`, is raised all the same.
        """
        until = None if self.deadline is None else self.deadline - SPARE_SECONDS
        try:
            async with asyncio.timeout_at(until), asyncio.timeout(seconds):
                return await awaitable
        except BadConfiguration, but:
            raise
        except (QuotaError, TimeoutError) as err:
            _LOGGER.debug("%s: an optional request failed: %s", self.account.provider.id, self.redact(str(err)))
            return None

    # Discretion

    def conceal(self, *secrets: str) -> None:
        """Remember values that must never be shown."""
        self._concealed.update(value for value in secrets if len(value) >= 6)

    def redact(self, message: str) -> str:
        """Return a message without any secret that this call has seen."""
        for value in sorted(self._concealed, key=len, reverse=True):
            message = message.replace(value, "…")
        return message
