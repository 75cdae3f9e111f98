"""Diagnostics of an account, and that no secret shows anywhere."""

from collections.abc import Callable
import json
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import paths

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.diagnostics import async_get_config_entry_diagnostics
from tests.example import NOW, RICH, SECRETS, TOKEN, USAGE, Example, add_example, poll, says
from tests.upstream import Request, Upstream

pytestmark = pytest.mark.usefixtures("example")

PERSONAL = ("someone@example.com", "Analytical Engines", "user-4711")


@pytest.fixture
async def download(hass: HomeAssistant, hass_client: Callable[..., Any]) -> Callable[[MockConfigEntry], Any]:
    """Return how a person gets the diagnostics of an account."""
    assert await async_setup_component(hass, "diagnostics", {})
    client = await hass_client()

    async def get(entry: MockConfigEntry) -> Any:
        answer = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        return (await answer.json())["data"]

    return get


async def test_all_that_a_rich_account_tells(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, snapshot: SnapshotAssertion
) -> None:
    freezer.move_to(NOW)
    says(upstream)
    entry = await add_example(
        hass,
        {
            "cookie": SECRETS["cookie"],
            "access_token": SECRETS["access_token"],
            "folder": "/usr/share/example",
            "organization": "Analytical Engines",
            "of_an_older_version": "hidden",
        },
        unique_id="example:user-4711",
        options={"scan_interval": 30},
    )
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found == snapshot(exclude=paths("fetch.next_in_seconds", "fetch.attempts.0.seconds"))
    # The jitter, and what the first poll after a start is put off by.
    assert 27 * 60 <= found["fetch"]["next_in_seconds"] <= 34 * 60
    assert found["fetch"]["attempts"][0]["seconds"] >= 0


async def test_a_failure_is_told(
    hass: HomeAssistant, upstream: Upstream, download: Callable[[MockConfigEntry], Any]
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=503)
    await entry.runtime_data.async_refresh()
    found = (await download(entry))["fetch"]
    assert not found["ok"]
    assert found["error"] == {"kind": "unavailable", "message": "api.example.com answered HTTP 503"}
    assert [attempt["error"] for attempt in found["attempts"]] == ["unavailable"]


async def test_names_that_quote_a_person_are_redacted(
    hass: HomeAssistant, upstream: Upstream, download: Callable[[MockConfigEntry], Any]
) -> None:
    window = {"id": "monthly_engines", "name": "Monthly (Analytical Engines)", "used_percent": 5}
    says(upstream, RICH | {"windows": [window]})
    entry = await add_example(hass)
    found = await download(entry)
    assert found["snapshot"]["windows"][0]["name"] == "Monthly (**REDACTED**)"
    assert not [each for each in PERSONAL if each in json.dumps(found)]


async def test_an_account_that_could_not_be_set_up_has_diagnostics_too(
    hass: HomeAssistant, upstream: Upstream, download: Callable[[MockConfigEntry], Any]
) -> None:
    says(upstream, status=503)
    entry = await add_example(hass)
    assert await download(entry) == {
        "entry": {
            "version": "1.1",
            "state": "setup_retry",
            "error": "unavailable",
            "data": {"provider": "example", "source": "auto", "api_key": "**REDACTED**"},
            "options": {},
        }
    }


# No secret shows anywhere


RENEWED = {
    "access_token": "second-access-token-of-the-example-account",
    "refresh_token": "second-refresh-token-of-the-example-account",
}
UNSAYABLE = {*SECRETS.values(), *RENEWED.values(), SECRETS["cookie"].partition("=")[2]}


def echo(status: int) -> Callable[[Request], dict[str, Any]]:
    """Return a server that repeats the credentials it was sent, as careless ones do."""

    def response(request: Request) -> dict[str, Any]:
        heard = f"{request.headers['Authorization']} {request.headers['Cookie']}"
        return {"status": status, "json": {"error": heard, "windows": heard, "message": heard}}

    return response


def shown(hass: HomeAssistant) -> str:
    """Return all that people and other integrations can see without asking."""
    seen = [state.as_dict() for state in hass.states.async_all()]
    seen += [device.dict_repr for device in dr.async_get(hass).devices]
    seen += [entity.extended_dict for entity in er.async_get(hass).entities.values()]
    seen += [[issue.translation_placeholders, issue.data] for issue in ir.async_get(hass).issues.values()]
    return json.dumps(seen, default=str)


@pytest.mark.parametrize("status", [200, 401, 404, 429, 503])
async def test_no_secret_shows_anywhere(
    hass: HomeAssistant,
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("EXAMPLE_API_KEY", SECRETS["api_key"])
    upstream.answer("POST", TOKEN, json=RENEWED)
    says(upstream)
    entry = await add_example(hass, SECRETS)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["refresh_token"] == RENEWED["refresh_token"]
    said = [shown(hass)]

    upstream.answer("GET", USAGE, echo(status))
    with pytest.raises(HomeAssistantError) as raised:
        await hass.services.async_call(DOMAIN, "refresh", {"config_entry_id": entry.entry_id}, blocking=True)
    await poll(hass, freezer)
    usage = await hass.services.async_call(
        DOMAIN, "get_usage", {"config_entry_id": entry.entry_id}, blocking=True, return_response=True
    )
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    said += [shown(hass), str(raised.value), json.dumps(usage), json.dumps(diagnostics)]
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    said += [shown(hass), entry.reason or "", entry.title, caplog.text]

    # What was looked through is what it should be, and the server did hear the secrets.
    assert "weekly_opus" in said[0]
    assert "attempts" in said[3]
    assert f"the fetch failed ({raised.value.translation_key})" in caplog.text
    assert {field.key for field in Example.fields if field.is_secret} == SECRETS.keys()
    assert RENEWED["access_token"] in upstream.requests[-1].headers["Authorization"]
    assert [(unsayable, text) for unsayable in UNSAYABLE for text in said if unsayable in text] == []
