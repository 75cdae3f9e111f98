"""The fetch chain: which strategies are tried, what is kept of each attempt, and what comes of it all."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import sys
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, parse
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.credentials import api_key, secret, url
from custom_components.ai_quota.quota.model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Kind,
    Metric,
    MetricKind,
    QuotaError,
    RateLimited,
    Reading,
    Unavailable,
    Unsupported,
    Window,
)
from custom_components.ai_quota.quota.provider import Provider, Strategy, strategy

TOKEN = "made-up-token"

fetch_module = sys.modules["custom_components.ai_quota.quota.fetch"]
"""The module, whose name in the package is the function's."""

type Outcome = Callable[[], Reading]


def fails(error: Exception) -> Outcome:
    def outcome() -> Reading:
        raise error

    return outcome


def reads(**reading: Any) -> Outcome:
    return lambda: Reading(**reading)


class Tool(Provider):
    """A provider whose outcomes a test decides."""

    id = "tool"
    name = "Tool"
    dashboard = "https://tool.example/"
    missing = "give a key"
    fields = (api_key("TOOL_KEY"), secret("token"), url("base_url"))

    def __init__(self, **outcomes: Outcome) -> None:
        self.outcomes = outcomes

    async def has_tool(self, call: Call) -> bool:
        return "local" in self.outcomes

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        return self.outcomes["api"]()

    @strategy("oauth", needs=("token",))
    async def oauth(self, call: Call) -> Reading:
        return self.outcomes["oauth"]()

    @strategy("local", when=has_tool, absent="install the tool")
    async def local(self, call: Call) -> Reading:
        return self.outcomes["local"]()


def account(session: aiohttp.ClientSession, provider: Provider, **data: Any) -> Account:
    return Account(provider, InMemory(data), session)


BOTH = {"api_key": "made-up-key", "token": TOKEN}


@pytest.mark.parametrize(
    ("errors", "kind", "tried"),
    [
        ([AuthFailed("a"), AuthFailed("b"), AuthFailed("c")], Kind.AUTH, 3),
        ([AuthFailed("a"), Unavailable("b"), Unsupported("c")], Kind.UNAVAILABLE, 3),
        ([Unsupported("a"), AuthFailed("b"), RateLimited()], Kind.UNSUPPORTED, 3),
        ([AuthFailed("a"), BadConfiguration("b"), Unavailable("c")], Kind.CONFIGURATION, 2),
        ([Unavailable("a"), BadConfiguration("b"), AuthFailed("c")], Kind.CONFIGURATION, 2),
        ([KeyError("x"), AuthFailed("b"), AuthFailed("c")], Kind.INVALID_RESPONSE, 3),
    ],
)
async def test_one_failure_stands_for_all(
    session: aiohttp.ClientSession, errors: Sequence[Exception], kind: Kind, tried: int
) -> None:
    provider = Tool(**{name: fails(error) for name, error in zip(("api", "oauth", "local"), errors, strict=True)})
    with pytest.raises(QuotaError) as caught:
        await fetch(account(session, provider, **BOTH))
    assert caught.value.kind is kind
    assert [attempt.source for attempt in caught.value.attempts] == ["api", "oauth", "local"][:tried]
    assert not any(attempt.ok for attempt in caught.value.attempts)


async def test_the_first_answer_counts_and_what_failed_before_is_seen(session: aiohttp.ClientSession) -> None:
    provider = Tool(api=fails(RateLimited(retry_after=5)), oauth=reads(plan="Pro"), local=reads(plan="Other"))
    snapshot = await fetch(account(session, provider, **BOTH))
    assert (snapshot.provider, snapshot.source, snapshot.plan) == ("tool", "oauth", "Pro")
    assert [attempt.as_dict() for attempt in snapshot.attempts] == [
        {"source": "api", "ok": False, "error": "rate_limited", "message": "too many requests"},
        {"source": "oauth", "ok": True, "error": None, "message": None},
    ]
    assert snapshot.as_dict("Tool")["attempts"] == [attempt.as_dict() for attempt in snapshot.attempts]


