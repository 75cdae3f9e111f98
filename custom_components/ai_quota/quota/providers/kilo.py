"""Kilo."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
import json
from pathlib import Path
import re
from typing import Any, override

from .. import parse
from ..account import Call
from ..credentials import Settings, api_key, text
from ..http import Reply, Verdict
from ..local import exists, read_json
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
from ..provider import Provider, StatusLink, Strategy, Workspace, strategy

APP, API = "https://app.kilo.ai", "https://api.kilo.ai"
BATCH = "api/trpc/user.getCreditBlocks,kiloPass.getState"
QUERY = {"batch": "1", "input": json.dumps({"0": {"json": None}, "1": {"json": None}})}

MISSING = "give an API key, or run `kilo login` on this computer"
VERDICT = Verdict(auth=f"Kilo rejected the credentials: {MISSING}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PERSONAL = "00000000-0000-0000-0000-000000000000"
"""Chosen instead of an organization; no organization has this id."""

MICRO = 1e-6
"""What the site counts money in, in US dollars."""


class Kilo(Provider):
    """Kilo: prepaid credits and the Kilo Pass of a person, or the balance of an organization.

    Source: the requests of https://app.kilo.ai/usage and of the Kilo extension, https://github.com/Kilo-Org/kilocode
    """

    id = "kilo"
    name = "Kilo"
    dashboard = "https://app.kilo.ai/usage"
    status = StatusLink("https://status.kilo.ai")
    missing = MISSING
    workspace_field = "organization_id"
    fields = (
        api_key("KILO_API_KEY", help="Profile, API Key.", link=APP),
        text(
            "organization_id",
            advanced=True,
            help="The id (UUID) of an organization whose balance is shown instead of your own credits.",
        ),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Refuse an organization that is not named by its id."""
        given = settings.given("organization_id")
        if given and not UUID.fullmatch(given):
            raise BadConfiguration("organization_id must be the organization's UUID, not its name", "organization_id")

    @override
    def goes_on(self, call: Call, tried: Strategy, error: QuotaError) -> bool:
        """Try the sign-in of the tool only when the key is rejected."""
        return isinstance(error, AuthFailed)

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        """Return the organizations, and the person's own credits before them."""
        found = organizations(await read_profile(call, call.get("api_key") or await token_of_tool(call)))
        return [Workspace(PERSONAL, "Personal"), *(Workspace(id, name or id) for id, name in found.items())]

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read with the API key."""
        return await read_account(call, call["api_key"])

    async def has_login(self, call: Call) -> bool:
        """Return whether the tool has ever been signed in on this machine."""
        return await exists(login_file(call))

    @strategy("cli", when=has_login, machine=True)
    async def cli(self, call: Call) -> Reading:
        """Read with the token that the tool has stored."""
        return await read_account(call, await token_of_tool(call))


# The sign-in of the tool


def login_file(call: Call) -> Path:
    """Return where the tool keeps its sign-in, the same below the home directory on all systems."""
    return call.path(call.settings.env("XDG_DATA_HOME") or "~/.local/share") / "kilo" / "auth.json"


async def token_of_tool(call: Call) -> str:
    """Return the token of the tool's sign-in; raises AuthFailed when there is none to be read."""
    try:
        stored = parse.mapping(await read_json(login_file(call))).get("kilo")
    except QuotaError as err:
        raise AuthFailed(f"{err}: {MISSING}") from err
    token = parse.first_text(stored, "access", "key")
    if not token:
        raise AuthFailed(f"the Kilo tool is not signed in on this computer: {MISSING}")
    return token


# Requests


async def read_account(call: Call, token: str) -> Reading:
    """Read the credits and the pass of the person, or the balance of the organization that was chosen."""
    organization: str | None = call.get("organization_id")
    if organization and organization != PERSONAL:
        api = call.at(API, bearer=token, headers={"X-KiloCode-OrganizationId": organization})
        answer = await accepted(await api.get("api/profile/balance")).object()
        profile = await call.optional(read_profile(call, token)) or {}
        return Reading(
            account=email(profile),
            organization=organizations(profile).get(organization.lower()),
            identity=organization,
            metrics=(balance_metric(parse.need_number(answer, "balance")),),
        )
    site = call.at(APP, bearer=token)
    reply = accepted(await site.get(BATCH, query=QUERY))
    reading = personal_reading(*payloads(await reply.json(), reply), call.now)
    return replace(reading, account=email(await call.optional(read_profile(call, token)) or {}))


