"""Devin."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
import json
import re
from typing import Any, Self, override
from urllib.parse import unquote

from .. import parse
from ..account import Call
from ..credentials import Settings, Way, cookie_source, secret, text, unquoted, without_bearer
from ..http import Verdict, chrome_on_mac
from ..model import AuthFailed, InvalidResponse, MetricKind, QuotaError, Reading, Snapshot, Unsupported, Window
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy
from ..web_storage import local_storage, unwrapped

SITE = "https://app.devin.ai"
USAGE = ("billing", "quota", "usage")
HEADERS = {"Accept-Language": "en-US,en;q=0.9", "User-Agent": chrome_on_mac(143)}
VERDICT = Verdict(
    auth="the session has expired: sign in to app.devin.ai and copy the token again",
    redirect=AuthFailed,
    html=AuthFailed,
)
NO_ORGANIZATION = "organization is missing: give the slug or the id from app.devin.ai/org/…"

TOKEN_LENGTH = 20
LAST_ORGANIZATION = "last-internal-org-for-external-org-v1-"
NAME_IN_KEY = "-org_name-"
CACHED_FLAGS = "feature-flags-cache:"
ID_KEYS = ("internalOrgId", "internal_org_id", "org_id", "orgId")
SLUG_KEYS = ("orgName", "org_name", "externalOrgId", "external_org_id")

PLAN_KEYS = ("plan_name", "planName", "plan", "tier", "subscription_tier", "subscriptionTier")
USED_PERCENT = (
    *("used_percent", "usedPercent", "usage_percent", "usagePercent"),
    *("percent_used", "percentUsed", "percent"),
)
REMAINING_PERCENT = ("remaining_percent", "remainingPercent", "percent_remaining", "percentRemaining")
USED = ("used", "usage", "used_count", "usedCount", "consumed")
LIMIT = ("limit", "quota", "total", "max")
REMAINING = ("remaining", "left")

_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)*devin\.ai(?::\d+)?/(org|organizations)/([^/?#]+)", re.IGNORECASE)


def bearer_token(pasted: str) -> str:
    """Return the token from what was pasted: itself, or an Authorization header with or without its name."""
    return without_bearer(re.sub(r"^authorization\s*:", "", unquoted(pasted), flags=re.IGNORECASE))


def organization_path(written: str) -> str:
    """Return an organization as `org/<slug>` or `organizations/<internal id>`, from either or from an address."""
    value = unquoted(written)
    if address := _ADDRESS.match(value):
        value = f"{address[1].lower()}/{unquote(address[2])}"
    value = value.strip("/")
    if not value or value.startswith(("org/", "organizations/")):
        return value
    return f"organizations/{value}" if is_internal(value) else f"org/{value}"


def is_internal(name: str) -> bool:
    """Return whether this is an internal id and not a slug."""
    return name.startswith(("org-", "org_"))


async def has_token(_: object, call: Call) -> bool:
    """Return whether there is a token to try, given or in Chrome."""
    return call.get("bearer_token") is not None or bool(await browser_sessions(call))


class Devin(Provider):
    """Devin: the daily and weekly quota of an organization, and its balance for extra usage.

    Source: the requests of https://app.devin.ai/settings/usage
    """

    id = "devin"
    name = "Devin"
    dashboard = f"{SITE}/settings/usage"
    status = StatusLink("https://status.devin.ai", "statuspage")
    missing = "give the token of a session of app.devin.ai, or sign in there with Chrome on this computer"
    every = Every(default=5, minimum=3)
    fields = (
        secret(
            "bearer_token",
            "DEVIN_BEARER_TOKEN",
            "DEVIN_AUTHORIZATION",
            way=Way.TOKEN,
            clean=bearer_token,
            help="Sign in, open Usage & Limits with the developer tools, Network, the request quota/usage,"
            " and copy the value of Authorization.",
            link=f"{SITE}/settings/usage",
        ),
        text(
            "organization",
            "DEVIN_ORGANIZATION",
            "DEVIN_ORG",
            way=Way.TOKEN,
            clean=organization_path,
            help="The header x-cog-org-id of that request, or the name in the address of a page of it."
            " With a session of a browser it may stay empty.",
        ),
        cookie_source(way=Way.TOKEN),
    )

    @override
    def dashboard_for(self, settings: Settings) -> str:
        """Return the page of the organization, where its slug was given."""
        organization = Organization.written(settings.get("organization"))
        return f"{SITE}/org/{organization.slug}/settings/usage" if organization.slug else self.dashboard

    @override
    def is_another(self, snapshot: Snapshot, settings: Settings, known: str) -> bool:
        """Return whether an answer is of another organization; its slug tells nothing about an id."""
        like = is_internal(snapshot.identity or "") == is_internal(known.rpartition(":")[2])
        return like and super().is_another(snapshot, settings, known)

    @strategy("web", when=has_token)
    async def web(self, call: Call) -> Reading:
        """Read the quota with the token that was given, else with the first session of Chrome that answers."""
        if token := call.get("bearer_token"):
            return await read(call, Session(token, Organization.written(call.get("organization"))))
        failures: list[QuotaError] = []
        for session in await browser_sessions(call):
            try:
                return await read(call, session)
            except (AuthFailed, Unsupported) as err:
                failures.append(err)
        others = (err for err in failures if not isinstance(err, AuthFailed))
        raise next(others, None) or next(iter(failures), AuthFailed(self.missing))


# Sessions


@dataclass(frozen=True)
class Organization:
    """What is known of an organization: its slug, which addresses hold, and its internal id."""

    slug: str | None = None
    id: str | None = None

    @classmethod
    def written(cls, path: str | None) -> Self:
        """Return the organization of a field's value."""
        kind, _, name = (path or "").partition("/")
        return cls(slug=name if kind == "org" else None, id=name if kind == "organizations" else None)

    @property
    def name(self) -> str | None:
        """Return what to call it."""
        return self.slug or self.id

    @property
    def paths(self) -> Sequence[tuple[str, ...]]:
        """Return the paths under which its quota may be found, the likeliest first."""
        by_slug = [("org", self.slug), (self.slug,)] if self.slug else []
        return [(self.id,), *by_slug, ("organizations", self.id)] if self.id else by_slug

    def is_of(self, other: Organization) -> bool:
        """Return whether both are the same one, as far as is known."""
        return (self.slug is not None and self.slug == other.slug) or (self.id is not None and self.id == other.id)

    def completed(self, others: Sequence[Organization]) -> Organization:
        """Return this organization with what the others know of it."""
        other = next(filter(self.is_of, others), self)
        return Organization(self.slug or other.slug, self.id or other.id)


