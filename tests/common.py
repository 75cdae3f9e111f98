"""What tests share: adding an account, files and programs that a case names."""

import base64
from collections.abc import Mapping
import json
from pathlib import Path
import sqlite3
import sys
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ai_quota.config_flow import QuotaConfigFlow
from custom_components.ai_quota.const import CONF_SERVICE_STATUS, DOMAIN
from custom_components.ai_quota.quota import PROVIDERS


async def add_account(
    hass: HomeAssistant, provider: str, data: Mapping[str, Any] | None = None, **entry: Any
) -> MockConfigEntry:
    """Return the entry of an account, set up as far as it goes; `entry` is for MockConfigEntry."""
    added = MockConfigEntry(
        domain=DOMAIN,
        version=QuotaConfigFlow.VERSION,
        minor_version=QuotaConfigFlow.MINOR_VERSION,
        data={"provider": provider, "source": "auto", **(data or {})},
        # Without the status page, which would be asked in the midst of what is watched.
        **{"title": PROVIDERS[provider], "options": {CONF_SERVICE_STATUS: False}, **entry},
    )
    added.add_to_hass(hass)
    await hass.config_entries.async_setup(added.entry_id)
    await hass.async_block_till_done()
    return added


def shorten_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every time-out of aiohttp pass fifty times as fast."""
    patient = aiohttp.ClientTimeout
    monkeypatch.setattr(
        aiohttp, "ClientTimeout", lambda **limits: patient(**{name: limit / 50 for name, limit in limits.items()})
    )


def write_file(path: Path, content: str | Mapping[str, Any]) -> None:
    """Write a file as cases describe it: text, `{"sqlite": [statements]}` or `{"base64": …}`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content)
    elif "base64" in content:
        path.write_bytes(base64.b64decode(content["base64"]))
    else:
        database = sqlite3.connect(path)
        for statement in content["sqlite"]:
            database.execute(statement)
        database.commit()
        database.close()


PROGRAM = """#!{python} -IS
import json, sys

spec = json.loads({spec!r})


def answer(call):
    found = spec["rpc"].get(call["method"], {{"error": {{"code": -32601, "message": "method not found"}}}})
    outcome = found if isinstance(found, dict) and found.keys() == {{"error"}} else {{"result": found}}
    print(json.dumps({{"jsonrpc": "2.0", "id": call["id"], **outcome}}), flush=True)


if isinstance(spec, dict):
    for call in map(json.loads, filter(str.strip, sys.stdin)):
        if "id" in call:
            answer(call)
    sys.exit()
for each in spec:
    if sys.argv[1:][: len(each["args"])] == each["args"]:
        sys.stdout.write(each.get("stdout", ""))
        sys.stderr.write(each.get("stderr", ""))
        sys.exit(each.get("exit", 0))
sys.exit(127)
"""


def write_program(path: Path, spec: Any) -> None:
    """Write an executable that behaves as the `commands` of a case say."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PROGRAM.format(python=sys.executable, spec=json.dumps(spec)))
    path.chmod(0o755)
