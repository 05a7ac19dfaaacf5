"""The status of a call in a line. `own`: for the agent whose call it is, otherwise for others."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class CallIs(Reason, frozen=True, tag="call_phase"):
    """`phase` is offered, previewing, phone_ringing, dialing, ringing, waiting, connected or reconnecting."""

    phase: str
    own: bool = True


class Holder(Reason, frozen=True, tag="holder"):
    """The side that holds the call: agent, agent_phone or contact."""

    by: str
    own: bool = True


class Both(Reason, frozen=True, tag="both"):
    one: Reason
    other: Reason


class Also(Reason, frozen=True, tag="also"):
    """A further item of a list in one sentence."""

    one: Reason
    other: Reason


class OnHold(Reason, frozen=True, tag="on_hold"):
    by: Reason


class CallEnded(Reason, frozen=True, tag="call_ended"):
    """`by` is agent, contact, system, or empty where it is unknown."""

    by: str
    own: bool = True


class CallEndedFor(Reason, frozen=True, tag="call_ended.for"):
    by: str
    cause: Reason
    own: bool = True


class CallNotReached(Reason, frozen=True, tag="call_not_reached"):
    pass


class CallNotReachedFor(Reason, frozen=True, tag="call_not_reached.for"):
    cause: Reason


class BlankWaits(Reason, frozen=True, tag="blank_record.waiting"):
    """ASM: no contact is dialed for the agent yet."""


class BlankDialed(Reason, frozen=True, tag="blank_record.dialed"):
    pass
