"""What the cases of Bedrock cannot show: signatures that are checked, roles, programs, and what stays secret."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
import json
import logging
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import aiohttp
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from botocore.session import Session
import pytest

from custom_components.ai_quota.quota import Account, InMemory, aws, fetch, load
from custom_components.ai_quota.quota.account import Call
from custom_components.ai_quota.quota.model import (
    AuthFailed,
    InvalidResponse,
    QuotaError,
    RateLimited,
    Snapshot,
    Unavailable,
)
from custom_components.ai_quota.quota.providers import bedrock
from tests.conftest import Machine
from tests.upstream import Upstream

KEYS = {"access_key_id": "MADEUPKEYID", "secret_access_key": "made-up-secret"}
COSTS = "https://ce.us-east-1.amazonaws.com/"
ACTIVITY = "https://monitoring.us-east-1.amazonaws.com/"


async def usage(session: aiohttp.ClientSession, **data: Any) -> Snapshot:
    return await fetch(Account(load("bedrock"), InMemory(data), session))


def metrics(snapshot: Snapshot) -> dict[str, float]:
    return {metric.id: metric.value for metric in snapshot.metrics}


# A server that checks signatures and permissions


@dataclass
class Server:
    """The server of moto, and a user there who may do everything but what it is told to deny."""

    url: str
    key_id: str
    secret: str

    @property
    def keys(self) -> dict[str, str]:
        return {"access_key_id": self.key_id, "secret_access_key": self.secret}

    @property
    def endpoints(self) -> dict[str, str]:
        return {"base_url": self.url, "cloudwatch_base_url": self.url}

    def client(self, service: str, **keys: str) -> Any:
        return Session().create_client(service, region_name="us-east-1", endpoint_url=self.url, **keys)


MOTO = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
ROLE = "arn:aws:iam::123456789012:role/made-up"


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@pytest.fixture
def real_server(socket_enabled: None) -> Iterator[Server]:
    """Start moto; from the sixth call on it checks who calls."""
    if find_spec("moto") is None:
        pytest.skip("moto is not installed (requirements_e2e.txt)")
    process = subprocess.Popen(  # noqa: S603  our own script
        [sys.executable, "-c", MOTO],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "5"},
        text=True,
    )
    with process:
        server = Server(f"http://127.0.0.1:{process.stdout.readline().strip()}", "", "")
        iam = server.client("iam", aws_access_key_id="anyone", aws_secret_access_key="anyone")
        everything = policy(Action="*", Resource="*")
        trust = policy(Action="sts:AssumeRole", Principal={"AWS": "*"})
        iam.create_user(UserName="made-up")
        iam.put_user_policy(UserName="made-up", PolicyName="all", PolicyDocument=everything)
        iam.create_role(RoleName="made-up", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName="made-up", PolicyName="all", PolicyDocument=everything)
        key = iam.create_access_key(UserName="made-up")["AccessKey"]
        server.key_id, server.secret = key["AccessKeyId"], key["SecretAccessKey"]
        yield server
        process.stdin.close()


async def spend(server: Server, session: aiohttp.ClientSession, amount: str) -> None:
    """Let the server answer with one day's costs."""
    group = {"Keys": ["Amazon Bedrock"], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}
    result = {"ResultsByTime": [{"TimePeriod": {"Start": f"{Call(account(session)).now:%Y-%m-%d}"}, "Groups": [group]}]}
    seeds = f"{server.url}/moto-api/static/ce/cost-and-usage-results"
    async with session.post(seeds, json={"results": [result]}) as answer:
        assert answer.status == 201


def account(session: aiohttp.ClientSession, **data: Any) -> Account:
    return Account(load("bedrock"), InMemory(data), session)


async def test_a_real_server_accepts_the_signatures(real_server: Server, session: aiohttp.ClientSession) -> None:
    await spend(real_server, session, "3.5")

    snapshot = await usage(session, **real_server.keys, **real_server.endpoints)

    assert metrics(snapshot) == {
        "spend_month": 3.5,
        "spend_30d": 3.5,
        "spend_today": 3.5,
        "claude_input_tokens_14d": 0,
        "claude_output_tokens_14d": 0,
        "claude_requests_14d": 0,
    }


async def test_a_real_server_refuses_another_secret(real_server: Server, session: aiohttp.ClientSession) -> None:
    with pytest.raises(AuthFailed, match="ce:GetCostAndUsage"):
        await usage(session, access_key_id=real_server.key_id, secret_access_key="other", **real_server.endpoints)