async def never() -> Reading:
    """Answer never."""
    return await asyncio.get_running_loop().create_future()


async def test_a_fetch_ends_in_time_and_a_tool_may_take_longer(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Provider):
        """A provider of which only the tool answers."""

        id = "slow"
        name = "Slow"
        dashboard = "https://slow.example/"

        @strategy("oauth")
        async def oauth(self, call: Call) -> Reading:
            return await never()

        @strategy("web")
        async def web(self, call: Call) -> Reading:
            raise AssertionError("there is no time left for this")

        @strategy("cli")
        async def cli(self, call: Call) -> Reading:
            # What is optional gives way before the tool's time is up.
            return Reading(plan=await call.optional(never()) or "Pro")

    monkeypatch.setattr(fetch_module, "FETCH_SECONDS", 0.05)
    monkeypatch.setattr(fetch_module, "TOOL_SECONDS", 5.1)
    snapshot = await fetch(account(session, Slow()))
    assert (snapshot.source, snapshot.plan) == ("cli", "Pro")
    assert [(each.source, each.error) for each in snapshot.attempts] == [("oauth", Kind.UNAVAILABLE), ("cli", None)]


async def test_a_rejected_credential_of_this_machine_is_sent_again_once_it_has_changed(
    session: aiohttp.ClientSession,
) -> None:
    class Kept(Provider):
        """A provider whose token a tool keeps."""

        id = "kept"
        name = "Kept"
        dashboard = "https://kept.example/"
        token = "token-that-has-expired"

        @strategy("local", machine=True)
        async def local(self, call: Call) -> Reading:
            call.at("https://kept.example/", bearer=self.token)
            sent.append(self.token)
            if self.token == "token-that-has-expired":
                raise AuthFailed("no")
            return Reading()

    sent: list[str] = []
    provider = Kept()
    mine = account(session, provider)
    for _ in range(3):
        with pytest.raises(AuthFailed) as caught:
            await fetch(mine)
        assert caught.value.may_heal
    assert sent == ["token-that-has-expired"]
    mine.resting.clear()  # as when a person asks
    with pytest.raises(AuthFailed):
        await fetch(mine)
    provider.token = "token-that-is-new"
    await fetch(mine)
    assert sent == ["token-that-has-expired", "token-that-has-expired", "token-that-is-new"]
    assert not mine.resting


async def test_what_is_not_available_is_no_attempt(session: aiohttp.ClientSession) -> None:
    snapshot = await fetch(account(session, Tool(local=reads())))
    assert [attempt.source for attempt in snapshot.attempts] == ["local"]


async def test_nothing_available_asks_for_credentials(session: aiohttp.ClientSession) -> None:
    with pytest.raises(AuthFailed, match="give a key") as caught:
        await fetch(account(session, Tool()))
    assert caught.value.attempts == ()


