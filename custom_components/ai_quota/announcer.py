"""Who is told: alerts go to all that listen, and wait while nobody does."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from homeassistant.core import CALLBACK_TYPE, callback

from .quota.alerts import Alert

MAX_UNHEARD = 32
"""How many alerts wait for somebody to listen."""


class Announcer:
    """The alerts of an account on their way to those who listen."""

    def __init__(self) -> None:
        self._unheard: deque[Alert] = deque(maxlen=MAX_UNHEARD)
        self._listeners: list[Callable[[Alert], None]] = []

    @callback
    def async_listen(self, listener: Callable[[Alert], None]) -> CALLBACK_TYPE:
        """Give the listener all alerts, first those that nobody has heard; returns what ends that."""
        self._listeners.append(listener)
        self.async_deliver()
        return partial(self._listeners.remove, listener)

    @callback
    def async_note(self, alerts: Iterable[Alert]) -> None:
        """Keep these until they are delivered."""
        self._unheard += alerts

    @callback
    def async_deliver(self) -> None:
        """Tell what has not been heard, as soon as somebody listens."""
        while self._listeners and self._unheard:
            alert = self._unheard.popleft()
            for listener in tuple(self._listeners):
                listener(alert)
