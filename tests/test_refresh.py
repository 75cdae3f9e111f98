"""When accounts are polled: while all is well, around resets, after failures, and over restarts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ai_quota.const import DOMAIN
from custom_components.ai_quota.coordinator import PAUSES
from custom_components.ai_quota.quota import PROVIDERS, load
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
from tests.example import RICH, SECRETS, add_example, poll, says
from tests.upstream import Upstream

pytestmark = pytest.mark.usefixtures("example")

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
        pytest.param({"unchanged": 3, "runs_out_in": -minutes(11)}, 600, id="was going to run out, but fetches fail"),
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


# An account as it is polled


CLOSE = "2026-11-20T12:00:00+00:00"
SESSION = "sensor.example_someone_session_usage"


def says_used(upstream: Upstream, used: float, resets_at: str | None = None, duration: int | None = None) -> None:
    """Let the server tell one window."""
    told = {"id": "session", "name": "Session", "used_percent": used, "resets_at": resets_at}
    says(upstream, {"windows": [told if duration is None else {**told, "duration": duration}]})


def waits(entry: MockConfigEntry) -> float:
    """Return the minutes to the next poll; it comes a second late, so that a pause is not cut short."""
    wait: timedelta = entry.runtime_data.update_interval
    return (wait.total_seconds() - 1) / 60


async def test_polls_are_rare_while_nothing_changes(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass)
    found = []
    for _ in range(12):
        await entry.runtime_data.async_refresh()
        found.append(waits(entry))
    assert all(9 <= wait <= 11 for wait in found[:2])
    assert all(18 <= wait <= 22 for wait in found[2:11])
    assert 27 <= found[11] <= 33

    says(upstream, RICH | {"metrics": []})
    await entry.runtime_data.async_refresh()
    assert 9 <= waits(entry) <= 11


async def test_polls_are_rare_only_if_that_is_wanted(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entry = await add_example(hass, options={"adaptive": False})
    for _ in range(5):
        await entry.runtime_data.async_refresh()
    assert 9 <= waits(entry) <= 11


@pytest.mark.parametrize("asks", ["get_usage", "refresh"])
async def test_who_looks_on_sees_fresh_figures(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, asks: str
) -> None:
    says(upstream)
    entry = await add_example(hass)
    for _ in range(4):
        await entry.runtime_data.async_refresh()
    assert waits(entry) >= 18
    await hass.services.async_call(
        DOMAIN,
        asks,
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=asks == "get_usage",
    )
    freezer.tick(299)
    await entry.runtime_data.async_refresh()
    assert waits(entry) <= 11
    freezer.tick(2)
    await entry.runtime_data.async_refresh()
    assert waits(entry) >= 18


async def test_polls_are_frequent_when_a_window_is_about_to_run_out(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(CLOSE)
    says_used(upstream, 98, "2026-11-20T14:00:00+00:00", duration=300)
    entry = await add_example(hass)
    await entry.runtime_data.async_refresh()
    assert 4.5 <= waits(entry) <= 5.5


@pytest.mark.parametrize(("resets_at", "least", "most"), [("13:00", 27, 33), ("12:15", 13.9, 16)])
async def test_what_is_used_up_is_left_alone_until_its_reset(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, resets_at: str, least: float, most: float
) -> None:
    freezer.move_to(CLOSE)
    says_used(upstream, 100, f"2026-11-20T{resets_at}:00+00:00")
    entry = await add_example(hass)
    await entry.runtime_data.async_refresh()
    assert least <= waits(entry) <= most


async def test_what_is_used_up_from_the_first_is_left_alone_too(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(CLOSE)
    says_used(upstream, 100, "2026-11-20T17:00:00+00:00")
    entry = await add_example(hass)
    assert 27 <= waits(entry) <= 34  # the first poll is put off by up to a minute


async def test_a_reset_is_seen_soon_and_waited_for_while_the_server_is_late(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(CLOSE)
    says_used(upstream, 80, "2026-11-20T12:07:00+00:00")
    entry = await add_example(hass, options={"adaptive": False, "scan_interval": 60})
    assert 7.5 <= waits(entry) <= 8
    await poll(hass, freezer, 7 * 60 + 25)
    assert len(upstream.requests) == 1
    await poll(hass, freezer, 38)
    assert len(upstream.requests) == 2  # the server still shows the window as it was
    await poll(hass, freezer, 123)
    assert len(upstream.requests) == 3
    says_used(upstream, 0, "2026-11-20T17:07:00+00:00")
    await poll(hass, freezer, 483)
    assert len(upstream.requests) == 4
    assert float(hass.states.get(SESSION).state) == 0
    assert 54 <= waits(entry) <= 66


async def test_a_failure_does_not_delay_the_look_at_a_reset(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(CLOSE)
    says_used(upstream, 80, "2026-11-20T12:20:00+00:00")
    entry = await add_example(hass, options={"adaptive": False})
    says(upstream, status=500)
    await poll(hass, freezer)
    assert waits(entry) < 9
    says(upstream, status=404)
    await entry.runtime_data.async_refresh()
    assert waits(entry) == pytest.approx(360)


async def test_nothing_is_polled_before_home_assistant_is_running(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    hass.set_state(CoreState.starting)
    says(upstream)
    await add_example(hass)
    await poll(hass, freezer, 3600)
    assert len(upstream.requests) == 1
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await poll(hass, freezer, 62)
    assert len(upstream.requests) == 2


async def test_first_polls_of_many_accounts_are_apart(hass: HomeAssistant, upstream: Upstream) -> None:
    says(upstream)
    entries = [await add_example(hass, options={"adaptive": False, "scan_interval": 4}) for _ in range(10)]
    assert max(map(waits, entries)) - min(map(waits, entries)) > 0.4
    assert max(map(waits, entries)) <= 5.4


async def test_a_failure_that_nobody_foresaw_is_polled_as_always(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "source": "web", "project": "any"})
    await poll(hass, freezer)
    assert not entry.runtime_data.last_update_success
    assert 9 <= waits(entry) <= 11


# Pauses over restarts, and of accounts with one credential


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an account up as after a restart: what is known is what stands in its file."""
    await hass.config_entries.async_unload(entry.entry_id)
    hass.data[PAUSES] = Pauses()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_a_restart_does_not_cut_a_pause_short(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory, hass_storage: dict[str, Any]
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=429, headers={"Retry-After": "1800"})
    await poll(hass, freezer)
    kept = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["refresh"]
    assert kept["failures"] == 1
    assert SECRETS["api_key"] not in str(hass_storage)
    says(upstream)
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "rate_limited"
    for _ in range(3):
        await poll(hass, freezer, 590)
    assert len(upstream.requests) == 2
    await poll(hass, freezer, 700)
    assert entry.state is ConfigEntryState.LOADED
    assert len(upstream.requests) == 3


