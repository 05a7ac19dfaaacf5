"""The behaviours of numbers, and the carrier's messages."""

from __future__ import annotations

import pytest

from dialer.vocabulary.telephony import Header
from sip.lab.behaviours import BY_TENS, REFUSALS, Behaviour, chosen_by, number_for


@pytest.mark.parametrize("behaviour", list(Behaviour))
def test_each_behaviour_has_ten_numbers(behaviour: Behaviour) -> None:
    for last_digit in range(10):
        chosen = chosen_by(number_for(behaviour, last_digit))
        assert chosen is not None
        assert (chosen.behaviour, chosen.last_digit) == (behaviour, last_digit)


@pytest.mark.parametrize("spelling", ["+442079460023", "00442079460023", "02079460023", "442079460023", "2079460023"])
def test_any_spelling_of_the_block_is_understood(spelling: str) -> None:
    chosen = chosen_by(spelling)
    assert chosen is not None
    assert chosen.behaviour is Behaviour.BUSY


@pytest.mark.parametrize("number", ["+12025550123", "+442079460999", "+4420794600230", "1001", "", "sip:x@y"])
def test_other_numbers_choose_nothing(number: str) -> None:
    assert chosen_by(number) is None


def test_the_table_in_the_documentation_is_the_table_in_the_code() -> None:
    import sip.lab.behaviours

    rows = [line.split("|")[1:3] for line in (sip.lab.behaviours.__doc__ or "").splitlines() if line.startswith("| ")]
    told = {digits.strip()[:2]: name.strip() for digits, name in rows if digits.strip()[:2].isdigit()}
    assert told == {f"{number:02d}": behaviour.name for number, behaviour in enumerate(BY_TENS)}


def test_refusals_carry_the_cause_that_carriers_send() -> None:
    assert REFUSALS[Behaviour.BUSY].headers() == (Header("Reason", 'Q.850;cause=17;text="User busy"'),)


def test_a_congested_carrier_may_say_when_to_come_back() -> None:
    assert Header("Retry-After", "5") in REFUSALS[Behaviour.CONGESTED_RETRY].headers()
    assert all(header.name != "Retry-After" for header in REFUSALS[Behaviour.CONGESTED].headers())
