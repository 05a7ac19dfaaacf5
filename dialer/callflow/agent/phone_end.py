"""Why an agent's phone did not answer, or is gone: one reason for each kind, with what SIP said. A phone that is not
registered is the agent's to mend, a wrong password the administrator's."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.agents.agent import Agent, SystemReason
from dialer.core.step import Step
from dialer.interactions.leg import Leg
from dialer.interactions.results import UNKNOWN_ENDS
from dialer.trunks.accounts import trunk_of
from dialer.vocabulary import topics
from dialer.vocabulary.reasons.phones import PhoneFailed, PhoneFailedSaying
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.reasons.trunks import AtPhoneCall, TrunkRefuses, unreachable
from dialer.vocabulary.telephony import ClearedBy, LegCleared
from dialer.vocabulary.topics import OwnDesk

_R = SystemReason


#: By cause of the telephone network (ITU-T Q.850), which says more than the code that a switch made of it.
_BY_CAUSE: Mapping[int, SystemReason] = {
    1: _R.PHONE_NOT_REGISTERED,
    3: _R.PHONE_NOT_REGISTERED,
    17: _R.PHONE_REFUSED,
    18: _R.PHONE_NO_ANSWER,
    19: _R.PHONE_NO_ANSWER,
    20: _R.PHONE_NOT_REGISTERED,
    21: _R.PHONE_REFUSED,
}


#: By SIP code (RFC 3261 section 21).
_BY_CODE: Mapping[int, SystemReason] = {
    401: _R.PHONE_NOT_ALLOWED,
    403: _R.PHONE_NOT_ALLOWED,
    404: _R.PHONE_NOT_REGISTERED,
    407: _R.PHONE_NOT_ALLOWED,
    408: _R.PHONE_NO_ANSWER,
    410: _R.PHONE_NOT_REGISTERED,
    480: _R.PHONE_NOT_REGISTERED,
    486: _R.PHONE_REFUSED,
    487: _R.PHONE_NO_ANSWER,
    600: _R.PHONE_REFUSED,
    603: _R.PHONE_REFUSED,
    604: _R.PHONE_NOT_REGISTERED,
}


#: Codes with which a trunk says that it does not take us; 5xx are its own faults.
_ABOUT_US = frozenset({401, 403, 407})


def reason_of(event: LegCleared, *, was_up: bool) -> SystemReason:
    """Why the agent is not ready when the phone's leg has ended, before or after it was picked up."""
    if event.by in UNKNOWN_ENDS:
        return SystemReason.PHONE_LOST
    if was_up:
        return SystemReason.PHONE_HUNG_UP if event.by is ClearedBy.PEER else SystemReason.PHONE_LOST
    if event.by is ClearedBy.PEER:
        by_cause = _BY_CAUSE.get(event.q850) if event.q850 is not None else None
        by_code = _BY_CODE.get(event.code, SystemReason.PHONE_UNREACHABLE if event.code >= 400 else _R.PHONE_REFUSED)
        return by_cause or by_code
    if event.by in (ClearedBy.TRANSPORT, ClearedBy.REFUSED, ClearedBy.MEDIA):
        return SystemReason.PHONE_UNREACHABLE
    return SystemReason.PHONE_NO_ANSWER


def tell(step: Step, agent: Agent, leg: Leg, event: LegCleared, *, was_up: bool) -> SystemReason:
    """Tell agent, history and, where it is the trunk's word, the trunk's last error; returns the reason. What we ended
    ourselves, and what a person did by hanging up, is no fault of a phone."""
    reason = reason_of(event, was_up=was_up)
    said = f"{event.code} {event.reason}".strip() if event.code >= 300 else event.reason
    agent.phone_error = said
    if event.by is ClearedBy.US or reason is SystemReason.PHONE_HUNG_UP:
        return reason
    why = PhoneFailedSaying(reason, event.code, said) if said else PhoneFailed(reason, event.code)
    told = topics.PhoneFailed(reason, Sentence(why), event.code)
    step.publish(topics.PHONE_FAILED, OwnDesk(agent.name), agent.name, told)
    kind = "phone_lost" if was_up or event.by in UNKNOWN_ENDS else "phone_failed"
    step.history(kind, agent=agent.name, reason=reason, code=event.code, said=said, by=event.by, account=leg.account)
    _complain(step, leg, event, said)
    return reason


def _complain(step: Step, leg: Leg, event: LegCleared, said: str) -> None:
    """A call to a phone that the trunk itself refused, or that did not reach it."""
    name = trunk_of(leg.account)
    trunk = step.world.trunks.get(name) if name is not None else None
    refused = event.by is ClearedBy.PEER and event.q850 is None and (event.code in _ABOUT_US or event.code >= 500)
    if trunk is None or event.answered or not (refused or event.by is ClearedBy.TRANSPORT):
        return
    about = TrunkRefuses(event.code, said) if refused else unreachable(event.code, event.reason)
    trunk.complain(AtPhoneCall(about), step.utc)
    step.trunk_changed(trunk.name)
