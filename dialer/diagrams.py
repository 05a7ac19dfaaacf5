"""Draws the tables of the code into docs/states.md and ARCHITECTURE.md: `python -m dialer.diagrams`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.model import Mode
from dialer.agents.agent import AGENT_TABLE
from dialer.callflow.actions import ACTIONS
from dialer.campaigns.campaign import ASM_MODES, CAMPAIGN_TABLE, OFFER_MODES, PREDICTIVE_MODES
from dialer.core.moves import MOVES
from dialer.interactions.attempt import ATTEMPT_TABLE
from dialer.interactions.interaction import INTERACTION_TABLE
from dialer.interactions.leg import LEG_TABLE
from dialer.interactions.party import PARTY_TABLE
from dialer.interactions.test_call import TEST_CALL_TABLE
from dialer.machine import Table
from dialer.records.record import RECORD_TABLE
from dialer.trunks.trunk import TRUNK_TABLE
from dialer.world.joint import JOINT

_ROOT = Path(__file__).parent.parent
PAGES = (_ROOT / "docs" / "states.md", _ROOT / "ARCHITECTURE.md")

TABLES: tuple[Table[Any, Any], ...] = (
    CAMPAIGN_TABLE,
    AGENT_TABLE,
    RECORD_TABLE,
    INTERACTION_TABLE,
    PARTY_TABLE,
    ATTEMPT_TABLE,
    LEG_TABLE,
    TRUNK_TABLE,
    TEST_CALL_TABLE,
)


def _modes() -> str:
    lines = ["| mode | records reach the agent | first leg | contact is dialed |", "|---|---|---|---|"]
    for mode in Mode:
        if mode in ASM_MODES:
            row = ("an empty record, filled at connection", "the engaged leg is up already")
        elif mode in PREDICTIVE_MODES:
            row = ("as the contact is joined", "contact")
        elif mode in OFFER_MODES:
            row = ("offered", "agent's phone, after Accept or the look time")
        else:
            row = ("taken by the agent", "agent's phone, when the agent dials")
        pace = "ahead of free agents, by forecast" if mode in PREDICTIVE_MODES else "one for one free agent"
        lines.append(f"| {mode} | {row[0]} | {row[1]} | {pace} |")
    return "\n".join(lines)


def _joint() -> str:
    lines = ["| interaction | owner's party | agent | attempt | leg of the contact |", "|---|---|---|---|---|"]
    lines += [f"| {state} | {' | '.join(map(_names, fitting))} |" for state, fitting in JOINT.items()]
    return "\n".join(lines)


def _names(states: Iterable[str]) -> str:
    return ", ".join(sorted(states)) or "none"


def _moves() -> str:
    heads = ("move", "interaction", "owner's party", "agent", "attempt", "leg of the contact")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {each.name} | {' | '.join(', '.join(triggers) for triggers in each[1:])} |" for each in MOVES]
    return "\n".join(lines)


def _actions() -> str:
    lines = ["| button | command | permission of the campaign |", "|---|---|---|"]
    lines += [f"| {each.button} | {each.command.__name__} | {each.permission or 'none'} |" for each in ACTIONS]
    return "\n".join(lines)


def blocks() -> dict[str, str]:
    """The generated blocks by the names of their markers."""
    drawn = {table.name: f"```mermaid\n{table.mermaid()}\n```" for table in TABLES}
    return {**drawn, "modes": _modes(), "joint": _joint(), "moves": _moves(), "actions": _actions()}


def redraw(text: str) -> str:
    """The page with its generated blocks made anew from the tables. Raises KeyError for an unknown marker."""
    made = blocks()

    def fill(found: re.Match[str]) -> str:
        return f"<!-- begin {found[1]} -->\n{made[found[1]]}\n<!-- end {found[1]} -->"

    return re.sub(r"<!-- begin ([a-z_]+) -->.*?<!-- end \1 -->", fill, text, flags=re.DOTALL)


def main() -> int:
    """Rewrite the pages; 1 if one was out of date."""
    stale = False
    for page in PAGES:
        before = page.read_text()
        after = redraw(before)
        page.write_text(after)
        stale = stale or before != after
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
