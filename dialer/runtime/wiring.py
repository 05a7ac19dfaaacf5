"""The runtime of one world: inbox, writer, executor and timers, wired to each other, for the node and for tests of its
parts."""

from __future__ import annotations

from dialer.ports import Clock, Feed, Ledger, Telephony
from dialer.runtime.executor import Executor, Questions
from dialer.runtime.inbox import Inbox
from dialer.runtime.timers import Timers
from dialer.runtime.turn import Turn, Validate
from dialer.runtime.writer import Writer
from dialer.vocabulary import events
from dialer.world.world import World


class Runtime:
    """Messages for `world` go into `inbox`. `validate` looks at the world after each of them; None in production."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        telephony: Telephony,
        ledger: Ledger,
        feed: Feed,
        validate: Validate | None = None,
    ) -> None:
        self.timers = Timers(lambda key: self.post(events.TimerFired(key)))
        self._questions = Questions()
        self.executor = Executor(telephony, ledger, feed, self.timers, self.post, self._questions.ask)
        self.writer = Writer(ledger, clock, self.executor.run, self.post)
        self.inbox = Inbox(Turn(world, validate), clock, self.executor.run, self.writer)

    def post(self, event: events.Event) -> None:
        """A fact, into the inbox."""
        self.inbox.post(event)

    def start(self) -> None:
        self.writer.start()
        self.inbox.start()

    async def stop(self, patience_s: float) -> bool:
        """Take no more messages and write the queued steps, for at most `patience_s`; False if they could not be
        written."""
        await self.inbox.stop()
        written = await self.writer.stop(patience_s)
        await self._questions.stop()
        self.timers.close()
        return written
