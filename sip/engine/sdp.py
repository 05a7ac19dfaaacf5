"""The codecs of one account in an SDP of ours.

pjsua has one codec list for the whole process. So all codecs of all accounts are switched on, and each SDP that pjsua
writes is reduced to those of its account, in the account's order.
"""

from __future__ import annotations

STATIC_PAYLOADS = {"0": "PCMU", "8": "PCMA", "9": "G722"}
"""RFC 3551 table 4: payload types that need no rtpmap line."""


def codec_name(codec_id: str) -> str:
    """`PCMU/8000/1` and `G.722` become `PCMU` and `G722`: the name as in SDP, in capitals."""
    return codec_id.split("/", 1)[0].upper().replace(".", "")


def only(sdp: str, codecs: tuple[str, ...]) -> str:
    """The SDP with each audio section cut down to `codecs` (names) and their telephone-event, in their order.

    An SDP where nothing would be left is returned as it is: pjsip then refuses it in its own words.
    """
    if not sdp:
        return sdp
    sections = _sections(sdp)
    wanted = [codec_name(codec) for codec in codecs]
    return "".join("".join(_filtered(section, wanted)) for section in sections)


def suppresses_silence(message: str) -> bool:
    """Whether an SDP, or a message with one, announces silence suppression: comfort noise among its payloads (RFC 3389,
    static 13), or silenceSupp (RFC 3108 5.6.3.2) with `on` first."""
    for line in message.splitlines():
        if line.startswith("m=audio ") and "13" in line.split()[3:]:
            return True
        name, _, value = line.strip().lower().partition(":")
        if name == "a=silencesupp" and value.split()[:1] == ["on"]:
            return True
        if name == "a=rtpmap" and value.partition(" ")[2].startswith("cn/"):
            return True
    return False


def _sections(sdp: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in sdp.splitlines(keepends=True):
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _filtered(section: list[str], wanted: list[str]) -> list[str]:
    if not section or not section[0].startswith("m=audio "):
        return section
    words = section[0].split()
    payloads = words[3:]
    names = dict(STATIC_PAYLOADS)
    rates = dict.fromkeys(STATIC_PAYLOADS, "8000")
    for line in section:
        if line.startswith("a=rtpmap:"):
            payload, _, encoding = line[len("a=rtpmap:") :].strip().partition(" ")
            name, _, rate = encoding.partition("/")
            names[payload], rates[payload] = codec_name(name), rate.split("/", 1)[0]
    kept = [payload for name in wanted for payload in payloads if names.get(payload) == name]
    if not kept:
        return section
    kept_rates = {rates[payload] for payload in kept}
    events = [p for p in payloads if names.get(p) == "TELEPHONE-EVENT" and rates.get(p) in kept_rates]
    gone = set(payloads) - set(kept) - set(events)
    first = " ".join(words[:3] + kept + events) + "\r\n"
    return [first] + [line for line in section[1:] if not _belongs_to(line, gone)]


def _belongs_to(line: str, payloads: set[str]) -> bool:
    for attribute in ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"):
        if line.startswith(attribute):
            return line[len(attribute) :].split(" ", 1)[0].strip() in payloads
    return False
