"""The pretend internet of the demo: conversations of tests/cases, moved to the present and brought to life."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
import re
from typing import Any

from yarl import URL

from custom_components.ai_quota.quota import load
from scripts.lib.flows import FlowError, Step, add_account
from scripts.lib.home import ROOT, Home
from scripts.lib.pretend import Claude, enter_code, open_github, open_openai, open_status_pages
from tests.common import write_file, write_program
from tests.upstream import Request, Response, Upstream, is_local, jwt, load_cases

type Case = dict[str, Any]

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


# Time


@dataclass(frozen=True)
class Life:
    """A demo's clock: what is used rises from its beginning on, and begins anew at every reset."""

    begun: datetime
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def window(self, used: float, per_hour: float, resets_in: timedelta, length: timedelta) -> tuple[float, datetime]:
        """Return the used percentage and the next reset of a window, from its figures at the beginning."""
        passed = self.now() - self.begun
        if passed < resets_in:
            return round(min(100, used + per_hour * (passed / HOUR)), 1), self.begun + resets_in
        cycles, passed = divmod(passed - resets_in, length)
        return round(min(100, per_hour * (passed / HOUR)), 1), self.begun + resets_in + (cycles + 1) * length

    def amount(self, start: float, per_hour: float) -> float:
        """Return an amount that only grows."""
        return round(start + per_hour * ((self.now() - self.begun) / HOUR), 2)


_ISO = r"20\d\d-[01]\d-[0-3]\d"
_CLOCK = r"[T ][0-2]\d:[0-5]\d(?::[0-5]\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_MOMENT = re.compile(
    rf"\b(?P<iso>{_ISO})(?P<clock>{_CLOCK})?|(?<![\d.])(?P<epoch>1[78]\d{{8}})(?P<ms>\d{{3}})?(?![\d.])"
)


def moved(text: str, by: timedelta) -> str:
    """Return a text in which every time, however it is written, is later by this much; dates alone by whole days."""

    def later(found: re.Match[str]) -> str:
        if found["epoch"]:
            return f"{int(found['epoch']) + round(by.total_seconds())}{found['ms'] or ''}"
        if not found["clock"]:
            return f"{datetime.fromisoformat(found['iso']) + timedelta(days=round(by / DAY)):%Y-%m-%d}"
        moment = datetime.fromisoformat(found[0]) + by
        return moment.isoformat(found["clock"][0], "seconds")

    return _MOMENT.sub(later, text)


# Conversations


def playable(provider: str) -> list[Case]:
    """Return the cases of the provider that a person could replay: with windows first, without this machine first."""
    fields = {field.key for field in load(provider).fields if not field.hidden}
    found = [
        case
        for case in load_cases(ROOT / "tests" / "cases", f"{provider}.json")
        if "error" not in case["expect"] and case["config"].keys() <= fields and not case.get("env")
    ]
    return sorted(found, key=lambda case: (not case["expect"].get("windows"), _asks_this_machine(case)))


def _asks_this_machine(case: Case) -> bool:
    """Return whether some of what a case asks for never gets to the pretend internet."""
    return any(is_local(URL(route["request"]["url"])) for route in case.get("http", ()))


def pick(provider: str) -> Case:
    """Return the first case of the provider that a person could replay."""
    if not (found := playable(provider)):
        raise LookupError(f"no case of {provider} can be replayed")
    return found[0]


def to_the_present(case: Case) -> Case:
    """Return the case as if it was recorded now. What its requests say of time, or signed with it, no longer counts."""
    by = datetime.now(UTC) - datetime.fromisoformat(case["now"])
    routes = [{**route, "request": _timeless(route["request"])} for route in case.get("http", ())]
    present: Case = json.loads(moved(json.dumps({**case, "http": routes}), by))
    return present


def _timeless(request: Mapping[str, Any]) -> dict[str, Any]:
    url = URL(request["url"])
    lasting = {name: value for name, value in url.query.items() if not _MOMENT.search(value) and name not in CALENDAR}
    return {"method": request["method"], "url": str(url.with_query(lasting))}


CALENDAR = ("day", "month", "year")
"""What else tells the time in a query."""


# Figures that live


