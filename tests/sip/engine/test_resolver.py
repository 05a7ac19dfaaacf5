"""Names and URIs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from sip.engine.resolver import Resolver, host_of, is_literal, port_of, with_host


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("uri", "host", "port", "replaced"),
    [
        ("sip:+12025550123@carrier.example", "carrier.example", 0, "sip:+12025550123@192.0.2.7"),
        ("sip:a@carrier.example:5070;user=phone", "carrier.example", 5070, "sip:a@192.0.2.7:5070;user=phone"),
        ("sips:carrier.example?x=1", "carrier.example", 0, "sips:192.0.2.7?x=1"),
        ("sip:a:secret@[2001:db8::1]:5060", "2001:db8::1", 5060, "sip:a:secret@192.0.2.7:5060"),
    ],
)
def test_a_uri_is_taken_apart(uri: str, host: str, port: int, replaced: str) -> None:
    assert host_of(uri) == host
    assert port_of(uri) == port
    assert with_host(uri, "192.0.2.7") == replaced


def test_what_is_no_sip_uri() -> None:
    assert host_of("tel:+12025550123") == ""
    assert with_host("tel:+12025550123", "192.0.2.7") == "tel:+12025550123"
    assert with_host("sip:a@b.example", "2001:db8::1") == "sip:a@[2001:db8::1]"


def test_literals_are_not_asked_for() -> None:
    assert is_literal("192.0.2.1")
    assert is_literal("2001:db8::1")
    assert not is_literal("carrier.example")


def test_an_answer_comes_on_another_thread_and_then_from_the_cache(resolver: Resolver) -> None:
    answers: list[tuple[str, int]] = []
    came = threading.Event()

    def done(address: str) -> None:
        answers.append((address, threading.get_ident()))
        came.set()

    resolver.resolve("localhost", done)
    assert came.wait(10.0)
    assert answers[0][0] == "127.0.0.1"
    assert answers[0][1] != threading.get_ident()
    resolver.resolve("localhost", done)
    assert answers[1] == ("127.0.0.1", threading.get_ident())


def test_a_name_that_nobody_has(resolver: Resolver) -> None:
    answers: list[str] = []
    came = threading.Event()

    def done(address: str) -> None:
        answers.append(address)
        came.set()

    resolver.resolve("nowhere.invalid", done)
    assert came.wait(20.0)
    assert answers == [""]
