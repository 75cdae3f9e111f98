"""Claude Code's tool: one that draws on a terminal, and the real one where it is installed.

The real one (https://code.claude.com/docs/en/setup) is looked for in the npm folder
that the environment variable AI_QUOTA_TOOLS names: `npm install --prefix FOLDER @anthropic-ai/claude-code`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
import sys
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, claude_code, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.claude_code import ClaudeCode
from custom_components.ai_quota.quota.claude_usage_text import read_limits, read_person
from custom_components.ai_quota.quota.model import AuthFailed, Unavailable
from tests.conftest import Machine
from tests.upstream import LOCAL, Upstream

# The fixture `machine` hides the environment from the tests.
REAL = Path(os.environ.get("AI_QUOTA_TOOLS", "/nowhere"), "node_modules/.bin/claude").absolute()

# An older tool, which prints no limits without a terminal. On one it asks whether its folder may be
# trusted, loses the first Enter, and draws without blanks and only what has changed.
DRAWING = """#!{python} -IS
import json, os, pathlib, sys, termios, tty

home = pathlib.Path(os.environ["HOME"])
here = "".join(each if each.isalnum() else "-" for each in os.getcwd())
transcripts = home / ".claude" / "projects" / here
transcripts.mkdir(parents=True, exist_ok=True)
(transcripts / f"{{os.getpid()}}.jsonl").touch()
(transcripts / "memory.md").touch()


def note(**what):
    with open(home / "noted", "a") as file:
        file.write(json.dumps(what) + "\\n")


note(args=sys.argv[1:], env=dict(os.environ), folder=os.getcwd(), settings=open(".claude/settings.local.json").read())
if sys.argv[1:] == ["auth", "status", "--json"]:
    sys.exit("unknown command")
if sys.argv[1:] == ["/usage"]:
    sys.exit("Input must be provided")

note(size=os.get_terminal_size(0))
tty.setraw(0, termios.TCSANOW)
show = lambda text: os.write(1, text.encode())
show("\\x1b[2GQuick\\x1b[8Gsafety\\x1b[15Gcheck:\\r\\n\\x1b[2G1.Yes,\\x1b[12GI\\x1b[14Gtrust\\x1b[20Gthis\\x1b[25Gfolder\\x1b[6n")
trusted = answered = enters = 0
line = ""
while keys := os.read(0, 1000).decode():
    answered += keys.count("\\x1b[1;1R")
    for key in keys.replace("\\x1b[1;1R", ""):
        if not (trusted and answered):
            trusted = trusted or key == "\\r"
        elif key == "\\x15":
            line = ""
        elif key == "\\x1b":
            show("\\x1b[2J\\x1b[H> ")
        elif key != "\\r":
            line += key
        elif line == "/usage":
            enters += 1
            if enters == 2:
                note(typed=line)
                line = ""
                show("\\x1b[2J\\x1b[HLoading usage data\\rCurre\\x1b[Cnt ses\\x1b[Csion    \\r\\n")
                show("\\rCurrent session   \\x1b[1B\\r████\\x1b[9G12%\\x1b[13Gused\\x1b[1B\\r{resets}\\x1b[1B\\r")
        elif line:
            note(typed=line)
            if line == "/exit":
                sys.exit()
            line = ""
            show("Login\\x1b[8Gmethod:\\x1b[17GClaude\\x1b[24GPro\\x1b[28Gaccount\\r\\nEmail:  mary@example.net\\r\\n")
"""


LOADING = """#!/bin/sh
[ "$1" = --allowed-tools ] || exit
echo started >>"$HOME/noted"
echo Loading usage data
read -r _
"""


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the person at the terminal type faster than persons do."""
    for name, seconds in {"START": 0.1, "ENTER": 0.1, "SETTLE": 0.1, "EXIT": 5}.items():
        monkeypatch.setattr(claude_code, f"{name}_SECONDS", seconds)


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Account:
    return Account(load("claude"), InMemory({"source": "cli"}), session)


def install_drawing(machine: Machine, resets: str) -> None:
    tool = machine.programs / "claude"
    tool.write_text(DRAWING.format(python=sys.executable, resets=resets))
    tool.chmod(0o755)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def noted(machine: Machine) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (machine.home / "noted").read_text().splitlines()]


