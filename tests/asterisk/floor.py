"""A floor: an engine and a node with Asterisk as their trunk, a carrier behind it, phones registered at it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from config.model import Settings
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import Leg, LegPurpose
from dialer.lab.scenario import CAMPAIGN, LIST
from dialer.node import Node
from dialer.ports import NewRecord, RecordRow
from dialer.ports.reports import AttemptPage, AttemptRow
from dialer.trunks.trunk import Trunk
from dialer.views.call import CallPhase, phase_of
from dialer.views.overview import overview
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, ListName, TrunkName
from dialer.vocabulary.results import RecordStatus
from dialer.world.world import World
from sip.lab.process import LabProcess
from sip.wire import EngineProcess

from .ear import Ear

PATIENCE_S = 20.0
"""A time-out for events, not a measure of speed."""
LOOK_S = 0.02
SLICE_S = 2.6
"""Each report restarts the lab's analyses, which costs some of the tone."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How long the ends of one conversation heard each other, and how long the contact's tone was on the line;
    seconds."""

    contact_s: float
    phone_s: float
    tone_s: float


class Floor:
    """All parts around one Asterisk; the agents act only by the test."""

    def __init__(self, settings: Settings, carrier: LabProcess, phones: LabProcess, directory: Path) -> None:
        self.settings = settings
        self.carrier = carrier
        self.phones = phones
        self.directory = directory
        self._engine: EngineProcess | None = None
        self._node: Node | None = None

    @property
    def node(self) -> Node:
        assert self._node is not None
        return self._node

    @property
    def world(self) -> World:
        return self.node.world

    @property
    def engine_pid(self) -> int:
        assert self._engine is not None
        return self._engine.pid

    def ear_at_carrier(self) -> Ear:
        return Ear(
            self.carrier.settings.rtp_port_low, self.carrier.settings.rtp_port_high, lambda: self.carrier.engine_pid
        )

    def ear_at_phones(self) -> Ear:
        """Ears at the phones, also at restarted ones."""
        return Ear(
            self.phones.settings.rtp_port_low, self.phones.settings.rtp_port_high, lambda: self.phones.engine_pid
        )

    def ear_at_engine(self) -> Ear:
        engine = self.settings.engines[0]
        return Ear(engine.rtp_port_low, engine.rtp_port_high, lambda: self.engine_pid)

    @property
    def trunk(self) -> Trunk:
        return self.world.trunks[TrunkName(self.settings.trunks[0].name)]

    async def open(self, numbers: Sequence[str]) -> None:
        labs = {id(lab): lab for lab in (self.carrier, self.phones)}
        self._engine, *_ = await asyncio.gather(self._spawn(), *(lab.start() for lab in labs.values()))
        node = self._node = await Node.open(self.settings)
        now = node.clock.now().utc
        await node.store.lists.add_list(ListName(LIST), "UTC", "US", now)
        rows = [NewRecord(line, number, number, f"Contact {line}", "UTC") for line, number in enumerate(numbers, 1)]
        await node.store.lists.add_records(ListName(LIST), rows, now)
        await node.start(api=False)

    async def _spawn(self) -> EngineProcess:
        engine = self.settings.engines[0]
        return await EngineProcess.spawn(
            Path(self.settings.engine_socket(engine)),
            EngineId(engine.name),
            self.directory / "engine.log",
            self.directory / "engine",
            arguments=("--drain-timeout-s", "3"),
        )

    async def close(self) -> None:
        if self._node is not None:
            await self._node.stop()
        if self._engine is not None:
            await self._engine.stop()
        for lab in {id(lab): lab for lab in (self.carrier, self.phones)}.values():
            await lab.stop()

    # -- actions of people
    # ----------------------------------------------------------------------------------------------

    async def ask(self, command: commands.Command) -> None:
        await self.node.inbox.ask(command)

    async def start(self, *agents: str) -> None:
        """Start the campaign and make the agents ready (all of them, where none is named)."""
        await self.until("the trunk is judged", lambda: self.trunk.refusal(self.node.clock.now().monotonic) is None)
        await self.ask(commands.LoadCampaign(CampaignName(CAMPAIGN), "test"))
        await self.ask(commands.StartCampaign(CampaignName(CAMPAIGN), "test"))
        for name in agents or [user.name for user in self.settings.users if user.phone]:
            await self.sit_down(AgentName(name))

    async def sit_down(self, agent: AgentName) -> None:
        await self.ask(commands.LogIn(agent))
        for notice in [each for each in self.world.notices.values() if each.agent == agent]:
            await self.ask(commands.AcknowledgeNotice(agent, notice.id))
        await self.ask(commands.GoReady(agent))

    async def stop_campaign(self) -> None:
        await self.ask(commands.StopCampaign(CampaignName(CAMPAIGN), "test"))

    async def wrap_up(self, interaction: Interaction) -> None:
        """After-call work, and Done."""
        await self.phase(interaction, CallPhase.ENDED)
        agent = interaction.agent
        assert agent is not None
        await self.ask(SetOutcome(agent, interaction.id, disposition="sale"))
        await self.ask(Done(agent, interaction.id, "ready"))

    async def end_call(self, interaction: Interaction) -> None:
        assert interaction.agent is not None
        await self.ask(EndCall(interaction.agent, interaction.id))

    async def tell_phone(self, user: str, action: str, digits: str = "") -> None:
        await self.phones.request({"do": "phone", "phone": user, "action": action, "digits": digits})

    async def tell_contact(self, number: str, action: str, digits: str = "") -> None:
        await self.carrier.request({"do": "contact", "number": number, "action": action, "digits": digits})

    # -- observations ------------------------------------------------------------------------------------------------

    async def _watch(self, holds: Callable[[], Awaitable[bool]], timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    if await holds():
                        return True
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return False

    async def until(self, what: str, holds: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait for a condition on the node's state; on a time-out the error has the whole state."""

        async def looks() -> bool:
            return holds()

        if not await self._watch(looks, timeout_s):
            state = msgspec.json.format(msgspec.json.encode(overview(self.world, self.node.clock.now())))
            raise AssertionError(f"not within {timeout_s:g} s: {what}; the node says {state.decode()}")

    async def dialed(self, number: str) -> Interaction:
        """The interaction with the contact of this number, as soon as it is there."""
        await self.until(f"{number} is on a desk", lambda: self._find(number) is not None)
        found = self._find(number)
        assert found is not None
        return found

    def _find(self, number: str) -> Interaction | None:
        return next((each for each in self.world.interactions.values() if each.number == number), None)

    async def phase(self, interaction: Interaction, phase: CallPhase, timeout_s: float = PATIENCE_S) -> None:
        def holds() -> bool:
            return phase_of(self.world, interaction) is phase

        await self.until(f"{interaction.number} is {phase}", holds, timeout_s)

    async def live(self, side: str) -> list[dict[str, Any]]:
        """The lab's live legs of one side, contact or phone."""
        lab = self.carrier if side == "contact" else self.phones
        status = await lab.request({"do": "status"})
        return [leg for leg in status["live"] if leg["side"] == side]

    async def until_live(self, side: str, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait for a condition on the lab's live legs."""

        async def looks() -> bool:
            return holds(await self.live(side))

        assert await self._watch(looks, PATIENCE_S), f"the lab's {side} legs are {await self.live(side)}"

    async def tone_of(self, number: str) -> int:
        """The contact's tone in Hz, as soon as it is on the line."""
        found: list[int] = []

        async def sounds() -> bool:
            report = await self.carrier.request({"do": "report"})
            found[:] = [call["tone_hz"] for call in report["answered"] if call["number"] == number and call["tone_hz"]]
            return bool(found)

        assert await self._watch(sounds, PATIENCE_S), f"{number} has no tone"
        return found[-1]

    async def heard(self, number: str) -> Heard:
        """How long the ends of the conversation with this number have heard each other."""
        report = await self.carrier.request({"do": "report"})
        assert report["cross_talk"] == [], report
        # The node may know of an answer before the carrier knows of the ACK.
        tone_s = next((call["tone_s"] for call in report["answered"] if call["number"] == number), 0.0)
        mine = [each for each in report["conversations"] if each["contact"] == number]
        if not mine:
            return Heard(0.0, 0.0, tone_s)
        return Heard(mine[0]["contact_heard_s"], mine[0]["phone_heard_s"], tone_s)

    async def hear(self, number: str, holds: Callable[[Heard], bool], timeout_s: float = PATIENCE_S) -> Heard:
        """Wait until enough was heard; returns it."""
        heard = await self.heard(number)
        try:
            async with asyncio.timeout(timeout_s):
                while not holds(heard):
                    await asyncio.sleep(SLICE_S)
                    heard = await self.heard(number)
        except TimeoutError:
            raise AssertionError(f"{number}: {heard}") from None
        return heard

    async def hears_both_ways(self, number: str, seconds: float = 2.0) -> Heard:
        """From now on both ends hear each other for this long."""
        before = await self.heard(number)

        def enough(now: Heard) -> bool:
            return min(now.contact_s - before.contact_s, now.phone_s - before.phone_s) >= seconds

        return await self.hear(number, enough)

    async def hears_nothing(self, number: str, seconds: float = 2.5) -> None:
        """From now on, for this long of the contact's tone, neither end hears the other."""
        before = await self.heard(number)
        after = await self.hear(number, lambda now: now.tone_s - before.tone_s >= seconds)
        assert after.contact_s - before.contact_s < 0.3, (before, after)
        assert after.phone_s - before.phone_s < 0.3, (before, after)

    # -- the database --------------------------------------------------------------------------------------------

    async def attempts(self) -> dict[str, AttemptRow]:
        """By number; no number may have two."""
        rows = await self.node.store.reports.read(AttemptPage(CampaignName(CAMPAIGN), 1000))
        by_number = {row.number: row for row in rows}
        assert len(by_number) == len(rows), rows
        return by_number

    async def records(self) -> dict[str, RecordRow]:
        return {row.number: row async for row in self.node.store.lists.records(ListName(LIST))}

    async def until_late_answers(self, count: int) -> None:
        """Wait until exactly this many INVITEs were answered late."""

        async def told() -> bool:
            return self._late_answers() >= count

        await self._watch(told, PATIENCE_S)
        assert self._late_answers() == count

    def _late_answers(self) -> int:
        """The number of INVITEs that were answered after they were given up, by their dials."""
        uri = f"file:{self.directory / 'cornetta.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            (noted,) = database.execute("SELECT count(*) FROM dials WHERE late_answer").fetchone()
        return int(noted)

    async def until_done(self, *numbers: str, timeout_s: float = PATIENCE_S) -> dict[str, AttemptRow]:
        """Wait until the records of these numbers are finished: one attempt each, with one result, one INVITE."""

        async def finished() -> bool:
            return all(row.result for number, row in (await self.records()).items() if number in numbers)

        if not await self._watch(finished, timeout_s):
            raise AssertionError(f"not done: {await self.records()} {await self.attempts()}")
        rows, records = await self.attempts(), await self.records()
        for number in numbers:
            assert records[number].status is RecordStatus.UPDATED
            assert records[number].result == rows[number].result
            assert records[number].attempts == 1
        return rows

    def _contacts(self) -> list[Leg]:
        return [each for each in self.world.legs.values() if each.purpose is LegPurpose.CONTACT]

    async def until_quiet(self) -> None:
        """Wait until no contact's leg is left on either side; the INVITEs on the wire match the database."""
        await self.until_live("contact", lambda legs: not legs)
        await self.until("no contact's leg is left", lambda: not self._contacts())
        wire = await self.carrier.request({"do": "wire"})
        phones = {user.phone.partition("@")[0] for user in self.settings.users if user.phone}
        dialed = sorted(call["call_id"] for call in wire["invites"] if call["user"] not in phones)
        written = sorted(one for row in (await self.attempts()).values() for one in row.call_ids)
        assert wire["missed"] == 0
        assert dialed == written