def claude(life: Life) -> Any:
    """Return limits of which the session runs out fast and the week slowly."""
    windows = {
        "five_hour": life.window(84, 18, 25 * MINUTE, 5 * HOUR),
        "seven_day": life.window(71, 0.6, 2 * DAY, WEEK),
        "seven_day_opus": life.window(34, 0.3, 2 * DAY, WEEK),
        "seven_day_sonnet": life.window(12, 0.2, 2 * DAY, WEEK),
    }
    spent = round(100 * life.amount(12.34, 0.6))
    extra = {"is_enabled": True, "monthly_limit": 5000, "used_credits": spent, "currency": "USD"}
    limits = {key: {"utilization": used, "resets_at": at.isoformat()} for key, (used, at) in windows.items()}
    return {**limits, "extra_usage": extra}


def claude_profile(_: Life) -> Any:
    """Return who has signed in to Claude."""
    account = {"uuid": "account-1", "email": "ada@example.com"}
    tier = {"organization_type": "claude_max", "rate_limit_tier": "default_claude_max_20x"}
    return {"account": account, "organization": {"uuid": "organization-1", "name": "Ada's Organization", **tier}}


def codex(life: Life) -> Any:
    """Return two running windows and some credits."""
    windows = {
        "primary_window": (18_000, life.window(22, 25, 70 * MINUTE, 5 * HOUR)),
        "secondary_window": (604_800, life.window(66, 1.5, 3 * DAY, WEEK)),
    }
    limits = {
        key: {"used_percent": used, "limit_window_seconds": seconds, "reset_at": round(at.timestamp())}
        for key, (seconds, (used, at)) in windows.items()
    }
    credits = {"has_credits": True, "unlimited": False, "balance": "150"}
    return {"email": "ada@example.com", "plan_type": "pro", "rate_limit": limits, "credits": credits}


def copilot(life: Life) -> Any:
    """Return premium requests that are used up."""
    used, at = life.window(27, 3, 9 * DAY, 30 * DAY)
    quota = {"entitlement": 300, "remaining": round(300 - 3 * used), "percent_remaining": 100 - used}
    snapshots = {"premium_interactions": {**quota, "unlimited": False}}
    plan = {"login": "octocat", "copilot_plan": "individual"}
    return {**plan, "quota_snapshots": snapshots, "quota_reset_date_utc": at.isoformat()}


def cursor(answer: Any, life: Life) -> None:
    """Use up the plan by its lanes, and some of the on-demand budget."""
    used, at = life.window(20, 4, 9 * DAY, 30 * DAY)
    answer.update(membershipType="pro", billingCycleEnd=at.isoformat(), teamUsage={})
    plan = {"used": 20 * used, "limit": 2000, "remaining": 20 * (100 - used)}
    lanes = {"totalPercentUsed": used, "autoPercentUsed": used / 2, "apiPercentUsed": used * 1.5}
    on_demand = {"used": 100 * life.amount(3, 0.5), "limit": 2000}
    answer["individualUsage"] = {"plan": {**plan, **lanes}, "onDemand": on_demand}


def zai(answer: Any, life: Life) -> None:
    """Use up the limits of a case, which are told apart by their unit of time: hours and weeks."""
    windows = {3: life.window(25, 20, 45 * MINUTE, 5 * HOUR), 6: life.window(10, 1, 4 * DAY, WEEK)}
    for limit in answer["data"]["limits"]:
        if limit["unit"] in windows:
            (used, at), total = windows[limit["unit"]], limit["usage"]
            limit.update(percentage=used, currentValue=total * used / 100, remaining=total * (1 - used / 100))
            limit["nextResetTime"] = round(at.timestamp() * 1000)
    answer["data"]["limits"].sort(key=lambda limit: (limit["unit"] not in windows, limit["unit"]))


def coding_plan(answer: Any, life: Life) -> None:
    """Use up the requests of Alibaba's plan."""
    quota = answer["data"]["codingPlanInstanceInfos"][0]["codingPlanQuotaInfo"]
    windows = {
        "FiveHour": (6_000, life.window(25, 16, 2 * HOUR, 5 * HOUR)),
        "Week": (45_000, life.window(31, 2, 2 * DAY, WEEK)),
        "Month": (90_000, life.window(64, 0.5, 10 * DAY, 30 * DAY)),
    }
    for name, (total, (used, at)) in windows.items():
        quota[f"per{name}TotalQuota"] = total
        quota[f"per{name}UsedQuota"] = round(total * used / 100)
        quota[f"per{name}QuotaNextRefreshTime"] = round(at.timestamp() * 1000)


