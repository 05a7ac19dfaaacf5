"""Data of an earlier version is corrected when its database is opened."""

from __future__ import annotations

import math
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from msgspec import UNSET
from sqlalchemy import Connection, insert, make_url, select, update

from dialer.ports import NewRecord
from dialer.ports.reports import TrunkStates
from dialer.store.aggregates.do_not_call import do_not_call
from dialer.store.aggregates.lists import list_zones, lists
from dialer.store.aggregates.records import records
from dialer.store.aggregates.trunks import trunk_states
from dialer.store.database import Database
from dialer.store.migrations.versions import r0003_places_and_numbers as places_and_numbers
from dialer.store.opening import open_plain, open_store
from dialer.store.postgres import PostgresDatabase
from dialer.store.sqlite import SqliteDatabase
from dialer.vocabulary.ids import TrunkName
from dialer.vocabulary.reasons.trunks import NoAnswerToProbe
from dialer.vocabulary.writes import SaveTrunk
from tests.contract.store.backends import LIST, NOON, SPRING, claim_one, fill
from tests.contract.store.revisions import go_back


def upgrade(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        places_and_numbers.upgrade()


def database_of(url: str) -> Database:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return PostgresDatabase(parsed.set(drivername="postgresql+asyncpg"))
    return SqliteDatabase(Path(parsed.database or ""), None)


async def test_abbreviations_of_zones_become_places(url: str) -> None:
    zones = {"+12125550101": "EST", "+16025550102": "MST", "+13035550103": "MST", "+18085550104": "HST"}
    zones["+442079460105"] = "Europe/London"
    plain = await open_plain(url)
    await plain.lists.add_list(LIST, "EST", "US", NOON)
    rows = [NewRecord(line, number, number, "", zone) for line, (number, zone) in enumerate(zones.items(), 2)]
    await plain.lists.add_records(LIST, rows, NOON)
    await plain.close()
    database = database_of(url)
    await database.write(upgrade)
    found = await database.read(lambda connection: connection.execute(select(records.c.number, records.c.zone)).all())
    assert {row.number: row.zone for row in found} == {
        "+12125550101": "America/New_York",
        "+16025550102": "America/Phoenix",
        "+13035550103": "America/Denver",
        "+18085550104": "Pacific/Honolulu",
        "+442079460105": "Europe/London",
    }
    kept = await database.read(lambda connection: connection.execute(select(list_zones.c.zone)).scalars().all())
    assert sorted(kept) == sorted({row.zone for row in found})
    assert await database.read(lambda connection: connection.execute(select(lists.c.zone)).scalar()) == (
        "America/New_York"
    )
    await database.close()


async def test_a_database_from_before_the_facts_of_lists_goes_on(url: str) -> None:
    store = await open_store(url, "node-1")
    await fill(store, 1)
    await store.close()
    database = database_of(url)
    await database.write(lambda connection: go_back(connection, "0005"))
    await database.close()
    again = await open_store(url, "node-1")
    assert (await claim_one(again, NOON + 1)).origin is UNSET
    await again.close()


async def test_numbers_of_the_do_not_call_list_become_those_that_are_dialed(url: str) -> None:
    await (await open_plain(url)).close()
    database = database_of(url)
    typed = ["+4402079460001", "+4402079460002", "+442079460002", "+442079460003", "+441", "+3906698"]
    rows = [{"number": number, "campaign": "", "source": "user", "agent": None, "at": NOON} for number in typed]
    rows.append({**rows[0], "campaign": SPRING})
    await database.write(lambda connection: connection.execute(insert(do_not_call), rows).rowcount)
    await database.write(upgrade)
    found = await database.read(
        lambda connection: connection.execute(select(do_not_call.c.campaign, do_not_call.c.number)).all()
    )
    assert sorted((row.campaign, row.number) for row in found) == [
        ("", "+3906698"),
        ("", "+441"),
        ("", "+442079460001"),
        ("", "+442079460002"),
        ("", "+442079460003"),
        (SPRING, "+442079460001"),
    ]
    await database.close()


async def test_what_a_trunk_complained_of_before_there_were_reasons_is_told_as_it_was(url: str) -> None:
    main, text = TrunkName("main"), "503 Service Unavailable, retry after 5 s"
    store = await open_store(url, "node-1")
    await store.ledger.commit([SaveTrunk(main, "down", NoAnswerToProbe(0.5), NOON)])
    database = database_of(url)
    await database.write(lambda connection: connection.execute(update(trunk_states).values(error=text)))
    await database.close()
    (row,) = await store.reports.read(TrunkStates(main, math.inf, 9))
    await store.close()
    assert row.error == text
