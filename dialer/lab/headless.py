"""`cornetta lab --headless`: a campaign to its end, and the proof of what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from dialer.campaigns.campaign import Campaign
from dialer.campaigns.reason import NoCallsCode
from dialer.lab.scenario import CAMPAIGN, LIST, Scenario
from dialer.lab.stage import Stage
from dialer.ports import AttemptRow, RecordRow
from dialer.vocabulary import commands
from dialer.vocabulary.ids import CampaignName, ListName
from dialer.vocabulary.results import CallResult, RecordStatus

#: A run that has not come to its end by then has failed.
RUN_LIMIT_S = 1800.0
#: After the last call the lab's legs have this long to go.
SETTLE_S = 15.0


class RunReport(Struct, frozen=True):
    """One headless run. `lost`: records without exactly one result; `duplicates`: Call-IDs or records dialled more
    than once; `unknown_invites`: INVITEs on the wire that no attempt has; `orphan_legs`: legs left over."""

    mode: str
    agents: int
    records: int
    attempts: int
    results: dict[str, int]
    bridged: int
    audio_both_ways: int
    cross_talk: int
    answer_to_agent_ms: dict[str, float]
    lost: int
    duplicates: int
    unknown_invites: int
    orphan_legs: int
    invites_on_the_wire: int
    seconds: float
    seed: int

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicates or self.unknown_invites or self.orphan_legs)


Progress = Callable[[str], None]


async def run_headless(scenario: Scenario, directory: Path, progress: Progress) -> RunReport:
    """Run the scenario's campaign until every record has its result; raises TimeoutError if it does not end."""
    loop = asyncio.get_running_loop()
    async with Stage(scenario, directory) as stage:
        begun = loop.time()
        stage.seat_agents()
        await stage.run_campaign()
        async with asyncio.timeout(RUN_LIMIT_S):
            await until_finished(stage, progress)
        seconds = loop.time() - begun
        await send_home(stage)
        return await judge(stage, seconds)


async def until_finished(stage: Stage, progress: Progress) -> None:
    """Wait until the list is finished and nothing is on a desk or a line."""
    told = ""
    while True:
        world = stage.running.world
        campaign = world.campaigns[CampaignName(CAMPAIGN)]
        if _is_finished(campaign) and not world.interactions:
            return
        line = _line(stage, campaign)
        if line != told:
            progress(line)
            told = line
        await asyncio.sleep(0.5)


def _is_finished(campaign: Campaign) -> bool:
    reason = campaign.reason
    done = campaign.waiting.total > 0 and campaign.waiting.done == campaign.waiting.total
    return reason is not None and reason.code is NoCallsCode.LIST_FINISHED and done


def _line(stage: Stage, campaign: Campaign) -> str:
    world = stage.running.world
    states = [each.state for each in world.interactions.values()]
    why = f"; {campaign.reason.sentence}" if campaign.reason else ""
    talking, dialing = states.count("connected"), states.count("dialing")  # type: ignore[arg-type]  # StrEnum is str
    return f"{campaign.waiting.done}/{campaign.waiting.total} done, {dialing} dialling, {talking} talking{why}"


async def send_home(stage: Stage) -> None:
    """Stop the campaign, log the agents out, and wait until no leg is left."""
    await stage.running.inbox.ask(commands.StopCampaign(CampaignName(CAMPAIGN), "lab"))
    for pilot in stage.pilots:
        pilot.working = False
    await stage.carrier.request({"do": "settled", "legs": 0, "timeout_s": SETTLE_S}, SETTLE_S + 5)


async def judge(stage: Stage, seconds: float) -> RunReport:
    """Compare what the database says with what the carrier heard and what was on the wire."""
    report = await stage.carrier.request({"do": "report"})
    (stage.directory / "heard.json").write_bytes(msgspec.json.encode(report))
    wire = await stage.carrier.request({"do": "wire"})
    (stage.directory / "wire.json").write_bytes(msgspec.json.encode(wire))
    attempts = await all_attempts(stage)
    records = [record async for record in stage.running.store.lists.records(ListName(LIST))]
    call_ids = [call_id for attempt in attempts for call_id in attempt.call_ids]
    phones = stage.scenario.extensions()  # rung through the same port where they are at an Asterisk
    on_wire = [invite["call_id"] for invite in wire["invites"] if invite["user"] not in phones]
    waits = sorted(
        (attempt.connected_at - attempt.answered_at) * 1000
        for attempt in attempts
        if attempt.connected_at is not None and attempt.answered_at is not None
    )
    return RunReport(
        mode=stage.scenario.mode,
        agents=stage.scenario.agents,
        records=len(records),
        attempts=len(attempts),
        results=_results(attempts),
        bridged=sum(1 for attempt in attempts if attempt.connected_at is not None),
        audio_both_ways=int(report["audio_both_ways"]),
        cross_talk=len(report["cross_talk"]),
        answer_to_agent_ms={"p50": _quantile(waits, 0.5), "p99": _quantile(waits, 0.99)},
        lost=_lost(records, attempts),
        duplicates=_duplicates(attempts, on_wire),
        unknown_invites=len(set(on_wire) - set(call_ids)),
        orphan_legs=len(report["live"]) + len(stage.running.world.legs),
        invites_on_the_wire=len(set(on_wire)),
        seconds=round(seconds, 1),
        seed=stage.scenario.seed,
    )


async def all_attempts(stage: Stage) -> list[AttemptRow]:
    """Every attempt of the campaign, page by page."""
    found: list[AttemptRow] = []
    while True:
        after = found[-1].attempt if found else ""
        page = await stage.running.store.attempts.attempts(CampaignName(CAMPAIGN), 1000, after)
        found.extend(page)
        if len(page) < 1000:
            return found


def _results(attempts: list[AttemptRow]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for attempt in attempts:
        word = attempt.result.value if attempt.result else "none"
        counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items()))


def _lost(records: list[RecordRow], attempts: list[AttemptRow]) -> int:
    """Records that are not done, or have no result, and attempts without one."""
    undone = sum(1 for record in records if record.status is not RecordStatus.UPDATED or record.result is None)
    return undone + sum(1 for attempt in attempts if attempt.result is None)


def _duplicates(attempts: list[AttemptRow], on_wire: list[str]) -> int:
    """Records that were dialled by two attempts, but for those whose trunk failed; Call-IDs that were used anew."""
    counted: dict[object, int] = {}
    for attempt in attempts:
        if attempt.result is not CallResult.TRUNK_FAILURE:
            counted[attempt.record] = counted.get(attempt.record, 0) + 1
    return sum(count - 1 for count in counted.values()) + len(on_wire) - len(set(on_wire))


def _quantile(values: list[float], part: float) -> float:
    if not values:
        return 0.0
    return round(values[min(len(values) - 1, int(part * len(values)))], 2)


def as_json(report: RunReport) -> dict[str, Any]:
    """The report as the one JSON object of the run."""
    return {name: getattr(report, name) for name in report.__struct_fields__}
