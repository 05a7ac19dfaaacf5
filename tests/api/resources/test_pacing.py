"""The reasons of a campaign's pacing, and the outlook on the next hours."""

from __future__ import annotations

import asyncio
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from agent_api.resources.metrics.pacing import FORECAST
from config.model import Mode
from dialer.campaigns.calendar import day_of
from dialer.pacing.governor import Basis
from dialer.vocabulary.ids import CampaignName
from tests.api.stage import API, Stage


async def test_decisions_are_told_with_inputs_and_reason(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    await stage.run("push", "+442079460111", "+442079460112")
    told = await sue.get("/campaigns/push/pacing?limit=1")
    assert (told["campaign"], told["basis"], told["failure"]) == ("push", "mode", "")
    assert told["sentence"].startswith(
        "Records are offered one to each idle agent, who has them dialed, as the mode PUSH"
    )
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

    async def asked() -> tuple[int, Any]:
        path = f"{API}/campaigns/push/simulations"
        async with stage.client.post(path, json=question, headers=sue.headers) as response:
            return response.status, await response.json(content_type=None)

    answers = dict(await asyncio.gather(asked(), asked()))
    told = answers[200]
    assert answers[409]["code"] == "simulation_running"
    assert told["mode"] == Mode.PREDICTIVE_ASM
    assert set(told["assumed"]) == {"ring_s", "busy_share", "wrap_s"}
    few, more = told["outlooks"]
    assert more["agents"] > few["agents"]
    assert 0 < few["utilisation"] <= 100
    assert more["ends_after_h"] is None or few["ends_after_h"] is None or more["ends_after_h"] <= few["ends_after_h"]
    large = await sue.post("/campaigns/push/simulations", {**question, "agents": [500], "hours": 8}, status=409)
    assert large["code"] == "simulation_too_large"


async def test_answer_rates_are_told_by_hour_type_region_and_list(stage: Stage) -> None:
    sue = await stage.run("push", "+442079460102", "+447700900102")
    nothing = await sue.get("/campaigns/push/answer-rates")
    assert (nothing["total"]["dials"], nothing["hours"]) == (0, [])
    await sue.post("/campaigns/push/mode", {"mode": "PROGRESSIVE_ASM"})
    await (await stage.log_in("anna")).post("/agent/ready")
    told = nothing
    async with asyncio.timeout(10):
        while told["total"]["dials"] < 2:
            stage.tick()
            told = await sue.get("/campaigns/push/answer-rates")
    assert {"campaign": "push", "days": 60}.items() <= told.items()
    assert told["total"] == {"key": "total", "dials": 2, "answers": 0, "percent": 0}
    assert [(each["key"], each["dials"]) for each in told["number_types"]] == [("fixed", 1), ("unknown", 1)]
    assert [(each["key"], each["dials"]) for each in told["lists"]] == [("push", 2)]
    assert sum(each["dials"] for each in told["regions"]) == sum(each["dials"] for each in told["hours"]) == 2
    missing = await sue.get("/campaigns/none/answer-rates", status=404)
    assert missing["code"] == "campaign_not_found"


async def figures(stage: Stage) -> dict[tuple[str, ...], float]:
    """All samples of the pacing and the law, by name and values of labels, the campaign first."""
    async with stage.client.get("/metrics") as response:
        families = text_string_to_metric_families(await response.text())
    return {
        (
            sample.name,
            *dict(sorted(sample.labels.items(), key=lambda each: each[0] != "campaign")).values(),
        ): sample.value
        for family in families
        for sample in family.samples
        if "pacing" in sample.name or "aband" in sample.name or "not_dialing" in sample.name
    }


async def test_abandonment_is_collected_so_that_an_alert_can_stand_on_it(stage: Stage) -> None:
    sue = await stage.log_in("sue")
    counted = stage.campaign("asm").abandonment
    today = day_of(stage.campaign("asm"), stage.clock.now().utc)
    counted.remember(today, 100, 2)
    counted.remember(today - 3, 300, 14)
    counted.remember(today - 40, 300, 200)
    told = await figures(stage)
    assert told["cornetta_abandonment_ratio", "asm", "day"] == 0.02
    assert told["cornetta_abandonment_ratio", "asm", "window"] == 0.04
    assert told["cornetta_abandonment_ratio", "push", "day"] == 0
    assert told["cornetta_abandonment_limit_ratio", "asm"] == 0.03
    assert told["cornetta_abandoned_today", "asm"] == 2
    (day, window) = (await sue.get("/campaigns/asm/pacing"))["abandonment"]
    assert (day["percent"], window["percent"]) == (2, 4)


async def test_figures_of_a_forecast_are_collected_while_it_is_made(stage: Stage) -> None:
    sue = await stage.run("push", "+442079460111")
    told = await figures(stage)
    assert told["cornetta_pacing_basis", "push", "mode"] == 1
    assert told["cornetta_pacing_ahead", "push"] == 0
    assert told["cornetta_pacing_decisions_total", "push"] > 0
    assert told["cornetta_campaign_not_dialing", "push", "no_agents"] == 1
    assert told["cornetta_campaign_not_dialing", "asm", "not_running"] == 1
    governor = stage.world.pacers[CampaignName("push")]
    for name in ("anna", "ben"):
        await (await stage.log_in(name)).post("/agent/ready")
    await sue.post("/campaigns/push/mode", {"mode": "PREDICTIVE"})
    stage.tick()
    await stage.until(lambda: governor.last is not None and governor.last.basis is Basis.FORECAST)
    told = await figures(stage)
    assert told["cornetta_pacing_ahead", "push"] == told["cornetta_pacing_basis", "push", "forecast"] == 1
    for key, (name, _) in FORECAST.items():
        assert governor.last is not None
        assert key in governor.last.figures
        assert (f"cornetta_pacing_{name}", "push") in told
    assert told["cornetta_pacing_lag_seconds",] < 1
    await sue.post("/campaigns/push/stop")
    told = await figures(stage)
    assert told["cornetta_pacing_ahead", "push"] == 0, "the last decision is of another time"
    assert ("cornetta_pacing_risk_next_ratio", "push") not in told


async def test_names_and_labels_keep_to_the_rules_of_prometheus(stage: Stage) -> None:
    """Base units, no units mixed under a name, help for each, and no label that grows with calls or people."""
    await stage.run("push", "+442079460111", "+442079460112")
    async with stage.client.get("/metrics") as response:
        families = list(text_string_to_metric_families(await response.text()))
    labels = {name for family in families for sample in family.samples for name in sample.labels}
    assert labels <= {
        "campaign",
        "phase",
        "state",
        "reason",
        "basis",
        "period",
        "trunk",
        "engine",
        "route",
        "status",
        "le",
    }
    for family in families:
        assert family.documentation, family.name
        assert family.name.startswith("cornetta_")
        assert not family.name.endswith(("_ms", "_percent", "_mb", "_count")), family.name
        for sample in family.samples:
            assert family.type != "counter" or sample.name.endswith(("_total", "_created")), sample.name
