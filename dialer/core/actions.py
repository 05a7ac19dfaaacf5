"""What a row of the table of actions is. The table is dialer/callflow/actions.py.

A row stands for one command of an agent on the interaction at the desk. Button, handler, route and the documents are
made from it: the rule that greys the button out is asked again before the handler runs, so that neither promises what
the other refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from dialer.core.desk import Desk
from dialer.core.step import Step
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.desk import NotPermitted
from dialer.vocabulary.reasons.reason import Reason
from dialer.world.lookups import own

C = TypeVar("C", bound=DeskCommand)
Rule = Callable[[Desk], Reason | None]


@dataclass(frozen=True, slots=True)
class Action:
    """`button` is the name by which desktops know the command, and the end of its path in the API. `rule` gives the
    reason why not now. `permission` is the setting of the campaign that the agent needs, if any, and `to` what it
    allows."""

    button: str
    command: type[DeskCommand]
    rule: Rule
    handler: Callable[[Step, Desk, Any], None]
    permission: str
    to: str

    def against(self, desk: Desk) -> Reason | None:
        """The reason against the action now; None where it is allowed."""
        refusal = self.rule(desk)
        if refusal is None and self.permission:
            permitted = getattr(desk.campaign.settings.permissions, self.permission)
            return None if permitted else NotPermitted(self.permission, self.to)
        return refusal

    def carry_out(self, step: Step, command: DeskCommand) -> None:
        """Raises NotFound, or Refused with the reason."""
        interaction, party = own(step.world, command.agent, command.interaction)
        campaign, agent = step.world.campaigns[interaction.campaign], step.world.agent(command.agent)
        desk = Desk(step.world, campaign, interaction, party, agent)
        refusal = self.against(desk)
        if refusal is not None:
            raise Refused(refusal)
        self.handler(step, desk, command)


def action(
    button: str,
    command: type[C],
    rule: Rule,
    handler: Callable[[Step, Desk, C], None],
    permission: str = "",
    to: str = "",
) -> Action:
    """A row; the types say that the handler takes this command."""
    return Action(button, command, rule, handler, permission, to)


def always(_: Desk) -> Reason | None:
    """The rule of what may be done in every state."""
    return None
