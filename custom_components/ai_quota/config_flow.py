"""Config flow: choose a provider, give credentials or sign in, prove them with a fetch."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count
import os
import re
from typing import Any, cast, override

import aiohttp
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
    OptionsFlowWithReload,
)
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .const import (
    CONF_PROVIDER,
    CONF_SOURCE,
    CONF_THRESHOLDS,
    DOMAIN,
    SOURCE_AUTO,
)
from .coordinator import EntryKeeper, async_load_provider
from .forms import ADVANCED, Form, flat, way_of
from .options import as_stored, as_typed, options_schema
from .privacy import hide_email
from .quota import PROVIDERS, Account, InMemory, Keeper, fetch
from .quota.account import Call, merged
from .quota.credentials import Field, FieldKind, Settings, Way
from .quota.model import AuthFailed, QuotaError, Snapshot, Unsupported
from .quota.oauth import REFRESH_TOKEN, DevicePrompt, DeviceSignIn, ForeignCode, PastePrompt, PasteSignIn, SignIn
from .quota.provider import Provider, Workspace, contradict

CONF_CODE = "code"
CONF_WORKSPACE = "workspace"

SIGN_INS: Mapping[str, type[SignIn]] = {"sign_in": DeviceSignIn, "sign_in_browser": PasteSignIn}
"""The steps that begin a sign-in."""

WORKSPACES_SECONDS = 20

type Input = dict[str, Any] | None


class Draft:
    """What is kept of an account, with what was typed on top of it.

    Tokens that are renewed while the draft is proved are kept where the old ones were: a draft that
    is given up must not leave the account with tokens that have ceased to work.
    """

    def __init__(self, kept: Keeper, typed: Mapping[str, Any]) -> None:
        self._kept = kept
        self.typed = typed

    @property
    def data(self) -> Mapping[str, Any]:
        """Return what the entry will hold."""
        return merged(self._kept.data, self.typed)

    async def save(self, changes: Mapping[str, Any]) -> None:
        """Keep these values; None removes one."""
        if self.typed.keys() & changes.keys():
            self.typed = {**self.typed, **changes}
        else:
            await self._kept.save(changes)


class QuotaConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds an account, signs it in again, or reconfigures it."""

    VERSION = 1
    MINOR_VERSION = 1

    _provider: Provider
    _kept: Keeper
    _form: Form
    _draft: Draft
    _entry: ConfigEntry | None = None
    _session: aiohttp.ClientSession | None = None

    _sign_in: SignIn | None = None
    _call: Call | None = None
    _device: DevicePrompt
    _login: asyncio.Task[Mapping[str, Any]]
    _page: PastePrompt
    _failure: QuotaError
    _closed: frozenset[str] = frozenset()
    """The steps that turned out not to be on offer."""

    _snapshot: Snapshot
    _workspaces: Sequence[Workspace]

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow for the options."""
        return QuotaOptionsFlow()

    # Which account

    @override
    async def async_step_user(self, user_input: Input = None) -> ConfigFlowResult:
        """Choose the provider of a new account."""
        if user_input is not None and (chosen := provider_called(user_input.get(CONF_PROVIDER, ""))):
            self._kept = InMemory({CONF_PROVIDER: chosen, CONF_SOURCE: SOURCE_AUTO})
            return await self._begin()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(provider_schema(), user_input),
            errors={} if user_input is None else {CONF_PROVIDER: "unknown_provider"},
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Sign in again."""
        return await self._begin_with(self._get_reauth_entry())

    async def async_step_reconfigure(self, user_input: Input = None) -> ConfigFlowResult:
        """Change what was given for an account."""
        return await self._begin_with(self._get_reconfigure_entry())

    async def _begin_with(self, entry: ConfigEntry) -> ConfigFlowResult:
        self._entry = entry
        self._kept = EntryKeeper(self.hass, entry)
        return await self._begin()

    async def _begin(self) -> ConfigFlowResult:
        self._provider = await async_load_provider(self.hass, self._kept.data[CONF_PROVIDER])
        return await self.async_step_way()

    def _placeholders(self, err: QuotaError | None = None) -> dict[str, str]:
        message = err.message if err else ""
        return {
            "name": self._entry.title if self._entry else self._provider.name,
            "provider": self._provider.name,
            "message": self._call.redact(message) if self._call else message,
        }

    # Which way in

    @property
    def _ways(self) -> list[str]:
        """Return the steps of which each leads to credentials."""
        sign_ins = self._provider.sign_ins
        offered = [step for step, kind in SIGN_INS.items() if any(isinstance(each, kind) for each in sign_ins)]
        return [step for step in (*offered, *map(str, self._provider.ways())) if step not in self._closed]

    async def async_step_way(self, user_input: Input = None) -> ConfigFlowResult:
        """Choose how to sign in, where there is a choice."""
        steps = self._ways
        if not steps or (len(steps) > 1 and self.source == SOURCE_RECONFIGURE):
            steps.insert(0, "settings")
        # Signing in again begins before anybody looks: a code would have expired by then.
        if len(steps) > 1 or (self.source == SOURCE_REAUTH and steps[0] in SIGN_INS):
            return self.async_show_menu(
                step_id="way", menu_options=steps, description_placeholders=self._placeholders()
            )
        only: ConfigFlowResult = await getattr(self, f"async_step_{steps[0]}")()
        return only

    async def async_step_settings(self, user_input: Input = None) -> ConfigFlowResult:
        """Ask for what is no credential."""
        return self._ask(None)

    async def async_step_key(self, user_input: Input = None) -> ConfigFlowResult:
        """Ask for an API key."""
        return self._ask(Way.KEY)

    async def async_step_token(self, user_input: Input = None) -> ConfigFlowResult:
        """Ask for a token."""
        return self._ask(Way.TOKEN)

    async def async_step_cookie(self, user_input: Input = None) -> ConfigFlowResult:
        """Ask for a browser session."""
        return self._ask(Way.COOKIE)

    async def async_step_machine(self, user_input: Input = None) -> ConfigFlowResult:
        """Ask for what is needed to read this machine."""
        return self._ask(Way.MACHINE)

    async def async_step_sign_in(self, user_input: Input = None) -> ConfigFlowResult:
        """Sign in by entering a code on the provider's page."""
        return await self._ask_to_sign_in(DeviceSignIn)

    async def async_step_sign_in_browser(self, user_input: Input = None) -> ConfigFlowResult:
        """Sign in on the provider's page and paste what it shows."""
        return await self._ask_to_sign_in(PasteSignIn)

    # Credentials

    def _ask(self, way: Way | None) -> ConfigFlowResult:
        self._sign_in = self._call = None
        self._form = self._form_for(way, self._provider.form(way))
        return self._show_credentials()

    async def _ask_to_sign_in(self, kind: type[SignIn]) -> ConfigFlowResult:
        self._sign_in = next(each for each in self._provider.sign_ins if isinstance(each, kind))
        asked = tuple(field for field in self._provider.fields if field.key in self._sign_in.asks)
        self._form = self._form_for(Way.TOKEN, asked)
        return self._show_credentials() if self._form.schema().schema else await self.async_step_credentials({})

    def _form_for(self, way: Way | None, fields: tuple[Field, ...]) -> Form:
        return Form(
            provider=self._provider,
            way=way,
            fields=fields,
            stored=self._kept.data if self._entry else {},
            env=os.environ,
            reconfigures=self.source == SOURCE_RECONFIGURE,
        )

    def _show_credentials(
        self, values: Mapping[str, Any] | None = None, err: QuotaError | None = None
    ) -> ConfigFlowResult:
        shown = self._form.values() if values is None else values
        return self.async_show_form(
            step_id="credentials",
            data_schema=self.add_suggested_values_to_schema(self._form.schema(err), {**shown, ADVANCED: shown}),
            errors=self._form.errors(err),
            description_placeholders={**self._placeholders(err), **self._form.placeholders},
        )

    async def async_step_credentials(self, user_input: Input = None) -> ConfigFlowResult:
        """Take what was typed: prove it, or begin the sign-in that it is for."""
        if user_input is None:
            return self._show_credentials()
        values = flat(user_input)
        self._draft = Draft(self._kept, self._form.changes(values))
        try:
            return await (self._start() if self._sign_in else self._prove())
        except QuotaError as err:
            # A token that was renewed on the way has taken the place of the one that was typed.
            renewed = {key: value for key, value in self._draft.typed.items() if value is not None}
            return self._show_credentials({**values, **renewed}, err)

    # Signing in

    async def _start(self) -> ConfigFlowResult:
        """Begin the sign-in; raises QuotaError."""
        self._call = Call(self._account)
        try:
            if isinstance(self._sign_in, DeviceSignIn):
                self._device = await self._sign_in.start(self._call)
                login = self._sign_in.wait(self._call, self._device)
                self._login = self.hass.async_create_background_task(login, f"{DOMAIN} device login")
                return await self.async_step_device()
            self._page = cast(PasteSignIn, self._sign_in).start(self._call)
            return await self.async_step_paste()
        except Unsupported as err:
            self._failure = err
            self._closed |= {step for step, kind in SIGN_INS.items() if isinstance(self._sign_in, kind)}
            return await self.async_step_sign_in_failed()

    async def async_step_device(self, user_input: Input = None) -> ConfigFlowResult:
        """Show the code until the login is finished."""
        if not self._login.done():
            shown = {**self._placeholders(), "code": self._device.user_code, "link": self._device.url}
            return self.async_show_progress(
                step_id="device",
                progress_action="device",
                description_placeholders=shown,
                progress_task=self._login,
            )
        try:
            self._take_tokens(self._login.result())
        except QuotaError as err:
            self._failure = err
            return self.async_show_progress_done(next_step_id="sign_in_failed")
        return self.async_show_progress_done(next_step_id="signed_in")

    async def async_step_paste(self, user_input: Input = None) -> ConfigFlowResult:
        """Show the page to sign in on, and take what was pasted from it."""
        sign_in = cast(PasteSignIn, self._sign_in)
        errors: dict[str, str] = {}
        failure: QuotaError | None = None
        if user_input is not None:
            self._call = Call(self._account)
            try:
                self._take_tokens(await sign_in.finish(self._call, self._page, user_input[CONF_CODE]))
                return await self.async_step_signed_in()
            except QuotaError as err:
                errors, failure = {CONF_CODE if isinstance(err, AuthFailed) else "base": err.kind.value}, err
                if isinstance(err, ForeignCode):
                    self._page = sign_in.start(self._call)
        return self.async_show_form(
            step_id="paste",
            data_schema=self.add_suggested_values_to_schema(PASTE_SCHEMA, user_input),
            errors=errors,
            description_placeholders={**self._placeholders(failure), "link": self._page.url},
        )

    def _take_tokens(self, tokens: Mapping[str, Any]) -> None:
        """Put the tokens of a sign-in in the place of all that belonged to an earlier one."""
        own = (field for field in self._provider.fields if way_of(field) is Way.TOKEN)
        replaced = dict.fromkeys(field.key for field in own if field not in self._form.fields)
        self._draft = Draft(self._kept, {**replaced, **self._draft.typed, **tokens})

    async def async_step_signed_in(self, user_input: Input = None) -> ConfigFlowResult:
        """Prove the tokens; they are good for another try when that fails."""
        try:
            return await self._prove()
        except QuotaError as err:
            return self.async_show_form(
                step_id="signed_in",
                errors={"base": err.kind.value},
                description_placeholders=self._placeholders(err),
            )

    async def async_step_sign_in_failed(self, user_input: Input = None) -> ConfigFlowResult:
        """Say why there was no sign-in, and offer to start again."""
        placeholders = self._placeholders(self._failure)
        if not self._ways:
            return self.async_abort(reason="unsupported", description_placeholders=placeholders)
        return self.async_show_menu(
            step_id="sign_in_failed", menu_options=self._ways, description_placeholders=placeholders
        )

    # The proof

    @property
    def _account(self) -> Account:
        if self._session is None:
            # As the account's own session: no cookie may travel with the request of another account.
            jar = aiohttp.DummyCookieJar()
            self._session = async_create_clientsession(self.hass, auto_cleanup=False, cookie_jar=jar)
        return Account(self._provider, self._draft, self._session)

    @callback
    @override
    def async_remove(self) -> None:
        """Let go of the session; Home Assistant has cancelled a login that was waited for."""
        if self._session:
            self._session.detach()

    async def _prove(self) -> ConfigFlowResult:
        """Fetch with the draft and go on; raises QuotaError."""
        account = self._account
        self._snapshot = await fetch(account)
        call = Call(account)
        if self._provider.workspace_field and call.settings.given(self._provider.workspace_field) is None:
            offered = self._provider.workspaces(call)
            self._workspaces = await call.optional(offered, WORKSPACES_SECONDS) or ()
            if len(self._workspaces) > 1:
                return await self.async_step_workspace()
        return await self._finish(call.settings)

    async def async_step_workspace(self, user_input: Input = None) -> ConfigFlowResult:
        """Choose one of the workspaces that the sign-in sees."""
        errors: dict[str, str] = {}
        failure: QuotaError | None = None
        if user_input is not None:
            key = cast(str, self._provider.workspace_field)
            self._draft.typed = {**self._draft.typed, key: user_input[CONF_WORKSPACE]}
            try:
                return await self._prove()
            except QuotaError as err:
                errors, failure = {"base": err.kind.value}, err
        return self.async_show_form(
            step_id="workspace",
            data_schema=self.add_suggested_values_to_schema(workspace_schema(self._workspaces), user_input),
            errors=errors,
            description_placeholders=self._placeholders(failure),
        )

    async def _finish(self, settings: Settings) -> ConfigFlowResult:
        """Make the entry, or give the one there is its new data, unless it would be somebody else's."""
        identity = self._provider.identity(self._snapshot, settings)
        data = dict(self._draft.data)
        if self._entry is None:
            await self.async_set_unique_id(identity)
        elif identity and self._entry.unique_id and contradict(identity, self._entry.unique_id):
            named = {"expected": masked(self._entry.unique_id), "found": masked(identity)}
            return self.async_abort(reason="wrong_account", description_placeholders=named)
        others = [entry for entry in self._async_current_entries() if entry is not self._entry]
        # The same data are one account, too, whoever is behind the environment, file or browser.
        if any((identity and entry.unique_id == identity) or entry.data == data for entry in others):
            return self.async_abort(reason="already_configured")
        siblings = [entry.data for entry in others if entry.data[CONF_PROVIDER] == self._provider.id]
        # A token that is renewed is spent: whoever else held it would be signed out.
        if (token := data.get(REFRESH_TOKEN)) and any(token == each.get(REFRESH_TOKEN) for each in siblings):
            return self.async_abort(reason="sign_in_in_use")
        if rests_on_environment(self._provider, data) and any(
            rests_on_environment(self._provider, each) for each in siblings
        ):
            return self.async_abort(reason="environment_in_use")
        if self._entry:
            return self.async_update_reload_and_abort(self._entry, data=data)
        title = title_of(self._provider, self._snapshot, settings, {entry.title for entry in others})
        return self.async_create_entry(title=title, data=data)


