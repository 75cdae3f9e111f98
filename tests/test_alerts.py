"""What is told of an account: sequences of samples, and what each of them gives rise to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.ai_quota.quota.alerts import MAX_EXPIRIES, Alert, Alerts, Rules
from custom_components.ai_quota.quota.history import History, Reset
from custom_components.ai_quota.quota.model import Kind, Metric, MetricKind, Snapshot, Window
from custom_components.ai_quota.quota.pace import Pace, Stage, pace_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STEP = timedelta(minutes=10)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RESETS_AT = NOW + timedelta(hours=3)
EARLY = Reset(early=True, previous_used=90, boundary=RESETS_AT)

RULES = Rules()


class Story:
    """An account that is fetched every ten minutes, and asked at once whether it remembers."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.alerts = Alerts()
        self.rules = rules
        self.now = NOW - STEP
        self.account: str | None = "someone@example.com"
        self.source = "api"

    def sees(
        self,
        *windows: Window,
        metrics: Sequence[Metric] = (),
        paces: Mapping[str, Pace] | None = None,
        resets: Mapping[str, Reset] | None = None,
        unsettled: Sequence[str] = (),
        after: timedelta = STEP,
    ) -> list[Alert]:
        self.now += after
        snapshot = Snapshot(
            provider="example",
            source=self.source,
            account=self.account,
            windows=windows,
            metrics=tuple(metrics),
            fetched_at=self.now,
        )
        told = self.alerts.observe(snapshot, paces or {}, resets or {}, self.rules, self.now, unsettled)
        self.restarts()
        return told

    def fails(self, kind: Kind, after: timedelta = STEP) -> list[str]:
        self.now += after
        told = self.alerts.fail(kind, "Sign in again", self.now)
        self.restarts()
        return names(told)

    def restarts(self) -> None:
        self.alerts = Alerts.from_dict(json.loads(json.dumps(self.alerts.as_dict())))


def session(used_percent: float | None, **more: Any) -> Window:
    known = {"id": "session", "name": "Session", "used_percent": used_percent, "resets_at": RESETS_AT}
    return Window(**known | more)


def names(alerts: Sequence[Alert]) -> list[str]:
    return [alert.type.value for alert in alerts]


def brief(alerts: Sequence[Alert]) -> list[str]:
    """Return types, thresholds with what was reached."""
    return [" ".join(str(each) for each in (alert.type, alert.payload.get("threshold")) if each) for alert in alerts]


# Thresholds, exhausted, restored


@pytest.mark.parametrize(
    ("thresholds", "samples"),
    [
        pytest.param((80, 95), [(70, []), (85, ["threshold_reached 80"]), (86, [])], id="one"),
        pytest.param((80, 95), [(70, []), (97, ["threshold_reached 95"]), (98, [])], id="two at once"),
        pytest.param((80, 95), [(70, []), (80, ["threshold_reached 80"])], id="exactly"),
        pytest.param((80, 95), [(85, []), (96, ["threshold_reached 95"])], id="a first sample never"),
        pytest.param((80, 95), [(None, []), (85, []), (96, ["threshold_reached 95"])], id="a first figure never"),
        pytest.param((80, 95), [(70, []), (None, []), (85, ["threshold_reached 80"])], id="unknown in between"),
        pytest.param(
            (80, 95),
            [(79.9, []), (80.1, ["threshold_reached 80"]), (79.9, []), (80.1, []), (75.1, []), (80, [])],
            id="flapping",
        ),
        pytest.param((80, 95), [(81, []), (75, []), (80, ["threshold_reached 80"])], id="armed five points below"),
        pytest.param((80, 95), [(96, []), (88, []), (95, ["threshold_reached 95"])], id="only the higher is armed"),
        pytest.param((), [(10, []), (99, [])], id="none wanted"),
        pytest.param(
            (80, 95), [(70, []), (100, ["threshold_reached 95", "exhausted"]), (101, []), (130, [])], id="exhausted"
        ),
        pytest.param((), [(100, []), (100, []), (99, ["restored"]), (100, ["exhausted"])], id="restored"),
        pytest.param((), [(90, []), (100, ["exhausted"]), (None, []), (100, [])], id="exhausted and unknown"),
    ],
)
def test_use(thresholds: tuple[float, ...], samples: Sequence[tuple[float | None, list[str]]]) -> None:
    story = Story(Rules(thresholds=thresholds))
    assert [(used, brief(story.sees(session(used)))) for used, _ in samples] == samples


