"""Facts of a calling list about a contact, for the agent."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class ListFacts(Struct, frozen=True, kw_only=True):
    """Columns of a list that the store keeps as they are and hands to the core with the record, each under its own
    header; unset where the list has none. `origin`: the source of the contact's number; `language`: the contact's
    language, as the list writes it."""

    origin: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
