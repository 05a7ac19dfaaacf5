"""The database and the wire after all kills, read separately and compared."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.telephony import Event, LegSnapshot, Snapshot, SnapshotTaken
from sip.lab.process import LabProcess
from sip.wire import Connection, EngineProcess
from tests.crash.databases import Database
from tests.crash.figures import Figures

#: A time-out, not a measure.
PATIENCE_S = 60.0


#: Records that were dialed more than once. Attempts whose trunk failed do not count, by rule.
DIALED_TWICE = "SELECT record FROM attempts WHERE result <> 'trunk_failure' GROUP BY record HAVING COUNT(*) > 1"
CLAIMED = "SELECT id FROM records WHERE status = 'retrieved' OR claimed_by IS NOT NULL"
UNSETTLED = "SELECT id, begun_at FROM attempts WHERE ended_at IS NULL OR result IS NULL"
DIALS = "SELECT d.call_id, a.result FROM dials d JOIN attempts a ON a.id = d.attempt"


async def results(database: Database) -> Counter[str]:
    return Counter(row["result"] for row in await database.rows("SELECT result FROM attempts"))


async def count(figures: Figures, database: Database, carrier: LabProcess) -> None:
    """Count into the figures, so that they are reported even if an assertion fails afterwards."""
    wire = invites(await carrier.request({"do": "wire"}))
    known = {row["call_id"] for row in await database.rows(DIALS)}
    of_results = await results(database)
    figures.attempts, figures.invites = of_results.total(), len(wire)
    figures.system_lost = of_results["system_lost"]
    open_rows = [*await database.rows(UNSETTLED), *await database.rows(CLAIMED)]
    figures.lost = len(open_rows) + sum(invite["call_id"] not in known for invite in wire)
    numbers = Counter(invite["user"] for invite in wire)
    twice = [user for user, times in numbers.items() if times > 1]
    figures.dialed_twice = len(await database.rows(DIALED_TWICE)) + len(twice)


async def assert_settled_once(database: Database) -> None:
    """Each attempt has one result and its history one end; nothing is open or claimed any more."""
    assert not await database.rows(UNSETTLED)
    ends = "SELECT attempt, COUNT(*) AS n FROM history WHERE kind IN ('cleared', 'attempt_lost') GROUP BY attempt"
    told = {row["attempt"]: row["n"] for row in await database.rows(ends)}
    attempts = {row["id"] for row in await database.rows("SELECT id FROM attempts")}
    assert told == dict.fromkeys(attempts, 1)
    assert not await database.rows("SELECT id FROM interactions WHERE live IS NOT NULL OR finalized_at IS NULL")
    assert not await database.rows(CLAIMED)


async def assert_nobody_dialed_twice(database: Database) -> None:
    """In a campaign that dials each record once."""
    query = f"SELECT record, id, run, result, reason, begun_at FROM attempts WHERE record IN ({DIALED_TWICE})"
    assert not await database.rows(query)


def invites(wire: dict[str, Any]) -> list[dict[str, Any]]:
    """Those to contacts: where the trunk is an Asterisk, agents' phones are rung by it as well."""
    return [invite for invite in wire["invites"] if invite["user"].startswith("+")]


async def assert_wire_agrees(database: Database, carrier: LabProcess) -> None:
    """Every INVITE on the wire has its row, none was begun twice, and unsent ones are settled as lost."""
    wire = await carrier.request({"do": "wire"})
    assert wire["missed"] == 0
    contacts = invites(wire)
    seen = Counter(invite["call_id"] for invite in contacts)
    assert not [call_id for call_id, times in seen.items() if times > 1]
    dials = {row["call_id"]: row["result"] for row in await database.rows(DIALS)}
    assert not set(seen) - set(dials)
    never_sent = {call_id: dials[call_id] for call_id in set(dials) - set(seen)}
    assert set(never_sent.values()) <= {"system_lost", "cancelled", "trunk_failure"}, never_sent
    users = Counter(invite["user"] for invite in contacts)
    assert not [user for user, times in users.items() if times > 1]


async def heard(carrier: LabProcess, directory: Path) -> dict[str, Any]:
    """The lab's report, also written to a file for inspection where the directory is kept."""
    report: dict[str, Any] = await carrier.request({"do": "report"})
    (directory / "report.json").write_text(json.dumps(report, indent=1))
    return report


async def legs_of(engine: EngineProcess, name: str) -> tuple[LegSnapshot, ...]:
    """The engine's legs by its own snapshot, once no node is connected to it."""
    taken: asyncio.Future[SnapshotTaken] = asyncio.get_running_loop().create_future()

    def said(_: int, event: Event) -> None:
        if isinstance(event, SnapshotTaken) and not taken.done():
            taken.set_result(event)

    connection = await Connection.open(str(engine.socket), "witness", "witness", said, engine=EngineId(name))
    try:
        connection.send(Snapshot())
        async with asyncio.timeout(PATIENCE_S):
            return (await taken).legs
    finally:
        await connection.close()


async def assert_lab_is_empty(carrier: LabProcess, patience_s: float = 45.0) -> None:
    """No contact and no phone is on the line any more. RFC 3261 13.3.1.4: a 200 without an ACK is repeated for 32 s."""
    told: dict[str, Any] = await carrier.request({"do": "settled", "timeout_s": patience_s}, patience_s + 5)
    if not told["settled"]:
        told = await carrier.request({"do": "status"})
    assert not told.get("live"), told
