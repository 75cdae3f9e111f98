"""Providers to sign in to: what the token endpoints of Claude, OpenAI and GitHub do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from custom_components.ai_quota.quota import PROVIDERS, load
from custom_components.ai_quota.quota.provider import StatusLink
from custom_components.ai_quota.quota.status import feed_of
from scripts.lib.flows import Step, finish, to_credentials
from scripts.lib.home import Home
from tests.upstream import Request, Response, Upstream

type Respond = Callable[[Request], Response]


@dataclass
class Claude:
    """Claude with its own sign-in: codes are pasted, refresh tokens are good for once."""

    upstream: Upstream
    usage: Respond
    profile: Respond
    lifetime: int = 28_800
    """Seconds for which an access token is good."""
    is_slow: bool = False
    """Whether the usage never comes."""
    issued: list[tuple[str, str]] = field(default_factory=list)
    """Every access token with its refresh token; only the last ones are good."""

    def open(self) -> None:
        """Answer from now on."""
        self.upstream.answer("POST", "https://platform.claude.com/v1/oauth/token", self._give_tokens)
        self.upstream.answer("GET", "https://api.anthropic.com/api/oauth/usage", self._check(self.usage))
        self.upstream.answer("GET", "https://api.anthropic.com/api/oauth/profile", self._check(self.profile))

    def _give_tokens(self, request: Request) -> Response:
        asked = request.json or {}
        if asked.get("grant_type") == "refresh_token" and asked["refresh_token"] != self.issued[-1][1]:
            return {"status": 400, "json": {"error": "invalid_grant"}}
        number = len(self.issued) + 1
        self.issued.append((f"access-{number}", f"refresh-{number}"))
        access, refresh = self.issued[-1]
        return {"json": {"access_token": access, "refresh_token": refresh, "expires_in": self.lifetime}}

    def _check(self, respond: Respond) -> Respond:
        def checked(request: Request) -> Response:
            if self.is_slow:
                return {"fault": "timeout"}
            if not self.issued or request.headers.get("Authorization") != f"Bearer {self.issued[-1][0]}":
                return {"status": 401, "json": {"error": {"type": "authentication_error"}}}
            return respond(request)

        return checked

    async def sign_in(self, home: Home) -> Step:
        """Return the entry of an account that is added by a pasted code."""
        page = await to_credentials(home, "claude", "sign_in_browser")
        return await finish(home, await self.paste(home, page))

    async def paste(self, home: Home, page: Step) -> Step:
        """Return the step after the code was pasted."""
        return await home.answer(page, {"code": "code-of-the-page"})


@dataclass
class DeviceLogin:
    """A login by a code that is entered on a page: the person takes as many polls as `pending` says."""

    pending: int = 1

    def wait(self, granted: Response, refused: Response) -> Respond:
        """Return the answer to polls."""

        def respond(_: Request) -> Response:
            self.pending -= 1
            return granted if self.pending < 0 else refused

        return respond


def open_github(upstream: Upstream, token: str) -> None:
    """Answer the device login of GitHub with this token."""
    code = {
        "device_code": "device-code",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://github.com/login/device",
        "expires_in": 900,
        "interval": 1,
    }
    granted = {"json": {"access_token": token, "token_type": "bearer", "scope": ""}}
    upstream.answer("POST", "https://github.com/login/device/code", json=code)
    polls = DeviceLogin().wait(granted, {"json": {"error": "authorization_pending"}})
    upstream.answer("POST", "https://github.com/login/oauth/access_token", polls)


def open_openai(upstream: Upstream, tokens: dict[str, Any]) -> None:
    """Answer the device login of OpenAI with these tokens."""
    issuer = "https://auth.openai.com"
    code = {"device_auth_id": "device-id", "user_code": "ABCD-EFGHI", "interval": "1"}
    granted = {"json": {"authorization_code": "code", "code_verifier": "verifier", "code_challenge": "challenge"}}
    upstream.answer("POST", f"{issuer}/api/accounts/deviceauth/usercode", json=code)
    polls = DeviceLogin().wait(granted, {"status": 403, "json": {}})
    upstream.answer("POST", f"{issuer}/api/accounts/deviceauth/token", polls)
    upstream.answer("POST", f"{issuer}/oauth/token", json=tokens)


async def enter_code(home: Home, provider: str) -> Step:
    """Return the entry of an account that is added by a device login."""
    flow = await to_credentials(home, provider, "sign_in")
    if flow["type"] == "form":
        flow = await home.answer(flow, {})
    while flow["type"] in ("progress", "progress_done"):
        await asyncio.sleep(0.5)
        flow = await home.look(flow)
    return await finish(home, flow)


COMPONENTS = {
    "https://status.claude.com": ("Claude Code", "claude.ai", "Claude API"),
    "https://status.openai.com": ("Codex Web", "Codex API", "CLI", "Responses", "Chat Completions", "Embeddings"),
    "https://status.perplexity.com": ("Website",),
    "https://www.githubstatus.com": ("Copilot", "Copilot AI Model Providers"),
}
"""The parts of the status pages that have any."""
SLOW = "https://status.cursor.com"
"""The one page that tells of trouble."""


def open_status_pages(upstream: Upstream) -> None:
    """Answer as the status pages of all providers."""
    pages = {feed_of(link): link for link in (load(provider).status for provider in PROVIDERS) if link}
    for address, link in pages.items():
        match link.kind:
            case "google_workspace" | "google_cloud":
                upstream.answer("GET", address, json=[])
            case "instatus":
                rows = [{"id": name, "name": name, "status": "OPERATIONAL"} for name in COMPONENTS.get(address, ())]
                upstream.answer("GET", f"{address}/summary.json", json={"page": {"name": address, "status": "UP"}})
                upstream.answer("GET", f"{address}/components.json", json={"components": rows})
            case "statuspage":
                for name in ("summary", "components"):
                    upstream.answer("GET", f"{address}/api/v2/{name}.json", json=statuspage(link))


def statuspage(link: StatusLink) -> dict[str, Any]:
    """Return what a status page says."""
    slow = link.url == SLOW
    incident = {"name": "Slow answers", "impact": "minor", "status": "identified", "components": []}
    return {
        "page": {"name": link.url, "updated_at": datetime.now(UTC).isoformat()},
        "status": {
            "indicator": "minor" if slow else "none",
            "description": "Partially degraded" if slow else "All systems operational",
        },
        "components": [{"id": name, "name": name, "status": "operational"} for name in COMPONENTS.get(link.url, ())],
        "incidents": [incident] if slow else [],
    }
