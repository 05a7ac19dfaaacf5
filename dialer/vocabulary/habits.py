"""Habits of contacts, that is when and where they answer, learned from our own dials."""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.ids import CampaignName, ListName


class Habit(Struct, frozen=True):
    """The habit from one attempt. `day`: ordinal of the date where the campaign's contacts live; `hour`: the contact's
    local hour when dialed (0 to 23), -1 if unknown; `number_type` and `region` as in `pacing.Traits`, "" if unknown;
    `answer`: 1 for a live answer, 0 for none, the chance of one (0 to 1) for a call that was given up."""

    campaign: CampaignName
    list: ListName
    day: int
    hour: int
    number_type: str
    region: str
    answer: float


class DayHabit(Struct, frozen=True):
    """All dials of a campaign from one list on one day, to one kind of number in one region at one hour, and their
    live answers (a fraction where calls were given up)."""

    list: ListName
    day: int
    hour: int
    number_type: str
    region: str
    dials: int
    answers: float


class HabitCount(Struct, frozen=True):
    """Dials and their live answers at one hour (-1 unknown), for one type and region ("" unknown). Counts may be
    fractions: history fades, and a call given up counts its chance of an answer."""

    hour: int
    number_type: str
    region: str
    dials: float
    answers: float
