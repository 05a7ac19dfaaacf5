"""Common parts of all tables. Times are UTC epoch seconds; text in JSON where a column holds a mapping.

Literal conditions of the partial indexes are repeated word for word in the queries, or a planner would not use them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

#: SQLite gives numbers by itself to INTEGER PRIMARY KEY alone.
Number = BigInteger().with_variant(Integer(), "sqlite")
