"""What runs on this machine, as each system tells it."""

import asyncio
import os
import sys

import pytest

from custom_components.ai_quota.quota import processes
from tests.conftest import Machine

POWERSHELL = ["-NoProfile", "-NonInteractive", "-Command"]


def env(machine: Machine) -> dict[str, str]:
    return {"PATH": str(machine.programs)}


async def test_windows(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.install("powershell", [{"args": POWERSHELL, "stdout": "4\t\n77\tC:\\ls.exe --port 1\nodd\n"}])
    rows = (
        "  TCP    127.0.0.1:5001   0.0.0.0:0   LISTENING   77\n"
        "  TCP    [::1]:400        [::]:0      LISTENING   77\n"
        "  TCP    127.0.0.1:5002   1.2.3.4:5   ESTABLISHED 77\n"
        "  TCP    127.0.0.1:5003   0.0.0.0:0   LISTENING   78\n"
    )
    machine.install("netstat", [{"args": ["-ano", "-p", "TCP"], "stdout": rows}])
    monkeypatch.setattr(sys, "platform", "win32")
    assert await processes.processes(env(machine)) == [processes.Process(77, "C:\\ls.exe --port 1")]
    assert await processes.listening_ports(77, env(machine)) == [400, 5001]
    assert await processes.is_of_this_user(77, env(machine))


async def test_macos(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.install(
        "ps",
        [
            {"args": ["-ax"], "stdout": "    1 /sbin/launchd\n"},
            {"args": ["-o", "uid=", "-p", "1"], "stdout": "  0\n"},
            {"args": ["-o", "uid=", "-p", "2"], "stdout": f"  {os.getuid()}\n"},
        ],
    )
    machine.install("lsof", [{"args": [], "stdout": "ls 2 me 7u IPv4 TCP 127.0.0.1:9 (LISTEN)\n", "exit": 0}])
    monkeypatch.setattr(sys, "platform", "darwin")
    assert await processes.processes(env(machine)) == [processes.Process(1, "/sbin/launchd")]
    assert await processes.listening_ports(2, env(machine)) == [9]
    assert await processes.is_of_this_user(2, env(machine))
    assert await processes.is_of_this_user(1, env(machine)) is (os.getuid() == 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
async def test_linux_without_its_programs(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    async def no_tool(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr(processes, "find_tool", no_tool)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert os.getpid() in {found.pid for found in await processes.processes(env(machine))}
        assert port in await processes.listening_ports(os.getpid(), env(machine))
    gone = 2**22 + 1  # above the highest that Linux gives out
    assert await processes.listening_ports(gone, env(machine)) == []
    assert not await processes.is_of_this_user(gone, env(machine))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
async def test_a_machine_with_too_many_processes(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LIST_SECONDS", -1)
    monkeypatch.setattr(processes, "_output", _nothing)
    assert await processes.processes(env(machine)) == []


async def _nothing(*_: object) -> None:
    return None
