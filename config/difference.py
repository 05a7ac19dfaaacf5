"""The changes between two configurations in words, and when each comes into force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

from config.model import CampaignSettings, Section, Settings


class Applies(StrEnum):
    """When a change comes into force."""

    AT_ONCE = "at once"
    AFTER_UNLOAD = "after unload"
    AFTER_ENGINE_RESTART = "after restart of the engine"
    AFTER_NODE_RESTART = "after restart of the node"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one section. `subject` is as in `campaign spring`, `text` as in `look_s: 3 becomes 5`."""

    subject: str
    text: str
    applies: Applies
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.subject}: {self.text}; applies {self.applies}{note}"


#: Keys that the node reads at each use; it reads all others of `server` once, at its start.
_SERVER_AT_ONCE = frozenset(
    {"session_idle_s", "session_lifetime_s", "claim_lease_s", "phone_in_use", "trusted_proxies"}
)
#: Keys that the engine gets while it runs.
_ENGINE_AT_ONCE = frozenset({"unattended_s", "unattended_message", "public_address"})
_SECTIONS = {
    "trunks": "trunk",
    "phones": "phone",
    "teams": "team",
    "not_ready_reasons": "not-ready reason",
    "campaigns": "campaign",
}
_SHOWN_LETTERS = 80


def difference(old: Settings, new: Settings) -> tuple[Change, ...]:
    """Changes from `old` to `new`, in the order of the sections. Secrets are never shown."""
    return (
        *_server(old, new),
        *_engines(old, new),
        *(change for section in _SECTIONS for change in _items(section, old, new)),
        *_users(old, new),
    )


def _server(old: Settings, new: Settings) -> Iterator[Change]:
    for key, text in _changes(old.server, new.server):
        yield Change("server", text, Applies.AT_ONCE if key in _SERVER_AT_ONCE else Applies.AFTER_NODE_RESTART)


def _engines(old: Settings, new: Settings) -> Iterator[Change]:
    before, after = _by_name(old.engines), _by_name(new.engines)
    for name in before.keys() - after.keys():
        yield Change(f"engine {name}", "removed", Applies.AFTER_NODE_RESTART, "drain the engine first")
    for name, engine in after.items():
        if name not in before:
            yield Change(f"engine {name}", "added", Applies.AFTER_NODE_RESTART, "then start the engine")
            continue
        for key, text in _changes(before[name], engine):
            if key in _ENGINE_AT_ONCE:
                yield Change(f"engine {name}", text, Applies.AT_ONCE)
            elif key in ("socket", "reconnect_s"):
                yield Change(f"engine {name}", text, Applies.AFTER_NODE_RESTART)
            else:
                yield Change(f"engine {name}", text, Applies.AFTER_ENGINE_RESTART, "drain it, its legs end otherwise")


def _items(section: str, old: Settings, new: Settings) -> Iterator[Change]:
    kind = _SECTIONS[section]
    before, after = _by_name(getattr(old, section)), _by_name(getattr(new, section))
    for name, item in before.items():
        if name not in after:
            unload = isinstance(item, CampaignSettings)
            yield Change(f"{kind} {name}", "removed", Applies.AFTER_UNLOAD if unload else Applies.AT_ONCE)
    for name, item in after.items():
        if name not in before:
            yield Change(f"{kind} {name}", "added", Applies.AT_ONCE)
            continue
        for key, text in _changes(before[name], item):
            applies = _campaign_applies(before[name], item, key)
            yield Change(f"{kind} {name}", text, applies)
    if list(before) != list(after) and before.keys() == after.keys():
        yield Change(section, f"order: {', '.join(after)}", Applies.AT_ONCE)


def _campaign_applies(old: Section, new: Section, key: str) -> Applies:
    """A mode can be changed while running only between progressive and predictive."""
    if isinstance(old, CampaignSettings) and isinstance(new, CampaignSettings) and key == "mode":
        dials = all(mode.value.startswith(("PROGRESSIVE", "PREDICTIVE")) for mode in (old.mode, new.mode))
        if not dials or old.mode.asm != new.mode.asm:
            return Applies.AFTER_UNLOAD
    return Applies.AT_ONCE


