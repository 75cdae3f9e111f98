"""A tool for Assist: conversation agents look up what is left of the accounts that they may know of."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import SequenceMatcher
import re
from typing import Any, override

from homeassistant.components.homeassistant import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er, llm
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import CONF_HIDE_EMAIL, CONF_PROVIDER, DEFAULT_HIDE_EMAIL, DOMAIN
from .coordinator import QuotaConfigEntry, QuotaCoordinator
from .privacy import hide_email
from .quota import PROVIDERS
from .quota.model import Kind, Metric, Window
from .quota.pace import Pace

MAX_ACCOUNTS = 12
MAX_FIGURES = 24
"""How many windows, and how many metrics, are told of an account: a model reads all of them every time."""

REASONS: Mapping[str | None, str] = {
    Kind.AUTH: "the provider no longer accepts the sign-in; the account has to be signed in again",
    Kind.RATE_LIMITED: "the provider has asked for a pause",
    Kind.UNAVAILABLE: "the provider, or the tool that knows the figures, cannot be reached at the moment",
    Kind.INVALID_RESPONSE: "the provider's answer could not be understood",
    Kind.UNSUPPORTED: "the provider cannot serve this account in this way",
    Kind.CONFIGURATION: "a setting of the account cannot be used",
}
NOT_RUNNING = "the account is not set up at the moment"

LIKENESS = 0.8
"""Words more alike than this are the same one but for a slip."""
NOISE = frozenset({"account", "ai", "limit", "limits", "my", "of", "plan", "quota", "subscription", "the", "usage"})


class GetUsageTool(llm.Tool):
    """Tells what is used and what is left."""

    name = f"{DOMAIN}__get_usage"
    title = "Get usage of AI plans"
    description = (
        "Tells how much of the limits of AI plans (Claude, Codex, Copilot…) is used and left, when they reset, and"
        " whether they will run out before; also prepaid balances and spend. Use it for questions like"
        " 'How much Claude is left?' or 'When does my Codex limit reset?'"
    )
    parameters = vol.Schema(
        {vol.Optional("account", description="Provider or account, as the user calls it; all when left out"): cv.string}
    )
    if hasattr(llm, "ToolAnnotations"):  # from Home Assistant 2026.10 on
        annotations = llm.ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)
    integration = DOMAIN

    @override
    async def async_call(self, hass: HomeAssistant, tool_input: llm.ToolInput, llm_context: llm.LLMContext) -> Any:
        """Return the accounts that were asked for, as they were last read."""
        wanted = self.parameters(tool_input.tool_args).get("account", "")
        exposed = exposed_accounts(hass, llm_context.assistant)
        chosen = named(exposed, wanted) if words(wanted) else exposed
        if not chosen:
            known = [title(entry) for entry in exposed[:MAX_ACCOUNTS]]
            return answer({"error": "There is no account of that name", "accounts": known}, error=True)
        told: dict[str, Any] = {"accounts": [describe(entry) for entry in chosen[:MAX_ACCOUNTS]]}
        if more := [title(entry) for entry in chosen[MAX_ACCOUNTS:]]:
            told["ask_by_name_for"] = more
        return answer(told)


@callback
def async_get_tools(hass: HomeAssistant, llm_context: llm.LLMContext, api_id: str) -> LLMTools | None:
    """Return the tool when there is an account that the assistant may know of."""
    if api_id != llm.LLM_API_ASSIST or not exposed_accounts(hass, llm_context.assistant):
        return None
    return LLMTools(tools=[GetUsageTool()])


def answer(data: dict[str, Any], *, error: bool = False) -> Any:
    """Return what a tool gives back; before Home Assistant 2026.10 that was the data alone."""
    return llm.ToolResult(data=data, error=error) if hasattr(llm, "ToolResult") else data


# Which accounts


def exposed_accounts(hass: HomeAssistant, assistant: str) -> list[QuotaConfigEntry]:
    """Return the accounts of which an entity is exposed to the assistant, by title."""
    registry = er.async_get(hass)

    def is_exposed(entry: QuotaConfigEntry) -> bool:
        entities = er.async_entries_for_config_entry(registry, entry.entry_id)
        return any(not each.disabled and async_should_expose(hass, assistant, each.entity_id) for each in entities)

    entries = hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    return sorted(filter(is_exposed, entries), key=lambda entry: entry.title)


def named(entries: list[QuotaConfigEntry], wanted: str) -> list[QuotaConfigEntry]:
    """Return the accounts that a person most likely means, none when the name is like no account's."""
    likeness = {entry.entry_id: likeness_of(entry, wanted) for entry in entries}
    best = max(likeness.values(), default=(0, 0))
    return [entry for entry in entries if any(best) and likeness[entry.entry_id] == best]


