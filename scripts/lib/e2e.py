"""Checks a real Home Assistant from outside: accounts are added, used, lost and found again over REST."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
import shutil
import sys
from typing import Any

import aiohttp

from scripts.lib.browser import keep_cookies
from scripts.lib.card_sights import CARD_SIGHTS
from scripts.lib.demo import furnish
from scripts.lib.flows import add_account, fill, finish, to_credentials, way_for
from scripts.lib.home import ROOT, Home, running
from scripts.lib.pretend import Claude, enter_code, open_github, open_status_pages
from scripts.lib.sights import SIGHTS, views
from scripts.lib.world import World
from tests.upstream import Request, Response, Upstream

type Check = Callable[[Stage], Awaitable[None]]

CHECKS: list[Check] = []

FOLDER = ROOT / ".e2e"

OPENROUTER = "https://openrouter.ai/api/v1"
ALIBABA = {
    "intl": (
        "https://modelstudio.console.alibabacloud.com/ap-southeast-1/",
        "https://bailian-singapore-cs.alibabacloud.com",
    ),
    "cn": ("https://bailian.console.aliyun.com/cn-beijing/", "https://bailian-cs.console.aliyun.com"),
}

PERPLEXITY = "https://www.perplexity.ai/rest/billing/credits"
PERPLEXITY_SESSION = {"__Secure-authjs.session-token": "of-a-browser"}


@dataclass
class Stage:
    """What the checks work on."""

    home: Home
    upstream: Upstream
    claude: Claude
    accounts: dict[str, str] = field(default_factory=dict)
    """The entry of every provider that was added."""
    openrouter_is_open: bool = True
    """Whether the right key is still good."""

    async def value(self, provider: str, key: str) -> str:
        """Return the state of an account's entity."""
        return str((await self.home.state(self.accounts[provider], key))["state"])


def check(function: Check) -> Check:
    """Let a function be one of the checks, which run in the order of this file."""
    CHECKS.append(function)
    return function


async def until[T](look: Callable[[], Awaitable[T]], seconds: float = 20) -> T:
    """Return what there is to see once it is true; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110  nothing outside tells when
            await asyncio.sleep(0.2)
        return found


def expect(found: Any, wanted: Any) -> None:
    """Fail when two values differ."""
    if found != wanted:
        raise AssertionError(f"{found!r}, not {wanted!r}")


# The providers


def open_openrouter(stage: Stage) -> None:
    """Answer with credits to the right key."""

    def respond(request: Request) -> Response:
        if request.headers.get("Authorization") != "Bearer right-key" or not stage.openrouter_is_open:
            return {"status": 401, "json": {"error": {"message": "No auth credentials found", "code": 401}}}
        if request.url.path.endswith("/credits"):
            return {"json": {"data": {"total_credits": 100, "total_usage": 25.5}}}
        return {"json": {"data": {"limit": 20, "limit_remaining": 15, "limit_reset": "monthly", "usage": 5}}}

    for path in ("credits", "key"):
        stage.upstream.answer("GET", f"{OPENROUTER}/{path}", respond)


def open_alibaba(upstream: Upstream) -> None:
    """Answer with a plan on the mainland; the international site does not know the session."""
    for region, (page, gateway) in ALIBABA.items():
        upstream.answer("GET", page, text=f'<html><script>window.C = {{SEC_TOKEN: "token-{region}"}}</script></html>')
        counters = {
            f"per{period}{what}": number
            for period, used, total in (("5Hour", 60, 600), ("Week", 900, 3000), ("BillMonth", 1200, 9000))
            for what, number in (("UsedQuota", used), ("TotalQuota", total))
        }
        plan = {"planName": "Coding Plan Lite", "status": "VALID", "codingPlanQuotaInfo": counters}
        known = {"code": "200", "successResponse": True, "data": {"codingPlanInstanceInfos": [plan]}}
        answer: dict[str, Any] = {"json": known} if region == "cn" else {"status": 401, "text": "login required"}
        upstream.answer("POST", f"{gateway}/data/api.json", **answer)


def claude_usage(_: Request) -> Response:
    """Return Claude's limits."""
    later = "2099-01-01T00:00:00Z"
    return {
        "json": {
            "five_hour": {"utilization": 37.5, "resets_at": later},
            "seven_day": {"utilization": 61, "resets_at": later},
        }
    }


