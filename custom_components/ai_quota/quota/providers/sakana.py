"""Sakana AI."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
import re
from typing import override

from .. import parse
from ..account import Call
from ..credentials import cookie
from ..http import Endpoint, Verdict
from ..model import AuthFailed, InvalidResponse, Metric, MetricKind, Reading, Window
from ..provider import Every, Provider, strategy

CONSOLE = "https://console.sakana.ai"
SIGNED_OUT = f"sign in at {CONSOLE} and copy the cookie again"
VERDICT = Verdict(auth=SIGNED_OUT, redirect=AuthFailed, html=None)
ENGLISH_PAGE = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en-US,en;q=0.9"}


class Sakana(Provider):
    """Sakana AI: the five-hour and weekly limits of a console subscription, and the pay-as-you-go balance.

    Source: the page https://console.sakana.ai/billing, as there is no API for it
    """

    id = "sakana"
    name = "Sakana AI"
    dashboard = f"{CONSOLE}/billing"
    missing = f"paste the cookie of {CONSOLE}"
    every = Every(default=5, minimum=3)
    fields = (
        cookie(
            "console.sakana.ai",
            env=("SAKANA_COOKIE",),
            required=True,
            help="Sign in at console.sakana.ai, open the billing page, then the developer tools, Network, the request"
            " billing, and copy its Cookie header.",
            link=dashboard,
        ),
    )

    @strategy("web", needs="cookie")
    async def web(self, call: Call) -> Reading:
        """Read the billing page, and its tab for pay-as-you-go where that can be had."""
        cookies = call.pasted_cookies()
        if cookies is None:
            raise AuthFailed(f"what was given is no cookie: {SIGNED_OUT}")
        console = call.at(CONSOLE, cookies=cookies, headers=ENGLISH_PAGE, verdict=VERDICT)
        reply = await console.get("billing")
        if reply.status != 200:
            reply.check(VERDICT)
        page = await elements_of(reply.text)
        windows = tuple(usage_windows(page))
        if not windows and reply.is_challenge:
            reply.check(VERDICT)
        metrics = await call.optional(read_pay_as_you_go(console)) or ()
        is_pay_as_you_go_alone = metrics and "Usage limit" not in without_marks(reply.text)
        if not windows and not is_pay_as_you_go_alone:
            raise InvalidResponse("usage limits not found on the billing page")
        return Reading(plan=plan_of(page), windows=windows, metrics=metrics)


async def read_pay_as_you_go(console: Endpoint) -> tuple[Metric, ...]:
    """Return balance and spend, nothing without a balance."""
    reply = await console.get("billing", query={"tab": "payAsYouGo"}, timeout=5)
    return spending(await elements_of(reply.check(VERDICT).text))


# The page


@dataclass
class Element:
    """An element of a page: its tag, classes, slot and text, and whether it stands in the title of a card."""

    tag: str
    classes: Sequence[str]
    slot: str | None
    in_title: bool
    pieces: list[str]

    @property
    def text(self) -> str:
        """Return the text, every run of white space as one blank."""
        return " ".join("".join(self.pieces).split())


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(HTMLParser):
    """The elements of a page in document order; React's comments between pieces of text fall away."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: dict[str, Element] = {}
        self._title: str | None = None
        self._depth = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._title is None and given.get("data-slot") == "card-title":
            self._title, self._depth = tag, 0
        self._depth += tag == self._title
        element = Element(tag, given.get("class", "").split(), given.get("data-slot"), self._title is not None, [])
        self.elements.append(element)
        if tag in ("p", "span", *HEADINGS):
            self._open[tag] = element

    @override
    def handle_endtag(self, tag: str) -> None:
        self._open.pop(tag, None)
        self._depth -= tag == self._title
        if self._depth == 0:
            self._title = None

    @override
    def handle_data(self, data: str) -> None:
        for element in self._open.values():
            element.pieces.append(data)


async def elements_of(page: str) -> list[Element]:
    """Return the elements of a page; raises InvalidResponse when it is empty."""
    if not page.strip():
        raise InvalidResponse("the billing page is empty")
    return await asyncio.to_thread(_elements_of, page)


