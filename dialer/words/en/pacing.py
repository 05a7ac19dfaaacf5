"""The pacing of a campaign, and the effects of a change of its mode."""

from __future__ import annotations

_ONE_TO_ONE = "Contacts are dialed one for each idle agent"
_FEW = f"{_ONE_TO_ONE} for now: {{at_work}} at work, and dialing ahead begins with {{least}} (predictive.min_agents)"

SENTENCES = {
    "pacing.none": "The node cannot dial yet.",
    "pacing.undecided": "Nothing was decided yet.",
    "pacing.forecast": (
        "By forecast: {decided}.{later, plural, =0 {} one { # record more is outside the calling window.} "
        "other { # records more are outside the calling window.}}"
    ),
    "pacing.rule": "{basis} Now: {decided}.",
    "pacing_basis.forecast": "Contacts are dialed ahead of free agents, by forecast.",
    "pacing_basis.mode": (
        "{mode, select, PREVIEW {Agents take and dial the records themselves} "
        f"PUSH_PREVIEW {{Records are offered one to each idle agent, who has them dialed}} other {{{_ONE_TO_ONE}}}}}, "
        "as the mode {mode} says."
    ),
    "pacing_basis.lag": (
        f"{_ONE_TO_ONE} for now: news of calls came {{lag_s}} s late, more than {{limit_s}} s is too late for a "
        "forecast; see the load of this machine and of the engine."
    ),
    "pacing_basis.failure": (
        f"{_ONE_TO_ONE}: the forecast failed ({{failure}}); stop and start the campaign to have it back."
    ),
    "pacing_basis.few_agents": f"{_FEW}.",
    "pacing_basis.few_agents_of": f"{_FEW}; besides {{others}}.",
    "agents_at": (
        "{agents} {place, select, not_ready {not ready} leaving {about to leave} "
        "without_ok {without an OK to the campaign} phone_on_hold {whose phone is on hold} "
        "other {whose phone is being rung}}"
    ),
    "agents_lent": "{agents} at work for {campaign}",
    "mode_change.none": "It was in {mode} already: nothing changes.",
    "mode_change.later": "It dials in {mode} when it is started.",
    "mode_change.ringing": (
        "{calls, plural, one {# call that rings {stay, select, true {goes on ringing} other {is given up}}} "
        "other {# calls that ring {stay, select, true {go on ringing} other {are given up}}}}."
    ),
    "mode_change.offers": (
        "{offers, plural, one {# offer {stay, select, true {stays on its desk} "
        "other {is withdrawn, its record goes back}}} "
        "other {# offers {stay, select, true {stay on desks} other {are withdrawn, their records go back}}}}."
    ),
    "mode_change.engage": "The phones of ready agents are rung now, to stay connected.",
    "mode_change.disengage": (
        "Agents with nothing on their desk are hung up: from now on their phones are rung for each contact."
    ),
    "mode_change.ahead": (
        "With {agents} {agents, plural, one {agent} other {agents}} at work or more, contacts are dialed ahead of "
        "free agents; at most {percent} % of the live answers are abandoned, of each day"
        "{days, plural, one {} other { and of # days together}}."
    ),
    "mode_change.no_message": "Contacts for whom no agent is left hear nothing: the campaign names no waiting_message.",
    "mode_change.one_to_one": (
        "Nobody is dialed ahead of a free agent any more; calls that ring have an agent each before new ones."
    ),
}
