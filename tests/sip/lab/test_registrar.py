"""The lab's phones at a real Asterisk: they register, are called through it, and so are the carrier's numbers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dialer.vocabulary.telephony import Credentials
from sip.lab.behaviours import REFUSALS, Behaviour, number_for
from sip.lab.lab import LabFailed
from sip.lab.process import LabProcess
from sip.lab.settings import LabSettings
from tests.sip.lab.rig import Rig, free_port, hasty_talk

REPOSITORY = Path(__file__).parents[3]
CHROOT = REPOSITORY / "docker" / "asterisk" / "chroot.sh"
STOP_TIMEOUT_S = 20.0

CARRIER = """
[carrier]
type = endpoint
transport = udp
disallow = all
allow = ulaw
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
aors = carrier
[carrier]
type = aor
contact = sip:127.0.0.1:{port}
qualify_frequency = 0
"""


def configure(instance: Path, port: int, carrier_port: int) -> None:
    """The shipped configuration, on a port of its own and with the lab as its carrier."""
    etc = instance / "etc"
    shutil.copytree(REPOSITORY / "docker" / "asterisk" / "etc", etc)
    accounts = (etc / "pjsip.conf").read_text().replace("127.0.0.1:5060", f"127.0.0.1:{port}")
    (etc / "pjsip.conf").write_text(accounts + CARRIER.format(port=carrier_port))
    plan = (etc / "extensions.conf").read_text()
    outside = "Dial(PJSIP/${EXTEN}@carrier)\n same => n,Hangup(${HANGUPCAUSE})"
    (etc / "extensions.conf").write_text(plan.replace("Answer()\n same => n,Echo()", outside))


@asynccontextmanager
async def asterisk(instance: Path) -> AsyncIterator[None]:
    """One instance of Asterisk, booted."""
    process = await asyncio.create_subprocess_exec(str(CHROOT), "run", str(instance))
    try:
        waiting = await asyncio.create_subprocess_exec(str(CHROOT), "wait", str(instance))
        assert await waiting.wait() == 0
        yield
    finally:
        process.terminate()
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()


def settings(port: int, password: str = "change-me-{user}") -> LabSettings:
    return LabSettings(
        carrier_port=free_port(),
        phones_port=0,
        agents=2,
        first_phone=101,
        profile=hasty_talk(3.0),
        registrar=f"sip:127.0.0.1:{port}",
        phone_password=password,
        capture_ports=(port,),
    )


async def test_registered_phones_and_the_carrier_are_called_through_asterisk(tmp_path: Path) -> None:
    port = free_port()
    wanted = settings(port)
    configure(tmp_path / "asterisk", port, wanted.carrier_port)
    (tmp_path / "lab").mkdir()
    async with asterisk(tmp_path / "asterisk"), LabProcess(wanted, tmp_path / "lab") as lab:
        assert (await lab.request({"do": "status"}))["registered"] == 2
        desk = Rig(lab)
        try:
            await desk.open(tmp_path, f"sip:cornetta@127.0.0.1:{port}", Credentials("cornetta", "change-me"))
            busy = desk.dial("busy", number_for(Behaviour.BUSY), port)
            phones = [desk.dial(f"p{user}", user, port) for user in ("101", "102")]
            await desk.answered(*phones)
            for number, phone in enumerate(phones):
                desk.join(f"b{number}", phone)
            numbers = [f"+120255501{number:02d}" for number in range(2)]
            contacts = [desk.dial(f"c{n}", number, port, bridge=f"b{n}") for n, number in enumerate(numbers)]
            for contact in contacts:
                await desk.cleared(contact)
            refused, refusal = await desk.cleared(busy), REFUSALS[Behaviour.BUSY]
            assert (refused.code, refused.q850) == (refusal.code, refusal.cause)
            await lab.request({"do": "phone", "phone": "*", "action": "hang_up"})
            for phone in phones:
                await desk.cleared(phone)
            await desk.settled()
            report = await desk.report()
            assert (report["audio_both_ways"], report["cross_talk"]) == (2, []), report
            assert {each["phone"] for each in report["conversations"]} == {"101", "102"}
            wire = await lab.request({"do": "wire"})
            ours = {invite["call_id"]: invite["copies"] for invite in wire["invites"]}
            assert ours == {f"{leg}.1": 2 for leg in (busy, *phones, *contacts)}  # one without credentials, one with
        finally:
            await desk.close()


async def test_phones_that_may_not_register_are_told_with_the_registrars_answer(tmp_path: Path) -> None:
    port = free_port()
    wanted = settings(port, password="wrong")
    configure(tmp_path / "asterisk", port, wanted.carrier_port)
    (tmp_path / "lab").mkdir()
    async with asterisk(tmp_path / "asterisk"):
        with pytest.raises(LabFailed, match=r"0 of 2 phones registered.*40[13]"):
            await LabProcess(wanted, tmp_path / "lab").start()
