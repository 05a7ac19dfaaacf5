"""A whole centre with failures of all kinds: the engine is lost, the store fails, the node is killed. All of it comes
from one seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from config.model import Settings
from dialer.compliance.window import is_open
from dialer.ports import Feed, Moment, NewRecord, User
from dialer.simulation.agenda import Agenda
from dialer.simulation.engine import SimulatedEngine
from dialer.simulation.node import SimulatedNode, run_now
from dialer.vocabulary import telephony as t
from dialer.vocabulary.ids import CampaignName, EngineId, ListName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.writes import CommitReport, Write
from tests.event_rows import check
from tests.simulation.telephone_world import ChaoticPeople, TelephoneWorld


class Centre(SimulatedNode):
    """`settings`, `users` and `rows` make the world; `seed` all its events."""

    def __init__(self, settings: Settings, users: list[User], rows: list[NewRecord], seed: int, utc: float) -> None:
        self.random = Random(seed)
        self._seed = seed
        super().__init__(settings, users, utc, Agenda())
        run_now(self.store.lists.add_list(ListName("contacts"), "Europe/London", "GB", utc))
        run_now(self.store.lists.add_records(ListName("contacts"), rows, utc))
        self.start()

    def make_engine(self, name: EngineId) -> SimulatedEngine:
        engine = self.telephones = TelephoneWorld(name, self.agenda, self.engine_says, Random(f"{self._seed}/engine"))
        engine.people = ChaoticPeople(engine)
        engine.check_dial = self._check_dial
        return engine

    def make_feed(self) -> Feed:
        return self

    def publish(self, event: Publish) -> None:
        """Check an event against its row."""
        check(self.world, event, Moment(self.agenda.now, self.utc))

    @property
    def now(self) -> float:
        return self.agenda.now

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self.agenda.later(seconds, what)

    def commit_after_s(self) -> float:
        return self.random.choice((0.0, 0.0, 0.002, 0.01, 0.05))

    def committed(self, writes: list[Write], report: CommitReport) -> None:
        for refusal in report.refusals:
            assert refusal.rule in ("do_not_call", "claim_lost", "abandoned", "unknown_notice"), refusal

    # ------------------------------------------------------------------ forbidden events

    def _check_dial(self, dial: t.Dial) -> None:
        """No number is dialed without a committed attempt, outside the window, while barred, or without an agent in the
        rest after an abandoned call."""
        assert dial.leg not in self.engine.lines, f"{dial.leg} dialed twice"
        assert dial.call_id not in self.telephones.dialed, f"{dial.call_id} is dialed twice"
        if dial.role is not t.LegRole.CONTACT:
            return
        attempt, n = self.tables.dials[dial.call_id]
        begun = self.tables.attempts[attempt].begun
        assert [each.call_id for each in self.tables.attempts[attempt].dials][n] == dial.call_id
        assert attempt not in self.telephones.over, f"{attempt} goes on after its contact was reached, or lost with us"
        assert self.tables.attempts[attempt].settled is None, f"{attempt} goes on after its result"
        assert begun.record is not None
        row = self.tables.records[begun.record]
        campaign = self.settings.campaign(begun.campaign)
        assert is_open(campaign.calling_window, row.source.zone, begun.at), f"dialed outside the window: {begun}"
        for of in ("", CampaignName(begun.campaign)):
            barred = self.tables.barred.get((begun.number, of))
            assert barred is None or barred.at >= begun.at, f"dialed against do not call: {begun}"
        if begun.abandoned_since is not None:
            resting = begun.abandoned_since < self.tables.abandoned.get(begun.number, 0.0) < begun.at
            assert not resting, f"dialed ahead of agents after somebody was abandoned: {begun}"
