"""A booth: a whole node with one agent, whose contacts are SIPp. The engine and the agent's phone are real and shared
by the whole folder; node, store and trunks are new for each test.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from config.model import Mode, ProbeKind, Settings, Trunk
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.interactions.interaction import Interaction
from dialer.lab.ports import LabPorts
from dialer.lab.scenario import CALLER_ID, CAMPAIGN, LIST, Scenario, node_settings
from dialer.node import Node
from dialer.ports import NewRecord, RecordRow
from dialer.ports.reports import AttemptPage, AttemptRow
from dialer.trunks.trunk import Trunk as LiveTrunk
from dialer.views.call import CallPhase, CallStatus, call_status, phase_of
from dialer.views.overview import overview
from dialer.vocabulary import commands, telephony
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, ListName, TrunkName
from dialer.vocabulary.results import RecordStatus
from dialer.words import spoken
from dialer.world.world import World
from sip.lab.process import LabProcess
from sip.lab.profile import PROMPT
from tests.sip.engine.rig import Sipp, free_port

from .messages import Wire, read_log

AGENTS = 3
AGENT, *OTHERS = (AgentName(f"agent{number}") for number in range(1, AGENTS + 1))
NUMBER = "+12025550123"
PATIENCE_S = 20.0
"""A time-out for events, not a measure of speed."""
LOOK_S = 0.02
SLOT_PORTS = 4
"""SIP ports of one booth: two or three trunks, and the phone."""

SCENARIO = Scenario(Mode.PROGRESSIVE_ASM, AGENTS, 0, 1, PROMPT, headless=True)


@dataclass(frozen=True, slots=True)
class House:
    """The parts shared by all booths. `slots` numbers the booths: each takes ports that no booth of the last half
    minute had, as a given-up leg may keep its transport for 32 s (RFC 3261 17.1.1.2)."""

    ports: LabPorts
    socket: Path
    phones: LabProcess
    slots: count[int] = field(default_factory=count)

    def settings(self, directory: Path) -> Settings:
        made = node_settings(SCENARIO, self.ports, directory)
        (engine,) = made.engines
        low = engine.sip_port_low
        room = (engine.sip_port_high - low) // SLOT_PORTS
        mine = low + SLOT_PORTS * (next(self.slots) % room)
        changes = {"socket": str(self.socket), "sip_port_low": mine, "sip_port_high": mine + SLOT_PORTS - 1}
        return made.model_copy(update={"engines": (engine.model_copy(update=changes),)})


@dataclass(frozen=True, slots=True)
class Carrier:
    """A trunk's other side: SIPp with these steps for `calls` calls. Without steps it takes all messages and never
    answers. `lenient` and `timeout_s` are SIPp's, `trunk` are changes to the usual settings of a trunk."""

    steps: str = ""
    calls: int = 1
    lenient: bool = False
    timeout_s: int = 45
    trunk: Mapping[str, object] = field(default_factory=dict)


