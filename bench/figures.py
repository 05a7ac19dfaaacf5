"""Small arithmetic of the comparisons, and their progress output."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence

from dialer.vocabulary.errors import CornettaError


class Unmeasurable(CornettaError):
    """A comparison could not be made, as the situation to be measured did not arise."""

    code = "unmeasurable"


def tell(line: str) -> None:
    """One line of progress."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def quantile(values: Iterable[float], part: float) -> float:
    """The value below which `part` (0..1) of all lie, by the nearest rank. Raises Unmeasurable without values."""
    ordered = sorted(values)
    if not ordered:
        raise Unmeasurable("nothing was measured")
    return ordered[min(len(ordered) - 1, max(0, -int(-part * len(ordered) // 1) - 1))]


def median(values: Sequence[float], digits: int = 3) -> float:
    return round(statistics.median(values), digits)


def whole(least: int, most: int) -> Callable[[str], int]:
    """An argparse type: a whole number within these bounds."""

    def parse(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number} is not between {least} and {most}")
        return number

    parse.__name__ = "whole number"
    return parse


def between(least: float, most: float) -> Callable[[str], float]:
    """An argparse type: a number within these bounds."""

    def parse(text: str) -> float:
        number = float(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number:g} is not between {least:g} and {most:g}")
        return number

    parse.__name__ = "number"
    return parse


def percent(text: str) -> float:
    """An argparse type: a percentage, `25` or `25%`."""
    number = float(text.removesuffix("%"))
    if not 0 < number <= 100:
        raise argparse.ArgumentTypeError(f"{text} is no percentage above 0, at most 100")
    return number