async def test_the_limits_are_read_off_a_terminal(
    account: Account, machine: Machine, monkeypatch: pytest.MonkeyPatch, brisk: None
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CODEXBAR_CLAUDE_CLI_PATH", "SUPERVISOR_TOKEN"):
        monkeypatch.setenv(name, "not the tool's")
    install_drawing(machine, "Resets Dec 31, 2099, 3:59pm (UTC)")

    snapshot = await fetch(account)

    window = snapshot.window("session")
    assert window
    assert (window.used_percent, window.resets_at) == (12, datetime(2099, 12, 31, 15, 59, tzinfo=UTC))
    assert (snapshot.account, snapshot.plan, snapshot.organization) == ("mary@example.net", "Pro", None)
    auth, usage, drawn, size, *typed = noted(machine)
    assert [each["args"] for each in (auth, usage)] == [["auth", "status", "--json"], ["/usage"]]
    assert drawn["args"][:4] == ["--allowed-tools", "", "--strict-mcp-config", "--session-id"]
    assert size == {"size": [160, 50]}
    assert typed == [{"typed": "/usage"}, {"typed": "/status"}, {"typed": "/exit"}]
    assert "not the tool's" not in drawn["env"].values()
    assert drawn["env"]["DISABLE_AUTOUPDATER"] == "1"
    assert json.loads(drawn["settings"]) == {"disableDeepLinkRegistration": "disable"}


async def test_nothing_is_left_but_a_folder_to_run_in(account: Account, machine: Machine, brisk: None) -> None:
    install_drawing(machine, "")
    transcripts = machine.write(".claude/projects/-of-somebody-else/kept.jsonl", "").parents[1]

    for _ in range(2):
        account.memory.clear()
        await fetch(account)

    starts = [each for each in noted(machine) if "args" in each]
    assert len({each["folder"] for each in starts}) == 1
    assert starts[2]["args"] == starts[5]["args"]
    assert files_in(Path(starts[0]["folder"])) == [".claude", "settings.local.json"]
    assert [name for name in files_in(transcripts) if "." in name] == ["kept.jsonl", "memory.md"]


async def test_the_tool_runs_in_the_folder_of_the_entry(
    session: aiohttp.ClientSession, machine: Machine, brisk: None
) -> None:
    install_drawing(machine, "")
    (machine.home / "work").mkdir()
    data = {"source": "cli", "config_dir": "~/work"}

    await fetch(Account(load("claude"), InMemory(data), session))

    assert {each["env"]["CLAUDE_CONFIG_DIR"] for each in noted(machine) if "env" in each} == {
        str(machine.home / "work")
    }


async def test_a_tool_that_keeps_loading_gets_a_second_chance(
    account: Account, machine: Machine, monkeypatch: pytest.MonkeyPatch, brisk: None
) -> None:
    tool = machine.programs / "claude"
    tool.write_text(LOADING)
    tool.chmod(0o755)
    monkeypatch.setattr(claude_code, "USAGE_SECONDS", 0.3)
    monkeypatch.setattr(claude_code, "PATIENT_SECONDS", 0.3)

    with pytest.raises(Unavailable, match="in time"):
        await fetch(account)

    assert (machine.home / "noted").read_text() == "started\n" * 2


async def test_without_a_place_to_run_in_there_is_no_answer(account: Account, machine: Machine) -> None:
    install_drawing(machine, "")
    machine.write(".cache", "a file")
    with pytest.raises(Unavailable, match="cannot be made"):
        await fetch(account)


# The real one

real = pytest.mark.skipif(not REAL.exists(), reason="AI_QUOTA_TOOLS names no npm folder with Claude Code")


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(64 * 1024):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@pytest.fixture
async def installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, upstream: Upstream, tmp_path: Path
) -> AsyncIterator[Machine]:
    """Put the real tool on the PATH; all that it asks for on the network comes to the upstream."""

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        inner_reader, inner_writer = await asyncio.open_connection(LOCAL, upstream.tls_port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pass_on(reader, inner_writer), pass_on(inner_reader, writer))

    certificate = tmp_path / "certificate.pem"
    certificate.write_text(upstream.door.certificate)
    (machine.programs / "claude").symlink_to(REAL)
    proxy = await asyncio.start_server(connect, LOCAL, 0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{LOCAL}:{proxy.sockets[0].getsockname()[1]}")
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(certificate))
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")  # not for the tool
    yield machine
    proxy.close()
    await proxy.wait_closed()


