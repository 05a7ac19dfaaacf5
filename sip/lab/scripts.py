"""Scripts of the lab's legs: a script is a generator of commands and waits; a performance runs it, without I/O.

A script yields commands, which are carried out at once, `Pause` and `Expect`. After a `Pause` it is resumed with
None; after an `Expect` with the event, or with None when `at_most_s` passed first. The end of a script does not end its
leg.
"""

from __future__ import annotations

from collections.abc import Generator

from msgspec import Struct

from dialer.vocabulary.telephony import Command, Event


class Pause(Struct, frozen=True):
    """Do nothing for a while."""

    seconds: float


class Expect(Struct, frozen=True):
    """Wait for an event of this kind for the script's leg; None waits as long as the leg lives."""

    kind: type[Event]
    at_most_s: float | None = None


Script = Generator[Command | Pause | Expect, Event | None, None]


class Step(Struct, frozen=True):
    """The result of one advance: commands to send now, and when to call `elapsed(ticket)`, if ever."""

    commands: tuple[Command, ...] = ()
    wake_after_s: float | None = None
    ticket: int = 0


NOTHING = Step()


class Performance:
    """One script at work. Timers that belong to an earlier wait are recognised by their ticket and ignored."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._expected: type[Event] | None = None
        self._ticket = 0
        self.ended = False

    def begin(self) -> Step:
        return self._advance(None)

    def event(self, event: Event) -> Step:
        """Hand over an event of the leg; ignored unless the script waits for its kind."""
        if self.ended or self._expected is None or not isinstance(event, self._expected):
            return NOTHING
        return self._advance(event)

    def elapsed(self, ticket: int) -> Step:
        """The time of the wait with this ticket has passed."""
        if self.ended or ticket != self._ticket:
            return NOTHING
        return self._advance(None)

    def close(self) -> None:
        """The leg is gone: end the script."""
        self.ended = True
        self._script.close()

    def _advance(self, told: Event | None) -> Step:
        self._ticket += 1
        self._expected = None
        commands: list[Command] = []
        while True:
            try:
                wish = self._script.send(told)
            except StopIteration:
                self.ended = True
                return Step(tuple(commands))
            told = None
            if isinstance(wish, Pause):
                return Step(tuple(commands), wish.seconds, self._ticket)
            if isinstance(wish, Expect):
                self._expected = wish.kind
                return Step(tuple(commands), wish.at_most_s, self._ticket)
            commands.append(wish)