def openrouter(answer: Any, life: Life) -> None:
    """Spend the credits."""
    answer["data"].update(total_credits=100, total_usage=life.amount(25.5, 1.2))


def litellm_key(answer: Any, life: Life) -> None:
    """Spend the budget of the key."""
    answer["info"].update(spend=life.amount(1.25, 0.4), max_budget=5)


def litellm_user(answer: Any, life: Life) -> None:
    """Spend the budgets of the person and the team."""
    answer["user_info"].update(spend=life.amount(12.5, 0.4), max_budget=40)
    answer["teams"][-1].update(spend=life.amount(48, 2), max_budget=120)


ALIVE: Mapping[str, Callable[[Any, Life], None]] = {
    "api.z.ai/api/monitor/usage/quota/limit": zai,
    "bailian-cs.console.aliyun.com/data/api.json": coding_plan,
    "cursor.com/api/usage-summary": cursor,
    "gateway.example.net/key/info": litellm_key,
    "gateway.example.net/user/info": litellm_user,
    "openrouter.ai/api/v1/credits": openrouter,
}
"""What changes the answers of cases as time goes by, by host and path."""


# The world

TRIES = 6
"""So many conversations of a provider are tried."""


class World:
    """The providers of the demo, at one upstream."""

    def __init__(self, upstream: Upstream, life: Life | None = None) -> None:
        self.upstream = upstream
        self.life = life or Life(datetime.now(UTC))
        open_status_pages(upstream)

    async def add(self, home: Home, provider: str) -> Step:
        """Return the entry of an account that is added through the config flow, as a person would do it."""
        match provider:
            case "claude":
                return await self.claude().sign_in(home)
            case "codex":
                claims = {"email": "ada@example.com", "exp": 4_000_000_000, "https://api.openai.com/auth": CHATGPT}
                token = jwt('{"alg":"none"}', json.dumps(claims))
                open_openai(self.upstream, {"access_token": token, "id_token": token, "refresh_token": "refresh-1"})
                chatgpt = "https://chatgpt.com/backend-api"
                self.upstream.answer("GET", f"{chatgpt}/wham/usage", self._tell(codex))
                self.upstream.answer("GET", f"{chatgpt}/wham/rate-limit-reset-credits", json={"available_count": 2})
                return await enter_code(home, provider)
            case "copilot":
                open_github(self.upstream, "device-token")
                self.upstream.answer("GET", "https://api.github.com/copilot_internal/user", self._tell(copilot))
                self.upstream.answer("GET", "https://api.github.com/user", json={"id": 4242, "login": "octocat"})
                return await enter_code(home, provider)
        for case in map(to_the_present, playable(provider)[:TRIES]):
            others = len(self.upstream.routes)
            self.replay(home, case)
            with suppress(FlowError):  # a conversation of which another provider's files or tools are in the way
                return await add_account(home, provider, case["config"])
            del self.upstream.routes[others:]
        raise LookupError(f"no case of {provider} can be replayed")

    def claude(self) -> Claude:
        """Answer as Claude from now on."""
        pretended = Claude(self.upstream, self._tell(claude), self._tell(claude_profile))
        pretended.open()
        return pretended

    def _tell(self, figures: Callable[[Life], Any]) -> Callable[[Request], Response]:
        return lambda _: {"json": figures(self.life)}

    def replay(self, home: Home, case: Case) -> None:
        """Answer as in a case from now on, and put its files and programs where they belong."""
        for path, content in case.get("files", {}).items():
            write_file(home.user_home / path, content)
        for name, spec in case.get("commands", {}).items():
            write_program(home.programs / name, spec)
        for route in case.get("http", ()):
            request = route["request"]
            response = self._alive(URL(request["url"]), route["response"])
            self.upstream.answer(request["method"], request["url"], response)

    def _alive(self, url: URL, recorded: Response) -> Callable[[Request], Response]:
        """Return a response of a case, changed as time goes by where it is known how."""
        enliven = ALIVE.get(f"{url.host}{url.path}")

        def respond(_: Request) -> Response:
            response: Any = deepcopy(recorded)
            if enliven:
                enliven(response["json"], self.life)
            return response

        return respond


CHATGPT = {"chatgpt_account_id": "account-1", "chatgpt_plan_type": "pro"}
