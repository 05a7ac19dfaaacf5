"""Whether the sections of a configuration agree: names that exist, ports that are free, numbers that we own.

Each rule is a function of the settings; `RULES` has them all. The existence of names is checked by `names`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from config.model import (
    LEAST_PASSWORD_LENGTH,
    BrowserPhone,
    CampaignSettings,
    Recording,
    Role,
    SecretToCome,
    Settings,
    StaticPhone,
    split_reference,
)
from config.model.outcome import AtLimit
from config.problems import Path


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A value that disagrees with another. `path` is that of the settings; the reason holds the remedy."""

    path: Path
    reason: str


#: Longest path of a Unix socket (unix(7): 108 bytes with the final NUL).
MAX_SOCKET_BYTES = 107

Rule = Callable[[Settings], Iterable[Inconsistency]]


def inconsistencies(settings: Settings) -> list[Inconsistency]:
    """All disagreements, in the order of the rules."""
    return [found for rule in RULES for found in rule(settings)]


def _repeated(path: Path, words: Sequence[str], key: str, what: str) -> Iterator[Inconsistency]:
    """`key` is the repeated field of the items; empty where the item itself is the word."""
    seen: set[str] = set()
    for at, word in enumerate(words):
        if word in seen:
            yield Inconsistency((*path, at, *([key] if key else ())), f"{what} {word!r} is given twice; remove one")
        seen.add(word)


def _reasons_once(settings: Settings) -> Iterator[Inconsistency]:
    codes = [reason.code for reason in settings.not_ready_reasons]
    yield from _repeated(("not_ready_reasons",), codes, "code", "the code")


def _campaign_once(settings: Settings) -> Iterator[Inconsistency]:
    for at, campaign in enumerate(settings.campaigns):
        path: Path = ("campaigns", at)
        yield from _repeated((*path, "teams"), campaign.teams, "", "the team")
        yield from _repeated((*path, "trunks"), campaign.trunks, "", "the trunk")
        yield from _repeated((*path, "lists"), [each.name for each in campaign.lists], "name", "the list")
        outcome = campaign.outcome
        codes = [each.code for each in outcome.dispositions]
        yield from _repeated((*path, "outcome", "dispositions"), codes, "code", "the code")
        results = [each.call_result.value for each in outcome.call_results]
        yield from _repeated((*path, "outcome", "call_results"), results, "", "the call result")
        for view in ("case", "record", "offer"):
            keys = [each.key for each in getattr(campaign.fields, view)]
            yield from _repeated((*path, "fields", view), keys, "key", "the field")


def _caller_ids(settings: Settings) -> Iterator[Inconsistency]:
    owned = {trunk.name: set(trunk.caller_ids) for trunk in settings.trunks}
    for at, campaign in enumerate(settings.campaigns):
        if not campaign.caller_ids or not all(name in owned for name in campaign.trunks):
            continue  # a trunk that is unknown, or has mistakes, may own the number
        names = ", ".join(campaign.trunks)
        for position, number in enumerate(campaign.caller_ids):
            if not any(number in owned[name] for name in campaign.trunks):
                path = ("campaigns", at, "caller_ids", position)
                yield Inconsistency(
                    path, f"{number} is not owned by the trunk ({names}); add it to the trunk's caller_ids, if it is"
                )
        for position, name in enumerate(campaign.trunks):
            if owned[name].isdisjoint(campaign.caller_ids):
                path = ("campaigns", at, "trunks", position)
                yield Inconsistency(
                    path, f"trunk {name} owns none of the campaign's caller_ids; add one that it owns to the campaign"
                )


def _not_yet(settings: Settings) -> Iterator[Inconsistency]:
    """Refuse settings that are not implemented yet: a configured recording must not be missing."""
    for at, campaign in enumerate(settings.campaigns):
        if campaign.recording is not Recording.NEVER:
            reason = f"{campaign.recording} is not available yet; write never"
            yield Inconsistency(("campaigns", at, "recording"), reason)
        for name in ("dial_alternative", "dial_new_number"):
            if getattr(campaign.permissions, name):
                yield Inconsistency(("campaigns", at, "permissions", name), "is not available yet; remove it")


