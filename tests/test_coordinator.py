"""How often an account is fetched, and what comes of a fetch that fails."""

import asyncio
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.quota.provider import Every
from tests.example import NOW, RICH, USAGE, Example, Gate, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

SESSION = "sensor.example_someone_session_usage"
LAST_SUCCESS = "sensor.example_someone_last_success"

FAILURES: dict[str, dict[str, Any]] = {
    "auth": {"status": 401},
    "rate_limited": {"status": 429},
    "unavailable": {"status": 503},
    "invalid_response": {"text": "this is no JSON"},
    "unsupported": {"status": 404},
}


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has logged above debug."""
    return [
        f"{record.levelname} {record.getMessage()}"
        for record in caplog.records
        if record.name.startswith("custom_components.ai_quota") and record.levelno > logging.DEBUG
    ]


SECOND = 1 / 60
"""Polls come a second late, so that pauses are not cut short."""


def minutes(entry: MockConfigEntry) -> float:
    return entry.runtime_data.update_interval.total_seconds() / 60


# Set-up


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_set_up_that_fails_tells_kind_and_message(
    hass: HomeAssistant, upstream: Upstream, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    says(upstream, **FAILURES[kind])
    entry = await add_example(hass)
    expected = ConfigEntryState.SETUP_ERROR if kind == "auth" else ConfigEntryState.SETUP_RETRY
    assert entry.state is expected
    assert entry.error_reason_translation_key == kind
    assert "Example" in (entry.reason or "")
    assert not told(caplog)  # Home Assistant reports it


async def test_a_refused_configuration_sends_nothing(hass: HomeAssistant, upstream: Upstream) -> None:
    entry = await add_example(hass, {"base_url": "http://somewhere.example.com"})
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "configuration"
    assert "base_url" in (entry.reason or "")
    assert not upstream.requests


async def test_a_message_names_what_is_wrong(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, text="this is no JSON")
    entry = await add_example(hass)
    assert entry.reason == ("The answer of Example could not be understood: the answer of api.example.com is not JSON")


# The interval


@pytest.mark.parametrize(
    ("options", "data", "least", "most"),
    [
        pytest.param({}, {}, 9, 11, id="the provider's default"),
        pytest.param({"scan_interval": 60}, {}, 54, 66, id="chosen"),
        pytest.param({"scan_interval": 1}, {}, 4, 4.4, id="never below the provider's minimum"),
        pytest.param({"scan_interval": 99999}, {}, 1296, 1584, id="never above a day"),
        pytest.param({}, {"source": "cli", "folder": "/"}, 27, 33, id="the default of the source"),
        pytest.param({"scan_interval": 5}, {"source": "cli", "folder": "/"}, 20, 22, id="the minimum of the source"),
    ],
)
async def test_the_interval_is_chosen_within_bounds_and_varies(
    hass: HomeAssistant,
    upstream: Upstream,
    options: dict[str, Any],
    data: dict[str, Any],
    least: float,
    most: float,
) -> None:
    says(upstream)
    entry = await add_example(hass, data, options={"adaptive": False, **options})
    found = set()
    for _ in range(20):
        await entry.runtime_data.async_refresh()
        found.add(minutes(entry))
    assert len(found) > 10
    assert least <= min(found) < max(found) <= most + SECOND


async def test_the_interval_is_never_above_the_maximum_of_the_provider(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Example, "every", Every(default=10, minimum=4, maximum=25))
    says(upstream)
    entry = await add_example(hass, options={"scan_interval": 60})
    await entry.runtime_data.async_refresh()
    assert 22.5 <= minutes(entry) <= 27.5 + SECOND


async def test_polls_come_by_themselves(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    await add_example(hass)
    await poll(hass, freezer, 8 * 60)
    assert len(upstream.requests) == 1
    await poll(hass, freezer, 5 * 60)
    assert len(upstream.requests) == 2


async def test_the_pause_that_a_server_asks_for_is_kept(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=429, headers={"Retry-After": "1800"})
    await poll(hass, freezer)
    assert len(upstream.requests) == 2
    says(upstream)
    await poll(hass, freezer, 1700)
    assert len(upstream.requests) == 2
    with pytest.raises(HomeAssistantError, match=r"Example has asked for a pause; try again in 100 seconds") as raised:
        await entry.runtime_data.async_fetch_now()
    assert raised.value.translation_key == "paused"
    await poll(hass, freezer, 102)
    assert len(upstream.requests) == 3
    await entry.runtime_data.async_fetch_now()
    assert len(upstream.requests) == 4


# Many at once


async def test_no_more_than_four_are_fetched_at_a_time(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    monkeypatch.setattr(Example, "gate", gate)
    says(upstream)
    entries = [
        MockConfigEntry(domain=DOMAIN, data={"provider": "example", "api_key": "key-of-the-example-account"})
        for _ in range(10)
    ]
    for entry in entries:
        entry.add_to_hass(hass)
    setting_up = hass.async_create_task(async_setup_component(hass, DOMAIN, {}))
    await gate.reached(4)
    assert gate.waiting == 4
    gate.open()
    await setting_up
    await hass.async_block_till_done()
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
    assert len(upstream.requests) == len(entries)


async def test_who_waits_for_a_fetch_takes_its_result(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(upstream)
    entry = await add_example(hass)
    gate = Gate()
    monkeypatch.setattr(Example, "gate", gate)
    asking = [hass.async_create_task(entry.runtime_data.async_fetch_now()) for _ in range(3)]
    gate.open()
    await asyncio.gather(*asking)
    assert len(upstream.requests) == 2
    await entry.runtime_data.async_fetch_now()
    assert len(upstream.requests) == 3


# Failures later on


@pytest.mark.parametrize("kind", FAILURES)
async def test_one_warning_when_it_fails_and_one_line_when_it_is_back(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    says(upstream)
    entry = await add_example(hass, title="someone@example.com")
    name = f"example {entry.entry_id[-6:]}"
    says(upstream, **FAILURES[kind])
    for _ in range(3):
        await entry.runtime_data.async_refresh()
        await hass.async_block_till_done()
    assert told(caplog) == [f"WARNING {name}: the fetch failed ({kind})"]
    freezer.tick(3600)  # no pause lasts longer
    says(upstream)
    await entry.runtime_data.async_refresh()
    await entry.runtime_data.async_refresh()
    assert told(caplog)[1:] == [f"INFO Fetching {name} data recovered"]


async def test_a_passing_failure_changes_nothing(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    says(upstream)
    await add_example(hass)
    says(upstream, status=503)
    await poll(hass, freezer)
    assert hass.states.get(SESSION).state == "42.25"
    says(upstream)
    await poll(hass, freezer, 15 * 60)
    await poll(hass, freezer, 19 * 60)
    assert hass.states.get(SESSION).state == "42.25"


async def test_figures_that_have_become_too_old_are_unavailable(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    says(upstream)
    await add_example(hass)
    says(upstream, status=401)  # after which nothing is fetched any more
    await poll(hass, freezer)
    await poll(hass, freezer, 15 * 60)
    assert hass.states.get(SESSION).state == "42.25"
    await poll(hass, freezer, 8 * 60)
    assert len(upstream.requests) == 2
    assert hass.states.get(SESSION).state == STATE_UNAVAILABLE
    assert hass.states.get(LAST_SUCCESS).state == NOW
    assert hass.states.get("button.example_someone_refresh").state == STATE_UNKNOWN


async def test_a_rejected_credential_asks_the_person_to_sign_in_again(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass, {"source": "api"})
    says(upstream, status=401)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert len(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))) == 1


async def test_what_is_read_from_this_machine_is_tried_again_once_it_has_changed(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_API_KEY", "key-that-has-expired")
    says(upstream)
    await add_example(hass, {"source": "cli", "folder": "/", "api_key": None})
    says(upstream, status=401)
    await poll(hass, freezer, 35 * 60)
    assert len(upstream.requests) == 2
    says(upstream, RICH | {"plan": "Pro"})
    for _ in range(3):
        await poll(hass, freezer, 35 * 60)
    assert len(upstream.requests) == 2  # the same credential would be rejected again
    monkeypatch.setenv("EXAMPLE_API_KEY", "key-that-the-tool-has-renewed")
    await poll(hass, freezer, 35 * 60)
    assert hass.states.get("sensor.example_someone_plan").state == "Pro"


async def test_a_person_may_try_the_same_credential_again(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass, {"source": "cli", "folder": "/"})
    says(upstream, status=401)
    await poll(hass, freezer, 35 * 60)
    says(upstream, RICH | {"plan": "Pro"})
    await entry.runtime_data.async_fetch_now()
    assert hass.states.get("sensor.example_someone_plan").state == "Pro"


async def test_they_are_back_with_the_next_success(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=401)
    await poll(hass, freezer)
    await poll(hass, freezer, 3600)
    assert hass.states.get(SESSION).state == STATE_UNAVAILABLE
    says(upstream)
    await entry.runtime_data.async_fetch_now()
    assert hass.states.get(SESSION).state == "42.25"


async def test_a_failure_that_nobody_foresaw_makes_them_unavailable(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "source": "web", "project": "any"})
    with pytest.raises(RuntimeError, match="not foreseen"):
        await entry.runtime_data.async_fetch_now()
    assert hass.states.get(SESSION).state == STATE_UNAVAILABLE


async def test_what_has_reset_while_fetches_fail_is_unknown(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-20T14:45:00+00:00")
    says(upstream)
    await add_example(hass)
    says(upstream, status=503)
    await poll(hass, freezer)
    assert hass.states.get(SESSION).state == "42.25"
    await poll(hass, freezer)
    assert hass.states.get(SESSION).state == STATE_UNKNOWN
    assert hass.states.get("sensor.example_someone_session_reset").state == STATE_UNKNOWN
    assert hass.states.get("sensor.example_someone_weekly_opus_usage").state == "91"
    assert hass.states.get("binary_sensor.example_someone_low_quota").state == "on"


async def test_figures_stand_for_three_intervals(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(hass, options={"scan_interval": 20})
    says(upstream, status=401)
    await entry.runtime_data.async_refresh()
    await poll(hass, freezer, 60 * 60 - 1)
    assert hass.states.get(SESSION).state == "42.25"
    await poll(hass, freezer, 2)
    assert hass.states.get(SESSION).state == STATE_UNAVAILABLE


@pytest.mark.parametrize("kind", FAILURES)
async def test_what_resets_while_fetches_fail_is_unknown_from_then_on(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, kind: str
) -> None:
    freezer.move_to("2026-11-20T14:45:00+00:00")
    says(upstream)
    await add_example(hass)
    says(upstream, **FAILURES[kind])
    await poll(hass, freezer)
    requests = len(upstream.requests)
    assert hass.states.get(SESSION).state == "42.25"
    await poll(hass, freezer, 2 * 60)
    assert len(upstream.requests) == requests  # it is not another fetch that tells
    assert hass.states.get(SESSION).state == STATE_UNKNOWN
    assert hass.states.get("sensor.example_someone_weekly_opus_usage").state == "91"
    await poll(hass, freezer, 6 * 3600)
    assert hass.states.get("sensor.example_someone_weekly_opus_usage").state == STATE_UNAVAILABLE


# Issues


def issues(hass: HomeAssistant) -> list[tuple[str | None, bool | None]]:
    found = ir.async_get(hass).issues.values()
    return [(issue.translation_key, issue.is_fixable) for issue in found if issue.domain == DOMAIN]


async def test_issues_come_with_what_only_a_person_can_mend_and_go_with_it(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    says(upstream)
    entry = await add_example(hass)
    assert issues(hass) == []
    says(upstream, status=404)
    await poll(hass, freezer)
    assert issues(hass) == [("unsupported", False)]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "base_url": "ftp://example.com"})
    await entry.runtime_data.async_refresh()
    assert issues(hass) == [("configuration", True)]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "base_url": USAGE})
    says(upstream, RICH)
    await entry.runtime_data.async_refresh()
    assert issues(hass) == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(("data", "issue"), [({}, "unsupported"), ({"base_url": "ftp://example.com"}, "configuration")])
async def test_issues_go_with_the_account(
    hass: HomeAssistant, upstream: Upstream, data: dict[str, Any], issue: str
) -> None:
    says(upstream, status=404)
    entry = await add_example(hass, data)
    assert [key for key, _ in issues(hass)] == [issue]
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == []


async def test_other_failures_raise_no_issue(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, status=503)
    await add_example(hass)
    assert issues(hass) == []
