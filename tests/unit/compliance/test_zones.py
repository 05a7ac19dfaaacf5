"""Zones are places: other names of tzdata are refused, with the place to write instead."""

from __future__ import annotations

import pytest

from config.model import CallingWindow
from dialer.compliance.check import Rule, check
from dialer.compliance.window import is_open
from dialer.compliance.zones import NoPlace, place_zone
from dialer.words import say
from tests.unit.callflow.house import NOON, record


@pytest.mark.parametrize(
    "name",
    [
        *("Europe/London", "America/New_York", "America/Indiana/Knox", "Asia/Kolkata", "Australia/Lord_Howe"),
        *("Pacific/Honolulu", "Indian/Maldives", "Atlantic/Reykjavik", "US/Eastern", "Canada/Atlantic"),
    ],
)
def test_places_are_zones(name: str) -> None:
    assert place_zone(name) == name


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("EST", "America/New_York"),
        ("est5edt", "America/New_York"),
        ("CST", "America/Chicago"),
        ("MST", "America/Denver, or in Arizona America/Phoenix"),
        ("PST", "America/Los_Angeles"),
        ("HST", "Pacific/Honolulu"),
        ("GMT", "Europe/London"),
        ("BST", "Europe/London"),
        ("CET", "one of Europe/Rome, Europe/Paris, Europe/Berlin"),
        ("JST", "Asia/Tokyo"),
        ("IST", "one of Asia/Kolkata, Europe/Dublin, Asia/Jerusalem"),
        ("AEST", "Australia/Sydney, or in Queensland Australia/Brisbane"),
        ("NZ", "Pacific/Auckland"),
        ("localtime", "the place, as in Europe/London"),
        ("posixrules", "the place, as in Europe/London"),
        ("Factory", "the place, as in Europe/London"),
        ("UTC", "the place, as in Europe/London"),
        ("Etc/GMT+5", "the place, as in Europe/London"),
        ("posix/Europe/Rome", "the place, as in Europe/London"),
        ("+01:00", "the place, as in Europe/London"),
        ("UTC-5", "the place, as in Europe/London"),
        ("Rome", "did you mean Europe/Rome?"),
        ("new york", "did you mean America/New_York?"),
        ("europe/london", "did you mean Europe/London?"),
        ("Europe/Londn", "did you mean Europe/London?"),
        ("North", "write it as in Europe/London"),
        ("Europe", "write it as in Europe/London"),
        ("Europe/../Europe/London", "did you mean Europe/London?"),
        ("../../etc/passwd", "write it as in Europe/London"),
        ("", "write it as in Europe/London"),
        ("a\0b", "write it as in Europe/London"),
    ],
)
def test_what_is_no_place_is_refused_with_what_to_write(name: str, instead: str) -> None:
    with pytest.raises(NoPlace) as refused:
        place_zone(name)
    assert instead in say(refused.value.reason)


def test_the_places_that_are_proposed_exist() -> None:
    from dialer.compliance.zones import _ELSEWHERE, _INSTEAD

    words = [word for each in _INSTEAD for word in each.split()] + [place for _, place in _ELSEWHERE.values()]
    assert [place_zone(word) for word in words] == words
    assert set(_ELSEWHERE) <= set(_INSTEAD)


@pytest.mark.parametrize("zone", ["EST", "MST", "HST", "localtime", "posixrules", "Factory"])
def test_a_record_of_no_place_is_not_dialed(zone: str) -> None:
    assert not is_open(CallingWindow(), zone, NOON)
    refusal = check(CallingWindow(), record(1, zone=zone), 6, NOON)
    assert refusal is not None
    assert refusal.rule is Rule.UNKNOWN_ZONE
