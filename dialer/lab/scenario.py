"""The lab's configuration, made in code: one engine, one carrier, one team, one campaign."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from config.model import (
    AfterCall,
    AnyPhone,
    AsteriskPhone,
    AtLimit,
    Authentication,
    BrowserPhone,
    CallingList,
    CallingWindow,
    CampaignSettings,
    DataField,
    Disposition,
    Engine,
    Fields,
    Hours,
    Mode,
    Offer,
    Outcome,
    Predictive,
    Retry,
    Role,
    Server,
    Settings,
    StaticPhone,
    Team,
    Trunk,
    Unanswered,
    User,
    WhenUnanswered,
)
from dialer.callflow.call.audio import SOUNDS
from dialer.lab.asterisk_configuration import DIALER, AsteriskSettings
from dialer.lab.ports import LabPorts
from dialer.vocabulary.results import CallResult
from sip.lab.profile import Profile
from sip.lab.settings import LabSettings

CAMPAIGN = "demo"
TEAM = "demo-team"
LIST = "demo-contacts"
TRUNK = "carrier"
PHONES = "desks"
#: Phones of people, which are pages.
PAGES = "browsers"
FIRST_PHONE = 1001
VIA_DIRECT, VIA_ASTERISK, VIA_AUTO = "direct", "asterisk", "auto"
#: A number of the range that Ofcom reserves for drama.
CALLER_ID = "+442079460999"
#: Demo log-ins have this password; it is printed, and the node listens on the loopback address only.
DEMO_PASSWORD = "cornetta-demo"
#: A limit of after-call work that is never reached, seconds.
NO_LIMIT_S = 86_400.0
#: Call results with a retry, which is off in a run to the list's end.
RETRIED = tuple(CallResult)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One lab run. `headless` runs dial each record once. `via` is `direct`, or `asterisk`: then the trunk is a real
    Asterisk, at which the phones register and which reaches the contacts; with `auto` the start of a demo sees which.
    `database_url` is the node's database; empty: a SQLite file in the lab's directory. `minutes` is how long a headless
    run takes, 0 for one to the list's end. The first `people` agents are not simulated: people work for them at a
    desktop, which is also their phone where there is an Asterisk.
    Contacts live in `zone`, where the calling window closes at `closes_minute` of the day."""

    mode: Mode
    agents: int
    records: int
    seed: int
    profile: Profile
    headless: bool
    listen_port: int = 8080
    via: str = VIA_DIRECT
    database_url: str = ""
    minutes: float = 0.0
    people: int = 0
    zone: str = "UTC"
    closes_minute: int = 1440

    @property
    def via_asterisk(self) -> bool:
        return self.via == VIA_ASTERISK

    def agent_names(self) -> list[str]:
        return [f"agent{number}" for number in range(1, self.agents + 1)]

    def simulated(self) -> list[str]:
        """Agents whose work is simulated."""
        return self.agent_names()[self.people :]

    def extensions(self) -> tuple[str, ...]:
        """Users of the agents' phones."""
        return tuple(str(FIRST_PHONE + number) for number in range(self.agents))

    @property
    def browsers(self) -> int:
        """How many agents, from the first on, have the page as their phone: people, where there is an Asterisk."""
        return self.people if self.via_asterisk else 0


def _open_until(minute: int) -> CallingWindow:
    day = Hours(opens_minute=0, closes_minute=minute)
    return CallingWindow(monday=day, tuesday=day, wednesday=day, thursday=day, friday=day, saturday=day, sunday=day)


def _campaign(scenario: Scenario) -> CampaignSettings:
    once = {result: Retry(delay_s=0, max_attempts=1) for result in RETRIED}
    demo = {result: Retry(delay_s=60, max_attempts=3) for result in (CallResult.BUSY, CallResult.NO_ANSWER)}
    is_one_to_one = scenario.headless and not scenario.mode.predictive
    return CampaignSettings(
        name=CAMPAIGN,
        description="Simulated contacts at a simulated carrier",
        mode=scenario.mode,
        teams=(TEAM,),
        lists=(CallingList(name=LIST),),
        trunks=(TRUNK,),
        time_zone=scenario.zone,
        calling_window=_open_until(scenario.closes_minute),
        ring_timeout_s=scenario.profile.ring_out_s,
        retries=once if scenario.headless else demo,
        max_attempts=1 if scenario.headless else 6,
        offer=Offer(look_s=0 if scenario.headless else 3),
        # Simulated agents read no results, as a run measures dialing.
        unanswered=Unanswered() if scenario.people else Unanswered(desk=WhenUnanswered.CLOSE),
        fields=Fields(
            case=(DataField(key="product", label="Product"),),
            record=(DataField(key="town", label="Town"), DataField(key="remark", label="Remark", editable=True)),
            offer=(DataField(key="product", label="Product"),),
        ),
        outcome=Outcome(
            dispositions=(
                Disposition(code="sale", label="Sale"),
                Disposition(code="not_interested", label="Not interested"),
                Disposition(code="call_later", label="Call later"),
                Disposition(code="none", label="No outcome"),
            )
        ),
        after_call=_after_call(scenario),
        # In the other modes agents are rung before contacts, so no contact waits.
        waiting_message="" if is_one_to_one else str(SOUNDS / "waiting_message.wav"),
        predictive=Predictive(window_days=1, min_agents=1) if scenario.headless else Predictive(),
    )


