"""What a supervisor of teams is told over the WebSocket: their own agents and interactions, and what concerns all."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientWebSocketResponse
from msgspec import structs

from dialer.vocabulary import events
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.vocabulary.topics import Floor
from tests.api.live.rows import message
from tests.api.stage import Person, Stage


async def in_teams(stage: Stage, name: str, *teams: str) -> None:
    """The user's teams; a supervisor without any looks after all."""
    user = await stage.store.users.user(name)
    assert user is not None
    await stage.store.users.save_user(structs.replace(user, teams=teams))


async def works_in(stage: Stage, agent: str, team: str) -> None:
    name = AgentName(agent)
    await in_teams(stage, agent, team)
    stage.post(events.UserKnown(name, agent.title(), f"{agent}@desks", (TeamName(team),)))
    await stage.until(lambda: stage.world.agents[name].teams == {team})
    await stage.written()
    stage.feed.flush()


async def snapshot(socket: ClientWebSocketResponse) -> dict[str, Any]:
    """The body of the next snapshot; events before it are passed over."""
    while (told := await socket.receive_json(timeout=5))["type"] != "snapshot":
        pass
    return dict(told["body"])


async def until_end(stage: Stage, *sockets: ClientWebSocketResponse) -> list[list[tuple[str, str, Any]]]:
    """What each was told up to now: topic, key and body."""
    stage.feed.flush()
    stage.feed.publish(message(Floor(), "end"))
    found = []
    for socket in sockets:
        events_ = []
        while (told := await socket.receive_json(timeout=5)).get("key") != "end":
            if told["type"] == "event":
                events_.append((told["topic"], told["key"], told["body"]))
        found.append(events_)
    return found


async def seats(stage: Stage) -> tuple[Person, Person]:
    """Supervisors of sales and of no team, with anna in sales and ben in care."""
    await works_in(stage, "ben", "care")
    await in_teams(stage, "sue", "sales")
    return await stage.log_in("sue"), await stage.log_in("ada")


async def test_a_supervisor_is_told_of_agents_of_their_teams_and_an_administrator_of_all(stage: Stage) -> None:
    sue, ada = await seats(stage)
    mine, every = await sue.socket(), await ada.socket()
    seen = [[each["name"] for each in (await snapshot(socket))["agents"]] for socket in (mine, every)]
    assert seen == [["anna"], ["anna", "ben"]]
    for name in ("anna", "ben"):
        await (await stage.log_in(name)).post("/agent/ready")
    told = await until_end(stage, mine, every)
    assert [{key for topic, key, _ in each if topic == "agent"} for each in told] == [{"anna"}, {"anna", "ben"}]
    for socket in (mine, every):
        await socket.close()


async def test_an_interaction_is_told_to_supervisors_of_its_campaign(stage: Stage) -> None:
    sue, ada = await seats(stage)
    await stage.run("push", "+442079460111")
    sales = await sue.socket()
    assert len((await snapshot(sales))["campaigns"]) == 3
    await in_teams(stage, "sue", "care")
    care, every = await (await stage.log_in("sue")).socket(), await ada.socket()
    assert (await snapshot(care))["interactions"] == []
    await snapshot(every)
    await snapshot(sales)  # all desktops of a supervisor show the same
    await (await stage.log_in("anna")).post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    await stage.written()
    told = await until_end(stage, care, every)
    assert [any(topic == "interaction" for topic, _, _ in each) for each in told] == [False, True]
    for socket in (sales, care, every):
        await socket.close()


async def test_an_agent_who_leaves_the_team_is_there_no_more(stage: Stage) -> None:
    sue, _ = await seats(stage)
    socket = await sue.socket()
    assert [each["name"] for each in (await snapshot(socket))["agents"]] == ["anna"]
    await works_in(stage, "anna", "care")
    (told,) = await until_end(stage, socket)
    assert ("agent", "anna", None) in told
    await works_in(stage, "ben", "sales")
    (told,) = await until_end(stage, socket)
    assert [(key, body["teams"]) for topic, key, body in told if topic == "agent"] == [("ben", ["sales"])]
    await socket.close()


async def test_other_teams_of_a_supervisor_are_shown_in_a_new_snapshot() -> None:
    async with Stage(recheck_s=0.05) as stage:
        sue, _ = await seats(stage)
        socket = await sue.socket()
        assert [each["name"] for each in (await snapshot(socket))["agents"]] == ["anna"]
        await in_teams(stage, "sue", "care")
        assert [each["name"] for each in (await snapshot(socket))["agents"]] == ["ben"]
        await in_teams(stage, "sue")
        assert [each["name"] for each in (await snapshot(socket))["agents"]] == ["anna", "ben"]
        await socket.close()
