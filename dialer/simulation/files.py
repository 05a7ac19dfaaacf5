"""Files of a simulation: a profile of the day, a campaign to try. Mistakes are reported with file, line and path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.documents import Document, Value
from config.model import CampaignSettings, Section, Trunk
from config.problems import Path as KeyPath
from config.problems import Problem, spell
from config.references import References
from config.wording import Guide, causes, reason
from dialer.simulation.profile import DRIFT, FLAT, NotInOrder, Profile
from dialer.simulation.setting import MOST_CALLS_PER_S, MOST_LEGS
from dialer.vocabulary.errors import ConfigurationError

S = TypeVar("S", bound=Section)

NAMED = {"drift": DRIFT, "flat": FLAT}


def profile_named(text: str) -> Profile:
    """`drift`, `flat`, or a YAML file. Raises ConfigurationError."""
    known = NAMED.get(text.lower())
    if known is not None:
        return known
    if not text.endswith((".yaml", ".yml")):
        raise ConfigurationError((f"There is no profile {text!r}: use drift, flat, or the name of a YAML file.",))
    document = _read(Path(text))
    return _made(Profile, document, (), document.tree)


def campaign_in(file: Path) -> tuple[CampaignSettings, Trunk | None]:
    """The only campaign of a file, written as in the configuration or by itself, and one trunk with the limits of all
    of its trunks that the file has, None without any. Raises ConfigurationError."""
    document = _read(file)
    tree = document.tree
    if not isinstance(tree, dict) or "campaigns" not in tree:
        return _made(CampaignSettings, document, (), tree), None
    campaigns = tree["campaigns"]
    if not isinstance(campaigns, list) or len(campaigns) != 1:
        problem = Problem(
            document.marks["campaigns",], "campaigns", "holds more or less than one; leave the one to try"
        )
        raise ConfigurationError((str(problem),))
    campaign = _made(CampaignSettings, document, ("campaigns", 0), campaigns[0])
    given = tree.get("trunks")
    return campaign, _together(
        [
            _made(Trunk, document, ("trunks", at), trunk)
            for at, trunk in enumerate(given if isinstance(given, list) else ())
            if isinstance(trunk, dict) and trunk.get("name") in campaign.trunks
        ]
    )


def _together(trunks: Sequence[Trunk]) -> Trunk | None:
    """The first trunk with the limits of all of them: a campaign dials over the next trunk where one is full."""
    if not trunks:
        return None
    legs = sum(each.max_legs for each in trunks)
    calls_per_s = sum(each.max_calls_per_s for each in trunks)
    limits = {"max_legs": min(MOST_LEGS, legs), "max_calls_per_s": min(MOST_CALLS_PER_S, calls_per_s)}
    return trunks[0].model_copy(update=limits)


def _read(file: Path) -> Document:
    document = Document(file, os.environ)
    if document.problems:
        raise ConfigurationError(tuple(str(each) for each in document.problems))
    if document.tree is None:
        raise ConfigurationError((f"{file}: holds nothing.",))
    return document


def _made(kind: type[S], document: Document, at: KeyPath, value: Value) -> S:
    context: dict[str, Any] = {"source": References(Path(document.file).parent)}
    try:
        return kind.model_validate(value, context=context)
    except ValidationError as error:
        guide = Guide(kind.model_json_schema())
        problems = [
            _problem(document, (*at, *guide.follow(each["loc"])[0], *_within(each)), reason(each, guide))
            for each in causes(error.errors(include_url=False))
        ]
        raise ConfigurationError(tuple(problems)) from None


def _within(error: ErrorDetails) -> KeyPath:
    """The rest of the path to the mistake, where the model names only its section."""
    cause = error.get("ctx", {}).get("error")
    return cause.path if isinstance(cause, NotInOrder) else ()


def _problem(document: Document, path: KeyPath, told: str) -> str:
    marked = path
    while marked and marked not in document.marks:
        marked = marked[:-1]
    return str(Problem(document.marks[marked], spell(path, document.tree), told))
