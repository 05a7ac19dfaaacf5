"""The calling window, in the contact's zone: also on days on which clocks change, and on holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import CallingWindow
from dialer.compliance.check import Rule, check
from dialer.compliance.record_hours import is_within
from dialer.compliance.window import hours_on, is_open, next_opening, open_zones
from dialer.words import say
from tests.unit.callflow.house import LONDON, NOON, record

ZONES = ("Europe/London", "Europe/Rome", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEAR = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def made(**more: str) -> CallingWindow:
    """A window from its YAML values."""
    return CallingWindow.model_validate(more)


def at(zone: str, text: str, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("zone", "text", "yes"),
    [
        (LONDON, "2026-01-22 08:59:59", False),
        (LONDON, "2026-01-22 09:00:00", True),
        (LONDON, "2026-01-22 19:59:59", True),
        (LONDON, "2026-01-22 20:00:00", False),
        ("Europe/Rome", "2026-07-22 09:00:00", True),
        ("America/New_York", "2026-03-08 09:00:00", True),
        ("Europe/London", "2026-10-25 19:59:59", True),
        ("Europe/Atlantis", "2026-01-22 12:00:00", False),
    ],
)
def test_nine_to_eight_on_the_contacts_clock(zone: str, text: str, yes: bool) -> None:
    known = LONDON if zone == "Europe/Atlantis" else zone
    assert is_open(CallingWindow(), zone, at(known, text)) is yes


def test_closed_days_and_holidays() -> None:
    window = made(sunday="closed", saturday="10:00-12:00", holidays_country="GB", holidays_subdivision="SCT")
    assert not is_open(window, LONDON, at(LONDON, "2026-01-25 12:00"))
    assert is_open(window, LONDON, at(LONDON, "2026-01-24 11:59"))
    assert not is_open(window, LONDON, at(LONDON, "2026-12-25 12:00"))
    assert not is_open(window, LONDON, at(LONDON, "2026-11-30 12:00")), "St Andrew's Day, in Scotland alone"
    assert is_open(
        CallingWindow(holidays_country="GB", holidays_subdivision="ENG"), LONDON, at(LONDON, "2026-11-30 12:00")
    )
    opening = next_opening(window, [LONDON], at(LONDON, "2026-12-24 21:00"))
    assert opening == at(LONDON, "2026-12-29 09:00"), "and Boxing Day moves to the Monday"


@pytest.mark.parametrize(
    ("zone", "hours", "now", "opens"),
    [
        # The clock jumps from 01:00 to 02:00: 01:30 does not exist, 02:00 is the first open minute.
        (LONDON, "01:30-05:00", "2026-03-29 00:10", at(LONDON, "2026-03-29 02:00")),
        # 01:30 comes twice; the first one opens, the second one again after the hour was turned back.
        (LONDON, "01:30-05:00", "2026-10-25 00:10", at(LONDON, "2026-10-25 01:30")),
        (LONDON, "09:00-20:00", "2026-03-28 21:00", at(LONDON, "2026-03-29 09:00")),
        (LONDON, "09:00-20:00", "2026-10-24 21:00", at(LONDON, "2026-10-25 09:00")),
        # Half an hour forward.
        ("Australia/Lord_Howe", "02:15-05:00", "2026-10-04 01:00", at("Australia/Lord_Howe", "2026-10-04 02:30")),
    ],
)
def test_next_opening_on_days_on_which_clocks_change(zone: str, hours: str, now: str, opens: float) -> None:
    window = made(**dict.fromkeys(DAYS, hours))
    assert next_opening(window, [zone], at(zone, now)) == opens


def test_the_second_half_past_one() -> None:
    window = made(**dict.fromkeys(DAYS, "01:30-05:00"))
    turned_back = at(LONDON, "2026-10-25 01:10", fold=1)
    assert not is_open(window, LONDON, turned_back)
    assert next_opening(window, [LONDON], turned_back) == at(LONDON, "2026-10-25 01:30", fold=1)


HOURS = st.one_of(
    st.just("closed"),
    st.tuples(st.integers(0, 22), st.integers(0, 59), st.integers(1, 60 * 24)).map(
        lambda part: _text(part[0] * 60 + part[1], part[2])
    ),
)


def _text(opens: int, length: int) -> str:
    closes = min(1440, opens + length)
    return f"{opens // 60:02d}:{opens % 60:02d}-{closes // 60:02d}:{closes % 60:02d}"


@settings(max_examples=40, deadline=None)
@given(
    hours=st.lists(HOURS, min_size=7, max_size=7).filter(lambda days: any(day != "closed" for day in days)),
    zone=st.sampled_from(ZONES),
    utc=st.floats(YEAR, YEAR + 365 * 86_400),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: list[str], zone: str, utc: float) -> None:
    window = made(**dict(zip(DAYS, hours, strict=True)))
    opening = next_opening(window, [zone], utc)
    assert opening is not None
    assert opening > utc
    assert is_open(window, zone, opening)
    if not is_open(window, zone, utc):
        minutes = range(int(utc // 60) + 1, int(opening // 60), 43)
        assert not any(is_open(window, zone, minute * 60.0) for minute in minutes)


@settings(max_examples=40, deadline=None)
@given(zone=st.sampled_from(ZONES), utc=st.floats(YEAR, YEAR + 365 * 86_400))
def test_open_is_what_the_wall_clock_says(zone: str, utc: float) -> None:
    wall = datetime.fromtimestamp(utc, ZoneInfo(zone))
    assert is_open(CallingWindow(), zone, utc) is (9 <= wall.hour < 20)
    assert open_zones(CallingWindow(), [zone, "Nowhere/Land"], utc) == ((zone,) if 9 <= wall.hour < 20 else ())


@pytest.mark.parametrize(
    ("daily", "text", "yes"),
    [
        ((-1, -1), "2026-01-22 03:00", True),
        ((36_000, 39_600), "2026-01-22 09:59:59", False),
        ((36_000, 39_600), "2026-01-22 10:00:00", True),
        ((36_000, 39_600), "2026-01-22 11:00:00", False),
        ((-1, 39_600), "2026-01-22 03:00", True),
        ((36_000, -1), "2026-01-22 23:00", True),
    ],
)
def test_hours_of_a_record(daily: tuple[int, int], text: str, yes: bool) -> None:
    assert is_within(*daily, LONDON, at(LONDON, text)) is yes


def test_hours_on_a_date() -> None:
    hours = hours_on(CallingWindow(), datetime(2026, 1, 22, tzinfo=UTC).date() + timedelta(days=1))
    assert hours is not None
    assert (hours.opens_minute, hours.closes_minute) == (540, 1200)


@pytest.mark.parametrize(
    ("more", "later_s", "rule"),
    [
        ({}, 0, None),
        ({"zone": "Nowhere/Land"}, 0, Rule.UNKNOWN_ZONE),
        ({}, 8 * 3600, Rule.CALLING_WINDOW),
        ({"daily_from": 46_800, "daily_till": 50_400}, 0, Rule.RECORD_HOURS),
        ({"attempts": 6}, 0, Rule.MAX_ATTEMPTS),
    ],
)
def test_the_rules_at_the_instant_of_dialing(more: dict[str, Any], later_s: float, rule: Rule | None) -> None:
    refusal = check(CallingWindow(), record(1, **more), 6, NOON + later_s)
    assert (refusal.rule if refusal else None) is rule
    if refusal is not None:
        assert say(refusal.reason).endswith(".")
        assert refusal.reason.facts
