"""Reasons against commands of supervisors, and messages to agents about actions of supervisors."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class CampaignIs(Reason, frozen=True, tag="campaign_state"):
    """The state of the campaign does not allow the command."""

    campaign: str
    state: str
    asked: str


class UnknownMode(Reason, frozen=True, tag="unknown_mode"):
    mode: str
    modes: tuple[str, ...]


class ManualAccept(Reason, frozen=True, tag="manual_accept"):
    campaign: str
    mode: str


class StopFirst(Reason, frozen=True, tag="stop_first"):
    campaign: str
    was: str
    mode: str


class CallUnderWay(Reason, frozen=True, tag="call_in_progress.reassign"):
    state: str


class BarredForGood(Reason, frozen=True, tag="do_not_call.reassign"):
    pass


class NotInCampaign(Reason, frozen=True, tag="not_in_campaign"):
    agent: str
    name: str
    campaign: str


class AgentOccupied(Reason, frozen=True, tag="agent_occupied"):
    agent: str
    name: str
    state: str


class AgentNotReady(Reason, frozen=True, tag="agent_not_ready"):
    agent: str
    name: str
    state: str


class TakenBySupervisor(Reason, frozen=True, tag="closed_by_supervisor"):
    """`why` is the supervisor's text."""

    why: str


class CampaignStopped(Reason, frozen=True, tag="campaign_stopped"):
    campaign: str


class CampaignUnloaded(Reason, frozen=True, tag="campaign_unloaded"):
    campaign: str


class ModeChanges(Reason, frozen=True, tag="mode_changed"):
    campaign: str
    mode: str
