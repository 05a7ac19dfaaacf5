"""How one of our processes uses Python's interpreter: its threads, and its collector of garbage."""

from __future__ import annotations

import gc
import sys

#: A thread that wants the interpreter gets it after this long at the latest. Python's own 5 ms are for programs that
#: compute: here a thread that handles SIP or a commit would keep back another that has an event to pass on, and at 50
#: new calls a second half of all events would take longer than that. The price is a few per cent of processor time.
SWITCH_S = 0.0005


def share_interpreter() -> None:
    """Called once by each program, before its threads begin."""
    sys.setswitchinterval(SWITCH_S)


def settle_modules() -> None:
    """What is imported stays for the life of the process: the collector need not walk it over and over, which took one
    part in twelve of a simulated shift. Called once, after the imports."""
    gc.collect()
    gc.freeze()
