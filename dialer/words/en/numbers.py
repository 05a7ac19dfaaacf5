"""What people read where a text is no phone number that could be dialed."""

from __future__ import annotations

#: Types of numbers that cost more than a call, or are no contact's.
TYPES = (
    "premium_rate {a premium-rate number} shared_cost {a shared-cost number} "
    "personal {a personal number that is charged above a call} "
    "satellite {a number of a satellite or international network} pager {a pager} "
    "voicemail {a voice mail service} emergency {an emergency number} other {of another kind}"
)

SENTENCES = {
    "number_unusable.missing": "the number is missing",
    "number_unusable.several": "there are several numbers in the cell: give each a row of its own",
    "number_unusable.text_too_long": "this is too long for a phone number",
    "number_unusable.letters": "there are letters in the number: write digits alone",
    "number_unusable.damaged": (
        "{damage, select, rounded {a spreadsheet has rounded the number} "
        "decimal {a spreadsheet has made a decimal of the number} thousands {a spreadsheet has set thousands apart} "
        "other {the zero at the beginning is lost}}: "
        "format its column as text in the spreadsheet and save the file again"
    ),
    "number_unusable.extension": "the extension {extension} is no part of the number: leave it out",
    "number_unusable.emergency": "this is an emergency number, which is never dialed",
    "number_unusable.impossible": (
        "{because, select, too_short {the number is too short} no_area_code {the number lacks its area code} "
        "too_long {the number is too long} length {no number of this country has this length} "
        "country_code {there is no such country code} other {this is no phone number}}"
    ),
    "number_unusable.no_country": ("the number has no country code: write it with + and the code, or name its country"),
    "number_unusable.not_in_plan": "nobody can have this number: it is not in its country''s numbering plan",
    "number_unusable.type": (
        f"this is {{type, select, {TYPES}}}: it is dialed only by a campaign that allows the type {{type}}"
    ),
}
