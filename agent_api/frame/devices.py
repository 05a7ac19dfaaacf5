"""Devices that have proven a log-in: a cookie gives their browser log-in limits of its own, which others cannot use up.

The cookie holds no name and is no log-in. It is signed for one account; the day of its making is in it in plain text.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_urlsafe

from agent_api.frame.origin import is_https
from config.model import Settings

_DAY_S = 86_400
#: How long a device is known after its last log-in with the cookie.
KNOWN_DAYS = 180
LIFETIME_S = KNOWN_DAYS * _DAY_S
_PARTS = 3


def device_cookie(settings: Settings) -> str:
    """The cookie's name."""
    return "__Host-cornetta-device" if is_https(settings) else "cornetta-device"


class Devices:
    """Makes and checks the cookies. `key` is secret; cookies are valid as long as it is kept."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, account: str, now_utc: float) -> str:
        """The cookie of a device from which `account` has just logged in."""
        day, salt = str(int(now_utc // _DAY_S)), token_urlsafe(9)
        return f"{day}.{salt}.{self._sign(account, day, salt)}"

    def knows(self, account: str, cookie: str, now_utc: float) -> bool:
        """Whether the cookie was made for `account` and has not expired."""
        parts = cookie.split(".")
        if len(parts) != _PARTS or not (parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) < 8):
            return False
        day, salt, mark = parts
        if not hmac.compare_digest(mark.encode(), self._sign(account, day, salt).encode()):
            return False
        return 0 <= now_utc // _DAY_S - int(day) <= KNOWN_DAYS

    def _sign(self, account: str, day: str, salt: str) -> str:
        text = f"device\n{day}\n{salt}\n{account}"
        return hmac.new(self._key, text.encode(), sha256).hexdigest()
