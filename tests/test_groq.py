"""What the cases of Groq cannot show: what is left out, what stays secret, and which session is tried."""

from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import Snapshot, Unavailable
from custom_components.ai_quota.quota.providers import groq
from tests.conftest import Kept, Machine
from tests.upstream import Request, Upstream, jwt

ACTIVITY = "https://api.groq.com/platform/v1/organizations/org_1/activity"
FRESH = jwt('{"alg": "none"}', '{"https://groq.com/organization": {"id": "org_1"}}')


async def usage(session: aiohttp.ClientSession, **data: Any) -> Snapshot:
    return await fetch(Account(load("groq"), InMemory(data), session))


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        ({"cost": 1}, {"spend_today", "spend_7d", "spend_30d"}),
        ({"num_requests": 1, "cost": None}, {"requests_today", "requests_30d"}),
        ({"n_generated_tokens_total": 1}, {"tokens_today", "tokens_30d"}),
        ({"n_context_tokens_total": 1}, {"tokens_today", "tokens_30d", "cached_tokens_30d"}),
        ({}, set()),
    ],
)
async def test_a_figure_that_no_row_has_is_left_out(
    session: aiohttp.ClientSession, upstream: Upstream, row: dict[str, Any], ids: set[str]
) -> None:
    upstream.answer("GET", ACTIVITY, json={"data": [{"timestamp": 1795176000, **row}]})

    assert {metric.id for metric in (await usage(session, cookie=FRESH)).metrics} == ids


async def test_cache_hits_without_a_result_are_left_out(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    def result(request: Request) -> dict[str, Any]:
        found = [] if "cache_hits" in request.url.query["query"] else [{"value": [1, "1"]}]
        return {"json": {"status": "success", "data": {"result": found}}}

    upstream.answer("GET", "https://api.groq.com/v1/metrics/prometheus/api/v1/query", result)

    found = {metric.id for metric in (await usage(session, api_key="made-up-key")).metrics}

    assert found == {"requests_per_minute", "tokens_per_minute"}


async def test_each_credential_goes_to_its_host_alone(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", groq.SESSIONS, json={"data": {"session_jwt": FRESH}})
    upstream.answer("GET", ACTIVITY, json={"data": []})
    stale = jwt("{}", '{"made-up": 1}', "stale")

    snapshot = await usage(session, cookie=f"stytch_session=made-up-session; {groq.JWT}={stale}", api_key="made-up-key")

    (exchange,), (activity,) = upstream.to(groq.SESSIONS), upstream.to(ACTIVITY)
    assert snapshot.identity == "org_1"
    assert not any(secret in str(exchange.headers) + str(exchange.body) for secret in (FRESH, stale, "made-up-key"))
    assert not any(secret in f"{activity.url}{activity.headers}" for secret in ("made-up", stale))
    assert not exchange.cookies
    assert not activity.cookies


async def test_tokens_are_in_no_message(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    location = {"status": 200, "json": {"data": {"session_jwt": FRESH}}}
    upstream.answer("POST", groq.SESSIONS, lambda _: location)
    upstream.answer("GET", ACTIVITY, status=503, text=FRESH)

    with pytest.raises(Unavailable) as caught:
        await usage(session, cookie="made-up-session")

    assert FRESH not in caught.value.message
    assert "made-up-session" not in caught.value.message


async def test_sessions_of_browsers_are_tried_one_after_the_other(
    session: aiohttp.ClientSession, upstream: Upstream, machine: Machine
) -> None:
    machine.firefox(*([Kept("groq.com", "stytch_session", value)] for value in ("made-up-old", "made-up-new")))
    upstream.answer("POST", groq.SESSIONS, when={"json": {"session_token": "made-up-old"}}, status=404, json={})
    fresh = {"data": {"session_jwt": FRESH}}
    upstream.answer("POST", groq.SESSIONS, when={"json": {"session_token": "made-up-new"}}, json=fresh)
    upstream.answer("GET", ACTIVITY, json={"data": []})

    assert (await usage(session)).source == "web"


def test_a_session_is_renewed_before_it_can_end() -> None:
    provider = load("groq")

    assert provider.every_of("auto").maximum == provider.every_of("web").maximum == 25
    assert provider.every_of("api").maximum > 60
