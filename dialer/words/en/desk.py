"""Refusals of agents' commands."""

from __future__ import annotations

SENTENCES = {
    "not_permitted": (
        "You may not {to, select, get_next {ask for records in this campaign} reject {reject records in this campaign} "
        "give_back {give records back in this campaign} cancel {cancel records in this campaign} "
        "call_again {call again in this campaign} set_call_result {set the call result} "
        "do_not_call {mark a contact as not to be called} edit_fields {change fields} "
        "other {do this in this campaign}}."
    ),
    "not_your_campaign": "You do not work for {campaign}.",
    "not_your_interaction": "This interaction is not on your desk.",
    "campaign_not_running": "{campaign} is {state}.",
    "not_preview": "{campaign} dials by itself.",
    "not_ready": "Be ready, with nothing on the desk, to get a record.",
    "already_asked": "A record has been asked for.",
    "offer_over": "This offer is over.",
    "preview_over": "The record was not dialed within {limit_s} s and went back to the list.",
    "not_previewed.dial": "There is no record on your desk to dial.",
    "not_previewed.give_back": "There is no record on your desk to give back.",
    "already_dialed": "The record is being dialed; end the call instead.",
    "phone_on_hold": "Your phone is on hold; take it off hold first.",
    "call_in_progress.call_again": "The call is not over yet.",
    "call_in_progress.done": "End the call first.",
    "do_not_call.contact": "This contact is not to be called.",
    "not_after_call.call_again": "Call again belongs to after-call work.",
    "not_after_call.extend": "There is no after-call work to prolong.",
    "no_more_time": "More time was given {given, plural, one {once} other {# times}} already.",
    "no_call": "There is no call to end.",
    "not_connected": "There is no conversation with the contact now.",
    "already_on_hold": "The contact is on hold already.",
    "not_on_hold": "The contact is not on hold by you.",
    "bad_digits": "Digits are 1 to 32 of 0-9 * # A-D.",
    "unknown_result": "{result} is not offered here.",
    "unknown_disposition": "There is no disposition ''{disposition}''.",
    "do_not_call_stays": (
        "Do not call was committed and stays; a supervisor lifts it (DELETE /do-not-call/'{number}', with a reason)."
    ),
    "note_too_long": "A note has at most {most} characters.",
    "field_not_editable": "The field ''{field}'' cannot be changed here.",
    "value_too_long": "{label} has {length} characters; write at most {most}.",
    "unknown_choice": (
        "''{value}'' is no choice of {label}; take one of {choices}{more, select, true {, ...} other {}}."
    ),
    "bad_value": (
        "{label} is a {type, select, integer {whole number} decimal {number} boolean {yes or no} date {date} "
        "date_time {date with a time} url {web address} phone {phone number} other {{type}}}, and ''{value}'' is none; "
        "write {type, select, integer {digits alone, as 42} decimal {digits with a point, as 12.50} "
        "boolean {true or false} date {year, month and day, as 2026-01-31} date_time {as 2026-01-31T14:30} "
        "url {as https://example.net/contract} phone {it with the country code, as +442079460123} other {another}}."
    ),
    "bad_value.control_character": "{label} holds a control character; write it anew without.",
    "bad_then": "then is ready, not_ready or empty.",
    "outcome_missing": "Before Done, set: {wanted}.",
    "logged_out": "Log in first.",
    "offer_over.none": "There is no offer to answer.",
    "not_previewed.offered": "Accept or reject the offer.",
    "outcome_part": "{part, select, call_result {call result} other {{part}}}",
    "outcome_field": "{label}",
    "logged_out.now": "You are logged out.",
    "logged_in": "You are logged in.",
    "ready": "You are ready.",
    "no_preview_campaign": "No campaign in preview mode is running for you.",
    "unknown_reason": "There is no reason ''{reason}''.",
}
