"""Doubao."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import hashlib
import hmac
import json
import os
from pathlib import Path
import re
from typing import override
from urllib.parse import quote

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import FieldKind, flag, secret, signed_in, text
from ..http import Endpoint, Reply, Verdict
from ..local import clean_environment, find_tool, run
from ..model import AuthFailed, InvalidResponse, QuotaError, Reading, Unavailable, Unsupported, Window
from ..parse import Json
from ..provider import Provider, Strategy, strategy

USAGE = URL("https://open.volcengineapi.com/")
VERSION = "2024-01-01"
SERVICE = "ark"
NO_BODY = hashlib.sha256(b"").hexdigest()

ARK = "https://ark.cn-beijing.volces.com/api/coding/v3"
PROBE_MODELS = ("doubao-seed-2.0-code", "doubao-1.5-pro-32k", "doubao-lite-32k")
PROBE_PAUSE = timedelta(minutes=30)
PROBE_REST = timedelta(days=1)

TOOL_SECONDS = 15
TOOL_BYTES = 256 * 1024
PLACES = ("~/.local/bin/arkcli", "/opt/homebrew/bin/arkcli", "/usr/local/bin/arkcli")
INSTALL = "install arkcli (npm @volcengine/ark-cli) and run `arkcli auth login`"


class Doubao(Provider):
    """Doubao: the windows of Volcengine Ark's Coding Plan and Agent Plan, else the request limit of an Ark key.

    Sources: https://www.volcengine.com/docs/82379 for the plans,
    https://www.volcengine.com/docs/6369/67269 for signatures.
    """

    id = "doubao"
    name = "Doubao"
    dashboard = (
        "https://console.volcengine.com/ark/region:ark+cn-beijing/openManagement?LLM=%7B%7D&advancedActiveKey=subscribe"
    )
    missing = f"give an access key with its secret, or an Ark API key that may be tested; or {INSTALL}"
    fields = (
        secret(
            "access_key_id",
            "VOLCENGINE_ACCESS_KEY_ID",
            "VOLCENGINE_ACCESS_KEY",
            "VOLC_ACCESSKEY",
            "DOUBAO_ACCESS_KEY_ID",
            help="The Volcengine console, Key management, New key. It begins with AKLT."
            " A user of IAM who may read Ark is enough.",
            link="https://console.volcengine.com/iam/keymanage/",
        ),
        secret(
            "secret_access_key",
            "VOLCENGINE_SECRET_ACCESS_KEY",
            "VOLCENGINE_SECRET_KEY",
            "VOLCENGINE_ACCESS_KEY_SECRET",
            "VOLC_SECRETKEY",
            "DOUBAO_SECRET_ACCESS_KEY",
            help="It is shown with the access key. Paste it as it is.",
        ),
        secret(
            "api_key",
            "ARK_API_KEY",
            "VOLCENGINE_API_KEY",
            "DOUBAO_API_KEY",
            help="Without an access key: the Ark console, API keys. It tells one limit only, and not for every plan.",
            link="https://console.volcengine.com/ark/",
        ),
        text(
            "region",
            "VOLCENGINE_REGION",
            "VOLCENGINE_REGION_ID",
            "VOLC_REGION",
            "DOUBAO_REGION",
            default="cn-beijing",
            advanced=True,
            help="A part of the signature only.",
        ),
        flag("allow_probe", default=True, help="It is about ten tokens, at most every half hour."),
        signed_in("probe_rests", FieldKind.TEXT),
    )

    @override
    def order(self, call: Call) -> Sequence[Strategy]:
        """Leave the tool out where there are credentials: it may be signed in as somebody else."""
        return self.strategies if access_keys(call) is None and ark_key(call) is None else (Doubao.api,)

    async def _has_credentials(self, call: Call) -> bool:
        return access_keys(call) is not None or may_probe(call)

    @strategy("api", when=_has_credentials)
    async def api(self, call: Call) -> Reading:
        """Ask the usage API; with an Ark key alone, or when the API cannot serve, read the limit of the key."""
        keys = access_keys(call)
        if keys is None:
            return await probed(call)
        try:
            return await read_plans(call, keys)
        except AuthFailed, Unsupported, InvalidResponse:
            if not may_probe(call):
                raise
        return await probed(call)

    async def _has_tool(self, call: Call) -> bool:
        return await arkcli(call) is not None

    @strategy("cli", when=_has_tool, absent=INSTALL, machine=True)
    async def cli(self, call: Call) -> Reading:
        """Ask the tool, which is signed in by itself."""
        tool = await arkcli(call)
        if tool is None:
            raise Unavailable(INSTALL)
        return tool_reading(await ask_tool(tool, call))


# Credentials


@dataclass(frozen=True)
class AccessKeys:
    """An access key pair."""

    id: str
    secret: str


def is_access_key_id(key: object) -> bool:
    """Return whether what was given as an Ark key is the id of an access key."""
    return isinstance(key, str) and key.startswith("AKLT")


def access_keys(call: Call) -> AccessKeys | None:
    """Return the access key pair, None when it is not complete.

    That of the environment may be of another account than an Ark key of the entry.
    """
    own_key = call.own("api_key")
    has_own = call.own("access_key_id") or call.own("secret_access_key")
    if own_key and not is_access_key_id(own_key) and not has_own:
        return None
    # What the entry holds goes before the environment, in whichever field it was put.
    candidates = (call.own("access_key_id"), own_key if is_access_key_id(own_key) else None, call.get("access_key_id"))
    key_id = next(filter(None, candidates), None)
    if key_id is None and is_access_key_id(call.get("api_key")):
        key_id = call.get("api_key")
    secret_key = call.get("secret_access_key")
    return AccessKeys(key_id, secret_key) if key_id and secret_key else None


def ark_key(call: Call) -> str | None:
    """Return the Ark key."""
    found: str | None = call.get("api_key")
    return None if is_access_key_id(found) else found


def may_probe(call: Call) -> bool:
    """Return whether there is an Ark key, and leave to send a test request with it."""
    return ark_key(call) is not None and call.get("allow_probe") is True


# The usage API


async def read_plans(call: Call, keys: AccessKeys) -> Reading:
    """Read the Coding Plan, then the Agent Plan; what is wrong with that does not matter beside a Coding Plan."""
    coding = coding_windows(coding_result(*await asked(call, keys, "GetCodingPlanUsage")))
    try:
        agent = agent_result(*await asked(call, keys, "GetAFPUsage"))
    except QuotaError:
        if not coding:
            raise
        agent = {}
    points = agent_windows(agent)
    return Reading(
        plan=plan_name({"coding-plan": (coding, None), "agent-plan": (points, parse.first_text(agent, "PlanType"))}),
        identity=call.account.provider.fingerprint(keys.id),
        windows=(*coding, *points),
    )


async def asked(call: Call, keys: AccessKeys, action: str) -> tuple[Reply, Json]:
    """Return an answer of the usage API, and its body where it is an object."""
    query = {"Action": action, "Version": VERSION}
    reply = await call.at(USAGE).post(query=query, headers=signature(keys, call["region"], query, call.now))
    return reply, await reply.maybe_object()


def signature(keys: AccessKeys, region: str, query: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Return the headers of a POST request without a body, signed for Ark's usage API.

    https://www.volcengine.com/docs/6369/67269
    """
    date = f"{now:%Y%m%dT%H%M%SZ}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "Host": USAGE.host or "",
        "X-Content-Sha256": NO_BODY,
        "X-Date": date,
    }
    names = ";".join(name.lower() for name in headers)  # another order than this one is refused
    encoded = "&".join(f"{quote(name, safe='')}={quote(query[name], safe='')}" for name in sorted(query))
    lines = (f"{name.lower()}:{value}" for name, value in headers.items())
    canonical = "\n".join(("POST", USAGE.path, encoded, *lines, "", names, NO_BODY))
    scope = f"{date[:8]}/{region}/{SERVICE}/request"
    to_sign = "\n".join(("HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = keys.secret.encode()
    for part in (date[:8], region, SERVICE, "request", to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"Credential={keys.id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    return headers | {"Authorization": f"HMAC-SHA256 {credential}"}


REFUSALS = ("auth", "signature", "denied", "credential", "token", "forbidden")
NO_PERMISSION = "the access key needs the permission ark:GetCodingPlanUsage; an Ark API key is no access key"


def error_of(answer: Json) -> tuple[str, str] | None:
    """Return code and message of the error that an answer reports, None when it reports none."""
    error = parse.mapping(answer.get("ResponseMetadata")).get("Error")
    if not error:
        return None
    code = parse.first_text(error, "Code") or parse.text(error) or "an error without a code"
    return code, parse.first_text(error, "Message") or "no reason is given"


def is_refusal(error: tuple[str, str] | None) -> bool:
    """Return whether an error is about who asks."""
    return error is not None and any(word in error[0].lower() for word in REFUSALS)


def coding_result(reply: Reply, answer: Json) -> Json:
    """Return what an answer tells of the Coding Plan; raises the failure that it stands for."""
    error = error_of(answer)
    if reply.status in (401, 403) or is_refusal(error):
        said = ": ".join(error) if error else f"HTTP {reply.status}"
        raise AuthFailed(f"{said} ({NO_PERMISSION})")
    return result_of(reply, answer)


def agent_result(reply: Reply, answer: Json) -> Json:
    """Return what an answer tells of the Agent Plan, nothing where it is out of reach; raises as for the other."""
    if reply.status in (403, 404) or is_refusal(error_of(answer)):
        return {}
    return result_of(reply, answer)


def result_of(reply: Reply, answer: Json) -> Json:
    """Return the result of an answer, empty when there is none; raises the failure that it stands for."""
    error = error_of(answer)
    if error and reply.status < 500 and reply.status != 429:
        raise InvalidResponse(": ".join(error))
    reply.check(Verdict())
    if "Result" not in answer and "ResponseMetadata" not in answer:
        raise InvalidResponse("the answer has neither Result nor ResponseMetadata")
    result = answer.get("Result")
    return {} if result is None else parse.need_mapping(result, "Result")


LEVELS = {
    "session": "session",
    "5-hour": "session",
    "five_hour": "session",
    "5h": "session",
    "weekly": "weekly",
    "week": "weekly",
    "monthly": "monthly",
    "month": "monthly",
}
DURATIONS = {"session": parse.HOURS_5, "weekly": parse.WEEK, "monthly": timedelta(days=30)}
AGENT_LEVELS = {"AFPFiveHour": "session", "AFPWeekly": "weekly", "AFPMonthly": "monthly"}


def level_of(written: object) -> str | None:
    """Return the window that a level is, None for one that is no limit."""
    return LEVELS.get((parse.text(written) or "").lower())


def coding_windows(result: Json) -> tuple[Window, ...]:
    """Return the windows of the Coding Plan, none without one."""
    found: dict[str, Window] = {}
    for quota in parse.need_list(result.get("QuotaUsage") or [], "QuotaUsage"):
        level = level_of(parse.first_text(quota, "Level", "Type", "Period", "Label"))
        if level:
            percent = parse.first_number(quota, "Percent", "UsedPercent")
            resets_at = parse.moment(parse.first(quota, "ResetTimestamp", "ResetTime"))
            found.setdefault(level, window("coding-plan", level, used_percent=percent, resets_at=resets_at))
    return tuple(found.values())


def agent_windows(result: Json) -> tuple[Window, ...]:
    """Return the windows of the Agent Plan in points, those that are subscribed."""
    return tuple(
        window(
            "agent-plan",
            level,
            used=parse.number(quota.get("Used")),
            limit=limit,
            resets_at=parse.moment(quota.get("ResetTime")),
        )
        for name, level in AGENT_LEVELS.items()
        if (limit := parse.number((quota := parse.mapping(result.get(name))).get("Quota"))) is not None and limit > 0
    )


# Products: what distinguishes the ids and names of their windows, and the unit of what they count

PRODUCTS = {
    "coding-plan": ("Coding Plan", "", None),
    "agent-plan": ("Agent Plan", "_agent", "points"),
    "coding-plan-team": ("Coding Plan Team", "_coding_team", None),
    "agent-plan-team": ("Agent Plan Team", "_agent_team", "points"),
}


def window(
    product: str,
    level: str,
    *,
    used_percent: float | None = None,
    used: float | None = None,
    limit: float | None = None,
    resets_at: datetime | None,
) -> Window:
    """Return a window of a product; the percentage is that of the counters where none is given."""
    name, ending, unit = PRODUCTS[product]
    id, title = f"{level}{ending}", f"{level.capitalize()} ({name})" if ending else level.capitalize()
    percent = parse.percentage(used, limit) if used_percent is None else max(0.0, used_percent)
    remaining = None if used is None or limit is None else max(0.0, limit - used)
    return Window(
        id=id,
        name=title,
        used_percent=percent,
        used=used,
        limit=limit,
        remaining=remaining,
        unit=None if used is None and limit is None else unit,
        duration=DURATIONS[level],
        resets_at=resets_at,
    )


def plan_name(products: Mapping[str, tuple[Iterable[Window], str | None]]) -> str | None:
    """Return the products that gave windows, a personal one with its tier."""
    names = []
    for product, (name, _, _) in PRODUCTS.items():
        windows, tier = products.get(product, ((), None))
        if windows:
            personal = not product.endswith("team")
            names.append(f"{name} {parse.title(tier)}" if tier and personal else name)
    return " + ".join(names) or None


# The test request


class NoLimit(Unsupported):
    """The key works, but Ark tells no limit for it that can be trusted."""


NO_LIMIT = "the key works, but Ark tells no limits for it; give an access key pair, or use arkcli"


async def probed(call: Call) -> Reading:
    """Return what a test request tells of the Ark key; its last outcome counts for a while, as each one is billed."""
    key = call["api_key"]
    fingerprint = call.account.provider.fingerprint(key)
    if rests(call.get("probe_rests"), fingerprint, call.now):
        raise NoLimit(NO_LIMIT)
    last: Outcome | None = call.memory.get("probe")
    if last and last.fingerprint == fingerprint and call.now - last.at < PROBE_PAUSE:
        return last.repeat()
    found: Reading | QuotaError
    try:
        found = Reading(identity=fingerprint, windows=(await read_limit(call.at(ARK, bearer=key), call.now),))
    except QuotaError as err:
        found = err
    call.memory["probe"] = outcome = Outcome(fingerprint, call.now, found)
    if isinstance(found, NoLimit):
        await call.save({"probe_rests": f"{fingerprint} {(call.now + PROBE_REST).isoformat()}"})
    return outcome.repeat()


def rests(noted: str | None, fingerprint: str, now: datetime) -> bool:
    """Return whether it is noted that this key is not to be tested now."""
    key, _, until = (noted or "").partition(" ")
    ends = parse.moment(until)
    return key == fingerprint and ends is not None and now < ends <= now + PROBE_REST


@dataclass(frozen=True)
class Outcome:
    """How the last test request with a key ended."""

    fingerprint: str
    at: datetime
    found: Reading | QuotaError

    def repeat(self) -> Reading:
        """Return what was read, or raise what went wrong."""
        if isinstance(self.found, QuotaError):
            raise self.found.with_traceback(None)
        return self.found


async def read_limit(ark: Endpoint, now: datetime) -> Window:
    """Return the limit that the first model that may be used tells."""
    model, reply = await answered(ark)
    limit = Limit.of(reply)
    if reply.status == 404:
        raise Unsupported(f"the key may use none of the models that are asked: {', '.join(PROBE_MODELS)}")
    if reply.status == 429 and limit:
        return limit.window(now)
    reply.ok(Verdict(auth="Ark rejected the key", html=None))
    if limit is None or limit.remaining is None:
        raise NoLimit(NO_LIMIT)
    if limit.remaining > 0:
        return limit.window(now)
    return (await confirmed(ark, model, limit)).window(now)


async def answered(ark: Endpoint) -> tuple[str, Reply]:
    """Ask the models in turn until one may be used; return it, else the last one, with its answer."""
    *others, last = PROBE_MODELS
    for model in others:
        reply = await ask_model(ark, model)
        if reply.status not in (403, 404):
            return model, reply
    return last, await ask_model(ark, last)


async def ask_model(ark: Endpoint, model: str) -> Reply:
    """Send the shortest question; what is answered does not matter."""
    messages = [{"role": "user", "content": "hi"}]
    return await ark.post("chat/completions", json={"model": model, "max_tokens": 1, "messages": messages})


async def confirmed(ark: Endpoint, model: str, first: Limit) -> Limit:
    """Return the limit after asking once more: one that is used up and answers all the same is none."""
    try:
        reply = await ask_model(ark, model)
    except QuotaError:
        return first
    second = Limit.of(reply)
    if reply.status == 429:
        return second or first
    if reply.status != 200:
        return first
    if second is None or not second.remaining:
        raise NoLimit(NO_LIMIT)
    return second


@dataclass(frozen=True)
class Limit:
    """What the headers of an answer tell; `remaining` is None where they do not."""

    limit: float
    remaining: float | None
    reset: str | None

    @classmethod
    def of(cls, reply: Reply) -> Limit | None:
        """Read the headers, None when they name no limit."""
        limit, remaining = (
            parse.number(reply.headers.get(f"x-ratelimit-{name}-requests")) for name in ("limit", "remaining")
        )
        if limit is None or limit <= 0:
            return None
        left = None if remaining is None else max(0.0, remaining)
        return cls(limit, left, reply.headers.get("x-ratelimit-reset-requests"))

    def window(self, now: datetime) -> Window:
        """Return the window; nothing remains when nothing is said of it."""
        left = self.remaining or 0.0
        resets_at = reset_moment(self.reset, now)
        return parse.counted(
            "requests", "Requests", unit="requests", limit=self.limit, remaining=left, resets_at=resets_at
        )


UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
PIECE = r"(\d{1,9}(?:\.\d{1,9})?)(ms|[dhms])"


def reset_moment(written: str | None, now: datetime) -> datetime | None:
    """Return when a limit resets, from seconds or a duration counted from now, or from ISO 8601."""
    value = (written or "").strip().lower()
    seconds = parse.number(value)
    if seconds is None and re.fullmatch(f"({PIECE})+", value):
        seconds = sum(float(count) * UNITS[unit] for count, unit in re.findall(PIECE, value))
    if seconds is None:
        return parse.moment(written)
    ahead = parse.duration(seconds)
    return now + ahead if ahead else None


# The tool


async def arkcli(call: Call) -> Path | None:
    """Return the tool; raises BadConfiguration when a path was given and no program is there."""
    given = call.settings.env("ARKCLI_PATH")
    return await find_tool("arkcli", given, env=call.env, home=call.home, places=PLACES, key="ARKCLI_PATH")


SIGNED_OUT = (
    "not logged in",
    "not authenticated",
    "authentication required",
    "login required",
    "please login",
    "please log in",
)
SIGN_IN = "arkcli is signed out: run `arkcli auth login`"


async def ask_tool(tool: Path, call: Call) -> Json:
    """Return what the tool prints."""
    # It is a script for node, which is often in the same folder.
    folders = os.pathsep.join(filter(None, (call.env.get("PATH"), str(tool.parent))))
    env = clean_environment(call.env, "ARKCLI_", PATH=folders)
    argv = (tool, "usage", "plan", "--format", "json")
    done = await run(argv, env=env, seconds=TOOL_SECONDS, max_bytes=TOOL_BYTES + 1)
    if done.exit is None:
        raise Unavailable(f"arkcli did not finish in {TOOL_SECONDS} seconds")
    if done.exit != 0:
        if any(words in done.stderr.lower() for words in SIGNED_OUT):
            raise AuthFailed(SIGN_IN)
        raise Unavailable(f"arkcli failed: {done.stderr.strip()[:200] or f'exit status {done.exit}'}")
    if len(done.stdout.encode()) > TOOL_BYTES:
        raise InvalidResponse(f"arkcli printed more than {TOOL_BYTES // 1024} KiB")
    try:
        answer = json.loads(done.stdout)
    except (ValueError, RecursionError) as err:
        raise InvalidResponse("arkcli printed no JSON") from err
    return parse.need_mapping(answer, "what arkcli printed")


def tool_reading(answer: Json) -> Reading:
    """Return the figures of all products; one that failed counts only when there are none."""
    viewer = parse.mapping(answer.get("viewer"))
    if (parse.first_text(viewer, "auth_method") or "").lower() == "none":
        raise AuthFailed(SIGN_IN)
    items = parse.need_list(answer.get("items"), "items")
    known = [(product, item) for item in items if (product := product_of(item)) in PRODUCTS]
    products: dict[str, tuple[tuple[Window, ...], str | None]] = {}
    for product, item in known:
        if windows := tool_windows(product, item):
            products.setdefault(product, (windows, parse.first_text(item, "tier")))
    if not products:
        raise_without_windows(viewer, [item for _, item in known])
    return Reading(
        account=viewer_id(viewer, "user_name", "user_id", "account_id"),
        plan=plan_name(products),
        identity=viewer_id(viewer, "account_id", "user_id"),
        windows=tuple(window for product in PRODUCTS for window in products.get(product, ((),))[0]),
    )


def product_of(item: object) -> str:
    """Return the product that an item is about."""
    return (parse.first_text(item, "product") or "").lower()


def raise_without_windows(viewer: Json, items: Sequence[Json]) -> None:
    """Raise why there are no windows, unless there truthfully is no subscription."""
    errors = [error for item in items if (error := error_text(item.get("error")))]
    if errors:
        raise Unavailable(f"arkcli: {errors[0]}")
    if not viewer or any(item.get("subscribed") is not False for item in items):
        raise InvalidResponse("items has no periods that are known")


def error_text(error: object) -> str | None:
    """Return what went wrong with a product, None when nothing did."""
    if not error:
        return None
    return parse.text(error) or parse.first_text(error, "message", "Message", "code", "Code") or "the product failed"


def viewer_id(viewer: Json, *keys: str) -> str | None:
    """Return the first of the keys that names who is signed in; an id may be a number."""
    values = (viewer.get(key) for key in keys)
    written = (str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values)
    return next((found for value in written if (found := parse.text(value))), None)


def tool_windows(product: str, item: Json) -> tuple[Window, ...]:
    """Return the windows of a product, none when it failed or is not subscribed any more."""
    if item.get("subscribed") is False or item.get("error"):
        return ()
    found: dict[str, Window] = {}
    for period in map(parse.mapping, parse.items(item.get("periods"))):
        level = level_of(period.get("label"))
        if level:
            counts = product != "coding-plan"
            found.setdefault(
                level,
                window(
                    product,
                    level,
                    used_percent=parse.number(period.get("percent")),
                    used=parse.number(period.get("used")) if counts else None,
                    limit=parse.number(period.get("total")) if counts else None,
                    resets_at=parse.moment(period.get("reset_at")),
                ),
            )
    return tuple(found.values())
