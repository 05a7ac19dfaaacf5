"""The feed without a socket: events, their audiences, and how long they are kept."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from agent_api.live.feed import Connection, Feed
from agent_api.live.ring import Ring
from dialer.ports import Moment
from dialer.vocabulary import topics
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.topics import Audience, Floor, OwnDesk, Teams, TeamSupervisors
from tests.api.live.rows import Said, message


class StandingClock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.moment = Moment(0.0, 0.0)

    def now(self) -> Moment:
        return self.moment


ANNA = OwnDesk(AgentName("anna"))
SALES, CARE = TeamName("sales"), TeamName("care")


def change_on_desk(key: str) -> Publish:
    return Publish(topics.DESK_AGENT, ANNA, key)


def change_on_floor(key: str) -> Publish:
    return Publish(topics.TEAM_AGENT, TeamSupervisors(frozenset({SALES})), key)


async def test_a_ring_outlives_its_desktop_for_a_while_only() -> None:
    clock, epochs = StandingClock(), itertools.count()
    feed = Feed(clock, lambda *_: None, epochs=lambda: f"e{next(epochs)}")
    connection, first = feed.connect("anna", "s", floor=False)
    assert first
    assert feed.disconnect(connection)
    clock.moment = Moment(170.0, 170.0)
    again, first = feed.connect("anna", "s", floor=False)
    assert (again.ring.epoch, first) == ("e0", True)
    feed.disconnect(again)
    clock.moment = Moment(400.0, 400.0)
    late, _ = feed.connect("anna", "s", floor=False)
    assert late.ring.epoch == "e1"
    feed.close()


async def test_nothing_is_rendered_for_nobody() -> None:
    def render(_: Publish, __: Teams | None) -> object:
        raise AssertionError("nobody listens")

    feed = Feed(StandingClock(), render)
    for event in (change_on_desk("anna"), change_on_floor("anna")):
        feed.publish(event)
    feed.close()


def test_a_ring_keeps_the_last_events_and_knows_how_far_it_reaches() -> None:
    ring = Ring("e", size=3)
    assert ring.reaches(0)
    assert not ring.reaches(1)
    for n in range(1, 6):
        ring.append(str(n).encode())
    assert (ring.first, ring.last) == (3, 5)
    assert [ring.reaches(n) for n in range(7)] == [False, False, True, True, True, True, False]
    assert list(ring.after(2)) == [b"3", b"4", b"5"]
    assert list(ring.after(5)) == []


class Board:
    """Read models of objects, as a test sets them."""

    def __init__(self) -> None:
        self.models: dict[str, object] = {}
        self.feed = Feed(StandingClock(), lambda event, _: self.models.get(event.key), ring_events=8)

    def change(self, key: str, model: object) -> None:
        self.models[key] = model
        self.feed.publish(change_on_desk(key))
        self.feed.publish(change_on_floor(key))
        self.feed.flush()


def bodies(connection: Connection) -> list[Any]:
    return [msgspec.json.decode(each)["body"] for each in connection.take()]


@pytest.mark.parametrize("floor", [False, True])
async def test_a_read_model_is_told_when_it_has_changed(floor: bool) -> None:
    board = Board()
    connection, _ = board.feed.connect("anna", "s", floor=floor)
    for state in ("ready", "ready", "busy", "busy", "ready", None, None):
        board.change("anna", state)
        board.change("ben", "ready")
    assert bodies(connection) == ["ready", "ready", "busy", "ready", None]
    for _ in range(2):
        board.feed.publish(message(Floor() if floor else ANNA, "anna", Said(text="twice")))
    assert len(bodies(connection)) == 2
    board.feed.close()


async def test_after_a_snapshot_each_object_is_told_again() -> None:
    """A snapshot may show a change that is not sent yet and never will be, as it is undone before."""
    board = Board()
    connection, _ = board.feed.connect("anna", "s", floor=False)
    board.change("anna", "ready")
    board.models["anna"] = "busy"
    connection.start_over()  # its snapshot says busy
    board.change("anna", "ready")
    assert bodies(connection) == ["ready"]
    board.feed.close()


async def test_who_resumes_has_the_last_model_though_an_equal_one_was_not_told() -> None:
    board = Board()
    connection, _ = board.feed.connect("anna", "s", floor=False)
    board.change("anna", "ready")
    epoch = connection.ring.epoch
    board.feed.disconnect(connection)
    board.change("anna", "busy")
    board.change("anna", "busy")
    again, _ = board.feed.connect("anna", "s", floor=False)
    assert again.resume(epoch, 1)
    assert bodies(again) == ["busy"]
    board.feed.close()


async def test_objects_that_were_told_of_long_ago_are_forgotten() -> None:
    board = Board()
    connection, _ = board.feed.connect("anna", "s", floor=False)
    for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 0):
        board.change(str(number), "ready")
    assert connection.ring.last == 10
    board.feed.close()


@pytest.mark.parametrize(
    ("audience", "hear"),
    [
        (ANNA, {"anna"}),
        (TeamSupervisors(frozenset({SALES})), {"of sales", "of both", "of all"}),
        (TeamSupervisors(frozenset({CARE})), {"of both", "of all"}),
        (TeamSupervisors(frozenset({SALES, CARE})), {"of sales", "of both", "of all"}),
        (TeamSupervisors(frozenset({TeamName("none")})), {"of all"}),
        (Floor(), {"of sales", "of both", "of all"}),
    ],
)
async def test_each_audience_is_told_and_nobody_else(audience: Audience, hear: set[str]) -> None:
    feed = Feed(StandingClock(), lambda *_: None)
    connections = [feed.connect(name, "s", floor=False, teams=frozenset({SALES}))[0] for name in ("anna", "ben")]
    teams = {"of sales": frozenset({SALES}), "of both": frozenset({SALES, CARE}), "of all": None}
    connections += [feed.connect(name, "s", floor=True, teams=of)[0] for name, of in teams.items()]
    feed.publish(message(audience, "x"))
    assert {each.user for each in connections if each.take()} == hear
    feed.look_after("of sales", frozenset({CARE}))
    feed.publish(message(TeamSupervisors(frozenset({CARE})), "x"))
    assert {each.user for each in connections if each.take()} == {"of sales", "of both", "of all"}
    feed.close()


async def test_who_looks_after_other_teams_starts_over() -> None:
    """The events so far are those of other teams: nobody resumes them, and what is shown is replaced."""
    feed = Feed(StandingClock(), lambda event, _: event.key)
    away, _ = feed.connect("sue", "s", floor=True, teams=frozenset({SALES}))
    feed.publish(message(TeamSupervisors(frozenset({SALES})), "x"))
    epoch = away.ring.epoch
    feed.disconnect(away)
    there, _ = feed.connect("sue", "s", floor=True, teams=frozenset({SALES}))
    assert there.resume(epoch, 0)
    feed.look_after("sue", frozenset({SALES}))
    assert not there.outdated, "the same as before"
    there.wake.clear()
    feed.look_after("sue", frozenset({CARE}))
    assert (there.outdated, there.wake.is_set(), there.take()) == (True, True, [])
    back, _ = feed.connect("sue", "s", floor=True, teams=frozenset({CARE}))
    assert not back.resume(epoch, 0)
    there.start_over()
    assert not there.outdated
    feed.publish(message(TeamSupervisors(frozenset({CARE})), "y"))
    assert (len(there.take()), len(back.take())) == (1, 1)
    feed.close()


async def test_each_supervisor_is_told_what_their_teams_see() -> None:
    seen: list[Teams | None] = []

    def render(_: Publish, teams: Teams | None) -> object:
        seen.append(teams)
        return None if teams == frozenset({CARE}) else "anna"

    feed = Feed(StandingClock(), render)
    everything, sales, care = None, frozenset({SALES}), frozenset({CARE})
    listening = {"ada": everything, "amy": everything, "sue": sales, "sam": sales, "carl": care}
    connections = [feed.connect(name, "s", floor=True, teams=teams)[0] for name, teams in listening.items()]
    feed.publish(Publish(topics.TEAM_AGENT, TeamSupervisors(sales | care), "anna"))
    feed.flush()
    assert [bodies(each) for each in connections] == [["anna"], ["anna"], ["anna"], ["anna"], [None]]
    assert seen == [everything, sales, care], "once for those who see the same"
    seen.clear()
    feed.publish(Publish(topics.FLOOR_TRUNK, Floor(), "main"))
    feed.flush()
    assert seen == [None]
    feed.close()


async def test_a_model_for_teams_is_told_with_other_changes_and_once() -> None:
    row = topics.Model(name="team", key="the team", words="", audience=TeamSupervisors)
    feed = Feed(StandingClock(), lambda event, _: {"team": event.key})
    sales, _ = feed.connect("sue", "s", floor=True, teams=frozenset({SALES}))
    care, _ = feed.connect("carl", "s", floor=True, teams=frozenset({CARE}))
    for _ in range(3):
        feed.publish(Publish(row, TeamSupervisors(frozenset({SALES})), "sales"))
    assert not bodies(sales)
    feed.flush()
    assert (bodies(sales), bodies(care)) == ([{"team": "sales"}], [])
    feed.close()
