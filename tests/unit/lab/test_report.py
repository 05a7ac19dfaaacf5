"""The criteria of a headless run: agents' time, abandoned answers, lost and doubled records."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from dialer.lab.report import duplicates, lost
from dialer.lab.utilisation import Span, answers_in, spent_by
from dialer.ports import RecordRow
from dialer.ports.reports import AgentStateRow, AgentStates, AttemptRow
from dialer.vocabulary.ids import AgentName, CampaignName, ListName, RecordId
from dialer.vocabulary.results import CallResult, RecordStatus

DEMO = CampaignName("demo")
SPAN = Span(100.0, 200.0)


class Diary:
    """A history of agents' states."""

    def __init__(self, **states: list[tuple[float, str]]) -> None:
        self._states = states

    async def read(self, asked: AgentStates) -> Sequence[AgentStateRow]:
        states = self._states[asked.agent]
        rows = [
            AgentStateRow(asked.agent, state, "", DEMO, at) for at, state in states if asked.since <= at < asked.till
        ]
        return rows[::-1][: asked.limit]


async def test_time_counts_from_the_first_decision_to_the_end_of_dialing() -> None:
    diary = Diary(
        ada=[(10, "logged_out"), (50, "ready"), (120, "busy"), (150, "after_call_work"), (160, "ready"), (190, "busy")],
        bob=[(90, "busy"), (110, "after_call_work"), (120, "not_ready"), (180, "ready"), (250, "busy")],
    )
    spent = await spent_by(diary, [AgentName("ada"), AgentName("bob")], SPAN)  # type: ignore[arg-type]  # the one question
    assert spent.staffed_s == 100 + 20 + 20
    assert spent.working_s == 30 + 10 + 10 + 10 + 10
    # Bob's conversation began before, so that only Ada's two count.
    assert spent.conversations == 2
    assert spent.utilisation == pytest.approx(50.0)
    assert spent.wait_s == 35.0


def attempt(name: str, record: int, result: CallResult | None, **more: float | bool) -> AttemptRow:
    row = AttemptRow(
        attempt=name, interaction=f"i-{name}", campaign=DEMO, record=RecordId(record), number="+12025550101",
        agent=None, result=result, code=200, reason="", q850=None, begun_at=110.0, answered_at=None, connected_at=None,
        ended_at=None, abandoned=False, call_ids=(f"{name}.1",), trunks=("carrier",),
    )  # fmt: skip
    return replace(row, **more)


def test_abandoned_is_who_had_no_agent_in_time_whatever_the_node_says() -> None:
    rows = [
        attempt("a", 1, CallResult.ANSWER, answered_at=120.0, connected_at=120.1),
        attempt("b", 2, CallResult.ANSWER, answered_at=130.0, connected_at=132.5),
        attempt("c", 3, CallResult.ABANDONED, answered_at=140.0, abandoned=True),
        attempt("d", 4, CallResult.DROPPED, answered_at=150.0),
        attempt("e", 5, CallResult.BUSY),
        attempt("f", 6, CallResult.ANSWER, begun_at=90.0, answered_at=99.0, connected_at=99.1),
        attempt("g", 7, CallResult.ABANDONED, answered_at=201.0, abandoned=True),
    ]
    found = answers_in(rows, SPAN)
    assert (found.dials, found.answers, found.abandoned) == (6, 4, 2)
    assert found.abandonment == 50.0
    assert found.dials_per_answer == 1.5


def record(number: int, status: RecordStatus, result: CallResult | None) -> RecordRow:
    return RecordRow(RecordId(number), ListName("list"), "+12025550101", "", "UTC", status, "", result, 0, 0.0, {})


def test_records_dialed_or_claimed_at_the_stop_are_judged_others_are_not() -> None:
    attempts = [
        attempt("a", 1, CallResult.ANSWER),
        attempt("b", 2, CallResult.CANCELLED),
        attempt("c", 3, None),
        attempt("d", 4, CallResult.BUSY),
    ]
    records = [
        record(1, RecordStatus.UPDATED, CallResult.ANSWER),
        record(2, RecordStatus.READY, CallResult.CANCELLED),
        record(3, RecordStatus.RETRIEVED, None),
        record(4, RecordStatus.UPDATED, None),
        record(5, RecordStatus.READY, None),
        record(6, RecordStatus.RETRIEVED, None),
    ]
    # The attempt without a result and its record, the record without one, and the claim that was not given back.
    assert lost(records, attempts, whole_list=False) == 4
    assert lost(records[:1], attempts[:1], whole_list=True) == 0
    assert lost(records[:2], attempts[:2], whole_list=True) == 1
    assert lost(records[4:5], [], whole_list=True) == 1


def test_a_record_is_dialed_again_after_what_says_nothing_of_it() -> None:
    shed = [attempt("a", 1, CallResult.SHED), attempt("b", 1, CallResult.BUSY)]
    assert duplicates(shed, ["a.1", "b.1"]) == 0
    assert duplicates([*shed, attempt("c", 1, CallResult.BUSY)], ["a.1", "b.1", "c.1"]) == 1
    assert duplicates(shed, ["a.1", "a.1"]) == 1
