"""JetBrains AI."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
import json
from pathlib import Path
import re
import sys
from typing import Any

from .. import parse
from ..account import Call
from ..credentials import path
from ..local import read_once, read_text, xml_root
from ..model import BadConfiguration, InvalidResponse, Metric, MetricKind, QuotaError, Reading, Unavailable, Window
from ..parse import Json
from ..provider import Provider, StatusLink, strategy

COMPONENT = "AIAssistantQuotaManager2"
QUOTA_FILE = f"options/{COMPONENT}.xml"
MAX_BYTES = 1024 * 1024

PARTS_OF_A_CREDIT = 100_000
"""The file counts in hundred-thousandths of a credit."""

PLANS = {"free": "Free", "paid": "Paid", "trial": "Trial"}
"""The types of a quota that are plans; the others (`Available`…) are states."""


class JetBrains(Provider):
    """JetBrains AI: the monthly credits of an account, from the file in which an IDE keeps them.

    Source: options/AIAssistantQuotaManager2.xml below an IDE's configuration folder. It is written while an
    IDE with AI Assistant runs, and undocumented.
    """

    id = "jetbrains"
    name = "JetBrains AI"
    dashboard = "https://account.jetbrains.com/licenses"
    status = StatusLink("https://status.jetbrains.cloud")
    missing = "open a JetBrains IDE with AI Assistant on this computer once, or set ide_path"
    fields = (
        path(
            "ide_path",
            help="For example ~/.config/JetBrains/PyCharm2026.2; when empty, the IDE that was used last is taken.",
            link="https://www.jetbrains.com/help/idea/directories-used-by-the-ide-to-store-settings-caches-plugins-and-logs.html",
        ),
    )

    @strategy("local", machine=True)
    async def local(self, call: Call) -> Reading:
        """Read the quota file that was written last; one that cannot be understood is passed over."""
        given = call.path(call["ide_path"]) if call.get("ide_path") else None
        failures: list[QuotaError] = []
        for file in await asyncio.to_thread(quota_files, given, config_folders(sys.platform, call.env, call.home)):
            try:
                # The newest file may be another IDE's next time, but the account is the same.
                read = partial(read_quota, file, identity=str(given or "this computer"))
                return await read_once(call.memory, file, read)
            except QuotaError as err:
                failures.append(err)
        raise failures[0] if failures else Unavailable(self.missing)


def config_folders(platform: str, env: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Return the folders in which IDEs keep a configuration folder each; Google's is that of Android Studio."""
    if platform == "win32":
        roaming = Path(env.get("APPDATA") or home / "AppData" / "Roaming")
        return roaming / "JetBrains", roaming / "Google"
    if platform == "darwin":
        support = home / "Library" / "Application Support"
        return support / "JetBrains", support / "Google"
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    return config / "JetBrains", home / ".local" / "share" / "JetBrains", config / "Google"


def quota_files(given: Path | None, folders: Iterable[Path]) -> list[Path]:
    """Return the quota files to try, newest first: that of the given IDE alone, else of every IDE.

    Raises BadConfiguration when what is given is no folder.
    """
    if given is None:
        found = [file for folder in folders for file in folder.glob(f"*/{QUOTA_FILE}")]
        return sorted(found, key=modified, reverse=True)
    if not given.is_dir():
        raise BadConfiguration(f"ide_path: {given} is no folder", "ide_path")
    return [given / QUOTA_FILE]


def modified(file: Path) -> float:
    """Return when a file was written last, as Unix seconds; 0 when it has gone."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0


async def read_quota(file: Path, identity: str) -> Reading:
    """Return what a quota file tells."""
    document = await read_text(file, MAX_BYTES)
    if document is None:
        raise Unavailable(f"there is no {file}; use AI Assistant in this IDE once")
    return reading(document, identity)


def reading(document: str, identity: str) -> Reading:
    """Return what a quota file tells; raises InvalidResponse naming what is missing."""
    options = quota_options(document)
    if not options.get("quotaInfo", "").strip():
        raise InvalidResponse("quotaInfo is missing or empty")
    quota = parse.need_mapping(decoded(options["quotaInfo"]), "quotaInfo")
    refill = parse.mapping(decoded(options.get("nextRefill", "")))
    return Reading(
        plan=PLANS.get((parse.text(quota.get("type")) or "").lower()),
        identity=identity,
        windows=(monthly_window(quota, refill),),
        metrics=top_up_metrics(quota),
    )


def quota_options(document: str) -> dict[str, str]:
    """Return the options of the quota component."""
    component = xml_root(document).find(f".//component[@name='{COMPONENT}']")
    if component is None:
        raise InvalidResponse(f"the component {COMPONENT} is missing")
    return {option.get("name", ""): option.get("value", "") for option in component.iter("option")}


ENTITIES = {"quot": '"', "#10": "\n", "amp": "&", "lt": "<", "gt": ">", "apos": "'"}


def decoded(value: str) -> Any:
    """Return the JSON of an option, which may be escaped once more than XML does; None when it is none."""
    unescaped = re.sub(r"&(quot|#10|amp|lt|gt|apos);", lambda found: ENTITIES[found[1]], value)
    for text in (value, unescaped):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return None


def credits_in(source: object, key: str) -> float | None:
    """Return an amount as credits, None when it is absent."""
    amount = parse.first_number(source, key)
    return None if amount is None else amount / PARTS_OF_A_CREDIT


def monthly_window(quota: Json, refill: Json) -> Window:
    """Return the credits of the plan."""
    maximum = credits_in(quota, "maximum")
    used = credits_in(quota, "current")
    available = credits_in(quota.get("tariffQuota"), "available")
    if maximum is None or maximum <= 0:
        raise InvalidResponse("maximum is missing or not above 0")
    if used is None and available is None:
        raise InvalidResponse("both current and tariffQuota.available are missing")
    written = parse.first_text(refill, "duration") or parse.first_text(refill.get("tariff"), "duration")
    return parse.counted(
        "monthly",
        "AI credits",
        unit="credits",
        used=used,
        limit=maximum,
        remaining=available,
        duration=duration(written or ""),
        resets_at=parse.moment(refill.get("next")),
    )


DURATION = re.compile(r"P(?:(\d{1,7})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7})S)?)?")


def duration(written: str) -> timedelta | None:
    """Return the length of an ISO 8601 duration without months and years (`PT720H`), None for any other text."""
    found = DURATION.fullmatch(written)
    if not found:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds) or None


def top_up_metrics(quota: Json) -> tuple[Metric, ...]:
    """Return the credits that were bought on top of the plan."""
    value = credits_in(quota.get("topUpQuota"), "available")
    if value is None:
        return ()
    return (Metric(id="balance_top_up", name="Top-up credits", value=value, unit="credits", kind=MetricKind.BALANCE),)
