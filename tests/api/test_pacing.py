"""Why a campaign dials as it does, and how the next hours would go."""

from __future__ import annotations

import asyncio

from prometheus_client.parser import text_string_to_metric_families

from config.model import Mode

from .stage import API, Stage


async def test_decisions_are_told_with_inputs_and_reason(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    await stage.run("push", "+442079460111", "+442079460112")
    told = await sue.get("/campaigns/push/pacing?limit=1")
    assert (told["campaign"], told["basis"], told["failure"]) == ("push", "mode", "")
    (decision,) = told["decisions"]
    assert decision["reason"]
    assert {"idle", "ringing", "waiting", "in_hand", "figures", "at_utc"} <= set(decision)
    assert [each["period"] for each in told["abandonment"]] == ["day", "30 days"]
    missing = await sue.get("/campaigns/none/pacing", status=404)
    assert missing["code"] == "campaign_not_found"
    await sue.get("/campaigns/push/pacing?limit=9999", status=422)


async def test_the_next_hours_are_tried_with_more_and_fewer_agents(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    nothing = await sue.post("/campaigns/push/simulations", {"mode": "PREDICTIVE_ASM"}, status=409)
    assert nothing["code"] == "nothing_to_dial"
    await stage.run("push", *(f"+44207946{n:04d}" for n in range(100, 160)))
    preview = await sue.post("/campaigns/push/simulations", {}, status=409)
    assert preview["code"] == "mode_not_simulated"
    question = {"mode": "PREDICTIVE_ASM", "agents": [0, 2], "hours": 0.25, "answer_rate": 0.5, "talk_s": 30}
    told, second = await asyncio.gather(
        sue.post("/campaigns/push/simulations", question),
        sue.post("/campaigns/push/simulations", question, status=409),
    )
    assert second["code"] == "simulation_running"
    assert told["mode"] == Mode.PREDICTIVE_ASM
    assert set(told["assumed"]) == {"ring_s", "busy_share", "wrap_s"}
    few, more = told["outlooks"]
    assert more["agents"] > few["agents"]
    assert 0 < few["utilisation"] <= 100
    assert more["ends_after_h"] is None or few["ends_after_h"] is None or more["ends_after_h"] <= few["ends_after_h"]
    large = await sue.post("/campaigns/push/simulations", {**question, "agents": [500], "hours": 8}, status=409)
    assert large["code"] == "simulation_too_large"


async def test_figures_of_the_pacing_are_collected(stage: Stage) -> None:
    await stage.run("push", "+442079460111")
    async with stage.client.get("/metrics") as response:
        families = {each.name for each in text_string_to_metric_families(await response.text())}
    assert {"cornetta_pacing_ahead", "cornetta_live_answers_today", "cornetta_abandoned_today"} <= families
    assert API
