"""Every machine: its table is complete; a trigger without a row changes nothing and reports the story."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from dialer.agents.agent import AGENT_TABLE, AgentTrigger
from dialer.campaigns.campaign import CAMPAIGN_TABLE, CampaignTrigger
from dialer.interactions.attempt import ATTEMPT_TABLE, AttemptTrigger
from dialer.interactions.interaction import INTERACTION_TABLE, InteractionTrigger
from dialer.interactions.leg import LEG_TABLE, LegTrigger
from dialer.interactions.party import PARTY_TABLE, PartyTrigger
from dialer.machine import STORY_LENGTH, Machine, Table
from dialer.records.record import RECORD_TABLE, RecordTrigger
from dialer.trunks.trunk import TRUNK_TABLE, TrunkTrigger
from dialer.vocabulary.errors import InvalidTransition

TABLES: list[tuple[Table[Any, Any], type[StrEnum]]] = [
    (AGENT_TABLE, AgentTrigger),
    (ATTEMPT_TABLE, AttemptTrigger),
    (CAMPAIGN_TABLE, CampaignTrigger),
    (INTERACTION_TABLE, InteractionTrigger),
    (LEG_TABLE, LegTrigger),
    (PARTY_TABLE, PartyTrigger),
    (RECORD_TABLE, RecordTrigger),
    (TRUNK_TABLE, TrunkTrigger),
]
CELLS = [(table, state, trigger) for table, triggers in TABLES for state in table.rows for trigger in triggers]


@pytest.mark.parametrize(("table", "triggers"), TABLES, ids=lambda each: getattr(each, "name", ""))
def test_every_state_has_a_row_and_every_state_and_trigger_is_used(
    table: Table[Any, Any], triggers: type[StrEnum]
) -> None:
    states = set(table.rows)
    kind: type[StrEnum] = type(table.initial)
    assert states == set(kind)
    reached = {after for row in table.rows.values() for after in row.values()}
    assert reached | {table.initial} == states, "a state that nothing leads to"
    assert {trigger for row in table.rows.values() for trigger in row} == set(triggers), "a trigger without a row"


@pytest.mark.parametrize(
    ("table", "state", "trigger"), CELLS, ids=[f"{table.name}-{state}-{trigger}" for table, state, trigger in CELLS]
)
def test_each_cell(table: Table[Any, Any], state: StrEnum, trigger: StrEnum) -> None:
    machine = Machine(table, "it", state, since=1.0)
    expected = table.rows[state].get(trigger)
    assert machine.allows(trigger) is (expected is not None)
    if expected is not None:
        assert machine.advance(trigger, 2.0) is expected
        assert machine.state is expected
        assert machine.since == (1.0 if expected is state else 2.0)
        assert machine.story == (f"2.000 {trigger}: {state} -> {expected}",)
        return
    with pytest.raises(InvalidTransition) as refused:
        machine.advance(trigger, 2.0)
    assert (machine.state, machine.since, machine.story) == (state, 1.0, ())
    error = refused.value
    assert (error.machine, error.name, error.state, error.trigger) == (table.name, "it", state, trigger)
    assert "nothing happened yet" in str(error)


def test_the_story_is_told_and_bounded() -> None:
    machine = Machine(TRUNK_TABLE, "main")
    for at in range(40):
        machine.advance(TrunkTrigger.ANSWERED if at % 2 else TrunkTrigger.LOST, float(at))
    assert len(machine.story) == STORY_LENGTH
    assert machine.story[-1] == "39.000 answered: down -> up"
    leg = Machine(LEG_TABLE, "L1")
    leg.advance(LegTrigger.DIAL, 1.0)
    with pytest.raises(InvalidTransition, match=r"leg L1: no transition from initiated on offer; story: 1.000 dial"):
        leg.advance(LegTrigger.OFFER, 2.0)


def test_a_table_that_lacks_a_state_is_no_table() -> None:
    rows = dict(TRUNK_TABLE.rows)
    removed = rows.popitem()[0]
    with pytest.raises(ValueError, match=str(removed)):
        Table("trunk", TRUNK_TABLE.initial, rows)


@pytest.mark.parametrize("table", [table for table, _ in TABLES], ids=lambda table: table.name)
def test_diagram(table: Table[Any, Any]) -> None:
    lines = table.mermaid().splitlines()
    assert lines[:2] == ["stateDiagram-v2", f"    [*] --> {table.initial}"]
    rows = {
        f"    {state} --> {after}: {trigger}" for state, row in table.rows.items() for trigger, after in row.items()
    }
    ends = {f"    {state} --> [*]" for state, row in table.rows.items() if not row}
    assert set(lines[2:]) == rows | ends
    assert len(lines) == 2 + len(rows) + len(ends)
