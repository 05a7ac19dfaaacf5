"""SIPp's log of the wire: each datagram with its direction and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_HEAD = re.compile(
    r"^-{20,} (\d{4}-\d{2}-\d{2})[ \t]+(\d{2}:\d{2}:\d{2}\.\d+).*\n"
    r"^\w+ message (received|sent)[^\n]*\n\n",
    re.MULTILINE,
)
_STATUS = re.compile(r"^SIP/2\.0 (\d{3}) ?(.*)$")


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message. `ours` is sent by the node's engine; `at` is UTC epoch seconds."""

    ours: bool
    at: float
    first_line: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def method(self) -> str:
        """Of a request; of a response, that of its CSeq."""
        return self.header("CSeq").split()[-1] if self.code else self.first_line.split()[0]

    @property
    def code(self) -> int:
        """0 for a request."""
        found = _STATUS.match(self.first_line)
        return int(found[1]) if found else 0

    @property
    def uri(self) -> str:
        return "" if self.code else self.first_line.split()[1]

    @property
    def cseq(self) -> int:
        return int(self.header("CSeq").split()[0])

    def header(self, name: str) -> str:
        """The first of that name, "" where there is none."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), "")

    def has(self, name: str) -> bool:
        return any(found.lower() == name.lower() for found, _ in self.headers)

    def __str__(self) -> str:
        arrow = ">" if self.ours else "<"
        return f"{arrow} {self.first_line} [{self.header('CSeq')}]"


class Wire(tuple[Message, ...]):
    """Messages in their order."""

    __slots__ = ()

    def requests(self, method: str, *, ours: bool = True) -> list[Message]:
        """Requests of one method, retransmissions included."""
        return [each for each in self if each.ours is ours and not each.code and each.method == method]

    def responses(self, method: str, *, ours: bool = True) -> list[Message]:
        return [each for each in self if each.ours is ours and each.code and each.method == method]

    @property
    def call_ids(self) -> list[str]:
        """Of the INVITEs that began a call, in their order, each once."""
        first = (each.header("Call-ID") for each in self.requests("INVITE") if ";tag=" not in each.header("To"))
        return list(dict.fromkeys(first))

    @property
    def once(self) -> Wire:
        """Without retransmissions."""
        known = {(each.ours, each.first_line, each.headers, each.body): each for each in reversed(self)}
        return Wire(each for each in self if known[each.ours, each.first_line, each.headers, each.body] is each)

    def story(self) -> list[str]:
        """Methods and codes in their order, retransmissions left out: `>INVITE`, `<180`. `>` is ours."""
        return [(">" if each.ours else "<") + (str(each.code) if each.code else each.method) for each in self.once]


def read_log(text: str) -> Wire:
    """Read a message file of SIPp."""
    heads = list(_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return Wire(_message(head, text[head.end() : end]) for head, end in zip(heads, ends, strict=False))


def _message(head: re.Match[str], text: str) -> Message:
    at = datetime.fromisoformat(f"{head[1]}T{head[2][:15]}").astimezone(UTC).timestamp()
    before, _, body = text.replace("\r\n", "\n").partition("\n\n")
    first, *lines = before.strip("\n").split("\n")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon)
    return Message(head[3] == "received", at, first, headers, body.strip("\n"))
