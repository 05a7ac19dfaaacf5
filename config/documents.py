"""YAML files as trees of plain values that remember their lines.

Every plain scalar stays text: the model says what is a number and what is not, so that +442079460000 keeps its
plus and the country NO is not a Boolean. Only `null`, `~` and nothing are None.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TypeAlias

import yaml

from config.problems import Mark, Path, Problem, spell

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 500
MAX_DEPTH = 20
#: Bound of what aliases unfold to, for each file.
MAX_VALUES = 50_000

_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)
_NULL = "tag:yaml.org,2002:null"
_REFERENCE = re.compile(r"(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


#: Byte order mark, zero width, overrides of direction.
_UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060\ufeff]")


class Substituted(str):
    """Text in which `${ENV}` was replaced; `written` is what stands in the file and may be shown."""

    written: str

    def __new__(cls, text: str, written: str) -> Substituted:
        self = super().__new__(cls, text)
        self.written = written
        return self


class Document:
    """One file: its tree, the line of each path, and the mistakes that need no model to be seen."""

    def __init__(self, file: FilePath, environment: Mapping[str, str]) -> None:
        self.file = str(file)
        self.tree: Value = None
        self.marks: dict[Path, Mark] = {}
        self.problems: list[Problem] = []
        self._environment = environment
        self._values = 0
        self._found: list[tuple[Mark, Path, str]] = []
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
                # Spelled now: items are called by their names, which may stand below the mistake.
                self.problems += [Problem(mark, spell(path, self.tree), reason) for mark, path, reason in self._found]

    def _bounded(self, text: str) -> bool:
        """Whether the nesting is such that the composer, which recurses, can be let at it."""
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
        """`text` with `${ENV}` replaced by the variable, and `$${` by `${`."""

        def value(found: re.Match[str]) -> str:
            if found[1]:
                return found[0][1:]
            if found[2] not in self._environment:
                self._say(path, f"the environment variable {found[2]} is not set; set it before the start")
                return found[0]
            # Where a file sets the variables, its byte order mark and line ends may come with them.
            return self._environment[found[2]].lstrip("\ufeff").rstrip("\r\n")

        replaced = _REFERENCE.sub(value, text)
        has_reference = any(not found[1] for found in _REFERENCE.finditer(text))
        return Substituted(replaced, text) if has_reference else replaced

    def _say(self, path: Path, reason: str) -> None:
        self._found.append((self.marks.get(path, Mark(self.file, 0)), path, reason))

    def _whole(self, reason: str) -> None:
        self.problems.append(Problem(Mark(self.file, 0), "", reason))


def _unseen(text: str) -> str:
    """What is wrong with a text that holds letters which nobody sees, as a byte order mark between two files that were
    put together; empty where it has none."""
    found = _UNSEEN.search(text)
    return f"holds a letter that is not seen (U+{ord(found[0]):04X}); remove it" if found else ""


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
