"""Status pages: what each sort of page says, what of it matters to a provider, and what Home Assistant shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
import logging
import sys
from typing import Any, ClassVar

import aiohttp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ai_quota.diagnostics import async_get_config_entry_diagnostics
from custom_components.ai_quota.quota import PROVIDERS, load
from custom_components.ai_quota.quota.alerts import Alert
from custom_components.ai_quota.quota.model import InvalidResponse, QuotaError, RateLimited, Unavailable
from custom_components.ai_quota.quota.provider import StatusLink
from custom_components.ai_quota.quota.status import (
    _READERS,
    Indicator,
    Page,
    ServiceStatus,
    feed_of,
    first_line,
    google_feed,
    instatus,
    read_status,
    statuspage,
    worst,
)
from custom_components.ai_quota.service_status import pause_of
from tests.common import add_account
from tests.example import SECRETS, Example, add_example, poll, says
from tests.upstream import Upstream

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = "https://status.example.com"
SUMMARY = f"{PAGE}/api/v2/summary.json"
COMPONENTS = f"{PAGE}/api/v2/components.json"
MIRROR = "https://example.statuspage.io"


def component(id: str | None, name: str, status: str = "operational", **more: Any) -> dict[str, Any]:
    return {"id": id, "name": name, "status": status, "group": False, "group_id": None, **more}


def incident(name: str, impact: str, *components: str, status: str = "investigating") -> dict[str, Any]:
    listed = [{"id": id, "name": f"Name of {id}"} for id in components]
    return {"name": name, "impact": impact, "status": status, "components": listed}


def summary(*components: dict[str, Any], indicator: str = "none", **more: Any) -> dict[str, Any]:
    return {
        "page": {"name": "Example", "updated_at": "2026-11-20T11:58:02.512Z"},
        "status": {"indicator": indicator, "description": "Headline"},
        "components": list(components),
        "incidents": [],
        "scheduled_maintenances": [],
        **more,
    }


def link(*components: str, **more: Any) -> StatusLink:
    return StatusLink(PAGE, "statuspage", components, **more)


def told(page: Page, link: StatusLink, source: str = "oauth") -> tuple[str, str | None]:
    status = page.status(link, source)
    return status.indicator.value, status.description


# Indicators


def test_the_worst_of_several() -> None:
    ranked = [
        [Indicator.NONE],
        [Indicator.MAINTENANCE, Indicator.UNKNOWN],
        *([each] for each in Indicator if each.is_problem),
    ]
    assert [each.value for rank in ranked for each in rank] == [
        "none",
        "maintenance",
        "unknown",
        "minor",
        "major",
        "critical",
    ]
    for lower, higher in pairwise(ranked):
        for low in lower:
            for high in higher:
                assert worst([low, high]) is worst([high, low]) is high
    assert worst([]) is Indicator.NONE


@pytest.mark.parametrize(
    ("indicator", "problem"),
    [
        ("none", False),
        ("maintenance", False),
        ("minor", True),
        ("major", True),
        ("critical", True),
        ("unknown", None),
    ],
)
def test_what_is_a_problem(*, indicator: str, problem: bool | None) -> None:
    assert Indicator(indicator).is_problem is problem


# Statuspage


@pytest.mark.parametrize(
    ("said", "indicator"),
    [
        *((each, each) for each in ("none", "minor", "major", "critical", "maintenance")),
        ("unknown", "unknown"),
        ("catastrophic", "unknown"),
        (None, "unknown"),
        (7, "unknown"),
    ],
)
def test_a_page_has_an_indicator(said: Any, indicator: str) -> None:
    assert told(statuspage(summary(indicator=said)), link()) == (indicator, "Headline")


@pytest.mark.parametrize(
    ("said", "indicator", "words"),
    [
        ("operational", "none", "operational"),
        ("degraded_performance", "minor", "degraded performance"),
        ("partial_outage", "major", "partial outage"),
        ("major_outage", "critical", "major outage"),
        ("full_outage", "critical", "major outage"),
        ("under_maintenance", "maintenance", "under maintenance"),
        ("on_fire", "unknown", "state unknown"),
        (None, "unknown", "state unknown"),
    ],
)
def test_a_component_has_a_status(said: Any, indicator: str, words: str) -> None:
    page = statuspage(summary(component("c1", "API", said), indicator="critical"))
    assert told(page, link("API")) == (indicator, f"API: {words}")


CODE = component("c1", "Claude Code")
SITE = component("c2", " claude.ai ", "partial_outage")
API = component("c3", "Claude API", "major_outage")


@pytest.mark.parametrize(
    ("wanted", "components"),
    [
        (("c1",), {"Claude Code": "none"}),
        (("CLAUDE CODE ",), {"Claude Code": "none"}),
        (("claude.ai",), {"claude.ai": "major"}),
        (("c1", "Claude Code", "c2"), {"Claude Code": "none", "claude.ai": "major"}),
        (("claude c*",), {"Claude Code": "none"}),
        (("Claude*",), {"Claude Code": "none", "claude.ai": "major", "Claude API": "critical"}),
        (("C1",), None),
        (("Claude",), None),
    ],
)
def test_components_are_found_by_id_and_by_name(wanted: tuple[str, ...], components: dict[str, str] | None) -> None:
    status = statuspage(summary(CODE, SITE, API)).status(link(*wanted, page_wide=False), "oauth")
    assert status.is_renamed is (components is None)
    assert status.components == (components or {})
    assert status.indicator == worst(map(Indicator, components.values())) if components else Indicator.UNKNOWN


def test_what_the_source_is_read_from_decides_what_matters() -> None:
    page, claude = statuspage(summary(CODE, API)), link("c1", by_source={"api": ("c3",)})
    assert told(page, claude, "oauth") == ("none", "Claude Code: operational")
    assert told(page, claude, "api") == ("critical", "Claude API: major outage")


@pytest.mark.parametrize(
    ("page_wide", "indicator", "description"), [(True, "minor", "Headline"), (False, "unknown", None)]
)
def test_a_renamed_component(*, page_wide: bool, indicator: str, description: str | None) -> None:
    status = statuspage(summary(CODE, indicator="minor")).status(link("Codex", page_wide=page_wide), "oauth")
    assert status.is_renamed
    assert (status.indicator, status.description) == (indicator, description)


def test_what_stands_in_for_components_that_are_not_there() -> None:
    codex = link("Codex*", fallback=("r1", "Responses"))
    responses = component("r1", "Responses", "degraded_performance")
    assert told(statuspage(summary(responses)), codex) == ("minor", "Responses: degraded performance")
    assert told(statuspage(summary(responses, component("x", "Codex Web"))), codex)[0] == "none"


def test_a_group_is_as_its_worst_visible_member() -> None:
    members = [
        component("c1", "Listen", group_id="g1"),
        component("c2", "Speak", "partial_outage", group_id="g1"),
        component("c3", "", "major_outage", group_id="g1"),
        component("c4", "Elsewhere", "major_outage", group_id="g2"),
    ]
    page = statuspage(summary(component("g1", "API", group=True), *members, component("g3", "Empty", "full_outage")))
    assert told(page, link("g1")) == ("major", "API: partial outage")
    assert page.status(link("API", "Empty"), "api").components == {"API": "major", "Empty": "critical"}


def test_the_page_as_a_whole_shows_what_is_at_its_top() -> None:
    rows = [component("g1", "API", group=True), component("c1", "Speak", "partial_outage", group_id="g1")]
    blank = [component("c2", "  ", "major_outage"), component(None, "Site", "full_outage"), component(None, "Site")]
    status = statuspage(summary(*rows, *blank, indicator="major")).status(link(), "api")
    assert status.components == {"API": "major", "Site": "critical"}
    assert status.updated_at == datetime(2026, 11, 20, 11, 58, 2, 512000, UTC)


@pytest.mark.parametrize(
    ("incidents", "ours", "whole"),
    [
        ([], "Claude Code: operational", "Headline"),
        ([incident("Images", "critical", "c9")], "Claude Code: operational", "Images"),
        ([incident("Everything", "critical")], "Claude Code: operational", "Everything"),
        ([incident("Slow", "minor", "c1"), incident("Dead", "major", "c2")], "Slow", "Dead"),
        ([incident("First", "minor", "c1"), incident("Second", "minor", "c1")], "First", "First"),
        ([incident("Over", "minor", "c1", status="resolved")], "Claude Code: operational", "Headline"),
        ([incident("All", "critical", "c1", "c2", "c3")], "All", "All"),
        ([{"name": "By name", "impact": "minor", "components": [{"name": "claude CODE"}]}], "By name", "By name"),
    ],
)
def test_incidents_describe_what_they_list(incidents: list[Any], ours: str, whole: str) -> None:
    page = statuspage(summary(CODE, indicator="critical", incidents=incidents))
    assert told(page, link("c1")) == ("none", ours)
    assert told(page, link()) == ("critical", whole)


def test_an_incident_of_a_member_is_one_of_its_group() -> None:
    rows = [component("g1", "API", group=True), component("c1", "Speak", "degraded_performance", group_id="g1")]
    page = statuspage(summary(*rows, incidents=[incident("Slow speech", "minor", "c1")]))
    assert told(page, link("g1")) == ("minor", "Slow speech")


@pytest.mark.parametrize(("progress", "description"), [("in_progress", "New disks"), ("scheduled", "Headline")])
def test_a_maintenance_is_told_while_it_lasts(progress: str, description: str) -> None:
    planned = [{"name": "New disks", "status": progress, "components": []}]
    assert statuspage(summary(scheduled_maintenances=planned)).status(link(), "api").description == description


def test_odd_rows_are_passed_over() -> None:
    odd = summary(indicator="none", components=[None, "x", CODE], incidents=None, scheduled_maintenances={}, page=[])
    assert told(statuspage(odd), link("c1")) == ("none", "Claude Code: operational")


# Google


def google(**fields: Any) -> dict[str, Any]:
    update = {"when": "2026-11-20T10:00:00+00:00", "status": "SERVICE_OUTAGE", "text": "Gemini is down"}
    affected = [{"id": "gemini", "title": "Gemini"}, {"id": "docs", "title": "Docs"}]
    return {
        "begin": "2026-11-20T09:00:00+00:00",
        "most_recent_update": update,
        "affected_products": affected,
        **fields,
    }


def update(**fields: Any) -> dict[str, Any]:
    return {"most_recent_update": {"text": "Text", **fields}}


WORKSPACE = StatusLink("https://www.google.com/appsstatus", "google_workspace", ("gemini",))


def test_a_google_incident() -> None:
    assert google_feed([google()]).status(WORKSPACE, "oauth") == ServiceStatus(
        indicator=Indicator.CRITICAL,
        description="Gemini is down",
        updated_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        components={"Gemini": Indicator.CRITICAL},
    )


@pytest.mark.parametrize(
    "incident",
    [
        google(end="2026-11-20T11:00:00+00:00"),
        google(affected_products=[{"id": "docs", "title": "Docs"}]),
        google(currently_affected_products=[]),
        google(currently_affected_products=[{"id": "docs", "title": "Docs"}]),
        google(affected_products=None),
    ],
)
def test_a_google_incident_that_does_not_matter(incident: dict[str, Any]) -> None:
    assert google_feed([incident, "odd"]).status(WORKSPACE, "oauth") == ServiceStatus(indicator=Indicator.NONE)


@pytest.mark.parametrize(
    ("fields", "indicator"),
    [
        (update(status="AVAILABLE"), "none"),
        (update(status="SERVICE_INFORMATION"), "minor"),
        (update(status="service_disruption"), "major"),
        (update(status="SERVICE_MAINTENANCE"), "maintenance"),
        (update(status="SCHEDULED_MAINTENANCE"), "maintenance"),
        ({"status_impact": "SERVICE_DISRUPTION", **update()}, "major"),
        ({"status_impact": "SERVICE_DISRUPTION", **update(status="ODD")}, "major"),
        ({"status_impact": "SERVICE_DISRUPTION", **update(status="SERVICE_OUTAGE")}, "critical"),
        ({"severity": "low", **update()}, "minor"),
        ({"severity": "medium", **update(status="ODD")}, "major"),
        ({"severity": "HIGH", **update()}, "critical"),
        (update(), "minor"),
        ({"most_recent_update": None, "updates": [{"status": "AVAILABLE"}, {"status": "SERVICE_OUTAGE"}]}, "critical"),
        ({"most_recent_update": None, "updates": []}, "minor"),
    ],
)
def test_how_bad_a_google_incident_is(fields: dict[str, Any], indicator: str) -> None:
    assert told(google_feed([google(**fields)]), WORKSPACE)[0] == indicator


def test_the_worst_google_incident_wins() -> None:
    mild = google(**update(status="SERVICE_INFORMATION", text="Mild"))
    assert told(google_feed([mild, google(), mild]), WORKSPACE) == ("critical", "Gemini is down")


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        (update(when="2026-11-20T10:00:00.123456+00:00"), "2026-11-20T10:00:00.123456+00:00"),
        ({"modified": "2026-11-20T09:30:00Z", **update()}, "2026-11-20T09:30:00+00:00"),
        (update(when="soon"), "2026-11-20T09:00:00+00:00"),
    ],
)
def test_when_a_google_incident_was_last_heard_of(fields: dict[str, Any], moment: str) -> None:
    found = google_feed([google(**fields)]).status(WORKSPACE, "oauth").updated_at
    assert found == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Plain\nSecond", "Plain"),
        ("**Summary**\n\n- We see **errors** in [Gemini](https://example.com/a_(b)).", "We see errors in Gemini."),
        ("**Summary:**\n* Slow", "Slow"),
        ("**Description**: Engineers look into it", "Engineers look into it"),
        ("**Description\nText", "Text"),
        ("See the **Summary** below", "See the Summary below"),
        ("[" * 100_000, "[" * 1000),
        ("**Summary**\n**Description**\n", None),
        ("", None),
    ],
)
def test_the_first_line_that_says_something(text: str, line: str | None) -> None:
    assert first_line(text) == line


def test_a_google_incident_without_text_has_its_description() -> None:
    assert told(google_feed([google(external_desc="Outage", **update(text=" "))]), WORKSPACE)[1] == "Outage"


# Instatus


def instatus_summary(status: str, *impacts: str) -> dict[str, Any]:
    incidents = [
        {"name": f"Incident {impact}", "impact": impact, "updatedAt": "2026-11-20T10:00:00Z"} for impact in impacts
    ]
    return {"page": {"name": "X", "status": status}, "activeIncidents": incidents}


@pytest.mark.parametrize(
    ("status", "impacts", "outcome"),
    [
        ("UP", (), ("none", "Operational")),
        ("HASISSUES", (), ("minor", "Degraded performance")),
        ("HASISSUES", ("MINOROUTAGE",), ("minor", "Incident MINOROUTAGE")),
        ("HASISSUES", ("DEGRADEDPERFORMANCE", "PARTIALOUTAGE"), ("major", "Incident PARTIALOUTAGE")),
        ("HASISSUES", ("MAJOROUTAGE", "ODD"), ("critical", "Incident MAJOROUTAGE")),
        ("HASISSUES", ("ODD",), ("minor", "Incident ODD")),
        ("UNDERMAINTENANCE", (), ("maintenance", "Under maintenance")),
        ("ODD", (), ("unknown", "State unknown")),
    ],
)
def test_an_instatus_page(status: str, impacts: tuple[str, ...], outcome: tuple[str, str]) -> None:
    page = instatus(instatus_summary(status, *impacts))
    assert told(page, link()) == outcome
    assert (page.updated_at is not None) is bool(impacts)


def test_a_component_of_an_instatus_page() -> None:
    rows = ({"id": "w", "name": "Website", "status": "PARTIALOUTAGE"}, {"id": "x", "name": "", "status": "UP"})
    page = instatus(instatus_summary("HASISSUES", "MAJOROUTAGE"), rows)
    assert told(page, link("website")) == ("major", "Website: partial outage")
    assert (
        told(instatus(instatus_summary("UP"), ({"name": "Website", "status": "x"},)), link("Website"))[0] == "unknown"
    )


# Fetching


async def test_a_page_is_asked_for_json_without_credentials(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("GET", SUMMARY, status=302, headers={"Location": "/moved.json"})
    upstream.answer("GET", f"{PAGE}/moved.json", json=summary(indicator="major"), headers={"Set-Cookie": "a=b"})
    for _ in range(2):
        assert told(await read_status(link(), session, NOW), link())[0] == "major"
    for request in upstream.requests:
        assert request.headers["Accept"] == "application/json"
        assert not request.headers.keys() & {"Authorization", "Cookie"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"text": "<!DOCTYPE html><title>One moment</title>"}, InvalidResponse),
        ({"text": "no JSON"}, InvalidResponse),
        ({"json": []}, InvalidResponse),
        ({"json": {}}, InvalidResponse),
        ({"json": summary(padding="x" * 1024 * 1024)}, InvalidResponse),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example/"}}, InvalidResponse),
        ({"status": 405}, InvalidResponse),
        ({"status": 503}, Unavailable),
        ({"status": 429}, RateLimited),
        ({"fault": "reset"}, Unavailable),
    ],
)
async def test_a_page_that_cannot_be_read(
    session: aiohttp.ClientSession, upstream: Upstream, answer: dict[str, Any], kind: type[QuotaError]
) -> None:
    upstream.answer("GET", SUMMARY, **answer)
    with pytest.raises(kind):
        await read_status(link(), session, NOW)


@pytest.mark.parametrize(
    ("answer", "is_asked"),
    [
        ({"status": 403}, True),
        ({"status": 405}, True),
        ({"text": "<html>One moment</html>"}, True),
        ({"status": 503, "text": "<html>Busy</html>"}, True),
        ({"status": 503}, False),
        ({"text": "no JSON"}, False),
    ],
)
async def test_the_mirror_is_asked_when_the_page_challenges(
    session: aiohttp.ClientSession, upstream: Upstream, answer: dict[str, Any], *, is_asked: bool
) -> None:
    upstream.answer("GET", SUMMARY, **answer)
    upstream.answer("GET", f"{MIRROR}/api/v2/summary.json", json=summary(indicator="minor"))
    mirrored = link(mirror=MIRROR)
    if is_asked:
        assert told(await read_status(mirrored, session, NOW), mirrored)[0] == "minor"
    else:
        with pytest.raises(QuotaError):
            await read_status(mirrored, session, NOW)
    assert bool(upstream.to(f"{MIRROR}/api/v2/summary.json")) is is_asked


async def test_components_that_the_summary_leaves_out(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    codex = link("Codex*", lists_more=True, fallback=("Responses",))
    upstream.answer("GET", SUMMARY, json=summary(component("r", "Responses", "full_outage")))
    listed = [component("w", "Codex Web", "degraded_performance"), component("r", "Responses")]
    upstream.answer("GET", COMPONENTS, json={"components": listed})
    page = await read_status(codex, session, NOW)
    assert told(page, codex) == ("minor", "Codex Web: degraded performance")
    assert told(page, link("Responses"))[0] == "critical", "the summary is the newer of the two"

    upstream.answer("GET", COMPONENTS, status=503)
    for minutes, outcome in ((30, "minor"), (59, "minor"), (60, "critical"), (61, "critical")):
        page = await read_status(codex, session, NOW + timedelta(minutes=minutes), page)
        assert told(page, codex)[0] == outcome, f"after {minutes} minutes"


@pytest.mark.parametrize("answer", [{"text": "<html>"}, {"json": {"components": "none"}}, {"json": []}])
async def test_a_list_of_components_that_cannot_be_read_harms_nothing(
    session: aiohttp.ClientSession, upstream: Upstream, answer: dict[str, Any]
) -> None:
    upstream.answer("GET", SUMMARY, json=summary(CODE))
    upstream.answer("GET", COMPONENTS, **answer)
    claude = link("c1", lists_more=True)
    assert told(await read_status(claude, session, NOW), claude)[0] == "none"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("google_workspace", "https://www.google.com/appsstatus/dashboard/incidents.json"),
        ("google_cloud", "https://status.cloud.google.com/incidents.json"),
    ],
)
async def test_a_feed_of_google_may_be_large(
    session: aiohttp.ClientSession, upstream: Upstream, kind: str, address: str
) -> None:
    feed = StatusLink("https://elsewhere.example/history", kind, ("gemini",))
    upstream.answer("GET", address, json=[google(padding="x" * 2 * 1024 * 1024)])
    upstream.answer("GET", address, json={"incidents": []})
    assert told(await read_status(feed, session, NOW), feed) == ("critical", "Gemini is down")
    with pytest.raises(InvalidResponse, match="the feed of incidents is missing or not a list"):
        await read_status(feed, session, NOW)


async def test_an_instatus_page_is_two_documents(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    site = StatusLink(PAGE, "instatus", ("Website",))
    upstream.answer("GET", f"{PAGE}/summary.json", json=instatus_summary("UP"))
    rows = [{"id": "w", "name": "Website", "status": "MAJOROUTAGE"}]
    upstream.answer("GET", f"{PAGE}/components.json", json={"components": rows})
    upstream.answer("GET", f"{PAGE}/components.json", status=500)
    page = await read_status(site, session, NOW)
    assert told(page, site)[0] == "critical"
    page = await read_status(site, session, NOW + timedelta(minutes=5), page)
    assert told(page, site)[0] == "critical"


# The providers


def links() -> list[StatusLink]:
    return [status for status in (load(id).status for id in PROVIDERS) if status]


def test_every_page_is_of_a_sort_that_can_be_read_or_a_link() -> None:
    assert {each.kind for each in links()} <= {"link", *_READERS}
    for each in links():
        assert each.url.startswith("https://")
        assert each.kind == "link" or feed_of(each).startswith("https://")


def test_providers_agree_on_the_page_that_they_share() -> None:
    pages: dict[str, set[tuple[Any, ...]]] = {}
    for each in links():
        pages.setdefault(feed_of(each), set()).add((each.kind, each.mirror, each.lists_more, each.every))
    assert [address for address, sorts in pages.items() if len(sorts) > 1] == []


def test_components_depend_on_sources_that_there_are() -> None:
    for provider in map(load, PROVIDERS):
        if provider.status:
            assert all(provider.strategy_of(source) for source in provider.status.by_source)


# Home Assistant


STATUS = "sensor.example_someone_service_status"
PROBLEM = "binary_sensor.example_someone_provider_problem"
USED = "sensor.example_someone_session_usage"


class Other(Example):
    """Another provider on the same page."""

    id = "other"
    name = "Other"
    status: ClassVar[StatusLink | None] = link("Site")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, upstream: Upstream, example: None) -> Callable[..., None]:
    """Give the example a status page; return how the page says something from now on."""
    monkeypatch.setattr(Example, "status", link("API"))
    monkeypatch.setitem(PROVIDERS, "other", "Other")
    monkeypatch.setitem(sys.modules, "custom_components.ai_quota.quota.providers.other", sys.modules[__name__])
    says(upstream)

    def say(api: str = "operational", site: str = "operational", **answer: Any) -> None:
        document = summary(component("a", "API", api), component("s", "Site", site))
        upstream.answer("GET", SUMMARY, **(answer or {"json": document, "headers": {"Set-Cookie": "visitor=1"}}))

    return say


async def settle(hass: HomeAssistant) -> None:
    """Wait for looks at pages, which nobody else waits for."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def add_watched(hass: HomeAssistant, **entry: Any) -> MockConfigEntry:
    added = await add_example(hass, **entry)
    await settle(hass)
    return added


