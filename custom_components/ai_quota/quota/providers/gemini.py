"""Gemini."""

from dataclasses import replace
from typing import override

from .. import parse
from ..account import Call
from ..credentials import Settings, Way, path, secret, text
from ..google import (
    CLOUD_SCOPE,
    CODE_ASSIST,
    CREDENTIALS_FIELD,
    EMAIL_SCOPE,
    GEMINI_STATUS,
    PROFILE_SCOPE,
    SECONDS,
    Client,
    Credentials,
    GoogleSignIn,
    managed_project,
    tier_plan,
    usable,
)
from ..http import Endpoint, Reply, Verdict
from ..local import exists, read_json, read_text
from ..model import AuthFailed, BadConfiguration, InvalidResponse, Reading, Unsupported, Window
from ..parse import Json
from ..provider import Every, Provider, strategy

FOLDER = "~/.gemini"
PROJECTS = "https://cloudresourcemanager.googleapis.com"

SECRET_PREFIX = "GOCSPX"  # noqa: S105  apart from its end: together they look like a leak to scanners
CLI_CLIENT = Client(
    "681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com",
    f"{SECRET_PREFIX}-4uHgMPm-1o7Sk-geV6Cu5clXFsxl",
)
"""The client that Google publishes with Gemini CLI; that of an installed program has no secret to keep.

Source: https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/code_assist/oauth2.ts
"""

SIGN_IN_AGAIN = "the Google sign-in was rejected: sign in again, or run `gemini`"
GRANT = Verdict(auth="the Google sign-in has expired or was revoked: sign in again, or run `gemini`")
QUOTA = Verdict(auth=SIGN_IN_AGAIN, redirect=AuthFailed, html=AuthFailed)

ENDED = (
    "Google no longer serves Gemini CLI for individual, AI Pro and Ultra accounts: add Antigravity instead of Gemini"
)
END_SIGNALS = (
    ("unsupported_client",),
    ("ineligibletiererror",),
    ("no longer supported", "gemini code assist"),
    ("migrate", "antigravity", "gemini"),
)
"""What an answer says, in lower case, when the service has ended for the account: all words of one of these."""

OTHER_SIGN_INS = {"gemini-api-key": "an API key", "api-key": "an API key", "vertex-ai": "Vertex AI"}

GROUPS = {
    "pro": ("daily_pro", "Daily (Pro)"),
    "flash": ("daily_flash", "Daily (Flash)"),
    "flash-lite": ("daily_flash_lite", "Daily (Flash Lite)"),
}


async def has_credentials(provider: Gemini, call: Call) -> bool:
    """Return whether there are credentials, or files of Gemini CLI."""
    if call.own(CREDENTIALS_FIELD) or call.settings.given("credentials_path"):
        return True
    files = (call["credentials_path"], f"{FOLDER}/settings.json")
    return any([await exists(call.path(file)) for file in files])


class SignIn(GoogleSignIn):
    """The sign-in of Gemini CLI, on a page that shows a code."""

    redirect = "https://codeassist.google.com/authcode"
    scopes = (CLOUD_SCOPE, EMAIL_SCOPE, PROFILE_SCOPE)

    @override
    def client(self, call: Call) -> Client:
        """Return the client of the fields, else that of Gemini CLI."""
        return given_client(call.settings) or CLI_CLIENT


