"""LLM Proxy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, service_root
from ..http import Verdict
from ..model import Metric, MetricKind, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Provider, strategy

LENGTHS = {"daily": parse.DAY, "weekly": parse.WEEK, "monthly": timedelta(days=30)}
TOKENS = ("input_cached", "input_uncached", "output")


class LLMProxy(Provider):
    """LLM Proxy: the quotas behind a self-hosted gateway that rotates pools of credentials.

    Source: https://github.com/Mirrowel/LLM-API-Key-Proxy
    """

    id = "llm_proxy"
    name = "LLM Proxy"
    dashboard = "https://github.com/Mirrowel/LLM-API-Key-Proxy"
    missing = "give the address of the proxy and its key"
    key_is_account = True
    fields = (
        base_url(
            None,
            "LLM_PROXY_BASE_URL",
            http=True,
            help="Where the proxy answers, usually http://<host>:8000; http:// is fine on a private address.",
        ),
        api_key("LLM_PROXY_API_KEY", help="The proxy's PROXY_API_KEY; ask whoever runs it."),
    )

    @strategy("api", needs=("api_key", "base_url"))
    async def api(self, call: Call) -> Reading:
        """Read what the proxy has noted; this causes no request to the providers behind it."""
        verdict = Verdict(auth="the proxy rejected the key")
        api = call.at(service_root(call["base_url"]) / "v1", bearer=call["api_key"], verdict=verdict)
        reply = await api.get("quota-stats")
        if reply.status == 404:
            raise Unsupported("there is no /v1/quota-stats at this address: the proxy is too old, or another program")
        return reading_of(await reply.check(verdict).object(), call.now)


def reading_of(answer: Json, now: datetime) -> Reading:
    """Return every quota behind the proxy, the tightest of them, and what was used."""
    providers = {
        name: parse.mapping(each) for name, each in parse.need_mapping(answer.get("providers"), "providers").items()
    }
    entries = [entry for name, provider in providers.items() for entry in entries_of(name, provider, now)]
    return Reading(
        windows=(*tightest(entries), *parse.distinct(entry.window for entry in entries if entry.is_named)),
        metrics=(
            *totals(parse.mapping(answer.get("summary")), providers),
            *(metric for name, provider in providers.items() for metric in metrics_of(name, provider)),
        ),
    )


# Quotas


@dataclass(frozen=True)
class Entry:
    """A quota of a group; one without a name counts for the tightest only."""

    window: Window
    is_named: bool


def entries_of(provider_name: str, provider: Json, now: datetime) -> Iterator[Entry]:
    """Yield the quotas of a provider, in the newest shape and in older ones."""
    groups = provider.get("quota_groups")
    named: list[tuple[str | None, Any]] = (
        [(parse.first_text(group, "name", "id"), group) for group in groups]
        if isinstance(groups, list)
        else list(parse.mapping(groups).items())
    )
    for group_name, group in named:
        windows = parse.mapping(group).get("windows")
        if isinstance(windows, dict) and windows:
            for window_name, entry in windows.items():
                resets_at = reset_of(entry, now) or first_reset(provider, group_name, window_name, now)
                yield from entry_of((provider_name, group_name, window_name), entry, resets_at)
        else:
            yield from entry_of((provider_name, group_name), group, reset_of(group, now))


def entry_of(names: tuple[str | None, ...], source: Any, resets_at: datetime | None) -> Iterator[Entry]:
    """Yield the quota that an entry describes, when it has a percentage."""
    limit = parse.first_number(source, "total_max", "total_requests_max")
    left = parse.first_number(source, "total_remaining", "total_requests_remaining")
    used = parse.first_number(source, "total_used")
    left_percent = parse.first_number(
        source, "remaining_percent", "remaining_pct", "total_remaining_pct", "avg_remaining_pct"
    )
    has_limit = limit is not None and limit > 0
    if left_percent is None and has_limit and left is not None:
        left_percent = parse.percentage(left, limit)
    if left_percent is None:
        return
    known = [name for name in names if name]
    window = parse.counted(
        f"quota_{parse.slug('_'.join(known))}",
        f"Quota ({', '.join(known)})",
        unit="requests",
        used=used if has_limit else None,
        limit=limit if has_limit else None,
        remaining=left if has_limit else None,
        used_percent=100 - min(max(left_percent, 0.0), 100.0),
        duration=length(names[2]) if len(names) > 2 else None,
        resets_at=resets_at,
    )
    yield Entry(window if has_limit else replace(window, unit=None), is_named=len(known) == len(names))


def reset_of(entry: Any, now: datetime) -> datetime | None:
    """Return the next reset that an entry names; one that has passed is none."""
    found = parse.moment(parse.first(entry, "reset_time", "reset_at"))
    return found if found and found > now else None


def first_reset(provider: Json, group: str | None, window: str, now: datetime) -> datetime | None:
    """Return the earliest reset to come of this window, over all credentials."""
    credentials = provider.get("credentials")
    each_of = parse.mapping(credentials).values() if isinstance(credentials, dict) else parse.items(credentials)
    resets = (
        reset_of(parse.mapping(parse.mapping(usage.get(group or "")).get("windows")).get(window), now)
        for usage in (parse.mapping(parse.mapping(each).get("group_usage")) for each in each_of)
    )
    return min(filter(None, resets), default=None)


def length(name: str | None) -> timedelta | None:
    """Return how long a window of this name is."""
    return parse.hours_or_days(name or "") or LENGTHS.get(name or "")


def tightest(entries: list[Entry]) -> tuple[Window, ...]:
    """Return what is used of the quota that ends first, and the reset that comes first."""
    percents = [entry.window.used_percent for entry in entries if entry.window.used_percent is not None]
    if not percents:
        return ()
    resets = [entry.window.resets_at for entry in entries if entry.window.resets_at]
    return (Window(id="quota", name="Quota", used_percent=max(percents), resets_at=min(resets, default=None)),)


# Use


def totals(summary: Json, providers: dict[str, Json]) -> Iterator[Metric]:
    """Yield the figures of the summary, and where it lacks one the sum over the providers."""

    def figure(whole: tuple[str, ...], part: str) -> float | None:
        found = parse.first_number(summary, *whole)
        return total(parse.number(each.get(part)) for each in providers.values()) if found is None else found

    tokens = parse.number(summary.get("total_tokens"))
    if tokens is None:
        tokens = tokens_of(summary)
    if tokens is None:
        tokens = total(tokens_of(provider) for provider in providers.values())
    count, spend = MetricKind.COUNT, MetricKind.SPEND
    for id, name, value, unit, kind in (
        ("requests_total", "Requests", figure(("total_requests",), "total_requests"), "requests", count),
        ("tokens_total", "Tokens", tokens, "tokens", count),
        ("spend_total", "Approximate spend", figure(("approx_cost", "approx_total_cost"), "approx_cost"), "USD", spend),
        ("credentials", "Credentials", figure(("total_credentials",), "credential_count"), "keys", count),
        ("credentials_active", "Active credentials", figure(("active_credentials",), "active_count"), "keys", count),
        (
            "credentials_exhausted",
            "Exhausted credentials",
            figure(("exhausted_credentials",), "exhausted_count"),
            "keys",
            count,
        ),
    ):
        yield from parse.known_metric(id, name, value, unit, kind)


def metrics_of(name: str, provider: Json) -> Iterator[Metric]:
    """Yield what was used of one provider."""
    for word, value, unit, kind in (
        ("requests", parse.number(provider.get("total_requests")), "requests", MetricKind.COUNT),
        ("tokens", tokens_of(provider), "tokens", MetricKind.COUNT),
        ("spend", parse.number(provider.get("approx_cost")), "USD", MetricKind.SPEND),
    ):
        yield from parse.known_metric(f"{word}_{parse.slug(name)}", f"{word.title()} ({name})", value, unit, kind)


def tokens_of(source: Json) -> float | None:
    """Return the tokens that went in and out."""
    return total(parse.number(parse.mapping(source.get("tokens")).get(key)) for key in TOKENS)


def total(figures: Iterator[float | None]) -> float | None:
    """Return the sum of what is known, None when nothing is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
