"""Ports of labs that run side by side."""

from __future__ import annotations

from itertools import combinations

from dialer.lab.ports import FIRST_EPHEMERAL, RTP_BLOCKS, LabPorts, block, free_ports


def spans(ports: LabPorts) -> list[range]:
    """All ports of one lab; each RTP port has one for RTCP above it."""
    rtp = (ports.engine_rtp, ports.lab_rtp, ports.asterisk_rtp)
    return [range(ports.carrier, ports.engine_high + 1), *(range(low, high + 2) for low, high in rtp)]


def test_labs_side_by_side_share_no_port_and_take_none_that_the_system_hands_out() -> None:
    labs = [block(number) for number in range(RTP_BLOCKS)]
    all_spans = [span for lab in labs for span in spans(lab)]
    assert all(1024 <= span.start < span.stop <= FIRST_EPHEMERAL for span in all_spans)
    for one, other in combinations(all_spans, 2):
        assert one.stop <= other.start or other.stop <= one.start, (one, other)
    assert all(span.start % 2 == 0 and len(span) >= 1200 for lab in labs for span in spans(lab)[1:])


def test_a_block_that_a_lab_has_is_left_to_it() -> None:
    one, other = free_ports(), free_ports()
    try:
        assert one.carrier != other.carrier
    finally:
        one.release()
        other.release()
