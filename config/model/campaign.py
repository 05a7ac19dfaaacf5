"""Campaigns: which lists, in which mode, by which teams, through which trunks, and under which rules."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from config.model.base import (
    CallerId,
    FilePath,
    Name,
    PositiveSeconds,
    Priority,
    Region,
    Seconds,
    Section,
    Weight,
    in_lower_case,
    in_upper_case,
)
from config.model.calling_window import CallingWindow
from config.model.desktop import Fields, Permissions
from config.model.outcome import USUAL_RETRIES, AfterCall, Outcome, Result, Retry, Unanswered
from config.model.time_of_day import TimeOfDay
from dialer.vocabulary.number_type import NumberType
from dialer.vocabulary.results import CallResult


class Mode(StrEnum):
    """Modes: how records reach agents, and which leg is first."""

    PREVIEW = "PREVIEW"
    PUSH_PREVIEW = "PUSH_PREVIEW"
    PROGRESSIVE = "PROGRESSIVE"
    PREDICTIVE = "PREDICTIVE"
    PROGRESSIVE_ASM = "PROGRESSIVE_ASM"
    PREDICTIVE_ASM = "PREDICTIVE_ASM"

    @property
    def asm(self) -> bool:
        """Whether agents are engaged before contacts are dialed."""
        return self in (Mode.PROGRESSIVE_ASM, Mode.PREDICTIVE_ASM)

    @property
    def predictive(self) -> bool:
        """Whether contacts are dialed before an agent is free."""
        return self in (Mode.PREDICTIVE, Mode.PREDICTIVE_ASM)

    @property
    def offers(self) -> bool:
        """Whether agents are offered records before they are dialed."""
        return self in (Mode.PUSH_PREVIEW, Mode.PROGRESSIVE)


class Accept(StrEnum):
    """Who accepts an offer."""

    AUTOMATIC = "automatic"
    AGENT = "agent"


class Join(StrEnum):
    """Whether an agent's OK to the notice of a campaign is needed."""

    NOTICE = "notice"
    REQUIRED = "required"


class OnStop(StrEnum):
    """What becomes of legs that ring when a campaign stops."""

    CANCEL = "cancel"
    LEAVE = "leave"


class Recording(StrEnum):
    """Which conversations are recorded."""

    NEVER = "never"
    ON_DEMAND = "on_demand"
    ALWAYS = "always"


class CallingList(Section):
    """A calling list of a campaign. Its records are imported into the database."""

    name: Name
    """Name under which it was imported."""

    weight: Weight = 1
    """Share of this list among those of the campaign."""


def _calling_list(value: object) -> object:
    """Accept a bare name for a list of weight 1."""
    return {"name": value} if isinstance(value, str) else value


ListEntry = Annotated[CallingList, BeforeValidator(_calling_list, json_schema_input_type=str | CallingList)]


class Offer(Section):
    """How records are offered in modes PUSH_PREVIEW and PROGRESSIVE."""

    accept: Annotated[Accept, in_lower_case(Accept)] | None = None
    """automatic: accepted by itself after `look_s`; agent: by a click. Left out: automatic in PROGRESSIVE only."""

    look_s: Seconds = 3
    """How long an agent sees the record before it is accepted automatically; 0 is at once."""

    timeout_s: PositiveSeconds = 30
    """How long an offer waits for a click before the record goes back to the top of the list."""

    reject_cool_down_s: Seconds = 300
    """How long an agent is not offered again a record that was rejected or not answered."""

    expiries_to_not_ready: int = Field(default=2, ge=1, le=100)
    """After this many expired offers in a row the agent is not ready."""


class Preview(Section):
    """How agents look at records in mode PREVIEW."""

    limit_s: PositiveSeconds | None = None
    """A record that is not dialed for this long goes back to the top of the list; left out: there is no limit."""


