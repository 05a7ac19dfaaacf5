"""Why a campaign dials nothing."""

from __future__ import annotations

_TRUNKS = "({count, plural, =0 {none is configured} other {{trunks}}})"
_AGENTS = "{agents, plural, one {# agent is} other {# agents are}}"
_DUE = "{records, plural, one {# record is} other {# records are}} due, all outside the calling window"
_TYPE = "of a type that is not dialed (allow_number_types of the campaign)"
_RETRY = "{records, plural, one {# record waits for its} other {# records wait for their}} next attempt"

SENTENCES = {
    "not_running": (
        "{state, select, inactive {The campaign is not loaded; a supervisor loads and starts it.} "
        "loaded {The campaign is loaded and not started; a supervisor starts it.} "
        "stopping {The campaign is being stopped; what is under way goes on to its end.} "
        "other {The campaign is being unloaded.}}"
    ),
    "starting": "The node is starting.",
    "engine_unavailable.stopping": (
        "The engine is being stopped: it takes no new calls, and ends with its conversations."
    ),
    "engine_unavailable.short": "{problem}.",
    "store_unavailable.claims": "Records could not be fetched: {problem}",
    "list_empty": "The calling lists have no records; import some with cornetta list import.",
    "out_of_window": f"{_DUE}.",
    "out_of_window.until": f"{_DUE}; the next opens at {{opens_at, date}}.",
    "waiting_for_retry": f"{_RETRY}.",
    "waiting_for_retry.until": f"{_RETRY}; the next is due at {{due_at, date}}.",
    "records_held": (
        "{records, plural, one {The last record is} other {The last # records are}} on desks or being handled."
    ),
    "list_finished": (
        "{records, plural, one {The one record is} other {All # records are}} done"
        f"{{refused, plural, =0 {{}} one {{; 1 has a number {_TYPE}}} other {{; # have numbers {_TYPE}}}}}."
    ),
    "result_count": (
        "{number} {result, select, no_answer {no answer} invalid_number {invalid number} trunk_failure {trunk failure} "
        "answering_machine {answering machine} wrong_party {wrong party} wrong_number {wrong number} "
        "do_not_call {do not call} system_error {system error} system_lost {system lost} other {{result}}}"
    ),
    "list_finished.results": (
        "{finished} {attempts, plural, =0 {No attempt was made.} one {# attempt: {results}.} "
        "other {# attempts: {results}.}}"
        "{barred, select, true { Numbers on the do-not-call list are done without an attempt.} other {}}"
    ),
    "trunk_down.all": f"No trunk is up {_TRUNKS}.",
    "trunk_error": "{trunk}: {error}",
    "trunk_down.errors": "{down} Last error of {errors}.",
    "trunk_limit.all": f"The trunks are at their limit {_TRUNKS}.",
    "no_agents": "No agent of the campaign's teams is logged in.",
    "no_agents.ready": f"{_AGENTS} logged in, none is ready.",
    "all_agents_occupied": f"{_AGENTS} occupied, none is free.",
    "all_agents_occupied.pacing": "{occupied} {pacing}",
    "agents_not_joined": f"{_AGENTS} ready, none has said OK to the campaign.",
    "agents_elsewhere": (
        "{agents, plural, one {# agent is ready and works} other {# agents are ready and work}} for {campaigns} first."
    ),
    "agents_on_hold": f"{_AGENTS} ready with the phone on hold.",
    "agents_not_engaged": (
        "{agents, plural, one {# agent is ready; the phone is} other {# agents are ready; their phones are}} "
        "{silent, select, true {silent} other {being rung}}."
    ),
    "dialed_by_agents": "Agents take and dial the records themselves.",
    "records_hidden": "The records that are due were rejected by all agents who are ready.",
    "claiming_records": "Records are being fetched.",
}
