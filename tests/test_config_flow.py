"""Adding accounts, signing them in again, reconfiguring them, and their options."""

import asyncio
from collections.abc import Mapping, Sequence
import json
from pathlib import Path
import string
import sys
from time import perf_counter
from types import ModuleType
from typing import Any, override

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.helpers import config_validation as cv
import probatio
import pytest
import voluptuous as vol
from yarl import URL

from custom_components.ai_quota import config_flow
from custom_components.ai_quota.config_flow import SIGN_INS, masked, provider_schema, title_of
from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.forms import Form
from custom_components.ai_quota.quota import PROVIDERS, load, oauth, parse
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.credentials import (
    Settings,
    Way,
    api_key,
    base_url,
    cookie,
    cookie_source,
    flag,
    number,
    path,
    secret,
    select,
    signed_in,
    text,
)
from custom_components.ai_quota.quota.http import Verdict
from custom_components.ai_quota.quota.model import AuthFailed, Kind, Reading, Snapshot, Unsupported
from custom_components.ai_quota.quota.provider import Every, Provider, StatusLink, Workspace, strategy
from tests.common import add_account
from tests.upstream import Request, Response, Upstream

API = "https://api.example.com"
LOGIN = "https://login.example.com"
KEY = "key-of-the-sample-account-1a2b"
ME = {"account": "me@example.com", "identity": "user-4711", "plan": "Pro"}
YOU = {"account": "you@example.com", "identity": "user-4712", "plan": "Pro"}
TOKENS = {"access_token": "first-access-token", "refresh_token": "first-refresh-token"}

PROVIDER_MODULES = "custom_components.ai_quota.quota.providers"
TRANSLATIONS = Path(config_flow.__file__).parent / "translations"


# Providers of these tests


class Code(oauth.DeviceSignIn):
    """A login with a code."""

    asks = ("base_url",)

    @override
    async def start(self, call: Call) -> oauth.DevicePrompt:
        answer = await call.at(LOGIN, verdict=Verdict(other=Unsupported)).post_object("device")
        call.conceal(answer["device_code"])
        return oauth.DevicePrompt(
            url=f"{LOGIN}/activate",
            user_code="ABCD-1234",
            interval=0,
            expires_in=answer.get("expires_in", 900),
            state={"device_code": answer["device_code"]},
        )

    @override
    async def poll(self, call: Call, prompt: oauth.DevicePrompt) -> Mapping[str, Any] | None:
        answer = await call.at(LOGIN).post_object("token", form=prompt.state)
        if error := answer.get("error"):
            raise AuthFailed(f"{error} ({prompt.state['device_code']})")
        return None if answer.get("pending") else answer


class Page(oauth.PasteSignIn):
    """A login on a page."""

    @override
    def start(self, call: Call) -> oauth.PastePrompt:
        verifier, _ = oauth.pkce()
        state = oauth.new_state()
        return oauth.PastePrompt(url=f"{LOGIN}/authorize?state={state}", verifier=verifier, state=state)

    @override
    async def finish(self, call: Call, prompt: oauth.PastePrompt, pasted: str) -> Mapping[str, Any]:
        form = {"code": oauth.pasted_code(pasted, prompt.state), "verifier": prompt.verifier}
        answer: Mapping[str, Any] = await call.at(LOGIN).post_object("token", form=form)
        return answer


class Sample(Provider):
    """A provider with every kind of field and every way in."""

    id = "sample"
    name = "Sample"
    dashboard = "https://example.com/usage"
    every = Every(default=5, minimum=2)
    workspace_field = "workspace_id"
    sign_ins = (Code(), Page())
    fields = (
        api_key("SAMPLE_KEY", "SAMPLE_API_KEY", help="Settings, API keys.", link="https://example.com/keys?new=1"),
        secret("management_api_key"),
        secret("access_token", way=Way.TOKEN),
        signed_in("refresh_token"),
        signed_in("id_token"),
        cookie("example.com"),
        secret("session", way=Way.COOKIE),
        cookie_source(),
        path("config_dir"),
        select("region", ("intl", "cn"), "intl", "SAMPLE_REGION"),
        text("workspace_id", advanced=True),
        base_url(API, "SAMPLE_URL"),
        flag("model_usage", default=True),
        number("budget"),
    )

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read with the key."""
        return await read(call, bearer=call["api_key"])

    @strategy("oauth", needs="access_token", every=Every(default=30, minimum=20))
    async def oauth(self, call: Call) -> Reading:
        """Read with the tokens, renewed each time when they can be."""
        if call.get("refresh_token"):
            await oauth.renew(call, lambda spent: renewed(call, spent))
        return await read(call, bearer=call["access_token"])

    @strategy("web", needs="cookie")
    async def web(self, call: Call) -> Reading:
        """Read with the cookie."""
        return await read(call, cookies=call.pasted_cookies())

    @strategy("local", machine=True, needs="config_dir")
    async def local(self, call: Call) -> Reading:
        """Read what a folder stands for."""
        return Reading(identity=call["config_dir"])

    @override
    async def workspaces(self, call: Call) -> Sequence[Workspace]:
        answer = await call.at(API).get_object("workspaces")
        return [Workspace(each, each.title()) for each in answer["workspaces"]]


async def read(call: Call, **credentials: Any) -> Reading:
    """Return whoever the server says it is, in the workspace that was chosen."""
    api = call.at(call["base_url"], verdict=Verdict(other=Unsupported), **credentials)
    answer = await api.get_object("usage")
    workspace = call.own("workspace_id")
    identity = parse.first_text(answer, "identity")
    return Reading(
        account=answer.get("account"),
        organization=workspace or answer.get("organization"),
        plan=answer.get("plan"),
        identity=f"{identity}/{workspace}" if workspace else identity,
    )


async def renewed(call: Call, spent: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = await call.at(LOGIN).post_object("renew", json={"refresh_token": spent})
    return answer


class KeyOnly(Provider):
    """A provider with one way in, which does not say whose key it is."""

    id = "key_only"
    name = "Key only"
    dashboard = "https://example.com/usage"
    fields = (api_key("KEY_ONLY_KEY"), base_url(API))

    @strategy("api", needs="api_key")
    async def api(self, call: Call) -> Reading:
        """Read with the key."""
        return await read(call, bearer=call["api_key"])


class CodeOnly(Provider):
    """A provider where there is nothing to type."""

    id = "code_only"
    name = "Code only"
    dashboard = "https://example.com/usage"
    sign_ins = (Code(),)
    fields = (signed_in("access_token"),)

    @strategy("oauth", needs="access_token")
    async def oauth(self, call: Call) -> Reading:
        """Read with the token."""
        answer = await call.at(API, bearer=call["access_token"]).get_object("usage")
        return Reading(account=answer["account"], identity=answer["identity"])


class Doorless(Provider):
    """A provider that wants no credential and tells nothing of the account."""

    id = "doorless"
    name = "Doorless"
    dashboard = "https://example.com/usage"
    fields = (base_url(API, advanced=False),)

    @strategy("api")
    async def api(self, call: Call) -> Reading:
        """Read without a credential."""
        return await read(call)


@pytest.fixture(autouse=True)
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put these providers into the catalogue."""
    for each in (Sample, KeyOnly, CodeOnly, Doorless):
        module = ModuleType(f"{PROVIDER_MODULES}.{each.id}")
        module.__dict__[each.__name__] = each
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(PROVIDERS, each.id, each.name)


