"""The zone and country of rows without their own in a new calling list."""

from __future__ import annotations

import pytest

from config.model import CampaignSettings, Mode, Settings
from dialer.records.place import Place, place_of
from dialer.vocabulary.errors import Refused
from dialer.words import words_of


def _settings(*places: tuple[str | None, str | None]) -> Settings:
    return Settings(
        campaigns=tuple(
            CampaignSettings.model_validate(
                {
                    "name": f"campaign-{at}",
                    "mode": Mode.PREVIEW,
                    "teams": ["sales"],
                    "trunks": ["pbx"],
                    "lists": ["people"],
                    "time_zone": zone,
                    "region": region,
                }
            )
            for at, (zone, region) in enumerate(places)
        )
    )


def test_the_campaigns_that_dial_the_list_say_where_it_is_at_home() -> None:
    settings = _settings(("Europe/London", None), (None, "GB"))
    assert place_of(settings, "people") == Place("Europe/London", "GB")
    assert place_of(settings, "others") == Place()


def test_campaigns_that_contradict_each_other_say_nothing() -> None:
    settings = _settings(("Europe/London", "GB"), ("Europe/Rome", "GB"))
    with pytest.raises(Refused) as refused:
        place_of(settings, "people")
    assert (refused.value.code, words_of(refused.value)) == (
        "place_ambiguous",
        "The campaigns of the list 'people' have different time zones (Europe/London, Europe/Rome): say --zone.",
    )


def test_what_was_said_goes_before_what_is_configured() -> None:
    assert Place("", "IT").or_else(Place("Europe/London", "GB")) == Place("Europe/London", "IT")
