"""The only way to the network.

An Endpoint is an origin with the credentials that belong to it: what is attached to it goes nowhere
else, and redirects are followed by hand, only when asked to and only within the same origin.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
import json
import re
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable
from .parse import Json, number

USER_AGENT = "AIQuota (+https://github.com/ai-quota/ai-quota)"
BROWSER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)

CONNECT_SECONDS = 10
RETRY_SECONDS = 1
"""How long to wait before a request is repeated that met a passing fault."""
MAX_BYTES = 4 * 1024 * 1024
MAX_REDIRECTS = 5
_DECODE_OFF_LOOP = 64 * 1024
_CHUNK = 64 * 1024
# Ordinary pages carry the scripts that watch for bots, too: https://developers.cloudflare.com/cloudflare-challenges/
_CHALLENGE = re.compile(rb"/cdn-cgi/challenge-platform/(?!(?:h/\w+/)?scripts/)")

type Query = Mapping[str, str | int] | Sequence[tuple[str, str]]


def chrome_on_mac(version: int) -> str:
    """Return the User-Agent of a desktop Chrome, for sites that want to be asked by a certain one."""
    return (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
        f" Chrome/{version}.0.0.0 Safari/537.36"
    )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How the statuses of an endpoint are judged.

    `auth` is the message of a 401 or 403. `redirect`, `html` and `other` are the failures for a
    redirect, a page where data was asked for (None: a page is fine), and any other 4xx.
    """

    auth: str = "the credentials were rejected"
    redirect: type[QuotaError] = InvalidResponse
    html: type[QuotaError] | None = InvalidResponse
    other: type[QuotaError] = InvalidResponse


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status; the body is decompressed and at most MAX_BYTES long."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: URL
    now: datetime
    set_cookies: Sequence[str] = ()

    @property
    def text(self) -> str:
        """Return the body as text."""
        found = re.search(r"charset=[\"']?([\w-]+)", self.headers.get("Content-Type", ""))
        try:
            return self.body.decode(found[1] if found else "utf-8", errors="replace")
        except LookupError:
            return self.body.decode(errors="replace")

    @property
    def is_redirect(self) -> bool:
        """Return whether this sends the reader elsewhere."""
        return 300 <= self.status < 400

    @property
    def location(self) -> URL | None:
        """Return where a redirect leads, None when it does not say."""
        try:
            return self.url.join(URL(self.headers["Location"]))
        except KeyError, ValueError:
            return None

    @property
    def is_html(self) -> bool:
        """Return whether the body is a web page: no data that is read here begins like one."""
        return self.body[:512].lstrip().startswith(b"<")

    @property
    def is_page(self) -> bool:
        """Return whether this is a web page by its body, or by what it says that it is."""
        return self.is_html or "html" in self.headers.get("Content-Type", "").lower()

    @property
    def is_challenge(self) -> bool:
        """Return whether a bot wall answered instead of the provider."""
        return self.headers.get("cf-mitigated") == "challenge" or (
            self.is_html and _CHALLENGE.search(self.body) is not None
        )

    @property
    def retry_after(self) -> float | None:
        """Return the pause that is asked for in seconds, from either form of Retry-After."""
        value = self.headers.get("Retry-After", "")
        seconds = number(value)
        if seconds is None:
            try:
                seconds = (parsedate_to_datetime(value) - self.now).total_seconds()
            except ValueError, TypeError:
                return None
        return seconds if seconds > 0 else None

    def cookie(self, name: str) -> str | None:
        """Return the value that the answer sets for a cookie, None when it sets none or clears it."""
        for line in self.set_cookies:
            try:
                morsel = SimpleCookie(line).get(name)
            except CookieError:
                continue
            if morsel and morsel.value:
                return morsel.value
        return None

    def check(self, verdict: Verdict) -> Reply:
        """Return the reply when its status is 2xx, else raise the failure that its status means."""
        if self.is_challenge:
            raise Unavailable(f"{self.url.host} asks for a browser check (Cloudflare) and blocks this machine")
        if 200 <= self.status < 300:
            if self.is_html and verdict.html:
                raise verdict.html(
                    verdict.auth if verdict.html is AuthFailed else f"{self.url.host} answered with a web page"
                )
            return self
        if self.status in (401, 403):
            raise AuthFailed(f"{verdict.auth} (HTTP {self.status})")
        if self.status == 429:
            raise RateLimited(retry_after=self.retry_after)
        if self.is_redirect:
            raise verdict.redirect(
                verdict.auth
                if verdict.redirect is AuthFailed
                else f"{self.url.host} redirects elsewhere (HTTP {self.status})"
            )
        failure = Unavailable if self.status >= 500 or self.status == 408 else verdict.other
        raise failure(f"{self.url.host} answered HTTP {self.status}")

    def ok(self, verdict: Verdict) -> Reply:
        """Return the reply when its status is 200 and no other, else raise the failure that its status means."""
        if self.check(verdict).status != 200:
            raise InvalidResponse(f"{self.url.host} answered HTTP {self.status}")
        return self

    async def json(self) -> Any:
        """Return the decoded JSON body, off the loop when it is large; raises InvalidResponse."""
        try:
            if len(self.body) > _DECODE_OFF_LOOP:
                return await asyncio.to_thread(json.loads, self.body)
            return json.loads(self.body)
        except (ValueError, RecursionError) as err:
            raise InvalidResponse(f"the answer of {self.url.host} is not JSON") from err

    async def object(self) -> Json:
        """Return the body as a JSON object; raises InvalidResponse."""
        data = await self.json()
        if not isinstance(data, dict):
            raise InvalidResponse(f"the answer of {self.url.host} is not a JSON object")
        return data

    async def maybe_object(self) -> Json:
        """Return the body as a JSON object, an empty one when it is none: for reading error bodies."""
        try:
            return await self.object()
        except InvalidResponse:
            return {}


