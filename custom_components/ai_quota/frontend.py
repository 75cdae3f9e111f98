"""The card and the dashboard: one module for Home Assistant's front end, served by Home Assistant itself."""

from hashlib import sha256
from pathlib import Path

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from .const import DOMAIN

MODULE = Path(__file__).parent / "frontend" / "ai-quota.js"
"""Made by scripts/card from the sources under frontend/."""
URL = f"/{DOMAIN}/{MODULE.name}"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the module and have it loaded with every page, where there is a front end."""
    if "frontend" not in hass.config.components:
        return
    content = await hass.async_add_executor_job(MODULE.read_bytes)
    await hass.http.async_register_static_paths([StaticPathConfig(URL, str(MODULE))])
    add_extra_js_url(hass, address(content))


def address(content: bytes) -> str:
    """Return where browsers find the module: they keep what they have until its address changes."""
    return f"{URL}?{sha256(content).hexdigest()[:12]}"