@dataclass(frozen=True)
class Session:
    """A token, and the organization that it is for."""

    token: str
    organization: Organization


async def browser_sessions(call: Call) -> Sequence[Session]:
    """Return the sessions of Chrome, those whose organization is best known first; read once a fetch."""
    if call["cookie_source"] != "auto":
        return ()
    if "browser_sessions" not in call.once:
        wanted = Organization.written(call.get("organization"))
        profiles = [each.items for each in await local_storage(call, SITE) if each.browser == "Chrome"]
        found = [session for items in profiles if (session := stored_session(items, wanted))]
        by_token: dict[str, Session] = {}
        for session in sorted(found, key=unknowns):
            by_token.setdefault(session.token, session)
        call.once["browser_sessions"] = tuple(by_token.values())
    sessions: Sequence[Session] = call.once["browser_sessions"]
    return sessions


def unknowns(session: Session) -> int:
    """Return how much of a session's organization is not known."""
    return (session.organization.slug, session.organization.id).count(None)


def stored_session(items: Mapping[str, str], wanted: Organization) -> Session | None:
    """Return the session of a profile, for the organization that is wanted, if one is; None without a token."""
    stored = {key: decoded(value) for key, value in items.items()}
    token = stored_token(stored)
    if token is None:
        return None
    known = list(stored_organizations(stored))
    return Session(token, wanted.completed(known) if wanted.name else next(iter(known), wanted))


def decoded(value: str) -> Any:
    """Return a stored value: JSON, also in a JSON string, else plain text."""
    try:
        found = json.loads(value)
    except ValueError, RecursionError:
        return unwrapped(value)
    return decoded(found) if isinstance(found, str) else found


def stored_token(stored: Json) -> str | None:
    """Return the token that the site works with now, else that of an older sign-in."""
    for key, value in stored.items():
        token = parse.first_text(value, "token") if key.endswith("auth1_session") else None
        if token and token.startswith("auth1_") and len(token) > TOKEN_LENGTH:
            return token
    older = [value for key, value in stored.items() if "auth0spajs@@::" in key]
    candidates = (
        token
        for node in parse.objects([*older, *stored.values()])
        for key in ("access_token", "accessToken")
        if (token := parse.text(node.get(key)))
    )
    return next(filter(is_access_token, candidates), None)


def is_access_token(token: str) -> bool:
    """Return whether a text can be a token of the older kind."""
    return len(token) > TOKEN_LENGTH and (token.startswith("eyJ") or "." in token)


