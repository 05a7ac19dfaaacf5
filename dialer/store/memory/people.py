"""Users, sessions and Idempotency-Keys in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import structs

from dialer.ports import KeptResponse, Session, User
from dialer.store.idempotency import judge
from dialer.store.memory.tables import MemoryKey, Tables
from dialer.store.users import check_role, judged


class MemoryUsers:
    """Who may log in."""

    def __init__(self, tables: Tables) -> None:
        self._users = tables.users

    async def user(self, name: str) -> User | None:
        user = self._users.get(name)
        return None if user is None else judged(user)

    async def users(self) -> Sequence[User]:
        return [judged(self._users[name]) for name in sorted(self._users)]

    async def save_user(self, user: User) -> None:
        check_role(user)
        self._users[user.name] = structs.replace(user, fault="")


class MemorySessions:
    """Log-ins and API tokens."""

    def __init__(self, tables: Tables) -> None:
        self._sessions = tables.sessions

    async def session(self, token_hash: str) -> Session | None:
        return self._sessions.get(token_hash)

    async def sessions(self, user: str) -> Sequence[Session]:
        found = [session for session in self._sessions.values() if session.user == user]
        return sorted(found, key=lambda session: (session.created_at, session.token_hash))

    async def save_session(self, session: Session) -> None:
        self._sessions[session.token_hash] = session

    async def touch_session(self, token_hash: str, used_at: float) -> None:
        session = self._sessions.get(token_hash)
        if session is not None:
            self._sessions[token_hash] = structs.replace(session, used_at=used_at)

    async def remove_session(self, token_hash: str) -> bool:
        return self._sessions.pop(token_hash, None) is not None

    async def remove_sessions(self, user: str) -> int:
        return self._remove(lambda session: session.user == user and session.kind == "session")

    async def purge_sessions(self, expired_before: float, unused_since: float) -> int:
        def is_over(session: Session) -> bool:
            expired = session.expires_at is not None and session.expires_at < expired_before
            return expired or (session.kind == "session" and session.used_at < unused_since)

        return self._remove(is_over)

    def _remove(self, unwanted: Callable[[Session], bool]) -> int:
        names = [name for name, session in self._sessions.items() if unwanted(session)]
        for name in names:
            del self._sessions[name]
        return len(names)


class MemoryIdempotencyKeys:
    """Requests that may be sent twice and are carried out once."""

    def __init__(self, tables: Tables) -> None:
        self._keys = tables.keys

    async def begin(self, user: str, key: str, fingerprint: str, now: float) -> KeptResponse | None:
        there = self._keys.get((user, key))
        if there is None:
            self._keys[(user, key)] = MemoryKey(fingerprint, now, None)
            return None
        return judge(key, there.fingerprint == fingerprint, there.response)

    async def finish(self, user: str, key: str, response: KeptResponse) -> None:
        there = self._keys.get((user, key))
        if there is not None:
            there.response = response

    async def abandon(self, user: str, key: str) -> None:
        there = self._keys.get((user, key))
        if there is not None and there.response is None:
            del self._keys[(user, key)]

    async def purge_keys(self, before: float) -> int:
        old = [name for name, key in self._keys.items() if key.created_at < before]
        for name in old:
            del self._keys[name]
        return len(old)

    async def trim_keys(self, user: str, most: int) -> int:
        answered = [name for name, key in self._keys.items() if name[0] == user and key.response is not None]
        answered.sort(key=lambda name: self._keys[name].created_at, reverse=True)
        for name in answered[most:]:
            del self._keys[name]
        return len(answered[most:])
