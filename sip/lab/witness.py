"""Conversations proved by tones.

Each measured leg plays a tone of its own. A tone that leg A heard is credited to the leg B that had this frequency and
was alive then: A heard B. A contact and a phone that heard each other for more than `TOLERANCE_S` are a conversation;
it has audio both ways when each heard the other for `PROOF_S` at least and neither heard a third leg.

Cross-talk is audio that should not be heard: of a contact by another contact, of a phone by another phone, of a leg by
itself, of two contacts by a phone in one slice, and of any leg outside of the hearer's conversation. A leg without a
conversation that hears another has one-way audio. (A conference of phones counts as cross-talk here.)

A phone's leg may stand through many conversations. Its analysis is restarted when one of them ends (`LabWorld`),
and a released tone is used again only after all others of the grid, so within one slice a frequency belongs to one leg.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ToneHeard

from .legs import LabLeg, Side, Slice
from .voice import TONE_LEVEL

PROOF_S = 2.0
"""How long each end must hear the other, in seconds."""
TOLERANCE_S = 0.3
"""Tones heard for less than this, in seconds, do not count: a switch of the bridge takes a frame or two, and a
detector's window smears."""
SAME_TONE_HZ = 6
"""Tones nearer than this are the same: the grid has steps of 15 Hz and the analysis rounds to 5 Hz."""

SIDEBAND_HZ = 75
"""Audio that stutters because the machine is overloaded modulates the tone in it: lines appear beside it, within about
60 Hz, for a part of its time. These lines are no leg's tones. So of two tones this near only the longer one counts."""

FAINT_LEVEL = TONE_LEVEL / 3
"""Every tone of the lab is three times as loud, and a bridge passes it on as it is. A fainter tone is a harmonic of a
voice that stayed for a moment (0.04 of full scale at most in our clips)."""

Pair = tuple[LegId, LegId]
"""The hearing leg, and the heard one."""
Heard = dict[Pair, float]
"""For how many seconds."""


class Conversation(Struct, frozen=True):
    """Two legs that heard each other. `clean`: neither heard a third leg at that time."""

    contact: str
    contact_call_id: str
    phone: str
    phone_call_id: str
    contact_heard_s: float
    phone_heard_s: float
    clean: bool
    both_ways: bool


class Hearing(Struct, frozen=True):
    """One leg heard another outside of a conversation with it."""

    hearer: str
    hearer_call_id: str
    heard: str
    heard_call_id: str
    seconds: float


class Finding(Struct, frozen=True):
    """The proofs by tones."""

    conversations: tuple[Conversation, ...]
    cross_talk: tuple[Hearing, ...]
    one_way: tuple[Hearing, ...]

    @property
    def audio_both_ways(self) -> int:
        return sum(conversation.both_ways for conversation in self.conversations)


def find(legs: Iterable[LabLeg]) -> Finding:
    """Find the conversations and faults of these legs from their tones."""
    by_id = {leg.id: leg for leg in legs}
    slices = list(_credit(by_id))
    total: Heard = defaultdict(float)
    for credited in slices:
        for pair, seconds in credited.items():
            total[pair] += seconds
    heard = {pair: seconds for pair, seconds in total.items() if seconds > TOLERANCE_S}
    mutual = {pair for pair in heard if pair[::-1] in heard and by_id[pair[0]].side is not by_id[pair[1]].side}
    partners = _partners(mutual)
    stray = [pair for pair in heard if pair not in mutual]
    wrong = {pair for pair in stray if _is_cross_talk(pair, by_id, partners)}
    cross = sorted(wrong | _doubled(slices, by_id))
    return Finding(
        conversations=tuple(_conversations(by_id, heard, mutual, cross)),
        cross_talk=tuple(_hearing(by_id, pair, heard[pair]) for pair in cross),
        one_way=tuple(_hearing(by_id, pair, heard[pair]) for pair in stray if pair not in wrong),
    )


