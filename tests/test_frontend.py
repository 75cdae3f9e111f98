"""The module for the front end: served, loaded once, and fetched anew when its content has changed."""

from http import HTTPStatus
import json
import re
from unittest.mock import Mock

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, UrlManager
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ai_quota import frontend
from custom_components.ai_quota.const import DOMAIN
from tests.example import add_example


@pytest.fixture
def modules(hass: HomeAssistant) -> UrlManager:
    """Have a front end, as far as modules are concerned, and return those that it loads."""
    hass.config.components.add("frontend")
    loaded = hass.data[DATA_EXTRA_MODULE_URL] = UrlManager(Mock(), [])
    return loaded


async def start(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "http", {})
    assert await async_setup_component(hass, DOMAIN, {})


async def test_the_module_is_served_and_loaded(
    hass: HomeAssistant, socket_enabled: None, hass_client_no_auth: ClientSessionGenerator, modules: UrlManager
) -> None:
    await start(hass)
    (url,) = modules.urls
    assert url == frontend.address(frontend.MODULE.read_bytes())
    assert re.fullmatch(r"/ai_quota/ai-quota\.js\?[0-9a-f]{12}", url)
    response = await (await hass_client_no_auth()).get(url)
    assert (response.status, response.content_type) == (HTTPStatus.OK, "text/javascript")
    assert await response.read() == frontend.MODULE.read_bytes()


async def test_accounts_do_not_load_it_again(hass: HomeAssistant, modules: UrlManager, example: None) -> None:
    await start(hass)
    before = modules.urls
    for number in range(2):
        await add_example(hass, unique_id=f"example:{number}")
    assert modules.urls == before


def test_another_content_has_another_address() -> None:
    content = frontend.MODULE.read_bytes()
    assert frontend.address(content) == frontend.address(content) != frontend.address(content + b" ")


async def test_without_a_front_end_nothing_is_served(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert DATA_EXTRA_MODULE_URL not in hass.data
    assert "http" not in hass.config.components


def test_the_module_asks_no_other_server() -> None:
    content = frontend.MODULE.read_text()
    addresses = set(re.findall(r"https?://[\w./-]+", content))
    manifest = json.loads((frontend.MODULE.parents[1] / "manifest.json").read_text())
    assert addresses <= {
        manifest["documentation"],  # a link of the card editor, for whoever clicks it
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1998/Math/MathML",
    }
    assert not re.search(r"@import|\bimport\(|\bfetch\(|XMLHttpRequest|@font-face", content)


def test_the_licence_of_what_is_bundled_goes_along() -> None:
    assert "LICENSE-lit.txt" in frontend.MODULE.read_text()
    assert "Redistributions in binary form" in (frontend.MODULE.parent / "LICENSE-lit.txt").read_text()
