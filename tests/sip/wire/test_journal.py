"""The journal: unacknowledged events are there again after the death of the engine, within bounds."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import WireError
from dialer.vocabulary.ids import LegId
from sip.engine.journal import SHORT, Journal, JournalLimits
from sip.wire import FrameReader, Said, ToNode
from tests.sip.wire.descriptors import descriptors_left

CLOCK_S = 1_800_000_000.0


def digits(number: int) -> telephony.Digits:
    return telephony.Digits(leg=LegId("L1"), digits=str(number), at=1.0)


def said(frames: list[bytes]) -> list[Said]:
    reader: FrameReader[ToNode] = FrameReader(cast("type[ToNode]", ToNode))
    return [frame for frame in reader.feed(b"".join(frames)) if isinstance(frame, Said)]


def told(journal: Journal) -> list[str]:
    return [frame.event.digits for frame in said(journal.unacknowledged()) if isinstance(frame.event, telephony.Digits)]


def journal_at(path: Path, *, clock_s: float = CLOCK_S, **limits: int) -> Journal:
    return Journal(path, JournalLimits(**limits), clock_s, 0.0)


Opened = Callable[..., Journal]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Makes journals and closes them after the test."""
    made: list[Journal] = []

    def make(path: Path, *, clock_s: float = CLOCK_S, **limits: int) -> Journal:
        made.append(journal_at(path, clock_s=clock_s, **limits))
        return made[-1]

    yield make
    for journal in made:
        journal.close(1000.0)


