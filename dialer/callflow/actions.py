"""What an agent may do with the interaction on the desk: a row for each command, with its rule and its handler.

The command, its rule and its handler stand together in a wing. Dispatch, the buttons of desktops, the routes of the
API and their part of the OpenAPI document are made from these rows.
"""

from __future__ import annotations

from dialer.callflow.call import assistance, commands, hold, volume
from dialer.callflow.dial import again, offers
from dialer.callflow.outcome import end_call, outcome
from dialer.core.actions import action, always
from dialer.core.desk import not_connected

ACTIONS = (
    action("accept", offers.AcceptOffer, offers.against_accept, offers.on_accept),
    action("reject", offers.RejectOffer, offers.against_reject, offers.on_reject, "reject", "reject"),
    action("dial", offers.DialRecord, offers.against_dial, offers.on_dial),
    action("return", offers.ReturnRecord, offers.against_return, offers.on_return, "reject", "give_back"),
    action("cancel", offers.CancelRecord, offers.against_cancel, offers.on_cancel, "cancel", "cancel"),
    action("hold", hold.Hold, hold.against_hold, hold.on_hold),
    action("resume", hold.Resume, hold.against_resume, hold.on_resume),
    action("mute", hold.Mute, not_connected, hold.on_mute),
    action("volume", volume.SetVolume, not_connected, volume.on_set_volume),
    action("digits", commands.SendDigits, not_connected, commands.on_digits),
    action("end", end_call.EndCall, end_call.against_end_call, end_call.on_end_call),
    action("help", assistance.AskForHelp, always, assistance.on_ask_for_help),
    action("outcome", outcome.SetOutcome, always, outcome.on_set_outcome),
    action("call-again", again.CallAgain, again.against_call_again, again.on_call_again, "call_again", "call_again"),
    action("extend", outcome.ExtendAfterCall, outcome.against_extend, outcome.on_extend),
    action("done", outcome.Done, outcome.against_done, outcome.on_done),
)
"""In the order of the buttons."""
