"""Pacing rules by the names that people type: `predictive`, `ratio:2`, `vicidial:tapered` and so on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from config.model import Predictive
from dialer.pacing.baselines.erlang import ErlangRate
from dialer.pacing.baselines.oracle import Foresight, Oracle
from dialer.pacing.baselines.ratio import Ratio
from dialer.pacing.baselines.renewal import Renewal
from dialer.pacing.baselines.vicidial import Method, Vicidial, VicidialSettings
from dialer.pacing.pacer import Pacer
from dialer.pacing.predictive import PredictivePacer
from dialer.pacing.progressive import Progressive
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.printable import printable
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.rules import (
    KnowledgeUnread,
    LinesUnread,
    MethodUnread,
    NoSuchRule,
    NumberUnread,
    RuleUnread,
    SettingUnknown,
    SwitchWithValue,
)

PROGRESSIVE = "progressive"


class Knowledge(StrEnum):
    """What an oracle knows."""

    ANSWERS = "answers"
    BOTH = "both"


#: The longest ring of calls, seconds.
RING_S = 25.0
#: VICIdial's settings that are numbers, as they are unless they are written, and an example of each; and its switch.
USUAL_NUMBERS = {"most": 3.0, "difference": 0.0}
EXAMPLES = {"most": "3", "difference": "0.1"}
AVAILABLE = "available"
RULES = (
    PROGRESSIVE, "predictive[:shed]", "ratio:LINES", "vicidial:hard|average|tapered[,most=3,difference=0,available]",
    "renewal", "erlang", "oracle:answers|both",
)  # fmt: skip


class Shift(Struct, frozen=True):
    """What a rule is told before it begins. `limit` is the part of live answers that may be abandoned, `length_s`
    the window over which it is counted, which begins at time 0; `agents` is the size of the team."""

    agents: int
    limit: float = 0.03
    length_s: float = 8 * 3600.0


class UnknownRule(Refused):
    """No pacing rule has this name, or what follows its colon cannot be read: `why`."""

    def __init__(self, rule: str, why: Reason | None = None) -> None:
        shown = printable(rule)
        super().__init__(NoSuchRule(shown, RULES) if why is None else RuleUnread(shown, why, RULES))
        self.rule = rule


class _Unread(Exception):
    """What follows the colon of a rule cannot be read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def is_one_to_one(rule: str) -> bool:
    """Whether an agent is reserved for each call of this rule."""
    return rule == PROGRESSIVE


def pacer(rule: str, shift: Shift, foresight: Foresight | None = None) -> Pacer:
    """A new pacer by its name; `foresight` is for the oracles, which need it. Raises UnknownRule."""
    name, _, rest = rule.partition(":")
    try:
        match name:
            case "progressive":
                return Progressive()
            case "predictive":
                return PredictivePacer(_predictive(rest, shift), RING_S)
            case "oracle" if foresight is not None:
                both = _knowledge(rest) is Knowledge.BOTH
                return Oracle(_predictive("", shift), RING_S, foresight, knows_agents=both)
            case "ratio":
                return Ratio(_lines(rest))
            case "erlang":
                return ErlangRate(shift.limit)
            case "renewal":
                return Renewal(shift.limit)
            case "vicidial":
                return Vicidial(_vicidial(rest, shift))
    except _Unread as unread:
        raise UnknownRule(rule, unread.reason) from None
    raise UnknownRule(rule)


def _predictive(text: str, shift: Shift) -> Predictive:
    """Nothing, or `shed` for late-ring shedding. Raises _Unread, like all that read a setting."""
    if text not in ("", "shed"):
        raise _Unread(SettingUnknown(printable(text)))
    return Predictive(abandonment_limit_percent=shift.limit * 100.0, shed_late_rings=text == "shed")


def _lines(text: str) -> float:
    lines = _number(text)
    if lines is None:
        raise _Unread(LinesUnread(printable(text)))
    return lines


def _knowledge(text: str) -> Knowledge:
    if text not in tuple(Knowledge):
        raise _Unread(KnowledgeUnread(printable(text)))
    return Knowledge(text)


def _vicidial(text: str, shift: Shift) -> VicidialSettings:
    """`tapered,most=5,difference=-0.1,available`; the difference is a part of the team."""
    method, *rest = text.split(",")
    if method not in tuple(Method):
        raise _Unread(MethodUnread(printable(method), tuple(f"vicidial:{each}" for each in Method)))
    values = vicidial_numbers(rest)
    return VicidialSettings(
        method=Method(method),
        limit=shift.limit,
        most=values["most"],
        difference=values["difference"] * shift.agents,
        available_only=AVAILABLE in rest,
        shift_s=shift.length_s,
    )


def vicidial_numbers(settings: Sequence[str]) -> dict[str, float]:
    """The settings of VICIdial that are numbers, by name; of one that is written twice the last counts."""
    values = dict(USUAL_NUMBERS)
    for each in settings:
        key, valued, text = each.partition("=")
        if key in values:
            value = _number(text)
            if value is None:
                raise _Unread(NumberUnread(key, printable(text), EXAMPLES[key]))
            values[key] = value
        elif key != AVAILABLE:
            raise _Unread(SettingUnknown(printable(key)))
        elif valued:
            raise _Unread(SwitchWithValue(key, printable(each)))
    return values


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
