"""Time zones that are places. The calling window goes by the contact's clock, which changes in spring and autumn: by an
abbreviation such as EST (-5 h the whole year in tzdata) or an offset it would be an hour wrong for half of the year."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.zones import NoZone, NoZoneNear, ZoneAbbreviated, ZoneAbbreviatedOfTwo, ZoneOfNoPlace

#: First parts of tzdata's names that are followed by a place. `Etc`, `posix`, `right` and `SystemV` are not.
_AREAS = frozenset(
    (
        *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"),
        *("Brazil", "Canada", "Chile", "Mexico", "US"),
    )
)

#: Common zone names that are no places, by the places to write instead.
_INSTEAD = {
    "America/New_York": "EST EDT ET EST5EDT EASTERN",
    "America/Chicago": "CST CDT CT CST6CDT CENTRAL",
    "America/Denver": "MST MDT MT MST7MDT MOUNTAIN NAVAJO",
    "America/Los_Angeles": "PST PDT PT PST8PDT PACIFIC",
    "America/Anchorage": "AKST AKDT",
    "Pacific/Honolulu": "HST HDT HAWAII",
    "America/Halifax": "AST ADT",
    "America/St_Johns": "NST NDT",
    "Europe/London": "GMT BST GB GB-EIRE GREENWICH",
    "Europe/Dublin": "EIRE",
    "Europe/Lisbon": "WET WEST PORTUGAL",
    "Europe/Rome Europe/Paris Europe/Berlin": "CET CEST MET MEST",
    "Europe/Athens Europe/Helsinki": "EET EEST",
    "Europe/Moscow": "MSK W-SU",
    "Europe/Istanbul": "TRT TURKEY",
    "Europe/Warsaw": "POLAND",
    "Asia/Kolkata Europe/Dublin Asia/Jerusalem": "IST",
    "Asia/Jerusalem": "ISRAEL",
    "Asia/Tokyo": "JST JAPAN",
    "Asia/Seoul": "KST ROK",
    "Asia/Shanghai": "PRC",
    "Asia/Taipei": "ROC",
    "Asia/Hong_Kong": "HKT HONGKONG",
    "Asia/Singapore": "SGT SINGAPORE",
    "Asia/Tehran": "IRAN",
    "Africa/Cairo": "EGYPT",
    "Africa/Johannesburg": "SAST",
    "Africa/Tripoli": "LIBYA",
    "America/Jamaica": "JAMAICA",
    "America/Havana": "CUBA",
    "Atlantic/Reykjavik": "ICELAND",
    "Australia/Sydney": "AEST AEDT",
    "Australia/Adelaide": "ACST ACDT",
    "Australia/Perth": "AWST",
    "Pacific/Auckland": "NZ NZST NZDT",
    "Pacific/Chatham": "NZ-CHAT",
    "Pacific/Kwajalein": "KWAJALEIN",
}
#: Of these a part of the area has the same abbreviation and another clock: the part, and a place in it.
_ELSEWHERE = {
    "America/Denver": ("arizona", "America/Phoenix"),
    "Australia/Sydney": ("queensland", "Australia/Brisbane"),
    "Australia/Adelaide": ("north", "Australia/Darwin"),
}
#: Old names that are no towns and resemble words that are no zones.
_OLD = frozenset(("Australia/North", "Australia/South", "Australia/West", "US/Central", "US/Eastern", "US/Pacific"))
_PLACES = {word: places for places, words in _INSTEAD.items() for word in words.split()}


class NoPlace(ValueError):
    """A time zone that is no place, or does not exist. The sentence of `reason` goes on from the name that was written,
    and says what to write instead."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def is_place(name: str) -> bool:
    """Whether `name` has the form of a place; whether tzdata has it is another question."""
    area, slash, rest = name.partition("/")
    return bool(slash and rest) and area in _AREAS


def place_zone(name: str) -> str:
    """The zone of a place, as `Europe/Rome`. Raises NoPlace. The first look at a zone reads files of tzdata."""
    problem = _problem(name)
    if problem is not None:
        raise NoPlace(problem)
    return name


@lru_cache(maxsize=4096)
def _problem(name: str) -> Reason | None:
    """What is wrong with a zone; None for a place. Answers are kept, as the zones of whole columns may be wrong."""
    if is_place(name):
        return None if _is_known(name) else _unknown(name)
    instead = _PLACES.get(name.strip().upper())
    if instead is not None:
        return _abbreviated(instead)
    return ZoneOfNoPlace() if _is_zone(name) else _unknown(name)


def _abbreviated(instead: str) -> Reason:
    if instead in _ELSEWHERE:
        return ZoneAbbreviatedOfTwo(instead, *_ELSEWHERE[instead])
    places = tuple(instead.split())
    return ZoneAbbreviated(places, len(places))


def _is_zone(name: str) -> bool:
    """Whether the word means a clock: an offset, or a name of tzdata that is no place."""
    offsets = ("UTC", "GMT", "ETC/", "POSIX/", "RIGHT/", "SYSTEMV/", "+", "-")
    return name.upper().startswith(offsets) or _is_known(name)


def _is_known(name: str) -> bool:
    """Whether tzdata has the name; a name could also be one of its directories or a path out of it."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True


def _unknown(name: str) -> Reason:
    """With the place whose name is nearly the same: the zone may be mistyped."""
    known = (each for each in sorted(available_timezones()) if is_place(each) and each not in _OLD)
    places = {each.rpartition("/")[2].casefold(): each for each in known}
    word = name.strip().replace(" ", "_").rpartition("/")[2].casefold()[:40]
    found = get_close_matches(word, places, n=1, cutoff=0.75)
    return NoZoneNear(places[found[0]]) if found else NoZone()
