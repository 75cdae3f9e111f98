"""A real Home Assistant: a process of its own, driven over its REST and WebSocket interfaces."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
import json
import os
from pathlib import Path
import signal
import socket
import sys
from typing import IO, Any

import aiohttp

from tests.upstream import Door

ROOT = Path(__file__).parents[2]
DOMAIN = "ai_quota"
USER = "demo"
PASSWORD = "demo"  # noqa: S105  of a machine that only this one can reach

CONFIGURATION = """\
homeassistant:
  name: AI Quota
  time_zone: Etc/UTC
  unit_system: metric
  country: DE
api:
automation: !include automations.yaml
config:
frontend:
history:
logbook:
recorder:
lovelace:
  dashboards:
    ai-plans:
      mode: yaml
      title: AI plans
      icon: mdi:gauge
      show_in_sidebar: true
      filename: dashboard.yaml
"""
DASHBOARD = "strategy: {type: 'custom:ai-quota'}\n"
"""The integration lays it out by itself."""

KEPT = ("LANG", "LC_", "TMPDIR", "PIP_", "UV_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY")
"""What it sees of this environment: what installing packages needs, and none of the keys of a developer."""

START_SECONDS = 180
"""The first start installs what Home Assistant requires."""
STOP_SECONDS = 30


@dataclass
class Home:
    """A Home Assistant in a folder of its own, at a port of this machine."""

    folder: Path
    port: int
    door: Door
    tokens: dict[str, Any] = field(default_factory=dict, init=False)
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The address of its front end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def user_home(self) -> Path:
        """The home directory that it sees."""
        return self.folder / "home"

    @property
    def programs(self) -> Path:
        """The first folder on its PATH."""
        return self.folder / "programs"

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self.folder / "output.log"

    # The process

    async def prepare(self) -> None:
        """Make the folder: a configuration, the integration, one user, no onboarding."""
        for folder in (self.user_home, self.programs, self.folder / ".storage", self.folder / "custom_components"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "configuration.yaml").write_text(CONFIGURATION)
        for name, content in (("automations.yaml", "[]\n"), ("dashboard.yaml", DASHBOARD)):
            if not (self.folder / name).exists():
                (self.folder / name).write_text(content)
        link = self.folder / "custom_components" / DOMAIN
        if not link.is_symlink():
            link.symlink_to(ROOT / "custom_components" / DOMAIN)
        self._store("onboarding", 4, 1, {"done": ["user", "core_config", "analytics", "integration"]})
        self._store("http", 2, 2, {"stable": self._http, "pending": None, "yaml_migration_done": True})
        if not (self.folder / ".storage" / "auth").exists():
            command = ("--script", "auth", "-c", str(self.folder), "add", USER, PASSWORD)
            adding = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "homeassistant", *command, stdout=asyncio.subprocess.DEVNULL
            )
            if await adding.wait():
                raise RuntimeError("no user could be added")

    @property
    def _http(self) -> dict[str, Any]:
        """The settings of the HTTP server: this machine only."""
        return {
            "server_host": ["127.0.0.1"],
            "server_port": self.port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }

    def _store(self, key: str, version: int, minor_version: int, data: Mapping[str, Any]) -> None:
        content = {"version": version, "minor_version": minor_version, "key": key, "data": data}
        (self.folder / ".storage" / key).write_text(json.dumps(content))

    async def start(self) -> None:
        """Start it and wait until it runs."""
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.port)):
            raise SystemExit(f"Port {self.port} is taken. Choose another one with --port.")
        with self.log.open("ab") as log:
            self._process = await self.spawn("scripts.lib.launcher", "-c", str(self.folder), output=log, errors=log)
        async with asyncio.timeout(START_SECONDS):
            await self._until_running()

    async def spawn(
        self, module: str, *arguments: str, output: int | IO[bytes], errors: IO[bytes]
    ) -> asyncio.subprocess.Process:
        """Start a module that is told the door first, in an environment that holds nothing of this one's secrets."""
        door = self.folder / "door.json"
        door.write_text(json.dumps(asdict(self.door)))
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        places = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.user_home)}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, str(door), *arguments),
            cwd=ROOT,
            env={**kept, **places},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )

    async def _until_running(self) -> None:
        while not await self._is_running():
            if self._process and self._process.returncode is not None:
                raise RuntimeError(f"Home Assistant has ended, see {self.log}")
            await asyncio.sleep(0.3)

    async def _is_running(self) -> bool:
        try:
            if not self.tokens:
                self.tokens = await self._log_in()
            return bool((await self.get("core/state"))["state"] == "RUNNING")
        except aiohttp.ClientError, KeyError:
            return False

    async def stop(self) -> None:
        """End it and everything that it started, politely if that helps."""
        if self._process is None:
            return
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, sent)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
        self._process = None

    async def wait(self) -> None:
        """Wait until it ends by itself."""
        if self._process:
            await self._process.wait()

    async def restart(self) -> None:
        """Stop it and start it again."""
        await self.stop()
        await self.start()

    # Its interfaces

    async def _log_in(self) -> dict[str, Any]:
        client = f"{self.url}/"
        async with aiohttp.ClientSession(self.url, raise_for_status=True) as session:
            login = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
            flow = await (await session.post("/auth/login_flow", json=login)).json()
            answer = {"client_id": client, "username": USER, "password": PASSWORD}
            done = await (await session.post(f"/auth/login_flow/{flow['flow_id']}", json=answer)).json()
            grant = {"grant_type": "authorization_code", "code": done["result"], "client_id": client}
            return dict(await (await session.post("/auth/token", data=grant)).json())

    async def request(self, method: str, path: str, data: Any = None) -> Any:
        """Return the JSON that a request below /api/ yields; raises aiohttp.ClientResponseError."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{self.url}/api/{path}", json=data) as response,
        ):
            if response.status >= 400:
                detail = f"{method} {path}: {await response.text()}"
                raise aiohttp.ClientResponseError(
                    response.request_info, response.history, status=response.status, message=detail
                )
            return await response.json()

    async def get(self, path: str) -> Any:
        """Return the JSON that a GET request below /api/ yields."""
        return await self.request("GET", path)

    async def post(self, path: str, data: Any = None) -> Any:
        """Return the JSON that a POST request below /api/ yields."""
        return await self.request("POST", path, data)

    async def ask(self, command: str, **arguments: Any) -> Any:
        """Return the result of a WebSocket command."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": command, **arguments})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise RuntimeError(f"{command}: {answer['error']}")
        return answer["result"]

    # Config flows and entities

    async def begin(self) -> dict[str, Any]:
        """Begin adding an account."""
        return dict(await self.post("config/config_entries/flow", {"handler": DOMAIN, "show_advanced_options": True}))

    async def answer(self, flow: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the next step of a flow."""
        return dict(await self.post(f"config/config_entries/flow/{flow['flow_id']}", data))

    async def look(self, flow: Mapping[str, Any]) -> dict[str, Any]:
        """Return a flow's step as it is now."""
        return dict(await self.get(f"config/config_entries/flow/{flow['flow_id']}"))

    async def waiting(self, entry_id: str) -> list[dict[str, Any]]:
        """Return the flows that wait for somebody to sign in again or to repair this account."""
        found = await self.ask("config_entries/flow/progress")
        return [each for each in found if each["context"].get("entry_id") == entry_id]

    async def entry(self, entry_id: str) -> dict[str, Any]:
        """Return an account."""
        return next(each for each in await self.entries() if each["entry_id"] == entry_id)

    async def entries(self) -> list[dict[str, Any]]:
        """Return the accounts."""
        return list(await self.get(f"config/config_entries/entry?domain={DOMAIN}"))

    async def account(self, provider: str) -> str:
        """Return the entry of the first account of a provider, by its name."""
        return str(next(each["entry_id"] for each in await self.entries() if each["title"].startswith(provider)))

    async def act(self, action: str, **data: Any) -> Any:
        """Call one of the integration's actions and return its response, if it gives one."""
        responds = "?return_response" if action == "get_usage" else ""
        answer = await self.post(f"services/{DOMAIN}/{action}{responds}", data)
        return answer["service_response"] if responds else None

    async def entities(self, entry_id: str) -> list[dict[str, Any]]:
        """Return the entities of an account that are enabled, as the registry knows them."""
        known = await self.ask("config/entity_registry/list")
        return [each for each in known if each["config_entry_id"] == entry_id and not each["disabled_by"]]

    async def reload(self, entry_id: str) -> None:
        """Set an account up anew."""
        await self.post(f"config/config_entries/entry/{entry_id}/reload")

    async def state(self, entry_id: str, key: str) -> dict[str, Any]:
        """Return the state of the entity of an account whose unique id ends in this key."""
        unique_id = f"{entry_id}_{key}"
        entity_id = next(each["entity_id"] for each in await self.entities(entry_id) if each["unique_id"] == unique_id)
        return dict(await self.get(f"states/{entity_id}"))

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity."""
        return {state["entity_id"]: state for state in await self.get("states")}


@asynccontextmanager
async def running(home: Home) -> AsyncIterator[Home]:
    """Start a Home Assistant, and end it with the context."""
    await home.prepare()
    try:
        await home.start()
        yield home
    finally:
        await home.stop()
