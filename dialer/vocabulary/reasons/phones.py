"""Messages to an agent about their phone and the telephone system."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class PhoneFailed(Reason, frozen=True, tag="phone_failed"):
    """`failure` is the code: phone_not_registered, phone_not_allowed, phone_refused, phone_no_answer,
    phone_unreachable, phone_lost or phone_hung_up. `said` is the SIP answer, with its `sip_code`, 0 for none."""

    failure: str
    sip_code: int = 0
    said: str = ""

    @property
    def code(self) -> str:
        return self.failure


class PhoneFailedSaying(PhoneFailed, frozen=True, tag="phone_failed.saying"):
    """The same, with the SIP answer."""


class PhoneMoved(Reason, frozen=True, tag="phone_moved"):
    pass


class TelephonyLost(Reason, frozen=True, tag="telephony_lost"):
    pass


class TelephonyBack(Reason, frozen=True, tag="telephony_back"):
    pass


class NoRecordNow(Reason, frozen=True, tag="no_record"):
    """There is no record for the agent who asked for one."""
