"""Numbers that are put on the do-not-call list: by supervisors, and by what is said of a contact."""

from __future__ import annotations

from config.model import CampaignSettings
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AgentName
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import AddDoNotCall, LiftDoNotCall


def on_bar_numbers(step: Step, command: commands.BarNumbers) -> None:
    """Each is committed and stays. A record in hand with such a number is refused when it is to be dialed."""
    source = f"user {command.by}"
    step.write(*(AddDoNotCall(number, command.campaign, source, None, step.utc) for number in command.numbers))
    step.history("numbers_barred", campaign=command.campaign, count=len(command.numbers), by=command.by)


def on_lift_number(step: Step, command: commands.LiftNumber) -> None:
    """The history keeps by whom, when and why. The API asks first whether the number is on the list."""
    step.write(LiftDoNotCall(command.number, command.campaign, step.utc))
    step.history(
        "do_not_call_lifted",
        campaign=command.campaign,
        number=command.number,
        by=command.by,
        reason=command.reason,
    )


def says_do_not_call(settings: CampaignSettings, result: CallResult | None, disposition: str | None) -> bool:
    """Whether a call result or disposition means what the tick does."""
    if result is CallResult.DO_NOT_CALL:
        return True
    return any(each.do_not_call and each.code == disposition for each in settings.outcome.dispositions)


def bar_contact(step: Step, interaction: Interaction, source: str, agent: AgentName | None = None) -> None:
    """Put the contact's number on the list of all campaigns, in the step in which it is said. It stays there."""
    if interaction.do_not_call:
        return
    interaction.do_not_call = True
    step.write(AddDoNotCall(interaction.number, None, source, agent, step.utc))
    step.history("do_not_call", interaction=interaction)
