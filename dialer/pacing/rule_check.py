"""A rule by its name, looked at before anybody is dialled: one that makes no sense would still give figures."""

from __future__ import annotations

from math import isfinite

from dialer.pacing.baselines.vicidial import Method
from dialer.pacing.rules import Knowledge, Shift, UnknownRule, pacer
from dialer.vocabulary.ids import AttemptId

#: Rules that take no setting after a colon.
PLAIN = frozenset({"progressive", "renewal", "erlang"})
#: Lines for each agent: with less than one an agent may wait for ever, and no list and no trunk bears more.
LEAST_LINES, MOST_LINES = 1.0, 100.0
#: VICIdial's difference, as a part of the team, up or down.
MOST_DIFFERENCE = 1.0
#: VICIdial's settings that are numbers, with an example of each.
NUMBERS = {"most": "3", "difference": "0.1"}


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
    unread = _unread(name, rest)
    if unread is not None:
        return str(UnknownRule(rule, unread))
    try:
        pacer(rule, Shift(agents=1), _Nobody())
    except UnknownRule as error:
        return str(error)
    if name == "ratio":
        return _outside("lines", float(rest), LEAST_LINES, MOST_LINES)
    if name == "vicidial":
        most = _outside("most", float(_value(rest, "most") or 3), LEAST_LINES, MOST_LINES)
        difference = float(_value(rest, "difference") or 0)
        return most or _outside("difference", difference, -MOST_DIFFERENCE, MOST_DIFFERENCE)
    return None


def _unread(name: str, rest: str) -> str | None:
    """What of the settings after the colon cannot be read, in our words: the parsers' own are Python's."""
    if name == "ratio" and not _is_number(rest):
        return f"{rest!r} is no number of lines; write ratio:2"
    if name == "oracle" and rest not in tuple(Knowledge):
        return f"{rest!r} is nothing that an oracle knows; write oracle:answers or oracle:both"
    if name == "vicidial":
        method = rest.partition(",")[0]
        if method not in tuple(Method):
            return f"{method!r} is no method; write {', '.join(f'vicidial:{each}' for each in Method)}"
        for key, usual in NUMBERS.items():
            value = _value(rest, key)
            if value is not None and not _is_number(value):
                return f"{key} {value!r} is no number; write {key}={usual}"
    return None


def _value(settings: str, key: str) -> str | None:
    """The last value of a key in `tapered,most=3,difference=0`, or None."""
    found = (each.partition("=") for each in settings.split(",")[1:])
    return next((value for name, _, value in reversed(list(found)) if name == key), None)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _outside(what: str, value: float, least: float, most: float) -> str | None:
    if isfinite(value) and least <= value <= most:
        return None
    return f"{what} {value:g} is out of range; write {least:g} to {most:g}"
