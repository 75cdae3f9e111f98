"""What the cases of the Alibaba plans cannot show: browsers' sessions, whole requests, identities, kept attempts."""

from datetime import timedelta
import json
from typing import Any

import aiohttp
import pytest

from custom_components.ai_quota.quota import Account, InMemory, fetch
from custom_components.ai_quota.quota.credentials import Settings
from custom_components.ai_quota.quota.model import (
    AuthFailed,
    InvalidResponse,
    QuotaError,
    Snapshot,
    Unavailable,
    Unsupported,
)
from custom_components.ai_quota.quota.provider import Provider, is_fingerprint
from custom_components.ai_quota.quota.providers.alibaba_coding_plan import AlibabaCodingPlan
from custom_components.ai_quota.quota.providers.alibaba_token_plan import AlibabaTokenPlan
from tests.conftest import Kept, Machine
from tests.upstream import Upstream

CODING, TOKEN = AlibabaCodingPlan(), AlibabaTokenPlan()

BAILIAN = "https://bailian.console.aliyun.com"
BAILIAN_RPC = "https://bailian-cs.console.aliyun.com"
STUDIO = "https://modelstudio.console.alibabacloud.com"
STUDIO_RPC = "https://bailian-singapore-cs.alibabacloud.com"
QUOTA = "/data/api.json"

SESSION = "login_aliyunid_pk=1234567890123456; cna=visitor"
PLAN = {
    "code": "200",
    "data": {"codingPlanInstanceInfos": [{"planName": "Lite", "status": "VALID"}]},
}
LOGIN = {"code": "ConsoleNeedLogin", "successResponse": False}
USAGE = {"success": True, "data": {"per5HourPercentage": 0.5}}
NO_PLAN = {"Success": True, "Data": {"TotalCount": 0}}


def account(session: aiohttp.ClientSession, provider: Provider, **data: Any) -> Account:
    return Account(provider, InMemory(data), session)


async def read(session: aiohttp.ClientSession, provider: Provider, **data: Any) -> Snapshot:
    return await fetch(account(session, provider, **data))


async def failure(session: aiohttp.ClientSession, provider: Provider, **data: Any) -> QuotaError:
    with pytest.raises(QuotaError) as caught:
        await read(session, provider, **data)
    return caught.value


def shell(upstream: Upstream, gateway: str, token: str = "made-up-token") -> None:
    for path in ("/cn-beijing/", "/cn-beijing", "/ap-southeast-1/"):
        upstream.answer("GET", gateway + path, text=f'<html><script>x = {{SEC_TOKEN: "{token}"}}</script></html>')


# Browsers


