"""One fetch: which strategies are available, try them in order, keep the attempts."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import chain
import logging
from math import isfinite
from time import monotonic
from traceback import extract_tb

from .account import REJECTED, Account, Call
from .model import (
    Attempt,
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    QuotaError,
    Reading,
    Snapshot,
    Unavailable,
    Window,
)
from .provider import Strategy
from .sessions import may_import

_LOGGER = logging.getLogger(__name__)

FETCH_SECONDS = 60
"""No fetch may take longer, whatever the limits of its strategies add up to."""

TOOL_SECONDS = 90
"""The same where a tool of this machine is started, be it after other strategies."""

ANOTHER_ACCOUNT = "signed in as another account"

NO_COOKIE = "what was given is not a Cookie header: sign in and copy it again, from a request made after that"


async def fetch(account: Account) -> Snapshot:
    """Return what the first strategy that answers reads.

    Raises QuotaError with every attempt: `auth` when all attempts failed with it or none was
    available, else the first failure of another kind; `configuration` at once.
    """
    call = Call(account)
    attempts: list[Attempt] = []
    errors: list[QuotaError] = []
    strategies = _strategies(call)
    begun = asyncio.get_running_loop().time()
    for strategy in strategies:
        started = monotonic()
        call.deadline = begun + (TOOL_SECONDS if strategy.starts_tool else FETCH_SECONDS)
        if errors and asyncio.get_running_loop().time() >= call.deadline:
            continue
        try:
            snapshot = await _snapshot(strategy, call)
        except QuotaError as err:
            err.message = call.redact(err.message)
            seconds = monotonic() - started
            attempts.append(
                Attempt(source=strategy.source, ok=False, error=err.kind, message=err.message, seconds=seconds)
            )
            _LOGGER.debug("%s (%s): %s: %s", account.provider.id, strategy.source, err.kind, err.message)
            errors.append(err)
            if isinstance(err, BadConfiguration) or not account.provider.goes_on(call, strategy, err):
                break
        else:
            if snapshot is None:
                continue
            attempts.append(Attempt(source=strategy.source, ok=True, seconds=monotonic() - started))
            account.resting.pop(REJECTED, None)
            return replace(snapshot, attempts=tuple(attempts))
    error = _outcome(errors) or _nothing_available(call)
    error.attempts = tuple(attempts)
    if isinstance(error, AuthFailed):
        error.may_heal = _may_heal(call, strategies, attempts)
        if error.may_heal:
            account.resting[REJECTED] = call.presented
    raise error


def _strategies(call: Call) -> Sequence[Strategy]:
    provider = call.account.provider
    if call.account.source == "auto":
        return provider.order(call)
    chosen = tuple(each for each in provider.strategies if each.source == call.account.source)
    if not chosen:
        raise BadConfiguration(f"{provider.name} has no source {call.account.source!r}", "source")
    return chosen


async def _snapshot(strategy: Strategy, call: Call) -> Snapshot | None:
    """Return what a strategy reads, None when it is not available; raises QuotaError."""
    account = call.account
    try:
        async with asyncio.timeout_at(call.deadline):
            if not await strategy.is_available(account.provider, call):
                return None
            reading = await strategy.read(account.provider, call)
    except TimeoutError as err:
        raise Unavailable("no answer in the time that there is for a fetch") from err
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as err:
        # An answer so odd that the parser tripped over it; what it tripped over may hold a secret.
        where = extract_tb(err.__traceback__)[-1]
        _LOGGER.debug("%s could not be read at %s:%s", account.provider.id, where.filename, where.lineno)
        raise InvalidResponse(f"the answer has an unexpected shape ({type(err).__name__})") from None
    snapshot = _ruled_snapshot(reading, strategy.source, call)
    if account.identity and account.provider.is_another(snapshot, call.settings, account.identity):
        raise AuthFailed(ANOTHER_ACCOUNT)
    return snapshot


def _nothing_available(call: Call) -> QuotaError:
    """Return the failure when what a strategy needs is not there: a credential, a tool or a file."""
    provider = call.account.provider
    chosen = provider.strategy_of(call.account.source)
    if chosen and chosen.absent:
        return Unavailable(chosen.absent)
    return AuthFailed(NO_COOKIE if call.cookie_is_unreadable else provider.missing)


def _may_heal(call: Call, strategies: Sequence[Strategy], attempts: Sequence[Attempt]) -> bool:
    """Return whether this machine may one day hold other credentials than those that were rejected."""
    tried = {attempt.source for attempt in attempts}
    return may_import(call) or any(each.machine for each in strategies if not tried or each.source in tried)


def _outcome(errors: list[QuotaError]) -> QuotaError | None:
    """Return the failure that stands for all: a refused configuration, else the first that is not `auth`."""
    refused = (err for err in errors if isinstance(err, BadConfiguration))
    others = (err for err in errors if not isinstance(err, AuthFailed))
    return next(chain(refused, others, errors), None)


def _ruled_snapshot(reading: Reading, source: str, call: Call) -> Snapshot:
    """Return the reading with its origin, held to the rules that every provider shares."""
    now = call.now
    values = {field.name: getattr(reading, field.name) for field in fields(Reading)}
    values["windows"] = tuple(_ruled(window, now) for window in reading.windows)
    values["metrics"] = tuple(replace(metric, expires_at=_ahead(metric.expires_at, now)) for metric in reading.metrics)
    return Snapshot(**values, provider=call.account.provider.id, source=source, fetched_at=now)


def _ruled(window: Window, now: datetime) -> Window:
    """Return the window with past times dropped, and no percentage below 0 or beyond all bounds."""
    percent = window.used_percent
    return replace(
        window,
        used_percent=max(0.0, percent) if percent is not None and isfinite(percent) else None,
        resets_at=_ahead(window.resets_at, now),
        expires_at=_ahead(window.expires_at, now),
    )


def _ahead(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment > now else None