def claude_profile(_: Request) -> Response:
    """Return whose tokens they are."""
    organization = {"uuid": "org-1", "name": "Analytical", "organization_type": "claude_max"}
    return {"json": {"account": {"uuid": "acc-1", "email": "ada@example.com"}, "organization": organization}}


def open_copilot(upstream: Upstream) -> None:
    """Answer with premium requests to the token of the device login."""
    open_github(upstream, "device-token")
    quota = {"entitlement": 300, "remaining": 210, "percent_remaining": 70, "unlimited": False}
    user = {"login": "octocat", "copilot_plan": "individual", "quota_snapshots": {"premium_interactions": quota}}
    when = {"headers": {"Authorization": "token device-token"}}
    upstream.answer("GET", "https://api.github.com/copilot_internal/user", when=when, json=user)
    upstream.answer("GET", "https://api.github.com/user", when=when, json={"id": 4242, "login": "octocat"})


def open_perplexity(upstream: Upstream) -> None:
    """Answer with credits to whomever; which cookies come is for the check to see."""
    grants = [{"type": "recurring", "amount_cents": 500}]
    answer = {"balance_cents": 375, "total_usage_cents": 125, "credit_grants": grants}
    upstream.answer("GET", PERPLEXITY, json=answer)


# The checks


@check
async def openrouter_refuses_a_wrong_key(stage: Stage) -> None:
    """OpenRouter: a wrong key is refused beside its field."""
    typed = {"api_key": "wrong-key"}
    form = await to_credentials(stage.home, "openrouter", way_for("openrouter", typed))
    form = await fill(stage.home, form, typed)
    expect((form["type"], form["errors"]), ("form", {"api_key": "auth"}))
    entry = await finish(stage.home, await fill(stage.home, form, {"api_key": "right-key"}))
    stage.accounts["openrouter"] = entry["entry_id"]


@check
async def openrouter_shows_its_figures(stage: Stage) -> None:
    """OpenRouter: the right key brings balance and limit, with attributes."""
    expect(await stage.value("openrouter", "metric_balance_value"), "74.5")
    used = await stage.home.state(stage.accounts["openrouter"], "key_used")
    expect(used["state"], "25.0")
    expect({key: used["attributes"][key] for key in ("used", "limit", "unit")}, {"used": 5, "limit": 20, "unit": "USD"})


@check
async def claude_signs_in_by_a_pasted_code(stage: Stage) -> None:
    """Claude: signed in by a pasted code; plan, session and week are there."""
    entry = await stage.claude.sign_in(stage.home)
    stage.accounts["claude"] = entry["entry_id"]
    expect("ada@example.com" in entry["title"] or "Analytical" in entry["title"], True)
    expect(
        [await stage.value("claude", key) for key in ("session_used", "weekly_used", "plan")], ["37.5", "61.0", "Max"]
    )


@check
async def copilot_signs_in_by_a_device_code(stage: Stage) -> None:
    """GitHub Copilot: signed in by a device code."""
    entry = await enter_code(stage.home, "copilot")
    stage.accounts["copilot"] = entry["entry_id"]
    expect(await stage.value("copilot", "monthly_premium_used"), "30.0")


@check
async def alibaba_is_found_on_the_mainland(stage: Stage) -> None:
    """Alibaba Coding Plan: a session that the international site refuses is tried on the mainland's."""
    typed = {"cookie": "login_aliyunid_ticket=made-up; cna=made-up", "cookie_source": "manual", "region": "intl"}
    entry = await add_account(stage.home, "alibaba_coding_plan", typed)
    stage.accounts["alibaba_coding_plan"] = entry["entry_id"]
    expect([await stage.value("alibaba_coding_plan", f"{id}_used") for id in ("session", "weekly")], ["10.0", "30.0"])
    hosts = [request.url.host for request in stage.upstream.requests if request.method == "POST"][-2:]
    expect(hosts, ["bailian-singapore-cs.alibabacloud.com", "bailian-cs.console.aliyun.com"])


