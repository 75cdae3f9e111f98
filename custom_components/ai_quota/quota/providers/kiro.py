"""Kiro."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import json
from pathlib import Path
import re
import sqlite3
import sys
from typing import Any, override

from .. import parse
from ..account import Call
from ..credentials import Way, api_key, path, text, unquoted
from ..http import Reply
from ..local import Finished, clean_environment, exists, find_tool, plain, query_sqlite, run, run_on_terminal
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    RateLimited,
    Reading,
    Unavailable,
    Unsupported,
    Window,
)
from ..parse import Json
from ..provider import Provider, StatusLink, Strategy, strategy

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
API_SECONDS = 10

USAGE_SECONDS, USAGE_QUIET_SECONDS = 20, 4
ACCOUNT_SECONDS, ACCOUNT_QUIET_SECONDS = 3, 1.5
SILENT_SECONDS = 5
"""How long a tool may say nothing into a pipe, at most, before it is asked on a terminal."""
ROWS, COLUMNS = 50, 200

INSTALL = "install kiro-cli (https://kiro.dev/cli) and run `kiro-cli login`"
LOG_IN = "nobody is logged in; run `kiro-cli login`"

TOKEN_KEYS = ("kirocli:odic:token", "kirocli:social:token", "codewhisperer:odic:token")
PROFILE_KEY = "api.codewhisperer.profile"


def region(value: str) -> str:
    """Return the region when it can be part of a host name; raises BadConfiguration."""
    value = unquoted(value)
    if value and not REGION.fullmatch(value):
        raise BadConfiguration("region: this is not a region of AWS, such as us-east-1", "region")
    return value


class Kiro(Provider):
    """Kiro: the monthly credits of a plan (or of a Q Developer plan), bonus credits and overage.

    Sources: the panel of the tool, https://kiro.dev/docs/cli/, and the usage API that the tool itself calls,
    which is undocumented.
    """

    id = "kiro"
    name = "Kiro"
    dashboard = "https://app.kiro.dev/account/usage"
    status = StatusLink("https://health.aws.amazon.com/health/status")
    missing = f"give an API key, or {INSTALL}"
    fields = (
        api_key("KIRO_API_KEY", help="app.kiro.dev, API keys.", link="https://kiro.dev/docs/cli/headless/"),
        text(
            "region",
            default="us-east-1",
            clean=region,
            way=Way.KEY,
            advanced=True,
            help="One of AWS, such as eu-central-1.",
        ),
        path("cli_path", "KIRO_CLI_PATH", help="The tool is kiro-cli.", link="https://kiro.dev/cli"),
        path("data_dir", "KIRO_DATA_DIR", help="It holds data.sqlite3."),
    )

    @override
    def order(self, call: Call) -> Sequence[Strategy]:
        """Leave the tool out where there is a key: it may be signed in as somebody else."""
        return self.strategies if call.get("api_key") is None else (Kiro.api,)

    async def _has_tool(self, call: Call) -> bool:
        return await kiro_cli(call) is not None

    @strategy("cli", when=_has_tool, absent=INSTALL, machine=True)
    async def cli(self, call: Call) -> Reading:
        """Ask the tool, then complete its answer from the API, for which it may just have renewed the token."""
        tool = await kiro_cli(call)
        if tool is None:
            raise Unavailable(INSTALL)
        try:
            panel = read_panel(await usage_of(tool, call), call.now)
        except Unavailable, InvalidResponse:
            if is_signed_out((await account_of(tool, call)).stdout):
                raise AuthFailed(LOG_IN) from None
            raise
        account = email(await account_of(tool, call))
        return reading(panel, await call.optional(usage_with_token(call)) or Usage(), account)

    async def _has_key_or_database(self, call: Call) -> bool:
        return call.get("api_key") is not None or await exists(database(call))

    @strategy("api", when=_has_key_or_database, machine=True)
    async def api(self, call: Call) -> Reading:
        """Ask the API with the key, else with the token of the tool."""
        usage = await (usage_with_token(call) if call.get("api_key") is None else usage_with_key(call))
        return reading(Panel(), usage)


# The tool


async def kiro_cli(call: Call) -> Path | None:
    """Return the tool; raises BadConfiguration when a path was given and no program is there."""
    places = ("~/.local/bin/kiro-cli", "/opt/homebrew/bin/kiro-cli", "/usr/local/bin/kiro-cli")
    return await find_tool("kiro-cli", call.get("cli_path"), env=call.env, home=call.home, places=places)


async def usage_of(tool: Path, call: Call) -> str:
    """Return the panel with the usage, as plain text; raises what the tool says instead of it."""
    done = await ask(
        (tool, "chat", "--no-interactive", "/usage"),
        call,
        seconds=USAGE_SECONDS,
        quiet_seconds=USAGE_QUIET_SECONDS,
        is_answer=lambda output: is_signed_out(output) or FIGURES.search(output) or BAR.search(output),
    )
    said = done.stdout.lower()
    first_line = done.stdout.strip().partition("\n")[0].strip()[:200]
    if is_signed_out(done.stdout):
        raise AuthFailed(LOG_IN)
    if "could not retrieve usage information" in said:
        refused = "accessdenied" in said or "bearer token" in said
        raise AuthFailed(LOG_IN) if refused else Unavailable(f"kiro-cli: {first_line}")
    if done.timed_out:
        raise Unavailable(f"kiro-cli did not finish in {USAGE_SECONDS} seconds: {first_line}")
    if done.exit:
        raise Unavailable(f"kiro-cli failed (exit status {done.exit}): {first_line}")
    if not first_line:
        raise Unavailable("kiro-cli printed nothing")
    return done.stdout


async def account_of(tool: Path, call: Call) -> Finished:
    """Return what the tool says about who is logged in, nothing when it cannot be started."""
    try:
        return await ask(
            (tool, "whoami"), call, seconds=ACCOUNT_SECONDS, quiet_seconds=ACCOUNT_QUIET_SECONDS, is_answer=str.strip
        )
    except Unavailable:
        return Finished(stdout="", exit=None, timed_out=False)


async def ask(
    argv: Sequence[str | Path],
    call: Call,
    *,
    seconds: float,
    quiet_seconds: float,
    is_answer: Callable[[str], object],
) -> Finished:
    """Return what the tool wrote, as plain text in `stdout`; `seconds` are for pipe and terminal together.

    Newer versions answer into a pipe and do not end by themselves, older ones answer only on a terminal.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    env = clean_environment(call.env, "KIRO_", "Q_", TERM="xterm-256color")
    silent_seconds = min(seconds / 2, SILENT_SECONDS)
    done = as_text(await run(argv, env=env, seconds=seconds, quiet_seconds=quiet_seconds, first_seconds=silent_seconds))
    left = deadline - loop.time()
    if is_answer(done.stdout) or left <= 0 or sys.platform == "win32":
        return done
    shown = as_text(
        await run_on_terminal(argv, env=env, seconds=left, rows=ROWS, columns=COLUMNS, quiet_seconds=quiet_seconds)
    )
    return shown if shown.stdout.strip() else done


