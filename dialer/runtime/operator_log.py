"""Lines of the history on the state of the node, its engines and trunks, in the node's log for operators.

The history lists all events; a few of its kinds are written here, too, at the decision, also while the database takes
no writes. Each line has the facts of the history without those of a contact. A reason is a sentence, which the
program's log puts in words, with its key beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog

from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.vocabulary.writes import AddHistory, Write

log = structlog.get_logger(__name__)

INFO, WARNING = "info", "warning"

#: Level by kind of history line. Other kinds are in the history alone.
LEVELS: Mapping[str, str] = {
    "campaign_loaded": INFO,
    "campaign_started": INFO,
    "campaign_stopped": INFO,
    "campaign_unloaded": INFO,
    "mode_changed": INFO,
    "trunk_up": INFO,
    "trunk_down": WARNING,
    "trunk_registration": INFO,
    "trunk_registration_lost": WARNING,
    "trunk_refused": WARNING,
    "engine_disconnected": WARNING,
    "engine_settled": INFO,
    "phone_failed": WARNING,
    "phone_lost": WARNING,
    "phone_moved": WARNING,
    "phone_taken": WARNING,
    "agent_leg_lost": WARNING,
    "agent_leg_back": INFO,
    "media_lost": WARNING,
    "interaction_closed": INFO,
    "interaction_reassigned": INFO,
    "after_call_deserted": INFO,
    "numbers_barred": INFO,
    "do_not_call_lifted": INFO,
}

#: Facts that name a contact or a number stay in the history.
_PERSONAL = frozenset({"number", "contact", "words", "note"})


def write(writes: Iterable[Write]) -> None:
    """Write each history line of a step that concerns an operator."""
    for each in writes:
        if isinstance(each, AddHistory) and each.kind in LEVELS:
            getattr(log, LEVELS[each.kind])(each.kind, **_facts(each))


def _facts(line: AddHistory) -> dict[str, object]:
    of = {"campaign": line.campaign, "agent": line.agent, "interaction": line.interaction, "record": line.record}
    told: dict[str, object] = {}
    for key, value in (line.facts or {}).items():
        if isinstance(value, Reason):
            told |= {key: Sentence(value), f"{key}_code": value.key}
        elif key not in _PERSONAL:
            told[key] = value
    return {key: value for key, value in {**of, **told}.items() if value is not None}
