"""Blueprints: automations made from them do what they promise."""

from pathlib import Path
import shutil
from typing import Any
from urllib.parse import quote

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation, persistent_notification
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.errors import BlueprintException
from homeassistant.components.persistent_notification import UpdateType
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from tests.automations import device_of, entity_of, tell
from tests.example import NOW, add_example, poll, says
from tests.test_trigger import rich
from tests.upstream import Upstream

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "blueprints" / "automation" / "ai_quota"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
PAGES = "https://github.com/ai-quota/ai-quota/blob/main/blueprints/automation/ai_quota"

SENT = {"action": "test.sent", "data": {"title": "{{ title }}", "message": "{{ message }}", "tag": "{{ tag }}"}}
GROUPED = {**SENT, "data": {**SENT["data"], "group": "{{ group }}"}}
SESSION = {
    "provider": "claude",
    "provider_name": "Claude",
    "entry_id": "01JC",
    "window_id": "session",
    "window_name": "Session",
}

pytestmark = pytest.mark.usefixtures("example")


@pytest.fixture
async def account(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, tmp_path: Path
) -> MockConfigEntry:
    """Return an account, in a Home Assistant that has the blueprints in its configuration."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    says(upstream)
    entry = await add_example(hass)
    shutil.copytree(ROOT / "blueprints", tmp_path / "blueprints")
    hass.config.config_dir = str(tmp_path)
    return entry


@pytest.fixture
def event(hass: HomeAssistant, account: MockConfigEntry) -> str:
    return entity_of(hass, account, "event", "quota")


@pytest.fixture
def sent(hass: HomeAssistant) -> list[ServiceCall]:
    return async_mock_service(hass, "test", "sent")


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation from a blueprint."""
    config = {"id": name, "use_blueprint": {"path": f"ai_quota/{name}.yaml", "input": inputs}}
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    await hass.async_block_till_done()
    (entity_id,) = hass.states.async_entity_ids(automation.DOMAIN)
    state = hass.states.get(entity_id)
    assert state
    assert state.state == "on"


@pytest.fixture
async def shown(hass: HomeAssistant) -> dict[str, Any]:
    """Return the notifications that Home Assistant shows, by id."""
    shown: dict[str, Any] = {}

    @callback
    def note(what: UpdateType, notifications: dict[str, Any]) -> None:
        if what is UpdateType.REMOVED:
            for notification_id in notifications:
                del shown[notification_id]
        else:
            shown.update(notifications)

    persistent_notification.async_register_callback(hass, note)
    assert await async_setup_component(hass, "persistent_notification", {})
    return shown


# The files


def test_there_are_six() -> None:
    assert NAMES == ["expiring_credits", "fresh_again", "low_quota", "outage", "save_the_rest", "sign_in"]


async def test_home_assistant_takes_them(hass: HomeAssistant, account: MockConfigEntry) -> None:
    assert await async_setup_component(hass, automation.DOMAIN, {})
    found = await async_get_blueprints(hass).async_get_blueprints()
    ours = {path: blueprint for path, blueprint in found.items() if path.startswith("ai_quota/")}
    assert ours.keys() == {f"ai_quota/{name}.yaml" for name in NAMES}
    for path, blueprint in ours.items():
        assert not isinstance(blueprint, BlueprintException), blueprint
        assert blueprint.validate() is None
        assert blueprint.metadata["source_url"] == f"{PAGES}/{Path(path).name}"


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_has_a_link_that_imports_it(name: str) -> None:
    address = quote(f"{PAGES}/{name}.yaml", safe="")
    link = f"https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url={address}"
    assert link in (ROOT / "README.md").read_text()


# A quota runs low


