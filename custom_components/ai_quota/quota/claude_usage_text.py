"""What Claude Code writes for `/usage` and `/status`, read: limits, failures and who is signed in.

Pure, apart from the zone data that is loaded for a reset time: call it off the event loop. Nothing
here relies on blanks, which a terminal may have lost. https://code.claude.com/docs/en/costs
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
import re
from zoneinfo import ZoneInfo

from .local import plain
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable, Window
from .parse import HOURS_5, WEEK, slug

PERCENT_LINES = 12
RESET_LINES = 14
"""How far below a label, its own line included, its percentage and its reset are looked for."""

_USED = ("used", "spent", "consumed")
_LEFT = ("left", "remaining", "available")
_STATUS_BAR = ("opus", "sonnet", "haiku", "default")
_SIGNED_OUT = ("invalidapikey", "pleaserun/login", "selectloginmethod")
_FAILED = ("failedtoloadusagedata", "usageendpointisratelimited")
_LIMITED = ("rate_limit_error", "ratelimited")
_REFUSED = ("authentication_error", "permission_error", "token_expired", "tokenhasexpired", "run/login")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is signed in, as the tool words it; the plan as in "Claude Max Account"."""

    account: str | None = None
    organization: str | None = None
    plan: str | None = None


# What the text is


def compact(text: str) -> str:
    """Return the text in lower case and without any blanks."""
    return re.sub(r"\s+", "", text).lower()


def has_limits(text: str) -> bool:
    """Return whether a session or a week stands there with its percentage."""
    return any(section.label and section.percent for section in _sections(text))


def has_labels(text: str) -> bool:
    """Return whether a session or a week is named, with a percentage or without."""
    return any(section.label for section in _sections(text))


def has_figures(text: str) -> bool:
    """Return whether there is a percentage that may be the session's, although its label is not readable."""
    return any(True for _ in _unnamed_session(list(_sections(text))))


def is_loading(text: str) -> bool:
    """Return whether the tool is still asking for the limits."""
    return "loadingusagedata" in compact(text) and not has_limits(text)


def is_notice(text: str) -> bool:
    """Return whether all that the tool says is that a subscription pays for it."""
    return "currentlyusingyoursubscription" in compact(text) and "%" not in text and not has_labels(text)


def failure(text: str) -> QuotaError | None:
    """Return the failure that the tool reports in a text without limits, if it does."""
    said = compact(_panel(text))
    if any(sign in said for sign in _FAILED):
        if any(sign in said for sign in _LIMITED):
            return RateLimited("Claude Code is asked to slow down")
        if any(sign in said for sign in _REFUSED) or re.search(r"(?<!\d)40[13](?!\d)", said):
            return AuthFailed("Claude Code's sign-in is not accepted any more: run `claude` and sign in again")
        return Unavailable("Claude Code could not load the limits")
    if any(sign in said for sign in _SIGNED_OUT):
        return AuthFailed("Claude Code is not signed in: run `claude` and sign in")
    return None


# Limits


def read_limits(text: str, now: datetime) -> tuple[Window, ...]:
    """Return session and weeks; raises InvalidResponse when there is no figure at all.

    Of several copies of a label the last complete one counts: the screen was drawn anew.
    """
    sections = list(_sections(text))
    found: dict[str, _Section] = {}
    for section in sections:
        label = section.label
        if label and section.percent:
            known = found.get(label.id)
            if known is None or label.exact or not (known.label and known.label.exact):
                found[label.id] = section
    of_all_models = found["weekly"].reset if "weekly" in found else None
    windows = [_window(section, of_all_models, now) for section in found.values()]
    if not any(section.label and section.label.id == "session" for section in sections):
        windows = [*_unnamed_session(sections), *windows]
    if not windows:
        raise InvalidResponse("the text of /usage has no percentage for session or week")
    return tuple(windows)


def _window(section: _Section, of_all_models: str | None, now: datetime) -> Window:
    label, percent = section.label, section.percent
    assert label  # noqa: S101  only such sections are kept
    assert percent  # noqa: S101  only such sections are kept
    reset = section.reset or (of_all_models if label.duration == WEEK else None)
    return Window(
        id=label.id,
        name=label.name,
        used_percent=percent.used,
        duration=label.duration,
        resets_at=reset_time(reset, now, label.duration) if reset else None,
    )


