"""Names that the wing of Home Assistant shares."""

DOMAIN = "ai_quota"

CONF_PROVIDER = "provider"
CONF_SOURCE = "source"
SOURCE_AUTO = "auto"
"""Whichever of the provider's sources answers first."""

# Options

CONF_SCAN_INTERVAL = "scan_interval"
"""Minutes between two polls; by default what the provider's class says."""

CONF_ADAPTIVE = "adaptive"
"""Whether to ask less often while nothing changes."""
DEFAULT_ADAPTIVE = True

CONF_THRESHOLDS = "thresholds"
"""The uses, in per cent, at which to tell; from the first one on a quota counts as low."""
DEFAULT_THRESHOLDS = (80, 95)

CONF_PACE_WARNING = "pace_warning"
"""Whether to tell when a quota is going to run out before it resets."""
DEFAULT_PACE_WARNING = False

CONF_WORK_DAYS = "work_days"
"""How many days of the week, from Monday on, the pace of a week is spread over; 0: all of them, evenly."""
DEFAULT_WORK_DAYS = 0

CONF_EXPIRY_DAYS = "expiry_days"
"""How many days ahead to tell that something is going to be lost."""
DEFAULT_EXPIRY_DAYS = 3

CONF_MINIMUM_BALANCE = "minimum_balance"
"""The amount below which a balance counts as low; none by default."""

CONF_SERVICE_STATUS = "service_status"
"""Whether to watch the provider's status page."""
DEFAULT_SERVICE_STATUS = True

CONF_HIDE_EMAIL = "hide_email"
"""Whether to show of an e-mail address's local part its first letter only."""
DEFAULT_HIDE_EMAIL = False
