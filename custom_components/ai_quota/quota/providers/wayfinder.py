"""Wayfinder."""

from collections.abc import Iterator
from contextlib import contextmanager
import re
from typing import override

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Settings, base_url
from ..http import Endpoint, Verdict
from ..model import InvalidResponse, Metric, MetricKind, Reading, Unavailable, Unsupported
from ..parse import Json
from ..provider import Provider, strategy

VERDICT = Verdict(auth="something before the gateway asks for a login")
START = "start the gateway with `wayfinder-router serve`, or correct the address"
FIGURES = (
    ("requests_30d", "Requests, 30 days", "requests", "requests", MetricKind.COUNT),
    ("tokens_30d", "Tokens, 30 days", "tokens", "tokens", MetricKind.COUNT),
    ("spend_30d", "Spend, 30 days", "realized", "USD", MetricKind.SPEND),
    ("saved_30d", "Saved, 30 days", "saved", "USD", MetricKind.SPEND),
    ("saved_percent", "Saved share, 30 days", "saved_pct", "%", MetricKind.RATE),
)
LATENCY = "wayfinder_router_decision_latency_seconds_"
LABELS = r'(?:\{(?:[^"}\n]|"(?:[^"\\\n]|\\.)*")*\})?'
# https://prometheus.io/docs/instrumenting/exposition_formats/
SAMPLE = re.compile(rf"^[ \t]*{LATENCY}(sum|count)(?![\w:])[ \t]*{LABELS}[ \t]*(\S+)", re.MULTILINE)


class Wayfinder(Provider):
    """Wayfinder: requests, tokens, cost and savings of a self-hosted router between local and cloud models.

    Source: https://github.com/itsthelore/wayfinder-router
    """

    id = "wayfinder"
    name = "Wayfinder"
    dashboard = "http://127.0.0.1:8088/router"
    fields = (
        base_url(
            "http://127.0.0.1:8088",
            "WAYFINDER_GATEWAY_URL",
            http=True,
            advanced=False,
            help="Where the gateway answers; it may begin with http:// on a private address.",
        ),
    )

    @strategy("api")
    async def api(self, call: Call) -> Reading:
        """Read the state of the gateway and its savings, and what else it tells."""
        base: URL = call["base_url"]
        gateway = call.at(base, timeout=5, verdict=VERDICT)
        health = await read_health(gateway)
        models = await call.optional(gateway.get_object("router/models")) or {}
        savings = await read_savings(gateway)
        samples = await call.optional(read_samples(gateway)) or ""
        return Reading(
            plan=plan_of(health, models),
            identity=f"{base.authority}{base.path.rstrip('/')}",
            metrics=(*figures(savings), *decision_time(samples), *requests_by_route(savings)),
        )

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the gateway's own page."""
        return str(settings.get("base_url") / "router")


# Requests


@contextmanager
def asking(path: str) -> Iterator[None]:
    """Let a failure say what to do, and where the answer was that cannot be understood."""
    try:
        yield
    except Unavailable as err:
        err.message += f"; {START}"
        raise
    except InvalidResponse as err:
        err.message = f"{path}: {err.message}"
        raise


async def read_health(gateway: Endpoint) -> Json:
    """Read the state of the gateway."""
    with asking("/healthz"):
        health = await gateway.get_object("healthz")
        if not isinstance(health.get("status"), str):
            raise InvalidResponse("status is missing or not text")
        return health


async def read_savings(gateway: Endpoint) -> Json:
    """Read what went through the gateway in 30 days."""
    with asking("/v1/savings"):
        reply = await gateway.get("v1/savings", query={"period": "30d"})
        if reply.status == 404:
            raise Unsupported("this gateway has no savings endpoint: update it")
        savings = await reply.check(VERDICT).object()
        parse.need_json_number(savings, "requests")
        return savings


async def read_samples(gateway: Endpoint) -> str:
    """Read what the gateway measures, as Prometheus does."""
    return (await gateway.get("metrics", headers={"Accept": "text/plain"})).check(VERDICT).text


# Figures


def plan_of(health: Json, models: Json) -> str:
    """Return the state of the gateway, which stands for a plan."""
    if health.get("offline") is True:
        return "Offline mode"
    if models.get("dry_run") is True:
        return "Dry run"
    if health.get("status") != "degraded":
        return "Local gateway"
    count = len(parse.items(health.get("missing_keys")))
    return f"Degraded ({count} key{'s' * (count != 1)} missing)" if count else "Degraded"


def figures(savings: Json) -> Iterator[Metric]:
    """Yield the figures of 30 days; without prices what should be money is in units of no meaning."""
    is_priced = savings.get("priced") is True
    for id, name, key, unit, kind in FIGURES:
        if is_priced or unit != "USD":
            yield from parse.known_metric(id, name, parse.number(savings.get(key)), unit, kind)


def requests_by_route(savings: Json) -> Iterator[Metric]:
    """Yield the requests of 30 days by route."""
    routes = parse.mapping(savings.get("by_route"))
    counts = ((name, parse.number(parse.mapping(route).get("requests"))) for name, route in routes.items())
    return parse.shares("requests_30d", "Requests, 30 days", counts, "requests", MetricKind.COUNT, other="route")


def decision_time(samples: str) -> tuple[Metric, ...]:
    """Return how long the gateway takes to choose a model, over all label sets; nothing when one is no number."""
    totals: dict[str, float] = {}
    for match in SAMPLE.finditer(samples):
        value = parse.number(match[2])
        if value is None:
            return ()
        totals[match[1]] = totals.get(match[1], 0) + value
    seconds, count = totals.get("sum"), totals.get("count", 0)
    average = seconds / count * 1000 if seconds is not None and count > 0 else None
    return parse.known_metric("decision_time", "Average decision time", average, "ms", MetricKind.RATE)
