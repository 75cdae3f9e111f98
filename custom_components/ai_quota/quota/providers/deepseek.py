"""DeepSeek."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import json
import re
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import Way, api_key, cookie_source, secret, unquoted, without_bearer
from ..http import Endpoint, Verdict
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, QuotaError, Reading
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..web_storage import local_storage

API = "https://api.deepseek.com"
PLATFORM = "https://platform.deepseek.com"
EXPIRED = "the Platform session has expired: sign in and copy the token again"
API_VERDICT = Verdict(auth="the API key was rejected")
PLATFORM_VERDICT = Verdict(auth=EXPIRED, redirect=AuthFailed, html=AuthFailed)
NO_SESSION = (40002, 40003)

USAGE_SECONDS = 5
"""How long the usage may take after the balance has arrived."""
TOKEN_LENGTH = 20
TOKEN_KEYS = ("value", "token", "access_token", "accessToken", "userToken")

TOKENS = {
    "PROMPT_CACHE_HIT_TOKEN": ("tokens_month_cache_hit", "Cached input tokens this month"),
    "PROMPT_CACHE_MISS_TOKEN": ("tokens_month_cache_miss", "Uncached input tokens this month"),
    "RESPONSE_TOKEN": ("tokens_month_output", "Output tokens this month"),
}
REQUESTS = ("REQUEST",)


def session_token(pasted: str) -> str:
    """Return the token from what a browser shows or sends of it; empty when there is none in it.

    That is the token itself, an Authorization header, or the JSON of the page's localStorage.
    """
    value = pasted.strip()
    try:
        parsed = json.loads(value)
    except ValueError, RecursionError:
        parsed = None
    if isinstance(parsed, str):
        return session_token(parsed)
    if isinstance(parsed, (dict, list)):
        candidates = (text for key in TOKEN_KEYS if (text := parse.first_text(parsed, key)))
        return next(filter(is_usable, candidates), "")
    bare = without_bearer(re.sub(r"^authorization\s*:", "", unquoted(value), flags=re.IGNORECASE))
    if bare != value:
        return session_token(bare)
    return value if is_usable(value) else ""


def is_usable(token: str) -> bool:
    """Return whether a text can be a token."""
    return len(token) >= TOKEN_LENGTH and not re.search(r"\s", token)


async def has_platform_token(_: object, call: Call) -> bool:
    """Return whether there is a session to try, given or in a browser."""
    return bool(await platform_tokens(call))


class DeepSeek(Provider):
    """DeepSeek: the prepaid balance, and what its Platform site tells of spend and tokens.

    Source: https://api-docs.deepseek.com/api/get-user-balance
    """

    id = "deepseek"
    name = "DeepSeek"
    dashboard = f"{PLATFORM}/usage"
    status = StatusLink("https://status.deepseek.com")
    missing = "give an API key or the token of a Platform session"
    fields = (
        api_key("DEEPSEEK_API_KEY", "DEEPSEEK_KEY", help="API keys, Create new API key.", link=f"{PLATFORM}/api_keys"),
        secret(
            "platform_token",
            "DEEPSEEK_PLATFORM_TOKEN",
            "DEEPSEEK_USER_TOKEN",
            way=Way.TOKEN,
            clean=session_token,
            help="Sign in at platform.deepseek.com, open the developer tools, Application, Local Storage,"
            " and copy the value of userToken.",
            link=PLATFORM,
        ),
        cookie_source(way=Way.TOKEN),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the key's balance, with the usage of the session that the entry itself holds.

        Any other session may be of another account.
        """
        return await read(call, key_balances(call), call.own("platform_token"))

    @strategy("web", when=has_platform_token, every=Every(default=5, minimum=3))
    async def web(self, call: Call) -> Reading:
        """Read balance and usage with the first session that is accepted."""
        refused: AuthFailed | None = None
        for token in await platform_tokens(call):
            try:
                return await read(call, platform_balances(call, token), token)
            except AuthFailed as err:
                refused = refused or err
        raise refused or AuthFailed(self.missing)