async def read_profile(call: Call, token: str) -> Json:
    """Return who the token belongs to, with their organizations."""
    return await accepted(await call.at(API, bearer=token).get("api/profile")).object()


def accepted(reply: Reply) -> Reply:
    """Return the reply when it is one of the two that carry data; raises the failure that its status means."""
    if reply.status == 404:
        raise Unsupported(f"{reply.url.host} does not know this request (HTTP 404)")
    reply.check(VERDICT)
    if reply.status not in (200, 207):
        raise InvalidResponse(f"{reply.url.host} answered HTTP {reply.status}")
    return reply


# The batch


def payloads(answer: Any, reply: Reply) -> tuple[Any, Any]:
    """Return what each of the two procedures answers, None for nothing; raises the failure that one reports."""
    entries = entries_of(answer)
    errors = [failure(entry["error"], reply) for entry in entries if entry.get("error") is not None]
    if errors:
        raise next((error for error in errors if isinstance(error, AuthFailed)), errors[0])
    credits, kilo_pass, *_ = *map(payload, entries), None, None
    return credits, kilo_pass


def entries_of(answer: Any) -> list[Json]:
    """Return the entries in the order of the procedures: from a list, an indexed object, or the first alone."""
    if isinstance(answer, dict):
        indexed = [answer[index] for index in ("0", "1") if index in answer]
        answer = indexed if "0" in answer else [answer]
    entries = [parse.need_mapping(entry, "an entry of the batch") for entry in parse.need_list(answer, "the batch")]
    if any("result" not in entry and "error" not in entry for entry in entries):
        raise InvalidResponse("an entry of the batch has neither result nor error")
    return entries


def payload(entry: Json) -> Any:
    """Return what an entry holds."""
    result = parse.mapping(entry.get("result"))
    data = result.get("data")
    if isinstance(data, dict) and "json" in data:
        return data["json"]
    return result.get("json") if data is None else data


def failure(error: Any, reply: Reply) -> QuotaError:
    """Return the failure that the error of a procedure stands for."""
    wrapped = parse.mapping(parse.mapping(error).get("json"))
    code = (
        parse.first_text(wrapped.get("data"), "code")
        or parse.first_text(parse.mapping(error).get("data"), "code")
        or parse.first_text(error, "code")
        or ""
    )
    message = parse.first_text(wrapped, "message") or parse.first_text(error, "message") or ""
    said = f"{code} {message}".lower()
    told = f"Kilo reports {code or 'an error'}: {message}"[:300] if message else f"Kilo reports {code or 'an error'}"
    if "unauthorized" in said or "forbidden" in said:
        return AuthFailed(f"{VERDICT.auth} ({told})")
    if "not_found" in said or "not found" in said:
        return Unsupported(told)
    if code == "TOO_MANY_REQUESTS":
        return RateLimited(retry_after=reply.retry_after)
    if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"):
        return Unavailable(told)
    return InvalidResponse(told)


# The figures of a person


def personal_reading(credits: Any, kilo_pass: Any, now: datetime) -> Reading:
    """Return plan, windows and metrics; raises InvalidResponse when there are none."""
    subscription = subscription_of(kilo_pass)
    if subscription is None:
        plan, pass_window = other_plan(kilo_pass), other_pass_window(kilo_pass)
    else:
        plan, pass_window = plan_of(subscription), subscription_window(subscription)
    windows = (*credit_window(credits, now), *pass_window)
    balance = balance_of(credits)
    if not windows and balance is None and plan is None:
        raise InvalidResponse("creditBlocks, totalBalance_mUsd and subscription are missing or cannot be read")
    metrics = () if balance is None else (balance_metric(balance),)
    return Reading(plan=plan, windows=windows, metrics=metrics)


