"""A call centre's floor without a loop, a store or an engine: messages go in, steps come out.

Time stands until a test lets it pass, at which timers fire. Records that a campaign claims come from `records`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import structs

from config.model import Settings
from dialer.agents.agent import Agent
from dialer.callflow.dispatch import Message
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import Leg, LegPurpose
from dialer.interactions.living import encode
from dialer.ports import Moment
from dialer.runtime.turn import Turn
from dialer.trunks.trunk import Trunk
from dialer.vocabulary import commands, events, telephony, writes
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import ClaimedRecord, Waiting
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, LegId, Mint, RecordId, TeamName, TrunkName
from dialer.vocabulary.outputs import CancelTimer, ClaimRecords, Output, Publish, StartTimer, Tell
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.telephony import ClearedBy, LegAlerting, LegAnswered, LegCleared, LegMedia, LegProgress
from dialer.world.joint import validate
from dialer.world.world import World
from tests.event_rows import as_told
from tests.unit.callflow.house import ADA, ENGINE, LONDON, MAIN, NOON, SPRING

C = TypeVar("C")
W = TypeVar("W")


class Floor:
    """Holds a World and the outputs of its steps."""

    def __init__(self, settings: Settings, records: Iterable[ClaimedRecord] = (), run: str = "t") -> None:
        self.world = World(Mint(run), settings)
        self.now = 1000.0
        self.utc = NOON
        self.records = list(records)
        self._all = {each.record: each for each in self.records}
        #: Records that wait for another attempt, with their due times.
        self.later: dict[RecordId, float] = {}
        self.waiting: Waiting | None = None
        self.store_answers = True
        self.timers: dict[str, float] = {}
        self.written: list[writes.Write] = []
        self.told: list[telephony.Command] = []
        self.published: list[Publish] = []
        self.claims: list[ClaimRecords] = []
        self.sent_before_commit: list[telephony.Command] = []
        self._extensions: dict[AgentName, int] = {}
        self.guards: dict[LegId, str | None] = {}

    # ------------------------------------------------------------------ in

    def say(self, event: events.Event) -> None:
        """Post a fact, and fire timers that are then due at once."""
        self._take(event)
        self.settle()

    def ask(self, command: commands.Command) -> object:
        """Give a command; a refusal must have changed nothing."""
        before = picture(self.world)
        try:
            reply = self._take(command)
        except Refused:
            assert picture(self.world) == before, "a refused command changed something"
            raise
        self.settle()
        return reply

    def refusal(self, command: commands.Command) -> str:
        """The code by which a command is refused."""
        try:
            self.ask(command)
        except Refused as refused:
            return refused.code
        raise AssertionError(f"{command} was not refused")

    def engine_says(self, event: telephony.Event, engine: EngineId = ENGINE) -> None:
        self.say(events.EngineSaid(engine, event))

    def pass_time(self, seconds: float) -> None:
        """Let time pass; timers fire in their order, at their time."""
        until = self.now + seconds
        while True:
            due = min(self.timers.items(), key=lambda item: (item[1], item[0]), default=None)
            if due is None or due[1] > until:
                break
            self._advance(max(0.0, due[1] - self.now))
            del self.timers[due[0]]
            self._take(events.TimerFired(due[0]))
        self._advance(until - self.now)

    def settle(self) -> None:
        """Fire the timers that are due now."""
        self.pass_time(0.0)

    def tick(self, seconds: float = 0.5) -> None:
        self.pass_time(seconds)
        self.say(events.Ticked())

    def _advance(self, seconds: float) -> None:
        self.now += seconds
        self.utc += seconds

    def _take(self, message: Message) -> object:
        taken = Turn(self.world, validate).take(message, Moment(self.now, self.utc))
        if taken.fault is not None:
            raise taken.fault
        pending = taken.pending
        self.written.extend(pending.writes)
        for output in taken.at_once:
            self._run(output, committed=False)
        for write in pending.writes:
            self._apply(write)
        for output in pending.outputs:
            self._run(output, committed=True)
        return pending.reply

    # ------------------------------------------------------------------ out

    def _run(self, output: Output, *, committed: bool) -> None:
        match output:
            case Tell(command=command):
                self.told.append(command)
                if not committed:
                    self.sent_before_commit.append(command)
                if isinstance(command, telephony.Dial):
                    self.guards[command.leg] = output.guard
            case StartTimer():
                self.timers[output.key] = self.now + output.after_s
            case CancelTimer():
                self.timers.pop(output.key, None)
            case Publish():
                self.published.append(output)
            case ClaimRecords():
                self.claims.append(output)
                if self.store_answers:
                    self.answer_claim(output)

    def answer_claim(self, request: ClaimRecords) -> None:
        due = [record for record, at in sorted(self.later.items(), key=lambda item: item[1]) if at <= request.now]
        self.records[:0] = [structs.replace(self._all[record], fresh=False) for record in due]
        self.later = {record: at for record, at in self.later.items() if at > request.now}
        open_ = [
            each
            for each in self.records
            if each.zone in request.zones
            and each.record not in request.hidden
            and not (each.fresh and request.ahead_only)
        ]
        taken = open_[: request.limit]
        self.records = [each for each in self.records if each not in taken]
        left = Waiting(
            due=len(self.records),
            retry=len(self.later),
            next_due_at=min(self.later.values(), default=None),
            total=len(self.records) + len(taken),
        )
        zones = tuple(sorted({each.zone for each in (*self.records, *taken)})) or (LONDON,)
        self._take(events.RecordsClaimed(request.campaign, tuple(taken), self.waiting or left, zones))

    def _apply(self, write: writes.Write) -> None:
        """Apply only the writes that claims need: a record that was given back, or is due again, can be claimed
        again."""
        if isinstance(write, writes.UpdateRecord) and write.status is RecordStatus.READY and write.record in self._all:
            self.later[write.record] = self.utc if write.due_at is None else write.due_at
        if isinstance(write, writes.ReleaseRecord) and write.record in self._all:
            self.records.insert(0, structs.replace(self._all[write.record], fresh=not write.to_top))

    def forget_outputs(self) -> None:
        """Forget the outputs so far."""
        self.written.clear()
        self.told.clear()
        self.published.clear()
        self.sent_before_commit.clear()

    def commands(self, kind: type[C]) -> list[C]:
        return [command for command in self.told if isinstance(command, kind)]

    def writes(self, kind: type[W]) -> list[W]:
        return [write for write in self.written if isinstance(write, kind)]

    def history(self) -> list[str]:
        return [line.kind for line in self.writes(writes.AddHistory)]

    def topics(self) -> list[str]:
        return [publish.topic.name for publish in self.published]

    def facts(self, topic: str) -> list[dict[str, Any]]:
        """The bodies of a topic's facts, as desktops get them."""
        return [as_told(each) for each in self.published if each.topic.name == topic and each.body is not None]

    # ------------------------------------------------------------------ look-ups

    def agent(self, name: AgentName = ADA) -> Agent:
        return self.world.agents[name]

    @property
    def campaign(self) -> Campaign:
        return self.world.campaigns[SPRING]

    @property
    def interaction(self) -> Interaction:
        (only,) = self.world.interactions.values()
        return only

    def trunk(self, name: TrunkName = MAIN) -> Trunk:
        return self.world.trunks[name]

    def leg(self, purpose: LegPurpose) -> Leg:
        """The newest leg of this purpose."""
        return [leg for leg in self.world.legs.values() if leg.purpose is purpose][-1]

    @property
    def contact(self) -> Leg:
        return self.leg(LegPurpose.CONTACT)

    @property
    def phone(self) -> Leg:
        return self.leg(LegPurpose.AGENT)

    @property
    def engaged(self) -> Leg:
        return self.leg(LegPurpose.ENGAGED)

    # ------------------------------------------------------------------ events of engines

    def progress(self, leg: Leg, code: int = 183, *, early_media: bool = False) -> None:
        self.engine_says(LegProgress(leg.id, code, early_media, self.now))

    def ring(self, leg: Leg, *, early_media: bool = False) -> None:
        self.engine_says(LegAlerting(leg.id, early_media, self.now))

    def answer(self, leg: Leg) -> None:
        self.engine_says(LegAnswered(leg.id, self.now))

    def hold(self, leg: Leg, *, on: bool) -> None:
        self.engine_says(LegMedia(leg.id, True, False, on, "PCMA", self.now))

    def clear(
        self,
        leg: Leg,
        code: int = 0,
        by: ClearedBy = ClearedBy.PEER,
        *,
        q850: int | None = None,
        heard: bool = True,
        retry_after_s: float | None = None,
    ) -> None:
        self.engine_says(
            LegCleared(
                leg=leg.id,
                code=code,
                reason="",
                q850=q850,
                by=by,
                at=self.now,
                answered=leg.answered_at is not None,
                heard=heard,
                alerted=leg.state in ("alerting", "connected"),
                retry_after_s=retry_after_s,
            )
        )

    # ------------------------------------------------------------------ setup

    def know(self, *names: AgentName, phone: str = "{}@desk", team: str = "sales") -> None:
        for name in names:
            self._extensions.setdefault(name, 101 + len(self._extensions))
            self.say(events.UserKnown(name, name.title(), phone.format(self._extensions[name]), (TeamName(team),)))

    def open(self, *agents: AgentName) -> None:
        """Configured, restored, engine settled, agents known and logged in, not ready."""
        self.say(events.ConfigurationApplied(1, self.world.settings))
        self.know(*agents)
        self.say(events.Restored())
        self.connect_engine("boot-1")
        for name in agents:
            self.ask(commands.LogIn(name))

    def connect_engine(self, boot: str, legs: tuple[telephony.LegSnapshot, ...] = ()) -> None:
        self.say(events.EngineConnected(ENGINE, boot))
        self.engine_says(telephony.EngineReady(ENGINE, boot, 1000, "1", self.now))
        self.engine_says(telephony.SnapshotTaken(ENGINE, boot, legs, (), self.now))

    def start(self, campaign: CampaignName = SPRING) -> None:
        self.ask(commands.LoadCampaign(campaign, "sue"))
        self.ask(commands.StartCampaign(campaign, "sue"))

    def ready(self, *agents: AgentName) -> None:
        for name in agents or (ADA,):
            self.ask(commands.GoReady(name))


def picture(world: World) -> object:
    """The state of a world that a refused command must not change."""
    return (
        {
            name: (
                *(agent.state, agent.reason, agent.pending, agent.interaction, agent.engaged, agent.expiries),
                *(agent.waits_for, sorted(agent.hidden), sorted(agent.joined)),
            )
            for name, agent in world.agents.items()
        },
        {id_: encode(interaction) for id_, interaction in world.interactions.items()},
        {id_: (leg.state, leg.interaction, leg.agent, leg.purpose) for id_, leg in world.legs.items()},
        {name: (each.state, each.mode, len(each.pool), each.served) for name, each in world.campaigns.items()},
        {name: (each.state, sorted(each.legs), each.misses) for name, each in world.trunks.items()},
        sorted(world.notices),
    )
