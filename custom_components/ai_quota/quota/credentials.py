"""What a person or the environment gives: fields, their clean-up, cookies and endpoint overrides."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from http.cookiejar import Cookie
from ipaddress import IPv6Address, ip_address, ip_network
import re
from typing import Any, Self

from yarl import URL

from .model import BadConfiguration
from .parse import number as read_number

type Value = str | float | bool | URL


class FieldKind(StrEnum):
    """What a field holds."""

    SECRET = "secret"  # noqa: S105  a word, no secret
    COOKIE = "cookie"
    TEXT = "text"
    URL = "url"
    SELECT = "select"
    BOOL = "bool"
    NUMBER = "number"


class Way(StrEnum):
    """The ways in that the config flow offers for fields."""

    KEY = "key"
    TOKEN = "token"  # noqa: S105  a word, no secret
    COOKIE = "cookie"
    MACHINE = "machine"


def unquoted(value: str) -> str:
    """Return the text trimmed and without one pair of surrounding quotes."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    return value


def without_bearer(value: str) -> str:
    """Return the text unquoted and without a leading `Bearer `."""
    return re.sub(r"^bearer\s+", "", unquoted(value), flags=re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing to fill in: its key in the entry's data, and where else its value may come from.

    `way` is the way in that the field belongs to (None: to all), `advanced` puts it into the folded
    part of the form, `hidden` keeps it out of forms (a sign-in sets it). `help` says where a
    person gets the value and `link` leads there. A URL is an endpoint override: checked before use,
    `http` when plain HTTP is allowed on private addresses, `exact` when it is used as it is (a slash
    at the end is kept), `deferred` when it is refused only where it is used, so that a strategy which
    does without it answers. Of several browser sessions those with one of the cookies `preferred` go first;
    `counts` tells which are sessions at all where `session_names` cannot. With `env_last` the browsers
    come before the environment, of which every variable is then a session.
    """

    key: str
    kind: FieldKind
    env: tuple[str, ...] = ()
    default: Value | None = None
    options: tuple[str, ...] = ()
    way: Way | None = None
    required: bool = False
    advanced: bool = False
    hidden: bool = False
    http: bool = False
    exact: bool = False
    deferred: bool = False
    domains: tuple[str, ...] = ()
    session_names: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    counts: Callable[[Cookies], bool] | None = None
    env_last: bool = False
    bare: str | None = None
    clean: Callable[[str], str] = unquoted
    help: str = ""
    link: str = ""

    @property
    def is_secret(self) -> bool:
        """Return whether the value must never be shown."""
        return self.kind in (FieldKind.SECRET, FieldKind.COOKIE)

    def is_session(self, cookies: Cookies) -> bool:
        """Return whether cookies of a browser or of the environment make a session."""
        if self.counts:
            return self.counts(cookies)
        return not self.session_names or cookies.has_any(self.session_names)

    def read(self, raw: object) -> Value | None:
        """Return the value cleaned and of its type, None when it is empty.

        Raises BadConfiguration naming the field when the value cannot be used.
        """
        if isinstance(raw, str):
            raw = self.clean(raw)
        if raw is None or raw == "":
            return None
        if self.kind is FieldKind.BOOL:
            return raw if isinstance(raw, bool) else str(raw).lower() in ("1", "true", "yes", "on")
        if self.kind is FieldKind.NUMBER:
            return read_number(raw)
        value = str(raw)
        if self.kind is FieldKind.SELECT and value not in self.options:
            raise BadConfiguration(f"{self.key} must be one of {', '.join(self.options)}", self.key)
        if self.kind is FieldKind.URL:
            return endpoint(value, self.key, private_http=self.http, exact=self.exact)
        return value


def secret(key: str, *env: str, **more: Any) -> Field:
    """Return a field for a secret, in the way `key` unless said otherwise."""
    return Field(**{"key": key, "kind": FieldKind.SECRET, "env": env, "way": Way.KEY, **more})


def api_key(*env: str, **more: Any) -> Field:
    """Return the field `api_key`, required in its form."""
    return secret("api_key", *env, **{"required": True, **more})


def cookie(*domains: str, names: Sequence[str] = (), **more: Any) -> Field:
    """Return the field `cookie` for sessions of these domains.

    `names` are the cookies of which one makes a session usable (a `*` stands for any text);
    `bare` is the name that a bare value gets.
    """
    return Field(
        **{
            "key": "cookie",
            "kind": FieldKind.COOKIE,
            "way": Way.COOKIE,
            "domains": domains,
            "session_names": tuple(names),
            "clean": str.strip,
            **more,
        }
    )


def cookie_source(default: str = "auto", **more: Any) -> Field:
    """Return the field that says whether cookies may be read from browsers on this machine."""
    return select("cookie_source", ("auto", "manual", "off"), default, **{"way": Way.COOKIE, **more})


def text(key: str, *env: str, **more: Any) -> Field:
    """Return a field for text."""
    return Field(**{"key": key, "kind": FieldKind.TEXT, "env": env, **more})


def path(key: str, *env: str, **more: Any) -> Field:
    """Return a field for a file, folder or program of the Home Assistant machine."""
    return text(key, *env, **{"way": Way.MACHINE, "advanced": True, **more})


def url(key: str, *env: str, **more: Any) -> Field:
    """Return a field for an endpoint override, among the advanced ones."""
    return Field(**{"key": key, "kind": FieldKind.URL, "env": env, "advanced": True, **more})


def base_url(default: str | None, *env: str, **more: Any) -> Field:
    """Return the field `base_url`; without a default the person must fill it in."""
    return url(
        "base_url",
        *env,
        **{
            "default": URL(default) if default else None,
            "required": default is None,
            "advanced": default is not None,
            **more,
        },
    )


def select(key: str, options: Sequence[str], default: str, *env: str, **more: Any) -> Field:
    """Return a field with a choice."""
    return Field(
        **{"key": key, "kind": FieldKind.SELECT, "env": env, "options": tuple(options), "default": default, **more}
    )


def flag(key: str, *env: str, default: bool = False, **more: Any) -> Field:
    """Return a field for yes or no."""
    return Field(**{"key": key, "kind": FieldKind.BOOL, "env": env, "default": default, "advanced": True, **more})


def number(key: str, *env: str, **more: Any) -> Field:
    """Return a field for a number."""
    return Field(**{"key": key, "kind": FieldKind.NUMBER, "env": env, **more})


def signed_in(key: str, kind: FieldKind = FieldKind.SECRET, **more: Any) -> Field:
    """Return a field that a sign-in fills and nobody types."""
    return Field(**{"key": key, "kind": kind, "hidden": True, **more})


class Settings:
    """The fields of one account with their values: entry data, else environment, else default.

    Every field is read and checked at once, so that a refused override is known before anything
    is sent; raises BadConfiguration then. A field that is `deferred` raises it when it is asked for.
    """

    def __init__(self, fields: Iterable[Field], data: Mapping[str, Any], env: Mapping[str, str]) -> None:
        self.fields = {field.key: field for field in fields}
        self._env = env
        self._own = {key: _read(field, data.get(key)) for key, field in self.fields.items()}
        self._given = {
            key: own if (own := self._own[key]) is not None else self._from_env(field)
            for key, field in self.fields.items()
        }

    def _from_env(self, field: Field) -> Value | BadConfiguration | None:
        return next((value for name in field.env if (value := _read(field, self._env.get(name))) is not None), None)

    def own(self, key: str) -> Any:
        """Return what the entry itself holds, else None."""
        return _accepted(self._own.get(key))

    def given(self, key: str) -> Any:
        """Return what the entry or the environment holds, else None."""
        return _accepted(self._given.get(key))

    def is_given(self, key: str) -> bool:
        """Return whether the entry or the environment holds anything, be it refused."""
        return self._given.get(key) is not None

    def get(self, key: str) -> Any:
        """Return the value from the entry, the environment or the default, else None."""
        value = self.given(key)
        return self.fields[key].default if value is None else value

    def env(self, *names: str) -> str | None:
        """Return the first environment variable that is set, unquoted."""
        return next((value for name in names if (value := unquoted(self._env.get(name, "")))), None)

    @property
    def secrets(self) -> list[str]:
        """Return the values that must never be shown."""
        return [str(value) for key, value in self._given.items() if value and self.fields[key].is_secret]


def _read(field: Field, raw: object) -> Value | BadConfiguration | None:
    """Return the value of a field; of one that is deferred also why it is refused."""
    try:
        return field.read(raw)
    except BadConfiguration as err:
        if not field.deferred:
            raise
        return err


def _accepted(value: Value | BadConfiguration | None) -> Value | None:
    if isinstance(value, BadConfiguration):
        raise value
    return value


# Cookies


@dataclass(frozen=True)
class Cookies:
    """The cookies of one session, in order; of two with one name the last counts.

    `origin` says where they came from: `entry`, or a browser and its profile. Those of a browser
    know where they may go (`jar`); those that a person pasted may go wherever the session is used.
    """

    pairs: Mapping[str, str]
    origin: str = "entry"
    jar: tuple[Cookie, ...] = ()

    @classmethod
    def of(cls, jar: Iterable[Cookie], origin: str) -> Self:
        """Return the session of a browser's cookies; of two with one name the later expiry wins."""
        kept = tuple(sorted(jar, key=lambda cookie: cookie.expires or 0))
        return cls({cookie.name: cookie.value or "" for cookie in kept}, origin, kept)

    def for_url(self, url: URL) -> Self:
        """Return the cookies that a browser would send there: by host, path and scheme.

        Of two with one name the longest path wins, then the longest domain, then the later expiry.
        """
        if not self.jar:
            return self
        fitting = [cookie for cookie in self.jar if _goes_to(cookie, url)]
        fitting.sort(key=lambda cookie: (len(cookie.path), len(cookie.domain), cookie.expires or 0))
        return type(self)({cookie.name: cookie.value or "" for cookie in fitting}, self.origin, tuple(fitting))

    @classmethod
    def pasted(cls, pasted: str | None, bare: str | None = None) -> Self | None:
        """Read what a person would paste: a header's value, a `Cookie:` line, a cURL command or a whole request.

        One word without `name=value` is the value of the cookie `bare`, where there is one. None when
        there is no cookie in it.
        """
        line = unquoted(pasted or "")
        if request := copied_request(line):
            line = "; ".join(request.values("cookie"))
        line = unquoted(re.sub(r"^\s*cookie\s*:", "", line, flags=re.IGNORECASE | re.MULTILINE)).rstrip("; ")
        if bare and _BARE.fullmatch(line):
            return cls({bare: line})
        pairs = (part.partition("=") for part in re.split(r";|[\r\n]+", line))
        found = {
            name.strip(): value.strip() for name, equals, value in pairs if equals and _NAME.fullmatch(name.strip())
        }
        return cls(found) if found else None

    def all_at(self, url: URL) -> Self:
        """Return all cookies, for anywhere; of two with one name the one that a browser would send to this address."""
        return type(self)({**self.pairs, **self.for_url(url).pairs}, self.origin)

    def get(self, name: str) -> str | None:
        """Return a cookie's value, None when it is absent or empty."""
        return self.pairs.get(name) or None

    def only(self, *names: str) -> Self | None:
        """Return the cookies of these names alone, None when there is none of them."""
        kept = {name: value for name, value in self.pairs.items() if name in names}
        jar = tuple(cookie for cookie in self.jar if cookie.name in names)
        return type(self)(kept, self.origin, jar) if kept else None

    def has_any(self, names: Iterable[str]) -> bool:
        """Return whether one of the names is there; a `*` stands for any text."""
        return any(fits(name, pattern) for name, value in self.pairs.items() if value for pattern in names)

    @property
    def header(self) -> str:
        """Return the value of the Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.pairs.items())


def _goes_to(cookie: Cookie, url: URL) -> bool:
    host, domain = url.host or "", cookie.domain.lower()
    of_host = host == domain.lstrip(".") or (domain.startswith(".") and host.endswith(domain))
    of_path = url.path == cookie.path or url.path.startswith(cookie.path.rstrip("/") + "/")
    return of_host and of_path and (url.scheme == "https" or not cookie.secure)


def fits(name: str, pattern: str) -> bool:
    """Return whether a cookie's name is the pattern; a `*` in it stands for any text."""
    return fnmatchcase(name, pattern)


_NAME = re.compile(r"[^\s,\"/$][^\s,\"/]*")
_BARE = re.compile(r"[^\s;=]+=*")  # a base64 value may end in =

_CURL = re.compile(r"(curl(\.exe)?|-b|--cookie|-H|--header)\s")
_OPTION = re.compile(r"(-H|--header|-b|--cookie(?!-))=?(.*)", re.DOTALL)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_REQUEST_LINE = re.compile(r"[A-Z]+ (\S+) HTTP/\d\S*[ \t]*\r?\n")
_CMD = re.compile(r"\s\^[\s\"]")
_PIECE = r"""\$'(?:[^'\\]|\\.)*'|'[^']*'|"(?:[^"\\]|\\.|"")*"|\\.|[^\s'"\\]+"""
_ANSI_C = re.compile(r"\\(?:u([0-9a-fA-F]{1,4})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Copied:
    """A request that a browser has copied: the addresses that stand in it, and its headers, cookies among them."""

    urls: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> tuple[str, ...]:
        """Return what the headers of a name, in lower case, hold."""
        return tuple(value for key, value in self.headers if key.lower() == name)


def copied_request(written: str) -> Copied | None:
    """Return the request in a cURL command or in the lines of an HTTP request; None when it is neither."""
    written = unquoted(written)
    if line := _REQUEST_LINE.match(written):
        found = (header.partition(":") for header in written[line.end() :].split("\r\n\r\n")[0].splitlines())
        headers = tuple((name.strip(), value.strip()) for name, colon, value in found if colon)
        return Copied(tuple(filter(_ADDRESS.match, [line[1]])), headers)
    if (words := _curl_words(written)) is None:
        return None
    return Copied(tuple(filter(_ADDRESS.match, words)), tuple(_curl_headers(words)))


def captured_headers(pasted: str | None, names: Iterable[str]) -> dict[str, str]:
    """Return what a pasted request holds of these headers: for sites that look at more than the cookie."""
    request = copied_request(pasted or "")
    ours = {name.lower(): name for name in names}
    given = ((ours.get(name.lower()), value) for name, value in request.headers) if request else ()
    return {name: value for name, value in given if name and value}


def _curl_words(command: str) -> list[str] | None:
    """Return the words of a cURL command as browsers copy it; None when it is none.

    The command may be for a POSIX shell or for Windows.

    For cmd.exe they put a caret before quotes, all else that is special there, and the end of a line:
    https://github.com/ChromeDevTools/devtools-frontend/blob/main/front_end/panels/network/NetworkLogView.ts
    """
    if not _CURL.match(command):
        return None
    if _CMD.search(command):
        command = re.sub(r"\^(.)", r"\1", command, flags=re.DOTALL)
    command = re.sub(r"\\\r?\n", " ", command)
    return [
        "".join(map(_unshelled, re.findall(_PIECE, word, re.DOTALL)))
        for word in re.findall(f"(?:{_PIECE})+", command, re.DOTALL)
    ]


def _curl_headers(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    rest = iter(words)
    for word in rest:
        if option := _OPTION.fullmatch(word):
            value = option[2] or next(rest, "")
            is_cookie = option[1] in ("-b", "--cookie")
            name, _, content = ("Cookie", "", value) if is_cookie else value.partition(":")
            yield name.strip(), content.strip()


def _unshelled(piece: str) -> str:
    """Return a piece of a word as the program gets it."""
    if piece.startswith("$'"):
        return _ANSI_C.sub(_ansi_c_character, piece[2:-1])
    if piece.startswith("'"):
        return piece[1:-1]
    if piece.startswith('"'):  # older browsers wrote "" for a quote on Windows
        return re.sub(r'\\(["\\$`])|"(")', r"\1\2", piece[1:-1])
    return piece.removeprefix("\\")


def _ansi_c_character(escape: re.Match[str]) -> str:
    """Return the character that an escape between `$'` and `'` stands for.

    https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
    """
    hexadecimal, octal, other = escape[1] or escape[2], escape[3], escape[4]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return chr(int(octal, 8)) if octal else _CONTROLS.get(other, other)


# Endpoint overrides

_PRIVATE = tuple(
    ip_network(block)
    for block in (
        "127.0.0.0/8",
        "::1/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


def endpoint(written: str, key: str, *, private_http: bool = False, exact: bool = False) -> URL:
    """Return an endpoint override as a URL; a bare host is taken as HTTPS.

    Slashes at the end of its path are dropped, unless it is to be used exactly as it was written.

    Raises BadConfiguration naming the field for another scheme than HTTPS (with `private_http` HTTP is
    fine on loopback and private addresses), user info, a fragment, control characters, white space,
    and hosts with encoded delimiters or anything but letters, digits, dots and hyphens: a name in
    another script has to be given in its ASCII form, so that it cannot look like another.
    """
    if any(not char.isprintable() or char.isspace() or char == "\\" for char in written):
        raise BadConfiguration(f"{key}: white space, backslashes and control characters are not allowed", key)
    scheme, marker, rest = written.partition("://")
    if not marker:
        scheme, rest = "https", written
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if scheme.lower() not in ("https", "http"):
        raise BadConfiguration(f"{key}: the address must begin with https://", key)
    if "@" in authority:
        raise BadConfiguration(f"{key}: a user name or password in the address is not allowed", key)
    if "#" in rest:
        raise BadConfiguration(f"{key}: a fragment (#…) in the address is not allowed", key)
    host, port = _split_authority(authority, key)
    path, mark, query = rest[len(authority) :].partition("?")
    if not exact:
        path = path.rstrip("/")
    try:
        found = URL(f"{scheme.lower()}://{host.lower()}{port}{path}{mark}{query}")
        name = found.host or ""  # decodes an ASCII form of another script, which may be none
    except ValueError as err:
        raise BadConfiguration(f"{key}: the address has no usable host", key) from err
    if found.scheme == "http" and not (private_http and is_private(name)):
        allowed = "https://, or http:// on a private address" if private_http else "https://"
        raise BadConfiguration(f"{key}: the address must begin with {allowed}", key)
    return found.with_port(None) if found.is_default_port() else found


def _split_authority(authority: str, key: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:]*)(:[0-9]{1,5})?", authority)
    if not found or not found[1]:
        raise BadConfiguration(f"{key}: the address has no usable host", key)
    host = found[1].strip(".")
    if host.startswith("["):
        try:
            IPv6Address(host[1:-1])
        except ValueError as err:
            raise BadConfiguration(f"{key}: the address has no usable host", key) from err
    elif not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise BadConfiguration(f"{key}: the host may only hold letters, digits, dots and hyphens", key)
    if found[2] and not 0 < int(found[2][1:]) < 65536:
        raise BadConfiguration(f"{key}: the port is out of range", key)
    return host, found[2] or ""


def service_root(base: URL) -> URL:
    """Return the address of a service without the `/v1` of its API, which people add or leave out."""
    return base.parent if base.name == "v1" else base


def is_private(host: str) -> bool:
    """Return whether a host is this machine, on a private address, or a `.local` name; nothing is resolved."""
    name = host.lower()
    if name == "localhost" or name.endswith(".local"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return any(address.version == block.version and address in block for block in _PRIVATE)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine; nothing is resolved."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
