"""The README says what there is: Home Assistant takes its examples, and its tables name what it is made of."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import async_validate_actions_config
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.ai_quota import condition, trigger
from custom_components.ai_quota.quota.alerts import AlertType

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
ENGLISH = json.loads((ROOT / "custom_components/ai_quota/translations/en.json").read_text())
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
EXAMPLES: list[Any] = [parse_yaml(block) for block in BLOCKS]


def section(title: str) -> str:
    """Return what stands below a heading, up to the next one of the same depth or a lesser one."""
    hashes = title.partition(" ")[0]
    found = re.search(rf"^{re.escape(title)}\n(.*?)(?=^#{{1,{len(hashes)}}} |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def first_column(text: str) -> list[str]:
    """Return the first cell of every row of the tables in a text."""
    return re.findall(r"^ *\| (.*?) \|", text, re.MULTILINE)


def codes(cells: list[str]) -> Iterator[str]:
    """Yield what stands as code in cells."""
    for cell in cells:
        yield from re.findall(r"`(.+?)`", cell)


# Examples


@pytest.mark.parametrize("example", [each for each in EXAMPLES if "triggers" in each], ids=lambda each: each["alias"])
async def test_home_assistant_takes_the_automations(hass: HomeAssistant, example: Any) -> None:
    assert await async_setup_component(hass, "automation", {})
    config = await async_validate_config_item(hass, "example", example)
    assert config
    assert config.validation_error is None


@pytest.mark.parametrize("example", [each for each in EXAMPLES if "action" in each], ids=lambda each: each["action"])
async def test_home_assistant_takes_the_actions(hass: HomeAssistant, example: Any) -> None:
    assert await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA([example]))


def test_entities_of_the_examples_are_called_like_that() -> None:
    entities = re.findall(r"(?<!trigger: )\b(sensor|binary_sensor|event|button)\.(\w+)", README)
    assert entities
    for platform, id in entities:
        endings = tuple(f"_{slugify(each['name'])}" for each in ENGLISH["entity"][platform].values())
        assert id.endswith(endings), f"{platform}.{id}"


# Tables


def test_the_options_are_those_of_the_form() -> None:
    options = section("## Setting up an account").rpartition("| Option |")[2]
    assert set(first_column(options)) - {"---"} == set(ENGLISH["options"]["step"]["init"]["data"].values())


def test_the_ways_in_are_those_of_the_form() -> None:
    ways = section("## Setting up an account").partition("| Option |")[0]
    offered = set(ENGLISH["config"]["step"]["way"]["menu_options"].values())
    assert set(first_column(ways)) - {"Way", "---"} <= offered


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("## Triggers", {f"ai_quota.{name}" for name in trigger.TRIGGERS}),
        ("## Conditions", {f"ai_quota.{name}" for name in condition.CONDITIONS}),
        ("## Events", set(AlertType)),
    ],
)
def test_all_that_automations_build_on_is_told(heading: str, names: set[str]) -> None:
    told = list(codes(first_column(section(heading))))
    assert names <= set(told)
    assert [name for name in told if name.startswith("ai_quota.") and name not in names] == []


def test_links_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert [link for link in re.findall(r"\]\(#(.*?)\)", README) if link not in anchors] == []


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(((?!https?:|#)[^)]+)\)", README))))
def test_linked_files_exist(link: str) -> None:
    assert (ROOT / link).exists()
