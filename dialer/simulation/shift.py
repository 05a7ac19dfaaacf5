"""One shift of a simulated centre, from a plan and a seed to its figures. Equal seeds give equal traces."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from random import Random
from time import perf_counter_ns

from config.model import CampaignSettings
from dialer.pacing import Decision, Observation, Pacer, PacingSnapshot
from dialer.pacing.governor import Basis, Governor
from dialer.pacing.predictive import PredictivePacer
from dialer.pacing.rules import Shift as ShiftOfRule
from dialer.pacing.rules import is_one_to_one, pacer
from dialer.ports import NewRecord
from dialer.simulation.agenda import Agenda
from dialer.simulation.crowd import Crowd
from dialer.simulation.desks import Desks
from dialer.simulation.node import SimulatedNode, run_now
from dialer.simulation.setting import (
    CAMPAIGN,
    LIST,
    TRUNK,
    Plan,
    begins_utc,
    predictive_of,
    settings_of,
    users_of,
    zone_of,
)
from dialer.simulation.tally import AWAY, Tally
from dialer.simulation.watched import WatchedGovernor, considerable
from dialer.store.memory import Tables
from dialer.store.memory.habits import inherit_habits
from dialer.trunks.trunk import TrunkRefusal
from dialer.vocabulary import commands as c
from dialer.vocabulary.ids import AgentName, AttemptId, CampaignName, ListName, TrunkName
from dialer.vocabulary.outputs import ClaimRecords
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.writes import CommitReport, SaveAgent, Write
from dialer.words import say
from dialer.world.world import World

#: Time for the node, its engine and all agents to be ready before the shift begins.
LEAD_S = 2.0
#: After a shift all calls are finished within this time.
DRAIN_S = 3600.0
#: Spare records of an endless list for each agent and hour, and the most in all: more than an agent needs in an hour,
#: as the pacing risks less near the end of a list.
SPARE_PER_AGENT_HOUR, MOST_SPARE = 400, 20_000
#: Numbers of contacts abroad, without the last two digits.
ABROAD = "+120255501"
#: How often a run tells how far it is, in seconds of the shift.
STRIDE_S = 60.0


class TimedPacer:
    """A pacing rule and the time that its decisions take."""

    def __init__(self, rule: Pacer) -> None:
        self._rule = rule
        self.decisions = 0
        self.spent_ns = 0

    def observe(self, observation: Observation) -> None:
        """Observe; the time counts with the decisions, which are made from the observations."""
        begun = perf_counter_ns()
        self._rule.observe(observation)
        self.spent_ns += perf_counter_ns() - begun

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        begun = perf_counter_ns()
        decision = self._rule.decide(now, snapshot)
        self.spent_ns += perf_counter_ns() - begun
        self.decisions += 1
        return decision


class SimulatedShift(SimulatedNode):
    """A node with its people. `run` lets the shift pass; `drain` lets everybody finish and go home. `former` is the
    store of the shift of the day before, whose habits are known."""

    def __init__(self, plan: Plan, seed: int, former: Tables | None = None) -> None:
        plan.check()
        self.plan = plan
        self._pacers: list[TimedPacer] = []
        self._governors: list[WatchedGovernor] = []
        self._numbered = 0
        self._numbers = Random(f"{seed}/numbers")
        #: The time of the last look at ringing calls.
        self._looked_s = 0.0
        #: Hour of the shift at which nothing was left to dial; None before.
        self.ended_at_h: float | None = None
        self._zone = zone_of(plan)
        begun_utc = begins_utc(plan)
        super().__init__(settings_of(plan), users_of(plan), begun_utc, Agenda())
        if former is not None:
            inherit_habits(self.tables, former)
        self.tally = Tally(begun_utc + LEAD_S, plan.length_s)
        self.crowd = Crowd(self.engine, plan.profile.laws, self.rate_at, seed, self._answered)
        self.engine.people = self.crowd
        self.desks = Desks(self, [AgentName(user) for user in self.tables.users], plan.profile.laws, seed)
        run_now(self.store.lists.add_list(ListName(LIST), self._zone, "", begun_utc))
        self._spare = min(MOST_SPARE, ceil(SPARE_PER_AGENT_HOUR * plan.agents * plan.hours))
        self._add_records(plan.records or self._spare)

    @property
    def shift_s(self) -> float:
        """Seconds since the shift began."""
        return self.agenda.now - LEAD_S

    def rate_at(self, at: float, uri: str) -> float:
        """Probability of a live answer at a time of the agenda, for the contact of the URI."""
        profile = self.plan.profile
        pieces = profile.abroad if profile.abroad is not None and ABROAD in uri else profile
        return min(1.0, self.plan.answer_rate * pieces.factor(max(0.0, at - LEAD_S) / 3600))

    def _answered(self) -> None:
        self.tally.answer(self.utc)

    def prepare(self, world: World) -> None:
        """Every start of the node paces by the plan's rule."""
        world.make_pacer = self._make_pacer

    def _make_pacer(self, _: object) -> Governor:
        settings = self.settings.campaigns[0]
        timed = TimedPacer(self.rule(settings))
        self._pacers.append(timed)
        least_agents = settings.predictive.min_agents
        governor = WatchedGovernor(timed, least_agents, timed if is_one_to_one(self.plan.rule) else None, self)
        self._governors.append(governor)
        return governor

    def rule(self, settings: CampaignSettings) -> Pacer:
        """The plan's rule; the shipped one with the campaign's own settings and the ringing times of the contacts."""
        plan = self.plan
        if plan.rule.partition(":")[0] == "predictive":
            return PredictivePacer(predictive_of(plan), settings.ring_timeout_s)
        return pacer(plan.rule, ShiftOfRule(plan.agents, plan.limit, plan.length_s), self)

    # ------------------------------------------------------------------ knowledge of the future, for oracles alone

    def answers_at(self, attempt: AttemptId) -> float | None:
        """When a call that rings will be answered by a person; None: never."""
        placed = self.crowd.placed.get(attempt)
        return placed[0] + placed[1].after_s if placed is not None and placed[1].answers else None

    def free_at(self, agent: str) -> float | None:
        """When an agent in a conversation or in after-call work will be done."""
        name = AgentName(agent)
        if name in self.desks.done_at:
            return self.desks.done_at[name]
        id_ = self.world.agents[name].interaction
        interaction = self.world.interactions.get(id_) if id_ is not None else None
        attempt = interaction.attempt if interaction is not None else None
        talked_at = self.crowd.ends_at.get(attempt.id) if attempt is not None else None
        return None if talked_at is None else talked_at + self.desks.wrap_s.get(name, 0.0)

    # ------------------------------------------------------------------ the node's side

    def committed(self, writes: list[Write], report: CommitReport) -> None:
        self.tally.take(writes)
        # Thousands of contacts share each number of fiction: the abandoned contact was another one.
        self.tables.abandoned.clear()
        for write in writes:
            if isinstance(write, SaveAgent):
                self.desks.agent_changed(write)

    def claim_asked(self, request: ClaimRecords) -> None:
        """Fill up an endless list before a claim."""
        if self.plan.records is None:
            ready = len(self.tables.lists[LIST].queue)
            if ready < request.limit + self._spare // 2:
                self._add_records(request.limit + self._spare)

    def _add_records(self, count: int) -> None:
        """Add contacts with numbers reserved for drama, distinguished by their external id."""
        first = self._numbered
        self._numbered += count
        rows = [
            NewRecord(n, self._number(n), "", f"Contact {n}", self._zone, external_id=str(n))
            for n in range(first, first + count)
        ]
        run_now(self.store.lists.add_records(ListName(LIST), rows, self.utc))

    def _number(self, n: int) -> str:
        """A British number, or one of the United States for the profile's share of contacts."""
        abroad = self.plan.profile.abroad
        if abroad is not None and self._numbers.random() * 100 < abroad.percent:
            return f"{ABROAD}{n % 100:02d}"
        return f"+44207946{n % 1000:04d}"

    @property
    def records_left(self) -> int:
        """Records that wait or are being handled."""
        contacts = self.tables.lists[LIST]
        return len(contacts.queue) + contacts.statuses[RecordStatus.RETRIEVED]

    @property
    def last_retry_h(self) -> float:
        """Hour of the shift at which the last of the records that wait for another attempt is due; 0 if none waits."""
        due_utc = max((at for _, at, _ in self.tables.lists[LIST].queue), default=0.0)
        return max(0.0, (due_utc - self.begun_utc - LEAD_S) / 3600)

    @property
    def decision_us(self) -> float:
        """Mean time of a decision, with all that was observed for it, in microseconds."""
        decisions = sum(each.decisions for each in self._pacers)
        return sum(each.spent_ns for each in self._pacers) / 1000 / decisions if decisions else 0.0

    @property
    def fallback(self) -> str:
        """The reason why agents had one call each instead of the rule's decisions. Empty where the rule decided."""
        for governor in self._governors:
            if governor.failure is not None:
                return f"the rule failed and agents had one call each from then on ({say(governor.failure)})"
        few = considerable(self._governors, Basis.FEW_AGENTS)
        if not few or is_one_to_one(self.plan.rule):
            return ""
        least = self.settings.campaigns[0].predictive.min_agents
        return (
            f"in {few:.0%} of the decisions agents had one call each: fewer were there than "
            f"predictive.min_agents ({least})"
        )

    @property
    def held_back(self) -> str:
        """How the trunk's limits held the dialing back; empty where they had little effect."""
        trunk = self.settings.trunks[0]
        if full := considerable(self._governors, TrunkRefusal.TOO_MANY_LEGS):
            return f"in {full:.0%} of the decisions the trunk was full (max_legs {trunk.max_legs})"
        if slow := considerable(self._governors, TrunkRefusal.TOO_MANY_CALLS):
            rate = f"max_calls_per_s {trunk.max_calls_per_s:g}"
            return f"in {slow:.0%} of the decisions the trunk took no more calls ({rate})"
        return ""

    def at_work(self) -> int:
        """Agents at work who do not leave, whether or not their phones have been answered."""
        return sum(agent.state not in AWAY and not agent.is_leaving for agent in self.world.agents.values())

    def trunk_refuses(self) -> TrunkRefusal | None:
        """Why the trunk takes no call now, or None."""
        return self.world.trunks[TrunkName(TRUNK)].refusal(self.agenda.now)

    # ------------------------------------------------------------------ the shift

    def open(self) -> None:
        """All agents come to work and the campaign starts."""
        self.start()
        self.agenda.run(LEAD_S / 2)
        self.desks.open(self.plan.length_s + LEAD_S / 2)
        self.ask(c.LoadCampaign(CampaignName(CAMPAIGN), "simulation"))
        self.agenda.run(LEAD_S)
        self.ask(c.StartCampaign(CampaignName(CAMPAIGN), "simulation"))

    def run(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Run the whole shift, or until the list is finished: waiting afterwards tells nothing of the rule.
        `progress` gets the share that has passed."""
        self.open()
        # Times of the agenda are compared: rounded differences might never reach the length.
        end = LEAD_S + self.plan.length_s
        while self.agenda.now < end and self.ended_at_h is None:
            self.agenda.run(min(self.agenda.now + STRIDE_S, end))
            self._look()
            progress(self.shift_s / self.plan.length_s)
        self.tally.end(self.shift_s)
        self.tally.close()
        for interaction in self.world.interactions.values():
            attempt = interaction.attempt
            if attempt is not None and attempt.abandoned and not attempt.settled and attempt.answered_at is not None:
                self.tally.abandon(attempt.answered_at)

    def _look(self) -> None:
        """Count the ringing calls for the time since the last look, and note whether the list is finished."""
        stride_s, self._looked_s = self.shift_s - self._looked_s, self.shift_s
        piece = self.tally.piece(self.shift_s - stride_s / 2)
        if piece is not None:
            ringing = sum(1 for line in self.engine.lines.values() if line.is_contact and not line.is_up)
            piece.ringing_s += ringing * stride_s
        if self.plan.records is not None and self.records_left == 0 and self.ended_at_h is None:
            self.ended_at_h = self.shift_s / 3600

    def drain(self) -> None:
        """Stop the campaign, let calls end, and send all agents home."""
        self.ask(c.StopCampaign(CampaignName(CAMPAIGN), "simulation"))
        self.desks.close()
        self.agenda.run(self.agenda.now + DRAIN_S)
