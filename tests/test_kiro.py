"""What the cases of Kiro cannot show: tools that do not end, or speak on a terminal only; what is left out."""

import sys
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse, Snapshot, Unavailable
from custom_components.ai_quota.quota.providers import kiro
from tests.conftest import Machine
from tests.upstream import Upstream

PANEL = (
    "Estimated Usage | resets on 2099-12-01 | KIRO PRO\n(250 of 1000 covered in plan)\n█████ 25%\nOverages: Enabled\n"
)
WHOAMI = 'if sys.argv[1] == "whoami": print("Email: ada@example.net"); sys.exit()\n'
FOREVER = "signal.pause()\n"
LIMITS = "https://codewhisperer.us-east-1.amazonaws.com/"
CREDITS = {"resourceType": "CREDIT", "currentUsage": 300, "usageLimit": 1000}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as little as a program needs to start and to speak."""
    monkeypatch.setattr(kiro, "USAGE_QUIET_SECONDS", 0.3)
    monkeypatch.setattr(kiro, "ACCOUNT_QUIET_SECONDS", 0.3)
    monkeypatch.setattr(kiro, "ACCOUNT_SECONDS", 20)
    monkeypatch.setattr(kiro, "SILENT_SECONDS", 1)


def install(machine: Machine, code: str) -> None:
    """Put a `kiro-cli` on the PATH that does this after answering `whoami`."""
    program = machine.programs / "kiro-cli"
    program.write_text(f"#!{sys.executable} -ISu\nimport os, signal, sys\n{code}")
    program.chmod(0o755)


async def usage(session: aiohttp.ClientSession, **data: Any) -> Snapshot:
    return await fetch(Account(load("kiro"), InMemory(data), session))


def call(session: aiohttp.ClientSession, **data: Any) -> Call:
    return Call(Account(load("kiro"), InMemory(data), session))


def keep_state(machine: Machine) -> None:
    machine.write(
        ".local/share/kiro-cli/data.sqlite3",
        {
            "sqlite": [
                "CREATE TABLE auth_kv (key, value)",
                "CREATE TABLE state (key, value)",
                """INSERT INTO auth_kv VALUES ('kirocli:odic:token', '{"access_token": "made-up-token"}')""",
                """INSERT INTO state VALUES ('api.codewhisperer.profile', '{"arn": "arn:aws:x:us-east-1:1:a"}')""",
            ]
        },
    )


# The tool


async def test_a_tool_that_does_not_end_counts_when_it_has_fallen_quiet(machine, session):
    install(machine, f'print({PANEL!r} if sys.argv[1] == "chat" else "Email: ada@example.net")\n{FOREVER}')

    snapshot = await usage(session)

    assert snapshot.account == "ada@example.net"
    assert snapshot.window("monthly").used == 250


async def test_a_tool_that_says_nothing_into_a_pipe_is_asked_on_a_terminal(machine, session):
    """It waits for a terminal that never comes, also with the question who is logged in."""
    install(
        machine,
        f"""
if not all(map(os.isatty, range(3))): {FOREVER}
assert os.get_terminal_size() == (200, 50), os.get_terminal_size()
print("Email: ada@example.net" if sys.argv[1] == "whoami" else {PANEL!r})
{FOREVER}
""",
    )

    snapshot = await usage(session)

    assert snapshot.account == "ada@example.net"
    assert snapshot.window("monthly").used == 250


async def test_a_tool_that_shows_no_figures_into_a_pipe_is_asked_on_a_terminal(machine, session):
    install(machine, f'{WHOAMI}print({PANEL!r}) if os.isatty(1) else sys.exit("not a terminal")')

    assert (await usage(session)).window("monthly").used == 250


async def test_a_tool_that_is_logged_out_is_not_asked_twice(machine, session):
    install(
        machine,
        f"{WHOAMI}open('asked', 'a').write('!'); sys.exit('not logged in')".replace(
            "asked", str(machine.home / "asked")
        ),
    )

    with pytest.raises(AuthFailed, match="kiro-cli login"):
        await usage(session)
    assert (machine.home / "asked").read_text() == "!"


async def test_what_was_said_into_a_pipe_counts_when_the_terminal_shows_nothing(machine, session):
    install(machine, f'{WHOAMI}os.isatty(1) or print("Bonus credits: 5/10 credits used")')

    assert [window.id for window in (await usage(session)).windows] == ["bonus"]


async def test_a_tool_that_says_nothing_at_all_is_unavailable(machine, session, monkeypatch):
    monkeypatch.setattr(kiro, "USAGE_SECONDS", 1)
    install(machine, f"{WHOAMI}{FOREVER}")

    with pytest.raises(Unavailable, match="printed nothing"):
        await usage(session)


async def test_a_tool_that_talks_on_and_on_is_unavailable(machine, session, monkeypatch):
    monkeypatch.setattr(kiro, "USAGE_SECONDS", 1)
    install(machine, f'{WHOAMI}print({PANEL!r})\nwhile True: print("…")')

    with pytest.raises(Unavailable, match="did not finish in 1 seconds: Estimated Usage"):
        await usage(session)


async def test_a_tool_that_cannot_be_started_is_unavailable(machine, session):
    program = machine.programs / "kiro-cli"
    program.write_text("#!/nowhere/interpreter\n")
    program.chmod(0o755)

    with pytest.raises(Unavailable, match="kiro-cli cannot be started"):
        await usage(session)


async def test_a_tool_that_has_vanished_is_unavailable(session):
    with pytest.raises(Unavailable, match="install kiro-cli"):
        await kiro.Kiro.cli.read(load("kiro"), call(session))


async def test_the_tool_gets_a_terminal_type_and_its_own_variables_only(machine, session, monkeypatch):
    monkeypatch.setenv("KIRO_LOG", "made-up-level")
    monkeypatch.setenv("SUPERVISOR_TOKEN", "made-up-token")
    show = 'print("Plan:", *map(os.environ.get, ("TERM", "KIRO_LOG", "SUPERVISOR_TOKEN"))); print("managed by admin")'
    install(machine, WHOAMI + show)

    assert (await usage(session)).plan == "xterm-256color made-up-level None"


# What the API adds


async def test_the_database_is_read_after_the_tool_has_answered(machine, session, upstream: Upstream):
    """The tool renews the token while it answers."""
    keep_state(machine)
    renew = """
