"""The last error of a trunk."""

from __future__ import annotations

_PAUSE = "{said}, retry after {pause_s} s"

SENTENCES = {
    "trunk_refuses": "{said}",
    "trunk_refuses.again": "{said}, {times} times in a row",
    "trunk_refuses.registration": "registration refused: {said}",
    "trunk_pauses": _PAUSE,
    "trunk_pauses.less": f"{_PAUSE} (it asked for {{asked_s}} s)",
    "trunk_unreachable": "{sip_code, plural, =0 {} other {{sip_code} }}no connection",
    "trunk_unreachable.saying": "{said}",
    "trunk_unreachable.account": "{problem}",
    "trunk_silent": "nothing heard {waited_s} s after an INVITE",
    "trunk_silent.probe": "no answer to OPTIONS in {deadline_s} s",
    "trunk_stalls": "100 Trying and nothing more within {waited_s} s of an INVITE",
    "trunk_mute": "answered a call, but with no audio that we take",
    "trunk_mute.saying": "answered a call, but with no audio that we take: {said}",
    "trunk_phone_call": "{about}, for a call to an agent''s phone",
}
