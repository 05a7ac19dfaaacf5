"""The list of all reasons: keys with their facts, and the English sentences."""

from __future__ import annotations

from hashlib import blake2b

from aiohttp import hdrs

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import EVERYBODY, PREFIX, Route
from agent_api.frame.section import Section
from dialer.words import listing
from dialer.words.listing import Words

#: The list changes only with the program: a browser keeps it and asks whether it is still the same.
_KEPT = "private, no-cache"


class WordRoutes:
    """Serves the list as it is when the node starts."""

    def __init__(self) -> None:
        self._words = listing.words()
        self._tag = f'"{blake2b(listing.text().encode(), digest_size=16).hexdigest()}"'

    async def show(self, exchange: Exchange) -> Reply:
        """With the ETag of a list that has not changed (`If-None-Match`) the answer is 304, without a body."""
        headers = {"ETag": self._tag, "Cache-Control": _KEPT}
        asked = exchange.request.headers.get(hdrs.IF_NONE_MATCH, "")
        if self._tag in (each.strip().removeprefix("W/") for each in asked.split(",")):
            return Reply(None, status=304, headers=headers)
        return Reply(self._words, headers=headers)

    def routes(self) -> tuple[Route, ...]:
        section = Section("words", f"{PREFIX}/words", EVERYBODY)
        return (section.get("", "words", "All reasons with their facts and sentences", self.show, Words, also=(304,)),)
