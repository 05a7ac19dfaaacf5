"""Today's calling hours of a campaign, looked up once a minute."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf

from dialer.campaigns.campaign import Campaign, OpenHours
from dialer.compliance.wall_clock import local_time
from dialer.compliance.window import hours_on

#: Ordinal of 1 January 1970.
FIRST_DAY = 719_163


def minute_of(utc: float) -> int:
    """The minute of a time: windows open and close with the minute."""
    return int(utc // 60)


def open_hours(campaign: Campaign, utc: float) -> OpenHours | None:
    """The hours of today, from the first zone that opens to the last that closes, or until the teams go home; None
    while all zones are closed. For teams that work beyond the end of their shift the hours end now."""
    minute = minute_of(utc)
    known = campaign.hours
    if known is not None and known.minute == minute and known.closes_at > utc:
        return known
    campaign.hours = _look_up(campaign, utc, known, minute)
    return campaign.hours


def day_of(campaign: Campaign, utc: float) -> int:
    """The ordinal of the date where the campaign's contacts live."""
    zone = campaign.settings.time_zone or (campaign.zones[0] if campaign.zones else "")
    local = local_time(zone, utc) if zone else None
    return local.toordinal() if local is not None else FIRST_DAY + int(utc // 86_400)


def _look_up(campaign: Campaign, utc: float, known: OpenHours | None, minute: int) -> OpenHours | None:
    today = hours_at(campaign, campaign.zones, utc)
    if today is None:
        return None
    for each in campaign.remembered:
        campaign.abandonment.remember(day_of(campaign, each.at), each.answers, each.abandoned)
    campaign.remembered.clear()
    opens_at, closes_at = today
    day = day_of(campaign, utc)
    if known is not None and known.day == day:
        since = known.since
    else:
        # A campaign that begins in the middle of the day without counts treats the rest as the whole day.
        since = opens_at if campaign.abandonment.within(1, day).answers else utc
    return OpenHours(minute, opens_at, closes_at, since, day)


def hours_at(campaign: Campaign, zones: Iterable[str], utc: float) -> tuple[float, float] | None:
    """The calling hours around `utc`: begin in the first zone, and end in the last zone or with the shift; None while
    all zones are closed. Epoch seconds."""
    spans = [span for zone in zones if (span := _span(campaign, zone, utc)) is not None]
    if not spans:
        return None
    opens_at = min(opens_at for opens_at, _ in spans)
    return opens_at, min(max(closes_at for _, closes_at in spans), max(utc, _shift_end(campaign, opens_at)))


def closings(campaign: Campaign, zones: Iterable[str], utc: float) -> dict[str, float]:
    """The end of today's dialing in each open zone, by its window or with the shift; epoch seconds."""
    today = hours_at(campaign, campaign.zones, utc)
    if today is None:
        return {}
    spans = {zone: _span(campaign, zone, utc) for zone in zones}
    return {zone: min(span[1], today[1]) for zone, span in spans.items() if span is not None}


def _shift_end(campaign: Campaign, opens_at: float) -> float:
    """The first end of the teams' shift after `opens_at`, perhaps on the next day in their zone; never if the campaign
    has no shift. Epoch seconds."""
    rules = campaign.settings.predictive
    zone = rules.shift_zone or campaign.settings.time_zone
    local = local_time(zone, opens_at) if zone is not None else None
    if local is None or rules.shift_ends is None:
        return inf
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    ends_at = _clock(midnight, rules.shift_ends)
    return ends_at if ends_at > opens_at else _clock(midnight + timedelta(days=1), rules.shift_ends)


def _span(campaign: Campaign, zone: str, utc: float) -> tuple[float, float] | None:
    """Opening and closing of today in a zone, epoch seconds; None where it is closed now."""
    local = local_time(zone, utc)
    hours = None if local is None else hours_on(campaign.settings.calling_window, local.date())
    if local is None or hours is None:
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    opens_at, closes_at = (_clock(midnight, minutes) for minutes in (hours.opens_minute, hours.closes_minute))
    return (opens_at, closes_at) if opens_at <= utc < closes_at else None


def _clock(midnight: datetime, minutes: int) -> float:
    """The wall clock `minutes` after midnight, also on days when the clocks change."""
    if minutes == 1440:
        return (midnight + timedelta(days=1)).timestamp()
    return midnight.replace(hour=minutes // 60, minute=minutes % 60).timestamp()
