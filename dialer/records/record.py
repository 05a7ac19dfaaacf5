"""The states of a record. The store keeps them; every write of a status is one row of this table."""

from __future__ import annotations

from enum import StrEnum

from dialer.machine import Table
from dialer.vocabulary.results import RENEWABLE, RecordStatus


class RecordTrigger(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    RETRY = "retry"
    FINISH = "finish"
    FINISH_CHAIN = "finish_chain"
    CANCEL = "cancel"
    EXPIRE = "expire"
    AGENT_ERROR = "agent_error"
    MISS = "miss"
    RENEW = "renew"


_S, _T = RecordStatus, RecordTrigger

RECORD_TABLE: Table[RecordStatus, RecordTrigger] = Table(
    "record",
    _S.READY,
    {
        _S.READY: {_T.CLAIM: _S.RETRIEVED, _T.CANCEL: _S.CANCELLED, _T.FINISH_CHAIN: _S.CHAIN_UPDATED},
        _S.RETRIEVED: {
            _T.RELEASE: _S.READY,
            _T.RETRY: _S.READY,
            _T.FINISH: _S.UPDATED,
            _T.FINISH_CHAIN: _S.CHAIN_UPDATED,
            _T.CANCEL: _S.CANCELLED,
            _T.EXPIRE: _S.STALE,
            _T.AGENT_ERROR: _S.AGENT_ERROR,
            _T.MISS: _S.MISSED_CALLBACK,
        },
        **{status: {_T.RENEW: _S.READY} for status in RENEWABLE},
    },
)
