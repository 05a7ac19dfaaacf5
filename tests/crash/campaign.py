"""The campaign during kills of programs: short rings, short talks, all legs measured."""

from __future__ import annotations

import socket
from pathlib import Path

from msgspec.structs import replace

from config.model import Mode
from dialer.lab.autopilot import Habits
from dialer.lab.ports import LabPorts
from dialer.lab.scenario import VIA_DIRECT, Scenario, lab_settings
from sip.lab.behaviours import Behaviour
from sip.lab.process import LabProcess
from sip.lab.profile import MEASURED, LogNormal, Profile, Span

AGENTS = 12
#: A leg of the lab whose other side died is cleared this long after the last packet.
LAB_RTP_TIMEOUT_S = 4.0

BRISK: Profile = replace(
    MEASURED,
    weights={
        Behaviour.PERSON: 60,
        Behaviour.PATIENT_PERSON: 8,
        Behaviour.EARLY_MEDIA_PERSON: 6,
        Behaviour.BUSY: 8,
        Behaviour.NO_ANSWER: 8,
        Behaviour.DECLINED: 4,
        Behaviour.ABSENT: 3,
        Behaviour.UNKNOWN_NUMBER: 3,
    },
    alert_after=Span(0.02, 0.2),
    ring=LogNormal(0.7, 0.5, 0.1, 2.0),
    speech_after=Span(0.1, 0.3),
    talk=LogNormal(5.0, 0.4, 2.0, 9.0),
    gives_up=Span(1.5, 3.0),
)
HABITS = Habits(wrap_s=(0.05, 0.4), read_s=(0.05, 0.2), talk_s=(6.0, 9.0))


def free_port() -> int:
    """A free TCP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scenario(
    mode: Mode, records: int, seed: int, agents: int = AGENTS, profile: Profile = BRISK, via: str = VIA_DIRECT
) -> Scenario:
    """Each record is dialed once; the API is open."""
    return Scenario(mode, agents, records, seed, profile, headless=True, via=via, listen_port=free_port())


def carrier(told: Scenario, ports: LabPorts, directory: Path, rtp_timeout_s: float = LAB_RTP_TIMEOUT_S) -> LabProcess:
    """Carrier and phones that notice a dead peer soon, or after a given wait."""
    folder = directory / "lab"
    folder.mkdir(parents=True)
    return LabProcess(replace(lab_settings(told, ports), rtp_timeout_s=rtp_timeout_s), folder)
