"""The aggregates: one file each, with its columns, statements, reader and write rules."""

from __future__ import annotations

from typing import Any

from dialer.store.aggregates import agents, idempotency, lists, notices, sessions, trunks, users
from dialer.store.aggregates.agents import AgentRows
from dialer.store.aggregates.attempts import AttemptRows
from dialer.store.aggregates.campaigns import CampaignRows
from dialer.store.aggregates.dials import DialRows
from dialer.store.aggregates.do_not_call import DoNotCallRows
from dialer.store.aggregates.habits import HabitRows
from dialer.store.aggregates.history import HistoryRows
from dialer.store.aggregates.interactions import InteractionRows
from dialer.store.aggregates.notices import NoticeRows
from dialer.store.aggregates.records import RecordRows
from dialer.store.answers import Answers
from dialer.store.batch import Rules
from dialer.store.rows import Rows

#: Aggregates that the ledger writes, in their order of loading, judging and writing.
WRITTEN: tuple[type[Rows[Any]], ...] = (
    RecordRows,
    CampaignRows,
    AgentRows,
    trunks.TrunkRows,
    AttemptRows,
    DialRows,
    HabitRows,
    InteractionRows,
    DoNotCallRows,
    NoticeRows,
    HistoryRows,
)

#: Aggregates that the API and the command line write themselves.
PLAIN = (lists, users, sessions, idempotency)

#: Questions about one aggregate, each with the function that answers it.
ANSWERS: Answers = {**agents.ANSWERS, **notices.ANSWERS, **trunks.ANSWERS}

RULES = Rules(rows.part for rows in WRITTEN)
