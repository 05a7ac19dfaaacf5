"""Labels of codes."""

from __future__ import annotations

SENTENCES = {
    "label_agent_state": (
        "{state, select, logged_out {Logged out} not_ready {Not ready} ready {Ready} reserved {Reserved} "
        "busy {In a conversation} after_call_work {After-call work} other {{state}}}"
    ),
    "label_campaign_state": (
        "{state, select, inactive {Inactive} loaded {Loaded} running {Running} stopping {Stopping} "
        "unloading {Unloading} other {{state}}}"
    ),
    "label_mode": (
        "{mode, select, PREVIEW {Preview} PUSH_PREVIEW {Push preview} PROGRESSIVE {Progressive} "
        "PREDICTIVE {Predictive} PROGRESSIVE_ASM {Progressive ASM} PREDICTIVE_ASM {Predictive ASM} other {{mode}}}"
    ),
    "label_delivery": "{asked, select, true {Manual} other {Automatic}}",
    "label_state_reason": (
        "{reason, select, logged_in {Logged in} no_response {No response} phone_no_answer {Phone not answered} "
        "phone_refused {Phone rejected the call} phone_hung_up {Phone hung up} phone_lost {Phone lost} "
        "desktop_lost {Desktop lost} after_call_overrun {After-call work overrun} restart {Restart of the system} "
        "after_call {After a call} phone_not_registered {Phone not registered} "
        "phone_not_allowed {Phone call not allowed (password or rights)} phone_unreachable {Phone cannot be reached} "
        "phone_taken {Phone in use by another agent} other {{plain}}}"
    ),
    "label_state_reason.saying": "{label} ({said})",
    "label_call_result": (
        "{result, select, no_answer {No answer} do_not_call {Do not call} sit {Network announcement} "
        "system_lost {Lost by the system} other {{plain}}}"
    ),
}
