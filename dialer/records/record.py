"""The states of a record. The store keeps them, and no write of a status is without a row of this table."""

from __future__ import annotations

from enum import StrEnum

from dialer.machine import Table
from dialer.vocabulary.errors import InvalidTransition
from dialer.vocabulary.results import RENEWABLE, RecordStatus


class RecordTrigger(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    RETRY = "retry"
    FINISH = "finish"
    FINISH_CHAIN = "finish_chain"
    CANCEL = "cancel"
    BAR = "bar"
    EXPIRE = "expire"
    RENEW = "renew"


_S, _T = RecordStatus, RecordTrigger

RECORD_TABLE: Table[RecordStatus, RecordTrigger] = Table(
    "record",
    _S.READY,
    {
        _S.READY: {
            _T.CLAIM: _S.RETRIEVED,
            _T.BAR: _S.CANCELLED,
            _T.FINISH_CHAIN: _S.CHAIN_UPDATED,
            # A late answer is counted once the record is back, and may be the last that the law allows.
            _T.FINISH: _S.UPDATED,
        },
        _S.RETRIEVED: {
            _T.RELEASE: _S.READY,
            _T.RETRY: _S.READY,
            _T.FINISH: _S.UPDATED,
            _T.FINISH_CHAIN: _S.CHAIN_UPDATED,
            _T.CANCEL: _S.CANCELLED,
            _T.BAR: _S.CANCELLED,
            _T.EXPIRE: _S.STALE,
        },
        **{status: {_T.RENEW: _S.READY} for status in RENEWABLE},
    },
)


def moved(record: int, before: RecordStatus, after: RecordStatus) -> RecordStatus:
    """`after`, if the table has a row for it. Raises InvalidTransition."""
    if after not in RECORD_TABLE.rows[before].values():
        raise InvalidTransition(RECORD_TABLE.name, str(record), before, after, ())
    return after
