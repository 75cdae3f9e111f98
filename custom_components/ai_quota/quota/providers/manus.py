"""Manus."""

from collections.abc import Iterator, Mapping

from .. import parse
from ..account import Call
from ..credentials import Cookies, cookie, cookie_source
from ..http import Verdict, chrome_on_mac
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..sessions import has_session, with_session

SITE = "https://manus.im"
CREDITS = "https://api.manus.im/user.v1.UserService/GetAvailableCredits"
SESSION = "session_id"
SIGN_IN_AGAIN = "sign in at manus.im and copy the cookie session_id again"
HEADERS = {
    "Connect-Protocol-Version": "1",
    "Origin": SITE,
    "Referer": f"{SITE}/",
    "User-Agent": chrome_on_mac(135),
}


def token_in(cookies: Cookies) -> str | None:
    """Return the session's token, None when it is not among the cookies."""
    return next((value for name, value in cookies.pairs.items() if value and name.lower() == SESSION), None)


def has_token(cookies: Cookies) -> bool:
    """Return whether the cookies hold a session's token."""
    return token_in(cookies) is not None


class Manus(Provider):
    """Manus: the plan's credits of the month, the daily refresh and the balance of an account.

    Source: the requests of https://manus.im
    """

    id = "manus"
    name = "Manus"
    dashboard = SITE
    status = StatusLink("https://status.manus.im", "statuspage")
    missing = SIGN_IN_AGAIN
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "manus.im",
            "www.manus.im",
            counts=has_token,
            bare=SESSION,
            env=("MANUS_SESSION_TOKEN", "MANUS_SESSION_ID", "MANUS_COOKIE"),
            env_last=True,
            help="Sign in at manus.im, then developer tools, Application, Cookies, https://manus.im: the value of"
            " session_id.",
            link=SITE,
        ),
        cookie_source(),
    )

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read with the session that was pasted, else with those of the browsers and of the environment."""
        tried: set[str] = set()

        async def read(cookies: Cookies) -> Reading:
            token = token_in(cookies)
            if token is None or token in tried:
                raise AuthFailed(SIGN_IN_AGAIN)
            tried.add(token)
            api = call.at(CREDITS, bearer=token, headers=HEADERS, verdict=Verdict(auth=SIGN_IN_AGAIN))
            return credits_reading(await api.post_object(json={}))

        return await with_session(call, read)


# The answer

WRAPPERS = ("data", "result", "response", "availableCredits")
KNOWN = (
    "totalCredits",
    "freeCredits",
    "periodicCredits",
    "addonCredits",
    "eventCredits",
    "proMonthlyCredits",
    "refreshCredits",
    "maxRefreshCredits",
)


def credits_reading(answer: Json) -> Reading:
    """Return what the answer tells; raises InvalidResponse when it holds no credits at all."""
    found = next((answer[key] for key in WRAPPERS if isinstance(answer.get(key), Mapping)), answer)
    counts = {key: count for key in KNOWN if (count := parse.number(found.get(key))) is not None}
    if not counts:
        raise InvalidResponse(f"credits fields missing: none of {', '.join(KNOWN)}")
    return Reading(windows=tuple(credit_windows(found, counts)), metrics=credit_metrics(counts))


def credit_windows(answer: Json, counts: Mapping[str, float]) -> Iterator[Window]:
    """Yield the windows that have a limit; the protocol leaves zeros out, so that what is absent is one."""
    if (limit := counts.get("proMonthlyCredits", 0)) > 0:
        left = counts.get("periodicCredits", 0)
        yield parse.counted("monthly", "Monthly credits", unit="credits", limit=limit, remaining=left)
    if (limit := counts.get("maxRefreshCredits", 0)) > 0:
        is_daily = (parse.first_text(answer, "refreshInterval") or "").lower() == "daily"
        yield parse.counted(
            "daily",
            "Daily refresh",
            unit="credits",
            limit=limit,
            remaining=counts.get("refreshCredits", 0),
            duration=parse.DAY if is_daily else None,
            resets_at=parse.moment(answer.get("nextRefreshTime")),
        )


def credit_metrics(counts: Mapping[str, float]) -> tuple[Metric, ...]:
    """Return all that is left, and the parts of it that the answer names."""
    figures = (
        ("balance", "Balance", counts.get("totalCredits", 0.0)),
        ("free_credits", "Free credits", counts.get("freeCredits")),
        ("addon_credits", "Add-on credits", counts.get("addonCredits")),
        ("event_credits", "Event credits", counts.get("eventCredits")),
    )
    return tuple(
        metric
        for id, name, value in figures
        for metric in parse.known_metric(id, name, value, "credits", MetricKind.BALANCE)
    )
