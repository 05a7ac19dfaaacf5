"""The abilities of engines, so that a node never sends a command that an older engine does not know.

An engine names its abilities in EngineReady. An engine older than abilities names none: it has those of FIRST.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dialer.vocabulary.telephony.commands import Ability, Command, StartAnalysis, StopAnalysis

__all__ = [
    "FIRST",
    "abilities_of",
    "ability_for",
]


#: The abilities of an engine that names none.
FIRST: Final = frozenset({Ability.CALLS, Ability.BRIDGES, Ability.PLAYING, Ability.ANALYSIS})


def ability_for(command: Command) -> Ability:
    """The ability that an engine needs to carry out a command."""
    if isinstance(command, StartAnalysis | StopAnalysis) and command.tap:
        return Ability.SEVERAL_TAPS
    return command.needs


def abilities_of(names: Iterable[str]) -> frozenset[Ability]:
    """The abilities that the codes of an EngineReady name. Codes of a newer engine are passed over."""
    named = frozenset(names)
    return frozenset(each for each in Ability if each in named) if named else FIRST
