"""The form of a number for a trunk, and the caller ID that is shown."""

from __future__ import annotations

import re

import phonenumbers

from config.model import IdentityHeader, NumberForm, NumberFormat, Privacy, Trunk
from dialer.vocabulary.telephony import Header


def written(number: str, format_: NumberFormat) -> str:
    """`number` (E.164 with +) as the trunk wants it: its form first, then the first prefix rule that matches."""
    text = _formed(number, format_)
    for rule in format_.rules:
        if re.match(rule.pattern, text):
            return rule.prepend + text[rule.strip_digits :]
    return text


def _formed(number: str, format_: NumberFormat) -> str:
    if format_.form is NumberForm.E164_PLUS:
        return number
    if format_.form is NumberForm.E164:
        return number.removeprefix("+")
    parsed = phonenumbers.parse(number, None)
    if format_.region is None or parsed.country_code != phonenumbers.country_code_for_region(format_.region):
        return format_.international_prefix + number.removeprefix("+")
    significant = phonenumbers.national_significant_number(parsed)
    prefix = format_.national_prefix
    if prefix is None:
        prefix = phonenumbers.ndd_prefix_for_region(format_.region, True) or ""
    return prefix + significant


def request_uri(number: str, trunk: Trunk) -> str:
    """The request URI of a call to `number` (E.164) over `trunk`."""
    user = written(number, trunk.number_format)
    return f"sip:{user}@{trunk.place};transport={trunk.transport.value}"


def identity(caller_id: str, trunk: Trunk) -> str:
    """The From of a call that shows `caller_id`, or the trunk's own From user."""
    user = trunk.from_user or (written(caller_id, trunk.number_format) if caller_id else "anonymous")
    return f"<sip:{user}@{trunk.from_domain or trunk.host}>"


def identity_headers(caller_id: str, trunk: Trunk) -> tuple[Header, ...]:
    """P-Asserted-Identity (RFC 3325) or Remote-Party-ID, Privacy (RFC 3323), and the trunk's extra headers."""
    headers = [Header(name, value) for name, value in trunk.extra_headers.items()]
    if caller_id and trunk.identity_header is not IdentityHeader.NONE:
        uri = f"<sip:{written(caller_id, trunk.number_format)}@{trunk.from_domain or trunk.host}>"
        if trunk.identity_header is IdentityHeader.P_ASSERTED_IDENTITY:
            headers.append(Header("P-Asserted-Identity", uri))
        else:
            privacy = "full" if trunk.privacy is Privacy.ID else "off"
            headers.append(Header("Remote-Party-ID", f"{uri};party=calling;privacy={privacy};screen=yes"))
    if trunk.privacy is Privacy.ID:
        headers.append(Header("Privacy", "id"))
    return tuple(headers)