def says(upstream: Upstream, answer: Mapping[str, Any] = ME, **response: Any) -> None:
    """Let the server say this from now on: an account, or another response."""
    upstream.answer("GET", f"{API}/usage", **(response or {"json": answer}))


# Steps


async def begin(hass: HomeAssistant, provider: str, way: str | None = None) -> ConfigFlowResult:
    """Return what is shown when a provider, and perhaps a way in, has been chosen."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await submit(hass, result, {"provider": provider})
    return await choose(hass, result, way) if way else result


async def submit(hass: HomeAssistant, result: ConfigFlowResult, values: dict[str, Any]) -> ConfigFlowResult:
    """Return what comes of a form."""
    assert result["type"] is FlowResultType.FORM
    found = await hass.config_entries.flow.async_configure(result["flow_id"], values)
    await hass.async_block_till_done()
    return found


async def choose(hass: HomeAssistant, result: ConfigFlowResult, option: str) -> ConfigFlowResult:
    """Return what an option of a menu leads to."""
    assert result["type"] is FlowResultType.MENU
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": option})


async def login(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Return what comes of a device login that is waited for."""
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done(wait_background_tasks=True)
    found = await hass.config_entries.flow.async_configure(result["flow_id"])
    await hass.async_block_till_done()
    return found


def parts(result: ConfigFlowResult) -> dict[str, Any]:
    """Return the keys of a form with their selectors, those of sections by their path."""
    schema = result["data_schema"]
    assert schema is not None
    return {key: each for marker, each in schema.schema.items() for key, each in unfolded(str(marker), each)}


def unfolded(key: str, part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, section):
        return [(f"{key}.{inner}", each) for inner, each in part.schema.schema.items()] or [(key, part)]
    return [(key, part)]


