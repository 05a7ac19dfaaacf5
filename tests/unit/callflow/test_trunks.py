"""Trunks: the choice for a call, the next one after a failure, and the cost of a dead one."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.callflow.heard.contact import BARRED_IN_A_ROW
from dialer.callflow.outcome.end_call import EndCall
from dialer.interactions.attempt import call_id_of
from dialer.interactions.interaction import InteractionState
from dialer.trunks.trunk import TrunkState
from dialer.vocabulary import events
from dialer.vocabulary.reasons.calls import LegEnded
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import (
    AccountState,
    ClearedBy,
    ConfigurationTaken,
    Dial,
    HangUp,
    LateAnswer,
    LegCleared,
    Probe,
    ProbeCompleted,
)
from dialer.vocabulary.writes import AddDial, BeginAttempt, MarkLateAnswer, SettleAttempt, SettleDial, UpdateRecord
from tests.complaints import complaint
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, MAIN, NOON, SPARE, campaign, record, settings, trunk
from tests.unit.callflow.scenes import dialing, opened

ASM = Mode.PROGRESSIVE_ASM
TWO = (trunk(), trunk(SPARE, priority=2))


def two(**more: object) -> Floor:
    floor = dialing(ASM, trunks=TWO, records=(record(1),), **more)
    assert used(floor) == [MAIN]
    return floor


def used(floor: Floor) -> list[str]:
    return [each.trunk for each in floor.writes(AddDial)]


def results(floor: Floor) -> list[CallResult]:
    return [each.result for each in floor.writes(SettleAttempt)]


@pytest.mark.parametrize(
    ("code", "by", "heard"),
    [
        (503, ClearedBy.PEER, True),
        (500, ClearedBy.PEER, True),
        (408, ClearedBy.PEER, True),
        (0, ClearedBy.TRANSPORT, False),
        (0, ClearedBy.REFUSED, False),
    ],
)
def test_the_next_trunk_before_any_ringing(code: int, by: ClearedBy, heard: bool) -> None:
    floor = two()
    floor.clear(floor.contact, code, by, heard=heard)
    assert used(floor) == [MAIN, SPARE]
    assert not results(floor)
    (begun,) = floor.writes(BeginAttempt)
    assert [each.call_id for each in floor.writes(AddDial)] == [
        call_id_of(floor.world.mint, begun.attempt, 0),
        call_id_of(floor.world.mint, begun.attempt, 1),
    ]
    assert floor.guards[floor.contact.id] == begun.attempt
    floor.answer(floor.contact)
    assert floor.interaction.state is InteractionState.CONNECTED
    assert not floor.trunk(MAIN).legs


def test_nothing_heard_for_four_seconds_tries_the_next() -> None:
    floor = two()
    first = floor.contact
    floor.pass_time(3.9)
    assert not [each for each in floor.commands(HangUp) if each.leg == first.id]
    floor.pass_time(0.2)
    assert [each for each in floor.commands(HangUp) if each.leg == first.id]
    floor.clear(first, by=ClearedBy.US, heard=False)
    assert used(floor) == [MAIN, SPARE]


def test_a_hundred_trying_is_a_sign_of_life() -> None:
    floor = two()
    floor.progress(floor.contact, 100)
    floor.pass_time(10)
    assert not floor.commands(HangUp)
    floor.clear(floor.contact, 503)
    assert used(floor) == [MAIN, SPARE], "a 100 is no 18x"


def test_a_hundred_and_then_silence_is_the_trunks_failure() -> None:
    floor = two()
    first = floor.contact
    floor.progress(first, 100)
    floor.pass_time(19.9)
    assert not floor.commands(HangUp)
    floor.pass_time(0.2)
    assert [each.leg for each in floor.commands(HangUp)] == [first.id]
    floor.clear(first, by=ClearedBy.US)
    assert used(floor) == [MAIN, SPARE]
    assert complaint(floor.trunk(MAIN)) == "100 Trying and nothing more within 20 s of an INVITE"


def test_a_ring_time_that_ends_with_nothing_but_a_hundred_is_no_answer_of_nobody() -> None:
    floor = dialing(ASM)
    floor.progress(floor.contact, 100)
    floor.pass_time(15)
    floor.clear(floor.contact, by=ClearedBy.TIMEOUT)
    assert results(floor) == [CallResult.TRUNK_FAILURE]
    assert complaint(floor.trunk(MAIN)).startswith("100 Trying and nothing more")
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount) == (RecordStatus.READY, 1)
    assert update.tried == (CallResult.TRUNK_FAILURE,), "the contact's phone may have rung, so it is not for ever"


def test_whoever_rings_has_the_whole_ring_time() -> None:
    floor = two()
    floor.progress(floor.contact, 100)
    floor.ring(floor.contact)
    floor.pass_time(25)
    assert not floor.commands(HangUp)
    contact = floor.contact
    floor.engine_says(LegCleared(contact.id, 0, "", None, ClearedBy.TIMEOUT, floor.now, heard=True, alerted=True))
    assert results(floor) == [CallResult.NO_ANSWER]


@pytest.mark.parametrize(("code", "q850", "result"), [(500, 17, CallResult.BUSY), (503, 1, CallResult.INVALID_NUMBER)])
def test_a_cause_that_is_the_contacts_own_is_said_once(code: int, q850: int, result: CallResult) -> None:
    floor = two()
    floor.clear(floor.contact, code, q850=q850)
    assert used(floor) == [MAIN]
    assert results(floor) == [result]


@pytest.mark.parametrize("sign", [180, 183])
def test_no_other_trunk_after_a_ring(sign: int) -> None:
    floor = two()
    if sign == 180:
        floor.ring(floor.contact)
    else:
        floor.progress(floor.contact, 183)
        floor.world.legs[floor.contact.id].early_media = True
    contact = floor.contact
    floor.engine_says(LegCleared(contact.id, 503, "", None, ClearedBy.PEER, floor.now, heard=True, alerted=True))
    assert used(floor) == [MAIN]
    assert results(floor) == [CallResult.CONGESTION]


@pytest.mark.parametrize("code", [486, 404, 480, 603])
def test_what_the_contact_said_is_said_once(code: int) -> None:
    floor = two()
    floor.clear(floor.contact, code)
    assert used(floor) == [MAIN]
    assert len(results(floor)) == 1


def test_retry_after_is_obeyed() -> None:
    floor = two()
    floor.clear(floor.contact, 503, retry_after_s=20.0)
    assert used(floor) == [MAIN, SPARE]
    assert floor.trunk(MAIN).refusal(floor.now + 19) == "paused"
    assert floor.trunk(MAIN).refusal(floor.now + 21) is None


def test_retry_after_has_a_bound() -> None:
    floor = two()
    floor.clear(floor.contact, 503, retry_after_s=999_999_999.0)
    assert floor.trunk(MAIN).refusal(floor.now + 599) == "paused"
    assert floor.trunk(MAIN).refusal(floor.now + 601) is None
    assert complaint(floor.trunk(MAIN)).endswith("retry after 600 s (it asked for 999999999 s)")


def test_an_answer_without_audio_that_we_take_is_the_trunks_and_costs_the_record_nothing() -> None:
    floor = two()
    contact = floor.contact
    why = "its SDP answers no codec that we offer (G729); we offer PCMA"
    floor.engine_says(LegCleared(contact.id, 200, why, None, ClearedBy.MEDIA, floor.now, answered=True, heard=True))
    assert used(floor) == [MAIN]
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ABANDONED, True)
    assert complaint(floor.trunk(MAIN)) == f"answered a call, but with no audio that we take: {why}"
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount, update.tried) == (RecordStatus.READY, 1, ())
    assert update.due_at == floor.utc + 72 * 3600, "somebody picked up and heard nobody"


def test_a_line_that_the_carriers_switch_lost_was_not_ended_by_the_contact() -> None:
    floor = two()
    contact = floor.contact
    floor.answer(contact)
    floor.engine_says(LegCleared(contact.id, 200, "", 44, ClearedBy.PEER, floor.now, answered=True, heard=True))
    assert (floor.interaction.ended_by, floor.interaction.cause) == ("system", LegEnded(ClearedBy.MEDIA))


def test_a_trunk_that_refuses_us_again_and_again_is_left_alone() -> None:
    floor = dialing(ASM)
    for _ in range(BARRED_IN_A_ROW):
        assert floor.trunk(MAIN).refusal(floor.now) is None
        floor.clear(floor.contact, 403)
        floor.tick()
    assert floor.trunk(MAIN).refusal(floor.now) == "paused"
    assert complaint(floor.trunk(MAIN)).startswith("403")


@pytest.mark.parametrize("code", [420, 421, 494])
def test_what_a_trunk_wants_of_our_sip_is_its_error(code: int) -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM)
    floor.clear(floor.contact, code)
    assert complaint(floor.trunk(MAIN)).startswith(str(code))


def test_a_record_that_the_trunk_refuses_does_not_come_back_for_ever() -> None:
    floor = dialing(ASM, records=(record(1, tries={"trunk_failure": 9}),))
    floor.clear(floor.contact, 403)
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.result, update.uncount) == (RecordStatus.UPDATED, CallResult.TRUNK_FAILURE, 0)


@pytest.mark.parametrize("code", [401, 407])
def test_wrong_credentials_cost_no_record_however_often(code: int) -> None:
    floor = dialing(ASM, records=(record(1, tries={"trunk_failure": 9}),))
    floor.clear(floor.contact, code)
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount, update.tried) == (RecordStatus.READY, 1, ())


def test_a_silent_trunk_leaves_the_row_of_refusals_as_it_is() -> None:
    floor = dialing(ASM, records=(record(1, tries={"trunk_failure": 9}),))
    floor.clear(floor.contact, by=ClearedBy.TRANSPORT, heard=False)
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount, update.tried) == (RecordStatus.READY, 1, ())


def test_nothing_heard_from_any_trunk_costs_the_record_nothing() -> None:
    floor = two()
    floor.clear(floor.contact, by=ClearedBy.TRANSPORT, heard=False)
    floor.clear(floor.contact, by=ClearedBy.TRANSPORT, heard=False)
    assert results(floor) == [CallResult.TRUNK_FAILURE]
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount) == (RecordStatus.READY, True)
    assert update.due_at == floor.utc + 60
    assert [each.n for each in floor.writes(SettleDial)] == [0, 1]
    assert floor.agent().state in ("ready", "reserved")


def test_a_call_given_up_by_the_agent_goes_nowhere_else() -> None:
    floor = two()
    contact = floor.contact
    floor.ask(EndCall(ADA, floor.interaction.id))
    floor.clear(contact, by=ClearedBy.US, heard=False)
    assert used(floor) == [MAIN]
    assert results(floor) == [CallResult.CANCELLED]


def test_an_answer_that_crosses_the_failover_cancel_goes_nowhere_else() -> None:
    floor = two()
    first = floor.contact
    floor.pass_time(4.1)
    floor.answer(first)
    floor.clear(first, 200, ClearedBy.US)
    assert used(floor) == [MAIN]
    assert results(floor) == [CallResult.ABANDONED]


def test_an_answer_after_the_failover_is_noted_at_its_dial() -> None:
    floor = two()
    first = floor.contact
    floor.pass_time(4.1)
    floor.clear(first, by=ClearedBy.US, heard=False)
    (begun,) = floor.writes(BeginAttempt)
    floor.engine_says(LateAnswer(first.id, floor.now, f"{begun.attempt}.0"))
    assert floor.writes(MarkLateAnswer) == [MarkLateAnswer(begun.attempt, 0, floor.utc, floor.utc + 72 * 3600.0, 2)]
    assert used(floor) == [MAIN, SPARE]
    assert not results(floor)


def test_no_failover_once_the_window_is_over_or_the_store_is_down() -> None:
    for spoil in ("window", "store"):
        floor = two()
        if spoil == "window":
            floor.utc = NOON + 8 * 3600
        else:
            floor.say(events.StoreFailing("the disk is full"))
        floor.clear(floor.contact, 503)
        assert used(floor) == [MAIN], spoil
        assert results(floor) == [CallResult.CONGESTION]


def test_the_last_attempt_of_a_record_may_fail_over() -> None:
    floor = dialing(ASM, trunks=TWO, records=(record(1, attempts=5),))
    floor.clear(floor.contact, 503)
    assert used(floor) == [MAIN, SPARE]


def test_no_failover_over_an_engine_that_is_away() -> None:
    floor = two()
    floor.say(events.EngineDisconnected(floor.contact.engine))
    floor.clear(floor.contact, 503)
    assert used(floor) == [MAIN]


def test_the_ring_time_out_is_no_answer() -> None:
    floor = two()
    floor.ring(floor.contact)
    (dial,) = [each for each in floor.commands(Dial) if each.leg == floor.contact.id]
    assert dial.timeout_s == floor.campaign.settings.ring_timeout_s
    floor.clear(floor.contact, 487, ClearedBy.TIMEOUT)
    assert results(floor) == [CallResult.NO_ANSWER]


def test_a_trunks_cause_table_counts() -> None:
    floor = dialing(ASM, trunks=(trunk(cause_table={"486": "no_answer", "q850:34": "busy"}),))
    floor.clear(floor.contact, 486)
    floor.clear(floor.contact, 486, q850=34)
    assert results(floor) == [CallResult.NO_ANSWER, CallResult.BUSY]


def test_probes_and_three_misses() -> None:
    floor = Floor(settings(campaign(ASM), trunks=(trunk(probe="options"),)))
    floor.open(ADA)
    assert [each.deadline_s for each in floor.commands(Probe)] == [2.0]
    assert floor.trunk().refusal(floor.now) == "not_probed_yet"

    def answer(code: int) -> None:
        account = floor.commands(Probe)[-1].account
        floor.engine_says(ProbeCompleted(account, "", code, "", 1.5, floor.now))

    for said, state in ((0, "unknown"), (404, "up"), (0, "up"), (0, "up"), (0, "down"), (503, "up")):
        floor.pass_time(10)
        answer(said)
        assert floor.trunk().state == state, said
    assert len(floor.commands(Probe)) == 7


def test_a_trunk_whose_account_cannot_be_made_keeps_telling_why() -> None:
    floor = Floor(settings(campaign(ASM), trunks=(trunk(probe="options"),)))
    floor.open(ADA)
    account = floor.commands(Probe)[-1].account
    why = f"account {account}: Cannot assign requested address"
    floor.engine_says(ConfigurationTaken(1, (why,), floor.now))
    floor.engine_says(ProbeCompleted(account, "", 0, "no such account", -1.0, floor.now))
    assert complaint(floor.trunk()) == why
    floor.engine_says(ConfigurationTaken(2, (), floor.now))
    floor.engine_says(ProbeCompleted(account, "", 0, "no answer in time", -1.0, floor.now))
    assert complaint(floor.trunk()) == "no answer in time"
    floor.engine_says(ConfigurationTaken(3, (f"account {account}-2: it is another trunk's",), floor.now))
    assert complaint(floor.trunk()) == "no answer in time"


def test_a_trunk_that_is_not_probed_is_dialed_unknown() -> None:
    floor = opened(ASM)
    assert floor.trunk().state is TrunkState.UNKNOWN
    assert floor.trunk().refusal(floor.now) is None


def test_a_registered_trunk_waits_for_its_registration() -> None:
    secret = {"user": "us", "password": "example"}
    floor = opened(ASM, trunks=(trunk(registration=True, authentication=secret),))
    floor.ready()
    floor.answer(floor.engaged)
    assert not floor.writes(BeginAttempt)
    account = floor.commands(Dial)[0].account
    floor.engine_says(AccountState(account, True, 200, "OK", floor.now))
    floor.engine_says(AccountState("trunk/main", False, 403, "Forbidden", floor.now))  # type: ignore[arg-type]  # an id
    assert "403" in complaint(floor.trunk())
    floor.engine_says(AccountState("trunk/main", True, 200, "OK", floor.now))  # type: ignore[arg-type]  # an id
    assert len(floor.writes(BeginAttempt)) == 1


def test_a_trunk_that_moved_is_unknown_again_and_one_that_is_no_longer_probed_is_not_down_for_ever() -> None:
    floor = Floor(settings(campaign(ASM), trunks=(trunk(probe="options"),)))
    floor.open(ADA)
    for _ in range(3):
        floor.engine_says(ProbeCompleted(floor.commands(Probe)[-1].account, "", 0, "", 0.0, floor.now))
    assert floor.trunk().state is TrunkState.DOWN
    same = settings(campaign(ASM), trunks=(trunk(probe="options", max_legs=5),))
    floor.say(events.ConfigurationApplied(2, same))
    assert floor.trunk().state is TrunkState.DOWN
    floor.say(events.ConfigurationApplied(3, settings(campaign(ASM), trunks=(trunk(),))))
    assert floor.trunk().refusal(floor.now) is None
