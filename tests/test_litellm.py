"""What the cases of LiteLLM cannot show: which accounts are told apart, and where the proxy's pages are."""

from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.ai_quota.quota.credentials import Settings
from custom_components.ai_quota.quota.model import Snapshot
from custom_components.ai_quota.quota.providers.litellm import LiteLLM
from tests.common import add_account
from tests.upstream import Upstream

LITELLM = LiteLLM()
SNAPSHOT = Snapshot(
    account="ada@example.org", provider="litellm", source="api", fetched_at=datetime(2026, 10, 5, tzinfo=UTC)
)


def settings(**data: str) -> Settings:
    return Settings(LITELLM.fields, {"api_key": "sk-made-up", "base_url": "https://gateway.example.net", **data}, {})


def identity(**data: str) -> str | None:
    return LITELLM.identity(SNAPSHOT, settings(**data))


def test_each_key_and_each_proxy_is_an_account_of_its_own() -> None:
    same = [identity(), identity(base_url="https://GATEWAY.example.net/v1/")]
    others = [identity(api_key="sk-another"), identity(base_url="https://gateway.example.net:4000")]

    assert same[0] == same[1]
    assert len({same[0], *others}) == 3


def test_the_identity_names_the_proxy_but_neither_key_nor_person() -> None:
    found = identity() or ""

    assert found.startswith("litellm:gateway.example.net:443/")
    assert "sk-made-up" not in found
    assert "ada" not in found


@pytest.mark.parametrize(
    ("base_url", "dashboard"),
    [
        ("https://gateway.example.net/llm/v1/", "https://gateway.example.net/llm/ui"),
        ("http://10.1.2.3:4000", "http://10.1.2.3:4000/ui"),
    ],
)
def test_the_dashboard_is_the_proxys_own(base_url: str, dashboard: str) -> None:
    assert LITELLM.dashboard_for(settings(base_url=base_url)) == dashboard


def test_without_an_address_the_dashboard_is_the_manual() -> None:
    assert LITELLM.dashboard_for(Settings(LITELLM.fields, {}, {})) == LITELLM.dashboard


async def test_the_device_leads_to_the_proxy(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("GET", "https://gateway.example.net/llm/key/info", json={"info": {"spend": 1}})
    data = {"api_key": "sk-made-up", "base_url": "https://gateway.example.net/llm"}

    entry = await add_account(hass, "litellm", data)

    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert [device.configuration_url for device in devices] == ["https://gateway.example.net/llm/ui"]
