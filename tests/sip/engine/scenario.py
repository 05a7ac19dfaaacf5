"""Steps of SIPp scenarios for the called party."""

from __future__ import annotations

_HEAD = """[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]"""
_SDP = """v=0
o=peer 1 {version} IN IP4 127.0.0.1
s=-
c=IN IP4 {address}
t=0 0
m=audio [media_port] RTP/AVP {payloads}
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
{direction}"""


def sdp(direction: str = "sendrecv", version: int = 1, address: str = "127.0.0.1", payloads: str = "0 101") -> str:
    return _SDP.format(direction=f"a={direction}", version=version, address=address, payloads=payloads)


def receive(request: str, optional: bool = False, timeout_ms: int = 0) -> str:
    timeout = f' timeout="{timeout_ms}"' if timeout_ms else ""
    maybe = ' optional="true"' if optional else ""
    return f'<recv request="{request}"{maybe}{timeout} rrs="true"/>'


def receive_response(code: int, optional: bool = False) -> str:
    maybe = ' optional="true"' if optional else ""
    return f'<recv response="{code}"{maybe} rrs="true"/>'


def invited() -> str:
    """The INVITE; the parts that later requests of ours need are kept in variables."""
    return """<recv request="INVITE" rrs="true">
<action>
<ereg regexp="sip:[[:alnum:]@.:+-]+" search_in="hdr" header="Contact:" assign_to="target"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
</action>
</recv>
<Reference variables="from,to,target"/>"""


def respond(code: int, reason: str, *headers: str, body: str = "", retransmit: bool = False) -> str:
    lines = [f"SIP/2.0 {code} {reason}", _HEAD, "Contact: <sip:peer@[local_ip]:[local_port]>", *headers]
    return _message(lines, body, ' retrans="500"' if retransmit else "")


def respond_to_last(code: int, reason: str, *headers: str, body: str = "") -> str:
    """A response to a request inside of the dialog, whose To has its tag."""
    head = _HEAD.replace("[last_To:];tag=[call_number]", "[last_To:]")
    lines = [f"SIP/2.0 {code} {reason}", head, "Contact: <sip:peer@[local_ip]:[local_port]>", *headers]
    return _message(lines, body, "")


def request(method: str, number: int, *headers: str, body: str = "") -> str:
    """A request of the called party inside of the dialog."""
    lines = [
        f"{method} [$target] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        "From:[$to];tag=[call_number]",
        "To:[$from]",
        "[last_Call-ID:]",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        "Contact: <sip:peer@[local_ip]:[local_port]>",
        *headers,
    ]
    return _message(lines, body, ' retrans="500"' if method != "ACK" else "")


def _message(lines: list[str], body: str, attributes: str) -> str:
    if body:
        lines = [*lines, "Content-Type: application/sdp"]
    text = "\n".join([*lines, "Content-Length: [len]", "", body])
    return f"<send{attributes}><![CDATA[\n{text}\n]]></send>"


def pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>'


def script(*steps: str) -> str:
    return "\n".join(steps)
