"""What Claude Code writes down on this machine: every answer that it got, with the tokens that it took.

https://code.claude.com/docs/en/settings (CLAUDE_CONFIG_DIR); the lines are as Claude Code 2 writes them
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from pathlib import Path

from . import parse
from .account import Call
from .parse import Json

HOMES = ("~/.config/claude", "~/.claude")
OLD = timedelta(days=31)
"""Files that were not written to for longer are not read."""

TOKENS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


@dataclass(frozen=True)
class Answer:
    """An answer of the model: when it came, and the tokens that it took, those of caches included."""

    at: datetime
    tokens: float


async def read_answers(call: Call, counts: Callable[[Json], bool]) -> list[Answer] | None:
    """Return the answers of the last month whose line `counts`, None when there are no logs that can be read."""
    homes = [home for each in call.env.get("CLAUDE_CONFIG_DIR", "").split(",") if (home := each.strip())] or HOMES
    folders = [call.path(home) / "projects" for home in homes]
    return await asyncio.to_thread(_answers, folders, call.now - OLD, counts)


def _answers(folders: Iterable[Path], since: datetime, counts: Callable[[Json], bool]) -> list[Answer] | None:
    """Return the answers, each once; one that is told again, in its file or another, is what was told last."""
    found: dict[object, Answer] = {}
    files = sorted(_files(folders))
    readable = 0
    for modified, file in files:
        if modified < since.timestamp():
            readable += 1
            continue
        try:
            told = dict(_told(file, counts))
        except OSError:
            continue
        readable += 1
        for key, answer in told.items():
            if key not in found or answer.at >= found[key].at:
                found[key] = answer
    return list(found.values()) if readable else None


def _files(folders: Iterable[Path]) -> Iterator[tuple[float, Path]]:
    """Yield every log with the time of its last change (Unix seconds)."""
    for folder in folders:
        for file in folder.rglob("*.jsonl"):
            try:
                yield file.stat().st_mtime, file
            except OSError:  # it has just gone
                continue


def _told(file: Path, counts: Callable[[Json], bool]) -> Iterator[tuple[object, Answer]]:
    """Yield the answers in a log as they stand there, with what tells one from another."""
    with file.open(errors="replace") as lines:
        for number, line in enumerate(lines):
            if '"usage"' not in line:  # most lines; decoding them all takes long
                continue
            try:
                entry = parse.mapping(json.loads(line))
            except ValueError, RecursionError:
                continue
            message = parse.mapping(entry.get("message"))
            usage = message.get("usage")
            at = parse.moment(entry.get("timestamp"))
            if entry.get("type") != "assistant" or not isinstance(usage, dict) or at is None or not counts(entry):
                continue
            ids = (parse.text(message.get("id")), parse.text(entry.get("requestId")))
            tokens = sum(max(0.0, parse.number(usage.get(key)) or 0) for key in TOKENS)
            yield (ids if any(ids) else (file, number)), Answer(at, tokens)
