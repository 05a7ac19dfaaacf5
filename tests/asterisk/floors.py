"""The parts of floors: the one Asterisk, and the usual settings with a test's changes to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.model import CampaignSettings, Mode, Settings, StaticPhone
from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.ports import LabPorts
from dialer.lab.scenario import DEMO_PASSWORD, PHONES, Scenario, lab_settings, node_settings
from sip.lab.behaviours import Behaviour
from sip.lab.process import LabProcess
from sip.lab.profile import MEASURED, LogNormal, Span
from sip.lab.settings import LabSettings

from .floor import Floor

PASSWORD = DEMO_PASSWORD
PHONES_MOST = 8

QUICK = msgspec.structs.replace(
    MEASURED,
    weights={Behaviour.PATIENT_PERSON: 1},
    alert_after=Span(0.02, 0.05),
    ring=LogNormal(0.1, 0.1, 0.05, 0.2),
    speech_after=Span(0.05, 0.1),
    talk=LogNormal(1.0, 0.1, 0.8, 1.2),
    gives_up=Span(0.3, 0.4),
)
"""All people are quick, to keep tests short."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The Asterisk of the whole folder, and where the certificates lie."""

    asterisk: AsteriskPeer
    ports: LabPorts
    folder: Path


class Floors:
    """Makes floors for one test."""

    def __init__(self, switch: Switch, directory: Path) -> None:
        self.switch = switch
        self._directory = directory

    def usual_campaign(self) -> CampaignSettings:
        """To be changed by a test."""
        scenario = Scenario(Mode.PROGRESSIVE_ASM, 1, 0, 1, QUICK, headless=True, via="asterisk")
        return node_settings(scenario, self.switch.ports, self._directory).campaigns[0]

    @asynccontextmanager
    async def __call__(
        self,
        *numbers: str,
        agents: int = 1,
        mode: Mode = Mode.PROGRESSIVE_ASM,
        trunk: Mapping[str, object] | None = None,
        campaign: Mapping[str, object] | None = None,
        lab: Mapping[str, object] | None = None,
        phones_apart: bool = False,
        phones_static: bool = False,
    ) -> AsyncIterator[Floor]:
        """An open floor. `trunk`, `campaign` and `lab` are changes to the usual settings; with `phones_apart` the
        phones are a process of their own, with `phones_static` they do not register and are rung directly."""
        scenario = Scenario(mode, agents, 0, 1, QUICK, headless=True, via="asterisk")
        ports = self.switch.ports
        directory = self._directory
        settings = _changed(node_settings(scenario, ports, directory), trunk or {}, campaign or {})
        telling = msgspec.structs.replace(lab_settings(scenario, ports), **(lab or {}))
        if phones_static:
            telling = msgspec.structs.replace(telling, registrar="", phone_password="")
            direct = StaticPhone(kind="static", name=PHONES, uri=f"sip:{{extension}}@127.0.0.1:{ports.phones}")
            settings = settings.model_copy(update={"phones": (direct,)})
        folders = [directory / "carrier", directory / "phones"]
        for folder in folders:
            folder.mkdir()
        if phones_apart:
            labs = [LabProcess(one, folder) for one, folder in zip(apart(telling), folders, strict=True)]
        else:
            labs = [LabProcess(telling, folders[0])] * 2
        floor = Floor(settings, labs[0], labs[1], directory)
        try:
            await floor.open(numbers)
            yield floor
        finally:
            await floor.close()


def apart(settings: LabSettings) -> Iterator[LabSettings]:
    """The carrier alone, and the phones alone, each with half of the RTP ports."""
    middle = (settings.rtp_port_low + settings.rtp_port_high) // 4 * 2
    yield msgspec.structs.replace(settings, agents=0, registrar="", rtp_port_high=middle - 2)
    yield msgspec.structs.replace(settings, carrier_port=settings.phones_port, rtp_port_low=middle, capture_ports=())


def _changed(settings: Settings, trunk: Mapping[str, object], campaign: Mapping[str, object]) -> Settings:
    return settings.model_copy(
        update={
            "trunks": tuple(each.model_copy(update=dict(trunk)) for each in settings.trunks),
            "campaigns": tuple(each.model_copy(update=dict(campaign)) for each in settings.campaigns),
        }
    )
