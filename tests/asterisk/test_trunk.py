"""The trunk to Asterisk itself: refused credentials, TLS with SRTP, certificates of strangers."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from config.model import Authentication, Retry, TrunkTls
from dialer.lab.asterisk_configuration import DIALER, DIALER_TLS
from dialer.trunks.trunk import TrunkState
from dialer.views.call import CallPhase
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import Srtp, Transport
from sip.lab.behaviours import Behaviour, number_for
from tests.complaints import complaint

from .floors import PASSWORD, Floors

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENT = number_for(Behaviour.PATIENT_PERSON)


async def test_a_wrong_password_is_told_and_costs_no_record(floors: Floors) -> None:
    wrong = Authentication(user=DIALER, password=SecretStr("not the password"))
    # The lab dials again at once: one attempt is enough here.
    later = {CallResult.TRUNK_FAILURE: Retry(delay_s=60)}
    async with floors(
        PATIENT, trunk={"authentication": wrong}, campaign={"retries": later}, phones_static=True
    ) as floor:
        await floor.start()
        await floor.until("the trunk complains", lambda: complaint(floor.trunk).startswith(("401", "403")))
        await floor.until("the attempt is over", lambda: not floor.world.interactions)
        await floor.stop_campaign()
        await floor.until_quiet()
        attempt = (await floor.attempts())[PATIENT]
        record = (await floor.records())[PATIENT]
        assert attempt.result is CallResult.TRUNK_FAILURE
        assert (record.status, record.attempts) == (RecordStatus.READY, 0)
        assert (await floor.carrier.request({"do": "status"}))["calls"] == {}


def encrypted(floors: Floors, authority: str) -> dict[str, object]:
    """The trunk over TLS with mandatory SRTP, trusting one authority."""
    return {
        "transport": Transport.TLS,
        "port": floors.switch.ports.asterisk_tls,
        "srtp": Srtp.MANDATORY,
        "authentication": Authentication(user=DIALER_TLS, password=SecretStr(PASSWORD)),
        "tls": TrunkTls(ca_file=str(floors.switch.folder / f"{authority}-ca.pem")),
    }


async def test_tls_with_srtp_carries_a_conversation(floors: Floors) -> None:
    async with floors(PATIENT, trunk=encrypted(floors, "own")) as floor:
        await floor.start()
        call = await floor.dialed(PATIENT)
        await floor.phase(call, CallPhase.CONNECTED)
        with floor.ear_at_engine() as at_engine, floor.ear_at_carrier() as at_lab:
            await floor.hears_both_ways(PATIENT)
            # The plain audio of contact and phone is encrypted on our side of Asterisk.
            await floor.until("the lab's RTP is in the clear", lambda: len(at_lab.tones()) == 2)
            assert at_engine.tones() == set()
            assert at_engine.loudness() > at_lab.loudness()
        await floor.end_call(call)
        await floor.wrap_up(call)
        await floor.until_done(PATIENT)
        await floor.until_live("contact", lambda legs: not legs)


async def test_a_certificate_of_a_stranger_keeps_the_trunk_down(floors: Floors) -> None:
    # Short, so that the trunk is soon down; a successful handshake may take longer on a busy machine.
    often = {"probe_interval_s": 1.0, "probe_deadline_s": 0.9}
    async with floors(PATIENT, trunk=encrypted(floors, "stranger") | often) as floor:
        await floor.until("the trunk is down", lambda: floor.trunk.state is TrunkState.DOWN)
        assert complaint(floor.trunk)
        assert await floor.attempts() == {}