@pytest.mark.parametrize("source", ["source_profile = base", "credential_source = Environment"])
async def test_a_real_server_gives_a_role(
    machine: Machine,
    real_server: Server,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    """The variable names a profile that is not there: it must not speak."""
    await spend(real_server, session, "0.25")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", real_server.url)
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    if "Environment" in source:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", real_server.key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", real_server.secret)
    keys = f"aws_access_key_id = {real_server.key_id}\naws_secret_access_key = {real_server.secret}\n"
    machine.write(".aws/config", f"[profile role]\nrole_arn = {ROLE}\n{source}\n")
    machine.write(".aws/credentials", f"[base]\n{keys}")

    snapshot = await usage(session, auth_mode="profile", profile="role", **real_server.endpoints)

    assert metrics(snapshot)["spend_month"] == 0.25
    assert snapshot.identity == "profile role"


async def test_a_real_server_refuses_a_role(
    machine: Machine, real_server: Server, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", real_server.url)
    machine.write(".aws/config", f"[profile role]\nrole_arn = {ROLE}\nsource_profile = base\n")
    machine.write(".aws/credentials", "[base]\naws_access_key_id = MADEUP\naws_secret_access_key = made-up\n")

    with pytest.raises(AuthFailed, match="AWS refuses the profile role: InvalidClientTokenId"):
        await usage(session, profile="role", **real_server.endpoints)


# Credentials


async def test_the_token_of_the_environment_belongs_to_its_key(
    session: aiohttp.ClientSession, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "made-up-token")
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})

    await usage(session, **KEYS)

    (request,) = upstream.to(COSTS)
    assert "X-Amz-Security-Token" not in request.headers
    assert f"Credential={KEYS['access_key_id']}/" in request.headers["Authorization"]
    assert request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")


def program(machine: Machine, code: str) -> None:
    """Put a program that has the keys on the PATH, and a profile that names it."""
    path = machine.programs / "made-up-keys"
    path.write_text(f"#!{sys.executable} -ISu\nimport json, os, signal, sys\n{code}")
    path.chmod(0o755)
    machine.write(".aws/config", "[profile program]\nregion = none\ncredential_process = made-up-keys\n")


async def test_a_program_sees_its_own_variables_and_no_other_account(
    machine: Machine, session: aiohttp.ClientSession, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*aws.AMBIENT, "SUPERVISOR_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(machine.home / ".aws" / "config"))
    keys = '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": " ".join(sorted(os.environ))}'
    program(machine, f"assert not sys.stdin.read()\nprint(json.dumps({keys}))")
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})

    await usage(session, auth_mode="profile", profile="program")

    names = upstream.to(COSTS)[0].headers["X-Amz-Security-Token"].split()
    assert {name for name in names if not name.startswith(("LANG", "LC_"))} == {"AWS_CONFIG_FILE", "HOME", "PATH"}


async def test_a_program_that_does_not_end_is_ended(
    machine: Machine, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "PROGRAM_SECONDS", 0.5)
    program(machine, f"open({str(machine.home / 'pid')!r}, 'w').write(str(os.getpid()))\nsignal.pause()")

    with pytest.raises(Unavailable, match="program of the profile program failed"):
        await usage(session, profile="program")
    if written := (machine.home / "pid").read_text():
        with pytest.raises(ProcessLookupError):
            os.kill(int(written), 0)


async def test_a_profile_that_takes_too_long_is_unavailable(
    machine: Machine, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bedrock, "PROFILE_SECONDS", 0)
    program(machine, "")

    with pytest.raises(Unavailable, match="no credentials in 0 seconds"):
        await usage(session, profile="program")


def refusal(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "it says so"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "AssumeRole")


@pytest.mark.parametrize(
    ("err", "kind", "message"),
    [
        (refusal("AccessDenied", 403), AuthFailed, "AccessDenied: it says so"),
        (refusal("Throttling", 400), RateLimited, "too many"),
        (refusal("TooManyRequestsException", 429), RateLimited, "too many"),
        (refusal("InternalError", 500), Unavailable, "HTTP 500"),
        (ConnectTimeoutError(endpoint_url="https://sts.example.net"), Unavailable, "does not answer"),
        (ReadTimeoutError(endpoint_url="https://sts.example.net"), Unavailable, "does not answer"),
        (ResponseParserError("made-up"), Unavailable, "does not answer"),
        (ValueError("made-up"), InvalidResponse, "cannot be read"),
    ],
)
def test_what_goes_wrong_with_a_profile(err: Exception, kind: type[QuotaError], message: str) -> None:
    found = aws.failure(err, "lab")

    assert type(found) is kind
    assert message in found.message


