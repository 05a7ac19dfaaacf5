"""The life of a campaign, its notices, agents of several campaigns, and contacts who wait."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.dial.offers import RejectOffer
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands, events
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, Dial, File, HangUp, Play, PlayFinished
from dialer.vocabulary.writes import AddNotice, BeginAttempt, ReleaseRecord, RenewCancelled, SettleAttempt
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, campaign, record, settings
from tests.unit.callflow.scenes import after_call, dialing, offered, opened, previewing, ringing_phone, talking

ASM = Mode.PROGRESSIVE_ASM
AUTUMN = CampaignName("autumn")


def stop(floor: Floor) -> None:
    floor.ask(commands.StopCampaign(SPRING, "sue"))


@pytest.mark.parametrize(
    ("path", "last", "code"),
    [
        ("", "start", "campaign_state"),
        ("load", "load", "campaign_state"),
        ("load", "stop", "campaign_state"),
        ("load start", "unload", "campaign_state"),
        ("load start", "load", "campaign_state"),
        ("load start stop start stop unload load", "", ""),
    ],
)
def test_load_start_stop_unload(path: str, last: str, code: str) -> None:
    floor = Floor(settings())
    floor.open(ADA)
    do: dict[str, commands.Command] = {
        "load": commands.LoadCampaign(SPRING, "sue"),
        "start": commands.StartCampaign(SPRING, "sue"),
        "stop": commands.StopCampaign(SPRING, "sue"),
        "unload": commands.UnloadCampaign(SPRING, "sue"),
    }
    for word in path.split():
        floor.ask(do[word])
    if last:
        assert floor.refusal(do[last]) == code
    else:
        assert floor.campaign.state == "loaded"


def test_nobody_is_told_of_a_campaign_that_is_not_loaded() -> None:
    floor = Floor(settings(), [record(1)])
    floor.open(ADA)
    floor.ask(commands.ChangeMode(SPRING, "PREVIEW", "sue"))
    assert floor.campaign.mode is Mode.PREVIEW
    assert not floor.writes(AddNotice)
    assert "notice" not in floor.topics()


def test_a_notice_for_each_change_and_one_for_who_comes_later() -> None:
    floor = opened()
    stop(floor)
    floor.ask(commands.ChangeMode(SPRING, "PREVIEW", "sue"))
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    kinds = [each.kind for each in floor.writes(AddNotice)]
    assert kinds == ["loaded", "started", "stopped", "mode_changed", "unloaded"]
    floor.forget_outputs()
    floor.start()
    floor.know(BOB)
    floor.ask(commands.LogIn(BOB))
    assert [(each.kind, each.agent) for each in floor.writes(AddNotice)][-1] == ("started", BOB)


def test_join_required_gives_no_contact_before_the_ok() -> None:
    floor = opened(join="required")
    floor.ready()
    floor.tick(5)
    assert not floor.world.interactions
    assert floor.campaign.reason is not None
    assert floor.campaign.reason.code == "agents_not_joined"
    (notice,) = floor.world.notices
    floor.ask(commands.AcknowledgeNotice(ADA, notice))
    floor.ask(commands.AcknowledgeNotice(ADA, notice))
    assert floor.interaction.agent == ADA


@pytest.mark.parametrize("scene", [offered, ringing_phone, previewing])
def test_stop_withdraws_offers_and_tells_why(scene: object) -> None:
    floor: Floor = scene()  # type: ignore[operator]  # one of the scenes
    stop(floor)
    assert not floor.world.interactions
    assert floor.agent().state is AgentState.READY
    assert "offer_withdrawn" in floor.topics()
    assert floor.writes(ReleaseRecord)
    assert floor.campaign.state == "loaded"
    floor.tick(5)
    assert not floor.world.interactions


@pytest.mark.parametrize(("setting", "result"), [("cancel", "cancelled"), ("leave", "answer")])
def test_stop_cancels_what_rings_or_leaves_it(setting: str, result: str) -> None:
    floor = dialing(ASM, on_stop_ringing=setting)
    contact = floor.contact
    floor.ring(contact)
    stop(floor)
    assert (contact.id in {each.leg for each in floor.commands(HangUp)}) is (setting == "cancel")
    assert floor.campaign.state == "stopping"
    if setting == "leave":
        floor.answer(contact)
        assert floor.interaction.state is InteractionState.CONNECTED
    floor.clear(contact, 487, ClearedBy.US if setting == "cancel" else ClearedBy.PEER)
    assert [each.result for each in floor.writes(SettleAttempt)] == [result]
    assert floor.campaign.state == "loaded"


def test_a_conversation_and_its_after_call_work_go_on_and_nothing_new_comes() -> None:
    floor = talking(ASM)
    stop(floor)
    assert floor.agent().state is AgentState.BUSY
    assert not floor.commands(HangUp)
    floor.clear(floor.contact)
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    assert floor.campaign.state == "unloading"
    floor.ask(Done(ADA, floor.interaction.id))
    assert floor.campaign.state == "inactive"
    floor.tick(5)
    assert not floor.writes(BeginAttempt)


def test_a_campaign_that_is_taken_out_stays_until_its_desks_are_empty() -> None:
    floor = after_call()
    stop(floor)
    floor.ask(commands.UnloadCampaign(SPRING, "sue", force=True))
    other = settings(campaign(name="autumn"))
    floor.say(events.ConfigurationApplied(2, other))
    floor.ask(Done(ADA, floor.interaction.id))
    floor.say(events.ConfigurationApplied(3, other))
    assert set(floor.world.campaigns) == {AUTUMN}


def test_the_end_of_the_window_withdraws_cancels_and_leaves_conversations() -> None:
    offer = offered(Mode.PUSH_PREVIEW)
    ringing = dialing(ASM)
    ringing.ring(ringing.contact)
    busy = talking(ASM)
    for floor in (offer, ringing, busy):
        floor.utc += 8 * 3600
        floor.tick()
    assert not offer.world.interactions
    assert ringing.contact.id in {each.leg for each in ringing.commands(HangUp)}
    assert busy.agent().state is AgentState.BUSY
    assert offer.campaign.reason is not None
    assert offer.campaign.reason.code == "out_of_window"


@pytest.mark.parametrize(
    ("state", "mode", "code"),
    [
        ("running", "PREVIEW", "stop_first"),
        ("running", "PUSH_PREVIEW", None),
        ("running", "PREDICTIVE", None),
        ("running", "PREDICTIVE_ASM", None),
        ("running", "WHISTLING", "unknown_mode"),
        ("loaded", "PREVIEW", None),
    ],
)
def test_mode_changes(state: str, mode: str, code: str | None) -> None:
    floor = opened()
    if state == "loaded":
        stop(floor)
    command = commands.ChangeMode(SPRING, mode, "sue")
    if code is not None:
        assert floor.refusal(command) == code
        return
    floor.ask(command)
    assert floor.campaign.mode == mode


def test_a_mode_change_withdraws_offers_and_leaves_conversations() -> None:
    floor = offered(Mode.PUSH_PREVIEW)
    floor.ask(commands.ChangeMode(SPRING, "PROGRESSIVE_ASM", "sue"))
    assert "offer_withdrawn" in floor.topics()
    assert [each.leg for each in floor.commands(Dial)] == [floor.agent().engaged]
    floor = talking()
    floor.ask(commands.ChangeMode(SPRING, "PROGRESSIVE_ASM", "sue"))
    assert floor.agent().state is AgentState.BUSY


def both(first: dict[str, int], second: dict[str, int]) -> Floor:
    rows = [record(n) for n in range(1, 60)]
    push = {"offer": {"reject_cool_down_s": 0}}
    floor = Floor(
        settings(
            campaign(Mode.PUSH_PREVIEW, **first, **push), campaign(Mode.PUSH_PREVIEW, name=AUTUMN, **second, **push)
        ),
        rows,
    )
    floor.open(ADA)
    return floor


def offers(floor: Floor, count: int) -> Counter[str]:
    """The campaigns of the offers to an agent who rejects them all."""
    seen: Counter[str] = Counter()
    for _ in range(count):
        interaction = floor.interaction
        seen[interaction.campaign] += 1
        assert interaction.owner is not None
        assert interaction.owner.offer is not None
        floor.ask(RejectOffer(ADA, floor.interaction.id, interaction.owner.offer))
    return seen


def test_an_agent_of_two_campaigns_serves_the_more_urgent_first_then_by_weight() -> None:
    floor = both({"priority": 2}, {"priority": 1})
    floor.start(SPRING)
    floor.start(AUTUMN)
    floor.ready()
    assert set(offers(floor, 6)) == {AUTUMN}
    floor = both({"weight": 3}, {"weight": 1})
    floor.start(SPRING)
    floor.start(AUTUMN)
    floor.ready()
    assert offers(floor, 12) == {SPRING: 9, AUTUMN: 3}


def test_a_campaign_that_starts_later_has_nothing_to_catch_up_with() -> None:
    floor = both({}, {})
    floor.start(SPRING)
    floor.ready()
    assert set(offers(floor, 12)) == {SPRING}
    floor.start(AUTUMN)
    assert offers(floor, 12)[SPRING] >= 5


# ------------------------------------------------------------------ contacts who wait


def queued(message: str = "") -> Floor:
    """A contact has answered, the agent's phone was lost meanwhile, and another agent may be there."""
    floor = dialing(agents=(ADA, BOB), waiting_message=message, records=(record(1),))
    interaction, contact = floor.interaction, floor.contact
    party = interaction.owner
    assert party is not None
    party.leg = None
    phone = floor.phone
    floor.answer(contact)
    assert interaction.state is InteractionState.QUEUED
    party.leg = phone.id
    floor.forget_outputs()
    floor.clear(phone, by=ClearedBy.TIMEOUT)
    assert interaction.owner is None
    assert floor.agent().state is AgentState.NOT_READY
    return floor


