"""LiteLLM."""

from datetime import timedelta
import re

from .. import parse
from ..account import Call
from ..credentials import Settings, api_key, base_url, service_root
from ..http import Reply, Verdict
from ..model import (
    AuthFailed,
    InvalidResponse,
    Metric,
    MetricKind,
    Reading,
    Unavailable,
    Unsupported,
    Window,
)
from ..parse import Json
from ..provider import Provider, strategy

REFUSED = "LiteLLM does not know the key, or it has expired or may not read itself"
REFUSALS = ("auth_error", "token_not_found_in_db", "expired_key")
VERDICT = Verdict(auth=REFUSED)


class LiteLLM(Provider):
    """LiteLLM: spend and budgets of one virtual key on a self-hosted proxy, of its user and of its team.

    Source: https://docs.litellm.ai/docs/proxy/virtual_keys
    """

    id = "litellm"
    name = "LiteLLM"
    dashboard = "https://docs.litellm.ai/docs/proxy/ui"
    key_is_account = True
    missing = "give the address of the proxy and a virtual key"
    fields = (
        base_url(
            None,
            "LITELLM_BASE_URL",
            http=True,
            help="It may begin with http:// on a private address.",
        ),
        api_key(
            "LITELLM_API_KEY",
            help="The proxy's own pages (/ui), Virtual Keys, Create New Key; or ask whoever runs the proxy. "
            "It needs no model access.",
            link="https://docs.litellm.ai/docs/proxy/virtual_keys",
        ),
    )

    @strategy("api", needs=("api_key", "base_url"))
    async def api(self, call: Call) -> Reading:
        """Read the key, then its user, or its team where it has no user."""
        proxy = call.at(service_root(call["base_url"]), bearer=call["api_key"], verdict=VERDICT)
        key = key_of(await answered(await proxy.get("key/info")))
        user_id, team_id = (parse.text(key.get(name)) for name in ("user_id", "team_id"))

        user: Json = {}
        team: Json = {}
        if user_id:
            reply = await proxy.get("user/info", query={"user_id": user_id})
            if is_open(reply):
                user, team = user_and_team(await answered(reply), user_id, team_id)
        elif team_id:
            reply = await proxy.get("team/info", query={"team_id": team_id})
            if is_open(reply):
                team = team_of(await answered(reply), team_id)

        reading = Reading(
            account=parse.first_text(user, "user_email", "user_alias")
            or parse.first_text(user.get("metadata"), "preferred_username")
            or parse.first_text(key, "user_id", "key_alias", "key_name"),
            organization=parse.first_text(team, "team_alias", "team_id"),
            windows=(
                *budget("budget", "Personal budget", user),
                *budget("budget_team", "Team budget", team),
                *budget("budget_key", "Key budget", key),
            ),
            metrics=(
                *spend("spend", "Personal spend", user),
                *spend("spend_team", "Team spend", team),
                *spend("spend_key", "Key spend", key),
            ),
        )
        if not reading.windows and not reading.metrics:
            raise InvalidResponse("neither spend nor max_budget can be found")
        return reading

    def dashboard_for(self, settings: Settings) -> str:
        """Return the proxy's own pages."""
        base = settings.get("base_url")
        return str(service_root(base) / "ui") if base else self.dashboard


def is_open(reply: Reply) -> bool:
    """Return whether a key may read what is beyond itself; without that its own figures are the answer."""
    return reply.status not in (403, 404)


async def answered(reply: Reply) -> Json:
    """Return the JSON object of an answer.

    What LiteLLM calls the error counts more than the status, which can be any.
    """
    error = parse.first_text((await reply.maybe_object()).get("error"), "type")
    if error in REFUSALS:
        raise AuthFailed(REFUSED)
    if error == "no_db_connection":
        raise Unavailable("the proxy has lost its database")
    if reply.status == 404:
        raise Unsupported("this address is no LiteLLM proxy with key management, which needs a database")
    try:
        return await reply.check(VERDICT).object()
    except InvalidResponse as err:
        err.message += "; check the base URL"
        raise


def key_of(answer: Json) -> Json:
    """Return what the key says of itself."""
    return parse.need_mapping(answer.get("info"), "info")


def user_and_team(answer: Json, user_id: str, team_id: str | None) -> tuple[Json, Json]:
    """Return the key's user, and the team of the key among those of the user; each empty when it is not given."""
    user = parse.mapping(answer.get("user_info"))
    expect_id(user, answer, "user_id", user_id)
    teams = map(parse.mapping, parse.items(answer.get("teams")))
    return user, next((team for team in teams if team_id and parse.text(team.get("team_id")) == team_id), {})


def team_of(answer: Json, team_id: str) -> Json:
    """Return the key's team, with its id."""
    team = parse.need_mapping(answer.get("team_info"), "team_info")
    expect_id(team, answer, "team_id", team_id)
    return {**team, "team_id": team_id}


def expect_id(inner: Json, outer: Json, key: str, expected: str) -> None:
    """Raise InvalidResponse when an answer is about somebody else; it need not say whom it is about."""
    given = parse.first_text(inner, key) or parse.first_text(outer, key)
    if given and given != expected:
        raise InvalidResponse(f"{key} of the answer is not the key's")


def budget(id: str, name: str, holder: Json) -> tuple[Window, ...]:
    """Return the budget of a key, user or team in USD, if it has one."""
    limit = parse.number(holder.get("max_budget"))
    if limit is None or limit <= 0:
        return ()
    return (
        parse.counted(
            id,
            name,
            unit="USD",
            used=parse.number(holder.get("spend")),
            limit=limit,
            duration=budget_duration(holder.get("budget_duration")),
            resets_at=parse.moment(holder.get("budget_reset_at")),
        ),
    )


def spend(id: str, name: str, holder: Json) -> tuple[Metric, ...]:
    """Return what a key, user or team has spent, in USD, since its budget was last reset or ever."""
    value = parse.number(holder.get("spend"))
    return () if value is None else (Metric(id=id, name=name, value=value, unit="USD", kind=MetricKind.SPEND),)


UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": parse.DAY,
    "w": parse.WEEK,
    "mo": timedelta(days=30),
}


def budget_duration(written: object) -> timedelta | None:
    """Return the length of `30d`, `1mo`…, None for anything else."""
    found = re.fullmatch(r"(\d{1,6})(mo|[smhdw])", parse.text(written) or "")
    return int(found[1]) * UNITS[found[2]] if found else None
