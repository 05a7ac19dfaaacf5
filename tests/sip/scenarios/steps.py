"""Steps of contacts and carriers for SIPp, beyond those of the engine's tests."""

from __future__ import annotations

from collections.abc import Mapping

from tests.sip.engine.scenario import invited, receive, receive_response, request, respond, respond_to_last, script, sdp

#: A final answer to the INVITE after a CANCEL was answered: SIPp's last message is the CANCEL then.
_TO_INVITE = ("[last_CSeq:]", "CSeq: [cseq] INVITE")
_TAGGED = ("[last_To:];tag=[call_number]", "[last_To:]")
_KEEPING = "".join(
    f'<ereg regexp=".*" search_in="hdr" header="{header}:" assign_to="kept_{header.lower()}"/>'
    for header in ("Via", "CSeq")
)


def answered(*headers: str, body: str = "") -> str:
    """The INVITE is answered at once."""
    return script(invited(), respond(100, "Trying"), ok(*headers, body=body), receive("ACK"))


def ok(*headers: str, body: str = "") -> str:
    """200 to the INVITE."""
    return respond(200, "OK", *headers, body=body or sdp())


def refused(code: int, reason: str, *headers: str) -> str:
    """The INVITE is refused."""
    return script(invited(), respond(100, "Trying"), respond(code, reason, *headers), receive("ACK"))


def by_number(cases: Mapping[str, str]) -> str:
    """The steps after the INVITE, by the number dialed. Each case is played to the end of its call."""
    digits = (
        '<nop><action><ereg regexp="[0-9]{10,15}" search_in="var" variable="to" assign_to="digits"/>'
        '<todouble assign_to="number" variable="digits"/></action></nop>'
    )
    asked = [
        f'<nop next="{label}" test="is{label}"><action><test assign_to="is{label}" variable="number" '
        f'compare="equal" value="{number.removeprefix("+")}"/></action></nop>'
        for label, number in enumerate(cases, 1)
    ]
    played = [f'<label id="{label}"/>\n{steps}\n<nop next="0"/>' for label, steps in enumerate(cases.values(), 1)]
    return script(invited(), digits, *asked, *played, '<label id="0"/>')


def ended_by_us() -> str:
    """The node's BYE is awaited."""
    return script(receive("BYE"), respond_to_last(200, "OK"))


def hangs_up(number: int = 9) -> str:
    """The contact's BYE."""
    return script(request("BYE", number), receive_response(200))


def cancelled() -> str:
    """The node's CANCEL is awaited and obeyed."""
    terminated = respond(487, "Request Terminated").replace(*_TO_INVITE).replace(*_TAGGED)
    return script(receive("CANCEL"), respond_to_last(200, "OK"), terminated, receive("ACK"))


def reinvites(number: int, *headers: str, body: str = "", ack_body: str = "") -> str:
    """The contact's re-INVITE, answered by 200."""
    return script(
        request("INVITE", number, *headers, body=body),
        receive_response(100, optional=True),
        receive_response(200),
        request("ACK", number, body=ack_body),
    )


def updates(number: int, *headers: str, body: str = "") -> str:
    """The contact's UPDATE (RFC 3311), answered by 200."""
    return script(request("UPDATE", number, *headers, body=body), receive_response(200))


def takes_reinvite(body: str) -> str:
    """The node's re-INVITE is answered by 200."""
    return script(receive("INVITE"), respond_to_last(200, "OK", body=body), receive("ACK"))


def invited_for_later() -> str:
    """The INVITE, with its data kept for an answer after other messages."""
    return invited().replace("</action>", f"{_KEEPING}</action>").replace("from,to", "kept_via,kept_cseq,from,to")


def reinvited_for_later() -> str:
    """The same for a re-INVITE of ours."""
    return f'<recv request="INVITE" rrs="true"><action>{_KEEPING}</action></recv>'


def to_kept(response: str, tag: str = "[call_number]") -> str:
    """A response (of `respond`) to the kept INVITE, also after other messages."""
    changes = {
        "[last_Via:]": "Via:[$kept_via]",
        "[last_CSeq:]": "CSeq:[$kept_cseq]",
        "[last_From:]": "From:[$from]",
        "[last_To:]": f"To:[$to];tag={tag}",
    }
    response = response.replace("[last_To:];tag=[call_number]", "[last_To:]")
    for old, new in changes.items():
        response = response.replace(old, new)
    return response


ENDLESS = 100_000
"""Calls of a SIPp that is ended by the test."""


def probed_or(code: int, call: str) -> str:
    """An OPTIONS is answered by `code`; an INVITE goes the way of `call`, whose first step receives it."""
    return script(
        '<recv request="OPTIONS" optional="true" next="probe"/>',
        call,
        '<nop next="end"/>',
        '<label id="probe"/>',
        respond(code, "Here"),
        '<label id="end"/>',
    )
