"""Antigravity."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
import json
from pathlib import Path
import re
from typing import Any, override

from .. import parse
from ..account import Call
from ..credentials import Settings, Way, path, secret, text
from ..google import (
    CODE_ASSIST,
    CREDENTIALS_FIELD,
    GEMINI_STATUS,
    SECONDS,
    Client,
    Credentials,
    GoogleSignIn,
    managed_project,
    tier_plan,
    usable,
)
from ..http import Endpoint, NoConnection, Reply, Verdict
from ..local import clean_environment, exists, find_tool, plain, read_text, terminal
from ..model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Metric,
    MetricKind,
    QuotaError,
    Reading,
    Unavailable,
    Window,
)
from ..parse import Json
from ..processes import Process, is_of_this_user, listening_ports, processes
from ..provider import Every, Provider, strategy

SHARED_FILE = "~/.codexbar/antigravity/oauth_creds.json"

APP, IDE, CLI = "app", "ide", "cli"
SERVICE = "exa.language_server_pb.LanguageServerService"
ABOUT_US = {
    "metadata": {"ideName": "antigravity", "extensionName": "antigravity", "ideVersion": "unknown", "locale": "en"}
}
SERVER_SECONDS = 8
RUNNING_CLI_SECONDS = 2
EMAIL_SECONDS = 1
CLI_START_SECONDS = 15
CLI_PAUSE_SECONDS = 0.2

# Google answers the quota methods only to programs that begin with this name.
AGENT = "antigravity/2.1.1 linux/amd64 google-api-nodejs-client/10.3.0"
METADATA = {"ideType": "ANTIGRAVITY", "platform": "PLATFORM_UNSPECIFIED", "pluginType": "GEMINI"}
PROJECT_TRIES = 5
PROJECT_PAUSE_SECONDS = 2
UNTOUCHED = 0.999
"""A fraction from here on counts as unused; all models there may merely tell that they can be had."""

START = "start Antigravity on this machine, or sign in with Google"
LOCAL_AUTH = "Antigravity is not signed in: sign in there"
GRANT = Verdict(
    auth="the Google sign-in has expired or was revoked: sign in again", redirect=AuthFailed, html=AuthFailed
)
QUOTA = Verdict(auth="the Google sign-in was rejected: sign in again", redirect=AuthFailed, html=AuthFailed)

_PROJECT = "antigravity_project"

# What runs on this machine

_SERVER = re.compile(r"(^|[/\\])language[_-]server([_-][a-z0-9]+)*(\.exe)?(\s|$)")
_CLI = re.compile(r"(^|[/\\])(antigravity-cli|antigravity_cli)([\s/\\]|$)|(^|[/\\])agy(\.exe)?(\s|$)")
_OURS = ("antigravity.app/", "/gemini.app/", "antigravity ide.app/", "/antigravity/")
_IDE = (
    "antigravity ide.app/",
    "--app_data_dir antigravity-ide",
    "--app_data_dir=antigravity-ide",
    "/extensions/antigravity/bin/language_server",
)
_SIGNED_OUT = re.compile(r"select\s*login\s*method", re.IGNORECASE)


async def app_runs(provider: Provider, call: Call) -> bool:
    """Return whether the app's server runs; without anything else to ask, the app is tried all the same."""
    if await found_processes(call, APP):
        return True
    # A closed app is no reason to sign in again.
    others = provider.strategies[1:]
    return call.account.source == "auto" and not any([await each.is_available(provider, call) for each in others])


async def ide_runs(_: object, call: Call) -> bool:
    """Return whether the server of the IDE extension runs."""
    return bool(await found_processes(call, IDE))


async def has_cli(_: object, call: Call) -> bool:
    """Return whether `agy` is there; raises BadConfiguration."""
    return await find_agy(call) is not None


async def has_credentials(_: object, call: Call) -> bool:
    """Return whether there are credentials, given or in the shared file."""
    return call.get(CREDENTIALS_FIELD) is not None or await exists(call.path(SHARED_FILE))


class SignIn(GoogleSignIn):
    """The sign-in of Antigravity; its page ends at an address where nothing listens, which is to be pasted."""

    asks = ("client_id", "client_secret")
    redirect = "http://127.0.0.1:51121/callback"
    prompt = "select_account consent"

    @override
    def client(self, call: Call) -> Client:
        """Return the client of the fields."""
        return given_client(call.settings)