PASTE_SCHEMA = vol.Schema({vol.Required(CONF_CODE): TextSelector()})


def provider_schema() -> vol.Schema:
    """Return the choice among all providers, by name; no module of them is imported for it."""
    choice = SelectSelectorConfig(
        options=sorted(PROVIDERS.values(), key=str.casefold),
        mode=SelectSelectorMode.DROPDOWN,
        # Only a list that would take another value, too, can be searched; it shows values, not labels.
        custom_value=True,
    )
    # What is required would begin with the first of the list.
    return vol.Schema({vol.Optional(CONF_PROVIDER): SelectSelector(choice)})


def provider_called(name: str) -> str | None:
    """Return the id of the provider with this name or id, whatever the case."""
    wanted = name.strip().casefold()
    return next((id for id, name in PROVIDERS.items() if wanted in (id, name.casefold())), None)


def workspace_schema(workspaces: Sequence[Workspace]) -> vol.Schema:
    """Return the choice among workspaces."""
    options = [SelectOptionDict(value=each.id, label=each.name) for each in workspaces]
    return vol.Schema({vol.Required(CONF_WORKSPACE): SelectSelector(SelectSelectorConfig(options=options))})


def title_of(provider: Provider, snapshot: Snapshot, settings: Settings, taken: Collection[str]) -> str:
    """Return a title that no other account has: the provider, and in brackets whose account it is."""
    label = label_of(snapshot, settings)
    plain, with_plan = (bracketed(provider.name, *parts) for parts in ((label,), (label, snapshot.plan)))
    candidates = chain((plain, with_plan), (f"{plain} {number}" for number in count(2)))
    return next(title for title in candidates if title not in taken)


