"""Browser sessions: the pasted cookie, else those of the browsers on this machine, one after the other."""

from collections.abc import Awaitable, Callable
from typing import Any

from .account import Call
from .browser import browser_sessions
from .credentials import Cookies
from .model import AuthFailed, QuotaError, Reading


async def candidates(call: Call) -> list[Cookies]:
    """Return the sessions worth trying, best first.

    A pasted cookie stands alone: it is never replaced by another session. Without one the browsers
    are read when `cookie_source` is `auto`.
    """
    if pasted := call.pasted_cookies():
        return [pasted]
    field = call.account.provider.cookie_field
    if field is None or call.settings.given("cookie") or call.get("cookie_source") != "auto":
        return []
    return await browser_sessions(call, field)


async def has_session(provider: Any, call: Call) -> bool:
    """Return whether there is a session to try: for a strategy's `when`."""
    return bool(await candidates(call))


async def with_session(call: Call, read: Callable[[Cookies], Awaitable[Reading]]) -> Reading:
    """Return the reading of the first session that the provider accepts.

    Only a refusal leads on to the next one: any other failure would meet it just the same.
    """
    refused: QuotaError | None = None
    for cookies in await candidates(call):
        try:
            return await read(cookies)
        except AuthFailed as err:
            refused = refused or err
    raise refused or AuthFailed(call.account.provider.missing)
