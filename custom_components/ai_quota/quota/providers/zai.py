"""z.ai / GLM."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, override

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Settings, api_key, flag, select, text, unquoted, url
from ..http import Endpoint, Reply, Verdict
from ..local import read_text
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    RateLimited,
    Reading,
    Unavailable,
    Window,
)
from ..parse import Json
from ..provider import Provider, strategy

BASES = {"global": URL("https://api.z.ai"), "bigmodel-cn": URL("https://open.bigmodel.cn")}
QUOTA_PATH = "/api/monitor/usage/quota/limit"
MODEL_USAGE_PATH = "/api/monitor/usage/model-usage"
BALANCE = URL("https://www.bigmodel.cn/api/biz/account/query-customer-account-report")

BIGMODEL_ENV = ("BIGMODEL_API_KEY", "ZHIPU_API_KEY", "ZHIPUAI_API_KEY", "GLM_API_KEY")
BIGMODEL_FILES = (".coding-relay/glm-api-key", ".config/bigmodel/api_key", ".config/zhipu/api_key")

REJECTED = "the API key was rejected; check that it belongs to the chosen region"
VERDICT = Verdict(auth=REJECTED)
CHECK_IDS = "; check Organization ID and Project ID, each on one line"


async def has_key(provider: Zai, call: Call) -> bool:
    """Return whether there is a key for the region."""
    return await find_key(call) is not None


class Zai(Provider):
    """GLM Coding Plan at z.ai or BigModel: token or credit windows, MCP calls; BigModel's account balance.

    Source: https://docs.z.ai/devpack/overview, and what its usage page asks for.
    """

    id = "zai"
    name = "z.ai"
    dashboard = "https://z.ai/manage-apikey/coding-plan/personal/my-plan"
    missing = "give an API key of the chosen region"
    region_field = "region"
    fields = (
        api_key(
            "Z_AI_API_KEY",
            required=False,
            help=(
                "z.ai: API keys in the menu of your account. BigModel: API keys in the user centre, project management."
                " Keys of one region do not work in the other."
            ),
            link="https://z.ai/manage-apikey/apikey-list",
        ),
        select("region", tuple(BASES), "global", help="z.ai (global) or BigModel (China mainland)."),
        select("usage_scope", ("personal", "team"), "personal", help="Whose quota is shown: yours, or a team's."),
        text(
            "organization_id",
            "Z_AI_BIGMODEL_ORGANIZATION",
            advanced=True,
            help=(
                "For a team: open the team's usage page with the developer tools (F12, Network), choose the request"
                " api/monitor/usage/quota/limit, and copy its header Bigmodel-Organization (org-…, not a name)."
            ),
            link="https://bigmodel.cn/coding-plan/team/usage-stats",
        ),
        text(
            "project_id",
            "Z_AI_BIGMODEL_PROJECT",
            advanced=True,
            help="For a team: the header Bigmodel-Project of the same request (proj-…).",
            link="https://bigmodel.cn/coding-plan/team/usage-stats",
        ),
        url(
            "api_host",
            "Z_AI_API_HOST",
            exact=True,
            help="Another host for quota and model usage; with a path it is used as it is for both.",
        ),
        url("quota_url", "Z_AI_QUOTA_URL", exact=True, help="The whole address of the quota request."),
        url("balance_url", "Z_AI_BALANCE_URL", exact=True, help="The whole address of the balance request (BigModel)."),
        flag("model_usage", default=True, help="Also read the tokens of the last 30 days."),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Refuse the other region's host, and a team that is not named."""
        region: str = settings.get("region")
        foreign = {base.host for other, base in BASES.items() if other != region}
        for key in ("api_host", "quota_url"):
            address = settings.given(key)
            if address and address.host in foreign:
                raise BadConfiguration(f"{key}: {address.host} does not serve the region {region}", key)
        if settings.get("usage_scope") != "team":
            return
        for key in ("organization_id", "project_id"):
            value: str | None = settings.given(key)
            if not value:
                raise BadConfiguration("team usage needs Organization ID and Project ID", key)
            if not value.isprintable():
                raise BadConfiguration(f"{key}: the id must be on one line", key)

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the usage page of the region, and of the team."""
        if settings.get("region") == "global":
            return self.dashboard
        page = "team/usage-stats" if settings.get("usage_scope") == "team" else "personal/usage"
        return f"https://bigmodel.cn/coding-plan/{page}"

    @strategy("api", when=has_key)
    async def api(self, call: Call) -> Reading:
        """Read the quota; model usage and balance never fail it."""
        key: str = await find_key(call) or call["api_key"]
        team = team_of(call)
        data = await read_quota(
            call.at(quota_address(call), bearer=key, headers=team, timeout=30, verdict=VERDICT), team
        )
        usage, balance = await asyncio.gather(
            call.optional(read_model_usage(call, key, team)), call.optional(read_balance(call, key))
        )
        return Reading(
            plan=plan_name(data),
            identity=" ".join(team.values()) or self.fingerprint(key),
            windows=limit_windows(data["limits"]),
            metrics=(*(usage or ()), *(balance or ())),
        )


# What goes along


async def find_key(call: Call) -> str | None:
    """Return the key for the region; BigModel's may also come from the environment or a file of its tools."""
    given: str | None = call.get("api_key")
    if given or call["region"] != "bigmodel-cn":
        return given
    if found := call.settings.env(*BIGMODEL_ENV):
        return found
    for path in BIGMODEL_FILES:
        content = await call.optional(read_text(call.home / path)) or ""
        if found := unquoted(content.partition("\n")[0]):
            return found
    return None


