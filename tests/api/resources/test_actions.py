"""The buttons that a desktop may press are the commands that the core carries out: compared on a copy of the live
state, in every state."""

from __future__ import annotations

import copy
from collections.abc import Callable

from dialer.callflow.call.assistance import AskForHelp
from dialer.callflow.call.commands import SendDigits
from dialer.callflow.call.hold import Hold, Mute, Resume
from dialer.callflow.call.volume import SetVolume
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.dial.offers import AcceptOffer, CancelRecord, DialRecord, RejectOffer, ReturnRecord
from dialer.callflow.dispatch import handle
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, ExtendAfterCall, SetOutcome
from dialer.core.step import Step
from dialer.views.agent import agent_view
from dialer.views.interaction import interaction_view
from dialer.views.permission import Allowed
from dialer.vocabulary import commands
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, OfferId
from tests.api.stage import Stage

ANNA = AgentName("anna")
Make = Callable[[InteractionId, OfferId], commands.Command]

INTERACTION_COMMANDS: dict[str, Make] = {
    "accept": lambda id_, offer: AcceptOffer(ANNA, id_, offer),
    "reject": lambda id_, offer: RejectOffer(ANNA, id_, offer),
    "dial": lambda id_, _: DialRecord(ANNA, id_),
    "return": lambda id_, _: ReturnRecord(ANNA, id_),
    "cancel": lambda id_, _: CancelRecord(ANNA, id_),
    "hold": lambda id_, _: Hold(ANNA, id_),
    "resume": lambda id_, _: Resume(ANNA, id_),
    "mute": lambda id_, _: Mute(ANNA, id_, True),
    "volume": lambda id_, _: SetVolume(ANNA, id_, 6),
    "digits": lambda id_, _: SendDigits(ANNA, id_, "1"),
    "end": lambda id_, _: EndCall(ANNA, id_),
    "help": lambda id_, _: AskForHelp(ANNA, id_),
    "outcome": lambda id_, _: SetOutcome(ANNA, id_, note="a note"),
    "call-again": lambda id_, _: CallAgain(ANNA, id_),
    "extend": lambda id_, _: ExtendAfterCall(ANNA, id_),
    "done": lambda id_, _: Done(ANNA, id_),
}
AGENT_COMMANDS: dict[str, commands.Command] = {
    "ready": commands.GoReady(ANNA),
    "not-ready": commands.GoNotReady(ANNA, "lunch"),
    "log-in": commands.LogIn(ANNA),
    "log-out": commands.LogOut(ANNA),
    "get-record": commands.GetRecord(ANNA, CampaignName("preview")),
}
#: Commands without effect, which the desktop refuses and the core accepts.
HARMLESS = {"ready", "log-in", "log-out"}


def refused(stage: Stage, command: commands.Command) -> str:
    """The code with which the core would refuse; empty if it would not. The live state is left as it is."""
    world = copy.deepcopy(stage.world)
    try:
        handle(Step(world, stage.clock.now()), command)
    except Refused as refusal:
        return refusal.code
    return ""


def check(stage: Stage, state: str) -> None:
    """Each button agrees with the core."""
    world = stage.world
    for action in agent_view(world, world.agents[ANNA]).actions:
        if action.command not in HARMLESS or action.allowed:
            agree(state, action, refused(stage, AGENT_COMMANDS[action.command]))
    id_ = stage.on_desk("anna")
    if id_ is None:
        return
    view = interaction_view(world, world.interactions[id_], stage.clock.now())
    assert [each.command for each in view.actions] == list(INTERACTION_COMMANDS)
    offer = OfferId(view.offer.id if view.offer else "none")
    for action in view.actions:
        agree(state, action, refused(stage, INTERACTION_COMMANDS[action.command](id_, offer)))


def agree(state: str, action: Allowed, code: str) -> None:
    assert action.allowed is not bool(code), f"{state}: {action.command}: {action}, the core says {code or 'yes'}"
    assert bool(action.reason) is not action.allowed


async def test_buttons_agree_with_the_core_in_push_preview(stage: Stage) -> None:
    check(stage, "logged out")
    await stage.run("push", "+442079460111")
    anna = await stage.log_in("anna")
    check(stage, "not ready")
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    check(stage, "offered")
    shown = (await anna.get("/agent"))["interaction"]
    path = f"/interactions/{shown['id']}"
    await anna.post(f"{path}/accept", {"offer": shown["offer"]["id"]})
    check(stage, "accepted")
    await stage.until(lambda: stage.state("anna") == "busy")
    check(stage, "connected")
    await anna.post(f"{path}/hold")
    check(stage, "on hold")
    await anna.post(f"{path}/resume")
    await anna.post(f"{path}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    check(stage, "after the call")
    for _ in range(2):
        await anna.post(f"{path}/extend")
    check(stage, "after the last extension")
    await anna.post(f"{path}/outcome", {"disposition": "sold"})
    check(stage, "with an outcome")
    await anna.post(f"{path}/call-again")
    await stage.until(lambda: stage.state("anna") == "busy")
    check(stage, "called again")
    await anna.post(f"{path}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    await anna.post(f"{path}/outcome", {"do_not_call": True})
    check(stage, "not to be called")


async def test_buttons_agree_with_the_core_in_preview(stage: Stage) -> None:
    await stage.run("preview", "+4420794" + "0101")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    check(stage, "ready")
    await anna.post("/agent/campaigns/preview/get-record")
    check(stage, "asked")
    await stage.until(lambda: stage.on_desk("anna"))
    check(stage, "previewing")
    await anna.post(f"/interactions/{stage.on_desk('anna')}/dial")
    await stage.until(lambda: any(leg.purpose == "contact" for leg in stage.world.legs.values()))
    check(stage, "dialing")
    await stage.until(lambda: any(leg.state == "alerting" for leg in stage.world.legs.values()))
    check(stage, "ringing")
