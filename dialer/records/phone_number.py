"""Phone numbers as people and spreadsheets write them, to E.164: the form in which numbers are kept and compared."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from dialer.compliance.number_type import is_emergency
from dialer.records.unusable import Damage, UnusableNumber
from dialer.vocabulary.reasons.numbers import (
    CountryMissing,
    EmergencyNumber,
    ExtensionInNumber,
    LettersInNumber,
    NumberDamaged,
    NumberImpossible,
    NumberMissing,
    NumberNotInPlan,
    NumberTextTooLong,
    SeveralNumbers,
)

#: Longer text is no number: 15 digits (E.164), and room for signs between them.
LENGTH_LIMIT = 40

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"\d+[.,]0{1,3}")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3}){2,}")
_LETTER = re.compile(r"[^\W\d_]")
#: What people put between two numbers in a cell.
_BETWEEN = re.compile(r"[/,;|\n]+|:::?|\b(?:and|or|und|oder|e|o|ou|et|y)\b", re.IGNORECASE)
#: `#12`, `,13`, `;14`, `x15`, `ext. 16`, `;ext=17` and their like behind a number.
_EXTENSION = re.compile(
    r"(?P<number>.*\d[\s).-]*?)\s*"
    r"(?:[#,;~]+\s*(?:ext=)?|;?(?:ext(?:n|ension)?|int(?:erno)?|durchwahl|dw|poste|anexo|x)\b\s*[.:=]?\s*|x)"
    r"(?P<extension>\d{1,7})\s*#?",
    re.IGNORECASE | re.DOTALL,
)

_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "no_area_code",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_LENGTH: "length",
    ValidationResult.INVALID_COUNTRY_CODE: "country_code",
}


def known_region(region: str) -> bool:
    """Whether `region` is a country with a numbering plan, ISO 3166 alpha-2."""
    return region in phonenumbers.SUPPORTED_REGIONS


def e164(raw: str, region: str, *, in_plan: bool = True) -> str:
    """`raw` in E.164; `region` is the country of numbers without country code, empty if there is none. `in_plan` asks
    that the numbering plan of the country has the number.

    Raises UnusableNumber, with the reason: what is ambiguous is refused, never guessed.
    """
    return written(parsed(raw, region, in_plan=in_plan))


def written(number: PhoneNumber) -> str:
    """A number in E.164."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parsed(raw: str, region: str, *, in_plan: bool = True) -> PhoneNumber:
    """As `e164`, with country code and national number apart. An extension is no part of a number."""
    number, extension = with_extension(raw, region, in_plan=in_plan)
    if extension:
        raise UnusableNumber(ExtensionInNumber(extension))
    return number


def with_extension(raw: str, region: str, *, in_plan: bool = True) -> tuple[PhoneNumber, str]:
    """As `parsed`, and the digits of the extension behind the number, empty if there is none."""
    text, extension = _plain(raw)
    return _checked(text, region, in_plan=in_plan), extension


def _checked(text: str, region: str, *, in_plan: bool) -> PhoneNumber:
    number = _parse(text, region)
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        if is_emergency(str(number.national_number), number.country_code or 0):
            raise UnusableNumber(EmergencyNumber())
        _check_zero(text, region)
        raise UnusableNumber(NumberImpossible(_IMPOSSIBLE.get(possible, "no_number")))
    if in_plan and not phonenumbers.is_valid_number(number):
        _check_zero(text, region)
        raise UnusableNumber(NumberNotInPlan())
    return number


def lacks_zero(raw: str, number: PhoneNumber, region: str) -> bool:
    """Whether `raw` are the bare digits of a number that is written with a zero before it in its country: what a
    spreadsheet leaves of a number that it has taken for an amount."""
    return str(number.national_number) == raw and phonenumbers.ndd_prefix_for_region(region, True) == "0"


def _parse(text: str, region: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(text, region or None)
    except NumberParseException as problem:
        if problem.error_type == NumberParseException.INVALID_COUNTRY_CODE and not region and text[:1] != "+":
            raise UnusableNumber(CountryMissing()) from None
        no_code = problem.error_type == NumberParseException.INVALID_COUNTRY_CODE
        raise UnusableNumber(NumberImpossible("country_code" if no_code else "no_number")) from None


def _check_zero(text: str, region: str) -> None:
    """Raises UnusableNumber if it would be a number of the country with a zero before it."""
    if not (region and text.isascii() and text.isdigit()) or text.startswith("0"):
        return
    if phonenumbers.is_valid_number(_parse("0" + text, region)):
        raise UnusableNumber(NumberDamaged(Damage.ZERO))


def _plain(raw: str) -> tuple[str, str]:
    """Number and extension, without what is not seen, and without what spreadsheets put around a number that they must
    not calculate with."""
    text = _visible(raw).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    text = text.removeprefix("'").removeprefix("tel:").strip()
    if not text:
        raise UnusableNumber(NumberMissing())
    if _is_several(text):
        raise UnusableNumber(SeveralNumbers())
    if len(text) > LENGTH_LIMIT:
        raise UnusableNumber(NumberTextTooLong())
    _check_damage(text)
    found = _EXTENSION.fullmatch(text)
    text, extension = (found["number"], found["extension"]) if found else (text, "")
    if _LETTER.search(text):
        raise UnusableNumber(LettersInNumber())
    return text, extension


def _visible(raw: str) -> str:
    """Without letters that nobody sees (Unicode category Cf: zero width, direction marks), and with spaces for those
    that no keyboard has."""
    if raw.isascii():
        return raw
    kinds = ((letter, unicodedata.category(letter)) for letter in raw)
    return "".join(" " if kind == "Zs" else letter for letter, kind in kinds if kind != "Cf")


def _is_several(text: str) -> bool:
    """Whether the text holds more than one number, each with as many digits as a number has."""
    parts = [re.sub(r"\D", "", part) for part in _BETWEEN.split(text)]
    return not _THOUSANDS.fullmatch(text) and sum(len(part) >= 6 for part in parts) > 1


def _check_damage(text: str) -> None:
    """Raises UnusableNumber for what a spreadsheet makes of a number that it takes for an amount."""
    if _SCIENTIFIC.fullmatch(text):
        raise UnusableNumber(NumberDamaged(Damage.ROUNDED))
    if _DECIMAL.fullmatch(text):
        raise UnusableNumber(NumberDamaged(Damage.DECIMAL))
    if _THOUSANDS.fullmatch(text):
        raise UnusableNumber(NumberDamaged(Damage.THOUSANDS))