def test_what_is_not_acknowledged_is_said_again_by_the_next_boot(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "e1.journal"
    first = opened(path)
    for number in range(5):
        first.add(digits(number))
    first.acknowledge(first.first + 1)
    first.close(0.0)

    second = opened(path, clock_s=CLOCK_S + 60)
    assert told(second) == ["2", "3", "4"]
    assert [frame.sequence for frame in said(second.unacknowledged())] == [first.first + n for n in (2, 3, 4)]
    assert second.first > first.last
    second.acknowledge(second.last)
    second.close(0.0)
    assert told(opened(path)) == []


@pytest.mark.parametrize("step_s", [-3600.0, 0.0, 3600.0])
def test_sequences_grow_when_the_clock_is_set(opened: Opened, tmp_path: Path, step_s: float) -> None:
    first = opened(tmp_path / "e1.journal")
    first.add(digits(1))
    first.close(0.0)
    assert opened(tmp_path / "e1.journal", clock_s=CLOCK_S + step_s).first > first.last


def test_sequences_grow_without_a_file(opened: Opened, tmp_path: Path) -> None:
    first = opened(tmp_path / "e1.journal")
    for number in range(1000):
        first.add(digits(number))
    first.close(0.0)
    (tmp_path / "e1.journal").unlink()
    assert opened(tmp_path / "e1.journal", clock_s=CLOCK_S + 1).first > first.last


KILLED = """
import os, signal, sys, time
from pathlib import Path
from tests.sip.wire.test_journal import digits, journal_at
journal = journal_at(Path(sys.argv[1]))
for number in range(10_000):
    journal.add(digits(number))
    if number == 4_000:
        journal.acknowledge(journal.first + 999)
    journal.flush(0.0)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_engine_leaves_everything_that_was_flushed(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "e1.journal"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=30)
    assert done.returncode == -signal.SIGKILL
    assert told(opened(path)) == [str(number) for number in range(1000, 10_000)]


@pytest.mark.parametrize("cut", [1, 3, 5, 20])
def test_a_write_that_was_cut_short_costs_only_itself(opened: Opened, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "e1.journal"
    journal = opened(path)
    for number in range(3):
        journal.add(digits(number))
    journal.close(0.0)
    path.write_bytes(path.read_bytes()[:-cut])
    again = opened(path)
    assert told(again) == ["0", "1"]
    assert again.problems() == []


def test_a_damaged_file_is_told_and_its_sound_part_is_used(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "e1.journal"
    journal = opened(path)
    frame = journal.add(digits(0))
    journal.add(digits(1))
    journal.close(0.0)
    data = bytearray(path.read_bytes())
    data[-len(frame) + 4] = 0xC1
    path.write_bytes(data)
    again = opened(path)
    assert told(again) == ["0"]
    assert "damaged" in again.problems()[0]
    assert again.problems() == []


def _written(path: Path, opened: Opened, count: int) -> tuple[bytearray, list[int]]:
    """A file of this many digits, and the places of their frames."""
    journal = opened(path)
    frames = [journal.add(digits(number)) for number in range(count)]
    journal.close(0.0)
    data = bytearray(path.read_bytes())
    return data, [data.index(frame) for frame in frames]


@pytest.mark.parametrize("length", [0, 1, 17, 5_000, 2**31, 2**32 - 1])
@pytest.mark.parametrize("which", [0, 2, 4])
def test_a_damaged_length_is_told_and_costs_nothing(opened: Opened, tmp_path: Path, length: int, which: int) -> None:
    path = tmp_path / "e1.journal"
    data, begins = _written(path, opened, 5)
    data[begins[which] : begins[which] + 4] = length.to_bytes(4, "big")
    path.write_bytes(data)
    again = opened(path)
    assert told(again) == ["0", "1", "2", "3", "4"]
    assert again.problems() == [
        f"the journal {path} is damaged at byte {begins[which]}, 0 bytes are lost, the rest is kept"
    ]


def test_events_on_both_sides_of_a_damage_are_kept(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "e1.journal"
    data, begins = _written(path, opened, 20)
    data[begins[3] : begins[5] + 9] = bytes(begins[5] + 9 - begins[3])
    data[begins[15] + 4] = 0xC1
    path.write_bytes(data)
    again = opened(path)
    assert told(again) == [str(number) for number in range(20) if number not in (3, 4, 5, 15)]
    (problem,) = again.problems()
    assert "and at 1 more places" in problem


@pytest.mark.parametrize("seed", range(40))
def test_a_file_of_rubbish_never_stops_a_start(opened: Opened, tmp_path: Path, seed: int) -> None:
    path = tmp_path / "e1.journal"
    data, begins = _written(path, opened, 30)
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 60)):
        data[chance.randrange(begins[0], len(data))] = chance.randrange(256)
    path.write_bytes(data)
    again = opened(path)
    assert len(told(again)) <= 30
    again.add(digits(31))
    assert told(again)[-1] == "31"


def test_the_oldest_make_way_and_it_is_told(opened: Opened, tmp_path: Path) -> None:
    journal = opened(tmp_path / "e1.journal", events_max=10)
    for number in range(25):
        journal.add(digits(number))
    assert told(journal) == [str(number) for number in range(15, 25)]
    assert journal.problems() == ["more than 10 events wait for the node, the oldest are dropped"]
    journal.close(0.0)
    assert told(opened(tmp_path / "e1.journal", events_max=10)) == [str(number) for number in range(15, 25)]
    journal.acknowledge(journal.last - 5)
    assert journal.problems() == ["15 events were dropped before the node committed them"]


def test_the_file_stays_bounded(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "e1.journal"
    journal = opened(path, compact_bytes=10_000)
    largest = 0
    for number in range(5_000):
        journal.add(digits(number))
        journal.acknowledge(journal.last)
        journal.flush(0.0)
        largest = max(largest, path.stat().st_size)
    assert 5_000 < largest < 11_000
    journal.close(0.0)


def test_a_sequence_that_was_never_said_cannot_be_acknowledged(opened: Opened, tmp_path: Path) -> None:
    journal = opened(tmp_path / "e1.journal")
    journal.add(digits(1))
    with pytest.raises(WireError):
        journal.acknowledge(journal.last + 1)
    journal.acknowledge(journal.last)
    journal.acknowledge(journal.last - 1)
    assert journal.held == 0
    journal.close(0.0)


FULL_DISK = """
import json, resource, signal, sys
from pathlib import Path
from tests.sip.wire.test_journal import digits, journal_at, told
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
journal = journal_at(Path(sys.argv[1]))
journal.add(digits(0))
resource.setrlimit(resource.RLIMIT_FSIZE, (40, hard))
seen = []
for number, now_s in ((1, 0.0), (2, 5.0), (3, 11.0), (4, 15.0)):
    journal.add(digits(number))
    journal.flush(now_s)
    seen.append([journal.is_on_disk, len(journal.problems()), told(journal)])
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
journal.flush(22.0)
seen.append([journal.is_on_disk, len(journal.problems()), told(journal)])
print(json.dumps(seen))
"""


def test_without_a_disk_it_goes_on_in_memory_and_comes_back(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "state" / "e1.journal"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], check=True, timeout=30, stdout=subprocess.PIPE)
    all_five = ["0", "1", "2", "3", "4"]
    assert json.loads(done.stdout.splitlines()[-1]) == [
        [False, 1, all_five[:2]],
        [False, 0, all_five[:3]],
        [False, 1, all_five[:4]],
        [False, 0, all_five],
        [True, 0, all_five],
    ]
    assert told(opened(path)) == all_five


def cleared(reason: str, code: int = 486) -> telephony.LegCleared:
    return telephony.LegCleared(LegId("L1"), code, reason, 17, telephony.ClearedBy.PEER, 1.0)


def test_an_event_that_cannot_be_encoded_is_said_as_far_as_it_can_be(opened: Opened, tmp_path: Path) -> None:
    """Text of peers is cleaned before; a defect of ours may at most shorten an event's texts."""
    journal = opened(tmp_path / "e1.journal")
    (told_of,) = said([journal.add(cleared("Occup\udce9" + "x" * 500))])
    assert isinstance(told_of.event, telephony.LegCleared)
    assert (told_of.event.leg, told_of.event.code, len(told_of.event.reason)) == ("L1", 486, SHORT)
    (told_of,) = said([journal.add(cleared("Busy", 2**70))])
    assert isinstance(told_of.event, telephony.EngineFault)
    assert told_of.event.leg == "L1"
    assert len(journal.problems()) == 2
    journal.flush(0.0)
    assert journal.held == 2


def test_without_a_descriptor_the_old_file_goes_on(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "e1.journal"
    journal = opened(path, compact_bytes=1_000)
    journal.problems()
    with descriptors_left(0):
        for number in range(100):
            journal.add(digits(number))
            journal.acknowledge(journal.last - 1)
            journal.flush(0.0)
        assert journal.is_on_disk
        assert len(journal.problems()) == 1
    journal.flush(60.0)
    journal.close(61.0)
    assert path.stat().st_size < 1_000
    assert told(opened(path)) == ["99"]


def test_a_file_that_cannot_be_made_is_told(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a directory should be")
    journal = opened(tmp_path / "state" / "e1.journal")
    journal.add(digits(0))
    assert told(journal) == ["0"]
    assert journal.problems()