class ConnectionFault(Unavailable):
    """The connection failed, in a way that may pass."""


class NoConnection(ConnectionFault):
    """No connection was made: nobody listens there, or does not speak TLS."""


class Retry:
    """The one request that a fetch may repeat."""

    def __init__(self) -> None:
        self._is_spent = False

    async def spend(self) -> bool:
        """Return whether to repeat a request, after the wait that belongs to it."""
        if self._is_spent:
            return False
        self._is_spent = True
        await asyncio.sleep(RETRY_SECONDS)
        return True


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A base address, and what every request below it carries. `timeout` is in seconds.

    All endpoints of a fetch share its `retry`, for a request that can be repeated and met a passing fault.
    `trust_loopback` takes any certificate, for a program of this machine: of 127.0.0.1 and nothing else.
    """

    session: aiohttp.ClientSession
    base: URL
    now: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 15
    verdict: Verdict = field(default_factory=Verdict)
    trust_loopback: bool = False
    retry: Retry = field(default_factory=Retry)

    def __post_init__(self) -> None:
        """Refuse to trust any certificate of another machine, with ValueError."""
        if self.trust_loopback and self.base.host != "127.0.0.1":
            raise ValueError("only 127.0.0.1 is trusted without a valid certificate")

    def url(self, path: str | tuple[str, ...] = "") -> URL:
        """Return the address of a path: below the base, from the root with a leading slash, or whole.

        A tuple is a path of segments below the base, each percent-encoded; those that lead elsewhere are
        refused with ValueError. So is an address of another origin: what this endpoint carries is not for it.
        """
        if isinstance(path, tuple):
            if not {".", ".."}.isdisjoint(path):
                raise ValueError("a segment of a path that leads elsewhere")
            return self.base.joinpath("/".join(quote(segment, safe="") for segment in path), encoded=True)
        if "://" in path:
            target = URL(path)
        elif path.startswith("/"):
            target = self.base.join(URL(path))
        elif path:
            name, mark, query = path.partition("?")
            target = self.base.joinpath(name)
            target = target.join(URL(f"?{query}")) if mark else target
        else:
            target = self.base
        if target.origin() != self.base.origin():
            raise ValueError(f"{target.host} is not {self.base.host}")
        return target

    async def request(
        self,
        method: str,
        path: str | tuple[str, ...] = "",
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  the request's own, in seconds
        follow: bool = False,
        max_bytes: int = MAX_BYTES,
    ) -> Reply:
        """Send one request and return the answer, whatever its status.

        `follow` allows redirects within the origin; one that leaves it is returned as it is.
        Raises Unavailable when no whole answer comes, InvalidResponse when it is too large.
        """
        url = self.url(path)
        if query is not None:
            url = url.extend_query(query)
        send: dict[str, Any] = {"json": json, "data": body if form is None else dict(form)}
        for _ in range(MAX_REDIRECTS + 1):
            reply = await self._send_once_or_twice(method, url, headers or {}, send, timeout or self.timeout, max_bytes)
            target = reply.location if follow and reply.is_redirect else None
            if target is None or target.origin() != self.base.origin():
                return reply
            url = target
            if reply.status in (301, 302, 303) and method != "HEAD":
                method, send = "GET", {}
        raise InvalidResponse(f"{self.base.host} redirects in a circle")

    async def _send_once_or_twice(self, method: str, url: URL, *rest: Any) -> Reply:
        """Send a request; one that changes nothing a second time, when a fault may have passed by then."""
        is_idempotent = method in ("GET", "HEAD", "OPTIONS") and not _is_loopback(url)
        try:
            reply = await self._send(method, url, *rest)
        except ConnectionFault:
            if not is_idempotent or not await self.retry.spend():
                raise
        else:
            is_fault = reply.status in (502, 503, 504) and not reply.is_challenge
            if not is_fault or not is_idempotent or not await self.retry.spend():
                return reply
        return await self._send(method, url, *rest)

    async def _send(
        self, method: str, url: URL, headers: Mapping[str, str], send: dict[str, Any], seconds: float, max_bytes: int
    ) -> Reply:
        carried = {"User-Agent": USER_AGENT, "Accept": "application/json", **self.headers, **headers}
        if any(not value.isprintable() for value in carried.values()):
            raise AuthFailed("a credential holds line breaks or control characters; copy it again")
        limits = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))
        try:
            async with self.session.request(
                method,
                url,
                headers=carried,
                allow_redirects=False,
                timeout=limits,
                ssl=not self.trust_loopback,
                **send,
            ) as response:
                received = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    received += chunk
                    if len(received) > max_bytes:
                        raise InvalidResponse(f"the answer of {url.host} is larger than {max_bytes // 1024} KiB")
                return Reply(
                    response.status,
                    response.headers,
                    bytes(received),
                    url,
                    self.now,
                    response.headers.getall("Set-Cookie", ()),
                )
        except TimeoutError as err:
            raise Unavailable(f"{url.host} did not answer in {seconds:g} seconds") from err
        except aiohttp.ClientConnectorError as err:
            raise NoConnection(f"no connection to {url.host} ({type(err).__name__})") from None
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as err:
            # aiohttp itself has repeated the request already, if that can be repeated.
            raise Unavailable(f"no connection to {url.host} ({type(err).__name__})") from None
        except (aiohttp.ClientError, OSError) as err:
            # Their texts can hold the whole address, so only the sort of fault is told.
            raise ConnectionFault(f"no connection to {url.host} ({type(err).__name__})") from None
        except ValueError as err:
            raise Unavailable(f"the answer of {url.host} could not be read") from err

    async def get(self, path: str | tuple[str, ...] = "", **options: Any) -> Reply:
        """Send a GET request; see `request`."""
        return await self.request("GET", path, **options)

    async def post(self, path: str | tuple[str, ...] = "", **options: Any) -> Reply:
        """Send a POST request; see `request`."""
        return await self.request("POST", path, **options)

    async def get_object(self, path: str | tuple[str, ...] = "", **options: Any) -> Json:
        """Return the JSON object that a GET request yields; every other outcome raises a QuotaError."""
        return await (await self.get(path, **options)).check(self.verdict).object()

    async def post_object(self, path: str | tuple[str, ...] = "", **options: Any) -> Json:
        """Return the JSON object that a POST request yields; every other outcome raises a QuotaError."""
        return await (await self.post(path, **options)).check(self.verdict).object()


async def follow(address: URL, ask: Callable[[URL], Awaitable[Reply]], check: Callable[[URL], None]) -> Reply:
    """Return the answer at the end of redirects from host to host, each asked for with what may go there.

    `check` raises for an address that is not to be asked. Raises InvalidResponse for redirects without an end.
    """
    for _ in range(MAX_REDIRECTS + 1):
        reply = await ask(address)
        target = reply.location if reply.is_redirect else None
        if target is None:
            return reply
        check(target)
        address = target
    raise InvalidResponse(f"{address.host} redirects in a circle")


def _is_loopback(url: URL) -> bool:
    """Return whether this is a program of this machine: its connections do not break by chance."""
    return url.host in ("127.0.0.1", "::1", "localhost")
