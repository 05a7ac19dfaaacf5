"""The lifeline of an engine of the lab, a bench or a test, which ends with the program that started it: the engine
holds the reading end of a pipe whose writing end closes with its parent. The kernel's signal PR_SET_PDEATHSIG would not
do: it is bound to the thread that started the child, and engines are started from short-lived threads.
"""

from __future__ import annotations

import os
import signal
import threading
import time

#: The descriptor of the lifeline in a started engine.
DESCRIPTOR = 3
#: An engine without its parent gets SIGTERM; after the first time a second one, which ends it at once, and after the
#: second time SIGKILL.
GRACE_S = 2.0
LAST_S = 20.0


def end_with_parent(descriptor: int) -> None:
    """Watch the lifeline in a thread of its own."""
    threading.Thread(target=_watch, args=(descriptor,), name="lifeline", daemon=True).start()


def _watch(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1):
            pass  # the parent never writes: other bytes have no meaning
    except OSError:
        return  # no pipe: the engine was started without a lifeline
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_S)
    os.kill(os.getpid(), signal.SIGKILL)
