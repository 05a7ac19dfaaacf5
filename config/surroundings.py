"""Whether the external references of a configuration exist: files, time zones, countries."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path as FilePath

import holidays
import phonenumbers

from config.consistency import Inconsistency
from config.model import CallingWindow, Settings
from config.problems import Path
from dialer.compliance.zones import NoPlace, place_zone
from dialer.records.phone_number import e164
from dialer.records.unusable import UnusableNumber
from dialer.words import say, words_of


def _sounds(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Files that contacts hear."""
    for at, campaign in enumerate(settings.campaigns):
        yield ("campaigns", at, "hold_music"), campaign.hold_music
        yield ("campaigns", at, "waiting_message"), campaign.waiting_message
    for at, engine in enumerate(settings.engines):
        yield ("engines", at, "unattended_message"), engine.unattended_message


def _files(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Files that must exist before dialing."""
    yield from _sounds(settings)
    for section in ("trunks", "phones"):
        for at, item in enumerate(getattr(settings, section)):
            tls = getattr(item, "tls", None)
            for name in ("ca_file", "certificate_file", "key_file"):
                yield (section, at, "tls", name), getattr(tls, name, "")


def astray(settings: Settings) -> Iterator[Inconsistency]:
    """All references without an object."""
    yield from _missing_files(settings)
    yield from _unplayable(settings)
    yield from _unknown_zones(settings)
    yield from _unknown_countries(settings)
    yield from _impossible_numbers(settings)


def _missing_files(settings: Settings) -> Iterator[Inconsistency]:
    for path, name in _files(settings):
        if name and not FilePath(name).is_file():
            yield Inconsistency(path, f"there is no file {name}; put it there or correct the name")


def _unplayable(settings: Settings) -> Iterator[Inconsistency]:
    """Unplayable sounds, found here and not at the first contact without an agent."""
    for path, name in _sounds(settings):
        wrong = _wrong_sound(name) if name and FilePath(name).is_file() else ""
        if wrong:
            yield Inconsistency(path, f"{name} {wrong}; save it as WAV, 16 bit, mono")


def _wrong_sound(name: str) -> str:
    """The fault that keeps a WAV file from being played; empty without one."""
    try:
        with wave.open(name, "rb") as sound:
            form = (sound.getnchannels(), sound.getsampwidth())
            if form != (1, 2):
                return f"has {form[0]} channels of {8 * form[1]} bit"
            return "" if sound.getnframes() else "is silent: it has no samples"
    except (wave.Error, EOFError) as error:
        return f"is no WAV file that can be played ({str(error) or 'it ends too early'})"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _unknown_zones(settings: Settings) -> Iterator[Inconsistency]:
    for at, campaign in enumerate(settings.campaigns):
        if campaign.time_zone is not None:
            yield from _no_place(("campaigns", at, "time_zone"), campaign.time_zone)
        if campaign.predictive.shift_zone is not None:
            yield from _no_place(("campaigns", at, "predictive", "shift_zone"), campaign.predictive.shift_zone)


def _no_place(path: Path, zone: str) -> Iterator[Inconsistency]:
    try:
        place_zone(zone)
    except NoPlace as problem:
        yield Inconsistency(path, f"{zone!r} {say(problem.reason)}")


def _impossible_numbers(settings: Settings) -> Iterator[Inconsistency]:
    """Impossible caller IDs. Those without + are digits of a private exchange and taken as they are."""
    for at, trunk in enumerate(settings.trunks):
        if trunk.caller_id is not None and trunk.caller_id not in trunk.caller_ids:
            yield from _no_number(("trunks", at, "caller_id"), trunk.caller_id)
        for position, number in enumerate(trunk.caller_ids):
            yield from _no_number(("trunks", at, "caller_ids", position), number)
    for at, campaign in enumerate(settings.campaigns):
        for position, number in enumerate(campaign.caller_ids):
            yield from _no_number(("campaigns", at, "caller_ids", position), number)


def _no_number(path: Path, number: str) -> Iterator[Inconsistency]:
    if not number.startswith("+"):
        return
    try:
        right = e164(number, "", in_plan=False)
    except UnusableNumber as problem:
        reason = f"{number} cannot be shown, {words_of(problem)}; write it with + and country code, as in +442079460100"
        yield Inconsistency(path, reason)
        return
    if right != number:
        yield Inconsistency(path, f"{number} is not written as it is dialed; write {right}")


def _unknown_countries(settings: Settings) -> Iterator[Inconsistency]:
    plans = phonenumbers.SUPPORTED_REGIONS
    for at, campaign in enumerate(settings.campaigns):
        if campaign.region is not None and campaign.region not in plans:
            yield Inconsistency(("campaigns", at, "region"), f"{campaign.region} is no country; write it as in GB")
        yield from _unknown_holidays(("campaigns", at, "calling_window"), campaign.calling_window)
    for at, trunk in enumerate(settings.trunks):
        region = trunk.number_format.region
        if region is not None and region not in plans:
            yield Inconsistency(("trunks", at, "number_format", "region"), f"{region} is no country; write it as in GB")


def _unknown_holidays(path: Path, window: CallingWindow) -> Iterator[Inconsistency]:
    country, part = window.holidays_country, window.holidays_subdivision
    if country is None:
        if part is not None:
            yield Inconsistency((*path, "holidays_subdivision"), "needs holidays_country; add it")
        return
    supported = holidays.list_supported_countries()
    if country not in supported:
        reason = f"the holidays of {country} are not known; leave it out and close the days by stopping the campaign"
        yield Inconsistency((*path, "holidays_country"), reason)
    elif part is not None and part not in supported[country]:
        known = ", ".join(supported[country]) or "none"
        reason = f"{part!r} is no part of {country} whose holidays are known; use one of {known}"
        yield Inconsistency((*path, "holidays_subdivision"), reason)
