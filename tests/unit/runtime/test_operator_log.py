"""The operator's log: one line for each change of node, engines and trunks, without data of contacts."""

from __future__ import annotations

from typing import Any

from structlog.testing import capture_logs

from dialer.runtime import operator_log
from dialer.trunks.accounts import trunk_account
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.telephony import ClearedBy
from dialer.vocabulary.writes import AddHistory
from dialer.words import spoken
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ENGINE, SPRING, trunk
from tests.unit.callflow.scenes import opened, talking
from tests.unit.runtime.desk import Desk


def lines(floor: Floor) -> dict[str, dict[str, Any]]:
    """The lines written for the steps of a floor, by event."""
    with capture_logs() as found:
        operator_log.write(floor.written)
    return {line["event"]: dict(line) for line in found}


def answered(floor: Floor, code: int) -> None:
    completed = telephony.ProbeCompleted(trunk_account("main"), "sip:x", code, "", 3.0, floor.now)
    floor.engine_says(completed)


def test_a_trunk_that_goes_down_and_comes_back_is_a_line_each() -> None:
    floor = opened(trunks=(trunk(probe="options", probe_misses_down=2),))
    answered(floor, 200)
    assert lines(floor)["trunk_up"]["log_level"] == "info"
    floor.forget_outputs()
    for _ in range(3):
        answered(floor, 0)
    down = [each for each in floor.writes(AddHistory) if each.kind == "trunk_down"]
    assert len(down) == 1, "once, not with each probe"
    line = lines(floor)["trunk_down"]
    assert (line["log_level"], line["trunk"]) == ("warning", "main")
    assert "OPTIONS" in spoken(line["last_error"])
    assert line["last_error_code"] == "trunk_silent.probe"
    floor.forget_outputs()
    answered(floor, 200)
    assert "trunk_up" in lines(floor)


def test_a_trunk_whose_calls_find_no_connection_goes_down_with_a_line() -> None:
    floor = opened(trunks=(trunk(probe="options", probe_misses_down=1),))
    answered(floor, 200)
    floor.ready()
    floor.pass_time(floor.campaign.settings.offer.look_s)
    floor.answer(floor.phone)
    floor.forget_outputs()
    floor.clear(floor.contact, 503, ClearedBy.TRANSPORT, heard=False)
    assert lines(floor)["trunk_down"]["trunk"] == "main"


def test_campaigns_and_engines_are_told() -> None:
    floor = opened()
    assert {"campaign_loaded", "campaign_started", "engine_settled"} <= set(lines(floor))
    assert lines(floor)["campaign_started"]["by"] == "sue"
    floor.forget_outputs()
    floor.say(events.EngineDisconnected(ENGINE))
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    told = lines(floor)
    assert told["engine_disconnected"]["log_level"] == "warning"
    assert told["campaign_stopped"]["campaign"] == SPRING


def test_a_line_that_goes_dead_is_told_without_the_number() -> None:
    floor = talking()
    number = floor.interaction.number
    floor.clear(floor.contact, by=ClearedBy.MEDIA)
    line = lines(floor)["media_lost"]
    assert (line["log_level"], line["trunk"]) == ("warning", "main")
    assert number not in str(lines(floor))


def test_facts_of_a_contact_stay_in_the_history() -> None:
    facts: dict[str, object] = {"by": "sue", "number": "+442079460123", "reason": "asked for it"}
    with capture_logs() as found:
        operator_log.write([AddHistory("do_not_call_lifted", 0.0, facts=facts)])
    assert found == [
        {"event": "do_not_call_lifted", "log_level": "info", "by": "sue", "reason": "asked for it"},
    ]


async def test_the_inbox_writes_them_also_while_the_store_takes_nothing(desk: Desk) -> None:
    desk.ledger.open.clear()
    with capture_logs() as found:
        desk.inbox.post(events.ConfigurationApplied(1, desk.world.settings))
        desk.inbox.post(events.Restored())
        desk.inbox.post(events.EngineConnected(ENGINE, "boot"))
        desk.inbox.post(events.EngineSaid(ENGINE, telephony.SnapshotTaken(ENGINE, "boot", (), (), 0.0)))
        await desk.until(lambda: desk.inbox.handled >= 4)
    assert "engine_settled" in [line["event"] for line in found]
    desk.ledger.open.set()
