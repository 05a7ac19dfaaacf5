"""Questions for reports and views: a question is a struct with the parameters, and its type argument is the type of the
answer. One method answers them all. Rows come newest first where nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from dialer.vocabulary.ids import AgentName, AttemptId, CampaignName, InteractionId, NoticeId, RecordId, TrunkName
from dialer.vocabulary.interaction_row import InteractionRow
from dialer.vocabulary.reasons.trunks import Complaint
from dialer.vocabulary.results import CallResult

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)


class Question(Struct, Generic[A_co], frozen=True):
    """A question; its argument is the type of the answer."""


class Reports(Protocol):
    """Figures, histories and pages of the store."""

    async def read(self, question: Question[A]) -> A:
        """Raises StoreUnavailable."""


class AttemptRow(Struct, frozen=True):
    """One attempt to reach a contact, with the Call-IDs of its INVITEs and the trunks they went to, in order."""

    attempt: str
    interaction: str
    campaign: CampaignName
    record: RecordId | None
    number: str
    agent: AgentName | None
    result: CallResult | None
    code: int
    reason: str
    q850: int | None
    begun_at: float
    answered_at: float | None
    connected_at: float | None
    ended_at: float | None
    abandoned: bool
    call_ids: tuple[str, ...]
    trunks: tuple[str, ...]


class AttemptPage(Question[Sequence[AttemptRow]], frozen=True):
    """Attempts of a campaign, or of all, begun after the attempt `after`, in the order of their begin."""

    campaign: CampaignName | None
    limit: int
    after: str = ""


class ResultCounts(Question[Mapping[CallResult, int]], frozen=True):
    """The number of a campaign's attempts by result; attempts under way are not counted."""

    campaign: CampaignName


class NoticeRow(Struct, frozen=True):
    """A campaign's notice to an agent; `acknowledged_at` is None until the OK."""

    notice: NoticeId
    agent: AgentName
    campaign: CampaignName
    kind: str
    at: float
    acknowledged_at: float | None


class NoticesOfAgent(Question[Sequence[NoticeRow]], frozen=True):
    agent: AgentName
    limit: int
    unacknowledged: bool = False


class AgentStateRow(Struct, frozen=True):
    """A line of an agent's history: `state` since `at`."""

    agent: AgentName
    state: str
    reason: str
    campaign: CampaignName | None
    at: float


class AgentStates(Question[Sequence[AgentStateRow]], frozen=True):
    """States that an agent entered from `since` to before `till`."""

    agent: AgentName
    since: float
    till: float
    limit: int


class HistoryRow(Struct, frozen=True):
    """A line of the append-only history."""

    kind: str
    at: float
    campaign: CampaignName | None
    agent: AgentName | None
    record: RecordId | None
    interaction: InteractionId | None
    attempt: AttemptId | None
    facts: dict[str, object]


class LinesOfRecord(Question[Sequence[HistoryRow]], frozen=True):
    record: RecordId
    limit: int


class LinesOfInteraction(Question[Sequence[HistoryRow]], frozen=True):
    interaction: InteractionId
    limit: int


class OneInteraction(Question[InteractionRow | None], frozen=True):
    interaction: InteractionId


class InteractionsOfRecord(Question[Sequence[InteractionRow]], frozen=True):
    record: RecordId
    limit: int


class InteractionsOfNumber(Question[Sequence[InteractionRow]], frozen=True):
    number: str
    limit: int


class InteractionsOfAgent(Question[Sequence[InteractionRow]], frozen=True):
    """An agent's interactions that began from `since` to before `till`."""

    agent: AgentName
    since: float
    till: float
    limit: int


class TrunkStateRow(Struct, frozen=True):
    """A state that a trunk entered `at` this time, up or down, as the `node` saw it; `error` is what it had last
    complained of, text where a version before reasons has kept it."""

    trunk: TrunkName
    node: str
    state: str
    error: Complaint | str | None
    at: float


class TrunkStates(Question[Sequence[TrunkStateRow]], frozen=True):
    """States that a trunk entered before `till`."""

    trunk: TrunkName
    till: float
    limit: int
