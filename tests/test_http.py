"""The client: what it sends, where it goes, and what every kind of answer means."""

import base64
from datetime import UTC, datetime
import gzip
from typing import Any

import aiohttp
from aiohttp.client_reqrep import ConnectionKey
import pytest
from yarl import URL

from custom_components.ai_quota.quota import Account, InMemory
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.http import Endpoint, NoConnection, Verdict
from custom_components.ai_quota.quota.model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable
from custom_components.ai_quota.quota.provider import Provider
from tests.common import shorten_timeouts
from tests.upstream import Request, Upstream

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = "https://api.example/v1"


@pytest.fixture
def api(session: aiohttp.ClientSession) -> Endpoint:
    return Endpoint(session=session, base=URL(BASE), now=NOW, headers={"Authorization": "Bearer made-up"})


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("", BASE),
        ("key", f"{BASE}/key"),
        ("a/b?x=1&y=%2F", f"{BASE}/a/b?x=1&y=/"),
        ("/root", "https://api.example/root"),
        ("https://api.example/else", "https://api.example/else"),
        (("accounts", "a/b c", "limits"), f"{BASE}/accounts/a%2Fb%20c/limits"),
    ],
)
def test_addresses_below_the_base(api: Endpoint, path: str | tuple[str, ...], url: str) -> None:
    assert str(api.url(path)) == url


@pytest.mark.parametrize("path", ["https://other.example/v1", "http://api.example/v1", "//other.example/v1"])
def test_an_address_of_another_origin_is_refused(api: Endpoint, path: str) -> None:
    with pytest.raises(ValueError, match=r"is not api\.example"):
        api.url(path)


@pytest.mark.parametrize("segment", [".", ".."])
def test_a_segment_that_leads_elsewhere_is_refused(api: Endpoint, segment: str) -> None:
    with pytest.raises(ValueError, match="leads elsewhere"):
        api.url(("teams", segment, "usage"))


async def test_a_request_carries_what_belongs_to_its_endpoint(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("POST", f"{BASE}/usage?page=1", json={"ok": True})
    assert await api.post_object("usage", query={"page": 1}, json={"a": 1}, headers={"X-One": "1"}) == {"ok": True}
    (request,) = upstream.requests
    assert request.json == {"a": 1}
    assert request.headers["Authorization"] == "Bearer made-up"
    assert request.headers["X-One"] == "1"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["User-Agent"].startswith("AIQuota")


async def test_a_form_is_urlencoded(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("POST", f"{BASE}/token", json={}, when={"form": {"code": "a b&c", "empty": ""}})
    await api.post_object("token", form={"code": "a b&c", "empty": ""})
    assert upstream.requests[0].headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ({"status": 401, "json": {"error": "secret detail"}}, AuthFailed, "credentials were rejected"),
        ({"status": 403}, AuthFailed, "HTTP 403"),
        ({"status": 429}, RateLimited, "too many requests"),
        ({"status": 404}, InvalidResponse, "HTTP 404"),
        ({"status": 408}, Unavailable, "HTTP 408"),
        ({"status": 503}, Unavailable, "HTTP 503"),
        ({"status": 302, "headers": {"Location": "https://login.example/"}}, InvalidResponse, "redirects"),
        ({"text": "<!DOCTYPE html><title>Sign in</title>"}, InvalidResponse, "web page"),
        ({"text": "no json"}, InvalidResponse, "not JSON"),
        ({"text": "["}, InvalidResponse, "not JSON"),
        ({"text": "[" * 100_000}, InvalidResponse, "not JSON"),
        ({"json": [1]}, InvalidResponse, "not a JSON object"),
        ({"base64": base64.b64encode(b"\xff\xfe{").decode()}, InvalidResponse, "not JSON"),
        ({"fault": "reset"}, Unavailable, "no connection to api.example"),
        ({"json": {"a": "b" * 200}, "fault": "truncate"}, Unavailable, "no connection to api.example"),
        ({"status": 403, "headers": {"cf-mitigated": "challenge"}}, Unavailable, "browser check"),
        ({"status": 503, "text": '<html><script src="/cdn-cgi/challenge-platform/x">'}, Unavailable, "browser check"),
        (
            {"status": 403, "text": '<p><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js">'},
            AuthFailed,
            "403",
        ),
    ],
)
async def test_every_answer_that_is_none(
    api: Endpoint, upstream: Upstream, answer: dict[str, object], kind: type[QuotaError], message: str
) -> None:
    upstream.answer("GET", BASE, **answer)
    with pytest.raises(kind, match=message) as caught:
        await api.get_object()
    assert "secret detail" not in str(caught.value)