async def test_low_quota(hass: HomeAssistant, account: MockConfigEntry, event: str, sent: list[ServiceCall]) -> None:
    await use(hass, "low_quota", accounts=[device_of(hass, account)], notify=[GROUPED])
    tell(
        hass,
        event,
        "threshold_reached",
        **SESSION,
        used_percent=82.7,
        threshold=80,
        resets_at="2026-11-22T09:00:00+00:00",
    )
    await hass.async_block_till_done()
    assert sent[0].data == {
        "title": "Example (someone)",
        "message": "Claude, Session: 82 % used, resets Sunday 09:00",
        "tag": "ai_quota_01JC_session",
        "group": "ai_quota_01JC",
    }


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"used_percent": 100}, "Claude, Session: 100 % used"),
        ({}, "Claude, Session: used up"),
        (
            {"used_percent": 96, "resets_at": "2026-12-31T09:00:00+00:00"},
            "Claude, Session: 96 % used, resets 2026-12-31",
        ),
    ],
)
async def test_low_quota_says_what_is_known(
    hass: HomeAssistant,
    account: MockConfigEntry,
    event: str,
    sent: list[ServiceCall],
    told: dict[str, Any],
    message: str,
) -> None:
    await use(hass, "low_quota", accounts=[device_of(hass, account)], notify=[SENT])
    tell(hass, event, "exhausted", **SESSION, **told)
    await hass.async_block_till_done()
    assert [call.data["message"] for call in sent] == [message]


async def test_low_quota_tells_of_each_window_by_itself(
    hass: HomeAssistant, account: MockConfigEntry, event: str, sent: list[ServiceCall]
) -> None:
    await use(hass, "low_quota", accounts=[device_of(hass, account)], notify=[GROUPED])
    for window in ("session", "weekly", "monthly"):
        tell(hass, event, "exhausted", **{**SESSION, "window_id": window}, used_percent=100)
    await hass.async_block_till_done()
    assert {call.data["tag"] for call in sent} == {f"ai_quota_01JC_{each}" for each in ("session", "weekly", "monthly")}
    assert {call.data["group"] for call in sent} == {"ai_quota_01JC"}


async def test_low_quota_of_chosen_windows(
    hass: HomeAssistant, account: MockConfigEntry, event: str, sent: list[ServiceCall]
) -> None:
    await use(hass, "low_quota", accounts=[device_of(hass, account)], windows=["weekly"], notify=[SENT])
    tell(hass, event, "exhausted", **SESSION)
    tell(hass, event, "exhausted", **{**SESSION, "window_id": "weekly"})
    await hass.async_block_till_done()
    assert [call.data["tag"] for call in sent] == ["ai_quota_01JC_weekly"]


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [
        ("00:00:00", "00:00:00", 1),
        ("11:00:00", "13:00:00", 0),
        ("12:00:00", "13:00:00", 0),
        ("11:00:00", "12:00:00", 1),
        ("22:00:00", "07:00:00", 1),
        ("22:00:00", "12:30:00", 0),
        ("11:30:00", "07:00:00", 0),
    ],
)
@pytest.mark.parametrize(("name", "event_type"), [("low_quota", "exhausted"), ("fresh_again", "restored")])
async def test_quiet_hours(
    hass: HomeAssistant,
    account: MockConfigEntry,
    event: str,
    sent: list[ServiceCall],
    name: str,
    event_type: str,
    begin: str,
    end: str,
    told: int,
) -> None:
    await use(hass, name, accounts=[device_of(hass, account)], notify=[SENT], quiet_from=begin, quiet_until=end)
    tell(hass, event, event_type, **SESSION)
    await hass.async_block_till_done()
    assert len(sent) == told


async def test_by_itself_a_newer_notification_takes_the_place_of_the_older(
    hass: HomeAssistant, account: MockConfigEntry, event: str, shown: dict[str, Any]
) -> None:
    await use(hass, "low_quota", accounts=[device_of(hass, account)])
    tell(hass, event, "threshold_reached", **SESSION, used_percent=80)
    tell(hass, event, "threshold_reached", **SESSION, used_percent=95)
    await hass.async_block_till_done()
    assert {tag: each["message"] for tag, each in shown.items()} == {
        "ai_quota_01JC_session": "Claude, Session: 95 % used"
    }


# Go on


