"""Reasons why nothing is dialed: one sentence with counts, for every cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.model import Mode
from dialer.callflow.dial.offers import RejectOffer
from dialer.campaigns.reason import NoCalls, NoCallsCode
from dialer.vocabulary import commands, events
from dialer.vocabulary.events import Waiting
from dialer.vocabulary.ids import CampaignName
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE, SPRING, campaign, record, settings, trunk
from tests.unit.callflow.scenes import dialing, offered, opened, talking

ASM = Mode.PROGRESSIVE_ASM
Scene = Callable[[], Floor]


def lists(waiting: Waiting) -> Floor:
    floor = opened(records=())
    floor.waiting = waiting
    floor.tick(5)
    return floor


def store_down() -> Floor:
    floor = opened()
    floor.say(events.StoreFailing("the disk is full"))
    return floor


def claims_fail() -> Floor:
    floor = opened(records=())
    floor.say(events.ClaimFailed(SPRING, "the disk is full"))
    return floor


def engine_away() -> Floor:
    floor = opened()
    floor.say(events.EngineDisconnected(ENGINE))
    return floor


def trunk_full() -> Floor:
    floor = talking(ASM, trunks=(trunk(max_legs=1),), agents=(ADA, BOB))
    floor.ready(BOB)
    floor.answer(floor.engaged)
    return floor


def evening() -> Floor:
    floor = opened(records=())
    floor.waiting = Waiting(due=7, total=7)
    floor.utc += 9 * 3600
    floor.tick(5)
    return floor


def rejected() -> Floor:
    floor = offered(Mode.PUSH_PREVIEW, records=(record(1),))
    assert floor.interaction.owner is not None
    assert floor.interaction.owner.offer is not None
    floor.ask(RejectOffer(ADA, floor.interaction.id, floor.interaction.owner.offer))
    return floor


def ringing_desk() -> Floor:
    floor = opened(ASM)
    floor.ready()
    return floor


def on_hold() -> Floor:
    floor = opened(ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    floor.hold(floor.engaged, on=True)
    floor.campaign.pool.add([record(1)])
    floor.tick()
    return floor


def reader() -> Floor:
    floor = opened(Mode.PREVIEW)
    floor.ready()
    return floor


def starting() -> Floor:
    floor = opened()
    floor.world.restored = False
    return floor


def required() -> Floor:
    floor = opened(join="required")
    floor.ready()
    return floor


def nobody() -> Floor:
    floor = opened()
    floor.ask(commands.LogOut(ADA))
    return floor


def elsewhere() -> Floor:
    first = campaign(Mode.PREDICTIVE, name=CampaignName("winter"))
    floor = Floor(settings(campaign(priority=2), first), [record(n) for n in range(1, 30)])
    floor.open(ADA)
    floor.start(CampaignName("winter"))
    floor.start()
    floor.ready()
    return floor


CASES: list[tuple[NoCallsCode, Scene, str]] = [
    (NoCallsCode.STORE, store_down, "the disk is full"),
    (NoCallsCode.STORE, claims_fail, "could not be fetched"),
    (NoCallsCode.STARTING, starting, "starting"),
    (NoCallsCode.ENGINE, engine_away, "cornetta engine"),
    (NoCallsCode.TRUNK_DOWN, lambda: opened(trunks=(trunk(probe="options"),)), "main: not_probed_yet"),
    (NoCallsCode.TRUNK_LIMIT, trunk_full, "main: max_legs"),
    (NoCallsCode.OUT_OF_WINDOW, evening, "7 records"),
    (NoCallsCode.OUT_OF_WINDOW, lambda: lists(Waiting(out_of_window=4, total=4)), "4 records"),
    (NoCallsCode.NO_AGENTS, nobody, "No agent of the campaign's teams is logged in"),
    (NoCallsCode.NO_AGENTS, opened, "1 agent is logged in, none is ready"),
    (NoCallsCode.NOT_JOINED, required, "none has said OK"),
    (NoCallsCode.NOT_ENGAGED, ringing_desk, "1 agent is ready; the phone is being rung"),
    (NoCallsCode.ON_HOLD, on_hold, "1 agent is ready with the phone on hold"),
    (NoCallsCode.WAITING_FOR_RETRY, lambda: lists(Waiting(retry=1, total=9)), "1 record waits for its next attempt."),
    (NoCallsCode.OUT_OF_WINDOW, lambda: lists(Waiting(out_of_window=1, total=4)), "1 record is due"),
    (NoCallsCode.HELD, lambda: lists(Waiting(retrieved=1, done=7, total=9)), "The last record is on"),
    (NoCallsCode.ELSEWHERE, elsewhere, "1 agent is ready and works for winter first"),
    (NoCallsCode.ALL_OCCUPIED, lambda: talking(ASM), "1 agent is occupied"),
    (NoCallsCode.WAITING_FOR_RETRY, lambda: lists(Waiting(retry=3, next_due_at=1_769_086_800.0, total=9)), "13:00 UTC"),
    (NoCallsCode.HELD, lambda: lists(Waiting(retrieved=2, done=7, total=9)), "The last 2 records"),
    (NoCallsCode.LIST_FINISHED, lambda: lists(Waiting(done=9, total=9)), "All 9 records"),
    (NoCallsCode.LIST_EMPTY, lambda: lists(Waiting()), "cornetta list import"),
    (NoCallsCode.HIDDEN, rejected, "rejected by all"),
    (NoCallsCode.BY_AGENT, reader, "themselves"),
]


def why(floor: Floor) -> NoCalls | None:
    floor.tick(0.2)
    return floor.campaign.reason


@pytest.mark.parametrize(("code", "scene", "words"), CASES, ids=[f"{code}: {words}" for code, _, words in CASES])
def test_why(code: NoCallsCode, scene: Scene, words: str) -> None:
    found = why(scene())
    assert found is not None
    assert (found.code, words in say(found.reason)) == (code, True), found
    assert say(found.reason).endswith((".", "full"))


def test_there_is_no_reason_while_something_is_dialed() -> None:
    assert why(dialing(ASM)) is None


def test_counts_stand_beside_the_sentence() -> None:
    floor = talking(ASM, agents=(ADA, BOB))
    found = why(floor)
    assert found is not None
    assert (found.agents, found.agents_ready, found.in_hand) == (2, 0, len(floor.campaign.pool))


def test_a_changed_reason_is_told_to_supervisors_once() -> None:
    floor = opened()
    floor.tick()
    floor.forget_outputs()
    floor.tick()
    assert "campaign" not in floor.topics()
    floor.say(events.EngineDisconnected(ENGINE))
    floor.tick()
    assert "campaign" in floor.topics()


def test_every_code_is_told_by_somebody() -> None:
    told = {code for code, _, _ in CASES}
    # A campaign that does not run has its state as the reason, one that the pacing holds back has its view; a short
    # wait for records is no reason.
    elsewhere = {NoCallsCode.NOT_RUNNING, NoCallsCode.PACED, NoCallsCode.CLAIMING}
    assert told | elsewhere == set(NoCallsCode)
