"""The example is correct, for us and for editors, and the schema is that of the model."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from config import schema
from config.loader import load
from config.model import Mode

EXAMPLE = Path(schema.__file__).with_name("example")
FILES = sorted(EXAMPLE.rglob("*.yaml"))
SECRETS = dict.fromkeys(
    re.findall(r"\$\{(CORNETTA_\w+)\}", "".join(file.read_text() for file in FILES)), "correct horse"
)


def test_the_example_loads() -> None:
    settings = load(EXAMPLE, SECRETS)
    assert {campaign.mode for campaign in settings.campaigns} == {Mode.PROGRESSIVE, Mode.PREVIEW}
    assert {phone.kind for phone in settings.phones} == {"asterisk", "browser", "static"}


def test_the_schema_is_current() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run python -m config.schema"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_editors_take_the_example(file: Path) -> None:
    document = json.loads(json.dumps(yaml.safe_load(file.read_text())))
    validator = jsonschema_rs.validator_for(json.loads(schema.FILE.read_text()))
    assert [error.message for error in validator.iter_errors(document)] == []
    head = file.read_text().splitlines()[0].partition("$schema=")[2]
    assert (file.parent / head).resolve() == schema.FILE


def test_editors_refuse_what_the_loader_refuses() -> None:
    validator = jsonschema_rs.validator_for(json.loads(schema.FILE.read_text()))
    documents: list[dict[str, object]] = [
        {"trunk": []},
        {"users": [{"name": "a", "password": "plain"}]},
        {"campaigns": [{"name": "a", "mode": "PROGESSIVE", "teams": ["t"], "lists": ["l"], "trunks": ["p"]}]},
    ]
    for document in documents:
        assert not validator.is_valid(document)