def window(
    id: str, name: str, unit: str, used: float | None, limit: float | None, remaining: float | None, **times: Any
) -> tuple[Window, ...]:
    """Return the window of an allowance, where its size is known or follows, and above 0."""
    used = None if used is None else max(0.0, used)
    found = parse.counted(id, name, unit=unit, used=used, limit=limit, remaining=remaining, **times)
    return (found,) if found.limit and found.limit > 0 else ()


# Credits


def blocks_of(credits: Any) -> list[Json]:
    """Return the blocks of credits that hold a figure."""
    blocks = map(parse.mapping, parse.items(parse.mapping(credits).get("creditBlocks")))
    return [each for each in blocks if parse.first_number(each, "amount_mUsd", "balance_mUsd") is not None]


def total(blocks: Iterable[Json], key: str) -> float | None:
    """Return the sum of what the blocks have under a key, in US dollars; None when none has it."""
    found = [amount for each in blocks if (amount := parse.number(each.get(key))) is not None]
    return sum(found) * MICRO if found else None


def credit_window(credits: Any, now: datetime) -> tuple[Window, ...]:
    """Return the prepaid credits: from their blocks, or as older answers have them."""
    if blocks := blocks_of(credits):
        ends = [
            end
            for each in blocks
            if (parse.number(each.get("balance_mUsd")) or 0) > 0
            and (end := parse.moment(each.get("expiry_date")))
            and end > now
        ]
        amount, balance = total(blocks, "amount_mUsd"), total(blocks, "balance_mUsd")
        return window("credits", "Credits", "USD", None, amount, balance, expires_at=min(ends, default=None))
    places = [*islice(flat(parse.mapping(credits).get("blocks")), 1), *levels(credits)]
    return window(
        "credits",
        "Credits",
        "credits",
        found_number(places, "used", "usedCredits", "creditsUsed", "consumed", "spent"),
        found_number(places, "total", "totalCredits", "creditsTotal", "limit"),
        found_number(places, "remaining", "remainingCredits", "creditsRemaining"),
    )


def balance_of(credits: Any) -> float | None:
    """Return what is left of all credits, in US dollars."""
    stated = parse.number(parse.mapping(credits).get("totalBalance_mUsd"))
    return total(blocks_of(credits), "balance_mUsd") if stated is None else stated * MICRO


def balance_metric(value: float) -> Metric:
    """Return the balance, in US dollars."""
    return Metric(id="balance", name="Balance", value=value, unit="USD", kind=MetricKind.BALANCE)


# The pass

TIERS = {"tier_19": "Starter", "tier_49": "Pro", "tier_199": "Expert"}
USED, BASE, BONUS = "currentPeriodUsageUsd", "currentPeriodBaseCreditsUsd", "currentPeriodBonusCreditsUsd"


def subscription_of(kilo_pass: Any) -> Json | None:
    """Return the subscription that a pass is, empty for none; None when the answer has another shape."""
    answer = parse.mapping(kilo_pass)
    if "subscription" in answer:
        found = answer["subscription"]
        running = {} if found is None else parse.need_mapping(found, "subscription")
    elif parse.first(answer, USED, BASE, BONUS, "tier") is not None:
        running = answer
    else:
        return None
    return {} if running.get("status") in ("canceled", "unpaid", "incomplete_expired") else running


def plan_of(subscription: Json) -> str | None:
    """Return the name of the tier."""
    if not subscription:
        return None
    tier = parse.first_text(subscription, "tier")
    return TIERS.get(tier, tier) if tier else "Kilo Pass"


def subscription_window(subscription: Json) -> tuple[Window, ...]:
    """Return what is used of the credits of the running month, in US dollars."""
    base, bonus = parse.number(subscription.get(BASE)), parse.number(subscription.get(BONUS))
    return window(
        "monthly",
        "Kilo Pass",
        "USD",
        parse.number(subscription.get(USED)),
        None if base is None else base + (bonus or 0),
        None,
        resets_at=found_moment([subscription], "refillAt", "nextBillingAt", "nextRenewalAt", "renewsAt", "renewAt"),
    )


