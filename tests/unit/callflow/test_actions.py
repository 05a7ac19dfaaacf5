"""What a button promises, the handler keeps; what it refuses, the handler refuses for the same reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.model import Mode
from dialer.callflow.dispatch import COMMANDS
from dialer.core.actions import ACTIONS, Action
from dialer.views.actions import actions
from dialer.vocabulary import commands
from dialer.vocabulary.ids import OfferId
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA
from tests.unit.callflow.scenes import after_call, dialing, offered, previewing, ringing_phone, talking

SCENES: dict[str, Callable[[], Floor]] = {
    "offered": lambda: offered(Mode.PUSH_PREVIEW),
    "previewing": previewing,
    "ringing_phone": ringing_phone,
    "dialing": dialing,
    "dialing_asm": lambda: dialing(Mode.PROGRESSIVE_ASM),
    "talking": talking,
    "after_call": after_call,
}

MORE: dict[type, dict[str, Any]] = {
    commands.Mute: {"on": True},
    commands.SendDigits: {"digits": "1"},
    commands.SetOutcome: {"note": "asked for a brochure"},
    commands.Done: {"then": ""},
}


def command_of(floor: Floor, action: Action) -> object:
    if action.command in (commands.AcceptOffer, commands.RejectOffer):
        owner = floor.interaction.owner
        assert owner is not None
        return action.command(ADA, owner.offer or OfferId("none"))
    return action.command(ADA, floor.interaction.id, **MORE.get(action.command, {}))


@pytest.mark.parametrize("action", ACTIONS, ids=[each.button for each in ACTIONS])
@pytest.mark.parametrize("scene", list(SCENES))
def test_button_and_handler_agree(scene: str, action: Action) -> None:
    floor = SCENES[scene]()
    shown = {each.command: each for each in actions(floor.world, floor.campaign, floor.interaction, floor.agent())}
    button, command = shown[action.button], command_of(floor, action)
    if button.allowed:
        floor.ask(command)  # type: ignore[arg-type]  # one of the commands
    elif action.button in ("accept", "reject"):
        assert floor.refusal(command) == "offer_over"  # type: ignore[arg-type]  # it names an offer
    else:
        reason = button.reason.reason
        assert reason is not None
        assert floor.refusal(command) == reason.code  # type: ignore[arg-type]  # one of the commands


def test_every_action_has_a_handler() -> None:
    assert {each.command for each in ACTIONS} <= set(COMMANDS)
