"""Why a text is no phone number that could be dialed. Each goes on from the text, which is told beside it."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class NumberMissing(Reason, frozen=True, tag="number_unusable.missing"):
    pass


class SeveralNumbers(Reason, frozen=True, tag="number_unusable.several"):
    pass


class NumberTextTooLong(Reason, frozen=True, tag="number_unusable.text_too_long"):
    """No number has so much text, with the signs between its digits."""


class LettersInNumber(Reason, frozen=True, tag="number_unusable.letters"):
    pass


class NumberDamaged(Reason, frozen=True, tag="number_unusable.damaged"):
    """A spreadsheet has taken the number for an amount: `damage` is decimal, rounded, thousands, or zero for one whose
    zero at the beginning is lost."""

    damage: str


class ExtensionInNumber(Reason, frozen=True, tag="number_unusable.extension"):
    extension: str


class EmergencyNumber(Reason, frozen=True, tag="number_unusable.emergency"):
    pass


class NumberImpossible(Reason, frozen=True, tag="number_unusable.impossible"):
    """`because` is too_short, no_area_code, too_long, length, country_code, or no_number."""

    because: str


class CountryMissing(Reason, frozen=True, tag="number_unusable.no_country"):
    """The number is national, and nobody says of which country."""


class NumberNotInPlan(Reason, frozen=True, tag="number_unusable.not_in_plan"):
    pass


class NumberTypeNotAllowed(Reason, frozen=True, tag="number_unusable.type"):
    """No campaign of the list allows numbers of this type."""

    type: str
