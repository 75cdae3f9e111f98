"""OpenAI API."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from .. import parse
from ..account import Call
from ..credentials import api_key, number, text
from ..http import Endpoint, Verdict
from ..model import (
    AuthFailed,
    InvalidResponse,
    Metric,
    MetricKind,
    QuotaError,
    Reading,
    Unavailable,
)
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..reports import count, days, last_days, read_buckets, today

NEEDS_ADMIN = "this needs an organization Admin key; keys of a project or a service account cannot read its usage"
MAX_DAYS = 365
DAYS_A_REQUEST = 31
MAX_PAGES = 100
AGAIN_ON = (408, 500, 502, 503, 504)


class OpenAI(Provider):
    """OpenAI: spend, requests and tokens of an API organization; the credits of an old user key.

    Source: https://platform.openai.com/docs/api-reference/usage
    """

    id = "openai"
    name = "OpenAI"
    dashboard = "https://platform.openai.com/usage"
    status = StatusLink(
        "https://status.openai.com",
        "statuspage",
        (
            *("01JP8CD9JR3HR6Y7G4Q75N4DVW", "Responses"),
            *("01JMXBRMFE6N2NNT7DG6XZQ6PW", "Chat Completions"),
            *("Embeddings", "Batch", "Images"),
        ),
        lists_more=True,
    )
    missing = "give an Admin key"
    every = Every(default=30, minimum=5)
    fields = (
        api_key(
            "OPENAI_ADMIN_KEY",
            "OPENAI_API_KEY",
            help="Settings, Organization, Admin keys; owners only.",
            link="https://platform.openai.com/settings/organization/admin-keys",
        ),
        text(
            "project_id",
            "OPENAI_PROJECT_ID",
            advanced=True,
            help="Settings, Project, General; narrows everything to one project.",
            link="https://platform.openai.com/settings",
        ),
        number("history_days", default=30.0, advanced=True, help="1 to 365, the length of the longest sums."),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the organization's reports; where that fails, the credits of the key."""
        verdict = Verdict(auth=NEEDS_ADMIN, redirect=Unavailable, html=InvalidResponse, other=Unavailable)
        api = call.at("https://api.openai.com/v1", bearer=call["api_key"], timeout=20, verdict=verdict)
        project = project_of(call)
        history = int(min(max(call["history_days"], 1), MAX_DAYS))
        try:
            return Reading(organization=project, metrics=await read_reports(api, history, project, call.now))
        except QuotaError as err:
            if project:
                raise
            return await read_credits(api, err, call.now)


def project_of(call: Call) -> str | None:
    """Return the project; that of the environment is for the key of the environment only."""
    own = call.own("project_id") if call.own("api_key") else call.get("project_id")
    return str(own) if own else None


# The organization's reports


async def read_reports(api: Endpoint, history: int, project: str | None, now: datetime) -> tuple[Metric, ...]:
    """Read costs, then completions, of so many days."""
    costs = await read_report(api, "organization/costs", "line_item", history, project, now)
    completions = await read_report(api, "organization/usage/completions", "model", history, project, now)
    return metrics_of(costs, completions, history, now)


async def read_report(
    api: Endpoint, report: str, group: str, history: int, project: str | None, now: datetime
) -> list[Json]:
    """Read a report, in ranges of 31 days."""
    buckets: list[Json] = []
    first, end = parse.midnight(now, 1 - history), parse.midnight(now, 1)
    while first < end:
        last = min(first + timedelta(days=DAYS_A_REQUEST), end)
        query = [
            ("start_time", f"{first.timestamp():.0f}"),
            ("end_time", f"{last.timestamp():.0f}"),
            ("bucket_width", "1d"),
            ("limit", str((last - first).days)),
            ("group_by", group),
            *([("project_ids", project)] if project else []),
        ]
        with naming(report):
            buckets += await read_buckets(api, report, query, max_pages=MAX_PAGES, again_on=AGAIN_ON, says_more=True)
        first = last
    return buckets


@contextmanager
def naming(report: str) -> Iterator[None]:
    """Say in which report it is that something cannot be read."""
    try:
        yield
    except InvalidResponse as err:
        raise InvalidResponse(f"{report}: {err.message}") from err


