"""What conversation agents can look up, through Home Assistant's own interface for them."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.example import NOW, RICH, add_example, poll, says
from tests.upstream import Upstream

ASSISTANT = "conversation"
TOOL = "ai_quota__get_usage"
SESSION = RICH["windows"][0]


@pytest.fixture(autouse=True)
async def _assist(hass: HomeAssistant, example: None, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("Europe/Vienna")
    for component in ("homeassistant", "llm", "conversation"):
        assert await async_setup_component(hass, component, {})


def expose(hass: HomeAssistant, entry: MockConfigEntry, which: str = "_plan", *, to: str = ASSISTANT) -> None:
    """Expose an entity of an account; there is a sensor of the plan on each."""
    entity_id = f"sensor.{entry.title.lower().replace(' ', '_')}{which}"
    assert hass.states.get(entity_id)
    async_expose_entity(hass, to, entity_id, should_expose=True)


async def add(hass: HomeAssistant, title: str, **entry: Any) -> MockConfigEntry:
    added = await add_example(hass, title=title, **entry)
    expose(hass, added)
    return added


async def tools(hass: HomeAssistant) -> llm.APIInstance:
    context = llm.LLMContext("test", Context(), "en", ASSISTANT, None)
    return await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)


async def ask(hass: HomeAssistant, **arguments: Any) -> Any:
    result = await (await tools(hass)).async_call_tool(llm.ToolInput(TOOL, arguments))
    return getattr(result, "data", result)  # before Home Assistant 2026.10 the data alone


async def titles(hass: HomeAssistant, account: str) -> list[str]:
    return [each["account"] for each in (await ask(hass, account=account)).get("accounts", ()) if "provider" in each]


async def names(hass: HomeAssistant) -> set[str]:
    return {tool.name for tool in (await tools(hass)).tools}


async def test_the_tool_is_there_as_soon_as_an_account_is_exposed(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass, title="Work")
    assert TOOL not in await names(hass)
    expose(hass, entry, to="cloud.alexa")
    assert TOOL not in await names(hass)
    expose(hass, entry)
    assert TOOL in await names(hass)


async def test_it_only_reads(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add(hass, "Work")
    (tool,) = (tool for tool in (await tools(hass)).tools if tool.name == TOOL)
    assert tool.integration == "ai_quota"
    if hasattr(tool, "annotations"):
        assert (tool.annotations.read_only, tool.annotations.destructive) == (True, False)
    before = len(upstream.requests)
    await ask(hass)
    assert len(upstream.requests) == before


async def test_the_tool_tells_all_about_an_account(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    pack = RICH["windows"][3] | {"used": 100.126, "used_percent": 104.5}
    odd = RICH["metrics"][7]
    says(upstream, RICH | {"windows": [SESSION, pack], "metrics": [RICH["metrics"][0], odd]})
    await add(hass, "Work")
    freezer.tick(130)
    (account,) = (await ask(hass))["accounts"]
    limits, figures = account.pop("limits"), account.pop("figures")
    assert account == {
        "provider": "Example",
        "account": "Work",
        "plan": "Max 20x",
        "as_of": "Friday 2026-11-20 13:00",
        "age": "2 minutes",
    }
    assert limits[0] == {
        "name": "Session",
        "used_percent": 42.25,
        "left_percent": 57.75,
        "resets_at": "Friday 2026-11-20 16:00",
        "resets_in": "2 hours 58 minutes",
        "percent_by_even_use": 40,
        "points_above_even_use": 2.25,
        "lasts_until_reset": False,
        "runs_out_at": "Friday 2026-11-20 15:44",
        "runs_out_in": "2 hours 42 minutes",
    }
    assert limits[1] == {
        "name": "Fuel packs",
        "used_percent": 104.5,
        "left_percent": 0,
        "used": 100.13,
        "remaining": 900,
        "limit": 1000,
        "unit": "tokens",
        "expires_at": "Thursday 2026-12-31 01:00",
        "expires_in": "1 month 10 days",
    }
    assert figures == [
        {"name": "Balance", "value": 12.5, "unit": "EUR", "kind": "balance"},
        {
            "name": "Odd credits",
            "value": 3,
            "unit": "credits",
            "kind": "balance",
            "expires_at": "Tuesday 2026-12-01 01:00",
            "expires_in": "10 days 12 hours",
        },
    ]


async def test_what_is_not_known_is_left_out(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, {"windows": [{"id": "weekly", "name": "Weekly", "used_percent": None}], "plan": "Free"})
    await add(hass, "Work")
    (account,) = (await ask(hass))["accounts"]
    assert account["limits"] == [{"name": "Weekly"}]
    assert "figures" not in account


async def test_a_reset_that_nobody_has_seen_yet_is_not_ahead(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    soon = SESSION | {"resets_at": "2026-11-20T12:01:00+00:00"}
    says(upstream, {"windows": [soon], "plan": "Free"})
    await add(hass, "Work")
    freezer.tick(90)
    (account,) = (await ask(hass))["accounts"]
    assert account["limits"][0]["resets_at"] == "Friday 2026-11-20 13:01"
    assert "resets_in" not in account["limits"][0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Home", "Work"]),
        ("my AI plan", ["Home", "Work"]),
        ("example", ["Home", "Work"]),
        ("Exampel", ["Home", "Work"]),
        ("Ex-ample", ["Home", "Work"]),
        ("Example Pro", ["Home"]),
        ("Example Enterprise", ["Home", "Work"]),
        ("the max plan", ["Work"]),
        ("work", ["Work"]),
        ("example at work", ["Work"]),
        ("exam", ["Home", "Work"]),
        ("Claude", []),
    ],
)
async def test_accounts_are_asked_for_as_people_call_them(
    hass: HomeAssistant, upstream: Upstream, asked: str, found: list[str]
) -> None:
    says(upstream)
    says(upstream, RICH | {"plan": "Pro"})
    await add(hass, "Work")
    await add(hass, "Home")
    assert await titles(hass, asked) == found


async def test_for_an_unknown_name_it_says_what_there_is(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add(hass, "Work")
    await add_example(hass, title="Secret project")
    assert await ask(hass, account="Claude") == {
        "error": "There is no account of that name",
        "accounts": ["Work"],
    }


async def test_only_accounts_that_are_exposed_are_told(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await add(hass, "Work")
    await add_example(hass, title="Secret project")
    assert await titles(hass, "") == ["Work"]


async def test_many_accounts_are_told_by_name(hass: HomeAssistant, upstream: Upstream) -> None:
    many = [SESSION | {"id": f"window_{number}"} for number in range(40)]
    says(upstream, RICH | {"windows": many})
    for number in range(14):
        await add(hass, f"Account {number:02}")
    told = await ask(hass)
    assert len(told["accounts"]) == 12
    assert told["ask_by_name_for"] == ["Account 12", "Account 13"]
    assert {len(account["limits"]) for account in told["accounts"]} == {24}
    assert [each["account"] for each in (await ask(hass, account="13"))["accounts"]] == ["Account 13"]


async def test_no_secret_and_no_e_mail_address_is_told(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass, title="Example (ada@example.com)", options={"hide_email": True})
    plan = next(state for state in hass.states.async_all("sensor") if state.entity_id.endswith("_plan"))
    async_expose_entity(hass, ASSISTANT, plan.entity_id, should_expose=True)
    told = str(await ask(hass))
    assert "Example (a…@example.com)" in told
    assert entry.data["api_key"] not in told
    assert "someone" not in told


async def test_figures_stand_for_a_while_when_a_fetch_fails(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    await add(hass, "Work")
    says(upstream, status=503)
    await poll(hass, freezer)
    (account,) = (await ask(hass))["accounts"]
    assert "cannot be reached" in account["problem"]
    assert account["limits"]
    await poll(hass, freezer, 3 * 3600)
    (account,) = (await ask(hass))["accounts"]
    assert "cannot be reached" in account["problem"]
    assert account["age"] == "3 hours"
    assert "limits" not in account
    assert "figures" not in account


async def test_an_account_that_cannot_be_set_up_says_why(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add(hass, "Work")
    says(upstream, status=401)
    await hass.config_entries.async_reload(entry.entry_id)
    assert await ask(hass, account="example") == {
        "accounts": [
            {
                "provider": "Example",
                "account": "Work",
                "problem": "the provider no longer accepts the sign-in; the account has to be signed in again",
            }
        ]
    }


async def test_an_account_that_is_not_loaded_is_not_set_up(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add(hass, "Work")
    await hass.config_entries.async_unload(entry.entry_id)
    (account,) = (await ask(hass))["accounts"]
    assert account["problem"] == "the account is not set up at the moment"


async def test_an_account_that_was_disabled_is_not_told(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add(hass, "Work")
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert TOOL not in await names(hass)
