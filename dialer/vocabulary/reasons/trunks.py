"""The last error of a trunk. `said` is the answer by SIP or of the engine, a SIP answer with its `sip_code`."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class TrunkRefuses(Reason, frozen=True, tag="trunk_refuses"):
    """The trunk refuses a call of ours."""

    sip_code: int
    said: str


class TrunkRefusesAgain(Reason, frozen=True, tag="trunk_refuses.again"):
    """The trunk has refused so many calls in a row, and is left alone for a while."""

    sip_code: int
    said: str
    times: int


class RegistrationRefused(Reason, frozen=True, tag="trunk_refuses.registration"):
    sip_code: int
    said: str


class TrunkPauses(Reason, frozen=True, tag="trunk_pauses"):
    """The trunk asked for a pause: Retry-After (RFC 3261 20.33)."""

    sip_code: int
    said: str
    pause_s: float


class TrunkPausesLess(Reason, frozen=True, tag="trunk_pauses.less"):
    """The same, of a trunk that asked for more than its setting grants."""

    sip_code: int
    said: str
    pause_s: float
    asked_s: int


class TrunkUnreachable(Reason, frozen=True, tag="trunk_unreachable"):
    """There is no connection, and nothing says why. `sip_code` is what the failure of the transport was made of, 0 for
    none."""

    sip_code: int = 0


class TrunkUnreachableSaying(Reason, frozen=True, tag="trunk_unreachable.saying"):
    """The same, with what the engine said."""

    sip_code: int
    said: str


class AccountUnusable(Reason, frozen=True, tag="trunk_unreachable.account"):
    """The engine cannot make the trunk's account: `problem` says why."""

    problem: str


class NothingHeard(Reason, frozen=True, tag="trunk_silent"):
    """Not even a 100 Trying came."""

    waited_s: float


class NoAnswerToProbe(Reason, frozen=True, tag="trunk_silent.probe"):
    deadline_s: float


class NoProgress(Reason, frozen=True, tag="trunk_stalls"):
    """A 100 Trying came, and nothing more."""

    waited_s: int


class NoAudio(Reason, frozen=True, tag="trunk_mute"):
    """The trunk answered a call with no audio that we take."""


class NoAudioSaying(Reason, frozen=True, tag="trunk_mute.saying"):
    said: str


class AtPhoneCall(Reason, frozen=True, tag="trunk_phone_call"):
    """What is told `about` came of a call to an agent's phone; the code is that of what is told."""

    about: TrunkRefuses | TrunkUnreachable | TrunkUnreachableSaying

    @property
    def code(self) -> str:
        return self.about.code


#: Errors of a trunk.
Complaint = (
    TrunkRefuses
    | TrunkRefusesAgain
    | RegistrationRefused
    | TrunkPauses
    | TrunkPausesLess
    | TrunkUnreachable
    | TrunkUnreachableSaying
    | AccountUnusable
    | NothingHeard
    | NoAnswerToProbe
    | NoProgress
    | NoAudio
    | NoAudioSaying
    | AtPhoneCall
)


def unreachable(sip_code: int, why: str) -> TrunkUnreachable | TrunkUnreachableSaying:
    """By whether anything was said of it."""
    if not why:
        return TrunkUnreachable(sip_code)
    return TrunkUnreachableSaying(sip_code, f"{sip_code} {why}" if sip_code else why)