def shown(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what the fields of a form are filled with."""
    assert result["data_schema"] is not None
    found = {}
    for marker, part in result["data_schema"].schema.items():
        inner = part.schema.schema if isinstance(part, section) else {marker: part}
        for each in inner:
            if each.description and "suggested_value" in each.description:
                found[str(each)] = each.description["suggested_value"]
            elif each.default is not vol.UNDEFINED:
                found[str(each)] = each.default()
    return found


def folded(result: ConfigFlowResult) -> bool:
    """Return whether the advanced part of a form is closed."""
    assert result["data_schema"] is not None
    return bool(result["data_schema"].schema["advanced"].options["collapsed"])


def needed(result: ConfigFlowResult) -> set[str]:
    """Return the keys that a form demands."""
    assert result["data_schema"] is not None
    return {str(each) for each in result["data_schema"].schema if isinstance(each, vol.Required)}


def told(result: ConfigFlowResult) -> Mapping[str, str]:
    return result["description_placeholders"] or {}


# Choosing a provider


async def test_the_list_of_providers_is_quick_and_imports_none_of_them(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(f"{PROVIDER_MODULES}.")]:
        monkeypatch.delitem(sys.modules, name)
    await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    began = perf_counter()
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert perf_counter() - began < 0.05
    assert result["step_id"] == "user"
    assert not [name for name in sys.modules if name.startswith(f"{PROVIDER_MODULES}.")]

    names = parts(result)["provider"].config["options"]
    assert set(names) == set(PROVIDERS.values())
    assert len(names) == len(PROVIDERS)
    assert names == sorted(names, key=str.casefold)


async def test_a_provider_that_does_not_exist(hass: HomeAssistant) -> None:
    result = await begin(hass, "nobody")
    assert result["errors"] == {"provider": "unknown_provider"}
    assert shown(result) == {"provider": "nobody"}
    result = await submit(hass, result, {})
    assert result["errors"] == {"provider": "unknown_provider"}
    result = await submit(hass, result, {"provider": "key_only"})
    assert result["step_id"] == "credentials"


@pytest.mark.parametrize("name", ["openrouter", "OpenRouter", " openROUTER "])
async def test_a_provider_goes_by_name_and_id(hass: HomeAssistant, name: str) -> None:
    result = await begin(hass, name)
    assert told(result)["provider"] == "OpenRouter"


# Keys


async def test_a_key_makes_an_account(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer(
        "GET", "https://openrouter.ai/api/v1/credits", json={"data": {"total_credits": 9, "total_usage": 2}}
    )
    upstream.answer("GET", "https://openrouter.ai/api/v1/key", json={"data": {"usage": 2}})
    result = await begin(hass, "openrouter")
    assert result["step_id"] == "credentials"
    assert not result["errors"]
    assert needed(result) == {"api_key"}
    assert folded(result)
    assert shown(result)["base_url"] == "https://openrouter.ai/api/v1"
    assert "[openrouter.ai](https://openrouter.ai/settings/keys)" in told(result)["api_key_help"]

    result = await submit(
        hass,
        result,
        {"api_key": f" {KEY}\n", "advanced": {"base_url": "https://openrouter.ai/api/v1/", "client_title": "Mine"}},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "OpenRouter (…1a2b)"
    assert result["data"] == {"provider": "openrouter", "source": "auto", "api_key": KEY, "client_title": "Mine"}
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.unique_id
    assert KEY not in entry.unique_id
    assert (entry.version, entry.minor_version) == (1, 1)
    assert upstream.requests[0].headers["Authorization"] == f"Bearer {KEY}"


FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "auth": ({"status": 401}, "api_key"),
    "rate_limited": ({"status": 429}, "base"),
    "unavailable": ({"status": 503}, "base"),
    "invalid_response": ({"text": "this is no JSON"}, "base"),
    "unsupported": ({"status": 404}, "base"),
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_failure_is_shown_and_can_be_mended(hass: HomeAssistant, upstream: Upstream, kind: str) -> None:
    response, place = FAILURES[kind]
    says(upstream, **response)
    result = await begin(hass, "key_only")
    result = await submit(hass, result, {"api_key": KEY, "advanced": {}})
    assert result["step_id"] == "credentials"
    assert result["errors"] == {place: kind}
    assert told(result)["message"]
    assert told(result)["name"] == "Key only"
    assert shown(result)["api_key"] == KEY

    says(upstream)
    result = await submit(hass, result, {"api_key": KEY})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_refused_value_in_the_folded_part_opens_it(hass: HomeAssistant, upstream: Upstream) -> None:
    result = await begin(hass, "key_only")
    typed = {"api_key": KEY, "advanced": {"base_url": "http://somewhere.example.com"}}
    result = await submit(hass, result, typed)
    assert result["errors"] == {"base": "configuration"}
    assert "base_url" in told(result)["message"]
    assert not folded(result)
    assert shown(result)["base_url"] == "http://somewhere.example.com"
    assert not upstream.requests

    says(upstream)
    result = await submit(hass, result, {"api_key": KEY, "advanced": {"base_url": API}})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "base_url" not in result["data"]


async def test_a_refused_value_is_told_beside_its_field(hass: HomeAssistant, upstream: Upstream) -> None:
    result = await begin(hass, "doorless")
    assert result["step_id"] == "credentials"
    result = await submit(hass, result, {"base_url": "http://somewhere.example.com"})
    assert result["errors"] == {"base_url": "configuration"}


async def test_the_same_account_is_refused(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    await submit(hass, await begin(hass, "key_only"), {"api_key": KEY})
    result = await submit(hass, await begin(hass, "key_only"), {"api_key": "another-key-of-the-same-account"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_without_an_identity_the_same_data_are_refused(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, {})
    first = await submit(hass, await begin(hass, "doorless"), {"base_url": API})
    assert first["result"].unique_id is None
    assert first["title"] == "Doorless"
    second = await submit(hass, await begin(hass, "doorless"), {"base_url": API})
    assert second["reason"] == "already_configured"

    upstream.answer("GET", "https://other.example.com/usage", json={})
    third = await submit(hass, await begin(hass, "doorless"), {"base_url": "https://other.example.com"})
    assert third["title"] == "Doorless 2"


async def test_the_same_account_by_another_source_is_refused(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    first = await submit(hass, await begin(hass, "sample", "key"), {"api_key": KEY})
    assert first["result"].unique_id == "sample:user-4711"
    second = await submit(hass, await begin(hass, "sample", "cookie"), {"cookie": "session=abc-def"})
    assert second["reason"] == "already_configured"


async def test_another_organization_of_the_same_person_is_another_account(
    hass: HomeAssistant, upstream: Upstream
) -> None:
    for organization in ("Art", "Physics"):
        says(upstream, {"account": "Me@Example.com", "organization": organization})
        result = await submit(hass, await begin(hass, "key_only"), {"api_key": f"key-for-{organization}"})
        assert result["result"].unique_id == f"key_only:me@example.com {organization.lower()}"
        assert result["title"] == f"Key only ({organization})"


async def test_the_same_account_in_another_region_is_another_one(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sample, "region_field", "region")
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    for region in ("intl", "cn"):
        result = await submit(hass, await begin(hass, "sample", "key"), {"api_key": KEY, "region": region})
        assert result["result"].unique_id == f"sample:{region}:user-4711"


async def test_no_two_accounts_hold_the_same_refresh_token(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/token", json=TOKENS)
    upstream.answer("POST", f"{LOGIN}/renew", json=TOKENS)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    await add_account(hass, "sample", {**TOKENS, "workspace_id": "art"}, unique_id="sample:user-4711/art")
    says(upstream)
    result = await submit(hass, await begin(hass, "sample", "sign_in_browser"), {"code": "code"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "sign_in_in_use")


# The environment


async def test_one_account_alone_rests_on_the_environment(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_ONLY_KEY", KEY)
    says(upstream)
    first = await submit(hass, await begin(hass, "key_only"), {})
    assert first["type"] is FlowResultType.CREATE_ENTRY
    elsewhere = "https://other.example.com"
    upstream.answer("GET", f"{elsewhere}/usage", json=YOU)
    result = await submit(hass, await begin(hass, "key_only"), {"advanced": {"base_url": elsewhere}})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "environment_in_use")
    own = {"api_key": "key-of-its-own", "advanced": {"base_url": elsewhere}}
    result = await submit(hass, await begin(hass, "key_only"), own)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_environment_stands_in_for_a_key(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_ONLY_KEY", KEY)
    says(upstream, {})
    result = await begin(hass, "key_only")
    assert not needed(result)
    assert "environment" in parts(result)
    assert told(result)["environment"] == "KEY_ONLY_KEY"
    assert KEY not in str(shown(result))

    result = await submit(hass, result, {})
    assert result["data"] == {"provider": "key_only", "source": "auto"}
    assert result["title"] == "Key only (…1a2b)"
    assert upstream.requests[0].headers["Authorization"] == f"Bearer {KEY}"

    monkeypatch.setenv("KEY_ONLY_KEY", "the-key-of-somebody-else")
    result = await submit(hass, await begin(hass, "key_only"), {})
    assert result["reason"] == "already_configured"


async def test_what_the_environment_says_is_shown_and_not_stored(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_REGION", "cn")
    monkeypatch.setenv("SAMPLE_URL", "nonsense in an address")
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    result = await begin(hass, "sample", "key")
    assert shown(result)["region"] == "cn"
    assert shown(result)["base_url"] == API  # what cannot be used is not offered
    values = {"api_key": KEY, "region": "cn", "advanced": {"base_url": f"{API}/"}, "budget": 5}
    result = await submit(hass, result, values)
    assert result["errors"] == {"base": "configuration"}

    monkeypatch.delenv("SAMPLE_URL")
    result = await submit(hass, result, values)
    assert result["data"] == {"provider": "sample", "source": "auto", "api_key": KEY, "budget": 5}


# Ways in


async def test_every_way_has_its_form(hass: HomeAssistant, upstream: Upstream) -> None:
    common = {"region", "budget", "advanced.workspace_id", "advanced.base_url", "advanced.model_usage"}
    own = {
        "key": {"api_key", "management_api_key"},
        "token": {"access_token"},
        "cookie": {"cookie", "session", "cookie_source"},
        "machine": {"advanced.config_dir"},
    }
    for way, keys in own.items():
        result = await begin(hass, "sample")
        assert result["step_id"] == "way"
        assert result["menu_options"] == ["sign_in", "sign_in_browser", "key", "token", "cookie", "machine"]
        assert told(result)["name"] == "Sample"
        result = await choose(hass, result, way)
        assert result["step_id"] == "credentials"
        assert set(parts(result)) == keys | common
        reloaded = await hass.config_entries.flow.async_configure(result["flow_id"])
        assert set(parts(reloaded)) == keys | common


def selector_of(result: ConfigFlowResult, key: str) -> dict[str, Any]:
    found: dict[str, Any] = parts(result)[key].serialize()["selector"]
    return found


async def test_every_kind_of_field_has_its_selector(hass: HomeAssistant, upstream: Upstream) -> None:
    key = await begin(hass, "sample", "key")
    cookies = await begin(hass, "sample", "cookie")
    assert selector_of(key, "api_key")["text"]["type"] == "password"
    assert not selector_of(key, "api_key")["text"]["multiline"]
    assert selector_of(cookies, "cookie")["text"]["multiline"]
    assert selector_of(cookies, "session")["text"]["multiline"]
    assert selector_of(key, "region")["select"]["options"] == ["intl", "cn"]
    assert selector_of(key, "region")["select"]["translation_key"] == "region"
    assert selector_of(key, "budget")["number"]["mode"] == "box"
    assert selector_of(key, "advanced.base_url")["text"]["type"] == "url"
    assert "boolean" in selector_of(key, "advanced.model_usage")
    assert "type" not in selector_of(key, "advanced.workspace_id")["text"]
    assert shown(key)["model_usage"] is True


async def test_what_is_pasted_keeps_its_lines(hass: HomeAssistant, upstream: Upstream) -> None:
    pasted = f"curl '{API}/usage' \\\n  -H 'Cookie: session=abc-def; more=1' \\\n  --compressed"
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": ["only"]})
    result = await submit(hass, await begin(hass, "sample", "cookie"), {"cookie": pasted, "cookie_source": "manual"})
    assert result["data"]["cookie"] == pasted
    assert result["data"]["cookie_source"] == "manual"
    assert upstream.requests[0].headers["Cookie"] == "session=abc-def; more=1"


async def test_this_machine(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("GET", f"{API}/workspaces", status=500)  # without them there is no choice
    result = await begin(hass, "sample", "machine")
    result = await submit(hass, result, {})
    assert result["errors"] == {"base": "auth"}
    result = await submit(hass, result, {"advanced": {"config_dir": "~/.sample"}})
    assert result["data"] == {"provider": "sample", "source": "auto", "config_dir": "~/.sample"}


# Workspaces


async def test_one_of_several_workspaces_is_chosen(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": ["art", "science"]})
    result = await submit(hass, await begin(hass, "sample", "key"), {"api_key": KEY})
    assert result["step_id"] == "workspace"
    options = parts(result)["workspace"].config["options"]
    assert {each["value"]: each["label"] for each in options} == {"art": "Art", "science": "Science"}

    says(upstream, status=503)
    result = await submit(hass, result, {"workspace": "art"})
    assert result["step_id"] == "workspace"
    assert result["errors"] == {"base": "unavailable"}
    assert shown(result) == {"workspace": "art"}

    says(upstream)
    result = await submit(hass, result, {"workspace": "science"})
    assert result["title"] == "Sample (science)"
    assert result["data"]["workspace_id"] == "science"

    # The other one is another account, the same one is not.
    second = await submit(hass, await begin(hass, "sample", "key"), {"api_key": KEY})
    second = await submit(hass, second, {"workspace": "science"})
    assert second["reason"] == "already_configured"
    typed = {"api_key": KEY, "advanced": {"workspace_id": "art"}}
    third = await submit(hass, await begin(hass, "sample", "key"), typed)
    assert third["title"] == "Sample (art)"


# Signing in with a code


async def test_a_device_login(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/device", json={"device_code": "secret-device-code"})
    upstream.answer("POST", f"{LOGIN}/token", json={"pending": True})
    upstream.answer("POST", f"{LOGIN}/token", json=TOKENS)
    upstream.answer("POST", f"{LOGIN}/renew", json={**TOKENS, "refresh_token": "second-refresh-token"})
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    says(upstream)
    result = await begin(hass, "sample", "sign_in")
    assert set(parts(result)) == {"advanced.base_url"}  # what the sign-in asks for
    result = await submit(hass, result, {"advanced": {"base_url": API}})
    assert (result["step_id"], result["progress_action"]) == ("device", "device")
    assert told(result)["code"] == "ABCD-1234"
    assert told(result)["link"] == f"{LOGIN}/activate"

    result = await login(hass, result)
    assert result["title"] == "Sample (me@example.com)"
    tokens = {**TOKENS, "refresh_token": "second-refresh-token"}  # the first was spent by the proof
    assert result["data"] == {"provider": "sample", "source": "auto", **tokens}
    assert result["result"].unique_id == "sample:user-4711"


async def test_leaving_a_device_login_ends_it(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/device", json={"device_code": "secret-device-code"})
    upstream.answer("POST", f"{LOGIN}/token", json={"pending": True})
    result = await begin(hass, "code_only")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    waiting = [task for task in asyncio.all_tasks() if task.get_name() == f"{DOMAIN} device login"]
    assert len(waiting) == 1
    again = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert told(again) == told(result)

    session = hass.config_entries.flow._progress[result["flow_id"]]._session
    hass.config_entries.flow.async_abort(result["flow_id"])
    await asyncio.wait(waiting)
    assert waiting[0].cancelled()
    assert session.closed
    assert not upstream.unmatched


async def test_leaving_before_anything_is_sent(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    result = await begin(hass, "key_only")
    hass.config_entries.flow.async_abort(result["flow_id"])
    assert not hass.config_entries.flow.async_progress()
    assert "Error" not in caplog.text


@pytest.mark.parametrize(
    ("code", "answer", "message"),
    [
        ({"expires_in": 0.05}, {"pending": True}, "the code has expired; start again"),
        ({}, {"error": "access_denied"}, "access_denied (…)"),
    ],
    ids=["expired", "refused"],
)
async def test_a_device_login_that_fails_can_be_started_again(
    hass: HomeAssistant, upstream: Upstream, code: dict[str, Any], answer: dict[str, Any], message: str
) -> None:
    upstream.answer("POST", f"{LOGIN}/device", json={"device_code": "secret-device-code", **code})
    upstream.answer("POST", f"{LOGIN}/token", json=answer)
    result = await login(hass, await begin(hass, "code_only"))
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "sign_in_failed")
    assert result["menu_options"] == ["sign_in"]
    assert told(result)["message"] == message

    upstream.answer("POST", f"{LOGIN}/device", json={"device_code": "another-device-code"})
    upstream.routes = [route for route in upstream.routes if not route.url.path.endswith("token")]
    upstream.answer("POST", f"{LOGIN}/token", json={"access_token": "access-token"})
    says(upstream)
    result = await login(hass, await choose(hass, result, "sign_in"))
    assert result["title"] == "Code only (me@example.com)"


async def test_a_code_that_cannot_be_had(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/device", status=503)
    result = await begin(hass, "code_only")
    assert result["step_id"] == "credentials"
    assert result["errors"] == {"base": "unavailable"}

    upstream.answer("POST", f"{LOGIN}/device", json={"device_code": "secret-device-code"})
    upstream.answer("POST", f"{LOGIN}/token", json={"access_token": "access-token"})
    says(upstream)
    result = await login(hass, await submit(hass, result, {}))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_login_that_is_not_on_offer_leads_to_the_other_ways(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/device", status=404)
    result = await submit(hass, await begin(hass, "sample", "sign_in"), {})
    assert result["step_id"] == "sign_in_failed"
    assert result["menu_options"] == ["sign_in_browser", "key", "token", "cookie", "machine"]
    assert "404" in told(result)["message"]
    result = await choose(hass, result, "key")
    assert result["step_id"] == "credentials"


async def test_a_login_that_is_not_on_offer_and_no_other_way(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/device", status=404)
    result = await begin(hass, "code_only")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "unsupported")
    assert "404" in told(result)["message"]


async def test_signed_in_but_not_proved(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/device", json={"device_code": "secret-device-code"})
    upstream.answer("POST", f"{LOGIN}/token", json={"access_token": "access-token"})
    says(upstream, status=503)
    result = await login(hass, await begin(hass, "code_only"))
    assert result["step_id"] == "signed_in"
    assert result["errors"] == {"base": "unavailable"}

    says(upstream)
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(upstream.to(f"{LOGIN}/token")) == 1


async def test_github_by_device_code(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer(
        "POST",
        "https://github.com/login/device/code",
        json={
            "device_code": "device-code",
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://github.com/login/device",
            "interval": 0,
        },
    )
    upstream.answer("POST", "https://github.com/login/oauth/access_token", json={"error": "authorization_pending"})
    upstream.answer("POST", "https://github.com/login/oauth/access_token", json={"access_token": "token-of-github"})
    upstream.answer("GET", "https://api.github.com/user", json={"id": 4242, "login": "octocat"})
    quota = {"entitlement": 300, "remaining": 210, "percent_remaining": 70.0, "quota_id": "premium_interactions"}
    upstream.answer(
        "GET",
        "https://api.github.com/copilot_internal/user",
        json={"login": "octocat", "copilot_plan": "individual", "quota_snapshots": {"premium_interactions": quota}},
    )
    result = await submit(hass, await begin(hass, "copilot", "sign_in"), {})
    assert told(result)["code"] == "WDJB-MJHT"
    result = await login(hass, result)
    assert result["title"] == "GitHub Copilot (octocat)"
    assert result["data"] == {"provider": "copilot", "source": "auto", "access_token": "token-of-github"}


# Signing in on a page


async def test_a_pasted_code(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/token", status=400)
    upstream.answer("POST", f"{LOGIN}/renew", json=TOKENS)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    says(upstream)
    result = await begin(hass, "sample", "sign_in_browser")
    assert result["step_id"] == "paste"
    first = URL(told(result)["link"])

    result = await submit(hass, result, {"code": "https://example.com/callback?state=x&error=access_denied"})
    assert result["errors"] == {"code": "auth"}
    assert "access_denied" in told(result)["message"]
    assert URL(told(result)["link"]) == first

    result = await submit(hass, result, {"code": "code-that-is-too-old"})
    assert result["errors"] == {"base": "invalid_response"}
    assert shown(result) == {"code": "code-that-is-too-old"}
    assert URL(told(result)["link"]) == first

    # A code of another sign-in: nothing of this one may be used any more.
    result = await submit(hass, result, {"code": "code#state-of-another-sign-in"})
    assert result["errors"] == {"code": "auth"}
    second = URL(told(result)["link"])
    assert second != first

    upstream.answer("POST", f"{LOGIN}/token", json=TOKENS)
    result = await submit(hass, result, {"code": f"good-code#{second.query['state']}"})
    assert result["data"] == {"provider": "sample", "source": "auto", **TOKENS}
    assert upstream.to(f"{LOGIN}/token")[-1].form["code"] == "good-code"


async def test_claude_by_pasted_code(hass: HomeAssistant, upstream: Upstream) -> None:
    tokens = {"access_token": "sk-ant-oat01-of-a-test", "refresh_token": "sk-ant-ort01-of-a-test"}
    upstream.answer(
        "POST",
        "https://platform.claude.com/v1/oauth/token",
        json={**tokens, "expires_in": 28800, "scope": "user:profile"},
    )
    upstream.answer(
        "GET",
        "https://api.anthropic.com/api/oauth/usage",
        json={"five_hour": {"utilization": 42, "resets_at": "2099-11-20T15:00:00+00:00"}},
    )
    upstream.answer(
        "GET",
        "https://api.anthropic.com/api/oauth/profile",
        json={
            "account": {"uuid": "a-1", "email": "me@example.com"},
            "organization": {"uuid": "o-1", "name": "me@example.com's Organization", "organization_type": "claude_max"},
        },
    )
    result = await begin(hass, "claude", "sign_in_browser")
    link = URL(told(result)["link"])
    assert link.host == "claude.ai"
    result = await submit(hass, result, {"code": f"the-code#{link.query['state']}"})
    assert result["title"] == "Claude (me@example.com)"
    assert result["result"].unique_id == "claude:o-1"
    assert tokens.items() <= dict(result["data"]).items()


# Signing in again


async def test_a_new_key_keeps_the_identity_of_the_account(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, status=401)
    identity = f"key_only:{KeyOnly().fingerprint(KEY)}"
    entry = await add_account(hass, "key_only", {"api_key": KEY}, unique_id=identity, title="Key only (mine)")
    assert entry.state is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert result["step_id"] == "credentials"
    assert told(result)["name"] == "Key only (mine)"
    assert "api_key" not in shown(result)

    result = await submit(hass, result, {"api_key": "key-that-is-wrong"})
    assert result["errors"] == {"api_key": "auth"}
    says(upstream, {})
    result = await submit(hass, result, {"api_key": "key-that-is-new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data["api_key"] == "key-that-is-new"
    assert entry.unique_id == identity
    assert entry.state is ConfigEntryState.LOADED


async def test_somebody_else_cannot_take_an_account_over(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_account(hass, "key_only", {"api_key": KEY}, unique_id="key_only:user-4711")
    says(upstream, YOU)
    result = await submit(hass, await entry.start_reauth_flow(hass), {"api_key": "key-of-somebody-else"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert told(result) == {"expected": "…4711", "found": "…4712"}
    assert entry.data["api_key"] == KEY


async def test_the_same_account_signs_in_again(hass: HomeAssistant, upstream: Upstream) -> None:
    old = {**TOKENS, "id_token": "old-id-token", "api_key": KEY, "workspace_id": "art"}
    upstream.answer("POST", f"{LOGIN}/renew", json=TOKENS)
    says(upstream)
    entry = await add_account(hass, "sample", {**old, "source": "oauth"}, unique_id="sample:user-4711/art")
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "way"
    result = await choose(hass, result, "sign_in_browser")
    upstream.answer("POST", f"{LOGIN}/token", json={"access_token": "new-access-token"})
    result = await submit(hass, result, {"code": "code"})
    assert result["reason"] == "reauth_successful"
    # The new tokens have replaced the old ones; what does not belong to them has stayed.
    assert entry.data == {
        "provider": "sample",
        "source": "oauth",
        "api_key": KEY,
        "workspace_id": "art",
        "access_token": "new-access-token",
    }


async def test_another_way_takes_the_place_of_what_was_refused(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    old = {"api_key": KEY, "config_dir": "~/.sample", "region": "cn", "source": "api"}
    entry = await add_account(hass, "sample", old, unique_id="sample:user-4711")
    result = await choose(hass, await entry.start_reauth_flow(hass), "cookie")
    assert "source" not in parts(result)
    result = await submit(hass, result, {"cookie": "session=abc-def", "region": "cn"})
    assert result["reason"] == "reauth_successful"
    assert entry.data == {"provider": "sample", "source": "auto", "region": "cn", "cookie": "session=abc-def"}


async def test_the_key_of_another_entry_is_refused(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream, {})
    await submit(hass, await begin(hass, "key_only"), {"api_key": KEY})
    entry = await add_account(hass, "key_only", {"api_key": "my-own-key"}, unique_id="key_only:0123456789abcdef")
    result = await submit(hass, await entry.start_reauth_flow(hass), {"api_key": KEY})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data["api_key"] == "my-own-key"


async def test_a_device_login_does_not_begin_before_somebody_looks(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_account(hass, "code_only", {"access_token": "access-token"}, unique_id="code_only:user-4711")
    result = await entry.start_reauth_flow(hass)
    assert (result["step_id"], result["menu_options"]) == ("way", ["sign_in"])
    assert not upstream.to(f"{LOGIN}/device")


async def test_identities_of_different_kinds_are_not_compared(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_account(hass, "key_only", {"api_key": KEY}, unique_id="key_only:me@example.com")
    result = await submit(hass, await entry.start_reauth_flow(hass), {"api_key": "key-that-is-new"})
    assert result["reason"] == "reauth_successful"
    assert entry.unique_id == "key_only:me@example.com"


# Reconfiguring


async def test_reconfiguring_keeps_the_key(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    elsewhere = "https://proxy.example.com"
    upstream.answer("GET", f"{elsewhere}/usage", json=ME)
    entry = await add_account(hass, "key_only", {"api_key": KEY, "base_url": elsewhere}, unique_id="key_only:user-4711")
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "credentials"
    assert set(parts(result)) == {"api_key", "advanced.base_url"}
    assert not needed(result)
    assert shown(result) == {"base_url": elsewhere}

    result = await submit(hass, result, {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data == {"provider": "key_only", "source": "auto", "api_key": KEY}
    assert entry.state is ConfigEntryState.LOADED


async def test_reconfiguring_what_is_no_credential(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    entry = await add_account(hass, "sample", {"api_key": KEY, "source": "gone"}, unique_id="sample:user-4711")
    result = await entry.start_reconfigure_flow(hass)
    assert result["menu_options"][0] == "settings"
    result = await choose(hass, result, "settings")
    assert "api_key" not in parts(result)
    assert "keep_stored" not in parts(result)
    assert parts(result)["source"].config["options"] == ["auto", "api", "oauth", "web", "local"]
    assert shown(result)["source"] == "auto"  # the one that was chosen is gone
    assert told(result)["name"] == "Sample"

    result = await submit(hass, result, {"region": "cn", "source": "api"})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {"provider": "sample", "source": "api", "api_key": KEY, "region": "cn"}


async def test_turning_to_another_way_leaves_the_old_one_behind(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    stored = {"api_key": KEY, "management_api_key": "another-key", "source": "api"}
    entry = await add_account(hass, "sample", stored, unique_id="sample:user-4711")
    result = await choose(hass, await entry.start_reconfigure_flow(hass), "cookie")
    assert shown(result)["keep_stored"] is False
    assert shown(result)["source"] == "auto"
    result = await submit(hass, result, {"cookie": "session=abc-def"})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {"provider": "sample", "source": "auto", "cookie": "session=abc-def"}

    result = await choose(hass, await entry.start_reconfigure_flow(hass), "key")
    result = await submit(hass, result, {"api_key": KEY, "keep_stored": True})
    assert entry.data == {"provider": "sample", "source": "auto", "cookie": "session=abc-def", "api_key": KEY}


async def test_an_account_that_rests_on_this_machine(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    entry = await add_account(hass, "sample", {"config_dir": "~/.sample", "source": "local"})
    result = await choose(hass, await entry.start_reconfigure_flow(hass), "machine")
    assert shown(result)["source"] == "local"
    assert shown(result)["config_dir"] == "~/.sample"
    result = await submit(hass, result, {"advanced": {"config_dir": "~/.other"}, "source": "local"})
    assert entry.data == {"provider": "sample", "source": "local", "config_dir": "~/.other"}

    says(upstream)
    result = await choose(hass, await entry.start_reconfigure_flow(hass), "key")
    assert shown(result)["source"] == "auto"
    await submit(hass, result, {"api_key": KEY})
    assert entry.data == {"provider": "sample", "source": "auto", "api_key": KEY}


async def test_an_optional_secret_can_be_forgotten(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    stored = {"api_key": KEY, "management_api_key": "another-key", "cookie": "session=abc-def"}
    entry = await add_account(hass, "sample", stored, unique_id="sample:user-4711")
    result = await choose(hass, await entry.start_reconfigure_flow(hass), "key")
    assert shown(result)["keep_stored"] is True
    await submit(hass, result, {"region": "cn"})
    assert entry.data == {"provider": "sample", "source": "auto", "region": "cn", **stored}

    result = await choose(hass, await entry.start_reconfigure_flow(hass), "key")
    result = await submit(hass, result, {"keep_stored": False})
    assert result["errors"] == {"api_key": "auth"}  # nothing was left
    await submit(hass, result, {"api_key": KEY, "keep_stored": False})
    assert entry.data == {"provider": "sample", "source": "auto", "api_key": KEY}


async def test_a_new_token_takes_the_place_of_the_old_ones(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/renew", json=TOKENS)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    says(upstream)
    entry = await add_account(hass, "sample", TOKENS, unique_id="sample:user-4711")
    result = await choose(hass, await entry.start_reconfigure_flow(hass), "token")
    result = await submit(hass, result, {"access_token": "pasted-token"})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {"provider": "sample", "source": "auto", "access_token": "pasted-token"}


async def test_tokens_renewed_by_a_proof_that_fails_are_kept(hass: HomeAssistant, upstream: Upstream) -> None:
    renewals = iter(range(2, 9))

    def renew(request: Request) -> Response:
        number = next(renewals)
        live = request.json["refresh_token"] == f"refresh-token-{number - 1}"
        tokens = {"access_token": f"access-token-{number}", "refresh_token": f"refresh-token-{number}"}
        return {"json": tokens} if live else {"status": 401}

    upstream.answer("POST", f"{LOGIN}/renew", renew)
    says(upstream)
    upstream.answer("GET", f"{API}/workspaces", json={"workspaces": []})
    first = {"access_token": "access-token-1", "refresh_token": "refresh-token-1"}
    entry = await add_account(hass, "sample", first, unique_id="sample:user-4711")
    assert entry.data["refresh_token"] == "refresh-token-2"

    says(upstream, status=503)
    result = await choose(hass, await entry.start_reconfigure_flow(hass), "settings")
    result = await submit(hass, result, {"region": "cn"})
    assert result["errors"] == {"base": "unavailable"}
    assert entry.data["refresh_token"] == "refresh-token-3"
    assert "region" not in entry.data

    says(upstream)
    result = await submit(hass, result, {"region": "cn"})
    assert result["reason"] == "reconfigure_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["refresh_token"] == "refresh-token-5"  # by this proof and by the fetch after it
    assert entry.data["region"] == "cn"


# Options


DEFAULTS = {
    "scan_interval": 5,
    "adaptive": True,
    "thresholds": ["80", "95"],
    "expiry_days": 3,
    "pace_warning": False,
    "work_days": "0",
    "hide_email": False,
}
TYPED = {
    "scan_interval": 1440,
    "adaptive": False,
    "thresholds": ["90", " 7 %", "90", "50"],
    "minimum_balance": 12.5,
    "expiry_days": 30,
    "pace_warning": True,
    "work_days": "5",
    "hide_email": True,
}


async def test_options(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_account(hass, "sample", {"api_key": KEY})
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "init"
    assert shown(result) == DEFAULTS
    for refused in (
        {"scan_interval": 1},
        {"scan_interval": 1441},
        {"expiry_days": 0},
        {"expiry_days": 31},
        {"minimum_balance": -1},
        {"work_days": "1"},
        {"work_days": "7"},
    ):
        with pytest.raises(InvalidData):
            await hass.config_entries.options.async_configure(result["flow_id"], {**TYPED, **refused})
    result = await hass.config_entries.options.async_configure(result["flow_id"], TYPED)
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    options = {**TYPED, "thresholds": [7, 50, 90], "work_days": 5}
    assert entry.options == options
    assert entry.runtime_data.update_interval.total_seconds() > 1000 * 60  # it was loaded anew

    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown(result) == {**TYPED, "thresholds": ["7", "50", "90"]}
    without = {key: value for key, value in TYPED.items() if key != "minimum_balance"}
    await hass.config_entries.options.async_configure(result["flow_id"], {**without, "thresholds": []})
    await hass.async_block_till_done()
    assert "minimum_balance" not in entry.options
    assert entry.options["thresholds"] == []
    assert shown(await hass.config_entries.options.async_init(entry.entry_id))["thresholds"] == []


@pytest.mark.parametrize("refused", ["0", "100", "-5", "80.5", "many", ""])
async def test_a_threshold_that_is_none_is_told_beside_the_field(
    hass: HomeAssistant, upstream: Upstream, refused: str
) -> None:
    says(upstream)
    entry = await add_account(hass, "sample", {"api_key": KEY})
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {**TYPED, "thresholds": ["50", refused]}
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["errors"] == {"thresholds": "threshold"}
    assert shown(result) == typed
    result = await hass.config_entries.options.async_configure(result["flow_id"], {**typed, "thresholds": ["50"]})
    await hass.async_block_till_done()
    assert entry.options["thresholds"] == [50]


async def test_whether_to_watch_a_status_page_is_asked_where_there_is_one(
    hass: HomeAssistant, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(upstream)
    entry = await add_account(hass, "sample", {"api_key": KEY})
    for kind, is_asked in (("link", False), ("statuspage", True)):
        monkeypatch.setattr(Sample, "status", StatusLink("https://status.example.com", kind))
        result = await hass.config_entries.options.async_init(entry.entry_id)
        assert ("service_status" in shown(result)) is is_asked


async def test_the_source_says_how_often(hass: HomeAssistant, upstream: Upstream) -> None:
    upstream.answer("POST", f"{LOGIN}/renew", json=TOKENS)
    says(upstream)
    entry = await add_account(hass, "sample", {**TOKENS, "source": "oauth"})
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown(result)["scan_interval"] == 30
    assert parts(result)["scan_interval"].config["min"] == 20


# Titles


@pytest.mark.parametrize(
    ("reading", "key", "taken", "title"),
    [
        ({"account": "me@example.com", "organization": "Hopper Ltd"}, KEY, (), "Sample (Hopper Ltd)"),
        ({"account": "me@example.com", "organization": "Me@example.com's Team"}, KEY, (), "Sample (me@example.com)"),
        ({"account": "octocat", "organization": "Personal"}, KEY, (), "Sample (octocat)"),
        ({}, KEY, (), "Sample (…1a2b)"),
        ({}, "short-1a2b", (), "Sample"),
        ({}, '{"private": "key-of-somebody"}', (), "Sample"),
        ({"plan": "Pro"}, "", (), "Sample"),
        ({"plan": "Pro"}, "", ("Sample",), "Sample (Pro)"),
        ({"account": "me", "plan": "Pro"}, "", ("Sample (me)",), "Sample (me, Pro)"),
        ({"account": "me", "plan": "Pro"}, "", ("Sample (me)", "Sample (me, Pro)"), "Sample (me) 2"),
        ({"account": "me"}, "", ("Sample (me)", "Sample (me) 2"), "Sample (me) 3"),
    ],
)
def test_titles(reading: dict[str, str], key: str, taken: tuple[str, ...], title: str) -> None:
    settings = Settings(Sample.fields, {"api_key": key}, {})
    snapshot = Snapshot(**reading, provider="sample", source="api", fetched_at=parse.moment("2026-11-20"))
    assert title_of(Sample(), snapshot, settings, taken) == title


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("sample:me@example.com acme", "m…@example.com acme"),
        ("sample:cn:me@example.com", "m…@example.com"),
        ("sample:0a1b2c3d-4e5f", "…4e5f"),
    ],
)
def test_masked_identities(identity: str, shown: str) -> None:
    assert masked(identity) == shown


# Texts


def translation(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TRANSLATIONS / f"{language}.json").read_text())
    return found


def texts(node: Any, path: str = "") -> dict[str, str]:
    """Return all texts of a translation by their path."""
    if isinstance(node, str):
        return {path: node}
    return {key: text for name, part in node.items() for key, text in texts(part, f"{path}.{name}").items()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def flows(language: str) -> dict[str, str]:
    whole = translation(language)
    return texts({name: whole[name] for name in ("config", "options", "selector")})


def test_german_is_as_complete_as_english() -> None:
    english, german = flows("en"), flows("de")
    assert english.keys() == german.keys()
    assert {path: placeholders(text) for path, text in english.items()} == {
        path: placeholders(text) for path, text in german.items()
    }
    same = [path for path, text in english.items() if german[path] == text and text.count(" ") > 1]
    assert not same


@pytest.mark.parametrize("language", ["en", "de"])
def test_texts_hold_neither_addresses_nor_html(language: str) -> None:
    bad = [path for path, text in flows(language).items() if "://" in text or "<" in text or "www." in text]
    assert not bad


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_field_is_described(language: str) -> None:
    whole = translation(language)
    steps = {**whole["config"]["step"], **whole["options"]["step"]}
    for step in steps.values():
        for part in (step, *step.get("sections", {}).values()):
            assert part.get("data", {}).keys() == part.get("data_description", {}).keys()
    credentials = steps["credentials"]
    advanced = credentials["sections"]["advanced"]
    for kind in ("data", "data_description"):
        # The same field is a plain one for one provider and an advanced one for another.
        assert credentials[kind].items() >= advanced[kind].items()
    for key, description in advanced["data_description"].items():
        assert f"{{{key}_help}}" in description
    for kind in ("menu_options", "menu_option_descriptions"):
        assert steps["way"][kind].items() >= steps["sign_in_failed"][kind].items()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_outcome_has_a_text(language: str) -> None:
    config = translation(language)["config"]
    assert set(config["error"]) == {*Kind, "unknown_provider"}
    aborts = {
        *("already_configured", "already_in_progress", "environment_in_use", "sign_in_in_use"),
        *("unsupported", "wrong_account"),
    }
    assert set(config["abort"]) == {*aborts, "reauth_successful", "reconfigure_successful"}
    forms = {"credentials", "device", "paste", "sign_in_failed", "signed_in", "user", "way", "workspace"}
    assert set(config["step"]) == forms
    assert set(config["step"]["way"]["menu_options"]) == {*SIGN_INS, *Way, "settings"}
    assert set(config["progress"]) == {"device"}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("provider_id", PROVIDERS)
def test_every_provider_is_worded(provider_id: str, language: str) -> None:
    whole = translation(language)
    credentials = whole["config"]["step"]["credentials"]
    provider = load(provider_id)
    asked = {key for sign_in in provider.sign_ins for key in sign_in.asks}
    visible = [field for field in provider.fields if not field.hidden or field.key in asked]
    for field in visible:
        part = credentials["sections"]["advanced"] if field.advanced else credentials
        assert field.key in part["data"]
        if field.options:
            assert set(field.options) <= whole["selector"][field.key]["options"].keys()
    assert {each.source for each in provider.strategies} <= whole["selector"]["source"]["options"].keys()
    form = Form(
        provider=provider, way=None, fields=tuple(visible), stored={}, env={visible[0].key: "1"}, reconfigures=True
    )
    known = {"name", "provider", "message", *form.placeholders}
    for field in visible:
        assert placeholders(credentials["data_description"][field.key]) <= known


@pytest.mark.parametrize("provider_id", PROVIDERS)
def test_every_form_can_be_sent_to_a_browser(provider_id: str) -> None:
    provider = load(provider_id)
    for way in (None, *provider.ways()):
        form = Form(
            provider=provider,
            way=way,
            fields=provider.form(way),
            stored={field.key: "stored" for field in provider.fields if field.is_secret},
            env={name: "1" for field in provider.fields for name in field.env},
            reconfigures=True,
        )
        assert json.dumps(probatio.to_field_list(form.schema(), custom_serializer=cv.custom_serializer))
        assert json.dumps(form.values())
        assert "stored" not in form.values().values()


def test_the_list_of_providers_can_be_sent_to_a_browser() -> None:
    assert json.dumps(probatio.to_field_list(provider_schema(), custom_serializer=cv.custom_serializer))