class Gemini(Provider):
    """Gemini: the daily model quotas of Gemini CLI and Gemini Code Assist for one Google account.

    Source: https://github.com/google-gemini/gemini-cli (packages/core/src/code_assist)
    """

    id = "gemini"
    name = "Gemini"
    dashboard = "https://gemini.google.com"
    status = GEMINI_STATUS
    missing = "sign in with Google, or run `gemini` on this machine"
    every = Every(default=5, minimum=3)
    sign_ins = (SignIn(),)
    fields = (
        secret(
            CREDENTIALS_FIELD,
            way=Way.TOKEN,
            help="Run gemini, choose Login with Google, and copy the content of ~/.gemini/oauth_creds.json.",
            link="https://github.com/google-gemini/gemini-cli",
        ),
        path(
            "credentials_path",
            default=f"{FOLDER}/oauth_creds.json",
            help="Gemini CLI keeps it at ~/.gemini/oauth_creds.json.",
        ),
        text(
            "client_id",
            "GEMINI_OAUTH_CLIENT_ID",
            advanced=True,
            help="Only for a sign-in with an OAuth client of your own; else that of Gemini CLI is used.",
        ),
        secret(
            "client_secret",
            "GEMINI_OAUTH_CLIENT_SECRET",
            way=None,
            advanced=True,
            help="Only together with the OAuth client ID.",
        ),
        text(
            "project_id",
            advanced=True,
            help="The Google Cloud project whose quota is asked; it is usually found without.",
        ),
    )

    @override
    def check(self, settings: Settings) -> None:
        """Raise BadConfiguration for half of an OAuth client."""
        for one, other in (("client_id", "client_secret"), ("client_secret", "client_id")):
            if settings.get(one) and not settings.get(other):
                raise BadConfiguration(f"{other} is missing: {one} is of no use alone", other)

    @strategy("api", when=has_credentials, machine=True)
    async def api(self, call: Call) -> Reading:
        """Ask which project and tier the account has, then for the quota; only the quota is needed."""
        credentials = await usable(
            call,
            await find_credentials(call),
            client=lambda found: given_client(call.settings) or found.client or CLI_CLIENT,
            verdict=GRANT,
            inspect=raise_if_ended,
        )
        token = credentials.access_token
        google = call.at(CODE_ASSIST, bearer=token, timeout=SECONDS, verdict=QUOTA)
        tiers = await read_tiers(call, google)
        project = call.get("project_id") or managed_project(tiers)
        if not project:
            console = call.at(PROJECTS, bearer=token, timeout=SECONDS)
            project = gemini_project(await call.optional(console.get_object("v1/projects")) or {})
        reply = await google.post("v1internal:retrieveUserQuota", json={"project": project} if project else {})
        raise_if_ended(reply)
        return Reading(
            account=credentials.email,
            organization=credentials.domain,
            plan=plan_name(tiers, credentials.domain),
            identity=credentials.identity(call),
            windows=read_windows(await reply.check(QUOTA).object()),
        )


# Credentials


async def find_credentials(call: Call) -> Credentials:
    """Return the credentials of the entry, else those of Gemini CLI.

    Raises BadConfiguration when the file that was named cannot be used, Unsupported when Gemini CLI
    is signed in in a way that has no quotas, AuthFailed when there are no credentials.
    """
    if written := call.own(CREDENTIALS_FIELD):
        return Credentials.read(written)
    await raise_if_without_quotas(call)
    file = call.path(call["credentials_path"])
    content = await read_text(file)
    is_named = call.settings.given("credentials_path") is not None
    if content is None and is_named:
        raise BadConfiguration(f"credentials_path: there is no file {file}", "credentials_path")
    if content is None:
        raise AuthFailed(Gemini.missing)
    try:
        return Credentials.read(content)
    except AuthFailed as err:
        if not is_named:
            raise
        raise BadConfiguration(f"credentials_path: {file} is not a JSON object", "credentials_path") from err


async def raise_if_without_quotas(call: Call) -> None:
    """Raise Unsupported when Gemini CLI is set to something else than the Google sign-in."""
    settings = await call.optional(read_json(call.path(f"{FOLDER}/settings.json")))
    auth = parse.mapping(parse.mapping(parse.mapping(settings).get("security")).get("auth"))
    if other := OTHER_SIGN_INS.get(parse.first_text(auth, "selectedType") or ""):
        raise Unsupported(f"Gemini CLI is set to {other}: only the Google sign-in has quotas to read")


