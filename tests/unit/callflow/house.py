"""Settings, records and times for tests of the call flow."""

from __future__ import annotations

from typing import Any

from config.model import CampaignSettings, Disposition, Engine, Mode, Outcome, Settings, StaticPhone, Team, Trunk
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, ListName, RecordId, TrunkName
from dialer.vocabulary.results import RecordType

#: Thursday 22 January 2026, noon in London, in UTC epoch seconds.
NOON = 1_769_083_200.0
LONDON = "Europe/London"

ENGINE = EngineId("engine-1")
SPRING = CampaignName("spring")
ADA = AgentName("ada")
BOB = AgentName("bob")
MAIN = TrunkName("main")
SPARE = TrunkName("spare")


def trunk(name: str = MAIN, **more: Any) -> Trunk:
    """A trunk that owns one number and is not probed, so that it may be dialed at once."""
    usual: dict[str, Any] = {
        "name": name,
        "host": f"{name}.example.net",
        "caller_ids": ("+442079460000",),
        "probe": "none",
        "max_calls_per_s": 1000,
    }
    return Trunk(**{**usual, **more})


def campaign(mode: Mode = Mode.PROGRESSIVE, **more: Any) -> CampaignSettings:
    """A campaign of one team over one trunk."""
    usual: dict[str, Any] = {
        "name": SPRING,
        "mode": mode,
        "teams": ("sales",),
        "lists": ("contacts",),
        "trunks": (MAIN,),
        # Other tests go on with the next contact at once.
        "unanswered": {"desk": "close"},
        "outcome": Outcome(
            dispositions=(Disposition(code="sale", label="Sale"), Disposition(code="no", label="Not interested"))
        ),
    }
    return CampaignSettings(**{**usual, **more})


def settings(*campaigns: CampaignSettings, trunks: tuple[Trunk, ...] = (), **more: Any) -> Settings:
    usual: dict[str, Any] = {
        "engines": (Engine(name=ENGINE),),
        "trunks": trunks or (trunk(),),
        "phones": (StaticPhone(kind="static", name="desk", uri="sip:{extension}@127.0.0.1:5062"),),
        "teams": (Team(name="sales"), Team(name="service")),
        "campaigns": campaigns or (campaign(),),
    }
    return Settings(**{**usual, **more})


def record(n: int, **more: Any) -> ClaimedRecord:
    usual: dict[str, Any] = {
        "record": RecordId(n),
        "fence": 1,
        "list": ListName("contacts"),
        "number": f"+44207946{n:04d}",
        "contact": f"Contact {n}",
        "zone": LONDON,
        "type": RecordType.GENERAL,
        "attempts": 0,
        "data": {},
    }
    return ClaimedRecord(**{**usual, **more})