def stored_organizations(stored: Json) -> Iterator[Organization]:
    """Yield the organizations of which a profile knows, those used last first."""
    last = [
        Organization(known(key.partition(LAST_ORGANIZATION)[2]), known(value))
        for key, value in stored.items()
        if LAST_ORGANIZATION in key and known(value)
    ]
    yield from sorted(last, key=lambda each: each.slug is None)
    for part in ("post-auth-v", "member-info-v"):
        for key, value in stored.items():
            if part in key and isinstance(value, Mapping):
                slug = known(key.partition(NAME_IN_KEY)[2]) or known(parse.any_text(value, *SLUG_KEYS))
                found = Organization(slug, known(parse.any_text(value, *ID_KEYS)))
                if found.name:
                    yield found
    for key in stored:
        _, mark, id = key.partition(CACHED_FLAGS)
        if mark and is_internal(id):
            yield Organization(id=id)


def known(name: object) -> str | None:
    """Return a name; the site writes `null` where it has none."""
    found = parse.text(name)
    return None if found == "null" else found


# Requests


async def read(call: Call, session: Session) -> Reading:
    """Read the quota under the first path at which there is one."""
    organization = session.organization
    if not organization.name:
        raise AuthFailed(NO_ORGANIZATION)
    headers = HEADERS | ({"x-cog-org-id": organization.id} if organization.id else {})
    site = call.at(f"{SITE}/api", bearer=session.token, headers=headers, verdict=VERDICT)
    for path in organization.paths:
        reply = await site.get((*path, *USAGE))
        if not 400 <= reply.status < 500 or reply.status in (401, 403, 429):
            return reading_of(await reply.check(VERDICT).object(), organization)
    raise Unsupported(f"Devin does not know the organization {organization.name}, or has no quota for it")


# Figures


def reading_of(answer: Json, organization: Organization) -> Reading:
    """Return what the answer tells; raises InvalidResponse when a quota is missing that should be there."""
    has_quota = answer.get("has_quota_allocation") is not False and answer.get("is_quota_plan") is not False
    periods = (("daily", parse.DAY, ("day", "daily")), ("weekly", parse.WEEK, ("week",)))
    windows = [window for period in periods if has_quota and (window := quota(answer, *period))]
    if has_quota and not windows:
        raise InvalidResponse("daily_percentage and weekly_percentage are missing")
    plan = parse.any_text(answer, *PLAN_KEYS)
    return Reading(
        organization=organization.name,
        plan=parse.title(plan) if plan else None,
        identity=organization.id or organization.slug,
        windows=tuple(windows),
        metrics=parse.known_metric("balance", "Extra usage balance", balance(answer), "USD", MetricKind.BALANCE),
    )


def quota(answer: Json, id: str, duration: timedelta, words: Sequence[str]) -> Window | None:
    """Return a quota from its percentage, in older answers from an object whose key has one of the words."""
    if answer.get(f"hide_{id}_quota") is True:
        return None
    used_percent = parse.number(answer.get(f"{id}_percentage"))
    resets_at = parse.moment(answer.get(f"{id}_reset_at"))
    if used_percent is not None:
        used_percent = used_percent * 100 if used_percent < 1 else used_percent
    elif older := object_under(answer, lambda key: any(word in key for word in words) and "hide" not in key):
        used_percent = older_percentage(older)
        resets = (parse.moment(value) for key, value in older.items() if "reset" in key.lower())
        resets_at = next(filter(None, resets), resets_at)
    if used_percent is None:
        return None
    return Window(
        id=id, name=id.capitalize(), used_percent=max(0.0, used_percent), duration=duration, resets_at=resets_at
    )


def object_under(node: object, fits: Callable[[str], bool]) -> Json | None:
    """Return the first object under a key that fits (it is asked in lower case), depth first."""
    pairs = node.items() if isinstance(node, Mapping) else (("", each) for each in parse.items(node))
    for key, value in pairs:
        if isinstance(value, Mapping) and fits(key.lower()):
            return value
        if (found := object_under(value, fits)) is not None:
            return found
    return None


def older_percentage(given: Json) -> float | None:
    """Return what is used in per cent, from the first figures that tell it; up to 1 a percentage is a fraction."""
    used, remaining = (parse.first_number(given, *keys) for keys in (USED_PERCENT, REMAINING_PERCENT))
    if used is not None:
        return used * 100 if used <= 1 else used
    if remaining is not None:
        return 100 - (remaining * 100 if remaining <= 1 else remaining)
    count, limit, left = (parse.first_number(given, *keys) for keys in (USED, LIMIT, REMAINING))
    if count is None and limit is not None and left is not None:
        count = limit - left
    return parse.percentage(count, limit)


def balance(answer: Json) -> float | None:
    """Return what is left for extra usage in USD; a negative figure is none."""
    dollars, cents = (parse.number(answer.get(key)) for key in ("overage_balance", "overage_balance_cents"))
    if dollars is None and cents is not None:
        dollars = cents / 100
    return None if dollars is None or dollars < 0 else dollars