async def test_a_pause_that_is_asked_for_at_the_start_is_kept(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream, status=429)
    entry = await add_example(hass)
    await poll(hass, freezer, 60)
    await poll(hass, freezer, 200)
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert len(upstream.requests) == 1
    # The second time without a word about how long: twice as long.
    await poll(hass, freezer, 700)
    assert len(upstream.requests) == 2
    await poll(hass, freezer, 900)
    assert len(upstream.requests) == 2
    says(upstream)
    await poll(hass, freezer, 700)
    assert entry.state is ConfigEntryState.LOADED


async def test_a_clock_that_was_wrong_does_not_stop_the_polling(
    hass: HomeAssistant, upstream: Upstream, hass_storage: dict[str, Any]
) -> None:
    kept = {"refresh": {"paused_until": "2099-01-01T00:00:00+00:00", "failures": 1}}
    hass_storage[f"{DOMAIN}.an-entry"] = {"version": 1, "data": kept}
    says(upstream)
    entry = await add_example(hass, entry_id="an-entry")
    assert entry.state is ConfigEntryState.LOADED


async def test_accounts_with_the_same_key_pause_together(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    one = await add_example(hass, {"source": "api"}, title="One")
    two = await add_example(hass, {"source": "api", "project": "any"}, title="Two")
    other = await add_example(hass, {"api_key": "another-key-of-the-example"}, title="Other")
    says(upstream, status=429, headers={"Retry-After": "1800"})
    await one.runtime_data.async_refresh()
    says(upstream)
    before = len(upstream.requests)
    await two.runtime_data.async_refresh()
    assert len(upstream.requests) == before
    assert two.runtime_data.error.kind is Kind.RATE_LIMITED
    with pytest.raises(HomeAssistantError, match="pause"):
        await two.runtime_data.async_fetch_now()
    await other.runtime_data.async_fetch_now()
    assert len(upstream.requests) == before + 1
    freezer.tick(1801)
    await two.runtime_data.async_fetch_now()
    assert two.runtime_data.last_update_success


async def test_a_person_need_not_wait_for_what_merely_failed(
    hass: HomeAssistant, upstream: Upstream, freezer: FrozenDateTimeFactory
) -> None:
    says(upstream)
    entry = await add_example(hass)
    says(upstream, status=500)
    for _ in range(4):
        await entry.runtime_data.async_refresh()
    assert waits(entry) > 22
    says(upstream)
    await entry.runtime_data.async_fetch_now()
    assert entry.runtime_data.last_update_success


# What the providers say


@pytest.mark.parametrize(
    ("provider_id", "source", "every"),
    [
        ("claude", "oauth", Every(default=5, minimum=3)),
        ("claude", "cli", Every(default=15, minimum=15)),
        ("claude", "api", Every(default=30, minimum=5)),
        ("codex", "oauth", Every(default=5, minimum=1)),
        ("codex", "cli", Every(default=5, minimum=5)),
        ("codex", "web", Every(default=30, minimum=15)),
        ("azure_openai", "api", Every(default=60, minimum=30)),
        ("bedrock", "api", Every(default=360, minimum=60)),
        ("vertex_ai", "oauth", Every(default=15, minimum=5)),
        ("groq", "web", Every(default=5, minimum=3, maximum=25)),
        ("factory", "api", Every(default=5, minimum=3)),
        ("windsurf", "local", Every(default=5, minimum=1)),
        ("jetbrains", "local", Every(default=5, minimum=1)),
        ("openrouter", "api", Every(default=5, minimum=1)),
    ],
)
def test_how_often_a_source_may_be_asked(provider_id: str, source: str, every: Every) -> None:
    assert load(provider_id).every_of(source) == every


@pytest.mark.parametrize("provider_id", PROVIDERS)
def test_no_site_is_asked_like_an_api(provider_id: str) -> None:
    provider = load(provider_id)
    assert all(provider.every_of(each.source).minimum >= 3 for each in provider.strategies if each.source == "web")
