"""The settings of an owner of pjsua2 before its first configuration."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from dialer.vocabulary.ids import EngineId


class OwnerSettings(Struct, frozen=True):
    """Settings of one start of one engine.

    `boot` names the start, `log_file` is pjlib's own ("" for none) with `log_level` 0..6, `wake_port` the UDP port
    on loopback of the transport that wakes the owner thread (0: any). `clock_rate_hz` is that of the conference
    bridge and stands until the process ends. `nameservers` ("ADDRESS" or "ADDRESS:PORT") are asked instead of those
    of the system. `dialogs` is the file of the standing dialogs, for the next start.
    """

    engine: EngineId
    boot: str
    log_file: str = ""
    log_level: int = 3
    analysis: bool = True
    wake_port: int = 0
    clock_rate_hz: int = 8000
    nameservers: tuple[str, ...] = ()
    user_agent: str = "Cornetta"
    commands_bound: int = 20_000
    statistics_interval_s: float = 2.0
    dialogs: Path | None = None
