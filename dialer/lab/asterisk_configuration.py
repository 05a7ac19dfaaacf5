"""The configuration of the lab's Asterisk: a digest peer for the dialer, phones that register, a trunk to the carrier.

The files that say nothing of ports, users and passwords are those of `docker/asterisk/etc`, taken as they are.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class AsteriskSettings(Struct, frozen=True):
    """One Asterisk on loopback. Users of `phones` register with `phone_password`; `dialer` is the peer that dials.

    Contacts are whatever begins with +, at the carrier on `carrier_port`. RTP ports are even at their lower end and
    must be outside the ranges of engines and lab. With `certificate_file` (and `key_file`, PEM) there is a TLS
    transport on `tls_port`, and a second peer `dialer-tls` with the same password that must use SRTP.
    `rtp_timeout_s` is after how long without RTP a phone's call is ended, 0 for never. Users of `browsers` are phones
    in pages: they register by WebSocket on `http_port`, with the same password.
    """

    sip_port: int
    rtp_port_low: int
    rtp_port_high: int
    carrier_port: int
    phones: tuple[str, ...]
    phone_password: str
    dialer_password: str
    address: str = "127.0.0.1"
    tls_port: int = 0
    certificate_file: str = ""
    key_file: str = ""
    rtp_timeout_s: int = 0
    browsers: tuple[str, ...] = ()
    http_port: int = 0

    @property
    def ws_url(self) -> str:
        """The WebSocket at which browsers register."""
        return f"ws://{self.address}:{self.http_port}/ws"


DIALER = "dialer"
DIALER_TLS = "dialer-tls"

_PJSIP = """\
; The dialer shows the campaign's number in From, so it is known by the user name of its digest.
[global]
type = global
endpoint_identifier_order = auth_username,username
user_agent = Asterisk

[udp]
type = transport
protocol = udp
bind = {address}:{sip_port}

; Without media_address each call waits for a name server. One codec: where a hold changes the codec as well, Asterisk
; sends a second re-INVITE that takes the hold back.
[media](!)
type = endpoint
disallow = all
allow = alaw
dtmf_mode = rfc4733
direct_media = no
media_address = {address}
bind_rtp_to_media_address = yes

; Holds are passed on to the dialer by re-INVITE: it plays the music itself. An engine that has died leaves nobody on a
; dead line.
[peer](!,media)
context = from-dialer
identify_by = auth_username
moh_passthrough = yes
rtp_timeout = 20
trust_id_inbound = yes

[phone](!,media)
transport = udp
context = from-phones
identify_by = username
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes
rtp_timeout = {rtp_timeout_s}

[digest](!)
type = auth
auth_type = userpass

[place](!)
type = aor
max_contacts = 1
remove_existing = yes
minimum_expiration = 10
qualify_frequency = 0

[dialer](peer)
transport = udp
auth = dialer
[dialer](digest)
username = dialer
password = {dialer_password}

[carrier](media)
transport = udp
context = nowhere
aors = carrier
trust_id_outbound = yes
[carrier]
type = aor
contact = sip:{address}:{carrier_port}
"""

_PJSIP_TLS = """
[tls]
type = transport
protocol = tls
method = tlsv1_2
bind = {address}:{tls_port}
cert_file = /etc/asterisk/certificate.pem
priv_key_file = /etc/asterisk/key.pem

[dialer-tls](peer)
transport = tls
auth = dialer-tls
media_encryption = sdes
media_encryption_optimistic = no
[dialer-tls](digest)
username = dialer-tls
password = {dialer_password}
"""

_PHONE = """
[{user}](phone)
auth = {user}
aors = {user}
[{user}](digest)
username = {user}
password = {phone_password}
[{user}](place)
"""

#: What a browser needs beside the phones (RFC 7118, RFC 8827). Its RTP is not bound to loopback: Asterisk offers no
#: such address by ICE (RFC 8445), and a browser would find none.
_PJSIP_BROWSERS = """
[ws]
type = transport
protocol = ws
bind = {address}

