"""Where the contacts of a calling list are at home, as far as their rows do not say."""

from __future__ import annotations

from typing import Self

from msgspec import Struct

from config.model import Settings
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.number_type import NumberType
from dialer.vocabulary.reasons.imports import PlaceAmbiguous


class Place(Struct, frozen=True):
    """IANA time zone and ISO 3166 country; empty where nobody says."""

    zone: str = ""
    region: str = ""

    def or_else(self, other: Place) -> Self:
        """This place, completed by another."""
        return type(self)(self.zone or other.zone, self.region or other.region)


def place_of(settings: Settings, name: str) -> Place:
    """The place that the campaigns say which dial the list `name`. Raises Refused where they contradict each other:
    a contact dialed by the clock of another country is dialed at night."""
    mine = [each for each in settings.campaigns if name in {entry.name for entry in each.lists}]
    zones = sorted({each.time_zone for each in mine if each.time_zone})
    regions = sorted({each.region for each in mine if each.region})
    for part, found in (("zone", zones), ("region", regions)):
        if len(found) > 1:
            raise Refused(PlaceAmbiguous(name, part, tuple(found)))
    return Place(*zones or [""], *regions or [""])


def types_of(settings: Settings, name: str) -> frozenset[NumberType]:
    """Types of numbers that some campaign of the list `name` may dial, though others may not."""
    mine = (each for each in settings.campaigns if name in {entry.name for entry in each.lists})
    return frozenset(type_ for each in mine for type_ in each.allow_number_types)
