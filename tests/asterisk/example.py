"""The Asterisk of docker/asterisk/etc and of the README, on free ports, and a configuration of ours for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.loader import load
from config.model import Settings
from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.asterisk_configuration import AsteriskSettings
from dialer.lab.ports import LabPorts

PHONE_PASSWORD = "change-me-101"
CONFIGURATION = """
server: {{data_directory: {directory}/data}}
engines: [{{name: engine-1, address: 127.0.0.1, sip_port_low: {low}, sip_port_high: {high}, rtp_port_low: {rtp}}}]
trunks:
  - name: pbx
    host: 127.0.0.1
    port: {port}
    authentication: {{user: cornetta, password: "file:pbx.secret"}}
    caller_ids: ["+442079460100"]
phones: [{{kind: asterisk, name: desks, trunk: pbx, headers: {{Alert-Info: "<http://127.0.0.1>;info=alert-autoanswer"}}}}]
teams: [{{name: sales}}]
campaigns: [{{name: spring, mode: PREVIEW, teams: [sales], lists: [people], trunks: [pbx], time_zone: Europe/London}}]
"""
TO_PHONES = "Dial(PJSIP/${EXTEN},30,gb(phone^rung^1(${CHANNEL})))"
"""Rings a phone with the handler that reports its loss."""


def blocks() -> list[str]:
    """The README's blocks of Asterisk's configuration."""
    return re.findall(r"```ini\n(.*?)```", (Path(__file__).parents[2] / "README.md").read_text(), re.DOTALL)


def _pjsip(whole: str) -> str:
    """The README's pjsip.conf, with the transport of the example, as every Asterisk has one."""
    transport = re.search(r"\[udp\]\n(?:[^\n]+\n)+", whole)
    assert transport is not None
    secrets = {"a-long-secret": "change-me", "secret-of-101": PHONE_PASSWORD}
    text = transport[0] + "\n" + blocks()[0]
    for old, new in secrets.items():
        text = text.replace(old, new)
    return text


def _from_readme(name: str, whole: str) -> str:
    if name == "pjsip.conf":
        return _pjsip(whole)
    return "[general]\n\n" + blocks()[1] if name == "extensions.conf" else whole


@dataclass
class Example:
    """The Asterisk of docker/asterisk/etc on free ports; `changes` are the test's lines in its files."""

    folder: Path
    ports: LabPorts
    changes: Mapping[str, str] = field(default_factory=dict)
    readme: bool = False
    """Whether pjsip.conf and extensions.conf are those of the README."""
    asterisk: AsteriskPeer = field(init=False)

    def __post_init__(self) -> None:
        low, high = self.ports.asterisk_rtp
        settings = AsteriskSettings(self.ports.asterisk, low, high, 0, (), "", "")
        self.asterisk = AsteriskPeer(settings, self.folder / "asterisk", self._write)

    def _write(self, settings: AsteriskSettings, etc: Path, templates: Path) -> None:
        etc.mkdir(parents=True, exist_ok=True)
        places = {
            "127.0.0.1:5060": f"127.0.0.1:{settings.sip_port}",
            "rtpstart = 40000": f"rtpstart = {settings.rtp_port_low}",
            "rtpend = 43998": f"rtpend = {settings.rtp_port_high}",
            # The same, with shorter times.
            "rtp_timeout = 30": "rtp_timeout = 2",
            "rtp_timeout = 20": "rtp_timeout = 2",
        }
        for source in templates.glob("*.conf"):
            text = source.read_text()
            if self.readme:
                text = _from_readme(source.name, text)
            for old, new in [*places.items(), *self.changes.items()]:
                text = text.replace(old, new)
            (etc / source.name).write_text(text)

    def settings(self) -> Settings:
        """A configuration for this Asterisk, as the README has it."""
        place = self.folder / "configuration"
        place.mkdir(exist_ok=True)
        (place / "pbx.secret").write_text("change-me\n")
        (place / "pbx.secret").chmod(0o600)
        ports = self.ports
        text = CONFIGURATION.format(
            directory=self.folder,
            low=ports.engine_low,
            high=ports.engine_high,
            rtp=ports.engine_rtp[0],
            port=ports.asterisk,
        )
        (place / "cornetta.yaml").write_text(text)
        return load(place)

    async def change(self, changes: Mapping[str, str]) -> None:
        """Change these lines in its files; without lines restore them."""
        self.changes = changes
        await self.asterisk.reload(self.asterisk.settings)
