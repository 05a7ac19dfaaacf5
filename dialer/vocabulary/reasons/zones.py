"""Why a time zone is no place. A `no_place` goes on from the name that was written, which is no fact of it."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class NoZone(Reason, frozen=True, tag="no_place.unknown"):
    pass


class NoZoneNear(Reason, frozen=True, tag="no_place.near"):
    """`place` has nearly the same name."""

    place: str


class ZoneAbbreviated(Reason, frozen=True, tag="no_place.abbreviation"):
    """The abbreviation is of one of the `places`."""

    places: tuple[str, ...]
    count: int


class ZoneAbbreviatedOfTwo(Reason, frozen=True, tag="no_place.abbreviation_of_two"):
    """The abbreviation is of `place`, and in a `part` of its area (arizona, queensland, north) of `other`, whose clock
    does not change in summer."""

    place: str
    part: str
    other: str


class ZoneOfNoPlace(Reason, frozen=True, tag="no_place.clock"):
    """An offset, or a name of tzdata that is no place."""


class ZoneUnusable(Reason, frozen=True, tag="zone_unknown"):
    """Of a list or a file; `problem` is a `no_place`."""

    zone: str
    problem: Reason


class ZoneInFile(Reason, frozen=True, tag="field_unusable.zone"):
    """Of a row whose column and value are told beside it."""

    problem: Reason
