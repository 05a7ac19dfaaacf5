"""The settings of a simulated centre: the plan, and the configuration that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from config.model import (
    AfterCall,
    CallingList,
    CallingWindow,
    CampaignSettings,
    Engine,
    Fields,
    Hours,
    Join,
    Mode,
    Offer,
    Outcome,
    Predictive,
    ProbeKind,
    Settings,
    StaticPhone,
    Team,
    Trunk,
)
from dialer.compliance.wall_clock import local_time
from dialer.compliance.window import is_open, next_opening
from dialer.pacing.rule_check import problem_of
from dialer.pacing.rules import is_one_to_one
from dialer.ports import User
from dialer.simulation.profile import DRIFT, Profile
from dialer.vocabulary.errors import ConfigurationError
from dialer.words import say

MOST_AGENTS = 1000
MOST_HOURS = 24.0
MINUTES_PER_HOUR = 60
#: The first of these days on which the campaign may dial is the day of the shift: Monday 19 January 2026, 0:00 UTC.
EARLIEST_UTC = 1_768_780_800.0
ZONE = "Europe/London"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TEAM = "agents"
LIST = "contacts"
CAMPAIGN = "simulated"
TRUNK = "trunk"
#: Of one trunk.
MOST_LEGS, MOST_CALLS_PER_S = 10_000, 1000.0
#: A contact without an agent for this long after the answer is abandoned (PACE-8h).
PATIENCE_S = 2.0


@dataclass(slots=True, frozen=True)
class Plan:
    """The plan of a simulation. `answer_rate` and `abandonment_limit` are shares (0.25, 0.03); `records` is the length
    of the calling list, None for one without end; `campaign` lends its rules: how long it rings, how long a contact
    waits, the limit, the hours."""

    agents: int
    answer_rate: float
    rule: str = "predictive"
    hours: float = 8.0
    profile: Profile = DRIFT
    abandonment_limit: float | None = None
    campaign: CampaignSettings | None = None
    trunk: Trunk | None = None
    records: int | None = None

    @property
    def limit(self) -> float:
        """Most abandoned, as a share of the live answers."""
        if self.abandonment_limit is not None:
            return self.abandonment_limit
        rules = self.campaign.predictive if self.campaign is not None else Predictive()
        return rules.abandonment_limit_percent / 100

    @property
    def length_s(self) -> float:
        return self.hours * 3600

    def check(self) -> None:
        """Raises ConfigurationError with path and reason for each impossible setting."""
        problems = [f"{path}: {reason}" for path, reason in self._problems()]
        if problems:
            raise ConfigurationError(tuple(problems))

    def _problems(self) -> list[tuple[str, str]]:
        found = []
        if not 1 <= self.agents <= MOST_AGENTS:
            found.append(("agents", f"{self.agents} is out of range; write 1 to {MOST_AGENTS}"))
        if not 0 < self.answer_rate <= 1:
            found.append(("answer_rate", f"{self.answer_rate:g} is no share of calls; write more than 0, at most 1"))
        if not 0 < self.hours <= MOST_HOURS:
            found.append(("hours", f"{self.hours:g} is out of range; write more than 0, at most {MOST_HOURS:g}"))
        elif self.hours > self.profile.hours:
            reason = f"the profile ends at hour {self.profile.hours:g}, the shift at {self.hours:g}; add a piece"
            found.append(("profile.answer", reason))
        if not 0 < self.limit <= 0.05:
            found.append(
                ("abandonment_limit", f"{self.limit * 100:g} percent is out of range; write more than 0, at most 5")
            )
        if self.records is not None and self.records < 1:
            found.append(("records", f"{self.records} records cannot be dialed; write 1 or more"))
        unfit = problem_of(self.rule)
        if unfit is not None:
            found.append(("rule", say(unfit)))
        if self.campaign is not None and 0 < self.hours <= MOST_HOURS:
            found.extend(self._problems_of_campaign(self.campaign))
        return found

    def _problems_of_campaign(self, campaign: CampaignSettings) -> list[tuple[str, str]]:
        if campaign.mode in (Mode.PREVIEW, Mode.PUSH_PREVIEW):
            reason = f"{campaign.mode} dials when agents say so; choose a progressive or a predictive mode"
            return [("campaign.mode", reason)]
        zone = zone_of(self)
        if local_time(zone, EARLIEST_UTC) is None:
            return [("campaign.time_zone", f"{zone} is no time zone; write one as Europe/London")]
        open_s = _open_s(campaign.calling_window, zone, begins_utc(self), self.length_s)
        if open_s < self.length_s:
            return [("hours", f"{self.hours:g}: the calling window closes after {open_s / 3600:g} h; write as many")]
        return []


def campaign_of(plan: Plan) -> CampaignSettings:
    """The campaign to run: the plan's own without the settings for desktops, or that of PACE-8h."""
    given = plan.campaign or _of_the_benchmark(plan)
    one_to_one = is_one_to_one(plan.rule)
    if given.mode.asm:
        mode = Mode.PROGRESSIVE_ASM if one_to_one else Mode.PREDICTIVE_ASM
    else:
        mode = Mode.PROGRESSIVE if one_to_one else Mode.PREDICTIVE
    percent = plan.limit * 100
    window = given.calling_window if plan.campaign is None else _closing_with(plan, given.calling_window)
    return given.model_copy(
        update={
            "name": CAMPAIGN,
            "mode": mode,
            "teams": (TEAM,),
            "lists": (CallingList(name=LIST),),
            "trunks": (TRUNK,),
            "caller_ids": (),
            "join": Join.NOTICE,
            "offer": Offer(look_s=given.offer.look_s),
            "outcome": Outcome(),
            "fields": Fields(),
            "calling_window": window,
            "predictive": given.predictive.model_copy(update={"abandonment_limit_percent": percent}),
        }
    )