def team_of(call: Call) -> dict[str, str]:
    """Return the headers that name a team, none for personal usage."""
    if call["usage_scope"] != "team":
        return {}
    return {"Bigmodel-Organization": call["organization_id"], "Bigmodel-Project": call["project_id"]}


def monitor(call: Call, path: str) -> URL:
    """Return where a path of the monitor is asked for; an `api_host` with a path of its own stands for all."""
    host: URL = call.get("api_host") or BASES[call["region"]]
    return host if host.path.strip("/") else host.with_path(path)


def quota_address(call: Call) -> URL:
    """Return where the quota is asked for; type 2 is that of a team."""
    found: URL = call.get("quota_url") or monitor(call, QUOTA_PATH)
    return found.update_query(type="2") if team_of(call) else found


# Requests


async def read_quota(quota: Endpoint, team: Mapping[str, str]) -> Json:
    """Return the data of the quota answer, whose `limits` are a list."""
    answer = await judged(await quota.get(follow=True))
    hint = CHECK_IDS if team else ""
    data = answer.get("data")
    if not isinstance(data, Mapping):
        raise InvalidResponse(f"data is missing or not an object{hint}")
    if not isinstance(data.get("limits"), list):
        raise InvalidResponse(f"data.limits is missing or not a list{hint}")
    if not limit_windows(data["limits"]) and plan_name(data) is None:
        raise InvalidResponse(f"data.limits has no limit of a known type, and there is no plan{hint}")
    return data


async def read_model_usage(call: Call, key: str, team: Mapping[str, str]) -> tuple[Metric, ...]:
    """Return the tokens of the last 30 days."""
    if not call["model_usage"]:
        return ()
    now = call.now.astimezone(parse.BEIJING)
    query = {
        "startTime": f"{now - timedelta(days=30):%Y-%m-%d} 00:00:00",
        "endTime": f"{now:%Y-%m-%d %H}:59:59",
        **({"type": "3"} if team else {}),
    }
    usage = call.at(
        monitor(call, MODEL_USAGE_PATH).update_query(query), bearer=key, headers=team, timeout=30, verdict=VERDICT
    )
    answer = await judged(await usage.get(follow=True))
    return token_metrics(parse.mapping(answer.get("data")))


async def read_balance(call: Call, key: str) -> tuple[Metric, ...]:
    """Return the balance of the account, which BigModel alone tells."""
    if call["region"] != "bigmodel-cn":
        return ()
    account = call.at(call.get("balance_url") or BALANCE, bearer=key, timeout=5, verdict=VERDICT)
    answer = await account.get_object(follow=True)
    return balance_metrics(parse.mapping(answer.get("data"))) if answer.get("success") is True else ()


REJECTED_CODES = (401, 403, 1000, 1001, 1002, 1003, 1004)
LIMITED_CODES = (429, 1302, 1303, 1305)


async def judged(reply: Reply) -> Json:
    """Return an answer that reports success; raises the failure that its status or its code stands for."""
    answer = await reply.check(VERDICT).object()
    code = parse.number(answer.get("code"))
    if code in REJECTED_CODES:
        raise AuthFailed(REJECTED)
    if code in LIMITED_CODES:
        raise RateLimited(retry_after=reply.retry_after)
    if answer.get("success") is not True or code != 200:
        reason = parse.first_text(answer, "msg") or f"it answers code {answer.get('code')}"
        raise Unavailable(f"the request failed: {reason}"[:300])
    return answer


