"""An agent asks the supervisors of the own teams for help."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from dialer.core.desk import Desk
from dialer.core.step import Step
from dialer.vocabulary import topics
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.topics import TeamSupervisors


class AskForHelp(DeskCommand, frozen=True):
    """Ask the supervisors of the team for help.

    What it is about, for the supervisors; it is kept nowhere.
    """

    text: Annotated[str, Meta(max_length=200)] = ""


def on_ask_for_help(step: Step, desk: Desk, command: AskForHelp) -> None:
    """Told once to whoever is there; the history says that it was asked for."""
    agent, interaction = desk.agent, desk.interaction
    told = topics.HelpWanted(agent.name, interaction.campaign, interaction.state, command.text)
    step.publish(topics.HELP_WANTED, TeamSupervisors(agent.teams), interaction.id, told)
    step.history("help_wanted", interaction=interaction)