def test_nothing_left_counts_without_a_percentage() -> None:
    story = Story()
    assert story.sees(session(None, remaining=1, limit=10)) == []
    assert names(story.sees(session(None, remaining=0, limit=10))) == ["exhausted"]
    assert names(story.sees(session(None, remaining=5, limit=10))) == ["restored"]


def test_windows_do_not_mix() -> None:
    story = Story()
    story.sees(session(10), session(90, id="weekly"))
    told = story.sees(session(81), session(96, id="weekly"))
    assert [(alert.payload["window_id"], alert.payload["threshold"]) for alert in told] == [
        ("session", 80),
        ("weekly", 95),
    ]


def test_a_threshold_that_is_chosen_later_and_passed_already_counts_as_told() -> None:
    story = Story()
    story.sees(session(70))
    story.rules = Rules(thresholds=(50, 60, 75))
    assert story.sees(session(71)) == []
    assert brief(story.sees(session(76))) == ["threshold_reached 75"]


# Resets


def test_a_window_that_has_reset_tells_nothing_else() -> None:
    story = Story()
    story.sees(session(10), session(10, id="weekly"))
    told = story.sees(
        session(100), session(85, id="weekly"), session(85, id="monthly"), resets={"weekly": EARLY}, after=STEP
    )
    assert [(alert.payload["window_id"], alert.type) for alert in told] == [
        ("weekly", "reset"),
        ("session", "threshold_reached"),
        ("session", "exhausted"),
    ]
    assert told[0].payload["early"] is True
    assert told[0].payload["previous_used_percent"] == 90
    # What was reached in the same breath is told once the reset has been.
    assert brief(story.sees(session(100), session(86, id="weekly"))) == ["threshold_reached 80"]


def test_a_reset_arms_everything() -> None:
    story = Story(Rules(pace_warning=True))
    ahead = {"session": pace(used=70)}
    story.sees(session(10), paces={"session": pace(used=10)})
    assert names(story.sees(session(100), paces=ahead)) == ["threshold_reached", "exhausted", "pace_warning"]
    assert names(story.sees(session(97), resets={"session": EARLY}, paces=ahead)) == ["reset"]
    assert names(story.sees(session(100), paces=ahead)) == ["threshold_reached", "exhausted", "pace_warning"]


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        pytest.param([(90, 0), (0, 0), (91, 0)], [[], [], []], id="a zero that passes"),
        pytest.param([(100, 0), (0, 0), (100, 0)], [[], [], []], id="a zero of an exhausted window"),
        pytest.param([(100, 0), (0, 0), (1, 0)], [[], [], ["reset"]], id="a zero that stays"),
        pytest.param([(90, 0), (91, 5)], [[], []], id="the reset has moved"),
        pytest.param([(90, 0), (50, -2), (91, 0)], [[], [], []], id="somebody else's answer"),
    ],
)
def test_what_the_history_is_not_sure_of_changes_nothing(
    samples: Sequence[tuple[float, float]], told: list[list[str]]
) -> None:
    """Each sample is the use, and by how many hours the reset has moved."""
    story, history = Story(), History()
    found = []
    for used, hours in samples:
        window = session(used, duration=5 * HOUR, resets_at=RESETS_AT + hours * HOUR)
        now = story.now + STEP
        snapshot = Snapshot(provider="example", source="api", windows=(window,), fetched_at=now)
        resets = history.observe(snapshot, now)
        unsettled = [window.id] if history.is_unsettled(window.id) else []
        found.append(names(story.sees(window, resets=resets, unsettled=unsettled)))
    assert found == told


