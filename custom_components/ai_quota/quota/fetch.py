"""One fetch: which strategies are available, try them in order, keep the attempts."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import chain
import logging
from time import monotonic
from traceback import extract_tb

from .account import Account, Call
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

_LOGGER = logging.getLogger(__name__)

STRATEGY_SECONDS = 120
"""No strategy may take longer, whatever its own limits add up to."""

NO_COOKIE = "what was given is not a Cookie header: sign in and copy it again, from a request made after that"


async def fetch(account: Account) -> Snapshot:
    """Return what the first strategy that answers reads.

    Raises QuotaError with every attempt: `auth` when all attempts failed with it or none was
    available, else the first failure of another kind; `configuration` at once.
    """
    call = Call(account)
    attempts: list[Attempt] = []
    errors: list[QuotaError] = []
    for strategy in _strategies(call):
        started = monotonic()
        try:
            if not await strategy.is_available(account.provider, call):
                continue
            reading = await _read(strategy, call)
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
            attempts.append(Attempt(source=strategy.source, ok=True, seconds=monotonic() - started))
            return _snapshot(reading, strategy.source, call, attempts)
    error = _outcome(errors) or _nothing_available(call)
    error.attempts = tuple(attempts)
    raise error


def _strategies(call: Call) -> Sequence[Strategy]:
    provider = call.account.provider
    if call.account.source == "auto":
        return provider.order(call)
    chosen = tuple(each for each in provider.strategies if each.source == call.account.source)
    if not chosen:
        raise BadConfiguration(f"{provider.name} has no source {call.account.source!r}", "source")
    return chosen


async def _read(strategy: Strategy, call: Call) -> Reading:
    try:
        async with asyncio.timeout(STRATEGY_SECONDS):
            return await strategy.read(call.account.provider, call)
    except TimeoutError as err:
        raise Unavailable(f"no answer in {STRATEGY_SECONDS} seconds") from err
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as err:
        # An answer so odd that the parser tripped over it; what it tripped over may hold a secret.
        where = extract_tb(err.__traceback__)[-1]
        _LOGGER.debug("%s could not be read at %s:%s", call.account.provider.id, where.filename, where.lineno)
        raise InvalidResponse(f"the answer has an unexpected shape ({type(err).__name__})") from None


def _nothing_available(call: Call) -> QuotaError:
    """Return the failure when what a strategy needs is not there: a credential, a tool or a file."""
    provider = call.account.provider
    chosen = provider.strategy_of(call.account.source)
    if chosen and chosen.absent:
        return Unavailable(chosen.absent)
    return AuthFailed(NO_COOKIE if call.cookie_is_unreadable else provider.missing)


def _outcome(errors: list[QuotaError]) -> QuotaError | None:
    """Return the failure that stands for all: a refused configuration, else the first that is not `auth`."""
    refused = (err for err in errors if isinstance(err, BadConfiguration))
    others = (err for err in errors if not isinstance(err, AuthFailed))
    return next(chain(refused, others, errors), None)


def _snapshot(reading: Reading, source: str, call: Call, attempts: list[Attempt]) -> Snapshot:
    """Return the reading with its origin, held to the rules that every provider shares."""
    now = call.now
    values = {field.name: getattr(reading, field.name) for field in fields(Reading)}
    values["windows"] = tuple(_ruled(window, now) for window in reading.windows)
    values["metrics"] = tuple(replace(metric, expires_at=_ahead(metric.expires_at, now)) for metric in reading.metrics)
    return Snapshot(
        **values, provider=call.account.provider.id, source=source, fetched_at=now, attempts=tuple(attempts)
    )


def _ruled(window: Window, now: datetime) -> Window:
    """Return the window with past times dropped and no percentage below 0."""
    return replace(
        window,
        used_percent=None if window.used_percent is None else max(0.0, window.used_percent),
        resets_at=_ahead(window.resets_at, now),
        expires_at=_ahead(window.expires_at, now),
    )


def _ahead(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment > now else None
