"""Valid hosts, and their form in URIs."""

from __future__ import annotations

import pytest

from config.model import Engine, Server, StaticPhone, Trunk
from dialer.trunks.accounts import configure
from dialer.trunks.number import identity, request_uri
from sip.engine.uris import host_of, port_of
from tests.unit.callflow.house import campaign, settings


@pytest.mark.parametrize(
    ("host", "in_uri", "address"),
    [
        ("sip.example.com", "sip.example.com", "sip.example.com"),
        ("sip.example.com.", "sip.example.com", "sip.example.com"),
        ("sip", "sip", "sip"),
        ("_sip._udp.example.com", "_sip._udp.example.com", "_sip._udp.example.com"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("192.0.2.10", "192.0.2.10", "192.0.2.10"),
        ("10.example", "10.example", "10.example"),
        ("::1", "[::1]", "::1"),
        ("[::1]", "[::1]", "::1"),
        ("2001:DB8::0010", "[2001:db8::10]", "2001:db8::10"),
        ("[2001:db8::10]", "[2001:db8::10]", "2001:db8::10"),
        ("::ffff:192.0.2.10", "[::ffff:c000:20a]", "::ffff:c000:20a"),
    ],
)
def test_hosts_stand_in_uris_as_they_must(host: str, in_uri: str, address: str) -> None:
    trunk = Trunk(name="a", host=host, peers=(host,), from_domain=host)
    uri = request_uri("+442079460001", trunk)
    assert uri == f"sip:+442079460001@{in_uri};transport=udp"
    assert (host_of(uri), port_of(uri)) == (address, 0)
    uri = request_uri("+442079460001", trunk.model_copy(update={"port": 5070}))
    assert uri == f"sip:+442079460001@{in_uri}:5070;transport=udp"
    assert (host_of(uri), port_of(uri)) == (address, 5070)
    assert identity("+442079460100", trunk) == f"<sip:+442079460100@{in_uri}>"
    assert trunk.peers == (address,)
    assert Server(listen_host=host).local_url == f"http://{in_uri}:8080"


def test_an_account_of_phones_has_a_host_in_brackets() -> None:
    phone = StaticPhone(kind="static", name="desks", uri="sip:{extension}@[2001:db8::5]:5062;transport=tcp")
    made = settings(campaign()).model_copy(update={"phones": (phone,), "engines": (Engine(address="[2001:db8::1]"),)})
    (account,) = [each for each in configure(made, made.engines[0]).accounts if "desks" in each.id]
    assert (account.identity, account.bind_address) == ("<sip:cornetta@[2001:db8::1]>", "2001:db8::1")
