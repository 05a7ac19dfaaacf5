"""A rule by its name, looked at before anybody is dialed: one that makes no sense would still give figures."""

from __future__ import annotations

from math import isfinite

from msgspec import Struct

from dialer.pacing.baselines.vicidial import Method
from dialer.pacing.rules import Knowledge, Shift, UnknownRule, pacer
from dialer.vocabulary.ids import AttemptId

#: Rules that take no setting after a colon.
PLAIN = frozenset({"progressive", "renewal", "erlang"})
#: Lines for each agent: with less than one an agent may wait for ever, and no list and no trunk bears more.
LEAST_LINES, MOST_LINES = 1.0, 100.0
#: VICIdial's difference, as a part of the team, up or down.
MOST_DIFFERENCE = 1.0
#: VICIdial's settings that are numbers, with an example of each and its bounds; and those that stand alone.
NUMBERS = {"most": ("3", LEAST_LINES, MOST_LINES), "difference": ("0.1", -MOST_DIFFERENCE, MOST_DIFFERENCE)}
SWITCHES = frozenset({"available"})


class _Settings(Struct, frozen=True):
    """What stands behind VICIdial's method: its numbers by name, and what of it cannot be read, in our words."""

    numbers: dict[str, float]
    unread: str | None = None


class _Nobody:
    """A Foresight before anything happens."""

    def answers_at(self, _: AttemptId) -> float | None:
        return None

    def free_at(self, _: str) -> float | None:
        return None


def problem_of(rule: str) -> str | None:
    """What is wrong with a rule and where in it, with the remedy, or None."""
    name, colon, rest = rule.partition(":")
    if colon and name in PLAIN:
        return f"{name} has no setting {rest!r}; write {name}"
    settings = _settings(rest) if name == "vicidial" else _Settings({})
    unread = _unread(name, rest) or settings.unread
    if unread is not None:
        return str(UnknownRule(rule, unread))
    try:
        pacer(rule, Shift(agents=1), _Nobody())
    except UnknownRule as error:
        return str(error)
    if name == "ratio":
        return _outside("lines", float(rest), LEAST_LINES, MOST_LINES)
    found = (_outside(key, value, *NUMBERS[key][1:]) for key, value in settings.numbers.items())
    return next((each for each in found if each is not None), None)


def _unread(name: str, rest: str) -> str | None:
    """What of the words after the colon cannot be read, in our words: the parsers' own are Python's."""
    if name == "ratio" and not _is_number(rest):
        return f"{rest!r} is no number of lines; write ratio:2"
    if name == "oracle" and rest not in tuple(Knowledge):
        return f"{rest!r} is nothing that an oracle knows; write oracle:answers or oracle:both"
    method = rest.partition(",")[0]
    if name == "vicidial" and method not in tuple(Method):
        return f"{method!r} is no method; write {', '.join(f'vicidial:{each}' for each in Method)}"
    return None


def _settings(text: str) -> _Settings:
    """Read `tapered,most=3,difference=0,available`. The last number of a name counts; names that there are none of are
    left to the parser, which refuses them."""
    numbers: dict[str, float] = {}
    for each in text.split(",")[1:]:
        key, valued, value = each.partition("=")
        if key in NUMBERS:
            if not _is_number(value):
                return _Settings(numbers, f"{key} {value!r} is no number; write {key}={NUMBERS[key][0]}")
            numbers[key] = float(value)
        elif key in SWITCHES and valued:
            return _Settings(numbers, f"{each!r} has a value and {key} takes none; write {key}, or leave it out")
    return _Settings(numbers)


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