async def test_a_key_from_the_environment(session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOL_KEY", " 'made-up' ")
    assert (await fetch(account(session, Tool(api=reads())))).source == "api"


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("api", AuthFailed, "give a key"),
        ("local", Unavailable, "install the tool"),
        ("web", BadConfiguration, "no source 'web'"),
    ],
)
async def test_a_chosen_source_that_is_not_there(
    session: aiohttp.ClientSession, source: str, kind: type[QuotaError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        await fetch(account(session, Tool(oauth=reads()), source=source, token=TOKEN))


async def test_a_chosen_source_is_the_only_one(session: aiohttp.ClientSession) -> None:
    provider = Tool(api=fails(Unavailable("down")), oauth=reads())
    with pytest.raises(Unavailable, match="down"):
        await fetch(account(session, provider, source="api", **BOTH))


async def test_a_refused_override_ends_it_before_anything_is_tried(session: aiohttp.ClientSession) -> None:
    with pytest.raises(BadConfiguration) as caught:
        await fetch(account(session, Tool(api=reads()), base_url="http://tool.example", **BOTH))
    assert caught.value.field == "base_url"


async def test_a_secret_never_stands_in_a_message(session: aiohttp.ClientSession) -> None:
    provider = Tool(api=fails(Unavailable(f"the server said: bad token {TOKEN}!")))
    with pytest.raises(Unavailable) as caught:
        await fetch(account(session, provider, **BOTH, source="api"))
    assert str(caught.value) == "the server said: bad token …!"
    assert caught.value.attempts[0].message == "the server said: bad token …!"


async def test_an_odd_answer_is_told_without_what_was_in_it(session: aiohttp.ClientSession) -> None:
    provider = Tool(api=fails(KeyError(TOKEN)))
    with pytest.raises(InvalidResponse, match="KeyError") as caught:
        await fetch(account(session, provider, **BOTH, source="api"))
    assert TOKEN not in str(caught.value)


async def test_the_rules_of_every_provider(session: aiohttp.ClientSession) -> None:
    now = datetime.now(UTC)
    past, ahead = now - timedelta(minutes=1), now + timedelta(hours=1)
    window = Window(id="a", name="A", used_percent=-3, resets_at=past, expires_at=past)
    metric = Metric(id="m", name="M", value=1, unit=None, kind=MetricKind.COUNT, expires_at=past)
    kept = (
        Window(id="b", name="B", used_percent=130, resets_at=ahead, expires_at=ahead),
        replace(metric, expires_at=ahead),
    )
    provider = Tool(api=reads(windows=(window, kept[0]), metrics=(metric, kept[1])))
    snapshot = await fetch(account(session, provider, **BOTH))
    assert snapshot.windows == (Window(id="a", name="A", used_percent=0), kept[0])
    assert snapshot.metrics == (replace(metric, expires_at=None), kept[1])
    assert snapshot.fetched_at.tzinfo is UTC
    assert snapshot.window("b") == kept[0]
    assert snapshot.window("c") is None
    assert snapshot.metric("m") == snapshot.metrics[0]
    assert snapshot.metric("c") is None


async def test_a_percentage_beyond_all_bounds_is_not_known(session: aiohttp.ClientSession) -> None:
    window = parse.counted("a", "A", unit="tokens", used=1e308, limit=1e-5)
    snapshot = await fetch(account(session, Tool(api=reads(windows=(window,))), **BOTH))
    assert [(found.used_percent, found.used) for found in snapshot.windows] == [(None, 1e308)]


class Stubborn(Tool):
    """Stops after the first failure, and begins with the tool."""

    def order(self, call: Call) -> Sequence[Strategy]:
        return self.strategies[::-1]

    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        return False


async def test_a_provider_may_have_an_order_of_its_own(session: aiohttp.ClientSession) -> None:
    provider = Stubborn(local=fails(Unavailable("down")), oauth=reads())
    with pytest.raises(Unavailable, match="down") as caught:
        await fetch(account(session, provider, **BOTH))
    assert [attempt.source for attempt in caught.value.attempts] == ["local"]


class Keeper:
    """Counts what is saved."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data: Mapping[str, Any] = data
        self.saved: list[Mapping[str, Any]] = []

    async def save(self, changes: Mapping[str, Any]) -> None:
        self.saved.append(changes)
        self.data = {**self.data, **changes}


async def test_saved_credentials_are_known_at_once(session: aiohttp.ClientSession) -> None:
    keeper = Keeper({"api_key": "old-made-up"})
    call = Call(Account(Tool(), keeper, session))
    await call.save({"api_key": "new-made-up"})
    assert call["api_key"] == call.own("api_key") == "new-made-up"
    assert call.redact("old-made-up new-made-up") == "… …"
    with pytest.raises(AuthFailed, match="token is missing"):
        call["token"]


async def test_what_is_optional_may_fail_but_for_what_is_named(session: aiohttp.ClientSession) -> None:
    call = Call(account(session, Tool()))

    async def failing(error: QuotaError) -> None:
        raise error

    assert await call.optional(failing(Unavailable("down"))) is None
    with pytest.raises(BadConfiguration):
        await call.optional(failing(BadConfiguration("no")))
    with pytest.raises(AuthFailed):
        await call.optional(failing(AuthFailed("no")), but=AuthFailed)