def open_for(hours: float) -> CallingWindow:
    """A window that opens at midnight, every day, for these hours."""
    of_day = Hours(opens_minute=0, closes_minute=min(1440, ceil(hours * MINUTES_PER_HOUR) + 1))
    return CallingWindow.model_validate(dict.fromkeys(DAYS, of_day))


def _closing_with(plan: Plan, window: CallingWindow) -> CallingWindow:
    """The campaign's window, closed at the end of the shift at the latest, as a shift stands for a whole day. With
    hours to come the pacing would count on their answers to make up for abandoned contacts."""
    begins = local_time(zone_of(plan), begins_utc(plan))
    hours = None if begins is None else window.hours(begins.weekday())
    if begins is None or hours is None:
        return window
    end_minute = begins.hour * MINUTES_PER_HOUR + begins.minute + ceil(plan.hours * MINUTES_PER_HOUR)
    today = Hours(opens_minute=hours.opens_minute, closes_minute=min(hours.closes_minute, end_minute))
    return window.model_copy(update={DAYS[begins.weekday()]: today})


def _of_the_benchmark(plan: Plan) -> CampaignSettings:
    return CampaignSettings(
        name=CAMPAIGN,
        mode=Mode.PREDICTIVE_ASM,
        teams=(TEAM,),
        lists=(CallingList(name=LIST),),
        trunks=(TRUNK,),
        calling_window=open_for(plan.hours),
        ring_timeout_s=plan.profile.laws.ring_out_s,
        contact_wait_s=PATIENCE_S,
        max_attempts=1,
        after_call=AfterCall(limit_s=86_400),
        predictive=Predictive(window_days=1, min_agents=1),
    )


def predictive_of(plan: Plan) -> Predictive:
    """The settings of the shipped rule: the campaign's own, or those of PACE-8h; it sheds late rings where the campaign
    or the rule's name (`predictive:shed`) says so."""
    benchmark = Predictive(abandonment_limit_percent=plan.limit * 100)
    own = benchmark if plan.campaign is None else campaign_of(plan).predictive
    return own.model_copy(update={"shed_late_rings": own.shed_late_rings or plan.rule.endswith(":shed")})


def settings_of(plan: Plan) -> Settings:
    """One engine, one trunk, agents with phones that answer by themselves."""
    given = plan.trunk
    trunk = Trunk(
        name=TRUNK,
        host="carrier.example.net",
        caller_ids=("+442079460000",),
        probe=ProbeKind.NONE,
        max_legs=given.max_legs if given else MOST_LEGS,
        max_calls_per_s=given.max_calls_per_s if given else MOST_CALLS_PER_S,
        nothing_heard_s=given.nothing_heard_s if given else 4,
    )
    return Settings(
        engines=(Engine(name="engine-1"),),
        trunks=(trunk,),
        phones=(StaticPhone(kind="static", name="desk", uri="sip:{extension}@phones.example.net"),),
        teams=(Team(name=TEAM),),
        campaigns=(campaign_of(plan),),
    )


def users_of(plan: Plan) -> list[User]:
    """The agents."""
    names = [f"agent-{number:04d}" for number in range(1, plan.agents + 1)]
    return [User(name, name, "agent", "", f"{n}@desk", (TEAM,)) for n, name in enumerate(names, 1001)]


def zone_of(plan: Plan) -> str:
    """Time zone of all contacts."""
    return (plan.campaign.time_zone if plan.campaign else None) or ZONE


def begins_utc(plan: Plan) -> float:
    """When the first day's calling window opens, in epoch seconds."""
    window = (plan.campaign or _of_the_benchmark(plan)).calling_window
    opening = next_opening(window, (zone_of(plan),), EARLIEST_UTC)
    return EARLIEST_UTC if opening is None else opening


def _open_s(window: CallingWindow, zone: str, begins: float, most_s: float) -> float:
    """Seconds from `begins` (epoch seconds) until the window closes, to the minute, at most `most_s`."""
    open_s = 0.0
    while open_s < most_s and is_open(window, zone, begins + open_s):
        open_s += 60.0
    return min(open_s, most_s)
