"""Numbers, times, names and windows out of untidy JSON and text.

All pure. A reader of one value returns None for what it cannot read; `need_…` raises
InvalidResponse naming the field.
"""

import base64
import binascii
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
import json
import math
import re
from typing import Any

from .model import InvalidResponse, Metric, MetricKind, Window

type Json = Mapping[str, Any]

HOURS_5 = timedelta(hours=5)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
BEIJING = timezone(timedelta(hours=8))

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")
_MILLISECONDS = 1e11  # as seconds this is the year 5138
_CENTURY_SECONDS = 100 * 365 * 86_400
_ERA = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


# Values


def number(value: object) -> float | None:
    """Return a finite number from a number or numeric text (thousands commas allowed)."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        value = value.strip()
        if not any(map(str.isdigit, value)) or not _NUMBER.fullmatch(value):
            return None
        value = value.replace(",", "")
    try:
        result = float(value)
    except ValueError, OverflowError:
        return None
    return result if math.isfinite(result) else None


def text(value: object) -> str | None:
    """Return trimmed text, or None when it is no text or empty."""
    return (value.strip() or None) if isinstance(value, str) else None


def mapping(value: object) -> Json:
    """Return the object itself, or an empty one when it is none."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Any]:
    """Return the list itself, or an empty one when it is none."""
    return value if isinstance(value, list) else []


def first(source: object, *keys: str) -> Any:
    """Return the first of the keys' values that is not None."""
    values = mapping(source)
    return next((values[key] for key in keys if values.get(key) is not None), None)


def either_case(source: object, key: str) -> Any:
    """Return the value under a key in snake_case, else under the same key in camelCase."""
    head, *tail = key.split("_")
    return first(source, key, head + "".join(map(str.capitalize, tail)))


def first_number(source: object, *keys: str) -> float | None:
    """Return the first of the keys' values that is a number."""
    values = mapping(source)
    return next((found for key in keys if (found := number(values.get(key))) is not None), None)


def first_text(source: object, *keys: str) -> str | None:
    """Return the first of the keys' values that is text."""
    values = mapping(source)
    return next((found for key in keys if (found := text(values.get(key)))), None)


def need_number(source: object, key: str) -> float:
    """Return the number under the key; raise InvalidResponse naming it."""
    found = number(mapping(source).get(key))
    if found is None:
        raise InvalidResponse(f"{key} is missing or not a number")
    return found


def json_number(source: object, key: str, name: str | None = None) -> float | None:
    """Return the JSON number under the key, None when it is null or absent.

    Raises InvalidResponse with its name for anything else, numeric text included.
    """
    value = mapping(source).get(key)
    if value is None:
        return None
    if isinstance(value, str) or (found := number(value)) is None:
        raise InvalidResponse(f"{name or key} is not a number")
    return found


def need_json_number(source: object, key: str, name: str | None = None) -> float:
    """Return the JSON number under the key; raise InvalidResponse with its name for anything else."""
    if (found := json_number(source, key, name)) is None:
        raise InvalidResponse(f"{name or key} is missing")
    return found


def need_mapping(value: object, name: str) -> Json:
    """Return the object; raise InvalidResponse with its name when it is none."""
    if not isinstance(value, Mapping):
        raise InvalidResponse(f"{name} is missing or not an object")
    return value


def need_data(answer: Json) -> Json:
    """Return the object `data` of an answer that reports `success`; raise InvalidResponse naming what is amiss."""
    if answer.get("success") is not True:
        raise InvalidResponse("success is not true")
    return need_mapping(answer.get("data"), "data")


def need_list(value: object, name: str) -> list[Any]:
    """Return the list; raise InvalidResponse with its name when it is none."""
    if not isinstance(value, list):
        raise InvalidResponse(f"{name} is missing or not a list")
    return value


