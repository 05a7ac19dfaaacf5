"""`cornetta simulate` at a shell: every mistake is answered with place, reason and remedy, before a simulation runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.model import CallingList, CallingWindow, CampaignSettings, Hours, Mode, Predictive, Trunk
from dialer.cli.app import app
from dialer.pacing import Decision, PacingSnapshot
from dialer.simulation.figures import figures_of, together
from dialer.simulation.files import campaign_in
from dialer.simulation.profile import FLAT, Piece
from dialer.simulation.setting import Plan, campaign_of, predictive_of
from dialer.simulation.shift import SimulatedShift, TimedPacer

SHORT = ("--agents", "2", "--answer-rate", "25%", "--hours", "0.05")
CAMPAIGN = "name: spring\nmode: {mode}\nteams: [sales]\nlists: [a]\ntrunks: [main]\n"


def _simulate(*arguments: str) -> int:
    return int(app(["simulate", *SHORT, *arguments], standalone_mode=False) or 0)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("ratio:0", "rule: lines 0 is out of range; write 1 to 100"),
        ("ratio:-1", "rule: lines -1 is out of range"),
        ("ratio:nan", "rule: lines nan is out of range"),
        ("ratio:inf", "rule: lines inf is out of range"),
        ("ratio:1e9", "rule: lines 1e+09 is out of range"),
        ("ratio:", "rule: There is no pacing rule 'ratio:' ('' is no number of lines; write ratio:2). There are: "),
        ("ratio:two", "rule: There is no pacing rule 'ratio:two' ('two' is no number of lines; write ratio:2)."),
        ("vicidial:hard,most=nan", "rule: most nan is out of range; write 1 to 100"),
        ("vicidial:tapered,most=0", "rule: most 0 is out of range"),
        ("vicidial:tapered,difference=-2,available", "rule: difference -2 is out of range; write -1 to 1"),
        (
            "vicidial:fast",
            "rule: There is no pacing rule 'vicidial:fast' ('fast' is no method; write vicidial:hard, "
            "vicidial:average, vicidial:tapered). There are: ",
        ),
        ("vicidial:", "rule: There is no pacing rule 'vicidial:' ('' is no method; write vicidial:hard"),
        (
            "vicidial:hard,most=x",
            "rule: There is no pacing rule 'vicidial:hard,most=x' (most 'x' is no number; write most=3)",
        ),
        (
            "vicidial:hard,most",
            "rule: There is no pacing rule 'vicidial:hard,most' (most '' is no number; write most=3)",
        ),
        ("vicidial:hard,most=1=2", "rule: There is no pacing rule 'vicidial:hard,most=1=2' (most '1=2' is no number;"),
        ("vicidial:hard,far=1", "rule: There is no pacing rule 'vicidial:hard,far=1' (far is none of its settings)"),
        (
            "vicidial:hard,available=3",
            "rule: There is no pacing rule 'vicidial:hard,available=3' ('available=3' has a value and available takes "
            "none; write available, or leave it out). There are: ",
        ),
        (
            "vicidial:hard,most=2,available=",
            "rule: There is no pacing rule 'vicidial:hard,most=2,available=' ('available=' has a value",
        ),
        ("vicidial:hard,most=x,most=3", "rule: There is no pacing rule 'vicidial:hard,most=x,most=3' (most 'x' is no"),
        ("progressive:fast", "rule: progressive has no setting 'fast'; write progressive"),
        ("progressive:", "rule: progressive has no setting ''"),
        ("renewal:3", "rule: renewal has no setting '3'"),
        ("erlang:2", "rule: erlang has no setting '2'"),
        (
            "oracle:all",
            "rule: There is no pacing rule 'oracle:all' ('all' is nothing that an oracle knows; write oracle:",
        ),
        ("predictive:fast", "rule: There is no pacing rule 'predictive:fast' (fast is none of its settings)"),
        ("", "rule: There is no pacing rule ''"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    rule: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "shift.png"
    assert _simulate("--rule", rule, "--plot", str(picture)) == 2
    told = capsys.readouterr()
    assert told.err.startswith(words)
    assert told.out == ""
    assert not picture.exists()


@pytest.mark.parametrize(
    "rule",
    ["ratio:1", "ratio:2.5", "vicidial:hard", "vicidial:hard,most=5,difference=-0.1,available", "oracle:both"],
)
def test_a_rule_that_makes_sense_is_not(rule: str) -> None:
    Plan(2, 0.25, rule).check()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (
            "answer:\n  - {begin_h: 0, end_h: 4, begin: 1}\n  - {begin_h: 3, end_h: 8, begin: 1}\n",
            ":3: answer[2].begin_h: ",
            "3 overlaps: the piece before ends at 4; write 4",
        ),
        (
            "answer:\n  - {begin_h: 1, end_h: 8, begin: 1}\n",
            ":2: answer[1].begin_h: ",
            "1 leaves a hole: the shift begins at 0; write 0",
        ),
        (
            "answer:\n  - {begin_h: 0, end_h: 8, begin: 1}\nabroad:\n  percent: 10\n  answer:\n"
            "    - {begin_h: 2, end_h: 8, begin: 1}\n",
            ":6: abroad.answer[1].begin_h: ",
            "2 leaves a hole",
        ),
        ("answer:\n  - {begin_h: 0, end_h: 8, begin: -1}\n", ":2: answer[1].begin: ", "'-1' is out of range"),
        ("answer:\n  - {begin_h: 0, end_h: 8, begin: .nan}\n", ":2: answer[1].begin: ", "'.nan' is no number"),
        ("answer: 5\n", ":1: answer: ", "'5' is no list"),
        ("anwser: []\n", ":1: anwser: ", "did you mean answer?"),
    ],
)
def test_a_profile_is_refused_at_the_line_of_the_mistake(
    text: str, place: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "day.yaml"
    file.write_text(text)
    assert _simulate("--profile", str(file)) == 2
    told = capsys.readouterr().err
    assert f"{file}{place}{words}" in told or (f"{file}{place}" in told and words in told)
    assert "is empty" not in told, "a list with a wrong item is not empty"


def test_a_swing_is_a_part_of_the_level_and_never_below_nothing() -> None:
    piece = Piece(begin_h=0, end_h=4, begin=0.2, swing=0.9)
    factors = [piece.factor(minute / 60) for minute in range(240)]
    assert min(factors) == pytest.approx(0.02, rel=0.01)
    assert max(factors) == pytest.approx(0.38, rel=0.01)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("/nowhere/shift.png", "plot: /nowhere/shift.png cannot be written (No such file or directory); name a file"),
        ("/tmp", "plot: '/tmp' is no name of a picture; write a name that ends in .png"),
        ("shift.yaml", "plot: 'shift.yaml' is no name of a picture"),
    ],
)
def test_a_picture_that_cannot_be_is_refused_before_the_run(
    file: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _simulate("--plot", file) == 2
    assert capsys.readouterr().err.startswith(words)


@pytest.mark.parametrize("typed", ["101", "0", "0%", "100.5%", "-3%", "nan", "inf"])
def test_an_answer_rate_that_is_no_share_is_told_as_it_was_typed(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _simulate(f"--answer-rate={typed}") == 2
    words = f"answer_rate: {typed} is no share of calls; write more than 0%, at most 100%\n"
    assert capsys.readouterr().err == words


def test_one_is_no_answer_rate(capsys: pytest.CaptureFixture[str]) -> None:
    assert _simulate("--answer-rate", "1") == 2
    assert capsys.readouterr().err == "answer_rate: 1 is every call or one in a hundred; write 100% or 1%\n"


def test_figures_that_cannot_be_told_are_no_traceback() -> None:
    command = [sys.executable, "-m", "dialer.cli", "simulate", *SHORT, "--rule", "progressive", "--json"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("stdout cannot be written: No space left on device; make room")
    assert "Traceback" not in done.stderr


# ------------------------------------------------------------------ a campaign


def _spring(mode: Mode = Mode.PREDICTIVE, **more: object) -> CampaignSettings:
    return CampaignSettings.model_validate(
        {"name": "spring", "mode": mode, "teams": ("sales",), "lists": (CallingList(name="a"),), "trunks": ("main",)}
        | more
    )


def test_without_a_rule_the_campaign_is_tried_in_its_own_mode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "campaign.yaml"
    for mode, rule in (("PROGRESSIVE", "progressive"), ("PREDICTIVE_ASM", "predictive")):
        file.write_text(CAMPAIGN.format(mode=mode))
        assert _simulate("--campaign", str(file)) == 0
        assert f"rule:                {rule}\n" in capsys.readouterr().out


def test_a_shift_that_outlasts_the_calling_window_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(CAMPAIGN.format(mode="PREDICTIVE") + "calling_window: {monday: 09:00-09:30}\n")
    assert _simulate("--campaign", str(file), "--hours", "1") == 2
    assert capsys.readouterr().err == "hours: 1: the calling window closes after 0.5 h; write as many\n"
    Plan(2, 0.25, hours=0.5, campaign=_spring(calling_window=CallingWindow())).check()


def test_a_campaign_of_no_time_zone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(CAMPAIGN.format(mode="PREDICTIVE") + "time_zone: Mars/Phobos\n")
    assert _simulate("--campaign", str(file)) == 2
    assert capsys.readouterr().err.startswith("campaign.time_zone: Mars/Phobos is no time zone; write one as Europe/")


def test_the_hours_of_a_day_without_an_end_are_enough() -> None:
    window = CallingWindow.model_validate(
        dict.fromkeys(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
            Hours(opens_minute=0, closes_minute=1440),
        )
    )
    Plan(2, 0.25, hours=24, campaign=_spring(calling_window=window)).check()


def test_a_campaign_dials_over_all_of_its_trunks_that_the_file_has(tmp_path: Path) -> None:
    """As the node, which takes the next trunk where one is full."""
    trunk = "  - {{name: {}, host: {}.example.net, caller_ids: ['+442079460000'], max_legs: {}, max_calls_per_s: {}}}\n"
    file = tmp_path / "campaign.yaml"

    def tried(campaign_trunks: str, *trunks: tuple[str, int, float]) -> tuple[int, float] | None:
        rows = "".join(trunk.format(name, name, legs, rate) for name, legs, rate in trunks)
        campaign = (
            f"campaigns:\n  - {{name: spring, mode: PREDICTIVE, teams: [sales], lists: [a], {campaign_trunks}}}\n"
        )
        file.write_text(campaign + (f"trunks:\n{rows}" if rows else ""))
        _, found = campaign_in(file)
        return None if found is None else (found.max_legs, found.max_calls_per_s)

    main, spare, other = ("main", 20, 2.5), ("spare", 8, 1.0), ("other", 99, 9.0)
    assert tried("trunks: [main, spare]", spare, main, other) == (28, 3.5)
    assert tried("trunks: [main, spare]", other, main) == (20, 2.5)
    assert tried("trunks: [main, spare]", other) is None
    assert tried("trunks: [main, spare]") is None
    assert tried("trunks: [main, spare]", ("main", 9000, 600), ("spare", 9000, 600)) == (10_000, 1000.0)


def test_the_window_of_a_tried_campaign_closes_with_the_shift() -> None:
    """Otherwise the pacing would count on answers of hours outside the simulation, and end the shift over its limit."""
    own = CallingWindow(monday=Hours(opens_minute=540, closes_minute=570))
    late = CallingWindow()
    assert campaign_of(Plan(2, 0.25, hours=0.5, campaign=_spring(calling_window=own))).calling_window == own
    for hours, closes_minute in ((0.05, 543), (1.5, 630), (0.0123, 541)):
        tried = campaign_of(Plan(2, 0.25, hours=hours, campaign=_spring(calling_window=late))).calling_window
        monday = Hours(opens_minute=late.monday.opens_minute, closes_minute=closes_minute) if late.monday else None
        assert tried == late.model_copy(update={"monday": monday})


def test_the_pacing_is_told_how_long_the_shift_still_goes() -> None:
    told: list[float] = []

    class Told(TimedPacer):
        def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
            if snapshot.seconds_left is not None:
                told.append(snapshot.seconds_left)
            return super().decide(now, snapshot)

    class ToldShift(SimulatedShift):
        def rule(self, settings: CampaignSettings) -> Told:
            return Told(super().rule(settings))

    ToldShift(Plan(2, 0.25, "predictive", 0.05, FLAT, campaign=_spring()), 1).run()
    assert 170 < told[0] <= 180
    assert told[-1] < 2


def test_the_campaign_keeps_its_settings_where_late_rings_are_shed() -> None:
    strict = Predictive(connect_limit_s=1, least_ring_s=20)
    plan = Plan(2, 0.25, "predictive:shed", abandonment_limit=0.02, campaign=_spring(predictive=strict))
    more = {"shed_late_rings": True, "abandonment_limit_percent": 2.0}
    assert predictive_of(plan) == strict.model_copy(update=more)
    assert not predictive_of(Plan(2, 0.25)).shed_late_rings


# ------------------------------------------------------------------ figures that are not the rule's


class Broken(TimedPacer):
    """A rule with a defect."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        raise ZeroDivisionError("division by zero")


