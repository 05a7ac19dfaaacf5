"""A rule's observations of one call: each once, in order, and as the law counts them."""

from __future__ import annotations

from config.model import Mode
from dialer.interactions.leg import Leg
from dialer.pacing import Observed, Outcome
from dialer.pacing.governor import Governor
from dialer.pacing.predictive import PredictivePacer
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LateAnswer
from dialer.vocabulary.writes import SettleAttempt
from tests.unit.callflow.ahead import Script, counted, dial, of, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, trunk

ABANDONED = [Observed.DIALED, Observed.RUNG, Observed.ANSWERED, Observed.ENDED]


def told_of(script: Script, attempt: AttemptId) -> tuple[list[Observed], list[Outcome | None]]:
    """The observations of the attempt, and their outcomes. Times must not go back."""
    mine = [each for each in script.told if each.attempt == attempt and each.kind is not Observed.AGENT_CHANGED]
    assert [each.at for each in mine] == sorted(each.at for each in mine)
    return [each.kind for each in mine], [each.outcome for each in mine if each.outcome is not None]


def given_up(floor: Floor, script: Script) -> tuple[Leg, AttemptId]:
    """A call that was shed after 16 s; the engine has not yet ended its leg."""
    (contact,) = dial(floor, script, 1)
    floor.pass_time(16)
    attempt: AttemptId = of(floor, contact).attempt.id
    script.shed = (attempt,)
    floor.tick()
    return contact, attempt


def test_an_answer_that_crosses_our_giving_up_is_an_answer_and_then_abandoned() -> None:
    floor, script = predictive(agents=(ADA,))
    contact, attempt = given_up(floor, script)
    floor.answer(contact)
    floor.pass_time(0.1)
    floor.clear(contact, by=ClearedBy.US)
    assert told_of(script, attempt) == (ABANDONED, [Outcome.ABANDONED])
    assert script.kinds(Observed.ANSWERED)[0].at < script.kinds(Observed.ENDED)[0].at
    assert counted(floor) == (1, 1)
    assert (floor.campaign.today.answers, floor.campaign.today.unanswered) == (1, 0)


def test_an_answer_of_which_we_hear_before_the_end_is_told_in_its_time() -> None:
    floor, script = predictive(agents=(ADA,))
    contact, attempt = given_up(floor, script)
    came_at = floor.now
    floor.pass_time(0.2)
    floor.engine_says(LateAnswer(contact.id, came_at, f"{attempt}.0"))
    floor.clear(contact, 487, ClearedBy.US)
    assert told_of(script, attempt) == (ABANDONED, [Outcome.ABANDONED])
    assert abs(script.kinds(Observed.ANSWERED)[0].at - came_at) < 1e-3
    assert counted(floor) == (1, 1)


def test_who_waits_in_vain_is_abandoned_once() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    attempt: AttemptId = of(floor, second).attempt.id
    floor.answer(first)
    floor.answer(second)
    floor.pass_time(2.5)
    floor.clear(second)
    assert told_of(script, attempt) == (ABANDONED, [Outcome.ABANDONED])
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ABANDONED, True)


def test_a_fax_that_the_trunk_tells_of_without_an_answer_takes_no_answer_back() -> None:
    floor, script = predictive(agents=(ADA,), trunks=(trunk(cause_table={"486": "fax"}),))
    (contact,) = dial(floor, script, 1)
    attempt: AttemptId = of(floor, contact).attempt.id
    floor.clear(contact, 486)
    assert told_of(script, attempt) == ([Observed.DIALED, Observed.RUNG, Observed.ENDED], [Outcome.UNANSWERED])
    assert (floor.campaign.today.answers, floor.campaign.today.unanswered) == (0, 1)
    (settled,) = floor.writes(SettleAttempt)
    assert settled.result is CallResult.FAX


def test_the_forecast_counts_what_the_law_counts() -> None:
    floor, script = predictive(Mode.PREDICTIVE_ASM, agents=(ADA,))
    settings = floor.campaign.settings
    contact, _ = given_up(floor, script)
    floor.answer(contact)
    floor.clear(contact, by=ClearedBy.US)
    rule = PredictivePacer(settings.predictive, settings.ring_timeout_s)
    floor.world.pacers[SPRING] = Governor(rule)
    for each in script.told:
        rule.observe(each)
    floor.tick()
    last = floor.world.pacers[SPRING].last
    assert last is not None
    assert (last.figures["answers"], last.figures["abandoned"]) == counted(floor) == (1, 1)