def test_an_unsettled_window_that_was_never_seen_is_left_for_later() -> None:
    story = Story()
    assert story.sees(session(10), unsettled=["session"]) == []
    assert story.sees(session(90)) == []


# Absence, restarts, other accounts


@pytest.mark.parametrize(("gone", "told"), [(23 * HOUR, ["threshold_reached"]), (25 * HOUR, [])])
def test_a_window_that_vanishes_is_remembered_for_a_day(gone: timedelta, told: list[str]) -> None:
    story = Story()
    story.sees(session(70))
    story.sees(after=gone)
    assert names(story.sees(session(85), after=STEP)) == told


def test_an_exhausted_window_stays_so_over_a_restart() -> None:
    story = Story()
    story.sees(session(90))
    story.sees(session(100))
    story.restarts()
    assert story.sees(session(100), after=8 * HOUR) == []
    assert names(story.sees(session(95))) == ["restored"]


def test_after_days_it_is_not_known_whether_a_window_was_restored_or_has_reset() -> None:
    story = Story(Rules(pace_warning=True))
    story.sees(session(10), paces={"session": pace(used=10)})
    story.sees(session(100), paces={"session": pace(used=70)})
    assert story.sees(session(96), after=3 * DAY) == []
    assert names(story.sees(session(100))) == ["exhausted"]
    story.sees(session(10), paces={"session": pace(used=10)})
    assert names(story.sees(session(70), paces={"session": pace(used=70)})) == ["pace_warning"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"account": "somebody@example.com"}, []),
        ({"source": "web"}, []),
        ({"account": None}, ["threshold_reached"]),
        ({"account": "Someone@Example.com"}, ["threshold_reached"]),
    ],
)
def test_another_account_or_source_is_a_new_beginning(changes: Mapping[str, Any], told: list[str]) -> None:
    story = Story()
    story.sees(session(10))
    for name, value in changes.items():
        setattr(story, name, value)
    assert names(story.sees(session(85))) == told
    assert names(story.sees(session(96))) == ["threshold_reached"]


def test_a_failed_fetch_between_two_samples_changes_nothing() -> None:
    story = Story()
    story.sees(session(70))
    assert story.fails(Kind.UNAVAILABLE) == []
    assert brief(story.sees(session(85))) == ["threshold_reached 80"]


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"windows": []},
        {"windows": {"session": None}},
        {"windows": {"session": {"seen": "yesterday", "mark": 1, "exhausted": None, "outlook": None}}},
        {"windows": {"session": {"seen": NOW.isoformat(), "mark": 1, "exhausted": None, "outlook": "odd"}}},
        {"balances": 5},
        {"expiries": [["pack"]]},
        {"expiries": [["pack", 17, "more"]]},
        {"failures": "many"},
        {"failure_told": "nothing"},
        {"origin": "nowhere", "windows": None},
        {"is_out": "yes"},
    ],
)
def test_a_damaged_memory_is_a_new_beginning(damage: Mapping[str, Any]) -> None:
    story = Story()
    story.sees(session(70))
    kept = {**story.alerts.as_dict(), **damage} if damage else {}
    story.alerts = Alerts.from_dict(kept)
    assert story.alerts.as_dict() == Alerts().as_dict()
    assert story.sees(session(85)) == []


# Pace


def pace(used: float, elapsed: float = 40) -> Pace:
    """Return the pace of a window of which so many per cent are over."""
    window = Window(id="w", name="W", used_percent=used, duration=100 * HOUR, resets_at=NOW + (100 - elapsed) * HOUR)
    found = pace_of(window, NOW)
    assert found
    return found


