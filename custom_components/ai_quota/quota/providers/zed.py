"""Zed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from pathlib import Path
import re
import sys

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import Way, endpoint, secret, text, url
from ..http import Verdict
from ..local import clean_environment, find_tool, read_text, run
from ..model import AuthFailed, BadConfiguration, InvalidResponse, Metric, MetricKind, QuotaError, Reading, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

ZED = "https://zed.dev"
OWN_SERVERS = (ZED, "https://staging.zed.dev")
CLOUD = "https://cloud.zed.dev"
STORE_SECONDS = 5
VERDICT = Verdict(auth="Zed does not accept the session: sign in to Zed again", redirect=AuthFailed, html=AuthFailed)
PLANS = {
    "zed_free": "Free",
    "zed_pro": "Pro",
    "zed_pro_trial": "Pro Trial",
    "zed_student": "Student",
    "zed_business": "Business",
    "zed_vip": "VIP",
}

_WHOLE = re.compile(r"(\d+)\s+(\S.*)", re.DOTALL)
_JSONC = re.compile(r"""("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])""", re.DOTALL)


@dataclass(frozen=True)
class Session:
    """A signed-in user."""

    user_id: str
    token: str


async def has_given(provider: Zed, call: Call) -> bool:
    """Return whether user id and token were given."""
    return given(call) is not None


async def has_editor(provider: Zed, call: Call) -> bool:
    """Return whether the Zed editor of this machine is signed in, and nothing was given instead."""
    return call.get("access_token") is None and await editor_session(call) is not None


class Zed(Provider):
    """Zed: plan, billing cycle and edit predictions of an account.

    Source: https://github.com/zed-industries/zed (crates/cloud_api_client)
    """

    id = "zed"
    name = "Zed"
    dashboard = "https://zed.dev/account"
    status = StatusLink("https://status.zed.dev", "instatus")
    missing = "sign in to the Zed editor on this computer, or enter user id and token"
    fields = (
        secret(
            "access_token",
            way=Way.TOKEN,
            required=True,
            clean=str.strip,
            help="Sign in to the Zed editor and read the entry https://zed.dev of the system's credential store,"
            " on Linux with: secret-tool search --all url https://zed.dev",
            link="https://zed.dev/account",
        ),
        text("user_id", way=Way.TOKEN, help="The username of the same entry, a number."),
        url("server_url", help="Only for a server of your own."),
    )

    @strategy("api", when=has_given)
    async def api(self, call: Call) -> Reading:
        """Read the account of the session that was given."""
        session = given(call)
        if session is None:
            raise AuthFailed(self.missing)
        return await read_account(call, call.get("server_url") or URL(ZED), session)

    @strategy("local", when=has_editor, absent="the Zed editor is not signed in on this machine", machine=True)
    async def local(self, call: Call) -> Reading:
        """Read the account of the editor on this machine."""
        session = await editor_session(call)
        if session is None:
            raise AuthFailed(self.missing)
        return await read_account(call, (await editor_settings(call)).server, session)


def given(call: Call) -> Session | None:
    """Return the session that was given; the token may come with the user id before it."""
    token, user_id = call.get("access_token"), call.get("user_id")
    if token and not user_id and (whole := _WHOLE.fullmatch(token)):
        user_id, token = whole.groups()
    return Session(user_id, token) if token and user_id else None


async def read_account(call: Call, server: URL, session: Session) -> Reading:
    """Read the account."""
    base = CLOUD if str(server) in OWN_SERVERS else server
    call.conceal(session.token)
    headers = {"Authorization": f"{session.user_id} {session.token}", "Content-Type": "application/json"}
    return reading_of(await call.at(base, headers=headers, verdict=VERDICT).get_object("client/users/me"), call.now)


# The answer


