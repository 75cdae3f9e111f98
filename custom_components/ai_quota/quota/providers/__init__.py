"""The catalogue: the ids and names of all providers, without importing their modules."""

from functools import cache
from importlib import import_module

from ..provider import Provider

PROVIDERS = {
    "openrouter": "OpenRouter",
}


@cache
def load(provider_id: str) -> Provider:
    """Return a provider; its module is imported, which blocks: call this in a thread.

    Raises KeyError for an id that is not in the catalogue.
    """
    name = PROVIDERS[provider_id]
    module = import_module(f".{provider_id}", __name__)
    return next(
        value()
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Provider)
        and vars(value).get("id") == provider_id
        and value.name == name
    )
