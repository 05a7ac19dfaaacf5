"""Sentences of several parts."""

from __future__ import annotations

SENTENCES = {
    "said": "{words}",
    "not_found": (
        "{kind, select, do_not_call {The number {name} is not on the do-not-call list} "
        "test_call {There is no test call ''{name}''} other {There is no {kind} ''{name}''}}."
    ),
}
