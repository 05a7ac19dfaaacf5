"""Teams, the users that are seeded into the database, and the reasons for not being ready."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from config.model.base import Code, FirstSecret, Label, Name, Section, in_lower_case
from config.model.phone import PhoneReference
from dialer.vocabulary.limits import DISPLAY_NAME_LENGTH

#: The fewest characters of a password, the first one included.
LEAST_PASSWORD_LENGTH = 10

#: A user's log-in name, or a pattern of such names with * for any letters.
MemberPattern = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.*-]{1,64}$")]


class Role(StrEnum):
    """What a user may do: agents their own calls, supervisors their teams, auditors read."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Team(Section):
    """Agents who work together; a campaign names teams."""

    name: Name
    """Name of the team."""

    agents: tuple[MemberPattern, ...] = ()
    """Log-in names of agents, or patterns such as `sales-*`, besides the users who name the team themselves."""


class User(Section):
    """A user who is put into the database if it has none of this name. What is there is never changed by this."""

    name: Name
    """Log-in name."""

    display_name: str = Field(default="", max_length=DISPLAY_NAME_LENGTH)
    """Name that people read. Empty: the log-in name."""

    role: Annotated[Role, in_lower_case(Role)] = Role.AGENT
    """agent, supervisor, administrator or auditor."""

    password: FirstSecret | None = None
    """First password, 10 characters or more, as `${ENV}` or `file:PATH`. Needed once, when the user is first made:
    later it may be missing or left out."""

    phone: PhoneReference | None = None
    """Where the agent is rung: a phone's name, or `EXTENSION@NAME` where the phone's address has an extension."""

    teams: tuple[Name, ...] = ()
    """Teams of the agent; of a supervisor, whose agents and interactions they are told of, all without any."""


class NotReadyReason(Section):
    """A reason for not being ready."""

    code: Code
    """Code, kept in the history."""

    label: Label
    """What people read."""

    offered: bool = True
    """Whether agents may choose it; the others are only set by the system."""


#: Reasons that the system sets. A configured reason of the same code replaces the label.
BUILT_IN_REASONS = tuple(
    NotReadyReason(code=code, label=label, offered=False)
    for code, label in (
        ("logged_in", "Logged in"),
        ("no_response", "No response"),
        ("phone_no_answer", "Phone not answered"),
        ("phone_refused", "Phone refused the call"),
        ("phone_hung_up", "Phone hung up"),
        ("phone_lost", "Phone lost"),
        ("desktop_lost", "Desktop lost"),
        ("after_call_overrun", "After-call work overrun"),
        ("after_call", "After a call"),
        ("restart", "Restart of the system"),
    )
)
