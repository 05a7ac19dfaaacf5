"""The announced effects of a change of the mode, in singular and plural."""

from __future__ import annotations

import pytest

from config.model import Mode, OnStop
from dialer.campaigns.campaign import CampaignTrigger
from dialer.views.mode_change import BeforeChange, mode_change_view
from dialer.vocabulary.ids import CampaignName
from dialer.words import spoken

from .floor import make_world


def happens(before: BeforeChange, mode: Mode, **predictive: int) -> tuple[str, ...]:
    """The announced effects for a running campaign when `mode` has followed `before`."""
    world = make_world(mode)
    campaign = next(iter(world.campaigns.values()))
    rules = campaign.settings.predictive.model_copy(update=predictive)
    more = {"predictive": rules, "on_stop_ringing": OnStop.CANCEL}
    campaign.settings = campaign.settings.model_copy(update=more)
    for trigger in (CampaignTrigger.LOAD, CampaignTrigger.START):
        campaign.machine.advance(trigger, 0.0)
    view = mode_change_view(world, world.campaign(CampaignName(campaign.name)), before)
    return tuple(map(spoken, view.happens))


@pytest.mark.parametrize(
    ("number", "calls", "offers"),
    [
        (1, "1 call that rings is given up.", "1 offer is withdrawn, its record goes back."),
        (2, "2 calls that ring are given up.", "2 offers are withdrawn, their records go back."),
    ],
)
def test_what_is_withdrawn_is_counted(number: int, calls: str, offers: str) -> None:
    assert happens(BeforeChange(Mode.PROGRESSIVE, number, number), Mode.PREDICTIVE_ASM)[:2] == (calls, offers)


def test_what_stays_is_counted() -> None:
    one, two = (happens(BeforeChange(Mode.PROGRESSIVE, number, number), Mode.PREDICTIVE) for number in (1, 2))
    assert one[:2] == ("1 call that rings goes on ringing.", "1 offer stays on its desk.")
    assert two[:2] == ("2 calls that ring go on ringing.", "2 offers stay on desks.")


def test_a_single_agent_and_a_single_day_are_one() -> None:
    nothing = BeforeChange(Mode.PROGRESSIVE, 0, 0)
    alone = happens(nothing, Mode.PREDICTIVE, min_agents=1, window_days=1)[0]
    assert alone.startswith("With 1 agent at work or more")
    assert alone.endswith("of each day.")
    several = happens(nothing, Mode.PREDICTIVE, min_agents=3, window_days=7)[0]
    assert several.startswith("With 3 agents at work or more")
    assert several.endswith("of each day and of 7 days together.")