class Engaged(Section):
    """The standing leg of agents in ASM modes, and the rescue of any agent's leg that is lost."""

    pause_keep_s: Seconds = 900
    """An agent who is not ready for longer loses the engaged leg; shorter pauses keep it."""

    ring_timeout_s: PositiveSeconds = 20
    """How long the phone rings to engage the agent."""

    beep: bool = True
    """Play a beep to the agent when a contact is joined."""

    reconnect_s: PositiveSeconds = 30
    """How long an agent whose leg was lost is rung again while the contact hears comfort audio."""


class Predictive(Section):
    """Pacing of the predictive modes."""

    abandonment_limit_percent: float = Field(default=3, gt=0, le=5)
    """Most live answers without an agent in time, in percent of the live answers."""

    connect_limit_s: Annotated[float, Field(gt=0, le=10)] = 2
    """A live answer that has no agent after this time is abandoned."""

    window_days: int = Field(default=30, ge=1, le=30)
    """Days over which abandonment is counted."""

    min_agents: int = Field(default=2, ge=1, le=1000)
    """With fewer agents the campaign paces as in progressive mode."""

    shift_ends: TimeOfDay | None = None
    """When the teams go home, as 17:30, if that is before the calling window closes. What a day may abandon is planned
    to this time, and from then on agents have one call each. Left out: they stay until the window closes."""

    shift_zone: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_+/-]{1,64}$")
    """IANA zone of `shift_ends`: where the teams are. Left out: the campaign's `time_zone`."""

    shed_late_rings: bool = False
    """Give up calls that have rung longer than `least_ring_s` when no agent would be left for their answer. It costs
    attempts; not liked by every regulator and carrier."""

    least_ring_s: Annotated[float, Field(ge=15, le=120)] = 15
    """A contact's phone rings at least so long before a call is given up; the law asks for 15 s or 4 rings."""


