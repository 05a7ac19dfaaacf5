"""Legs that outlive their engine: each dialog is noted in a file while it stands. The next engine ends the dialogs of a
killed one as soon as it has their account: by BYE, or by CANCEL while they ring.
"""

from __future__ import annotations

import time
from collections import OrderedDict

import pjsua2 as pj
import structlog
from msgspec import structs

from dialer.vocabulary.ids import LegId

from .accounts import Accounts
from .dialog_book import DialogBook, DialogFacts
from .leg import Leg
from .loop import Loop
from .registry import Registry

log = structlog.get_logger(__name__)

LINGERS_S = 35.0
"""An INVITE given up before any answer is cancelled at the first one, for 32 s (RFC 3261 9.1)."""


class Orphans:
    """Owner thread only. Does nothing without a book, or where the build of pjsua2 does not report dialogs."""

    def __init__(self, loop: Loop, registry: Registry, accounts: Accounts, book: DialogBook | None) -> None:
        self._loop = loop
        self._registry = registry
        self._accounts = accounts
        self._book = book if hasattr(pj, "cornettaDialog") else None
        self._noted: dict[LegId, DialogFacts] = {}
        self._left = OrderedDict((facts.leg, facts) for facts in book.left) if book is not None else OrderedDict()

    def note(self, leg: Leg) -> None:
        """Note the state of a leg's dialog if it has changed since the last note."""
        if self._book is None or leg.cleared or leg.incoming or leg.call is None:
            return
        try:
            facts = _facts(leg, pj.cornettaDialog(leg.call.getId()))
        except pj.Error:
            return  # no dialog yet, or none any more
        before = self._noted.get(leg.id)
        if before is None or structs.replace(before, at=facts.at, cseq=facts.cseq) != facts:
            self._noted[leg.id] = facts
            self._book.note(facts)

    def clear(self, leg: Leg) -> None:
        """The leg is over. Without any answer so far its phone may still ring when the INVITE arrives."""
        if self._noted.pop(leg.id, None) is None or self._book is None:
            return
        if leg.heard:
            self._book.close(leg.id)
        else:
            self._close_later(self._book, leg.id)

    def _close_later(self, book: DialogBook, leg: LegId) -> None:
        """An answer that crosses our CANCEL may still come: should this engine be killed meanwhile, the next one ends
        the dialog again. A peer without such a dialog ignores it."""
        self._loop.after(LINGERS_S, lambda: book.close(leg))

    def end(self) -> None:
        """End the dialogs of the former engine that have an account now."""
        if self._book is None:
            return
        for facts in tuple(self._left.values()):
            account = self._accounts.get(facts.account)
            if account is None:
                continue
            del self._left[facts.leg]
            try:
                pj.cornettaEndDialog(account.getId(), _dialog(facts))
            except pj.Error as problem:
                self._loop.fault("orphan", problem, facts.leg)
            else:
                log.info("orphan_ended", leg=facts.leg, account=facts.account, early=facts.early)
            if facts.early:
                # A contact who picks up in this moment hears no agent, and is counted.
                self._registry.expect_late_answer(facts.call_id, facts.leg, self._loop.now())
                self._close_later(self._book, facts.leg)
            else:
                self._book.close(facts.leg)


def _facts(leg: Leg, found: pj.CornettaDialog) -> DialogFacts:
    return DialogFacts(
        leg=leg.id,
        account=leg.account,
        early=found.early,
        uri=found.uri,
        local=found.local,
        local_tag=found.localTag,
        remote=found.remote,
        remote_tag=found.remoteTag,
        call_id=found.callId,
        cseq=found.cseq,
        branch=found.branch,
        peer=found.peer,
        routes=tuple(found.routes),
        at=time.time(),
    )


def _dialog(facts: DialogFacts) -> pj.CornettaDialog:
    made = pj.CornettaDialog()
    made.early, made.uri, made.callId, made.cseq = facts.early, facts.uri, facts.call_id, facts.cseq
    made.local, made.localTag = facts.local, facts.local_tag
    made.remote, made.remoteTag = facts.remote, facts.remote_tag
    made.branch, made.peer = facts.branch, facts.peer
    for route in facts.routes:
        made.routes.append(route)
    return made
