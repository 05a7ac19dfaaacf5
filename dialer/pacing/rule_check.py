"""A rule by its name, looked at before anybody is dialed: one that makes no sense would still give figures."""

from __future__ import annotations

from math import isfinite

from dialer.pacing.rules import Shift, UnknownRule, pacer, vicidial_numbers
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.printable import printable
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.rules import NoSetting, SettingOutOfRange

#: Rules that take no setting after a colon.
PLAIN = frozenset({"progressive", "renewal", "erlang"})
#: Lines for each agent: with less than one an agent may wait for ever, and no list and no trunk bears more.
LEAST_LINES, MOST_LINES = 1.0, 100.0
#: VICIdial's difference, as a part of the team, up or down.
MOST_DIFFERENCE = 1.0
#: Bounds of VICIdial's settings that are numbers.
BOUNDS = {"most": (LEAST_LINES, MOST_LINES), "difference": (-MOST_DIFFERENCE, MOST_DIFFERENCE)}


class _Nobody:
    """A Foresight before anything happens."""

    def answers_at(self, _: AttemptId) -> float | None:
        return None

    def free_at(self, _: str) -> float | None:
        return None


def problem_of(rule: str) -> Reason | None:
    """What is wrong with a rule and where in it, with the remedy, or None."""
    name, colon, rest = rule.partition(":")
    if colon and name in PLAIN:
        return NoSetting(name, printable(rest))
    try:
        pacer(rule, Shift(agents=1), _Nobody())
    except UnknownRule as error:
        return error.reason
    if name == "ratio":
        return _outside("lines", float(rest), LEAST_LINES, MOST_LINES)
    numbers = vicidial_numbers(rest.split(",")[1:]) if name == "vicidial" else {}
    found = (_outside(key, value, *BOUNDS[key]) for key, value in numbers.items())
    return next((each for each in found if each is not None), None)


def _outside(setting: str, value: float, least: float, most: float) -> Reason | None:
    if isfinite(value) and least <= value <= most:
        return None
    return SettingOutOfRange(setting, value, least, most)