# The answers

UNITS = {"TOKENS_LIMIT": "tokens", "CREDIT_LIMIT": "credits", "TIME_LIMIT": "requests"}
SECONDS: dict[float, int] = {1: 86_400, 3: 3_600, 5: 60, 6: 7 * 86_400}
PLANS = ("free", "lite", "standard", "pro", "max", "team")


def limit_windows(limits: list[Any]) -> tuple[Window, ...]:
    """Return a window for every limit of a known type; of two token or credit limits of one length the first."""
    windows: dict[str, Window] = {}
    for limit in map(parse.mapping, limits):
        kind = (parse.first_text(limit, "type") or "").upper()
        if kind not in UNITS:
            continue
        length = limit_length(limit)
        if kind == "TIME_LIMIT":
            # "One minute" is how the monthly limit of MCP calls is marked.
            duration = None if length == timedelta(minutes=1) else length
            windows["mcp"] = limit_window("mcp", "MCP", UNITS[kind], duration, limit)
        else:
            id, name = length_name(length)
            windows.setdefault(id, limit_window(id, name, UNITS[kind], length, limit))
    return tuple(windows.values())


def limit_length(limit: Json) -> timedelta | None:
    """Return how long a limit runs, None when that is not known."""
    unit, count = (parse.number(limit.get(key)) for key in ("unit", "number"))
    return None if unit is None or count is None else parse.duration(count * SECONDS.get(unit, 0))


def length_name(length: timedelta | None) -> tuple[str, str]:
    """Return id and name of a window of this length."""
    if length is None:
        return "quota", "Quota"
    if length < parse.DAY:
        return "session", f"Session ({spelled(length)})"
    if length == parse.DAY:
        return "daily", "Daily"
    if length == parse.WEEK:
        return "weekly", "Weekly"
    if 28 <= length / parse.DAY <= 31:
        return "monthly", "Monthly"
    return f"quota_{length // timedelta(minutes=1)}m", f"Quota ({spelled(length)})"


def spelled(length: timedelta) -> str:
    """Return a length in the largest unit of which it is a whole number."""
    minutes = length // timedelta(minutes=1)
    units = (("day", 24 * 60), ("hour", 60), ("minute", 1))
    count, unit = next((minutes // size, unit) for unit, size in units if minutes % size == 0)
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def limit_window(id: str, name: str, unit: str, duration: timedelta | None, limit: Json) -> Window:
    """Return the window of a limit: from its counters, or with their percentage alone.

    `usage` is the limit, not what was used of it.
    """
    resets_at = parse.moment(limit.get("nextResetTime"))
    total, used, remaining = (parse.number(limit.get(key)) for key in ("usage", "currentValue", "remaining"))
    if total and total > 0 and (used is not None or remaining is not None):
        counts = [used] if used is not None else []
        if remaining is not None:
            counts.append(total - remaining)
        return parse.counted(
            id,
            name,
            unit=unit,
            used=min(max(0.0, *counts), total),
            limit=total,
            duration=duration,
            resets_at=resets_at,
        )
    percent = parse.number(limit.get("percentage"))
    return Window(
        id=id,
        name=name,
        used_percent=None if percent is None else min(100.0, max(0.0, percent)),
        duration=duration,
        resets_at=resets_at,
    )


def plan_name(data: Json) -> str | None:
    """Return the plan, the known ones with a capital."""
    plan = parse.first_text(data, "planName", "plan", "plan_type", "packageName", "level")
    return plan.capitalize() if plan and plan.lower() in PLANS else plan


def token_metrics(data: Json) -> tuple[Metric, ...]:
    """Return the tokens of all models together."""
    models = data.get("modelDataList")
    if not isinstance(models, list):
        return ()
    counts = [parse.number(each) for model in models for each in parse.items(parse.mapping(model).get("tokensUsage"))]
    total = sum(count for count in counts if count and count > 0)
    return (Metric(id="tokens_30d", name="Tokens, 30 days", value=total, unit="tokens", kind=MetricKind.COUNT),)


def balance_metrics(data: Json) -> tuple[Metric, ...]:
    """Return balance and spend of a BigModel account, in yuan."""
    balance = parse.first_number(data, "availableBalance", "balance")
    spend = parse.number(data.get("totalSpendAmount"))
    return (
        *parse.known_metric("balance", "Account balance", balance, "CNY", MetricKind.BALANCE),
        *parse.known_metric("spend_total", "Total spend", spend, "CNY", MetricKind.SPEND),
    )
