"""A usage answer of Claude, the same of api.anthropic.com and claude.ai, as windows; and the names of plans."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
import re

from . import parse
from .model import InvalidResponse, Metric, MetricKind, Reading, Window
from .parse import HOURS_5, WEEK, Json


def figures(usage: Json, extra: Extra | None, known: Reading, metrics: Iterable[Metric] = ()) -> Reading:
    """Return the reading of a usage answer for the account that is known; raises InvalidResponse without any figure."""
    windows = limit_windows(usage)
    metrics = tuple(metrics)
    if extra and extra.limit:
        name = "Extra usage" if windows and known.plan != "Enterprise" else "Spend limit"
        windows = (*windows, extra.window(name))
    elif extra:
        metrics = (extra.metric(), *metrics)
    if not windows and not metrics and not known.plan:
        raise InvalidResponse("neither five_hour nor seven_day nor any other limit can be read")
    return replace(known, windows=windows, metrics=metrics)


FLAT = (
    ("session", "Session", HOURS_5, ("five_hour",), "session"),
    ("weekly", "Weekly", WEEK, ("seven_day",), "weekly_all"),
    ("weekly_opus", "Weekly (Opus)", WEEK, ("seven_day_opus",), None),
    ("weekly_sonnet", "Weekly (Sonnet)", WEEK, ("seven_day_sonnet",), None),
    ("weekly_oauth_apps", "Weekly (OAuth apps)", WEEK, ("seven_day_oauth_apps",), None),
    (
        "weekly_routines",
        "Weekly (Routines)",
        WEEK,
        (
            "seven_day_routines",
            "seven_day_claude_routines",
            "claude_routines",
            "routines",
            "routine",
            "seven_day_cowork",
            "cowork",
        ),
        None,
    ),
)
"""Id, name and duration of a window, its keys (the first that holds an object counts), its kind in `limits`."""


def limit_windows(usage: Json) -> tuple[Window, ...]:
    """Return every limit of a usage answer but that of extra usage; what cannot be read is left out."""
    limits = [each for each in parse.items(usage.get("limits")) if isinstance(each, Mapping)]
    flat = [window for row in FLAT if (window := flat_window(usage, limits, *row))]
    return (*flat, *scoped_windows(limits, {window.id for window in flat}))


def flat_window(
    usage: Json, limits: Iterable[Json], id: str, name: str, duration: timedelta, keys: Sequence[str], kind: str | None
) -> Window | None:
    """Return a window from its own key, else from the entry of its kind in `limits`."""
    value = next((value for key in keys if isinstance(value := usage.get(key), Mapping)), {})
    used, resets_at = json_number(value.get("utilization")), parse.moment(value.get("resets_at"))
    if used is not None or resets_at is not None:
        return Window(id=id, name=name, used_percent=used, duration=duration, resets_at=resets_at)
    entries = (limit_window(each, id, name, duration) for each in limits if kind and each.get("kind") == kind)
    return next(filter(None, entries), None)


def limit_window(entry: Json, id: str, name: str, duration: timedelta) -> Window | None:
    """Return the window of an entry of `limits`, None without a percentage."""
    used = json_number(entry.get("percent"))
    if used is None:
        return None
    return Window(
        id=id, name=name, used_percent=used, duration=duration, resets_at=parse.moment(entry.get("resets_at"))
    )


def scoped_windows(limits: Iterable[Json], taken: set[str]) -> Iterator[Window]:
    """Yield the weeks of single models, except those that have a key of their own.

    The week of all models is among them under a model's guise: it is the weekly limit, not another.
    """
    given: set[str] = set()
    for entry in limits:
        if entry.get("group") != "weekly" or entry.get("kind") != "weekly_scoped":
            continue
        model = parse.mapping(entry.get("scope")).get("model")
        name = parse.first_text(model, "display_name") or ""
        slug, model_slug = parse.slug(name), parse.slug(parse.first_text(model, "id") or "")
        if not slug or slug == "all_models" or model_slug == "all_models" or model_slug.endswith("_all_models"):
            continue
        id = f"weekly_{slug}"
        if id in given and model_slug:
            id = f"{id}_{model_slug}"
        if id in taken or id in given:
            continue
        if window := limit_window(entry, id, f"Weekly ({name})", WEEK):
            given.add(id)
            yield window


def json_number(value: object) -> float | None:
    """Return a JSON number; text is none here."""
    return None if isinstance(value, str) else parse.number(value)


@dataclass(frozen=True, kw_only=True)
class Extra:
    """Usage that is paid beyond the plan, in `unit`; without a limit it has no cap."""

    used: float
    limit: float | None
    percent: float | None
    unit: str

    def window(self, name: str) -> Window:
        """Return the window of a cap."""
        return parse.counted(
            "extra_usage", name, unit=self.unit, used=self.used, limit=self.limit, used_percent=self.percent
        )

    def metric(self) -> Metric:
        """Return what was spent where there is no cap."""
        return Metric(
            id="extra_usage_spend", name="Extra usage spend", value=self.used, unit=self.unit, kind=MetricKind.SPEND
        )


def extra_usage(usage: Json) -> Extra | None:
    """Return the extra usage of an answer in its older or newer shape, None when it is off or not told."""
    return extra_credits(usage.get("extra_usage")) or extra_spend(usage.get("spend"))


def extra_credits(value: object) -> Extra | None:
    """Return extra usage from credits in minor units."""
    extra = parse.mapping(value)
    used = parse.first_number(extra, "used_credits")
    if used is None or extra.get("is_enabled") is False:
        return None
    limit = parse.first_number(extra, "monthly_limit", "monthly_credit_limit")
    places = extra.get("decimal_places")
    return Extra(
        used=major(used, places),
        limit=major(limit, places) if limit and limit > 0 else None,
        percent=parse.first_number(extra, "utilization"),
        unit=currency(extra) or "USD",
    )


def extra_spend(value: object) -> Extra | None:
    """Return extra usage from amounts that bring their own currency and exponent."""
    spend = parse.mapping(value)
    used, limit = (parse.mapping(spend.get(key)) for key in ("used", "limit"))
    amount, cap = (parse.first_number(each, "amount_minor") for each in (used, limit))
    if amount is None or spend.get("enabled") is False:
        return None
    return Extra(
        used=major(amount, used.get("exponent")),
        limit=major(cap, limit.get("exponent")) if cap and cap > 0 else None,
        percent=parse.first_number(spend, "percent"),
        unit=currency(used) or "USD",
    )


def major(minor: float, places: object) -> float:
    """Return an amount of minor units in major ones; without a number of places it has two."""
    exponent = parse.number(places)
    return minor / 10.0 ** (int(exponent) if exponent is not None and 0 <= exponent <= 10 else 2)


def currency(value: Json) -> str | None:
    """Return the currency of an amount in capitals."""
    found = parse.first_text(value, "currency")
    return found and found.upper()


# Plans

PLANS = ("max", "pro", "team", "enterprise", "ultra")


def plan_name(type: str | None, tier: str | None) -> str | None:
    """Return the plan for a type like `claude_max` and a tier like `default_claude_max_20x`; the type wins."""
    words = re.split(r"[^a-z0-9]+", (type or "").lower())
    tier = (tier or "").lower()
    plan = next((plan for plan in PLANS if plan in words), None)
    if plan is None:
        plan = next((plan for plan in PLANS[:4] if plan in tier), None)
    multiple = re.search(r"(?<![a-z0-9])max[^a-z0-9]+(\d+x)(?![a-z0-9])", tier)
    return f"Max {multiple[1]}" if plan == "max" and multiple else plan and plan.title()
