"""Writes the JSON schema of the configuration, by which editors complete and check: `python -m config.schema`."""

from __future__ import annotations

import json
from pathlib import Path

from config.model import Settings

FILE = Path(__file__).with_name("schema.json")


def text() -> str:
    """The schema as it stands in the file."""
    schema = Settings.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file beside this module."""
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
