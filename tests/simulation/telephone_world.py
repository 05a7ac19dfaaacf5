"""An engine and the people behind it, by chance: contacts who answer, are busy, hang up, do not hear a thing; phones
that ring out; lines that die; answers that cross a CANCEL; an engine that crashes and one that only loses its socket.

It keeps the engine's side of the bargain: events are numbered and said again until they are acknowledged, commands
for legs that it does not know do nothing, every leg that it knew gets exactly one LegCleared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from dialer.vocabulary import telephony as t
from dialer.vocabulary.ids import BridgeId, EngineId, LegId

#: Says an event to the node after so many seconds: (seconds, sequence, event).
Say = Callable[[float, int, t.Event], None]
#: Runs a function of this world after so many seconds.
Later = Callable[[float, Callable[[], None]], None]


@dataclass(slots=True)
class Line:
    """A leg as the engine knows it."""

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

    @property
    def is_up(self) -> bool:
        return self.standing is t.LegStanding.CONNECTED

    @property
    def is_contact(self) -> bool:
        return self.dial.role is t.LegRole.CONTACT


def _attempt(dial: t.Dial) -> str:
    return dial.call_id.rpartition(".")[0]


class TelephoneWorld:
    """One engine. `check_dial` may object to a Dial by an AssertionError."""

    def __init__(
        self,
        name: EngineId,
        random: Random,
        now: Callable[[], float],
        say: Say,
        later: Later,
        check_dial: Callable[[t.Dial], None],
    ) -> None:
        self.name = name
        self._random = random
        self._now = now
        self._say = say
        self._later = later
        self._check_dial = check_dial
        self.boot = 1
        self.connected = False
        self.lines: dict[LegId, Line] = {}
        self.dialled: list[str] = []
        #: Attempts after which no other trunk may be tried: an INVITE of theirs was lost with us, or picked up.
        self.over: set[str] = set()
        self._sequence = 0
        self._kept: dict[int, t.Event] = {}
        #: Legs whose Dial the client took, or lost: one LegCleared is due for each.
        self._expected: set[LegId] = set()
        self._unsure: set[LegId] = set()

    # ------------------------------------------------------------------ the socket

    def connect(self, *, new_node: bool) -> None:
        """Everything that was not acknowledged is said again to a new node; then comes the snapshot."""
        self.connected = True
        if new_node:
            self._expected = set()
            for sequence, event in sorted(self._kept.items()):
                self._say(0.0, sequence, event)
        self._unsure = set(self._expected)
        self._later(0.01, self._snapshot)

    def disconnect(self) -> None:
        self.connected = False

    def acknowledge(self, sequence: int) -> None:
        for known in [each for each in self._kept if each <= sequence]:
            del self._kept[known]

    def _snapshot(self) -> None:
        if not self.connected:
            return
        legs = tuple(self._seen(leg, line) for leg, line in self.lines.items())
        for leg in sorted(self._unsure - set(self.lines)):
            if leg in self._expected:
                self._expected.discard(leg)
                lost = t.LegCleared(leg, 0, "the engine was lost", None, t.ClearedBy.ENGINE, self._now())
                self._say(0.0, 0, lost)
        self._expected |= set(self.lines)
        self._say(0.0, 0, t.SnapshotTaken(self.name, str(self.boot), legs, (), self._now()))

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

    def _tell(self, event: t.Event, after_s: float = 0.001) -> None:
        self._sequence += 1
        self._kept[self._sequence] = event
        if isinstance(event, t.LegCleared):
            self._expected.discard(event.leg)
        if self.connected:
            self._say(after_s, self._sequence, event)
            if self._random.random() < 0.02:
                self._say(after_s + 0.002, self._sequence, event)

    def missed(self) -> list[tuple[int, t.Event]]:
        """What was not acknowledged, for a node whose socket is back."""
        return sorted(self._kept.items())

    def crash(self) -> None:
        """All legs are gone without a word; what was not acknowledged is on disk."""
        self.boot += 1
        self.over |= {_attempt(line.dial) for line in self.lines.values() if line.is_contact}
        self.lines.clear()
        self.disconnect()

    # ------------------------------------------------------------------ commands

    def take(self, command: t.Command) -> None:
        if not self.connected:
            if isinstance(command, t.Dial):
                self._expected.add(command.leg)
            return
        match command:
            case t.Dial():
                self._dial(command)
            case t.HangUp():
                self._hang_up(command.leg)
            case t.Probe():
                said = t.ProbeCompleted(command.account, command.uri, 200, "OK", 1.0, self._now())
                self._later(0.01, lambda: self._tell(said))
            case t.Join() | t.Leave() | t.Play() | t.StopPlay():
                self._media(command)

    def _media(self, command: t.Join | t.Leave | t.Play | t.StopPlay) -> None:
        line = self.lines.get(command.leg)
        if line is None:
            return
        match command:
            case t.Join():
                line.bridge, line.hears, line.heard_by = command.bridge, command.hears, command.heard_by
                line.playing = line.playing and not command.stops_play
            case t.Leave():
                line.bridge = None
            case t.Play():
                line.playing = True
                if command.key:
                    finished = t.PlayFinished(command.leg, command.key, self._now())
                    self._later(4.0, lambda: self._tell(finished) if command.leg in self.lines else None)
            case t.StopPlay():
                line.playing = False

    def _dial(self, dial: t.Dial) -> None:
        assert dial.leg not in self.lines, f"{dial.leg} dialled twice"
        self._check_dial(dial)
        self.dialled.append(dial.call_id)
        self._expected.add(dial.leg)
        line = Line(dial, t.LegStanding.DIALING, self._now())
        self.lines[dial.leg] = line
        self._at(dial.timeout_s, line, lambda: self._end(line, 487, t.ClearedBy.TIMEOUT))
        if line.is_contact:
            self._contact(line)
        else:
            self._phone(line)

    def _at(self, seconds: float, line: Line, what: Callable[[], None]) -> None:
        """Later, if this line is still there and as it was: ringing or talking."""
        was_up = line.is_up

        def run() -> None:
            if self.lines.get(line.dial.leg) is line and line.is_up is was_up:
                what()

        self._later(seconds, run)

    # ------------------------------------------------------------------ people

    def _contact(self, line: Line) -> None:
        r = self._random
        answers_at = r.uniform(0.5, 12)
        fate = r.choices(
            ("answers", "answers_slowly", "busy", "rings_out", "silent", "congested", "declines", "transport", "full"),
            (50, 4, 12, 10, 5, 7, 4, 4, 2),
        )[0]
        if fate == "silent":
            return
        if fate == "transport":
            self._at(0.5, line, lambda: self._end(line, 0, t.ClearedBy.TRANSPORT))
        elif fate == "full":
            self._at(0.01, line, lambda: self._end(line, 0, t.ClearedBy.REFUSED))
        elif fate == "congested":
            retry_after_s = r.choice((None, 20.0))
            self._at(0.2, line, lambda: self._end(line, r.choice((503, 500, 408)), t.ClearedBy.PEER, retry_after_s))
        else:
            self._alert(line)
            if fate in ("busy", "declines"):
                self._at(1.0, line, lambda: self._end(line, 486 if fate == "busy" else 603, t.ClearedBy.PEER))
            elif fate != "rings_out":
                self._at(answers_at if fate == "answers" else line.dial.timeout_s - 0.002, line, lambda: self._up(line))

    def _phone(self, line: Line) -> None:
        r = self._random
        fate = r.choices(("answers", "rings_out", "refuses", "unplugged"), (88, 4, 4, 4))[0]
        if fate == "unplugged":
            self._at(1.0, line, lambda: self._end(line, 0, t.ClearedBy.TRANSPORT))
            return
        self._alert(line)
        if fate == "answers":
            self._at(r.uniform(0.1, 4), line, lambda: self._up(line))
        elif fate == "refuses":
            self._at(1.0, line, lambda: self._end(line, 486, t.ClearedBy.PEER))

    def _alert(self, line: Line) -> None:
        r = self._random

        def trying() -> None:
            line.heard = True
            self._tell(t.LegProgress(line.dial.leg, 100, False, self._now()))

        def alert() -> None:
            line.alerted = line.heard = True
            line.standing = t.LegStanding.ALERTING
            early = r.random() < 0.2
            event = t.LegProgress if r.random() < 0.3 else None
            at = self._now()
            self._tell(event(line.dial.leg, 183, early, at) if event else t.LegAlerting(line.dial.leg, early, at))

        self._at(0.05, line, trying)
        if r.random() < 0.9:
            self._at(0.3, line, alert)

    def _up(self, line: Line) -> None:
        r = self._random
        line.standing = t.LegStanding.CONNECTED
        line.heard = True
        line.answered_at = self._now()
        self._tell(t.LegAnswered(line.dial.leg, self._now()))
        if line.is_contact:
            by = t.ClearedBy.PEER if r.random() < 0.95 else t.ClearedBy.MEDIA
            self._at(r.choice((0.001, r.uniform(1, 5), r.uniform(5, 60))), line, lambda: self._end(line, 200, by))
        elif r.random() < 0.25:
            by = r.choice((t.ClearedBy.PEER, t.ClearedBy.MEDIA))
            self._at(r.uniform(0.5, 200), line, lambda: self._end(line, 200, by))
        if r.random() < 0.3:
            held_at = r.uniform(0.5, 30)
            self._at(held_at, line, lambda: self._hold(line, on=True))
            self._at(held_at + r.uniform(0.5, 10), line, lambda: self._hold(line, on=False))

    def _hold(self, line: Line, *, on: bool) -> None:
        line.held_by_peer = on
        self._tell(t.LegMedia(line.dial.leg, True, False, on, "PCMA", self._now()))

    def _hang_up(self, leg: LegId) -> None:
        line = self.lines.get(leg)
        if line is None or line.standing is t.LegStanding.CLEARING:
            return
        was_up, line.standing = line.is_up, t.LegStanding.CLEARING

        def gone() -> None:
            if self.lines.get(leg) is not line:
                return
            if not was_up and line.heard and self._random.random() < 0.2:
                # The 200 crossed our CANCEL.
                line.answered_at = self._now()
                if self._random.random() < 0.5:
                    self._tell(t.LegAnswered(leg, self._now()))
                self._end(line, 200, t.ClearedBy.US, late_answer=True)
            else:
                self._end(line, 200 if was_up else 487, t.ClearedBy.US)

        self._later(self._random.choice((0.005, 0.05, 2.0)), gone)

    def _end(
        self,
        line: Line,
        code: int,
        by: t.ClearedBy,
        retry_after_s: float | None = None,
        *,
        late_answer: bool = False,
    ) -> None:
        del self.lines[line.dial.leg]
        heard = line.heard or by is t.ClearedBy.PEER
        if line.answered_at is not None or line.alerted:
            self.over.add(_attempt(line.dial))
        self._tell(
            t.LegCleared(
                leg=line.dial.leg,
                code=code,
                reason="",
                q850=None,
                by=by,
                at=self._now(),
                answered=line.answered_at is not None,
                heard=heard,
                alerted=line.alerted,
                late_answer=late_answer,
                retry_after_s=retry_after_s,
            )
        )
