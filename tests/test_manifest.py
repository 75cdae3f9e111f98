"""The rules of Home Assistant for texts, icons and descriptions, which its own checker asks for online."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

import pytest
import yaml

from custom_components.ai_quota import binary_sensor, button, condition, event, naming, sensor, trigger
from custom_components.ai_quota.quota.model import Kind, Metric, MetricKind, Window

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "ai_quota"
ENGLISH, GERMAN = (json.loads((INTEGRATION / f"translations/{language}.json").read_text()) for language in ("en", "de"))
ICONS = json.loads((INTEGRATION / "icons.json").read_text())
ACTIONS = yaml.safe_load((INTEGRATION / "services.yaml").read_text())
TRIGGERS = yaml.safe_load((INTEGRATION / "triggers.yaml").read_text())
CONDITIONS = yaml.safe_load((INTEGRATION / "conditions.yaml").read_text())
RULES = yaml.safe_load((INTEGRATION / "quality_scale.yaml").read_text())["rules"]

SECTIONS = {
    "common",
    "conditions",
    "config",
    "config_panel",
    "device",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}
SCALE = """
    action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage
    dependency-transparency docs-actions docs-conditions docs-high-level-description
    docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup entity-unique-id
    has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry
    action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters
    entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage
    devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations
    docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices
    entity-category entity-device-class entity-disabled-by-default entity-translations exception-translations
    icon-translations reconfiguration-flow repair-issues stale-devices
    async-dependency inject-websession strict-typing
"""


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below a node with the path to it."""
    if isinstance(node, str):
        yield path, node
        return
    for key, value in node.items():
        yield from texts(value, f"{path}.{key}")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def nodes(node: Any, key: str) -> Iterator[Any]:
    """Yield every object below a node that has the key."""
    if isinstance(node, dict):
        if key in node:
            yield node
        for value in node.values():
            yield from nodes(value, key)


def test_there_are_only_sections_that_home_assistant_knows() -> None:
    assert ENGLISH.keys() <= SECTIONS


def test_german_is_complete() -> None:
    assert dict(texts(GERMAN)).keys() == dict(texts(ENGLISH)).keys()


def test_german_has_the_same_placeholders() -> None:
    german = dict(texts(GERMAN))
    assert [path for path, text in texts(ENGLISH) if placeholders(text) != placeholders(german[path])] == []


@pytest.mark.parametrize("translation", [ENGLISH, GERMAN], ids=["en", "de"])
def test_texts_are_plain(translation: Any) -> None:
    for path, text in texts(translation):
        assert text.strip() == text != "", path
        assert not re.search(r"https?://|www\.|<\w|\[%key:", text), f"{path}: addresses come in as placeholders"


def test_only_fields_are_described() -> None:
    found = list(nodes(ENGLISH, "data_description"))
    assert found
    for step in found:
        assert step["data_description"].keys() <= step["data"].keys()


# Names of entities


def used_keys() -> Iterator[tuple[str, str]]:
    """Yield platform and key of every name that an entity may have."""
    yield "binary_sensor", binary_sensor.LOW.translation_key or ""
    yield "binary_sensor", binary_sensor.SIGN_IN_NEEDED.translation_key or ""
    yield "binary_sensor", binary_sensor.PROVIDER_PROBLEM.translation_key or ""
    yield "sensor", sensor.SERVICE_STATUS.translation_key or ""
    yield "button", button.REFRESH.translation_key or ""
    yield "event", event.QUOTA.translation_key or ""
    for description in sensor.ACCOUNT_SENSORS:
        yield "sensor", description.translation_key or ""
    windows = [f"window_{id}" for id in naming.WINDOWS]
    windows += [f"window_{id}_scoped" for id in naming.SCOPED_WINDOWS]
    for key in (*windows, "window"):
        for description in (*sensor.WINDOW_SENSORS, sensor.PACE, *sensor.FORECASTS, sensor.BURN_RATE):
            yield "sensor", f"{key}_{description.key}"
        for binary in (*binary_sensor.WINDOW_BINARY_SENSORS, binary_sensor.RUNS_OUT):
            yield "binary_sensor", f"{key}_{binary.key}"
    for metric in (
        *(f"metric_{id}" for id in naming.METRICS),
        *(f"metric_{id}_days" for id in naming.METRICS_OVER_DAYS),
        *(f"metric_{id}_scoped" for id in naming.SCOPED_METRICS),
        "metric",
        sensor.METRIC_EXPIRY.translation_key or "",
    ):
        yield "sensor", metric


