"""The proof of a headless run: the database compared with the carrier's audio and with the messages on the wire."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from dialer.lab.scenario import CAMPAIGN, LIST
from dialer.lab.stage import Stage
from dialer.lab.utilisation import Span, answers_in, spent_by
from dialer.ports import RecordRow
from dialer.ports.reports import AttemptPage, AttemptRow
from dialer.vocabulary.ids import AgentName, CampaignName, ListName, RecordId
from dialer.vocabulary.results import CallResult, RecordStatus

#: After these results a record is dialed again as if new: the trunk failed, or no agent would have been free.
AGAIN = frozenset({CallResult.TRUNK_FAILURE, CallResult.SHED})


class RunReport(Struct, frozen=True):
    """One headless run. `lost`: records without exactly one result (in a run for a set time: of those that were
    dialed, or claimed and not given back); `duplicates`: Call-IDs or records dialed more than once;
    `unknown_invites`: INVITEs on the wire that no attempt has; `orphan_legs`: legs left over.

    From the first decision of the pacing to the end of dialing: `utilisation`, percent of agents' time in
    conversations and after-call work; `abandonment`, percent of the live answers that had no agent after 2 s;
    `wait_s`, mean wait of an agent for a contact; `decisions` by what they stood on; `decision_us`, mean time of a
    forecast."""

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
    minutes: float
    answer_rate: float
    utilisation: float
    abandonment: float
    answers: int
    abandoned: int
    wait_s: float
    dials_per_answer: float
    decisions: dict[str, int]
    decision_us: float

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicates or self.unknown_invites or self.orphan_legs)


async def judge(stage: Stage, seconds: float, span: Span) -> RunReport:
    """Compare the database with the carrier's audio and with the messages on the wire."""
    report = await _told(stage, "report", "heard.json")
    wire = await _told(stage, "wire", "wire.json")
    scenario, store = stage.scenario, stage.running.store
    attempts = await all_attempts(stage)
    records = [record async for record in store.lists.records(ListName(LIST))]
    call_ids = [call_id for attempt in attempts for call_id in attempt.call_ids]
    phones = scenario.extensions()  # agents' phones at an Asterisk are rung through the same port
    on_wire = [invite["call_id"] for invite in wire["invites"] if invite["user"] not in phones]
    spent = await spent_by(store.reports, [AgentName(name) for name in scenario.agent_names()], span)
    answers = answers_in(attempts, span)
    return RunReport(
        mode=scenario.mode,
        agents=scenario.agents,
        records=len(records),
        attempts=len(attempts),
        results=_results(attempts),
        bridged=sum(1 for attempt in attempts if attempt.connected_at is not None),
        audio_both_ways=int(report["audio_both_ways"]),
        cross_talk=len(report["cross_talk"]),
        answer_to_agent_ms=_waits_ms(attempts),
        lost=lost(records, attempts, whole_list=not scenario.minutes),
        duplicates=duplicates(attempts, on_wire),
        unknown_invites=len(set(on_wire) - set(call_ids)),
        orphan_legs=len(report["live"]) + len(stage.running.world.legs),
        invites_on_the_wire=len(set(on_wire)),
        seconds=round(seconds, 1),
        seed=scenario.seed,
        minutes=scenario.minutes,
        answer_rate=round(100 * scenario.profile.answer_rate, 2),
        utilisation=round(spent.utilisation, 2),
        abandonment=round(answers.abandonment, 2),
        answers=answers.answers,
        abandoned=answers.abandoned,
        wait_s=round(spent.wait_s, 2),
        dials_per_answer=round(answers.dials_per_answer, 2),
        decisions=dict(stage.pacing.by_basis),
        decision_us=round(stage.pacing.decision_us, 1),
    )


async def _told(stage: Stage, what: str, file: str) -> dict[str, Any]:
    """The report of the carrier, kept in a file of the run."""
    answer = await stage.carrier.request({"do": what})
    (stage.directory / file).write_bytes(msgspec.json.encode(answer))
    return answer


async def all_attempts(stage: Stage) -> list[AttemptRow]:
    """Every attempt of the campaign, page by page."""
    found: list[AttemptRow] = []
    while True:
        after = found[-1].attempt if found else ""
        page = await stage.running.store.reports.read(AttemptPage(CampaignName(CAMPAIGN), 1000, after))
        found.extend(page)
        if len(page) < 1000:
            return found


def _results(attempts: list[AttemptRow]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for attempt in attempts:
        word = attempt.result.value if attempt.result else "none"
        counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items()))


def _waits_ms(attempts: list[AttemptRow]) -> dict[str, float]:
    """From answer to agent."""
    waits = sorted(
        (attempt.connected_at - attempt.answered_at) * 1000
        for attempt in attempts
        if attempt.connected_at is not None and attempt.answered_at is not None
    )
    return {"p50": _quantile(waits, 0.5), "p99": _quantile(waits, 0.99)}


def lost(records: list[RecordRow], attempts: list[AttemptRow], *, whole_list: bool) -> int:
    """Attempts without a result, and records that were dialed and have none, or are still claimed. Of a `whole_list`
    that was dialed to its end every record must be done; else those that were not dialed must be as they were."""
    dialed = {attempt.record for attempt in attempts}
    without = sum(1 for attempt in attempts if attempt.result is None)
    return without + sum(1 for record in records if not _is_well(record, dialed, whole_list=whole_list))


def _is_well(record: RecordRow, dialed: set[RecordId | None], *, whole_list: bool) -> bool:
    if whole_list:
        return record.status in (RecordStatus.UPDATED, RecordStatus.CANCELLED) and record.result is not None
    if record.record in dialed:
        return record.status is not RecordStatus.RETRIEVED and record.result is not None
    return record.status is RecordStatus.READY and record.result is None


def duplicates(attempts: list[AttemptRow], on_wire: list[str]) -> int:
    """Records that were dialed by two attempts, but for those that are dialed AGAIN; Call-IDs that were used anew."""
    counted: dict[object, int] = {}
    for attempt in attempts:
        if attempt.result not in AGAIN:
            counted[attempt.record] = counted.get(attempt.record, 0) + 1
    return sum(count - 1 for count in counted.values()) + len(on_wire) - len(set(on_wire))


def _quantile(values: list[float], part: float) -> float:
    if not values:
        return 0.0
    return round(values[min(len(values) - 1, int(part * len(values)))], 2)


def as_json(report: RunReport) -> dict[str, Any]:
    """The report as the one JSON object of the run."""
    return {name: getattr(report, name) for name in report.__struct_fields__}
