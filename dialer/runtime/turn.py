"""A turn of the core, without I/O: a message goes in, a step comes out, and its outputs in their order.

The node (`inbox`, `writer`) and the simulation share it. They differ in how they wait: on a loop and a database, or on
an agenda and a store in memory. The turn decides which outputs leave at once, which after the commit, and which not at
all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from dialer.callflow.call.audio import tell
from dialer.callflow.dispatch import Message, handle
from dialer.core.step import Step
from dialer.ports import Moment
from dialer.vocabulary import events, telephony
from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.ids import AttemptId, EngineId
from dialer.vocabulary.outputs import Output, StartTimer, Tell
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Write
from dialer.world.world import World

#: Checks the world after a message and raises for states that do not go together. For tests: it costs too much in
#: production.
Validate = Callable[[World], None]

#: An attempt older than this is not dialed when its commit succeeds at last: the calling window may be over by then and
#: the agent gone.
DIAL_PATIENCE_S = 5.0


class Asker(Protocol):
    """The receiver of a command's reply, such as an asyncio.Future."""

    def done(self) -> bool: ...

    def set_result(self, reply: object, /) -> None: ...

    def set_exception(self, error: BaseException, /) -> None: ...


class Answer(Struct, frozen=True):
    """The reply to a command, or its error."""

    asker: Asker
    reply: object
    error: Exception | None = None


class Acknowledge(Struct, frozen=True):
    """An engine may forget its events up to `sequence`."""

    engine: EngineId
    sequence: int


class Post(Struct, frozen=True):
    """A fact for the inbox."""

    event: events.Event


Effect = Output | Answer | Acknowledge | Post


@dataclass(slots=True)
class Pending:
    """The part of a step that waits for its commit, with its receivers: the asker of a command, or an engine's journal.
    `decided_at` in monotonic seconds."""

    writes: Sequence[Write]
    outputs: Sequence[Output]
    decided_at: float
    asker: Asker | None = None
    reply: object = None
    acknowledge: tuple[EngineId, int] | None = None

    @property
    def is_empty(self) -> bool:
        return not self.writes and not self.outputs and self.asker is None and self.acknowledge is None


@dataclass(slots=True)
class Taken:
    """The result of a message. `at_once` leaves now, `pending` after its commit. `fault`: a refusal (CornettaError) or
    a defect of its handler."""

    at_once: Sequence[Output]
    pending: Pending
    fault: Exception | None = None


class Turn:
    """Lets the core decide about one message after the other."""

    def __init__(self, world: World, validate: Validate | None = None) -> None:
        self.world = world
        self._validate = validate

    def take(
        self,
        message: Message,
        at: Moment,
        asker: Asker | None = None,
        acknowledge: tuple[EngineId, int] | None = None,
    ) -> Taken:
        """Decide about a message. Exceptions of handlers are never raised here. A failed message leaves no outputs,
        unless an engine waits for its acknowledgement: then the outputs decided so far leave with it, as otherwise the
        engine would repeat the event for ever."""
        step = Step(self.world, at)
        fault: Exception | None = None
        try:
            handle(step, message)
            if self._validate is not None:
                self._validate(self.world)
        except Exception as error:  # noqa: BLE001  # a defect in one call must not stop all others; the caller tells it
            fault = error
            if acknowledge is None:
                return Taken((), Pending((), (), at.monotonic), fault)
            with contextlib.suppress(Exception):  # the first fault is the one to report
                tell(step)
        at_once, after = step.finish()
        return Taken(at_once, Pending(step.writes, after, at.monotonic, asker, step.reply, acknowledge), fault)


def released(
    steps: Sequence[Pending], report: CommitReport, now: float, patience_s: float = DIAL_PATIENCE_S
) -> Iterator[Effect]:
    """The effects that leave once `steps` are durable: outputs, replies and acknowledgements in the order of the steps,
    then facts for the core. An output that is guarded by a refused attempt does not leave, nor one whose attempt was
    decided more than `patience_s` before `now` (monotonic seconds)."""
    refused: dict[AttemptId, events.AttemptRefused] = {}
    for refusal in report.refusals:
        if isinstance(refusal.write, BeginAttempt):
            attempt = refusal.write.attempt
            refused[attempt] = events.AttemptRefused(attempt, refusal.rule, refusal.until)
    facts: list[events.Event] = list(refused.values())
    for step in steps:
        too_late = now - step.decided_at > patience_s
        for output in step.outputs:
            guard = output.guard if isinstance(output, Tell | StartTimer) else None
            if guard is None or not (too_late or guard in refused):
                yield output
            elif guard not in refused:
                facts.extend(_given_up(output, now))
        if step.asker is not None:
            yield Answer(step.asker, step.reply)
        if step.acknowledge is not None:
            yield Acknowledge(*step.acknowledge)
    for fact in facts:
        yield Post(fact)


def rejected(step: Pending, error: CornettaError, now: float) -> Iterator[Effect]:
    """The effects of a step whose writes the store will never take: all but the attempts that it would have begun."""
    facts: list[events.Event] = []
    for output in step.outputs:
        if isinstance(output, Tell | StartTimer) and output.guard is not None:
            facts.extend(_given_up(output, now))
        else:
            yield output
    if step.asker is not None:
        yield Answer(step.asker, None, error)
    if step.acknowledge is not None:
        yield Acknowledge(*step.acknowledge)
    for fact in facts:
        yield Post(fact)


def _given_up(output: Output, now: float) -> Iterator[events.Event]:
    """A Dial that came too late is not sent: its leg ends as one that could not be placed."""
    if isinstance(output, Tell) and isinstance(output.command, telephony.Dial):
        cleared = telephony.LegCleared(
            leg=output.command.leg,
            code=0,
            reason="the database took the attempt too late",
            q850=None,
            by=telephony.ClearedBy.REFUSED,
            at=now,
        )
        yield events.EngineSaid(output.engine, cleared)