def _elements_of(page: str) -> list[Element]:
    parser = Page()
    parser.feed(page)
    parser.close()
    return parser.elements


def without_marks(page: str) -> str:
    """Return the page without the comments that React puts between pieces of text."""
    return re.sub(r"<!--\s*-->", "", page)


def plan_of(page: Sequence[Element]) -> str | None:
    """Return the plan: what stands first in the title of a card; the price comes after it."""
    return next((each.text or None for each in page if each.tag == "span" and each.in_title), None)


# Limits


LIMITS = {
    "5-hour": ("session", "Five hours", parse.HOURS_5),
    "weekly": ("weekly", "Weekly", parse.WEEK),
}
"""Id, name and length by label."""


def usage_windows(page: Sequence[Element]) -> Iterator[Window]:
    """Yield the limits that the page shows; raises InvalidResponse when one has no percentage from 0 to 100."""
    for label, (id, name, duration) in LIMITS.items():
        section = section_of(page, label)
        if section is not None:
            yield usage_window(section, label, id, name, duration)


def section_of(page: Sequence[Element], label: str) -> list[Element] | None:
    """Return what stands between a label and the next one or the next card, None without the label."""
    start = next((i for i, each in enumerate(page) if label_of(each) == label), None)
    if start is None:
        return None
    section = []
    for each in page[start + 1 :]:
        if label_of(each) or (each.tag == "div" and each.slot in ("card", "card-title")):
            break
        section.append(each)
    return section


def label_of(element: Element) -> str | None:
    """Return which label an element is, None for any other."""
    text = element.text.lower() if element.tag == "p" else ""
    return text if text in LIMITS else None


def usage_window(section: Sequence[Element], label: str, id: str, name: str, duration: timedelta) -> Window:
    """Return the limit that a section is about."""
    lines = [each.text for each in section if each.tag == "p"]
    found = (re.fullmatch(r"(\S+?)\s*% used", line) for line in lines)
    percent = next((parse.number(match[1]) for match in found if match), None)
    if percent is None or not 0 <= percent <= 100:
        raise InvalidResponse(f"the {label} limit has no percentage from 0 to 100")
    resets = (line for line in lines if line.startswith("Resets on "))
    return Window(id=id, name=name, used_percent=percent, duration=duration, resets_at=moment_in(next(resets, "")))


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment_in(line: str) -> datetime | None:
    """Return the time that a line such as `Resets on May 4, 2027 at 12:30 PM` names; the server writes UTC."""
    found = re.search(r"([A-Z][a-z]+) (\d{1,2}), (\d{4}) at (1[0-2]|0?[1-9]):(\d\d) (AM|PM)", line)
    if found is None or found[1] not in MONTHS:
        return None
    day, year, hour, minute = (int(found[group]) for group in (2, 3, 4, 5))
    try:
        return datetime(year, MONTHS.index(found[1]) + 1, day, hour % 12 + 12 * (found[6] == "PM"), minute, tzinfo=UTC)
    except ValueError:
        return None


# Pay as you go


def spending(page: Sequence[Element]) -> tuple[Metric, ...]:
    """Return the balance, and the spend of the range that the page shows by itself; nothing without a balance."""
    figures = (each for each in behind(page, "Credit balance") if each.tag == "p" and "tabular-nums" in each.classes)
    balance = dollars(next((each.text for each in figures), ""))
    if balance is None:
        return ()
    total = next((each.text for each in behind(page, "Usage") if each.tag in ("span", *HEADINGS)), "")
    _, _, spent = total.partition("Total:")
    return (
        *parse.known_metric("balance", "Balance", balance, "USD", MetricKind.BALANCE),
        *parse.known_metric("spend_30d", "Spend, 30 days", dollars(spent.strip()), "USD", MetricKind.SPEND),
    )


def behind(page: Sequence[Element], heading: str) -> Sequence[Element]:
    """Return everything behind a heading, nothing without it."""
    start = next((i for i, each in enumerate(page) if each.tag in HEADINGS and each.text == heading), len(page))
    return page[start + 1 :]


def dollars(text: str) -> float | None:
    """Return an amount such as `$1,012.34`."""
    return parse.number(text[1:]) if re.fullmatch(r"\$[\d,.]+", text) else None