async def platform_tokens(call: Call) -> Sequence[str]:
    """Return the token that was given, else those of the browsers of this machine, read once a fetch."""
    if token := call.get("platform_token"):
        return (token,)
    if call["cookie_source"] != "auto":
        return ()
    if "platform_tokens" not in call.once:
        stored = await local_storage(call, PLATFORM)
        found = (session_token(storage.items.get("userToken", "")) for storage in stored)
        call.once["platform_tokens"] = tuple(dict.fromkeys(filter(None, found)))
    tokens: tuple[str, ...] = call.once["platform_tokens"]
    call.conceal(*tokens)
    return tokens


# Requests


@dataclass(frozen=True)
class Balance:
    """What is left in one currency; a part that is not told is None."""

    total: float
    paid: float | None
    granted: float | None


async def read(call: Call, balances: Awaitable[Mapping[str, Balance]], token: str | None) -> Reading:
    """Return the balances, with the usage of a session: it is asked for at the same time and may fail."""
    usage = asyncio.ensure_future(call.optional(read_usage(call, token)))
    try:
        balance = await balances
    except QuotaError:
        await call.optional(usage, USAGE_SECONDS)  # rather than cut it off
        raise
    else:
        metrics = await call.optional(usage, USAGE_SECONDS)
    finally:
        usage.cancel()
    return Reading(metrics=(*balance_metrics(balance), *(metrics or ())))


async def key_balances(call: Call) -> Mapping[str, Balance]:
    """Read the balances with the API key."""
    api = call.at(API, bearer=call["api_key"], verdict=API_VERDICT)
    return balances_of(await api.get_object("user/balance"))


async def platform_balances(call: Call, token: str) -> Mapping[str, Balance]:
    """Read the balances with the session of the Platform."""
    return wallet_balances(await platform_data(platform(call, token), "users/get_user_summary"))


async def read_usage(call: Call, token: str | None) -> tuple[Metric, ...]:
    """Read the usage of this month; none without a session, or when a part of it cannot be had."""
    if token is None:
        return ()
    site, month = platform(call, token), {"month": call.now.month, "year": call.now.year}
    amount, cost = await asyncio.gather(
        *(call.optional(platform_data(site, f"usage/{part}", month)) for part in ("amount", "cost"))
    )
    return () if amount is None or cost is None else tuple(usage_metrics(amount, cost, call.now))


def platform(call: Call, token: str) -> Endpoint:
    """Return the Platform with a session."""
    return call.at(f"{PLATFORM}/api/v0", bearer=token, verdict=PLATFORM_VERDICT)


async def platform_data(site: Endpoint, path: str, query: Mapping[str, int] | None = None) -> Any:
    """Return the content of an answer of the Platform; its envelope tells of failures, whatever the status is."""
    reply = await site.get(path, query=query)
    answer = await reply.maybe_object()
    data = parse.mapping(answer.get("data"))
    codes = [code for code in (answer.get("code"), data.get("biz_code")) if code is not None]
    if any(parse.number(code) in NO_SESSION for code in codes):
        raise AuthFailed(EXPIRED)
    reply.check(PLATFORM_VERDICT)
    for code in codes:
        if parse.number(code) != 0:
            raise InvalidResponse(f"the Platform answered with code {str(code)[:20]}")
    parse.need_mapping((await reply.object()).get("data"), "data")
    return data.get("biz_data")


# Balances


def balances_of(answer: Json) -> dict[str, Balance]:
    """Return the balances that an API key may see, by currency."""
    rows = parse.need_list(answer.get("balance_infos"), "balance_infos")
    if not rows:
        raise InvalidResponse("balance_infos is empty")
    return {
        currency_of(row, "balance_infos"): Balance(
            total=parse.need_number(row, "total_balance"),
            paid=optional_number(row, "topped_up_balance"),
            granted=optional_number(row, "granted_balance"),
        )
        for row in rows
    }


def wallet_balances(data: object) -> dict[str, Balance]:
    """Return the sums of the wallets by currency, in alphabetical order."""
    wallets = parse.need_mapping(data, "biz_data")
    paid, granted = (wallet_sums(wallets, key) for key in ("normal_wallets", "bonus_wallets"))
    if not paid and not granted:
        raise InvalidResponse("normal_wallets and bonus_wallets are empty")
    return {
        currency: Balance(paid[currency] + granted[currency], paid[currency], granted[currency])
        for currency in sorted({*paid, *granted})
    }