class BrokenShift(SimulatedShift):
    """A shift by that rule."""

    def rule(self, settings: CampaignSettings) -> Broken:
        return Broken(super().rule(settings))


def test_a_rule_that_fails_is_told_with_the_figures() -> None:
    shift = BrokenShift(Plan(2, 0.25, "predictive", 0.05, FLAT), 1)
    shift.run()
    figures = together([figures_of(shift, 1)], "predictive")
    assert "the rule failed" in figures.fallback
    assert "division by zero" in figures.fallback


def test_a_team_that_is_too_small_for_the_rule_is_told_with_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(CAMPAIGN.format(mode="PREDICTIVE") + "predictive: {min_agents: 10}\n")
    assert _simulate("--campaign", str(file)) == 0
    assert "fewer were there than predictive.min_agents (10)" in capsys.readouterr().out
    assert _simulate("--campaign", str(file), "--rule", "progressive") == 0
    assert "but:" not in capsys.readouterr().out


def test_a_shift_of_seconds_is_not_blamed_on_a_team_whose_phones_still_ring() -> None:
    shift = SimulatedShift(Plan(3, 0.25, "predictive", 0.001, FLAT), 1)
    shift.run()
    assert shift.fallback == ""
    alone = SimulatedShift(Plan(3, 0.25, "predictive", 0.001, FLAT, campaign=_small_team()), 1)
    alone.run()
    assert alone.fallback.startswith("in 100% of the decisions agents had one call each: fewer were there than")