def _modes(settings: Settings) -> Iterator[Inconsistency]:
    for at, campaign in enumerate(settings.campaigns):
        offer = campaign.offer
        if campaign.accepts_automatically and campaign.mode.offers and offer.look_s >= offer.timeout_s:
            reason = "the offer expires before it is accepted; make look_s shorter than timeout_s"
            yield Inconsistency(("campaigns", at, "offer", "look_s"), reason)
        if campaign.predictive.shed_late_rings and campaign.predictive.least_ring_s >= campaign.ring_timeout_s:
            reason = "no call rings so long; make it shorter than ring_timeout_s"
            yield Inconsistency(("campaigns", at, "predictive", "least_ring_s"), reason)


def _outcomes(settings: Settings) -> Iterator[Inconsistency]:
    for at, campaign in enumerate(settings.campaigns):
        codes = {each.code for each in campaign.outcome.dispositions}
        after_call = campaign.after_call
        default = after_call.default_disposition
        if default is not None and default not in codes:
            path: Path = ("campaigns", at, "after_call", "default_disposition")
            yield Inconsistency(path, _no_code("disposition", default, codes))
        if any(each.do_not_call and each.code == default for each in campaign.outcome.dispositions):
            path = ("campaigns", at, "after_call", "default_disposition")
            reason = "would put numbers on the do-not-call list because nobody was in time; name another disposition"
            yield Inconsistency(path, reason)
        if campaign.outcome.disposition_mandatory and not codes:
            path = ("campaigns", at, "outcome", "disposition_mandatory")
            yield Inconsistency(path, "a disposition is mandatory, but there is none; add dispositions")
        if after_call.at_limit is AtLimit.DEFAULT_DISPOSITION and _asks_more(campaign):
            path = ("campaigns", at, "after_call", "at_limit")
            reason = "a default disposition cannot close what needs a note or mandatory fields; use not_ready"
            yield Inconsistency(path, reason)


def _no_code(kind: str, code: str, known: set[str]) -> str:
    close = get_close_matches(code, sorted(known), n=1)
    return f"there is no {kind} {code!r}; {f'did you mean {close[0]}?' if close else 'add it'}"


def _asks_more(campaign: CampaignSettings) -> bool:
    shown = (*campaign.fields.case, *campaign.fields.record)
    return campaign.outcome.note_mandatory or any(each.mandatory for each in shown)


def _phones_of_agents(settings: Settings) -> Iterator[Inconsistency]:
    for at, user in enumerate(settings.users):
        if user.phone is None and user.role is Role.AGENT:
            yield Inconsistency(("users", at), "the agent has no phone; add phone with the name of a phone")


def _passwords_of_browsers(settings: Settings) -> Iterator[Inconsistency]:
    """Each agent whose phone is the browser can register it."""
    phones = {phone.name: phone for phone in settings.phones if isinstance(phone, BrowserPhone)}
    for at, user in enumerate(settings.users):
        name, extension = split_reference(user.phone or "", user.name)
        if name not in phones:
            continue
        sip_user = phones[name].sip_user(user.name, extension)
        if phones[name].password_of(sip_user) is None:
            reason = f"phone {name} has no password for {sip_user}; add it to its passwords"
            yield Inconsistency(("users", at, "phone"), reason)


def _engine_ranges(settings: Settings) -> Iterator[Inconsistency]:
    accounts = len(settings.trunks) + sum(
        1 for phone in settings.phones if isinstance(phone, StaticPhone) and phone.trunk is None
    )
    for at, engine in enumerate(settings.engines):
        for name in ("sip_port", "rtp_port"):
            if getattr(engine, f"{name}_high") < getattr(engine, f"{name}_low"):
                path: Path = ("engines", at, f"{name}_high")
                yield Inconsistency(path, f"is below {name}_low; raise it")
        for name in ("rtp_port_low", "rtp_port_high"):
            if getattr(engine, name) % 2:
                yield Inconsistency(("engines", at, name), "is odd; RTP ports are even, choose the one below")
        if 0 <= engine.sip_port_high - engine.sip_port_low < accounts - 1:
            reason = f"has no port for each of the {accounts} trunks and phones; raise it"
            yield Inconsistency(("engines", at, "sip_port_high"), reason)