@check
async def perplexity_takes_the_session_of_a_browser(stage: Stage) -> None:
    """Perplexity: without a pasted cookie the session comes from a profile of a real browser, and no other cookie."""
    kept = {**PERPLEXITY_SESSION, "preference": "dark"}
    await keep_cookies(stage.home.user_home / ".config" / "chromium", PERPLEXITY, kept)
    entry = await add_account(stage.home, "perplexity", {"cookie_source": "auto"})
    stage.accounts["perplexity"] = entry["entry_id"]
    expect(await stage.value("perplexity", "monthly_used"), "25.0")
    sent = [request.cookies for request in stage.upstream.to(PERPLEXITY)]
    expect(sent, [PERPLEXITY_SESSION] * len(sent))


@check
async def get_usage_answers(stage: Stage) -> None:
    """`get_usage`: the action returns the snapshot of an account."""
    usage = await stage.home.act("get_usage", config_entry_id=stage.accounts["claude"])
    expect((usage["provider"], usage["source"], usage["account"]), ("claude", "oauth", "ada@example.com"))
    expect([attempt["ok"] for attempt in usage["attempts"]], [True])


@check
async def a_rejected_key_asks_to_sign_in_again(stage: Stage) -> None:
    """OpenRouter: when the key is rejected, the account waits for somebody to sign in again; a new key mends it."""
    entry_id = stage.accounts["openrouter"]
    stage.openrouter_is_open = False
    await refreshed(stage, "openrouter")
    flow = (await until(lambda: stage.home.waiting(entry_id)))[0]
    expect(flow["context"]["source"], "reauth")
    stage.openrouter_is_open = True
    done = await fill(stage.home, await stage.home.look(flow), {"api_key": "right-key"})
    expect((done["type"], done["reason"]), ("abort", "reauth_successful"))
    await until(lambda: is_loaded(stage, "openrouter"))
    expect(await stage.value("openrouter", "metric_balance_value"), "74.5")


@check
async def the_newest_refresh_token_survives_a_restart(stage: Stage) -> None:
    """Claude: tokens rotate, Home Assistant restarts in the middle of a fetch, the newest refresh token is used."""
    claude, upstream = stage.claude, stage.upstream
    # From now on every fetch has to renew the tokens first.
    claude.lifetime = 30
    await expire(stage)
    claude.is_slow = True
    renewed = len(claude.issued) + 1
    refreshing = asyncio.create_task(refreshed(stage, "claude"))
    await until(lambda: reached(lambda: len(claude.issued) >= renewed and slow_request_is_held(stage)))
    await stage.home.stop()
    await asyncio.gather(refreshing, return_exceptions=True)
    claude.is_slow = False
    newest = claude.issued[-1][1]
    upstream.requests.clear()
    await stage.home.start()
    await until(lambda: is_loaded(stage, "claude"))
    used = [each.json["refresh_token"] for each in upstream.to("https://platform.claude.com/v1/oauth/token")]
    expect(used[0], newest)
    expect(await stage.home.waiting(stage.accounts["claude"]), [])


async def expire(stage: Stage) -> None:
    """Have Claude's tokens renewed, so that they are good for `lifetime` seconds."""
    claude = stage.claude
    claude.issued.append(("unknown", claude.issued[-1][1]))  # the access token in use is rejected
    await refreshed(stage, "claude")


def slow_request_is_held(stage: Stage) -> bool:
    """Return whether the newest access token has arrived with a request that is not answered."""
    newest = stage.claude.issued[-1][0]
    return any(each.headers.get("Authorization") == f"Bearer {newest}" for each in stage.upstream.requests)


