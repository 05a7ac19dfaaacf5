"""How the threads of one of our processes share Python's interpreter."""

from __future__ import annotations

import sys

#: The longest wait of a thread for the interpreter. Python's own 5 ms suit programs that compute: here a thread that
#: handles SIP or a commit would delay another with an event to pass on, and at 50 new calls a second half of all events
#: would take longer than 5 ms. The price is a few per cent of processor time.
SWITCH_S = 0.0005


def share_interpreter() -> None:
    """Called once by each program, before its threads begin."""
    sys.setswitchinterval(SWITCH_S)
