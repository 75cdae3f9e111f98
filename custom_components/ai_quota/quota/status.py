"""Status pages: reading them, and telling what of a page matters to one provider.

`read_status` fetches a page, `Page.status` says how one provider on it is doing. Everything but the
fetching is pure. A page is a shared thing: several providers may look at different parts of it.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import logging
import re
from types import MappingProxyType
from typing import override

import aiohttp
from yarl import URL

from . import parse
from .http import MAX_BYTES, Endpoint, Reply, Verdict
from .model import QuotaError
from .parse import Json
from .provider import StatusLink

_LOGGER = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
MAX_PAGE_BYTES = 1024 * 1024
VERDICT = Verdict(auth="the page may not be read")

KEPT_FOR = timedelta(hours=1)
"""How long what a page said stands while it cannot be read again."""


# What is told


class Indicator(StrEnum):
    """How a service is doing."""

    NONE = "none"
    """No trouble."""
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"

    @property
    def is_problem(self) -> bool | None:
        """Return whether something is out of order, None when that is not known."""
        return None if self is Indicator.UNKNOWN else _RANK[self] >= _RANK[Indicator.MINOR]


_RANK = {
    Indicator.NONE: 0,
    Indicator.MAINTENANCE: 1,
    Indicator.UNKNOWN: 1,
    Indicator.MINOR: 2,
    Indicator.MAJOR: 3,
    Indicator.CRITICAL: 4,
}
_WORDS = {
    Indicator.NONE: "operational",
    Indicator.MAINTENANCE: "under maintenance",
    Indicator.UNKNOWN: "state unknown",
    Indicator.MINOR: "degraded performance",
    Indicator.MAJOR: "partial outage",
    Indicator.CRITICAL: "major outage",
}


def worst(indicators: Iterable[Indicator]) -> Indicator:
    """Return the worst of the indicators; without any there is no trouble."""
    return max(indicators, key=_RANK.__getitem__, default=Indicator.NONE)


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """How a provider is doing; `components` has the state of each part by its name. `updated_at` is in UTC.

    `is_renamed` tells that the page no longer has any of the components that matter to the provider.
    """

    indicator: Indicator
    description: str | None = None
    updated_at: datetime | None = None
    components: Mapping[str, Indicator] = MappingProxyType({})
    is_renamed: bool = False


UNKNOWN = ServiceStatus(indicator=Indicator.UNKNOWN)


# What a page says


@dataclass(frozen=True, kw_only=True)
class Component:
    """A part of a page. `keys` are what incidents may list it under: ids and names, a group's members' too."""

    id: str | None
    name: str
    indicator: Indicator
    keys: frozenset[str]
    is_member: bool = False
    """Whether it belongs to a group."""

    def is_called(self, wanted: str) -> bool:
        """Return whether this is what an id or a name means; a name may end in `*`."""
        name, known = wanted.strip().casefold(), self.name.casefold()
        return wanted == self.id or (known.startswith(name[:-1]) if name.endswith("*") else known == name)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that is going on; `touches` has the names of what it concerns by their ids (by name without one)."""

    text: str | None
    indicator: Indicator
    touches: Mapping[str, str]
    updated_at: datetime | None = None


class Page(ABC):
    """What a status page, or a feed of incidents, said when it was read."""

    @abstractmethod
    def status(self, link: StatusLink, source: str) -> ServiceStatus:
        """Return how the provider is doing whose link this is, for an account read through this source."""


@dataclass(frozen=True, kw_only=True)
class ComponentPage(Page):
    """A page with a state of its own, and with components that have theirs."""

    indicator: Indicator
    description: str | None
    updated_at: datetime | None
    components: tuple[Component, ...]
    incidents: tuple[Incident, ...]
    listed: tuple[Json, ...] = ()
    """The page's own list of components, as it was at `listed_at`."""
    listed_at: datetime | None = None

    @override
    def status(self, link: StatusLink, source: str) -> ServiceStatus:
        wanted = link.by_source.get(source, link.components)
        if found := self._called(wanted) or self._called(link.fallback):
            return self._of(found)
        if wanted and not link.page_wide:
            return ServiceStatus(indicator=Indicator.UNKNOWN, updated_at=self.updated_at, is_renamed=True)
        incident = _first_worst(self.incidents)
        return ServiceStatus(
            indicator=self.indicator,
            description=incident.text if incident else self.description,
            updated_at=self.updated_at,
            components=_by_name(each for each in self.components if not each.is_member),
            is_renamed=bool(wanted),
        )

    def _called(self, wanted: tuple[str, ...]) -> list[Component]:
        return [each for each in self.components if any(map(each.is_called, wanted))]

    def _of(self, found: list[Component]) -> ServiceStatus:
        # Incidents are there to be read: what counts is the state of the components, not what was linked to them.
        indicator = worst(each.indicator for each in found)
        keys = frozenset[str]().union(*(each.keys for each in found))
        incident = _first_worst(each for each in self.incidents if not keys.isdisjoint(each.touches))
        affected = ", ".join(each.name for each in found if each.indicator is indicator)
        return ServiceStatus(
            indicator=indicator,
            description=incident.text if incident else f"{affected}: {_WORDS[indicator]}",
            updated_at=self.updated_at,
            components=_by_name(found),
        )