def _unnamed_session(sections: Sequence[_Section]) -> Iterator[Window]:
    """Yield the session where its label is not readable: the first percentage that is not a week's."""
    for section in sections:
        for index, line in enumerate(section.lines if not section.foreign else ()):
            if section.label and section.percent and index == section.percent.line:
                continue
            if (used := _used_percent(line)) is not None:
                yield Window(id="session", name="Session", used_percent=used, duration=HOURS_5)
                return


# Sections: a label with the lines that follow it


@dataclass(frozen=True)
class _Label:
    id: str
    name: str
    duration: timedelta = WEEK
    exact: bool = True


@dataclass(frozen=True)
class _Percent:
    used: float
    line: int


@dataclass(frozen=True)
class _Section:
    """Lines that belong together; `foreign` when they are about something else than session or week."""

    label: _Label | None
    lines: list[str]
    foreign: bool = False

    @cached_property
    def percent(self) -> _Percent | None:
        for index, line in enumerate(self.lines[:PERCENT_LINES]):
            if (used := _used_percent(line)) is not None:
                return _Percent(used, index)
        return None

    @cached_property
    def reset(self) -> str | None:
        found = (re.search(r"resets?(.*)", line, re.IGNORECASE) for line in self.lines[:RESET_LINES])
        return next((match[1] for match in found if match), None)


_FOREIGN = re.compile(r"\W*(current(?!ly)|usage\s*credits|extra\s*usage|what.?s\s*contributing)", re.IGNORECASE)
_WEEK = re.compile(r"current\s*week\s*\(([^)]*)\)", re.IGNORECASE)


def _sections(text: str) -> Iterator[_Section]:
    section = _Section(None, [])
    for line in _panel(text).split("\n"):
        label = _label(line)
        if label or _FOREIGN.match(line):
            yield section
            section = _Section(label, [], foreign=label is None)
        section.lines.append(line)
    yield section


def _panel(text: str) -> str:
    """Return the text without escape sequences, of several drawings of the panel the newest that tells something."""
    text = _plain(text)
    end = len(text)
    for header in reversed(list(re.finditer(r"settings\s*:", text, re.IGNORECASE))):
        drawn = text[header.start() : end]
        if re.search(r"\d\s*%", drawn) or "loadingusage" in compact(drawn):
            return text[header.start() :]
        end = header.start()
    return text


def _plain(text: str) -> str:
    """Return the text without escape sequences, each line ended by a line feed."""
    return re.sub(r"\r\n?", "\n", plain(text))


def _label(line: str) -> _Label | None:
    if "currentsession" in _normal(line):
        return _Label("session", "Session", HOURS_5)
    if not (week := _WEEK.search(line)):
        return None
    scope = _normal(week[1])
    if scope == "allmodels":
        return _Label("weekly", "Weekly")
    if scope == "opus":
        return _Label("weekly_opus", "Weekly (Opus)")
    if scope in ("sonnet", "sonnetonly"):
        return _Label("weekly_sonnet", "Weekly (Sonnet)")
    if _distance(scope, "allmodels") <= 2:
        return _Label("weekly", "Weekly", exact=False)
    name = week[1].strip()
    return _Label(f"weekly_{slug(name)}", f"Weekly ({name})") if slug(name) else None


