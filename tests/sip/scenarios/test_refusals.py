"""Refusals: their effects on the contact's record, and the limits of a carrier's influence."""

from __future__ import annotations

import hashlib
import re

import pytest

from dialer.views.call import CallPhase
from dialer.vocabulary.results import CallResult, RecordStatus
from tests.complaints import complaint
from tests.sip.engine.rig import free_port
from tests.sip.engine.scenario import invited, pause, receive, receive_response, request, respond, script

from .booth import Booths, Carrier
from .messages import Message
from .steps import answered, by_number, ended_by_us, ok, refused

pytestmark = pytest.mark.asyncio(loop_scope="session")

_R = CallResult
Row = tuple[int, int | None, CallResult]

USUAL: tuple[Row, ...] = (
    (486, None, _R.BUSY),
    (600, None, _R.BUSY),
    (603, None, _R.DECLINED),
    (404, None, _R.INVALID_NUMBER),
    (484, None, _R.INVALID_NUMBER),
    (480, None, _R.UNREACHABLE),
    (480, 17, _R.BUSY),
    (480, 18, _R.NO_ANSWER),
    (480, 16, _R.UNREACHABLE),
    (503, 34, _R.CONGESTION),
    (500, 1, _R.INVALID_NUMBER),
    (403, None, _R.TRUNK_FAILURE),
    (488, None, _R.TRUNK_FAILURE),
    (410, None, _R.INVALID_NUMBER),
    (607, None, _R.DECLINED),
    (499, None, _R.TRUNK_FAILURE),
)
OVERRIDDEN: tuple[Row, ...] = (
    (486, None, _R.NO_ANSWER),
    (480, 17, _R.UNREACHABLE),
    (486, 17, _R.UNREACHABLE),
    (480, 18, _R.NO_ANSWER),
    (403, None, _R.INVALID_NUMBER),
    (603, None, _R.DECLINED),
)
OVERRIDES = {"486": "no_answer", "q850:17": "unreachable", "403": "invalid_number"}
AGAIN = {_R.BUSY, _R.NO_ANSWER, _R.UNREACHABLE, _R.CONGESTION, _R.TRUNK_FAILURE}
"""Results after which a record is dialed again by default."""


@pytest.mark.parametrize(
    ("rows", "overrides"), [(USUAL, {}), (OVERRIDDEN, OVERRIDES)], ids=["as usual", "with the trunk's overrides"]
)
async def test_each_refusal_has_its_result(booths: Booths, rows: tuple[Row, ...], overrides: dict[str, str]) -> None:
    numbers = {f"+120255501{n:02d}": row for n, row in enumerate(rows)}
    steps = by_number({number: _refusal(code, q850) for number, (code, q850, _) in numbers.items()})
    carrier = Carrier(steps, calls=len(rows), trunk={"cause_table": overrides})
    async with booths(carrier, numbers=tuple(numbers)) as booth:
        await booth.start()
        for number, (code, q850, result) in numbers.items():
            attempt, record = await booth.settled(number), await booth.record(number)
            assert (attempt.code, attempt.q850, attempt.result) == (code, q850, result)
            assert record.result == result
            assert record.status is (RecordStatus.READY if result in AGAIN else RecordStatus.UPDATED)
            assert record.attempts == (0 if result is _R.TRUNK_FAILURE else 1)
        wire = await booth.wire("first")
    assert len(wire.call_ids) == len(rows)
    assert sorted(each.code for each in wire.responses("INVITE", ours=False)) == sorted(row[0] for row in rows)


def _refusal(code: int, q850: int | None) -> str:
    reasons = () if q850 is None else (f"Reason: Q.850;cause={q850}",)
    return script(respond(code, "Refused", *reasons), receive("ACK"))


async def test_a_redirection_is_not_followed(booths: Booths) -> None:
    usual = "Contact: <sip:peer@[local_ip]:[local_port]>"
    elsewhere = free_port()
    moved = respond(302, "Moved Temporarily").replace(usual, f"Contact: <sip:+12025550199@127.0.0.1:{elsewhere}>")
    async with booths(Carrier(script(invited(), moved, receive("ACK"))), Carrier(answered())) as booth:
        await booth.start()
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
        assert booth.wire_so_far("second") == ()
    assert (attempt.result, attempt.code, attempt.trunks) == (_R.INVALID_NUMBER, 302, ("first",))
    assert record.status is RecordStatus.UPDATED
    assert wire.story() == [">INVITE", "<302", ">ACK"]


