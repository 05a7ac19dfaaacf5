"""A trunk for supervisors: whether it carries calls, and its last error."""

from __future__ import annotations

from msgspec import Struct

from dialer.ports import Moment
from dialer.ports.reports import TrunkStateRow
from dialer.trunks.trunk import Trunk, TrunkState
from dialer.vocabulary.reasons.reason import Because, Reason, Sentence, because, sentence_of


class TrunkView(Struct, frozen=True):
    """`refusal` is the reason why it takes no call now, empty while it does. `resumes_at` (Retry-After) and
    `last_error_at` are UTC epoch seconds; `round_trip_ms` is that of the last probe. `last_error` is empty, and
    `last_error_because` null, while nothing was wrong: the latter is the sentence for desktops in other languages."""

    name: str
    state: TrunkState
    registered: bool | None
    refusal: str
    legs: int
    max_legs: int
    max_calls_per_s: float
    misses: int
    round_trip_ms: float | None
    last_error: Sentence
    last_error_because: Because | None
    last_error_at: float | None
    resumes_at: float | None


def trunk_view(trunk: Trunk, at: Moment) -> TrunkView:
    """The trunk at `at`."""
    refusal = trunk.refusal(at.monotonic)
    waits = trunk.resumes_at - at.monotonic
    return TrunkView(
        name=trunk.name,
        state=trunk.state,
        registered=trunk.registered if trunk.settings.registration else None,
        refusal=refusal.value if refusal else "",
        legs=len(trunk.legs),
        max_legs=trunk.settings.max_legs,
        max_calls_per_s=trunk.settings.max_calls_per_s,
        misses=trunk.misses,
        round_trip_ms=trunk.round_trip_ms,
        last_error=Sentence(trunk.last_error),
        last_error_because=_because(trunk.last_error),
        last_error_at=trunk.last_error_at,
        resumes_at=at.utc + waits if waits > 0 else None,
    )


class TrunkStateView(Struct, frozen=True):
    """A state that a trunk entered `at` this time, up or down, as the `node` saw it; `error` is what it had last
    complained of. `because` is the sentence for desktops in other languages, null for none and for text that a version
    before kept."""

    trunk: str
    node: str
    state: str
    error: Sentence
    because: Because | None
    at: float


def trunk_state_view(row: TrunkStateRow) -> TrunkStateView:
    error = Sentence() if row.error is None else sentence_of(row.error)
    return TrunkStateView(row.trunk, row.node, row.state, error, _because(row.error), row.at)


def _because(complaint: Reason | str | None) -> Because | None:
    return because(complaint) if isinstance(complaint, Reason) else None