@pytest.mark.parametrize(
    ("paces", "told"),
    [
        pytest.param([pace(20), pace(50)], [[], ["pace_warning"]], id="runs out"),
        pytest.param([pace(50), pace(55)], [[], []], id="a first sample never"),
        pytest.param([pace(43), pace(55)], [[], []], id="has not lasted"),
        pytest.param([pace(20), pace(43), pace(46)], [[], [], ["pace_warning"]], id="six points ahead"),
        pytest.param([pace(2, 8), pace(20, 9), pace(20, 10)], [[], [], ["pace_warning"]], id="a tenth is over"),
        pytest.param([pace(20), pace(50), pace(30), pace(60)], [[], ["pace_warning"], [], []], id="once per cycle"),
        pytest.param([pace(20), None, pace(50)], [[], [], ["pace_warning"]], id="unknown in between"),
        pytest.param([pace(20), pace(100)], [[], []], id="empty already"),
    ],
)
def test_pace_warning(paces: Sequence[Pace | None], told: list[list[str]]) -> None:
    story = Story(Rules(thresholds=(), pace_warning=True))
    assert [names(story.sees(session(1), paces={"session": each} if each else {})) for each in paces] == told


def test_pace_warning_says_when_and_by_how_much() -> None:
    story = Story(Rules(pace_warning=True))
    story.sees(session(20), paces={"session": pace(20)})
    (alert,) = story.sees(session(50), paces={"session": pace(50)})
    assert alert.payload["pace"] == 10.0
    assert alert.payload["runs_out_at"] == "2026-11-22T04:00:00+00:00"
    assert pace(50).stage is Stage.AHEAD


def test_pace_warning_that_is_wanted_later_does_not_tell_what_has_happened() -> None:
    story = Story()
    story.sees(session(20), paces={"session": pace(20)})
    assert story.sees(session(50), paces={"session": pace(50)}) == []
    story.rules = Rules(pace_warning=True)
    assert story.sees(session(51), paces={"session": pace(51)}) == []


# What expires


def pack(left: float | None = 5, ends: timedelta = 2 * DAY, **more: Any) -> Window:
    return Window(
        **{"id": "pack", "name": "Pack", "remaining": left, "unit": "credits", "expires_at": NOW + ends, **more}
    )


def coupon(value: float = 3, ends: timedelta = 2 * DAY) -> Metric:
    kind = MetricKind.BALANCE
    return Metric(id="coupon", name="Coupon", value=value, unit="USD", kind=kind, expires_at=NOW + ends)


def test_what_ends_soon_is_told_once() -> None:
    story = Story()
    story.sees(pack(ends=4 * DAY))
    assert story.sees(pack(ends=4 * DAY), after=DAY - HOUR) == []
    (alert,) = story.sees(pack(ends=4 * DAY), after=HOUR)
    assert alert.type == "credit_expiring"
    assert alert.payload == {
        "window_id": "pack",
        "window_name": "Pack",
        "remaining": 5,
        "expires_at": "2026-11-24T12:00:00+00:00",
        "days_left": 3.0,
        "amount": 5,
        "unit": "credits",
    }
    assert story.sees(pack(ends=4 * DAY)) == []


def test_lots_that_end_apart_are_told_one_after_the_other() -> None:
    story = Story()
    story.sees()
    assert names(story.sees(pack(ends=DAY))) == ["credit_expiring"]
    assert names(story.sees(pack(ends=2 * DAY))) == ["credit_expiring"]
    assert story.sees(pack(ends=DAY)) == []


def test_an_end_that_is_told_as_the_time_left_is_the_same_end() -> None:
    story = Story()
    story.sees()
    assert names(story.sees(pack(ends=DAY))) == ["credit_expiring"]
    for minutes in range(30, 300, 30):
        assert story.sees(pack(ends=DAY + timedelta(minutes=minutes))) == []


def test_what_ends_soon_when_the_account_is_added_counts_as_told() -> None:
    story = Story()
    assert story.sees(pack()) == []
    assert story.sees(pack()) == []
    assert names(story.sees(pack(), session(1, id="more", expires_at=NOW + DAY))) == ["credit_expiring"]


