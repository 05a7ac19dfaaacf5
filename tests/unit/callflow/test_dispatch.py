"""Every message reaches a handler: the tables are compared with the unions of the vocabulary."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import pytest

from dialer.callflow import dispatch
from dialer.callflow.actions import ACTIONS
from dialer.callflow.heard.legs import LegEvent
from dialer.core import timers
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.commands import DeskCommand


def members(union: Any) -> set[type]:
    return set(get_args(union))


def every_command() -> set[type]:
    """The union, with the commands of a desk; test_actions.py finds all of those."""
    return members(commands.Command) - {DeskCommand} | {each.command for each in ACTIONS}


def test_every_command_and_every_event_has_a_handler_and_no_other_has() -> None:
    assert set(dispatch.HANDLERS) == every_command() | members(events.Event)


def test_nothing_is_both_a_command_and_an_event() -> None:
    assert set(dispatch.COMMANDS) == every_command()
    assert not every_command() & members(events.Event)


def test_every_event_of_an_engine_has_one_handler() -> None:
    assert set(dispatch.ENGINE_EVENTS) | members(LegEvent) == members(telephony.Event)
    assert not set(dispatch.ENGINE_EVENTS) & members(LegEvent)


@pytest.mark.parametrize("event", sorted(members(LegEvent), key=str), ids=lambda kind: kind.__name__)
def test_events_of_legs_name_their_leg_and_their_time(event: Any) -> None:
    """Where the leg is gone only these fields are read."""
    assert {"leg", "at"} <= set(event.__struct_fields__)


def test_every_timer_has_a_handler_and_is_started_by_somebody() -> None:
    keys = [key("") for _, key in inspect.getmembers(timers, inspect.isfunction) if key.__module__ == timers.__name__]
    assert {key.partition("/")[0] for key in [*keys, timers.PACE_TIMER]} == set(dispatch.TIMERS)
