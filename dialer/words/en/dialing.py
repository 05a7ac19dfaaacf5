"""Why a number or a phone is not dialed now."""

from __future__ import annotations

from dialer.words.en.numbers import TYPES

SENTENCES = {
    "unknown_zone": "The record's time zone ''{zone}'' is unknown.",
    "calling_window": "It is {at} in {zone}, outside the calling window.",
    "calling_window.over": "The calling window in {zone} is over.",
    "record_hours": "It is {at} in {zone}, outside the hours of this record.",
    "max_attempts": "The record has had {attempts} of {max_attempts} attempts.",
    "number_type": (f"The number is {{type, select, {TYPES}}}, and the campaign does not allow the type {{type}}."),
    "do_not_call": "The number is on the do-not-call list.",
    "claim_lost": "Another node has this record.",
    "abandoned": "Somebody was abandoned at this number: for a while it is dialed only with an agent at hand.",
    "store_unavailable": "The database takes no writes: {problem}",
    "engine_unavailable": "No engine is connected; start cornetta engine, or look into its log.",
    "engine_unavailable.now": "No engine takes calls now; wait until it is back.",
    "engine_unavailable.interaction": "The engine of this interaction takes no calls now.",
    "engine_unavailable.none": "The interaction has no engine.",
    "engine_short": "{problem}. It is tried again in a few seconds.",
    "trunk_state": "{trunk}: {because}",
    "trunk_down": "No trunk can take the call ({count, plural, =0 {none is configured} other {{trunks}}}).",
    "trunk_limit": "No trunk can take the call ({count, plural, =0 {none is configured} other {{trunks}}}).",
    "no_phone.unusable": "The phone ''{phone}'' cannot be rung: {problem}",
    "no_phone": "{name} has no phone; an administrator sets one.",
    "phone_taken": (
        "The phone {phone} is in use by {holder}; {holder} logs out first, or an administrator gives you another phone."
    ),
    "phone_taken.over": "{by} has logged in at the phone {phone}.",
}
