"""The trials of a phone: ringing, audio, hold, transfer, hang-up, headers, and the loss of either end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from dialer.cli.live_check import remedies
from dialer.cli.live_check.ends import RING_S, STEP_S, Phone, Softphone, WatchedEngine
from dialer.cli.live_check.findings import Finding, good, not_tried, wrong
from dialer.interactions.results import LINE_FAULTS
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, LegId
from dialer.vocabulary.telephony import Header, LegMedia, Srtp

LISTEN_S = 2.0
"""How long each end listens for the other's tone."""
LEAST_HEARD_S = 0.5
DIALER_HZ, PHONE_HZ = 700, 1100
WITHIN_HZ = 15
LEVEL = 0.3
NEEDS_SECRET = "needs a phone that the check plays itself: --phone-secret"


@dataclass(frozen=True)
class Line:
    """The dialer's engine, the phone, and how the one calls the other."""

    dialer: WatchedEngine
    phone: Phone
    account: AccountId
    uri: str
    headers: tuple[Header, ...]
    srtp: Srtp

    async def connect(self) -> LegId:
        """Call the phone. The leg is up, or it is cleared with the reason."""
        leg = self.dialer.call(self.account, self.uri, self.headers)
        answering = asyncio.create_task(self.phone.answer())
        try:
            await self.dialer.comes(lambda: leg in self.dialer.answered or leg in self.dialer.cleared, RING_S + STEP_S)
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
        return leg

    async def told(self, leg: LegId, holds: Callable[[LegMedia], bool], since: int) -> bool:
        """Whether the engine reported such media after the first `since` events."""

        def seen() -> bool:
            return any(each.leg == leg and holds(each) for each in self.dialer.of(LegMedia, since))

        return await self.dialer.comes(seen, self.phone.patience_s)


async def ring(line: Line, leg: LegId) -> Finding:
    """Whether the phone was rung and picked up."""
    over = line.dialer.cleared.get(leg)
    if over is None:
        return good("call to the phone", "it was rung and picked up")
    said = f"{over.code} {over.reason}".strip() if over.code else "no answer"
    return wrong("call to the phone", f"ended with {said}", remedies.of_code(over.code, line.srtp))


async def audio(line: Line, phone: Softphone, leg: LegId) -> Finding:
    """Each end plays a tone and listens for the other's."""
    trial = "audio both ways"
    far = phone.leg
    if far is None:
        return wrong(trial, "the phone's call is gone", remedies.NO_AUDIO)
    ends = ((line.dialer, leg, DIALER_HZ), (phone.engine, far, PHONE_HZ))
    for engine, mine, hertz in ends:
        tone = telephony.Play(mine, telephony.Tone(hertz, LEVEL), loop=True)
        engine.send(telephony.Leave(mine), tone, telephony.StartAnalysis(mine, "tones"))
    await asyncio.sleep(LISTEN_S)
    heard = [await _tones(engine, mine) for engine, mine, _ in ends]
    for engine, mine, _ in ends:
        engine.send(telephony.StopPlay(mine))
    deaf = [
        who
        for who, wanted, tones in zip(("we", "the phone"), (PHONE_HZ, DIALER_HZ), heard, strict=True)
        if not any(abs(tone.frequency_hz - wanted) <= WITHIN_HZ and tone.seconds >= LEAST_HEARD_S for tone in tones)
    ]
    if deaf:
        return wrong(trial, f"{' and '.join(deaf)} heard nothing of the other", remedies.NO_AUDIO)
    return good(trial, "each end heard the other's tone")


async def _tones(engine: WatchedEngine, leg: LegId) -> tuple[telephony.ToneHeard, ...]:
    since = len(engine.events)
    engine.send(telephony.StopAnalysis(leg, "tones"))
    await engine.comes(lambda: bool(engine.of(telephony.AnalysisCompleted, since)), STEP_S)
    return tuple(tone for each in engine.of(telephony.AnalysisCompleted, since) for tone in each.tones)