def optional_list(source: object, key: str) -> list[Any]:
    """Return the list under the key, an empty one when it is null or absent.

    Raises InvalidResponse naming it for anything else.
    """
    value = mapping(source).get(key)
    return [] if value is None else need_list(value, key)


def objects(node: object) -> Iterator[Json]:
    """Yield every object in a document, depth first in document order, parents before children."""
    if isinstance(node, Mapping):
        yield node
        children: Iterable[object] = node.values()
    else:
        children = items(node)
    for child in children:
        if isinstance(child, (Mapping, list)):
            yield from objects(child)


def anywhere(node: object, *keys: str) -> Any:
    """Return the first value that is not None under one of the keys, anywhere in a document."""
    return next((found for each in objects(node) if (found := first(each, *keys)) is not None), None)


def any_number(node: object, *keys: str) -> float | None:
    """Return the first number under one of the keys, anywhere in a document."""
    return next((found for each in objects(node) if (found := first_number(each, *keys)) is not None), None)


def any_text(node: object, *keys: str) -> str | None:
    """Return the first text under one of the keys, anywhere in a document."""
    return next((found for each in objects(node) if (found := first_text(each, *keys))), None)


# Times


def moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """Return a time in UTC from ISO 8601 or an epoch in seconds or milliseconds, also as text.

    A time without a zone is in `zone`; a date alone is its first moment there. What is not of this
    era (2000 to 2199) is None.
    """
    found = None
    if (epoch := number(value)) is not None:
        found = _from_epoch(epoch)
    elif written := text(value):
        found = _from_iso(written, zone)
    return found if found and _ERA[0] <= found < _ERA[1] else None


