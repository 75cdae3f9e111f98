"""Kimi K2, unofficial."""

from collections.abc import Iterable

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Verdict
from ..model import InvalidResponse, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Provider, strategy

CONSUMED = (
    "total_credits_consumed", "totalCreditsConsumed", "total_credits_used", "totalCreditsUsed", "credits_consumed",
    "creditsConsumed", "consumedCredits", "usedCredits", "total", "consumed",
)  # fmt: skip
REMAINING = (
    "credits_remaining", "creditsRemaining", "remaining_credits", "remainingCredits", "available_credits",
    "availableCredits", "credits_left", "creditsLeft", "remaining",
)  # fmt: skip
AVERAGE = (
    "average_tokens_per_request", "averageTokensPerRequest", "average_tokens", "averageTokens", "avg_tokens",
    "avgTokens",
)  # fmt: skip


class KimiK2(Provider):
    """Kimi K2: credits of the unofficial relay kimi-k2.ai."""

    id = "kimi_k2"
    name = "Kimi K2 (unofficial)"
    dashboard = "https://kimrel.com/my-credits"
    missing = "give an API key of kimi-k2.ai"
    fields = (
        api_key(
            "KIMI_K2_API_KEY",
            "KIMI_API_KEY",
            "KIMI_KEY",
            help="The key that the relay shows on its pages once you are signed in.",
            link="https://kimrel.com/my-credits",
        ),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read the credits."""
        verdict = Verdict(auth="the API key is invalid or has expired")
        api = call.at("https://kimi-k2.ai", bearer=call["api_key"], timeout=30, verdict=verdict)
        reply = (await api.get("api/user/credits", follow=True)).check(verdict)
        return credits_of(await reply.object(), reply.headers.get("X-Credits-Remaining"))


def credits_of(answer: Json, header: str | None) -> Reading:
    """Return the credits from an answer of varying shape; `header` tells what remains when the body does not."""
    places = list(parts(answer))
    consumed = find(places, CONSUMED, allow_negative=False)
    remaining = find(places, REMAINING)
    if remaining is None:
        remaining = parse.number(header)
    if consumed is None and remaining is None:
        raise InvalidResponse("neither consumed nor remaining credits can be found")
    remaining = None if remaining is None else max(0.0, remaining)
    used = consumed if remaining is None else None
    return Reading(
        windows=windows(consumed, remaining),
        metrics=(
            *parse.known_metric("balance", "Credits left", remaining, "credits", MetricKind.BALANCE),
            *parse.known_metric("credits_used", "Credits used", used, "credits", MetricKind.COUNT),
            *parse.known_metric(
                "tokens_per_request", "Average tokens per request", find(places, AVERAGE), "tokens", MetricKind.RATE
            ),
        ),
    )


def windows(consumed: float | None, remaining: float | None) -> tuple[Window, ...]:
    """Return the credits as a quota, where both its parts are known."""
    if consumed is None or remaining is None or consumed + remaining <= 0:
        return ()
    return (parse.counted("credits", "Credits", unit="credits", used=consumed, remaining=remaining),)


def parts(answer: Json) -> Iterable[Json]:
    """Yield the objects in which figures have been seen, in the order in which they count."""
    data, result = parse.mapping(answer.get("data")), parse.mapping(answer.get("result"))
    places = (
        answer, data, data.get("usage"), data.get("credits"), result, result.get("usage"), result.get("credits"),
        answer.get("usage"), answer.get("credits"),
    )  # fmt: skip
    return map(parse.mapping, places)


def find(places: Iterable[Json], keys: Iterable[str], *, allow_negative: bool = True) -> float | None:
    """Return the first usable number: every place is asked for a key before the next key."""
    numbers = (parse.number(place.get(key)) for key in keys for place in places)
    return next((found for found in numbers if found is not None and (allow_negative or found >= 0)), None)