def wallet_sums(wallets: Json, key: str) -> defaultdict[str, float]:
    """Return the sum of each currency in a list of wallets."""
    sums: defaultdict[str, float] = defaultdict(float)
    for wallet in parse.need_list(wallets.get(key), key):
        sums[currency_of(wallet, key)] += parse.need_number(wallet, "balance")
    return sums


def currency_of(row: object, name: str) -> str:
    """Return the currency of a row of a list with this name."""
    found = parse.first_text(row, "currency")
    if not found:
        raise InvalidResponse(f"{name}: currency is missing")
    return found.upper()


def optional_number(row: Json, key: str) -> float | None:
    """Return a number, None when it is not there; what is no number is refused."""
    return None if row.get(key) is None else parse.need_number(row, key)


def main_currency(balances: Mapping[str, Balance]) -> str:
    """Return the currency that counts: the first with money in it, USD before the others."""
    order = sorted(balances, key=lambda currency: currency != "USD")
    return next((currency for currency in order if balances[currency].total > 0), order[0])


def balance_metrics(balances: Mapping[str, Balance]) -> Iterator[Metric]:
    """Yield the balance with its parts, and what there is in other currencies."""
    main = main_currency(balances)
    balance, kind = balances[main], MetricKind.BALANCE
    yield Metric(id="balance", name="Balance", value=balance.total, unit=main, kind=kind)
    yield from parse.known_metric("balance_paid", "Paid balance", balance.paid, main, kind)
    yield from parse.known_metric("balance_granted", "Granted balance", balance.granted, main, kind)
    for currency, other in balances.items():
        if currency != main and other.total > 0:
            id = f"balance_{parse.slug(currency)}"
            yield Metric(id=id, name=f"Balance ({currency})", value=other.total, unit=currency, kind=kind)


# Usage


def usage_metrics(amount: object, cost: object, now: datetime) -> Iterator[Metric]:
    """Yield spend, tokens and requests of today and of this month so far, UTC; and the month's kinds of tokens."""
    usage = parse.need_mapping(amount, "biz_data")
    money = parse.mapping(next(iter(parse.need_list(cost, "biz_data")), None))
    currency = (parse.first_text(money, "currency") or "CNY").upper()
    today = f"{now:%Y-%m-%d}"
    for period, words, start in (("today", "today", today), ("month", "this month", f"{now:%Y-%m}-01")):
        spent, used = (days(source, start, today) for source in (money, usage))
        for name, value, unit, kind in (
            ("spend", total(spent, TOKENS), currency, MetricKind.SPEND),
            ("tokens", total(used, TOKENS), "tokens", MetricKind.COUNT),
            ("requests", total(used, REQUESTS), "requests", MetricKind.COUNT),
        ):
            yield from parse.known_metric(f"{name}_{period}", f"{name.capitalize()} {words}", value, unit, kind)
    if models := parse.items(usage.get("total")):
        counts = amounts(models)
        for each, (id, name) in TOKENS.items():
            yield Metric(id=id, name=name, value=counts.get(each, 0), unit="tokens", kind=MetricKind.COUNT)


def days(source: Json, start: str, end: str) -> list[Mapping[str, float]]:
    """Return the amounts of each day of a span, both ends included."""
    rows = map(parse.mapping, parse.items(source.get("days")))
    return [amounts(row.get("data")) for row in rows if start <= (parse.first_text(row, "date") or "")[:10] <= end]


def amounts(models: object) -> Mapping[str, float]:
    """Return the sums over all models by type; an amount that cannot be read is nothing."""
    sums: defaultdict[str, float] = defaultdict(float)
    for model in parse.items(models):
        for row in parse.items(parse.mapping(model).get("usage")):
            sums[(parse.first_text(row, "type") or "").upper()] += parse.first_number(row, "amount") or 0
    return sums


def total(days: Sequence[Mapping[str, float]], types: Iterable[str]) -> float | None:
    """Return the sum of these types over some days, None without any day."""
    return sum(day.get(each, 0) for day in days for each in types) if days else None