def bracketed(name: str, *parts: str | None) -> str:
    """Return the name with those parts in brackets that there are."""
    known = ", ".join(filter(None, parts))
    return f"{name} ({known})" if known else name


def label_of(snapshot: Snapshot, settings: Settings) -> str | None:
    """Return whose account it is: the organization, else the person, else the end of the key."""
    account, organization = snapshot.account or "", snapshot.organization or ""
    if organization and not is_personal(organization, account):
        return organization
    return account or key_ending(settings)


def is_personal(organization: str, account: str) -> bool:
    """Return whether an organization is one that a provider makes up for every person."""
    name = organization.casefold()
    return name == "personal" or bool(account and account.casefold() in name)


def key_ending(settings: Settings) -> str | None:
    """Return the last four characters of the key, of which they are a small part."""
    keys = (settings.given(key) for key, field in settings.fields.items() if field.kind is FieldKind.SECRET)
    ending = re.search(r".{8}([^\s{}\"]{4})$", next(filter(None, keys), ""))
    return f"…{ending[1]}" if ending else None


def rests_on_environment(provider: Provider, data: Mapping[str, Any]) -> bool:
    """Return whether an account with this data has nothing of its own to sign in with, but the environment has."""
    credentials = [field for field in provider.fields if field.is_secret or field.way is Way.MACHINE]
    if any(data.get(field.key) for field in credentials):
        return False
    return any(os.environ.get(name) for field in credentials if field.is_secret for name in field.env)


def masked(identity: str) -> str:
    """Return enough of an identity for its owner to know it."""
    known = identity.rpartition(":")[2]
    return hide_email(known) if "@" in known else f"…{known[-4:]}"


class QuotaOptionsFlow(OptionsFlowWithReload):
    """Changes how often to ask, what to tell and what to show."""

    async def async_step_init(self, user_input: Input = None) -> ConfigFlowResult:
        """Show the options."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                return self.async_create_entry(data=as_stored(user_input))
            except ValueError:
                errors = {CONF_THRESHOLDS: "threshold"}
        entry = self.config_entry
        provider = await async_load_provider(self.hass, entry.data[CONF_PROVIDER])
        schema = options_schema(provider, provider.every_of(entry.data.get(CONF_SOURCE, SOURCE_AUTO)))
        shown = as_typed(entry.options) if user_input is None else user_input
        return self.async_show_form(
            step_id="init", data_schema=self.add_suggested_values_to_schema(schema, shown), errors=errors
        )