class Booth:
    """The test acts for the agent."""

    def __init__(self, settings: Settings, house: House) -> None:
        self.settings = settings
        self.carriers: dict[str, Sipp] = {}
        self._house = house
        self._ended: list[Sipp] = []
        self._node: Node | None = None

    # -- life --------------------------------------------------------------------------------------------------------

    async def open(self, numbers: Sequence[str], data: Mapping[str, str] | None = None) -> None:
        node = self._node = await Node.open(self.settings)
        now = node.clock.now().utc
        await node.store.lists.add_list(ListName(LIST), "UTC", "US", now)
        rows = [
            NewRecord(line, number, number, f"Contact {line}", "UTC", data=dict(data or {}))
            for line, number in enumerate(numbers, 1)
        ]
        await node.store.lists.add_records(ListName(LIST), rows, now)
        await node.start(api=False)
        await self.until("the engine is connected", lambda: self.world.usable_engine() is not None)

    async def open_carrier(self, name: str, carrier: Carrier) -> None:
        """SIPp at the other side of the trunk; the former one has ended."""
        port = self.settings.trunk(name).sip_port
        directory = Path(self.settings.server.data_directory) / f"{name}-{len(self._ended)}"
        await asyncio.to_thread(directory.mkdir, parents=True)
        self.carriers[name] = await asyncio.to_thread(
            Sipp,
            directory,
            carrier.steps,
            calls=carrier.calls,
            port=port,
            lenient=carrier.lenient,
            timeout_s=carrier.timeout_s,
        )

    async def close_carrier(self, name: str) -> Wire:
        """End the carrier in any state; returns its messages."""
        sipp = self.carriers.pop(name)
        self._ended.append(sipp)
        await asyncio.to_thread(sipp.__exit__)
        return read_log(sipp.messages)

    async def close(self) -> None:
        """Leave no leg behind: the engine has the next booth to serve."""
        try:
            await self._close_node()
        finally:
            for name in tuple(self.carriers):
                await self.close_carrier(name)

    async def _close_node(self) -> None:
        if self._node is None:
            return
        try:
            if self.world.campaign(CampaignName(CAMPAIGN)).is_running:
                await self.ask(commands.StopCampaign(CampaignName(CAMPAIGN), "test"))
            for agent in (AGENT, *OTHERS):
                with contextlib.suppress(Refused):  # not logged in
                    await self.ask(commands.LogOut(agent))
            for leg in tuple(self.world.legs.values()):
                self.tell_engine(telephony.HangUp(leg.id))
            await self.until("no leg is left", lambda: not self.world.legs)
        finally:
            await self._node.stop()
        await self._house.phones.request({"do": "settled", "legs": 0, "timeout_s": PATIENCE_S})

    @property
    def node(self) -> Node:
        assert self._node is not None
        return self._node

    @property
    def world(self) -> World:
        return self.node.world

    def trunk(self, name: str) -> LiveTrunk:
        return self.world.trunks[TrunkName(name)]

    # -- actions of people
    # ----------------------------------------------------------------------------------------------

    async def ask(self, command: commands.Command) -> None:
        await self.node.inbox.ask(command)

    def tell_engine(self, command: telephony.Command) -> None:
        """Send the engine a command for which agents have no button."""
        self.node.engines.send(EngineId(self.settings.engines[0].name), command)

    async def start(self, *agents: AgentName) -> None:
        """Start the campaign and sit the agent (or these agents) down; the phone is rung to engage, then the record
        is dialed."""
        name = CampaignName(CAMPAIGN)
        await self.ask(commands.LoadCampaign(name, "test"))
        await self.ask(commands.StartCampaign(name, "test"))
        for agent in agents or (AGENT,):
            await self.ask(commands.LogIn(agent))
            for notice in [each for each in self.world.notices.values() if each.agent == agent]:
                await self.ask(commands.AcknowledgeNotice(agent, notice.id))
            await self.ask(commands.GoReady(agent))

    async def end_call(self, call: Interaction) -> None:
        await self.ask(EndCall(AGENT, call.id))

    async def wrap_up(self, call: Interaction) -> None:
        """After-call work, and Done."""
        await self.phase(call, CallPhase.ENDED)
        await self.ask(SetOutcome(AGENT, call.id, disposition="sale"))
        await self.ask(Done(AGENT, call.id, "not_ready"))

    # -- observations ------------------------------------------------------------------------------------------------

    async def _watch(self, holds: Callable[[], Awaitable[bool]], timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while not await holds():  # noqa: ASYNC110  # store and SIPp tell nobody
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return False
        return True

    async def until(self, what: str, holds: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait for a condition on the node's state; on a time-out the error has the whole state."""

        async def looks() -> bool:
            return holds()

        if not await self._watch(looks, timeout_s):
            state = msgspec.json.format(msgspec.json.encode(overview(self.world, self.node.clock.now())))
            raise AssertionError(f"not within {timeout_s:g} s: {what}; the node says {state.decode()}")

    async def call(self, number: str = NUMBER) -> Interaction:
        """The interaction with the contact of this number, as soon as it is there."""
        await self.until(f"{number} is on the desk", lambda: self._find(number) is not None)
        found = self._find(number)
        assert found is not None
        return found

    def _find(self, number: str) -> Interaction | None:
        return next((each for each in self.world.interactions.values() if each.number == number), None)

    async def phase(self, call: Interaction, phase: CallPhase) -> None:
        await self.until(f"the call is {phase}", lambda: phase_of(self.world, call) is phase)

    async def connected(self, number: str = NUMBER) -> Interaction:
        """The call as soon as contact and agent are joined."""
        call = await self.call(number)
        await self.phase(call, CallPhase.CONNECTED)
        return call

    def status(self, call: Interaction) -> CallStatus:
        return call_status(self.world, call, self.node.clock.now())

    def words(self, call: Interaction) -> str:
        """The status of a call in the agent's words."""
        return spoken(self.status(call).words)

    async def wire(self, name: str) -> Wire:
        """The messages at a carrier, once its scenario was played in full."""
        return read_log(await asyncio.to_thread(self.carriers[name].finished))

    def wire_so_far(self, name: str) -> Wire:
        return read_log(self.carriers[name].messages)

    # -- the database --------------------------------------------------------------------------------------------

    async def settled(self, number: str = NUMBER) -> AttemptRow:
        """The only attempt of the number, once its record rests: it has one result, and so has the record."""
        await self._rests(number, 1)
        (row,) = await self.attempts(number)
        assert row.result is not None
        assert row.ended_at is not None
        return row

    async def attempts(self, number: str = NUMBER) -> list[AttemptRow]:
        rows = await self.node.store.reports.read(AttemptPage(CampaignName(CAMPAIGN), 1000))
        return [row for row in rows if row.number == number]

    async def record(self, number: str = NUMBER) -> RecordRow:
        found = [row async for row in self.node.store.lists.records(ListName(LIST)) if row.number == number]
        (record,) = found
        return record

    async def _rests(self, number: str, attempts: int) -> None:
        async def rests() -> bool:
            record, rows = await self.record(number), await self.attempts(number)
            ended = [row for row in rows if row.result is not None]
            return record.result is not None and record.status is not RecordStatus.RETRIEVED and len(ended) >= attempts

        if not await self._watch(rests, PATIENCE_S):
            raise AssertionError(f"no result: {await self.record(number)} {await self.attempts(number)}")

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the node's database, read by a connection of our own."""
        return await asyncio.to_thread(self._rows, query, values)

    def _rows(self, query: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        path = Path(self.settings.server.data_directory) / "cornetta.db"
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]
        finally:
            connection.close()

    async def told(self, kind: str, *, least: int = 1) -> list[dict[str, Any]]:
        """The facts of the history's lines of one kind, once there are this many."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = await self.rows("SELECT * FROM history WHERE kind = ? ORDER BY n", kind)
            return len(found) >= least

        assert await self._watch(there, PATIENCE_S), f"{kind} is not in the history: {found}"
        return [{**row, **msgspec.json.decode(row["facts"] or "{}")} for row in found]


class Booths:
    """Makes booths for one test."""

    def __init__(self, house: House, directory: Path) -> None:
        self._house = house
        self._directory = directory

    @asynccontextmanager
    async def __call__(
        self,
        *carriers: Carrier,
        numbers: Sequence[str] = (NUMBER,),
        campaign: Mapping[str, object] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Booth]:
        """An open booth; `data` are the custom fields of each record.

        The carriers' trunks are called `first`, `second`, `third`, and are tried in this order."""
        settings = self._house.settings(self._directory)
        trunks = [_trunk(name, n, carrier) for n, (name, carrier) in enumerate(zip(_NAMES, carriers, strict=False), 1)]
        booth = Booth(_changed(settings, trunks, campaign or {}), self._house)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(booth.close)
            for trunk, carrier in zip(trunks, carriers, strict=True):
                if carrier.steps:
                    await booth.open_carrier(trunk.name, carrier)
                else:
                    stack.enter_context(_mute(trunk.sip_port))
            await booth.open(numbers, data)
            yield booth


_NAMES = ("first", "second", "third")


@contextmanager
def _mute(port: int) -> Iterator[None]:
    """A bound port that never answers, not even by an ICMP error."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", port))
        yield


def _trunk(name: str, priority: int, carrier: Carrier) -> Trunk:
    usual: dict[str, object] = {
        "name": name,
        "host": "127.0.0.1",
        "port": free_port(),
        "caller_ids": (CALLER_ID,),
        "probe": ProbeKind.NONE,
        "priority": priority,
        "max_calls_per_s": 100,
    }
    return Trunk.model_validate({**usual, **carrier.trunk})


def _changed(settings: Settings, trunks: Sequence[Trunk], campaign: Mapping[str, object]) -> Settings:
    """The lab's settings with these trunks; records are treated as usual after each result."""
    (usual,) = settings.campaigns
    changes = {"trunks": tuple(trunk.name for trunk in trunks), "retries": {}, "max_attempts": 6, **campaign}
    changed = usual.model_copy(update=changes)
    return settings.model_copy(update={"trunks": tuple(trunks), "campaigns": (changed,)})
