"""The ledger and the lists in memory, for simulations: the same Protocols, rules and order as on a database."""

from __future__ import annotations

from collections.abc import Callable

from dialer.store.memory.ledger import MemoryLedger
from dialer.store.memory.lists import MemoryLists
from dialer.store.memory.tables import Tables

__all__ = ["MemoryStore", "Tables"]


class MemoryStore:
    """A store of a node. With the `tables` of another store it begins with that store's content, as after a restart."""

    def __init__(self, now: Callable[[], float], node: str = "node-1", tables: Tables | None = None) -> None:
        self.tables = tables or Tables()
        self.run = f"mem{len(self.tables.runs) + 1}"
        self.tables.runs.append((self.run, node))
        self.ledger = MemoryLedger(self.tables, node, self.run, now)
        self.lists = MemoryLists(self.tables)

    async def close(self) -> None:
        """Does nothing: no file is open."""
