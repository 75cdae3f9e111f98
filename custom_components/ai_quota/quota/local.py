"""This machine: files, SQLite and command-line tools, off the event loop, bounded in time and size."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import errno
import json
import os
from pathlib import Path
import re
import shutil
import signal
import sqlite3
import struct
import sys
from time import monotonic
from typing import Any
from xml.etree import ElementTree as ET

from .model import BadConfiguration, InvalidResponse, Unavailable
from .parse import Json, mapping

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_OUTPUT_BYTES = 1024 * 1024

# Files


async def read_bytes(path: Path, max_bytes: int = MAX_FILE_BYTES) -> bytes | None:
    """Return a file's content, None when there is no such file.

    Raises Unavailable when it cannot be read, InvalidResponse when it is too large.
    """

    def read() -> bytes | None:
        try:
            with path.open("rb") as file:
                content = file.read(max_bytes + 1)
        except OSError as err:
            if err.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise Unavailable(f"{path} cannot be read ({err.strerror})") from err
        if len(content) > max_bytes:
            raise InvalidResponse(f"{path} is larger than {max_bytes // 1024} KiB")
        return content

    return await asyncio.to_thread(read)


async def read_text(path: Path, max_bytes: int = MAX_FILE_BYTES) -> str | None:
    """Return a file's text, None when there is no such file; errors as for `read_bytes`."""
    content = await read_bytes(path, max_bytes)
    return None if content is None else content.decode("utf-8-sig", errors="replace")


async def read_json(path: Path, max_bytes: int = MAX_FILE_BYTES) -> Any:
    """Return a file's JSON, None when there is no such file; raises InvalidResponse when it is none."""
    content = await read_text(path, max_bytes)
    if content is None:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as err:
        raise InvalidResponse(f"{path} is not JSON") from err


async def exists(path: Path) -> bool:
    """Return whether there is such a file or folder."""
    return await asyncio.to_thread(path.exists)


async def read_once[T](memory: dict[str, Any], path: Path, read: Callable[[], Awaitable[T]]) -> T:
    """Return what `read` makes of a file: what it made of it last, as long as the file has not changed.

    The log that SQLite writes beside a database counts as a part of it.
    """
    stamp = await asyncio.to_thread(_stamp, path)
    last: tuple[object, T] | None = memory.get(f"read {path}")
    if last and last[0] == stamp:
        return last[1]
    found = await read()
    memory[f"read {path}"] = (stamp, found)
    return found


def _stamp(path: Path) -> object:
    """Return what differs once a file has changed."""

    def written(file: Path) -> tuple[int, int] | None:
        try:
            found = file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    return written(path), written(path.with_name(f"{path.name}-wal"))


def xml_root(document: str) -> ET.Element:
    """Return the root of an XML document; DTDs and with them entities are refused.

    Raises InvalidResponse for broken XML and for a DTD.
    """
    if "<!DOCTYPE" in document.upper():
        raise InvalidResponse("the XML has a document type, which is not processed")
    try:
        return ET.fromstring(document)  # noqa: S314  no DTD, hence no entities
    except ET.ParseError as err:
        raise InvalidResponse("the XML is broken") from err


# SQLite


async def query_sqlite[T](
    path: Path, read: Callable[[sqlite3.Connection], T], *, busy_seconds: float = 0.25, seconds: float = 10
) -> T:
    """Return what `read` makes of a database that another program may be writing.

    It is opened read-only, and nothing is created beside it. Raises Unavailable with SQLite's text,
    also when the whole takes longer than `seconds`.
    """

    def run() -> T:
        deadline = monotonic() + seconds
        address = f"{path.absolute().as_uri()}?{_open_mode(path)}"
        connection = sqlite3.connect(address, uri=True, timeout=busy_seconds)
        try:
            # A thread cannot be cancelled, but a query can be interrupted from within.
            connection.set_progress_handler(lambda: monotonic() > deadline, 10_000)
            return read(connection)
        finally:
            connection.close()

    try:
        return await asyncio.to_thread(run)
    except sqlite3.Error as err:
        raise Unavailable(f"{path.name} cannot be read: {err}") from err