async def hold(line: Line, leg: LegId) -> Finding:
    """Whether a hold at the phone, and its end, reach us."""
    trial = "hold at the phone"
    since = len(line.dialer.events)
    await line.phone.hold()
    seen = await line.told(leg, lambda media: media.held_by_peer, since)
    since = len(line.dialer.events)
    await line.phone.resume()
    if not seen:
        return wrong(trial, "the product is not told, and shows the agent as talking", remedies.HOLD)
    if not await line.told(leg, lambda media: not media.held_by_peer, since):
        return wrong(trial, "the hold was told, its end was not", remedies.HOLD)
    return good(trial, "hold and resume were told")


async def transfer(line: Line, phone: Softphone, leg: LegId, uri: str) -> Finding:
    """Whether the phone can transfer its call away. The target is its own address, so that nobody else rings."""
    trial = "transfer by a key of the phone"
    far = phone.leg
    if far is None or not line.dialer.is_up(leg):
        return not_tried(trial, "the call is gone")
    offered = len(phone.engine.offered)
    phone.engine.send(telephony.Refer(far, uri))
    moved = await phone.engine.comes(
        lambda: far in phone.engine.cleared or len(phone.engine.offered) > offered, phone.patience_s
    )
    if moved:
        return wrong(trial, "the call was moved", remedies.TRANSFER)
    return good(trial, "refused, as it has to be")


async def bye(line: Line, leg: LegId) -> Finding:
    """Whether the end of the call at the phone reaches us."""
    trial = "hang-up at the phone"
    await line.phone.hang_up()
    if await line.dialer.comes(lambda: leg in line.dialer.cleared, line.phone.patience_s):
        return good(trial, "told at once" if line.phone.plays else "told")
    await line.dialer.hang_up([leg])
    return wrong(trial, "the product is not told, and shows the call as up", remedies.BYE)


def headers(line: Line, phone: Softphone) -> Finding:
    """Whether the headers of the configuration reach the phone."""
    trial = "headers to the phone"
    if not line.headers:
        return not_tried(trial, "the phones have no `headers` in the configuration")
    offered = phone.engine.offered[-1].headers if phone.engine.offered else ()
    there = {(each.name.lower(), each.value.strip()) for each in offered}
    missing = [each.name for each in line.headers if (each.name.lower(), each.value.strip()) not in there]
    if missing:
        return wrong(trial, f"the phone did not get {', '.join(missing)}", remedies.HEADERS)
    return good(trial, f"the phone got {', '.join(each.name for each in line.headers)}")


async def dead_phone(line: Line, phone: Softphone, within_s: float) -> list[Finding]:
    """The phone's process is killed in the call; whether the peer notices, and reports it by a cause of its own."""
    trial = "phone that dies in a call"
    leg = await line.connect()
    if not line.dialer.is_up(leg):
        return [not_tried(trial, "the phone could not be called again")]
    began = time.monotonic()
    phone.engine.kill()
    if not await line.dialer.comes(lambda: leg in line.dialer.cleared, within_s):
        await line.dialer.hang_up([leg])
        return [wrong(trial, f"nobody noticed for {within_s:g} s", remedies.DEAD_PHONE)]
    after = f"told after {time.monotonic() - began:.0f} s"
    over = line.dialer.cleared[leg]
    if over.q850 not in LINE_FAULTS:
        cause = f"cause {over.q850}" if over.q850 is not None else "no cause"
        return [good(trial, after), wrong("cause of a lost phone", f"the BYE had {cause}", remedies.CAUSE)]
    return [good(trial, after), good("cause of a lost phone", f"the BYE had cause {over.q850}")]


async def dead_dialer(line: Line, phone: Softphone, within_s: float) -> Finding:
    """Our engine is killed in a call: whether the peer takes the phone off the line. It is the last trial."""
    trial = "engine that dies in a call"
    leg = await line.connect()
    far = phone.leg
    if not line.dialer.is_up(leg) or far is None:
        return not_tried(trial, "the phone could not be called again")
    began = time.monotonic()
    line.dialer.kill()
    if await phone.engine.comes(lambda: far in phone.engine.cleared, within_s):
        return good(trial, f"the phone was taken off the line after {time.monotonic() - began:.0f} s")
    return wrong(trial, f"the phone stayed on a dead line for {within_s:g} s", remedies.DEAD_DIALER)
