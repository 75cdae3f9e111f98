"""Qoder."""

from dataclasses import dataclass
import re
from typing import Self

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Cookies, Settings, cookie, cookie_source, copied_request, select, unquoted
from ..http import Verdict, chrome_on_mac
from ..model import AuthFailed, BadConfiguration, InvalidResponse, QuotaError, Reading, Window
from ..parse import Json
from ..provider import Every, Provider, strategy
from ..sessions import has_session, with_session

SITES = {"international": URL("https://qoder.com"), "china": URL("https://qoder.com.cn")}
HOSTS = {f"{prefix}{site.host}": region for region, site in SITES.items() for prefix in ("", "www.")}
ATTRIBUTES = frozenset({"domain", "expires", "max-age", "path", "samesite"})
"""What is said of cookies beside their names; it is not sent."""

SIGN_IN_AGAIN = "sign in to Qoder again"
VERDICT = Verdict(auth=SIGN_IN_AGAIN, redirect=AuthFailed, html=AuthFailed)


class Qoder(Provider):
    """Qoder: the credits for big models of an account on qoder.com or qoder.com.cn.

    Source: the requests of https://qoder.com/account/usage
    """

    id = "qoder"
    name = "Qoder"
    dashboard = "https://qoder.com/account/usage"
    missing = SIGN_IN_AGAIN
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            *HOSTS,
            help="Sign in, open the usage page, the developer tools, Network, reload, and copy"
            " big_model_credits as cURL.",
            link="https://qoder.com/account/usage",
        ),
        cookie_source(),
        select(
            "region",
            ("auto", *SITES),
            "auto",
            help="qoder.com (international) or qoder.com.cn (China), where what you paste does not tell.",
        ),
    )

    def check(self, settings: Settings) -> None:
        """Refuse what was copied from another site."""
        if settings.get("cookie_source") != "off":
            region_of(settings)

    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the site that the account is on, as far as that is known."""
        return f"{SITES[region_of(settings) or 'international']}/account/usage"

    @strategy("web", when=has_session)
    async def web(self, call: Call) -> Reading:
        """Read the credits with the first session that answers, each on its own site."""
        failures: list[QuotaError] = []
        region = region_of(call.settings)

        async def read(cookies: Cookies) -> Reading:
            failure: QuotaError = AuthFailed(SIGN_IN_AGAIN)
            for each, site in SITES.items():
                if region in (None, each) and (sent := sendable(cookies, site)):
                    try:
                        return await read_credits(call, site, sent)
                    except QuotaError as err:
                        failure = err
                        failures.append(err)
            raise failure

        try:
            return await with_session(call, read, leads_on=(QuotaError,))
        except QuotaError as err:
            raise next((each for each in reversed(failures) if not isinstance(each, AuthFailed)), err) from None


# Which site


def region_of(settings: Settings) -> str | None:
    """Return which site is meant by what was chosen and pasted; None when nothing was.

    Raises BadConfiguration where it was copied from another site, or from none.
    """
    chosen = None if settings.get("region") == "auto" else str(settings.get("region"))
    pasted = settings.given("cookie")
    if not pasted:
        return chosen
    hosts = hosts_in(unquoted(pasted))
    meant = {*map(region_of_host, hosts), *([chosen] if chosen else [])}
    if len(meant) > 1:
        where = " and ".join(dict.fromkeys(hosts))
        raise BadConfiguration(
            f"cookie: what was pasted names {where}, which is not the one site that is meant", "cookie"
        )
    return next(iter(meant), "international")


def hosts_in(pasted: str) -> list[str]:
    """Return the hosts that a pasted request names, or the domain that stands with pasted cookies."""
    request = copied_request(pasted)
    cookies = request.values("cookie") if request else (pasted,)
    domains = [domain for line in cookies for domain in re.findall(r"(?:^|;)\s*domain=([^;\s]*)", line, re.IGNORECASE)]
    if request is None:
        return domains
    if len(request.urls) > 1:
        raise BadConfiguration("cookie: the request that was pasted goes to several addresses", "cookie")
    hosts = [*map(host_of, request.urls), *request.values("host")]
    if not hosts:
        raise BadConfiguration("cookie: the request that was pasted does not say where it goes", "cookie")
    return hosts + domains


def host_of(address: str) -> str:
    """Return the host of an address, nothing when that cannot be read."""
    try:
        return URL(address).host or ""
    except ValueError:
        return ""


def region_of_host(host: str) -> str:
    """Return which site a host belongs to; raises BadConfiguration for any other."""
    name = re.sub(r":\d*$", "", host.lower().lstrip("."))
    if name not in HOSTS:
        raise BadConfiguration(f"cookie: {name or 'the address'} is none of Qoder's hosts", "cookie")
    return HOSTS[name]


def sendable(cookies: Cookies, site: URL) -> Cookies | None:
    """Return the cookies that go to a site, None when there is none."""
    return cookies.for_url(site).only(*(name for name in cookies.pairs if name.lower() not in ATTRIBUTES))


# The credits


async def read_credits(call: Call, site: URL, cookies: Cookies) -> Reading:
    """Read the credits of an account on one site."""
    headers = {
        "Origin": str(site.origin()),
        "Referer": f"{site.origin()}/account/usage",
        "Accept": "application/json, text/plain, */*",
        "Accept-Language": "en-US,en;q=0.9",
        "User-Agent": chrome_on_mac(143),
        "X-Requested-With": "XMLHttpRequest",
        "Bx-V": "2.5.35",
    }
    api = call.at(site, cookies=cookies, headers=headers, verdict=VERDICT)
    answer = await api.get_object("api/v2/me/usages/big_model_credits")
    return Reading(windows=(credits_of(parse.mapping(answer.get("data")) or answer),))


@dataclass(frozen=True)
class Quota:
    """One quota: counters in credits, and the used percentage where the site gives it."""

    used: float
    limit: float
    remaining: float
    percent: float | None

    @classmethod
    def read(cls, summary: Json) -> Self:
        """Read a summary; raises InvalidResponse naming the field."""
        used, limit = counter(summary, "usedValue"), counter(summary, "limitValue")
        if used is None or limit is None:
            raise InvalidResponse(f"{'usedValue' if used is None else 'limitValue'} is missing")
        left = counter(summary, "remainingValue")
        rest = max(0.0, limit - used) if left is None else left
        return cls(used, limit, rest, number(summary, "usagePercentage"))

    def __add__(self, other: Self) -> Self:
        """Return both as one: a percentage of either says nothing of it."""
        return type(self)(self.used + other.used, self.limit + other.limit, self.remaining + other.remaining, None)


def credits_of(body: Json) -> Window:
    """Return the account's own credits, with those that are shared with it."""
    summary = summary_of(body, "totalQuota")
    if summary is None:
        raise InvalidResponse("totalQuota.quotaSummary is missing")
    quota = Quota.read(summary)
    if (shared := summary_of(body, "sharedQuota")) is not None:
        quota += Quota.read(shared)
    if quota.limit == 0 and (quota.used or quota.remaining):
        raise InvalidResponse("limitValue is 0 although there are credits")
    return parse.counted(
        "credits",
        "Credits",
        unit="credits",
        used=quota.used,
        limit=quota.limit,
        remaining=quota.remaining,
        used_percent=quota.percent,
        resets_at=parse.moment(value(body, "nextResetAt")),
    )


def summary_of(body: Json, key: str) -> Json | None:
    """Return the summary of a quota, None when there is none."""
    quota = value(body, key)
    summary = None if quota is None else value(parse.need_mapping(quota, key), "quotaSummary")
    return None if summary is None else parse.need_mapping(summary, f"{key}.quotaSummary")


def counter(summary: Json, key: str) -> float | None:
    """Return a counter, None when it is null or absent; raises InvalidResponse when it is none or below 0."""
    found = number(summary, key)
    if found is not None and found < 0:
        raise InvalidResponse(f"{key} is negative")
    return found


def number(summary: Json, key: str) -> float | None:
    """Return a number, None when it is null or absent; raises InvalidResponse for anything else."""
    if value(summary, key) is not None and parse.number(value(summary, key)) is None:
        raise InvalidResponse(f"{key} is not a number")
    return parse.number(value(summary, key))


def value(source: Json, key: str) -> object:
    """Return what stands under a key in camel case, else under the same key in snake case."""
    return parse.first(source, key, re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key))
