"""The events of desktops: one row for each, with its audience, its key and its body.

There are two kinds. A Fact is sent once and carries its body. A Model says that an object changed: its read model is
sent, rendered by `dialer/views/topics.py` when the event leaves. The OpenAPI document and docs/api.md are made from the
rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType, structs

from config.model import Join, Mode, WhenUnanswered
from dialer.vocabulary.ids import AgentName, TeamName
from dialer.vocabulary.reasons.reason import Because, Sentence, because
from dialer.vocabulary.results import CallResult

# ---------------------------------------------------------------------- audiences

Teams = frozenset[TeamName]


class OwnDesk(Struct, frozen=True, tag="agent"):
    """All desktops of one agent."""

    name: AgentName


class TeamSupervisors(Struct, frozen=True, tag="teams"):
    """Supervisors of any of these teams. Supervisors without a team and all administrators belong to each team."""

    teams: Teams


class Floor(Struct, frozen=True, tag="supervisors"):
    """All supervisors and administrators."""


Audience = OwnDesk | TeamSupervisors | Floor

A = TypeVar("A", bound=Audience)
B = TypeVar("B", bound=Struct)

# ---------------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Topic:
    """`key` explains the key of its events, `words` the event; both are for the documents."""

    name: str
    key: str
    words: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fact(Topic, Generic[A, B]):
    """An event that happened, with its `body`."""

    audience: type[A]
    body: type[B]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Model(Topic, Generic[A]):
    """An object that changed."""

    audience: type[A]


# ---------------------------------------------------------------------- bodies of facts


class Reasoned(Struct, frozen=True):
    """A body with a `reason` in words. `because` is the same for desktops that speak another language."""

    def __post_init__(self) -> None:
        told: Sentence = getattr(self, "reason")  # noqa: B009  # of each subclass
        if told.reason is not None and getattr(self, "because", UNSET) is UNSET:
            structs.force_setattr(self, "because", because(told.reason))


class NoticeCame(Struct, frozen=True):
    """`kind` is loaded, started, stopped, unloaded or mode_changed; `join` whether the agent has to give an OK."""

    campaign: str
    kind: str
    mode: Mode
    description: str
    join: Join


class OfferWithdrawn(Reasoned, frozen=True):
    """`engine_short`: the engine could not ring the phone, and the agent stays ready."""

    code: str
    reason: Sentence
    because: Because | UnsetType = UNSET


class PhoneFailed(Reasoned, frozen=True):
    """`sip_code` where SIP said one."""

    code: str
    reason: Sentence
    sip_code: int | UnsetType = UNSET
    because: Because | UnsetType = UNSET


class CallAgainFailed(Reasoned, frozen=True):
    """The agent is back in after-call work."""

    code: str
    reason: Sentence
    because: Because | UnsetType = UNSET


class NotReached(Reasoned, frozen=True):
    """`code` is SIP's, 0 without one, `reason` in words; `desk` says what becomes of the record: close, show (for
    `show_s` seconds), or wait for the agent."""

    result: CallResult
    code: int
    reason: Sentence
    desk: WhenUnanswered
    show_s: float | None
    because: Because | UnsetType = UNSET


class NoRecord(Reasoned, frozen=True):
    """The agent does not wait for one any more."""

    reason: Sentence
    because: Because | UnsetType = UNSET


class InteractionClosed(Struct, frozen=True):
    """`by` is the supervisor."""

    by: str
    reason: str


class InteractionAssigned(Struct, frozen=True):
    """`by` is the supervisor."""

    by: str
    reason: str


class InteractionReassigned(Struct, frozen=True):
    """`by` is the supervisor, `to` the agent who has it now."""

    by: str
    reason: str
    to: str


class HelpWanted(Struct, frozen=True):
    """`state` is that of the interaction, `text` what the agent wrote."""

    agent: str
    campaign: str
    state: str
    text: str


class TelephonyChanged(Reasoned, frozen=True):
    """`up`: it is connected."""

    up: bool
    reason: Sentence
    because: Because | UnsetType = UNSET


# ---------------------------------------------------------------------- facts

NOTICE = Fact(
    name="notice",
    audience=OwnDesk,
    body=NoticeCame,
    key="the notice",
    words="a notice came",
)
OFFER_WITHDRAWN = Fact(
    name="offer_withdrawn",
    audience=OwnDesk,
    body=OfferWithdrawn,
    key="the interaction",
    words="the record was taken off the desk",
)
PHONE_FAILED = Fact(
    name="phone_failed",
    audience=OwnDesk,
    body=PhoneFailed,
    key="the agent",
    words="the agent's phone was not reached or is lost",
)
CALL_AGAIN_FAILED = Fact(
    name="call_again_failed",
    audience=OwnDesk,
    body=CallAgainFailed,
    key="the interaction",
    words="the contact is not dialed again",
)
NOT_REACHED = Fact(
    name="not_reached",
    audience=OwnDesk,
    body=NotReached,
    key="the interaction",
    words="the contact was not reached",
)
NO_RECORD = Fact(
    name="no_record",
    audience=OwnDesk,
    body=NoRecord,
    key="the campaign",
    words="there is no record to be called now",
)
INTERACTION_CLOSED = Fact(
    name="interaction_closed",
    audience=OwnDesk,
    body=InteractionClosed,
    key="the interaction",
    words="a supervisor closes it",
)
INTERACTION_REASSIGNED = Fact(
    name="interaction_reassigned",
    audience=OwnDesk,
    body=InteractionReassigned,
    key="the interaction",
    words="a supervisor gave it to another agent",
)
INTERACTION_ASSIGNED = Fact(
    name="interaction_assigned",
    audience=OwnDesk,
    body=InteractionAssigned,
    key="the interaction",
    words="a supervisor gave it to this agent",
)
HELP_WANTED = Fact(
    name="help_wanted",
    audience=TeamSupervisors,
    body=HelpWanted,
    key="the interaction",
    words="an agent asks the supervisors of the team for help",
)
TELEPHONY = Fact(
    name="telephony",
    audience=OwnDesk,
    body=TelephonyChanged,
    key="the engine",
    words="the engine was lost, or is back",
)

# ---------------------------------------------------------------------- models

DESK_AGENT = Model(name="agent", audience=OwnDesk, key="the agent", words="the agent's state, campaigns and actions")
DESK_INTERACTION = Model(
    name="interaction",
    audience=OwnDesk,
    key="the interaction",
    words="what is on the desk; `null` after Done, for an offer that was rejected or ran out, for a blank record (ASM)",
)
DESK_NOTICES = Model(
    name="notices",
    audience=OwnDesk,
    key="the agent",
    words="all notices that wait for OK; a newer one of a campaign replaces the older",
)
TEAM_AGENT = Model(
    name="agent",
    audience=TeamSupervisors,
    key="the agent",
    words="a line of the list of agents; `null` when the agent has left the teams",
)
TEAM_INTERACTION = Model(
    name="interaction",
    audience=TeamSupervisors,
    key="the interaction",
    words="a line of the list of open interactions, of the campaign's teams and the agent's; `null` when it is closed",
)
FLOOR_CAMPAIGN = Model(name="campaign", audience=Floor, key="the campaign", words="a campaign, with its pacing problem")
FLOOR_TRUNK = Model(
    name="trunk", audience=Floor, key="the trunk", words="a trunk; `null` when it is configured no more"
)

FACTS: tuple[Fact[Any, Any], ...] = (
    NOTICE,
    OFFER_WITHDRAWN,
    PHONE_FAILED,
    CALL_AGAIN_FAILED,
    NOT_REACHED,
    NO_RECORD,
    INTERACTION_CLOSED,
    INTERACTION_REASSIGNED,
    INTERACTION_ASSIGNED,
    HELP_WANTED,
    TELEPHONY,
)
MODELS: tuple[Model[Any], ...] = (
    DESK_AGENT,
    DESK_INTERACTION,
    DESK_NOTICES,
    TEAM_AGENT,
    TEAM_INTERACTION,
    FLOOR_CAMPAIGN,
    FLOOR_TRUNK,
)
