"""The status of a call in a line, and why it ended or reached nobody."""

from __future__ import annotations

_OWN = "{{own, select, true {{{mine}}} other {{{others}}}}}"
_YOU = _OWN.format(mine="by you", others="by the agent")
_YOUR_PHONE = _OWN.format(mine="your phone", others="the agent's phone")
_ENDED = f"Ended{{by, select, agent {{ {_YOU}}} contact {{ by the contact}} system {{ by the system}} other {{}}}}"

SENTENCES = {
    "call_phase": (
        "{phase, select, offered {Offered} previewing {Preview} "
        "phone_ringing {{own, select, true {Your phone is ringing} other {The agent's phone is ringing}}} "
        "dialing {Dialing} ringing {Ringing} waiting {Answered, waiting for an agent} connected {Connected} "
        "reconnecting {{own, select, true {Your phone was lost and is rung again} "
        "other {The agent's phone was lost and is rung again}}} other {{phase}}}"
    ),
    "holder": (
        "{by, select, agent {" + _OWN.format(mine="you", others="the agent") + "} agent_phone {" + _YOUR_PHONE + "} "
        "other {the contact}}"
    ),
    "both": "{one} and {other}",
    "also": "{one}; of {other}",
    "on_hold": "On hold by {by}",
    "call_ended": _ENDED,
    "call_ended.for": f"{_ENDED}: {{cause}}",
    "call_not_reached": "Not reached",
    "call_not_reached.for": "Not reached: {cause}",
    "blank_record.waiting": "Waiting for a contact",
    "blank_record.dialed": "A contact is being dialed",
    "leg_ended": (
        f"{{by, select, us {{ended {_YOU}}} peer {{ended by the contact}} timeout {{not answered in time}} "
        "media {the line went dead (no audio)} transport {the connection to the trunk was lost} "
        "refused {could not be placed} other {a fault of the telephone system}}"
    ),
    "contact_not_reached": (
        "{result, select, busy {the line is busy} no_answer {nobody answers} declined {the call was declined} "
        "invalid_number {the number does not exist} unreachable {the phone cannot be reached} "
        "congestion {the network is congested} trunk_failure {the trunk does not place the call} "
        "cancelled {the call was given up} shed {the call was given up} abandoned {answered, and nobody was heard} "
        "dropped {answered, and hung up} answering_machine {an answering machine} fax {a fax} "
        "sit {an announcement of the network} system_error {a fault of the telephone system} "
        "system_lost {a fault of the telephone system} do_not_call {do not call} other {{result}}}"
        "{sip_code, plural, =0 {} other { ({said})}}"
    ),
    "nobody_free": "no agent was free in time",
    "agent_phone_lost": f"{_YOUR_PHONE} was lost",
    "closed": "closed by a supervisor",
}
