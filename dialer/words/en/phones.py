"""Messages to agents about their phone and the telephone system."""

from __future__ import annotations

_FAILED = (
    "{failure, select, phone_not_registered {Your phone is not registered, or not at this address} "
    "phone_not_allowed {The call to your phone is not allowed: password or rights are wrong} "
    "phone_refused {Your phone rejected the call, or is busy} phone_no_answer {Your phone was not answered} "
    "phone_unreachable {Your phone could not be called} phone_lost {Your phone was lost} "
    "phone_hung_up {Your phone has hung up} other {Your phone failed}}"
)

SENTENCES = {
    "phone_failed": f"{_FAILED}.",
    "phone_failed.saying": f"{_FAILED} ({{said}}).",
    "phone_moved": "The call at your phone was transferred to another phone.",
    "telephony_lost": "The connection to the telephone system is lost; it comes back.",
    "telephony_back": "The telephone system is back.",
    "no_record": "There is no record to call now.",
}
