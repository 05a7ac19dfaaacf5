"""Time zones that are places. The calling window is that of the contact's clock, which changes in spring and autumn:
an abbreviation such as EST (the whole year at -5 h in tzdata) or an offset would open it an hour too long."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

#: First parts of tzdata's names that are followed by a place. `Etc`, `posix`, `right` and `SystemV` are not.
_AREAS = frozenset(
    (
        *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"),
        *("Brazil", "Canada", "Chile", "Mexico", "US"),
    )
)

#: Common zone names that are no places, with the place to write instead.
_INSTEAD = {
    "America/New_York": "EST EDT ET EST5EDT EASTERN",
    "America/Chicago": "CST CDT CT CST6CDT CENTRAL",
    "America/Denver, or in Arizona America/Phoenix": "MST MDT MT MST7MDT MOUNTAIN NAVAJO",
    "America/Los_Angeles": "PST PDT PT PST8PDT PACIFIC",
    "America/Anchorage": "AKST AKDT",
    "Pacific/Honolulu": "HST HDT HAWAII",
    "America/Halifax": "AST ADT",
    "America/St_Johns": "NST NDT",
    "Europe/London": "GMT BST GB GB-EIRE GREENWICH",
    "Europe/Dublin": "EIRE",
    "Europe/Lisbon": "WET WEST PORTUGAL",
    "Europe/Rome, Europe/Paris or Europe/Berlin": "CET CEST MET MEST",
    "Europe/Athens or Europe/Helsinki": "EET EEST",
    "Europe/Moscow": "MSK W-SU",
    "Europe/Istanbul": "TRT TURKEY",
    "Europe/Warsaw": "POLAND",
    "Asia/Kolkata, Europe/Dublin or Asia/Jerusalem": "IST",
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
    "Australia/Sydney, or in Queensland Australia/Brisbane": "AEST AEDT",
    "Australia/Adelaide, or in the north Australia/Darwin": "ACST ACDT",
    "Australia/Perth": "AWST",
    "Pacific/Auckland": "NZ NZST NZDT",
    "Pacific/Chatham": "NZ-CHAT",
    "Pacific/Kwajalein": "KWAJALEIN",
}
#: Old names that are no towns and resemble words that are no zones.
_OLD = frozenset(("Australia/North", "Australia/South", "Australia/West", "US/Central", "US/Eastern", "US/Pacific"))
_PLACES = {word: place for place, words in _INSTEAD.items() for word in words.split()}


class NoPlace(ValueError):
    """A time zone that is no place, or does not exist. The text continues after the written name and says what to write
    instead."""


def is_place(name: str) -> bool:
    """Whether `name` has the form of a place; whether tzdata has it is another question."""
    area, slash, rest = name.partition("/")
    return bool(slash and rest) and area in _AREAS


def place_zone(name: str) -> str:
    """The zone of a place, as `Europe/Rome`. Raises NoPlace. Reads files of tzdata at the first time."""
    problem = _problem(name)
    if problem:
        raise NoPlace(problem)
    return name


@lru_cache(maxsize=4096)
def _problem(name: str) -> str:
    """The fault of a zone, with the name to write instead; empty for a place. Cached, as whole columns may be wrong."""
    if is_place(name):
        return "" if _is_known(name) else f"is no time zone; {_nearest(name)}"
    instead = _PLACES.get(name.strip().upper())
    if instead is not None:
        return f"is an abbreviation and no place; write {instead}"
    if _is_zone(name):
        return "is a clock and no place; write the place, as in Europe/London or America/New_York"
    return f"is no time zone; {_nearest(name)}"


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


def _nearest(name: str) -> str:
    """The places with a similar name, for a typing error."""
    known = (each for each in sorted(available_timezones()) if is_place(each) and each not in _OLD)
    places = {each.rpartition("/")[2].casefold(): each for each in known}
    word = name.strip().replace(" ", "_").rpartition("/")[2].casefold()[:40]
    found = get_close_matches(word, places, n=1, cutoff=0.75)
    return f"did you mean {places[found[0]]}?" if found else "write it as in Europe/London"
