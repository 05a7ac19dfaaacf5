"""The lab's screen: the agents' time since it was opened, and the ringing calls beside the agents for them."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.interactions.leg import LegPurpose
from dialer.lab.gauge import Gauge
from dialer.pacing.baselines.ratio import Ratio
from dialer.pacing.governor import Governor
from dialer.vocabulary import commands
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, campaign, record, settings


def test_a_gauge_adds_up_time_and_counts_what_rings() -> None:
    told = settings(campaign(Mode.PREDICTIVE_ASM, predictive={"min_agents": 1, "abandonment_limit_percent": 2}))
    floor = Floor(told, [record(n) for n in range(1, 30)])
    floor.world.make_pacer = lambda each: Governor(Ratio(2))
    floor.open(ADA, BOB)
    floor.start()
    for name in (ADA, BOB):
        floor.ready(name)
        floor.answer(floor.engaged)
    floor.tick()
    gauge = Gauge(SPRING)
    before = gauge.look(floor.world, floor.now, floor.utc)
    assert (before.utilisation, before.ringing, before.idle, before.staffed) == (0.0, 4, 2, 2)
    assert before.level == "4 ring for 2 idle of 2 agents"
    ringing = [leg for leg in floor.world.legs.values() if leg.purpose is LegPurpose.CONTACT]
    floor.answer(ringing[0])
    gauge.look(floor.world, floor.now, floor.utc)
    floor.pass_time(1)
    after = gauge.look(floor.world, floor.now, floor.utc)
    assert after.utilisation == pytest.approx(50, abs=1)
    assert (after.ringing, after.idle, after.answers, after.abandoned) == (3, 1, 1, 0)
    assert after.share_abandoned == "0.0 % of 1 answers (limit 2 %)"
    assert after.why
    floor.ask(commands.GoNotReady(BOB, "break"))
    assert gauge.look(floor.world, floor.now, floor.utc).staffed == 1
