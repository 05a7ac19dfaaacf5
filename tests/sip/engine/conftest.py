from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .rig import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine with a trunk and a carrier on loopback."""
    with Engine(tmp_path) as running:
        running.configure()
        yield running


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Engine]:
    """An engine without a configuration."""
    with Engine(tmp_path) as running:
        yield running
