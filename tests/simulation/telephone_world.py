"""An engine and the people behind it, by chance: contacts who answer, are busy, hang up, hear no audio; phones
that ring out; lines that die; answers that cross a CANCEL; an engine that crashes and one that only loses its socket.
"""

from __future__ import annotations

from random import Random

from dialer.simulation.agenda import Agenda
from dialer.simulation.engine import Line, Say, SimulatedEngine
from dialer.vocabulary import telephony as t
from dialer.vocabulary.ids import BridgeId, EngineId


def _attempt(dial: t.Dial) -> str:
    return dial.call_id.rpartition(".")[0]


class TelephoneWorld(SimulatedEngine):
    """An engine with repeated events at times, and legs that end slowly."""

    def __init__(self, name: EngineId, agenda: Agenda, say: Say, random: Random) -> None:
        super().__init__(name, agenda, say)
        self.random = random
        self.dialed: list[str] = []
        #: Attempts without another trunk: an INVITE of theirs was lost with the node or the engine, or answered.
        self.over: set[str] = set()

    def send(self, sequence: int, event: t.Event) -> None:
        super().send(sequence, event)
        if self.random.random() < 0.02:
            self._say(self.event_s + 0.002, sequence, event)

    def crash(self) -> None:
        self.over |= {_attempt(line.dial) for line in self.lines.values() if line.is_contact}
        super().crash()

    def _dial(self, dial: t.Dial) -> None:
        super()._dial(dial)
        self.dialed.append(dial.call_id)

    def answer(self, line: Line) -> None:
        """The leg joins the bridge of its Dial before any event, as at a real engine; a given-up leg does not."""
        if line.dial.bridge is not None and line.standing is not t.LegStanding.CLEARING:
            line.bridge, line.hears, line.heard_by = line.dial.bridge, None, None
            self._join(line, line.dial.bridge)
        super().answer(line)

    def _join(self, line: Line, bridge: BridgeId) -> None:
        there = [each for each in self.lines.values() if each.bridge == bridge and each.is_up]
        for each in there:
            each.playing = False
            self.tell(t.Joined(each.dial.leg, bridge, (line.dial.leg,), self.agenda.now))
        if there:
            self.tell(t.Joined(line.dial.leg, bridge, tuple(each.dial.leg for each in there), self.agenda.now))

    @property
    def hang_up_s(self) -> float:
        return self.random.choice((0.005, 0.05, 2.0))

    def cleared(self, line: Line, was_up: bool) -> None:
        if not was_up and line.heard and self.random.random() < 0.2:
            # The 200 crossed our CANCEL: on its way before it was sent, or after the leg was over for us.
            if self.random.random() < 0.5:
                line.answered_at = self.agenda.now
                self.tell(t.LegAnswered(line.dial.leg, self.agenda.now))
                self.end(line, 200, t.ClearedBy.US)
            else:
                self.end(line, 0, t.ClearedBy.US)
                self.tell(t.LateAnswer(line.dial.leg, self.agenda.now, line.dial.call_id))
        else:
            super().cleared(line, was_up)

    def end(self, line: Line, code: int, by: t.ClearedBy, retry_after_s: float | None = None) -> None:
        if line.answered_at is not None or line.alerted:
            self.over.add(_attempt(line.dial))
        super().end(line, code, by, retry_after_s)


class ChaoticPeople:
    """Contacts and phones of a TelephoneWorld."""

    def __init__(self, engine: TelephoneWorld) -> None:
        self._engine = engine
        self._random = engine.random

    def rung(self, line: Line) -> None:
        if line.is_contact:
            self._contact(line)
        else:
            self._phone(line)

    def joined(self, line: Line) -> None:
        """Does nothing."""

    def gone(self, line: Line) -> None:
        """Does nothing."""

    def _contact(self, line: Line) -> None:
        r, engine = self._random, self._engine
        answers_at = r.uniform(0.5, 12)
        fate = r.choices(
            ("answers", "answers_slowly", "busy", "rings_out", "silent", "congested", "declines", "transport", "full"),
            (50, 4, 12, 10, 5, 7, 4, 4, 2),
        )[0]
        if fate == "silent":
            return
        if fate == "transport":
            engine.at(0.5, line, lambda: engine.end(line, 0, t.ClearedBy.TRANSPORT))
        elif fate == "full":
            engine.at(0.01, line, lambda: engine.end(line, 0, t.ClearedBy.REFUSED))
        elif fate == "congested":
            retry_after_s = r.choice((None, 20.0))
            engine.at(0.2, line, lambda: engine.end(line, r.choice((503, 500, 408)), t.ClearedBy.PEER, retry_after_s))
        else:
            self._ring(line)
            if fate in ("busy", "declines"):
                engine.at(1.0, line, lambda: engine.end(line, 486 if fate == "busy" else 603, t.ClearedBy.PEER))
            elif fate != "rings_out":
                slow_s = line.dial.timeout_s - 0.002
                engine.at(answers_at if fate == "answers" else slow_s, line, lambda: self._up(line))

    def _phone(self, line: Line) -> None:
        r, engine = self._random, self._engine
        fate = r.choices(("answers", "rings_out", "refuses", "unplugged"), (88, 4, 4, 4))[0]
        if fate == "unplugged":
            engine.at(1.0, line, lambda: engine.end(line, 0, t.ClearedBy.TRANSPORT))
            return
        self._ring(line)
        if fate == "answers":
            engine.at(r.uniform(0.1, 4), line, lambda: self._up(line))
        elif fate == "refuses":
            engine.at(1.0, line, lambda: engine.end(line, 486, t.ClearedBy.PEER))

    def _ring(self, line: Line) -> None:
        r, engine = self._random, self._engine

        def alert() -> None:
            early = r.random() < 0.2
            if r.random() < 0.3:
                line.alerted = line.heard = True
                line.standing = t.LegStanding.ALERTING
                engine.tell(t.LegProgress(line.dial.leg, 183, early, engine.agenda.now))
            else:
                engine.alert(line, early_media=early)

        engine.at(0.05, line, lambda: engine.trying(line))
        if r.random() < 0.9:
            engine.at(0.3, line, alert)

    def _up(self, line: Line) -> None:
        r, engine = self._random, self._engine
        engine.answer(line)
        if line.is_contact:
            by = t.ClearedBy.PEER if r.random() < 0.95 else t.ClearedBy.MEDIA
            engine.at(r.choice((0.001, r.uniform(1, 5), r.uniform(5, 60))), line, lambda: engine.end(line, 200, by))
        elif r.random() < 0.25:
            by = r.choice((t.ClearedBy.PEER, t.ClearedBy.MEDIA))
            engine.at(r.uniform(0.5, 200), line, lambda: engine.end(line, 200, by))
        if r.random() < 0.3:
            held_at = r.uniform(0.5, 30)
            engine.at(held_at, line, lambda: self._hold(line, on=True))
            engine.at(held_at + r.uniform(0.5, 10), line, lambda: self._hold(line, on=False))

    def _hold(self, line: Line, *, on: bool) -> None:
        line.held_by_peer = on
        self._engine.tell(t.LegMedia(line.dial.leg, True, False, on, "PCMA", self._engine.agenda.now))
