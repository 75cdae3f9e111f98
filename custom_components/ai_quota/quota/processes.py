"""The processes of this machine: their command lines, owners and listening ports."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import os
from pathlib import Path
import re
import sys
from time import monotonic

from .local import Finished, clean_environment, find_tool, run
from .model import Unavailable

LIST_SECONDS = 8
_PORTS_SECONDS = 5
_MAX_LIST_BYTES = 8 * 1024 * 1024
_MAX_COMMAND_BYTES = 128 * 1024

_POWERSHELL = 'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId)`t$($_.CommandLine)" }'
_LINE = re.compile(r"\s*(\d+)\s+(\S.*)")
_LSOF_PORT = re.compile(r":(\d+) \(LISTEN\)")
_LISTENS = "0A"
"""The state of a listening socket in /proc: https://docs.kernel.org/networking/proc_net_tcp.html"""


@dataclass(frozen=True)
class Process:
    """A running program; `command` is its command line, the arguments separated by blanks."""

    pid: int
    command: str


async def processes(env: Mapping[str, str]) -> list[Process]:
    """Return what runs on this machine, as far as it can be seen; nothing when the machine does not tell."""
    if sys.platform == "win32":
        listed = await _output(["powershell", "-NoProfile", "-NonInteractive", "-Command", _POWERSHELL], env)
    else:
        listed = await _output(["ps", "-ax", "-o", "pid=,command="], env)
        if listed is None and sys.platform == "linux":
            return await asyncio.to_thread(_from_proc)
    found = map(_LINE.fullmatch, (listed or "").splitlines())
    return [Process(int(line[1]), line[2].strip()) for line in found if line]


async def listening_ports(pid: int, env: Mapping[str, str]) -> list[int]:
    """Return the TCP ports on which a process listens, ascending."""
    if sys.platform == "win32":
        rows = map(str.split, (await _output(["netstat", "-ano", "-p", "TCP"], env) or "").splitlines())
        ports = {row[1].rpartition(":")[2] for row in rows if len(row) == 5 and row[3:] == ["LISTENING", str(pid)]}
        return sorted(int(port) for port in ports if port.isdecimal())
    lsof = await find_tool("lsof", None, env=env, home=Path("/"), places=("/usr/sbin/lsof",))
    if lsof is None:
        return await asyncio.to_thread(_ports_from_proc, pid) if sys.platform == "linux" else []
    # It ends with 1 when there is nothing to list.
    ended = await _run([lsof, "-nP", "-iTCP", "-sTCP:LISTEN", "-a", "-p", str(pid)], env, _PORTS_SECONDS)
    return sorted(set(map(int, _LSOF_PORT.findall(ended.stdout)))) if ended else []


async def is_of_this_user(pid: int, env: Mapping[str, str]) -> bool:
    """Return whether a process belongs to the user of this one; on Windows others' command lines are not seen."""
    if sys.platform == "win32":
        return True
    if sys.platform == "linux":
        owner = await asyncio.to_thread(_owner_from_proc, pid)
    else:
        owner = (await _output(["ps", "-o", "uid=", "-p", str(pid)], env) or "").strip()
    return owner == str(os.getuid())


async def _run(argv: list[str | Path], env: Mapping[str, str], seconds: float) -> Finished | None:
    try:
        return await run(argv, env=clean_environment(env), seconds=seconds, max_bytes=_MAX_LIST_BYTES)
    except Unavailable:
        return None


async def _output(argv: list[str | Path], env: Mapping[str, str]) -> str | None:
    """Return what a program wrote, None when it is missing or fails."""
    ended = await _run(argv, env, LIST_SECONDS)
    return ended.stdout if ended and ended.exit == 0 else None


# Linux: https://man7.org/linux/man-pages/man5/proc.5.html


def _from_proc() -> list[Process]:
    deadline = monotonic() + LIST_SECONDS
    found: list[Process] = []
    for folder in Path("/proc").glob("[0-9]*"):
        if monotonic() > deadline:
            break
        try:
            with (folder / "cmdline").open("rb") as file:
                command = file.read(_MAX_COMMAND_BYTES)
        except OSError:  # it has ended, or is not for us to see
            continue
        if words := command.replace(b"\0", b" ").decode(errors="replace").strip():
            found.append(Process(int(folder.name), words))
    return sorted(found, key=lambda process: process.pid)


def _ports_from_proc(pid: int) -> list[int]:
    folder = Path("/proc", str(pid))
    try:
        sockets = {_target(each) for each in (folder / "fd").iterdir()}
    except OSError:
        return []
    ports: set[int] = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (folder / "net" / table).read_text().splitlines()
        except OSError:
            continue
        for row in map(str.split, lines[1:]):
            if len(row) > 9 and row[3] == _LISTENS and f"socket:[{row[9]}]" in sockets:
                ports.add(int(row[1].rpartition(":")[2], 16))
    return sorted(ports)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed in the meantime
        return ""


def _owner_from_proc(pid: int) -> str | None:
    try:
        status = Path("/proc", str(pid), "status").read_text()
    except OSError:
        return None
    found = re.search(r"^Uid:\s*(\d+)", status, re.MULTILINE)
    return found[1] if found else None
