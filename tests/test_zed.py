"""Zed: the session of its editor on systems other than Linux, and settings that cannot be read."""

import sys

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import AuthFailed
from custom_components.ai_quota.quota.providers import zed
from tests.conftest import Machine
from tests.upstream import Upstream

ME = "https://cloud.zed.dev/client/users/me"


@pytest.fixture
def account(session: aiohttp.ClientSession) -> Account:
    return Account(load("zed"), InMemory({}), session)


def keychain(machine: Machine, kind: str, password_exit: int = 0) -> None:
    entry = [kind, "-s", "https://zed.dev"]
    machine.install(
        "security",
        [
            {"args": [*entry, "-w"], "stdout": "made-up-token\n", "exit": password_exit},
            {"args": entry, "stdout": '    "acct"<blob>="42"\n'},
            {"args": [], "exit": 44},
        ],
    )


@pytest.mark.parametrize("kind", ["find-internet-password", "find-generic-password"])
async def test_the_keychain(
    account: Account, machine: Machine, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    keychain(machine, kind)
    when = {"headers": {"Authorization": "42 made-up-token"}}
    upstream.answer("GET", ME, json={"plan": {"plan_v3": "zed_pro"}}, when=when)
    snapshot = await fetch(account)
    assert (snapshot.source, snapshot.plan) == ("local", "Pro")


async def test_a_keychain_that_refuses(account: Account, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    keychain(machine, "find-generic-password", password_exit=128)
    with pytest.raises(AuthFailed):
        await fetch(account)


async def test_a_keychain_whose_tool_is_missing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(AuthFailed):
        await fetch(account)


async def test_a_store_whose_tool_cannot_be_started(account: Account, machine: Machine) -> None:
    broken = machine.install("secret-tool", [])
    broken.write_text("#!/nowhere/at-all\n")
    with pytest.raises(AuthFailed):
        await fetch(account)


async def test_settings_that_cannot_be_read(account: Account, machine: Machine) -> None:
    (machine.home / ".config/zed/settings.json").mkdir(parents=True)
    assert (await zed.editor_settings(Call(account))).service == "https://zed.dev"


async def test_settings_on_windows(account: Account, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(machine.home / "AppData"))
    machine.write("AppData/Zed/settings.json", '{"credentials_url": "mine"}')
    assert (await zed.editor_settings(Call(account))).service == "mine"