PASSING_FAULTS: list[dict[str, Any]] = [
    {"status": 502},
    {"status": 503},
    {"status": 504},
    {"json": {"a": "b" * 200}, "fault": "truncate"},
]


@pytest.mark.parametrize("fault", PASSING_FAULTS)
async def test_a_request_that_met_a_passing_fault_is_repeated_once(
    api: Endpoint, upstream: Upstream, fault: dict[str, Any]
) -> None:
    upstream.answer("GET", BASE, **fault)
    upstream.answer("GET", BASE, json={"well": True})
    assert await api.get_object() == {"well": True}
    upstream.answer("GET", f"{BASE}/other", status=503)
    with pytest.raises(Unavailable):
        await api.get_object("other")  # a fetch repeats one request, not one each
    assert len(upstream.to(f"{BASE}/other")) == 1


async def test_a_server_that_cannot_be_reached_is_tried_once_more(
    session: aiohttp.ClientSession, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refuse(method: str, url: URL, **_: Any) -> None:
        tried.append(str(url))
        raise aiohttp.ClientConnectorError(ConnectionKey("api.example", 443, True, True, None, None, None), OSError())

    monkeypatch.setattr(session, "request", refuse)
    api = Endpoint(session=session, base=URL(BASE), now=NOW)
    with pytest.raises(NoConnection):
        await api.get()
    assert tried == [BASE, BASE]
    with pytest.raises(NoConnection):
        await api.post()
    assert len(tried) == 3


async def test_a_connection_that_is_reset_is_made_once_more(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("GET", BASE, fault="reset")
    with pytest.raises(Unavailable):
        await api.get_object()
    assert len(upstream.requests) == 2


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        *(("POST", fault) for fault in PASSING_FAULTS),
        ("GET", {"status": 429}),
        ("GET", {"status": 500}),
        ("GET", {"status": 403}),
        ("GET", {"status": 503, "headers": {"cf-mitigated": "challenge"}}),
    ],
)
async def test_any_other_request_is_sent_once(
    api: Endpoint, upstream: Upstream, method: str, answer: dict[str, Any]
) -> None:
    upstream.answer(method, BASE, **answer)
    with pytest.raises(QuotaError):
        (await api.request(method)).check(api.verdict)
    assert len(upstream.requests) == 1


async def test_all_endpoints_of_a_fetch_share_the_one_repetition(
    session: aiohttp.ClientSession, upstream: Upstream
) -> None:
    call = Call(Account(Provider(), InMemory({}), session))
    upstream.answer("GET", BASE, status=503)
    for _ in range(2):
        assert (await call.at(BASE).get()).status == 503
    assert len(upstream.requests) == 3


