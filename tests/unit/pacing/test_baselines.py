from __future__ import annotations

import pytest

from config.model import Predictive
from dialer.pacing import rules
from dialer.pacing.baselines.erlang import ErlangRate, erlang_b, largest_load
from dialer.pacing.baselines.oracle import Oracle
from dialer.pacing.baselines.ratio import Ratio
from dialer.pacing.baselines.renewal import Renewal
from dialer.pacing.baselines.vicidial import Method, Vicidial, VicidialSettings
from dialer.pacing.pacer import AgentStage, Observation, Observed, Outcome, Pacer, PacingSnapshot
from dialer.vocabulary.ids import AttemptId
from dialer.words import words_of


def seen(idle: int, *, busy: int = 0, ringing: int = 0, waiting: int = 0) -> PacingSnapshot:
    return PacingSnapshot(idle=idle, reserved=0, busy=busy, ringing=ringing, waiting=waiting, in_hand=1000)


def staff(pacer: Pacer, stage: AgentStage, *numbers: int, at: float = 0.0) -> None:
    for number in numbers:
        pacer.observe(Observation(Observed.AGENT_CHANGED, at, agent=f"agent-{number}", stage=stage))


def call(pacer: Pacer, number: int, at: float, ended: Outcome, after_s: float = 5.0) -> None:
    """One dial with its answer, if it has one, and its end."""
    attempt = AttemptId(f"a{number}")
    pacer.observe(Observation(Observed.DIALED, at, attempt))
    if ended is not Outcome.UNANSWERED:
        pacer.observe(Observation(Observed.ANSWERED, at + after_s, attempt))
    pacer.observe(Observation(Observed.ENDED, at + after_s + 2, attempt, outcome=ended))


@pytest.mark.parametrize(
    ("lines", "idle", "ringing", "dial"),
    [(2.0, 3, 0, 6), (2.0, 3, 4, 2), (2.0, 0, 5, 0), (1.5, 1, 0, 1), (1.5, 2, 0, 3)],
)
def test_a_ratio_keeps_its_lines_for_each_idle_agent(lines: float, idle: int, ringing: int, dial: int) -> None:
    assert Ratio(lines).decide(0.0, seen(idle, ringing=ringing)).dial == dial


class TestVicidial:
    def at_level(self, level: float, method: Method = Method.HARD, **changed: float) -> Vicidial:
        pacer = Vicidial(VicidialSettings(method=method, **changed))  # type: ignore[arg-type]  # floats alone
        staff(pacer, AgentStage.IDLE, *range(10))
        pacer.level = level
        return pacer

    def run(self, pacer: Vicidial, until_s: float, now: PacingSnapshot) -> None:
        for tick in range(int(until_s * 2) + 1):
            pacer.decide(tick / 2, now)

    def test_at_level_one_it_dials_one_to_one(self) -> None:
        pacer = self.at_level(1.0)
        staff(pacer, AgentStage.TALK, 0, 1, 2, 3)
        assert pacer.decide(0.0, seen(6, busy=4, ringing=2)).dial == 4

    def test_above_it_dials_for_those_who_talk(self) -> None:
        pacer = self.at_level(2.0)
        staff(pacer, AgentStage.TALK, 0, 1, 2, 3)
        assert pacer.decide(0.0, seen(0, busy=10)).dial == 4

    def test_the_available_only_tally_does_not(self) -> None:
        pacer = Vicidial(VicidialSettings(available_only=True))
        pacer.level = 2.0
        staff(pacer, AgentStage.TALK, 0, 1, 2, 3)
        assert pacer.decide(0.0, seen(0, busy=10)).dial == 0
        assert pacer.decide(0.5, seen(2, busy=8)).dial == 4

    def test_idle_agents_raise_the_level_and_waiting_contacts_lower_it(self) -> None:
        pacer = self.at_level(1.0)
        self.run(pacer, 15, seen(5))
        assert pacer.level == 1.5
        self.run(pacer, 14, seen(0, waiting=2))
        pacer.decide(30.0, seen(0, waiting=2))
        assert pacer.level == pytest.approx(1.2, abs=0.05)

    def test_the_level_stays_between_one_and_its_most(self) -> None:
        pacer = self.at_level(2.9)
        self.run(pacer, 15, seen(10))
        assert pacer.level == 3.0
        pacer = self.at_level(1.0)
        self.run(pacer, 15, seen(0, waiting=10))
        assert pacer.level == 1.0

    @pytest.mark.parametrize(("method", "level"), [(Method.HARD, 1.0), (Method.AVERAGE, 1.2), (Method.TAPERED, 1.918)])
    def test_over_the_limit_the_level_falls_by_the_method(self, method: Method, level: float) -> None:
        pacer = self.at_level(2.4, method)
        for number in range(60):
            call(pacer, number, 0.1 * number, Outcome.ABANDONED if number % 10 == 0 else Outcome.HANDLED)
        self.run(pacer, 59, seen(0))
        assert pacer.level == pytest.approx(2.4), "the figures are read each 60 s"
        pacer.decide(60.0, seen(0))
        assert pacer.level == pytest.approx(level, abs=0.001)

    def test_few_calls_of_the_day_are_no_figure(self) -> None:
        pacer = self.at_level(2.4)
        for number in range(10):
            call(pacer, number, 0.1 * number, Outcome.ABANDONED)
        self.run(pacer, 60, seen(0))
        assert pacer.level == pytest.approx(2.4)