@pytest.fixture
def subscribed(installed: Machine, upstream: Upstream) -> Upstream:
    """Sign the real tool in, and let the upstream know its limits."""
    now = datetime.now(UTC)
    token = {
        "accessToken": "sk-ant-oat01-made-up",
        "refreshToken": "sk-ant-ort01-made-up",
        "expiresAt": int((now + timedelta(hours=8)).timestamp() * 1000),
        "scopes": ["user:inference", "user:profile"],
        "subscriptionType": "max",
        "rateLimitTier": "default_claude_max_20x",
    }
    installed.write(".claude/.credentials.json", json.dumps({"claudeAiOauth": token}))
    installed.write(".claude.json", json.dumps({"hasCompletedOnboarding": True}))
    upstream.answer(
        "GET",
        "https://api.anthropic.com/api/oauth/profile",
        json={
            "account": {"uuid": "person-1", "email": "mary@example.net"},
            "organization": {"uuid": "org-1", "name": "Somerville", "organization_type": "claude_max"},
        },
    )
    return upstream


USAGE = "https://api.anthropic.com/api/oauth/usage"


def limits(session: float, resets: datetime) -> dict[str, Any]:
    return {
        "five_hour": {"utilization": session, "resets_at": resets.isoformat()},
        "seven_day": {"utilization": 61, "resets_at": (resets + timedelta(days=2)).isoformat()},
        "seven_day_sonnet": {"utilization": 8, "resets_at": None},
        "limits": [],
    }


@real
async def test_the_real_tool_signed_out(account: Account, installed: Machine) -> None:
    with pytest.raises(AuthFailed, match="not signed in"):
        await fetch(account)


@real
async def test_the_real_tool_tells_the_limits(account: Account, installed: Machine, subscribed: Upstream) -> None:
    resets = (datetime.now(UTC) + timedelta(hours=2)).replace(second=0, microsecond=0)
    subscribed.answer("GET", USAGE, json=limits(37.5, resets))

    snapshot = await fetch(account)

    assert {window.id: window.used_percent for window in snapshot.windows} == {
        "session": 37,
        "weekly": 61,
        "weekly_sonnet": 8,
    }
    assert [window.resets_at for window in snapshot.windows[:2]] == [resets, resets + timedelta(days=2)]
    assert snapshot.plan == "Max"
    # The tool was asked for this with its own sign-in, and for nothing that costs.
    assert {request.headers["Authorization"] for request in subscribed.to(USAGE)} == {"Bearer sk-ant-oat01-made-up"}
    assert not subscribed.to("https://api.anthropic.com/v1/messages")
    assert not list((installed.home / ".claude" / "projects").rglob("*.jsonl"))


@real
async def test_the_real_tool_on_a_terminal(account: Account, subscribed: Upstream) -> None:
    now = datetime.now(UTC)
    resets = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    subscribed.answer("GET", USAGE, json=limits(37.5, resets))

    async with (await ClaudeCode.of(Call(account))).ready() as tool:
        usage, status = await tool.usage_on_terminal()

    session, weekly, sonnet = read_limits(usage, now)
    assert (session.id, session.used_percent, session.resets_at) == ("session", 37, resets)
    assert (weekly.id, weekly.used_percent, weekly.resets_at) == ("weekly", 61, resets + timedelta(days=2))
    assert (sonnet.id, sonnet.used_percent) == ("weekly_sonnet", 8)
    assert read_person(status).account == "mary@example.net"
    # What is typed is no prompt: the tool's own question when it starts is all that a model may see.
    asked = [request.json["messages"] for request in subscribed.to("https://api.anthropic.com/v1/messages")]
    assert all(messages == [{"role": "user", "content": "quota"}] for messages in asked)


@real
async def test_the_real_tool_cannot_load_the_limits(account: Account, subscribed: Upstream) -> None:
    subscribed.answer("GET", USAGE, status=500, json={})
    with pytest.raises(Unavailable, match="could not load"):
        await fetch(account)
