"""What a calling list says of a contact for those who speak with them."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class ListFacts(Struct, frozen=True, kw_only=True):
    """Columns of a list that the store keeps as they are and hands to the core with the record, each under its own
    header; unset where the list has none. `origin`: where the contact's number was had from; `language`:
    that of the contact, as the list writes it."""

    origin: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
