"""The feed without a socket: what is told, to whom, and how long it is kept."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from agent_api.live.feed import Connection, Feed
from agent_api.live.ring import Ring
from dialer.ports import Moment


class StandingClock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.moment = Moment(0.0, 0.0)

    def now(self) -> Moment:
        return self.moment


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
    def render(*_: str) -> object:
        raise AssertionError("nobody listens")

    feed = Feed(StandingClock(), render)
    for audience in ("agent:anna", "supervisors", "campaign:push"):
        feed.publish(audience, "agent", "anna", None)
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
        self.feed = Feed(StandingClock(), lambda _audience, _topic, key: self.models.get(key), ring_events=8)

    def change(self, key: str, model: object) -> None:
        self.models[key] = model
        self.feed.publish("agent:anna", "agent", key, None)
        self.feed.publish("supervisors", "agent", key, None)
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
    board.feed.publish("agent:anna" if not floor else "supervisors", "message", "anna", {"said": "twice"})
    board.feed.publish("agent:anna" if not floor else "supervisors", "message", "anna", {"said": "twice"})
    assert len(bodies(connection)) == 2
    board.feed.close()


async def test_after_a_snapshot_each_object_is_told_again() -> None:
    """A snapshot may show what is not told yet and is never told, as it is undone before."""
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
