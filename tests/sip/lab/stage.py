"""A stage for scripts: plays one to its end without an engine and without waiting."""

from __future__ import annotations

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import (
    Answer,
    Command,
    Event,
    File,
    HangUp,
    LegAnswered,
    Play,
    PlayFinished,
    Reject,
)
from sip.lab.scripts import Performance, Script, Step
from sip.lab.synthesis import Sounds

LEG = LegId("lab-L1")
SOUNDS = Sounds("/sounds")


class Played:
    """The commands of a script: (second, command) in order. Answers are acknowledged, clips end at once."""

    def __init__(self, script: Script, leg: LegId = LEG) -> None:
        self.done: list[tuple[float, Command]] = []
        self.now = 0.0
        self._leg = leg
        self._performance = Performance(script)
        self._take(self._performance.begin())

    @property
    def commands(self) -> list[Command]:
        return [command for _, command in self.done]

    @property
    def names(self) -> list[str]:
        return [type(command).__name__ for command in self.commands]

    def at(self, kind: type[Command]) -> float:
        """When the first command of this kind was given, in seconds."""
        return next(second for second, command in self.done if isinstance(command, kind))

    def _take(self, step: Step) -> None:
        while True:
            event: Event | None = None
            for command in step.commands:
                self.done.append((self.now, command))
                event = self._effect(command) or event
            if event is not None:
                step = self._performance.event(event)
            elif step.wake_after_s is not None and self.now < 3600:
                self.now += step.wake_after_s
                step = self._performance.elapsed(step.ticket)
            else:
                return

    def _effect(self, command: Command) -> Event | None:
        match command:
            case Answer():
                return LegAnswered(self._leg, self.now)
            case Play(source=File(), loop=False, key=key):
                return PlayFinished(self._leg, key, self.now)
            case HangUp() | Reject():
                self._performance.close()
        return None
