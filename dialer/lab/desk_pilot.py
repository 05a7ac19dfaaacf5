"""The next action of a simulated agent, from the desktop alone, which is the documents of the API."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from msgspec import Struct

from dialer.lab.autopilot import Habits

#: How long a refused command is not tried again.
AGAIN_S = 1.0


class Press(Struct, frozen=True):
    """A button that is pressed: a POST to `path` below /api/v1, with `body`."""

    path: str
    body: Mapping[str, object] = {}


class DeskPilot:
    """One simulated agent at one desk. `next` is called at intervals; `desk` is the answer of `GET /agent`."""

    def __init__(self, name: str, seed: int, habits: Habits) -> None:
        self._random = Random(f"{seed}/{name}")
        self._habits = habits
        self._due_at: dict[str, float] = {}
        self._pressed: dict[str, float] = {}

    def next(self, desk: Mapping[str, Any], now: float) -> Press | None:
        """The button to press now (`now` in seconds of any steady clock), or None."""
        press = self._wanted(desk, now)
        if press is None or now - self._pressed.get(press.path, now - AGAIN_S) < AGAIN_S:
            return None
        self._pressed = {path: at for path, at in self._pressed.items() if now - at < AGAIN_S}
        self._pressed[press.path] = now
        return press

    def _wanted(self, desk: Mapping[str, Any], now: float) -> Press | None:
        for notice in desk["notices"]:
            return Press(f"/agent/notices/{notice['id']}/ok")
        if desk["interaction"] is not None:
            return self._handled(desk["interaction"], now)
        return _idle(desk["agent"])

    def _handled(self, interaction: Mapping[str, Any], now: float) -> Press | None:
        place = f"/interactions/{interaction['id']}"
        match interaction["status"]["phase"]:
            case "offered":
                automatic = interaction["offer"]["automatic"]
                if not automatic and self._is_due(f"read {place}", self._habits.read_s, now):
                    return Press(f"{place}/accept", {"offer": interaction["offer"]["id"]})
            case "previewing" if self._is_due(f"read {place}", self._habits.read_s, now):
                return Press(f"{place}/dial")
            case "connected" if self._is_due(f"talk {place}", self._habits.talk_s, now):
                return Press(f"{place}/end")
            case "not_reached" if interaction["after_call"] is not None and interaction["after_call"]["shown"]:
                return None  # The result closes by itself.
            case "ended" | "not_reached" if self._is_due(f"wrap {place}", self._habits.wrap_s, now):
                return self._concluded(place, interaction["outcome"])
        return None

    def _concluded(self, place: str, outcome: Mapping[str, Any]) -> Press:
        offered = [each["code"] for each in outcome["dispositions"]]
        if offered and not outcome["disposition"]:
            said = self._random.choice(offered)
            return Press(f"{place}/outcome", {"disposition": said, "note": "Simulated call."})
        return Press(f"{place}/done", {"then": "ready"})

    def _is_due(self, what: str, law: tuple[float, float], now: float) -> bool:
        """Whether the time drawn for `what` when it was first asked for has passed."""
        if what not in self._due_at:
            self._due_at = {what: now + self._random.uniform(*law)}
        return now >= self._due_at[what]


def _idle(agent: Mapping[str, Any]) -> Press | None:
    if agent["state"] == "logged_out":
        return Press("/agent/log-in")
    if agent["state"] == "not_ready":
        return Press("/agent/ready")
    for campaign in agent["campaigns"]:
        asks = campaign["mode"] == "PREVIEW" and campaign["state"] == "running"
        if asks and agent["state"] == "ready" and agent["waits_for"] is None:
            return Press(f"/agent/campaigns/{campaign['name']}/get-record")
    return None
