"""How the threads of one of our processes share Python's interpreter."""

from __future__ import annotations

import sys

#: A thread that wants the interpreter gets it after this long at the latest. Python's own 5 ms are for programs that
#: compute: here a thread that handles SIP or a commit would keep back another that has an event to pass on, and at 50
#: new calls a second half of all events would take longer than that. The price is a few per cent of processor time.
SWITCH_S = 0.0005


def share_interpreter() -> None:
    """Called once by each program, before its threads begin."""
    sys.setswitchinterval(SWITCH_S)
