"""An agent's changes of a record's fields are kept with the record, in every outcome."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.callflow.dial.offers import CancelRecord, ReturnRecord
from dialer.callflow.outcome.outcome import SetOutcome
from dialer.vocabulary import commands, events
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.writes import ReleaseRecord, UpdateRecord
from dialer.words import words_of
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, record
from tests.unit.callflow.scenes import offered, previewing

FIELDS: dict[str, Any] = {
    "record": (
        {"key": "city", "label": "City", "editable": True},
        {"key": "since", "label": "Customer since", "type": "date", "editable": True},
        {"key": "seats", "label": "Seats", "type": "integer", "editable": True},
    )
}


def edited(floor: Floor) -> None:
    floor.ask(SetOutcome(ADA, floor.interaction.id, data={"city": "Leeds"}))


def scene(make: Any = previewing, **more: Any) -> Floor:
    rows = (record(1, data={"city": "York", "since": "3/4/20"}), record(2, data={}))
    floor: Floor = make(records=rows, fields=FIELDS, permissions={"cancel": True}, **more)
    return floor


def released(floor: Floor) -> list[dict[str, str] | None]:
    return [each.data for each in floor.writes(ReleaseRecord) if each.record == 1]


def test_edits_survive_a_return() -> None:
    floor = scene()
    edited(floor)
    floor.ask(ReturnRecord(ADA, floor.interaction.id))
    assert released(floor) == [{"city": "Leeds"}]


def test_edits_survive_a_cancel() -> None:
    floor = scene()
    edited(floor)
    floor.ask(CancelRecord(ADA, floor.interaction.id))
    assert [each.data for each in floor.writes(UpdateRecord)] == [{"city": "Leeds"}]


@pytest.mark.parametrize("how", ["log_out", "stop", "close", "desktop", "do_not_call"])
def test_edits_survive_whatever_takes_the_record_off_the_desk(how: str) -> None:
    floor = scene()
    edited(floor)
    id_ = floor.interaction.id
    match how:
        case "log_out":
            floor.ask(commands.LogOut(ADA))
        case "stop":
            floor.ask(commands.StopCampaign(SPRING, "sue"))
        case "close":
            floor.ask(commands.CloseInteraction(id_, "sue", "gone"))
        case "desktop":
            floor.say(events.DesktopDisconnected(ADA))
            floor.pass_time(31)
        case _:
            floor.ask(SetOutcome(ADA, id_, do_not_call=True))
            floor.ask(ReturnRecord(ADA, id_))
    found = [*released(floor), *(each.data for each in floor.writes(UpdateRecord))]
    assert {"city": "Leeds"} in found


def test_edits_survive_an_offer_that_nobody_takes() -> None:
    floor = scene(offered, offer={"accept": "agent"})
    edited(floor)
    floor.pass_time(31)
    assert released(floor) == [{"city": "Leeds"}]


def test_edits_survive_two_desks() -> None:
    floor = scene(agents=(ADA, BOB))
    edited(floor)
    floor.ready(BOB)
    floor.ask(commands.ReassignInteraction(floor.interaction.id, BOB, "sue", "x"))
    floor.ask(ReturnRecord(BOB, floor.interaction.id))
    assert released(floor) == [{"city": "Leeds"}]


def test_what_was_not_changed_is_not_written() -> None:
    floor = scene()
    floor.ask(ReturnRecord(ADA, floor.interaction.id))
    assert released(floor) == [None]


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        ({"seats": "abc"}, "bad_value", "Seats is a whole number"),
        ({"since": "32/13/2020"}, "bad_value", "Customer since is a date"),
        ({"city": "x" * 2001}, "value_too_long", "City has 2001"),
    ],
)
def test_a_value_that_the_field_cannot_hold_is_refused(data: dict[str, str], code: str, says: str) -> None:
    floor = scene()
    with pytest.raises(Refused) as refused:
        floor.ask(SetOutcome(ADA, floor.interaction.id, data=data))
    assert refused.value.code == code
    assert says in words_of(refused.value)
    assert floor.interaction.data["city"] == "York"


def test_what_the_list_has_already_may_stay() -> None:
    floor = scene()
    floor.ask(SetOutcome(ADA, floor.interaction.id, data={"since": "3/4/20", "city": "Leeds"}))
    assert floor.interaction.data["city"] == "Leeds"
