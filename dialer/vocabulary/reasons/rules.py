"""Why a pacing rule that somebody has typed is none. `written` is what stands there."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class NoSuchRule(Reason, frozen=True, tag="unknown_rule"):
    """`rules` are those that there are, with their settings."""

    rule: str
    rules: tuple[str, ...]


class RuleUnread(Reason, frozen=True, tag="unknown_rule.because"):
    """The same, with what of the rule cannot be read."""

    rule: str
    why: Reason
    rules: tuple[str, ...]


class NoSetting(Reason, frozen=True, tag="rule_setting.none"):
    """The rule takes no setting."""

    rule: str
    written: str


class SettingUnknown(Reason, frozen=True, tag="rule_setting.unknown"):
    written: str


class LinesUnread(Reason, frozen=True, tag="rule_setting.lines"):
    written: str


class KnowledgeUnread(Reason, frozen=True, tag="rule_setting.knowledge"):
    written: str


class MethodUnread(Reason, frozen=True, tag="rule_setting.method"):
    """`methods` are written as rules, to be copied."""

    written: str
    methods: tuple[str, ...]


class NumberUnread(Reason, frozen=True, tag="rule_setting.number"):
    setting: str
    written: str
    example: str


class SwitchWithValue(Reason, frozen=True, tag="rule_setting.switch"):
    setting: str
    written: str


class SettingOutOfRange(Reason, frozen=True, tag="rule_setting.range"):
    setting: str
    value: float
    least: float
    most: float