def as_text(done: Finished) -> Finished:
    """Return everything that the tool wrote as plain text in `stdout`."""
    return replace(done, stdout=cleaned(done.output), stderr="")


def cleaned(output: str) -> str:
    """Return output of the tool without escape sequences, carriage returns and frames."""
    return re.sub(r"[\r\u2500-\u257f]", "", plain(output))


SIGNED_OUT = (
    "not logged in",
    "login required",
    "failed to initialize auth portal",
    "kiro-cli login",
    "oauth error",
)


def is_signed_out(output: str) -> bool:
    """Return whether the tool says that nobody is logged in."""
    return any(words in output.lower() for words in SIGNED_OUT)


def email(who: Finished) -> str | None:
    """Return the address that `whoami` names, after `Email:` or alone on a line."""
    found = re.search(r"^[ \t]*(?:Email:[ \t]*)?([^\s@:]+@[^\s@]+)[ \t]*$", who.stdout, re.MULTILINE | re.IGNORECASE)
    return found[1] if found and not who.exit else None


# The panel of the tool

NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
FIGURES = re.compile(rf"\(\s*{NUMBER}\s+of\s+{NUMBER}\s+covered")
BAR = re.compile(r"█\s*(\d+)%")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What the tool prints: credits, the bar in per cent, cost in USD."""

    plan: str | None = None
    used: float | None = None
    limit: float | None = None
    bar: float | None = None
    resets_at: datetime | None = None
    bonus: Window | None = None
    overage_on: bool = False
    overage: float | None = None
    cost: float | None = None


def read_panel(output: str, now: datetime) -> Panel:
    """Return the figures of a panel; raises InvalidResponse when there is none and no reason for it."""
    used, limit = numbers(FIGURES, output)
    (bar,) = numbers(BAR, output)
    (overage,) = numbers(re.compile(rf"Credits used:\s*{NUMBER}"), output)
    (cost,) = numbers(re.compile(rf"Est\. cost:\s*\${NUMBER}\s*USD"), output)
    panel = Panel(
        plan=plan_of(output),
        used=used,
        limit=limit,
        bar=bar,
        resets_at=reset_of(output, now),
        bonus=bonus_of(output, now),
        overage_on=re.search(r"Overages:[ \t]*enabled", output, re.IGNORECASE) is not None,
        overage=overage,
        cost=cost,
    )
    managed = re.search(r"managed by (admin|organization)", output, re.IGNORECASE) and PLAN_LINE.search(output)
    if limit is None and bar is None and panel.bonus is None and not managed:
        raise InvalidResponse("kiro-cli printed neither figures nor a bar; its version may be too new")
    return panel


def numbers(pattern: re.Pattern[str], output: str) -> tuple[float | None, ...]:
    """Return the numbers of the first match, all None without one or when one of them cannot be read."""
    found = pattern.search(output)
    values = tuple(map(parse.number, found.groups())) if found else ()
    return values if values and None not in values else (None,) * pattern.groups


PLAN_LINE = re.compile(r"Plan:[ \t]*(\S[^\n]*)")


def plan_of(output: str) -> str | None:
    """Return the plan: behind `Plan:`, else the third part of the line of the usage, else behind a bar."""
    if found := PLAN_LINE.search(output):
        return plan_name(found[1])
    headline = re.search(r"^.*Estimated Usage.*$", output, re.MULTILINE)
    parts = headline[0].split("|") if headline else []
    if len(parts) > 2 and (name := plan_name(parts[2])):
        return name
    found = re.search(r"\|[ \t]*(KIRO[^|\n]*)", output)
    return plan_name(found[1]) if found else None


def plan_name(name: object) -> str | None:
    """Return a plan as a person would write it: the names of Kiro are shouted."""
    found = parse.text(name)
    return " ".join(map(str.capitalize, found.split())) if found and "kiro" in found.lower() else found


def reset_of(output: str, now: datetime) -> datetime | None:
    """Return the day of the reset, 00:00 UTC; one without a year is the next one after today."""
    found = re.search(r"resets on\s+(?:(\d{4}-\d\d-\d\d)|(\d\d?)/(\d\d?))", output)
    if found is None or found[1]:
        return parse.moment(found[1]) if found else None
    for year in range(now.year, now.year + 9):  # the 29th of February may be eight years away
        try:
            day = datetime(year, int(found[2]), int(found[3]), tzinfo=UTC)
        except ValueError:
            continue
        if day > now:
            return day
    return None


def bonus_of(output: str, now: datetime) -> Window | None:
    """Return the line of the bonus credits."""
    found = re.search(rf"Bonus credits:\s*{NUMBER}\s*/\s*{NUMBER}", output)
    used, limit = map(parse.number, found.groups()) if found else (None, None)
    if found is None or used is None or limit is None:
        return None
    days = re.compile(r"expires in (\d{1,5}) days?").search(output, found.end())
    return bonus_window(used, limit, parse.midnight(now, int(days[1])) if days else None)


# The state database of the tool


def database(call: Call) -> Path:
    """Return where the tool keeps its state."""
    return data_dir(call) / "data.sqlite3"


def data_dir(call: Call) -> Path:
    """Return the folder of the tool."""
    if given := call.get("data_dir"):
        return call.path(given)
    if sys.platform == "darwin":
        return call.home / "Library/Application Support/kiro-cli"
    if sys.platform == "win32":
        return Path(call.settings.env("LOCALAPPDATA", "APPDATA") or call.home) / "kiro-cli"
    return call.path(call.settings.env("XDG_DATA_HOME") or "~/.local/share") / "kiro-cli"


async def token_and_profile(call: Call) -> tuple[str, str]:
    """Return the token of the tool and the ARN of its profile; neither is ever renewed or written here."""

    def read(connection: sqlite3.Connection) -> tuple[Json, Json]:
        tokens = [row_of(connection, "auth_kv", key) for key in TOKEN_KEYS]
        return next((token for token in tokens if token is not None), {}), row_of(
            connection, "state", PROFILE_KEY
        ) or {}

    token, profile = await query_sqlite(database(call), read)
    access_token, arn = parse.first_text(token, "access_token"), parse.first_text(profile, "arn")
    expires_at = parse.moment(token.get("expires_at"))
    if access_token is None or arn is None:
        raise AuthFailed("kiro-cli has no token or no profile; start it once, or run `kiro-cli login`")
    call.conceal(access_token)
    if expires_at and expires_at <= call.now:
        raise AuthFailed("the token of kiro-cli has expired; start kiro-cli once, or run `kiro-cli login`")
    return access_token, arn


def row_of(connection: sqlite3.Connection, table: str, key: str) -> Json | None:
    """Return the JSON object under a key, an empty one for anything else, None when there is no such key."""
    row = connection.execute(f"SELECT value FROM {table} WHERE key = ?", (key,)).fetchone()  # noqa: S608  two names
    if row is None:
        return None
    try:
        return parse.mapping(json.loads(row[0]))
    except TypeError, ValueError, RecursionError:
        return {}


# The API


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the API says, in credits; without `limit` it was not asked.

    `used` is without overage, and None when it cannot be told from bonus credits.
    """

    plan: str | None = None
    email: str | None = None
    used: float | None = None
    limit: float | None = None
    resets_at: datetime | None = None
    has_bonuses: bool = False
    bonus: Window | None = None
    overage_on: bool | None = None
    overage: float | None = None
    cap: float | None = None
    charges: float | None = None
    currency: str = "USD"