class CampaignSettings(Section):
    """A campaign."""

    name: Name
    """Name of the campaign."""

    description: str = Field(default="", max_length=500)
    """Description for agents."""

    mode: Annotated[Mode, in_upper_case(Mode)]
    """PREVIEW, PUSH_PREVIEW, PROGRESSIVE, PROGRESSIVE_ASM, PREDICTIVE or PREDICTIVE_ASM."""

    teams: tuple[Name, ...] = Field(min_length=1)
    """Teams whose agents work for it."""

    priority: Priority = 1
    """For agents of several running campaigns: lower is served first."""

    weight: Weight = 1
    """Share among campaigns of the same priority."""

    lists: tuple[
        Annotated[CallingList, BeforeValidator(_calling_list, json_schema_input_type=str | CallingList)], ...
    ] = Field(min_length=1)
    """Calling lists: names, or name and weight."""

    trunks: tuple[Name, ...] = Field(min_length=1)
    """Trunks by which it dials."""

    caller_ids: tuple[CallerId, ...] = ()
    """Numbers shown to contacts, in turn. Left out: that of the trunk."""

    region: Region | None = None
    """Country of numbers that are not in international form, ISO code; for lists that `cornetta list import` makes
    without `--region`."""

    allow_number_types: tuple[Annotated[NumberType, in_lower_case(NumberType)], ...] = ()
    """Types of numbers that are refused at import and dialing unless they stand here: premium_rate, shared_cost,
    personal, satellite, pager, voicemail. Emergency numbers are never dialed."""

    time_zone: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_+/-]{1,64}$")
    """IANA zone of records without one; for lists that `cornetta list import` makes without `--zone`."""

    calling_window: CallingWindow = CallingWindow()
    """When contacts may be dialed."""

    ring_timeout_s: PositiveSeconds = 30
    """How long a contact's phone rings, at least 15 s."""

    extension_after_s: Seconds = 2
    """How long after a contact's exchange has answered the extension of a record is sent as digits."""

    phone_ring_timeout_s: PositiveSeconds = 20
    """How long an agent's phone rings for a call, outside ASM."""

    join: Annotated[Join, in_lower_case(Join)] = Join.NOTICE
    """notice: the agent's OK acknowledges; required: no contacts before OK."""

    offer: Offer = Offer()
    """How records are offered."""

    preview: Preview = Preview()
    """How records are looked at."""

    engaged: Engaged = Engaged()
    """Standing legs of agents in ASM modes, and lost legs of all."""

    predictive: Predictive = Predictive()
    """Pacing of the predictive modes."""

    max_attempts: int = Field(default=6, ge=1, le=100)
    """Most attempts of one record, whatever their results."""

    retry_share_percent: int = Field(default=100, ge=0, le=100)
    """Percentage of retries among the dialed records, as long as both retries and records that were never dialed are
    due; 100: due retries first; 0: records that were never dialed first."""

    retries: Mapping[Result, Retry] = {}
    """Treatment by call result. Those left out are treated as usual; max_attempts 1 switches one off."""

    fields: Fields = Fields()
    """What desktops show of a record."""

    outcome: Outcome = Outcome()
    """Call results and dispositions offered to agents, and which are mandatory."""

    permissions: Permissions = Permissions()
    """What agents may do."""

    after_call: AfterCall = AfterCall()
    """After-call work."""

    unanswered: Unanswered = Unanswered()
    """What the desk shows of contacts who do not answer, and for how long."""

    on_stop_ringing: Annotated[OnStop, in_lower_case(OnStop)] = OnStop.CANCEL
    """When the campaign stops, legs that ring: cancel, or leave."""

    hold_music: FilePath = ""
    """WAV file (16 bit mono) that contacts on hold hear. Empty: comfort noise."""

    contact_wait_s: Seconds = 10
    """How long a contact who answered waits for an agent before the waiting message, then the end."""

    waiting_message: FilePath = ""
    """WAV file (16 bit mono) for contacts for whom no agent is left. Empty: none."""

    recording: Annotated[Recording, in_lower_case(Recording)] = Recording.NEVER
    """Which conversations are recorded: never, on_demand or always."""

    @property
    def accepts_automatically(self) -> bool:
        """Whether offers accept themselves after the look time."""
        if self.offer.accept is None:
            return self.mode is Mode.PROGRESSIVE
        return self.offer.accept is Accept.AUTOMATIC

    def retry(self, result: CallResult) -> Retry | None:
        """Treatment of a call result; None when its records are finished."""
        return self.retries.get(result) or USUAL_RETRIES.get(result)

    @field_validator("allow_number_types")
    @classmethod
    def _no_emergencies(cls, value: tuple[NumberType, ...]) -> tuple[NumberType, ...]:
        if NumberType.EMERGENCY in value:
            raise ValueError("emergency numbers are never dialed; remove emergency")
        return value

    @field_validator("ring_timeout_s")
    @classmethod
    def _rings_long_enough(cls, value: float) -> float:
        if value < 15:
            raise ValueError("is shorter than the 15 s that the law wants a contact's phone to ring; raise it")
        return value

    @field_validator("offer")
    @classmethod
    def _accept_needs_offers(cls, value: Offer, info: ValidationInfo) -> Offer:
        mode: Mode | None = info.data.get("mode")
        if mode is not None and value.accept is Accept.AGENT and not mode.offers:
            raise ValueError(f"accept: agent has no meaning in {mode}, which offers no records; remove it")
        return value

    @field_validator("predictive")
    @classmethod
    def _shift_ends_somewhere(cls, value: Predictive, info: ValidationInfo) -> Predictive:
        zone = value.shift_zone or info.data.get("time_zone")
        if value.shift_ends is not None and zone is None and "time_zone" in info.data:
            raise ValueError("shift_ends is a time of day of no zone; add shift_zone, as in Europe/London")
        return value

    @field_validator("contact_wait_s")
    @classmethod
    def _waits_as_long_as_counted(cls, value: float, info: ValidationInfo) -> float:
        """A contact who waits less than the time of the law would be abandoned needlessly."""
        mode: Mode | None = info.data.get("mode")
        predictive: Predictive | None = info.data.get("predictive")
        if mode is None or predictive is None or not mode.predictive or value >= predictive.connect_limit_s:
            return value
        raise ValueError(
            f"is shorter than predictive.connect_limit_s ({predictive.connect_limit_s:g} s): contacts would be given "
            "up, and count as abandoned, before their time is over; make it as long at least"
        )
