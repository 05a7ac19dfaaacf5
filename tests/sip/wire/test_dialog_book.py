"""The file of standing dialogs: its content for the next start, also after damage."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dialer.vocabulary.ids import AccountId, LegId
from sip.engine import dialog_book
from sip.engine.dialog_book import DialogBook, DialogFacts


def facts(number: int, *, early: bool = True, age_s: float = 0.0) -> DialogFacts:
    return DialogFacts(
        leg=LegId(f"L{number}"),
        account=AccountId("trunk/acme"),
        early=early,
        uri="sip:+12025550123@127.0.0.1",
        local="<sip:acme@127.0.0.1>",
        local_tag="a",
        remote="<sip:+12025550123@127.0.0.1>",
        remote_tag="" if early else "b",
        call_id=f"A{number}.0",
        cseq=7,
        routes=("<sip:127.0.0.1;lr>",),
        at=time.time() - age_s,
    )


def written(path: Path, *notes: DialogFacts | LegId) -> None:
    """One start of an engine that notes and closes these dialogs, and ends after they are written."""
    book = DialogBook(path)
    book.start()
    for note in notes:
        if isinstance(note, DialogFacts):
            book.note(note)
        else:
            book.close(note)
    book.stop()


def left(path: Path) -> tuple[DialogFacts, ...]:
    return DialogBook(path).left


def test_what_is_up_is_read_by_the_next_start_and_what_is_over_is_not(tmp_path: Path) -> None:
    path = tmp_path / "e1.dialogs"
    changed = facts(2, early=False)
    written(path, facts(1), facts(2), facts(3), changed, LegId("L1"), LegId("L9"))
    assert [each.leg for each in left(path)] == ["L2", "L3"]
    assert left(path)[0] == changed
    written(path, LegId("L3"))
    assert [each.leg for each in left(path)] == ["L2"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_line_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "e1.dialogs"
    written(path, facts(1), facts(2), facts(3))
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], b"\xff" + lines[1][5:], *lines[2:-1], lines[0][:40]]))
    assert [each.leg for each in left(path)] == ["L1", "L3"]


def test_nobody_is_looked_for_after_an_hour(tmp_path: Path) -> None:
    path = tmp_path / "e1.dialogs"
    written(path, facts(1, age_s=4000), facts(2, age_s=3000))
    assert [each.leg for each in left(path)] == ["L2"]


def test_the_file_does_not_grow_with_the_calls_that_are_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog_book, "COMPACT_BYTES", 10_000)
    path = tmp_path / "e1.dialogs"
    book = DialogBook(path)
    book.start()
    book.note(facts(0))
    for number in range(1, 500):
        book.note(facts(number))
        book.close(LegId(f"L{number}"))
    book.stop()
    assert path.stat().st_size < 200_000
    assert [each.leg for each in left(path)] == ["L0"]


def test_without_a_disk_nothing_is_noted_and_nothing_fails(tmp_path: Path) -> None:
    written(tmp_path / "nowhere" / "e1.dialogs", facts(1), LegId("L1"))
    assert left(tmp_path / "nowhere" / "e1.dialogs") == ()
