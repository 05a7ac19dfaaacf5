"""The messages between node and engine: frozen structs, used on both sides of the socket.

Commands (node to engine) return nothing: every result is an event, also a refusal. Ids are minted by
the node. Events (engine to node) are facts; `at` is the time of receipt on CLOCK_MONOTONIC in seconds, which all
processes of one machine share. The engine holds no rules: the node decides on trunks, results and further attempts.
"""

from __future__ import annotations

from dialer.vocabulary.telephony.abilities import *  # noqa: F403  # the file says what it exports
from dialer.vocabulary.telephony.accounts import *  # noqa: F403  # the file says what it exports
from dialer.vocabulary.telephony.commands import *  # noqa: F403  # the file says what it exports
from dialer.vocabulary.telephony.events import *  # noqa: F403  # the file says what it exports
from dialer.vocabulary.telephony.recordings import *  # noqa: F403  # the file says what it exports
from dialer.vocabulary.telephony.sources import *  # noqa: F403  # the file says what it exports
