"""AWS Bedrock."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
import json
from pathlib import Path
import re
from typing import Any, TypeIs, override

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Settings, Way, is_loopback, number, secret, select, text, url
from ..http import Reply, Verdict
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    QuotaError,
    RateLimited,
    Reading,
    Unavailable,
    Unsupported,
    Window,
)
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy

IAM = "https://console.aws.amazon.com/iam/home#/users"
HOME_REGION = "us-east-1"
REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+-[0-9]+")
CHINA = "cn-"

PROFILE_SECONDS = 60
MAX_COST_PAGES = 100
MAX_ACTIVITY_PAGES = 20
ACTIVITY_SECONDS = 45
"""All of CloudWatch together may not take longer: it is an extra."""


class Bedrock(Provider):
    """AWS Bedrock: what an account spends on it, against a monthly budget, and Claude's activity in one region.

    Sources: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html and
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """

    id = "bedrock"
    name = "AWS Bedrock"
    dashboard = "https://console.aws.amazon.com/bedrock"
    status = StatusLink("https://health.aws.amazon.com/health/status")
    missing = "give an access key with its secret, or the name of a profile in the AWS files of this machine"
    # AWS bills every request, and updates the costs three times a day.
    every = Every(default=360, minimum=60)
    fields = (
        select(
            "auth_mode",
            ("auto", "keys", "profile"),
            "auto",
            "BEDROCK_AUTH_MODE",
            "CODEXBAR_BEDROCK_AUTH_MODE",
            advanced=True,
        ),
        secret(
            "access_key_id",
            "AWS_ACCESS_KEY_ID",
            required=True,
            help="IAM, Users, a user with a policy for ce:GetCostAndUsage and cloudwatch:GetMetricData,"
            " Security credentials, Create access key. Cost Explorer must once have been opened in Billing.",
            link=IAM,
        ),
        secret("secret_access_key", "AWS_SECRET_ACCESS_KEY", required=True, help="AWS shows it once, with the key."),
        secret("session_token", "AWS_SESSION_TOKEN", advanced=True, help="Temporary credentials have one."),
        text("profile", "AWS_PROFILE", way=Way.MACHINE, required=True, help="A name in ~/.aws/config."),
        text(
            "region",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            advanced=True,
            help="Where Claude's activity is counted, such as eu-central-1.",
        ),
        number(
            "budget", "BEDROCK_BUDGET", "CODEXBAR_BEDROCK_BUDGET", help="Per calendar month, in the account's currency."
        ),
        url("base_url", "CODEXBAR_BEDROCK_API_URL", http=True, help="In the place of Cost Explorer."),
        url(
            "cloudwatch_base_url",
            "CODEXBAR_BEDROCK_CLOUDWATCH_API_URL",
            http=True,
            help="In the place of CloudWatch.",
        ),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Refuse plain HTTP to another machine, private or not."""
        for key in ("base_url", "cloudwatch_base_url"):
            given = settings.given(key)
            if given and given.scheme == "http" and not is_loopback(given.host):
                raise BadConfiguration(f"{key}: plain http:// is for this machine only; use https://", key)

    async def has_credentials(self, call: Call) -> bool:
        """Return whether there is a key pair or a profile; raise AuthFailed where half of a pair is."""
        return auth_mode(call) is not None

    @strategy("api", when=has_credentials)
    async def api(self, call: Call) -> Reading:
        """Ask for the costs, and then for what may fail: the activity."""
        aws = await Aws.of(call)
        costs = await read_costs(aws, call)
        activity = await call.optional(read_activity(aws, call), seconds=ACTIVITY_SECONDS)
        return Reading(
            identity=f"profile {call['profile']}" if auth_mode(call) == "profile" else None,
            windows=costs.windows(call.get("budget"), call.now),
            metrics=(*costs.metrics(call.now), *(activity or ())),
        )


# Credentials


def auth_mode(call: Call) -> str | None:
    """Return whether the key pair or the profile counts, None when what counts is not there.

    Raises AuthFailed when only half of the pair is there.
    """
    parts = [call.get(key) is not None for key in ("access_key_id", "secret_access_key")]
    has_profile = call.get("profile") is not None
    mode: str = call["auth_mode"]
    if mode == "auto":
        mode = "keys" if all(parts) or not has_profile else "profile"
    if mode == "profile":
        return mode if has_profile else None
    if any(parts) and not all(parts):
        raise AuthFailed("the access key id and the secret access key belong together: both are needed")
    return mode if all(parts) else None


