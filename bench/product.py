"""The product under measurement: an engine and a node, each a process of its own, phones at the far end."""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from bench.figures import Unmeasurable
from bench.node_process import LINE_BYTES_MAX, NodePlan
from dialer.lab.ports import LabPorts
from dialer.vocabulary.ids import AccountId, EngineId
from dialer.vocabulary.telephony import Account, Configure, Media
from sip.driven_engine import DrivenEngine
from sip.wire import EngineProcess

READY_TIMEOUT_S = 60.0
ENGAGE_TIMEOUT_S = 40.0
REQUEST_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 30.0
LOOK_S = 0.1


def phones(folder: Path, ports: LabPorts) -> DrivenEngine:
    """The agents' phones: they answer automatically at once, and play a tone without a pause."""
    account = Account(
        id=AccountId("phones"),
        identity=f"sip:phones@127.0.0.1:{ports.phones}",
        bind_port=ports.phones,
        peers=("127.0.0.1",),
        rtp_timeout_s=0.0,
        offers_incoming=True,
    )
    media = Media(rtp_port_low=ports.lab_rtp[0], rtp_port_high=ports.lab_rtp[1])
    return DrivenEngine("phones", folder, Configure(1, (account,), media), speaking=True)


class Product:
    """Node and engine with `plan.agents` agents at their desks. An asynchronous context manager."""

    def __init__(self, plan: NodePlan) -> None:
        self._plan = plan
        self._folder = Path(plan.settings.server.data_directory)
        self._engine: EngineProcess | None = None
        self._node: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = self._plan.settings
        engine = settings.engines[0]
        self._engine = await EngineProcess.spawn(
            Path(settings.engine_socket(engine)),
            EngineId(engine.name),
            self._folder / "engine.log",
            self._folder / "engine",
            arguments=("--drain-timeout-s", "3"),
            ends_with_us=True,
        )
        plan = self._folder / "plan"
        plan.touch(mode=0o600)
        plan.write_bytes(pickle.dumps(self._plan))
        with (self._folder / "node.log").open("ab") as log:
            self._node = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bench.node_process", str(plan)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LINE_BYTES_MAX,
            )
        await self._line(READY_TIMEOUT_S)

    async def _stop(self) -> None:
        node, self._node = self._node, None
        if node is not None:
            if node.stdin is not None:
                node.stdin.close()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await node.wait()
            except TimeoutError:
                node.kill()
                await node.wait()
        if self._engine is not None:
            await self._engine.stop()

    @property
    def node_pid(self) -> int:
        return self._node.pid if self._node is not None else 0

    @property
    def engine_pid(self) -> int:
        return self._engine.pid if self._engine is not None else 0

    async def ask(self, request: str) -> dict[str, Any]:
        """See `node_process`. Raises Unmeasurable when the node is gone."""
        if self._node is None or self._node.stdin is None:
            raise Unmeasurable("the node does not run")
        self._node.stdin.write(msgspec.json.encode({"do": request}) + b"\n")
        return await self._line(REQUEST_TIMEOUT_S)

    async def dial(self) -> None:
        """Start the campaign. Dialing begins with the first agent who is engaged."""
        await self.ask("start")

    async def until_engaged(self) -> None:
        """Wait until every agent is."""
        try:
            async with asyncio.timeout(ENGAGE_TIMEOUT_S):
                while (await self.ask("engaged"))["engaged"] < self._plan.agents:  # noqa: ASYNC110 - in another process
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            raise Unmeasurable(f"not all agents were engaged within {ENGAGE_TIMEOUT_S:g} s") from error

    async def _line(self, timeout_s: float) -> dict[str, Any]:
        assert self._node is not None
        assert self._node.stdout is not None
        try:
            async with asyncio.timeout(timeout_s):
                line = await self._node.stdout.readline()
        except TimeoutError as error:
            raise Unmeasurable(f"the node did not answer within {timeout_s:g} s; {self._tail()}") from error
        if not line:
            raise Unmeasurable(f"the node has ended; {self._tail()}")
        told: dict[str, Any] = msgspec.json.decode(line)
        return told

    def _tail(self) -> str:
        return (self._folder / "node.log").read_text(errors="replace")[-2000:]