def _open_mode(path: Path) -> str:
    """Return how to open a database so that no file appears beside it, not even in a read-only folder.

    In WAL mode (https://www.sqlite.org/fileformat2.html, header byte 19) even a reader makes the
    files `-wal` and `-shm`, unless it is told that nobody writes: which is so while they are not there.
    """
    try:
        with path.open("rb") as file:
            in_wal_mode = file.read(20)[19:] == b"\x02"
    except OSError:  # SQLite says it in its own words
        return "mode=ro"
    beside = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    return "immutable=1" if in_wal_mode and not any(each.exists() for each in beside) else "mode=ro"


# Command-line tools

_KEPT = {
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("APPDATA", "LOCALAPPDATA", "USERPROFILE", "PROGRAMDATA", "SYSTEMROOT", "COMSPEC", "PATHEXT"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "DBUS_SESSION_BUS_ADDRESS"),
}
_KEPT_PREFIXES = ("LC_", "XDG_", "SSL_CERT_")


def clean_environment(env: Mapping[str, str], *prefixes: str, **more: str) -> dict[str, str]:
    """Return what a tool needs to run as its user, its own variables by prefix, and `more`.

    What Home Assistant's process holds beside that (supervisor tokens, others' keys) is not the tool's.
    """
    own = (*_KEPT_PREFIXES, *prefixes)
    return {name: value for name, value in env.items() if name.upper() in _KEPT or name.upper().startswith(own)} | more


async def find_tool(
    name: str,
    given: str | None,
    *,
    env: Mapping[str, str],
    home: Path,
    places: Sequence[str] = (),
    key: str = "cli_path",
) -> Path | None:
    """Return a program: the given path, else from PATH, else the first of the places (`~` expanded).

    Raises BadConfiguration when a path was given and no executable is there.
    """

    def find() -> Path | None:
        if given:
            path = _expanded(given, home)
            if not _is_executable(path):
                raise BadConfiguration(f"{key}: there is no program at {path}", key)
            return path
        on_path = shutil.which(name, path=env.get("PATH", ""))
        candidates = [Path(on_path)] if on_path else []
        candidates += [_expanded(place, home) for place in places]
        return next(filter(_is_executable, candidates), None)

    return await asyncio.to_thread(find)


def _expanded(path: str, home: Path) -> Path:
    return home / path[2:] if path.startswith("~/") else Path(path)


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


LINGER_SECONDS = 0.5
"""How long the rest of the output is awaited when a program has ended but a child of it has not."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a program wrote, and its exit status: None when it had to be ended.

    `timed_out` tells that its time was up, and not that it merely had fallen quiet.
    """

    stdout: str
    stderr: str = ""
    exit: int | None
    timed_out: bool

    @property
    def output(self) -> str:
        """Return everything that it wrote."""
        return self.stdout + self.stderr


@asynccontextmanager
async def started(
    argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None, **streams: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a program without a shell, in a process group of its own that ends with the context.

    `streams` as for `asyncio.create_subprocess_exec`. Raises Unavailable when it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *map(str, argv), env=dict(env), cwd=cwd, start_new_session=True, **streams
        )
    except OSError as err:
        raise Unavailable(f"{Path(argv[0]).name} cannot be started ({err.strerror})") from err
    try:
        yield process
    finally:
        await asyncio.shield(end(process))


async def end(process: asyncio.subprocess.Process, grace_seconds: float = 1) -> None:
    """End a program and its children: politely, and after a moment by force."""
    _signal_group(process, by_force=False)
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_seconds):
            await process.wait()
    # Also when the program itself has gone: its children may have stayed.
    _signal_group(process, by_force=True)
    await process.wait()
    # One that left the group may still hold the pipes; https://github.com/python/cpython/issues/88050
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


def _signal_group(process: asyncio.subprocess.Process, *, by_force: bool) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL if by_force else signal.SIGTERM)


