"""The machine's clocks."""

from __future__ import annotations

import time

from dialer.ports import Moment


class SystemClock:
    """CLOCK_MONOTONIC, which all processes of a machine share, and the wall clock in UTC."""

    def now(self) -> Moment:
        return Moment(time.monotonic(), time.time())
