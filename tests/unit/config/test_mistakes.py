"""Each kind of mistake with its report: line, path, reason and remedy."""

# ruff: noqa: E501  (a message is one line, as it is printed)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loader import check

Write = Callable[[dict[str, str] | str], Path]

TRUNK = "  - {name: pbx, host: 127.0.0.1, caller_ids: [+442079460100]"
REST = """\
teams: [{name: sales}]
campaigns:
  - name: spring
    mode: PROGRESSIVE
    teams: [sales]
    lists: [spring]
    trunks: [pbx]
"""


def of_trunk(more: str) -> str:
    """A trunk in line 2 with one more key in line 3."""
    return f"trunks:\n{TRUNK},\n     {more}}}\n{REST}"


def of_campaign(more: str) -> str:
    """A campaign, named in line 5, with one more key in line 10."""
    return f"trunks:\n{TRUNK}}}\n{REST}    {more}\n"


def of_browser(more: str) -> str:
    """Phones of kind browser in line 2 with more keys from line 3 on."""
    return f"phones:\n  - kind: browser\n    {more}\n    name: pages\n    trunk: pbx\n" + (
        "trunks: [{name: pbx, host: 127.0.0.1}]\n"
    )


# fmt: off
MISTAKES = [
    # keys
    ("trunk: []", "1: trunk: is not known here; did you mean trunks?"),
    (of_trunk("max_leg: 3"), "3: trunks[pbx].max_leg: is not known here; did you mean max_legs?"),
    (of_trunk("zzz: 3"), "3: trunks[pbx].zzz: is not known here; remove it, or look up its name in the example"),
    (of_trunk("tls: {colour: red}"), "3: trunks[pbx].tls.colour: is not known here; remove it, or use one of ca_file, certificate_file, key_file, verify"),
    (of_trunk("<<: {port: 5060}"), "3: trunks[pbx].<<: merge keys are not supported; write the keys themselves"),
    (of_trunk("name: other"), "3: trunks[pbx].name: is given twice, first in line 2; remove one"),
    ("trunks:\n  - {host: 127.0.0.1}\n", "2: trunks[1].name: is missing; add it (Name of the trunk)"),
    ("teams:\n  - {name: }\n", "2: teams[1].name: has no value; write one value, or remove the line"),
    ("teams:\n  - {? [a] : b, name: x}\n", "2: teams[x]: has a key that is no text; write KEY: VALUE"),
    (of_campaign("retries: {busy: {dely_s: 3}}"), "10: campaigns[spring].retries.busy.dely_s: is not known here; did you mean delay_s?"),
    (of_campaign("retries: {bussy: {delay_s: 3}}"), "10: campaigns[spring].retries.bussy: 'bussy' is not known; did you mean busy?"),
    ("phones: [{kind: statik, name: x, uri: 'sip:a@b'}]", "1: phones[x]: 'statik' is not known; did you mean static?"),
    ("phones: [{name: x, uri: 'sip:a@b'}]", "1: phones[x]: kind is missing; add kind: with one of asterisk, browser, static"),
    ("phones: [{kind: static, name: x, uri: 'sip:a@b', trnk: y}]", "1: phones[x].trnk: is not known here; did you mean trunk?"),
    # forms
    (of_trunk("max_legs: many"), "3: trunks[pbx].max_legs: 'many' is no whole number; write digits, as in 30"),
    (of_trunk("max_legs: 1.5"), "3: trunks[pbx].max_legs: '1.5' is no whole number; write digits, as in 30"),
    (of_trunk("from_domain: 127.0.0.1:5070"), "3: trunks[pbx].from_domain: '127.0.0.1:5070' has a port; write 127.0.0.1 alone, and a trunk's port as port: 5070"),
    (of_trunk("max_legs: 0"), "3: trunks[pbx].max_legs: '0' is out of range; write 1 or more"),
    (of_trunk("max_calls_per_s: 0"), "3: trunks[pbx].max_calls_per_s: '0' is out of range; write more than 0"),
    (of_trunk("max_calls_per_s: nan"), "3: trunks[pbx].max_calls_per_s: 'nan' is no number; write a number, as in 30 or 0.5"),
    (of_trunk("rtp_timeout_s: 30 s"), "3: trunks[pbx].rtp_timeout_s: '30 s' is no number; write a number, as in 30 or 0.5"),
    (of_trunk("port: 70000"), "3: trunks[pbx].port: '70000' is out of range; write 65535 or less"),
    (of_trunk("registration: perhaps"), "3: trunks[pbx].registration: 'perhaps' is neither true nor false; write true or false"),
    (of_trunk("transport: tcpp"), "3: trunks[pbx].transport: 'tcpp' is not known; did you mean tcp?"),
    (of_trunk("transport: pigeon"), "3: trunks[pbx].transport: 'pigeon' is not known; write one of udp, tcp, tls"),
    (of_trunk("codecs: []"), "3: trunks[pbx].codecs: is empty; name at least one"),
    (of_trunk("codecs: PCMA"), "3: trunks[pbx].codecs: 'PCMA' is no list; write each item after a dash"),
    (of_trunk("codecs: [PCMA, PCMA]"), "3: trunks[pbx].codecs: names a codec twice; name each once, the preferred first"),
    (of_trunk("tls: yes"), "3: trunks[pbx].tls: 'yes' is no group of keys; write KEY: VALUE lines below it"),
    (of_trunk("from_user: [a]"), "3: trunks[pbx].from_user: it is no text; write one value"),
    (of_trunk("caller_id: 12345678901234567"), "3: trunks[pbx].caller_id: '12345678901234567' does not have the right form; write the digits with + and country code, as in +442079460100"),
    (of_trunk("public_address: a b"), "3: trunks[pbx].public_address: 'a b' is no host name or address; write it as in sip.example.com, 192.0.2.10 or [2001:db8::1]"),
    (of_trunk("cause_table: {48: busy}"), "3: trunks[pbx].cause_table.48: '48' does not have the right form; write a SIP code as in 486, or a cause as in q850:17"),
    (of_trunk("cause_table: {486: bussy}"), "3: trunks[pbx].cause_table.486: 'bussy' is not known; did you mean busy?"),
    (of_trunk("extra_headers: {Via: x}"), "3: trunks[pbx].extra_headers: Via is set by Cornetta itself; remove it"),
    (of_trunk('extra_headers: {X-A: "a\\r\\nb"}'), "3: trunks[pbx].extra_headers: X-A holds a control character; write it on one line"),
    (of_trunk("extra_headers: {a b: x}"), "3: trunks[pbx].extra_headers: 'a b' is no name of a header; write for example X-Campaign"),
    (of_trunk("number_format: {rules: [{pattern: '('}]}"), "3: trunks[pbx].number_format.rules[1].pattern: is not a regular expression (missing ), unterminated subpattern at position 0); write for example ^0039"),
    (of_trunk("number_format: {form: national}"), "3: trunks[pbx].number_format: form national needs a region; add region: GB, or the country of the trunk"),
    (of_trunk("number_format: {region: QQ}"), "3: trunks[pbx].number_format.region: QQ is no country; write it as in GB"),
    (of_trunk("registration: on"), "2: trunks[pbx]: registration needs authentication; add authentication with user and password"),
    (of_trunk("caller_id: +442079460109"), "2: trunks[pbx]: caller_id +442079460109 is not owned by the trunk; add it to caller_ids"),
    (of_trunk("probe_deadline_s: 10"), "2: trunks[pbx]: probe_deadline_s must be shorter than probe_interval_s; lower it"),
    (of_trunk("keepalive_s: 5"), "2: trunks[pbx]: keepalive_s must be 0, or at least 15; raise it"),
    ("users:\n  - {name: a b, password: '${PASSWORD}', role: auditor}", "2: users[a b].name: 'a b' does not have the right form; use letters, digits, dot, dash and underscore, at most 64"),
    ("teams:\n  - sales\n", "2: teams[1]: 'sales' is no group of keys; write KEY: VALUE lines below it"),
    ("teams: sales", "1: teams: 'sales' is no list; write each item after a dash"),
    # hosts and URIs
    (of_trunk("from_domain: 'sip:sip.example.com'"), "3: trunks[pbx].from_domain: 'sip:sip.example.com' is a URI; write the host alone, as in sip.example.com"),
    (of_trunk("from_domain: 'sips:101@sip.example.com;lr'"), "3: trunks[pbx].from_domain: 'sips:101@sip.example.com;lr' is a URI; write the host alone, as in sip.example.com"),
    (of_trunk("public_address: https://edge.example.net/x"), "'https://edge.example.net/x' is a URI; write the host alone, as in edge.example.net"),
    (of_trunk("from_domain: 'a:5060:5061'"), "3: trunks[pbx].from_domain: 'a:5060:5061' is no host name or address; write it as in sip.example.com, 192.0.2.10 or [2001:db8::1]"),
    (of_trunk("from_domain: '::::'"), "3: trunks[pbx].from_domain: '::::' is no host name or address; "),
    (of_trunk("from_domain: '[::1]:5060'"), "'[::1]:5060' has a port; write [::1] alone, and a trunk's port as port: 5060"),
    (of_trunk("from_domain: '[sip.example.com]'"), "'[sip.example.com]' is no host name or address; "),
    (of_trunk("from_domain: '[::1'"), "'[::1' is no host name or address; "),
    (of_trunk("from_domain: 300.1.2.3"), "'300.1.2.3' is no host name or address; "),
    (of_trunk("from_domain: 192.0.2"), "'192.0.2' is no host name or address; "),
    (of_trunk("from_domain: -a.example.com"), "'-a.example.com' is no host name or address; "),
    (of_trunk("from_domain: a..example.com"), "'a..example.com' is no host name or address; "),
    (of_trunk("from_domain: m\u00fcnchen.example"), "'m\u00fcnchen.example' is no host name or address; write the name as it is in DNS, xn--mnchen-3ya.example"),
    (of_trunk("from_domain: user@sip.example.com"), "'user@sip.example.com' has a user; write the host alone, as in sip.example.com"),
    (of_trunk("peers: [192.0.2.7, 'fe80::1%eth0']"), "3: trunks[pbx].peers[2]: 'fe80::1%eth0' is no host name or address; "),
    (of_trunk("outbound_proxy: edge.example.net"), "3: trunks[pbx].outbound_proxy: 'edge.example.net' is no SIP URI; write it as in sip:edge.example.net;lr"),
    (of_trunk("outbound_proxy: 'sip:::::;lr'"), "trunks[pbx].outbound_proxy: 'sip:::::;lr' has no host name or address in it; "),
    (of_trunk("outbound_proxy: 'sip:a:5060:5061'"), "'sip:a:5060:5061' has no port from 1 to 65535 behind its host; write it as in sip:192.0.2.10:5060"),
    (of_trunk("outbound_proxy: 'sip:edge.example.net:70000'"), "'sip:edge.example.net:70000' has no port from 1 to 65535 behind its host"),
    ("phones: [{kind: static, name: x, uri: 'sip:a@b:0'}]", "1: phones[x].uri: 'sip:a@b:0' has no port from 1 to 65535 behind its host"),
    ("phones: [{kind: static, name: x, uri: 'sip:{extension}@b:5060:5061'}]", "1: phones[x].uri: 'sip:{extension}@b:5060:5061' has no port"),
    ("phones: [{kind: static, name: x, uri: 'sip:a@300.1.1.1'}]", "1: phones[x].uri: 'sip:a@300.1.1.1' has no host name or address in it"),
    ("engines: [{name: e, address: '127.0.0.1:5060'}]", "1: engines[e].address: '127.0.0.1:5060' has a port; write 127.0.0.1 alone"),
    ("server: {listen_host: 'http://127.0.0.1'}", "1: server.listen_host: 'http://127.0.0.1' is a URI; write the host alone, as in 127.0.0.1"),
    ("server: {public_url: dialer.example.com}", "1: server.public_url: 'dialer.example.com' is no address of a web server; write it as in https://dialer.example.com"),
    ("server: {public_url: 'https://a:1:2'}", "1: server.public_url: 'https://a:1:2' is no address of a web server"),
    ("server: {public_url: 'https://:8080'}", "1: server.public_url: 'https://:8080' is no address of a web server"),
    ("server: {public_url: 'https://a:70000'}", "1: server.public_url: 'https://a:70000' is no address of a web server"),
    ("server: {database_url: 'mysql://x/y'}", "1: server.database_url: is no URL of a database; write sqlite:////DIRECTORY/FILE or postgresql://USER@HOST/NAME"),
    # numbers that we show
    (of_campaign("caller_ids: [+4402079460100]"), "10: campaigns[spring].caller_ids[1]: +4402079460100 is not written as it is dialed; write +442079460100"),
    (of_campaign("caller_ids: [+44207946]"), "campaigns[spring].caller_ids[1]: +44207946 cannot be shown, the number lacks its area code; write it with + and country code"),
    (of_campaign("caller_ids: [+999123456]"), "campaigns[spring].caller_ids[1]: +999123456 cannot be shown, there is no such country code; "),
    # zones
    (of_campaign("time_zone: EST"), "10: campaigns[spring].time_zone: 'EST' is an abbreviation and no place; write America/New_York"),
    (of_campaign("time_zone: UTC"), "10: campaigns[spring].time_zone: 'UTC' is a clock and no place; write the place, as in Europe/London"),
    (of_campaign("time_zone: Etc/GMT+5"), "'Etc/GMT+5' is a clock and no place; "),
    # letters that are not seen
    (of_campaign('description: "a\u200bb"'), "10: campaigns[spring].description: holds a letter that is not seen (U+200B); remove it"),
    ("trunks: []\n\ufeffteams: []", "2: \ufeffteams: holds a letter that is not seen (U+FEFF); remove it"),
    (of_campaign("allow_number_types: [emergency]"), "10: campaigns[spring].allow_number_types: emergency numbers are never dialed; remove emergency"),
    (of_campaign("allow_number_types: [premium]"), "10: campaigns[spring].allow_number_types[1]: 'premium' is not known; did you mean premium_rate?"),
    # campaigns
    (of_campaign("ring_timeout_s: 10"), "10: campaigns[spring].ring_timeout_s: is shorter than the 15 s that the law wants a contact's phone to ring; raise it"),
    (of_campaign("calling_window: {monday: 20-9}"), "10: campaigns[spring].calling_window.monday: the window is empty: it closes before it opens; write 09:00-20:00, or closed"),
    (of_campaign("calling_window: {monday: 9-9}"), "10: campaigns[spring].calling_window.monday: the window is empty: it closes before it opens; write 09:00-20:00, or closed"),
    (of_campaign("calling_window: {monday: always}"), "10: campaigns[spring].calling_window.monday: 'always' is no window; write 09:00-20:00, or closed"),
    (of_campaign("calling_window: {monday: 9-25}"), "10: campaigns[spring].calling_window.monday: '9-25' is not within a day; write hours from 00:00 to 24:00"),
    (of_campaign("calling_window: {holidays_country: QQ}"), "10: campaigns[spring].calling_window.holidays_country: the holidays of QQ are not known; leave it out and close the days by stopping the campaign"),
    (of_campaign("calling_window: {holidays_country: GB, holidays_subdivision: XYZ}"), "10: campaigns[spring].calling_window.holidays_subdivision: 'XYZ' is no part of GB whose holidays are known; use one of "),
    (of_campaign("calling_window: {holidays_subdivision: ENG}"), "10: campaigns[spring].calling_window.holidays_subdivision: needs holidays_country; add it"),
    (of_campaign("time_zone: Europe/Londn"), "10: campaigns[spring].time_zone: 'Europe/Londn' is no time zone; did you mean Europe/London?"),
    (of_campaign("time_zone: Europe"), "10: campaigns[spring].time_zone: 'Europe' is no time zone; write it as in Europe/London"),
    (of_campaign("region: QQ"), "10: campaigns[spring].region: QQ is no country; write it as in GB"),
    (of_campaign("region: England"), "10: campaigns[spring].region: 'England' does not have the right form; write the two letters of a country, as in GB"),
    (of_campaign("hold_music: none.wav"), "/none.wav; put it there or correct the name"),
    (of_campaign("offer: {look_s: 30}"), "10: campaigns[spring].offer.look_s: the offer expires before it is accepted; make look_s shorter than timeout_s"),
    (of_campaign("caller_ids: [+442079460109]"), "10: campaigns[spring].caller_ids[1]: +442079460109 is not owned by the trunk (pbx); add it to the trunk's caller_ids, if it is"),
    (of_campaign("after_call: {at_limit: default_disposition}"), "10: campaigns[spring].after_call: at_limit default_disposition needs default_disposition; name the code of a disposition"),
    (of_campaign("after_call: {at_limit: default_disposition, default_disposition: sold}"), "10: campaigns[spring].after_call.default_disposition: there is no disposition 'sold'; add it"),
    (of_campaign("after_call: {limit_s: 10}"), "10: campaigns[spring].after_call: warning_s must be shorter than limit_s; lower it"),
    (of_campaign("outcome: {disposition_mandatory: true}"), "10: campaigns[spring].outcome.disposition_mandatory: a disposition is mandatory, but there is none; add dispositions"),
    (of_campaign("outcome: {dispositions: [{code: a, label: A, do_not_call: true}]}\n    after_call: {at_limit: default_disposition, default_disposition: a}"), "11: campaigns[spring].after_call.default_disposition: would put numbers on the do-not-call list because nobody was in time; name another disposition"),
    (of_campaign("outcome: {note_mandatory: true, dispositions: [{code: a, label: A}]}\n    after_call: {at_limit: default_disposition, default_disposition: a}"), "11: campaigns[spring].after_call.at_limit: a default disposition cannot close what needs a note or mandatory fields; use not_ready"),
    (of_campaign("outcome: {dispositions: [{code: a, label: A}, {code: a, label: B}]}"), "10: campaigns[spring].outcome.dispositions[a].code: the code 'a' is given twice; remove one"),
    (of_campaign("outcome: {call_results: [answer, anser]}"), "10: campaigns[spring].outcome.call_results[2].call_result: 'anser' is not known; did you mean answer?"),
    (of_campaign("fields: {case: [{key: a, label: A, type: choice}]}"), "10: campaigns[spring].fields.case[a]: choices and type choice belong together; give both, or neither"),
    (of_campaign("fields: {case: [{key: a, label: A, mandatory: true}]}"), "10: campaigns[spring].fields.case[a]: a mandatory field must be editable; add editable: true"),
    (of_campaign("fields: {case: [{key: a, label: A}, {key: a, label: B}]}"), "10: campaigns[spring].fields.case[a].key: the field 'a' is given twice; remove one"),
    (of_campaign("predictive: {abandonment_limit_percent: 6}"), "10: campaigns[spring].predictive.abandonment_limit_percent: '6' is out of range; write 5 or less"),
    (of_campaign("predictive: {abandonment_limit_percent: 0}"), "10: campaigns[spring].predictive.abandonment_limit_percent: '0' is out of range; write more than 0"),
    (of_campaign("predictive: {connect_limit_s: -1}"), "10: campaigns[spring].predictive.connect_limit_s: '-1' is out of range; write more than 0"),
    (of_campaign("predictive: {least_ring_s: 10}"), "10: campaigns[spring].predictive.least_ring_s: '10' is out of range; write 15 or more"),
    (of_campaign("predictive: {shed_late_rings: true, least_ring_s: 40}"), "10: campaigns[spring].predictive.least_ring_s: no call rings so long; make it shorter than ring_timeout_s"),
    (of_campaign("recording: always"), "10: campaigns[spring].recording: always is not available yet; write never"),
    (of_campaign("permissions: {dial_new_number: true}"), "10: campaigns[spring].permissions.dial_new_number: is not available yet; remove it"),
    (REST.replace("PROGRESSIVE", "PREDICTIVE\n    offer: {accept: agent}"), "5: campaigns[spring].offer: accept: agent has no meaning in PREDICTIVE, which offers no records; remove it"),
    (REST.replace("PROGRESSIVE", "PROGRESSIVE_ASM\n    offer: {accept: agent}"), "5: campaigns[spring].offer: accept: agent has no meaning in PROGRESSIVE_ASM, which offers no records; remove it"),
    (REST.replace("PROGRESSIVE", "PREDICTIVE_ASM\n    contact_wait_s: 1"), "5: campaigns[spring].contact_wait_s: is shorter than predictive.connect_limit_s (2 s): contacts would be given up, and count as abandoned, before their time is over; make it as long at least"),
    (of_campaign("predictive: {abandonment_limit_percent: none}"), "10: campaigns[spring].predictive.abandonment_limit_percent: 'none' is no number; write a number, as in 30 or 0.5"),
    (of_campaign("predictive: {abandonment_limit_percent: .nan}"), "10: campaigns[spring].predictive.abandonment_limit_percent: '.nan' is no number; write a number, as in 30 or 0.5"),
    (of_campaign("predictive: {shift_ends: 25:00, shift_zone: Europe/London}"), "10: campaigns[spring].predictive.shift_ends: '25:00' is no time of day; write it as 17:30"),
    (of_campaign("predictive: {shift_ends: noon}"), "10: campaigns[spring].predictive.shift_ends: 'noon' is no time of day; write it as 17:30"),
    (of_campaign("predictive: {shift_ends: 17:30}"), "10: campaigns[spring].predictive: shift_ends is a time of day of no zone; add shift_zone, as in Europe/London"),
    (of_campaign("predictive: {shift_ends: 17:30, shift_zone: Europe/Nowhere}"), "10: campaigns[spring].predictive.shift_zone: 'Europe/Nowhere' is no time zone; write it as in Europe/London"),
    (of_campaign("predictive: {connect_limit_s: 11}"), "10: campaigns[spring].predictive.connect_limit_s: '11' is out of range; write 10 or less"),
    (of_campaign("predictive: {window_days: 31}"), "10: campaigns[spring].predictive.window_days: '31' is out of range; write 30 or less"),
    (of_campaign("predictive: {min_agents: 0}"), "10: campaigns[spring].predictive.min_agents: '0' is out of range; write 1 or more"),
    (of_campaign("predictive: {min_agents: 2.5}"), "10: campaigns[spring].predictive.min_agents: '2.5' is no whole number; write digits, as in 30"),
    (of_campaign("predictive: {least_ring_s: 121}"), "10: campaigns[spring].predictive.least_ring_s: '121' is out of range; write 120 or less"),
    (of_campaign("predictive: {shed_late_rings: 15}"), "10: campaigns[spring].predictive.shed_late_rings: '15' is neither true nor false; write true or false"),
    (of_campaign("predictive: {limit: 3}"), "10: campaigns[spring].predictive.limit: is not known here; "),
    (of_campaign("predictive: 3"), "10: campaigns[spring].predictive: '3' is no group of keys; write KEY: VALUE lines below it"),
    (of_campaign("ring_timeout_s: 14"), "10: campaigns[spring].ring_timeout_s: is shorter than the 15 s that the law wants a contact's phone to ring; raise it"),
    (of_campaign("waiting_message: sorry.wav"), "10: campaigns[spring].waiting_message: there is no file "),
    # texts
    ('not_ready_reasons: [{code: a, label: "\\e[31mA"}]', "1: not_ready_reasons[a].label: holds a control character; write it anew without"),
    ('phones: [{kind: static, name: x, uri: "sip:{extension}@a", headers: {X-A: "b\\x9b"}}]', "1: phones[x].headers: holds a control character; write it anew without"),
    # names
    (REST, "7: campaigns[spring].trunks[1]: there is no trunk 'pbx'; add it"),
    (REST.replace("[sales]", "[salse]"), "5: campaigns[spring].teams[1]: there is no team 'salse'; did you mean sales?"),
    (REST.replace("[sales]", "[qqq]"), "5: campaigns[spring].teams[1]: there is no team 'qqq'; use one of sales, or add it"),
    ("teams:\n  - name: a\n  - name: a\n", "3: teams[a].name: the name 'a' is given twice in teams; choose another"),
    (REST.replace("[sales]", "[sales, sales]"), "5: campaigns[spring].teams[2]: the team 'sales' is given twice; remove one"),
    ("phones: [{kind: asterisk, name: x, trunk: pbx}]", "1: phones[x].trunk: there is no trunk 'pbx'; add it"),
    (of_browser("ws_url: http://127.0.0.1:8088/ws"), "3: phones[pages].ws_url: 'http://127.0.0.1:8088/ws' is no address of a WebSocket; write it as in ws://127.0.0.1:8088/ws"),
    (of_browser("ws_url: wss://me:secret@pbx/ws"), "is no address of a WebSocket; write it as in ws://127.0.0.1:8088/ws"),
    (of_browser("codecs: [PCMA]"), "2: phones[pages].ws_url: is missing; "),
    (of_browser("ws_url: ws://127.0.0.1:8088/ws\n    passwords: {'201': plain}"), "4: phones[pages].passwords.201: a secret may not stand in the configuration; write ${NAME_OF_VARIABLE} or file:PATH"),
    (of_browser("ws_url: ws://127.0.0.1:8088/ws\n    ice_servers: [{url: 'http://a'}]"), "4: phones[pages].ice_servers[1].url: "),
    (of_browser("ws_url: ws://127.0.0.1:8088/ws") + "users: [{name: a, phone: 201@pages}]", "7: users[a].phone: phone pages has no password for 201; add it to its passwords"),
    ("users:\n  - {name: a, password: '${PASSWORD}', phone: 1@desk}", "2: users[a].phone: there is no phone 'desk'; add it"),
    ("users:\n  - {name: a, password: '${PASSWORD}'}", "2: users[a]: the agent has no phone; add phone with the name of a phone"),
    ("not_ready_reasons:\n  - {code: a, label: A}\n  - {code: a, label: B}", "3: not_ready_reasons[a].code: the code 'a' is given twice; remove one"),
    # engines
    ("engines: [{sip_port_low: 6000}]", "1: engines[1].sip_port_high: is below sip_port_low; raise it"),
    ("engines: [{rtp_port_low: 20001}]", "1: engines[1].rtp_port_low: is odd; RTP ports are even, choose the one below"),
    ("engines:\n  - {name: a}\n  - {name: b, rtp_port_low: 30000, rtp_port_high: 31000}", "3: engines[b].sip_port_low: ports 5080 to 5129 overlap sip_port_low..sip_port_high of engine a; choose others"),
    ("engines:\n  - {name: a}\n  - {name: b, address: 0.0.0.0, sip_port_low: 5200, sip_port_high: 5210}", "3: engines[b].rtp_port_low: ports 20000 to 27999 overlap rtp_port_low..rtp_port_high of engine a; choose others"),
    ("server: {listen_port: 5100}\nengines: [{name: a}]", "2: engines[a].sip_port_low: ports 5080 to 5129 overlap server.listen_port; choose others"),
    ("engines:\n  - {name: a, socket: x.sock}\n  - {name: b, socket: x.sock, address: 127.0.0.2}", "x.sock' is given twice; remove one"),
    (f"engines:\n  - {{name: a, socket: {'x' * 110}}}", "is longer than the 107 bytes of a socket's path; choose a shorter one"),
    ("engines: [{sip_port_high: 5080}]\ntrunks:\n  - {name: a, host: localhost}\n  - {name: b, host: localhost}", "1: engines[1].sip_port_high: has no port for each of the 2 trunks and phones; raise it"),
    (of_trunk("port: 5081"), "3: trunks[pbx].port: port 5081 is among the SIP ports of engine engine-1; move those"),
    ("trunks:\n  - {name: far, host: 192.0.2.10}", "2: trunks[far].host: engine engine-1 has the address 127.0.0.1 and cannot reach it; give the engine an address of this machine in that network"),
    # YAML
    ("teams:\n  - {name: a\nusers: []", "3: is no YAML: "),
    ("teams:\n\t- a", "2: is no YAML: while scanning for the next token: found character '\\t' that cannot start any token; check indentation, colons and quotes"),
    ("teams: []\n---\nteams: []", "2: is no YAML: "),
    ("teams: *nobody", "1: is no YAML: found undefined alias 'nobody'; check indentation, colons and quotes"),
    ("teams: !!python/object:os.system {}\n", "1: teams: has the tag tag:yaml.org,2002:python/object:os.system, which is not supported; remove it"),
    ("teams: [{name: !secret x}]", "1: teams[1].name: has the tag !secret, which is not supported; remove it"),
    ("- a\n- b\n", "1: holds no sections; begin with a line such as `trunks:`"),
    ("teams: " + "[" * 30 + "]" * 30, "1: is nested more than 20 levels deep; check the brackets"),
    ("teams: &a [*a]", " values; use fewer aliases"),
]
# fmt: on


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[str(at) for at in range(len(MISTAKES))])
def test_a_mistake_is_told_with_line_path_reason_and_remedy(write: Write, text: str, said: str) -> None:
    directory = write(text)
    report = check(directory, {"PASSWORD": "correct horse"})
    assert report.settings is None
    file = f"{directory}/all.yaml"
    assert [line for line in report.problems if line.startswith(f"{file}:") and said in line], report.problems
    if said[0].isdigit():
        assert [line for line in report.problems if line.startswith(f"{file}:{said}")], report.problems


