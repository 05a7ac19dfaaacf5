"""Reads a directory of YAML files into settings, or reports all its mistakes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from config.consistency import Inconsistency, inconsistencies
from config.documents import MAX_FILES, Document, Value, files_of
from config.model import SecretToCome, Settings
from config.names import misnamed
from config.problems import Mark, Path, Problem, spell
from config.references import References, Secrets
from config.schema import FILE
from config.surroundings import astray
from config.wording import Guide, causes, reason
from dialer.vocabulary.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a check: `problems` and `summary` are lines for people; `settings` is None if there are
    problems."""

    problems: tuple[str, ...]
    summary: tuple[str, ...]
    settings: Settings | None


def load(
    directory: str | os.PathLike[str],
    environment: Mapping[str, str] | None = None,
    secrets: Secrets = Secrets.NOW,
) -> Settings:
    """Settings from the YAML files of a directory and those below it, or from one file.

    `environment` is where `${ENV}` is looked up, usually that of the process. A missing first password, and with
    `Secrets.LATER` any missing secret, is reported at its use. Raises ConfigurationError with every problem found, each
    `FILE:LINE: path.to.key: reason; remedy`.
    """
    report = check(directory, environment, secrets)
    if report.settings is None:
        raise ConfigurationError(report.problems)
    return report.settings


def check(
    directory: str | os.PathLike[str],
    environment: Mapping[str, str] | None = None,
    secrets: Secrets = Secrets.NOW,
) -> CheckReport:
    """The problems that `load` would report, without raising."""
    reading = _Reading(FilePath(directory), os.environ if environment is None else environment, secrets)
    settings, problems = reading.result()
    if settings is None or problems:
        ordered = sorted(set(problems), key=lambda each: (each.mark.file, each.mark.line, each.path, each.reason))
        return CheckReport(tuple(str(each) for each in ordered), (), None)
    notes = tuple(f"note: {each.note}" for each in reading.waiting)
    return CheckReport((), (*_summary(settings), *notes), settings)


def _summary(settings: Settings) -> tuple[str, ...]:
    lines = [f"node {settings.server.node}, {settings.server.url}"]
    for section in ("engines", "trunks", "phones", "teams", "users"):
        names = [item.name for item in getattr(settings, section)]
        lines.append(f"{section}: {', '.join(names) or 'none'}")
    lines += [
        f"campaign {each.name}: {each.mode}, teams {', '.join(each.teams)}, trunks {', '.join(each.trunks)}, "
        f"lists {', '.join(each.name for each in each.lists)}"
        for each in settings.campaigns
    ]
    lines += [
        f"campaign {each.name}: note: contacts for whom no agent is left hear nothing; name a waiting_message, which "
        "the law of many countries asks for"
        for each in settings.campaigns
        if each.mode.predictive and not each.waiting_message
    ]
    return tuple(lines if settings.campaigns else [*lines, "campaigns: none"])


