"""Which translation names a window or a metric.

What many providers have is translated by its id. A name with something in brackets has what stands
before them translated. Every other name is quoted as the provider has it.
"""

import re

from .quota.model import Metric, Window

type Naming = tuple[str, dict[str, str]]
"""A translation key and its placeholders."""

WINDOWS = frozenset(
    {
        "bonus",
        "budget",
        "credits",
        "daily",
        "extra_usage",
        "key",
        "monthly",
        "quota",
        "renewal",
        "session",
        "weekly",
    }
)
LENGTH = re.compile(r"(five|\d+)[ -](hour|day)", re.IGNORECASE)
SCOPED_WINDOWS = ("session", "daily", "weekly", "monthly", "quota")

METRICS = frozenset(
    {
        "addon_credits",
        "agent_hours_30d",
        "api_value_30d",
        "audio_hours_30d",
        "balance",
        "balance_bonus",
        "balance_granted",
        "balance_paid",
        "balance_top_up",
        "billable_hours_30d",
        "bobcoins_month",
        "bonus_balance",
        "bonus_expiring",
        "byok_spend_month",
        "cache_hits_per_minute",
        "cash_balance",
        "claude_input_tokens_14d",
        "claude_output_tokens_14d",
        "claude_requests_14d",
        "credentials",
        "credentials_active",
        "credentials_exhausted",
        "credits_today",
        "credits_used",
        "decision_time",
        "deficit",
        "diem_balance",
        "edit_predictions",
        "energy_month",
        "errors_month",
        "event_credits",
        "extra_usage_spend",
        "free_balance",
        "free_credits",
        "metered_30d",
        "models",
        "monthly_balance",
        "next_invoice",
        "overage",
        "overage_credits",
        "overage_requests",
        "overage_spend",
        "overdue_invoices",
        "points_today",
        "requests_month",
        "requests_per_minute",
        "requests_today",
        "requests_total",
        "reset_credits",
        "saved_30d",
        "saved_percent",
        "sessions_total",
        "spend",
        "spend_cycle",
        "spend_key",
        "spend_month",
        "spend_recent",
        "spend_team",
        "spend_today",
        "spend_total",
        "spend_week",
        "team_spend_month",
        "tokens_month",
        "tokens_month_cache_hit",
        "tokens_month_cache_miss",
        "tokens_month_cached",
        "tokens_month_input",
        "tokens_month_output",
        "tokens_per_minute",
        "tokens_per_request",
        "tokens_premium",
        "tokens_standard",
        "tokens_today",
        "tokens_total",
        "tokens_week",
        "tts_characters_30d",
        "usage",
        "voucher_balance",
    }
)
METRICS_OVER_DAYS = frozenset(
    {
        "cache_read_tokens",
        "cached_tokens",
        "credits",
        "input_tokens",
        "output_tokens",
        "points",
        "requests",
        "sessions",
        "spend",
        "tokens",
        "tokens_in",
        "tokens_out",
    }
)
SCOPED_METRICS = ("balance", "bobcoins_month", "requests_30d", "requests", "spend_month", "spend", "tokens")


def name_window(window: Window, figure: str) -> Naming:
    """Return the key of the name of one figure of a window."""
    if window.id in WINDOWS and _says(window.name, window.id):
        return f"window_{window.id}_{figure}", {}
    if scoped := _scoped("window", window, SCOPED_WINDOWS):
        key, placeholders = scoped
        return f"{key}_{figure}", placeholders
    # "Usage" and "limit" stand in the names of figures already.
    name = window.name.removesuffix(" usage")
    return f"window_{figure}", {"window": name.removesuffix(" limit") if figure == "limit" else name}


def name_metric(metric: Metric) -> Naming:
    """Return the key of a metric's name."""
    if metric.id in METRICS:
        return f"metric_{metric.id}", {}
    if (period := re.fullmatch(r"(\w+)_(\d+)d", metric.id)) and period[1] in METRICS_OVER_DAYS:
        return f"metric_{period[1]}_days", {"days": period[2]}
    return _scoped("metric", metric, SCOPED_METRICS) or ("metric", {"metric": metric.name})


def _says(name: str, id: str) -> bool:
    """Return whether a name says no more than the id: its words, or how long the window is.

    A provider that calls its month "Overage" means something by it. A budget is a limit, whatever it is called.
    """
    words = set(re.findall(r"\w+", name.lower()))
    is_budget = id == "budget" and "limit" in words
    return set(id.split("_")) <= words or LENGTH.match(name) is not None or is_budget


def _scoped(what: str, figure: Window | Metric, bases: tuple[str, ...]) -> Naming | None:
    scope = re.fullmatch(r"[^()]+ \((.+)\)", figure.name)
    base = next((base for base in bases if figure.id.startswith(f"{base}_")), None)
    return (f"{what}_{base}_scoped", {"scope": scope[1]}) if scope and base else None
