"""Phone numbers in requests, made E.164 by the rules of an import or refused with their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent_api.frame.problems import Place, invalid
from dialer.records.phone_number import e164, known_region
from dialer.records.unusable import UnusableNumber
from dialer.words import words_of

#: A country, ISO 3166-1 alpha-2, or none.
REGION = r"^([A-Z]{2})?$"


def numbers_in(given: Sequence[str], region: str, place: Callable[[int], str]) -> tuple[str, ...]:
    """The numbers in E.164; `region` is the country of those without country code, `place` gives the place of each.

    Numbers outside the known numbering plan are accepted, as the plan may be older than the number. Raises
    ProblemRaised with each impossible number.
    """
    if region and not known_region(region):
        raise invalid(Place("region", f"{region!r} is no country; write two letters, as in GB"))
    found: list[str] = []
    wrong: list[Place] = []
    for at, text in enumerate(given):
        try:
            found.append(e164(text, region, in_plan=False))
        except UnusableNumber as problem:
            wrong.append(Place(place(at), f"is {text[:32]!r}: {words_of(problem)}"))
    if wrong:
        raise invalid(*wrong)
    return tuple(found)