class _Collected:
    """What a stream gives, up to a limit; the rest is read and dropped, so that the program goes on."""

    def __init__(self, max_bytes: int, news: asyncio.Event) -> None:
        self._max_bytes = max_bytes
        self._content = bytearray()
        self._news = news
        self.last_heard: float | None = None

    def add(self, chunk: bytes) -> None:
        self.last_heard = asyncio.get_running_loop().time()
        self._content += chunk[: self._max_bytes - len(self._content)]
        self._news.set()

    async def drain(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(64 * 1024):
            self.add(chunk)

    @property
    def text(self) -> str:
        return self._content.decode(errors="replace")


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Return whether the event comes in this time; it is cleared then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
            event.clear()
            return True
    return False


async def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    seconds: float,
    cwd: Path | None = None,
    max_bytes: int = MAX_OUTPUT_BYTES,
    quiet_seconds: float | None = None,
    first_seconds: float | None = None,
) -> Finished:
    """Run a program without a shell and with a closed stdin; it and its children end with the call.

    After `seconds` (or `quiet_seconds` after its last output, or `first_seconds` without any) it is
    ended, and what it wrote is returned. Output beyond `max_bytes` a stream is dropped.
    Raises Unavailable when it cannot be started.
    """
    loop = asyncio.get_running_loop()
    news = asyncio.Event()
    out, err = _Collected(max_bytes, news), _Collected(max_bytes, news)
    pipe = asyncio.subprocess.PIPE
    async with started(argv, env=env, cwd=cwd, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        assert process.stdout  # noqa: S101  a pipe
        assert process.stderr  # noqa: S101  a pipe
        reading = asyncio.gather(out.drain(process.stdout), err.drain(process.stderr))
        exited = asyncio.ensure_future(process.wait())
        exited.add_done_callback(lambda _: news.set())
        begun = loop.time()
        deadline = begun + seconds
        while not exited.done():
            heard = max(filter(None, (out.last_heard, err.last_heard)), default=None)
            pause = first_seconds if heard is None else quiet_seconds
            until = deadline if pause is None else min(deadline, (heard or begun) + pause)
            if until <= loop.time():
                break
            await _within(until - loop.time(), news)
        exit_status = process.returncode
        timed_out = exit_status is None and loop.time() >= deadline
        if exit_status is not None:
            await asyncio.wait([reading], timeout=LINGER_SECONDS)
    await asyncio.gather(exited, reading)
    return Finished(stdout=out.text, stderr=err.text, exit=exit_status, timed_out=timed_out)


class Terminal:
    """A program on a pseudo-terminal: what it has written so far, and a keyboard."""

    def __init__(self, master: int, process: asyncio.subprocess.Process, max_bytes: int) -> None:
        self._master = master
        self._process = process
        self._news = asyncio.Event()
        self._collected = _Collected(max_bytes, self._news)
        self.closed = False
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            chunk = os.read(self._master, 64 * 1024)
        except BlockingIOError:
            return
        except OSError:  # Linux: every program that held the terminal has gone
            chunk = b""
        if chunk:
            self._collected.add(chunk)
        else:
            self.closed = True
            asyncio.get_running_loop().remove_reader(self._master)
            self._news.set()

    @property
    def pid(self) -> int:
        """Return the id of the program's process."""
        return self._process.pid

    @property
    def text(self) -> str:
        """Return everything written so far, escape sequences included."""
        return self._collected.text

    def type(self, keys: str) -> None:
        """Type something; a program that has gone does not mind."""
        with suppress(OSError):
            os.write(self._master, keys.encode())

    async def news(self, seconds: float) -> bool:
        """Wait for more output or the end; return whether there was any in this time."""
        return (not self.closed or self._news.is_set()) and await _within(seconds, self._news)

    async def exit_status(self, seconds: float) -> int | None:
        """Return the status with which the program ended, None when it has not after this time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._process.wait()
        return self._process.returncode


@asynccontextmanager
async def terminal(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    rows: int,
    columns: int,
    cwd: Path | None = None,
    max_bytes: int = MAX_OUTPUT_BYTES,
) -> AsyncIterator[Terminal]:
    """Start a program on a pseudo-terminal; it and its children end with the context.

    Raises Unavailable when it cannot be started, on Windows always.
    """
    if sys.platform == "win32":
        raise Unavailable("Windows has no pseudo-terminals")
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.set_blocking(master, False)
        async with started(argv, env=env, cwd=cwd, stdin=slave, stdout=slave, stderr=slave) as process:
            os.close(slave)
            slave = -1
            screen = Terminal(master, process, max_bytes)
            try:
                yield screen
            finally:
                asyncio.get_running_loop().remove_reader(master)
    finally:
        os.close(master)
        if slave >= 0:
            os.close(slave)


async def run_on_terminal(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    seconds: float,
    rows: int,
    columns: int,
    cwd: Path | None = None,
    quiet_seconds: float | None = None,
) -> Finished:
    """Run a program on a pseudo-terminal until it ends, falls quiet after its first output, or its time is up.

    Everything that it wrote is in `stdout`. Raises Unavailable when it cannot be started.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    async with terminal(argv, env=env, rows=rows, columns=columns, cwd=cwd) as screen:
        while not screen.closed and (left := deadline - loop.time()) > 0:
            patience = left if quiet_seconds is None or not screen.text else min(left, quiet_seconds)
            if not await screen.news(patience):
                break
        exit_status = await screen.exit_status(LINGER_SECONDS if screen.closed else 0)
        timed_out = exit_status is None and loop.time() >= deadline
    return Finished(stdout=screen.text, exit=exit_status, timed_out=timed_out)


_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]")