def test_all_mistakes_are_told_at_once(write: Write) -> None:
    directory = write(
        {
            "a.yaml": "trunks:\n  - {name: pbx, host: 127.0.0.1, max_legs: many, colour: red}\nteam: []\n",
            "campaigns/b.yaml": REST.replace("[sales]", "[salse]") + "    ring_timeout_s: 3\n    recording: maybe\n",
        }
    )
    problems = check(directory, {}).problems
    assert [line.removeprefix(f"{directory}/").partition(": ")[0] for line in problems] == [
        "a.yaml:2",
        "a.yaml:2",
        "a.yaml:3",
        "campaigns/b.yaml:5",
        "campaigns/b.yaml:8",
        "campaigns/b.yaml:9",
    ]


def test_a_section_with_mistakes_does_not_hide_those_between_the_others(write: Write) -> None:
    """The trunk is unreadable, the campaigns are not: their disagreements are reported in the same check."""
    directory = write(f"trunks:\n{TRUNK}, max_legs: many}}\n{REST}    time_zone: Mars/Crater\n")
    problems = "\n".join(check(directory, {}).problems)
    assert "max_legs" in problems
    assert "Mars/Crater" in problems
    assert "there is no trunk" not in problems


def test_a_mistake_in_the_only_item_is_told_alone(write: Write) -> None:
    directory = write("engines:\n  - {name: engine-1, sip_port_low: many}\n")
    (problem,) = check(directory, {}).problems
    assert ":2: engines[engine-1].sip_port_low: 'many' is no whole number" in problem