@pytest.mark.parametrize(
    ("inputs", "event_type", "told", "message"),
    [
        ({}, "reset", {"previous_used_percent": 90, "used_percent": 1}, "Claude, Session: reset, 99 % left"),
        ({}, "reset", {"previous_used_percent": 89, "used_percent": 1}, None),
        ({"min_used": 50}, "reset", {"previous_used_percent": 50}, "Claude, Session: reset"),
        (
            {},
            "reset",
            {"previous_used_percent": 95, "used_percent": 0, "early": True},
            "Claude, Session: reset early, 100 % left",
        ),
        ({"only_exhausted": True}, "reset", {"previous_used_percent": 99}, None),
        ({"only_exhausted": True}, "reset", {"previous_used_percent": 100}, "Claude, Session: reset"),
        ({"only_exhausted": True}, "restored", {"used_percent": 60}, "Claude, Session: there is more, 40 % left"),
        ({}, "recovered", {}, None),
        ({"windows": ["weekly"]}, "restored", {}, None),
        ({"windows": ["session"]}, "restored", {}, "Claude, Session: there is more"),
    ],
)
async def test_fresh_again(
    hass: HomeAssistant,
    account: MockConfigEntry,
    event: str,
    sent: list[ServiceCall],
    inputs: dict[str, Any],
    event_type: str,
    told: dict[str, Any],
    message: str | None,
) -> None:
    await use(hass, "fresh_again", accounts=[device_of(hass, account)], notify=[SENT], **inputs)
    tell(hass, event, event_type, **SESSION, **told)
    await hass.async_block_till_done()
    assert [call.data["message"] for call in sent] == ([message] if message else [])


# Sign in again


async def test_sign_in(
    hass: HomeAssistant, account: MockConfigEntry, event: str, sent: list[ServiceCall], shown: dict[str, Any]
) -> None:
    who = {key: SESSION[key] for key in ("provider", "provider_name", "entry_id")}
    await use(hass, "sign_in", accounts=[device_of(hass, account)], notify=[SENT])
    tell(hass, event, "auth_failed", **who, error="The key was rejected.")
    await hass.async_block_till_done()
    assert shown.keys() == {"ai_quota_sign_in_01JC"}
    notification = shown["ai_quota_sign_in_01JC"]
    assert notification["title"] == "Example (someone)"
    assert "(/config/integrations/integration/ai_quota)" in notification["message"]
    assert len(sent) == 1
    tell(hass, event, "recovered", **who, failed_for=60)
    await hass.async_block_till_done()
    assert shown == {}
    assert len(sent) == 1


# Outages


async def test_outage(hass: HomeAssistant, account: MockConfigEntry, event: str, shown: dict[str, Any]) -> None:
    who = {"provider": "claude", "provider_name": "Claude", "entry_id": "01JC"}
    await use(hass, "outage", accounts=[device_of(hass, account)])
    tell(hass, event, "provider_outage", **who, indicator="major", description="Claude Code: partial outage")
    await hass.async_block_till_done()
    notification = shown["ai_quota_outage_claude"]
    assert notification["title"] == "Claude has a problem"
    assert notification["message"] == "Claude Code: partial outage"
    tell(hass, event, "provider_recovered", **who, indicator="none")
    await hass.async_block_till_done()
    assert shown == {}


async def test_outage_light(hass: HomeAssistant, account: MockConfigEntry, event: str, sent: list[ServiceCall]) -> None:
    said = {"action": "test.sent", "data": {"said": "{{ indicator }}: {{ title }}, {{ message }}"}}
    await use(hass, "outage", accounts=[device_of(hass, account)], outage=[said], recovered=[said])
    who = {"provider": "claude", "provider_name": "Claude"}
    tell(hass, event, "provider_outage", **who, indicator="minor")
    tell(hass, event, "provider_recovered", **who, indicator="none")
    await hass.async_block_till_done()
    assert [call.data["said"] for call in sent] == [
        "minor: Claude has a problem, minor",
        "none: Claude works again, none",
    ]


# Expiring credits


