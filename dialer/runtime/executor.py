"""The executor: does what steps decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import structlog

from dialer.ports import Feed, Ledger, Telephony
from dialer.runtime.timers import Timers
from dialer.vocabulary import events
from dialer.vocabulary.errors import EngineUnavailable, NotFound, StoreRejected, StoreUnavailable
from dialer.vocabulary.ids import AgentName, CampaignName
from dialer.vocabulary.outputs import (
    Audience,
    AudienceAgent,
    AudienceCampaign,
    AudienceSupervisors,
    CancelTimer,
    ClaimRecords,
    Output,
    Publish,
    RecallHabits,
    StartTimer,
    Tell,
)

log = structlog.get_logger(__name__)


class Executor:
    """Carries out outputs. A read model is published without a body: the feed renders it when it leaves."""

    def __init__(
        self,
        telephony: Telephony,
        ledger: Ledger,
        feed: Feed,
        timers: Timers,
        post: Callable[[events.Event], None],
    ) -> None:
        self._telephony = telephony
        self._ledger = ledger
        self._feed = feed
        self._timers = timers
        self._post = post
        self._questions: set[asyncio.Task[None]] = set()

    def run(self, output: Output) -> None:
        match output:
            case Tell():
                self._tell(output)
            case StartTimer():
                self._timers.start(output.key, output.after_s)
            case CancelTimer():
                self._timers.cancel(output.key)
            case ClaimRecords():
                self._ask_store(self._claim(output), f"claim {output.campaign}")
            case RecallHabits():
                self._ask_store(self._recall(output), f"habits {output.campaign}")
            case Publish():
                self._feed.publish(audience_name(output.audience), output.topic, output.key, output.facts)

    def _tell(self, output: Tell) -> None:
        try:
            self._telephony.send(output.engine, output.command)
        except (EngineUnavailable, NotFound) as error:
            # The leg is settled when the engine is back and its snapshot lacks it; that of an engine which is not
            # configured any more, at the node's start.
            log.warning("command_lost", engine=output.engine, command=type(output.command).__name__, error=str(error))

    def _ask_store(self, question: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(question, name=name)
        self._questions.add(task)
        task.add_done_callback(self._questions.discard)

    async def _claim(self, request: ClaimRecords) -> None:
        try:
            self._post(await self._ledger.claim(request))
        except (StoreUnavailable, StoreRejected) as error:
            self._post(events.ClaimFailed(request.campaign, str(error)))

    async def _recall(self, request: RecallHabits) -> None:
        try:
            known = await self._ledger.habits(request)
        except (StoreUnavailable, StoreRejected) as error:
            self._post(events.RecallFailed(request.campaign, str(error)))
            return
        if known:
            self._post(events.HabitsRecalled(request.campaign, tuple(known)))

    async def stop(self) -> None:
        for task in list(self._questions):
            task.cancel()
        await asyncio.gather(*self._questions, return_exceptions=True)


def audience_name(audience: Audience) -> str:
    """The name of an audience at the feed."""
    if isinstance(audience, AudienceAgent):
        return f"agent:{audience.name}"
    if isinstance(audience, AudienceCampaign):
        return f"campaign:{audience.name}"
    return "supervisors"


def audience_of(name: str) -> Audience:
    """The audience that `audience_name` wrote."""
    kind, _, rest = name.partition(":")
    if kind == "agent":
        return AudienceAgent(AgentName(rest))
    return AudienceCampaign(CampaignName(rest)) if kind == "campaign" else AudienceSupervisors()