def test_a_contact_who_is_there_goes_to_the_next_agent() -> None:
    floor = queued()
    floor.ready(BOB)
    assert [each.leg for each in floor.commands(Dial)] == [floor.phone.id]
    floor.answer(floor.phone)
    assert floor.interaction.state is InteractionState.CONNECTED
    assert floor.interaction.agent == BOB
    floor.pass_time(60)
    assert floor.agent(BOB).state is AgentState.BUSY


@pytest.mark.parametrize(
    ("how", "result", "abandoned"),
    [
        ("leaves", CallResult.DROPPED, False),
        ("time", CallResult.ABANDONED, True),
        ("engine", CallResult.SYSTEM_LOST, False),
    ],
)
def test_a_contact_whom_nobody_serves(how: str, result: CallResult, abandoned: bool) -> None:
    floor = queued()
    contact = floor.contact
    if how == "time":
        floor.pass_time(10)
        assert [each.leg for each in floor.commands(HangUp)] == [contact.id]
    by = {"leaves": ClearedBy.PEER, "time": ClearedBy.US, "engine": ClearedBy.ENGINE}[how]
    floor.clear(contact, by=by)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (result, abandoned)
    assert not floor.world.interactions


def test_the_end_of_the_waiting_message_does_not_end_a_conversation_that_began_meanwhile() -> None:
    floor = queued("/sounds/wait.wav")
    floor.pass_time(10)
    assert not floor.commands(HangUp)
    floor.ready(BOB)
    floor.answer(floor.phone)
    floor.forget_outputs()
    floor.say(events.TimerFired(f"queue_message/{floor.interaction.id}"))
    floor.pass_time(60)
    assert not floor.commands(HangUp)


