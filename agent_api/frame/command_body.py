"""The body of a request for a command of the table of actions: the fields that the kind of command has beyond agent and
interaction, which are known from log-in and path."""

from __future__ import annotations

from inspect import getdoc
from typing import Any

from msgspec import NODEFAULT, Struct, defstruct, field, structs

from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.ids import AgentName, InteractionId


def body_of(kind: type[DeskCommand], button: str) -> type[Struct] | None:
    """The struct of the body, named after the button; None for a command that says no more than its interaction."""
    own = structs.fields(kind)[len(structs.fields(DeskCommand)) :]
    if not own:
        return None
    _, _, words = _text(kind).partition("\n\n")
    name = "".join(part.capitalize() for part in button.split("-")) + "Request"
    fields = [(each.name, each.type, _default(each)) for each in own]
    text = {"__doc__": words} if words else {}
    return defstruct(name, fields, namespace=text, module=kind.__module__, frozen=True, forbid_unknown_fields=True)


def command_from(
    kind: type[DeskCommand], agent: AgentName, interaction: InteractionId, content: Struct | None
) -> DeskCommand:
    """The command that a request asks for. `content` is of the type of body_of."""
    said = structs.asdict(content) if content is not None else {}
    return kind(agent, interaction, **said)


def summary_of(kind: type[DeskCommand]) -> str:
    """The first paragraph of the text of the command, without the period."""
    summary, _, _ = _text(kind).partition("\n\n")
    return summary.removesuffix(".")


def _text(kind: type[DeskCommand]) -> str:
    return getdoc(kind) or kind.__name__


def _default(told: structs.FieldInfo) -> Any:
    if told.default_factory is not NODEFAULT:
        return field(default_factory=told.default_factory)
    return field(default=told.default) if told.default is not NODEFAULT else field()
