"""Free ports for a lab, so that several run side by side and beside the machine's own services."""

from __future__ import annotations

import socket
from dataclasses import asdict, dataclass, field, fields


@dataclass(frozen=True, slots=True)
class LabPorts:
    """SIP ports of the carrier, the phones and Asterisk, and its port for HTTP; the first of a block for the engine;
    RTP ranges of all."""

    carrier: int
    phones: int
    asterisk: int
    asterisk_tls: int
    asterisk_http: int
    engine_low: int
    engine_high: int
    engine_rtp: tuple[int, int]
    lab_rtp: tuple[int, int]
    asterisk_rtp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ClaimedPorts(LabPorts):
    """Ports that are ours until `release`."""

    claim: socket.socket = field(repr=False, compare=False)
    """Bound to the last port of the block while the lab runs, so that no other lab takes the block."""

    def release(self) -> None:
        """The block may be taken by another lab."""
        self.claim.close()

    def numbers(self) -> LabPorts:
        """The same without the claim, for another process."""
        return LabPorts(**{each.name: getattr(self, each.name) for each in fields(LabPorts)})


#: The first of the ports that Linux hands out by itself (ip-sysctl, ip_local_port_range): other programs may get any of
#: them at any moment, so ours lie below.
FIRST_EPHEMERAL = 32_768

#: One lab's share of ports for SIP.
BLOCK = 64
FIRST_SIP = 15_060
BLOCKS = 40
#: RTP of engine and lab, two ports a leg, above SIP. More labs than shares have some in common, where each leg takes
#: the next port that is free.
RTP_BLOCKS = 3
FIRST_RTP = 17_700
RTP_SPAN = 2_500
#: RTP of Asterisk, where it takes part, below SIP.
FIRST_ASTERISK_RTP = 10_000
ASTERISK_RTP_SPAN = 1_680


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def _claim(port: int) -> socket.socket | None:
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return None
    return claim


def block(number: int) -> LabPorts:
    """The ports of one block. As many labs as there are shares of RTP, in blocks one after the other, share no port."""
    low = FIRST_SIP + number * BLOCK
    rtp = FIRST_RTP + (number % RTP_BLOCKS) * 2 * RTP_SPAN
    asterisk_rtp = FIRST_ASTERISK_RTP + (number % RTP_BLOCKS) * ASTERISK_RTP_SPAN
    return LabPorts(
        carrier=low,
        phones=low + 1,
        asterisk=low + 2,
        asterisk_tls=low + 3,
        asterisk_http=low + 4,
        engine_low=low + 5,
        engine_high=low + BLOCK - 2,
        engine_rtp=(rtp, rtp + RTP_SPAN - 2),
        lab_rtp=(rtp + RTP_SPAN, rtp + 2 * RTP_SPAN - 2),
        asterisk_rtp=(asterisk_rtp, asterisk_rtp + ASTERISK_RTP_SPAN - 2),
    )


def free_ports() -> ClaimedPorts:
    """A block of unused ports, ours until `release`. Raises OSError when every block is taken."""
    for number in range(BLOCKS):
        low = FIRST_SIP + number * BLOCK
        claim = _claim(low + BLOCK - 1)
        if claim is None:
            continue
        if not all(_is_free(port) for port in range(low, low + 7)):
            claim.close()
            continue
        return ClaimedPorts(**asdict(block(number)), claim=claim)
    raise OSError(f"no free block of SIP ports between {FIRST_SIP} and {FIRST_SIP + BLOCKS * BLOCK}")
