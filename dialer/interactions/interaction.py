"""An interaction: one handling of a contact, from the record on a desk to Done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dialer.interactions.attempt import Attempt
from dialer.interactions.party import Party, PartyRole, PartyState
from dialer.machine import Machine, Table
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import AgentName, BridgeId, CampaignName, EngineId, InteractionId, LegId
from dialer.vocabulary.reasons.calls import Cause
from dialer.vocabulary.results import REACHED, CallResult


class InteractionState(StrEnum):
    #: The record is on a desk and nothing has been dialed.
    PREVIEW = "preview"
    DIALING = "dialing"
    QUEUED = "queued"
    CONNECTED = "connected"
    CLEARED = "cleared"
    FINALIZED = "finalized"


class InteractionTrigger(StrEnum):
    DIAL = "dial"
    QUEUE = "queue"
    CONNECT = "connect"
    CLEAR = "clear"
    WITHDRAW = "withdraw"
    FINALIZE = "finalize"


_S, _T = InteractionState, InteractionTrigger

INTERACTION_TABLE: Table[InteractionState, InteractionTrigger] = Table(
    "interaction",
    _S.PREVIEW,
    {
        _S.PREVIEW: {_T.DIAL: _S.DIALING, _T.WITHDRAW: _S.FINALIZED, _T.CLEAR: _S.CLEARED},
        _S.DIALING: {
            _T.DIAL: _S.DIALING,
            _T.QUEUE: _S.QUEUED,
            _T.CONNECT: _S.CONNECTED,
            _T.CLEAR: _S.CLEARED,
            _T.WITHDRAW: _S.FINALIZED,
        },
        _S.QUEUED: {_T.CONNECT: _S.CONNECTED, _T.CLEAR: _S.CLEARED},
        _S.CONNECTED: {_T.QUEUE: _S.QUEUED, _T.CLEAR: _S.CLEARED},
        # Call again dials from CLEARED: a new attempt of the same interaction.
        _S.CLEARED: {_T.DIAL: _S.DIALING, _T.FINALIZE: _S.FINALIZED},
        _S.FINALIZED: {},
    },
)


class HoldBy(StrEnum):
    """The sides that hold the conversation; several may at a time."""

    AGENT = "agent"
    AGENT_PHONE = "agent_phone"
    CONTACT = "contact"


class EndedBy(StrEnum):
    AGENT = "agent"
    CONTACT = "contact"
    SYSTEM = "system"


@dataclass(slots=True)
class AfterCall:
    """After-call work: when it ends (UTC epoch seconds, None for no limit) and how often it was prolonged. `shown`: no
    work, only the result of a contact who was not reached, which goes by itself."""

    ends_at: float | None
    extensions: int = 0
    warned: bool = False
    shown: bool = False


@dataclass(slots=True)
class Interaction:
    """Times are UTC epoch seconds. `number` is E.164. `fence` and record come from the claim."""

    id: InteractionId
    campaign: CampaignName
    number: str
    contact: str
    record: ClaimedRecord | None
    bridge: BridgeId
    machine: Machine[InteractionState, InteractionTrigger]
    begun_at: float
    engine: EngineId | None = None
    #: Whether the agent's leg was up when the contact was dialed.
    asm: bool = False
    parties: list[Party] = field(default_factory=list)
    attempt: Attempt | None = None
    attempts: int = 0
    #: The result of each settled attempt, in order: the agent's, or else the network's.
    tried: list[CallResult] = field(default_factory=list)
    #: Whether a conversation took place in an attempt before the last one; and, as saved at the last call again, the
    #: agent's outcome and this flag.
    reached_before: bool = False
    before: tuple[CallResult | None, bool] = (None, False)
    contact_leg: LegId | None = None
    found_result: CallResult | None = None
    agent_result: CallResult | None = None
    disposition: str = ""
    note: str = ""
    do_not_call: bool = False
    data: dict[str, str] = field(default_factory=dict)
    holds: set[HoldBy] = field(default_factory=set)
    #: The campaign's message plays to a contact for whom no agent came in time.
    message_begun: bool = False
    connected_at: float | None = None
    cleared_at: float | None = None
    queued_at: float | None = None
    ended_by: EndedBy | None = None
    #: The reason why the call ended; text in interactions kept by an older version.
    cause: Cause | str = ""
    after_call: AfterCall | None = None
    #: A conversation took place, so the agent has after-call work.
    conversed: bool = False
    #: Dialed before an agent was free (predictive).
    ahead: bool = False
    #: The supervisor who has closed it while the call was up, to take effect at its end; empty for none.
    closed_by: str = ""

    @property
    def state(self) -> InteractionState:
        return self.machine.state

    @property
    def owner(self) -> Party | None:
        """The party of the agent who has the record now."""
        for party in self.parties:
            if party.role is PartyRole.OWNER and party.state is not PartyState.DONE:
                return party
        return None

    def party_of(self, agent: AgentName) -> Party | None:
        """The agent's party, in whatever role."""
        for party in self.parties:
            if party.agent == agent and party.state is not PartyState.DONE:
                return party
        return None

    @property
    def agent(self) -> AgentName | None:
        """The owner."""
        owner = self.owner
        return owner.agent if owner else None

    @property
    def reconnecting(self) -> bool:
        """Whether the owner's phone is rung again in the middle of a conversation."""
        owner = self.owner
        return owner is not None and owner.state is PartyState.RECONNECTING

    @property
    def result(self) -> CallResult | None:
        """The agent's result if set, else the network's; both are kept."""
        return self.agent_result or self.found_result

    def call_again(self) -> None:
        """A further attempt begins: the outcome set so far belongs to the former attempt."""
        said = self.agent_result
        self.before = (said, self.reached_before)
        if not self.tried:
            return
        if said is not None:
            self.tried[-1] = said
        self.reached_before = self.reached_before or self.tried[-1] in REACHED
        self.agent_result = None

    def not_called_again(self) -> None:
        """The further attempt was not made: restore the former outcome."""
        self.agent_result, self.reached_before = self.before

    @property
    def is_open(self) -> bool:
        return self.machine.state is not InteractionState.FINALIZED
