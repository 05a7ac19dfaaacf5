"""Why a pacing rule dials as many as it does, and why its decision cannot be carried out."""

from __future__ import annotations

_DIALS = "{dial, plural, =0 {dials none} other {dials #}}{shed, plural, =0 {} other {, gives up # that rang long}}"
_GUARDED = "{guarded, select, true { (hardly any abandonment of the {period} is left for now)} other {}}"

SENTENCES = {
    "decision.one_to_one": (
        "{idle, plural, =0 {no agent is idle} one {one call for # idle agent} "
        "other {one call for each of # idle agents}}"
    ),
    "decision.ratio": "{lines} lines for each of {idle} idle agents, {ringing} ring",
    "decision.level": "level {level, number, ::.000} for {agents} agents is {goal} lines, {up} are up",
    "decision.balance": (
        "{idle} idle and {soon, number, ::.0} soon, by {factor, number, ::.00}, for {coming, number, ::.0} answers "
        "in flight"
    ),
    "decision.rate": "{per_s, number, ::.00} dials a second for {load, number, ::.0} Erlang and {agents} agents",
    "next_call.risk": "the next would risk {percent, number, ::.0}%",
    "next_call.burst": (
        "the next weighs {percent, number, ::.0}% (with bursts, as the {period} bears "
        "{bears, plural, =0 {none} other {#}} more)"
    ),
    "restraint.day_ends": "the shift or the calling window ends within a ring",
    "restraint.list_ends": "the list ends: fewer records are left than lines are needed",
    "restraint.few_agents": "only {at_work} at work",
    "decision.held": f"{_DIALS}: 1:1, {{why}}",
    "decision.budget_spent": f"{_DIALS}: 1:1, the abandonment of the {{period}} is spent",
    "decision.all": f"{_DIALS}: all that lines and records allow; {{next_call}}",
    "decision.risk": (
        f"{_DIALS}{_GUARDED}: "
        "{next_call}, allowed are {allowed, number, ::.0}%; {idle} idle, {free, number, ::.0} free and "
        "{answers, number, ::.0} answers expected within a ring"
    ),
    "decision.habits": (
        "{decided}; {percent}% answers forecast of the next records, by {dials} dials of former days, {alike} of them "
        "alike"
    ),
    "decision.new_list": "{decided}; the list {calling_list} is new: what was known of answers is forgotten",
    "rule_failed": "{error}: {said}",
    "decision_unsound": "the rule''s decision has the type {given}; it must be a Decision",
    "decision_unsound.dial": "the rule dials {dial}, which is no whole number",
    "decision_unsound.negative": "the rule dials {dial}, less than nothing",
    "decision_unsound.pick_twice": "the rule picks a record twice",
    "decision_unsound.pick": "the rule picks record {record} of {upcoming} upcoming ones",
    "decision_unsound.chances": "the rule gives {chances} chances for {calls} calls to give up",
    "decision_unsound.reason": "the reason of the rule''s decision has the type {given}; it must be a Reason",
    "decision_unsound.figures": "the figures of the rule''s decision have the type {given}; they must be a mapping",
}
