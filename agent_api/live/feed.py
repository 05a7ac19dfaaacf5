"""Numbered events to desktops: their audiences, their history for lost connections, and the bound for slow desktops.

Each user with a desktop, now or a moment ago, has one ring. A connection is a position in its user's ring: a slow
desktop delays no other, costs no memory of its own, and is cut off when the ring has overtaken it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from secrets import token_hex

import msgspec

from agent_api.live.messages import Event
from agent_api.live.ring import RING_EVENTS, Ring
from dialer.ports import Clock
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.topics import Audience, Floor, OwnDesk, Teams, TeamSupervisors
from dialer.words import spoken

#: How long the ring of a user without a desktop is kept.
RING_KEEP_S = 180.0
#: Read models for supervisors are sent at most this often each: many changes become one event.
FLOOR_INTERVAL_S = 0.25

#: The read model of an event for supervisors of these teams, None for all.
Renderer = Callable[[Publish, Teams | None], object]


class LastSent:
    """The digest of the last read model sent for each object, for the last `objects` objects. An equal one is not sent
    again: a desktop that resumes has it among its events, any other starts over with a snapshot."""

    def __init__(self, objects: int) -> None:
        self._objects = objects
        self._digests: dict[tuple[str, str], bytes] = {}

    def is_new(self, topic: str, key: str, body: bytes) -> bool:
        """Whether `body` differs from the last one, which it then replaces."""
        digest = blake2b(body, digest_size=16).digest()
        if self._digests.pop((topic, key), None) == digest:
            self._digests[topic, key] = digest
            return False
        self._digests[topic, key] = digest
        if len(self._digests) > self._objects:
            del self._digests[next(iter(self._digests))]
        return True

    def clear(self) -> None:
        self._digests.clear()


class Connection:
    """One desktop, with its position in its user's events. `wake` is set when there are more, or when it has ended.
    `outdated`: the supervisor's `teams` have changed, and the desktop needs a new snapshot."""

    def __init__(self, user: str, ring: Ring, session: str, last_sent: LastSent, teams: Teams | None) -> None:
        self.user = user
        self.teams = teams
        self.outdated = False
        self._last_sent = last_sent
        self.ring = ring
        self.session = session
        self.sent = ring.last
        self.wake = asyncio.Event()
        self.too_slow = False
        self.ended = False

    def resume(self, epoch: str, number: int) -> bool:
        """Continue after event `number`; False if the next events are no longer kept."""
        if epoch != self.ring.epoch or not self.ring.reaches(number):
            return False
        self.sent = number
        self.wake.set()
        return True

    def take(self) -> list[bytes]:
        """The unsent events, which then count as sent."""
        self.wake.clear()
        events = list(self.ring.after(self.sent))
        self.sent = self.ring.last
        return events

    def start_over(self) -> None:
        """A snapshot replaces all events so far. It may be newer than they are: therefore the next read model of each
        object is sent even if it equals the last one."""
        self.outdated = False
        self.sent = self.ring.last
        self._last_sent.clear()

    def look_after(self, teams: Teams | None, ring: Ring) -> None:
        """Other teams from now on, whose events are in another ring."""
        self.teams, self.ring, self.sent = teams, ring, ring.last
        self.outdated = True
        self.wake.set()

    def end(self) -> None:
        """The log-in has ended, and the connection has to be closed."""
        self.ended = True
        self.wake.set()


@dataclass(slots=True)
class _Listener:
    """A user with ring and desktops. `floor`: gets the events of supervisors, for these `teams`, None for all."""

    ring: Ring
    floor: bool
    teams: Teams | None
    last_sent: LastSent
    connections: set[Connection] = field(default_factory=set)
    left_at: float = 0.0