async def test_what_is_shown(
    hass: HomeAssistant, page: Callable[..., None], entity_registry: er.EntityRegistry
) -> None:
    page(api="partial_outage")
    entry = await add_watched(hass)
    shown = hass.states.get(STATUS)
    assert shown.state == "major"
    details = {
        "description": "API: partial outage",
        "updated_at": "2026-11-20T11:58:02.512000+00:00",
        "url": PAGE,
        "components": {"API": "major"},
    }
    assert details.items() <= shown.attributes.items()
    assert details.keys() <= shown.state_info["unrecorded_attributes"]
    assert shown.attributes["options"] == ["none", "minor", "major", "critical", "maintenance", "unknown"]
    assert hass.states.get(PROBLEM).state == "on"
    registered = {each.unique_id: each for each in er.async_entries_for_config_entry(entity_registry, entry.entry_id)}
    assert registered[f"{entry.entry_id}_service_status"].entity_category == "diagnostic"
    assert registered[f"{entry.entry_id}_provider_problem"].entity_category is None


@pytest.mark.parametrize(
    ("status", "indicator", "problem"),
    [
        ("operational", "none", "off"),
        ("degraded_performance", "minor", "on"),
        ("full_outage", "critical", "on"),
        ("under_maintenance", "maintenance", "off"),
        ("odd", "unknown", "unknown"),
    ],
)
async def test_every_state(
    hass: HomeAssistant, page: Callable[..., None], status: str, indicator: str, problem: str
) -> None:
    page(api=status)
    await add_watched(hass)
    assert hass.states.get(STATUS).state == indicator
    assert hass.states.get(PROBLEM).state == problem