import sqlite3
state = sqlite3.connect(os.environ["HOME"] + "/.local/share/kiro-cli/data.sqlite3", autocommit=True)
state.execute("UPDATE auth_kv SET value = replace(value, 'made-up-token', 'made-up-renewed')")
state.close()
"""
    install(machine, f"{WHOAMI}{renew}print({PANEL!r})")
    renewed = {"headers": {"Authorization": "Bearer made-up-renewed"}}
    upstream.answer("POST", LIMITS, when=renewed, json={"usageBreakdownList": [CREDITS]})

    assert (await usage(session)).window("monthly").used == 300


async def test_the_token_of_the_tool_is_in_no_message(machine, session, upstream: Upstream):
    keep_state(machine)
    upstream.answer("POST", LIMITS, status=500, json={"message": "made-up-token is odd"})

    with pytest.raises(Unavailable, match="… is odd"):
        await usage(session)


@pytest.mark.parametrize(
    ("platform", "env", "folder"),
    [
        ("darwin", {}, "Library/Application Support/kiro-cli"),
        ("linux", {}, ".local/share/kiro-cli"),
        ("linux", {"XDG_DATA_HOME": "~/data"}, "data/kiro-cli"),
        ("linux", {"XDG_DATA_HOME": ""}, ".local/share/kiro-cli"),
        ("win32", {"LOCALAPPDATA": "~/local", "APPDATA": "~/roaming"}, "local/kiro-cli"),
        ("win32", {"APPDATA": "~/roaming"}, "roaming/kiro-cli"),
        ("win32", {"KIRO_DATA_DIR": "~/mine"}, "mine"),
    ],
)
def test_the_folder_of_the_tool(machine, session, monkeypatch, platform, env, folder):
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in env.items():
        monkeypatch.setenv(name, value.replace("~", str(machine.home)))

    assert kiro.data_dir(call(session)) == machine.home / folder


# What is left out


def metrics(panel: kiro.Panel, **api: Any) -> dict[str, tuple[float, str | None]]:
    return {each.id: (each.value, each.unit) for each in kiro.reading(panel, kiro.Usage(**api)).metrics}


def test_the_cost_that_the_tool_estimates_is_in_usd():
    panel = kiro.Panel(used=1, limit=1, overage_on=True, cost=1.5)

    assert metrics(panel) == {"overage_spend": (1.5, "USD")}
    assert metrics(panel, limit=1, currency="EUR") == {}
    assert metrics(panel, limit=1, currency="EUR", charges=2) == {"overage_spend": (2, "EUR")}


def test_overage_that_is_off_has_no_figures():
    panel = kiro.Panel(used=1, limit=1, overage_on=True, cost=1.5, overage=3)
    off = kiro.reading(panel, kiro.Usage(limit=1, used=1, overage_on=False, overage=3, cap=5, charges=2))

    assert off.metrics == ()
    assert [window.id for window in off.windows] == ["monthly"]


def test_overage_credits_are_either_a_window_or_a_metric():
    panel = kiro.Panel(used=1, limit=1, overage_on=True, overage=3)

    assert metrics(panel, limit=1, cap=5) == {}
    assert metrics(panel, limit=1, cap=0) == {"overage_credits": (3, "credits")}
    assert metrics(panel, limit=1, overage=4) == {"overage_credits": (4, "credits")}


def test_a_panel_without_figures_is_refused(session):
    with pytest.raises(InvalidResponse, match="neither figures nor a bar"):
        kiro.read_panel("(1,2 of 3 covered in plan)\nPlan: Q Developer Pro", call(session).now)