def plain(output: str) -> str:
    """Return terminal output without escape sequences."""
    return _ESCAPES.sub("", output)


# JSON-RPC


class RpcError(Unavailable):
    """The server answered a call with an error."""

    def __init__(self, message: str, code: int | None = None, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class JsonRpc:
    """A JSON-RPC server on stdio, one message a line; calls are made one after the other."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process = process
        self._name = name
        self._last_id = 0

    async def notify(self, method: str, params: Mapping[str, Any]) -> None:
        """Tell the server something."""
        await self._send({"method": method, "params": params})

    async def call(self, method: str, params: Mapping[str, Any], seconds: float) -> Json:
        """Return the result of a call; notifications and lines that are not JSON are skipped.

        Raises RpcError for an error of the server, Unavailable when it is silent or gone,
        InvalidResponse for a line above MAX_OUTPUT_BYTES.
        """
        self._last_id += 1
        try:
            async with asyncio.timeout(seconds):
                await self._send({"id": self._last_id, "method": method, "params": params})
                answer = await self._answer()
        except TimeoutError as err:
            raise Unavailable(f"{self._name} did not answer {method} in {seconds:g} seconds") from err
        if (error := answer.get("error")) is not None:
            error = mapping(error)
            code = error.get("code")
            raise RpcError(
                str(error.get("message") or "error"), code if isinstance(code, int) else None, error.get("data")
            )
        return mapping(answer.get("result"))

    async def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin  # noqa: S101  started with a pipe
        try:
            self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            await self._process.stdin.drain()
        except OSError as err:
            raise Unavailable(f"{self._name} has ended") from err

    async def _answer(self) -> Json:
        assert self._process.stdout  # noqa: S101  started with a pipe
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError as err:
                raise InvalidResponse(f"a message of {self._name} is too long") from err
            if not line:
                raise Unavailable(f"{self._name} has ended")
            try:
                message = mapping(json.loads(line))
            except ValueError, RecursionError:
                continue
            if message.get("id") == self._last_id and "method" not in message:
                return message


@asynccontextmanager
async def json_rpc(
    argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None
) -> AsyncIterator[JsonRpc]:
    """Start a JSON-RPC server on stdio; it ends with the context: stdin closed, then by signal."""
    pipe = asyncio.subprocess.PIPE
    async with started(
        argv, env=env, cwd=cwd, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, limit=MAX_OUTPUT_BYTES
    ) as process:
        try:
            yield JsonRpc(process, Path(argv[0]).name)
        finally:
            if process.stdin:
                process.stdin.close()
