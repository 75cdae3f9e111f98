"""Adds accounts through the integration's config flow, as a person would, over REST."""

from collections.abc import Iterator, Mapping
from typing import Any

from custom_components.ai_quota.quota import load
from custom_components.ai_quota.quota.credentials import Way
from scripts.lib.home import Home

type Step = dict[str, Any]


class FlowError(Exception):
    """A flow that did not go where it should."""


async def to_credentials(home: Home, provider: str, step: str) -> Step:
    """Begin to add an account and return the first step on this way in."""
    flow = await home.answer(await home.begin(), {"provider": provider})
    return await home.answer(flow, {"next_step_id": step}) if flow["type"] == "menu" else flow


async def add_account(home: Home, provider: str, typed: Mapping[str, Any]) -> Step:
    """Return the entry of an account that is added by typing these values."""
    return await finish(home, await fill(home, await to_credentials(home, provider, way_for(provider, typed)), typed))


async def fill(home: Home, form: Step, typed: Mapping[str, Any]) -> Step:
    """Return the step after a form that is filled with these values, the folded part included."""
    return await home.answer(form, dict(_filled(form["data_schema"], typed)))


def _filled(schema: list[Step], typed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in schema:
        if field.get("type") == "expandable":
            yield field["name"], dict(_filled(field["schema"], typed))
        elif field["name"] in typed:
            yield field["name"], typed[field["name"]]
        elif "suggested_value" in (description := field.get("description") or {}):
            yield field["name"], description["suggested_value"]


async def finish(home: Home, flow: Step) -> Step:
    """Return the entry that a flow ends with: the first workspace, and whatever else is asked left as suggested."""
    while flow["type"] == "form" and not flow["errors"]:
        flow = await fill(home, flow, dict(_first_choices(flow["data_schema"])))
    if flow["type"] != "create_entry":
        raise FlowError(f"{flow['type']} {flow.get('step_id')}: {flow.get('errors') or flow.get('reason')}")
    entry: Step = flow["result"]
    return entry


def _first_choices(schema: list[Step]) -> Iterator[tuple[str, Any]]:
    for field in schema:
        options = field.get("selector", {}).get("select", {}).get("options", [])
        if field["name"] == "workspace" and options:
            yield field["name"], options[0]["value"] if isinstance(options[0], dict) else options[0]


def way_for(provider: str, typed: Mapping[str, Any]) -> str:
    """Return the way in on which all these values can be typed, one of them its own; without any this machine."""
    found = load(provider)
    for way in found.ways():
        form = found.form(way)
        own = {field.key for field in form if field.way is way}
        if typed.keys() & own and typed.keys() <= {field.key for field in form}:
            return way.value
    return Way.MACHINE.value
