"""Numbers that nobody dials: for one campaign, or for all."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy import Column, Connection, Float, Index, Table, Text, select

from dialer.store.batch import Batch, Part, Verdict, judges
from dialer.store.database import Database
from dialer.store.metadata import metadata
from dialer.store.rows import Rows
from dialer.store.statement import Row, Sql, insert_of
from dialer.store.text import stored
from dialer.vocabulary import writes as w
from dialer.vocabulary.ids import CampaignName

do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number", Text, primary_key=True),
    Column("campaign", Text, primary_key=True, comment="empty: no campaign may dial it"),
    Column("source", Text, nullable=False),
    Column("agent", Text),
    Column("at", Float(53), nullable=False),
    Index("ix_do_not_call_campaign", "campaign", "number"),
)


class DoNotCall(Part):
    """Numbers that are barred and lifted. The last write about a number, in one campaign or in all, decides in which of
    the two lists it is. `known` are (number, campaign), campaign empty for all."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.numbers: set[str] = set()
        self.known: set[tuple[str, str]] = set()
        self.barred: list[w.AddDoNotCall] = []
        self.lifted: list[w.LiftDoNotCall] = []

    def is_barred(self, number: str, campaign: str) -> bool:
        return self.is_barred_for_all(number) or (number, campaign) in self.known

    def is_barred_for_all(self, number: str) -> bool:
        return (number, "") in self.known

    @judges(w.AddDoNotCall)
    def _bar(self, write: w.AddDoNotCall) -> Verdict:
        key = key_of(write)
        self.known.add(key)
        self.lifted = [each for each in self.lifted if key_of(each) != key]
        self.barred.append(write)
        return None

    @judges(w.LiftDoNotCall)
    def _lift(self, write: w.LiftDoNotCall) -> Verdict:
        key = key_of(write)
        self.known.discard(key)
        self.barred = [each for each in self.barred if key_of(each) != key]
        self.lifted.append(write)
        return None

    @property
    def barred_for_all(self) -> list[Row]:
        """Parameters of the statements about the records with these numbers."""
        return [{"number": each.number, "at": each.at} for each in self.barred if not each.campaign]

    @property
    def lifted_for_all(self) -> list[Row]:
        return [{"number": each.number, "at": each.at} for each in self.lifted if not each.campaign]


def key_of(write: w.AddDoNotCall | w.LiftDoNotCall) -> tuple[str, str]:
    return write.number, write.campaign or ""


class DoNotCallRows(Rows[DoNotCall]):
    part = DoNotCall

    def prepare(self, sql: Sql) -> None:
        self._known = sql.prepare(f"SELECT number, campaign FROM do_not_call WHERE {sql.among('number', 'numbers')}")
        columns = ("number", "campaign", "source", "agent", "at")
        self._barred = sql.prepare(insert_of("do_not_call", columns, "ON CONFLICT (number, campaign) DO NOTHING"))
        self._lifted = sql.prepare("DELETE FROM do_not_call WHERE number = :number AND campaign = :campaign")

    def load(self, connection: Connection, part: DoNotCall) -> None:
        if part.numbers:
            for row in self._known.rows(connection, {"numbers": self._sql.values(part.numbers)}):
                part.known.add((row.number, row.campaign))

    def write(self, connection: Connection, part: DoNotCall) -> None:
        lifted = [{"number": each.number, "campaign": each.campaign or ""} for each in part.lifted]
        self._lifted.run_all(connection, lifted)
        barred = [
            {**structs.asdict(each), "campaign": each.campaign or "", "source": stored(each.source)}
            for each in part.barred
        ]
        self._barred.run_all(connection, barred)


class SqlDoNotCall:
    """The do-not-call list of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_listed(self, number: str, campaign: CampaignName | None) -> bool:
        """Whether the number may not be dialed: by anyone, or by this campaign."""
        query = select(do_not_call.c.number).where(
            do_not_call.c.number == number, do_not_call.c.campaign.in_(("", campaign or ""))
        )
        return await self._database.read(lambda connection: connection.execute(query).first()) is not None

    async def source(self, number: str, campaign: CampaignName | None) -> str | None:
        """The user, agent or register that put the number on this list; None where it is not on it."""
        query = select(do_not_call.c.source).where(
            do_not_call.c.number == number, do_not_call.c.campaign == (campaign or "")
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else str(row.source)

    async def numbers(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[str]:
        """Numbers barred for this campaign, with None those barred for all; in order, from `after` on."""
        query = (
            select(do_not_call.c.number)
            .where(do_not_call.c.campaign == (campaign or ""), do_not_call.c.number > after)
            .order_by(do_not_call.c.number)
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [row.number for row in rows]
