"""The model: defaults, look-ups, addresses of phones, and that every key has a description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr, ValidationError

from config.model import (
    USUAL_RETRIES,
    AsteriskPhone,
    BrowserPhone,
    CampaignSettings,
    Engine,
    Mode,
    NotReadyReason,
    Retry,
    Section,
    Server,
    Settings,
    StaticPhone,
    Team,
    Trunk,
    address,
    split_reference,
)
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import Transport

PBX = Trunk(name="pbx", host="192.0.2.20", caller_ids=("+442079460100", "+442079460101"))


def sections(kind: type[Section] = Section) -> Iterator[type[Section]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("config.model"):
            yield each
        yield from sections(each)


def campaign(**values: object) -> CampaignSettings:
    return CampaignSettings.model_validate(
        {"name": "x", "mode": "PROGRESSIVE", "teams": ["t"], "lists": ["l"], "trunks": ["p"], **values}
    )


def test_every_field_has_a_description_and_every_duration_a_unit() -> None:
    for section in sections():
        for name, about in section.model_fields.items():
            assert about.description, f"{section.__name__}.{name}"
            assert about.description.endswith("."), f"{section.__name__}.{name}"
            assert not name.endswith(("timeout", "delay", "interval", "limit")) or name == "at_limit", name


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        setattr(Settings(), "trunks", ())  # noqa: B010  (mypy refuses the plain assignment, as it should)


def test_what_is_looked_up_and_missing_is_named() -> None:
    with pytest.raises(NotFound, match="There is no trunk 'nobody'"):
        Settings(trunks=(PBX,)).trunk("nobody")


def test_who_accepts_follows_the_mode() -> None:
    assert campaign().accepts_automatically
    assert not campaign(mode="PUSH_PREVIEW").accepts_automatically
    assert campaign(mode="PUSH_PREVIEW", offer={"accept": "automatic"}).accepts_automatically
    assert not campaign(offer={"accept": "agent"}).accepts_automatically


@pytest.mark.parametrize("mode", [Mode.PREVIEW, Mode.PREDICTIVE, Mode.PROGRESSIVE_ASM, Mode.PREDICTIVE_ASM])
def test_agents_accept_only_what_is_offered(mode: Mode) -> None:
    with pytest.raises(ValidationError, match="accept: agent has no meaning"):
        campaign(mode=mode, offer={"accept": "agent"})


def test_retries_of_a_campaign_stand_before_the_usual_ones() -> None:
    own = campaign(retries={"busy": Retry(delay_s=1)})
    assert own.retry(CallResult.BUSY) == Retry(delay_s=1)
    assert own.retry(CallResult.NO_ANSWER) == USUAL_RETRIES[CallResult.NO_ANSWER]
    assert own.retry(CallResult.ANSWER) is None


def test_ports_and_caller_ids_have_defaults() -> None:
    assert PBX.sip_port == 5060
    assert PBX.model_copy(update={"transport": Transport.TLS}).sip_port == 5061
    assert PBX.shown_caller_id == "+442079460100"
    assert Trunk(name="bare", host="localhost").shown_caller_id == ""


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("desks", ("desks", "alice")), ("101@desks", ("desks", "101")), ("a@b", ("b", "a"))],
)
def test_a_reference_names_phone_and_extension(reference: str, expected: tuple[str, str]) -> None:
    assert split_reference(reference, "alice") == expected


def test_addresses_of_phones() -> None:
    desks = AsteriskPhone(kind="asterisk", name="desks", trunk="pbx")
    assert address(desks, PBX, "alice", "101") == "sip:101@192.0.2.20;transport=udp"
    direct = StaticPhone(kind="static", name="direct", uri="sip:{agent}-{extension}@192.0.2.30")
    assert address(direct, None, "alice", "*7+") == "sip:alice-*7+@192.0.2.30"
    with pytest.raises(ValueError, match="cannot be part of a SIP address"):
        address(direct, None, "alice", "1@evil.example")
    with pytest.raises(ValueError, match="which is not configured"):
        address(desks, None, "alice", "101")


def test_a_phone_in_the_page_is_rung_at_the_asterisk_and_has_the_password_of_its_user() -> None:
    pages = BrowserPhone(
        kind="browser",
        name="pages",
        trunk="pbx",
        ws_url="ws://192.0.2.20:8088/ws",
        passwords={"201": SecretStr("of 201")},
    )
    assert address(pages, PBX, "alice", "201") == "sip:201@192.0.2.20;transport=udp"
    word = pages.password_of(pages.sip_user("alice", "201"))
    assert word is not None
    assert word.get_secret_value() == "of 201"
    assert pages.password_of("202") is None
    shared = pages.model_copy(update={"password": SecretStr("of all")}).password_of("202")
    assert shared is not None
    assert shared.get_secret_value() == "of all"


def test_teams_of_an_agent_are_named_or_fit_a_pattern() -> None:
    settings = Settings(teams=(Team(name="a", agents=("sales-*",)), Team(name="b"), Team(name="c", agents=("bob",))))
    assert settings.teams_of("sales-7", ("b",)) == {"a", "b"}
    assert settings.teams_of("bob", ()) == {"c"}


def test_built_in_reasons_may_be_named_anew() -> None:
    reasons = Settings(not_ready_reasons=(NotReadyReason(code="no_response", label="Asleep?"),)).reasons
    assert [each.label for each in reasons if each.code == "no_response"] == ["Asleep?"]
    assert {"phone_lost", "after_call_overrun"} <= {each.code for each in reasons}


def test_addresses_of_the_server() -> None:
    assert Server().url == "http://127.0.0.1:8080"
    assert Server(listen_host="::1").url == "http://[::1]:8080"
    assert Server(public_url="https://dialer.example.net/").url == "https://dialer.example.net"
    settings = Settings(server=Server(data_directory="/d"))
    assert settings.engine_socket(Engine(name="e")) == "/d/e.sock"
    assert settings.engine_socket(Engine(socket="/s")) == "/s"
