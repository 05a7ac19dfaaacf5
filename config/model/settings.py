"""The whole configuration, and look-ups in it by name."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TypeVar

from pydantic import Field

from config.model.base import Section
from config.model.campaign import CampaignSettings
from config.model.people import BUILT_IN_REASONS, NotReadyReason, Team, User
from config.model.phone import AnyPhone, Phone
from config.model.server import Engine, Server
from config.model.trunk import Trunk
from dialer.vocabulary.errors import NotFound

N = TypeVar("N", Engine, Trunk, Team, User, CampaignSettings, AnyPhone)


class Settings(Section):
    """The whole configuration. References to other sections by name are checked by `consistency`."""

    server: Server = Server()
    """The node."""

    engines: tuple[Engine, ...] = Field(default=(Engine(),), min_length=1)
    """Engine slots. Left out: one."""

    trunks: tuple[Trunk, ...] = ()
    """Trunks."""

    phones: tuple[Phone, ...] = ()
    """Phones of the agents."""

    teams: tuple[Team, ...] = ()
    """Teams."""

    users: tuple[User, ...] = ()
    """Users that are put into the database if it does not have them."""

    not_ready_reasons: tuple[NotReadyReason, ...] = (
        NotReadyReason(code="break", label="Break"),
        NotReadyReason(code="lunch", label="Lunch"),
        NotReadyReason(code="training", label="Training"),
    )
    """Reasons for not being ready, in the order in which agents see them."""

    campaigns: tuple[CampaignSettings, ...] = ()
    """Campaigns."""

    def engine(self, name: str) -> Engine:
        """The engine slot of this name. Raises NotFound."""
        return _named("engine", self.engines, name)

    def trunk(self, name: str) -> Trunk:
        """The trunk of this name. Raises NotFound."""
        return _named("trunk", self.trunks, name)

    def phone(self, name: str) -> AnyPhone:
        """The phones of this name. Raises NotFound."""
        return _named("phone", self.phones, name)

    def team(self, name: str) -> Team:
        """The team of this name. Raises NotFound."""
        return _named("team", self.teams, name)

    def user(self, name: str) -> User:
        """The seeded user of this name. Raises NotFound."""
        return _named("user", self.users, name)

    def campaign(self, name: str) -> CampaignSettings:
        """The campaign of this name. Raises NotFound."""
        return _named("campaign", self.campaigns, name)

    def engine_socket(self, engine: Engine) -> str:
        """Path of the Unix socket of an engine slot."""
        return engine.socket or f"{self.server.data_directory}/{engine.name}.sock"

    def teams_of(self, agent: str, own: tuple[str, ...]) -> frozenset[str]:
        """Teams of an agent: those of the user (`own`) and those whose patterns have the agent's name."""
        by_pattern = {team.name for team in self.teams if any(fnmatchcase(agent, each) for each in team.agents)}
        return frozenset(own) | by_pattern

    @property
    def reasons(self) -> tuple[NotReadyReason, ...]:
        """All reasons for not being ready: the configured ones, then the built-in ones that were not replaced."""
        configured = {reason.code for reason in self.not_ready_reasons}
        return self.not_ready_reasons + tuple(each for each in BUILT_IN_REASONS if each.code not in configured)


def _named(kind: str, items: tuple[N, ...], name: str) -> N:
    for item in items:
        if item.name == name:
            return item
    raise NotFound(kind, name)