async def test_a_browsers_cookies_go_where_the_browser_would_send_them(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox(
        [
            Kept(".aliyun.com", "login_aliyunid_pk", "77"),
            Kept(".aliyun.com", "region", "wide", life=timedelta(days=90)),
            Kept(".console.aliyun.com", "region", "narrow"),
            Kept("bailian.console.aliyun.com", "page", "1"),
            Kept("bailian-cs.console.aliyun.com", "rpc", "1"),
            Kept("bailian-cs.console.aliyun.com", "rpc", "deep", path="/data", life=timedelta(days=1)),
            Kept("bailian-cs.console.aliyun.com", "old", "1", life=timedelta(days=-1)),
            Kept("signin.aliyun.com", "signin", "1"),
            Kept(".alibabacloud.com", "login_aliyunid_pk", "88"),
            Kept(".evilaliyun.com", "login_aliyunid_pk", "99"),
        ],
    )
    shell(upstream, BAILIAN)
    upstream.answer("POST", BAILIAN_RPC + QUOTA, json=USAGE)

    snapshot = await read(session, TOKEN, region="cn-personal")

    assert upstream.to(f"{BAILIAN}/cn-beijing")[0].cookies == {
        "login_aliyunid_pk": "77",
        "region": "narrow",
        "page": "1",
    }
    assert upstream.to(BAILIAN_RPC + QUOTA)[0].cookies == {"login_aliyunid_pk": "77", "region": "narrow", "rpc": "deep"}
    assert snapshot.identity == "account-77"


async def test_the_quota_hosts_own_token_cookie_is_found(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox(
        [Kept(".aliyun.com", "login_aliyunid", "a"), Kept("bailian-cs.console.aliyun.com", "sec_token", "of-rpc")],
    )
    upstream.answer("POST", BAILIAN_RPC + QUOTA, json=USAGE)

    await read(session, TOKEN, region="cn-personal")

    assert {request.form["sec_token"] for request in upstream.to(BAILIAN_RPC + QUOTA)} == {"of-rpc"}


async def test_cookies_of_one_region_are_not_used_for_the_other(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox([Kept(".aliyun.com", "login_aliyunid_pk", "77")])

    assert isinstance(await failure(session, TOKEN, region="intl"), AuthFailed)
    assert not upstream.requests


async def test_a_host_of_ones_own_gets_the_cookies_of_the_host_that_it_stands_for(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox([Kept(".aliyun.com", "login_aliyunid_pk", "77")])
    upstream.answer("POST", f"https://relay.example{QUOTA}", json=NO_PLAN)

    await read(session, TOKEN, host="relay.example")

    assert {request.url.host for request in upstream.requests} == {"relay.example"}
    assert all(request.cookies == {"login_aliyunid_pk": "77"} for request in upstream.requests)


async def test_an_international_session_needs_no_ticket(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox(
        [
            Kept(".alibabacloud.com", "login_current_pk", "5"),
            Kept(".alibabacloud.com", "cna", "long", life=timedelta(days=9)),
            Kept("bailian-singapore-cs.alibabacloud.com", "cna", "short", life=timedelta(days=2)),
            Kept(".aliyun.com", "cna", "of mainland", life=timedelta(days=99)),
        ],
    )
    shell(upstream, STUDIO)
    upstream.answer("POST", STUDIO_RPC + QUOTA, json=PLAN)

    snapshot = await read(session, CODING)

    assert snapshot.plan == "Lite"
    assert upstream.to(STUDIO_RPC + QUOTA)[0].cookies == {"login_current_pk": "5", "cna": "long"}


async def test_a_mainland_session_is_found_from_the_international_region(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox([Kept(".aliyun.com", "login_aliyunid_ticket", "made-up")])
    shell(upstream, BAILIAN)
    upstream.answer("POST", BAILIAN_RPC + QUOTA, json=PLAN)

    assert (await read(session, CODING)).plan == "Lite"
    assert {request.url.host for request in upstream.requests} == {
        "bailian.console.aliyun.com",
        "bailian-cs.console.aliyun.com",
    }


async def test_a_browser_without_a_session_is_no_session(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    machine.firefox([Kept(".alibabacloud.com", "cna", "x"), Kept(".alibabacloud.com", "login_aliyunid_pk", "")])

    assert not (await failure(session, CODING)).attempts
    assert not upstream.requests


@pytest.mark.parametrize("provider", [CODING, TOKEN])
async def test_profiles_with_a_ticket_go_first(
    machine: Machine, upstream: Upstream, session: aiohttp.ClientSession, provider: Provider
) -> None:
    machine.firefox(
        [Kept(".aliyun.com", "login_aliyunid", "first")],
        [Kept(".aliyun.com", "login_aliyunid_ticket", "second")],
    )
    shell(upstream, BAILIAN)
    for host in (BAILIAN, BAILIAN_RPC):
        upstream.answer("POST", host + QUOTA, json=LOGIN)
        upstream.answer("POST", host + QUOTA, json=PLAN if provider is CODING else NO_PLAN)

    await read(session, provider, region="cn")

    asked = [request for request in upstream.requests if request.method == "POST"]
    assert [*map(dict, (request.cookies for request in asked))] == [
        {"login_aliyunid_ticket": "second"},
        {"login_aliyunid": "first"},
    ]


# Requests


async def test_what_the_coding_plans_gateway_is_told(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    shell(upstream, STUDIO)
    upstream.answer("POST", STUDIO_RPC + QUOTA, json=PLAN)

    await read(session, CODING, cookie=SESSION)

    (request,) = upstream.to(STUDIO_RPC + QUOTA)
    params = json.loads(request.form["params"])
    trace = params["Data"]["cornerstoneParam"].pop("feTraceId")
    assert len(trace) == 36
    api = "zeldaEasy.broadscope-bailian.codingPlan.queryCodingPlanInstanceInfoV2"
    assert params == {
        "Api": api,
        "V": "1.0",
        "Data": {
            "queryCodingPlanInstanceInfoRequest": {
                "commodityCode": "sfm_codingplan_public_intl",
                "onlyLatestOne": True,
            },
            "cornerstoneParam": {
                "feURL": f"{STUDIO}/ap-southeast-1/?tab=coding-plan#/efm/coding_plan",
                "protocol": "V2",
                "console": "ONE_CONSOLE",
                "productCode": "p_efm",
                "domain": "modelstudio.console.alibabacloud.com",
                "consoleSite": "MODELSTUDIO_ALIBABACLOUD",
                "userNickName": "",
                "userPrincipalName": "",
                "xsp_lang": "en-US",
                "X-Anonymous-Id": "visitor",
            },
        },
    }
    assert request.form.keys() == {"params", "region", "sec_token"}


async def test_what_the_personal_plans_gateway_is_told(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    shell(upstream, STUDIO)
    upstream.answer("POST", STUDIO_RPC + QUOTA, json=USAGE)

    await read(session, TOKEN, region="intl-personal", cookie="login_aliyunid_pk=5")

    sent = {request.url.query["api"]: json.loads(request.form["params"]) for request in upstream.to(STUDIO_RPC + QUOTA)}
    apis = [
        f"zeldaHttp.apikeyMgr./tokenplan/personal/api/v2/{name}" for name in ("usage", "subscription", "quota-config")
    ]
    assert sent.keys() == {*apis}
    for api, params in sent.items():
        caller = params["Data"].pop("cornerstoneParam")
        assert caller.pop("feTraceId")
        assert caller == {
            "feURL": f"{STUDIO}/ap-southeast-1/?tab=plan#/efm/subscription/token-plan/personal",
            "protocol": "V2",
            "console": "ONE_CONSOLE",
            "productCode": "p_efm",
            "switchUserType": 3,
            "domain": "modelstudio.console.alibabacloud.com",
            "consoleSite": "MODELSTUDIO_ALBABACLOUD",
            "userNickName": "",
            "userPrincipalName": "",
            "xsp_lang": "en-US",
        }
        assert params.pop("Data") == (
            {"commodityCode": "sfm_tokenplansolo_public_intl"} if api.endswith("subscription") else {}
        )
        assert params == {"Api": api, "V": "1.0"}


async def test_a_form_without_a_token_has_no_field_for_it(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("POST", BAILIAN + QUOTA, json=NO_PLAN)

    await read(session, TOKEN, cookie=SESSION)

    (request,) = upstream.to(BAILIAN + QUOTA)
    assert request.form.keys() == {"product", "action", "params", "region"}


async def test_each_request_has_a_trace_of_its_own(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    shell(upstream, BAILIAN)
    upstream.answer("POST", BAILIAN_RPC + QUOTA, json=PLAN)

    for _ in range(2):
        await read(session, CODING, region="cn", cookie=SESSION)

    traces = {
        json.loads(request.form["params"])["Data"]["cornerstoneParam"]["feTraceId"]
        for request in upstream.to(BAILIAN_RPC + QUOTA)
    }
    assert len(traces) == 2


async def test_neither_cookie_nor_key_nor_token_leaves_for_another_host(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    for host in (BAILIAN, BAILIAN_RPC):
        for method, path in (("GET", "/cn-beijing/"), ("GET", "/tool/user/info.json"), ("POST", QUOTA)):
            upstream.answer(method, host + path, status=307, headers={"Location": "https://elsewhere.example/"})

    await failure(session, CODING, region="cn", cookie=f"{SESSION}; sec_token=t", api_key="made-up-key")

    assert {request.url.host for request in upstream.requests} == {
        "bailian.console.aliyun.com",
        "bailian-cs.console.aliyun.com",
    }


async def test_a_token_that_the_gateway_repeats_is_not_shown(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    shell(upstream, BAILIAN, "very-secret-token")
    upstream.answer(
        "POST", BAILIAN_RPC + QUOTA, json={"success": False, "msg": "very-secret-token of 1234567890123456"}
    )

    failed = await failure(session, CODING, region="cn", cookie=SESSION)

    assert isinstance(failed, Unavailable)
    assert failed.message == "the gateway refuses the request: … of …"
    assert failed.attempts[0].message == failed.message


async def test_an_answer_that_is_nested_too_deeply_cannot_be_read(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    shell(upstream, BAILIAN)
    upstream.answer("POST", BAILIAN_RPC + QUOTA, text='{"data":' * 2000 + "1" + "}" * 2000)

    failed = await failure(session, CODING, region="cn", cookie=SESSION)

    assert isinstance(failed, InvalidResponse)
    assert "nested too deeply" in failed.message


async def test_what_a_window_shows_is_no_balance(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    shell(upstream, BAILIAN)
    upstream.answer("POST", BAILIAN + QUOTA, json={"Data": {"TotalValue": 10, "TotalSurplusValue": 4}})

    snapshot = await read(session, TOKEN, cookie=SESSION)

    assert [window.id for window in snapshot.windows] == ["monthly"]
    assert not snapshot.metrics


# Attempts


async def test_both_attempts_are_kept_when_both_fail(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    shell(upstream, BAILIAN)
    for host in (BAILIAN, BAILIAN_RPC):
        upstream.answer("POST", host + QUOTA, json=LOGIN)

    failed = await failure(session, CODING, region="cn", cookie=SESSION, api_key="made-up-key")

    assert isinstance(failed, Unsupported)
    assert [(each.source, each.ok, each.error) for each in failed.attempts] == [
        ("web", False, "auth"),
        ("api", False, "unsupported"),
    ]


async def test_the_second_region_is_asked_once_and_belongs_to_the_same_attempt(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    for gateway, rpc in ((STUDIO, STUDIO_RPC), (BAILIAN, BAILIAN_RPC)):
        shell(upstream, gateway)
        upstream.answer("POST", rpc + QUOTA, json=LOGIN)

    failed = await failure(session, CODING, cookie=SESSION)

    assert [each.source for each in failed.attempts] == ["web"]
    assert [request.url.host for request in upstream.requests if request.method == "POST"] == [
        "bailian-singapore-cs.alibabacloud.com",
        "bailian-cs.console.aliyun.com",
    ]


# Accounts and pages


async def test_the_account_is_known_by_its_number_whatever_its_session(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    shell(upstream, BAILIAN)
    upstream.answer("POST", BAILIAN_RPC + QUOTA, json=PLAN)
    found = set()
    for more in ("a=1", "a=2"):
        data = {"region": "cn", "cookie": f"{SESSION}; {more}"}
        snapshot = await read(session, CODING, **data)
        found.add(CODING.identity(snapshot, Settings(CODING.fields, data, {})))

    assert found == {"alibaba_coding_plan:cn:account-1234567890123456"}
    assert not is_fingerprint(found.pop() or "")


async def test_a_key_is_known_by_its_fingerprint(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer("POST", BAILIAN + QUOTA, json=PLAN)
    data = {"region": "cn", "api_key": "made-up-key"}

    found = CODING.identity(await read(session, CODING, **data), Settings(CODING.fields, data, {})) or ""

    assert is_fingerprint(found)
    assert found.startswith("alibaba_coding_plan:cn:")
    assert "made-up-key" not in found


@pytest.mark.parametrize(
    ("provider", "region", "page"),
    [
        (CODING, "intl", f"{STUDIO}/ap-southeast-1/?tab=coding-plan#/efm/coding_plan"),
        (CODING, "cn", f"{BAILIAN}/cn-beijing/?tab=model#/efm/coding_plan"),
        (TOKEN, "cn", f"{BAILIAN}/cn-beijing?tab=plan#/efm/subscription/token-plan"),
        (TOKEN, "intl", f"{STUDIO}/ap-southeast-1/?tab=plan#/efm/subscription/token-plan"),
        (TOKEN, "cn-personal", f"{BAILIAN}/cn-beijing?tab=plan#/efm/subscription/token-plan/personal"),
        (TOKEN, "intl-personal", f"{STUDIO}/ap-southeast-1/?tab=plan#/efm/subscription/token-plan/personal"),
    ],
)
def test_the_dashboard_is_that_of_the_region(provider: Provider, region: str, page: str) -> None:
    assert provider.dashboard_for(Settings(provider.fields, {"region": region}, {})) == page