def reading_of(answer: Json, now: datetime) -> Reading:
    """Return plan and quotas."""
    user, plan = parse.mapping(answer.get("user")), parse.need_mapping(answer.get("plan"), "plan")
    usage = parse.mapping(plan.get("usage"))
    code = parse.first_text(plan, "plan_v3")
    if not code and not usage:
        raise InvalidResponse("plan.plan_v3 and plan.usage are missing")
    predictions = parse.mapping(usage.get("edit_predictions"))
    limit = limit_of(predictions.get("limit"))
    period = Period.of(parse.mapping(plan.get("subscription_period")))
    used = parse.number(predictions.get("used"))
    id = parse.first(user, "id_v2", "legacy_user_id", "id")
    return Reading(
        account=parse.first_text(user, "github_login", "username") or number_or_text(user),
        organization=organization(answer),
        plan=plan_name(code),
        identity=None if id is None else f"user:{id}",
        windows=(
            *quota("monthly_edit_predictions", "Edit predictions", "predictions", used, limit, period),
            *model_requests(parse.mapping(usage.get("model_requests")), period),
            *billing_cycle(period, now),
        ),
        metrics=(
            *parse.known_metric(
                "edit_predictions",
                "Edit predictions",
                None if limit else used,
                "predictions",
                MetricKind.COUNT,
            ),
            *overdue(plan.get("has_overdue_invoices")),
        ),
    )


@dataclass(frozen=True)
class Period:
    """The billing cycle."""

    starts: datetime | None
    ends: datetime | None

    @classmethod
    def of(cls, source: Json) -> Period:
        """Read a period; what it lacks is unknown."""
        return cls(parse.moment(source.get("started_at")), parse.moment(source.get("ended_at")))

    @property
    def duration(self) -> timedelta | None:
        """Return its length."""
        return self.ends - self.starts if self.starts and self.ends and self.ends > self.starts else None


def limit_of(value: object) -> float | None:
    """Return a limit, None where there is none or none is known; raises InvalidResponse for an unknown form."""
    if value is None or value == "unlimited":
        return None
    found = parse.number(value.get("limited") if isinstance(value, dict) else value)
    if found is None:
        raise InvalidResponse("plan.usage.edit_predictions.limit has an unknown form")
    return found if found > 0 else None


def quota(id: str, name: str, unit: str, used: float | None, limit: float | None, period: Period) -> tuple[Window, ...]:
    """Return a quota of the billing cycle where it has a limit."""
    if limit is None:
        return ()
    return (
        parse.counted(id, name, unit=unit, used=used, limit=limit, duration=period.duration, resets_at=period.ends),
    )


def model_requests(source: Json, period: Period) -> tuple[Window, ...]:
    """Return the requests of older plans; an unknown form of their limit is none."""
    try:
        limit = limit_of(source.get("limit"))
    except InvalidResponse:
        return ()
    used = parse.number(source.get("used"))
    return quota("monthly_model_requests", "Model requests", "requests", used, limit, period)


def billing_cycle(period: Period, now: datetime) -> tuple[Window, ...]:
    """Return when the cycle ends; how much of it has passed is no usage."""
    if not period.ends or period.ends <= now:
        return ()
    return (Window(id="billing_cycle", name="Billing cycle", duration=period.duration, resets_at=period.ends),)


def overdue(value: object) -> tuple[Metric, ...]:
    """Return whether invoices are overdue."""
    known = float(value) if isinstance(value, bool) else None
    return parse.known_metric("overdue_invoices", "Overdue invoices", known, None, MetricKind.COUNT)


def number_or_text(user: Json) -> str | None:
    """Return the id of a user without a name."""
    found = parse.first(user, "legacy_user_id", "id", "id_v2")
    return None if found is None else str(found)


def organization(answer: Json) -> str | None:
    """Return the organization that counts, unless it is the person's own."""
    chosen = answer.get("default_organization_id")
    for each in map(parse.mapping, parse.items(answer.get("organizations"))):
        if chosen is not None and each.get("id") == chosen:
            return None if each.get("is_personal") is True else parse.first_text(each, "name")
    return None