def test_a_longer_lead_tells_what_it_brings() -> None:
    story = Story()
    story.sees(pack(ends=5 * DAY))
    assert story.sees(pack(ends=5 * DAY)) == []
    story.rules = Rules(lead=7 * DAY)
    assert names(story.sees(pack(ends=5 * DAY))) == ["credit_expiring"]


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (pack(0), []),
        (pack(None, used_percent=100), []),
        (pack(0, duration=30 * DAY), [{"amount": 0}]),
        (pack(0, resets_at=RESETS_AT), [{"amount": 0}]),
        (pack(None), [{}]),
        (coupon(), [{"amount": 3}]),
        (coupon(0), []),
    ],
)
def test_nothing_is_told_of_what_is_used_up(figure: Window | Metric, told: list[Mapping[str, Any]]) -> None:
    story = Story()
    story.sees()
    alerts = story.sees(figure) if isinstance(figure, Window) else story.sees(metrics=[figure])
    found = [alert.payload for alert in alerts if alert.type == "credit_expiring"]
    assert [{key: each[key] for key in ("amount",) if key in each} for each in found] == told


def test_the_memory_of_ends_is_bounded() -> None:
    story = Story()
    story.sees()
    for number in range(2 * MAX_EXPIRIES):
        story.sees(pack(id=f"pack_{number}"), after=timedelta(minutes=1))
    assert len(story.alerts.as_dict()["expiries"]) == MAX_EXPIRIES
    assert story.sees(pack(id=f"pack_{2 * MAX_EXPIRIES - 1}")) == []


# Balances


def balance(value: float, kind: MetricKind = MetricKind.BALANCE) -> Metric:
    return Metric(id="balance", name="Balance", value=value, unit="USD", kind=kind)


@pytest.mark.parametrize(
    ("minimum", "values", "told"),
    [
        (10, [12, 9, 8], [False, True, False]),
        (10, [10, 9.99], [False, True]),
        (10, [9, 8], [False, False]),
        (10, [12, 9, 10.9, 9], [False, True, False, False]),
        (10, [12, 9, 11, 9], [False, True, False, True]),
        (100, [120, 99, 110, 99], [False, True, False, True]),
        (15, [20, 9, 16.5, 14], [False, True, False, True]),
        (0, [1, 0, -1], [False, False, True]),
        (None, [12, 1], [False, False]),
    ],
)
def test_balance_low(minimum: float | None, values: Sequence[float], told: list[bool]) -> None:
    story = Story(Rules(minimum_balance=minimum))
    assert [names(story.sees(metrics=[balance(each)])) == ["balance_low"] for each in values] == told


def test_balance_low_says_how_low() -> None:
    story = Story(Rules(minimum_balance=10))
    story.sees(metrics=[balance(12)])
    (alert,) = story.sees(metrics=[balance(9)])
    assert alert.payload == {
        "window_id": "balance",
        "window_name": "Balance",
        "value": 9,
        "unit": "USD",
        "minimum": 10,
    }


def test_a_minimum_that_is_chosen_later_and_passed_already_counts_as_told() -> None:
    story = Story()
    story.sees(metrics=[balance(9)])
    story.rules = Rules(minimum_balance=10)
    assert story.sees(metrics=[balance(8)]) == []
    story.rules = Rules(minimum_balance=5)
    assert names(story.sees(metrics=[balance(4)])) == ["balance_low"]


def test_only_balances_become_low() -> None:
    story = Story(Rules(minimum_balance=10))
    story.sees(metrics=[balance(12, MetricKind.SPEND)])
    assert story.sees(metrics=[balance(1, MetricKind.SPEND)]) == []


# Failures


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        pytest.param([Kind.AUTH, Kind.AUTH], [["auth_failed"], []], id="sign in once"),
        pytest.param([Kind.AUTH, Kind.UNAVAILABLE, Kind.AUTH], [["auth_failed"], [], []], id="sign in still"),
        pytest.param([Kind.UNAVAILABLE] * 8, [[]] * 5 + [["refresh_failed"], [], []], id="older than an hour"),
        pytest.param(
            [Kind.RATE_LIMITED] * 6 + [Kind.AUTH],
            [[]] * 5 + [["refresh_failed"], ["auth_failed"]],
            id="then the sign-in",
        ),
        pytest.param([Kind.CONFIGURATION] * 8, [[]] * 8, id="nothing was asked"),
    ],
)
def test_failures(failures: Sequence[Kind], told: list[list[str]]) -> None:
    story = Story()
    story.sees(session(1))
    assert [story.fails(kind) for kind in failures] == told


