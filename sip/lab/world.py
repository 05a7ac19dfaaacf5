"""The lab without I/O: the scripts of its legs, their results, and the slices of listening."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from msgspec import Struct

from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import AccountId, LegId
from dialer.vocabulary.telephony import (
    AnalysisCompleted,
    Command,
    Digits,
    EngineFault,
    Event,
    HangUp,
    LegAnswered,
    LegCleared,
    LegMedia,
    LegOffered,
    Play,
    Reject,
    StartAnalysis,
    StopAnalysis,
    Tone,
)

from .behaviours import Behaviour
from .contacts import contact_script
from .legs import LabLeg, Side, Slice
from .phones import Doing, PhoneManner, carry_out, phone_script
from .plan import plan_call
from .profile import Profile
from .scripts import NOTHING, Performance, Script, Step
from .synthesis import Sounds
from .tones import ToneAllocator
from .voice import TONES, Voice

LEGS_KEPT = 100_000
"""The most cleared legs in the report; the oldest are forgotten first."""
FAULTS_KEPT = 100
NOT_FOUND = 404

_USER = re.compile(r"sips?:([^@;:]+)[^@]*@")


def user_of(uri: str) -> str:
    """The user part of a SIP URI without its parameters, "" if there is none."""
    found = _USER.search(uri)
    return unquote(found[1]) if found else ""


class Cast(Struct, frozen=True):
    """The cast: the carrier's account, and the phones by account. With the user "" an account serves all phones of
    `users`, and the request URI names the phone."""

    carrier: AccountId
    phones: Mapping[AccountId, str]
    users: tuple[str, ...]


class LabWorld:
    """All legs of the lab. Events go in, steps come out; nothing here waits or sends."""

    def __init__(self, cast: Cast, seed: int, profile: Profile, sounds: Sounds, measuring: bool) -> None:
        self._cast = cast
        self._seed = seed
        self._profile = profile
        self._sounds = sounds
        self.tones = ToneAllocator() if measuring else None
        self.live: dict[LegId, LabLeg] = {}
        self._cleared: deque[LabLeg] = deque(maxlen=LEGS_KEPT)
        self._listening: dict[LegId, LabLeg] = {}
        self._stopping: set[LegId] = set()
        self._performances: dict[LegId, Performance] = {}
        self._calls: Counter[str] = Counter()
        self._pinned: dict[str, Behaviour] = {}
        self.manners: dict[str, PhoneManner] = dict.fromkeys(cast.users, PhoneManner())
        self.by_behaviour: Counter[str] = Counter()
        self.faults: deque[EngineFault] = deque(maxlen=FAULTS_KEPT)

    # -- input -----------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> Step:
        """One event of the engine; the step is that of the event's leg."""
        match event:
            case LegOffered():
                return self._offered(event)
            case LegCleared():
                return self._gone(event)
            case AnalysisCompleted(kind=kind) if kind == TONES:
                return self._noted(Step(tuple(self._heard(event))), event.at)
            case EngineFault():
                self.faults.append(event)
        leg = self.live.get(getattr(event, "leg", None) or LegId(""))
        if leg is None:
            return NOTHING
        match event:
            case LegAnswered():
                leg.answered_at = event.at
            case Digits():
                leg.digits += event.digits
            case LegMedia():
                leg.held_by_us, leg.held_by_peer = event.held_by_us, event.held_by_peer
        return self._noted(self._performances[leg.id].event(event), event.at)

    def elapsed(self, leg: LegId, ticket: int, now: float) -> Step:
        """The wait of this leg's script with this ticket is over."""
        performance = self._performances.get(leg)
        return self._noted(performance.elapsed(ticket), now) if performance else NOTHING

    def pin(self, number: str, behaviour: Behaviour) -> None:
        """From now on calls to `number` get this behaviour instead of its own."""
        self._pinned[number] = behaviour

    def act(self, side: Side, name: str, doing: Doing, digits: str = "") -> tuple[Command, ...]:
        """An action on the live legs of a phone or a number ("*" for all). Raises NotFound when there is none."""
        legs = [leg.id for leg in self.live.values() if leg.side is side and name in ("*", leg.name)]
        if not legs:
            raise NotFound(f"live_{side}", name)
        return tuple(command for leg in legs for command in carry_out(doing, leg, digits))

    def set_manner(self, phone: str, manner: PhoneManner) -> None:
        """How a phone ("*" for all) takes its next calls. Raises NotFound."""
        if phone != "*" and phone not in self.manners:
            raise NotFound("phone", phone)
        for user in self.manners if phone == "*" else (phone,):
            self.manners[user] = manner

    def hang_up_all(self) -> tuple[Command, ...]:
        return tuple(HangUp(leg) for leg in self.live)

    # -- state -----------------------------------------------------------------------------------------------

    def legs(self) -> Iterable[LabLeg]:
        """All legs, the oldest first among those that are gone."""
        yield from self._cleared
        yield from self.live.values()

    def end_slices(self) -> tuple[Command, ...]:
        """End the slice of each listening leg, so that `find` sees its tones so far; live legs begin a new one. Wait
        until `slices_ending` is false."""
        live = [leg for leg in self._listening if leg in self.live and leg not in self._stopping]
        self._stopping.update(live)
        return tuple(StopAnalysis(leg, TONES) for leg in live)

    def slices_ending(self) -> bool:
        """Whether an ended analysis has not reported yet."""
        return bool(self._stopping) or any(leg not in self.live for leg in self._listening)

    def stop_waiting(self) -> None:
        """Give up analyses that never report because their legs were gone before they began."""
        self._stopping.clear()
        for leg in [leg for leg in self._listening if leg not in self.live]:
            del self._listening[leg]

    # -- scripts -----------------------------------------------------------------------------------------------------

    def _offered(self, offer: LegOffered) -> Step:
        voice = Voice(offer.leg, self._sounds, self.tones)
        if offer.account == self._cast.carrier:
            name, side = user_of(offer.request_uri), Side.CONTACT
            self._calls[name] += 1
            plan = plan_call(self._seed, name, self._calls[name], self._profile, self._pinned.get(name))
            script, manner = contact_script(plan, voice), str(plan.behaviour)
            self.by_behaviour[manner] += 1
        else:
            name, side = self._cast.phones.get(offer.account, "") or user_of(offer.request_uri), Side.PHONE
            if name not in self.manners:
                return Step((Reject(offer.leg, NOT_FOUND),))
            script, manner = phone_script(self.manners[name], voice), str(self.manners[name].taking)
        self.live[offer.leg] = LabLeg(offer.leg, side, name, offer.call_id, manner, offer.at)
        return self._noted(self._begin(offer.leg, script), offer.at)

    def _begin(self, leg: LegId, script: Script) -> Step:
        performance = self._performances[leg] = Performance(script)
        return performance.begin()

    def _gone(self, event: LegCleared) -> Step:
        leg = self.live.pop(event.leg, None)
        if leg is None:
            return NOTHING
        leg.cleared_at, leg.cleared_by, leg.code = event.at, str(event.by), event.code
        self._performances.pop(leg.id).close()
        if self.tones is not None:
            self.tones.release(leg.id)
        self._cleared.append(leg)
        return NOTHING

    def _heard(self, event: AnalysisCompleted) -> Iterable[Command]:
        leg = self._listening.pop(event.leg, None)
        if leg is None or leg.listens_from is None:
            return
        leg.slices.append(Slice(leg.listens_from, event.at, event.tones, event.dropped_packets))
        leg.listens_from = None
        stopped = leg.id in self._stopping
        self._stopping.discard(leg.id)
        if stopped and leg.id in self.live:
            yield StartAnalysis(leg.id, TONES)
        elif leg.side is Side.CONTACT:
            yield from self._listen_anew({tone.frequency_hz for part in leg.slices for tone in part.tones})

    def _listen_anew(self, frequencies_hz: set[int]) -> Iterable[Command]:
        """A conversation is over: phones that go on (ASM) begin a new slice. They are known by the tones that the
        contact heard in all its slices, which the analysis rounds to 5 Hz."""
        for leg in tuple(self._listening.values()):
            if leg.id not in self.live or leg.id in self._stopping or leg.tone_hz is None:
                continue
            if leg.side is Side.PHONE and any(abs(leg.tone_hz - heard) <= 5 for heard in frequencies_hz):
                self._stopping.add(leg.id)
                yield StopAnalysis(leg.id, TONES)

    def _noted(self, step: Step, now: float) -> Step:
        """Note tones and analyses that the commands of a step begin."""
        for command in step.commands:
            leg = self.live.get(getattr(command, "leg", LegId("")))
            if leg is None:
                continue
            match command:
                case StartAnalysis():
                    leg.listens_from = now
                    self._listening[leg.id] = leg
                case Play(source=Tone(frequency_hz=frequency), loop=True) if self._is_own(leg.id, frequency):
                    leg.tone_hz, leg.tone_from = frequency, now
        return step

    def _is_own(self, leg: LegId, frequency_hz: int) -> bool:
        return self.tones is not None and self.tones.holds(leg) == frequency_hz
