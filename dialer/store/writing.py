"""Writes what a batch came to, one statement for each kind of row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection

from dialer.store.batch import Batch
from dialer.store.chains import chain_finished
from dialer.store.habits import HabitRows
from dialer.store.record_state import RecordState
from dialer.store.renewing import renewed
from dialer.store.statement import Prepared, Sql, insert_of, upsert_of
from dialer.store.text import stored, to_json
from dialer.vocabulary import writes as w
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType

_ATTEMPT = ("id", "run", "interaction", "campaign", "record", "fence", "number", "agent", "begun_at")
_INTERACTION = (
    *("id", "run", "campaign", "record", "fence", "agent", "number", "contact", "state", "found_result"),
    *("agent_result", "disposition", "note", "begun_at", "connected_at", "cleared_at", "finalized_at", "live"),
)
_HISTORY = ("kind", "at", "campaign", "agent", "record", "interaction", "attempt", "facts")


class Writer:
    """Writes batches in the name of `run`. Tables are written in one order by all, against deadlocks."""

    def __init__(self, sql: Sql, run: str, habits: HabitRows) -> None:
        self._sql = sql
        self._run = run
        self._habits = habits
        prepare = sql.prepare
        self._records = prepare(
            "UPDATE records SET status = :status, type = :type, result = :result, attempts = :attempts,"
            " tries = :tries, due_at = :due_at, rank = :rank, queue_at = :queue_at, lease_until = :lease_until,"
            " claimed_by = :claimed_by, data = :data, updated_at = :updated_at, cancelled_in = :cancelled_in"
            " WHERE id = :id"
        )
        # A record that stays claimed keeps its place: no index has to be written.
        self._claimed_records = prepare(
            "UPDATE records SET type = :type, result = :result, attempts = :attempts, tries = :tries,"
            " due_at = :due_at, data = :data, updated_at = :updated_at WHERE id = :id"
        )
        self._chains = prepare(chain_finished(sql))
        self._renewed = prepare(renewed(sql))
        self._campaigns = prepare(
            upsert_of("campaigns", "name", ("name", "state", "mode", "at", "loaded_at", "news_at"))
        )
        agent = ("name", "state", "reason", "campaign", "at")
        self._agents = prepare(upsert_of("agents", "name", agent))
        self._agent_states = prepare(insert_of("agent_states", ("agent", *agent[1:])))
        self._attempts = prepare(insert_of("attempts", _ATTEMPT))
        self._settled = prepare(
            "UPDATE attempts SET result = :result, code = :code, reason = :reason, q850 = :q850,"
            " answered_at = :answered_at, connected_at = :connected_at, ended_at = :ended_at,"
            " abandoned = :abandoned WHERE id = :attempt"
        )
        self._connected = prepare("UPDATE attempts SET agent = :agent WHERE id = :attempt")
        self._dials = prepare(insert_of("dials", ("attempt", "n", "call_id", "leg", "trunk", "caller_id", "at")))
        self._settled_dials = prepare(
            "UPDATE dials SET code = :code, reason = :reason, q850 = :q850, cleared_by = :by,"
            " ended_at = :at WHERE attempt = :attempt AND n = :n"
        )
        self._late_answers = prepare("UPDATE dials SET late_answer = true WHERE attempt = :attempt AND n = :n")
        self._answered_late = prepare(
            "UPDATE attempts SET abandoned = true, answered_at = :at"
            " WHERE id = :attempt AND ended_at IS NOT NULL AND answered_at IS NULL"
        )
        self._interactions = prepare(upsert_of("interactions", "id", _INTERACTION))
        party = ("id", "interaction", "agent", "state", "offered_at", "talking_at", "ended_at")
        self._parties = prepare(upsert_of("parties", "id", party))
        self._barred, self._barred_records = _barring(sql)
        self._lifted, self._lifted_records = _lifting(sql)
        self._notices = prepare(insert_of("notices", ("id", "agent", "campaign", "kind", "at")))
        self._acknowledged = prepare(
            "UPDATE notices SET acknowledged_at = :at WHERE id = :notice AND acknowledged_at IS NULL"
        )
        self._history = prepare(insert_of("history", _HISTORY))

    def write(self, connection: Connection, batch: Batch) -> None:
        self._write_records(connection, batch.records.values())
        self._chains.run_all(connection, [{"id": item.record, "at": item.at} for item in batch.finished_chains])
        for item in batch.renewed:
            self._renewed.run(connection, {**structs.asdict(item), "lists": self._sql.values(item.lists)})
        self._campaigns.run_all(connection, [_named(item, "campaign") for item in batch.campaigns.values()])
        self._agents.run_all(connection, [_named(item, "agent") for item in batch.agents.values()])
        self._agent_states.run_all(connection, [structs.asdict(item) for item in batch.agent_states])
        self._attempts.run_all(connection, [self._attempt(item) for item in batch.attempts])
        self._connected.run_all(connection, [structs.asdict(item) for item in batch.connected])
        self._dials.run_all(connection, [structs.asdict(item) for item in batch.dials])
        self._settled_dials.run_all(connection, [_said(item) for item in batch.settled_dials])
        self._settled.run_all(connection, [_said(item) for item in batch.settled])
        late = [structs.asdict(item) for item in batch.late_answers]
        self._late_answers.run_all(connection, late)
        self._answered_late.run_all(connection, late)
        self._habits.add(connection, batch.habits)
        self._interactions.run_all(connection, [self._interaction(item) for item in batch.interactions.values()])
        self._parties.run_all(connection, [_named(item, "party", "id") for item in batch.parties.values()])
        self._write_lifted(connection, batch.lifted)
        self._write_barred(connection, batch.barred)
        self._notices.run_all(connection, [_named(item, "notice", "id") for item in batch.notices])
        self._acknowledged.run_all(connection, [structs.asdict(item) for item in batch.acknowledged])
        self._history.run_all(connection, [_line(item) for item in batch.history])

    def _write_records(self, connection: Connection, records: Iterable[RecordState]) -> None:
        changed: list[dict[str, Any]] = []
        claimed: list[dict[str, Any]] = []
        for record in records:
            row = structs.asdict(record)
            row["data"] = to_json(record.data)
            row["tries"] = to_json(record.tries)
            (claimed if record.status is RecordStatus.RETRIEVED else changed).append(row)
        self._claimed_records.run_all(connection, claimed)
        self._records.run_all(connection, changed)

    def _write_lifted(self, connection: Connection, lifted: Sequence[w.LiftDoNotCall]) -> None:
        rows = [{"number": item.number, "campaign": item.campaign or "", "at": item.at} for item in lifted]
        self._lifted.run_all(connection, rows)
        self._lifted_records.run_all(connection, [row for row in rows if not row["campaign"]])

    def _write_barred(self, connection: Connection, barred: Sequence[w.AddDoNotCall]) -> None:
        if not barred:
            return
        rows = [{**structs.asdict(item), "campaign": item.campaign or ""} for item in barred]
        self._barred.run_all(connection, [{**row, "source": stored(row["source"])} for row in rows])
        self._barred_records.run_all(connection, [row for row in rows if not row["campaign"]])

    def _attempt(self, write: w.BeginAttempt) -> dict[str, Any]:
        return {**structs.asdict(write), "id": write.attempt, "run": self._run, "begun_at": write.at}

    def _interaction(self, write: w.SaveInteraction) -> dict[str, Any]:
        return {
            **structs.asdict(write),
            "id": write.interaction,
            "run": self._run,
            "contact": stored(write.contact),
            "disposition": stored(write.disposition),
            "note": stored(write.note),
        }


def _named(write: w.SaveCampaign | w.SaveAgent | w.AddParty | w.AddNotice, key: str, column: str = "name") -> Any:
    row = structs.asdict(write)
    row[column] = row[key]
    return row


def _said(write: w.SettleAttempt | w.SettleDial) -> dict[str, Any]:
    return {**structs.asdict(write), "reason": stored(write.reason)}


def _line(write: w.AddHistory) -> dict[str, Any]:
    return {**structs.asdict(write), "facts": None if write.facts is None else to_json(write.facts)}


def _barring(sql: Sql) -> tuple[Prepared, Prepared]:
    """The statements of AddDoNotCall: the number, and the records that wait with it."""
    columns = ("number", "campaign", "source", "agent", "at")
    return (
        sql.prepare(insert_of("do_not_call", columns, "ON CONFLICT (number, campaign) DO NOTHING")),
        sql.prepare(
            f"UPDATE records SET type = '{RecordType.NO_CALL}', status = '{RecordStatus.CANCELLED}',"
            f" result = '{CallResult.DO_NOT_CALL}', rank = 9, updated_at = :at"
            " WHERE number = :number AND status = 'ready'"
        ),
    )


def _lifting(sql: Sql) -> tuple[Prepared, Prepared]:
    """The statements of LiftDoNotCall: the number, and the records that are marked with it."""
    return (
        sql.prepare("DELETE FROM do_not_call WHERE number = :number AND campaign = :campaign"),
        sql.prepare(
            f"UPDATE records SET type = '{RecordType.GENERAL}', updated_at = :at"
            f" WHERE number = :number AND type = '{RecordType.NO_CALL}'"
        ),
    )
