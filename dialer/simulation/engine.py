"""An engine without SIP and media: it takes the commands of the node and reports what people and trunks do.

It follows the protocol of a real engine: events are numbered, kept until they are acknowledged, and repeated to a node
that comes back; a lost Dial is reported as LegCleared by ENGINE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from dialer.simulation.agenda import Agenda
from dialer.vocabulary import telephony as t
from dialer.vocabulary.ids import BridgeId, EngineId, LegId


@dataclass(slots=True)
class Line:
    """A leg as the engine knows it. Times are seconds of the agenda."""

    dial: t.Dial
    standing: t.LegStanding
    begun_at: float
    heard: bool = False
    alerted: bool = False
    answered_at: float | None = None
    held_by_peer: bool = False
    bridge: BridgeId | None = None
    hears: tuple[LegId, ...] | None = None
    heard_by: tuple[LegId, ...] | None = None
    playing: bool = False
    #: The keys that were sent as tones on this line.
    digits: str = ""

    @property
    def is_up(self) -> bool:
        return self.standing is t.LegStanding.CONNECTED

    @property
    def is_contact(self) -> bool:
        return self.dial.role is t.LegRole.CONTACT


class People(Protocol):
    """The people at the lines, who may pick up. They act on a line later, by the engine's `alert`, `answer` and
    `end`."""

    def rung(self, line: Line) -> None:
        """An INVITE has left for this line."""

    def joined(self, line: Line) -> None:
        """The line hears another leg, or none any more (`line.hears`)."""

    def gone(self, line: Line) -> None:
        """The line is down, for whatever reason."""


#: Sends an event to the node, `seconds` from now, under a sequence number; 0 is never acknowledged.
Say = Callable[[float, int, t.Event], None]

#: A snapshot's way to the node.
SNAPSHOT_S = 0.01
#: Length of every announcement.
PLAY_S = 4.0


class SimulatedEngine:
    """One engine slot on an agenda. `people` and `say` are set before the first Dial."""

    #: How long an event takes to the node, and a command of the node to the network.
    event_s = 0.001
    probe_s = 0.01

    def __init__(self, name: EngineId, agenda: Agenda, say: Say) -> None:
        self.name = name
        self.agenda = agenda
        self.boot = 1
        self.connected = False
        self.lines: dict[LegId, Line] = {}
        self.people: People | None = None
        #: Looks at every Dial before it leaves; for tests.
        self.check_dial: Callable[[t.Dial], None] = lambda _: None
        self._say = say
        self._sequence = 0
        self._kept: dict[int, t.Event] = {}
        #: Legs whose Dial the client has taken or lost; one LegCleared is due for each.
        self._expected: set[LegId] = set()
        self._unsure: set[LegId] = set()

    # ------------------------------------------------------------------ the socket

    def connect(self, *, new_node: bool) -> None:
        """Repeat all unacknowledged events to a new node, then send the snapshot."""
        self.connected = True
        if new_node:
            self._expected = set()
            for sequence, event in self.missed():
                self._say(0.0, sequence, event)
        self._unsure = set(self._expected)
        self.agenda.later(SNAPSHOT_S, self._snapshot)

    def disconnect(self) -> None:
        self.connected = False

    def acknowledge(self, sequence: int) -> None:
        """Committed up to `sequence`."""
        for known in [each for each in self._kept if each <= sequence]:
            del self._kept[known]

    def missed(self) -> list[tuple[int, t.Event]]:
        """The unacknowledged events, for a node whose socket is back."""
        return sorted(self._kept.items())

    def crash(self) -> None:
        """All legs are gone without an event; the unacknowledged events are on disk."""
        self.boot += 1
        self.lines.clear()
        self.disconnect()

    def _snapshot(self) -> None:
        if not self.connected:
            return
        legs = tuple(self._seen(leg, line) for leg, line in self.lines.items())
        now = self.agenda.now
        for leg in sorted(self._unsure - set(self.lines)):
            if leg in self._expected:
                self._expected.discard(leg)
                self._say(0.0, 0, t.LegCleared(leg, 0, "the engine was lost", None, t.ClearedBy.ENGINE, now))
        self._expected |= set(self.lines)
        self._say(0.0, 0, t.SnapshotTaken(self.name, str(self.boot), legs, (), now))

    def _seen(self, leg: LegId, line: Line) -> t.LegSnapshot:
        return t.LegSnapshot(
            leg=leg,
            account=line.dial.account,
            call_id=line.dial.call_id,
            role=line.dial.role,
            standing=line.standing,
            context=line.dial.context,
            bridge=line.bridge,
            hears=line.hears,
            heard_by=line.heard_by,
            held_by_us=False,
            held_by_peer=line.held_by_peer,
            answered_at=line.answered_at,
            begun_at=line.begun_at,
        )

    def tell(self, event: t.Event) -> None:
        """An event, kept until it is acknowledged."""
        self._sequence += 1
        self._kept[self._sequence] = event
        if isinstance(event, t.LegCleared):
            self._expected.discard(event.leg)
        if self.connected:
            self.send(self._sequence, event)

    def send(self, sequence: int, event: t.Event) -> None:
        self._say(self.event_s, sequence, event)

    @property
    def hang_up_s(self) -> float:
        """How long the next leg that we hang up takes to be gone."""
        return 0.005

    # ------------------------------------------------------------------ commands

    def take(self, command: t.Command) -> None:
        """A command of the node; lost while the socket is down."""
        if not self.connected:
            if isinstance(command, t.Dial):
                self._expected.add(command.leg)
            return
        match command:
            case t.Dial():
                self._dial(command)
            case t.HangUp():
                self.hang_up(command.leg)
            case t.Probe():
                said = t.ProbeCompleted(command.account, command.uri, 200, "OK", 1.0, self.agenda.now)
                self.agenda.later(self.probe_s, lambda: self.tell(said))
            case t.Configure():
                self.tell(t.ConfigurationTaken(command.revision, (), self.agenda.now))
            case t.Snapshot():
                self.agenda.later(SNAPSHOT_S, self._snapshot)
            case t.Join() | t.Leave() | t.Play() | t.StopPlay() | t.SendDigits():
                self._media(command)
            case _:
                self._refuse(command)

    def _refuse(self, command: t.Command) -> None:
        """Refuse the command, as an engine without the ability would. Events that never occur here: incoming calls,
        recordings, tones, holds by SIP and transfers."""
        said = t.CommandRefused(
            command=str(type(command).__struct_config__.tag),
            because=t.RefusedBecause.ABILITY,
            problem=f"The simulated engine has no {type(command).__name__}; try it on the lab.",
            at=self.agenda.now,
            leg=getattr(command, "leg", None),
        )
        self.tell(said)

    def _media(self, command: t.Join | t.Leave | t.Play | t.StopPlay | t.SendDigits) -> None:
        """Commands to legs that are gone are ignored, as by a real engine."""
        line = self.lines.get(command.leg)
        if line is None:
            return
        match command:
            case t.Join():
                line.bridge, line.hears, line.heard_by = command.bridge, command.hears, command.heard_by
                line.playing = line.playing and not command.stops_play
                if self.people is not None:
                    self.people.joined(line)
            case t.Leave():
                line.bridge = None
            case t.Play():
                line.playing = True
                if command.key:
                    finished = t.PlayFinished(command.leg, command.key, self.agenda.now)
                    self.agenda.later(PLAY_S, lambda: self.tell(finished) if command.leg in self.lines else None)
            case t.StopPlay():
                line.playing = False
            case t.SendDigits():
                line.digits += command.digits
            case _:
                assert_never(command)

    def _dial(self, dial: t.Dial) -> None:
        self.check_dial(dial)
        self._expected.add(dial.leg)
        line = Line(dial, t.LegStanding.DIALING, self.agenda.now)
        self.lines[dial.leg] = line
        self.at(dial.timeout_s, line, lambda: self.end(line, 487, t.ClearedBy.TIMEOUT))
        if self.people is not None:
            self.people.rung(line)

    # ------------------------------------------------------------------ what people do to a line

    def at(self, seconds: float, line: Line, what: Callable[[], None]) -> None:
        """Later, if this line is still there and as it was: ringing or talking."""
        was_up = line.is_up

        def run() -> None:
            if self.lines.get(line.dial.leg) is line and line.is_up is was_up:
                what()

        self.agenda.later(seconds, run)

    def trying(self, line: Line) -> None:
        """100: the INVITE has arrived."""
        line.heard = True
        self.tell(t.LegProgress(line.dial.leg, 100, False, self.agenda.now))

    def alert(self, line: Line, *, early_media: bool = False) -> None:
        """180: it rings."""
        line.alerted = line.heard = True
        line.standing = t.LegStanding.ALERTING
        self.tell(t.LegAlerting(line.dial.leg, early_media, self.agenda.now))

    def answer(self, line: Line) -> None:
        """200: a person or a machine has picked up."""
        line.standing = t.LegStanding.CONNECTED
        line.heard = True
        line.answered_at = self.agenda.now
        self.tell(t.LegAnswered(line.dial.leg, self.agenda.now))

    def hang_up(self, leg: LegId) -> None:
        """The node's HangUp."""
        line = self.lines.get(leg)
        if line is None or line.standing is t.LegStanding.CLEARING:
            return
        was_up, line.standing = line.is_up, t.LegStanding.CLEARING
        self.agenda.later(self.hang_up_s, lambda: self._gone(line, was_up))

    def _gone(self, line: Line, was_up: bool) -> None:
        if self.lines.get(line.dial.leg) is line:
            self.cleared(line, was_up)

    def cleared(self, line: Line, was_up: bool) -> None:
        """The leg that we hung up is gone."""
        self.end(line, 200 if was_up else 487, t.ClearedBy.US)

    def end(self, line: Line, code: int, by: t.ClearedBy, retry_after_s: float | None = None) -> None:
        """The line is gone, for whatever reason."""
        del self.lines[line.dial.leg]
        if self.people is not None:
            self.people.gone(line)
        self.tell(
            t.LegCleared(
                leg=line.dial.leg,
                code=code,
                reason="",
                q850=None,
                by=by,
                at=self.agenda.now,
                answered=line.answered_at is not None,
                heard=line.heard or by is t.ClearedBy.PEER,
                alerted=line.alerted,
                retry_after_s=retry_after_s,
            )
        )
