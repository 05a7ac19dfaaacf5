"""A status is written only where the record's table has a row."""

from __future__ import annotations

import pytest

from dialer.records.record import RECORD_TABLE, moved
from dialer.vocabulary.errors import InvalidTransition
from dialer.vocabulary.results import RecordStatus


@pytest.mark.parametrize("before", list(RecordStatus))
@pytest.mark.parametrize("after", list(RecordStatus))
def test_no_status_is_written_without_a_row(before: RecordStatus, after: RecordStatus) -> None:
    if after in RECORD_TABLE.rows[before].values():
        assert moved(1, before, after) is after
    else:
        with pytest.raises(InvalidTransition):
            moved(1, before, after)


def test_every_status_is_reached() -> None:
    reached = {after for row in RECORD_TABLE.rows.values() for after in row.values()}
    assert reached == set(RecordStatus)