def heard(floor: Floor) -> list[str]:
    """The files that were played to the contact since the last look."""
    played = [Path(each.source.path).name for each in floor.commands(Play) if isinstance(each.source, File)]
    floor.forget_outputs()
    return played


def test_a_contact_is_not_left_in_silence_between_message_and_agent() -> None:
    floor = queued("/sounds/wait.wav")
    floor.pass_time(10)
    assert heard(floor) == ["wait.wav"]
    floor.ready(BOB)
    key = f"queue_message/{floor.interaction.id}"
    floor.engine_says(PlayFinished(floor.contact.id, key, floor.now))
    assert heard(floor) == ["comfort_noise.wav"], "the phone rings, and the message is over"
    floor.clear(floor.phone, by=ClearedBy.TIMEOUT)
    floor.pass_time(10)
    assert heard(floor) == ["wait.wav"], "a second wait that was in vain"


def test_each_load_begins_a_run_in_which_cancelled_records_are_back() -> None:
    floor = opened(Mode.PREVIEW)
    assert [(each.campaign, each.lists) for each in floor.writes(RenewCancelled)] == [(SPRING, ("contacts",))]
    floor.forget_outputs()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert not floor.writes(RenewCancelled), "it is the same run"
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    floor.ask(commands.LoadCampaign(SPRING, "sue"))
    assert len(floor.writes(RenewCancelled)) == 1