@dataclass(frozen=True)
class Aws:
    """Credentials, their region, and botocore to sign with."""

    call: Call
    botocore: Any
    keys: Any
    region: str

    @classmethod
    async def of(cls, call: Call) -> Aws:
        """Return the credentials that count; raises AuthFailed, or Unavailable when what has them is not there."""
        try:
            botocore: Any = await asyncio.to_thread(import_module, "..aws", __package__)
        except ImportError as err:
            raise Unavailable("botocore is not installed") from err
        region = call.get("region")
        if auth_mode(call) == "keys":
            keys = botocore.pair(call["access_key_id"], call["secret_access_key"], session_token(call))
        else:
            profiles = botocore.Profiles(call.home, *aws_files(call), call.env)
            try:
                async with asyncio.timeout(PROFILE_SECONDS):
                    keys, own_region = await asyncio.to_thread(profiles.read, call["profile"], region)
            except TimeoutError as err:
                raise Unavailable(f"the profile gave no credentials in {PROFILE_SECONDS} seconds") from err
            region = region or own_region
        call.conceal(*filter(None, (keys.access_key, keys.secret_key, keys.token)))
        return cls(call, botocore, keys, region or HOME_REGION)

    async def post(self, api: Api, body: Json) -> Reply:
        """Send a signed request."""
        content = json.dumps(body).encode()
        headers = {"Content-Type": api.content_type, "X-Amz-Target": api.target}
        sign = self.botocore.signed
        headers = await asyncio.to_thread(sign, self.keys, api.service, api.region, str(api.url), headers, content)
        return await self.call.at(api.url).post(headers=headers, body=content)


def session_token(call: Call) -> str | None:
    """Return the token of temporary keys; that of the environment belongs to the key there."""
    found: str | None = call.own("session_token") if call.own("access_key_id") else call.get("session_token")
    return found