async def test_accounts_share_a_page_and_look_at_their_own_parts(
    hass: HomeAssistant, page: Callable[..., None], upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    page(api="major_outage", site="degraded_performance")
    first = await add_watched(hass)
    second = await add_account(hass, "other", {"api_key": SECRETS["api_key"]}, options={})
    await settle(hass)
    assert len(upstream.to(SUMMARY)) == 1
    assert hass.states.get(STATUS).state == "critical"
    assert hass.states.get("sensor.other_service_status").state == "minor"

    page()
    await poll(hass, freezer, 5.6 * 60)
    assert [each.headers.get("Cookie") for each in upstream.to(SUMMARY)] == [None, None]
    assert hass.states.get(STATUS).state == hass.states.get("sensor.other_service_status").state == "none"

    # The one that brought the page into being leaves, and the other goes on.
    await hass.config_entries.async_unload(first.entry_id)
    page(site="full_outage")
    await poll(hass, freezer, 5.6 * 60)
    assert len(upstream.to(SUMMARY)) == 3
    assert hass.states.get("sensor.other_service_status").state == "critical"

    await hass.config_entries.async_unload(second.entry_id)
    await poll(hass, freezer, 60 * 60)
    assert len(upstream.to(SUMMARY)) == 3


@pytest.mark.parametrize("minutes", [5, 15])
async def test_how_often_a_page_is_read(
    hass: HomeAssistant,
    page: Callable[..., None],
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
) -> None:
    monkeypatch.setattr(Example, "status", link(every=minutes))
    page()
    await add_watched(hass)
    for times in range(1, 4):
        assert len(upstream.to(SUMMARY)) == times
        await poll(hass, freezer, minutes * 0.88 * 60)
        assert len(upstream.to(SUMMARY)) == times
        await poll(hass, freezer, minutes * 0.24 * 60)


async def test_a_page_is_read_only_while_somebody_looks(
    hass: HomeAssistant,
    page: Callable[..., None],
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
) -> None:
    page()
    entry = await add_watched(hass)
    entity_registry.async_update_entity(STATUS, disabled_by=er.RegistryEntryDisabler.USER)
    await poll(hass, freezer, 6 * 60)
    assert len(upstream.to(SUMMARY)) == 2
    entity_registry.async_update_entity(PROBLEM, disabled_by=er.RegistryEntryDisabler.USER)
    await poll(hass, freezer, 60 * 60)
    assert len(upstream.to(SUMMARY)) == 2

    page(api="full_outage")
    entity_registry.async_update_entity(PROBLEM, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)
    assert hass.states.get(PROBLEM).state == "on"


async def test_a_page_that_cannot_be_read_says_for_an_hour_what_it_said(
    hass: HomeAssistant,
    page: Callable[..., None],
    upstream: Upstream,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page(api="degraded_performance")
    await add_watched(hass)
    caplog.clear()
    page(status=405, text="<html>Prove that you are human</html>")
    await poll(hass, freezer, 30 * 60)
    await poll(hass, freezer, 29 * 60)
    assert hass.states.get(STATUS).state == "minor"
    assert hass.states.get(PROBLEM).state == "on"
    await poll(hass, freezer, 60)
    assert hass.states.get(STATUS).state == STATE_UNKNOWN
    assert hass.states.get(STATUS).attributes["description"] is None
    assert hass.states.get(PROBLEM).state == STATE_UNKNOWN

    # Nothing else is touched by it, and it is told once.
    assert hass.states.get(USED).state not in (STATE_UNKNOWN, STATE_UNAVAILABLE)
    assert ir.async_get(hass).issues == {}
    mine = [
        record for record in caplog.records if "custom_components" in record.name and record.levelno > logging.DEBUG
    ]
    assert [(each.levelname, each.getMessage()) for each in mine] == [
        ("WARNING", "The status page status.example.com cannot be read: status.example.com answered HTTP 405")
    ]

    page()
    await poll(hass, freezer, 6 * 60)
    assert hass.states.get(STATUS).state == "none"
    assert "recovered" in caplog.text


async def test_a_page_that_could_never_be_read_leaves_the_account_alone(
    hass: HomeAssistant, page: Callable[..., None]
) -> None:
    page(fault="reset")
    await add_watched(hass)
    assert hass.states.get(STATUS).state == hass.states.get(PROBLEM).state == STATE_UNKNOWN
    assert hass.states.get(USED).state == "42.25"


async def test_the_status_is_shown_while_the_account_cannot_be_read(
    hass: HomeAssistant, page: Callable[..., None], upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    page(api="full_outage")
    await add_watched(hass)
    says(upstream, status=503)
    for _ in range(5):
        await poll(hass, freezer, 40 * 60)
    assert hass.states.get(USED).state == STATE_UNAVAILABLE
    assert hass.states.get(STATUS).state == "critical"


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, None), (10, 300), (1800, 1800), (86_400, 3600)])
def test_a_page_may_ask_for_a_pause(retry_after: float | None, seconds: float | None) -> None:
    assert pause_of(RateLimited(retry_after=retry_after), 300) == seconds
    assert pause_of(Unavailable("down"), 300) is None


