"""Triggers: what starts an automation, and what does not."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    trigger,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
import voluptuous as vol

from custom_components.ai_quota.trigger import TRIGGERS
from tests.automations import NOTE, automate, device_of, entity_of, tell
from tests.example import NOW, RICH, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


def rich(**changes: float) -> dict[str, Any]:
    """Return the account with other figures: used percentages by window, values by metric."""
    return {
        **RICH,
        "windows": [
            {**each, "used_percent": changes.get(each["id"], each["used_percent"])} for each in RICH["windows"]
        ],
        "metrics": [{**each, "value": changes.get(each["id"], each["value"])} for each in RICH["metrics"]],
    }


def above(number: float) -> dict[str, Any]:
    return {"type": "above", "value": {"number": number}}


def below(number: float) -> dict[str, Any]:
    return {"type": "below", "value": {"number": number}}


@pytest.fixture
async def account(hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory) -> MockConfigEntry:
    freezer.move_to(NOW)
    says(upstream)
    return await add_example(hass)


# Figures


async def test_usage_crosses_a_threshold(
    hass: HomeAssistant, upstream: Upstream, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    calls = await automate(
        hass,
        {
            "trigger": "ai_quota.usage_crossed_threshold",
            "target": {"device_id": device_of(hass, account)},
            "options": {"threshold": above(80)},
        },
    )
    # The week is above already, the others stay below; an amount or a balance of 99 is no percentage.
    says(upstream, rich(session=80.5, weekly_opus=92, budget=79, balance=99, spend_today=99))
    await poll(hass, freezer)
    assert [call.data["window"] for call in calls] == ["session"]
    assert calls[0].data["entity_id"] == entity_of(hass, account, "sensor", "session_used")


@pytest.mark.parametrize(
    ("target", "fires"), [("session_used", True), ("budget_remaining", False), ("session_resets_at", False)]
)
async def test_usage_looks_at_used_percentages_only(
    hass: HomeAssistant, account: MockConfigEntry, target: str, *, fires: bool
) -> None:
    registry = er.async_get(hass)
    entity_id = entity_of(hass, account, "sensor", target)
    registry.async_update_entity(entity_id, new_entity_id="sensor.renamed", disabled_by=None)
    calls = await automate(
        hass,
        {
            "trigger": "ai_quota.usage_crossed_threshold",
            "target": {"entity_id": "sensor.renamed"},
            "options": {"threshold": above(80)},
        },
    )
    for used in ("10", "90"):
        hass.states.async_set("sensor.renamed", used, {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert bool(calls) is fires


async def test_others_in_the_area_are_not_looked_at(
    hass: HomeAssistant, upstream: Upstream, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    area = ar.async_get(hass).async_create("Office")
    dr.async_get(hass).async_update_device(device_of(hass, account), area_id=area.id)
    registry = er.async_get(hass)
    stranger = registry.async_get_or_create("sensor", "other", "1_session_used", capabilities={"window_id": "session"})
    registry.async_update_entity(stranger.entity_id, area_id=area.id)
    calls = await automate(
        hass,
        {
            "trigger": "ai_quota.usage_crossed_threshold",
            "target": {"area_id": area.id},
            "options": {"threshold": above(80)},
        },
    )
    for used in ("10", "90"):
        hass.states.async_set(stranger.entity_id, used, {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert calls == []
    says(upstream, rich(session=90))
    await poll(hass, freezer)
    assert len(calls) == 1


async def test_usage_has_to_stay_beyond_the_threshold(
    hass: HomeAssistant, upstream: Upstream, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    calls = await automate(
        hass,
        {
            "trigger": "ai_quota.usage_crossed_threshold",
            "target": {"entity_id": entity_of(hass, account, "sensor", "session_used")},
            "options": {"threshold": above(80), "for": "00:05:00"},
        },
    )
    says(upstream, rich(session=90))
    await poll(hass, freezer)
    assert calls == []
    freezer.tick(timedelta(minutes=5, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert len(calls) == 1


async def test_balances_cross_a_threshold_in_any_currency_or_unit(
    hass: HomeAssistant, upstream: Upstream, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    calls = await automate(
        hass,
        {
            "trigger": "ai_quota.balance_crossed_threshold",
            "target": {"device_id": device_of(hass, account)},
            "options": {"threshold": below(2)},
        },
    )
    # What is spent, or left of a limit, is no balance.
    says(upstream, rich(balance=1.5, odd_credits=1, spend_30d=1, requests_30d=1, decision_time=1, session=1, budget=1))
    await poll(hass, freezer)
    assert {call.data["entity_id"] for call in calls} == {
        entity_of(hass, account, "sensor", "metric_balance_value"),
        entity_of(hass, account, "sensor", "metric_odd_credits_value"),
    }


async def test_pace_crosses_a_threshold(hass: HomeAssistant, account: MockConfigEntry) -> None:
    pace = entity_of(hass, account, "sensor", "session_pace")
    used = entity_of(hass, account, "sensor", "session_used")
    hass.states.async_set(pace, "5", {"unit_of_measurement": "%"})
    calls = await automate(
        hass,
        {
            "trigger": "ai_quota.pace_crossed_threshold",
            "target": {"device_id": device_of(hass, account)},
            "options": {"threshold": above(6)},
        },
    )
    hass.states.async_set(used, "5", {"unit_of_measurement": "%"})
    hass.states.async_set(used, "50", {"unit_of_measurement": "%"})
    hass.states.async_set(pace, "6.5", {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert [call.data["entity_id"] for call in calls] == [pace]


# Alerts


@pytest.fixture
def event(hass: HomeAssistant, account: MockConfigEntry) -> str:
    return entity_of(hass, account, "event", "quota")


@pytest.mark.parametrize(
    ("name", "event_type"),
    [
        ("quota_reset", "reset"),
        ("quota_exhausted", "exhausted"),
        ("threshold_reached", "threshold_reached"),
        ("credit_expiring", "credit_expiring"),
        ("sign_in_needed", "auth_failed"),
        ("provider_outage", "provider_outage"),
        ("provider_recovered", "provider_recovered"),
    ],
)
async def test_alerts(hass: HomeAssistant, account: MockConfigEntry, event: str, name: str, event_type: str) -> None:
    hass.states.async_set(event, "unknown")
    calls = await automate(hass, {"trigger": f"ai_quota.{name}", "target": {"device_id": device_of(hass, account)}})
    tell(hass, event, event_type)
    await hass.async_block_till_done()
    assert [call.data["entity_id"] for call in calls] == [event]


@pytest.mark.parametrize(
    ("name", "options", "told", "fires"),
    [
        ("quota_reset", {}, {"event_type": "exhausted"}, False),
        ("quota_reset", {"window": "weekly"}, {"window_id": "weekly"}, True),
        ("quota_reset", {"window": "weekly"}, {"window_id": "weekly_opus"}, False),
        ("quota_reset", {"window": ""}, {"window_id": "weekly"}, True),
        ("quota_reset", {"early": True}, {"early": True}, True),
        ("quota_reset", {"early": True}, {"early": False}, False),
        ("quota_reset", {"early": False}, {"early": True}, False),
        ("quota_reset", {"early": False}, {"early": False}, True),
        ("quota_reset", {"min_used": 90}, {"previous_used_percent": 90}, True),
        ("quota_reset", {"min_used": 90}, {"previous_used_percent": 89.9}, False),
        ("quota_reset", {"min_used": 90}, {}, False),
        ("quota_exhausted", {"window": "weekly"}, {"window_id": "session"}, False),
        ("threshold_reached", {"window": "weekly"}, {"window_id": "session"}, False),
        ("credit_expiring", {"window": "weekly"}, {"window_id": "session"}, False),
    ],
)
async def test_options_of_alerts(
    hass: HomeAssistant, event: str, name: str, options: dict[str, Any], told: dict[str, Any], *, fires: bool
) -> None:
    calls = await automate(hass, {"trigger": f"ai_quota.{name}", "target": {"entity_id": event}, "options": options})
    kind = {"quota_reset": "reset", "quota_exhausted": "exhausted"}.get(name, name)
    tell(hass, event, "recovered")
    tell(hass, event, **{"event_type": kind, **told})
    await hass.async_block_till_done()
    assert bool(calls) is fires


async def test_what_an_alert_tells_is_at_hand(hass: HomeAssistant, event: str) -> None:
    calls = await automate(hass, {"trigger": "ai_quota.quota_exhausted", "target": {"entity_id": event}})
    tell(hass, event, "recovered")
    tell(hass, event, "exhausted", window_id="weekly")
    tell(hass, event, "exhausted", window_id="session")
    await hass.async_block_till_done()
    assert [call.data["window"] for call in calls] == ["weekly", "session"]


async def test_an_alert_is_told_once(hass: HomeAssistant, event: str) -> None:
    calls = await automate(hass, {"trigger": "ai_quota.quota_exhausted", "target": {"entity_id": event}})
    tell(hass, event, "recovered")
    tell(hass, event, "exhausted")
    last = hass.states.get(event)
    assert last
    hass.states.async_set(event, last.state, {**last.attributes, "friendly_name": "Renamed"})
    hass.states.async_set(event, "unavailable")
    hass.states.async_set(event, last.state, last.attributes)  # restored
    await hass.async_block_till_done()
    assert len(calls) == 1


async def test_events_of_others_are_not_looked_at(hass: HomeAssistant, event: str) -> None:
    stranger = er.async_get(hass).async_get_or_create("event", "other", "quota").entity_id
    calls = await automate(
        hass, {"trigger": "ai_quota.quota_exhausted", "target": {"entity_id": [stranger, "event.unknown", event]}}
    )
    for entity_id in (stranger, "event.unknown", event):
        tell(hass, entity_id, "recovered")
        tell(hass, entity_id, "exhausted")
    await hass.async_block_till_done()
    assert [call.data["entity_id"] for call in calls] == [event]


async def test_what_fetches_bring_is_told(
    hass: HomeAssistant, upstream: Upstream, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    target = {"device_id": device_of(hass, account)}
    names = ("threshold_reached", "quota_exhausted", "quota_reset")
    told = {"action": "test.note", "data": {"name": "{{ trigger.id }}", "window": NOTE["data"]["window"]}}
    calls = await automate(
        hass, [{"trigger": f"ai_quota.{name}", "id": name, "target": target} for name in names], actions=told
    )
    says(upstream, rich(session=81, budget=30))
    await poll(hass, freezer)
    says(upstream, rich(session=100, budget=30))
    await poll(hass, freezer)
    fresh = rich(session=1, budget=30)
    fresh["windows"][0]["resets_at"] = "2026-11-20T20:10:00+00:00"
    says(upstream, fresh)
    await poll(hass, freezer, 3 * 60 * 60)
    assert [(call.data["name"], call.data["window"]) for call in calls] == [
        ("threshold_reached", "session"),
        ("threshold_reached", "session"),
        ("quota_exhausted", "session"),
        ("quota_reset", "session"),
    ]


# What may be written


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("quota_exhausted", {"early": True}),
        ("sign_in_needed", {"window": "weekly"}),
        ("quota_reset", {"min_used": -1}),
        ("usage_crossed_threshold", {}),
        ("usage_crossed_threshold", {"threshold": {"type": "above"}}),
    ],
)
async def test_wrong_options_are_refused(hass: HomeAssistant, event: str, name: str, options: dict[str, Any]) -> None:
    config = cv.TRIGGER_SCHEMA({"trigger": f"ai_quota.{name}", "target": {"entity_id": event}, "options": options})
    with pytest.raises(vol.Invalid):
        await trigger.async_validate_trigger_config(hass, config)


async def test_a_target_is_needed(hass: HomeAssistant, event: str) -> None:
    config = cv.TRIGGER_SCHEMA({"trigger": "ai_quota.quota_exhausted"})
    with pytest.raises(vol.Invalid):
        await trigger.async_validate_trigger_config(hass, config)


async def test_all_are_described(hass: HomeAssistant, account: MockConfigEntry) -> None:
    assert await async_setup_component(hass, "automation", {})
    described = await trigger.async_get_all_descriptions(hass)
    for name in TRIGGERS:
        description = described[f"ai_quota.{name}"]
        assert description
        assert description["target"]["entity"][0]["integration"] == "ai_quota"
