"""Claude Code on this machine: its files, which are read only, and its tool, which is asked for `/usage`.

https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/cli-reference
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import re
from typing import Self
from uuid import NAMESPACE_URL, uuid5

from . import local
from .account import Call
from .claude_usage_text import compact, failure, has_limits, is_loading
from .model import BadConfiguration, QuotaError, Unavailable
from .parse import Json, mapping
from .screen import shown

PLACES = (
    "~/.local/bin/claude",
    "~/.claude/local/claude",
    "~/.claude/bin/claude",
    "/opt/homebrew/bin/claude",
    "/usr/local/bin/claude",
)
ROWS, COLUMNS = 50, 160

AUTH_SECONDS = 5
USAGE_SECONDS = 24
PATIENT_SECONDS = 60
STATUS_SECONDS = 12
START_SECONDS = 2.0
ENTER_SECONDS = 0.8
SETTLE_SECONDS = 2.0
EXIT_SECONDS = 0.5

ESCAPE, ENTER, CLEAR_LINE = "\x1b", "\r", "\x15"
WHERE_IS_THE_CURSOR, AT_THE_TOP = "\x1b[6n", "\x1b[1;1R"
PROMPTS = {
    "doyoutrustthefilesinthisfolder?": f"y{ENTER}",
    "quicksafetycheck:": ENTER,
    "yes,itrustthisfolder": ENTER,
    "readytocodehere?": ENTER,
    "pressentertocontinue": ENTER,
    "showplan": ENTER,
}
"""What the tool may ask first, without blanks, and the answer; its working folder holds nothing to fear."""

SETTINGS = json.dumps({"disableDeepLinkRegistration": "disable"})


@dataclass(frozen=True, kw_only=True)
class ClaudeCode:
    """An installation: where it keeps its things, and the environment that it runs in.

    `folder` is the configured folder, None for the usual place; `tool` the configured path of the program.
    """

    home: Path
    env: Mapping[str, str]
    folder: Path | None
    tool: str | None

    @classmethod
    async def of(cls, call: Call) -> Self:
        """Return the installation that an entry names; raises BadConfiguration when its folder is not there."""
        # Claude Code takes its variable literally; in a form a person may write ~.
        own, given = call.own("config_dir"), call.get("config_dir")
        folder = call.path(own) if own else Path(given) if given else None
        if own and folder and not await asyncio.to_thread(folder.is_dir):
            raise BadConfiguration(f"config_dir: there is no folder {folder}", "config_dir")
        return cls(home=call.home, env=call.env, folder=folder, tool=call.get("cli_path"))

    # Files

    @property
    def settings(self) -> Path:
        """Return the folder of settings and transcripts."""
        return self.folder or self.home / ".claude"

    @property
    def credentials_file(self) -> Path:
        """Return the file of the sign-in, which can be kept apart from the settings."""
        apart = self.env.get("CLAUDE_SECURESTORAGE_CONFIG_DIR")
        root = self.settings if apart is None else Path(apart or self.home / ".claude")
        return root / ".credentials.json"

    async def has_credentials(self) -> bool:
        """Return whether the tool keeps a sign-in in a file; on macOS it may be in the keychain alone."""
        return await local.exists(self.credentials_file)

    async def credentials(self) -> Json:
        """Return the file of the sign-in; errors as for `local.read_json`."""
        return mapping(await local.read_json(self.credentials_file))

    async def signed_in_account(self) -> Json:
        """Return what the tool noted of its account (`emailAddress`, `organizationUuid`…); nothing when unreadable."""
        for path in (self.settings / ".config.json", (self.folder or self.home) / ".claude.json"):
            try:
                found = await local.read_json(path)
            except QuotaError:
                return {}
            if found is not None:
                return mapping(mapping(found).get("oauthAccount"))
        return {}

    # The tool

    async def program(self) -> Path | None:
        """Return the program, None when there is none; raises BadConfiguration when the configured one is none."""
        return await local.find_tool("claude", self.tool, env=self.env, home=self.home, places=PLACES)

    async def version(self) -> str | None:
        """Return the program's version where its file is named after it, as the native installer does."""
        program = await self.program()
        name = (await asyncio.to_thread(program.resolve)).name if program else ""
        return name if re.fullmatch(r"\d+\.\d+\.\d+", name) else None

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[ClaudeTool]:
        """Give the tool in a working folder of its own; the transcripts that it leaves are removed afterwards.

        The folder stays the same, so that the tool has to note only once that it may be trusted.
        Raises Unavailable when there is no tool, or no such folder can be made.
        """
        program = await self.program()
        if program is None:
            raise Unavailable("Claude Code is not installed on this machine")
        cache = Path(self.env.get("XDG_CACHE_HOME") or self.home / ".cache")
        folder = await asyncio.to_thread(_prepared, cache / "ai_quota" / "claude")
        configured = {"CLAUDE_CONFIG_DIR": str(self.folder)} if self.folder else {}
        env = local.clean_environment(self.env, "CLAUDE_", DISABLE_AUTOUPDATER="1", TERM="xterm-256color", **configured)
        transcripts = self.settings / "projects" / re.sub(r"[^A-Za-z0-9]", "-", str(folder))
        try:
            yield ClaudeTool(program, env, folder)
        finally:
            await asyncio.shield(asyncio.to_thread(_remove_transcripts, transcripts))