def test_a_variable_and_a_file_that_are_missing_have_the_same_kind_of_path(write: Write) -> None:
    trunks = "".join(
        f"  - {{host: 127.0.0.1, caller_ids: [+442079460100], authentication: {{user: a, password: '{secret}'}},"
        f" name: {name}}}\n"
        for name, secret in (("pbx", "${NONE}"), ("carrier", "file:none"))
    )
    file = f"{write(f'trunks:{chr(10)}{trunks}')}/all.yaml"
    one, other = check(file, {}).problems
    assert one.startswith(f"{file}:2: trunks[pbx].authentication.password: the environment variable NONE is not set;")
    assert other.startswith(f"{file}:3: trunks[carrier].authentication.password: ")


def test_positions_stay_those_of_the_file_when_items_before_are_unreadable(write: Write) -> None:
    campaigns = "".join(
        f"  - {{name: c{at}, mode: {mode}, teams: [sales], lists: [x], trunks: [pbx], time_zone: {zone}}}\n"
        for at, (mode, zone) in enumerate([("WRONG", "Europe/Rome"), ("PREVIEW", "Mars/Crater")])
    )
    directory = write(f"trunks:\n{TRUNK}}}\nteams: [{{name: sales}}]\ncampaigns:\n{campaigns}")
    assert check(directory, {}).problems == (
        f"{directory}/all.yaml:5: campaigns[c0].mode: 'WRONG' is not known; write one of PREVIEW, PUSH_PREVIEW, "
        "PROGRESSIVE, PREDICTIVE, PROGRESSIVE_ASM, PREDICTIVE_ASM",
        f"{directory}/all.yaml:6: campaigns[c1].time_zone: 'Mars/Crater' is no time zone; write it as in Europe/London",
    )
