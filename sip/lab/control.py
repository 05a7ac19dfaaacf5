"""Requests to a running lab: one JSON object per line in, one per line out.

`do` is the kind of a request, which may carry an `id`; this comes back with `ok` and the answer's fields. A request
that fails is answered by `ok` false, `code` and `problem`.
"""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.ids import LegId

from .behaviours import Behaviour
from .capture import Invite
from .phones import Doing, PhoneManner
from .witness import Conversation, Hearing


class AskStatus(Struct, frozen=True, tag_field="do", tag="status"):
    """The state of the lab now."""

    id: int = 0


class AskReport(Struct, frozen=True, tag_field="do", tag="report"):
    """The tones heard so far. Ends and restarts the running analyses."""

    id: int = 0


class AskWire(Struct, frozen=True, tag_field="do", tag="wire"):
    """The INVITEs that the witness of the wire has seen."""

    id: int = 0


class AskSettled(Struct, frozen=True, tag_field="do", tag="settled"):
    """Wait until the lab has `legs` live legs or fewer, `timeout_s` at most."""

    id: int = 0
    legs: int = 0
    timeout_s: float = 10.0


class TellPhone(Struct, frozen=True, tag_field="do", tag="phone"):
    """Have a phone ("*" for all) do something with its live legs."""

    phone: str
    action: Doing
    digits: str = ""
    id: int = 0


class TellContact(Struct, frozen=True, tag_field="do", tag="contact"):
    """Have the contact at a number ("*" for all) do something with its live legs."""

    number: str
    action: Doing
    digits: str = ""
    id: int = 0


class SetManner(Struct, frozen=True, tag_field="do", tag="manner"):
    """How a phone ("*" for all) takes its calls from now on; live legs go on as they are."""

    phone: str
    manner: PhoneManner
    id: int = 0


class PinBehaviour(Struct, frozen=True, tag_field="do", tag="pin"):
    """Calls to `number` get this behaviour from now on."""

    number: str
    behaviour: Behaviour
    id: int = 0


Request = AskStatus | AskReport | AskWire | AskSettled | TellPhone | TellContact | SetManner | PinBehaviour


class LiveLeg(Struct, frozen=True):
    """A leg of the lab that is up, or about to be."""

    leg: LegId
    side: str
    name: str
    call_id: str
    manner: str
    answered: bool
    held_by_us: bool
    held_by_peer: bool
    digits: str


class ContactCall(Struct, frozen=True):
    """One call that the carrier answered. `tone_s` is how long its tone was on the line; `heard_tones` all tones that
    it heard, Hz to seconds. `cleared_by` "peer" is the side that dialed, "" while the call stands."""

    number: str
    call_id: str
    behaviour: str
    answered_at: float
    seconds: float
    tone_hz: int | None
    tone_s: float
    heard_tones: dict[int, float]
    digits: str
    cleared_by: str


class Status(Struct, frozen=True):
    """Answer to AskStatus. `calls` counts INVITEs at the carrier by behaviour; `registered` the phones that are."""

    live: tuple[LiveLeg, ...]
    calls: dict[str, int]
    registered: int
    phones: int
    faults: tuple[str, ...]


class Report(Struct, frozen=True):
    """Answer to AskReport. `untuned` legs found no free tone and could not be measured; `dropped_packets` were lost
    on their way to the analysis."""

    calls: dict[str, int]
    answered: tuple[ContactCall, ...]
    audio_both_ways: int
    conversations: tuple[Conversation, ...]
    cross_talk: tuple[Hearing, ...]
    one_way: tuple[Hearing, ...]
    live: tuple[LiveLeg, ...]
    untuned: int
    dropped_packets: int
    faults: tuple[str, ...]


class Wire(Struct, frozen=True):
    """Answer to AskWire. `missed` above 0: the witness could not keep up."""

    invites: tuple[Invite, ...]
    missed: int


class Settled(Struct, frozen=True):
    """Answer to AskSettled."""

    settled: bool
    legs: int


class Done(Struct, frozen=True):
    """Answer to a request without a result."""

    commands: int = 0


Answer = Status | Report | Wire | Settled | Done
