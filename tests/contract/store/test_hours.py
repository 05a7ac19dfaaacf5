"""A record's own hours: claims take exactly the records that may be dialed, at any hour, also when the clocks
change."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from dialer.compliance.record_hours import is_within
from dialer.ports import NewRecord
from dialer.vocabulary.writes import ReleaseRecord
from tests.contract.store.backends import LIST, LONDON, NOON, ROME, AnyStore, contact, request

H = 3600
HOURS = ((-1, -1), (9 * H, 20 * H), (17 * H, 2 * H), (22 * H, 6 * H), (0, 86_400), (2 * H, 1 * H), (1 * H, 2 * H))


def rows() -> list[NewRecord]:
    return [
        structs.replace(contact(n, zone), daily_from=start, daily_till=end)
        for n, (zone, (start, end)) in enumerate((zone, hours) for zone in (LONDON, ROME) for hours in HOURS)
    ]


@pytest.mark.parametrize(
    "midnight", ["2026-01-22", "2026-03-29", "2026-10-25"], ids=["winter", "to summer", "to winter"]
)
async def test_what_is_claimed_may_be_dialed(store: AnyStore, midnight: str) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", 0.0)
    await store.lists.add_records(LIST, rows(), 0.0)
    start = datetime.fromisoformat(midnight).replace(tzinfo=ZoneInfo(LONDON)).timestamp() - 8 * H
    for now in (start + half * 1800 for half in range(64)):
        answer = await store.ledger.claim(request(100, now))
        expected = [n + 1 for n, row in enumerate(rows()) if is_within(row.daily_from, row.daily_till, row.zone, now)]
        assert sorted(record.record for record in answer.records) == expected
        assert answer.waiting.out_of_window == len(rows()) - len(expected)
        await store.ledger.commit([ReleaseRecord(each.record, each.fence, False, now) for each in answer.records])


async def test_hours_over_midnight_are_claimed_in_the_evening(store: AnyStore) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    await store.lists.add_records(LIST, [structs.replace(contact(1), daily_from=17 * H, daily_till=2 * H)], NOON)
    assert not (await store.ledger.claim(request(1, NOON))).records
    assert len((await store.ledger.claim(request(1, NOON + 6 * H))).records) == 1
