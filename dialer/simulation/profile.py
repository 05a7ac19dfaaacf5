"""How the rate of answers moves over the shift: a factor of the hour, in pieces without holes."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose, pi, sin
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.model import Section
from dialer.simulation.laws import Laws

Hour = Annotated[float, Field(ge=0, le=24)]
Factor = Annotated[float, Field(gt=0, le=10)]


class Piece(Section):
    """From hour `begin_h` until `end_h` of the shift the factor goes straight from `begin` to `end`."""

    begin_h: Hour
    """First hour, counted from the start of the shift."""

    end_h: Hour
    """Hour at which the next piece begins."""

    begin: Factor
    """Factor of the answer rate at the first hour."""

    end: Factor | None = None
    """Factor at the end; left out: as at the beginning."""

    swing: float = Field(default=0, ge=0, lt=1)
    """Height of a sine on top of it, as a part of it: 0.15 goes 15 percent up and down."""

    swing_period_h: float = Field(default=1, gt=0, le=24)
    """Period of the sine."""

    @model_validator(mode="after")
    def _lasts(self) -> Piece:
        if self.end_h <= self.begin_h:
            raise ValueError("end_h is not after begin_h; raise it")
        return self

    def factor(self, hour: float) -> float:
        """The factor at an hour of this piece."""
        end = self.begin if self.end is None else self.end
        share = (hour - self.begin_h) / (self.end_h - self.begin_h)
        level = self.begin + (end - self.begin) * share
        return level * (1 + self.swing * sin(2 * pi * (hour - self.begin_h) / self.swing_period_h))


class NotInOrder(ValueError):
    """A piece does not begin where the one before ends. `path`: keys and positions from the pieces' own section to
    the value that is wrong."""

    def __init__(self, number: int, begin_h: float, before_h: float) -> None:
        what = "leaves a hole" if begin_h > before_h else "overlaps"
        before = "the piece before ends" if number else "the shift begins"
        super().__init__(f"{begin_h:g} {what}: {before} at {before_h:g}; write {before_h:g}")
        self.path = ("answer", number, "begin_h")


class Pieces(Section):
    """An answer rate that moves: pieces that follow each other from hour 0."""

    answer: tuple[Piece, ...] = Field(min_length=1, max_length=500)
    """Pieces in order of time, without holes."""

    @model_validator(mode="after")
    def _without_holes(self) -> Self:
        at = 0.0
        for number, piece in enumerate(self.answer):
            if not isclose(piece.begin_h, at, abs_tol=1e-9):
                raise NotInOrder(number, piece.begin_h, at)
            at = piece.end_h
        return self

    @property
    def hours(self) -> float:
        """The length of all pieces together."""
        return self.answer[-1].end_h

    def factor(self, hour: float) -> float:
        """The factor of the answer rate at an hour of the shift; after the last piece its end."""
        for piece in self.answer:
            if hour < piece.end_h:
                return piece.factor(hour)
        return self.answer[-1].factor(self.hours)


class Abroad(Pieces):
    """Contacts of another country, who answer at other hours."""

    percent: float = Field(gt=0, lt=100)
    """Share of the contacts."""


class Profile(Pieces):
    """A shift: pieces of the answer rate that follow each other from hour 0, and how people behave."""

    laws: Laws = Laws()
    """How people behave."""

    abroad: Abroad | None = None
    """Contacts whose answer rate has pieces of its own; left out: all answer alike."""


def _steps(*pieces: Sequence[float]) -> tuple[Piece, ...]:
    return tuple(Piece(begin_h=begin_h, end_h=end_h, begin=begin, end=end) for begin_h, end_h, begin, end in pieces)


FLAT = Profile(answer=_steps((0, 24, 1.0, 1.0)))

#: The day of PACE-8h: a ramp, a step down and back up, a step up, a wave.
DRIFT = Profile(
    answer=(
        *_steps((0, 3, 0.8, 1.2), (3, 4, 0.6, 0.6), (4, 5, 0.6, 1.0), (5, 6, 1.4, 1.4)),
        Piece(begin_h=6, end_h=24, begin=1.0, swing=0.15),
    )
)