@pytest.mark.parametrize(
    ("agents", "load", "lost"), [(1, 1.0, 0.5), (2, 1.0, 0.2), (5, 3.0, 0.1101), (10, 5.0, 0.0184)]
)
def test_erlang_b_as_in_its_tables(agents: int, load: float, lost: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(lost, abs=5e-5)
    assert largest_load(agents, erlang_b(agents, load)) == pytest.approx(load, abs=1e-4)


def test_erlang_dials_evenly_and_for_each_idle_agent() -> None:
    pacer = ErlangRate(0.03)
    staff(pacer, AgentStage.IDLE, *range(10))
    assert pacer.decide(0.0, seen(10)).dial == 10
    placed = [pacer.decide(tick / 2, seen(0, busy=10)).dial for tick in range(1, 201)]
    assert set(placed) <= {0, 1}
    assert 10 < sum(placed) < 20, "about 5.5 Erlang in conversations of 175 s at 25 %"


def test_the_renewal_rule_counts_who_will_soon_be_free() -> None:
    pacer = Renewal(0.03)
    staff(pacer, AgentStage.TALK, *range(40))
    staff(pacer, AgentStage.WRAP, *range(40), at=100.0)
    assert pacer.decide(115.0, seen(0, busy=40)).dial > 0
    assert pacer.decide(115.5, seen(0, busy=40, waiting=40)).dial == 0


def test_the_renewal_rule_gives_way_to_abandonment_but_never_below_progressive() -> None:
    pacer = Renewal(0.03)
    staff(pacer, AgentStage.TALK, *range(20))
    before = pacer.factor
    for number in range(20):
        call(pacer, number, 0.1 * number, Outcome.ABANDONED)
    assert pacer.decide(100.0, seen(3, busy=17)).dial >= 3
    assert pacer.factor < before


NOW = 200.0


class Told:
    """Calls with an even number will be answered in 6 s, agents are free in 6 s."""

    def answers_at(self, attempt: AttemptId) -> float | None:
        return NOW + 6.0 if int(attempt) % 2 == 0 else None

    def free_at(self, agent: str) -> float | None:
        return NOW + 6.0


def oracle(*, knows_agents: bool) -> Oracle:
    """With some answers behind it, so that there is a budget."""
    pacer = Oracle(Predictive(), 25.0, Told(), knows_agents=knows_agents)
    for number in range(200):
        call(pacer, number, 0.5 * number, Outcome.HANDLED)
        pacer.decide(0.5 * number, seen(0, busy=8))
    return pacer


def ring(pacer: Pacer, *numbers: int) -> None:
    for number in numbers:
        pacer.observe(Observation(Observed.DIALED, NOW, AttemptId(str(number))))


def test_an_oracle_does_not_count_calls_that_nobody_will_answer() -> None:
    answered, in_vain = oracle(knows_agents=False), oracle(knows_agents=False)
    ring(answered, 2, 4)
    ring(in_vain, 1, 3)
    for pacer in (answered, in_vain):
        staff(pacer, AgentStage.IDLE, 0, 1)
    assert answered.decide(NOW, seen(2, ringing=2)).dial == 0
    assert in_vain.decide(NOW, seen(2, ringing=2)).dial >= 2


def test_an_oracle_that_knows_agents_dials_for_those_who_will_be_free() -> None:
    blind, seeing = oracle(knows_agents=False), oracle(knows_agents=True)
    for pacer in (blind, seeing):
        staff(pacer, AgentStage.TALK, *range(8), at=NOW)
    assert seeing.decide(NOW, seen(0, busy=8)).dial > blind.decide(NOW, seen(0, busy=8)).dial


class TestNames:
    shift = rules.Shift(agents=10)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("ratio:1.5", Ratio),
            ("vicidial:hard", Vicidial),
            ("vicidial:tapered,most=5,difference=-0.1,available", Vicidial),
            ("erlang", ErlangRate),
            ("renewal", Renewal),
            ("oracle:both", Oracle),
        ],
    )
    def test_each_rule_has_its_name(self, name: str, kind: type[object]) -> None:
        assert isinstance(rules.pacer(name, self.shift, Told()), kind)

    @pytest.mark.parametrize(
        "name",
        ["", "nothing", "ratio", "ratio:many", "vicidial:", "vicidial:hard,cap=1", "predictive:now", "oracle:all"],
    )
    def test_others_are_told_with_those_that_there_are(self, name: str) -> None:
        with pytest.raises(rules.UnknownRule) as refused:
            rules.pacer(name, self.shift, Told())
        assert "renewal" in words_of(refused.value)

    def test_an_oracle_needs_somebody_to_ask(self) -> None:
        with pytest.raises(rules.UnknownRule):
            rules.pacer("oracle:answers", self.shift)