async def test_a_pause_is_kept(
    hass: HomeAssistant, page: Callable[..., None], upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    page(status=429, headers={"Retry-After": "1800"})
    page()
    await add_watched(hass)
    await poll(hass, freezer, 25 * 60)
    assert len(upstream.to(SUMMARY)) == 1
    await poll(hass, freezer, 6 * 60)
    assert hass.states.get(STATUS).state == "none"


async def test_a_page_that_nobody_wants_is_not_read(
    hass: HomeAssistant, page: Callable[..., None], upstream: Upstream
) -> None:
    page()
    await add_watched(hass, options={"service_status": False})
    assert hass.states.get(STATUS) is hass.states.get(PROBLEM) is None
    assert upstream.to(SUMMARY) == []


async def test_a_page_that_no_machine_can_read_is_a_link(
    hass: HomeAssistant, page: Callable[..., None], upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Example, "status", StatusLink(PAGE))
    entry = await add_watched(hass)
    assert hass.states.get(STATUS) is hass.states.get(PROBLEM) is None
    assert hass.states.get("sensor.example_someone_last_success").attributes["status_page"] == PAGE
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["status_page"] == {"url": PAGE, "kind": "link"}
    assert [each for each in upstream.requests if each.url.host == "status.example.com"] == []


async def test_diagnostics_tell_what_the_page_said(hass: HomeAssistant, page: Callable[..., None]) -> None:
    page(api="full_outage")
    found = await async_get_config_entry_diagnostics(hass, await add_watched(hass))
    assert json.loads(json.dumps(found["status_page"])) == {
        "url": PAGE,
        "kind": "statuspage",
        "ok": True,
        "indicator": "critical",
        "description": "API: major outage",
        "updated_at": "2026-11-20T11:58:02.512000+00:00",
        "components": {"API": "critical"},
    }


async def test_a_renamed_component_is_told_once_for_those_who_look(
    hass: HomeAssistant, page: Callable[..., None], freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page(json=summary(CODE, indicator="minor"))
    await add_watched(hass)
    assert hass.states.get(STATUS).state == "minor"
    await poll(hass, freezer, 6 * 60)
    told = [each for each in caplog.messages if "has none of the components of example any more" in each]
    assert len(told) == 1


async def test_an_account_that_leaves_while_its_page_is_read(
    hass: HomeAssistant, page: Callable[..., None], upstream: Upstream
) -> None:
    page()
    entry = await add_example(hass)  # whose first look at the page has begun
    await hass.config_entries.async_unload(entry.entry_id)
    await settle(hass)
    assert len(upstream.to(SUMMARY)) == 1
    assert hass.states.get(STATUS).state == STATE_UNAVAILABLE


async def test_an_outage_is_an_alert_for_the_account_that_it_concerns(
    hass: HomeAssistant, page: Callable[..., None], freezer: FrozenDateTimeFactory
) -> None:
    page()
    entry = await add_watched(hass)
    other = await add_account(hass, "other", {"api_key": SECRETS["api_key"]}, options={})
    heard: list[tuple[str, str, str | None]] = []

    def listen(alert: Alert) -> None:
        # By now the entities show it.
        problem = hass.states.get(PROBLEM).state
        heard.append((alert.type.value, problem, alert.payload.get("description")))

    entry.runtime_data.async_listen_to_alerts(listen)
    other.runtime_data.async_listen_to_alerts(listen)
    for status in (
        "operational",
        "under_maintenance",
        "partial_outage",
        "full_outage",
        "under_maintenance",
        "odd",
        "operational",
        "operational",
    ):
        page(api=status)
        await poll(hass, freezer, 6 * 60)
    assert heard == [
        ("provider_outage", "on", "API: partial outage"),
        ("provider_recovered", "off", "API: operational"),
    ]