@dataclass(frozen=True, kw_only=True)
class IncidentFeed(Page):
    """All incidents of a house of products, those that go on."""

    incidents: tuple[Incident, ...]

    @override
    def status(self, link: StatusLink, source: str) -> ServiceStatus:
        ours = [each for each in self.incidents if not each.touches.keys().isdisjoint(link.components)]
        incident = _first_worst(ours)
        if incident is None:
            return ServiceStatus(indicator=Indicator.NONE)
        return ServiceStatus(
            indicator=incident.indicator,
            description=incident.text,
            updated_at=incident.updated_at,
            components={name: incident.indicator for id, name in incident.touches.items() if id in link.components},
        )


def _by_name(components: Iterable[Component]) -> dict[str, Indicator]:
    """Return the indicators by name; of two components with one name the worse."""
    found: dict[str, Indicator] = {}
    for each in components:
        found[each.name] = worst((found.get(each.name, Indicator.NONE), each.indicator))
    return found


def _first_worst(incidents: Iterable[Incident]) -> Incident | None:
    return max(incidents, key=lambda each: _RANK[each.indicator], default=None)


# Statuspage, and those who imitate it: https://metastatuspage.com/api

_PAGE_WORDS: Mapping[str | None, Indicator] = {each.value: each for each in Indicator if each is not Indicator.UNKNOWN}
_COMPONENT_WORDS: Mapping[str | None, Indicator] = {
    "operational": Indicator.NONE,
    "degraded_performance": Indicator.MINOR,
    "partial_outage": Indicator.MAJOR,
    "major_outage": Indicator.CRITICAL,
    "full_outage": Indicator.CRITICAL,
    "under_maintenance": Indicator.MAINTENANCE,
}
_OVER = ("resolved", "postmortem", "completed")
_IN_PROGRESS = ("in_progress", "verifying")


def statuspage(summary: Json, listed: tuple[Json, ...] = (), listed_at: datetime | None = None) -> ComponentPage:
    """Return the page of a summary, with what its list of components has besides."""
    status = parse.need_mapping(summary.get("status"), "status")
    summarized = _rows(summary.get("components"))
    # What both have is taken from the summary: it is never the older one.
    known = set(map(_key, summarized))
    rows = [*(row for row in listed if _key(row) not in known), *summarized]
    incidents = (row for row in _rows(summary.get("incidents")) if _word(row) not in _OVER)
    maintenances = (row for row in _rows(summary.get("scheduled_maintenances")) if _word(row) in _IN_PROGRESS)
    return ComponentPage(
        indicator=_page_word(status, "indicator"),
        description=parse.first_text(status, "description"),
        updated_at=parse.moment(parse.mapping(summary.get("page")).get("updated_at")),
        components=tuple(_components(rows)),
        incidents=(
            *(_incident(row, _page_word(row, "impact")) for row in incidents),
            *(_incident(row, Indicator.MAINTENANCE) for row in maintenances),
        ),
        listed=listed,
        listed_at=listed_at,
    )


def _components(rows: list[Json]) -> Iterable[Component]:
    """Yield the components that can be seen; a group is as its worst member."""
    named = [row for row in rows if _name(row)]
    groups: defaultdict[str | None, list[Json]] = defaultdict(list)
    for row in named:
        groups[parse.first_text(row, "group_id")].append(row)
    for row in named:
        id = parse.first_text(row, "id")
        members = groups[id] if id else []
        yield Component(
            id=id,
            name=_name(row),
            indicator=worst(_COMPONENT_WORDS.get(_word(each), Indicator.UNKNOWN) for each in members or [row]),
            keys=_keys(row, *members),
            is_member=parse.first_text(row, "group_id") is not None,
        )