def _after_call(scenario: Scenario) -> AfterCall:
    """After-call work, which in a run for a set time has no limit beside the agents' law."""
    limit_s = NO_LIMIT_S if scenario.minutes else AfterCall().limit_s
    return AfterCall(limit_s=limit_s, at_limit=AtLimit.DEFAULT_DISPOSITION, default_disposition="none")


def _users(scenario: Scenario) -> tuple[User, ...]:
    agents = [
        User(
            name=name,
            display_name=f"Agent {n}",
            password=SecretStr(DEMO_PASSWORD),
            phone=f"{1000 + n}@{PAGES if n <= scenario.browsers else PHONES}",
            teams=(TEAM,),
        )
        for n, name in enumerate(scenario.agent_names(), 1)
    ]
    others = [
        User(name="supervisor", display_name="Supervisor", role=Role.SUPERVISOR, password=SecretStr(DEMO_PASSWORD)),
        User(name="admin", display_name="Administrator", role=Role.ADMINISTRATOR, password=SecretStr(DEMO_PASSWORD)),
    ]
    return tuple(agents + others)


def trunk_port(scenario: Scenario, ports: LabPorts) -> int:
    """The port to which the node's INVITEs go."""
    return ports.asterisk if scenario.via_asterisk else ports.carrier


def _trunk(scenario: Scenario, ports: LabPorts) -> Trunk:
    credentials = Authentication(user=DIALER, password=SecretStr(DEMO_PASSWORD))
    return Trunk(
        name=TRUNK,
        host="127.0.0.1",
        port=trunk_port(scenario, ports),
        authentication=credentials if scenario.via_asterisk else None,
        caller_ids=(CALLER_ID,),
        max_legs=1000,
        max_calls_per_s=100,
    )


def _phones(scenario: Scenario, ports: LabPorts) -> tuple[AnyPhone, ...]:
    if not scenario.via_asterisk:
        return (StaticPhone(kind="static", name=PHONES, uri=f"sip:{{extension}}@127.0.0.1:{ports.phones}"),)
    desks = AsteriskPhone(kind="asterisk", name=PHONES, trunk=TRUNK)
    if not scenario.browsers:
        return (desks,)
    pages = BrowserPhone(
        kind="browser",
        name=PAGES,
        trunk=TRUNK,
        ws_url=asterisk_settings(scenario, ports).ws_url,
        password=SecretStr(DEMO_PASSWORD),
    )
    return (desks, pages)


def asterisk_settings(scenario: Scenario, ports: LabPorts) -> AsteriskSettings:
    """The Asterisk between the node and carrier and phones."""
    return AsteriskSettings(
        sip_port=ports.asterisk,
        rtp_port_low=ports.asterisk_rtp[0],
        rtp_port_high=ports.asterisk_rtp[1],
        carrier_port=ports.carrier,
        phones=scenario.extensions()[scenario.browsers :],
        browsers=scenario.extensions()[: scenario.browsers],
        http_port=ports.asterisk_http,
        phone_password=DEMO_PASSWORD,
        dialer_password=DEMO_PASSWORD,
        rtp_timeout_s=30,
    )


def node_settings(scenario: Scenario, ports: LabPorts, directory: Path) -> Settings:
    """The configuration of the node under trial."""
    return Settings(
        server=Server(
            node="lab",
            data_directory=str(directory),
            listen_port=scenario.listen_port,
            database_url=SecretStr(scenario.database_url) if scenario.database_url else None,
        ),
        engines=(
            Engine(
                sip_port_low=ports.engine_low,
                sip_port_high=ports.engine_high,
                rtp_port_low=ports.engine_rtp[0],
                rtp_port_high=ports.engine_rtp[1],
            ),
        ),
        trunks=(_trunk(scenario, ports),),
        phones=_phones(scenario, ports),
        teams=(Team(name=TEAM),),
        users=_users(scenario),
        campaigns=(_campaign(scenario),),
    )


def lab_settings(scenario: Scenario, ports: LabPorts) -> LabSettings:
    """The carrier and the phones on the other side."""
    return LabSettings(
        carrier_port=ports.carrier,
        phones_port=ports.phones,
        agents=scenario.agents - scenario.browsers,
        first_phone=FIRST_PHONE + scenario.browsers,
        seed=scenario.seed,
        profile=scenario.profile,
        measuring=scenario.headless,
        rtp_port_low=ports.lab_rtp[0],
        rtp_port_high=ports.lab_rtp[1],
        registrar=f"sip:127.0.0.1:{ports.asterisk}" if scenario.via_asterisk else "",
        phone_password=DEMO_PASSWORD if scenario.via_asterisk else "",
        capture_ports=(trunk_port(scenario, ports),) if scenario.headless else (),
    )