async def usage_with_key(call: Call) -> Usage:
    """Ask the API with the key."""
    question = {"origin": "KIRO_CLI", "isEmailRequired": True}
    host = f"q.{call['region']}.amazonaws.com"
    url = f"https://{host}/?origin=KIRO_CLI&isEmailRequired=true"
    reply = await post(call, url, call["api_key"], question, tokenType="API_KEY")
    return read_usage(await answer_of(reply, "Kiro rejected the API key"))


async def usage_with_token(call: Call) -> Usage:
    """Ask the API with the token of the tool."""
    token, arn = await token_and_profile(call)
    home = (arn.split(":") + [""] * 4)[3]
    if not REGION.fullmatch(home):
        raise InvalidResponse("the ARN of the profile of kiro-cli has no region")
    host = "codewhisperer.us-east-1" if home == "us-east-1" else f"q.{home}"
    reply = await post(call, f"https://{host}.amazonaws.com/", token, {"profileArn": arn})
    return read_usage(await answer_of(reply, "Kiro rejected the token of kiro-cli; start it once, or log in again"))


async def post(call: Call, url: str, bearer: str, question: Json, **headers: str) -> Reply:
    """Ask for the usage limits; the token goes to the host of `url` alone."""
    carried = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AmazonCodeWhispererService.GetUsageLimits",
        **headers,
    }
    return await call.at(url, bearer=bearer, headers=carried, timeout=API_SECONDS).post(json=question)


