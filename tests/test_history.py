"""What earlier snapshots tell, by tables of answers. All times are of 20 November 2026 and later, UTC."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
import json
import re
from typing import Any

import pytest

from custom_components.ai_quota.quota.history import History, Reset, look_back, runway
from custom_components.ai_quota.quota.model import Snapshot, Window
from custom_components.ai_quota.quota.parse import DAY, HOURS_5, WEEK

EARLY, RESET = "early", "reset"

type Answer = tuple[str, float | None, str | None]
"""When it was given, the per cent used, and when the window resets."""


def at(text: str) -> datetime:
    """Return a time, of the twentieth if no day is given."""
    day, _, clock = text.rpartition("T")
    return datetime.fromisoformat(f"{day or '2026-11-20'}T{clock}+00:00")


def snapshot(now: datetime, *windows: Window, **given: Any) -> Snapshot:
    return Snapshot(**{"provider": "example", "source": "oauth", "fetched_at": now, "windows": windows, **given})


def window(used: float | None, reset: str | None, duration: timedelta | None = HOURS_5, id: str = "session") -> Window:
    resets_at = at(reset) if reset else None
    return Window(id=id, name="Any", used_percent=used, resets_at=resets_at, duration=duration)


def kept(history: History) -> History:
    """Return the history as it is after a restart of Home Assistant."""
    return History.from_dict(json.loads(json.dumps(history.as_dict())))


def resets(*answers: Answer, duration: timedelta | None = HOURS_5, restart: bool = False) -> list[str | None]:
    """Return what every answer brought."""
    history, found = History(), []
    for now, used, reset in answers:
        told = history.observe(snapshot(at(now), window(used, reset, duration)), at(now)).get("session")
        found.append(told and (EARLY if told.early else RESET))
        if restart:
            history = kept(history)
    return found


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([("14:55", 80, "15:00"), ("15:02", 1, "20:00")], [RESET], id="scheduled"),
        pytest.param([("12:55", 80, "15:00:00"), ("13:00", 82, "15:00:41")], [None], id="jitter"),
        pytest.param([("12:55", 80, "15:00"), ("13:00", 0, "18:00")], [EARLY], id="early"),
        pytest.param(
            [("12:55", 80, "15:00"), ("13:00", 0, "15:00"), ("13:05", 81, "15:00")], [None, None], id="transient zero"
        ),
        pytest.param(
            [("13:55", 100, "15:00"), ("14:00", 0, "15:00"), ("14:05", 1, "15:00")], [None, EARLY], id="banked reset"
        ),
        pytest.param(
            [("14:55", 35, "15:00"), ("15:30", 0, None), ("16:10", 2, "21:05")], [RESET, None], id="null in between"
        ),
        pytest.param([("14:55", 0, "15:00"), ("15:05", 0, "20:05")], [None], id="untouched"),
        pytest.param([("14:55", 60, "15:00"), ("2026-11-21T09:00", 10, "2026-11-21T13:00")], [RESET], id="overnight"),
        # Beyond the examples of the specification
        pytest.param([("14:55", 20, "15:00"), ("15:02", 30, "20:00")], [RESET], id="used more than before at once"),
        pytest.param([("14:50", 20, "15:00"), ("14:54:00", 30, "20:00")], [RESET], id="within the tolerance"),
        pytest.param([("14:50", 20, "15:00"), ("14:53:59", 20, "20:00")], [None], id="before it"),
        pytest.param([("14:55", 0.9, "15:00"), ("15:02", 5, "20:00")], [None], id="hardly touched"),
        pytest.param([("14:55", 1, "15:00"), ("15:02", 0, "20:00")], [RESET], id="touched"),
        pytest.param([("12:00", 50, "15:00"), ("12:05", 49, "16:00")], [EARLY], id="a point less"),
        pytest.param([("12:00", 50, "15:00"), ("12:05", 49.5, "16:00")], [None], id="less than a point less"),
        pytest.param(
            [("12:00", 50, "15:00"), ("12:05", 55, "18:00"), ("15:02", 60, "18:00"), ("18:02", 0, "23:00")],
            [None, None, RESET],
            id="moved, as by another plan",
        ),
        pytest.param([("12:00", 50, "15:00"), ("12:05", 29, None)], [None], id="no reset time for once"),
        pytest.param(
            [("12:00", 50, "15:00"), ("12:05", 50, None), ("15:02", 0, "20:00")], [None, RESET], id="kept meanwhile"
        ),
        pytest.param([("14:55", 35, "15:00"), ("15:30", 35, None), ("16:10", 0, None)], [None, RESET], id="null first"),
        pytest.param([("12:00", 35, None), ("12:05", 36, "15:00")], [None], id="a reset time appears"),
        pytest.param([("12:00", 35, None), ("12:05", 0, None), ("12:10", 0, None)], [None, EARLY], id="no reset times"),
        pytest.param([("12:00", 35, None), ("12:05", 36, None), ("12:10", 37, None)], [None, None], id="grows"),
        pytest.param([("12:00", None, "15:00"), ("15:02", 1, "20:00")], [None], id="use unknown before"),
        pytest.param([("12:00", 50, "15:00"), ("15:02", None, "20:00"), ("15:07", 1, "20:00")], [None] * 2, id="after"),
    ],
)
def test_resets(answers: list[Answer], expected: list[str | None], *, restart: bool) -> None:
    assert resets(*answers, restart=restart) == [None, *expected]


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([("12:05", 60, "15:00"), ("12:10", 60, "15:00")], [None, EARLY], id="twenty points"),
        pytest.param([("12:05", 61, "15:00"), ("12:10", 61, "15:00")], [None, None], id="nineteen"),
        pytest.param([("12:05", 0, "15:00"), ("12:10", 5, "15:00")], [None, EARLY], id="five points above"),
        pytest.param([("12:05:00", 0, "15:00"), ("12:05:59", 0, "15:00")], [None, None], id="asked too soon"),
        pytest.param(
            [("12:05:00", 0, "15:00"), ("12:05:30", 0, "15:00"), ("12:06:00", 1, "15:00")],
            [None, None, EARLY],
            id="asked too soon, then again",
        ),
        pytest.param(
            [("12:05", 0, "15:00"), ("12:10", 30, "15:00"), ("12:15", 31, "15:00")], [None, None, EARLY], id="halfway"
        ),
        pytest.param(
            [("12:05", 0, "15:00"), ("12:05:30", 80, "15:00"), ("12:10", 0, "15:00"), ("12:15", 81, "15:00")],
            [None] * 4,
            id="two transient zeros",
        ),
        pytest.param([("12:05", 0, "15:00"), ("12:10", 1, None)], [None, EARLY], id="then no reset time"),
        pytest.param([("12:05", 0, None), ("12:10", 81, "15:00")], [None, None], id="a zero that knows of no reset"),
        pytest.param([("12:05", 0, None), ("12:10", 0, None)], [None, EARLY], id="a reset that knows of no next one"),
        pytest.param([("14:00", 0, None), ("14:55", 0, None)], [None, RESET], id="a zero until the boundary"),
        pytest.param([("12:05", 0, "15:00"), ("12:10", 1, "17:10")], [None, EARLY], id="then another one"),
        pytest.param([("12:05", 0, "15:00"), ("15:02", 1, "20:00")], [None, RESET], id="then the boundary"),
        pytest.param([("12:05", 0, "15:00"), ("12:10", 81, "17:00")], [None, None], id="recovered and moved"),
        pytest.param(
            [("12:05", 0, "15:00"), ("12:10", 1, "13:00"), ("12:15", 1, "15:00")], [None, None, EARLY], id="a stale one"
        ),
    ],
)
def test_drops_without_a_new_reset_time(answers: list[Answer], expected: list[str | None], *, restart: bool) -> None:
    assert resets(("12:00", 80, "15:00"), *answers, restart=restart) == [None, *expected]


def test_a_small_use_is_gone_below_one() -> None:
    assert resets(("12:00", 5, "15:00"), ("12:05", 0.5, "15:00"), ("12:10", 0.5, "15:00")) == [None, None, EARLY]
    assert resets(("12:00", 4.9, "15:00"), ("12:05", 0, "15:00"), ("12:10", 0, "15:00")) == [None, None, None]


def test_what_is_told_of_a_reset() -> None:
    history = History()
    history.observe(snapshot(at("14:55"), window(80, "15:00")), at("14:55"))
    found = history.observe(snapshot(at("15:02"), window(1, "20:00")), at("15:02"))
    assert found == {"session": Reset(early=False, previous_used=80, boundary=at("15:00"))}


def test_drift_does_not_add_up() -> None:
    # Every answer is two minutes later than the one before; the fourth is beyond the tolerance of the first.
    answers = [("12:00", 50, "15:00"), ("12:05", 50, "15:02"), ("12:10", 50, "15:04"), ("12:15", 50, "15:06")]
    assert resets(*answers, ("12:20", 48, "15:08")) == [None, None, None, None, EARLY]


def test_a_boundary_from_before_a_long_silence_is_not_kept() -> None:
    silence = [("12:00", 50, "15:00"), ("17:01", 50, "15:04")]
    # 15:09 is near enough to the reset of the second answer, not to that of the first.
    assert resets(*silence, ("17:06", 60, "15:09")) == [None, None, None]
    assert resets(("12:00", 50, "15:00"), ("12:05", 50, "15:04"), ("15:06", 60, "15:09")) == [None, None, RESET]


@pytest.mark.parametrize(
    ("duration", "moved", "expected"),
    [
        (None, "15:05", None),
        (None, "15:05:01", EARLY),
        (timedelta(minutes=10), "15:02:01", EARLY),
        (WEEK, "16:00", None),
        (WEEK, "16:00:01", EARLY),
    ],
)
def test_tolerance_follows_the_length(duration: timedelta | None, moved: str, expected: str | None) -> None:
    assert resets(("12:00", 50, "15:00"), ("12:05", 48, moved), duration=duration) == [None, expected]


def test_a_month_without_a_length_is_as_long_as_the_calendar_says() -> None:
    history = History()
    for used, reset in ((50, "2026-12-01T00:00"), (48, "2026-12-01T00:59")):
        month = window(used, reset, None, "monthly")
        assert history.observe(snapshot(at("12:00"), month), at("12:00")) == {}


@pytest.mark.parametrize("silly", ["2019-12-31T23:59", "2027-12-25T12:06"])
def test_silly_reset_times_are_dropped(silly: str) -> None:
    assert resets(("12:00", 50, "15:00"), ("12:05", 10, silly)) == [None, None]
    assert resets(("12:00", 50, silly), ("12:05", 49, "2026-11-25T12:00"), duration=WEEK) == [None, None]


def test_a_reset_within_four_hundred_days_counts() -> None:
    assert resets(("12:00", 50, "15:00"), ("12:05", 10, "2027-12-25T12:04")) == [None, EARLY]


# Answers that lag behind


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_an_earlier_reset_is_believed_at_the_third_time(*, restart: bool) -> None:
    behind = [(f"12:{minute}", 20, "13:00") for minute in ("05", "10", "15")]
    assert resets(("12:00", 80, "15:00"), *behind, ("13:02", 1, "18:00"), restart=restart) == [None] * 4 + [RESET]


def test_answers_that_lag_behind_for_once_change_nothing() -> None:
    twice = [("12:05", 90, "10:00"), ("12:10", 90, "10:00")]
    between = ("12:15", 0, "15:00")
    assert resets(("12:00", 0, "15:00"), *twice, between, *twice, between) == [None] * 7


def test_answers_that_lag_behind_are_not_used() -> None:
    history = History()
    for now, used, reset in (("11:30", 40, "15:00"), ("11:45", 90, "10:00"), ("12:00", 49, "15:00")):
        history.observe(snapshot(at(now), window(used, reset)), at(now))
    assert history.burn_rate("session", at("12:00"), HOURS_5) == pytest.approx(18)


# One event per boundary, not too late


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_a_boundary_is_told_of_once(*, restart: bool) -> None:
    answers = [("14:55", 80, "15:00"), ("15:02", 1, None), ("15:07", 80, "15:01"), ("15:12", 0, None)]
    assert resets(*answers, restart=restart) == [None, RESET, None, None]


def test_a_reset_of_long_ago_is_not_told() -> None:
    start = ("14:55", 60, "15:00")
    assert resets(start, ("2026-11-21T15:00", 10, "2026-11-21T18:00")) == [None, RESET]
    late, next_one = ("2026-11-21T15:01", 10, "2026-11-21T18:00"), ("2026-11-21T18:02", 0, "2026-11-21T23:00")
    assert resets(start, late, next_one) == [None, None, RESET]


# Where answers come from


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"source": "web"}, False),
        ({"account": "a@example.com"}, {"account": "b@example.com"}, False),
        ({"account": "a@example.com"}, {"account": "a@example.com"}, True),
        ({"account": "a@example.com"}, {"account": " A@Example.com"}, True),
        ({"account": "a@example.com"}, {}, True),
        ({}, {"account": "a@example.com"}, True),
        ({"identity": "1", "account": "a@example.com"}, {"identity": "2", "account": "a@example.com"}, False),
        ({"identity": "1", "account": "a@example.com"}, {"identity": "1", "account": "renamed@example.com"}, True),
        ({"identity": "1", "account": "a@example.com"}, {"account": "b@example.com"}, False),
    ],
)
def test_another_source_or_account_begins_anew(
    before: Mapping[str, Any], after: Mapping[str, Any], *, expected: bool
) -> None:
    history = History()
    history.observe(snapshot(at("14:00"), window(80, "15:00"), **before), at("14:00"))
    history.observe(snapshot(at("14:55"), window(80, "15:00"), **before), at("14:55"))
    history = kept(history)
    found = history.observe(snapshot(at("15:02"), window(1, "20:00"), **after), at("15:02"))
    assert bool(found) is expected


def test_who_an_account_is_is_remembered_while_it_is_not_told() -> None:
    history = History()
    for account in ("a@example.com", None, "b@example.com"):
        found = history.observe(snapshot(at("14:55"), window(80, "15:00"), account=account), at("14:55"))
    assert found == {}
    assert not history.observe(snapshot(at("15:02"), window(1, "20:00"), account="a@example.com"), at("15:02"))


def test_another_source_does_not_tell_of_a_boundary_again() -> None:
    history = History()
    found = []
    for now, source, used, reset in (
        ("14:55", "oauth", 80, "15:00"),
        ("15:02", "oauth", 1, "20:00"),
        ("15:03", "web", 80, "15:00"),
        ("15:04", "web", 1, "20:00"),
    ):
        found.append(bool(history.observe(snapshot(at(now), window(used, reset), source=source), at(now))))
    assert found == [False, True, False, False]


# Windows that are missing


@pytest.mark.parametrize(("back", "expected"), [("2026-11-21T11:59", True), ("2026-11-21T12:06", False)])
def test_a_window_is_remembered_for_a_day(back: str, *, expected: bool) -> None:
    history = History()
    history.observe(snapshot(at("12:00"), window(80, "15:00")), at("12:00"))
    history.observe(snapshot(at(back)), at(back))
    history = kept(history)
    found = history.observe(snapshot(at(back), window(1, "2026-11-21T17:00")), at(back))
    assert (found == {"session": Reset(early=False, previous_used=80, boundary=at("15:00"))}) is expected
    assert list(history.as_dict()["windows"]) == ["session"]


def test_every_window_has_a_history_of_its_own() -> None:
    history = History()
    week = window(50, "2026-11-25T12:00", WEEK, "weekly")
    history.observe(snapshot(at("14:55"), window(80, "15:00"), week), at("14:55"))
    found = history.observe(snapshot(at("15:02"), window(1, "20:00"), week), at("15:02"))
    assert list(found) == ["session"]


# Windows that slide


def slides(*answers: Answer) -> list[bool]:
    """Return after every answer whether the window slides."""
    history, found = History(), []
    for now, used, reset in answers:
        history.observe(snapshot(at(now), window(used, reset)), at(now))
        history = kept(history)
        found.append(history.is_sliding("session"))
    return found


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(
            [("12:00", 9, "17:00"), ("12:05", 9, "17:05"), ("12:10", 9, "17:10"), ("12:15", 9, "17:15")],
            [False, False, False, True],
            id="with the clock",
        ),
        pytest.param(
            [("12:00", 9, "17:00"), ("12:10", 9, "17:05"), ("12:20", 9, "17:20"), ("12:30", 8.1, "17:25")],
            [False, False, False, True],
            id="half as fast, and half as fast again",
        ),
        pytest.param(
            [("12:00", 9, "17:00"), ("12:10", 9, "17:04"), ("12:20", 9, "17:08"), ("12:30", 9, "17:12")],
            [False] * 4,
            id="slower than half",
        ),
        pytest.param(
            [("12:00", 9, "17:00"), ("12:10", 9, "17:16"), ("12:20", 9, "17:32"), ("12:30", 9, "17:48")],
            [False] * 4,
            id="faster than half again",
        ),
        pytest.param(
            [("12:00", 9, "17:00"), ("12:05", 9, "17:05"), ("12:10", 9, "17:10"), ("12:15", 8, "17:15")],
            [False] * 4,
            id="the use falls by a point",
        ),
        pytest.param(
            [
                ("12:00", 9, "17:00"),
                ("12:05", 9, "17:05"),
                ("12:10", 9, "17:10"),
                ("12:15", 9, "17:15"),
                ("12:20", 9, "17:15"),
            ],
            [False, False, False, True, False],
            id="until it stands still",
        ),
        pytest.param(
            [("12:00", 9, "17:00"), ("12:05", 9, "17:05"), ("12:10", 9, None), ("12:15", 9, "17:15")],
            [False] * 4,
            id="no reset time for once",
        ),
        pytest.param(
            [("12:00", 9, "17:00"), ("12:05", 9, "17:05"), ("12:10", None, "17:10"), ("12:15", 9, "17:15")],
            [False] * 4,
            id="use unknown for once",
        ),
        pytest.param([("12:00", 9, "17:00")] * 5, [False] * 5, id="the same answer again and again"),
    ],
)
def test_sliding(answers: list[Answer], expected: list[bool]) -> None:
    assert slides(*answers) == expected


def test_a_window_that_slides_resets_by_twenty_points_only() -> None:
    # An hour between two polls, so that every one moves the reset beyond the tolerance.
    sliding = [(f"{8 + hour:02}:00", 50.0, f"{13 + hour}:00") for hour in range(4)]
    assert resets(*sliding, ("12:00", 31, "17:00")) == [None] * 5
    assert resets(*sliding, ("12:00", 30, "17:00")) == [None] * 4 + [EARLY]


def test_a_window_that_is_not_known_does_not_slide() -> None:
    assert not History().is_sliding("session")


# Burn rate


def burn(*answers: tuple[str, float], duration: timedelta | None = HOURS_5) -> float | None:
    history = History()
    for now, used in answers:
        history.observe(snapshot(at(now), window(used, "15:00", duration)), at(now))
        history = kept(history)
    return history.burn_rate("session", at(answers[-1][0]), duration)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([("11:30", 40), ("11:45", 44), ("12:00", 49)], 18, id="example"),
        pytest.param([("11:29", 10), ("11:45", 44), ("12:00", 49)], 20, id="only what is not too old"),
        pytest.param([("11:50", 40), ("12:00", 40)], 0, id="idle"),
        pytest.param([("11:50", 40), ("12:00", 39)], 0, id="corrected downwards"),
        pytest.param([("11:51", 40), ("12:00", 49)], None, id="not long enough"),
        pytest.param([("12:00", 49)], None, id="one answer"),
        pytest.param([("11:30", 40), ("11:45", 0), ("12:00", 49)], 18, id="a transient zero is no use"),
        pytest.param([("11:30", 80), ("11:35", 0), ("11:40", 0), ("12:00", 5)], 15, id="begins anew at a reset"),
    ],
)
def test_burn_rate(answers: list[tuple[str, float]], expected: float | None) -> None:
    found = burn(*answers)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_burn_rate_of_what_is_not_known() -> None:
    assert History().burn_rate("session", at("12:00"), HOURS_5) is None
    history = History()
    for now, used in (("11:30", 40), ("12:00", None)):
        history.observe(snapshot(at(now), window(used, "15:00")), at(now))
    assert history.burn_rate("session", at("12:00"), HOURS_5) is None


def test_burn_rate_begins_anew_with_another_source() -> None:
    history = History()
    for now, source in (("11:30", "oauth"), ("11:59", "web"), ("12:00", "web")):
        history.observe(snapshot(at(now), window(40, "15:00"), source=source), at(now))
    assert history.burn_rate("session", at("12:00"), HOURS_5) is None


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (None, timedelta(hours=1)),
        (timedelta(hours=1), timedelta(minutes=30)),
        (HOURS_5, timedelta(minutes=30)),
        (DAY, timedelta(hours=2.4)),
        (WEEK, timedelta(hours=16.8)),
        (timedelta(days=30), timedelta(hours=24)),
    ],
)
def test_look_back(length: timedelta | None, expected: timedelta) -> None:
    assert look_back(length) == expected


@pytest.mark.parametrize(
    ("used", "rate", "hours"), [(49, 18, 17 / 6), (49, 0, None), (100, 18, 0), (104, 18, 0), (0, 1e-9, 1e11)]
)
def test_runway(used: float, rate: float, hours: float | None) -> None:
    assert runway(used, rate) == (hours if hours is None else pytest.approx(hours))


def polled(every: timedelta, duration: timedelta) -> Iterator[tuple[History, datetime]]:
    """Yield the history after each poll of three days in which a per cent is used in an hour."""
    history, start = History(), at("00:00")
    for number in range(3 * DAY // every):
        now = start + number * every
        used = 10 + (now - start) / timedelta(hours=1)
        history.observe(snapshot(now, window(used, "2026-11-25T12:00", duration)), now)
        yield history, now


def test_samples_are_few_and_reach_far_enough() -> None:
    for history, now in polled(timedelta(minutes=1), WEEK):
        uses = history.as_dict()["windows"]["session"]["uses"]
        assert len(uses) <= 120
        gaps = {later[0] - earlier[0] for earlier, later in pairwise(uses)}
        assert min(gaps, default=60) >= 60
        if now >= at("06:00"):
            assert history.burn_rate("session", now, WEEK) == pytest.approx(1)


def test_samples_of_one_minute_are_one() -> None:
    *_, (history, _) = polled(timedelta(seconds=20), HOURS_5)
    uses = history.as_dict()["windows"]["session"]["uses"]
    assert len(uses) == 120
    assert {later[0] - earlier[0] for earlier, later in pairwise(uses)} == {60}


def test_a_clock_that_is_put_back_does_not_stop_anything() -> None:
    assert burn(("18:00", 10), ("11:30", 40), ("12:00", 49)) == pytest.approx(18)


# What is kept


def test_what_is_kept_is_json_and_the_same_afterwards() -> None:
    history = History()
    for now, used, reset in (("11:30", 40, "15:00"), ("11:45", 44, None), ("12:00", 0, "15:00"), ("12:05", 1, "13:00")):
        history.observe(snapshot(at(now), window(used, reset), account="a@example.com"), at(now))
    assert kept(history).as_dict() == history.as_dict()


def damaged(state: Any) -> Iterator[Any]:
    """Yield the state with every part of it replaced by rubbish in turn."""
    rubbish: tuple[Any, ...] = (None, [], {}, "x", -1, 1e300, True, [None], {"at": "x"}, [[1, 2, 3]], "2150-01-01")
    yield from rubbish
    if isinstance(state, dict):
        for key, value in state.items():
            yield {name: each for name, each in state.items() if name != key}
            for each in damaged(value):
                yield {**state, key: each}
    elif isinstance(state, list):
        for index, value in enumerate(state):
            for each in damaged(value):
                yield [*state[:index], each, *state[index + 1 :]]


def test_nobody_is_named_in_what_is_kept() -> None:
    history = History()
    history.observe(snapshot(at("14:00"), window(80, "15:00"), account="a@example.com", identity="4711"), at("14:00"))
    assert not {"a@example.com", "4711"} & set(re.findall(r'"([^"]*)"', json.dumps(history.as_dict())))


def test_a_damaged_file_does_no_harm() -> None:
    history = History()
    for now, used, reset in (("11:30", 80, "15:00"), ("11:45", 0, "15:00")):
        history.observe(snapshot(at(now), window(used, reset)), at(now))
    tried = 0
    for state in damaged(history.as_dict()):
        if not isinstance(state, dict):
            continue  # the file is an object, or there is none
        found = History.from_dict(state)
        for now, used, reset in (("12:00", 50, "15:00"), ("12:05", None, None), ("12:10", 49, "18:00")):
            found.observe(snapshot(at(now), window(used, reset)), at(now))
            found.is_sliding("session")
            found.burn_rate("session", at(now), HOURS_5)
        json.dumps(found.as_dict(), allow_nan=False)
        tried += 1
    assert tried > 100


def test_what_can_be_read_of_a_damaged_file_is_kept() -> None:
    history = History()
    week = window(80, "15:00", WEEK, "weekly")
    history.observe(snapshot(at("14:55"), window(80, "15:00"), week), at("14:55"))
    state = history.as_dict()
    state["windows"]["session"]["current"] = {"at": "yesterday"}
    found = History.from_dict(state).observe(
        snapshot(at("15:02"), window(1, "20:00"), window(1, "2026-11-27T15:00", WEEK, "weekly")), at("15:02")
    )
    assert list(found) == ["weekly"]