class _Reading:
    """One reading of a directory: files are merged by section, then checked by the model, then against each other."""

    def __init__(self, directory: FilePath, environment: Mapping[str, str], secrets: Secrets) -> None:
        self._place = directory
        self._problems: list[Problem] = []
        self._tree: dict[str, Value] = {}
        self._marks: dict[Path, Mark] = {}
        self._unread: set[tuple[Mark, str]] = set()
        home = directory if directory.is_dir() else directory.parent
        self._references = References(home, secrets)
        self._context = {"source": self._references}
        self._documents = [Document(file, environment) for file in self._files()]
        for document in self._documents:
            self._merge(document)

    def result(self) -> tuple[Settings | None, list[Problem]]:
        """The settings and their problems; None where the model does not take them."""
        if not self._marks:
            if not self._problems:
                self._whole("holds no sections; begin with a copy of the example")
            return None, self._problems
        self._tree.setdefault("server", {})
        settings: Settings | None = None
        try:
            settings = Settings.model_validate(self._tree, context=self._context)
        except ValidationError as error:
            self._say_unset()
            guide = Guide(json.loads(FILE.read_text(encoding="utf-8")))
            for each in causes(error.errors(include_url=False)):
                path, _ = guide.follow(each["loc"])
                self._say(path, reason(each, guide))
        else:
            self._say_unset()
        self._compare(settings)
        return settings, self._problems

    @property
    def waiting(self) -> tuple[SecretToCome, ...]:
        """Missing secrets that are reported at their use."""
        return tuple(self._references.waiting.values())

    def _say_unset(self) -> None:
        """Report missing variables that are no waiting secrets."""
        unset = [problem for document in self._documents for problem in document.unset()]
        self._problems += unset
        self._unread.update((each.mark, each.path) for each in unset)

    def _files(self) -> list[FilePath]:
        if self._place.is_file():
            return [self._place]
        if not self._place.is_dir():
            self._whole("there is no such directory; name the one that holds the YAML files")
            return []
        files = files_of(self._place)
        if not files:
            self._whole("holds no .yaml file; begin with a copy of the example")
        if len(files) > MAX_FILES:
            self._whole(f"holds more than {MAX_FILES} .yaml files; merge some")
            return []
        return files

    # ------------------------------------------------------------------ merging

    def _merge(self, document: Document) -> None:
        self._problems += document.problems
        self._unread.update((each.mark, each.path) for each in document.problems)
        if document.tree is None:
            return
        if not isinstance(document.tree, dict):
            mark = document.marks[()]
            self._problems.append(Problem(mark, "", "holds no sections; begin with a line such as `trunks:`"))
            return
        self._marks.setdefault((), document.marks[()])
        for section, value in document.tree.items():
            if value is not None:
                self._merge_section(section, value, document.marks)

    def _merge_section(self, section: str, value: Value, marks: Mapping[Path, Mark]) -> None:
        """Lists are put one after the other, groups of keys are united."""
        before = self._tree.get(section)
        offset = 0
        if before is None:
            self._tree[section] = value
        elif isinstance(before, list) and isinstance(value, list):
            offset = len(before)
            before += value
        elif isinstance(before, dict) and isinstance(value, dict):
            value = self._new_keys(section, before, value, marks)
            before.update(value)
        else:
            there = self._marks[section,]
            self._problems.append(Problem(marks[section,], section, f"does not go with {there}; write both alike"))
            return
        self._remember(section, value, offset, marks)

    def _new_keys(
        self, section: str, before: dict[str, Value], value: dict[str, Value], marks: Mapping[Path, Mark]
    ) -> dict[str, Value]:
        for key in before.keys() & value.keys():
            told = f"is given twice, first in {self._marks[section, key]}; remove one"
            self._problems.append(Problem(marks[section, key], f"{section}.{key}", told))
        return {key: each for key, each in value.items() if key not in before}

    def _remember(self, section: str, value: Value, offset: int, marks: Mapping[Path, Mark]) -> None:
        """Take over the lines of a merged part; positions in a list move by `offset`."""
        for path, mark in marks.items():
            if not path or path[0] != section:
                continue
            if len(path) > 1 and isinstance(path[1], int):
                path = (section, path[1] + offset, *path[2:])
            elif len(path) > 1 and isinstance(value, dict) and path[1] not in value:
                continue
            self._marks.setdefault(path, mark)

    # ------------------------------------------------------------------ sections among each other

    def _compare(self, settings: Settings | None) -> None:
        """Check the sections against each other, with mistakes in some only the correct ones."""
        for each in misnamed(self._tree):
            self._say(each.path, each.reason)
        positions: dict[str, list[int]] = {}
        if settings is None:
            settings = self._partial(positions)
        for each in (*inconsistencies(settings), *astray(settings)):
            self._say(_original(each, positions), each.reason)

    def _partial(self, positions: dict[str, list[int]]) -> Settings:
        """Settings of the items that the model takes; `positions` are their positions in the files."""
        taken: dict[str, Any] = {}
        for section, about in Settings.model_fields.items():
            value = self._tree.get(section)
            if value is None:
                continue
            if isinstance(value, list):
                items, positions[section] = self._taken(get_args(about.annotation)[0], value)
                taken[section] = tuple(items)
                continue
            kind: Any = about.annotation
            adapter: TypeAdapter[object] = TypeAdapter(kind)
            try:
                taken[section] = adapter.validate_python(value, context=self._context)
            except ValidationError:
                continue
        return Settings.model_construct(**{**dict(Settings()), **taken})

    def _taken(self, kind: Any, items: list[Value]) -> tuple[list[object], list[int]]:
        adapter: TypeAdapter[object] = TypeAdapter(kind)
        taken: list[object] = []
        positions: list[int] = []
        for at, item in enumerate(items):
            try:
                taken.append(adapter.validate_python(item, context=self._context))
            except ValidationError:
                continue
            positions.append(at)
        return taken, positions

    # ------------------------------------------------------------------ problems

    def _say(self, path: Path, told: str) -> None:
        """Add a problem, but no second one of a value that could not be read."""
        problem = Problem(self._mark(path), spell(path, self._tree), told)
        if (problem.mark, problem.path) not in self._unread:
            self._problems.append(problem)

    def _mark(self, path: Path) -> Mark:
        """The line of a path, or of its nearest written ancestor."""
        while path and path not in self._marks:
            path = path[:-1]
        return self._marks.get(path, Mark(str(self._place), 0))

    def _whole(self, told: str) -> None:
        self._problems.append(Problem(Mark(str(self._place), 0), "", told))


def _original(found: Inconsistency, positions: Mapping[str, list[int]]) -> Path:
    """The path in the files of a path in partial settings."""
    if len(found.path) < 2:
        return found.path
    section, at, *rest = found.path
    if isinstance(section, str) and isinstance(at, int) and section in positions:
        at = positions[section][at]
    return (section, at, *rest)
