"""What is left of a MiniMax plan: the answer of its several `remains` requests, in the newer and the older form."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
import re
from typing import Any

from . import parse
from .http import Reply
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable, Unsupported, Window
from .parse import Json, either_case

REJECTED_CODES, LIMITED_CODES, NO_PLAN_CODE = (1004, 2049), (1002, 1039), 2062
REJECTED_WORDS = ("cookie", "log in", "login", "invalid api key")
NOT_IN_PLAN = 3


class Unreadable(InvalidResponse):
    """There is nothing here that can be read; another address may have it."""


class NoPlan(Unsupported):
    """The account has no plan, as far as this path can see; `answer` is what it said."""

    answer: Json


@dataclass(frozen=True)
class Remains:
    """What is left, what the plan is called, and the points beside it.

    `suggests_plus` is set where nothing names the plan, but what it lacks is what the Plus plan lacks.
    """

    windows: tuple[Window, ...]
    plan: str | None = None
    points: float | None = None
    suggests_plus: bool = False


def remains_of(answer: Json, reply: Reply) -> Remains:
    """Return what is left; raises the failure that the answer reports, and Unreadable when it holds nothing."""
    fields = fields_of(answer)
    check_status(fields, reply)
    models, services = (parse.items(either_case(fields, key)) for key in ("model_remains", "services"))
    entries = [*from_models(models, reply.now), *from_services(services, reply.now)]
    if not models and not services:
        raise Unreadable("model_remains is missing or empty")
    has_text = any(each.bucket == "" for each in entries)
    return Remains(
        windows=tuple(windows_of(entries)),
        plan=plan_title(fields),
        points=points_of(answer),
        suggests_plus=has_text and any(each.bucket == "video" and each.is_missing for each in entries),
    )


def fields_of(answer: Json) -> Json:
    """Return what stands in `data` and around it; in `data` counts first."""
    return {**answer, **{key: value for key, value in parse.mapping(answer.get("data")).items() if value is not None}}


def check_status(fields: Json, reply: Reply) -> None:
    """Raise the failure that an answer with HTTP status 200 may still report."""
    status = parse.mapping(either_case(fields, "base_resp"))
    code, message = (
        parse.number(either_case(status, "status_code")),
        parse.text(either_case(status, "status_msg")) or "",
    )
    if not code:
        return
    if code in REJECTED_CODES:
        raise AuthFailed(f"MiniMax rejected the key or cookie ({message or code}): renew it, and check the region")
    if code == NO_PLAN_CODE:
        failure = NoPlan("this path sees no plan: a Token Plan is read with the plan key (sk-cp-…)")
        failure.answer = fields
        raise failure
    raise _failure(code, message, reply)


def _failure(code: float, message: str, reply: Reply) -> QuotaError:
    if any(words in message.lower() for words in REJECTED_WORDS):
        return AuthFailed(f"MiniMax rejected the key or cookie ({message}): renew it, and check the region"[:300])
    if code in LIMITED_CODES:
        return RateLimited(retry_after=reply.retry_after)
    return Unavailable(f"MiniMax reports code {code:g}: {message}"[:300])


# Beside the windows


def plan_title(fields: Json) -> str | None:
    """Return what the plan is called."""
    titles = ("current_subscribe_title", "plan_name", "combo_title", "current_plan_title")
    named = next((title for key in titles if (title := parse.text(either_case(fields, key)))), None)
    return named or parse.first_text(either_case(fields, "current_combo_card"), "title")


def points_of(answer: Json) -> float | None:
    """Return the balance of points, not below 0."""
    keys = ("points_balance", "point_balance", "credits_balance", "credit_balance", "balance")
    fields = fields_of(answer)
    found = next((value for key in keys if (value := parse.number(either_case(fields, key))) is not None), None)
    return None if found is None else max(0.0, found)


# Windows


@dataclass(frozen=True)
class Entry:
    """A window of a model or service; without one when it is not known or not in the plan (`is_missing`).

    `bucket` is what stands behind the id, empty for the models that write text; `model` the full name.
    """

    kind: str
    bucket: str
    model: str
    window: Window | None = None
    is_missing: bool = False


def windows_of(entries: Iterable[Entry]) -> Iterator[Window]:
    """Yield the windows: under their bucket, under their full name when that is taken, else not at all."""
    taken = set()
    for entry in entries:
        ends = (entry.bucket, parse.slug(entry.model))
        free = next((end for end in ends if entry.kind + end not in taken), None)
        if entry.window is None or free is None:
            continue
        taken.add(entry.kind + free)
        name = entry.kind.title() + (f" ({parse.title(free)})" if free else "")
        id = f"{entry.kind}_{free}" if free else entry.kind
        yield replace(entry.window, id=id, name=name)


def bucket_of(name: str) -> str:
    """Return the bucket of a model or service, empty for those that write text."""
    name = name.lower()
    if name in ("general", "text generation") or "minimax-m" in name or name.startswith("m2."):
        return ""
    if "speech" in name:
        return "text_to_speech"
    if "hailuo" in name:
        return "image_to_video" if "fast" in name else "text_to_video"
    if name.startswith("image-"):
        return "image_generation"
    return "music_generation" if "music" in name else parse.slug(name)


# Windows by model


def from_models(models: list[Any], now: datetime) -> Iterator[Entry]:
    """Yield the windows of the newer form."""
    for place, model in enumerate(map(parse.mapping, models)):
        name = parse.text(either_case(model, "model_name")) or ""
        if not name and place > 0:
            continue
        bucket = bucket_of(name) if name else ""
        start, end = (parse.moment(either_case(model, key)) for key in ("start_time", "end_time"))
        length = end - start if start and end and end > start else parse.HOURS_5
        is_day = timedelta(hours=23) <= length <= timedelta(hours=25)
        kind, length = ("daily", parse.DAY) if is_day else ("session", length)
        counter = Counter(model, "current_interval", "", now)
        yield Entry(kind, bucket, name, counter.window(length), counter.is_missing)
        if bucket == "":
            weekly = Counter(model, "current_weekly", "weekly_", now)
            yield Entry("weekly", bucket, name, None if weekly.is_full else weekly.window(parse.WEEK))


class Counter:
    """What is left of one window of a model. What is called its usage is what remains."""

    def __init__(self, model: Json, counts: str, times: str, now: datetime) -> None:
        self.total, self.remaining, self.status, self.remaining_percent, left = (
            parse.number(either_case(model, key))
            for key in (
                f"{counts}_total_count",
                f"{counts}_usage_count",
                f"{counts}_status",
                f"{counts}_remaining_percent",
                f"{times}remains_time",
            )
        )
        end = parse.moment(either_case(model, f"{times}end_time"))
        until = parse.duration((left or 0) / 1000)
        self.resets_at = end if end and end > now else now + until if until else None

    @property
    def is_full(self) -> bool:
        """Return whether nothing is counted: the window has no limit, or is not in the plan."""
        return self.status == NOT_IN_PLAN and (self.remaining_percent or 0) >= 100

    @property
    def is_missing(self) -> bool:
        """Return whether the window is not in the plan."""
        return self.is_full and not self.total and not self.remaining

    def window(self, duration: timedelta) -> Window | None:
        """Return the window: a percentage when that is told, else its counts."""
        if self.is_missing:
            return None
        if self.remaining_percent is not None:
            percent = 100 - min(100.0, max(0.0, self.remaining_percent))
            return Window(id="", name="", used_percent=percent, duration=duration, resets_at=self.resets_at)
        if self.total is None or self.total <= 0 or self.remaining is None:
            return None
        return parse.counted(
            "",
            "",
            unit="requests",
            limit=self.total,
            remaining=self.remaining,
            duration=duration,
            resets_at=self.resets_at,
        )


# Windows by service

_HOURS = re.compile(r"(\d+)\s*hours?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*(?:\(?\s*UTC\s*([+-]\d{1,2})?)?", re.IGNORECASE)
_DATES = re.compile(r"-\s*(\d{4})/(\d{1,2})/(\d{1,2})\s+(\d{1,2}):(\d{2})")


def from_services(services: list[Any], now: datetime) -> Iterator[Entry]:
    """Yield the windows of the older form, where what is called usage is what was used."""
    for service in map(parse.mapping, services):
        name, kind, span = (
            parse.text(either_case(service, key)) for key in ("service_type", "window_type", "time_range")
        )
        used, limit = parse.number(service.get("usage")), parse.number(service.get("limit"))
        if name is None or kind is None or span is None or used is None or limit is None or limit <= 0:
            continue
        hours = _HOURS.search(kind)
        kind, duration = {"today": ("daily", parse.DAY), "weekly": ("weekly", parse.WEEK)}.get(
            kind.lower(), ("session", (parse.duration(int(hours[1]) * 3600) if hours else None) or parse.HOURS_5)
        )
        window = parse.counted(
            "",
            "",
            unit="requests",
            used=max(0.0, used),
            limit=limit,
            used_percent=parse.number(service.get("percent")),
            duration=duration,
            resets_at=end_of(span, now),
        )
        yield Entry(kind, bucket_of(name), name, window)


def end_of(span: str, now: datetime) -> datetime | None:
    """Return the end of a span of dates or of times of the day, which are those of Beijing."""
    if found := _DATES.search(span):
        year, month, day, hour, minute = map(int, found.groups())
        try:
            start = datetime(year, month, day, tzinfo=parse.BEIJING)
            return (start + timedelta(hours=hour, minutes=minute)).astimezone(UTC)
        except ValueError:
            return None
    return next_time(span, now, parse.BEIJING)


def next_time(written: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the clock shows the last time in a text next, in the zone that is written or else in this one."""
    found = deque(_CLOCK.finditer(written), maxlen=1)
    if not found:
        return None
    hour, minute, offset = (int(part or 0) for part in found[0].groups())
    if hour > 24 or minute > 59 or abs(offset) > 14:
        return None
    here = timezone(timedelta(hours=offset)) if found[0][3] else zone
    midnight = now.astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + timedelta(hours=hour, minutes=minute)
    return (end if end > now else end + parse.DAY).astimezone(UTC)
