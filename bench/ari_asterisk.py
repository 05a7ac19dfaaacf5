"""The Asterisk to compare with in `latency`: with ARI, and the carrier and phones of our own measurement."""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from bench.ari_application import AriPlan
from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.asterisk_configuration import AsteriskSettings
from dialer.lab.ports import LabPorts

STOP_TIMEOUT_S = 10.0
USER = "bench"
_HTTP = """\
[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = {port}
sessionlimit = 100
"""
_ARI = """\
[general]
enabled = yes

[{user}]
type = user
read_only = no
password = {password}
"""
#: In the order of their needs.
_MODULES = (
    "bridge_holding.so",
    "bridge_softmix.so",
    "res_http_websocket.so",
    "res_websocket_client.so",
    "res_stasis.so",
    "res_stasis_answer.so",
    "res_stasis_recording.so",
    "res_stasis_playback.so",
    "res_stasis_snoop.so",
    "res_ari.so",
    "res_ari_model.so",
    "res_ari_events.so",
    "app_stasis.so",
    "res_ari_channels.so",
    "res_ari_bridges.so",
)


class AriAsterisk:
    """Asterisk and the application. An asynchronous context manager."""

    def __init__(self, agents: int, rate_per_s: float, ports: LabPorts, folder: Path) -> None:
        password = secrets.token_hex(16)
        self._folder = folder
        self._port = ports.engine_high
        self._plan = AriPlan(
            url=f"http://127.0.0.1:{self._port}/ari",
            user=USER,
            password=password,
            agents=agents,
            rate_per_s=rate_per_s,
            agent_endpoint=f"PJSIP/carrier/sip:{{}}@127.0.0.1:{ports.phones}",
            contact_endpoint="PJSIP/+442079460{:03}@carrier",
        )
        self._asterisk = AsteriskPeer(
            AsteriskSettings(
                sip_port=ports.asterisk,
                rtp_port_low=ports.asterisk_rtp[0],
                rtp_port_high=ports.asterisk_rtp[1],
                carrier_port=ports.carrier,
                phones=(),
                phone_password=password,
                dialer_password=password,
            ),
            folder / "asterisk",
        )
        self._application: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self._asterisk.start()
        try:
            await self._prepare()
            await self._launch()
        except BaseException:
            await self._asterisk.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        application, self._application = self._application, None
        if application is not None and application.stdin is not None:
            application.stdin.close()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await application.wait()
            except TimeoutError:
                application.kill()
                await application.wait()
        await self._asterisk.stop()

    async def _prepare(self) -> None:
        etc = self._asterisk.folder / "etc"
        (etc / "http.conf").write_text(_HTTP.format(port=self._port))
        (etc / "ari.conf").write_text(_ARI.format(user=USER, password=self._plan.password))
        for module in _MODULES:
            await self._asterisk.cli(f"module load {module}")
        await self._asterisk.cli("module reload http")

    async def _launch(self) -> None:
        plan = self._folder / "ari.json"
        plan.touch(mode=0o600)
        plan.write_bytes(msgspec.json.encode(self._plan))
        with (self._folder / "ari.log").open("ab") as log:
            self._application = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bench.ari_application", str(plan)),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    async def bridges(self) -> str:
        """The output of `bridge show all`."""
        return await self._asterisk.cli("bridge show all")

    def log(self) -> str:
        """The end of the application's log."""
        return (self._folder / "ari.log").read_text(errors="replace")[-1500:]
