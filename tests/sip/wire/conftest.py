from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose sockets have short paths, also where the tests' own are deep."""
    path = Path(tempfile.mkdtemp(prefix="wire"))
    yield path
    shutil.rmtree(path)
