"""A pretend internet for aiohttp: every host answers from one server on this machine.

`Upstream` is the server and what it answers; `redirect` sends the connections of this process to
such a server, also when it runs in another process.
"""

import asyncio
import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
import json
from pathlib import Path
import re
import socket
import ssl
from tempfile import TemporaryDirectory
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

LOCAL = "127.0.0.1"
ELSEWHERE = "192.0.2.1"
"""An address that belongs to nobody (RFC 5737): what every pretended host resolves to."""

NO_ROUTE = 599

NAMED = ("api.anthropic.com",)
"""Hosts that the certificate names, for programs that insist on it."""

type Response = Mapping[str, Any]
"""`status`, `headers`, one of `json`, `text` and `base64`, and `fault`."""


# What is asked


@dataclass(frozen=True)
class Request:
    """A request that has arrived."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body; None when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that came along."""
        pairs = (part.partition("=") for part in self.headers.get("Cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}

    def __str__(self) -> str:
        """Return method and address."""
        return f"{self.method} {self.url}"


@dataclass
class Route:
    """A request to wait for, as cases write it, and the response to it, ready or to be computed."""

    request: Mapping[str, Any]
    response: Response | Callable[[Request], Response]
    served: int = 0

    @property
    def url(self) -> URL:
        """The address to wait for; of its query only what stands there counts."""
        return URL(self.request["url"])

    def is_at(self, request: Request) -> bool:
        """Return whether the request is for this address."""
        return (self.url.origin(), self.url.path) == (request.url.origin(), request.url.path)

    def objections(self, request: Request) -> Iterator[str]:
        """Yield everything in which a request for this address differs from the one to wait for."""
        wanted = self.request
        if wanted["method"] != request.method:
            yield f"the method is not {wanted['method']}"
        yield from _differences("query", self.url.query, request.url.query)
        headers = dict(wanted.get("headers", {}))
        for name in [name for name in headers if name.lower() == "cookie"]:
            pairs = Request("", self.url, {"Cookie": headers.pop(name)}, b"").cookies
            yield from _differences("cookie", pairs, request.cookies)
        yield from _differences("header", headers, request.headers)
        yield from _differences("form field", wanted.get("form", {}), request.form)
        if "json" in wanted and not _holds(request.json, wanted["json"]):
            yield f"the body {request.body.decode(errors='replace')} lacks {json.dumps(wanted['json'])}"
        for piece in wanted.get("body_contains", ()):
            if piece.encode() not in request.body:
                yield f"the body lacks {piece!r}"


def _differences(what: str, wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"{what} {name} is {found.get(name)!r}, not {value!r}"


def _holds(whole: Any, part: Any) -> bool:
    """Return whether a JSON document holds the fields of another, at every depth of its objects."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _holds(whole[key], part[key]) for key in part)
    return bool(whole == part)


# What is answered


@dataclass
class Upstream:
    """The server; use it as an async context manager or with `start` and `stop`."""

    routes: list[Route] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    """The requests that no route matched, and why."""

    def answer(
        self,
        method: str,
        url: str,
        response: Callable[[Request], Response] | None = None,
        *,
        when: Mapping[str, Any] | None = None,
        status: int = 200,
        **content: Any,
    ) -> Route:
        """Add a route; `when` asks for more of the request, `content` is as in the responses of cases.

        Of several routes for one request each answers once, in the order added, the last one
        again and again: a new answer takes over from one that has been given.
        """
        wanted = {"method": method, "url": url, **(when or {})}
        route = Route(wanted, response or {"status": status, **content})
        self.routes.append(route)
        return route

    def play(self, conversation: Iterable[Mapping[str, Any]]) -> None:
        """Add the routes of a case."""
        self.routes += [Route(each["request"], each["response"]) for each in conversation]

    def to(self, url: str) -> list[Request]:
        """Return the requests that have arrived for an address, whatever their query."""
        wanted = URL(url)
        return [each for each in self.requests if each.url.with_query(None) == wanted]

    def respond(self, request: Request) -> Response:
        """Take note of a request and return the response to it."""
        self.requests.append(request)
        here = [route for route in self.routes if route.is_at(request)]
        matching = [route for route in here if not any(route.objections(request))]
        if not matching:
            reasons = [objection for route in here for objection in route.objections(request)]
            self.unmatched.append(f"{request}: {'; '.join(reasons) or 'no route for this address'}")
            return {"status": NO_ROUTE, "text": "no route matches this request"}
        route = next((route for route in matching if not route.served), matching[-1])
        route.served += 1
        return route.response(request) if callable(route.response) else route.response

    def pretends(self, url: URL) -> bool:
        """Return whether an address is to be redirected here: of this machine's own only what routes name."""
        return not is_local(url) or any(route.url.origin() == url.origin() for route in self.routes)

    # The server

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self, plain_port: int = 0, tls_port: int = 0) -> None:
        """Listen on both ports, free ones when they are 0."""
        self._closing = asyncio.Event()
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=1)
        await self._runner.setup()
        self.plain_port = await self._listen(plain_port, None)
        self.tls_port = await self._listen(tls_port, _identity()[0])

    async def _listen(self, port: int, tls: ssl.SSLContext | None) -> int:
        listener = socket.create_server((LOCAL, port))
        await web.SockSite(self._runner, listener, ssl_context=tls).start()
        return int(listener.getsockname()[1])

    async def stop(self) -> None:
        """Close every connection."""
        self._closing.set()
        await self._runner.cleanup()

    @property
    def door(self) -> Door:
        """How this server is reached."""
        return Door(self.plain_port, self.tls_port, _identity()[1])

    async def _handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        url = URL(f"{incoming.scheme}://{incoming.headers.get('Host', '')}{incoming.raw_path}", encoded=True)
        request = Request(incoming.method, url, incoming.headers, await incoming.read())
        response = self.respond(request)
        body, content_type = _content(response)
        headers = {"Content-Type": content_type, **response.get("headers", {})}
        match response.get("fault"):
            case "timeout":
                await self._closing.wait()
            case "reset":
                _drop(incoming)
            case "truncate":
                cut = web.StreamResponse(status=response.get("status", 200), headers=headers)
                cut.content_length = len(body) + 1000
                await cut.prepare(incoming)
                await cut.write(body[: len(body) // 2])
                _drop(incoming)
                return cut
        return web.Response(status=response.get("status", 200), body=body, headers=headers)


def _drop(incoming: web.BaseRequest) -> None:
    if incoming.transport:
        incoming.transport.close()


def _content(response: Response) -> tuple[bytes, str]:
    """Return the body and the media type that it has unless the response names one."""
    if "json" in response:
        return json.dumps(response["json"]).encode(), "application/json"
    if "base64" in response:
        return base64.b64decode(response["base64"]), "application/octet-stream"
    text = response.get("text", "")
    return text.encode(), f"text/{'html' if text.lstrip().startswith('<') else 'plain'}; charset=utf-8"


@cache
def _identity() -> tuple[ssl.SSLContext, str]:
    """Return a fresh server certificate, ready to serve, and as the PEM that clients have to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Pretend internet")])
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    ) | dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # At all times, as the clock of the first test may be a frozen one.
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage, decipher_only=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in NAMED]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        chain.write_bytes(private + pem)
        context.load_cert_chain(chain)
    return context, pem.decode()


# The way there


def is_local(url: URL) -> bool:
    """Return whether an address is one of this machine."""
    return url.host in (LOCAL, "localhost", "::1")


@dataclass(frozen=True)
class Door:
    """How an upstream is reached: its ports, and the certificate to trust."""

    plain_port: int
    tls_port: int
    certificate: str


@contextmanager
def redirect(door: Door, pretends: Callable[[URL], bool] = lambda url: not is_local(url)) -> Iterator[None]:
    """Send every connection that aiohttp opens in this process to the upstream, but not those it does not pretend.

    Nothing is resolved: a pretended host has an address that is neither local nor anybody's.
    """
    trusting = _trusting(door.certificate)
    connect = aiohttp.TCPConnector._create_connection
    resolve = aiohttp.TCPConnector._resolve_host

    async def create_connection(connector: Any, request: Any, traces: Any, limits: Any) -> Any:
        if not pretends(request.url):
            return await connect(connector, request, traces, limits)
        over_tls = request.is_ssl()
        try:
            _, protocol = await asyncio.get_running_loop().create_connection(
                connector._factory,
                LOCAL,
                door.tls_port if over_tls else door.plain_port,
                ssl=trusting if over_tls else None,
                server_hostname=request.url.host if over_tls else None,
            )
        except OSError as err:
            raise aiohttp.ClientConnectorError(request.connection_key, err) from err
        return protocol

    async def resolve_host(connector: Any, host: str, port: int, traces: Any = None) -> Any:
        if not pretends(URL.build(scheme="https", host=host)):
            return await resolve(connector, host, port, traces)
        flags = socket.AI_NUMERICHOST
        return [{"hostname": host, "host": ELSEWHERE, "port": port, "family": 2, "proto": 0, "flags": flags}]

    with (
        patch.object(aiohttp.TCPConnector, "_create_connection", create_connection),
        patch.object(aiohttp.TCPConnector, "_resolve_host", resolve_host),
    ):
        yield


@cache
def _trusting(certificate: str) -> ssl.SSLContext:
    """Return what a client needs to trust a server, whatever it is called."""
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False
    return context


# Cases

_JWT = re.compile(r"«jwt:(.*?)\|(.*?)\|(.*?)»")


def with_tokens(node: Any) -> Any:
    """Return a document with every `«jwt:HEADER|PAYLOAD|SIGNATURE»` in its strings written out as that token."""
    if isinstance(node, dict):
        return {with_tokens(key): with_tokens(value) for key, value in node.items()}
    if isinstance(node, list):
        return [with_tokens(value) for value in node]
    if isinstance(node, str):
        return _JWT.sub(lambda found: jwt(*found.groups()), node)
    return node


def jwt(header: str, payload: str, signature: str = "signature") -> str:
    """Return a token of these parts, the first two JSON texts."""
    encoded = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, payload))
    return ".".join((*encoded, signature))


def load_cases(folder: Path, pattern: str = "*.json") -> Iterator[dict[str, Any]]:
    """Yield every case of a folder, each with its provider."""
    for path in sorted(folder.glob(pattern)):
        document = with_tokens(json.loads(path.read_text()))
        for case in document["cases"]:
            yield {"provider": document["provider"], **case}
