"""The end of the day for the pacing: that of the calling window, or an earlier end of the teams' shift."""

from __future__ import annotations

from config.model import Predictive
from dialer.callflow.record.claim import COUNT_EVERY_S
from dialer.campaigns.calendar import closings
from dialer.pacing.governor import Basis
from dialer.vocabulary.events import Waiting
from tests.unit.callflow.ahead import Script, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import LONDON, NOON, SPRING

HOUR_S = 3600.0


def asked(floor: Floor, script: Script, seconds_later: float = 0.0) -> float:
    """The seconds left, as given to the rule."""
    floor.utc += seconds_later
    floor.tick()
    left_s = script.asked[-1].seconds_left
    assert left_s is not None
    return round(left_s)


def ends(at: str, zone: str = LONDON) -> dict[str, str]:
    return {"shift_ends": at, "shift_zone": zone}


def test_without_a_shift_the_day_ends_with_the_window() -> None:
    floor, script = predictive()
    assert asked(floor, script) // HOUR_S == 7  # noon to 20:00, some seconds have passed


def test_teams_that_go_home_end_the_day() -> None:
    floor, script = predictive(predictive=ends("17:30"))
    left_s = asked(floor, script)
    assert 5.4 * HOUR_S < left_s < 5.5 * HOUR_S
    window = script.asked[-1].windows[0]
    assert round(window.length_s - window.elapsed_s) == left_s


def test_the_window_closes_before_a_late_shift() -> None:
    floor, script = predictive(predictive=ends("23:00"))
    assert asked(floor, script) // HOUR_S == 7


def test_who_stays_longer_has_no_time_left_and_what_was_counted() -> None:
    floor, script = predictive(predictive=ends("17:30"))
    asked(floor, script)
    assert asked(floor, script, 6 * HOUR_S) == 0
    window = script.asked[-1].windows[0]
    assert window.length_s >= window.elapsed_s > 5 * HOUR_S
    governor = floor.world.pacers[SPRING]
    assert governor.last is not None
    assert governor.last.basis is Basis.FORECAST, "the campaign goes on; the rule knows that the shift is over"


def test_a_shift_far_away_may_end_on_the_next_day() -> None:
    # The window opens at 09:00 in London, 17:00 in Manila, where the team goes home at two in the morning.
    floor, script = predictive(predictive=ends("02:00", "Asia/Manila"))
    assert 5.9 * HOUR_S < asked(floor, script) < 6 * HOUR_S  # 18:00 in London


def test_the_zone_of_the_campaign_is_that_of_its_teams() -> None:
    floor, script = predictive(time_zone=LONDON, predictive={"shift_ends": "13:00"})
    assert 0.9 * HOUR_S < asked(floor, script) < HOUR_S


def test_records_that_are_due_again_after_the_end_are_not_left_for_today() -> None:
    floor, script = predictive(predictive=ends("17:30"))
    floor.waiting = Waiting(due=7, retry=500, retry_today=40, next_due_at=floor.utc + 60, total=1000)
    floor.tick(COUNT_EVERY_S)
    floor.tick()
    asked_last = script.asked[-1]
    assert (asked_last.records_left, asked_last.retries_later) == (len(floor.campaign.pool) + 7 + 40, 460)
    noon = floor.utc - floor.utc % HOUR_S
    assert floor.claims[-1].closes_at == {LONDON: noon + 5.5 * HOUR_S}, "the store is told when the teams go home"


def test_each_zone_ends_with_its_own_window() -> None:
    floor, _ = predictive(predictive=ends("23:00"))
    ends_at = closings(floor.campaign, (LONDON, "Europe/Athens", "Asia/Tokyo"), NOON)
    assert ends_at == {LONDON: NOON + 8 * HOUR_S, "Europe/Athens": NOON + 6 * HOUR_S}, "at 20:00; Tokyo is closed"


def test_minutes_since_midnight_are_a_time_of_day() -> None:
    assert Predictive(shift_ends=1050, shift_zone=LONDON).shift_ends == 1050
