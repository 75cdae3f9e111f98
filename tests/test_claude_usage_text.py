"""Reset times and labels in what Claude Code writes, beyond the cases."""

from collections.abc import Iterator
from datetime import UTC, datetime
import time

import pytest

from custom_components.ai_quota.quota.claude_usage_text import (
    Person,
    completed,
    failure,
    has_limits,
    is_notice,
    read_limits,
    read_person,
    reset_time,
)
from custom_components.ai_quota.quota.model import InvalidResponse, Kind
from custom_components.ai_quota.quota.parse import HOURS_5, WEEK

NOW = datetime(2027, 3, 9, 10, 20, tzinfo=UTC)


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this machine into another zone."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("3pm (UTC)", "2027-03-09T15:00"),
        (": 3:59pm(UTC)", "2027-03-09T15:59"),
        (" 15:59 (Etc/UTC)", "2027-03-09T15:59"),
        (" at 15.59 (UTC)", "2027-03-09T15:59"),
        (" 12am (UTC)", "2027-03-10T00:00"),
        (" 12:30 PM (UTC)", "2027-03-09T12:30"),
        (" 10:20am (Europe/Helsinki)", "2027-03-10T08:20"),
        ("Mar12at12am(UTC)", "2027-03-12T00:00"),
        ("Mar12t12am(UTC)", "2027-03-12T00:00"),
        (" March 12, 1:30pm (UTC)", "2027-03-12T13:30"),
        (" Mar. 12 1:30pm (UTC)", "2027-03-12T13:30"),
        (" Jan 2, 2028, 10:59pm (UTC)", "2028-01-02T22:59"),
        (" Jan 2 at 10:59pm (UTC)", "2028-01-02T22:59"),
        (" Mar 8, 2027, 10:59pm (UTC)", "2027-03-08T22:59"),
        (" Feb 29, 2028, 1pm (UTC)", "2028-02-29T13:00"),
        (" Mar 14, 3:30am (America/New_York)", "2027-03-14T07:30"),
        (" Nov 7, 1:30am (America/New_York)", "2027-11-07T05:30"),
        (" 3pm (in 5h)", "2027-03-09T15:00"),
    ],
)
def test_a_reset_time(written: str, found: str) -> None:
    assert reset_time(written, NOW, WEEK) == datetime.fromisoformat(f"{found}+00:00")


@pytest.mark.parametrize(
    "written",
    [
        "",
        " soon",
        " in 3 hours",
        " Mar 12 (UTC)",
        " Mar 12, 2028 (UTC)",
        " 3 (UTC)",
        " 13pm (UTC)",
        " 0am (UTC)",
        " 24:00 (UTC)",
        " 3:60pm (UTC)",
        " Foo 12, 3pm (UTC)",
        " Feb 30, 3pm (UTC)",
        " Feb 29, 2027, 3pm (UTC)",
        " Mar 14, 2:30am (America/New_York)",
        " Mar 14, 2027, 2:30am (America/New_York)",
        " 3pm (Middle/Earth)",
        " 3pm (Europe)",
    ],
)
def test_no_reset_time(written: str) -> None:
    assert reset_time(written, NOW, WEEK) is None


def test_without_a_zone_it_is_this_machines(new_york: None) -> None:
    assert reset_time(" 7am", NOW, HOURS_5) == datetime(2027, 3, 9, 12, tzinfo=UTC)
    assert reset_time(" Mar 15, 7am", NOW, WEEK) == datetime(2027, 3, 15, 11, tzinfo=UTC)
    assert reset_time(" Mar 14, 2:30am", NOW, WEEK) is None


def test_a_reset_has_just_passed_or_is_further_off_than_it_can_be() -> None:
    assert reset_time(" 10:19am (UTC)", NOW, HOURS_5) is None
    assert reset_time(" 5:20am (UTC)", NOW, HOURS_5) is None
    assert reset_time(" 5:19am (UTC)", NOW, HOURS_5) == datetime(2027, 3, 10, 5, 19, tzinfo=UTC)
    assert reset_time(" Mar 8, 9am (UTC)", NOW, WEEK) is None
    assert reset_time(" Mar 1, 9am (UTC)", NOW, WEEK) == datetime(2028, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("15% used", 15),
        ("15.5 %used", 15.5),
        ("used: 15%", 15),
        ("85% left", 15),
        ("85% left (15% used)", 15),
        ("15% used, 85% remaining", 15),
        ("120% consumed", 120),
        ("120% left", 0),
    ],
)
def test_a_percentage(line: str, used: float) -> None:
    for text in (f"Current session {line}", f"Current session\n\n{line}"):
        (window,) = read_limits(text, NOW)
        assert (window.id, window.used_percent) == ("session", used)


def test_how_far_a_label_reaches() -> None:
    far = "Current session\n" + "\n" * 10 + "7% used\n\nResets 3pm (UTC)"
    (window,) = read_limits(far, NOW)
    assert (window.used_percent, window.resets_at) == (7, NOW.replace(hour=15, minute=0))
    (window,) = read_limits(far.replace("\n\nResets", "\n\n\nResets"), NOW)
    assert window.resets_at is None
    assert not has_limits("Current session\n" + "\n" * 11 + "7% used")
    assert not has_limits("Current session\nCurrent month\n7% used")


@pytest.mark.parametrize("text", ["", "Current session\n", "Current session\n7%", "| Opus | 7% used", "7% of 8"])
def test_no_figure_at_all(text: str) -> None:
    with pytest.raises(InvalidResponse):
        read_limits(text, NOW)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Failed to load usage data: 401", Kind.AUTH),
        ("Failed to load usage data: 14018", Kind.UNAVAILABLE),
        ("Failed to load usage data: token_expired", Kind.AUTH),
        ("FailedtoloadusagedataRatelimited", Kind.RATE_LIMITED),
        ("Please run /login", Kind.AUTH),
    ],
)
def test_a_failure(text: str, kind: Kind) -> None:
    said = failure(text)
    assert said
    assert said.kind is kind


def test_what_is_no_failure() -> None:
    assert failure("rate limited 401") is None
    assert not is_notice("You are currently using your subscription to power Claude Code. 5% done")


def test_an_organization_named_after_its_person_is_none() -> None:
    person = read_person("│ Account: Mary@example.net │\nOrg: mary@example.net's Organization")
    assert person.account == "Mary@example.net"
    assert completed(person, Person(organization="MARY@example.net's")).organization is None
    assert completed(person, Person(account="else", organization="Hall")) == Person(
        account="Mary@example.net", organization="Hall"
    )
