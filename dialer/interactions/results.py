"""One table from the network's answers to call results.

Sources: RFC 3261 section 21 (status codes), RFC 3398 section 7.2.4.1 and 8.2.6.1 (ISUP cause to SIP status),
RFC 3326 (Reason header), ITU-T Q.850 (cause values). A cause of the telephone network (Q.850) is more precise than the
SIP code into which a gateway has translated it, so it is looked up first. A trunk may override any row.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LegCleared

_R = CallResult

#: ITU-T Q.850 table 1. Causes without a meaning of their own (16 normal clearing, 31 unspecified, 127) are absent.
Q850_RESULTS: Mapping[int, CallResult] = {
    1: _R.INVALID_NUMBER,  # unallocated number
    2: _R.INVALID_NUMBER,  # no route to transit network
    3: _R.INVALID_NUMBER,  # no route to destination
    4: _R.SIT,  # send special information tone
    5: _R.INVALID_NUMBER,  # misdialed trunk prefix
    17: _R.BUSY,
    18: _R.NO_ANSWER,  # no user responding
    19: _R.NO_ANSWER,  # user alerted, no answer
    20: _R.UNREACHABLE,  # subscriber absent
    21: _R.DECLINED,  # call rejected
    22: _R.INVALID_NUMBER,  # number changed
    23: _R.INVALID_NUMBER,  # redirection to new destination
    27: _R.UNREACHABLE,  # destination out of order
    28: _R.INVALID_NUMBER,  # invalid number format
    29: _R.UNREACHABLE,  # facility rejected
    34: _R.CONGESTION,  # no circuit available
    38: _R.CONGESTION,  # network out of order
    41: _R.CONGESTION,  # temporary failure
    42: _R.CONGESTION,  # switching equipment congestion
    44: _R.CONGESTION,  # requested circuit not available
    47: _R.CONGESTION,  # resource unavailable
    50: _R.TRUNK_FAILURE,  # facility not subscribed
    55: _R.UNREACHABLE,  # incoming calls barred within CUG
    57: _R.TRUNK_FAILURE,  # bearer capability not authorised
    58: _R.TRUNK_FAILURE,  # bearer capability not available
    65: _R.TRUNK_FAILURE,  # bearer capability not implemented
    79: _R.TRUNK_FAILURE,  # service not implemented
    88: _R.TRUNK_FAILURE,  # incompatible destination
    102: _R.CONGESTION,  # recovery on timer expiry
}

SIP_RESULTS: Mapping[int, CallResult] = {
    300: _R.INVALID_NUMBER,  # we do not follow redirections: toll fraud
    301: _R.INVALID_NUMBER,
    302: _R.INVALID_NUMBER,
    305: _R.TRUNK_FAILURE,
    380: _R.UNREACHABLE,
    400: _R.TRUNK_FAILURE,
    401: _R.TRUNK_FAILURE,  # our credentials
    402: _R.TRUNK_FAILURE,
    403: _R.TRUNK_FAILURE,  # our account, caller ID or destination is not allowed
    404: _R.INVALID_NUMBER,
    405: _R.TRUNK_FAILURE,
    406: _R.TRUNK_FAILURE,
    407: _R.TRUNK_FAILURE,
    408: _R.NO_ANSWER,
    410: _R.INVALID_NUMBER,  # gone
    413: _R.TRUNK_FAILURE,
    414: _R.TRUNK_FAILURE,
    415: _R.TRUNK_FAILURE,
    416: _R.INVALID_NUMBER,
    420: _R.TRUNK_FAILURE,
    421: _R.TRUNK_FAILURE,
    422: _R.TRUNK_FAILURE,
    423: _R.TRUNK_FAILURE,
    433: _R.DECLINED,  # anonymity disallowed (RFC 5079)
    480: _R.UNREACHABLE,
    481: _R.SYSTEM_ERROR,
    482: _R.TRUNK_FAILURE,
    483: _R.TRUNK_FAILURE,
    484: _R.INVALID_NUMBER,
    485: _R.INVALID_NUMBER,
    486: _R.BUSY,
    487: _R.NO_ANSWER,
    488: _R.TRUNK_FAILURE,
    491: _R.SYSTEM_ERROR,
    493: _R.TRUNK_FAILURE,
    500: _R.CONGESTION,
    501: _R.TRUNK_FAILURE,
    502: _R.CONGESTION,
    503: _R.CONGESTION,
    504: _R.CONGESTION,
    505: _R.TRUNK_FAILURE,
    513: _R.TRUNK_FAILURE,
    580: _R.TRUNK_FAILURE,
    600: _R.BUSY,
    603: _R.DECLINED,
    604: _R.INVALID_NUMBER,
    606: _R.TRUNK_FAILURE,
    607: _R.DECLINED,  # unwanted (RFC 8197)
    608: _R.DECLINED,  # rejected by an intermediary (RFC 8688)
}

#: A code that the table lacks counts as its class (RFC 3261 8.1.3.2).
CLASS_RESULTS: Mapping[int, CallResult] = {
    3: _R.INVALID_NUMBER,
    4: _R.TRUNK_FAILURE,
    5: _R.CONGESTION,
    6: _R.DECLINED,
}

#: Results of ends that did not come from the network.
ENDED_BY_RESULTS: Mapping[ClearedBy, CallResult] = {
    ClearedBy.US: _R.CANCELLED,
    ClearedBy.TIMEOUT: _R.NO_ANSWER,
    ClearedBy.TRANSPORT: _R.TRUNK_FAILURE,
    ClearedBy.REFUSED: _R.SYSTEM_ERROR,
    ClearedBy.ENGINE: _R.SYSTEM_LOST,
    ClearedBy.UNATTENDED: _R.SYSTEM_LOST,
    ClearedBy.MEDIA: _R.SYSTEM_ERROR,
}

#: Codes that mean a fault of the trunk: another trunk is tried if the contact has not been alerted.
FAILOVER_CODES = frozenset({408, 500, 501, 502, 503, 504, 505, 513, 580})

#: Causes of a switch without a route to the number: another trunk may have one.
NO_ROUTE = frozenset({2, 3})
#: Results of causes that concern the trunk and not the contact.
TRUNKS_OWN = frozenset({CallResult.CONGESTION, CallResult.TRUNK_FAILURE})

#: Causes (ITU-T Q.850) by which a switch reports a lost line, as opposed to a hang-up:
#: destination out of order, network out of order, temporary failure, channel not available (RTP time-out of Asterisk).
LINE_FAULTS = frozenset({27, 38, 41, 44})


#: Ends after which it is unknown whether the contact's phone rang.
UNKNOWN_ENDS = frozenset({ClearedBy.ENGINE, ClearedBy.UNATTENDED})


def call_result(cleared: LegCleared, overrides: Mapping[str, str]) -> CallResult:
    """The result of a contact's leg that was cleared without an answer.

    `overrides` maps "486" or "q850:17" to the name of a call result (the trunk's cause table).
    """
    by_us = ENDED_BY_RESULTS.get(cleared.by)
    if by_us is not None:
        return by_us
    if cleared.q850 is not None:
        override = overrides.get(f"q850:{cleared.q850}")
        if override is not None:
            return CallResult(override)
    override = overrides.get(str(cleared.code))
    if override is not None:
        return CallResult(override)
    if cleared.q850 is not None and cleared.q850 in Q850_RESULTS:
        return Q850_RESULTS[cleared.q850]
    found = SIP_RESULTS.get(cleared.code)
    if found is not None:
        return found
    return CLASS_RESULTS.get(cleared.code // 100, CallResult.SYSTEM_ERROR)


def may_fail_over(cleared: LegCleared, *, stalled: bool = False) -> bool:
    """Whether another trunk may be tried: after silence, after the trunk's own refusal before any 18x, or after 100 and
    no more (`stalled`). A refusal with a cause that concerns the contact is final."""
    if cleared.alerted or cleared.answered or cleared.exhausted or cleared.by in UNKNOWN_ENDS:
        return False
    if cleared.by is ClearedBy.TRANSPORT or not cleared.heard or stalled:
        return True
    if cleared.by is not ClearedBy.PEER or cleared.code not in FAILOVER_CODES:
        return False
    return not is_contacts_own(cleared.q850)


def is_contacts_own(q850: int | None) -> bool:
    """Whether a cause of the telephone network concerns the contact, so that another trunk would not help."""
    result = Q850_RESULTS.get(q850) if q850 is not None else None
    return result is not None and result not in TRUNKS_OWN and q850 not in NO_ROUTE