def _ports(settings: Settings) -> Iterator[Inconsistency]:
    """Port ranges that overlap on one address: SIP and RTP of all engines, and the API."""
    server = settings.server
    taken: list[tuple[str, int, int, str]] = [
        (server.listen_host, server.listen_port, server.listen_port, "server.listen_port")
    ]
    for at, engine in enumerate(settings.engines):
        for name, above in (("sip_port", 0), ("rtp_port", 1)):
            low, high = getattr(engine, f"{name}_low"), getattr(engine, f"{name}_high") + above
            for host, other_low, other_high, whose in taken:
                if low <= other_high and other_low <= high and _same_address(engine.address, host):
                    reason = f"ports {low} to {high} overlap {whose}; choose others"
                    yield Inconsistency(("engines", at, f"{name}_low"), reason)
            taken.append((engine.address, low, high, f"{name}_low..{name}_high of engine {engine.name}"))


def _sockets(settings: Settings) -> Iterator[Inconsistency]:
    sockets = [settings.engine_socket(engine) for engine in settings.engines]
    yield from _repeated(("engines",), sockets, "socket", "the socket")
    for at, socket in enumerate(sockets):
        if len(socket.encode()) > MAX_SOCKET_BYTES:
            reason = f"{socket} is longer than the {MAX_SOCKET_BYTES} bytes of a socket's path; choose a shorter one"
            yield Inconsistency(("engines", at, "socket"), reason)


def _peers_ports(settings: Settings) -> Iterator[Inconsistency]:
    """A trunk on this machine whose port lies where the engine takes its own."""
    for at, trunk in enumerate(settings.trunks):
        for engine in settings.engines:
            own = engine.sip_port_low <= trunk.sip_port <= engine.sip_port_high
            if own and _same_address(engine.address, trunk.host) and _is_loopback(trunk.host):
                reason = f"port {trunk.sip_port} is among the SIP ports of engine {engine.name}; move those"
                yield Inconsistency(("trunks", at, "port"), reason)


def _same_address(one: str, other: str) -> bool:
    one, other = one.strip("[]"), other.strip("[]")
    return one == other or any(address in ("0.0.0.0", "::") for address in (one, other))


def _reach(settings: Settings) -> Iterator[Inconsistency]:
    """An engine on the loopback address reaches only this machine."""
    for at, trunk in enumerate(settings.trunks):
        if _is_loopback(trunk.host):
            continue
        for engine in settings.engines:
            if _is_loopback(engine.address):
                reason = (
                    f"engine {engine.name} has the address {engine.address} and cannot reach it; "
                    "give the engine an address of this machine in that network"
                )
                yield Inconsistency(("trunks", at, "host"), reason)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _first_passwords(settings: Settings) -> Iterator[Inconsistency]:
    """First passwords are as long as `cornetta user add` requires."""
    for at, user in enumerate(settings.users):
        if user.password is None or isinstance(user.password, SecretToCome):
            continue
        length = len(user.password.get_secret_value())
        if length < LEAST_PASSWORD_LENGTH:
            reason = f"the password has {length} characters; take {LEAST_PASSWORD_LENGTH} or more"
            yield Inconsistency(("users", at, "password"), reason)


RULES: tuple[Rule, ...] = (
    _reasons_once,
    _campaign_once,
    _caller_ids,
    _modes,
    _not_yet,
    _outcomes,
    _phones_of_agents,
    _passwords_of_browsers,
    _first_passwords,
    _engine_ranges,
    _ports,
    _peers_ports,
    _sockets,
    _reach,
)
