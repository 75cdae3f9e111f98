"""Browser sessions: the pasted cookie, else those of the browsers on this machine, one after the other."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from .account import Call
from .browser import browser_sessions
from .credentials import Cookies
from .model import AuthFailed, QuotaError

IMPORT_PAUSE = timedelta(minutes=10)
"""Browsers are not read more often while none of their sessions is accepted."""

# In the account's memory: the browser session that was accepted, the one that was refused after
# that, and when the browsers were last read in vain.
_ACCEPTED, _REFUSED, _IN_VAIN = "session_accepted", "session_refused", "session_in_vain"


async def candidates(call: Call) -> list[Cookies]:
    """Return the sessions worth trying, best first.

    A pasted cookie stands alone: it is never replaced by another session. Without one, and with
    `cookie_source` on `auto`, the browser session that was accepted last is the candidate, else
    all that the browsers hold now. The environment's come last where they do not count as pasted.
    """
    if pasted := call.pasted_cookies():
        return [pasted]
    found: list[Cookies] = []
    if may_import(call):
        accepted = call.memory.get(_ACCEPTED)
        found = [accepted] if accepted else await imported(call)
    return found + call.spare_cookies()


def may_import(call: Call) -> bool:
    """Return whether the browsers may be read: nothing was pasted, and `cookie_source` says so."""
    field = call.account.provider.cookie_field
    if field is None or "cookie_source" not in call.settings.fields:
        return False
    return not call.given_cookie and call.get("cookie_source") == "auto"


async def imported(call: Call) -> list[Cookies]:
    """Return the sessions of the browsers, without the one that was just refused; read once a fetch."""
    field = call.account.provider.cookie_field
    in_vain = call.memory.get(_IN_VAIN)
    if field is None or (in_vain and call.now - in_vain < IMPORT_PAUSE):
        return []
    if "sessions" not in call.once:
        call.once["sessions"] = await browser_sessions(call, field)
    refused = call.memory.get(_REFUSED)
    return [session for session in call.once["sessions"] if session.pairs != refused]


async def has_session(provider: Any, call: Call) -> bool:
    """Return whether there is a session to try: for a strategy's `when`."""
    return bool(await candidates(call))


async def with_session[T](
    call: Call,
    read: Callable[[Cookies], Awaitable[T]],
    leads_on: tuple[type[QuotaError], ...] = (AuthFailed,),
) -> T:
    """Return what the first session that the provider accepts reads.

    Only what `leads_on` leads on to the next one: any other failure would meet it just the same. When
    all fail, the failure of the last one counts. A browser session that fails after it was accepted
    leads to all others that the browsers hold now; one that is refused is dropped.
    """
    failure: QuotaError | None = None
    leads_back: tuple[type[QuotaError], ...] = (AuthFailed, *leads_on)
    tried = await candidates(call)
    accepted = call.memory.get(_ACCEPTED)
    if accepted and accepted in tried:
        try:
            return await read(accepted)
        except leads_back as err:
            failure = err
            if isinstance(err, AuthFailed):
                call.memory[_REFUSED] = call.memory.pop(_ACCEPTED).pairs
            others = [*await imported(call), *call.spare_cookies()]
            tried = [session for session in others if session.pairs != accepted.pairs]
    for cookies in tried:
        try:
            found = await read(cookies)
        except leads_on as err:
            failure = err
        else:
            if cookies.jar:
                call.memory[_ACCEPTED] = cookies
                call.memory.pop(_REFUSED, None)
            else:
                _rest_browsers(call)
            return found
    if failure is None or isinstance(failure, AuthFailed):
        _rest_browsers(call)
    raise failure or AuthFailed(call.account.provider.missing)


def _rest_browsers(call: Call) -> None:
    """Take note that the browsers, if they were read in this fetch, were read in vain."""
    if "sessions" in call.once:
        call.memory[_IN_VAIN] = call.now
