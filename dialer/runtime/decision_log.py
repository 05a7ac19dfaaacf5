"""Pacing in the log: each decision at debug level, changes of the basis at higher ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from msgspec import structs

from dialer.campaigns.campaign import Campaign
from dialer.pacing.governor import Basis, Governor, PastDecision
from dialer.views.pacing_sentence import basis_reason
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.reasons.reason import Reason
from dialer.world.world import World

log = structlog.get_logger(__name__)

#: Levels of a change of the basis. A failure stays until the campaign is started anew.
_WRITERS = {Basis.FAILURE: "error", Basis.LAG: "warning"}


class _Written:
    """The lines written for a governor. A campaign that is started after a failure has a new one."""

    def __init__(self, governor: Governor) -> None:
        self.governor = governor
        self.made = 0
        self.basis: Basis | None = None


class DecisionLog:
    """Writes the decisions since its last call. `each`: every decision, at debug level; without it only a campaign's
    change to another basis (`pacing_basis_changed`). `say` puts a reason in words."""

    def __init__(self, world: Callable[[], World], say: Callable[[Reason], str], *, each: bool) -> None:
        self._world = world
        self._say = say
        self._each = each
        self._written: dict[CampaignName, _Written] = {}

    def write(self) -> None:
        """One line for each change and each new decision; decisions that have left the ring meanwhile are lost."""
        world = self._world()
        for name, governor in world.pacers.items():
            written = self._written.get(name)
            if written is None or written.governor is not governor:
                written = self._written[name] = _Written(governor)
            if governor.made == written.made:
                continue
            new, written.made = governor.made - written.made, governor.made
            campaign = world.campaigns.get(name)
            if campaign is not None and governor.last is not None and governor.last.basis is not written.basis:
                written.basis = governor.last.basis
                self._changed(world, campaign, governor.last)
            if self._each:
                self._decided(name, list(governor.decisions)[-new:])

    def _changed(self, world: World, campaign: Campaign, decision: PastDecision) -> None:
        write = getattr(log, _WRITERS.get(decision.basis, "info"))
        write(
            "pacing_basis_changed",
            campaign=campaign.name,
            mode=campaign.mode,
            basis=decision.basis,
            why=self._say(basis_reason(world, campaign, decision.basis)),
            decided=self._words(decision),
        )

    def _decided(self, campaign: CampaignName, decisions: Iterable[PastDecision]) -> None:
        for decision in decisions:
            told = {**structs.asdict(decision), "reason": self._words(decision)}
            log.debug("pacing_decision", campaign=campaign, **told)

    def _words(self, decision: PastDecision) -> str:
        return "" if decision.reason.reason is None else self._say(decision.reason.reason)
