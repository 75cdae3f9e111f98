"""Warp."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Verdict
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

REJECTED = "the API key is invalid"
SYSTEM = {"category": "macOS", "name": "macOS", "version": "15.0.0"}
HEADERS = {
    # The door answers other agents with 429.
    "User-Agent": "Warp/1.0",
    "x-warp-client-id": "warp-app",
    **{f"x-warp-os-{key}": value for key, value in SYSTEM.items()},
}
GRANT = "requestCreditsGranted requestCreditsRemaining expiration"
QUERY = f"""query GetRequestLimitInfo($requestContext: RequestContext!) {{
  user(requestContext: $requestContext) {{
    __typename
    ... on UserOutput {{
      user {{
        requestLimitInfo {{ isUnlimited nextRefreshTime requestLimit requestsUsedSinceLastRefresh }}
        bonusGrants {{ {GRANT} }}
        workspaces {{ bonusGrantsInfo {{ grants {{ {GRANT} }} }} }}
      }}
    }}
  }}
}}"""
REFUSALS = (
    "unauthorized", "unauthenticated", "not authenticated", "authentication", "forbidden", "permission denied",
    "invalid api key", "invalid token",
)  # fmt: skip


class Warp(Provider):
    """Warp: the monthly AI credits of an account and its add-on credits.

    Source: https://docs.warp.dev/reference/cli/api-keys (the key; the question is that of Warp's own client)
    """

    id = "warp"
    name = "Warp"
    dashboard = "https://app.warp.dev"
    status = StatusLink("https://status.warp.dev", "statuspage")
    missing = "give an API key"
    fields = (
        api_key(
            "WARP_API_KEY",
            "WARP_TOKEN",
            help="In Warp: profile menu, Settings, Platform, API Keys.",
            link="https://docs.warp.dev/reference/cli/api-keys",
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Ask for the limit and the grants."""
        verdict = Verdict(auth=REJECTED)
        api = call.at("https://app.warp.dev", bearer=call["api_key"], headers=HEADERS, verdict=verdict)
        question = {
            "operationName": "GetRequestLimitInfo",
            "variables": {"requestContext": {"clientContext": {}, "osContext": SYSTEM}},
            "query": QUERY,
        }
        return reading_of(
            await api.post_object("graphql/v2", query={"op": "GetRequestLimitInfo"}, json=question), call.now
        )


def reading_of(answer: Json, now: datetime) -> Reading:
    """Return credits and grants."""
    judge(answer.get("errors"))
    output = parse.mapping(parse.mapping(answer.get("data")).get("user"))
    kind = parse.first_text(output, "__typename") or "nothing"
    if not isinstance(user := output.get("user"), dict):
        if "Auth" in kind:
            raise AuthFailed(REJECTED)
        raise InvalidResponse(f"data.user.user is missing (the answer is {kind})")
    info = parse.need_mapping(user.get("requestLimitInfo"), "requestLimitInfo")
    used = parse.number(info.get("requestsUsedSinceLastRefresh"))
    limit = parse.number(info.get("requestLimit"))
    unlimited = is_true(info.get("isUnlimited"))
    if used is None and limit is None and not unlimited:
        raise InvalidResponse("requestLimit and requestsUsedSinceLastRefresh are missing or not numbers")
    grants = grants_of(user, now)
    credits = parse.counted(
        "monthly",
        "Credits",
        unit="credits",
        used=used,
        limit=limit,
        resets_at=parse.moment(info.get("nextRefreshTime")),
    )
    return Reading(
        windows=(*(() if unlimited else (credits,)), *bonus_window(grants)),
        metrics=(
            *parse.known_metric(
                "credits_used", "Credits used", used if unlimited else None, "credits", MetricKind.COUNT
            ),
            *bonus_metrics(grants),
        ),
    )


def judge(errors: object) -> None:
    """Raise the failure that a list of errors means; it counts before any data."""
    found = parse.items(errors)
    if not found:
        return
    messages = [parse.text(each) or parse.first_text(each, "message") or "error" for each in found]
    codes = {parse.first_text(parse.mapping(each).get("extensions"), "code") for each in found}
    told = "; ".join(messages[:3])
    if codes & {"UNAUTHENTICATED", "FORBIDDEN"} or any(word in "; ".join(messages).lower() for word in REFUSALS):
        raise AuthFailed(f"{REJECTED}: {told}")
    raise InvalidResponse(f"Warp reports: {told}")


def is_true(value: Any) -> bool:
    """Return whether a boolean, a number or a word says yes."""
    return value in (True, 1) or str(value).strip().lower() in ("true", "1", "yes")


@dataclass(frozen=True)
class Grant:
    """Add-on credits: as many, as many left, until then."""

    granted: float
    remaining: float
    ends_at: datetime | None


def grants_of(user: Json, now: datetime) -> list[Grant]:
    """Return the grants of the user and of all workspaces that have not ended."""
    infos = (parse.mapping(parse.mapping(each).get("bonusGrantsInfo")) for each in parse.items(user.get("workspaces")))
    lists = [user.get("bonusGrants"), *(info.get("grants") for info in infos)]
    grants = [
        Grant(
            parse.first_number(each, "requestCreditsGranted") or 0,
            parse.first_number(each, "requestCreditsRemaining") or 0,
            parse.moment(parse.mapping(each).get("expiration")),
        )
        for grants in lists
        for each in parse.items(grants)
    ]
    return [grant for grant in grants if grant.ends_at is None or grant.ends_at > now]


def bonus_window(grants: list[Grant]) -> tuple[Window, ...]:
    """Return all grants as one quota."""
    granted, remaining = sum(grant.granted for grant in grants), sum(grant.remaining for grant in grants)
    if granted <= 0:
        return ()
    used = granted - remaining
    return (parse.counted("bonus", "Add-on credits", unit="credits", used=used, limit=granted, remaining=remaining),)


def bonus_metrics(grants: list[Grant]) -> tuple[Metric, ...]:
    """Return what is left of grants of unknown size, and what ends next."""
    remaining = sum(grant.remaining for grant in grants)
    is_balance = remaining > 0 and sum(grant.granted for grant in grants) <= 0
    ending = [(grant.ends_at, grant.remaining) for grant in grants if grant.ends_at and grant.remaining > 0]
    first = min((ends_at for ends_at, _ in ending), default=None)
    expiring = sum(credits for ends_at, credits in ending if ends_at == first) if first else None
    return (
        *parse.known_metric(
            "bonus_balance", "Add-on credits left", remaining if is_balance else None, "credits", MetricKind.BALANCE
        ),
        *parse.known_metric(
            "bonus_expiring", "Add-on credits expiring next", expiring, "credits", MetricKind.BALANCE, first
        ),
    )
