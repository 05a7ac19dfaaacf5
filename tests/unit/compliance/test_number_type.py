"""Numbers that are not dialed for their type."""

from __future__ import annotations

import pytest

from dialer.compliance.number_type import refused_type
from dialer.vocabulary.number_type import NumberType


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+449098790001", NumberType.PREMIUM_RATE),
        ("+19005550123", NumberType.PREMIUM_RATE),
        ("+39899123456", NumberType.PREMIUM_RATE),
        ("+448430000001", NumberType.PREMIUM_RATE),
        ("+979123456789", NumberType.PREMIUM_RATE),
        ("+49180512345", NumberType.SHARED_COST),
        ("+41840123456", NumberType.SHARED_COST),
        ("+80812345678", NumberType.SHARED_COST),
        ("+881612345678", NumberType.SATELLITE),
        ("+870301234567", NumberType.SATELLITE),
        ("+88216123456", NumberType.SATELLITE),
        ("+883510012345", NumberType.SATELLITE),
        ("+447012345678", NumberType.PERSONAL),
        ("+878101234567890", NumberType.PERSONAL),
        ("+88191234567", NumberType.SATELLITE),
        ("+44999", NumberType.EMERGENCY),
        ("+49112", NumberType.EMERGENCY),
        ("+1911", NumberType.EMERGENCY),
        ("+442079460001", None),
        ("+12025550101", None),
        ("+447700900123", None),
        ("+80012345678", None),
        ("+443001234567", None),
        ("no number", None),
    ],
)
def test_types_that_are_not_dialed(number: str, found: NumberType | None) -> None:
    assert refused_type(number) is found
    if found is not None:
        assert refused_type(number, {found}) is None
