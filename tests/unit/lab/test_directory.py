"""A successful run leaves no files, and those of a failed run are kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from dialer.lab.directory import run_directory


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New directories are made below the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_run_that_succeeds_leaves_no_directory() -> None:
    said: list[str] = []
    with run_directory(None, said.append, keep=False) as path:
        (path / "engine").mkdir()
        (path / "engine" / "journal").write_text("full")
    assert not path.exists()
    assert said == []


def test_a_run_that_fails_says_where_its_directory_is() -> None:
    said: list[str] = []
    with pytest.raises(TimeoutError), run_directory(None, said.append, keep=False) as path:
        raise TimeoutError
    assert path.is_dir()
    assert said == [f"Data and logs stay in {path}"]


def test_the_demo_keeps_its_directory_and_says_where_it_is() -> None:
    said: list[str] = []
    with run_directory(None, said.append, keep=True) as path:
        pass
    assert path.is_dir()
    assert said == [f"Data and logs stay in {path}"]


@pytest.mark.parametrize("keep", [True, False])
def test_a_directory_that_was_named_stays(tmp_path: Path, keep: bool) -> None:
    said: list[str] = []
    with run_directory(tmp_path / "mine", said.append, keep=keep) as path:
        path.mkdir()
    assert path == tmp_path / "mine"
    assert path.is_dir()
    assert said == []
