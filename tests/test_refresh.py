"""When accounts are polled: while all is well, around resets, after failures, and over restarts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.ai_quota.quota.model import (
    AuthFailed,
    BadConfiguration,
    InvalidResponse,
    Kind,
    Metric,
    MetricKind,
    QuotaError,
    RateLimited,
    Reading,
    Unavailable,
    Unsupported,
    Window,
)
from custom_components.ai_quota.quota.provider import Every
from custom_components.ai_quota.quota.refresh import (
    Boundaries,
    Circumstances,
    Pauses,
    Rhythm,
    exhausted_for,
    grace,
    has_changed,
    pause_after,
    spread,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTES = Every(default=5, minimum=3)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# While all is well


@pytest.mark.parametrize(
    ("every", "chosen", "seconds"),
    [
        (MINUTES, None, 300),
        (MINUTES, 10, 600),
        (MINUTES, 1, 180),
        (MINUTES, 10_000, 86_400),
        (Every(default=5, minimum=3, maximum=25), 60, 1500),
    ],
)
def test_the_chosen_interval_is_bounded(every: Every, chosen: float | None, seconds: float) -> None:
    assert Rhythm.of(every, chosen, adaptive=False).interval(Circumstances(unchanged=99)) == seconds


@pytest.mark.parametrize(
    ("seen", "seconds"),
    [
        pytest.param({}, 300, id="nothing special"),
        pytest.param({"unchanged": 2}, 300, id="quiet for a moment"),
        pytest.param({"unchanged": 3}, 600, id="quiet"),
        pytest.param({"unchanged": 11}, 600, id="quiet for long"),
        pytest.param({"unchanged": 12}, 900, id="asleep"),
        pytest.param({"unchanged": 12, "is_lively": True}, 300, id="somebody looks on"),
        pytest.param({"unchanged": 3, "runs_out_in": minutes(10)}, 180, id="about to run out, within the minimum"),
        pytest.param({"unchanged": 3, "runs_out_in": minutes(11)}, 600, id="going to run out"),
        pytest.param({"runs_out_in": minutes(1), "exhausted_for": minutes(9)}, 180, id="about to run out comes first"),
        pytest.param({"exhausted_for": minutes(9), "unchanged": 3}, 570, id="used up, for not long"),
        pytest.param({"exhausted_for": minutes(300)}, 1800, id="used up, for long"),
        pytest.param({"exhausted_for": minutes(0.5)}, 180, id="used up, for a moment"),
        pytest.param({"is_lively": True, "exhausted_for": minutes(300)}, 300, id="used up, and somebody looks on"),
    ],
)
def test_the_first_condition_that_holds_decides(seen: dict[str, Any], seconds: float) -> None:
    assert Rhythm.of(MINUTES, None, adaptive=True).interval(Circumstances(**seen)) == seconds


@pytest.mark.parametrize(
    ("every", "chosen", "seconds"),
    [
        (Every(default=8, minimum=1), None, 1440),
        (Every(default=12, minimum=1), None, 1800),
        (Every(default=30, minimum=1), None, 1800),
        (Every(default=5, minimum=1), 45, 2700),
        (Every(default=20, minimum=3, maximum=25), None, 1500),
    ],
)
def test_quiet_accounts_are_polled_every_half_an_hour_at_least(
    every: Every, chosen: float | None, seconds: float
) -> None:
    assert Rhythm.of(every, chosen, adaptive=True).interval(Circumstances(unchanged=12)) == seconds


def test_half_of_the_interval_where_the_minimum_allows_it() -> None:
    rhythm = Rhythm.of(Every(default=5, minimum=1), None, adaptive=True)
    assert rhythm.interval(Circumstances(runs_out_in=minutes(5))) == 150


def test_polls_vary_but_keep_the_minimum() -> None:
    rhythm = Rhythm.of(MINUTES, None, adaptive=True)
    usual = {rhythm.jittered(300).total_seconds() for _ in range(200)}
    assert 270 <= min(usual) < 280
    assert 320 < max(usual) <= 330
    assert min(rhythm.jittered(180).total_seconds() for _ in range(200)) >= 180


def test_first_polls_are_spread_over_a_minute() -> None:
    found = [spread(f"entry {number}") for number in range(200)]
    assert 0 <= min(found) < 5
    assert 55 < max(found) <= 60
    assert found == [spread(f"entry {number}") for number in range(200)]


def reading(*windows: Window, **metrics: float) -> Reading:
    return Reading(
        windows=windows,
        metrics=tuple(
            Metric(id=id, name=id, value=value, unit=None, kind=MetricKind.COUNT) for id, value in metrics.items()
        ),
    )


def window(used_percent: float | None = None, id: str = "session", **more: Any) -> Window:
    return Window(id=id, name=id, used_percent=used_percent, **more)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (reading(window(10)), reading(window(10.4)), False),
        (reading(window(10)), reading(window(10.5)), True),
        (reading(window(10)), reading(window(0)), True),
        (reading(window(10, resets_at=NOW)), reading(window(10)), False),
        (reading(window(used=5)), reading(window(used=6)), True),
        (reading(window(remaining=5)), reading(window(remaining=5)), False),
        (reading(window(remaining=5)), reading(window(50)), True),
        (reading(window(10)), reading(), True),
        (reading(window(10)), reading(window(10), window(0, "weekly")), True),
        (reading(tokens=1), reading(tokens=1), False),
        (reading(tokens=1), reading(tokens=2), True),
        (reading(tokens=1), reading(), True),
    ],
)
def test_what_counts_as_a_change(before: Reading, after: Reading, *, changed: bool) -> None:
    assert has_changed(before, after) is changed


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], None),
        ([window(100)], None),
        ([window(100, resets_at=NOW + minutes(9))], minutes(9)),
        ([window(100, resets_at=NOW + minutes(9)), window(120, "weekly", resets_at=NOW + minutes(2))], minutes(2)),
        ([window(100, resets_at=NOW + minutes(9)), window(99, "weekly")], None),
        ([window(100, resets_at=NOW + minutes(9)), window(None, "weekly")], None),
    ],
)
def test_when_all_windows_are_used_up(windows: list[Window], expected: timedelta | None) -> None:
    assert exhausted_for(windows, NOW) == expected


# Around a reset


def after(seconds: float) -> datetime:
    """Return a time after the reset at noon."""
    return NOW + timedelta(seconds=seconds)


def watched(**more: Any) -> tuple[Boundaries, float]:
    """Return what has seen a window that resets at noon, and when it wants to look, in seconds after that."""
    boundaries = Boundaries()
    boundaries.observe(reading(window(**{"used_percent": 80, "resets_at": NOW, **more})), after(-600))
    due = boundaries.next(after(-600))
    assert due
    return boundaries, (due - NOW).total_seconds()


def test_a_reset_is_looked_at_half_a_minute_after_it_or_a_little_later() -> None:
    found = {watched()[1] for _ in range(200)}
    assert 30 <= min(found) < 35
    assert 55 < max(found) <= 60


def test_a_reset_that_was_seen_is_not_looked_at_again() -> None:
    boundaries, _ = watched()
    boundaries.observe(reading(window(0, resets_at=after(5 * 3600))), after(65))
    due = boundaries.next(after(65))
    assert due
    assert due > after(5 * 3600)
    boundaries, _ = watched()
    boundaries.observe(reading(window(0)), after(65))
    assert boundaries.next(after(65)) is None


def test_a_poll_right_after_the_reset_may_find_it_done() -> None:
    boundaries, due = watched()
    boundaries.observe(reading(window(80)), after(5))
    assert boundaries.next(after(5)) == after(due)
    boundaries.observe(reading(window(2)), after(20))
    assert boundaries.next(after(20)) is None


@pytest.mark.parametrize("late", [{}, {"resets_at": after(20)}])
def test_a_server_that_is_late_is_asked_twice_more(late: dict[str, Any]) -> None:
    boundaries, _ = watched()
    due = []
    while next_one := boundaries.next(after(0) if not due else due[-1]):
        due.append(next_one)
        boundaries.observe(reading(window(80, **late)), next_one)
    assert [(each - due[0]).total_seconds() for each in due] == [0, 120, 600]


def test_a_reset_time_that_wavers_is_one_reset() -> None:
    boundaries, due = watched()
    boundaries.observe(reading(window(81, resets_at=after(3))), after(-300))
    assert boundaries.next(after(-300)) == after(due)
    boundaries.observe(reading(window(81, resets_at=after(3600))), after(-200))
    assert boundaries.next(after(-200)) == after(3600 + due)


def test_windows_that_reset_together_are_looked_at_together() -> None:
    boundaries = Boundaries()
    both = reading(window(80, resets_at=NOW), window(10, "weekly", resets_at=NOW))
    boundaries.observe(both, after(-600))
    due = boundaries.next(after(-600))
    assert due
    boundaries.observe(reading(window(0), window(0, "weekly")), due)
    assert boundaries.next(due) is None


@pytest.mark.parametrize(
    "seen", [window(80), window(80, resets_at=NOW, duration=timedelta(minutes=1))], ids=["no reset", "a rate limit"]
)
def test_what_is_not_looked_at(seen: Window) -> None:
    boundaries = Boundaries()
    boundaries.observe(reading(seen), after(-30))
    assert boundaries.next(after(-30)) is None


def test_a_look_that_failed_is_not_made_up_for() -> None:
    boundaries, due = watched()
    assert boundaries.next(after(due)) is None


def test_what_is_dear_keeps_its_minimum_around_a_reset() -> None:
    dear = Rhythm.of(Every(default=60, minimum=30), None, adaptive=True)
    assert dear.around_reset(after(45), after(-60)) == after(29 * 60)
    assert dear.around_reset(after(3600), after(-60)) == after(3600)
    assert Rhythm.of(MINUTES, None, adaptive=True).around_reset(after(45), after(-60)) == after(45)


# After a failure


@pytest.mark.parametrize(
    ("error", "failures", "interval", "seconds"),
    [
        (RateLimited(retry_after=300), 1, 600, 300),
        (RateLimited(retry_after=5), 1, 600, 60),
        (RateLimited(retry_after=86400), 1, 600, 3600),
        (RateLimited(), 1, 120, 300),
        (RateLimited(), 2, 600, 1200),
        (RateLimited(), 5000, 600, 3600),
        (RateLimited(), 1, 7200, 7200),
        (Unavailable("down"), 1, 300, 300),
        (Unavailable("down"), 2, 300, 300),
        (InvalidResponse("odd"), 3, 300, 600),
        (Unavailable("down"), 4, 300, 1200),
        (Unavailable("down"), 5000, 300, 1800),
        (Unavailable("down"), 5000, 7200, 7200),
        (Unsupported("no"), 1, 300, 21600),
        (AuthFailed("no"), 1, 300, 900),
        (BadConfiguration("no"), 1, 300, None),
    ],
)
def test_failures_make_polls_rarer(error: QuotaError, failures: int, interval: float, seconds: float | None) -> None:
    assert pause_after(error, failures, interval) == seconds


@pytest.mark.parametrize(
    ("kind", "interval", "expected"),
    [
        (Kind.UNAVAILABLE, 5, 30),
        (Kind.UNAVAILABLE, 20, 60),
        (Kind.AUTH, 600, 120),
        (Kind.RATE_LIMITED, 5, 360),
    ],
)
def test_how_long_figures_outlive_failures(kind: Kind, interval: float, expected: float) -> None:
    assert grace(kind, interval * 60) == minutes(expected)


def test_the_longest_pause_of_a_credential_counts() -> None:
    pauses = Pauses()
    pauses.note(["one", "two"], NOW + minutes(10))
    pauses.note(["two"], NOW + minutes(5))
    pauses.note(["three"], NOW + minutes(20))
    assert pauses.until(["two"], NOW) == NOW + minutes(10)
    assert pauses.until(["one", "three"], NOW) == NOW + minutes(20)
    assert pauses.until(["one"], NOW + minutes(10)) is None
    assert pauses.until(["four"], NOW) is None
