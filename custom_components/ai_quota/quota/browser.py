"""Cookies of the browsers on this machine, read with browser-cookie3 where it is installed."""

from .account import Call
from .credentials import Cookies, Field


async def browser_sessions(call: Call, field: Field) -> list[Cookies]:
    """Return the sessions of the field's domains, one a browser profile."""
    return []
