"""What the cases of StepFun cannot show: what a renewal or a login leaves behind, and which session comes first."""

import asyncio
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch, load
from custom_components.ai_quota.quota.model import AuthFailed
from tests.conftest import Kept, Machine
from tests.upstream import Request, Response, Upstream

SITE = "https://platform.stepfun.com/"
USAGE = f"{SITE}api/step.openapi.devcenter.Dashboard/QueryStepPlanRateLimit"
PLAN = f"{SITE}api/step.openapi.devcenter.Dashboard/GetStepPlanStatus"
PASSPORT = f"{SITE}passport/proto.api.passport.v1.PassportService"
LOGIN = {"username": "eve@example.net", "password": "made-up-word"}


@pytest.fixture
def accepted(upstream: Upstream) -> set[str]:
    """The tokens that StepFun accepts; a renewal or a login adds one and spends the one before."""
    tokens: set[str] = set()

    def usage(request: Request) -> Response:
        is_known = request.cookies.get("Oasis-Token") in tokens
        return {"json": {"status": 1, "five_hour_usage_left_rate": 0}} if is_known else {"status": 401}

    def renewal(request: Request) -> Response:
        spent = request.cookies["Oasis-Token"]
        if not spent.startswith("renewable"):
            return {"status": 401}
        tokens.add(f"after-{spent}")
        return {"json": {"accessToken": {"raw": f"after-{spent}"}}}

    def login(request: Request) -> Response:
        tokens.add("of-the-login")
        return {"json": {"accessToken": {"raw": "of-the-login"}}}

    upstream.answer("POST", USAGE, usage)
    upstream.answer("POST", PLAN, json={"status": 1, "subscription": {"name": "Plus"}})
    upstream.answer("POST", f"{PASSPORT}/RefreshToken", renewal)
    upstream.answer("GET", SITE, text="<p>", headers={"Set-Cookie": "INGRESSCOOKIE=made-up-entry; Path=/"})
    upstream.answer("POST", f"{PASSPORT}/RegisterDevice", json={"accessToken": {"raw": "made-up-device"}})
    upstream.answer("POST", f"{PASSPORT}/SignInByPassword", login)
    return tokens


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("stepfun"), InMemory(data), session)


def tokens(upstream: Upstream) -> list[str]:
    """Return the tokens with which the usage was asked for."""
    return [request.cookies["Oasis-Token"] for request in upstream.to(USAGE)]


async def test_a_renewed_token_is_kept(session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str]) -> None:
    mine = account(session, cookie="renewable-1")

    await fetch(mine)
    await fetch(mine)

    assert tokens(upstream) == ["renewable-1", "after-renewable-1", "after-renewable-1"]
    assert mine.keeper.data["cookie"] == "renewable-1"


async def test_two_fetches_renew_once(session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str]) -> None:
    mine = account(session, cookie="renewable-1")

    await asyncio.gather(fetch(mine), fetch(mine))

    assert len(upstream.to(f"{PASSPORT}/RefreshToken")) == 1


async def test_a_login_is_kept_with_its_name(
    session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str]
) -> None:
    mine = account(session, **LOGIN)

    await fetch(mine)
    snapshot = await fetch(mine)

    assert (snapshot.account, snapshot.identity) == ("eve@example.net", "eve@example.net")
    assert len(upstream.to(f"{PASSPORT}/SignInByPassword")) == 1
    knows_password = {str(each.url) for each in upstream.requests if b"made-up-word" in each.body}
    assert knows_password == {f"{PASSPORT}/SignInByPassword"}


async def test_a_new_cookie_takes_the_place_of_what_was_kept(
    session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str]
) -> None:
    mine = account(session, cookie="renewable-1")
    await fetch(mine)
    accepted.add("pasted-later")

    await mine.keeper.save({"cookie": "pasted-later"})
    await fetch(mine)

    assert tokens(upstream)[-1] == "pasted-later"


async def test_a_kept_token_that_is_refused_is_dropped_and_the_cookie_comes_first_again(
    session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str]
) -> None:
    mine = account(session, cookie="renewable-1", **LOGIN)
    await fetch(mine)
    accepted.clear()
    accepted.add("renewable-1")

    snapshot = await fetch(mine)

    assert tokens(upstream)[-2:] == ["after-renewable-1", "renewable-1"]
    assert snapshot.account is None
    assert "session_token" not in mine.keeper.data


async def test_a_kept_login_that_is_refused_is_made_anew(
    session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str]
) -> None:
    mine = account(session, **LOGIN)
    await fetch(mine)
    accepted.clear()

    assert (await fetch(mine)).account == "eve@example.net"
    assert len(upstream.to(f"{PASSPORT}/SignInByPassword")) == 2


@pytest.fixture
def browser(machine: Machine) -> None:
    """Put a session into a browser of this machine."""
    machine.firefox([Kept(".stepfun.com", "Oasis-Token", "of-the-browser")])


@pytest.mark.usefixtures("browser")
async def test_a_browser_comes_before_the_environment_and_is_not_replaced_by_it(
    session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPFUN_TOKEN", "of-the-environment")
    monkeypatch.setenv("STEPFUN_USERNAME", "adam@example.net")
    monkeypatch.setenv("STEPFUN_PASSWORD", "another-word")
    accepted.add("of-the-environment")

    with pytest.raises(AuthFailed):
        await fetch(account(session))

    assert tokens(upstream) == ["of-the-browser"]


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize("data", [{"cookie": "mine"}, {"cookie_source": "manual"}])
async def test_a_browser_is_left_alone(
    session: aiohttp.ClientSession, upstream: Upstream, accepted: set[str], data: dict[str, Any]
) -> None:
    accepted.add("of-the-browser")

    with pytest.raises(AuthFailed):
        await fetch(account(session, **data))

    assert "of-the-browser" not in tokens(upstream)
