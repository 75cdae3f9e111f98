"""Vertex AI."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from pathlib import Path
import sys

from .. import parse
from ..account import Call
from ..claude_logs import Answer, read_answers
from ..credentials import Way, flag, path, secret, text
from ..google import CLOUD_SCOPE, CREDENTIALS_FIELD, ServiceAccount, request_tokens
from ..http import Endpoint, Reply, Verdict
from ..local import clean_environment, exists, find_tool, read_text, run
from ..model import AuthFailed, BadConfiguration, Metric, MetricKind, Reading, Unsupported, Window
from ..oauth import need_token
from ..parse import Json
from ..provider import Every, Provider, StatusLink, strategy

MONITORING = "https://monitoring.googleapis.com"
SECONDS = 30
GCLOUD_SECONDS = 20
MAX_PAGES = 20
MAX_PAGE_BYTES = 32 * 1024 * 1024
"""A page has up to 100 000 points."""

SPARE = timedelta(minutes=5)
"""A token that has less time left is not used any more."""
LIFETIME = timedelta(hours=1)
"""How long a token of Google lasts when it does not say."""
GCLOUD_LIFETIME = timedelta(minutes=50)
"""How long a token of gcloud is used; it does not say when it ends."""

LOG_IN = "run `gcloud auth application-default login`"
GRANT = Verdict(auth=f"Google does not accept these credentials any more: {LOG_IN} and paste the file again")
FIGURES = Verdict(auth=f"the sign-in was rejected: {LOG_IN} again", redirect=AuthFailed, html=AuthFailed)

USAGE, LIMIT = "quota/allocation/usage", "quota/limit"

NAMING_KEYS = {
    *("provider", "platform", "backend", "api_provider", "apiprovider", "api_type", "apitype"),
    *("source", "vendor", "client"),
}
"""Where a line of Claude Code's logs may name the cloud that answered."""


async def has_credentials(provider: VertexAi, call: Call) -> bool:
    """Return whether there are credentials: given, named, or gcloud's."""
    if call.own(CREDENTIALS_FIELD) or call.get("credentials_path"):
        return True
    return await exists(gcloud_file(call))


class VertexAi(Provider):
    """Vertex AI: how far a Google Cloud project has used its quotas, and Claude's tokens on this machine.

    Sources: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list,
    https://cloud.google.com/docs/authentication/application-default-credentials
    """

    id = "vertex_ai"
    name = "Vertex AI"
    dashboard = "https://console.cloud.google.com/vertex-ai"
    status = StatusLink("https://status.cloud.google.com", "google_cloud", ("Z0FZJAMvEB4j3NbCJs6B",))
    missing = f"{LOG_IN} and paste the file, or paste the key of a service account"
    every = Every(default=15, minimum=5)
    fields = (
        secret(
            CREDENTIALS_FIELD,
            way=Way.TOKEN,
            help="Run gcloud auth application-default login and copy the content of"
            " application_default_credentials.json; or create a service account with the role Monitoring Viewer and"
            " copy its JSON key.",
            link="https://console.cloud.google.com/iam-admin/serviceaccounts",
        ),
        path(
            "credentials_path",
            "GOOGLE_APPLICATION_CREDENTIALS",
            help="When it is not where gcloud keeps its application default credentials.",
        ),
        text(
            "project_id",
            "GOOGLE_CLOUD_PROJECT",
            "GCLOUD_PROJECT",
            "CLOUDSDK_CORE_PROJECT",
            help="The Google Cloud project with the quotas. Empty: that of the service account, else gcloud's.",
            link="https://console.cloud.google.com/cloud-resource-manager",
        ),
        flag("claude_logs", help="The tokens that Claude took on Vertex AI."),
    )

    @strategy("oauth", when=has_credentials, machine=True)
    async def oauth(self, call: Call) -> Reading:
        """Ask Cloud Monitoring for usage and limits of the last day."""
        credentials = await find_credentials(call)
        gcloud = await find_gcloud(call, credentials)
        project = await find_project(call, credentials)
        if not project:
            raise AuthFailed("the project is not known: give its ID")
        token = await current_token(call, credentials, gcloud)
        google = call.at(MONITORING, bearer=token.access, timeout=SECONDS, verdict=FIGURES)
        try:
            usage = read_series(await ask_series(google, project, USAGE))
            limits = read_series(await ask_series(google, project, LIMIT))
        except AuthFailed:
            call.memory.pop(TOKEN, None)
            raise
        answers = await read_answers(call, is_vertex) if call.get("claude_logs") else None
        return Reading(
            account=credentials.account or token.email or credentials.email,
            organization=project,
            identity=project,
            windows=read_windows(usage, limits),
            metrics=() if answers is None else tuple(count_tokens(answers, call.now)),
        )


