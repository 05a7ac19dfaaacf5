"""Fields of a record as configured in the campaign: label, order, and whether they may be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from config.model import DataField
from dialer.vocabulary.limits import VALUE_LENGTH


class FieldView(Struct, frozen=True):
    """One field. `type` is text, integer, decimal, boolean, date, date_time, choice, url or phone; `choices` are the
    values of a choice; `editable` says whether this agent may change it now."""

    key: str
    label: str
    type: str
    value: str
    choices: tuple[str, ...] = ()
    editable: bool = False
    mandatory: bool = False
    max_length: int = VALUE_LENGTH


def field_views(fields: Iterable[DataField], values: Mapping[str, str], *, editable: bool) -> tuple[FieldView, ...]:
    """Fields in the order of the configuration; those that the record lacks are empty."""
    return tuple(
        FieldView(
            key=field.key,
            label=field.label,
            type=field.type.value,
            value=values.get(field.key, ""),
            choices=field.choices,
            editable=editable and field.editable,
            mandatory=field.mandatory,
            max_length=field.max_length,
        )
        for field in fields
    )