def _normal(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _distance(one: str, other: str) -> int:
    """Return the edit distance (Levenshtein) of two words."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        previous, row[0] = row[0], index
        for column, wanted in enumerate(other, 1):
            previous, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, previous + (letter != wanted)),
            )
    return row[-1]


def _used_percent(line: str) -> float | None:
    """Return the percentage that is used; None when the line gives none, or does not say what it counts."""
    words = line.lower()
    if "|" in line and any(name in words for name in _STATUS_BAR):
        return None
    if not (figure := re.search(r"(\d+(?:\.\d+)?)\s*%", words)):
        return None
    percent = float(figure[1])
    for part in (words[figure.end() :], words[: figure.start()]):
        if word := re.search("|".join((*_USED, *_LEFT)), part):
            return percent if word[0] in _USED else max(0.0, 100 - percent)
    return None


# Reset times

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(
    r"[\s:]*(?:at|on)?\s*"
    r"(?:(?P<month>[a-z]{3,9})\.?\s*(?P<day>\d{1,2})(?:\s*,?\s*(?P<year>20\d\d))?(?:\s*(?:,|at|t)\s*|\s+))?"
    r"(?P<hour>\d{1,2})(?:\s*[:.]\s*(?P<minute>\d\d))?\s*(?P<half>[ap]m)?(?!\d)",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\(\s*([a-z][\w+-]*(?:/[\w+-]+)*)\s*\)", re.IGNORECASE)


def reset_time(text: str, now: datetime, duration: timedelta) -> datetime | None:
    """Return the time that stands behind "resets", in UTC; None when it is none, or has just passed.

    Its zone stands in parentheses, else it is this machine's. Without a date, or a year, it is the
    next such time, unless the last one is nearer than a window of this duration is long and the next
    one is further off than that.
    """
    written = _TIME.match(text)
    zone_name = _ZONE.search(text)
    try:
        zone = ZoneInfo(zone_name[1]) if zone_name else None
    except KeyError, ValueError, OSError:
        return None
    clock = _clock(written) if written else None
    if not written or clock is None:
        return None
    today = now.astimezone(zone).date()
    moments = [datetime.combine(day, datetime.min.time()) + clock for day in _days(written, today)]
    if written["year"]:
        return _in_utc(moments[0], zone) if moments else None
    past = [moment for moment in moments if _at(moment, zone) <= now]
    ahead = [moment for moment in moments if _at(moment, zone) > now]
    if not ahead:
        return None
    if past and _at(ahead[0], zone) - now > duration >= now - _at(past[-1], zone):
        return None
    return _in_utc(ahead[0], zone)


def _clock(written: re.Match[str]) -> timedelta | None:
    hour, minute, half = int(written["hour"]), int(written["minute"] or 0), (written["half"] or "").lower()
    if not half and not written["minute"]:
        return None
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return timedelta(hours=hour, minutes=minute) if hour < 24 and minute < 60 else None


def _days(written: re.Match[str], today: date) -> Iterator[date]:
    """Yield the days that can be meant, in order."""
    if not written["month"]:
        yield from (today + timedelta(days=days) for days in (-1, 0, 1))
        return
    name = written["month"][:3].lower()
    if name not in _MONTHS:
        return
    years = (int(written["year"]),) if written["year"] else (today.year - 1, today.year, today.year + 1)
    for year in years:
        try:
            yield date(year, _MONTHS.index(name) + 1, int(written["day"]))
        except ValueError:
            continue


def _at(local: datetime, zone: ZoneInfo | None) -> datetime:
    """Return a local time in UTC; without a zone it is this machine's."""
    return (local.replace(tzinfo=zone) if zone else local).astimezone(UTC)


def _in_utc(local: datetime, zone: ZoneInfo | None) -> datetime | None:
    """Return a local time in UTC; None for one that the clocks leave out."""
    found = _at(local, zone)
    return found if found.astimezone(zone).replace(tzinfo=None) == local else None


# Who is signed in


def read_person(text: str) -> Person:
    """Return who is signed in, as far as the text says so."""
    text = _plain(text)
    return Person(
        account=_value(text, r"account|e-?mail"),
        organization=_value(text, r"org(?:anization)?"),
        plan=_value(text, r"login\s*method"),
    )


def _value(text: str, name: str) -> str | None:
    found = re.search(rf"^[^\w\n]*(?:{name})[^\S\n]*:(.*?)[\s│|]*$", text, re.IGNORECASE | re.MULTILINE)
    return (found[1].strip() or None) if found else None


def completed(person: Person, other: Person) -> Person:
    """Return a person with what is not known of them from the other.

    An organization named after the e-mail is a person's own and counts as none.
    """
    account = person.account or other.account
    organizations = (each for each in (person.organization, other.organization) if each)
    kept = (each for each in organizations if not (account and each.lower().startswith(account.lower())))
    return replace(person, account=account, organization=next(kept, None), plan=person.plan or other.plan)
