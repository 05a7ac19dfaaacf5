"""`cornetta call`: a test call through the running node, told as it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from config.model import Settings
from dialer import local

#: How often the node is asked how the call stands.
LOOK_S = 0.3

_WORDS = {
    "ringing_phone": "ringing the phone {phone} ...",
    "dialing": "the phone was picked up; dialling {number} over trunk {trunk}, caller ID {caller_id} ...",
    "alerting": "{number} rings ...",
    "connected": "connected; hang up the phone, or press Ctrl-C, to end",
}


async def place_trial_call(
    settings: Settings, number: str, campaign: str, phone: str, say: Callable[[str], None]
) -> int:
    """Place the call and follow it to its end; 0 if the number answered. Raises NodeUnreachable or NodeRefused."""
    body = {"campaign": campaign, "number": number, "phone": phone}
    told: dict[str, Any] = await local.ask(settings, "POST", "/test-calls", body)
    seen = ""
    connected = False
    try:
        while told["state"] != "ended":
            if told["state"] != seen:
                seen = told["state"]
                connected = connected or seen == "connected"
                say(_WORDS[seen].format(**told))
            await asyncio.sleep(LOOK_S)
            told = await local.ask(settings, "GET", f"/test-calls/{told['id']}")
    except asyncio.CancelledError:
        told = await local.ask(settings, "POST", f"/test-calls/{told['id']}/end")
    say(f"ended: {told['words']}")
    return 0 if connected else 1
