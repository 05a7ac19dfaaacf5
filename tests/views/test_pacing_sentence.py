"""The reason of a campaign's pacing where agents and records are elsewhere."""

from __future__ import annotations

from msgspec import structs

from config.model import Mode
from dialer.views.pacing_sentence import pacing_reason
from dialer.vocabulary import commands
from dialer.vocabulary.events import Waiting
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, campaign, record, settings


def opened(mode: Mode = Mode.PREDICTIVE_ASM, records: int = 30, least: int = 2) -> Floor:
    """A running campaign with two agents who are logged in."""
    told = settings(campaign(mode, predictive={"min_agents": least}))
    floor = Floor(told, [record(n) for n in range(records)])
    floor.open(ADA, BOB)
    floor.start()
    return floor


def said(floor: Floor) -> str:
    floor.tick()
    return say(pacing_reason(floor.world, floor.world.campaigns[SPRING]))


def test_agents_are_told_by_where_they_are() -> None:
    floor = opened()
    assert "0 at work, and dialing ahead begins with 2 (predictive.min_agents); besides 2 not ready" in said(floor)
    floor.ready(ADA)
    assert "besides 1 not ready, 1 whose phone is being rung" in said(floor)
    floor.answer(floor.engaged)
    assert "1 at work, and dialing ahead begins with 2 (predictive.min_agents); besides 1 not ready." in said(floor)
    floor.ask(commands.LogOut(BOB))
    assert "1 at work, and dialing ahead begins with 2 (predictive.min_agents). Now: " in said(floor)


def test_a_list_that_ends_for_now_is_told_apart_from_one_that_ends() -> None:
    floor = opened(Mode.PREDICTIVE, records=2, least=1)
    floor.ready(ADA, BOB)
    floor.waiting = Waiting(out_of_window=70, retrieved=2, total=72)
    floor.tick(5)
    assert said(floor).endswith("70 records more are outside the calling window.")
    spring = floor.world.campaigns[SPRING]
    spring.waiting = structs.replace(spring.waiting, out_of_window=0)
    assert "outside" not in say(pacing_reason(floor.world, spring))
