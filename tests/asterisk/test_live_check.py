"""`cornetta check --live` beside the Asterisk of the examples: each line that is left out is named."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from config.loader import load
from config.model import Settings
from dialer.lab.asterisk import AsteriskPeer
from dialer.lab.asterisk_configuration import AsteriskSettings
from dialer.lab.ports import LabPorts, free_ports
from dialer.live_check import remedies
from dialer.live_check.check import LiveCheck, tell
from dialer.live_check.findings import Finding, Verdict

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SILENCE_S = 8.0
STEP_S = 3.0
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
"""Rings a phone with the handler that tells when it is lost."""


def blocks() -> list[str]:
    """The README's blocks of Asterisk's configuration."""
    return re.findall(r"```ini\n(.*?)```", (Path(__file__).parents[2] / "README.md").read_text(), re.DOTALL)


def _pjsip(whole: str) -> str:
    """The README's, with the transport of the example: whoever has an Asterisk has one already."""
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
    """The Asterisk of docker/asterisk/etc on free ports; `changes` are what a test has in its files instead."""

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
            # The same, sooner.
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

    async def findings(self, changes: Mapping[str, str], secret: str = PHONE_PASSWORD) -> dict[str, Finding]:
        """What the check finds with these lines changed, by trial."""
        self.changes = changes
        await self.asterisk.reload(self.asterisk.settings)
        check = LiveCheck(self.settings(), "101@desks", secret, SILENCE_S, STEP_S)
        said: list[str] = []
        return {finding.trial: finding async for finding in check.findings(said.append)}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def example(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Example]:
    ports = free_ports()
    made = Example(tmp_path_factory.mktemp("example"), ports)
    async with made.asterisk:
        # Without this module, which an Asterisk of one's own loads by itself, no phone can transfer.
        await made.asterisk.cli("module load res_pjsip_refer.so")
        yield made
    ports.release()


def wrongs(findings: Mapping[str, Finding]) -> dict[str, str]:
    """The remedies, by trial."""
    return {trial: each.remedy for trial, each in findings.items() if each.verdict is Verdict.WRONG}


async def test_the_example_has_nothing_to_change(example: Example) -> None:
    findings = await example.findings({})
    assert wrongs(findings) == {}, findings
    assert {trial for trial, each in findings.items() if each.verdict is Verdict.NOT_TRIED} == set()
    assert len(findings) == 10


async def test_who_follows_the_readme_has_nothing_to_change(example: Example) -> None:
    example.readme = True
    try:
        findings = await example.findings({})
    finally:
        example.readme = False
    assert wrongs(findings) == {}, findings


async def test_each_line_that_is_left_out_is_named(example: Example) -> None:
    findings = await example.findings(
        {
            "moh_passthrough = yes": "",
            "allow_transfer = no": "",
            "__ALERT_INFO": "ALERT_INFO",
            "rtp_timeout = 2": "",
            TO_PHONES: "Dial(PJSIP/${EXTEN},30)",
        }
    )
    assert wrongs(findings) == {
        "hold at the phone": remedies.HOLD,
        "transfer by a key of the phone": remedies.TRANSFER,
        "headers to the phone": remedies.HEADERS,
        "phone that dies in a call": remedies.DEAD_PHONE,
        "engine that dies in a call": remedies.DEAD_DIALER,
    }


async def test_a_lost_phone_without_a_cause_of_its_own_is_named(example: Example) -> None:
    findings = await example.findings({TO_PHONES: "Dial(PJSIP/${EXTEN},30)"})
    assert wrongs(findings)["cause of a lost phone"] == remedies.CAUSE


@pytest.mark.parametrize(
    ("changes", "secret", "trial", "remedy"),
    [
        ({}, "wrong", "registration of the phone", "--phone-secret must be"),
        (
            {"password = change-me\n": "password = other\n"},
            PHONE_PASSWORD,
            "call to the phone",
            "`[cornetta] type = auth`",
        ),
        (
            {"exten => _1XX,1,Set": "exten => _9XX,1,Set", "exten => _X.": "exten => _8."},
            PHONE_PASSWORD,
            "call to the phone",
            "exten =>",
        ),
        (
            {"allow = alaw\ndtmf_mode = rfc4733\ndirect_media = no\ntrust": "allow = gsm\ntrust"},
            PHONE_PASSWORD,
            "call to the phone",
            "allow = alaw",
        ),
    ],
    ids=["phone's password", "trunk's password", "no extension", "codec"],
)
async def test_a_refused_call_names_what_refuses_it(
    example: Example, changes: Mapping[str, str], secret: str, trial: str, remedy: str
) -> None:
    findings = await example.findings(changes, secret)
    assert remedy in findings[trial].remedy, findings


async def test_what_is_said_ends_with_what_is_to_change(example: Example) -> None:
    example.changes = {}
    await example.asterisk.reload(example.asterisk.settings)
    said: list[str] = []
    check = LiveCheck(example.settings())
    assert await tell(check, said.append) == 0
    assert "OPTIONS to trunk pbx: 401 Unauthorized" in said[0]
    assert said[-1] == "nothing to change"
