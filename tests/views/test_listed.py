"""What the desk shows of the record in its list, and of the last INVITE."""

from __future__ import annotations

from msgspec import structs

from dialer.interactions.attempt import TrunkDial, make_attempt
from dialer.views.interaction import DialView, interaction_view
from dialer.vocabulary.ids import AttemptId, LegId, TrunkName
from dialer.words import spoken

from .floor import NOON, make_interaction, make_world


def test_the_record_has_its_list_its_hours_and_its_earlier_results() -> None:
    world = make_world()
    interaction = make_interaction(world)
    assert interaction.record is not None
    interaction.record = structs.replace(
        interaction.record, attempts=3, tries={"busy": 2, "no_answer": 1}, daily_from=9 * 3600, daily_till=17 * 3600
    )
    shown = interaction_view(world, interaction, NOON).listed
    assert shown is not None
    assert (shown.list, shown.record, shown.zone, shown.attempts) == ("spring", 1, "Europe/London", 3)
    assert (shown.daily_from, shown.daily_till) == (32_400, 61_200)
    assert [(each.result, spoken(each.label), each.attempts) for each in shown.earlier] == [
        ("busy", "Busy", 2),
        ("no_answer", "No answer", 1),
    ]


def test_without_own_hours_and_without_a_record_nothing_is_made_up() -> None:
    world = make_world()
    interaction = make_interaction(world)
    shown = interaction_view(world, interaction, NOON)
    assert shown.listed is not None
    assert (shown.listed.daily_from, shown.listed.daily_till, shown.listed.earlier) == (None, None, ())
    assert shown.dial is None
    interaction.record = None
    assert interaction_view(world, interaction, NOON).listed is None


def test_the_last_invite_has_its_trunk_and_caller_id() -> None:
    world = make_world()
    interaction = make_interaction(world)
    attempt = interaction.attempt = make_attempt(AttemptId("t-A1"), interaction.number, NOON.utc, NOON.monotonic)
    for n, trunk in enumerate(("first", "second"), 1):
        attempt.dials.append(TrunkDial(n, TrunkName(trunk), LegId(f"t-L{n}"), f"t-A1.{n}-x", "+442079460999"))
    attempt.dial.code, attempt.dial.reason = 486, "Busy Here"
    shown = interaction_view(world, interaction, NOON).dial
    assert shown == DialView("t-A1", "second", "+442079460999", "t-A1.2-x", 486, "Busy Here")