@check
async def without_the_internet_accounts_wait(stage: Stage) -> None:
    """Without the internet a restarted account is unavailable; afterwards it comes back by itself."""
    entry_id = stage.accounts["openrouter"]
    door = stage.home.door
    await stage.upstream.stop()
    await refreshed(stage, "openrouter")
    expect(await stage.value("openrouter", "metric_balance_value"), "74.5")  # the last figures stand for a while
    await stage.home.reload(entry_id)
    expect((await stage.home.entry(entry_id))["state"], "setup_retry")
    expect(await stage.value("openrouter", "metric_balance_value"), "unavailable")
    await stage.upstream.start(door.plain_port, door.tls_port)
    await until(lambda: is_loaded(stage, "openrouter"), seconds=60)
    expect(await stage.value("openrouter", "metric_balance_value"), "74.5")


@check
async def the_log_is_clean(stage: Stage) -> None:
    """Log: there is no error of the integration in it, and no credential."""
    log = stage.home.log.read_text()
    secrets = [*("right-key", "wrong-key", "device-token", "made-up", "of-a-browser"), *sum(stage.claude.issued, ())]
    expect([secret for secret in secrets if secret in log], [])
    expect([line for line in log.splitlines() if "ERROR" in line and "[custom_components.ai_quota" in line], [])


async def refreshed(stage: Stage, provider: str) -> None:
    """Ask for a fetch now; that it fails may be what is wanted."""
    try:
        await stage.home.act("refresh", config_entry_id=stage.accounts[provider])
    except aiohttp.ClientError:
        return


async def is_loaded(stage: Stage, provider: str) -> bool:
    """Return whether an account is set up."""
    return bool((await stage.home.entry(stage.accounts[provider]))["state"] == "loaded")


async def reached(condition: Callable[[], bool]) -> bool:
    """Return what a condition says, for `until`."""
    return condition()


async def passes(check: Callable[[Any], Awaitable[None]], subject: Any) -> bool:
    """Run a check, print how it went, and return whether it has passed."""
    title = (check.__doc__ or "").rstrip(".")
    try:
        await check(subject)
    except Exception as err:  # noqa: BLE001  whatever it is, the check has failed
        print(f"FAILED  {title}: {type(err).__name__}: {err}", flush=True)
        return False
    print(f"ok      {title}", flush=True)
    return True


async def play(port: int) -> list[bool]:
    """Run the checks from outside and return which passed."""
    async with Upstream() as upstream, running(Home(FOLDER / "accounts", port, upstream.door)) as home:
        stage = Stage(home, upstream, Claude(upstream, claude_usage, claude_profile))
        stage.claude.open()
        open_openrouter(stage)
        open_alibaba(upstream)
        open_copilot(upstream)
        open_perplexity(upstream)
        open_status_pages(upstream)
        return [await passes(check, stage) for check in CHECKS]


async def look(port: int, pictures: Path) -> list[bool]:
    """Add every account of the demo, look at them in a browser, and return which checks passed."""

    async def furnished(home: Home) -> None:
        """Demo: every account is added through its config flow."""
        await furnish(home, World(upstream))

    async with (
        Upstream() as upstream,
        running(Home(FOLDER / "demo", port, upstream.door)) as home,
        views(home, upstream, pictures) as view,
    ):
        furnishing = await passes(furnished, home)
        return [furnishing, *[await passes(sight, view) for sight in (*SIGHTS, *CARD_SIGHTS)]]


async def main() -> int:
    """Run everything and return how many checks failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124, help="port of Home Assistant on 127.0.0.1 (%(default)s)")
    parser.add_argument("--pictures", action="store_true", help="replace the pictures of the README")
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    pictures = ROOT / "docs" / "images" if options.pictures else FOLDER / "images"
    passed = [*await play(options.port), *await look(options.port, pictures)]
    print(f"{sum(passed)} of {len(passed)} checks passed")
    return passed.count(False)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
