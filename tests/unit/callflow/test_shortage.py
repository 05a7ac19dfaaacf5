"""An engine without ports, descriptors or legs: nobody else is to blame, and nothing is used up."""

from __future__ import annotations

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import ClearedBy, Dial, LegCleared
from dialer.vocabulary.writes import AddDial, SettleAttempt, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import MAIN, SPARE, record, trunk
from tests.unit.callflow.scenes import dialling, opened

ASM = Mode.PROGRESSIVE_ASM
WORDS = "engine-1 has no free RTP port from 20000 to 20008; widen rtp_port_low and rtp_port_high of the engine"


def refuse(floor: Floor, leg: str) -> None:
    floor.engine_says(LegCleared(leg, 0, WORDS, None, ClearedBy.REFUSED, floor.now, exhausted=True))  # type: ignore[arg-type]  # an id


def test_no_trunk_is_blamed_and_no_record_is_used_up() -> None:
    floor = dialling(ASM, trunks=(trunk(), trunk(SPARE, priority=2)), records=(record(1),))
    refuse(floor, floor.contact.id)
    assert [each.trunk for each in floor.writes(AddDial)] == [MAIN]
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.SYSTEM_ERROR]
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount, update.tried) == (RecordStatus.READY, 1, ())
    assert update.due_at == floor.utc + 30
    assert {floor.trunk(name).last_error for name in (MAIN, SPARE)} == {""}
    assert floor.agent().state is AgentState.READY


def test_dialling_waits_and_says_why() -> None:
    floor = dialling(ASM, records=(record(1), record(2)))
    refuse(floor, floor.contact.id)
    floor.forget_outputs()
    floor.tick(1)
    assert not floor.writes(AddDial)
    reason = floor.campaign.reason
    assert reason is not None
    assert reason.sentence == f"{WORDS[0].upper()}{WORDS[1:]}."
    assert floor.world.engines[floor.engaged.engine].shortage == WORDS
    floor.tick(5)
    assert len(floor.writes(AddDial)) == 1


def test_an_agents_phone_that_could_not_be_rung_is_rung_again() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    refuse(floor, floor.engaged.id)
    assert floor.agent().state is AgentState.READY
    floor.forget_outputs()
    floor.tick(1)
    assert not floor.commands(Dial)
    floor.tick(5)
    assert len(floor.commands(Dial)) == 1


def test_it_is_told_once_while_it_lasts() -> None:
    floor = dialling(ASM, records=(record(1), record(2)))
    refuse(floor, floor.contact.id)
    floor.tick(5.5)
    refuse(floor, floor.contact.id)
    assert floor.history().count("engine_short") == 2
    floor.tick(1)
    assert floor.history().count("engine_short") == 2