def plan_name(code: str | None) -> str | None:
    """Return a plan as a person would write it."""
    return PLANS.get(code, parse.title(code.removeprefix("zed_"))) if code else None


# The editor of this machine


@dataclass(frozen=True)
class EditorSettings:
    """The server that the editor talks to, and the name of its entry in the credential store."""

    server: URL
    service: str


async def editor_session(call: Call) -> Session | None:
    """Return the session that the editor keeps in the system's credential store; read once a fetch.

    Raises BadConfiguration when the editor's settings would send it to a server that it is not for.
    """
    if "editor" not in call.once:
        service = (await editor_settings(call)).service
        try:
            call.once["editor"] = await (keychain if sys.platform == "darwin" else secret_service)(call, service)
        except BadConfiguration:
            raise
        except QuotaError:
            call.once["editor"] = None
    found: Session | None = call.once["editor"]
    return found


async def editor_settings(call: Call) -> EditorSettings:
    """Return what the editor's settings say, where nothing was given instead."""
    settings: Json = {}
    for file in settings_files(call):
        try:
            content = await read_text(file)
        except QuotaError:
            continue
        if content is not None:
            settings = jsonc(content)
            break
    own: URL | None = call.get("server_url")
    named = parse.first_text(settings, "server_url")
    server = own or (endpoint(named, "server_url") if named else URL(ZED))
    service = parse.first_text(settings, "credentials_url")
    written = str(own) if own else (named or ZED).rstrip("/")
    if service and str(server) not in OWN_SERVERS and service != written:
        raise BadConfiguration("credentials_url in Zed's settings names another server than server_url", "server_url")
    return EditorSettings(server, service or written)


def settings_files(call: Call) -> tuple[Path, ...]:
    """Return where the editor's settings may lie."""
    if sys.platform == "win32":
        return (Path(call.env.get("APPDATA", "")) / "Zed" / "settings.json",)
    config = Path(call.env.get("XDG_CONFIG_HOME") or call.home / ".config")
    flatpak = call.home / ".var/app/dev.zed.Zed/config"
    return (config / "zed/settings.json", flatpak / "zed/settings.json")


def jsonc(document: str) -> Json:
    """Return JSON with comments and trailing commas as an object, an empty one when it cannot be read."""
    try:
        return parse.mapping(json.loads(_JSONC.sub(lambda found: found[1] or "", document)))
    except ValueError, RecursionError:
        return {}


async def secret_service(call: Call, service: str) -> Session | None:
    """Return the entry in the Secret Service of Linux."""
    tool = await find_tool("secret-tool", None, env=call.env, home=call.home)
    if tool is None:
        return None
    found = await run([tool, "search", "--all", "url", service], env=clean_environment(call.env), seconds=STORE_SECONDS)
    if found.exit != 0:
        return None
    token = re.search(r"^secret = (.+)$", found.output, re.MULTILINE)
    user = re.search(r"^attribute\.username = (.+)$", found.output, re.MULTILINE)
    return Session(user[1].strip(), token[1].strip()) if token and user else None


async def keychain(call: Call, service: str) -> Session | None:
    """Return the entry in the Keychain of macOS; it may ask the person for permission."""
    tool = await find_tool("security", None, env=call.env, home=call.home, places=("/usr/bin/security",))
    if tool is None:
        return None
    for kind in ("find-internet-password", "find-generic-password"):
        argv = [tool, kind, "-s", service]
        env = clean_environment(call.env)
        entry = await run(argv, env=env, seconds=STORE_SECONDS)
        user = re.search(r'"acct"<blob>="([^"]+)"', entry.output)
        if entry.exit != 0 or not user:
            continue
        password = await run([*argv, "-w"], env=env, seconds=STORE_SECONDS)
        if password.exit == 0 and (token := password.stdout.strip()):
            return Session(user[1], token)
    return None