async def test_a_transfer_by_the_contact_is_refused(booths: Booths) -> None:
    refer = request("REFER", 1, "Refer-To: <sip:+12025550199@127.0.0.1>", "Referred-By: <sip:peer@127.0.0.1>")
    steps = script(answered(), pause(200), refer, receive_response(603), ended_by_us())
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.until("it was refused", lambda: bool(booth.wire_so_far("first").responses("REFER")))
        assert booth.status(call).phase is CallPhase.CONNECTED
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is _R.ANSWER
    assert [each.code for each in wire.once.responses("REFER")] == [603]
    assert wire.call_ids == list(attempt.call_ids)
    assert not wire.requests("NOTIFY")


CHALLENGES = {
    401: ("Unauthorized", 'WWW-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5', "Authorization"),
    407: (
        "Proxy Authentication Required",
        'Proxy-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5',
        "Proxy-Authorization",
    ),
}


@pytest.mark.parametrize("code", CHALLENGES)
async def test_a_challenge_is_met_with_the_right_password(booths: Booths, code: int) -> None:
    reason, challenge, answer = CHALLENGES[code]
    steps = script(
        invited(),
        respond(code, reason, challenge),
        receive("ACK"),
        receive("INVITE"),
        ok(),
        receive("ACK"),
        ended_by_us(),
    )
    account = {"authentication": {"user": "acme", "password": "right"}}
    async with booths(Carrier(steps, trunk=account)) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is _R.ANSWER
    first, second = wire.once.requests("INVITE")
    assert not first.has(answer)
    assert _proves(second, answer, "acme", "right")
    assert not _proves(second, answer, "acme", "wrong")
    assert (second.cseq, wire.call_ids) == (first.cseq + 1, list(attempt.call_ids))


def _proves(request_: Message, header: str, user: str, password: str) -> bool:
    """Whether a digest (RFC 2617 3.2.2.1, without qop) is that of this password."""
    given = dict(re.findall(r'(\w+)="([^"]*)"', request_.header(header)))
    one = hashlib.md5(f"{user}:{given['realm']}:{password}".encode()).hexdigest()
    two = hashlib.md5(f"{request_.method}:{given['uri']}".encode()).hexdigest()
    whole = hashlib.md5(f"{one}:{given['nonce']}:{two}".encode()).hexdigest()
    return (given["username"], given["response"]) == (user, whole)


@pytest.mark.parametrize("code", CHALLENGES)
async def test_a_wrong_password_is_the_trunks_failure(booths: Booths, code: int) -> None:
    reason, challenge, answer = CHALLENGES[code]
    steps = script(
        invited(),
        respond(code, reason, challenge),
        receive("ACK"),
        receive("INVITE"),
        respond(code, reason, challenge),
        receive("ACK"),
    )
    account = {"authentication": {"user": "acme", "password": "wrong"}}
    async with booths(Carrier(steps, trunk=account)) as booth:
        await booth.start()
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
        assert complaint(booth.trunk("first")) == f"{code} {reason}"
    assert (attempt.result, attempt.code) == (_R.TRUNK_FAILURE, code)
    assert (record.status, record.attempts) == (RecordStatus.READY, 0)
    first, second = wire.once.requests("INVITE")
    assert (first.has(answer), second.has(answer)) == (False, True)


async def test_a_challenge_without_credentials_is_the_trunks_failure(booths: Booths) -> None:
    reason, challenge, _ = CHALLENGES[407]
    async with booths(Carrier(refused(407, reason, challenge))) as booth:
        await booth.start()
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
    assert (attempt.result, attempt.code, record.attempts) == (_R.TRUNK_FAILURE, 407, 0)
    assert wire.story() == [">INVITE", "<100", "<407", ">ACK"]
