"""Call-IDs lead to their attempt, and cannot be guessed."""

from __future__ import annotations

import pytest

from dialer.interactions.attempt import call_id_of, read_call_id
from dialer.vocabulary.ids import AttemptId, Mint


def test_a_call_id_leads_to_its_attempt() -> None:
    mint = Mint("k3f9q1", b"secret")
    attempt = mint.attempt()
    assert read_call_id(call_id_of(mint, attempt, 2)) == (attempt, 2)
    assert call_id_of(mint, attempt, 2) == call_id_of(mint, attempt, 2)
    assert len({call_id_of(mint, attempt, n) for n in range(1000)}) == 1000


def test_who_knows_all_attempts_but_not_the_secret_knows_no_call_id() -> None:
    mints = [Mint("k3f9q1", bytes([key]) * 16) for key in range(100)]
    made = {call_id_of(mint, AttemptId("k3f9q1-A1"), 0) for mint in mints}
    assert len(made) == 100
    assert all(len(each.rpartition("-")[2]) == 20 for each in made)


@pytest.mark.parametrize(
    ("call_id", "read"),
    [
        ("k3f9q1-A7.1", ("k3f9q1-A7", 1)),
        (Mint("k3f9q1").unguessable("k3f9q1-L7"), None),
        ("k3f9q1-L7", None),
        ("a.b-c", None),
        (".1-2", None),
        ("", None),
    ],
)
def test_call_ids_of_others_and_of_former_versions(call_id: str, read: tuple[str, int] | None) -> None:
    assert read_call_id(call_id) == read