def _prepared(folder: Path) -> Path:
    """Return the working folder, made when it is not there; nothing but the settings is in it."""
    settings = folder / ".claude" / "settings.local.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(SETTINGS)
    except OSError as err:
        raise Unavailable(f"{folder} cannot be made for Claude Code to run in ({err.strerror})") from err
    return folder.resolve()


def _remove_transcripts(folder: Path) -> None:
    for transcript in folder.glob("*.jsonl"):
        transcript.unlink(missing_ok=True)


@dataclass(frozen=True)
class ClaudeTool:
    """The program, ready to be asked."""

    program: Path
    env: Mapping[str, str]
    folder: Path

    async def auth_status(self) -> Json:
        """Return what it says of its sign-in (`loggedIn`, `email`…), nothing when it cannot say."""
        done = await local.run(
            [self.program, "auth", "status", "--json"], env=self.env, cwd=self.folder, seconds=AUTH_SECONDS
        )
        try:
            return mapping(json.loads(done.stdout))
        except ValueError:
            return {}

    async def usage(self) -> str:
        """Return what `/usage` prints without a terminal: the limits in newer versions, else a failure maybe."""
        done = await local.run([self.program, "/usage"], env=self.env, cwd=self.folder, seconds=USAGE_SECONDS)
        return done.stdout if has_limits(done.stdout) else done.output

    async def usage_on_terminal(self) -> tuple[str, str]:
        """Return what a terminal shows for `/usage`, and for `/status`; a slow tool gets a second, longer chance.

        On a terminal the tool may send a message of one token of its own accord when it starts: the last resort.
        """
        usage, status = await self._on_terminal(USAGE_SECONDS)
        if is_loading(usage):
            usage, status = await self._on_terminal(PATIENT_SECONDS)
        return usage, status

    async def _on_terminal(self, seconds: float) -> tuple[str, str]:
        session = str(uuid5(NAMESPACE_URL, str(self.folder)))
        argv = [str(self.program), "--allowed-tools", "", "--strict-mcp-config", "--session-id", session]
        async with local.terminal(argv, env=self.env, cwd=self.folder, rows=ROWS, columns=COLUMNS) as terminal:
            dialogue = _Dialogue(terminal)
            usage = await dialogue.ask("/usage", seconds, lambda text: has_limits(text) or failure(text) is not None)
            status = ""
            if has_limits(usage) and seconds == USAGE_SECONDS:
                terminal.type(ESCAPE)  # closes the panel
                status = await dialogue.ask("/status", STATUS_SECONDS, lambda text: "loginmethod:" in compact(text))
            await dialogue.leave()
        return usage, status


class _Dialogue:
    """A person at the terminal, who types a command and answers what is asked in between."""

    def __init__(self, terminal: local.Terminal) -> None:
        self._terminal = terminal
        self._queries = 0
        self._prompts = dict(PROMPTS)

    async def ask(self, command: str, seconds: float, is_done: Callable[[str], bool]) -> str:
        """Type a command when the tool has started; return the screen once it is done, or its time is up.

        Enter is pressed again and again: a tool that is still drawing may have missed it.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        next_key, typed = clock() + START_SECONDS, False
        keys = command
        while clock() < deadline and not self._terminal.closed:
            await self._listen(min(next_key, deadline) - clock())
            if is_done(self._screen):
                await self._linger(SETTLE_SECONDS)  # the tool may not have drawn everything yet
                break
            if self._answer_prompts():
                # What was typed at a prompt is lost; should it not be, it must not stand there twice.
                next_key, keys = clock() + START_SECONDS, (CLEAR_LINE if typed else "") + command
            elif clock() >= next_key:
                if keys:
                    self._terminal.type(keys)
                    typed, keys = True, ""
                self._terminal.type(ENTER)
                next_key = clock() + ENTER_SECONDS
        return self._screen

    async def leave(self) -> None:
        """Ask the tool to end, and give it a moment."""
        for keys in (ESCAPE, "/exit", ENTER):
            self._terminal.type(keys)
        await self._linger(EXIT_SECONDS)

    @property
    def _screen(self) -> str:
        return shown(self._terminal.text, ROWS)

    async def _listen(self, seconds: float) -> None:
        """Wait for more output, at most so long."""
        await self._terminal.news(max(0.0, seconds))
        asked = self._terminal.text.count(WHERE_IS_THE_CURSOR)
        self._terminal.type(AT_THE_TOP * (asked - self._queries))
        self._queries = asked

    async def _linger(self, seconds: float) -> None:
        """Watch for so long, or until the tool has ended."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while clock() < until and not self._terminal.closed:
            await self._listen(until - clock())

    def _answer_prompts(self) -> bool:
        """Answer each prompt that is on the screen, once; return whether there was any."""
        screen = compact(self._screen)
        found = [prompt for prompt in self._prompts if prompt in screen]
        for prompt in found:
            self._terminal.type(self._prompts.pop(prompt))
        return bool(found)