REFUSALS = ("AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException")


async def answer_of(reply: Reply, refused: str) -> Json:
    """Return the usage limits; raises the failure that the status or the type of the error means."""
    if reply.status == 200:
        return await reply.object()
    body = await reply.maybe_object()
    fault = parse.first_text(body, "__type") or ""
    told = (parse.first_text(body, "message", "Message") or f"HTTP {reply.status}")[:200]
    if reply.status in (401, 403) or fault.endswith(REFUSALS):
        if b"FEATURE_NOT_SUPPORTED" in reply.body:
            raise Unsupported(f"Kiro does not tell the usage of this account: {told}")
        raise AuthFailed(f"{refused} ({told})")
    if reply.status == 429 or fault.endswith("ThrottlingException"):
        raise RateLimited(retry_after=reply.retry_after)
    failure = Unavailable if reply.status >= 500 else InvalidResponse
    raise failure(f"{reply.url.host} answered: {told}")


def read_usage(answer: Json) -> Usage:
    """Return the figures of the one entry for credits; raises InvalidResponse naming what is wrong."""
    entries = parse.items(answer.get("usageBreakdownList"))
    found = [entry for entry in map(parse.mapping, entries) if entry.get("resourceType") == "CREDIT"]
    if len(found) != 1:
        raise InvalidResponse(f"usageBreakdownList has {len(found)} entries for CREDIT instead of one")
    entry = found[0]
    total, limit = figure(entry, "currentUsage"), figure(entry, "usageLimit")
    overage = figure(entry, "currentOverages")
    if total is None or limit is None:
        raise InvalidResponse(f"{'currentUsage' if total is None else 'usageLimit'} is missing")
    if overage is not None and overage > total:
        raise InvalidResponse("currentOverages is above currentUsage")
    of_plan = round(total - (overage or 0), 6)  # 1250.4 - 250.4 is not quite 1000
    bonuses = parse.optional_list(entry, "bonuses")
    if of_plan > limit and not bonuses:
        raise InvalidResponse("currentUsage without currentOverages is above usageLimit")
    reset = parse.first(entry, "nextDateReset")
    return Usage(
        plan=plan_name(parse.mapping(answer.get("subscriptionInfo")).get("subscriptionTitle")),
        email=parse.first_text(answer.get("userInfo"), "email"),
        used=of_plan if of_plan <= limit else None,
        limit=limit,
        resets_at=moment(answer.get("nextDateReset") if reset is None else reset),
        has_bonuses=bool(bonuses),
        bonus=bonus_in(bonuses),
        overage_on=overage_status(answer),
        overage=overage,
        cap=figure(entry, "overageCap"),
        charges=figure(entry, "overageCharges"),
        currency=(parse.first_text(entry, "currency") or "USD").upper(),
    )


