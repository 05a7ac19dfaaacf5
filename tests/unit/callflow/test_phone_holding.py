"""A phone belongs to one agent at a time."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Engine, Mode, PhoneInUse, Server, StaticPhone
from dialer.agents.agent import AgentState, Pending, SystemReason, Wish
from dialer.views.agent import agent_view
from dialer.vocabulary import commands, events
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.vocabulary.topics import PHONE_FAILED
from dialer.words import spoken, words_of
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE, SPRING, campaign, record, settings
from tests.unit.callflow.scenes import opened, talking

DESKS = StaticPhone(kind="static", name="desk", uri="sip:{extension}@127.0.0.1:5062")
SAME = StaticPhone(kind="static", name="room", uri="sip:{extension}@127.0.0.1:5062")


def shared(*, ada: str = "101@desk", bob: str = "101@desk", mode: Mode = Mode.PROGRESSIVE, **server: Any) -> Floor:
    """Ada is logged in and ready; Bob is not, and has the phone `bob`."""
    made = settings(
        campaign(mode),
        engines=(Engine(name=ENGINE),),
        phones=(DESKS, SAME),
        server=Server(**server),
    )
    floor = Floor(made, [record(n) for n in range(1, 5)])
    floor.open()
    for name, phone in ((ADA, ada), (BOB, bob)):
        floor.say(events.UserKnown(name, name.title(), phone, (TeamName("sales"),)))
    floor.start()
    floor.ask(commands.LogIn(ADA))
    return floor


def known(floor: Floor, name: AgentName, phone: str) -> None:
    floor.say(events.UserKnown(name, name.title(), phone, (TeamName("sales"),)))


@pytest.mark.parametrize("phone", ["101@desk", "101@room"])
def test_a_log_in_at_a_phone_in_use_is_refused_and_says_who_has_it(phone: str) -> None:
    floor = shared(bob=phone)
    with pytest.raises(Refused) as refused:
        floor.ask(commands.LogIn(BOB))
    assert refused.value.code == "phone_taken"
    assert "Ada" in words_of(refused.value)
    floor.ask(commands.LogOut(ADA))
    floor.ask(commands.LogIn(BOB))
    assert floor.agent(BOB).state is AgentState.NOT_READY
    assert floor.refusal(commands.LogIn(ADA)) == "phone_taken"


def test_agents_without_a_phone_log_in_side_by_side() -> None:
    floor = shared(ada="", bob="")
    floor.ask(commands.LogIn(BOB))
    assert floor.agent(BOB).state is AgentState.NOT_READY


def test_by_setting_the_other_agent_is_logged_out() -> None:
    floor = shared(phone_in_use="take_over")
    floor.records = []
    floor.campaign.pool.drain()
    floor.ready(ADA)
    floor.ask(commands.LogIn(BOB))
    assert (floor.agent().state, floor.agent().reason) == (AgentState.LOGGED_OUT, SystemReason.PHONE_TAKEN)
    assert [each.key for each in floor.published if each.topic is PHONE_FAILED] == [ADA]
    assert "Bob" in floor.facts("phone_failed")[0]["reason"]
    floor.ask(commands.LogOut(BOB))
    floor.ask(commands.LogIn(ADA))


def test_an_offer_is_taken_over_a_conversation_is_not() -> None:
    floor = shared(phone_in_use="take_over")
    floor.ready(ADA)
    assert floor.interaction.agent == ADA
    floor.ask(commands.LogIn(BOB))
    assert not floor.world.interactions
    floor = talking(agents=(ADA, BOB))
    floor.world.settings = floor.world.settings.model_copy(update={"server": Server(phone_in_use=PhoneInUse.TAKE_OVER)})
    floor.ask(commands.LogOut(BOB))
    known(floor, BOB, "101@desk")
    assert floor.refusal(commands.LogIn(BOB)) == "phone_taken"


def test_who_is_given_the_phone_of_another_is_told_and_not_ready() -> None:
    floor = opened(agents=(ADA, BOB), records=())
    floor.ready(ADA, BOB)
    known(floor, BOB, "101@desk")
    assert (floor.agent(BOB).state, floor.agent(BOB).reason) == (AgentState.NOT_READY, SystemReason.PHONE_TAKEN)
    assert floor.agent(ADA).state is AgentState.READY
    assert "phone_failed" in floor.topics()
    assert "phone_taken" in floor.history()
    assert floor.refusal(commands.GoReady(BOB)) == "phone_taken"
    ready = next(each for each in agent_view(floor.world, floor.agent(BOB)).actions if each.command == "ready")
    assert not ready.allowed
    assert "Ada" in spoken(ready.reason)
    floor.ask(commands.LogOut(ADA))
    floor.ask(commands.GoReady(BOB))
    assert floor.agent(BOB).state is AgentState.READY


def test_a_conversation_goes_on_and_the_agent_is_not_ready_after_it() -> None:
    floor = talking(agents=(ADA, BOB))
    known(floor, ADA, "102@desk")
    assert floor.agent().pending == Pending(Wish.NOT_READY, SystemReason.PHONE_TAKEN)
    assert floor.refusal(commands.GoReady(ADA)) == "phone_taken"


def test_a_reload_that_puts_two_agents_on_one_phone_is_told() -> None:
    floor = shared(bob="102@desk")
    floor.ask(commands.LogIn(BOB))
    floor.campaign.pool.drain()
    floor.records = []
    floor.ready(ADA, BOB)
    one = StaticPhone(kind="static", name="desk", uri="sip:reception@127.0.0.1:5062")
    floor.say(events.ConfigurationApplied(2, floor.world.settings.model_copy(update={"phones": (one, SAME)})))
    states = {name: floor.agent(name).state for name in (ADA, BOB)}
    assert sorted(states.values()) == [AgentState.NOT_READY, AgentState.READY]


def test_two_agents_who_change_phones_keep_both() -> None:
    floor = shared(bob="102@desk")
    floor.ask(commands.LogIn(BOB))
    known(floor, BOB, "103@desk")
    known(floor, ADA, "102@desk")
    known(floor, BOB, "101@desk")
    assert "phone_taken" not in floor.history()


def test_a_restart_knows_whose_phone_it_is() -> None:
    floor = shared(bob="101@desk")
    again = Floor(floor.world.settings, run="u")
    again.say(events.ConfigurationApplied(1, floor.world.settings))
    known(again, ADA, "101@desk")
    known(again, BOB, "101@desk")
    again.say(events.CampaignRemembered(SPRING, "running", "PROGRESSIVE"))
    again.say(events.AgentRemembered(ADA, "ready", ""))
    again.say(events.Restored())
    assert again.refusal(commands.LogIn(BOB)) == "phone_taken"


def test_in_asm_the_standing_leg_of_who_loses_the_phone_is_ended() -> None:
    floor = shared(bob="102@desk", mode=Mode.PROGRESSIVE_ASM)
    floor.campaign.pool.drain()
    floor.records = []
    floor.ask(commands.LogIn(BOB))
    floor.ready(BOB)
    leg = floor.engaged
    floor.answer(leg)
    known(floor, BOB, "101@desk")
    assert floor.agent(BOB).state is AgentState.NOT_READY
    assert leg.state == "clearing"