def _from_epoch(epoch: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(epoch / 1000 if abs(epoch) >= _MILLISECONDS else epoch, UTC)
    except OverflowError, ValueError, OSError:
        return None


def _from_iso(written: str, zone: tzinfo) -> datetime | None:
    try:
        # Fractions of any length occur; Python takes no more than it can keep from 3.11 on.
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except ValueError, OverflowError:
        return None


def zoned_moment(source: object, key: str, name: str | None = None) -> datetime | None:
    """Return the time under the key in UTC, None when it is null or absent, or not of this era.

    Raises InvalidResponse with its name for anything but ISO 8601 with a zone.
    """
    value = mapping(source).get(key)
    if value is None:
        return None
    try:
        has_zone = datetime.fromisoformat(value.strip()).tzinfo is not None
    except AttributeError, ValueError:
        has_zone = False
    if not has_zone:
        raise InvalidResponse(f"{name or key} is not a time with a zone")
    return moment(value)


def duration(seconds: object) -> timedelta | None:
    """Return a length of time from seconds, None when they are not above 0 or beyond a century."""
    found = number(seconds)
    return timedelta(seconds=found) if found is not None and 0 < found < _CENTURY_SECONDS else None


def hours_or_days(written: str) -> timedelta | None:
    """Return the length of `5h` or `7d`, None for anything else."""
    found = re.fullmatch(r"([0-9]{1,9})([hd])", written)
    return duration(int(found[1]) * (3600 if found[2] == "h" else 86_400)) if found else None


def midnight(now: datetime, days: int = 0) -> datetime:
    """Return 00:00 UTC of today, or of as many days later (or before)."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)


def periods(now: datetime) -> tuple[tuple[str, str, datetime], ...]:
    """Return the periods that metrics count over, as id, words and first moment: UTC days, today included."""
    return (
        ("today", "today", midnight(now)),
        ("7d", "7 days", midnight(now, -6)),
        ("30d", "30 days", midnight(now, -29)),
    )


def next_monday(now: datetime) -> datetime:
    """Return the next Monday, 00:00 UTC."""
    return midnight(now, 7 - now.astimezone(UTC).weekday())


def next_month(now: datetime) -> datetime:
    """Return the first of the next month, 00:00 UTC."""
    return add_months(midnight(now).replace(day=1), 1)


def add_months(start: datetime, months: int) -> datetime:
    """Return the same day and time so many months later; the last day where a month is too short."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def month_until(end: datetime | None) -> timedelta | None:
    """Return the length of the calendar month that ends at this time, None without one."""
    return end - add_months(end, -1) if end else None


# Names


def slug(name: str) -> str:
    """Return the name in lower case, runs of anything but a to z and 0 to 9 as one underscore, none at the ends."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def title(code: str) -> str:
    """Return a code as words, split at underscores, hyphens and blanks, each with a capital first letter."""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[_\-\s]+", code) if word)


def jwt_payload(token: str | None) -> Json | None:
    """Return what a JWT claims, unverified; None when it cannot be read."""
    parts = (token or "").split(".")
    if len(parts) < 2:
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except binascii.Error, ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def jwt_claims(token: str | None) -> Json:
    """Return what a JWT claims, unverified; nothing when it cannot be read."""
    return jwt_payload(token) or {}


# Windows and metrics


def percentage(used: float | None, limit: float | None) -> float | None:
    """Return used of limit in per cent, not below 0; None when one is unknown or the limit is not above 0."""
    if used is None or limit is None or limit <= 0:
        return None
    return max(0.0, used / limit * 100)


def known_metric(
    id: str, name: str, value: float | None, unit: str | None, kind: MetricKind, expires_at: datetime | None = None
) -> tuple[Metric, ...]:
    """Return the metric when its value is known, else none: to be spread into a reading's metrics."""
    if value is None:
        return ()
    return (Metric(id=id, name=name, value=value, unit=unit, kind=kind, expires_at=expires_at),)


def shares(
    id: str, name: str, parts: Iterable[tuple[str | None, float | None]], unit: str, kind: MetricKind, *, other: str
) -> Iterator[Metric]:
    """Yield a metric for each named part of a figure: `<id>_<slug>`, "<name> (<part>)".

    What is not known is left out. Parts of one slug are added up under the first of their names; those
    of none are `other`.
    """
    found: dict[str, Metric] = {}
    for part, value in parts:
        if value is None:
            continue
        part_id = f"{id}_{slug(part or '') or other}"
        if part_id in found:
            found[part_id] = replace(found[part_id], value=found[part_id].value + value)
        else:
            found[part_id] = Metric(id=part_id, name=f"{name} ({part or other})", value=value, unit=unit, kind=kind)
    yield from found.values()


def counted(
    id: str,
    name: str,
    *,
    unit: str,
    used: float | None = None,
    limit: float | None = None,
    remaining: float | None = None,
    used_percent: float | None = None,
    capped: bool = False,
    adds_up: bool = True,
    duration: timedelta | None = None,
    resets_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Window:
    """Return a window from counters: what two of the three imply is filled in, none below 0 but used.

    The percentage is that of the counters unless it is given; `capped` holds it to 100. Where some of the limit
    may be neither used nor remaining it does not add up: then no use is worked out.
    """
    if used is None and adds_up and limit is not None and remaining is not None:
        used = max(0.0, limit - remaining)
    elif limit is None and used is not None and remaining is not None:
        limit = used + remaining
    elif remaining is None and limit is not None and used is not None:
        remaining = limit - used
    percent = percentage(used, limit) if used_percent is None else used_percent
    return Window(
        id=id,
        name=name,
        used_percent=min(100.0, percent) if capped and percent is not None else percent,
        used=used,
        limit=limit,
        remaining=None if remaining is None else max(0.0, remaining),
        unit=unit,
        duration=duration,
        resets_at=resets_at,
        expires_at=expires_at,
    )


def distinct(windows: Iterable[Window]) -> Iterator[Window]:
    """Yield the windows; of equal ids the second gets the ending `_2`, the third `_3`, and so on."""
    taken: Counter[str] = Counter()
    for window in windows:
        taken[window.id] += 1
        count = taken[window.id]
        yield window if count == 1 else replace(window, id=f"{window.id}_{count}")
