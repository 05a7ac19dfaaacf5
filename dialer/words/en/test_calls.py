"""How a test call ended."""

from __future__ import annotations

_END = "{end, select, number {the number} other {the phone}}"

SENTENCES = {
    "test_call_ended": "ended on request",
    "test_call_no_trunk": "no trunk can take the call ({count, plural, =0 {none is configured} other {{trunks}}})",
    "test_call_phone_hung_up": "the phone hung up",
    "test_call_not_called": f"{_END} could not be called: {{problem}}",
    "test_call_unanswered": f"{_END} was not answered",
    "test_call_unanswered.saying": f"{_END} was not answered ({{said}})",
}
