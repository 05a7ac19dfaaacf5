"""The fields of a contact on an agent's desktop, and the permissions of agents."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.model.base import Label, Section, in_lower_case
from dialer.vocabulary.limits import VALUE_LENGTH


class FieldType(StrEnum):
    """Types of fields."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date_time"
    CHOICE = "choice"
    URL = "url"
    PHONE = "phone"


class DataField(Section):
    """A field of a record, as agents see it. Fields are shown in the order in which they stand."""

    key: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
    """Column of the calling list."""

    label: Label
    """What people read."""

    type: Annotated[FieldType, in_lower_case(FieldType)] = FieldType.TEXT
    """text, integer, decimal, boolean, date, date_time, choice, url or phone."""

    choices: tuple[Label, ...] = ()
    """Values of a choice."""

    editable: bool = False
    """Whether agents may change it; what they write goes back into the calling list."""

    max_length: int = Field(default=VALUE_LENGTH, ge=1, le=VALUE_LENGTH)
    """Most characters of what agents write into it."""

    mandatory: bool = False
    """Whether it must have a value before Done."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.type is FieldType.CHOICE) != bool(self.choices):
            raise ValueError("choices and type choice belong together; give both, or neither")
        if self.mandatory and not self.editable:
            raise ValueError("a mandatory field must be editable; add editable: true")
        return self


class Fields(Section):
    """Fields of the three views of a record."""

    case: tuple[DataField, ...] = Field(default=(), max_length=100)
    """Case information: what the call is about."""

    record: tuple[DataField, ...] = Field(default=(), max_length=100)
    """Record information: what the calling list knows."""

    offer: tuple[DataField, ...] = Field(default=(), max_length=20)
    """What an offer shows before it is accepted."""


class Permissions(Section):
    """What agents of a campaign may do."""

    set_call_result: bool = True
    """Replace the call result that was found; both are kept."""

    do_not_call: bool = True
    """Mark a contact as not to be called."""

    reject: bool = True
    """Give an offered record back for another agent."""

    cancel: bool = False
    """Take a record out of this run of the campaign."""

    get_next: bool = True
    """Ask for a record in mode PREVIEW."""

    call_again: bool = True
    """Dial the contact again within the same interaction."""

    edit_fields: bool = True
    """Change editable fields."""

    dial_alternative: bool = False
    """Dial another number of the contact's chain."""

    dial_new_number: bool = False
    """Dial a number that is not in the chain; it is added to it."""
