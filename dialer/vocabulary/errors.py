"""Errors that Cornetta raises. Each has a stable `code`, which clients of the API may rely on: never rename one.

Facts are attributes; the message is a sentence for people, with the remedy where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialer.vocabulary.reasons.reason import Reason


class CornettaError(Exception):
    """Base of all our errors."""

    code = "error"


class Refused(CornettaError):
    """A command was understood and may not be carried out now. Nothing changed.

    `reason` is a code with the inputs of the rule that refused; dialer.words has its sentence. A part without reasons
    yet gives a code, its words and the facts.
    """

    def __init__(self, reason: Reason | str, message: str = "", **facts: object) -> None:
        # Imported here because it needs msgspec, which the command line's help does without.
        from dialer.vocabulary.reasons.reason import Said

        self.reason = Said(reason, message, facts) if isinstance(reason, str) else reason
        super().__init__(message or str(self.reason))
        self.code = self.reason.code
        self.facts = self.reason.facts


class NotFound(Refused):
    """The object named in a command does not exist."""

    def __init__(self, kind: str, name: object) -> None:
        from dialer.vocabulary.reasons.reason import NotFoundReason

        super().__init__(NotFoundReason(kind, str(name)), f"There is no {kind} {name!r}.")


class InvalidTransition(CornettaError):
    """An event without a row in a state machine: a defect of ours, reported with the object's story."""

    code = "invalid_transition"

    def __init__(self, machine: str, name: str, state: str, trigger: str, story: tuple[str, ...]) -> None:
        told = " | ".join(story) or "nothing happened yet"
        super().__init__(f"{machine} {name}: no transition from {state} on {trigger}; story: {told}")
        self.machine = machine
        self.name = name
        self.state = state
        self.trigger = trigger
        self.story = story


class StoreUnavailable(CornettaError):
    """The database does not take writes; new dialing stops until it does."""

    code = "store_unavailable"


class Overloaded(CornettaError):
    """The node's inbox is full; the command was not taken. `waiting` is the number of messages in it."""

    code = "overloaded"

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} messages wait for their turn.")
        self.waiting = waiting


class StoreInUse(CornettaError):
    """Another node holds this database: the SQLite file `path`, or the name `node` in a shared database.

    `pid` is the process that holds it, None where it cannot be known.
    """

    code = "store_in_use"

    def __init__(self, path: str, pid: int | None, node: str) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(
            f"The database {path} is in use by {holder} (node {node or 'unknown'}). "
            "Stop that node first, or give this one a database of its own."
        )
        self.path = path
        self.pid = pid
        self.node = node


class AddressInUse(CornettaError):
    """The API's address cannot be listened on; `problem` is the system's error."""

    code = "address_in_use"

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(
            f"Cannot listen on {host} port {port}: {problem}. "
            "Stop the program that has it (ss -ltnp shows which), or set another server.listen_port "
            "(cornetta lab: --port)."
        )
        self.host = host
        self.port = port


class StoreRejected(CornettaError):
    """The database refused a wrong write: a defect of ours, which a repetition would not mend."""

    code = "store_rejected"


class UnstorableText(StoreRejected):
    """A text has a letter that a database does not hold: NUL (PostgreSQL), or half of a surrogate pair (UTF-8). The
    sender has to change the text; the database is in order."""

    code = "unusable_text"

    def __init__(self) -> None:
        super().__init__("A text holds a NUL or half of a surrogate pair, which is no letter; leave it out.")


class StoreTooNew(CornettaError):
    """A newer Cornetta has migrated this database to `revision`, which this one does not know."""

    code = "store_too_new"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database was written by a newer Cornetta (revision {revision}). "
            "Install that version, or restore the backup made before the upgrade."
        )
        self.revision = revision


class EngineUnavailable(CornettaError):
    """No engine is connected, or it was lost."""

    code = "engine_unavailable"


class AbilityMissing(CornettaError):
    """The engine `engine` lacks the ability `ability` (a code of telephony.Ability; `words` follow "cannot")."""

    code = "ability_missing"

    def __init__(self, engine: str, ability: str, words: str) -> None:
        super().__init__(f"Engine {engine} cannot {words}: it is older than this node. Upgrade the engine.")
        self.engine = engine
        self.ability = ability


class WireError(CornettaError):
    """The other side of the engine's socket does not speak our protocol (version, frame, size)."""

    code = "wire_error"


class ConfigurationError(CornettaError):
    """Configuration that cannot be used; `problems` are sentences with file, line and path."""

    code = "configuration_error"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
