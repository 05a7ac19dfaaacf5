"""The part of `docs/api.md` that is made from the messages of the WebSocket and the table of topics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import NODEFAULT, Struct, structs

from agent_api.frame.handbook import with_part
from agent_api.live.messages import Event, FromDesktop, Heartbeat, Resume, Resumed, Snapshot
from dialer.views.topics import all_topics, body_of
from dialer.vocabulary.topics import Fact, Floor, Model, OwnDesk, TeamSupervisors

BEGIN = "<!-- events: made from the table of topics -->"
END = "<!-- end of events -->"

#: The audience of a topic, for the page.
_WHO: Mapping[object, str] = {
    OwnDesk: "the agent",
    TeamSupervisors: "supervisors of the teams, administrators",
    Floor: "supervisors, administrators",
}


def with_events(text: str) -> str:
    """The page with its tables of messages and topics made anew. Raises ValueError if the marks are not in it."""
    return with_part(text, BEGIN, END, event_tables())


def event_tables() -> str:
    """Messages and topics in Markdown."""
    rows = all_topics()
    models = "Read models, told when they changed: each replaces what the desktop has under `key`; `null`: it is gone."
    facts = "Facts, told once:"
    return "\n\n".join(
        (
            _messages(),
            models,
            _table(("topic", "who", "key", "body", "what"), (_row(each) for each in rows if isinstance(each, Model))),
            facts,
            _table(("topic", "who", "key", "body", "what"), (_row(each) for each in rows if isinstance(each, Fact))),
        )
    )


def _messages() -> str:
    rows = [(f"`{_tag(each)}`", _fields(each), _words(each)) for each in (Snapshot, Event, Resumed, Heartbeat)]
    said = structs.fields(FromDesktop)[0].name
    rows.append((f"`{said}`, from the desktop", _fields(Resume), _words(Resume)))
    return _table(("message", "fields", "what"), rows)


def _row(row: Model[Any] | Fact[Any, Any]) -> tuple[str, ...]:
    body = body_of(row)
    shown = f"`{body.__name__}`" if isinstance(row, Model) else _fields(body)
    words = row.words if isinstance(row, Model) else f"{row.words}. {_words(body)}"
    return f"`{row.name}`", _WHO[row.audience], row.key, shown, words


def _tag(kind: type[Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _fields(kind: type[Struct]) -> str:
    """Names of the fields; optional ones in brackets."""
    names = (f"`{each.name}`" if each.default is NODEFAULT else f"[`{each.name}`]" for each in structs.fields(kind))
    return ", ".join(names)


def _words(kind: type[Struct]) -> str:
    return re.sub(r"\s+", " ", kind.__doc__ or "").strip()


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" if line[0] != "---" else f"|{'|'.join(line)}|" for line in lines)
