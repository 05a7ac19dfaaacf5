"""A rule by its name, looked at before anybody is dialled: one that makes no sense would still give figures."""

from __future__ import annotations

from math import isfinite

from dialer.pacing.rules import Shift, UnknownRule, pacer
from dialer.vocabulary.ids import AttemptId

#: Rules that take no setting after a colon.
PLAIN = frozenset({"progressive", "renewal", "erlang"})
#: Lines for each agent: with less than one an agent may wait for ever, and no list and no trunk bears more.
LEAST_LINES, MOST_LINES = 1.0, 100.0
#: VICIdial's difference, as a part of the team, up or down.
MOST_DIFFERENCE = 1.0


class _Nobody:
    """A Foresight before anything happens."""

    def answers_at(self, _: AttemptId) -> float | None:
        return None

    def free_at(self, _: str) -> float | None:
        return None


def problem_of(rule: str) -> str | None:
    """What is wrong with a rule, with the remedy, or None."""
    name, colon, rest = rule.partition(":")
    if colon and name in PLAIN:
        return f"{name} has no setting {rest!r}; write {name}"
    try:
        pacer(rule, Shift(agents=1), _Nobody())
    except UnknownRule as error:
        return str(error)
    if name == "ratio":
        return _outside("lines", float(rest), LEAST_LINES, MOST_LINES)
    if name == "vicidial":
        settings = dict(each.split("=") for each in rest.split(",") if "=" in each)
        most = _outside("most", float(settings.get("most", 3)), LEAST_LINES, MOST_LINES)
        difference = float(settings.get("difference", 0))
        return most or _outside("difference", difference, -MOST_DIFFERENCE, MOST_DIFFERENCE)
    return None


def _outside(what: str, value: float, least: float, most: float) -> str | None:
    if isfinite(value) and least <= value <= most:
        return None
    return f"{what} {value:g} is out of range; write {least:g} to {most:g}"
