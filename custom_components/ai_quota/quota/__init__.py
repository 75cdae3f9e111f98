"""The quota wing: reads what AI plans have left. It needs aiohttp and knows nothing of Home Assistant.

account = Account(load("openrouter"), InMemory({"api_key": "…"}), session)
snapshot = await fetch(account)
"""

from .account import Account, InMemory, Keeper
from .fetch import fetch
from .providers import PROVIDERS, load

__all__ = ["PROVIDERS", "Account", "InMemory", "Keeper", "fetch", "load"]
