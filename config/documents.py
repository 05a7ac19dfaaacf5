"""YAML files as trees of plain values that remember their lines.

Every plain scalar stays text: the model decides what is a number, so that +442079460000 keeps its
plus and the country NO is not a Boolean. Only `null`, `~` and an empty value are None.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Self, TypeAlias

import yaml

from config.problems import Mark, Path, Problem, spell

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 500
MAX_DEPTH = 20
#: The most nodes of a file with its aliases unfolded.
MAX_VALUES = 50_000

_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)
_NULL = "tag:yaml.org,2002:null"
_REFERENCE = re.compile(r"(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


#: Byte order mark, zero width, overrides of direction.
_UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060\ufeff]")


FILE_PREFIX = "file:"


class Placed(str):
    """Text that may refer to a secret, with its `place` in the form of problems. `may_wait` is set when it is a secret
    that is not needed yet."""

    place: str
    may_wait: bool

    def __new__(cls, text: str) -> Self:
        self = super().__new__(cls, text)
        self.place = ""
        self.may_wait = False
        return self


class Substituted(Placed):
    """Text in which `${ENV}` was replaced; `written` is the text in the file, which may be shown. `missing` are the
    unset variables."""

    written: str
    missing: tuple[str, ...]

    @classmethod
    def of(cls, text: str, written: str, missing: tuple[str, ...]) -> Self:
        self = cls(text)
        self.written = written
        self.missing = missing
        return self


class Document:
    """One file: its tree, the line of each path, and the mistakes that need no model."""

    def __init__(self, file: FilePath, environment: Mapping[str, str]) -> None:
        self.file = str(file)
        self.tree: Value = None
        self.marks: dict[Path, Mark] = {}
        self.problems: list[Problem] = []
        self._environment = environment
        self._values = 0
        self._found: list[tuple[Mark, Path, str]] = []
        self._placed: list[tuple[Path, Placed]] = []
        text = self._text(file)
        if text is not None:
            self._read(text)

    def _text(self, file: FilePath) -> str | None:
        try:
            with file.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size > MAX_FILE_BYTES:
                    self._whole(f"is larger than {MAX_FILE_BYTES} bytes; split it")
                    return None
                return stream.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._whole(f"is not UTF-8 (byte {error.start}); save it as UTF-8")
        except OSError as error:
            self._whole(f"cannot be read ({error.strerror}); check the file and its permissions")
        return None

    def _read(self, text: str) -> None:
        try:
            if not self._bounded(text):
                return
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            context = f"{error.context}: " if error.context else ""
            reason = f"is no YAML: {context}{error.problem}; check indentation, colons and quotes"
            self.problems.append(Problem(Mark(self.file, mark.line + 1 if mark else 0), "", reason))
        except yaml.YAMLError as error:
            self._whole(f"is no YAML: {str(error).splitlines()[0]}; remove characters that cannot be printed")
        else:
            if root is not None:
                self.tree = self._value(root, ())
                self.marks.setdefault((), Mark(self.file, 1))
                # Paths are spelled at the end, as items are called by their names, which may stand below the mistake.
                self.problems += [Problem(mark, spell(path, self.tree), reason) for mark, path, reason in self._found]
                for path, text_there in self._placed:
                    text_there.place = f"{self.marks[path]}: {spell(path, self.tree)}"

    def _bounded(self, text: str) -> bool:
        """Whether the nesting is shallow enough for the recursive composer."""
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark is not None else 0
                reason = f"is nested more than {MAX_DEPTH} levels deep; check the brackets"
                self.problems.append(Problem(Mark(self.file, line), "", reason))
                return False
        return True

    def _value(self, node: yaml.Node, path: Path) -> Value:
        self._values += 1
        self.marks.setdefault(path, Mark(self.file, node.start_mark.line + 1))
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            if self._values <= MAX_VALUES + 1:
                self._say(path, f"unfolds to more than {MAX_VALUES} values; use fewer aliases")
            self._values = MAX_VALUES + 2
            return None
        if node.tag not in _TAGS:
            self._say(path, f"has the tag {node.tag}, which is not supported; remove it")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, at)) for at, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            if unseen := _unseen(str(node.value)):
                self._say(path, unseen)
            return None if node.tag == _NULL and node.style is None else self._substituted(str(node.value), path)
        raise TypeError(f"YAML has no nodes of {type(node)}")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        values: dict[str, Value] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._say(path, "has a key that is no text; write KEY: VALUE")
                continue
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if unseen := _unseen(key):
                self._found.append((Mark(self.file, line), (*path, key), unseen))
                continue
            if key in values:
                reason = f"is given twice, first in line {first[key]}; remove one"
                self._found.append((Mark(self.file, line), (*path, key), reason))
                continue
            first[key] = line
            self.marks[(*path, key)] = Mark(self.file, line)
            values[key] = self._value(value_node, (*path, key))
        return values

    def _substituted(self, text: str, path: Path) -> str:
        """`text` with `${ENV}` replaced by the variable, and `$${` by `${`. Whether one may be missing is decided
        later: secrets are only needed where they are used."""
        missing: list[str] = []

        def value(found: re.Match[str]) -> str:
            if found[1]:
                return found[0][1:]
            if found[2] not in self._environment:
                missing.append(found[2])
                return found[0]
            # Variables set from a file may carry its byte order mark and line ends.
            return self._environment[found[2]].lstrip("\ufeff").rstrip("\r\n")

        replaced = _REFERENCE.sub(value, text)
        has_reference = any(not found[1] for found in _REFERENCE.finditer(text))
        if not has_reference and not text.startswith(FILE_PREFIX):
            return replaced
        placed = Substituted.of(replaced, text, tuple(missing)) if has_reference else Placed(replaced)
        self._placed.append((path, placed))
        return placed

    def unset(self) -> Iterator[Problem]:
        """Unset variables in a text that is no waiting secret, which is known after the model's check."""
        for path, text in self._placed:
            if isinstance(text, Substituted) and text.missing and not text.may_wait:
                yield Problem(self.marks[path], spell(path, self.tree), not_set(text.missing))

    def _say(self, path: Path, reason: str) -> None:
        self._found.append((self.marks.get(path, Mark(self.file, 0)), path, reason))

    def _whole(self, reason: str) -> None:
        self.problems.append(Problem(Mark(self.file, 0), "", reason))


def _unseen(text: str) -> str:
    """The fault of a text with invisible letters, as a byte order mark between two joined files; empty without one."""
    found = _UNSEEN.search(text)
    return f"holds a letter that is not seen (U+{ord(found[0]):04X}); remove it" if found else ""


def not_set(names: tuple[str, ...]) -> str:
    """The problem of missing variables."""
    which, are = ("variable", "is") if len(names) == 1 else ("variables", "are")
    it = "it" if len(names) == 1 else "them"
    return f"the environment {which} {', '.join(names)} {are} not set; set {it} before the start"


def files_of(directory: FilePath) -> list[FilePath]:
    """The YAML files of a directory and those below it, in the order of their names; hidden ones are left out."""
    found = [
        file
        for file in directory.rglob("*")
        if file.suffix in (".yaml", ".yml")
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(directory).parts)
    ]
    return sorted(found)
