"""The event entity: what is told of an account, when, and to whom."""

from collections.abc import Mapping
from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import CoreState, Event, HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_mock_service

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.quota.alerts import Alert
from tests.example import NOW, SECRETS, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

QUOTA = "event.example_someone_quota"
SESSION = "sensor.example_someone_session_usage"


def account(used: float, **more: Any) -> dict[str, Any]:
    session = {"id": "session", "name": "Session", "used_percent": used, "duration": 300}
    return {
        "account": "someone@example.com",
        "plan": "Max",
        "windows": [{**session, "resets_at": "2026-11-20T15:00:00+00:00", **more}],
    }


class Told:
    """What the event entity has told since this was made."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._changes: list[Event[Any]] = async_capture_events(hass, EVENT_STATE_CHANGED)

    @property
    def states(self) -> list[State]:
        """Return the states in which it told something, which are not those that it comes back with."""
        found = [each.data for each in self._changes if each.data["entity_id"] == QUOTA and each.data["new_state"]]
        return [
            each["new_state"]
            for each in found
            if each["old_state"]
            and each["old_state"].state not in (STATE_UNAVAILABLE, each["new_state"].state)
            and each["new_state"].state != STATE_UNAVAILABLE
        ]

    @property
    def types(self) -> list[str]:
        return [state.attributes["event_type"] for state in self.states]

    @property
    def last(self) -> Mapping[str, Any]:
        attributes = self.states[-1].attributes
        hidden = ("event_types", "event_type", "friendly_name", "icon")
        return {key: value for key, value in attributes.items() if key not in hidden}


@pytest.fixture
async def entry(hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory) -> MockConfigEntry:
    freezer.move_to(NOW)
    says(upstream, account(70))
    return await add_example(hass, entry_id="01JD5EXAMPLE0000000000ACCT")


async def test_it_tells_what_has_changed(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    told = Told(hass)
    assert hass.states.get(QUOTA).state == "unknown"
    says(upstream, account(85))
    await poll(hass, freezer)
    assert told.types == ["threshold_reached"]
    assert told.last == {
        "provider": "example",
        "provider_name": "Example",
        "account": "someone@example.com",
        "plan": "Max",
        "entry_id": entry.entry_id,
        "window_id": "session",
        "window_name": "Session",
        "used_percent": 85,
        "resets_at": "2026-11-20T15:00:00+00:00",
        "threshold": 80,
    }
    says(upstream, account(100))
    await poll(hass, freezer)
    assert told.types == ["threshold_reached", "threshold_reached", "exhausted"]


async def test_who_is_told_finds_the_figures_in_place(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    seen: list[str] = []
    entry.runtime_data.async_listen_to_alerts(lambda _alert: seen.append(hass.states.get(SESSION).state))
    says(upstream, account(85))
    await poll(hass, freezer)
    assert seen == ["85"]


async def test_the_options_say_what_is_told(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    balance = {"id": "balance", "name": "Balance", "unit": "USD", "kind": "balance"}
    ends = {"id": "pack", "name": "Pack", "remaining": 5, "expires_at": "2026-11-25T12:00:00+00:00"}
    options = {"thresholds": [50], "pace_warning": True, "expiry_days": 7, "minimum_balance": 10}
    says(upstream, {**account(30), "metrics": [{**balance, "value": 12}]})
    await add_example(hass, options=options)
    told = Told(hass)
    late = account(79)
    late["windows"].append(ends)
    says(upstream, {**late, "metrics": [{**balance, "value": 9}]})
    await poll(hass, freezer)
    assert told.types == ["threshold_reached", "pace_warning", "credit_expiring", "balance_low"]


async def test_a_change_of_the_options_tells_nothing_of_what_has_passed(
    hass: HomeAssistant, upstream: Upstream, entry: MockConfigEntry
) -> None:
    told = Told(hass)
    hass.config_entries.async_update_entry(entry, options={"thresholds": [50, 60]})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert told.types == []


async def test_a_restart_tells_nothing_new(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    says(upstream, account(100))
    await poll(hass, freezer)
    before = hass.states.get(QUOTA)
    told = Told(hass)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert told.types == []
    assert hass.states.get(QUOTA).state == before.state
    assert hass.states.get(QUOTA).attributes["event_type"] == "exhausted"


async def test_what_has_come_due_meanwhile_is_told_after_a_restart(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    calls = async_mock_service(hass, "test", "note")
    trigger = {"trigger": "event.received", "target": {"entity_id": QUOTA}, "options": {"event_type": ["reset"]}}
    config = {"triggers": [trigger], "actions": [{"action": "test.note"}]}
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    told = Told(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.tick(timedelta(hours=4))
    says(upstream, account(1, resets_at="2026-11-20T20:00:00+00:00"))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert told.types == ["reset"]
    assert told.last["previous_used_percent"] == 70
    assert told.last["early"] is False
    assert len(calls) == 1


async def test_nothing_is_told_before_home_assistant_has_started(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    told = Told(hass)
    says(upstream, account(85))
    hass.set_state(CoreState.starting)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert told.types == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done()
    assert told.types == ["threshold_reached"]


async def test_a_rejected_credential_is_told_once_and_its_end_too(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    told = Told(hass)
    says(upstream, status=401, text="the key key-of-the-example-account is no good")
    await poll(hass, freezer)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert told.types == ["auth_failed"]
    assert told.last == {
        "provider": "example",
        "provider_name": "Example",
        "account": "someone@example.com",
        "plan": "Max",
        "entry_id": entry.entry_id,
        "error": "Example needs you to sign in again",
    }
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [SOURCE_REAUTH]
    says(upstream, account(70))
    freezer.tick(60)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert told.types == ["auth_failed", "recovered"]
    assert told.last["failed_for"] == 60


async def test_it_is_there_while_nothing_else_is(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    told = Told(hass)
    says(upstream, status=503)
    for _ in range(5):
        await poll(hass, freezer, 3600)
    assert hass.states.get(SESSION).state == STATE_UNAVAILABLE
    assert told.types == ["refresh_failed"]
    assert told.last["error"] == "unavailable"


async def test_the_text_is_in_the_language_of_the_house(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    hass.config.language = "de"
    says(upstream, account(70))
    entry = await add_example(hass)
    alerts: list[Alert] = []
    entry.runtime_data.async_listen_to_alerts(alerts.append)
    says(upstream, status=401)
    await poll(hass, freezer)
    assert alerts[0].payload["error"] == "Bei Example ist eine neue Anmeldung nötig"


async def test_the_status_of_the_provider_is_told(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    told = Told(hass)
    for indicator in ("none", "maintenance", "none", "major", "unknown", "none"):
        entry.runtime_data.alerts_for_status(indicator, "In other words")
    assert told.types == ["provider_outage", "provider_recovered"]
    assert told.states[0].attributes["indicator"] == "major"
    assert told.states[0].attributes["description"] == "In other words"


async def test_no_secret_is_ever_told(hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    data = {"cookie": SECRETS["cookie"], "access_token": SECRETS["access_token"]}
    says(upstream, account(70))
    entry = await add_example(hass, data)
    told = Told(hass)
    for used in (85, 100):
        says(upstream, account(used))
        await poll(hass, freezer)
    says(upstream, status=401, text=json.dumps(SECRETS))
    await poll(hass, freezer)
    says(upstream, account(1))
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert {"exhausted", "auth_failed", "recovered"} <= set(told.types)
    written = json.dumps([dict(state.attributes) for state in told.states])
    assert [value for key, value in entry.data.items() if key not in ("provider", "source") and value in written] == []


async def test_an_address_is_hidden_everywhere_if_that_is_wanted(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, {**account(70), "organization": "someone@example.com's Organization"})
    entry = await add_example(
        hass,
        options={"hide_email": True},
        title="Example (someone@example.com)",
        unique_id="example:someone@example.com",
    )
    said = [each for each in hass.states.async_all() if "someone@" in json.dumps(each.as_dict(), default=str)]
    assert said == []
    registry = er.async_get(hass)
    account_sensor = registry.async_get_entity_id("sensor", DOMAIN, f"{entry.entry_id}_account")
    assert hass.states.get(account_sensor).state == "s…@example.com"
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert device.name == "Example (s…@example.com)"
    alerts: list[Alert] = []
    entry.runtime_data.async_listen_to_alerts(alerts.append)
    says(upstream, account(85))
    await poll(hass, freezer)
    assert [alert.payload["account"] for alert in alerts] == ["s…@example.com"]
    assert entry.unique_id == "example:someone@example.com"
    usage = await hass.services.async_call(
        DOMAIN, "get_usage", {"config_entry_id": entry.entry_id}, blocking=True, return_response=True
    )
    assert usage["account"] == "someone@example.com"


async def test_an_address_that_was_told_before_is_hidden_too(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    says(upstream, account(85))
    await poll(hass, freezer)
    before = hass.states.get(QUOTA)
    assert before.attributes["account"] == "someone@example.com"
    hass.config_entries.async_update_entry(entry, options={"hide_email": True})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(QUOTA).attributes == before.attributes | {"account": "s…@example.com"}


async def test_a_crash_tells_nothing_twice_and_forgets_nothing(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    says(upstream, account(100))
    await poll(hass, freezer)
    await poll(hass, freezer, 31)
    written = json.dumps(hass_storage[f"{DOMAIN}.{entry.entry_id}"])
    assert [text for text in ("someone@example.com", *SECRETS.values()) if text in written] == []
    told = Told(hass)
    for used, resets_at, expected in ((100, 15, []), (1, 20, ["reset"])):
        await hass.config_entries.async_unload(entry.entry_id)
        hass_storage[f"{DOMAIN}.{entry.entry_id}"] = json.loads(written)  # as if nothing had been written since
        freezer.tick(timedelta(hours=2))
        says(upstream, account(used, resets_at=f"2026-11-20T{resets_at}:00:00+00:00"))
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert told.types == expected


async def test_an_account_that_is_removed_leaves_nothing_behind(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await poll(hass, freezer, 31)
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    await entry.runtime_data.async_refresh()  # there is something to be written again
    await hass.config_entries.async_remove(entry.entry_id)
    requests = len(upstream.requests)
    await poll(hass, freezer, 3600)
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
    assert len(upstream.requests) == requests