def aws_files(call: Call) -> tuple[Path, Path]:
    """Return where AWS's tools keep the profiles, and the keys of some."""
    config, credentials = (call.settings.env(name) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"))
    return call.path(config or "~/.aws/config"), call.path(credentials or "~/.aws/credentials")


# Requests


@dataclass(frozen=True, kw_only=True)
class Api:
    """One action of AWS: where it is, and what a request for it is signed for."""

    service: str
    region: str
    url: URL
    content_type: str
    target: str


def cost_explorer(region: str, override: URL | None) -> Api:
    """Return GetCostAndUsage: one place serves all regions but those of China."""
    home, suffix = ("cn-northwest-1", "amazonaws.com.cn") if region.startswith(CHINA) else (HOME_REGION, SUFFIX)
    return Api(
        service="ce",
        region=home,
        url=override or URL(f"https://ce.{home}.{suffix}/"),
        content_type="application/x-amz-json-1.1",
        target="AWSInsightsIndexService.GetCostAndUsage",
    )


SUFFIX = "amazonaws.com"
SUFFIXES = {
    CHINA: "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}


def cloudwatch(region: str, override: URL | None) -> Api:
    """Return GetMetricData of a region."""
    suffix = next((suffix for prefix, suffix in SUFFIXES.items() if region.startswith(prefix)), SUFFIX)
    return Api(
        service="monitoring",
        region=region,
        url=override or URL(f"https://monitoring.{region}.{suffix}/"),
        content_type="application/x-amz-json-1.0",
        target="GraniteServiceVersion20100801.GetMetricData",
    )


async def pages(ask: Callable[[Json], Awaitable[Json]], body: Json, token: str, max_pages: int) -> AsyncIterator[Json]:
    """Yield all pages of an answer; `token` is the key that leads to the next one.

    Raises InvalidResponse when they do not end.
    """
    seen: list[str] = []
    while True:
        answer = await ask(body)
        yield answer
        following = answer.get(token)
        if not following:
            return
        if not isinstance(following, str) or following in seen or len(seen) + 1 == max_pages:
            raise InvalidResponse(f"{token} leads back or never ends")
        seen.append(following)
        body = {**body, token: following}


# Costs


async def read_costs(aws: Aws, call: Call) -> Costs:
    """Read the costs of every day since the first of the month, and of 30 days at least."""
    api = cost_explorer(aws.region, call.get("base_url"))
    since = min(first_of_month(call.now), day(call.now, -29))
    body = {
        "TimePeriod": {"Start": since, "End": day(call.now, 1)},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    }

    async def ask(body: Json) -> Json:
        return await costs_answered(await aws.post(api, body), call.now)

    results: list[Any] = []
    async for answer in pages(ask, body, "NextPageToken", MAX_COST_PAGES):
        results += parse.need_list(answer.get("ResultsByTime"), "ResultsByTime")
    return Costs.of(results, "CNY" if aws.region.startswith(CHINA) else "USD")


def day(now: datetime, days: int = 0) -> str:
    """Return the date of today in UTC, or of as many days later (or before)."""
    return f"{parse.midnight(now, days):%Y-%m-%d}"


def first_of_month(now: datetime) -> str:
    """Return the date of the first of this month."""
    return f"{parse.midnight(now):%Y-%m-01}"


@dataclass(frozen=True)
class Costs:
    """What each day cost on Bedrock, by its date; a day that was answered without is 0."""

    days: Mapping[str, float]
    currency: str

    @classmethod
    def of(cls, results: Iterable[object], currency: str) -> Costs:
        """Add up results; `currency` counts where none is named. What cannot be read is left out."""
        days: defaultdict[str, float] = defaultdict(float)
        named: str | None = None
        for result in map(parse.mapping, results):
            starts = parse.mapping(result.get("TimePeriod")).get("Start")
            if not is_date(starts):
                continue
            days[starts] += 0
            for group in filter(is_bedrock, parse.items(result.get("Groups"))):
                cost = parse.mapping(parse.mapping(group.get("Metrics")).get("UnblendedCost"))
                amount = parse.number(cost.get("Amount"))
                if amount is not None:
                    days[starts] += amount
                    named = named or parse.first_text(cost, "Unit")
        return cls(days, named or currency)

    def since(self, first: str) -> float:
        """Return the cost of all days from this date on."""
        return sum(cost for date, cost in self.days.items() if date >= first)

    def windows(self, budget: float | None, now: datetime) -> tuple[Window, ...]:
        """Return the spend of the month against the budget, where there is one."""
        if budget is None or budget <= 0:
            return ()
        spent = max(0.0, self.since(first_of_month(now)))
        resets_at = parse.next_month(now)
        return (parse.counted("budget", "Budget", unit=self.currency, used=spent, limit=budget, resets_at=resets_at),)

    def metrics(self, now: datetime) -> tuple[Metric, ...]:
        """Return what was spent; credits make it negative."""
        found = (
            ("spend_month", "Spend this month", self.since(first_of_month(now))),
            ("spend_30d", "Spend, 30 days", self.since(day(now, -29))),
            ("spend_today", "Spend today", self.days.get(day(now))),
        )
        return tuple(
            metric
            for id, name, value in found
            for metric in parse.known_metric(id, name, value, self.currency, MetricKind.SPEND)
        )


def is_date(value: object) -> TypeIs[str]:
    """Return whether this is a date such as 2026-11-19."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_bedrock(group: object) -> bool:
    """Return whether a group is Bedrock; what the makers of models bill is a service of its own, named after it."""
    keys = parse.items(parse.mapping(group).get("Keys"))
    return bool(keys) and "bedrock" in str(keys[0]).lower()


# What AWS says instead

THROTTLED = ("ThrottlingException", "LimitExceededException", "TooManyRequestsException", "RequestLimitExceeded")
REJECTED = (
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "ExpiredTokenException",
    "ExpiredToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "AccessDenied",
    "AccessDeniedException",
)


async def costs_answered(reply: Reply, now: datetime) -> Json:
    """Return the costs of an answer, none where AWS has none; raises the failure that it stands for."""
    if 200 <= reply.status < 300:
        return await reply.check(Verdict()).object()
    error = await reply.maybe_object()
    name = error_name(error)
    if name == "DataUnavailableException":
        return {"ResultsByTime": [{"TimePeriod": {"Start": day(now)}}]}
    raise failure(reply, name, error_message(error))


def error_name(error: Json) -> str:
    """Return what AWS calls an error, without its namespace; empty when it has no name."""
    name = parse.first_text(error, "__type", "code", "Code") or parse.first_text(error.get("Error"), "Code") or ""
    return name.rpartition("#")[2]


def error_message(error: Json) -> str:
    """Return what AWS says of an error."""
    found = parse.first_text(error, "message", "Message") or parse.first_text(error.get("Error"), "Message")
    return found or "no reason is given"


def failure(reply: Reply, name: str, message: str) -> QuotaError:
    """Return what an answer that is no success means."""
    if name.startswith("AccessDenied") and "not enabled for cost explorer" in message.lower():
        return Unsupported("enable Cost Explorer once in the billing console; its first data takes up to 24 hours")
    if name in REJECTED:
        return AuthFailed(f"{message} ({name}; the needed permission is ce:GetCostAndUsage)")
    if name in THROTTLED or reply.status == 429:
        return RateLimited(retry_after=reply.retry_after)
    if reply.status in (401, 403):
        return AuthFailed(f"{message} (HTTP {reply.status}; the needed permission is ce:GetCostAndUsage)")
    if reply.status >= 500:
        return Unavailable(f"Cost Explorer answered HTTP {reply.status}")
    return InvalidResponse(f"Cost Explorer answered {name or f'HTTP {reply.status}'}: {message}")


# Activity

ACTIVITY = {
    "inputTokens": ("InputTokenCount", "claude_input_tokens_14d", "Claude input tokens, 14 days", "tokens"),
    "outputTokens": ("OutputTokenCount", "claude_output_tokens_14d", "Claude output tokens, 14 days", "tokens"),
    "requests": ("Invocations", "claude_requests_14d", "Claude requests, 14 days", "requests"),
}


async def read_activity(aws: Aws, call: Call) -> tuple[Metric, ...]:
    """Read what Claude's models did in the region; one thing that is odd spoils it all."""
    override = call.get("cloudwatch_base_url")
    if not REGION.fullmatch(aws.region) or (call.get("base_url") and not override):
        return ()
    api = cloudwatch(aws.region, override)
    now = int(call.now.timestamp())
    expression = "SUM(SEARCH('{{AWS/Bedrock,ModelId}} MetricName=\"{}\" claude', 'Sum', 86400))"
    body = {
        "StartTime": now - 14 * 86_400,
        "EndTime": now,
        "ScanBy": "TimestampAscending",
        "MetricDataQueries": [
            {"Id": id, "Expression": expression.format(metric), "ReturnData": True}
            for id, (metric, *_) in ACTIVITY.items()
        ],
    }

    async def ask(body: Json) -> Json:
        return await (await aws.post(api, body)).check(Verdict()).object()

    sums = dict.fromkeys(ACTIVITY, 0.0)
    async for answer in pages(ask, body, "NextToken", MAX_ACTIVITY_PAGES):
        for id, value in activity_values(answer):
            sums[id] += value
    return tuple(
        Metric(id=id, name=name, value=sums[query], unit=unit, kind=MetricKind.COUNT)
        for query, (_, id, name, unit) in ACTIVITY.items()
    )


def activity_values(answer: Json) -> Iterable[tuple[str, float]]:
    """Yield the values of a page, each with the id of its query; raises InvalidResponse when it is incomplete."""
    if answer.get("Messages"):
        raise InvalidResponse("Messages is not empty")
    for each in parse.need_list(answer.get("MetricDataResults"), "MetricDataResults"):
        result = parse.need_mapping(each, "MetricDataResults")
        id = parse.text(result.get("Id"))
        if id not in ACTIVITY or result.get("StatusCode") != "Complete":
            raise InvalidResponse(f"the result {id!r} is unknown or not complete")
        for value in parse.need_list(result.get("Values"), "Values"):
            found = parse.json_number({"Values": value}, "Values")
            if found is None or found < 0:
                raise InvalidResponse("Values holds something else than numbers from 0 on")
            yield id, found
