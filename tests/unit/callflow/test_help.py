"""Asking for help: the supervisors of the agent's teams are told, once."""

from __future__ import annotations

from dialer.callflow.call.assistance import AskForHelp
from dialer.vocabulary.ids import TeamName
from dialer.vocabulary.topics import HELP_WANTED, TeamSupervisors
from tests.unit.callflow.house import ADA, BOB
from tests.unit.callflow.scenes import previewing, talking


def test_the_supervisors_of_the_team_are_told_who_asks_and_why() -> None:
    floor = talking()
    floor.forget_outputs()
    floor.ask(AskForHelp(ADA, floor.interaction.id, "wants the manager"))
    (told,) = floor.facts(HELP_WANTED.name)
    assert told == {"agent": "ada", "campaign": "spring", "state": "connected", "text": "wants the manager"}
    (event,) = [each for each in floor.published if each.topic is HELP_WANTED]
    assert event.audience == TeamSupervisors(frozenset({TeamName("sales")}))
    assert event.key == floor.interaction.id
    assert "help_wanted" in floor.history()


def test_help_is_asked_for_before_the_call_too_but_not_for_another_agent() -> None:
    floor = previewing()
    floor.ask(AskForHelp(ADA, floor.interaction.id))
    assert [each["text"] for each in floor.facts(HELP_WANTED.name)] == [""]
    floor.know(BOB)
    assert floor.refusal(AskForHelp(BOB, floor.interaction.id)) == "not_your_interaction"