# Credentials


@dataclass(frozen=True)
class Credentials:
    """Application default credentials; `file` is where they stand, None when they were pasted."""

    content: Json
    file: Path | None = None

    def need(self, key: str) -> str:
        """Return a text; raises AuthFailed naming it."""
        if not (found := parse.first_text(self.content, key)):
            raise AuthFailed(f"the credentials have no {key}: {LOG_IN} and paste the whole file")
        return found

    @property
    def is_service_account(self) -> bool:
        """Return whether these are the key of a service account."""
        has_key = all(parse.first_text(self.content, key) for key in ("client_email", "private_key"))
        return has_key or self.content.get("type") == "service_account"

    @property
    def is_user(self) -> bool:
        """Return whether these are those of a person."""
        return not self.is_service_account and parse.first_text(self.content, "type") in (None, "authorized_user")

    @property
    def account(self) -> str | None:
        """Return the address of a service account."""
        return parse.first_text(self.content, "client_email") if self.is_service_account else None

    @property
    def email(self) -> str | None:
        """Return the address of a person, as far as it is noted."""
        return claimed_email(self.content) or parse.first_text(self.content, "account")


async def find_credentials(call: Call) -> Credentials:
    """Return the credentials: those of the entry, else of the file that was named, else gcloud's.

    Raises BadConfiguration when a file was named that cannot be used, else AuthFailed.
    """
    if written := call.own(CREDENTIALS_FIELD):
        found = read_object(written)
        if found is None:
            raise AuthFailed(f"the credentials are not a JSON object: {VertexAi.missing}")
        return Credentials(found)
    named = call.get("credentials_path")
    file = call.path(named) if named else gcloud_file(call)
    content = await read_text(file)
    found = read_object(content or "")
    if found is not None:
        return Credentials(found, file)
    fault = f"there is no file {file}" if content is None else f"{file} is not a JSON object"
    if named:
        raise BadConfiguration(f"credentials_path: {fault}", "credentials_path")
    raise AuthFailed(f"{fault}: {VertexAi.missing}")


def read_object(written: str) -> Json | None:
    """Return a JSON object, None when it is none."""
    try:
        found = json.loads(written)
    except ValueError, RecursionError:
        return None
    return found if isinstance(found, dict) else None


def gcloud_folder(call: Call) -> Path:
    """Return where gcloud keeps its things."""
    if given := call.settings.env("CLOUDSDK_CONFIG"):
        return call.path(given)
    return (call.app_data if sys.platform == "win32" else call.home / ".config") / "gcloud"


def gcloud_file(call: Call) -> Path:
    """Return where gcloud keeps application default credentials."""
    return gcloud_folder(call) / "application_default_credentials.json"


async def find_project(call: Call, credentials: Credentials) -> str | None:
    """Return the project: the one given, else of the service account, else of gcloud, else the one that is billed."""
    own = parse.first_text(credentials.content, "project_id") if credentials.is_service_account else None
    return (
        call.get("project_id")
        or own
        or await gcloud_project(call)
        or parse.first_text(credentials.content, "quota_project_id")
    )


async def gcloud_project(call: Call) -> str | None:
    """Return the project of gcloud's active configuration."""
    folder = gcloud_folder(call)
    active = parse.text(await call.optional(read_text(folder / "active_config"))) or "default"
    configuration = await call.optional(read_text(folder / "configurations" / f"config_{active}"))
    return configured_project(configuration or "")


