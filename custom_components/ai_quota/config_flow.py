"""Config flow."""

from homeassistant.config_entries import ConfigFlow

from .const import DOMAIN


class QuotaConfigFlow(ConfigFlow, domain=DOMAIN):
    """Choose a provider, give credentials or sign in, prove them with a fetch."""

    VERSION = 1
    MINOR_VERSION = 1