def likeness_of(entry: QuotaConfigEntry, wanted: str) -> tuple[int, int]:
    """Return how many words are like ones of the provider and the title, and how many like ones of the plan.

    Words that are like none do not count: "Claude Pro" is also the Claude account that has another plan by now.
    """
    said, names = words(wanted), f"{provider_name(entry)} {entry.title}"
    coordinator = running(entry)
    in_plan = matches(said, coordinator.data.plan or "") if coordinator else 0
    return len(said) if squeezed(wanted) in squeezed(names) else matches(said, names), in_plan


def matches(said: list[str], text: str) -> int:
    """Return how many of the words are, but for a slip, words of a text."""
    there = words(text)
    return sum(any(SequenceMatcher(None, word, other).ratio() > LIKENESS for other in there) for word in said)


def words(text: str) -> list[str]:
    """Return the words of a text that tell something."""
    return [word for word in re.findall(r"\w+", text.casefold()) if word not in NOISE]


def squeezed(text: str) -> str:
    """Return a text without what people write and leave out at will: "open router" is OpenRouter."""
    return "".join(words(text))


# What is told of them


def running(entry: QuotaConfigEntry) -> QuotaCoordinator | None:
    """Return the coordinator of an account that is set up."""
    return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None


def provider_name(entry: QuotaConfigEntry) -> str:
    """Return the name of an account's provider, also of one that this version does not know."""
    provider: str = entry.data[CONF_PROVIDER]
    return PROVIDERS.get(provider, provider)


def title(entry: QuotaConfigEntry) -> str:
    """Return an account's title as its options let it be shown."""
    return hide_email(entry.title) if entry.options.get(CONF_HIDE_EMAIL, DEFAULT_HIDE_EMAIL) else entry.title


def describe(entry: QuotaConfigEntry) -> dict[str, Any]:
    """Return everything to tell of an account; what is not known is left out."""
    about = {"provider": provider_name(entry), "account": title(entry)}
    if not (coordinator := running(entry)):
        return {**about, "problem": REASONS.get(entry.error_reason_translation_key, NOT_RUNNING)}
    coordinator.note_interest()
    snapshot = coordinator.data
    told: dict[str, Any] = {**about, "plan": snapshot.plan, "as_of": moment(snapshot.fetched_at)}
    told["age"] = dt_util.get_age(snapshot.fetched_at)
    if coordinator.error:
        told["problem"] = REASONS[coordinator.error.kind]
    if coordinator.is_current:
        told["limits"] = list(limits(coordinator))[:MAX_FIGURES]
        told["figures"] = [figure(metric) for metric in snapshot.metrics[:MAX_FIGURES]]
    return known(told)


def limits(coordinator: QuotaCoordinator) -> Iterator[dict[str, Any]]:
    """Yield every window as it may be shown."""
    for each in coordinator.data.windows:
        if window := coordinator.window(each.id):
            yield {**limit(window), **forecast(coordinator.pace(window.id))}


def limit(window: Window) -> dict[str, Any]:
    """Return what is known of a window."""
    left = None if window.used_percent is None else max(0, 100 - window.used_percent)
    return known(
        {
            "name": window.name,
            "used_percent": rounded(window.used_percent),
            "left_percent": rounded(left),
            "used": rounded(window.used),
            "remaining": rounded(window.remaining),
            "limit": rounded(window.limit),
            "unit": window.unit,
            **at("resets", window.resets_at),
            **at("expires", window.expires_at),
        }
    )


def forecast(pace: Pace | None) -> dict[str, Any]:
    """Return how a window's use compares with an even one, and whether it lasts."""
    if pace is None:
        return {}
    return {
        "percent_by_even_use": rounded(pace.expected),
        "points_above_even_use": rounded(pace.points),
        "lasts_until_reset": pace.lasts,
        **at("runs_out", pace.runs_out_at),
    }


def figure(metric: Metric) -> dict[str, Any]:
    """Return what is known of a metric."""
    return known(
        {
            "name": metric.name,
            "value": rounded(metric.value),
            "unit": metric.unit,
            "kind": metric.kind.value,
            **at("expires", metric.expires_at),
        }
    )


def at(what: str, when: datetime | None) -> dict[str, str]:
    """Return when something happens: by the clock, and how far off that is."""
    if when is None:
        return {}
    if when <= dt_util.utcnow():
        return {f"{what}_at": moment(when)}
    return {f"{what}_at": moment(when), f"{what}_in": dt_util.get_time_remaining(when, precision=2)}


def moment(when: datetime) -> str:
    """Return a time as it is here."""
    return dt_util.as_local(when).strftime("%A %Y-%m-%d %H:%M")


def rounded(value: float | None) -> float | None:
    """Return a figure as exactly as it is worth saying."""
    return None if value is None else round(value, 2)


def known(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what there is something to say about."""
    return {key: value for key, value in told.items() if value not in (None, [])}