def configured_project(configuration: str) -> str | None:
    """Return the project of an INI file: that of the section `core`, which also is what stands before any."""
    section = "core"
    for line in map(str.strip, configuration.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        key, _, value = line.partition("=")
        if section == "core" and key.strip() == "project" and value.strip():
            return value.strip()
    return None


# The access token


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token, until when it may be used, and whose it is when that was told."""

    access: str
    until: datetime
    email: str | None = None


TOKEN = "token"  # noqa: S105  a place in the account's memory


async def find_gcloud(call: Call, credentials: Credentials) -> Path | None:
    """Return the program for credentials that it can exchange: those of a file, and not of a person.

    Raises Unsupported where nothing else can.
    """
    if credentials.is_user:
        return None
    found = await find_tool("gcloud", None, env=call.env, home=call.home) if credentials.file else None
    if not found and not credentials.is_service_account:
        raise Unsupported("credentials of this type need gcloud on this machine and a file: use a service account key")
    return found


async def current_token(call: Call, credentials: Credentials, gcloud: Path | None) -> Token:
    """Return an access token: the one in use, as long as it lasts and the credentials are the same, else a new one."""
    kept: tuple[Credentials, Token] | None = call.memory.get(TOKEN)
    if kept and kept[0] == credentials and call.now < kept[1].until:
        return kept[1]
    if credentials.is_user:
        found = await user_token(call, credentials)
    else:
        found = await machine_token(call, credentials, gcloud)
    call.memory[TOKEN] = (credentials, found)
    return found


async def user_token(call: Call, credentials: Credentials) -> Token:
    """Return the token of a person: the one that stands with the credentials, as long as it lasts, else a new one."""
    keys = ("client_id", "client_secret", "refresh_token")
    grant = {key: credentials.need(key) for key in keys}
    access = parse.first_text(credentials.content, "access_token")
    ends = parse.moment(credentials.content.get("token_expiry"))
    if access and ends and call.now < ends - SPARE:
        return Token(access=access, until=ends - SPARE)
    return await granted_token(call, {**grant, "grant_type": "refresh_token"})


async def machine_token(call: Call, credentials: Credentials, gcloud: Path | None) -> Token:
    """Return the token of a service account, or of what only gcloud can exchange; gcloud is asked first."""
    access = await print_token(call, gcloud, credentials.file) if gcloud and credentials.file else None
    if access:
        call.conceal(access)
        return Token(access=access, until=call.now + GCLOUD_LIFETIME)
    if not credentials.is_service_account:
        raise AuthFailed("gcloud gives no token for these credentials: sign in with it again")
    key = credentials.need("private_key")
    call.conceal(key)
    bot = ServiceAccount(
        email=credentials.need("client_email"),
        private_key=key,
        key_id=parse.first_text(credentials.content, "private_key_id"),
    )
    assertion = await bot.assertion(CLOUD_SCOPE, call.now)
    return await granted_token(
        call, {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    )


async def print_token(call: Call, gcloud: Path, file: Path) -> str | None:
    """Return the token that gcloud gives for a file with credentials, None when it gives none."""
    env = clean_environment(call.env, "CLOUDSDK_", GOOGLE_APPLICATION_CREDENTIALS=str(file))
    command = (gcloud, "auth", "application-default", "print-access-token")
    done = await call.optional(run(command, env=env, seconds=GCLOUD_SECONDS))
    return parse.text(done.stdout) if done and done.exit == 0 else None


async def granted_token(call: Call, fields: Mapping[str, str]) -> Token:
    """Return the token that Google gives for a grant."""
    answer = await request_tokens(call, fields, verdict=GRANT, seconds=SECONDS)
    lifetime = parse.duration(answer.get("expires_in")) or LIFETIME
    return Token(access=need_token(answer), until=call.now + lifetime - SPARE, email=claimed_email(answer))


def claimed_email(answer: Json) -> str | None:
    """Return the address that an id token claims."""
    return parse.first_text(parse.jwt_claims(parse.first_text(answer, "id_token")), "email")


# Quotas

type Key = tuple[str, str, str]
"""A quota's metric, the name of its limit (maybe empty) and its location."""


async def ask_series(google: Endpoint, project: str, metric: str) -> list[Json]:
    """Return the time series of a metric over the last day."""
    query = {
        "filter": f'metric.type="serviceruntime.googleapis.com/{metric}" AND resource.type="consumer_quota"'
        ' AND resource.label.service="aiplatform.googleapis.com"',
        "interval.startTime": written(google.now - parse.DAY),
        "interval.endTime": written(google.now),
        "aggregation.alignmentPeriod": "3600s",
        "aggregation.perSeriesAligner": "ALIGN_MAX",
        "view": "FULL",
    }
    found: list[Json] = []
    for _ in range(MAX_PAGES):
        reply = await google.get(("v3", "projects", project, "timeSeries"), query=query, max_bytes=MAX_PAGE_BYTES)
        raise_if_forbidden(reply)
        page = await reply.check(FIGURES).object()
        found += parse.optional_list(page, "timeSeries")
        following = parse.first_text(page, "nextPageToken")
        if not following:
            break
        query["pageToken"] = following
    return found


def written(moment: datetime) -> str:
    """Return a time as Google wants it: UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def raise_if_forbidden(reply: Reply) -> None:
    """Raise the failure that a 403 stands for."""
    if reply.status != 403:
        return
    if "SERVICE_DISABLED" in reply.text:
        raise Unsupported(
            "the Cloud Monitoring API is not enabled in this project: enable it in the Google Cloud console"
        )
    raise AuthFailed(
        "the account lacks monitoring.timeSeries.list in this project: give it the role Monitoring Viewer (HTTP 403)"
    )


def read_series(series: Iterable[Json]) -> dict[Key, float]:
    """Return the largest value of each quota."""
    found: dict[Key, float] = {}
    for each in series:
        labels = parse.mapping(parse.mapping(parse.mapping(each).get("metric")).get("labels"))
        places = parse.mapping(parse.mapping(parse.mapping(each).get("resource")).get("labels"))
        metric = parse.first_text(labels, "quota_metric") or parse.first_text(places, "quota_id")
        values = [
            value
            for point in parse.items(parse.mapping(each).get("points"))
            if (value := read_point(point)) is not None
        ]
        if metric and values:
            key = (
                metric,
                parse.first_text(labels, "limit_name") or "",
                parse.first_text(places, "location") or "global",
            )
            found[key] = max(*values, found.get(key, values[0]))
    return found


def read_point(point: object) -> float | None:
    """Return the value of a point of a time series."""
    return parse.first_number(parse.mapping(point).get("value"), "doubleValue", "int64Value")


def read_windows(usage: Mapping[Key, float], limits: Mapping[Key, float]) -> tuple[Window, ...]:
    """Return the window of the quota that is used most, none when no usage has a limit."""
    matched = ((used, limit_of(key, limits)) for key, used in usage.items())
    shares = [used / limit * 100 for used, limit in matched if limit]
    return (Window(id="quota", name="Quota usage", used_percent=max(shares)),) if shares else ()


def limit_of(key: Key, limits: Mapping[Key, float]) -> float | None:
    """Return the limit of a usage: the one of its name; without a name the only one of its metric and location."""
    if limits.get(key, 0) > 0:
        return limits[key]
    metric, name, location = key
    if name:
        return None
    found = [limit for (of, _, at), limit in limits.items() if (of, at) == (metric, location) and limit > 0]
    return found[0] if len(found) == 1 else None


# Claude's tokens


def is_vertex(entry: Json) -> bool:
    """Return whether a line of Claude Code's logs is of an answer that came through Vertex AI."""
    message = parse.mapping(entry.get("message"))
    if any("_vrtx_" in (parse.text(id) or "") for id in (message.get("id"), entry.get("requestId"))):
        return True
    model = parse.first_text(message, "model") or ""
    if model.startswith("claude-") and "@" in model:
        return True
    parts = [entry.get(key) for key in ("metadata", "request", "context", "client")]
    parts += [message.get(key) for key in ("metadata", "request")]
    return names_vertex(entry) or any(map(names_vertex, parse.objects(parts)))


def names_vertex(node: Json) -> bool:
    """Return whether an object names Vertex AI, itself and not in what it holds."""
    for key, value in ((key.lower(), value) for key, value in node.items()):
        if "vertex" in key or "gcp" in key:
            return True
        if key in NAMING_KEYS and isinstance(value, str) and "vertex" in value.lower():
            return True
    return False


def count_tokens(answers: Iterable[Answer], now: datetime) -> Iterable[Metric]:
    """Yield the tokens of today and of 30 days."""
    known = list(answers)
    for id, words, start in parse.periods(now):
        if id != "7d":
            tokens = sum(answer.tokens for answer in known if start <= answer.at < parse.midnight(now, 1))
            name = f"Claude tokens on Vertex AI, {words}"
            yield Metric(id=f"tokens_{id}", name=name, value=tokens, unit="tokens", kind=MetricKind.COUNT)