def metrics_of(costs: Sequence[Json], completions: Sequence[Json], history: int, now: datetime) -> tuple[Metric, ...]:
    """Return the sums of today, of 7 days, and of the whole history; the finer counts of the history alone."""
    times = ("start_time", "end_time")
    with naming("organization/costs"):
        spend = days(costs, cost, *times)
    with naming("organization/usage/completions"):
        counts = {
            id: days(completions, value, *times)
            for id, value in (
                ("requests", lambda result: count(result, "num_model_requests")),
                ("tokens", lambda result: input_tokens(result) + output_tokens(result)),
                ("input_tokens", input_tokens),
                ("output_tokens", output_tokens),
                ("cached_tokens", lambda result: count(result, "input_cached_tokens")),
            )
        }
    whole = (f"{history}d", f", {history} days", history)
    metrics = []
    for id, name, report, unit, kind in (
        ("spend", "Spend", spend, "USD", MetricKind.SPEND),
        ("requests", "Requests", counts["requests"], "requests", MetricKind.COUNT),
        ("tokens", "Tokens", counts["tokens"], "tokens", MetricKind.COUNT),
    ):
        metrics.append(Metric(id=f"{id}_today", name=f"{name} today", value=today(report, now), unit=unit, kind=kind))
        metrics += [
            Metric(id=f"{id}_{key}", name=f"{name}{words}", value=last_days(report, length, now), unit=unit, kind=kind)
            for key, words, length in dict.fromkeys((("7d", ", 7 days", 7), whole))
            if 1 < length <= history
        ]
    metrics += [
        Metric(
            id=f"{id}_{whole[0]}",
            name=f"{name}{whole[1]}",
            value=last_days(counts[id], history, now),
            unit="tokens",
            kind=MetricKind.COUNT,
        )
        for id, name in (
            ("input_tokens", "Input tokens"),
            ("output_tokens", "Output tokens"),
            ("cached_tokens", "Cached input tokens"),
        )
    ]
    return tuple(metrics)


def cost(result: Json) -> float:
    """Return a cost in USD; one that is not given costs nothing."""
    amount = parse.mapping(result.get("amount"))
    value = amount.get("value")
    return 0 if value is None or value == "" else parse.need_number({"amount.value": value}, "amount.value")


def input_tokens(result: Json) -> float:
    """Return what went in, cached tokens included."""
    return count(result, "input_tokens") + count(result, "input_audio_tokens")


def output_tokens(result: Json) -> float:
    """Return what came out."""
    return count(result, "output_tokens") + count(result, "output_audio_tokens")


# The credits of an old user key


async def read_credits(api: Endpoint, failure: QuotaError, now: datetime) -> Reading:
    """Read the credits after the reports failed.

    When both fail, the failure of the reports counts, unless it was a refusal: then the other one does.
    """
    try:
        return credits_of(await api.get_object("dashboard/billing/credit_grants", timeout=15), now)
    except QuotaError as err:
        raise err if isinstance(failure, AuthFailed) else failure from None


def credits_of(answer: Json, now: datetime) -> Reading:
    """Return the credits, in USD, and when the first of them end."""
    granted, used, available = (
        parse.need_number(answer, key) for key in ("total_granted", "total_used", "total_available")
    )
    ends = min(grant_ends(answer, now), default=None)
    window = parse.counted(
        "credits", "API credits", unit="USD", used=used, limit=granted, remaining=available, expires_at=ends
    )
    return Reading(
        windows=(window,) if granted > 0 else (),
        metrics=parse.known_metric(
            "balance", "API credits available", available, "USD", MetricKind.BALANCE, expires_at=ends
        ),
    )


def grant_ends(answer: Json, now: datetime) -> Iterator[datetime]:
    """Yield when the grants end that are not used up."""
    for grant in parse.items(parse.mapping(answer.get("grants")).get("data")):
        amount, used = (parse.first_number(grant, key) for key in ("grant_amount", "used_amount"))
        ends = parse.moment(parse.mapping(grant).get("expires_at"))
        if ends and ends > now and (amount is None or used is None or used < amount):
            yield ends
