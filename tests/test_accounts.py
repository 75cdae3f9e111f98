"""Several accounts: who an answer is of, and what becomes of answers of somebody else."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.quota import load
from custom_components.ai_quota.quota.credentials import Settings
from custom_components.ai_quota.quota.model import Snapshot
from custom_components.ai_quota.quota.provider import contradict
from tests.example import RICH, Example, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

MINE = "example:user-4711"
OTHER = RICH | {
    "identity": "user-4712",
    "account": "other@example.com",
    "organization": "Difference Engines",
    "plan": "Pro",
    "windows": [{"id": "session", "name": "Session", "used_percent": 7}],
}
SESSION = "sensor.example_someone_session_usage"
PLAN = "sensor.example_someone_plan"


def named(**who: str | None) -> dict[str, Any]:
    """Return the answer of an account that says only this about itself."""
    return {**RICH, "account": None, "organization": None, "identity": None, **who}


async def usage(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    found: dict[str, Any] = await hass.services.async_call(
        DOMAIN, "get_usage", {"config_entry_id": entry.entry_id}, blocking=True, return_response=True
    )
    return found


def asks_to_sign_in(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
    return bool(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


async def test_nothing_of_another_account_is_shown(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass, unique_id=MINE)
    history = entry.runtime_data.history.as_dict()
    says(upstream, OTHER)
    await poll(hass, freezer)
    assert asks_to_sign_in(hass, entry)
    assert hass.states.get(SESSION).state == "42.25"
    found = await usage(hass, entry)
    assert (found["account"], found["plan"]) == ("someone@example.com", "Max 20x")
    assert found["attempts"] == [
        {"source": "api", "ok": False, "error": "auth", "message": "signed in as another account"}
    ]
    assert entry.runtime_data.history.as_dict() == history
    assert "other@example.com" not in str(hass.states.async_all())

    await poll(hass, freezer, 3600)
    assert hass.states.get(SESSION).state == STATE_UNAVAILABLE
    says(upstream)
    await entry.runtime_data.async_fetch_now()
    assert hass.states.get(SESSION).state == "42.25"


async def test_another_account_at_the_start_asks_to_sign_in(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, OTHER)
    entry = await add_example(hass, unique_id=MINE)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert "signed in as another account" in (entry.reason or "")
    assert asks_to_sign_in(hass, entry)


async def test_the_next_source_is_tried_after_one_of_another_account(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two sources answer in turn: the first time as somebody else.
    monkeypatch.setattr(Example, "strategies", (Example.api, Example.cli))
    says(upstream, OTHER)
    says(upstream)
    entry = await add_example(hass, {"folder": "/"}, unique_id=MINE)
    found = await usage(hass, entry)
    assert (found["source"], found["account"]) == ("cli", "someone@example.com")
    assert [(each["source"], each["error"]) for each in found["attempts"]] == [("api", "auth"), ("cli", None)]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(named(), id="does not say"),
        pytest.param(named(account="somebody"), id="a login"),
        pytest.param(named(account="someone@example.com"), id="an e-mail, where an id is known"),
        pytest.param(RICH | {"identity": "USER-4711 "}, id="in other letters"),
    ],
)
async def test_what_is_no_other_account(hass: HomeAssistant, upstream: Upstream, answer: dict[str, Any]) -> None:
    says(upstream)
    entry = await add_example(hass, unique_id=MINE)
    says(upstream, answer | {"plan": "Pro"})
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert hass.states.get(PLAN).state == "Pro"


@pytest.mark.parametrize(
    ("known", "answer", "is_other"),
    [
        ("example:me@example.com art", named(account="Me@Example.com", organization="Art"), False),
        ("example:me@example.com art", named(account="me@example.com"), False),
        ("example:me@example.com", named(account="me@example.com", organization="art"), False),
        ("example:me@example.com art", named(account="me@example.com", organization="physics"), True),
        ("example:me@example.com", named(account="me+art@example.com"), True),
        ("example:me@example.com", named(identity="user-1"), False),
        ("example:0123456789abcdef", named(), False),
        ("example:0123456789abcdef", named(identity="user-1"), False),
    ],
)
async def test_an_entry_that_is_known_otherwise(
    hass: HomeAssistant, upstream: Upstream, known: str, answer: dict[str, Any], *, is_other: bool
) -> None:
    says(upstream, answer)
    entry = await add_example(hass, unique_id=known)
    assert entry.state is (ConfigEntryState.SETUP_ERROR if is_other else ConfigEntryState.LOADED)


@pytest.mark.parametrize(
    ("known", "found", "is_other"),
    [
        ("devin:org-1a2b", "org-1a2b", False),
        ("devin:org-1a2b", "org-3c4d", True),
        ("devin:org-1a2b", "engines", False),
        ("devin:engines", "org-1a2b", False),
        ("devin:engines", "difference", True),
    ],
)
def test_an_organization_of_devin_goes_by_two_names(known: str, found: str, *, is_other: bool) -> None:
    devin = load("devin")
    snapshot = Snapshot(identity=found, provider="devin", source="web", fetched_at=datetime.now(UTC))
    assert devin.is_another(snapshot, Settings(devin.fields, {}, {}), known) is is_other


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a:1234", "a:1235", True),
        ("a:1234", "a:octocat", False),
        ("a:8d8ac610-566d-4ef0-9c22-186b2a5ed793", "a:user", False),
        ("a:8d8ac610-566d-4ef0-9c22-186b2a5ed793", "a:8d8ac610-566d-4ef0-9c22-186b2a5ed794", True),
        ("a:organization/user", "a:user", False),
        ("a:user organization", "a:user", False),
        ("a:user organization", "a:user another", True),
        ("a:cn:1234", "a:intl:1234", True),
        ("a:host:443/0123456789abcdef", "a:host:443/fedcba9876543210", False),
    ],
)
def test_only_like_kinds_are_compared(first: str, second: str, *, expected: bool) -> None:
    assert contradict(first, second) is expected
    assert contradict(second, first) is expected
