"""IBM Bob."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
import re

from .. import parse
from ..account import Call
from ..credentials import api_key
from ..http import Verdict
from ..model import InvalidResponse, Metric, MetricKind, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

DEFAULT_HOST = "api.us-east.bob.ibm.com"
VERDICT = Verdict(auth="the key was rejected: is it active, and may it read the usage?")
UNIT = "bobcoins"


class IBMBob(Provider):
    """IBM Bob: the Bobcoins that a month's budgets hold, of all instances and teams that a key sees.

    Source: https://bob.ibm.com/docs/ide/account/bobcoins
    """

    id = "ibm_bob"
    name = "IBM Bob"
    dashboard = "https://bob.ibm.com"
    status = StatusLink("https://status.bob.ibm.com")
    missing = "give an API key"
    fields = (api_key("BOBSHELL_API_KEY", help="Your profile, API keys, create one.", link="https://bob.ibm.com"),)

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read which teams there are, then what each of them has used."""
        headers = {"Authorization": authorization(call["api_key"]), "Content-Type": "application/json"}
        profile = await call.at(f"https://{DEFAULT_HOST}", headers=headers, timeout=20, verdict=VERDICT).get_object(
            "admin/v1/profile"
        )
        found = parse.need_list(profile.get("instances"), "instances")
        instances = [parse.need_mapping(each, "instances") for each in found]
        teams = [team for each in instances for team in teams_of(each, call.now)]
        if instances and not teams:
            raise Unsupported("the key sees no team")
        budgets = []
        for team, slug in zip(teams, slugs(team.name for team in teams), strict=True):
            api = call.at(f"https://{team.host}", headers=headers | team.headers, timeout=20, verdict=VERDICT)
            answer = await api.get_object(("admin", "v1", "teams", team.id, "users", team.user_id))
            budgets.append(budget_of(answer, team, slug))
        return Reading(
            organization=", ".join(dict.fromkeys(filter(None, map(name_of, instances)))) or None,
            plan=", ".join(sorted({plan for each in instances if (plan := parse.first_text(each, "plan_name"))}))
            or None,
            windows=tuple(windows_of(budgets)),
            metrics=tuple(metrics_of(budgets)),
        )


def authorization(key: str) -> str:
    """Return how a key is presented: the token of a session is a JWT."""
    is_jwt = key.count(".") == 2 and parse.jwt_payload(key) is not None
    return f"{'Bearer' if is_jwt else 'Apikey'} {key}"


# The teams


@dataclass(frozen=True, kw_only=True)
class Team:
    """A team that the person belongs to in an instance; `limit` is the profile's, in Bobcoins."""

    id: str
    name: str
    user_id: str
    instance_id: str
    host: str
    limit: float | None
    resets_at: datetime | None

    @property
    def headers(self) -> dict[str, str]:
        """Return what a request about the team carries besides the key."""
        return {"x-instance-id": self.instance_id, "x-team-id": self.id}


def teams_of(instance: Json, now: datetime) -> Iterator[Team]:
    """Yield the teams of an instance that can be asked about."""
    instance_id = parse.first_text(instance, "instance_id")
    if not instance_id:
        raise InvalidResponse("instances has an entry without instance_id")
    teams = parse.need_list(instance.get("teams"), "teams")
    user_id = parse.first_text(instance, "user_id")
    if not user_id:
        return
    refresh = parse.moment(instance.get("refresh_at"))
    for team in teams:
        if team_id := parse.first_text(parse.need_mapping(team, "teams"), "id"):
            yield Team(
                id=team_id,
                name=parse.first_text(team, "name") or team_id,
                user_id=user_id,
                instance_id=instance_id,
                host=host_of(instance.get("region_domain")),
                limit=parse.number(team.get("budget_limit")),
                resets_at=refresh if refresh and refresh > now else None,
            )


def host_of(region_domain: object) -> str:
    """Return the host of a region; raises InvalidResponse for one that is not IBM Bob's."""
    domain = (parse.text(region_domain) or DEFAULT_HOST).lower()
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*bob\.ibm\.com", domain):
        raise InvalidResponse(f"region_domain {domain[:80]!r} is not a host of bob.ibm.com")
    return domain if domain.startswith("api.") else f"api.{domain}"


def name_of(instance: Json) -> str | None:
    """Return the name of an instance, None when it has only an id."""
    return parse.first_text(instance, "instance_name", "name")


def slugs(names: Iterable[str]) -> list[str]:
    """Return an ending of an id for every name, all different."""
    taken: list[str] = []
    for name in names:
        slug = parse.slug(name) or "team"
        numbered = (f"{slug}_{number}" for number in count(2))
        taken.append(slug if slug not in taken else next(each for each in numbered if each not in taken))
    return taken


# The budgets


@dataclass(frozen=True)
class Budget:
    """What a team has used of its Bobcoins; `limit` is None when there is none."""

    name: str
    slug: str
    used: float
    limit: float | None
    resets_at: datetime | None


def budget_of(answer: Json, team: Team, slug: str) -> Budget:
    """Return a team's budget, the profile's limit where the answer holds none."""
    limit = parse.json_number(answer, "budget_limit")
    if limit is None:
        limit = team.limit
    used = max(0.0, parse.need_json_number(answer, "usage"))
    return Budget(team.name, slug, used, None if limit is None or limit < 0 else limit, team.resets_at)


def windows_of(budgets: list[Budget]) -> Iterator[Window]:
    """Yield the budgets of all teams as one, if all have a limit, and each alone where there are several."""
    limits = [budget.limit for budget in budgets if budget.limit is not None]
    if limits and len(limits) == len(budgets):
        resets = [budget.resets_at for budget in budgets if budget.resets_at]
        used = sum(budget.used for budget in budgets)
        yield month("monthly", "Monthly Bobcoins", used, sum(limits), min(resets, default=None))
    if len(budgets) > 1:
        for each in budgets:
            if each.limit is not None:
                id, name = f"monthly_{each.slug}", f"Monthly Bobcoins ({each.name})"
                yield month(id, name, each.used, each.limit, each.resets_at)


def month(id: str, name: str, used: float, limit: float, resets_at: datetime | None) -> Window:
    """Return a window of the calendar month that ends at the reset."""
    return parse.counted(
        id, name, unit=UNIT, used=used, limit=limit, duration=parse.month_until(resets_at), resets_at=resets_at
    )


def metrics_of(budgets: list[Budget]) -> Iterator[Metric]:
    """Yield what all teams have used, and each of several that has no limit."""
    if budgets:
        total = sum(budget.used for budget in budgets)
        yield Metric(id="bobcoins_month", name="Bobcoins used", value=total, unit=UNIT, kind=MetricKind.COUNT)
    if len(budgets) > 1:
        for each in budgets:
            if each.limit is None:
                id, name = f"bobcoins_month_{each.slug}", f"Bobcoins used ({each.name})"
                yield Metric(id=id, name=name, value=each.used, unit=UNIT, kind=MetricKind.COUNT)
