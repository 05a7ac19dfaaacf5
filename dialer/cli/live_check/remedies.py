"""The line to change at the peer for each fault that a trial can see. Names of sections are those of the README."""

from __future__ import annotations

from collections.abc import Mapping

from dialer.vocabulary.telephony import Srtp

HOLD = "Asterisk, pjsip.conf, the dialer's endpoint: moh_passthrough = yes"
TRANSFER = (
    "Asterisk, pjsip.conf, the phones' endpoints: allow_transfer = no. "
    "Otherwise a transfer by a key of the phone takes an agent's standing leg away"
)
BYE = (
    "Asterisk, pjsip.conf, the dialer's endpoint: leave out `transport = ...`, so that requests in a call use the "
    "connection by which we called"
)
DEAD_PHONE = "Asterisk, pjsip.conf, the phones' endpoints: rtp_timeout = 30"
CAUSE = (
    "Asterisk, extensions.conf: Dial(PJSIP/${EXTEN},30,gb(phone^rung^1(${CHANNEL}))) with the hang-up handler of "
    "docker/asterisk/etc/extensions.conf. Otherwise a lost phone looks like an agent who has hung up"
)
DEAD_DIALER = "Asterisk, pjsip.conf, the dialer's endpoint: rtp_timeout = 20"
HEADERS = (
    "Asterisk, extensions.conf: read the headers on the dialer's channel, PJSIP_HEADER(read,NAME), and add them on the "
    "phone's, PJSIP_HEADER(add,NAME)=..., in a pre-dial handler, Dial(...,b(phone^headers^1))"
)
NO_AUDIO = (
    "Firewall or NAT between us and the peer: open the RTP ports of the engine (rtp_port_low to rtp_port_high), set "
    "public_address of the engine behind NAT; Asterisk: direct_media = no, and rtp_symmetric = yes for phones"
)
NO_ANSWER = (
    "host and port of the trunk, and the firewall; `asterisk -rx 'pjsip show transports'` lists where Asterisk listens"
)
REGISTRATION_SILENT = "address and port of the Asterisk, the firewall, and that the phone's endpoint has an `aors`"

_BY_CODE: Mapping[int, str] = {
    401: "user and password of the trunk's `authentication` must be those of `[cornetta] type = auth` at Asterisk",
    403: "Asterisk, pjsip.conf: identify_by = auth_username at the dialer's endpoint, and the same user and password "
    "on both sides; at a carrier: our address is not known to it",
    404: "Asterisk, extensions.conf: the context of the dialer's endpoint needs a line for this number, such as "
    "exten => _1XX,1,Dial(PJSIP/${EXTEN},30)",
    407: "user and password of the trunk's `authentication` must be those of the peer",
    408: "the phone does not answer at its address: is it on, and registered (`asterisk -rx 'pjsip show contacts'`)?",
    480: "the phone is not registered: log it in (`asterisk -rx 'pjsip show contacts'`)",
    486: "the phone refuses calls: somebody is on it, or do-not-disturb is on",
    503: "the phone is not registered, or the switch has no channel for it (`asterisk -rx 'pjsip show contacts'`)",
    603: "the phone refuses calls: do-not-disturb is on, or it was declined by hand",
}
_CODEC = "Asterisk, pjsip.conf, the dialer's endpoint: allow = alaw,ulaw, or what `codecs` of the trunk names"
_SDES = "Asterisk, pjsip.conf, the dialer's endpoint: media_encryption = sdes, as `srtp: mandatory` of the trunk needs"


def of_code(code: int, srtp: Srtp) -> str:
    """The remedy for a call that was refused with this SIP code; 0 is no answer."""
    if code in (488, 606):
        return _SDES if srtp is Srtp.MANDATORY else _CODEC
    if code == 0:
        return NO_ANSWER
    return _BY_CODE.get(code, "the log of the peer says why it refuses: `asterisk -rvvv`, `pjsip set logger on`")
