"""Names that the wing of Home Assistant shares."""

DOMAIN = "ai_quota"

CONF_PROVIDER = "provider"
CONF_SOURCE = "source"
SOURCE_AUTO = "auto"
"""Whichever of the provider's sources answers first."""

CONF_SCAN_INTERVAL = "scan_interval"
"""Option: minutes between two polls."""

CONF_LOW_THRESHOLD = "low_threshold"
"""Option: the use, in per cent, from which a quota counts as low."""
DEFAULT_LOW_THRESHOLD = 80
