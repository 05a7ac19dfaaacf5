"""An order for a lab becomes a scenario, or is refused in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.consistency import inconsistencies
from config.model import Mode
from dialer.compliance.window import open_zones
from dialer.lab.laws import PACE_HABITS
from dialer.lab.order import CannotBeTried, Order
from dialer.lab.ports import free_ports
from dialer.lab.scenario import asterisk_settings, lab_settings, node_settings
from dialer.vocabulary.errors import NotFound

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("minute", [0, 30, 59])
def test_the_window_of_a_run_holds_all_of_it_and_little_more(hour: int, minute: int) -> None:
    now = MIDNIGHT + hour * 3600 + minute * 60 + 59
    scenario, _ = Order("PREDICTIVE_ASM", 4, minutes=20.0).scenario(now)
    local = datetime.fromtimestamp(now, ZoneInfo(scenario.zone))
    left = scenario.closes_minute - (local.hour * 60 + local.minute)
    assert 22 <= left <= 24
    ports = free_ports()
    ports.release()
    window = node_settings(scenario, ports, Path("/nowhere")).campaigns[0].calling_window
    end = now + 20 * 60 + 60
    assert [open_zones(window, (scenario.zone,), at) for at in (now, end)] == [(scenario.zone,)] * 2
    assert open_zones(window, (scenario.zone,), now + 24 * 60) == ()


def test_a_run_for_a_set_time_meets_the_people_of_pace_8h_on_a_list_that_lasts() -> None:
    scenario, habits = Order("predictive", 20, records=1, answer_rate=40.0, minutes=20.0).scenario(MIDNIGHT)
    assert scenario.mode is Mode.PREDICTIVE
    assert scenario.profile.answer_rate == pytest.approx(0.4)
    assert habits is PACE_HABITS
    # Without a pause 20 agents have 200 conversations of 2 minutes, each found by 2.5 calls.
    assert scenario.records > 500


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order("SHOUTING", 2), "no mode 'SHOUTING'"),
        (Order("PREDICTIVE", 2, via="pigeon"), "no way 'pigeon'"),
        (Order("PREDICTIVE", 2, headless=False, minutes=1.0), "--headless"),
        (Order("PREDICTIVE", 500, minutes=480.0, answer_rate=5.0), "fewer agents or minutes"),
        (Order("PREDICTIVE", 2, profile="prompt", answer_rate=50.0), "people who answer"),
    ],
)
def test_what_cannot_be_is_told_in_words(order: Order, words: str) -> None:
    with pytest.raises(CannotBeTried, match=words):
        order.scenario(MIDNIGHT)


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(NotFound, match="nobody"):
        Order("PREDICTIVE", 2, profile="nobody").scenario(MIDNIGHT)


def test_a_demo_may_leave_the_way_open_and_a_proof_may_not() -> None:
    assert Order("PREVIEW", 2, headless=False, via="auto").scenario(MIDNIGHT)[0].via == "auto"
    assert Order("PREVIEW", 2, via="auto").scenario(MIDNIGHT)[0].via == "direct"


def test_people_have_browsers_as_phones_where_there_is_an_asterisk() -> None:
    ports = free_ports()
    ports.release()
    order = Order("PREVIEW", 3, headless=False, via="asterisk", people=2)
    scenario, _ = order.scenario(MIDNIGHT)
    settings = node_settings(scenario, ports, Path("/nowhere"))
    assert [user.phone for user in settings.users[:3]] == ["1001@browsers", "1002@browsers", "1003@desks"]
    assert inconsistencies(settings) == []
    assert lab_settings(scenario, ports).users == ("1003",)
    asterisk = asterisk_settings(scenario, ports)
    assert (asterisk.browsers, asterisk.phones) == (("1001", "1002"), ("1003",))
    direct, _ = Order("PREVIEW", 3, headless=False, people=2).scenario(MIDNIGHT)
    assert node_settings(direct, ports, Path("/nowhere")).users[0].phone == "1001@desks"
