"""Conditions: what lets an automation go on, and what does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition, config_validation as cv
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ai_quota.condition import CONDITIONS
from custom_components.ai_quota.quota.status import StatusLink
from tests.automations import device_of, entity_of
from tests.example import NOW, RICH, Example, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")


@pytest.fixture
async def account(hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory) -> MockConfigEntry:
    """Return an account of which 42.25, 91, 25 and 10 % are used."""
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass)
    assert await async_setup_component(hass, "automation", {})
    return entry


async def condition_of(
    hass: HomeAssistant, name: str, target: dict[str, Any], options: dict[str, Any]
) -> condition.ConditionChecker:
    config = cv.CONDITION_SCHEMA({"condition": f"ai_quota.{name}", "target": target, "options": options})
    return await condition.async_from_config(hass, await condition.async_validate_condition_config(hass, config))


async def holds(hass: HomeAssistant, name: str, target: dict[str, Any], **options: Any) -> bool:
    checker = await condition_of(hass, name, target, options)
    outcome = checker.async_check()
    checker.async_unload()
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("usage_above", {"threshold": 90.9}, True),
        ("usage_above", {"threshold": 91}, False),
        ("usage_above", {"threshold": 9.9, "behavior": "all"}, True),
        ("usage_above", {"threshold": 10, "behavior": "all"}, False),
        ("usage_below", {"threshold": 10.1}, True),
        ("usage_below", {"threshold": 10}, False),
        ("usage_below", {"threshold": 91.1, "behavior": "all"}, True),
        ("usage_below", {"threshold": 91, "behavior": "all"}, False),
        ("is_exhausted", {}, False),
        ("has_quota_left", {"behavior": "all"}, True),
    ],
)
async def test_usage_of_an_account(
    hass: HomeAssistant, account: MockConfigEntry, name: str, options: dict[str, Any], *, expected: bool
) -> None:
    # Its balances, spendings and tokens are no shares.
    assert await holds(hass, name, {"device_id": device_of(hass, account)}, **options) is expected


@pytest.mark.parametrize(
    ("session", "weekly", "behavior", "exhausted", "left"),
    [
        ("100", "50", "any", True, True),
        ("100", "50", "all", False, False),
        ("103.5", "100", "all", True, False),
        ("99.9", "0", "all", False, True),
        ("unknown", "unavailable", "any", False, False),
        ("unknown", "unavailable", "all", False, False),
        ("unknown", "100", "all", True, False),
        ("unavailable", "50", "all", False, True),
    ],
)
async def test_what_is_not_known_is_neither_used_up_nor_left(
    hass: HomeAssistant,
    account: MockConfigEntry,
    session: str,
    weekly: str,
    behavior: str,
    *,
    exhausted: bool,
    left: bool,
) -> None:
    windows = {"session_used": session, "weekly_opus_used": weekly}
    for key, state in windows.items():
        hass.states.async_set(entity_of(hass, account, "sensor", key), state)
    target = {"entity_id": [entity_of(hass, account, "sensor", key) for key in windows]}
    assert await holds(hass, "is_exhausted", target, behavior=behavior) is exhausted
    assert await holds(hass, "has_quota_left", target, behavior=behavior) is left


@pytest.mark.parametrize("behavior", ["any", "all"])
@pytest.mark.parametrize("name", ["is_exhausted", "has_quota_left", "will_last", "provider_is_operational"])
async def test_nothing_is_true_of_nothing(
    hass: HomeAssistant, account: MockConfigEntry, name: str, behavior: str
) -> None:
    target = {"entity_id": [entity_of(hass, account, "sensor", "metric_balance_value"), "sensor.unknown"]}
    assert not await holds(hass, name, target, behavior=behavior)


@pytest.mark.parametrize(
    ("pace", "threshold", "expected"), [("0.1", 0, True), ("0", 0, False), ("5", 6, False), ("unknown", -100, False)]
)
async def test_ahead_of_pace(
    hass: HomeAssistant, account: MockConfigEntry, pace: str, threshold: float, *, expected: bool
) -> None:
    entity_id = entity_of(hass, account, "sensor", "session_pace")
    hass.states.async_set(entity_id, pace)
    target = {"entity_id": entity_id}
    assert await holds(hass, "is_ahead_of_pace", target, threshold=threshold) is expected


@pytest.mark.parametrize(
    ("state", "attributes", "expected"),
    [
        ("-5", {"lasts": True}, True),
        ("5", {"lasts": False}, False),
        ("5", {}, False),
        ("unknown", {"lasts": True}, False),
    ],
)
async def test_will_last(
    hass: HomeAssistant, account: MockConfigEntry, state: str, attributes: dict[str, Any], *, expected: bool
) -> None:
    entity_id = entity_of(hass, account, "sensor", "session_pace")
    hass.states.async_set(entity_id, state, attributes)
    assert await holds(hass, "will_last", {"entity_id": entity_id}) is expected


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, upstream: Upstream) -> Callable[[str], object]:
    """Give the provider a status page; return how that says something from now on."""
    page = "https://status.example.com"
    monkeypatch.setattr(Example, "status", StatusLink(page, "statuspage"))

    def say(indicator: str) -> object:
        status = {"status": {"indicator": indicator, "description": "As said"}, "components": []}
        return upstream.answer("GET", f"{page}/api/v2/summary.json", json=status)

    return say


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        ("none", True),
        ("minor", False),
        ("major", False),
        ("critical", False),
        ("maintenance", False),
        ("odd", False),
    ],
)
@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_operational(
    hass: HomeAssistant,
    page: Callable[[str], object],
    upstream: Upstream,
    indicator: str,
    behavior: str,
    *,
    expected: bool,
) -> None:
    page(indicator)
    entry = await watched(hass, upstream)
    target = {"device_id": device_of(hass, entry)}
    assert await holds(hass, "provider_is_operational", target, behavior=behavior) is expected


@pytest.mark.parametrize("state", ["unknown", "unavailable"])
async def test_a_status_that_is_not_known_does_not_pass_beside_another(
    hass: HomeAssistant, page: Callable[[str], object], upstream: Upstream, state: str
) -> None:
    page("none")
    entries = [await watched(hass, upstream), await watched(hass, upstream)]
    statuses = [entity_of(hass, entry, "sensor", "service_status") for entry in entries]
    hass.states.async_set(statuses[1], state)
    target = {"entity_id": statuses}
    assert not await holds(hass, "provider_is_operational", target, behavior="all")
    assert await holds(hass, "provider_is_operational", target, behavior="any")


async def watched(hass: HomeAssistant, upstream: Upstream) -> MockConfigEntry:
    """Return an account whose provider's status page has been looked at."""
    says(upstream)
    entry = await add_example(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await async_setup_component(hass, "automation", {})
    return entry


async def test_pace_of_an_account(hass: HomeAssistant, account: MockConfigEntry) -> None:
    # 42.25 % after 40 % of the session, 91 % after 45 % of the week; neither lasts.
    session = {"entity_id": entity_of(hass, account, "sensor", "session_pace")}
    assert await holds(hass, "is_ahead_of_pace", session, threshold=2)
    assert not await holds(hass, "is_ahead_of_pace", session, threshold=2.5)
    assert not await holds(hass, "will_last", session)
    both = {"device_id": device_of(hass, account)}
    assert await holds(hass, "is_ahead_of_pace", both, threshold=46)
    assert not await holds(hass, "is_ahead_of_pace", both, threshold=46, behavior="all")


async def test_a_quota_that_lasts(
    hass: HomeAssistant, upstream: Upstream, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, {"windows": [{**RICH["windows"][0], "used_percent": 5}]})
    await poll(hass, freezer)
    assert await holds(hass, "will_last", {"entity_id": entity_of(hass, account, "sensor", "session_pace")})


@pytest.mark.parametrize(("name", "attributes"), [("is_exhausted", {}), ("will_last", {"lasts": True})])
@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_it_may_have_to_be_so_for_a_while(
    hass: HomeAssistant,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    name: str,
    attributes: dict[str, Any],
    behavior: str,
) -> None:
    key = "session_used" if name == "is_exhausted" else "session_pace"
    entity_id = entity_of(hass, account, "sensor", key)
    checker = await condition_of(hass, name, {"entity_id": entity_id}, {"behavior": behavior, "for": "00:10:00"})
    hass.states.async_set(entity_id, "100", attributes)
    await hass.async_block_till_done()
    freezer.tick(timedelta(minutes=9))
    assert not checker.async_check()
    freezer.tick(timedelta(minutes=2))
    assert checker.async_check()
    checker.async_unload()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("usage_above", {}),
        ("usage_above", {"threshold": "much"}),
        ("is_exhausted", {"threshold": 5}),
        ("will_last", {"behavior": "first"}),
    ],
)
async def test_wrong_options_are_refused(
    hass: HomeAssistant, account: MockConfigEntry, name: str, options: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await condition_of(hass, name, {"device_id": device_of(hass, account)}, options)


async def test_all_are_described(hass: HomeAssistant, account: MockConfigEntry) -> None:
    described = await condition.async_get_all_descriptions(hass)
    for name in CONDITIONS:
        description = described[f"ai_quota.{name}"]
        assert description
        assert description["target"]["entity"][0]["integration"] == "ai_quota"
