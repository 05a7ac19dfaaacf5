"""Records that an agent gave back do not block others: an agent who asks gets a record as long as one is due for
them."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.dial.offers import RejectOffer, ReturnRecord
from dialer.campaigns.reason import NoCallsCode
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AgentName
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, record
from tests.unit.callflow.scenes import opened

RECORDS = tuple(record(n) for n in range(1, 31))


def on_desk(floor: Floor, agent: AgentName) -> int | None:
    """The record on an agent's desk."""
    id_ = floor.agent(agent).interaction
    interaction = floor.world.interactions[id_] if id_ else None
    return None if interaction is None or interaction.record is None else int(interaction.record.record)


def give_back(floor: Floor, agent: AgentName) -> int:
    """The agent asks for a record, gets one, and gives it back."""
    floor.ask(commands.GetRecord(agent, SPRING))
    floor.tick()
    got = on_desk(floor, agent)
    assert got is not None, f"nothing for {agent}; {floor.topics()[-3:]}"
    interaction = floor.agent(agent).interaction
    assert interaction is not None
    floor.ask(ReturnRecord(agent, interaction))
    return got


@pytest.mark.parametrize("team", [(ADA,), (ADA, BOB), (ADA, BOB, AgentName("cleo"), AgentName("dan"))])
def test_who_gives_records_back_gets_every_other_one(team: tuple[AgentName, ...]) -> None:
    floor = opened(Mode.PREVIEW, agents=team, records=RECORDS)
    floor.ready(*team)
    assert {give_back(floor, ADA) for _ in range(30)} == set(range(1, 31))
    floor.ask(commands.GetRecord(ADA, SPRING))
    floor.tick()
    assert "no_record" in floor.topics(), "all 30 are hidden"
    floor.tick(301)
    assert give_back(floor, ADA) in range(1, 31)


def test_two_who_give_back_by_turns_get_every_record_each() -> None:
    floor = opened(Mode.PREVIEW, agents=(ADA, BOB), records=RECORDS)
    floor.ready(ADA, BOB)
    seen = {name: {give_back(floor, name) for _ in range(15)} for name in (ADA, BOB)}
    for name in (BOB, ADA):
        seen[name] |= {give_back(floor, name) for _ in range(15)}
    assert seen == {ADA: set(range(1, 31)), BOB: set(range(1, 31))}


@pytest.mark.parametrize("team", [(ADA,), (ADA, BOB)])
@pytest.mark.parametrize("mode", [Mode.PUSH_PREVIEW, Mode.PROGRESSIVE])
def test_who_rejects_is_offered_the_rest(mode: Mode, team: tuple[AgentName, ...]) -> None:
    floor = opened(mode, agents=team, records=RECORDS, offer={"accept": "agent"})
    floor.ready(*team)
    rejected: dict[AgentName, set[int]] = {name: set() for name in team}
    for _ in range(30):
        for name in team:
            floor.tick()
            got = on_desk(floor, name)
            if got is not None:
                rejected[name].add(got)
                shown = floor.world.interactions[floor.agent(name).interaction or ""]  # type: ignore[index]  # never empty here
                assert shown.owner is not None
                assert shown.owner.offer is not None
                floor.ask(RejectOffer(name, shown.id, shown.owner.offer))
    assert all(records == set(range(1, 31)) for records in rejected.values())
    floor.tick()
    assert all(floor.agent(name).state is AgentState.READY for name in team)
    reason = floor.campaign.reason
    assert reason is not None
    assert reason.code is NoCallsCode.HIDDEN


def test_what_is_hidden_from_one_is_there_for_the_others() -> None:
    floor = opened(Mode.PREVIEW, agents=(ADA, BOB), records=RECORDS[:3])
    floor.ready(ADA, BOB)
    given = {give_back(floor, ADA) for _ in range(3)}
    assert {give_back(floor, BOB) for _ in range(3)} == given == {1, 2, 3}


def test_records_in_hand_stay_few() -> None:
    floor = opened(Mode.PREVIEW, agents=(ADA, BOB), records=tuple(record(n) for n in range(1, 301)))
    floor.ready(ADA, BOB)
    for _ in range(100):
        give_back(floor, ADA)
    assert len(floor.campaign.pool) < 6