def test_three_failures_are_needed_however_old_the_figures_are() -> None:
    story = Story()
    story.sees(session(1))
    assert [story.fails(Kind.INVALID_RESPONSE, 2 * HOUR) for _ in range(3)] == [[], [], ["refresh_failed"]]


def test_a_first_fetch_that_fails_tells_only_of_the_sign_in() -> None:
    story = Story()
    assert [story.fails(Kind.UNAVAILABLE, HOUR) for _ in range(4)] == [[]] * 4
    assert story.fails(Kind.AUTH) == ["auth_failed"]


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        ([Kind.AUTH], [{"failed_for": 600}]),
        ([Kind.UNAVAILABLE] * 6, [{"failed_for": 3600}]),
        ([Kind.UNAVAILABLE] * 5, []),
    ],
)
def test_recovered_is_told_when_the_failure_was(failures: Sequence[Kind], told: list[Mapping[str, Any]]) -> None:
    story = Story()
    story.sees(session(1))
    for kind in failures:
        story.fails(kind)
    assert [alert.payload for alert in story.sees(session(1)) if alert.type == "recovered"] == told
    assert story.sees(session(1)) == []


def test_each_streak_is_told_anew() -> None:
    story = Story()
    for _ in range(2):
        story.sees(session(1))
        assert story.fails(Kind.AUTH) == ["auth_failed"]


def test_failures_say_the_kind_or_the_given_text() -> None:
    alerts = Alerts()
    assert alerts.fail(Kind.AUTH, "Sign in again", NOW)[0].payload == {"error": "Sign in again"}
    story = Story()
    story.sees(session(1))
    for _ in range(5):
        story.fails(Kind.UNSUPPORTED)
    assert story.alerts.fail(Kind.UNSUPPORTED, "Sign in again", story.now + STEP)[0].payload == {"error": "unsupported"}


# The provider's status


@pytest.mark.parametrize(
    ("indicators", "told"),
    [
        (["none", "minor", "major", "none"], [[], ["provider_outage"], [], ["provider_recovered"]]),
        (["critical", "critical", "none"], [[], [], ["provider_recovered"]]),
        (["none", "maintenance", "none"], [[], [], []]),
        (["minor", "maintenance", "none"], [[], [], ["provider_recovered"]]),
        (["none", "unknown", "none", "unknown", "major"], [[], [], [], [], ["provider_outage"]]),
        (["maintenance", "minor", "minor"], [[], [], []]),
    ],
)
def test_status(indicators: Sequence[str], told: list[list[str]]) -> None:
    story = Story()
    found = []
    for indicator in indicators:
        found.append(names(story.alerts.status(indicator, "Some words")))
        story.restarts()
    assert found == told


def test_status_says_what_the_page_does() -> None:
    alerts = Alerts()
    alerts.status("none", None)
    assert alerts.status("major", "API is down")[0].payload == {"indicator": "major", "description": "API is down"}
    assert alerts.status("none", None)[0].payload == {"indicator": "none"}


# Payload


def test_what_is_known_of_the_window_is_told() -> None:
    story = Story()
    known = {"used": 85.0, "limit": 100.0, "remaining": 15.0, "unit": "credits"}
    story.sees(session(10))
    (alert,) = story.sees(session(85, **known))
    assert alert.payload == {
        "window_id": "session",
        "window_name": "Session",
        "used_percent": 85,
        "resets_at": "2026-11-20T15:00:00+00:00",
        "threshold": 80,
        **known,
    }
    (alert,) = story.sees(session(96, resets_at=None))
    assert alert.payload.keys() == {"window_id", "window_name", "used_percent", "threshold"}
