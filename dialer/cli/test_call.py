"""`cornetta call`: a test call through the running node, printed as it goes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from config.model import Settings
from dialer.cli import node_api

#: How often the node is asked how the call stands.
LOOK_S = 0.3

_WORDS = {
    "ringing_phone": "ringing the phone {phone} ...",
    "dialing": "the phone was picked up; dialing {number} over trunk {trunk}, caller ID {caller_id} ...",
    "alerting": "{number} rings ...",
    "connected": "{number} answered; hang up the phone, or press Ctrl-C, to end",
}


def _end_at_signals() -> None:
    """A signal to end, or the loss of the terminal, ends the call, too, as Ctrl-C does."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def place_test_call(
    settings: Settings, number: str, campaign: str, phone: str, say: Callable[[str], None]
) -> int:
    """Place the call and follow it to its end; 0 if the number answered. Raises NodeUnreachable or NodeRefused."""
    body = {"campaign": campaign, "number": number, "phone": phone}
    told: dict[str, Any] = await node_api.ask(settings, "POST", "/test-calls", body)
    seen = ""
    connected = False
    _end_at_signals()
    try:
        while told["state"] != "ended":
            if told["state"] != seen:
                if seen in ("", "ringing_phone") and told["trunk"] is not None and told["state"] != "dialing":
                    say(_WORDS["dialing"].format(**told))  # it was dialed between two looks
                seen = told["state"]
                connected = connected or seen == "connected"
                say(_WORDS[seen].format(**told))
            await asyncio.sleep(LOOK_S)
            told = await node_api.ask(settings, "GET", f"/test-calls/{told['id']}")
    except asyncio.CancelledError:
        told = await node_api.ask(settings, "POST", f"/test-calls/{told['id']}/end")
    say(f"ended: {told['words']}")
    return 0 if connected else 1
