"""Why an import is refused before its file is read: what was said of the list and of the file."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class UnknownRegion(Reason, frozen=True, tag="region_unknown"):
    region: str


class BadDelimiter(Reason, frozen=True, tag="delimiter_unusable"):
    """`delimiter` is cut short where it is long."""

    delimiter: str


class BadMapping(Reason, frozen=True, tag="mapping_unusable"):
    """`pair` is what was said in place of FIELD=COLUMN."""

    pair: str


class PlaceAmbiguous(Reason, frozen=True, tag="place_ambiguous"):
    """The campaigns of a list have more than one zone or country: `part` is zone or region."""

    list: str
    part: str
    found: tuple[str, ...]


class ZoneMissing(Reason, frozen=True, tag="zone_missing"):
    list: str