async def test_without_botocore_it_is_unavailable(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, aws.__name__, None)

    with pytest.raises(Unavailable, match="botocore is not installed"):
        await usage(session, **KEYS)


def test_loading_the_providers_does_not_import_botocore() -> None:
    script = "import sys, quota\nfor each in quota.PROVIDERS: quota.load(each)\nsys.exit('botocore' in sys.modules)"
    folder = Path(aws.__file__).parents[1]

    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, timeout=60)  # noqa: S603  our own script


def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = aws.signed(aws.pair("A", "made-up-secret", "made-up-token"), "ce", "us-east-1", COSTS, {}, b"{}")

    assert headers["X-Amz-Security-Token"] == "made-up-token"
    assert "made-up" not in caplog.text


# What is left out


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "text": ""},
        {"status": 200, "text": "activity"},
        {"status": 200, "json": []},
        {"status": 200, "json": {}},
        {"status": 200, "json": {"MetricDataResults": [], "Messages": [{"Code": "Truncated"}]}},
        {"status": 200, "json": {"MetricDataResults": [], "NextToken": "once-more"}},
        {"status": 200, "json": {"MetricDataResults": [], "NextToken": 7}},
        {"status": 200, "json": {"MetricDataResults": [None]}},
        *(
            {"status": 200, "json": {"MetricDataResults": [{"Id": "requests", "StatusCode": "Complete", **change}]}}
            for change in (
                {"Values": [1], "StatusCode": "PartialData"},
                {"Values": [1], "StatusCode": None},
                {"Values": [1], "Id": "latency"},
                {"Values": [1], "Id": ["requests"]},
                {"Values": [-1]},
                {"Values": ["1"]},
                {"Values": [None]},
                {"Values": [True]},
                {"Values": None},
            )
        ),
    ],
)
async def test_odd_activity_is_left_out(
    session: aiohttp.ClientSession, upstream: Upstream, answer: dict[str, Any]
) -> None:
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})
    upstream.answer("POST", ACTIVITY, lambda _: answer)

    assert metrics(await usage(session, **KEYS)) == {"spend_month": 0, "spend_30d": 0}


async def test_activity_that_never_ends_is_left_out(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})
    ever_more = ({"json": {"MetricDataResults": [], "NextToken": f"page {page}"}} for page in range(100))
    upstream.answer("POST", ACTIVITY, lambda _: next(ever_more))

    assert metrics(await usage(session, **KEYS)) == {"spend_month": 0, "spend_30d": 0}
    assert len(upstream.to(ACTIVITY)) == bedrock.MAX_ACTIVITY_PAGES


async def test_activity_that_is_slow_is_left_out(
    session: aiohttp.ClientSession, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bedrock, "ACTIVITY_SECONDS", 0.2)
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})
    upstream.answer("POST", ACTIVITY, fault="timeout")

    assert metrics(await usage(session, **KEYS)) == {"spend_month": 0, "spend_30d": 0}


async def test_activity_is_not_asked_for_where_it_is_not_wanted(
    session: aiohttp.ClientSession, upstream: Upstream
) -> None:
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})
    upstream.answer("POST", "https://costs.example.net/", json={"ResultsByTime": []})

    await usage(session, **KEYS, region="us-east-1.example.net/")
    await usage(session, **KEYS, base_url="https://costs.example.net")

    assert [str(request.url) for request in upstream.requests] == [COSTS, "https://costs.example.net/"]


async def test_the_key_tells_accounts_apart(session: aiohttp.ClientSession, upstream: Upstream) -> None:
    upstream.answer("POST", COSTS, json={"ResultsByTime": []})
    provider = load("bedrock")
    identities = set()
    for key in ("MADEUPKEYID", "MADEUPOTHER"):
        asked = account(session, **{**KEYS, "access_key_id": key, "region": "none"})
        identities.add(provider.identity(await fetch(asked), asked.settings()))

    assert len(identities) == 2
    assert not any("madeup" in identity for identity in identities)
