"""The executor: does what steps decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

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
        self._claims: set[asyncio.Task[None]] = set()

    def run(self, output: Output) -> None:
        match output:
            case Tell():
                self._tell(output)
            case StartTimer():
                self._timers.start(output.key, output.after_s)
            case CancelTimer():
                self._timers.cancel(output.key)
            case ClaimRecords():
                task = asyncio.create_task(self._claim(output), name=f"claim {output.campaign}")
                self._claims.add(task)
                task.add_done_callback(self._claims.discard)
            case Publish():
                self._feed.publish(audience_name(output.audience), output.topic, output.key, output.facts)

    def _tell(self, output: Tell) -> None:
        try:
            self._telephony.send(output.engine, output.command)
        except (EngineUnavailable, NotFound) as error:
            # The leg is settled when the engine is back and its snapshot lacks it; that of an engine which is not
            # configured any more, at the node's start.
            log.warning("command_lost", engine=output.engine, command=type(output.command).__name__, error=str(error))

    async def _claim(self, request: ClaimRecords) -> None:
        try:
            self._post(await self._ledger.claim(request))
        except (StoreUnavailable, StoreRejected) as error:
            self._post(events.ClaimFailed(request.campaign, str(error)))

    async def stop(self) -> None:
        for task in list(self._claims):
            task.cancel()
        await asyncio.gather(*self._claims, return_exceptions=True)


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
