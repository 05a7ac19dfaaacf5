"""An agent: state, pending wish, phone and engaged leg."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from dialer.machine import Machine, Table
from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, LegId, NoticeId, RecordId, TeamName


class AgentState(StrEnum):
    LOGGED_OUT = "logged_out"
    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    BUSY = "busy"
    AFTER_CALL_WORK = "after_call_work"


class AgentTrigger(StrEnum):
    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    READY = "ready"
    NOT_READY = "not_ready"
    RESERVE = "reserve"
    RELEASE = "release"
    CONNECT = "connect"
    CLEAR = "clear"


_S, _T = AgentState, AgentTrigger

AGENT_TABLE: Table[AgentState, AgentTrigger] = Table(
    "agent",
    _S.LOGGED_OUT,
    {
        _S.LOGGED_OUT: {_T.LOG_IN: _S.NOT_READY},
        _S.NOT_READY: {_T.READY: _S.READY, _T.NOT_READY: _S.NOT_READY, _T.LOG_OUT: _S.LOGGED_OUT},
        _S.READY: {
            _T.NOT_READY: _S.NOT_READY,
            _T.LOG_OUT: _S.LOGGED_OUT,
            _T.RESERVE: _S.RESERVED,
        },
        _S.RESERVED: {
            _T.RELEASE: _S.READY,
            _T.NOT_READY: _S.NOT_READY,
            _T.LOG_OUT: _S.LOGGED_OUT,
            _T.CONNECT: _S.BUSY,
            _T.CLEAR: _S.AFTER_CALL_WORK,
        },
        _S.BUSY: {_T.CLEAR: _S.AFTER_CALL_WORK},
        _S.AFTER_CALL_WORK: {
            _T.READY: _S.READY,
            _T.NOT_READY: _S.NOT_READY,
            _T.LOG_OUT: _S.LOGGED_OUT,
            _T.RESERVE: _S.RESERVED,
        },
    },
)


class SystemReason(enum.StrEnum):
    """The reason why the system made an agent not ready. Shown beside the configured reasons."""

    LOGGED_IN = "logged_in"
    NO_RESPONSE = "no_response"
    PHONE_NO_ANSWER = "phone_no_answer"
    PHONE_REFUSED = "phone_refused"
    PHONE_HUNG_UP = "phone_hung_up"
    PHONE_LOST = "phone_lost"
    DESKTOP_LOST = "desktop_lost"
    AFTER_CALL_OVERRUN = "after_call_overrun"
    RESTART = "restart"
    AFTER_CALL = "after_call"
    PHONE_TAKEN = "phone_taken"
    #: The phone is not registered, or its address is unknown.
    PHONE_NOT_REGISTERED = "phone_not_registered"
    #: Credentials or rights are wrong.
    PHONE_NOT_ALLOWED = "phone_not_allowed"
    PHONE_UNREACHABLE = "phone_unreachable"


class Wish(enum.StrEnum):
    """A request of the agent that cannot be granted yet."""

    READY = "ready"
    NOT_READY = "not_ready"
    LOG_OUT = "log_out"


@dataclass(slots=True, frozen=True)
class Pending:
    """A wish that is granted when the interaction is done. `reason` goes with NOT_READY."""

    wish: Wish
    reason: str = ""


#: The most notices of an agent that are remembered after their OK.
PAST_NOTICES = 256


@dataclass(slots=True)
class Agent:
    """One agent. Times are monotonic seconds."""

    name: AgentName
    display_name: str
    phone: str
    teams: frozenset[TeamName]
    machine: Machine[AgentState, AgentTrigger]
    reason: str = ""
    #: UTC epoch seconds of the last change of state or reason, for the desktop.
    since_utc: float = 0.0
    pending: Pending | None = None
    desktops: int = 0
    #: Without any desktop for longer than the grace.
    away: bool = False
    interaction: InteractionId | None = None
    #: The standing leg of ASM; it may still be ringing (see its machine).
    engaged: LegId | None = None
    #: The SIP address of the agent's phone since the log-in, at which no other agent may log in. "" for none.
    phone_held: str = ""
    #: The SIP answer when the phone last failed to answer, as `404 Not Found`; "" once it has answered.
    phone_error: str = ""
    #: Teams of the user, without those that name the agent by a pattern.
    own_teams: tuple[str, ...] = ()
    #: Campaigns whose start notice was answered with OK.
    joined: set[CampaignName] = field(default_factory=set)
    #: The time of the last notice of each campaign that the agent has answered with OK; UTC epoch seconds.
    informed: dict[CampaignName, float] = field(default_factory=dict)
    #: Notices that were answered, the newest last: a second OK to one of them is no error.
    past_notices: deque[NoticeId] = field(default_factory=lambda: deque(maxlen=PAST_NOTICES))
    #: The number of offers in a row that expired.
    expiries: int = 0
    #: Records that this agent rejected, with the end of the time in which they are hidden from the agent.
    hidden: dict[RecordId, float] = field(default_factory=dict)
    idle_since: float = 0.0
    #: The campaign from which the agent waits for a record (PREVIEW).
    waits_for: CampaignName | None = None
    #: The one campaign, of several that dial, that counts on the agent, None for all of them; and since when.
    lent_to: CampaignName | None = None
    lent_at: float = 0.0

    @property
    def state(self) -> AgentState:
        return self.machine.state

    @property
    def is_idle(self) -> bool:
        """Ready, with nothing on the desk and nothing asked for."""
        return self.machine.state is AgentState.READY and self.interaction is None and self.pending is None

    @property
    def is_leaving(self) -> bool:
        """Whether the agent has asked for a break or to log out. A wish to be ready is not counted."""
        return self.pending is not None and self.pending.wish is not Wish.READY

    def hidden_records(self, now: float) -> frozenset[RecordId]:
        """The records that may not be offered to this agent."""
        for record in [record for record, until in self.hidden.items() if until <= now]:
            del self.hidden[record]
        return frozenset(self.hidden)

    def sees(self, record: RecordId, now: float) -> bool:
        """Whether a record may be offered to this agent: not within the cool-down of a rejection."""
        until = self.hidden.get(record)
        if until is None:
            return True
        if until <= now:
            del self.hidden[record]
            return True
        return False


def make_agent(name: AgentName, display_name: str, phone: str, teams: frozenset[TeamName]) -> Agent:
    return Agent(name, display_name, phone, teams, Machine(AGENT_TABLE, name))