def figure(entry: Json, key: str) -> float | None:
    """Return a figure, the precise one where there is one; raises InvalidResponse for one that makes no sense."""
    value = parse.first(entry, f"{key}WithPrecision", key)
    found = parse.number(value)
    if value is not None and (found is None or found < 0):
        raise InvalidResponse(f"{key} is not a number from 0 on")
    return found


def moment(value: Any) -> datetime | None:
    """Return a time from Unix seconds or ISO 8601; milliseconds and what is not of this century are None."""
    epoch = parse.number(value)
    found = parse.moment(value) if epoch is None or epoch < 1e10 else None
    return found if found and 2001 <= found.year <= 2100 else None


def overage_status(answer: Json) -> bool | None:
    """Return whether overage is on, None when the API does not say."""
    status = parse.first_text(answer.get("overageConfiguration"), "overageStatus") or ""
    return {"ENABLED": True, "DISABLED": False}.get(status.upper())


def bonus_in(bonuses: Sequence[Any]) -> Window | None:
    """Return the active bonuses as one, which expires with the first of them."""
    counted = [
        (used, limit, moment(bonus.get("expiresAt")))
        for bonus in map(parse.mapping, bonuses)
        if bonus.get("status") == "ACTIVE"
        and (used := figure(bonus, "currentUsage")) is not None
        and (limit := figure(bonus, "usageLimit")) is not None
    ]
    if not counted:
        return None
    all_used, limits, ends = zip(*counted, strict=True)
    return bonus_window(sum(all_used), sum(limits), min(filter(None, ends), default=None))


def bonus_window(used: float, limit: float, expires_at: datetime | None) -> Window:
    """Return the window of bonus credits."""
    return parse.counted("bonus", "Bonus credits", unit="credits", used=used, limit=limit, expires_at=expires_at)


# Both together


def reading(panel: Panel, usage: Usage, account: str | None = None) -> Reading:
    """Return what the tool and the API say together; either may have been left out."""
    overage_on = panel.overage_on if usage.overage_on is None else usage.overage_on
    resets_at = usage.resets_at or panel.resets_at
    bonus = panel.bonus or usage.bonus
    windows = [*monthly(panel, usage, resets_at), *([bonus] if bonus and bonus.limit else [])]
    metrics = []
    if overage_on:
        cost = panel.cost if usage.charges is None and usage.currency == "USD" else usage.charges
        credits = panel.overage if usage.overage is None else usage.overage
        if cost is not None:
            metrics.append(
                Metric(id="overage_spend", name="Overage cost", value=cost, unit=usage.currency, kind=MetricKind.SPEND)
            )
        if usage.cap:
            windows.append(
                parse.counted(
                    "extra_usage", "Overage", unit="credits", used=usage.overage, limit=usage.cap, resets_at=resets_at
                )
            )
        elif credits is not None:
            metrics.append(
                Metric(
                    id="overage_credits", name="Overage credits", value=credits, unit="credits", kind=MetricKind.COUNT
                )
            )
    return Reading(
        account=account or usage.email, plan=panel.plan or usage.plan, windows=tuple(windows), metrics=tuple(metrics)
    )


def monthly(panel: Panel, usage: Usage, resets_at: datetime | None) -> tuple[Window, ...]:
    """Return the credits of the plan: from the API, unless bonus credits may be mixed into its figure."""
    from_tool = usage.limit is None or (usage.has_bonuses and panel.used is not None)
    used, limit = (panel.used, panel.limit) if from_tool else (usage.used, usage.limit)
    percent = panel.bar if used is None else None
    if limit is None:
        return (
            ()
            if percent is None
            else (Window(id="monthly", name="Credits", used_percent=percent, resets_at=resets_at),)
        )
    return (
        parse.counted(
            "monthly", "Credits", unit="credits", used=used, limit=limit, used_percent=percent, resets_at=resets_at
        ),
    )
