"""How the answer rate moves over a shift, as a factor on its mean."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

HOUR_S = 3600.0
#: (from hour, factor at it, factor at the end of the piece): linear between; the rest of PACE-8h is the sine.
DRIFT = ((0.0, 0.8, 1.2), (3.0, 0.6, 0.6), (4.0, 0.6, 1.0), (5.0, 1.4, 1.4))
SINE_FROM_H = 6.0
SINE_AMPLITUDE = 0.15
SINE_PERIOD_H = 1.0
#: The one step of the `down` and `up` profiles.
STEP_AT_H = 3.0


class Profile(StrEnum):
    """DRIFT is PACE-8h's; the others are variants: constant, and one step at the third hour."""

    DRIFT = "drift"
    FLAT = "flat"
    DOWN = "down"
    UP = "up"


#: The factor after the step.
STEPS = {Profile.DOWN: 0.6, Profile.UP: 1.4}


def factors(profile: Profile, at_s: NDArray[np.floating], stretch: float = 1.0) -> NDArray[np.floating]:
    """The factor at each of the times (seconds of the shift). `stretch` slows the profile down."""
    hour = at_s / HOUR_S / stretch
    if profile is Profile.FLAT:
        return np.ones_like(hour)
    if profile in STEPS:
        return np.asarray(np.where(hour < STEP_AT_H, 1.0, STEPS[profile]), dtype=np.float64)
    factor: NDArray[np.floating] = 1.0 + SINE_AMPLITUDE * np.sin(2 * np.pi * (hour - SINE_FROM_H) / SINE_PERIOD_H)
    ends = [piece[0] for piece in DRIFT[1:]] + [SINE_FROM_H]
    for (start, first, last), end in zip(DRIFT, ends, strict=True):
        inside = (hour >= start) & (hour < end)
        factor[inside] = first + (last - first) * (hour[inside] - start) / (end - start)
    return factor
