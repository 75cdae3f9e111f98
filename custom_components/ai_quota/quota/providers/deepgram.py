"""Deepgram."""

from collections.abc import Iterable
from datetime import datetime

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, text
from ..http import Endpoint, Verdict
from ..model import InvalidResponse, Metric, MetricKind, Reading, Unsupported
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy

COUNTERS = (
    ("requests", "requests_30d", "Requests, 30 days", "requests"),
    ("hours", "audio_hours_30d", "Audio hours, 30 days", "hours"),
    ("total_hours", "billable_hours_30d", "Billable hours, 30 days", "hours"),
    ("agent_hours", "agent_hours_30d", "Agent hours, 30 days", "hours"),
    ("tokens_in", "tokens_in_30d", "Input tokens, 30 days", "tokens"),
    ("tokens_out", "tokens_out_30d", "Output tokens, 30 days", "tokens"),
    ("tts_characters", "tts_characters_30d", "Speech characters, 30 days", "characters"),
)


class Deepgram(Provider):
    """Deepgram: usage of the last 30 days and the credit of one project, or of all that a key sees.

    Source: https://developers.deepgram.com/reference/manage/usage/breakdown/get
    """

    id = "deepgram"
    name = "Deepgram"
    dashboard = "https://console.deepgram.com/project/"
    status = StatusLink("https://status.deepgram.com", "statuspage", ("cv8l6gg3cb9d",))
    missing = "give an API key"
    every = Every(default=15, minimum=5)
    fields = (
        api_key(
            "DEEPGRAM_API_KEY",
            help="Your project, API Keys, Create; a role with usage:read (Owner and Admin may read the balance too).",
            link="https://console.deepgram.com",
        ),
        text("project_id", "DEEPGRAM_PROJECT_ID", help="The id (UUID) of one project; empty for all of them."),
        base_url("https://api.deepgram.com/v1", "DEEPGRAM_API_URL"),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read usage and balance of every project."""
        verdict = Verdict(auth="the API key is invalid, has expired, or lacks usage:read")
        api = call.at(call["base_url"], headers={"Authorization": f"Token {call['api_key']}"}, verdict=verdict)
        if project_id := call.get("project_id"):
            projects = {project_id: project_id}
        else:
            projects = projects_of(await api.get_object("projects"))
        rows: list[Json] = []
        balances: list[float] = []
        for project in projects:
            # A sum that lacks one project would be wrong, so a failure here fails it all.
            rows += await read_usage(api, project, call.now)
            answer = await call.optional(api.get_object(("projects", project, "balances")))
            balances += dollars(answer or {})
        return Reading(
            organization=next(iter(projects.values())) if len(projects) == 1 else None,
            metrics=(
                *counters(rows),
                *parse.known_metric(
                    "balance", "Balance", sum(balances) if balances else None, "USD", MetricKind.BALANCE
                ),
            ),
        )


def projects_of(answer: Json) -> dict[str, str]:
    """Return the projects, id to name (the id where it has none)."""
    projects: dict[str, str] = {}
    for each in parse.need_list(answer.get("projects"), "projects"):
        project_id = parse.first_text(each, "project_id")
        if not project_id:
            raise InvalidResponse("projects has an entry without project_id")
        projects[project_id] = parse.first_text(each, "name") or project_id
    if not projects:
        raise Unsupported("the API key sees no project")
    return projects


async def read_usage(api: Endpoint, project: str, now: datetime) -> list[Json]:
    """Read the rows of the last 30 days, today included."""
    query = {"start": f"{parse.midnight(now, -29):%Y-%m-%d}", "end": f"{now:%Y-%m-%d}"}
    reply = await api.get(("projects", project, "usage", "breakdown"), query=query)
    if reply.status == 404:
        raise InvalidResponse("the project was not found: give its id (UUID), not its name")
    answer = await reply.check(api.verdict).object()
    return [parse.need_mapping(row, "results") for row in parse.need_list(answer.get("results"), "results")]


def counters(rows: Iterable[Json]) -> list[Metric]:
    """Return the sums over all rows; what no row counts is absent, but no rows are no requests."""
    rows = list(rows)
    metrics: list[Metric] = []
    for key, id, name, unit in COUNTERS:
        found = [parse.need_number(row, key) for row in rows if row.get(key) is not None]
        value = sum(found) if found or (key == "requests" and not rows) else None
        metrics += parse.known_metric(id, name, value, unit, MetricKind.COUNT)
    return metrics


def dollars(answer: Json) -> list[float]:
    """Return the balances in USD."""
    return [
        amount
        for each in parse.items(answer.get("balances"))
        if (parse.first_text(each, "units") or "").lower() == "usd"
        and (amount := parse.first_number(each, "amount")) is not None
    ]