def _credit(by_id: dict[LegId, LabLeg]) -> Iterator[Heard]:
    """The legs that each slice's leg heard, and for how long."""
    by_tone: dict[int, list[LabLeg]] = defaultdict(list)
    for leg in by_id.values():
        if leg.tone_hz is not None:
            by_tone[leg.tone_hz].append(leg)
    for leg in by_id.values():
        for part in leg.slices:
            heard: Heard = defaultdict(float)
            for tone in _carriers(part.tones):
                source = _source(by_tone, part, tone.frequency_hz)
                if source is not None:
                    heard[leg.id, source.id] += tone.seconds
            yield heard


def _carriers(tones: tuple[ToneHeard, ...]) -> Iterator[ToneHeard]:
    """The tones without sidebands and without tones too faint to be a leg's."""
    for tone in tones:
        beside = (abs(other.frequency_hz - tone.frequency_hz) for other in tones if other.seconds > tone.seconds)
        if tone.level >= FAINT_LEVEL and all(apart > SIDEBAND_HZ for apart in beside):
            yield tone


def _source(by_tone: dict[int, list[LabLeg]], part: Slice, frequency_hz: int) -> LabLeg | None:
    """The leg that had this tone during the slice; the latest, should the tone have changed hands."""
    for tone_hz in range(frequency_hz - SAME_TONE_HZ + 1, frequency_hz + SAME_TONE_HZ):
        alive = [leg for leg in by_tone.get(tone_hz, ()) if leg.lives_during(part.begun_at, part.ended_at)]
        if alive:
            return max(alive, key=lambda leg: leg.tone_from or 0.0)
    return None


def _partners(mutual: set[Pair]) -> dict[LegId, set[LegId]]:
    partners: dict[LegId, set[LegId]] = defaultdict(set)
    for leg, other in mutual:
        partners[leg].add(other)
    return partners


def _is_cross_talk(pair: Pair, by_id: dict[LegId, LabLeg], partners: dict[LegId, set[LegId]]) -> bool:
    """Whether the heard leg, which is no partner, counts as cross-talk: a leg of the hearer's own side always does,
    another if it was alive during a conversation of the hearer."""
    hearer, stranger = by_id[pair[0]], by_id[pair[1]]
    if hearer.side is stranger.side:
        return True
    return any(by_id[partner].overlaps(stranger) for partner in partners.get(hearer.id, ()))


def _doubled(slices: Iterable[Heard], by_id: dict[LegId, LabLeg]) -> set[Pair]:
    """Phones that heard several contacts in one slice, which ends with a conversation."""
    doubled: set[Pair] = set()
    for credited in slices:
        contacts = {
            pair
            for pair, seconds in credited.items()
            if seconds > TOLERANCE_S and (by_id[pair[0]].side, by_id[pair[1]].side) == (Side.PHONE, Side.CONTACT)
        }
        if len(contacts) > 1:
            doubled |= contacts
    return doubled


def _conversations(
    by_id: dict[LegId, LabLeg], heard: Heard, mutual: set[Pair], cross: Iterable[Pair]
) -> Iterator[Conversation]:
    strangers: dict[LegId, list[LabLeg]] = defaultdict(list)
    for hearer, stranger in cross:
        strangers[hearer].append(by_id[stranger])
    for contact_id, phone_id in sorted(mutual, key=lambda pair: (by_id[pair[0]].offered_at, pair)):
        contact, phone = by_id[contact_id], by_id[phone_id]
        if contact.side is not Side.CONTACT:
            continue
        beside = strangers[contact_id] + [leg for leg in strangers[phone_id] if leg is not contact]
        clean = not any(stranger.overlaps(contact) for stranger in beside)
        seconds = heard[contact_id, phone_id], heard[phone_id, contact_id]
        yield Conversation(
            contact=contact.name,
            contact_call_id=contact.call_id,
            phone=phone.name,
            phone_call_id=phone.call_id,
            contact_heard_s=round(seconds[0], 2),
            phone_heard_s=round(seconds[1], 2),
            clean=clean,
            both_ways=clean and min(seconds) >= PROOF_S,
        )


def _hearing(by_id: dict[LegId, LabLeg], pair: Pair, seconds: float) -> Hearing:
    hearer, heard = by_id[pair[0]], by_id[pair[1]]
    return Hearing(hearer.name, hearer.call_id, heard.name, heard.call_id, round(seconds, 2))
