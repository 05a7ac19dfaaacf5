"""What an engine can do, so that a node never sends a command that an older engine does not know.

An engine names its abilities in EngineReady. One of before abilities names none: it has those of FIRST.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final

from dialer.vocabulary.telephony import commands


class Ability(enum.StrEnum):
    """The codes go over the wire: never rename one."""

    CALLS = "calls"
    BRIDGES = "bridges"
    PLAYING = "playing"
    ANALYSIS = "analysis"
    SEVERAL_TAPS = "several_taps"
    STEREO_RECORDING = "stereo_recording"


#: What every engine can do that names no abilities.
FIRST: Final = frozenset({Ability.CALLS, Ability.BRIDGES, Ability.PLAYING, Ability.ANALYSIS})

#: In words that follow "cannot".
IN_WORDS: Final[Mapping[Ability, str]] = {
    Ability.CALLS: "place calls",
    Ability.BRIDGES: "join legs",
    Ability.PLAYING: "play sounds",
    Ability.ANALYSIS: "analyse the audio of a leg",
    Ability.SEVERAL_TAPS: "analyse the audio of a leg in several ways at once",
    Ability.STEREO_RECORDING: "record both sides of a leg",
}

_OF_COMMAND: Final[Mapping[type[commands.Command], Ability]] = {
    commands.Configure: Ability.CALLS,
    commands.Dial: Ability.CALLS,
    commands.Alert: Ability.CALLS,
    commands.Answer: Ability.CALLS,
    commands.Reject: Ability.CALLS,
    commands.HangUp: Ability.CALLS,
    commands.Join: Ability.BRIDGES,
    commands.Leave: Ability.BRIDGES,
    commands.SendDigits: Ability.CALLS,
    commands.Play: Ability.PLAYING,
    commands.StopPlay: Ability.PLAYING,
    commands.StartRecording: Ability.STEREO_RECORDING,
    commands.PauseRecording: Ability.STEREO_RECORDING,
    commands.ResumeRecording: Ability.STEREO_RECORDING,
    commands.StopRecording: Ability.STEREO_RECORDING,
    commands.StartAnalysis: Ability.ANALYSIS,
    commands.StopAnalysis: Ability.ANALYSIS,
    commands.Refer: Ability.CALLS,
    commands.HoldPeer: Ability.CALLS,
    commands.ResumePeer: Ability.CALLS,
    commands.Probe: Ability.CALLS,
    commands.Snapshot: Ability.CALLS,
    commands.Drain: Ability.CALLS,
}


def ability_for(command: commands.Command) -> Ability:
    """The ability that an engine needs to carry out a command."""
    if isinstance(command, commands.StartAnalysis | commands.StopAnalysis) and command.tap:
        return Ability.SEVERAL_TAPS
    return _OF_COMMAND[type(command)]


def abilities_of(names: Iterable[str]) -> frozenset[Ability]:
    """The abilities that the codes of an EngineReady name. Codes of a newer engine are passed over."""
    named = frozenset(names)
    return frozenset(each for each in Ability if each in named) if named else FIRST
