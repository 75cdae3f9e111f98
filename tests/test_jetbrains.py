"""What the cases of JetBrains AI cannot show: other systems, file times, and which accounts are told apart."""

import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.local import xml_root
from custom_components.ai_quota.quota.model import InvalidResponse, Snapshot, Unavailable
from custom_components.ai_quota.quota.providers import jetbrains
from custom_components.ai_quota.quota.providers.jetbrains import config_folders
from tests.conftest import Machine

FILE = "options/AIAssistantQuotaManager2.xml"


def document(used: int) -> str:
    quota = f"{{&quot;current&quot;: {used}, &quot;maximum&quot;: 100}}"
    return (
        f'<application><component name="AIAssistantQuotaManager2"><option name="quotaInfo" value="{quota}"/>'
        "</component></application>"
    )


def install(machine: Machine, ide: str, content: str, written: int) -> Path:
    """Put an IDE's quota file in place, written at a time in Unix seconds."""
    file = machine.write(f"{ide}/{FILE}", content)
    os.utime(file, (written, written))
    return file


async def read(**data: str) -> Snapshot:
    async with aiohttp.ClientSession() as session:
        return await fetch(Account(load("jetbrains"), InMemory(data), session))


async def used_percent(**data: str) -> float | None:
    return (await read(**data)).windows[0].used_percent


async def test_the_file_written_last_counts(machine: Machine) -> None:
    install(machine, ".config/JetBrains/PyCharm2026.1", document(10), written=1_000)
    install(machine, ".config/Google/AndroidStudio2026.1", document(30), written=3_000)
    install(machine, ".local/share/JetBrains/GoLand2026.1", document(20), written=2_000)

    assert await used_percent() == 30


async def test_the_failure_of_the_newest_file_is_reported(machine: Machine) -> None:
    install(machine, ".config/JetBrains/PyCharm2026.1", "<broken", written=1_000)
    install(machine, ".config/JetBrains/GoLand2026.1", "<application/>", written=2_000)

    with pytest.raises(InvalidResponse, match="component"):
        await read()


async def test_a_file_above_one_mebibyte_is_passed_over(machine: Machine) -> None:
    install(machine, ".config/JetBrains/PyCharm2026.1", document(10), written=1_000)
    install(machine, ".config/JetBrains/GoLand2026.1", document(20) + " " * 1024 * 1024, written=2_000)

    assert await used_percent() == 10


async def test_a_link_without_a_target_is_no_quota_file(machine: Machine) -> None:
    file = install(machine, ".config/JetBrains/PyCharm2026.1", document(10), written=1_000)
    file.unlink()
    file.symlink_to("nowhere")

    with pytest.raises(Unavailable):
        await read()


async def test_the_configuration_folder_of_the_environment_replaces_the_usual_one(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(machine, ".config/JetBrains/PyCharm2026.1", document(10), written=2_000)
    install(machine, "elsewhere/JetBrains/Rider2026.1", document(20), written=1_000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(machine.home / "elsewhere"))

    assert await used_percent() == 20


async def test_a_given_folder_is_an_account_of_its_own(machine: Machine) -> None:
    install(machine, ".config/JetBrains/PyCharm2026.1", document(10), written=1_000)

    found = await read()
    given = await read(ide_path="~/.config/JetBrains/PyCharm2026.1")

    assert found.identity == "this computer"
    assert given.identity == str(machine.home / ".config/JetBrains/PyCharm2026.1")


@pytest.mark.parametrize(
    ("platform", "env", "expected"),
    [
        ("linux", {}, ["/home/ada/.config/JetBrains", "/home/ada/.local/share/JetBrains", "/home/ada/.config/Google"]),
        (
            "linux",
            {"XDG_CONFIG_HOME": "/etc/ada"},
            ["/etc/ada/JetBrains", "/home/ada/.local/share/JetBrains", "/etc/ada/Google"],
        ),
        (
            "darwin",
            {"XDG_CONFIG_HOME": "/etc/ada"},
            ["/home/ada/Library/Application Support/JetBrains", "/home/ada/Library/Application Support/Google"],
        ),
        ("win32", {"APPDATA": "/roaming"}, ["/roaming/JetBrains", "/roaming/Google"]),
        ("win32", {}, ["/home/ada/AppData/Roaming/JetBrains", "/home/ada/AppData/Roaming/Google"]),
    ],
)
def test_each_system_has_its_folders(platform: str, env: dict[str, str], expected: list[str]) -> None:
    assert [str(folder) for folder in config_folders(platform, env, Path("/home/ada"))] == expected


async def test_a_file_is_parsed_again_only_when_it_has_changed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counted(document: str) -> Any:
        parsed.append(document)
        return xml_root(document)

    monkeypatch.setattr(jetbrains, "xml_root", counted)
    install(machine, ".config/JetBrains/PyCharm2026.1", document(10), written=1_000)
    async with aiohttp.ClientSession() as session:
        account = Account(load("jetbrains"), InMemory({}), session)
        for _ in range(3):
            assert (await fetch(account)).windows[0].used_percent == 10
        assert len(parsed) == 1
        install(machine, ".config/JetBrains/PyCharm2026.1", document(20), written=2_000)
        assert (await fetch(account)).windows[0].used_percent == 20