def given_client(settings: Settings) -> Client | None:
    """Return the OAuth client of the fields."""
    id, secret = settings.get("client_id"), settings.get("client_secret")
    return Client(id, secret) if id and secret else None


# What Google answers


def raise_if_ended(reply: Reply) -> None:
    """Raise Unsupported when an answer that is no success says that the service has ended for the account."""
    said = reply.text.lower()
    if reply.status != 200 and any(all(word in said for word in signal) for signal in END_SIGNALS):
        raise Unsupported(ENDED)


async def read_tiers(call: Call, google: Endpoint) -> Json:
    """Return tiers and project of the account, nothing when that fails; raises Unsupported at the end of service."""
    metadata = {"ideType": "GEMINI_CLI", "pluginType": "GEMINI"}
    reply = await call.optional(google.post("v1internal:loadCodeAssist", json={"metadata": metadata}))
    if reply is None:
        return {}
    raise_if_ended(reply)
    tiers = await reply.maybe_object() if reply.status == 200 else {}
    reasons = [parse.first_text(tier, "reasonCode") for tier in parse.items(tiers.get("ineligibleTiers"))]
    if not tiers.get("currentTier") and "UNSUPPORTED_CLIENT" in reasons:
        raise Unsupported(ENDED)
    return tiers


def gemini_project(answer: Json) -> str | None:
    """Return the first project that was made for Gemini, by its id or a label."""
    for project in parse.items(answer.get("projects")):
        id = parse.first_text(project, "projectId")
        if id and (id.startswith("gen-lang-client") or "generative-language" in parse.mapping(project.get("labels"))):
            return id
    return None


def plan_name(tiers: Json, domain: str | None) -> str | None:
    """Return the plan: the name of the paid tier, else what the current tier stands for."""
    paid = parse.first_text(tiers.get("paidTier"), "name")
    return paid or tier_plan(parse.first_text(tiers.get("currentTier"), "id"), domain)


def read_windows(answer: Json) -> tuple[Window, ...]:
    """Return a window for each group of models, from the bucket of which the least remains."""
    lowest: dict[str, tuple[float, Json]] = {}
    for bucket in parse.need_list(answer.get("buckets"), "buckets"):
        model = parse.first_text(bucket, "modelId")
        fraction = parse.first_number(bucket, "remainingFraction")
        if model is None or fraction is None:
            continue
        remaining = min(1.0, max(0.0, fraction))
        group = group_of(model)
        if group not in lowest or remaining < lowest[group][0]:
            lowest[group] = (remaining, bucket)
    if not lowest:
        raise InvalidResponse("buckets holds no modelId with a remainingFraction")
    known = [group for group in GROUPS if group in lowest]
    others = [group for group in lowest if group not in GROUPS]
    return tuple(parse.distinct(read_window(group, *lowest[group]) for group in (*known, *others)))


def group_of(model: str) -> str:
    """Return the group of a model: one that counts together, else the model itself."""
    name = model.lower()
    return next((group for group in ("flash-lite", "flash", "pro") if group in name), name)


def read_window(group: str, fraction: float, bucket: Json) -> Window:
    """Return the window of a bucket of which this fraction remains; it counts requests where it says so."""
    model = bucket["modelId"].strip()
    id, name = GROUPS.get(group) or (f"daily_{parse.slug(model)}", f"Daily ({model})")
    window = Window(
        id=id,
        name=name,
        used_percent=100 - fraction * 100,
        duration=parse.DAY,
        resets_at=parse.moment(bucket.get("resetTime")),
    )
    remaining = parse.first_number(bucket, "remainingAmount")
    if bucket.get("tokenType") != "REQUESTS" or remaining is None or remaining < 0 or fraction == 0:
        return window
    limit = round(remaining / fraction)
    return replace(window, used=max(0.0, limit - remaining), limit=limit, remaining=remaining, unit="requests")