def _incident(row: Json, indicator: Indicator) -> Incident:
    return Incident(text=parse.first_text(row, "name"), indicator=indicator, touches=_touched(row.get("components")))


def _page_word(row: Json, key: str) -> Indicator:
    return _PAGE_WORDS.get(parse.first_text(row, key), Indicator.UNKNOWN)


# Google's feeds: https://www.google.com/appsstatus/dashboard/incidents.schema.json

_FEEDS = {
    "google_workspace": "https://www.google.com/appsstatus/dashboard/incidents.json",
    "google_cloud": "https://status.cloud.google.com/incidents.json",
}
_GOOGLE_WORDS: Mapping[str, Indicator] = {
    "AVAILABLE": Indicator.NONE,
    "SERVICE_INFORMATION": Indicator.MINOR,
    "SERVICE_DISRUPTION": Indicator.MAJOR,
    "SERVICE_OUTAGE": Indicator.CRITICAL,
    "SERVICE_MAINTENANCE": Indicator.MAINTENANCE,
    "SCHEDULED_MAINTENANCE": Indicator.MAINTENANCE,
}
_SEVERITIES: Mapping[str, Indicator] = {
    "low": Indicator.MINOR,
    "medium": Indicator.MAJOR,
    "high": Indicator.CRITICAL,
}
_HEADING = re.compile(r"\*\*(?:Summary|Description)\b[^*]*(?:\*\*:?\s*|$)")
_DASH = re.compile(r"[-*•]\s+")
_LINK = re.compile(r"\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)")
_MAX_LINE = 1000


def google_feed(document: object) -> IncidentFeed:
    """Return the incidents that have not ended; raises InvalidResponse for anything but a list."""
    going_on = [row for row in _rows(parse.need_list(document, "the feed of incidents")) if not row.get("end")]
    return IncidentFeed(incidents=tuple(map(_google_incident, going_on)))


def _google_incident(row: Json) -> Incident:
    update = _newest_update(row)
    products = row.get("currently_affected_products", row.get("affected_products"))
    moments = (update.get("when"), row.get("modified"), row.get("begin"))
    return Incident(
        text=first_line(parse.first_text(update, "text") or "") or parse.first_text(row, "external_desc"),
        indicator=_google_indicator(row, update),
        touches={_key(each): parse.first_text(each, "title", "id") or "" for each in _rows(products)},
        updated_at=next((found for each in moments if (found := parse.moment(each))), None),
    )


def _newest_update(row: Json) -> Json:
    if isinstance(newest := row.get("most_recent_update"), Mapping):
        return newest
    return next(reversed(_rows(row.get("updates"))), {})


def _google_indicator(row: Json, update: Json) -> Indicator:
    for word in (parse.first_text(update, "status"), parse.first_text(row, "status_impact")):
        if found := _GOOGLE_WORDS.get((word or "").upper()):
            return found
    return _SEVERITIES.get((parse.first_text(row, "severity") or "").lower(), Indicator.MINOR)


def first_line(markdown: str) -> str | None:
    """Return the first line that says something, without its Markdown."""
    for line in markdown.splitlines():
        text = line.strip()[:_MAX_LINE]
        for opening in (_HEADING, _DASH):
            if found := opening.match(text):
                text = text[found.end() :]
        if text := _LINK.sub(r"\1", text).replace("**", "").strip():
            return text
    return None


# Instatus: https://instatus.com/help/api

_INSTATUS_WORDS: Mapping[str, Indicator] = {
    "OPERATIONAL": Indicator.NONE,
    "MINOROUTAGE": Indicator.MINOR,
    "DEGRADEDPERFORMANCE": Indicator.MINOR,
    "PARTIALOUTAGE": Indicator.MAJOR,
    "MAJOROUTAGE": Indicator.CRITICAL,
    "UNDERMAINTENANCE": Indicator.MAINTENANCE,
}
_INSTATUS_TROUBLE = {word: each for word, each in _INSTATUS_WORDS.items() if each.is_problem}


