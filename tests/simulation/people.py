"""Agents and a supervisor who use all commands of their desktops at random moments."""

from __future__ import annotations

from collections.abc import Callable

from dialer.agents.agent import AgentState
from dialer.callflow.call.commands import SendDigits
from dialer.callflow.call.hold import Hold, Mute, Resume
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.dial.offers import AcceptOffer, CancelRecord, DialRecord, RejectOffer
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, ExtendAfterCall, SetOutcome
from dialer.interactions.interaction import InteractionState
from dialer.interactions.party import PartyState
from dialer.vocabulary import commands as c
from dialer.vocabulary import events
from dialer.vocabulary.ids import AgentName, CampaignName
from dialer.vocabulary.results import CallResult
from dialer.world.world import World
from tests.simulation.centre import Centre

MODES = ("PROGRESSIVE", "PROGRESSIVE_ASM", "PREDICTIVE", "PREDICTIVE_ASM", "PUSH_PREVIEW", "PREVIEW")


class People:
    """Drives `centre` until `until`; after that all people only finish their work and go home."""

    def __init__(self, centre: Centre, agents: list[AgentName], campaigns: list[CampaignName], until: float) -> None:
        self._centre = centre
        self._agents = agents
        self._campaigns = campaigns
        self._until = until
        for name in agents:
            centre.later(1.0, lambda name=name: self._act(name))  # type: ignore[misc]  # mypy cannot infer lambdas with defaults
        centre.later(0.2, self._supervise)

    @property
    def _closing(self) -> bool:
        return self._centre.now >= self._until

    # ------------------------------------------------------------------ agents

    def _act(self, name: AgentName) -> None:
        random = self._centre.random
        self._centre.later(random.choice((0.05, 0.5, 2.0, 5.0)), lambda: self._act(name))
        world = self._centre.world
        agent = world.agents.get(name)
        if agent is None or not world.restored:
            return
        choices = self._idle(world, name) if agent.interaction is None else self._at_work(world, name)
        if choices:
            self._centre.ask(random.choice(choices))

    def _idle(self, world: World, name: AgentName) -> list[c.Command]:
        agent = world.agents[name]
        random = self._centre.random
        if self._closing:
            return [c.LogOut(name)]
        notices = [each for each in world.notices.values() if each.agent == name]
        if notices and random.random() < 0.7:
            return [c.AcknowledgeNotice(name, notices[0].id)]
        if agent.state is AgentState.LOGGED_OUT:
            return [c.LogIn(name)]
        if agent.state is AgentState.NOT_READY:
            return [c.GoReady(name)]
        choices: list[c.Command] = [c.GetRecord(name, campaign) for campaign in self._campaigns]
        if random.random() < 0.02:
            choices += [c.GoNotReady(name, "break"), c.LogOut(name)]
        return choices

    def _at_work(self, world: World, name: AgentName) -> list[c.Command]:
        agent = world.agents[name]
        id_ = agent.interaction
        assert id_ is not None
        interaction = world.interactions[id_]
        party = interaction.owner
        if party is None or self._centre.random.random() < 0.5:
            return []
        rare: list[c.Command] = [c.GoNotReady(name, "lunch"), c.GoReady(name), c.LogOut(name), EndCall(name, id_)]
        if self._centre.random.random() < 0.1:
            return [*rare, SetOutcome(name, id_, do_not_call=True)]
        if interaction.state is InteractionState.PREVIEW and party.state is PartyState.OFFERED:
            if party.offer is None:
                return [DialRecord(name, id_), DialRecord(name, id_), CancelRecord(name, id_)]
            return [
                AcceptOffer(name, id_, party.offer),
                AcceptOffer(name, id_, party.offer),
                RejectOffer(name, id_, party.offer),
            ]
        if interaction.state is InteractionState.CONNECTED:
            return [
                *(Hold(name, id_), Resume(name, id_), Resume(name, id_)),
                *(Mute(name, id_, True), Mute(name, id_, False)),
                *(SendDigits(name, id_, "12#"), EndCall(name, id_)),
            ]
        if interaction.state is InteractionState.CLEARED:
            return self._wrap_up(name)
        return []

    def _wrap_up(self, name: AgentName) -> list[c.Command]:
        id_ = self._centre.world.agents[name].interaction
        assert id_ is not None
        done: list[c.Command] = [Done(name, id_), Done(name, id_, "not_ready"), Done(name, id_, "ready")]
        if self._closing:
            return [SetOutcome(name, id_, disposition="sale"), *done]
        return [
            *done,
            CallAgain(name, id_),
            ExtendAfterCall(name, id_),
            SetOutcome(name, id_, disposition="sale"),
            SetOutcome(name, id_, result=CallResult.WRONG_PARTY),
        ]

    # ------------------------------------------------------------------ the supervisor, and failures

    def _supervise(self) -> None:
        centre = self._centre
        random = centre.random
        centre.later(random.uniform(0.2, 6), self._supervise)
        campaign = random.choice(self._campaigns)
        if not centre.world.restored:
            return
        if self._closing:
            for each in self._campaigns:
                centre.ask(c.StopCampaign(each, "sue"))
            return
        for each in self._campaigns:
            centre.ask(c.LoadCampaign(each, "sue"))
            centre.ask(c.StartCampaign(each, "sue"))
        if random.random() < 0.46:
            fates = self._fates(campaign)
            random.choices([what for what, _ in fates], [weight for _, weight in fates])[0]()

    def _fates(self, campaign: CampaignName) -> list[tuple[Callable[[], object], int]]:
        """The events, with their frequencies."""
        centre, random = self._centre, self._centre.random
        return [
            (lambda: centre.ask(c.StopCampaign(campaign, "sue")), 8),
            (lambda: self._unload(campaign), 3),
            (lambda: centre.ask(c.ChangeMode(campaign, random.choice(MODES), "sue")), 7),
            (lambda: centre.drop_socket(random.uniform(0.1, 5)), 4),
            (lambda: centre.crash_engine(random.uniform(0.5, 3)), 3),
            (centre.start, 3),
            (lambda: centre.break_store(random.uniform(0.1, 4)), 4),
            (lambda: self._bar(random.choice((None, campaign))), 4),
            (self._close, 4),
            (self._reassign, 4),
            (lambda: centre.post(events.DesktopDisconnected(random.choice(self._agents))), 4),
            (lambda: centre.post(events.DesktopConnected(random.choice(self._agents))), 4),
            (lambda: centre.post(events.ConfigurationApplied(2, centre.settings)), 2),
        ]

    def _unload(self, campaign: CampaignName) -> None:
        self._centre.ask(c.StopCampaign(campaign, "sue"))
        self._centre.ask(c.UnloadCampaign(campaign, "sue", force=self._centre.random.random() < 0.5))

    def _close(self) -> None:
        open_ = list(self._centre.world.interactions)
        if open_:
            id_ = self._centre.random.choice(open_)
            self._centre.ask(c.CloseInteraction(id_, "sue", "to be closed", self._centre.random.choice((None, "sale"))))

    def _reassign(self) -> None:
        open_ = list(self._centre.world.interactions)
        if open_:
            id_, taker = self._centre.random.choice(open_), self._centre.random.choice(self._agents)
            self._centre.ask(c.ReassignInteraction(id_, taker, "sue", "to be given away"))

    def _bar(self, campaign: CampaignName | None) -> None:
        number = self._centre.random.choice(list(self._centre.tables.numbers))
        self._centre.ask(c.BarNumbers((number,), campaign, "sue"))
