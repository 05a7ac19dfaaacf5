"""Numbers that supervisors put on the do-not-call list."""

from __future__ import annotations

from dialer.callflow.step import Step
from dialer.vocabulary import commands
from dialer.vocabulary.writes import AddDoNotCall


def on_bar_numbers(step: Step, command: commands.BarNumbers) -> None:
    """Each is committed and stays. A record in hand with such a number is refused when it is to be dialled."""
    source = f"user {command.by}"
    step.write(*(AddDoNotCall(number, command.campaign, source, None, step.utc) for number in command.numbers))
    step.history("numbers_barred", campaign=command.campaign, count=len(command.numbers), by=command.by)