def _users(old: Settings, new: Settings) -> Iterator[Change]:
    """Users are only seeds: a change of one who is in the database already has no effect."""
    before, after = _by_name(old.users), _by_name(new.users)
    for name, user in after.items():
        if name not in before:
            yield Change(f"user {name}", "added", Applies.AT_ONCE, "unless the database has the user")
        elif _without_password(before[name]) != _without_password(user):
            yield Change(f"user {name}", "changed", Applies.NEVER, "the database has the user; change it there")
    for name in before.keys() - after.keys():
        yield Change(f"user {name}", "removed", Applies.NEVER, "the database keeps the user; remove it there")


def _without_password(user: Section) -> Section:
    """A first password that was used may leave the configuration, or its variable the environment."""
    return user.model_copy(update={"password": None})


def _changes(old: Section, new: Section, above: str = "") -> Iterator[tuple[str, str]]:
    """The first key of each change and a text with its whole path, sections below included."""
    if type(old) is not type(new):
        yield "kind", "is of another kind"
        return
    for key in type(new).model_fields:
        was, becomes = getattr(old, key), getattr(new, key)
        if was != becomes:
            yield from ((key, text) for text in _texts(was, becomes, f"{above}{key}"))


def _texts(was: object, becomes: object, path: str) -> Iterator[str]:
    """The changes at `path`. Rows of named sections are compared row by row."""
    if isinstance(was, Section) and isinstance(becomes, Section):
        yield from (text for _, text in _changes(was, becomes, f"{path}."))
    elif isinstance(was, SecretStr) or isinstance(becomes, SecretStr):
        yield f"{path}: another secret"
    elif isinstance(was, Mapping) and isinstance(becomes, Mapping) and (_has_sections(was) or _has_sections(becomes)):
        for name in {_plain(key): key for key in (*was, *becomes)}.values():
            if was.get(name) != becomes.get(name):
                yield from _texts(was.get(name), becomes.get(name), f"{path}.{_plain(name)}")
    elif isinstance(was, tuple) and isinstance(becomes, tuple) and _are_named(was) and _are_named(becomes):
        yield from _rows(was, becomes, path)
    else:
        yield f"{path}: {' becomes '.join(_beside(was, becomes))}"


def _rows(was: tuple[Section, ...], becomes: tuple[Section, ...], path: str) -> Iterator[str]:
    """New, removed and moved rows in one text; changed rows each in their own."""
    before, after = _by_name(was), _by_name(becomes)
    if list(before) != list(after):
        yield f"{path}: {' becomes '.join(_beside(tuple(before), tuple(after)))}"
    for name, item in after.items():
        if name in before and before[name] != item:
            yield from _texts(before[name], item, f"{path}.{name}")


def _has_sections(items: Mapping[Any, Any]) -> bool:
    return any(isinstance(each, Section) for each in items.values())


def _are_named(items: tuple[Any, ...]) -> bool:
    """Whether these are sections with distinct names; no sections count, too."""
    if not all(isinstance(each, Section) for each in items):
        return False
    names = [_name_of(each) for each in items]
    return all(names) and len(set(names)) == len(names)


def _name_of(item: Section) -> str:
    """The name of a section in a row."""
    found = (getattr(item, key, None) for key in ("name", "code", "key", "call_result"))
    return next((_plain(each) for each in found if each), "")


def _by_name(items: tuple[Section, ...]) -> dict[str, Section]:
    return {_name_of(item): item for item in items}


def _beside(was: object, becomes: object) -> tuple[str, str]:
    """Both values in a line each. Long ones are cut around their difference."""
    first, second = _shown(was), _shown(becomes)
    same = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    return _cut(first, same), _cut(second, same)


def _cut(text: str, at: int) -> str:
    """At most `_SHOWN_LETTERS` of a text, with its letter `at` among them."""
    if len(text) <= _SHOWN_LETTERS:
        return text
    begin = 0 if at < _SHOWN_LETTERS - 10 else at - _SHOWN_LETTERS // 2
    head, piece = "..." if begin else "", text[begin : begin + _SHOWN_LETTERS]
    return f"{head}{piece}{'...' if begin + _SHOWN_LETTERS < len(text) else ''}"


def _shown(value: object) -> str:
    """A value in one line."""
    return "nothing" if value is None or value in ("", (), {}) else _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(key)}: {_plain(each)}" for key, each in value.items())
    if isinstance(value, Section):
        return _name_of(value) or _written(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _written(section: Section) -> str:
    """A section without a name as in YAML, with the set keys only."""
    told = (f"{key}: {_shown(getattr(section, key))}" for key in sorted(section.model_fields_set))
    return f"{{{', '.join(told)}}}"