def instatus(summary: Json, listed: tuple[Json, ...] = (), listed_at: datetime | None = None) -> ComponentPage:
    """Return the page of a summary and a list of components."""
    page = parse.need_mapping(summary.get("page"), "page")
    incidents = tuple(
        Incident(
            text=parse.first_text(row, "name"),
            indicator=_INSTATUS_TROUBLE.get(parse.first_text(row, "impact") or "", Indicator.MINOR),
            touches=_touched(row.get("components")),
            updated_at=parse.moment(parse.first(row, "updatedAt", "started")),
        )
        for row in _rows(summary.get("activeIncidents"))
    )
    indicator = {
        "UP": Indicator.NONE,
        "HASISSUES": worst([Indicator.MINOR, *(each.indicator for each in incidents)]),
        "UNDERMAINTENANCE": Indicator.MAINTENANCE,
    }.get(parse.first_text(page, "status") or "", Indicator.UNKNOWN)
    components = (
        Component(
            id=parse.first_text(row, "id"),
            name=_name(row),
            indicator=_INSTATUS_WORDS.get(parse.first_text(row, "status") or "", Indicator.UNKNOWN),
            keys=_keys(row),
        )
        for row in listed
        if _name(row)
    )
    return ComponentPage(
        indicator=indicator,
        description=_WORDS[indicator].capitalize(),
        updated_at=max((each.updated_at for each in incidents if each.updated_at), default=None),
        components=tuple(components),
        incidents=incidents,
        listed=listed,
        listed_at=listed_at,
    )


# Untidy rows


def _rows(value: object) -> list[Json]:
    return [row for row in parse.items(value) if isinstance(row, Mapping)]


def _key(row: Json) -> str:
    """Return what something is known by in a list: its id, else its name."""
    return parse.first_text(row, "id") or _name(row).casefold()


def _keys(*rows: Json) -> frozenset[str]:
    return frozenset(key for row in rows for key in (_key(row), _name(row).casefold()))


def _name(row: Json) -> str:
    return parse.first_text(row, "name") or ""


def _touched(rows: object) -> dict[str, str]:
    return {_key(row): _name(row) for row in _rows(rows)}


def _word(row: Json) -> str | None:
    return parse.first_text(row, "status")


# Fetching


def feed_of(link: StatusLink) -> str:
    """Return the address of what is read: providers for which it is the same share a page."""
    return _FEEDS.get(link.kind, link.url)


async def read_status(
    link: StatusLink, session: aiohttp.ClientSession, now: datetime, before: Page | None = None
) -> Page:
    """Return what the page says now; `before` is what it said the last time, if that still stands.

    Raises QuotaError when it cannot be read. The session should keep no cookies: no credential is sent.
    """
    return await _READERS[link.kind](_Reader(link, session, now), before)


@dataclass(frozen=True)
class _Reader:
    """Reads the documents of one page."""

    link: StatusLink
    session: aiohttp.ClientSession
    now: datetime

    async def get(self, base: str, path: str = "", max_bytes: int = MAX_PAGE_BYTES) -> Reply:
        endpoint = Endpoint(
            session=self.session, base=URL(base), now=self.now, timeout=TIMEOUT_SECONDS, verdict=VERDICT
        )
        return await endpoint.get(path, follow=True, max_bytes=max_bytes)

    async def object(self, path: str) -> Json:
        """Return a document of the page, from its mirror when the page sends a challenge instead."""
        reply = await self.get(self.link.url, path)
        if self.link.mirror and (reply.status in (403, 405) or reply.is_page):
            reply = await self.get(self.link.mirror, path)
        return await reply.check(VERDICT).object()

    async def components(self, path: str, before: Page | None) -> tuple[tuple[Json, ...], datetime | None]:
        """Return a list of components and when it was read: the list of before when it cannot be read again."""
        try:
            document = await self.object(path)
            return tuple(_rows(parse.need_list(document.get("components"), "components"))), self.now
        except QuotaError as err:
            _LOGGER.debug("%s: no list of components: %s", self.link.url, err)
        if isinstance(before, ComponentPage) and before.listed_at and self.now - before.listed_at < KEPT_FOR:
            return before.listed, before.listed_at
        return (), None


async def _read_statuspage(reader: _Reader, before: Page | None) -> Page:
    summary = await reader.object("api/v2/summary.json")
    if not reader.link.lists_more:
        return statuspage(summary)
    return statuspage(summary, *await reader.components("api/v2/components.json", before))


async def _read_google(reader: _Reader, before: Page | None) -> Page:
    reply = await reader.get(feed_of(reader.link), max_bytes=MAX_BYTES)
    return google_feed(await reply.check(VERDICT).json())


async def _read_instatus(reader: _Reader, before: Page | None) -> Page:
    return instatus(await reader.object("summary.json"), *await reader.components("components.json", before))


_READERS: Mapping[str, Callable[[_Reader, Page | None], Awaitable[Page]]] = {
    "statuspage": _read_statuspage,
    "google_workspace": _read_google,
    "google_cloud": _read_google,
    "instatus": _read_instatus,
}
