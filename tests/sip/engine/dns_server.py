"""A name server on loopback, for tests: it has given records, and may leave names unanswered."""

from __future__ import annotations

import select
import socket
import threading

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer(threading.Thread):
    """Answers by `records`, lines of a zone file such as "carrier.example. 60 IN A 127.0.0.1", which may be changed.

    Names that end in `silent` get no answer at all. `asked` has all questions as ("A", "carrier.example")."""

    def __init__(self, *records: str, silent: str = "silent.example") -> None:
        super().__init__(daemon=True)
        self.records = list(records)
        self.asked: list[tuple[str, str]] = []
        self._silent = dns.name.from_text(silent)
        self._over = threading.Event()
        self._news = threading.Condition()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> NameServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
        self._socket.close()

    def silence(self, name: str) -> None:
        """Answer no more questions for names that end so."""
        self._silent = dns.name.from_text(name)

    def until_asked(self, kind: str, name: str, times: int = 1, timeout_s: float = 20.0) -> None:
        with self._news:
            seen = self._news.wait_for(lambda: self.asked.count((kind, name)) >= times, timeout_s)
        assert seen, f"{kind} {name} was not asked for: {self.asked}"

    def run(self) -> None:
        while not self._over.is_set():
            if select.select([self._socket], [], [], 0.1)[0]:
                data, peer = self._socket.recvfrom(4096)
                self._answer(data, peer)

    def _answer(self, data: bytes, peer: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        with self._news:
            self.asked.append((dns.rdatatype.to_text(question.rdtype), question.name.to_text(omit_final_dot=True)))
            self._news.notify_all()
        if question.name.is_subdomain(self._silent):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        words = [record.split(None, 4) for record in self.records]
        known = [each for each in words if dns.name.from_text(each[0]) == question.name]
        for name, ttl, _, kind, value in known:
            if dns.rdatatype.from_text(kind) == question.rdtype:
                answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, value))
        if not known:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._socket.sendto(answer.to_wire(), peer)
