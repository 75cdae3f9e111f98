"""What the cases of Ollama cannot show: sessions of browsers, and where they go."""

from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch
from custom_components.ai_quota.quota.credentials import Cookies
from custom_components.ai_quota.quota.model import InvalidResponse, Unavailable
from custom_components.ai_quota.quota.providers.ollama import Ollama, is_session, usage_reading
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

OLLAMA = Ollama()
SETTINGS = "https://ollama.com/settings"
USAGE = '<h2 id="header-email">Ada@example.org</h2> Weekly usage <i>7% used</i>'


def sign_in(machine: Machine, *values: str) -> None:
    """Sign in with a profile for each of the values."""
    machine.firefox(
        *([Kept("www.ollama.com", "wos-session", value), Kept("ollama.com", "theme", value)] for value in values)
    )


def answer(upstream: Upstream, value: str, **response: Any) -> None:
    cookies = f"wos-session={value}; theme={value}"
    upstream.answer("GET", SETTINGS, when={"headers": {"Cookie": cookies}}, **response)


async def test_the_next_profile_is_tried_when_one_is_signed_out_or_has_no_usage(
    upstream: Upstream, session: aiohttp.ClientSession, machine: Machine
) -> None:
    sign_in(machine, "refused", "strange", "good", "never-asked")
    answer(upstream, "refused", status=302, headers={"Location": "https://signin.ollama.com/"})
    answer(upstream, "strange", text="<html>Welcome</html>")
    answer(upstream, "good", text=USAGE)
    account = Account(OLLAMA, InMemory({}), session)

    snapshot = await fetch(account)

    assert [window.used_percent for window in snapshot.windows] == [7]
    assert OLLAMA.identity(snapshot, account.settings()) == "ollama:ada@example.org"
    assert len(upstream.requests) == 3


@pytest.mark.parametrize(("status", "kind"), [(500, Unavailable), (404, InvalidResponse)])
async def test_any_other_failure_ends_the_search(
    upstream: Upstream, session: aiohttp.ClientSession, machine: Machine, status: int, kind: type
) -> None:
    sign_in(machine, "first", "second")
    answer(upstream, "first", status=status)
    answer(upstream, "second", text=USAGE)

    with pytest.raises(kind):
        await fetch(Account(OLLAMA, InMemory({}), session))
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "name",
    [
        *("session", "__Secure-session", "ollama_session", "__Host-ollama_session", "wos-session"),
        *("next-auth.session-token", "__Secure-next-auth.session-token.12"),
    ],
)
def test_a_profile_counts_with_one_of_these_cookies(name: str) -> None:
    assert is_session(Cookies({"theme": "dark", name: "made-up"}))
    assert not is_session(Cookies({"theme": "dark", name: ""}))


@pytest.mark.parametrize("name", ["next-auth.session-token.x", "next-auth.csrf-token", "__Host-session", "theme"])
def test_other_cookies_make_no_session(name: str) -> None:
    assert not is_session(Cookies({name: "made-up"}))


async def test_the_cookies_leave_with_no_redirect(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("GET", SETTINGS, status=302, headers={"Location": "https://ollama.com.example/settings"})

    with pytest.raises(InvalidResponse):
        await fetch(Account(OLLAMA, InMemory({"cookie": "made-up"}), session))
    assert [request.url.host for request in upstream.requests] == ["ollama.com"]


@pytest.mark.parametrize(
    "activity",
    [
        {"cost": "5", "period": {"type": "last_week"}},
        {"cost": "much", "period": {"type": "last_4_weeks"}},
        {"cost": "5"},
        None,
    ],
)
def test_a_spend_of_another_time_is_left_out(activity: object) -> None:
    assert usage_reading({"activity": activity, "limits": {"weekly": {"usage": 0}}}).metrics == ()
