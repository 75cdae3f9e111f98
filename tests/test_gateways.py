"""What the cases of gateways cannot show: which accounts are told apart, where their pages are, what is left out."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.quota import load
from custom_components.ai_quota.quota.credentials import Settings
from custom_components.ai_quota.quota.model import Snapshot
from custom_components.ai_quota.quota.providers import clawrouter, wayfinder
from tests.common import add_account
from tests.upstream import Upstream

WAYFINDER = "http://127.0.0.1:8088"


def settings(provider: str, **data: str) -> Settings:
    return Settings(load(provider).fields, data, {})


def identity(provider: str, **data: str) -> str:
    snapshot = Snapshot(
        provider=provider, source="api", fetched_at=datetime(2027, 2, 10, tzinfo=UTC), account="ada@example.org"
    )
    return load(provider).identity(snapshot, settings(provider, **data)) or ""


def serve(upstream: Upstream, base: str, savings: Any) -> None:
    """Answer as a Wayfinder of which only the savings can be had."""
    upstream.answer("GET", f"{base}/healthz", json={"status": "ok"})
    upstream.answer("GET", f"{base}/v1/savings", json=savings)


@pytest.mark.parametrize("provider", ["clawrouter", "sub2api"])
def test_each_key_of_each_gateway_is_an_account_of_its_own(provider: str) -> None:
    mine = identity(provider, api_key="made-up-key", base_url="https://gate.example")
    same = identity(provider, api_key="made-up-key", base_url="GATE.example/v1/")
    others = {
        identity(provider, api_key="another-key", base_url="https://gate.example"),
        identity(provider, api_key="made-up-key", base_url="https://gate.example:8443"),
    }

    assert mine == same
    assert mine.startswith(f"{provider}:gate.example:443/")
    assert mine not in others
    assert len(others) == 2
    assert "made-up-key" not in mine


@pytest.mark.parametrize(
    ("provider", "base_url", "dashboard"),
    [
        ("sub2api", "https://gate.example/hub/v1/usage", "https://gate.example/hub"),
        ("sub2api", "http://10.0.0.4:8080/v1/", "http://10.0.0.4:8080"),
        ("wayfinder", "http://10.0.0.4:8088/way?x=1", "http://10.0.0.4:8088/way/router"),
        ("wayfinder", "", f"{WAYFINDER}/router"),
        ("sub2api", "", "https://github.com/Wei-Shaw/sub2api"),
        ("clawrouter", "https://gate.example", "https://clawrouter.openclaw.ai/dashboard/access"),
    ],
)
def test_dashboard(provider: str, base_url: str, dashboard: str) -> None:
    assert load(provider).dashboard_for(settings(provider, base_url=base_url)) == dashboard


async def test_a_gateway_without_credentials_is_added_by_its_address(hass: HomeAssistant, upstream: Upstream) -> None:
    serve(upstream, "http://10.0.0.4:8088/way", {"requests": 3})

    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await hass.config_entries.flow.async_configure(flow["flow_id"], {"provider": "Wayfinder"})
    assert form["step_id"] == "credentials"
    done = await hass.config_entries.flow.async_configure(flow["flow_id"], {"base_url": "http://10.0.0.4:8088/way/"})

    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert done["result"].unique_id == "wayfinder:10.0.0.4:8088/way"
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), done["result"].entry_id)
    assert device.configuration_url == "http://10.0.0.4:8088/way/router"


async def test_a_gateway_is_asked_without_credentials_and_one_request_after_another(
    hass: HomeAssistant, upstream: Upstream
) -> None:
    serve(upstream, WAYFINDER, {"requests": 3})

    await add_account(hass, "wayfinder", {})

    assert [request.url.path for request in upstream.requests] == [
        "/healthz",
        "/router/models",
        "/v1/savings",
        "/metrics",
    ]
    assert not any({"Authorization", "Cookie"} & request.headers.keys() for request in upstream.requests)


@pytest.mark.parametrize("priced", [False, None, "true", 1])
def test_without_prices_there_is_no_money(priced: Any) -> None:
    found = wayfinder.figures({"priced": priced, "requests": 3, "realized": 1, "saved": 2, "saved_pct": 66})

    assert [metric.id for metric in found] == ["requests_30d", "saved_percent"]


@pytest.mark.parametrize(
    "samples",
    [
        "",
        "{}sum 3",
        "{}count 3",
        "{}sum 3\n{}count 0",
        "{}sum NaN\n{}sum 3\n{}count 3",
        '{}sum{{a="b 1\n{}count 3',
        "{}summary 3\n{}count 3",
    ],
)
def test_a_time_that_is_not_known_is_left_out(samples: str) -> None:
    assert wayfinder.decision_time(samples.replace("{}", wayfinder.LATENCY).replace("{{", "{")) == ()


def test_figures_that_are_not_given_are_left_out() -> None:
    usage = {"summary": {}, "providers": [{"provider": "one"}, {"provider": "two", "actualCostMicros": None}]}

    assert clawrouter.reading_of({"budget": {"configured": True}, "usage": usage}).metrics == ()
