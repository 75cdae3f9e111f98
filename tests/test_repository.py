"""The rules of Home Assistant, of HACS and of our own for the files around the code, as far as they show offline."""

import json
from pathlib import Path
import re
import struct

import pytest

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "ai_quota"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}


def size(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG file."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def test_manifest() -> None:
    manifest = json.loads((INTEGRATION / "manifest.json").read_text())

    assert list(manifest) == ["domain", "name", *sorted(manifest.keys() - {"domain", "name"})]
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["iot_class"] == "cloud_polling"
    assert manifest["integration_type"] == "service"
    assert manifest.keys() >= {"codeowners", "config_flow", "documentation", "issue_tracker", "version"}


def test_hacs() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text())

    assert hacs.keys() <= HACS_KEYS
    assert hacs["filename"] == f"{INTEGRATION.name}.zip"
    assert f"Home Assistant {hacs['homeassistant'].rpartition('.')[0]} or newer" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("theme", ["", "dark_"])
def test_images(theme: str) -> None:
    brand = INTEGRATION / "brand"

    assert size(brand / f"{theme}icon.png") == (256, 256)
    assert size(brand / f"{theme}icon@2x.png") == (512, 512)
    assert [size(brand / f"{theme}logo{ending}.png")[1] for ending in ("", "@2x")] == [256, 512]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_may_do_nothing_by_default_and_runs_known_actions(workflow: Path) -> None:
    text = workflow.read_text()

    assert "\npermissions: {}\n" in text
    used = re.findall(r"uses: (.*)", text)
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # (v[\d.]+|main|master)", each)] == []


def test_pictures_of_the_readme_exist() -> None:
    pictures = re.findall(r"!\[[^]]*]\((docs/[^)]+)\)", (ROOT / "README.md").read_text())

    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).exists()] == []