def other_plan(kilo_pass: Any) -> str | None:
    """Return the name of a pass in the other shape."""
    answer = parse.mapping(kilo_pass)
    return (
        parse.first_text(answer, "planName", "tier", "tierName", "passName", "subscriptionName")
        or parse.first_text(answer.get("plan"), "name")
        or parse.first_text(answer.get("pass"), "name")
    )


type Keys = tuple[str, ...]

LIMIT: tuple[Keys, Keys, Keys] = (
    (
        *("amountCents", "totalCents", "planAmountCents", "monthlyAmountCents"),
        *("limitCents", "includedCents", "valueCents"),
    ),
    ("amount_mUsd", "total_mUsd", "planAmount_mUsd", "limit_mUsd", "included_mUsd", "value_mUsd"),
    ("amount", "total", "limit", "included", "value", "creditsTotal", "totalCredits", "planAmount"),
)
SPENT: tuple[Keys, Keys, Keys] = (
    ("usedCents", "spentCents", "consumedCents", "usedAmountCents", "consumedAmountCents"),
    ("used_mUsd", "spent_mUsd", "consumed_mUsd", "usedAmount_mUsd"),
    ("used", "spent", "consumed", "usage", "creditsUsed", "usedAmount", "consumedAmount"),
)
LEFT: tuple[Keys, Keys, Keys] = (
    ("remainingCents", "remainingAmountCents", "availableCents", "leftCents", "balanceCents"),
    ("remaining_mUsd", "available_mUsd", "left_mUsd", "balance_mUsd"),
    ("remaining", "available", "left", "balance", "creditsRemaining", "remainingAmount", "availableAmount"),
)
RESETS = (
    *("resetAt", "resetsAt", "nextResetAt", "renewAt", "renewsAt", "nextRenewalAt"),
    *("currentPeriodEnd", "periodEndsAt", "expiresAt", "expiryAt"),
)


def other_pass_window(kilo_pass: Any) -> tuple[Window, ...]:
    """Return a pass in the other shape, whose limit holds the bonus already."""
    places = list(levels(kilo_pass))
    spent, limit, left = (dollars(places, keys) for keys in (SPENT, LIMIT, LEFT))
    return window("monthly", "Kilo Pass", "USD", spent, limit, left, resets_at=found_moment(places, *RESETS))


def dollars(places: Sequence[Json], keys: tuple[Keys, Keys, Keys]) -> float | None:
    """Return an amount from its keys in cents, in millionths, or in US dollars."""
    for names, factor in zip(keys, (0.01, MICRO, 1), strict=True):
        amount = found_number(places, *names)
        if amount is not None:
            return amount * factor
    return None


# Where figures are looked for


def levels(answer: Any) -> Iterator[Json]:
    """Yield the objects of an answer, the outer ones first, down to two levels below it; a list is no level."""
    level = list(flat(answer))
    for _ in range(3):
        yield from level
        level = [inner for each in level for value in each.values() for inner in flat(value)]


def flat(value: Any) -> Iterator[Json]:
    """Yield the object, or the objects in a list."""
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, dict):
            yield each


def found_number(places: Iterable[Json], *keys: str) -> float | None:
    """Return the first number under one of the keys, place by place."""
    return next((found for each in places if (found := parse.first_number(each, *keys)) is not None), None)


def found_moment(places: Iterable[Json], *keys: str) -> datetime | None:
    """Return the first time under one of the keys, place by place."""
    return next((found for each in places for key in keys if (found := parse.moment(each.get(key)))), None)


# The profile


def email(profile: Json) -> str | None:
    """Return the e-mail address of the person."""
    return parse.first_text(profile.get("user"), "email")


def organizations(profile: Json) -> dict[str, str | None]:
    """Return the names of the organizations by id."""
    found = map(parse.mapping, parse.items(profile.get("organizations")))
    return {id.lower(): parse.first_text(each, "name") for each in found if (id := parse.first_text(each, "id"))}