def test_every_name_is_translated_and_every_translation_used() -> None:
    translated = {(platform, key) for platform, keys in ENGLISH["entity"].items() for key in keys}
    assert translated == set(used_keys())


@pytest.mark.parametrize(
    ("id", "written", "figure", "key", "given"),
    [
        ("weekly", "Weekly", "used", "window_weekly_used", {}),
        ("weekly_x", "Weekly (X)", "used", "window_weekly_scoped_used", {"scope": "X"}),
        ("x", "X", "used", "window_used", {"window": "X"}),
        ("x", "X usage", "remaining", "window_remaining", {"window": "X"}),
        ("x", "X limit", "used", "window_used", {"window": "X limit"}),
        ("x", "X limit", "limit", "window_limit", {"window": "X"}),
        ("budget", "Spending limit", "limit", "window_budget_limit", {}),
        ("budget", "Quota", "limit", "window_limit", {"window": "Quota"}),
    ],
)
def test_names_of_windows_fill_their_placeholders(
    id: str, written: str, figure: str, key: str, given: dict[str, str]
) -> None:
    assert naming.name_window(Window(id=id, name=written), figure) == (key, given)
    assert placeholders(ENGLISH["entity"]["sensor"][key]["name"]) == given.keys()


@pytest.mark.parametrize(
    ("id", "written", "key"),
    [
        ("balance", "Balance", "metric_balance"),
        ("spend_7d", "Spend, 7 days", "metric_spend_days"),
        ("spend_month_x", "Spend this month (X)", "metric_spend_month_scoped"),
        ("tokens_x", "Tokens (X)", "metric_tokens_scoped"),
        ("x", "X", "metric"),
    ],
)
def test_names_of_metrics_fill_their_placeholders(id: str, written: str, key: str) -> None:
    found, given = naming.name_metric(Metric(id=id, name=written, value=1, unit=None, kind=MetricKind.COUNT))
    assert found == key
    assert placeholders(ENGLISH["entity"]["sensor"][key]["name"]) == given.keys()


# Icons


def test_every_entity_has_an_icon() -> None:
    assert {(platform, key) for platform, keys in ICONS["entity"].items() for key in keys} == set(used_keys())


def test_icons_are_material_design_icons() -> None:
    for path, icon in texts(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path


# Actions, failures, quality


def test_actions_are_described_and_have_icons() -> None:
    assert ACTIONS.keys() == ENGLISH["services"].keys() == ICONS["services"].keys() == {"get_usage", "refresh"}
    for name, action in ACTIONS.items():
        assert action["fields"].keys() == ENGLISH["services"][name]["fields"].keys()


@pytest.mark.parametrize(
    ("section", "descriptions", "offered"),
    [("triggers", TRIGGERS, trigger.TRIGGERS), ("conditions", CONDITIONS, condition.CONDITIONS)],
)
def test_triggers_and_conditions_are_described_and_have_icons(section: str, descriptions: Any, offered: Any) -> None:
    described = {name: each for name, each in descriptions.items() if not name.startswith(".")}
    assert described.keys() == ENGLISH[section].keys() == ICONS[section].keys() == offered.keys()
    for name, each in described.items():
        assert each.get("fields", {}).keys() == ENGLISH[section][name].get("fields", {}).keys()


def test_every_kind_of_failure_has_a_text() -> None:
    assert ENGLISH["exceptions"].keys() >= {kind.value for kind in Kind}
    for kind in Kind:
        assert placeholders(ENGLISH["exceptions"][kind]["message"]) == {"provider", "message"}


def test_every_rule_of_the_quality_scale_is_answered() -> None:
    assert RULES.keys() == set(SCALE.split())
    for rule, answer in RULES.items():
        assert answer == "done" or (answer["status"] in ("done", "exempt") and answer["comment"]), rule
