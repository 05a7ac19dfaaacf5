"""A day at the desk, through the API alone."""

from __future__ import annotations

from typing import Any

from dialer.ports.reports import LinesOfInteraction, OneInteraction
from dialer.vocabulary.ids import InteractionId, ListName
from tests.api.engine import BUSY, RINGS
from tests.api.stage import Person, Stage


def allowed(view: dict[str, Any]) -> set[str]:
    return {each["command"] for each in view["actions"] if each["allowed"]}


async def test_log_in_shows_one_notice_for_each_campaign_and_ok_takes_it_away(stage: Stage) -> None:
    await stage.run("push")
    anna = await stage.log_in("anna")
    desk = await anna.get("/agent")
    assert desk["agent"]["state"] == "not_ready"
    assert desk["agent"]["reason_label"] == "Logged in"
    (notice,) = desk["notices"]
    assert (notice["campaign"], notice["kind"]) == ("push", "started")
    assert (notice["mode"], notice["mode_label"]) == ("PUSH_PREVIEW", "Push preview")
    assert (notice["state"], notice["state_label"]) == ("running", "Running")
    assert (await anna.post("/agent/notices/nothing/ok", status=404))["code"] == "notice_not_found"
    after = await anna.post(f"/agent/notices/{desk['notices'][0]['id']}/ok")
    assert after["notices"] == []
    mine = {each["name"]: each for each in await anna.get("/agent/campaigns")}
    assert mine["push"]["joined"]
    assert (mine["push"]["delivery"], mine["preview"]["delivery"]) == ("Automatic", "Manual")


