"""Antigravity's language server, played by a real process with a certificate of its own; and the sign-in."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest
from yarl import URL

from custom_components.ai_quota.quota.account import Account, Call, InMemory
from custom_components.ai_quota.quota.fetch import fetch
from custom_components.ai_quota.quota.model import AuthFailed, Unavailable
from custom_components.ai_quota.quota.processes import is_of_this_user, listening_ports, processes
from custom_components.ai_quota.quota.providers.antigravity import Antigravity, family_of, find_agy, kind_of
from tests.conftest import Machine
from tests.upstream import Upstream

SERVER = """
import http.server, json, ssl, sys

TOKEN = sys.argv[sys.argv.index("--csrf_token") + 1]
ANSWERS = {
    "RetrieveUserQuotaSummary": {"groups": [{"displayName": "Gemini", "buckets": [
        {"bucketId": "gemini-weekly", "remainingFraction": 0.25}]}]},
    "GetUserStatus": {"userStatus": {"email": "kim@example.org", "userTier": {"name": "Ultra"}}},
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        allowed = self.headers["X-Codeium-Csrf-Token"] == TOKEN
        body = json.dumps(ANSWERS[self.path.rpartition("/")[2]] if allowed else {}).encode()
        self.send_response(200 if allowed else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
if "--certificate" in sys.argv:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[sys.argv.index("--certificate") + 1])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"""

type Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path) -> Any:
    """Start the language server with these arguments; return its port."""
    folder = tmp_path / "antigravity" / "bin"
    folder.mkdir(parents=True)
    program = folder / "language_server_linux_x64"
    program.symlink_to(sys.executable)
    (folder / "server.py").write_text(SERVER)
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> int:
        argv = [str(program), "-IS", str(folder / "server.py"), "--app_data_dir", "antigravity", *arguments]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own server
        running.append(process)
        assert process.stdout
        return int(process.stdout.readline())

    run.running = running  # type: ignore[attr-defined]
    yield run
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and the certificate that it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )
    return file


@pytest.fixture
async def account(socket_enabled: None) -> AsyncIterator[Account]:
    """Return an account that asks what runs on this machine."""
    async with aiohttp.ClientSession() as session:
        yield Account(Antigravity(), InMemory({"source": "local"}), session)


@pytest.mark.parametrize("over_tls", [True, False])
async def test_a_running_server_is_found_and_asked(
    account: Account, start: Start, certificate: Path, *, over_tls: bool
) -> None:
    start("--csrf_token", "secret-of-the-app", *(["--certificate", str(certificate)] if over_tls else []))
    snapshot = await fetch(account)
    assert (snapshot.source, snapshot.account, snapshot.plan) == ("local", "kim@example.org", "Ultra")
    assert [(window.id, window.used_percent) for window in snapshot.windows] == [("weekly_gemini", 75.0)]


async def test_processes_ports_and_owners_come_from_proc(start: Start, machine: Machine) -> None:
    port = start("--csrf_token", "secret-of-the-app")
    pid = start.running[0].pid  # type: ignore[attr-defined]
    env = {"PATH": str(machine.programs)}
    found = {each.pid: each.command for each in await processes(env)}
    assert kind_of(found[pid]) == "app"
    assert await listening_ports(pid, env) == [port]
    assert await is_of_this_user(pid, env)
    assert not await is_of_this_user(2**22 + 1, env)


async def test_any_certificate_is_taken_of_this_machine_alone(
    account: Account, start: Start, certificate: Path
) -> None:
    port = start("--csrf_token", "secret-of-the-app", "--certificate", str(certificate))
    call = Call(account)
    with pytest.raises(Unavailable, match="Certificate"):
        await call.at(f"https://127.0.0.1:{port}").post("x", json={})
    reply = await call.at(f"https://127.0.0.1:{port}", trust_loopback=True).post("x", json={})
    assert reply.status == 403
    for host in ("example.org", "127.0.0.2", "localhost"):
        with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
            call.at(f"https://{host}", trust_loopback=True)


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("C:\\Programs\\Antigravity\\resources\\bin\\language_server_windows_x64.exe --csrf_token a", "app"),
        ("/Applications/Antigravity IDE.app/x/language_server_macos_arm --csrf_token a", "ide"),
        ("/home/me/.ide/extensions/antigravity/bin/language_server_linux_x64", "ide"),
        ("/x/language-server --app_data_dir=antigravity-ide", "ide"),
        ("/usr/bin/agy", "cli"),
        ("node /opt/antigravity-cli/index.js", "cli"),
        ("/opt/other/language_server --csrf_token a", None),
        ("/usr/bin/legacy --run agy-like", None),
    ],
)
def test_a_command_line_tells_what_runs(command: str, kind: str | None) -> None:
    assert kind_of(command) == kind


# The sign-in

CLIENT = {"client_id": "id-2", "client_secret": "cs-two-2"}


async def test_the_sign_in_keeps_tokens_client_and_account(upstream: Upstream, session: aiohttp.ClientSession) -> None:
    upstream.answer(
        "POST", "https://oauth2.googleapis.com/token", json={"access_token": "ya29.new", "refresh_token": "1//new"}
    )
    upstream.answer(
        "GET", "https://www.googleapis.com/oauth2/v2/userinfo", json={"id": "118", "email": "kim@example.org"}
    )
    call = Call(Account(Antigravity(), InMemory(CLIENT), session))
    sign_in: Any = Antigravity.sign_ins[0]
    prompt = sign_in.start(call)
    asked = {key: values[0] for key, values in parse_qs(urlsplit(prompt.url).query).items()}
    assert asked["redirect_uri"] == "http://127.0.0.1:51121/callback"
    assert asked["prompt"] == "select_account consent"
    assert asked["scope"].split() == [
        "https://www.googleapis.com/auth/cloud-platform",
        "https://www.googleapis.com/auth/userinfo.email",
    ]
    with pytest.raises(AuthFailed, match="access_denied"):
        await sign_in.finish(call, prompt, f"127.0.0.1:51121/callback?error=access_denied&state={prompt.state}")
    pasted = str(URL("http://127.0.0.1:51121/callback").with_query(code="4/abc", state=prompt.state))
    kept = json.loads((await sign_in.finish(call, prompt, pasted))["credentials_json"])
    assert CLIENT.items() <= kept.items()
    assert (kept["access_token"], kept["refresh_token"], kept["email"]) == ("ya29.new", "1//new", "kim@example.org")


async def test_a_project_that_was_found_is_kept_with_the_credentials(
    upstream: Upstream, session: aiohttp.ClientSession
) -> None:
    google = "https://cloudcode-pa.googleapis.com/v1internal:"
    upstream.answer("POST", f"{google}loadCodeAssist", json={"cloudaicompanionProject": "proj-8"})
    upstream.answer(
        "POST",
        f"{google}retrieveUserQuotaSummary",
        json={"groups": [{"displayName": "Gemini", "buckets": [{"bucketId": "weekly", "remainingFraction": 1}]}]},
    )
    keeper = InMemory({"source": "oauth", "credentials_json": json.dumps({"access_token": "ya29.mine", "other": 1})})
    await fetch(Account(Antigravity(), keeper, session))
    kept = json.loads(keeper.data["credentials_json"])
    assert kept == {"access_token": "ya29.mine", "other": 1, "project_id": "proj-8"}


@pytest.mark.parametrize(
    ("group", "bucket", "found"),
    [
        ("Gemini models", "x", ("gemini", "Gemini")),
        ("Claude and GPT", "x", ("claude_gpt", "Claude and GPT")),
        (None, "gemini-5h", ("gemini", "Gemini")),
        (None, "3p-weekly", ("claude_gpt", "Claude and GPT")),
        (None, "third-party", ("claude_gpt", "Claude and GPT")),
        ("Something New", "x", ("something_new", "Something New")),
        (None, "x", ("quota", "Quota")),
    ],
)
def test_which_models_a_group_is_about(group: str | None, bucket: str, found: tuple[str, str]) -> None:
    assert family_of(group, bucket) == found


async def test_the_tool_where_windows_keeps_it(
    machine: Machine, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = machine.write("AppData/agy/bin/agy.exe", "#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("LOCALAPPDATA", str(machine.home / "AppData"))
    call = Call(Account(Antigravity(), InMemory({}), session))
    assert await find_agy(call) == tool