class Feed:
    """Implements `ports.Feed`. `render` makes the read model of an event without a body, None where the object is gone.
    Belongs to one loop."""

    def __init__(
        self,
        clock: Clock,
        render: Renderer,
        *,
        ring_events: int = RING_EVENTS,
        floor_interval_s: float = FLOOR_INTERVAL_S,
        epochs: Callable[[], str] = lambda: token_hex(6),
    ) -> None:
        self._clock = clock
        self._render = render
        self._ring_events = ring_events
        self._floor_interval_s = floor_interval_s
        self._epochs = epochs
        self._listeners: dict[str, _Listener] = {}
        self._changed: dict[Publish, None] = {}
        self._flush: asyncio.TimerHandle | None = None
        self._encoder = msgspec.json.Encoder(enc_hook=spoken)

    # ------------------------------------------------------------------ events of the core

    def publish(self, event: Publish) -> None:
        """Publish to an audience. A read model comes without a body, is rendered when it leaves, and is sent if it has
        changed: to an agent at once, to the others together with other changes."""
        listeners = self._listening(event.audience)
        if not listeners:
            return
        if event.body is not None:
            self._send(listeners, event, self._encoder.encode(event.body))
        elif isinstance(event.audience, OwnDesk):
            self._tell_if_new(listeners, event)
        else:
            self._changed[event] = None
            self._flush_later()

    def _listening(self, audience: Audience) -> tuple[_Listener, ...]:
        match audience:
            case OwnDesk(name):
                listener = self._listeners.get(name)
                return () if listener is None else (listener,)
            case TeamSupervisors(teams):
                return tuple(each for each in self._floor() if each.teams is None or each.teams & teams)
            case Floor():
                return self._floor()

    def _floor(self) -> tuple[_Listener, ...]:
        return tuple(listener for listener in self._listeners.values() if listener.floor)

    def _flush_later(self) -> None:
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(self._floor_interval_s, self.flush)

    def flush(self) -> None:
        """Send supervisors the changes since the last time."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        changed, self._changed = self._changed, {}
        for event in changed:
            listeners = self._listening(event.audience)
            if listeners:
                self._tell_if_new(listeners, event)

    def _tell_if_new(self, listeners: tuple[_Listener, ...], event: Publish) -> None:
        name, key = event.topic.name, event.key
        for teams, group in _by_teams(listeners, event.audience):
            body = self._encoder.encode(self._render(event, teams))
            self._send(tuple(each for each in group if each.last_sent.is_new(name, key, body)), event, body)

    def _send(self, listeners: tuple[_Listener, ...], event: Publish, body: bytes) -> None:
        encoded = msgspec.Raw(body)
        at = self._clock.now().utc
        for listener in listeners:
            ring = listener.ring
            told = Event(ring.epoch, ring.next_number(), at, event.topic.name, event.key, encoded)
            ring.append(self._encoder.encode(told))
            for connection in listener.connections:
                connection.too_slow = connection.too_slow or not ring.reaches(connection.sent)
                connection.wake.set()

    # ------------------------------------------------------------------ desktops

    def connect(self, user: str, session: str, *, floor: bool, teams: Teams | None = None) -> tuple[Connection, bool]:
        """A desktop of `user`, logged in by `session`; True if it is the user's first. `floor`: a supervisor's, of
        `teams`, None for all."""
        self._sweep()
        listener = self._listeners.get(user)
        if listener is None or listener.floor is not floor:
            listener = _Listener(Ring(self._epochs(), self._ring_events), floor, teams, LastSent(self._ring_events))
            self._listeners[user] = listener
        self.look_after(user, teams)
        connection = Connection(user, listener.ring, session, listener.last_sent, teams)
        first = not listener.connections
        listener.connections.add(connection)
        return connection, first

    def look_after(self, user: str, teams: Teams | None) -> None:
        """A supervisor has these teams from now on, None for all. If they had others, their desktops start over: the
        events so far are those of other teams."""
        listener = self._listeners.get(user)
        if listener is None or listener.teams == teams:
            return
        listener.teams, listener.ring = teams, Ring(self._epochs(), self._ring_events)
        for connection in listener.connections:
            connection.look_after(teams, listener.ring)

    def disconnect(self, connection: Connection) -> bool:
        """The desktop is gone; True if it was the user's last. Its ring is kept for a while."""
        listener = self._listeners.get(connection.user)
        if listener is None or connection not in listener.connections:
            return False
        listener.connections.discard(connection)
        listener.left_at = self._clock.now().monotonic
        return not listener.connections

    def end_session(self, session: str) -> None:
        """A log-in ended: its desktops are closed."""
        for listener in self._listeners.values():
            for connection in listener.connections:
                if connection.session == session:
                    connection.end()

    def _sweep(self) -> None:
        now = self._clock.now().monotonic
        over = [
            user
            for user, listener in self._listeners.items()
            if not listener.connections and now - listener.left_at > RING_KEEP_S
        ]
        for user in over:
            del self._listeners[user]

    def desktops_of(self, user: str) -> int:
        """How many desktops of a user are connected."""
        listener = self._listeners.get(user)
        return 0 if listener is None else len(listener.connections)

    @property
    def desktops(self) -> int:
        """How many desktops are connected."""
        return sum(len(listener.connections) for listener in self._listeners.values())

    def close(self) -> None:
        """Stop the timer."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None


def _by_teams(
    listeners: tuple[_Listener, ...], audience: Audience
) -> Iterable[tuple[Teams | None, tuple[_Listener, ...]]]:
    """Listeners who are told the same. What is told of teams depends on them, anything else does not."""
    if not isinstance(audience, TeamSupervisors):
        return ((None, listeners),)
    found: dict[Teams | None, tuple[_Listener, ...]] = {}
    for each in listeners:
        found[each.teams] = (*found.get(each.teams, ()), each)
    return found.items()