async def test_nothing_is_repeated_on_this_machine(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("GET", "http://127.0.0.1/usage", status=503)
    api = Endpoint(session=session, base=URL("http://127.0.0.1/usage"), now=NOW)
    assert (await api.get()).status == 503
    assert len(upstream.requests) == 1


async def test_a_silent_server_is_waited_for_only_so_long(
    api: Endpoint, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten_timeouts(monkeypatch)
    upstream.answer("GET", BASE, fault="timeout")
    with pytest.raises(Unavailable, match="did not answer in 2 seconds"):
        await api.get(timeout=2)


async def test_a_verdict_names_the_failures_of_its_endpoint(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    verdict = Verdict(auth="sign in again", redirect=AuthFailed, html=AuthFailed, other=Unavailable)
    api = Endpoint(session=session, base=URL(BASE), now=NOW, verdict=verdict)
    upstream.answer("GET", BASE, status=307, headers={"Location": "/login"})
    upstream.answer("GET", BASE, text="<html>Sign in</html>")
    upstream.answer("GET", BASE, status=418)
    for kind in (AuthFailed, AuthFailed, Unavailable):
        with pytest.raises(kind):
            await api.get_object()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0.5", 0.5),
        ("Fri, 20 Nov 2026 12:10:00 GMT", 600),
        ("Fri, 20 Nov 2026 11:00:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("NaN", None),
        ("soon", None),
        ("", None),
    ],
)
async def test_retry_after_in_both_forms(api: Endpoint, upstream: Upstream, header: str, seconds: float | None) -> None:
    upstream.answer("GET", BASE, status=429, headers={"Retry-After": header})
    with pytest.raises(RateLimited) as caught:
        await api.get_object()
    assert caught.value.retry_after == seconds


async def test_redirects_stay_within_the_origin(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("POST", BASE, status=303, headers={"Location": "/second"})
    upstream.answer("GET", "https://api.example/second", status=307, headers={"Location": "https://api.example/third"})
    upstream.answer("GET", "https://api.example/third", status=302, headers={"Location": "https://login.example/"})
    reply = await api.post(follow=True, json={"secret": 1})
    assert reply.status == 302
    assert reply.location == URL("https://login.example/")
    assert [request.method for request in upstream.requests] == ["POST", "GET", "GET"]
    assert upstream.requests[1].body == b""


@pytest.mark.parametrize(
    "location", ["http://api.example/v1", "https://api.example:8443/v1", "https://api.example.evil/v1"]
)
async def test_a_credential_does_not_follow_elsewhere(api: Endpoint, upstream: Upstream, location: str) -> None:
    upstream.answer("GET", BASE, status=301, headers={"Location": location})
    assert (await api.get(follow=True)).status == 301
    assert len(upstream.requests) == 1


async def test_a_repeated_request_keeps_method_and_body(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("POST", BASE, status=308, headers={"Location": "/again"})
    upstream.answer("POST", "https://api.example/again", json={})
    await api.post(follow=True, json={"kept": True})
    assert upstream.requests[1].json == {"kept": True}


async def test_a_circle_of_redirects_ends(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("GET", BASE, status=302, headers={"Location": BASE})
    with pytest.raises(InvalidResponse, match="circle"):
        await api.get(follow=True)


async def test_a_redirect_without_an_address_is_returned(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("GET", BASE, status=302)
    assert (await api.get(follow=True)).location is None


async def test_the_size_is_capped_after_decompression(api: Endpoint, upstream: Upstream) -> None:
    bomb = base64.b64encode(gzip.compress(b"0" * 5_000_000)).decode()
    upstream.answer("GET", BASE, base64=bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(InvalidResponse, match="larger than 4096 KiB"):
        await api.get_object()


async def test_a_large_answer_is_read(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("GET", BASE, json={"rows": ["x" * 100] * 4000})
    assert len((await api.get_object())["rows"]) == 4000


async def test_a_line_break_in_a_credential_is_not_sent(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    api = Endpoint(session=session, base=URL(BASE), now=NOW, headers={"Authorization": "Bearer a\r\nX-Evil: 1"})
    with pytest.raises(AuthFailed, match="copy it again"):
        await api.get()
    assert not upstream.requests


async def test_cookies_of_an_answer(api: Endpoint, upstream: Upstream) -> None:
    def answer(request: Request) -> dict[str, object]:
        assert "Cookie" not in request.headers
        return {"status": 200, "json": {}, "headers": {"Set-Cookie": "session=renewed; Path=/; Secure"}}

    upstream.answer("GET", BASE, answer)
    reply = await api.get()
    assert reply.cookie("session") == "renewed"
    assert reply.cookie("other") is None
    # Nothing is kept for the next request.
    await api.get()


@pytest.mark.parametrize("header", ["session=; Path=/", "a b=c", "session"])
async def test_a_cleared_or_broken_cookie_is_none(api: Endpoint, upstream: Upstream, header: str) -> None:
    upstream.answer("GET", BASE, json={}, headers={"Set-Cookie": header})
    assert (await api.get()).cookie("session") is None


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9", "café"),
        ("text/plain; charset=none-such", "café".encode(), "café"),
        ("text/plain", b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
async def test_text_in_its_encoding(
    api: Endpoint, upstream: Upstream, content_type: str, body: bytes, text: str
) -> None:
    upstream.answer("GET", BASE, base64=base64.b64encode(body).decode(), headers={"Content-Type": content_type})
    assert (await api.get()).text == text


async def test_an_error_body_that_is_no_object_is_an_empty_one(api: Endpoint, upstream: Upstream) -> None:
    upstream.answer("GET", BASE, status=400, json={"error": "x"})
    upstream.answer("GET", BASE, status=400, text="broken")
    assert await (await api.get()).maybe_object() == {"error": "x"}
    assert await (await api.get()).maybe_object() == {}