class Antigravity(Provider):
    """Antigravity: the quotas of the Gemini pool and of the Claude and GPT pool for one Google account.

    Source: what https://antigravity.google shows in its settings, from its language server or from
    Google's Cloud Code API; undocumented.
    """

    id = "antigravity"
    name = "Antigravity"
    dashboard = "https://antigravity.google"
    status = GEMINI_STATUS
    missing = "sign in with Google, or start Antigravity on this machine"
    every = Every(default=5, minimum=3)
    sign_ins = (SignIn(),)
    fields = (
        secret(
            CREDENTIALS_FIELD,
            "ANTIGRAVITY_OAUTH_CREDENTIALS_JSON",
            way=Way.TOKEN,
            help="On a computer where CodexBar is signed in to Antigravity, copy the content of"
            " ~/.codexbar/antigravity/oauth_creds.json.",
        ),
        text(
            "client_id",
            "ANTIGRAVITY_OAUTH_CLIENT_ID",
            advanced=True,
            help="That of Antigravity's OAuth client; only where the credentials do not hold it.",
        ),
        secret(
            "client_secret",
            "ANTIGRAVITY_OAUTH_CLIENT_SECRET",
            way=None,
            advanced=True,
            help="Only together with the OAuth client ID.",
        ),
        path("cli_path", "ANTIGRAVITY_CLI_PATH", help="The program is called agy."),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Raise BadConfiguration for half of an OAuth client."""
        for one, other in (("client_id", "client_secret"), ("client_secret", "client_id")):
            if settings.get(one) and not settings.get(other):
                raise BadConfiguration(f"{other} is missing: {one} is of no use alone", other)

    @strategy("local", when=app_runs, absent=START, machine=True)
    async def app(self, call: Call) -> Reading:
        """Ask the language server of the app."""
        return await ask_all(call, await found_processes(call, APP), SERVER_SECONDS)

    @strategy(
        "cli", when=has_cli, absent="agy is not on this machine: install it, or sign in with Google", machine=True
    )
    async def cli(self, call: Call) -> Reading:
        """Ask a running `agy` of the same user, else one that is started for it."""
        running = [each for each in await found_processes(call, CLI) if await is_of_this_user(each.pid, call.env)]
        if running and (reading := await call.optional(ask_all(call, running, RUNNING_CLI_SECONDS))):
            return reading
        agy = await find_agy(call)
        if agy is None:
            raise Unavailable(START)
        return of_account(call, [await ask_started(call, agy)])

    @strategy("local", when=ide_runs, absent=START, machine=True)
    async def ide(self, call: Call) -> Reading:
        """Ask the language server of the IDE extension, which knows no weekly limits."""
        return await ask_all(call, await found_processes(call, IDE), SERVER_SECONDS)

    @strategy("oauth", when=has_credentials, machine=True)
    async def oauth(self, call: Call) -> Reading:
        """Ask Google: for project and tier, then for the summary, else for the models."""
        source = await find_credentials(call)
        credentials = await usable(
            call, source, client=lambda found: found.client or given_client(call.settings), verdict=GRANT
        )
        google = call.at(
            CODE_ASSIST,
            bearer=credentials.access_token,
            headers={"User-Agent": AGENT},
            timeout=SECONDS,
            verdict=QUOTA,
        )
        tiers, project = await read_project(call, google, source, credentials)
        about = {"project": project} if project else {}
        windows = await read_summary(call, google, about)
        if windows is None:
            windows = tuple(model_windows(await read_models(google, about, call.now)))
        plan = plan_of_tiers(tiers, credentials.domain)
        if not windows and not plan:
            raise InvalidResponse("Google tells neither quotas nor a plan for this account")
        return Reading(
            account=credentials.email,
            organization=credentials.domain,
            plan=plan,
            identity=credentials.email or credentials.identity(call),  # the e-mail is all that the local servers know
            windows=windows,
            metrics=read_credits(tiers),
        )


# Local servers: finding them


def kind_of(command: str) -> str | None:
    """Return what a command line starts: the server of the app or of the IDE, the CLI, or nothing of Antigravity."""
    command = command.lower()
    slashed = command.replace("\\", "/")
    if _SERVER.search(command) and (
        ("--app_data_dir" in command and "antigravity" in command) or any(each in slashed for each in _OURS)
    ):
        return IDE if any(each in slashed for each in _IDE) else APP
    return CLI if _CLI.search(command) else None


async def found_processes(call: Call, kind: str) -> list[Process]:
    """Return the processes of a kind; the list is made once in a fetch."""
    if "processes" not in call.once:
        call.once["processes"] = await processes(call.env)
    return [each for each in call.once["processes"] if kind_of(each.command) == kind]


async def find_agy(call: Call) -> Path | None:
    """Return the program `agy`; raises BadConfiguration when none is where it was said to be."""
    places = ["~/.local/bin/agy", "/opt/homebrew/bin/agy", "/usr/local/bin/agy"]
    if local := call.env.get("LOCALAPPDATA"):
        places.append(str(Path(local, "agy", "bin", "agy.exe")))
    return await find_tool("agy", call.get("cli_path"), env=call.env, home=call.home, places=places)


def argument(command: str, name: str) -> str | None:
    """Return the value of an argument in a command line."""
    found = re.search(rf"(?:^|\s)--{name}(?:=|\s+)(?!--)(\S+)", command, re.IGNORECASE)
    return (found[1].strip("\"'") or None) if found else None


@dataclass(frozen=True)
class Door:
    """One way to a server: the addresses, of which the next is for when no connection is made, and its token."""

    bases: tuple[str, ...]
    token: str | None


def doors_of(ports: Iterable[int], command: str, kind: str | None) -> list[Door]:
    """Return the ways to the server of a command line, in the order in which to try them."""
    token = None if kind == CLI else argument(command, "csrf_token")
    doors = [Door((f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port}"), token) for port in ports]
    extension = argument(command, "extension_server_port") or ""
    if kind != CLI and re.fullmatch(r"[0-9]{1,5}", extension) and 0 < int(extension) < 65536:
        tokens = dict.fromkeys(filter(None, (argument(command, "extension_server_csrf_token"), token)))
        doors += [Door((f"http://127.0.0.1:{int(extension)}",), each) for each in tokens]
    return doors


# Local servers: asking them


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one server tells."""

    account: str | None = None
    plan: str | None = None
    windows: tuple[Window, ...] = ()
    is_summary: bool = False

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """Return how much it tells: of several the highest counts."""
        known = sum(window.used_percent is not None for window in self.windows)
        return self.is_summary, known, self.account is not None


@dataclass
class Server:
    """A language server: the ways to it, the one that has answered first, and why others did not."""

    call: Call
    doors: list[Door]
    errors: list[QuotaError] = field(default_factory=list)

    async def read(self, seconds: float) -> Answer:
        """Return the quotas: the summary, else those of the models. Raises what stands for all failures."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        now = self.call.now
        half = (deadline - loop.time()) / 2
        windows = await self.ask(
            "RetrieveUserQuotaSummary", {"forceRefresh": True}, lambda answer: usable_summary(answer, now), half
        )
        if windows is not None:
            seconds_left = min(EMAIL_SECONDS, max(deadline - loop.time(), 0))
            status = await self.ask("GetUserStatus", ABOUT_US, user_status, seconds_left) or {}
            return Answer(account=email_of(status), plan=plan_of_status(status), windows=windows, is_summary=True)
        half = (deadline - loop.time()) / 2
        status = await self.ask("GetUserStatus", ABOUT_US, status_with_quotas, half) or {}
        configs = status_configs(status)
        if not configs:
            left = deadline - loop.time()
            configs = await self.ask("GetCommandModelConfigs", ABOUT_US, root_configs, left) or []
        if not configs:
            raise worst(self.errors) or Unavailable(START)
        models = [model for each in configs if (model := config_model(each, now))]
        windows = tuple(model_windows(models, local=True))
        answer = Answer(account=email_of(status), plan=plan_of_status(status), windows=windows)
        if not answer.windows and not answer.plan:
            raise InvalidResponse("Antigravity tells neither quotas nor a plan (clientModelConfigs)")
        return answer

    async def ask[T](
        self, method: str, body: Mapping[str, Any], read: Callable[[Json], T | None], seconds: float
    ) -> T | None:
        """Return the first answer that `read` can use; each way gets its share of the time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        for index, door in enumerate(tuple(self.doors)):
            share = (deadline - loop.time()) / (len(self.doors) - index)
            if share <= 0:
                self.errors.append(Unavailable("Antigravity did not answer in time"))
                break
            try:
                found = read(await self._post(door, method, body, share))
            except QuotaError as err:
                self.errors.append(err)
                continue
            if found is not None:
                self.doors.remove(door)
                self.doors.insert(0, door)
                return found
            self.errors.append(InvalidResponse(f"{method} of Antigravity tells no quotas"))
        return None

    async def _post(self, door: Door, method: str, body: Mapping[str, Any], seconds: float) -> Json:
        headers = {"Connect-Protocol-Version": "1"} | ({"X-Codeium-Csrf-Token": door.token} if door.token else {})
        refused: QuotaError = Unavailable(START)
        for base in door.bases:
            endpoint = self.call.at(base, headers=headers, timeout=seconds, trust_loopback=True)
            try:
                return await accepted(await endpoint.post(f"{SERVICE}/{method}", json=body))
            except NoConnection as err:
                refused = err
        raise refused


async def accepted(reply: Reply) -> Json:
    """Return what a local server answers; raises for a status or a `code` that means a failure."""
    answer = await reply.maybe_object()
    code = answer.get("code")
    said = code.strip().lower() if isinstance(code, str) else code
    if reply.status in (401, 403) or (said in (16, "16", "unauthenticated") and not isinstance(said, bool)):
        raise AuthFailed(LOCAL_AUTH)
    if reply.status >= 500:
        raise Unavailable(f"Antigravity answered HTTP {reply.status}")
    if not 200 <= reply.status < 300:
        raise InvalidResponse(f"Antigravity answered HTTP {reply.status}")
    if isinstance(said, bool) or said not in (None, 0, "0", "ok", "success"):
        raise InvalidResponse("Antigravity answered with a code that means a failure")
    return await reply.object()


def worst(errors: Iterable[QuotaError]) -> QuotaError | None:
    """Return the failure that stands for all ways to a server: signed out, else unreadable, else the first."""
    kinds: tuple[type[QuotaError], ...] = (AuthFailed, InvalidResponse, QuotaError)
    found = list(errors)
    return next((err for kind in kinds for err in found if isinstance(err, kind)), None)


async def ask_all(call: Call, running: Iterable[Process], seconds: float) -> Reading:
    """Ask all servers at once and return the best answer; raises Unavailable when none is there to ask."""
    asked = [ask_running(call, process, seconds) for process in running]
    if not asked:
        raise Unavailable(f"Antigravity does not run: {START}")
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    answers: list[Answer] = []
    errors: list[QuotaError] = []
    for outcome in outcomes:
        if isinstance(outcome, Answer):
            answers.append(outcome)
        elif isinstance(outcome, QuotaError):
            errors.append(outcome)
        else:
            raise outcome
    if not answers:
        raise worst(errors) or Unavailable(START)
    return of_account(call, answers)


async def ask_running(call: Call, process: Process, seconds: float) -> Answer:
    """Ask one server that runs."""
    kind = kind_of(process.command)
    token = argument(process.command, "csrf_token")
    if kind != CLI and token is None:
        raise Unavailable("Antigravity's server has no token on its command line: restart Antigravity")
    call.conceal(*filter(None, (token, argument(process.command, "extension_server_csrf_token"))))
    ports = await listening_ports(process.pid, call.env)
    if not ports:
        raise Unavailable("Antigravity is still starting; if this stays so, restart Antigravity")
    return await Server(call, doors_of(ports, process.command, kind)).read(seconds)


async def ask_started(call: Call, agy: Path) -> Answer:
    """Start `agy` on a pseudo-terminal, where alone it serves, and ask it; it ends with this."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CLI_START_SECONDS
    error: QuotaError = Unavailable("agy did not open a port: start it once by hand")
    env = clean_environment(call.env, TERM="xterm-256color")
    async with terminal([agy], env=env, rows=40, columns=120, cwd=call.home) as screen:
        while (left := deadline - loop.time()) > 0:
            has_ended = screen.closed
            if ports := await listening_ports(screen.pid, call.env):
                try:
                    return await Server(call, doors_of(ports, "", CLI)).read(min(left, SERVER_SECONDS))
                except QuotaError as err:
                    error = err
            if _SIGNED_OUT.search(plain(screen.text)):
                raise AuthFailed("agy is not signed in: start it in a terminal and sign in")
            if has_ended:
                break
            await asyncio.sleep(CLI_PAUSE_SECONDS)
    raise error


def of_account(call: Call, answers: Iterable[Answer]) -> Reading:
    """Return the best answer; in `auto` only of the account that the credentials belong to, when they tell it."""
    wanted = bound_email(call)
    fitting = [each for each in answers if wanted is None or (each.account or "").lower() == wanted]
    if not fitting:
        raise Unavailable("another account is signed in to Antigravity: change it there, or sign in with Google")
    best = max(fitting, key=lambda answer: answer.rank)
    return Reading(account=best.account, plan=best.plan, identity=best.account, windows=best.windows)


def bound_email(call: Call) -> str | None:
    """Return the e-mail that answers of this machine must have, None when any will do."""
    written = call.get(CREDENTIALS_FIELD) if call.account.source == "auto" else None
    try:
        email = Credentials.read(written).email if written else None
    except AuthFailed:  # asking Google will tell
        return None
    return email.lower() if email else None


# Local servers: what they tell


def user_status(answer: Json) -> Json:
    """Return the user's status."""
    return parse.mapping(answer.get("userStatus"))


def status_with_quotas(answer: Json) -> Json | None:
    """Return the user's status when a model in it has quota information."""
    status = user_status(answer)
    return status if status_configs(status) else None


def status_configs(status: Json) -> list[Json]:
    """Return the models of a status that have quota information."""
    return with_quota(parse.mapping(status.get("cascadeModelConfigData")))


def root_configs(answer: Json) -> list[Json] | None:
    """Return the models of an answer that have quota information, None when there are none."""
    return with_quota(answer) or None


def with_quota(holder: Json) -> list[Json]:
    """Return the configurations of models that have quota information."""
    configs = parse.items(holder.get("clientModelConfigs"))
    return [each for each in map(parse.mapping, configs) if isinstance(each.get("quotaInfo"), Mapping)]


def config_model(config: Json, now: datetime) -> Model | None:
    """Return the quota of a model as a local server tells it."""
    label = parse.first_text(config, "label")
    id = parse.first_text(config.get("modelOrAlias"), "model") or label
    return Model.read(id, label or id, config.get("quotaInfo"), now) if id and (label or id) else None


def email_of(status: Json) -> str | None:
    """Return who is signed in."""
    return parse.first_text(status, "email")


def plan_of_status(status: Json) -> str | None:
    """Return the plan; the tier goes first, since the plan calls Ultra "Pro", too."""
    info = parse.mapping(parse.mapping(status.get("planStatus")).get("planInfo"))
    names = ("planDisplayName", "displayName", "productName", "planName", "planShortName")
    return parse.first_text(status.get("userTier"), "name") or parse.first_text(info, *names)


# Google: credentials


async def find_credentials(call: Call) -> Credentials:
    """Return the credentials that were given, else those of the shared file; raises AuthFailed without."""
    written = call.get(CREDENTIALS_FIELD) or await read_text(call.path(SHARED_FILE))
    if written is None:
        raise AuthFailed(Antigravity.missing)
    return Credentials.read(written)


def given_client(settings: Settings) -> Client:
    """Return the OAuth client of the fields; raises AuthFailed when there is none."""
    id, secret = settings.get("client_id"), settings.get("client_secret")
    if not id or not secret:
        raise AuthFailed(
            "client_id and client_secret of Antigravity's OAuth client are needed: sign in again with them"
        )
    return Client(id, secret)


# Google: project and tiers


async def load(google: Endpoint) -> Json:
    """Return tiers and project of the account."""
    return await google.post_object("v1internal:loadCodeAssist", json={"metadata": METADATA})


async def read_project(
    call: Call, google: Endpoint, source: Credentials, credentials: Credentials
) -> tuple[Json, str | None]:
    """Return tiers and project; where there is no project yet, the account is enrolled, and it is awaited."""
    tiers = await load(google)
    known = project_of(credentials)
    kept = call.memory.get(_PROJECT)
    if known is None and kept and kept[0] == source.content:
        known = kept[1]
    if known:
        return tiers, known
    project = managed_project(tiers)
    if project is None:
        project = await onboard(call, google, tiers)
        for _ in range(PROJECT_TRIES):
            if project:
                break
            await asyncio.sleep(PROJECT_PAUSE_SECONDS)
            tiers = await load(google)
            project = managed_project(tiers)
    if project:
        await remember(call, source, project)
    return tiers, project


def project_of(credentials: Credentials) -> str | None:
    """Return the project that is noted in the credentials."""
    return parse.text(parse.either_case(credentials.content, "project_id"))


async def remember(call: Call, source: Credentials, project: str) -> None:
    """Keep the project: in the entry with its credentials, else (they are another program's) in memory."""
    if call.own(CREDENTIALS_FIELD) is None:
        call.memory[_PROJECT] = (source.content, project)
        return
    # Somebody may have renewed them in the meantime: what is kept now gets the project.
    kept = Credentials.read(call.account.keeper.data[CREDENTIALS_FIELD])
    await call.save({CREDENTIALS_FIELD: json.dumps({**kept.content, "project_id": project})})


async def onboard(call: Call, google: Endpoint, tiers: Json) -> str | None:
    """Enrol the account in its tier and return its project, as far as that works."""
    tier = onboarding_tier(tiers)
    if tier is None:
        return None
    request = google.post_object("v1internal:onboardUser", json={"tierId": tier, "metadata": METADATA})
    answer = await call.optional(request) or {}
    return managed_project(parse.mapping(answer.get("response")))


def onboarding_tier(tiers: Json) -> str | None:
    """Return the tier to enrol in: the default one that is allowed, else the first, else the account's own."""
    allowed = [tier for tier in parse.items(tiers.get("allowedTiers")) if parse.first_text(tier, "id")]
    chosen = next((tier for tier in allowed if tier.get("isDefault") is True), allowed[0] if allowed else None)
    candidates = (chosen, tiers.get("paidTier"), tiers.get("currentTier"))
    return next((id for each in candidates if (id := parse.first_text(each, "id"))), None)


def plan_of_tiers(tiers: Json, domain: str | None) -> str | None:
    """Return the plan; `domain` is that of a Workspace account."""
    current = tiers.get("currentTier")
    return (
        parse.first_text(tiers.get("planInfo"), "planType")
        or parse.first_text(tiers.get("paidTier"), "name")
        or tier_plan(parse.first_text(current, "id"), domain)
        or parse.first_text(current, "name")
    )


def read_credits(tiers: Json) -> tuple[Metric, ...]:
    """Return the AI credits that are left."""
    for tier in map(parse.mapping, (tiers.get("paidTier"), tiers.get("currentTier"))):
        amounts = parse.items(tier.get("availableCredits"))
        if amounts and (amount := parse.first_number(amounts[0], "creditAmount")) is not None:
            return parse.known_metric("balance", "AI credits", amount, "credits", MetricKind.BALANCE)
    return ()


# Google: quotas


async def read_summary(call: Call, google: Endpoint, about: Json) -> tuple[Window, ...] | None:
    """Return the windows of the quota summary, None when Google does not give one that can be used."""
    reply = await call.optional(google.post("v1internal:retrieveUserQuotaSummary", json=about))
    if reply is None:
        return None
    if reply.status in (401, 429):
        reply.check(QUOTA)
    return usable_summary(await reply.maybe_object(), call.now) if 200 <= reply.status < 300 else None


async def read_models(google: Endpoint, about: Json, now: datetime) -> list[Model]:
    """Return the quotas of the models; none when Google does not tell them to this account."""
    reply = await google.post("v1internal:fetchAvailableModels", json=about)
    if reply.status == 403:
        return await read_buckets(google, about, now)
    models = available_models(await reply.check(QUOTA).object(), now)
    if not models or not all(each.fraction is not None and each.fraction >= UNTOUCHED for each in models):
        return models
    buckets = await read_buckets(google, about, now)
    return verified(models, buckets) if any(each.fraction is not None for each in buckets) else []


async def read_buckets(google: Endpoint, about: Json, now: datetime) -> list[Model]:
    """Return the quotas by bucket, one a model; none when they are not for this account."""
    reply = await google.post("v1internal:retrieveUserQuota", json=about)
    if reply.status == 403:
        return []
    buckets = parse.need_list((await reply.check(QUOTA).object()).get("buckets"), "buckets")
    read = ((parse.first_text(each, "modelId"), each) for each in buckets)
    return merged(Model.read(id, id, each, now) for id, each in read if id)


def available_models(answer: Json, now: datetime) -> list[Model]:
    """Return the models that have quota information."""
    listed = answer.get("models")
    models = {} if listed is None else parse.need_mapping(listed, "models")
    return merged(
        Model.read(id, parse.first_text(each, "displayName", "label") or id, each["quotaInfo"], now)
        for id, each in models.items()
        if isinstance(each, Mapping) and isinstance(each.get("quotaInfo"), Mapping)
    )


def verified(models: Iterable[Model], buckets: Iterable[Model]) -> list[Model]:
    """Return the models that have a bucket, with its figures, and the other buckets that have a fraction."""
    by_id = {each.id.lower(): each for each in buckets}
    kept: list[Model] = []
    for model in models:
        if bucket := by_id.pop(model.id.lower(), None):
            fraction = model.fraction if bucket.fraction is None else bucket.fraction
            kept.append(replace(model, fraction=fraction, resets_at=bucket.resets_at or model.resets_at))
    return kept + [each for each in by_id.values() if each.fraction is not None]


# Windows of a quota summary

FAMILIES = {"gemini": "Gemini", "claude_gpt": "Claude and GPT"}
SESSION = ("session", "5h", "5-hour", "five hour", "five-hour")


def usable_summary(answer: Json, now: datetime) -> tuple[Window, ...] | None:
    """Return the windows of a summary, None when no bucket in it tells anything."""
    found = next(
        (each for key in ("response", "summary") if "groups" in (each := parse.mapping(answer.get(key)))), answer
    )
    buckets = [
        (group, bucket)
        for group in map(parse.mapping, parse.items(found.get("groups")))
        for bucket in map(parse.mapping, parse.items(group.get("buckets")))
        if parse.first_text(bucket, "bucketId")
    ]
    if all(remaining_of(bucket) is None for _, bucket in buckets):
        return None
    windows = (bucket_window(group, bucket, now) for group, bucket in buckets)
    return tuple(parse.distinct(window for window in windows if window))


def remaining_of(bucket: Json) -> float | None:
    """Return the fraction that remains of a bucket, None when it is disabled or does not tell."""
    if bucket.get("disabled") is True:
        return None
    remaining = parse.mapping(bucket.get("remaining"))
    found = parse.first_number(remaining, "remainingFraction")
    if found is None and remaining.get("case") == "remainingFraction":
        found = parse.first_number(remaining, "value")
    return cut(parse.first_number(bucket, "remainingFraction") if found is None else found)


def bucket_window(group: Json, bucket: Json, now: datetime) -> Window | None:
    """Return the window of a bucket, None when nothing is known of it."""
    fraction = remaining_of(bucket)
    resets_at = ahead(bucket.get("resetTime"), now)
    if fraction is None and resets_at is None:
        return None
    id = bucket["bucketId"].strip()
    family, family_name = family_of(parse.first_text(group, "displayName"), id)
    used = None if fraction is None else 100 - fraction * 100
    name = parse.first_text(bucket, "displayName")
    match cadence_of(id, name, parse.first_text(bucket, "window")):
        case "session":
            window = Window(id=f"session_{family}", name=f"Session ({family_name})", duration=parse.HOURS_5)
        case "weekly":
            window = Window(id=f"weekly_{family}", name=f"Weekly ({family_name})", duration=parse.WEEK)
        case _:
            window = Window(id=parse.slug(id) or "quota", name=f"{name or id} ({family_name})")
    return replace(window, used_percent=used, resets_at=resets_at)


def family_of(group: str | None, bucket_id: str) -> tuple[str, str]:
    """Return id and name of the models that a group is about, from its name, else from a bucket's id."""
    said, id = (group or "").lower(), bucket_id.lower()
    if "gemini" in said:
        family = "gemini"
    elif "claude" in said or "gpt" in said:
        family = "claude_gpt"
    elif "gemini" in id:
        family = "gemini"
    elif "3p" in id or "third-party" in id:
        family = "claude_gpt"
    else:
        return parse.slug(said) or "quota", group or "Quota"
    return family, FAMILIES[family]


def cadence_of(*texts: str | None) -> str | None:
    """Return `session` or `weekly` when one of the texts says so."""
    said = [each.lower().replace("_", "-") for each in texts if each]
    said += [each.removesuffix(" limit") for each in said]
    if any(each == word or each.endswith(f"-{word}") for each in said for word in SESSION):
        return "session"
    return "weekly" if any(each == "weekly" or each.endswith("-weekly") for each in said) else None


# Windows of model quotas


@dataclass(frozen=True)
class Model:
    """The quota of one model: the fraction that remains, and the next reset."""

    id: str
    label: str
    fraction: float | None
    resets_at: datetime | None

    @classmethod
    def read(cls, id: str, label: str, quota: object, now: datetime) -> Model:
        """Read an object with `remainingFraction` and `resetTime`."""
        resets_at = ahead(parse.mapping(quota).get("resetTime"), now)
        return cls(id, label, cut(parse.first_number(quota, "remainingFraction")), resets_at)

    @property
    def pool(self) -> str | None:
        """Return the pool that the model draws from."""
        return pool_of(self.id) or pool_of(self.label)

    @property
    def is_variant(self) -> bool:
        """Return whether the model is one that never stands for a pool."""
        named = (self.id.lower(), self.label.lower())
        return named[0].startswith("tab_") or any(
            word in name for name in named for word in ("lite", "autocomplete", "image")
        )

    @property
    def order(self) -> tuple[float, datetime, str]:
        """Return what to sort by: the least that remains, the earliest reset, the label."""
        fraction = 2.0 if self.fraction is None else self.fraction
        return fraction, self.resets_at or datetime.max.replace(tzinfo=UTC), self.label


def pool_of(name: str) -> str | None:
    """Return the pool that a name tells."""
    name = name.lower()
    if any(word in name for word in ("claude", "gpt", "openai")):
        return "claude_gpt"
    return "gemini" if "gemini" in name and ("pro" in name or "flash" in name) else None


def merged(models: Iterable[Model]) -> list[Model]:
    """Return the models, of several with one id the one of which the least remains."""
    found: dict[str, Model] = {}
    for model in models:
        known = found.get(model.id.lower())
        found[model.id.lower()] = min(known, model, key=lambda each: each.order) if known else model
    return list(found.values())


def model_windows(models: Iterable[Model], *, local: bool = False) -> Iterator[Window]:
    """Yield a window for each pool, and for each used model of none."""
    models = merged(models)
    pools = [window for pool in FAMILIES if (window := pool_window(pool, models))]
    others = [each for each in models if (each.pool is None or each.is_variant) and each.fraction is not None]
    shown = [each for each in others if each.fraction is not None and each.fraction < UNTOUCHED]
    if local and all(window.used_percent is None for window in pools):
        plain_ones = [each for each in others if not each.is_variant]
        lowest = min(plain_ones, key=lambda each: each.order, default=None)
        if lowest and lowest not in shown:
            shown.append(lowest)
    yield from parse.distinct([*pools, *map(model_window, shown)])


def pool_window(pool: str, models: Iterable[Model]) -> Window | None:
    """Return the window of a pool: that of its model of which the least remains."""
    members = [each for each in models if each.pool == pool and not each.is_variant]
    lowest = min(members, key=lambda each: each.order, default=None)
    if lowest is None or (lowest.fraction is None and lowest.resets_at is None):
        return None
    return replace(model_window(lowest), id=pool, name=FAMILIES[pool])


def model_window(model: Model) -> Window:
    """Return the window of one model."""
    return Window(
        id=f"model_{parse.slug(model.id) or 'other'}",
        name=model.label,
        used_percent=None if model.fraction is None else 100 - model.fraction * 100,
        resets_at=model.resets_at,
    )


def cut(fraction: float | None) -> float | None:
    """Return a fraction held to 0 to 1."""
    return None if fraction is None else min(1.0, max(0.0, fraction))


def ahead(value: object, now: datetime) -> datetime | None:
    """Return a time that is still to come, else None."""
    found = parse.moment(value)
    return found if found and found > now else None