def _small_team() -> CampaignSettings:
    return _spring(Mode.PREDICTIVE_ASM, predictive=Predictive(min_agents=4))


@pytest.mark.parametrize(
    ("max_legs", "max_calls_per_s", "words"),
    [
        (5, 10, "the trunk was full (max_legs 5)"),
        (30, 0.05, "the trunk took no more calls (max_calls_per_s 0.05)"),
        (30, 10, ""),
        (30, 1, ""),
    ],
)
@pytest.mark.parametrize("rule", ["progressive", "predictive"])
def test_a_trunk_that_holds_the_dialing_back_is_told_with_the_figures(
    rule: str, max_legs: int, max_calls_per_s: float, words: str
) -> None:
    trunk = Trunk(name="main", host="carrier.example.net", max_legs=max_legs, max_calls_per_s=max_calls_per_s)
    shift = SimulatedShift(Plan(5, 0.25, rule, 0.2, FLAT, campaign=_spring(), trunk=trunk), 1)
    shift.run()
    told = together([figures_of(shift, 1)], rule).held_back
    assert told.endswith(words)
    assert bool(told) == bool(words), told


def test_figures_that_there_are_none_of_are_not_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten seconds of idle agents give no wait for a contact, and three calls without an answer give no calls per
    answer."""
    alone = ("--agents=3", "--answer-rate=25", "--hours=0.001", "--json")
    assert app(["simulate", *alone], standalone_mode=False) in (0, None)
    told = json.loads(capsys.readouterr().out)
    assert (told["wait_s"], told["dials_per_answer"], told["seeds"][0]["wait_s"]) == (None, None, None)
    assert app(["simulate", *alone[:3]], standalone_mode=False) in (0, None)
    out = capsys.readouterr().out
    assert "wait for a contact:  none\n" in out
    assert "dials per answer:    none\n" in out


def test_seeds_in_which_nobody_talked_do_not_count_in_the_wait() -> None:
    shifts = [SimulatedShift(Plan(3, 0.25, "progressive", hours, FLAT), 1) for hours in (0.001, 0.2)]
    for shift in shifts:
        shift.run()
    short, long = (figures_of(shift, 1) for shift in shifts)
    assert long.wait_s is not None
    assert together([short, long], "progressive").wait_s == long.wait_s