[browser](!)
type = endpoint
context = from-phones
identify_by = username
webrtc = yes
disallow = all
allow = alaw
dtmf_mode = rfc4733
direct_media = no
rtp_timeout = 5
rtp_timeout_hold = 300

[browser-place](!)
type = aor
max_contacts = 1
remove_existing = yes
minimum_expiration = 10
qualify_frequency = 5
qualify_timeout = 3
"""

_BROWSER = """
[{user}](browser)
auth = {user}
aors = {user}
[{user}](digest)
username = {user}
password = {phone_password}
[{user}](browser-place)
"""

_HTTP = """\
[general]
enabled = yes
bindaddr = {address}
bindport = {http_port}
"""

_BROWSER_MODULES = """
load = res_http_websocket.so
load = res_pjsip_transport_websocket.so
"""

_EXTENSIONS = """\
[general]

; Calls of the dialer: digits alone are a phone, a number in E.164 goes to the carrier. The cause goes back as it came.
; A phone that is lost (rtp_timeout) ends with a cause of its own, which Dial alone would not pass on;
; the phone's channel ends by itself, so that its cause may come a moment later.
[from-dialer]
exten => _X.,1,Dial(PJSIP/${EXTEN},,gb(phone^rung^1(${CHANNEL})))
 same => n,Set(looks=0)
 same => n(look),GotoIf($["${DIALSTATUS}" != "ANSWER" | "${SHARED(cause)}" != "" | ${looks} >= 20]?end)
 same => n,Wait(0.05)
 same => n,Set(looks=$[${looks} + 1])
 same => n,Goto(look)
 same => n(end),Hangup(${IF($["${SHARED(cause)}" = ""]?${HANGUPCAUSE}:${SHARED(cause)})})
exten => _+X.,1,Dial(PJSIP/${EXTEN}@carrier)
 same => n,Hangup(${HANGUPCAUSE})

[phone]
exten => rung,1,Set(CHANNEL(hangup_handler_push)=phone,gone,1(${ARG1}))
 same => n,Return()
exten => gone,1,Set(SHARED(cause,${ARG1})=${HANGUPCAUSE})
 same => n,Return()

; Neither phones nor carrier call by themselves.
[from-phones]

[nowhere]
"""

_RTP = """\
[general]
rtpstart = {rtp_port_low}
rtpend = {rtp_port_high}
icesupport = {icesupport}
"""


def write_configuration(settings: AsteriskSettings, etc: Path, templates: Path) -> None:
    """Write a complete /etc/asterisk into `etc`. Raises OSError."""
    etc.mkdir(parents=True, exist_ok=True)
    facts = {name: getattr(settings, name) for name in settings.__struct_fields__}
    pjsip = _PJSIP.format(**facts)
    if settings.certificate_file:
        pjsip += _PJSIP_TLS.format(**facts)
        _copy(Path(settings.certificate_file), etc / "certificate.pem")
        _copy(Path(settings.key_file), etc / "key.pem")
    pjsip += "".join(_PHONE.format(user=user, phone_password=settings.phone_password) for user in settings.phones)
    if settings.browsers:
        pjsip += _PJSIP_BROWSERS.format(**facts)
        pjsip += "".join(
            _BROWSER.format(user=user, phone_password=settings.phone_password) for user in settings.browsers
        )
        (etc / "http.conf").write_text(_HTTP.format(**facts))
    (etc / "pjsip.conf").touch(mode=0o600)
    (etc / "pjsip.conf").write_text(pjsip)
    (etc / "extensions.conf").write_text(_EXTENSIONS)
    (etc / "rtp.conf").write_text(_RTP.format(**facts, icesupport="yes" if settings.browsers else "no"))
    for name in ("asterisk.conf", "logger.conf"):
        _copy(templates / name, etc / name)
    modules = (templates / "modules.conf").read_text()
    (etc / "modules.conf").write_text(modules + (_BROWSER_MODULES if settings.browsers else ""))


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())
