"""Sentences with facts in them, in the message format of ICU, which libraries of desktops read too:

`{name}` is a fact, `{count, plural, one {# record} other {# records}}` chooses by number, `=0 {none}` before them by
one number alone, `{who, select, agent {you} other {the system}}` chooses by value, `{at, date}` is a time,
`{share, number, ::.0}` a number with one digit behind the point. `''` is an apostrophe, `'{'` a brace. Source: ICU User
Guide, "Formatting Messages" and "Number Skeletons"; of its formats only these are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

Facts = Mapping[str, object]


class BadTemplate(ValueError):
    """A sentence of the catalogue that cannot be read: a mistake of ours, found by the tests."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A part that depends on a fact; with `plural` by number, otherwise by value."""

    name: str
    plural: bool
    options: Mapping[str, Template]

    def of(self, value: object) -> Template:
        if self.plural:
            exact = self.options.get(f"={value}")
            return exact or self.options.get("one" if value == 1 else "other") or self.options["other"]
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return self.options.get(text) or self.options["other"]


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of a fact; `name` is `#` for the number of the plural around it. `date`: UTC epoch seconds. `digits`:
    how many stand behind the point of a number."""

    name: str
    date: bool = False
    digits: int | None = None

    def filled(self, value: object, show: Callable[[object], str]) -> str:
        if self.date:
            return clock(value)
        return show(value) if self.digits is None else f"{float(str(value)):.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence, read once."""

    parts: tuple[str | Fact | Choice, ...] = field(default=())

    def fill(self, facts: Facts, show: Callable[[object], str]) -> str:
        """The sentence with its facts, each made text by `show`. Raises KeyError for a fact that is not there."""
        return "".join(self._filled(facts, show))

    def _filled(self, facts: Facts, show: Callable[[object], str]) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            elif isinstance(part, Fact):
                yield part.filled(facts[part.name], show)
            else:
                value = facts[part.name]
                inner = {**facts, "#": value} if part.plural else facts
                yield part.of(value).fill(inner, show)

    def names(self) -> set[str]:
        """All facts that it needs."""
        found: set[str] = set()
        for part in self.parts:
            if isinstance(part, Fact):
                found.add(part.name)
            elif isinstance(part, Choice):
                found |= {part.name}.union(*(each.names() for each in part.options.values()))
        return found - {"#"}


def clock(value: object) -> str:
    """UTC epoch seconds for a person; a desktop may show them in the zone of its own."""
    return datetime.fromtimestamp(float(str(value)), UTC).strftime("%Y-%m-%d %H:%M UTC")


def read(text: str) -> Template:
    """The template for a text. Raises BadTemplate."""
    reader = _Reader(text)
    template = reader.template(in_plural=False)
    if reader.at < len(text):
        raise BadTemplate(f"a brace too many in {text!r}")
    return template


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def template(self, *, in_plural: bool) -> Template:
        parts: list[str | Fact | Choice] = []
        letters: list[str] = []
        while self.at < len(self.text) and self.text[self.at] != "}":
            letter = self.text[self.at]
            if letter not in "{#'" or (letter == "#" and not in_plural):
                letters.append(letter)
                self.at += 1
                continue
            if letter == "'":
                letters.append(self._quoted())
                continue
            if letters:
                parts.append("".join(letters))
                letters = []
            parts.append(self._argument() if letter == "{" else self._number())
        if letters:
            parts.append("".join(letters))
        return Template(tuple(parts))

    def _quoted(self) -> str:
        """`''` is one apostrophe; one before a brace quotes up to the next; any other is itself."""
        following = self.text[self.at + 1 : self.at + 2]
        if following == "'":
            self.at += 2
            return "'"
        if following not in ("{", "}"):
            self.at += 1
            return "'"
        end = self.text.find("'", self.at + 2)
        end = len(self.text) if end < 0 else end
        quoted = self.text[self.at + 1 : end]
        self.at = end + 1
        return quoted

    def _number(self) -> Fact:
        self.at += 1
        return Fact("#")

    def _argument(self) -> Fact | Choice:
        end = min((found for found in (self.text.find(sign, self.at) for sign in ",}") if found >= 0), default=-1)
        if end < 0:
            raise BadTemplate(f"a brace is not closed in {self.text!r}")
        name = self.text[self.at + 1 : end].strip()
        if not name.isidentifier():
            raise BadTemplate(f"{name!r} names no fact in {self.text!r}")
        self.at = end + 1
        return Fact(name) if self.text[end] == "}" else self._choice(name)

    def _choice(self, name: str) -> Fact | Choice:
        kind = self._word()
        if kind == "date":
            self._close()
            return Fact(name, date=True)
        if kind not in ("plural", "select", "number") or self.text[self.at : self.at + 1] != ",":
            raise BadTemplate(f"{name} is no plural, select, number with digits or date in {self.text!r}")
        self.at += 1
        if kind == "number":
            return self._decimal(name)
        options: dict[str, Template] = {}
        while (key := self._word()) != "":
            if self.text[self.at : self.at + 1] != "{":
                raise BadTemplate(f"{key} has no words in {self.text!r}")
            self.at += 1
            options[key] = self.template(in_plural=kind == "plural")
            self._close()
        self._close()
        if "other" not in options:
            raise BadTemplate(f"{name} has no words for other in {self.text!r}")
        return Choice(name, kind == "plural", options)

    def _decimal(self, name: str) -> Fact:
        skeleton = self._word()
        self._close()
        zeros = skeleton.removeprefix("::.")
        if zeros == skeleton or not zeros or zeros.strip("0"):
            raise BadTemplate(f"{skeleton} is no number of digits in {self.text!r}; write ::.0")
        return Fact(name, digits=len(zeros))

    def _word(self) -> str:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        begun = self.at
        while self.at < len(self.text) and self.text[self.at] not in " \n,{}":
            self.at += 1
        word = self.text[begun : self.at]
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        return word

    def _close(self) -> None:
        if self.text[self.at : self.at + 1] != "}":
            raise BadTemplate(f"a brace is not closed in {self.text!r}")
        self.at += 1