async def at_nine(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to("2026-11-27T09:00:00.5+00:00")
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    await hass.services.async_call(automation.DOMAIN, "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize(
    ("days", "lines"),
    [
        (3, []),
        (7, ["Example (someone): Odd credits, 3 credits, 2026-12-01 00:00"]),
        (
            40,
            [
                "Example (someone): Fuel packs, 900 tokens, 2026-12-31 00:00",
                "Example (someone): Odd credits, 3 credits, 2026-12-01 00:00",
            ],
        ),
    ],
)
async def test_expiring_credits(
    hass: HomeAssistant,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    sent: list[ServiceCall],
    days: int,
    lines: list[str],
) -> None:
    await use(hass, "expiring_credits", accounts=[device_of(hass, account)], days=days, notify=[SENT])
    await at_nine(hass, freezer)
    assert [call.data["message"].splitlines() for call in sent] == ([lines] if lines else [])


async def test_expiring_credits_of_several_accounts(
    hass: HomeAssistant,
    upstream: Upstream,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    sent: list[ServiceCall],
) -> None:
    end = "2026-11-29T00:00:00+00:00"
    plan = {"id": "weekly", "name": "Weekly", "used_percent": 100, "remaining": 0, "duration": 10080, "expires_at": end}
    spent = {"id": "pack", "name": "Pack", "used_percent": 100, "remaining": 0, "unit": "tokens", "expires_at": end}
    gone = {"id": "gone", "name": "Gone", "value": 0, "unit": "USD", "kind": "balance", "expires_at": end}
    says(upstream, {"windows": [plan, spent], "metrics": [gone]})
    second = await add_example(hass, title="Second")
    third = await add_example(hass, title="Third")
    await hass.config_entries.async_unload(third.entry_id)
    accounts = [device_of(hass, entry) for entry in (third, account, second)]
    await use(hass, "expiring_credits", accounts=accounts, days=4, notify=[SENT])
    await at_nine(hass, freezer)
    (call,) = sent
    assert call.data["title"] == "2 things end soon"
    assert call.data["message"].splitlines() == [
        "Example (someone): Odd credits, 3 credits, 2026-12-01 00:00",
        "Second: Weekly, 2026-11-29 00:00",
    ]


# Save the rest


async def test_save_the_rest(
    hass: HomeAssistant,
    upstream: Upstream,
    account: MockConfigEntry,
    event: str,
    freezer: FrozenDateTimeFactory,
    sent: list[ServiceCall],
) -> None:
    done = {name: [{"action": "test.sent", "data": {"does": name}}] for name in ("save", "go_on")}
    await use(hass, "save_the_rest", account=device_of(hass, account), window="session", threshold=90, **done)
    says(upstream, rich(session=95, budget=95))
    await poll(hass, freezer)
    assert [call.data["does"] for call in sent] == ["save"]
    tell(hass, event, "reset", **{**SESSION, "window_id": "budget"}, previous_used_percent=95)
    tell(hass, event, "reset", **SESSION, previous_used_percent=80)
    await hass.async_block_till_done()
    assert len(sent) == 1
    tell(hass, event, "reset", **SESSION, previous_used_percent=95)
    await hass.async_block_till_done()
    assert [call.data["does"] for call in sent] == ["save", "go_on"]


async def test_save_the_rest_waits_for_the_last_window(
    hass: HomeAssistant, account: MockConfigEntry, event: str, sent: list[ServiceCall]
) -> None:
    # The other week is used up to 91 % when the session resets.
    done = {name: [{"action": "test.sent", "data": {"does": name}}] for name in ("save", "go_on")}
    await use(hass, "save_the_rest", account=device_of(hass, account), threshold=90, **done)
    tell(hass, event, "reset", **SESSION, previous_used_percent=95)
    await hass.async_block_till_done()
    assert sent == []
    week = entity_of(hass, account, "sensor", "weekly_opus_used")
    hass.states.async_set(week, "0", {"unit_of_measurement": "%", "window_id": "weekly_opus"})
    tell(hass, event, "reset", **{**SESSION, "window_id": "weekly_opus"}, previous_used_percent=91)
    await hass.async_block_till_done()
    assert [call.data["does"] for call in sent] == ["go_on"]


# What a real account tells


async def test_low_quota_of_an_account(
    hass: HomeAssistant,
    upstream: Upstream,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    sent: list[ServiceCall],
) -> None:
    await use(hass, "low_quota", accounts=[device_of(hass, account)], notify=[SENT])
    says(upstream, rich(session=81.5))
    await poll(hass, freezer)
    (call,) = sent
    assert call.data == {
        "title": "Example (someone)",
        "message": "Example, Session: 81 % used, resets Friday 15:00",
        "tag": f"ai_quota_{account.entry_id}_session",
    }


async def test_sign_in_of_an_account(
    hass: HomeAssistant,
    upstream: Upstream,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    shown: dict[str, Any],
) -> None:
    await use(hass, "sign_in", accounts=[device_of(hass, account)])
    says(upstream, status=401)
    await poll(hass, freezer)
    tag = f"ai_quota_sign_in_{account.entry_id}"
    assert shown[tag]["message"].startswith("Example no longer accepts")
    says(upstream)
    await hass.services.async_call("ai_quota", "refresh", {"config_entry_id": account.entry_id}, blocking=True)
    await hass.async_block_till_done()
    assert tag not in shown
