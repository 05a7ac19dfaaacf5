"""Numbers that are never dialed because of their type, whatever their source."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from phonenumbers.shortnumberinfo import is_emergency_number

from dialer.vocabulary.number_type import NumberType

_TYPES = {
    PhoneNumberType.PREMIUM_RATE: NumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: NumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: NumberType.PERSONAL,
    PhoneNumberType.PAGER: NumberType.PAGER,
    PhoneNumberType.VOICEMAIL: NumberType.VOICEMAIL,
}

#: Country codes of no country (ITU-T E.164, list of assigned codes): their types hold also for numbers outside any
#: numbering plan.
_CODES = {
    808: NumberType.SHARED_COST,
    870: NumberType.SATELLITE,
    878: NumberType.PERSONAL,
    881: NumberType.SATELLITE,
    882: NumberType.SATELLITE,
    883: NumberType.SATELLITE,
    979: NumberType.PREMIUM_RATE,
}

#: The most digits of an emergency number.
_LONGEST_EMERGENCY = 6


def refused_type(number: str, allowed: Collection[NumberType] = ()) -> NumberType | None:
    """The type for which `number` (E.164) is not dialed; None where it may be. `allowed` are the campaign's."""
    found = _type_of(number)
    return None if found in allowed else found


def type_of(number: PhoneNumber) -> NumberType | None:
    """The type of a number that costs more than a call or belongs to no contact, None for all others."""
    found = _CODES.get(number.country_code or 0)
    if found is not None:
        return found
    if is_emergency(phonenumbers.national_significant_number(number), number.country_code or 0):
        return NumberType.EMERGENCY
    return _TYPES.get(phonenumbers.number_type(number))


def is_emergency(digits: str, country_code: int) -> bool:
    """Whether the digits are an emergency number in a country of this code."""
    if len(digits) > _LONGEST_EMERGENCY:
        return False
    regions = phonenumbers.region_codes_for_country_code(country_code)
    return any(is_emergency_number(digits, region) for region in regions)


@lru_cache(maxsize=4096)
def _type_of(number: str) -> NumberType | None:
    try:
        return type_of(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