async def test_an_offer_is_accepted_held_and_ended(stage: Stage) -> None:
    sue = await stage.run("push", "+442079460111")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    shown = (await anna.get("/agent"))["interaction"]
    assert shown["status"]["phase"] == "offered"
    assert [(each["label"], each["value"]) for each in shown["offer"]["fields"]] == [("Topic", "Boiler")]
    assert allowed(shown) == {"accept", "reject", "cancel", "help", "outcome"}
    path = f"/interactions/{shown['id']}"

    await anna.post(f"{path}/accept", {"offer": shown["offer"]["id"]})
    await stage.until(lambda: stage.state("anna") == "busy")
    shown = await anna.get(path)
    assert shown["status"]["words"] == "Connected"
    assert allowed(shown) == {"hold", "mute", "volume", "digits", "end", "help", "outcome"}

    desk = await anna.post(f"{path}/hold")
    assert desk["interaction"]["status"]["words"] == "On hold by you"
    assert "resume" in allowed(desk["interaction"])
    assert (await anna.post(f"{path}/hold", status=409))["code"] == "already_on_hold"
    await anna.post(f"{path}/resume")
    assert (await anna.post(f"{path}/mute", {"on": True}))["interaction"]["muted"]
    await anna.post(f"{path}/volume", {"db": 6})
    assert (await anna.post(f"{path}/volume", {"db": 60}, status=422))["field"] == "$.db"
    await anna.post(f"{path}/digits", {"digits": "12#"})
    assert (await sue.get("/interactions"))[0]["phase"] == "connected"
    await anna.post(f"{path}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    assert (await anna.get(path))["status"]["words"] == "Ended by you"


async def test_done_wants_what_is_mandatory(stage: Stage) -> None:
    anna = await talking(stage)
    path = f"/interactions/{stage.on_desk('anna')}"
    await anna.post(f"{path}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    shown = await anna.get(path)
    assert shown["outcome"]["found_result"] == {"code": "answer", "label": "Answer"}
    assert (
        next(each for each in shown["actions"] if each["command"] == "done")["reason"]
        == "Before Done, set: disposition."
    )
    refused = await anna.post(f"{path}/done", {}, status=409)
    assert (refused["code"], refused["facts"]["missing"]) == ("outcome_missing", ["disposition"])

    said = {"disposition": "sold", "note": "Wants two.", "data": {"city": "York"}}
    assert "done" in allowed((await anna.post(f"{path}/outcome", said))["interaction"])
    desk = await anna.post(f"{path}/done", {"then": "not_ready"})
    assert (desk["interaction"], desk["agent"]["state"]) == (None, "not_ready")
    await anna.get(path, status=404)
    sue = await stage.log_in("sue")
    assert [each["result"] for each in (await sue.get("/attempts?campaign=push"))["attempts"]] == ["answer"]
    assert (await sue.get("/campaigns/push"))["results"] == {"answer": 1}


async def test_what_is_asked_for_in_a_conversation_is_pending(stage: Stage) -> None:
    anna = await talking(stage)
    desk = await anna.post("/agent/not-ready", {"reason": "lunch"})
    assert desk["agent"]["state"] == "busy"
    assert desk["agent"]["pending"] == {"wish": "not_ready", "reason": "lunch", "reason_label": "Lunch"}


async def test_log_out_waits_for_the_conversation(stage: Stage) -> None:
    anna = await talking(stage)
    assert await anna.request("DELETE", "/sessions/current", 202) == {"pending": True}
    path = f"/interactions/{stage.on_desk('anna')}"
    await anna.post(f"{path}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    await anna.post(f"{path}/outcome", {"disposition": "sold"})
    await anna.post(f"{path}/done", {})
    assert stage.state("anna") == "logged_out"
    assert await anna.request("DELETE", "/sessions/current", 200) == {"pending": False}
    await anna.get("/me", status=401)


async def test_call_again_is_a_new_attempt_of_the_same_interaction(stage: Stage) -> None:
    anna = await talking(stage)
    id_ = stage.on_desk("anna")
    await anna.post(f"/interactions/{id_}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    assert "call-again" in allowed(await anna.get(f"/interactions/{id_}"))
    await anna.post(f"/interactions/{id_}/call-again")
    await stage.until(lambda: stage.state("anna") == "busy")
    shown = await anna.get(f"/interactions/{id_}")
    assert (shown["attempts"], shown["status"]["phase"]) == (2, "connected")


async def test_preview_is_dialed_by_the_agent_and_busy_is_shown_until_done(stage: Stage) -> None:
    sue = await stage.run("preview", f"+4420794{BUSY}")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await anna.post("/agent/campaigns/preview/get-record")
    await stage.until(lambda: stage.on_desk("anna"))
    shown = (await anna.get("/agent"))["interaction"]
    assert shown["status"]["phase"] == "previewing"
    assert {"dial", "cancel"} <= allowed(shown)
    await anna.post(f"/interactions/{shown['id']}/dial")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    shown = await anna.get(f"/interactions/{shown['id']}")
    assert shown["status"]["phase"] == "not_reached"
    assert shown["status"]["words"].startswith("Not reached: the line is busy (486")
    assert shown["outcome"]["found_result"] == {"code": "busy", "label": "Busy"}
    assert (shown["after_call"]["shown"], shown["after_call"]["warns_at"]) == (True, None)
    assert {"call-again", "outcome", "done", "extend"} <= allowed(shown)
    assert (await sue.get("/interactions"))[0]["phase"] == "not_reached"
    await anna.post(f"/interactions/{shown['id']}/done", {})
    assert stage.state("anna") == "ready"
    assert (await sue.get("/campaigns/preview"))["results"] == {"busy": 1}


async def test_asm_shows_an_empty_record_until_the_contact_is_there(stage: Stage) -> None:
    await stage.run("asm", f"+4420794{RINGS}", "+442079460111")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    desk = await anna.get("/agent")
    assert desk["agent"]["engaged"] == "yes"
    assert desk["interaction"] is None
    assert desk["agent"]["interaction"] is None
    blank = desk["agent"]["blank"]["record"]
    assert [(each["label"], each["value"]) for each in blank] == [("City", ""), ("Plan", ""), ("Seats", "")]
    assert "7946" not in str(desk["agent"]["blank"])
    await anna.get(f"/interactions/{stage.on_desk('anna')}", status=404)

    ringing = next(each for each in stage.world.legs.values() if each.purpose == "contact")
    stage.post_answer(ringing.id)
    await stage.until(lambda: stage.state("anna") == "busy")
    desk = await anna.get("/agent")
    assert desk["agent"]["blank"] is None
    assert desk["interaction"]["contact"] == "Contact 1"
    assert [each["value"] for each in desk["interaction"]["record"]] == ["Leeds", "", ""]


async def test_agents_see_nothing_of_each_others_desks(stage: Stage) -> None:
    await talking(stage)
    ben = await stage.log_in("ben")
    id_ = stage.on_desk("anna")
    await ben.get(f"/interactions/{id_}", status=404)
    refused = await ben.post(f"/interactions/{id_}/end", status=409)
    assert refused["code"] == "not_your_interaction"
    assert stage.state("anna") == "busy"


async def test_why_nothing_is_dialed_is_told(stage: Stage) -> None:
    sue = await stage.run("push", "+442079460111")
    campaign = stage.campaign("push")
    await stage.until(lambda: len(campaign.pool) == 1)
    stage.tick()
    await stage.until(lambda: campaign.reason.code == "no_agents")
    told = await sue.get("/campaigns/push/why")
    assert told["why"]["code"] == "no_agents"
    assert told["why"]["sentence"]
    assert (await sue.get("/overview"))["campaigns"][2]["why"]["code"] == "no_agents"


async def talking(stage: Stage) -> Person:
    """Anna in a conversation."""
    await stage.run("push", "+442079460111")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await stage.until(lambda: stage.on_desk("anna"))
    shown = (await anna.get("/agent"))["interaction"]
    await anna.post(f"/interactions/{shown['id']}/accept", {"offer": shown["offer"]["id"]})
    await stage.until(lambda: stage.state("anna") == "busy")
    return anna


async def test_a_supervisor_closes_work_that_an_agent_left_open(stage: Stage) -> None:
    await talking(stage)
    id_ = stage.on_desk("anna")
    sue = await stage.log_in("sue")
    said = {"reason": "went home", "disposition": "nothing"}
    assert (await sue.post(f"/interactions/{id_}/close", said, status=409))["code"] == "unknown_disposition"
    told = await sue.post(f"/interactions/{id_}/close", {"reason": "went home", "disposition": "sold"})
    assert told["interaction"] == id_
    await stage.until(lambda: id_ not in stage.world.interactions)
    await stage.written()
    row = await stage.store.reports.read(OneInteraction(InteractionId(str(id_))))
    assert row is not None
    assert (row.state, row.found_result, row.disposition) == ("finalized", "answer", "sold")
    lines = await stage.store.reports.read(LinesOfInteraction(InteractionId(str(id_)), 20))
    assert [each.facts["by"] for each in lines if each.kind == "interaction_closed"] == ["sue"]
    assert (await sue.post(f"/interactions/{id_}/close", {"reason": "again"}, status=404))["code"]


async def test_a_supervisor_gives_work_to_another_agent(stage: Stage) -> None:
    anna = await talking(stage)
    id_ = stage.on_desk("anna")
    ben, sue = await stage.log_in("ben"), await stage.log_in("sue")
    said = {"agent": "ben", "reason": "went home"}
    assert (await sue.post(f"/interactions/{id_}/reassign", said, status=409))["code"] == "call_in_progress"
    await anna.post(f"/interactions/{id_}/end")
    await stage.until(lambda: stage.state("anna") == "after_call_work")
    assert (await sue.post(f"/interactions/{id_}/reassign", {"agent": "zoe", "reason": "x"}, status=404))["code"]
    shown = await sue.post(f"/interactions/{id_}/reassign", said)
    assert (shown["id"], shown["agent"]) == (id_, "ben")
    assert (await ben.get("/agent"))["interaction"]["id"] == id_
    assert (await anna.get("/agent"))["interaction"] is None
    await anna.get(f"/interactions/{id_}", status=404)


async def test_fields_are_checked_by_type_and_length_with_what_to_write(stage: Stage) -> None:
    await stage.run("preview", "+442079460111", "+442079460112")
    anna = await stage.log_in("anna")
    await anna.post("/agent/ready")
    await anna.post("/agent/campaigns/preview/get-record")
    await stage.until(lambda: stage.on_desk("anna"))
    path = f"/interactions/{stage.on_desk('anna')}"
    refused = await anna.post(f"{path}/outcome", {"data": {"seats": "abc"}}, status=409)
    assert refused["code"] == "bad_value"
    assert refused["detail"] == "Seats is a whole number, and 'abc' is none; write digits alone, as 42."
    assert refused["facts"] == {"field": "seats", "label": "Seats", "type": "integer", "value": "abc"}
    refused = await anna.post(f"{path}/outcome", {"data": {"seats": "123456"}}, status=409)
    assert refused["detail"] == "Seats has 6 characters; write at most 5."
    await anna.post(f"{path}/outcome", {"data": {"city": "x" * 2000, "seats": "7"}})
    assert (await anna.post(f"{path}/outcome", {"data": {"city": "x" * 2001}}, status=422))["errors"]
    await anna.post(f"{path}/outcome", {"note": "x" * 4000})
    assert (await anna.post(f"{path}/outcome", {"note": "x" * 4001}, status=422))["errors"]
    await anna.post(f"{path}/outcome", {"data": {"city": "Hull"}})
    desk = await anna.post(f"{path}/return")
    assert desk["interaction"] is None
    rows = {row.number: row.data async for row in stage.store.lists.records(ListName("preview"))}
    assert (rows["+442079460111"]["city"], rows["+442079460111"]["seats"]) == ("Hull", "7")


async def test_what_a_supervisor_types_is_kept_as_one_plain_line(stage: Stage) -> None:
    await talking(stage)
    id_ = stage.on_desk("anna")
    sue = await stage.log_in("sue")
    refused = await sue.post(f"/interactions/{id_}/close", {"reason": "\x1b\x07\u202e"}, status=422)
    assert "reason" in str(refused)
    await sue.post(f"/interactions/{id_}/close", {"reason": "\x1b]0;gone\x07went\r\nhome\u202e"})
    await stage.until(lambda: id_ not in stage.world.interactions)
    await stage.written()
    lines = await stage.store.reports.read(LinesOfInteraction(InteractionId(str(id_)), 20))
    assert [each.facts["reason"] for each in lines if each.kind == "interaction_closed"] == ["]0;gone went home"]


async def test_what_an_agent_types_is_kept_without_control_characters_and_with_its_lines(stage: Stage) -> None:
    anna = await talking(stage)
    id_ = stage.on_desk("anna")
    said = {"note": "first\x0b\x1b[2J\nsecond\u202e", "data": {"city": "Ely\x9b\u200b, old\n", "seats": "4\u200b"}}
    await anna.post(f"/interactions/{id_}/outcome", said)
    interaction = stage.world.interactions[InteractionId(str(id_))]
    assert interaction.note == "first  [2J\nsecond"
    assert (interaction.data["city"], interaction.data["seats"]) == ("Ely , old\n", "4")
