"""A simulated agent of the API: the desk after events, and the buttons that are pressed."""

from __future__ import annotations

from typing import Any

from dialer.lab.api_user import after
from dialer.lab.autopilot import Habits
from dialer.lab.desk_pilot import AGAIN_S, DeskPilot, Press

AGENT: dict[str, Any] = {"state": "ready", "waits_for": None, "campaigns": []}
EMPTY: dict[str, Any] = {"agent": AGENT, "interaction": None, "notices": []}


def interaction(phase: str, **more: Any) -> dict[str, Any]:
    outcome = {"disposition": "", "dispositions": [{"code": "sale"}]}
    return {"id": "I1", "status": {"phase": phase}, "outcome": outcome, "offer": None, **more}


def desk(found: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {**EMPTY, "interaction": found, **more}


def pilot() -> DeskPilot:
    return DeskPilot("agent1", 1, Habits(read_s=(1.0, 1.0), talk_s=(10.0, 10.0), wrap_s=(2.0, 2.0)))


def test_events_replace_what_the_desk_shows() -> None:
    shown = after(EMPTY, {"topic": "notices", "key": "agent1", "body": {"notices": [{"id": "N1"}]}})
    shown = after(shown, {"topic": "agent", "key": "agent1", "body": {**AGENT, "state": "busy"}})
    shown = after(shown, {"topic": "interaction", "key": "I1", "body": interaction("connected")})
    shown = after(shown, {"topic": "interaction", "key": "I0", "body": None})
    assert (shown["notices"], shown["agent"]["state"], shown["interaction"]["id"]) == ([{"id": "N1"}], "busy", "I1")
    assert after(shown, {"topic": "interaction", "key": "I1", "body": None})["interaction"] is None
    assert after(shown, {"topic": "telephony", "key": "engine-1", "body": {"up": False}}) == shown


def test_the_agent_says_ok_begins_work_and_becomes_ready() -> None:
    assert pilot().next(desk(notices=[{"id": "N1"}]), 0.0) == Press("/agent/notices/N1/ok")
    assert pilot().next(desk(agent={**AGENT, "state": "logged_out"}), 0.0) == Press("/agent/log-in")
    assert pilot().next(desk(agent={**AGENT, "state": "not_ready"}), 0.0) == Press("/agent/ready")
    assert pilot().next(EMPTY, 0.0) is None


def test_a_contact_is_talked_to_and_concluded() -> None:
    agent = pilot()
    talking = desk(interaction("connected"))
    assert agent.next(talking, 0.0) is None
    assert agent.next(talking, 10.0) == Press("/interactions/I1/end")
    ended = desk(interaction("ended"))
    assert agent.next(ended, 11.0) is None
    said = agent.next(ended, 13.0)
    assert said is not None
    assert said.path == "/interactions/I1/outcome"
    assert said.body["disposition"] == "sale"
    ended["interaction"]["outcome"]["disposition"] = "sale"
    assert agent.next(ended, 13.2) == Press("/interactions/I1/done", {"then": "ready"})


def test_a_result_that_is_shown_goes_by_itself_and_one_that_waits_is_concluded() -> None:
    agent = pilot()
    shown = desk(interaction("not_reached", after_call={"shown": True}))
    assert agent.next(shown, 0.0) is None
    assert agent.next(shown, 9.0) is None
    waits = desk(interaction("not_reached", after_call={"shown": False}))
    assert agent.next(waits, 10.0) is None
    said = agent.next(waits, 12.0)
    assert said is not None
    assert said.path == "/interactions/I1/outcome"


def test_an_offer_is_accepted_after_reading_unless_it_accepts_itself() -> None:
    agent = pilot()
    offered = desk(interaction("offered", offer={"id": "O1", "automatic": False}))
    assert agent.next(offered, 0.0) is None
    assert agent.next(offered, 1.0) == Press("/interactions/I1/accept", {"offer": "O1"})
    by_itself = desk(interaction("offered", offer={"id": "O1", "automatic": True}))
    assert agent.next(by_itself, 9.0) is None


def test_a_preview_is_asked_for_once_read_and_dialed() -> None:
    campaign = {"name": "demo", "mode": "PREVIEW", "state": "running"}
    agent = pilot()
    assert agent.next(desk(agent={**AGENT, "campaigns": [campaign]}), 0.0) == Press("/agent/campaigns/demo/get-record")
    previewing = desk(interaction("previewing"))
    assert agent.next(previewing, 1.0) is None
    assert agent.next(previewing, 2.0) == Press("/interactions/I1/dial")


def test_what_was_refused_is_not_asked_for_again_at_once() -> None:
    agent = pilot()
    not_ready = desk(agent={**AGENT, "state": "not_ready"})
    assert agent.next(not_ready, 0.0) is not None
    assert agent.next(not_ready, AGAIN_S / 2) is None
    assert agent.next(not_ready, AGAIN_S) is not None
