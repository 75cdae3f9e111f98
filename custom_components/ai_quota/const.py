"""Names that the wing of Home Assistant shares."""

DOMAIN = "ai_quota"

CONF_PROVIDER = "provider"
CONF_SOURCE = "source"
