"""A correct configuration, and a way to write one with a mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

#: The shortest working configuration.
MINIMAL = """\
trunks:
  - name: pbx
    host: 127.0.0.1
    caller_ids: [+442079460100]
phones:
  - {kind: asterisk, name: desks, trunk: pbx}
teams:
  - name: sales
users:
  - {name: alice, password: "${PASSWORD}", phone: 101@desks, teams: [sales]}
campaigns:
  - name: spring
    mode: PROGRESSIVE
    teams: [sales]
    lists: [spring]
    trunks: [pbx]
"""

Write = Callable[[dict[str, str] | str], Path]


@pytest.fixture
def minimal() -> str:
    """YAML of a configuration in one file."""
    return MINIMAL


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files, text by name, or one file, into a directory of their own."""

    def written(files: dict[str, str] | str) -> Path:
        for name, text in ({"all.yaml": files} if isinstance(files, str) else files).items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return written
