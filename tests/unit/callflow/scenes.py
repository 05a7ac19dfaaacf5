"""The scenes in which most tests begin."""

from __future__ import annotations

from typing import Any

from config.model import Mode, Trunk
from dialer.callflow.dial.offers import AcceptOffer
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import AgentName
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, campaign, record, settings


def opened(
    mode: Mode = Mode.PROGRESSIVE,
    *,
    agents: tuple[AgentName, ...] = (ADA,),
    records: tuple[ClaimedRecord, ...] | None = None,
    trunks: tuple[Trunk, ...] = (),
    **more: Any,
) -> Floor:
    """The campaign runs; the agents are logged in and not ready."""
    if trunks:
        more.setdefault("trunks", tuple(each.name for each in trunks))
    rows = tuple(record(n) for n in range(1, 10)) if records is None else records
    floor = Floor(settings(campaign(mode, **more), trunks=trunks), rows)
    floor.open(*agents)
    floor.start()
    return floor


def offered(mode: Mode = Mode.PROGRESSIVE, **more: Any) -> Floor:
    """A record is offered to the first agent, who was made ready."""
    floor = opened(mode, **more)
    floor.ready()
    assert floor.interaction.state is InteractionState.PREVIEW
    floor.forget_outputs()
    return floor


def ringing_phone(mode: Mode = Mode.PROGRESSIVE, **more: Any) -> Floor:
    """The offer was accepted; the agent's phone rings."""
    floor = offered(mode, **more)
    if mode is Mode.PROGRESSIVE:
        floor.pass_time(floor.campaign.settings.offer.look_s)
    else:
        party = floor.interaction.owner
        assert party is not None
        assert party.offer is not None
        floor.ask(AcceptOffer(ADA, floor.interaction.id, party.offer))
    floor.ring(floor.phone)
    return floor


def dialing(mode: Mode = Mode.PROGRESSIVE, **more: Any) -> Floor:
    """The agent's leg is up and the contact is being dialed."""
    if mode.asm:
        floor = opened(mode, **more)
        floor.ready()
        floor.answer(floor.engaged)
    else:
        floor = ringing_phone(mode, **more)
        floor.answer(floor.phone)
    assert floor.interaction.state is InteractionState.DIALING
    return floor


def talking(mode: Mode = Mode.PROGRESSIVE, **more: Any) -> Floor:
    """Agent and contact talk."""
    floor = dialing(mode, **more)
    floor.ring(floor.contact)
    floor.answer(floor.contact)
    assert floor.interaction.state is InteractionState.CONNECTED
    floor.forget_outputs()
    return floor


def after_call(mode: Mode = Mode.PROGRESSIVE, **more: Any) -> Floor:
    """The contact has hung up; after-call work. In modes that ring the phone for each call its leg is gone."""
    floor = talking(mode, **more)
    floor.clear(floor.contact)
    if not mode.asm:
        floor.clear(floor.phone)
    assert floor.interaction.state is InteractionState.CLEARED
    floor.forget_outputs()
    return floor


def previewing(**more: Any) -> Floor:
    """PREVIEW: a record lies on the desk."""
    floor = opened(Mode.PREVIEW, **more)
    floor.ready()
    floor.ask(commands.GetRecord(ADA, SPRING))
    assert floor.interaction.state is InteractionState.PREVIEW
    return floor
