"""An engine of the lab, a bench or a test ends with who started it, however that ends: it holds the reading end of a
pipe whose writing end goes with its parent. A signal of the kernel (PR_SET_PDEATHSIG) would not do: it tells of the
thread that has started the child, and engines are started from threads that come and go.
"""

from __future__ import annotations

import os
import signal
import threading
import time

#: The descriptor by which a started engine finds its lifeline.
DESCRIPTOR = 3
#: An engine whose parent is gone is told to end; after this long it is told to end at once, and after the second it is
#: ended.
GRACE_S = 2.0
LAST_S = 20.0


def end_with_parent(descriptor: int) -> None:
    """Watch the lifeline in a thread of its own."""
    threading.Thread(target=_watch, args=(descriptor,), name="lifeline", daemon=True).start()


def _watch(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1):
            pass  # nothing is ever written: whoever does so means nothing by it
    except OSError:
        return  # no pipe: it was not started by us
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_S)
    os.kill(os.getpid(), signal.SIGKILL)
