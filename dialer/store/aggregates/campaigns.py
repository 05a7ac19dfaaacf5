"""Campaigns: their live state, kept over restarts."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Float, Table, Text

from dialer.store.batch import Batch, Part, Verdict, judges
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w

campaigns = Table(
    "campaigns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("loaded_at", Float(53)),
    Column("news_at", Float(53)),
)

SAVED = Columns(campaigns, w.SaveCampaign, campaign="name")


class Campaigns(Part):
    """The last state of each."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.saved: dict[str, w.SaveCampaign] = {}

    @judges(w.SaveCampaign)
    def _save(self, write: w.SaveCampaign) -> Verdict:
        self.saved[write.campaign] = write
        return None


class CampaignRows(Rows[Campaigns]):
    part = Campaigns

    def prepare(self, sql: Sql) -> None:
        self._saved = sql.prepare(SAVED.upsert(key="name"))

    def write(self, connection: Connection, part: Campaigns) -> None:
        self._saved.run_all(connection, SAVED.rows(part.saved.values()))
