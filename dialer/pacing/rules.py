"""Pacing rules by the names that people type: `predictive`, `ratio:2`, `vicidial:tapered` and so on."""

from __future__ import annotations

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
from dialer.vocabulary.errors import CornettaError

PROGRESSIVE = "progressive"


class Knowledge(StrEnum):
    """What an oracle knows."""

    ANSWERS = "answers"
    BOTH = "both"


#: The longest ring of calls, seconds.
RING_S = 25.0
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


class UnknownRule(CornettaError):
    """No pacing rule has this name, or what follows its colon is not understood."""

    code = "unknown_rule"

    def __init__(self, rule: str, reason: str = "") -> None:
        told = f" ({reason})" if reason else ""
        super().__init__(f"There is no pacing rule {rule!r}{told}. There are: {', '.join(RULES)}.")
        self.rule = rule


def is_one_to_one(rule: str) -> bool:
    """Whether an agent is reserved for each call of this rule."""
    return rule == PROGRESSIVE


def pacer(rule: str, shift: Shift, foresight: Foresight | None = None) -> Pacer:
    """A new pacer by its name; `foresight` is for the oracles, which there are only with it. Raises UnknownRule."""
    name, _, rest = rule.partition(":")
    try:
        match name:
            case "progressive":
                return Progressive()
            case "predictive":
                return PredictivePacer(_predictive(rest, shift), RING_S)
            case "oracle" if foresight is not None:
                return Oracle(_predictive("", shift), RING_S, foresight, knows_agents=Knowledge(rest) is Knowledge.BOTH)
            case "ratio":
                return Ratio(float(rest))
            case "erlang":
                return ErlangRate(shift.limit)
            case "renewal":
                return Renewal(shift.limit)
            case "vicidial":
                return Vicidial(_vicidial(rest, shift))
    except ValueError as error:
        raise UnknownRule(rule, str(error)) from error
    raise UnknownRule(rule)


def _predictive(text: str, shift: Shift) -> Predictive:
    """Nothing, or `shed` for late-ring shedding. Raises ValueError."""
    if text not in ("", "shed"):
        raise ValueError(f"{text} is none of its settings")
    return Predictive(abandonment_limit_percent=shift.limit * 100.0, shed_late_rings=text == "shed")


def _vicidial(text: str, shift: Shift) -> VicidialSettings:
    """`tapered,most=5,difference=-0.1,available`; the difference is a part of the team. Raises ValueError."""
    method, *rest = text.split(",")
    values = {"most": 3.0, "difference": 0.0}
    for each in rest:
        key, _, value = each.partition("=")
        if key in values:
            values[key] = float(value)
        elif key != "available":
            raise ValueError(f"{key} is none of its settings")
    return VicidialSettings(
        method=Method(method),
        limit=shift.limit,
        most=values["most"],
        difference=values["difference"] * shift.agents,
        available_only="available" in rest,
        shift_s=shift.length_s,
    )
