"""Button and handler agree: an offered command is carried out, another is refused for the same reason."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

from config.model import Mode
from dialer import callflow
from dialer.callflow.actions import ACTIONS
from dialer.callflow.call.commands import SendDigits
from dialer.callflow.call.hold import Mute
from dialer.callflow.call.volume import SetVolume
from dialer.callflow.dial.offers import AcceptOffer, RejectOffer
from dialer.callflow.dispatch import COMMANDS
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.core.actions import Action
from dialer.views.actions import actions
from dialer.vocabulary.commands import DeskCommand
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
    Mute: {"on": True},
    SetVolume: {"db": 6},
    SendDigits: {"digits": "1"},
    SetOutcome: {"note": "asked for a brochure"},
    Done: {"then": ""},
}


def command_of(floor: Floor, action: Action) -> DeskCommand:
    more = MORE.get(action.command, {})
    if action.command in (AcceptOffer, RejectOffer):
        owner = floor.interaction.owner
        assert owner is not None
        more = {"offer": owner.offer or OfferId("none")}
    return action.command(ADA, floor.interaction.id, **more)


@pytest.mark.parametrize("action", ACTIONS, ids=[each.button for each in ACTIONS])
@pytest.mark.parametrize("scene", list(SCENES))
def test_button_and_handler_agree(scene: str, action: Action) -> None:
    floor = SCENES[scene]()
    shown = {each.command: each for each in actions(floor.world, floor.campaign, floor.interaction, floor.agent())}
    button, command = shown[action.button], command_of(floor, action)
    if button.allowed:
        floor.ask(command)
    else:
        reason = button.reason.reason
        assert reason is not None
        assert floor.refusal(command) == reason.code


def every_desk_command() -> set[type[DeskCommand]]:
    """All kinds in any file of the call flow."""
    for module in pkgutil.walk_packages(callflow.__path__, f"{callflow.__name__}."):
        importlib.import_module(module.name)
    return set(DeskCommand.__subclasses__())


def test_every_command_of_a_desk_has_one_row_and_a_text() -> None:
    assert {each.command for each in ACTIONS} == every_desk_command()
    assert len(ACTIONS) == len(every_desk_command())
    assert all(each.command.__doc__ for each in ACTIONS)


def test_every_action_has_its_handler_in_dispatch() -> None:
    assert {each.command for each in ACTIONS} <= set(COMMANDS)
