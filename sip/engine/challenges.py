"""Requirements of a refusal that we cannot meet, in words for the trunk's error: digests that pjsip does not compute
(RFC 3261 22.4, RFC 7616), and extensions that we do not have (RFC 3261 21.4.16)."""

from __future__ import annotations

import re

from .reasons import headers_named

_PARAMETER = re.compile(r'([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*)')
_ALGORITHMS = frozenset({"", "md5", "sha-256", "sha-512-256"})
_CHALLENGES = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}
_REQUIRED = 421
_WORD_BOUND = 40


def asked_in_vain(code: int, message: str) -> str:
    """The reason why pjsip did not answer a challenge, or the extension that the peer requires; "" if there is
    neither."""
    if code == _REQUIRED:
        names = ", ".join(_word(value) for value in headers_named(message, "Require"))
        return f"the peer requires {names}, which Cornetta does not have" if names else ""
    named = _CHALLENGES.get(code)
    if named is None:
        return ""
    problems = [_problem(challenge) for challenge in headers_named(message, named)]
    if not problems:
        return f"the answer has no {named}, so there is no challenge to answer"
    if "" in problems:
        return ""
    remedy = "ask the carrier for a digest with MD5 or SHA-256 and qop auth, or for its addresses to be known"
    return f"the challenge asks for {' or '.join(dict.fromkeys(problems))}, which cannot be answered: {remedy}"


def _problem(challenge: str) -> str:
    """The problem with one challenge, "" where it can be answered."""
    scheme, _, rest = challenge.strip().partition(" ")
    if scheme.lower() != "digest":
        return f"{_word(scheme) or 'no scheme'} instead of Digest"
    found = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(rest)}
    algorithm = found.get("algorithm", "")
    if algorithm.lower() not in _ALGORITHMS:
        return f"algorithm {_word(algorithm)}"
    offered = [each.strip().lower() for each in found.get("qop", "auth").split(",")]
    return "" if "auth" in offered else f"qop {_word(found['qop'])} alone"


def _word(text: str) -> str:
    return text.strip()[:_WORD_BOUND]
