"""Phone numbers as people and spreadsheets write them, to E.164."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from dialer.records.unusable import UnusableNumber

#: Longer text is no number: 15 digits (E.164), and room for signs between them.
LENGTH_LIMIT = 40

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"\d+[.,]0")
_LETTER = re.compile(r"[^\W\d_]")

_LENGTHS = {
    ValidationResult.TOO_SHORT: "the number is too short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the number lacks its area code",
    ValidationResult.TOO_LONG: "the number is too long",
    ValidationResult.INVALID_LENGTH: "no number of this country has this length",
    ValidationResult.INVALID_COUNTRY_CODE: "there is no such country code",
}


def known_region(region: str) -> bool:
    """Whether `region` is a country with a numbering plan, ISO 3166 alpha-2."""
    return region in phonenumbers.SUPPORTED_REGIONS


def e164(raw: str, region: str) -> str:
    """`raw` in E.164; `region` is the country of numbers without country code, empty if there is none.

    Raises UnusableNumber, with the reason: what is ambiguous is refused, never guessed.
    """
    text = _plain(raw)
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as problem:
        if problem.error_type == NumberParseException.INVALID_COUNTRY_CODE and not region:
            reason = "the number has no country code: write it with +, or give the list a region"
        else:
            reason = "this is no phone number"
        raise UnusableNumber(reason) from None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        raise UnusableNumber(_LENGTHS.get(possible, "this is no phone number"))
    if not phonenumbers.is_valid_number(number):
        raise UnusableNumber("nobody can have this number: it is not in its country's numbering plan")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plain(raw: str) -> str:
    """Without what spreadsheets put around a number that they must not calculate with."""
    text = raw.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    text = text.removeprefix("'").strip()
    if not text:
        raise UnusableNumber("the number is missing")
    if len(text) > LENGTH_LIMIT:
        raise UnusableNumber("this is too long for a phone number")
    if _SCIENTIFIC.fullmatch(text):
        raise UnusableNumber("a spreadsheet has rounded the number: format its column as text and save again")
    if _DECIMAL.fullmatch(text):
        raise UnusableNumber("a spreadsheet has made a decimal of the number: format its column as text")
    if _LETTER.search(text):
        raise UnusableNumber("there are letters in the number")
    return text
