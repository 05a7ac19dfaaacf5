"""One normalisation of numbers: equal numbers become the same text, and other text is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.records.phone_number import e164, with_extension, written
from dialer.records.unusable import UnusableNumber
from dialer.vocabulary.reasons.numbers import NumberNotInPlan, SeveralNumbers
from dialer.words import words_of

ONE = "+442079460001"


@pytest.mark.parametrize(
    "text",
    [
        *("+442079460001", "+44 (0)20 7946 0001", "+4402079460001", "0044 20 7946 0001", "442079460001"),
        *("020 7946 0001", "(020) 7946-0001", "020.7946.0001", "2079460001", "tel:+44-20-7946-0001"),
        *("\u202a+44 20 7946 0001\u202c", "+44\u200e20 7946 0001", "020\u202c7946 0001", "020\xa07946\xa00001"),
        *("020\u2009 7946\u30000001", "\ufeff020 7946 0001", "020\u200b7946\u20600001", "020 79\u00ad46 0001"),
        *(
            "\uff10\uff12\uff10\uff17\uff19\uff14\uff16\uff10\uff10\uff10\uff11",
            "'02079460001",
            '="02079460001"',
            "020 7946 0001 ",
            "020\u20117946\u20110001",
        ),
    ],
)
def test_one_number_has_one_form(text: str) -> None:
    assert e164(text, "GB") == ONE


@pytest.mark.parametrize(
    "extension",
    [
        *("#12", ",12", ";12", " x12", "x12", " ext. 12", " ext 12", ";ext=12", " Extension 12", " int. 12", ",,12"),
        *(" # 12#", " Durchwahl 12", " poste 12", " anexo 12"),
    ],
)
def test_extensions_are_told_from_the_number_alike(extension: str) -> None:
    number, digits = with_extension(f"020 7946 0001{extension}", "GB")
    assert (written(number), digits) == (ONE, "12")
    with pytest.raises(UnusableNumber) as refused:
        e164(f"020 7946 0001{extension}", "GB")
    assert words_of(refused.value) == "the extension 12 is no part of the number: leave it out"


@pytest.mark.parametrize(
    "text",
    [
        *("020 7946 0001 / 020 7946 0002", "020 7946 0003, 020 7946 0004", "020 7946 0005 ::: 020 7946 0006"),
        *("020 7946 0001\n020 7946 0002", "020 7946 0001 or 020 7946 0002", "020 7946 0001|020 7946 0002"),
        *("+442079460001;+442079460002", "0207946 0001 oder 0207946 0002"),
    ],
)
def test_several_numbers_in_a_cell_are_refused(text: str) -> None:
    with pytest.raises(UnusableNumber) as refused:
        e164(text, "GB")
    assert refused.value.reason == SeveralNumbers()


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("999", "GB", "an emergency number, which is never dialed"),
        ("112", "IT", "an emergency number, which is never dialed"),
        ("+44999", "", "an emergency number, which is never dialed"),
        ("911", "US", "an emergency number, which is never dialed"),
        ("020 7946 0001", "", "has no country code"),
        ("+999 123 456 789", "GB", "no such country code"),
        ("+44 20 7946", "GB", "lacks its area code"),
        ("+44 20 7946 0001 0001 00", "GB", "too long"),
        ("442079460001.00", "GB", "made a decimal"),
        ("2079460003,00", "GB", "made a decimal"),
        ("442,079,460,005", "GB", "thousands apart"),
        ("4.42079E+11", "GB", "rounded"),
        ("\u200b\u202c", "GB", "missing"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text: str, region: str, reason: str) -> None:
    with pytest.raises(UnusableNumber) as refused:
        e164(text, region)
    assert reason in words_of(refused.value)
    assert refused.value.code == "number_unusable"


def test_a_number_of_no_plan_may_be_kept_where_the_plan_is_not_asked() -> None:
    assert e164("+44 99 9999 9999", "", in_plan=False) == "+449999999999"
    with pytest.raises(UnusableNumber) as refused:
        e164("+44 99 9999 9999", "")
    assert refused.value.reason == NumberNotInPlan()


LETTERS = "+0123456789 ()-.,;#x\u202a\u200b\xa0:|ext"


@given(st.one_of(st.text(alphabet=LETTERS, max_size=45), st.text(max_size=50)), st.sampled_from(["GB", "IT", "US", ""]))
def test_any_text_is_refused_or_has_a_form_that_stays(text: str, region: str) -> None:
    try:
        number = e164(text, region)
    except UnusableNumber:
        return
    assert e164(number, "") == number
