"""A shift as a picture: utilisation, level of dialing, abandonment budget over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from dialer.simulation.tally import PIECE_S, Piece
from dialer.vocabulary.errors import ConfigurationError, CornettaError

MINUTE_S = 60.0
WIDTH_IN, HEIGHT_IN, DOTS_PER_INCH = 10.0, 8.0, 110


class NoPlots(CornettaError):
    """matplotlib is not installed."""

    code = "no_plots"

    def __init__(self) -> None:
        super().__init__("Plots need matplotlib: install it with pip install 'cornetta[plot]'.")


def require(file: Path) -> None:
    """Check before a long run that a plot can be drawn and written. Raises NoPlots without matplotlib, and
    ConfigurationError for a file that cannot be written. Leaves no file behind."""
    if file.suffix.lower() != ".png":
        raise ConfigurationError((f"plot: {str(file)!r} is no name of a picture; write a name that ends in .png",))
    new = not file.exists()
    try:
        with file.open("ab"):
            pass
        if new:
            file.unlink()
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); name a file in a directory where you may write"
        raise ConfigurationError((f"plot: {file} {reason}",)) from None
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise NoPlots from None


def draw(pieces: Sequence[Piece], limit: float, title: str, file: Path) -> None:
    """Draw the pieces of a shift into a PNG file. `limit`: share of live answers that may be abandoned. Raises NoPlots
    and ConfigurationError as `require` does, or OSError where the disk is full."""
    require(file)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
    FigureCanvasAgg(figure)
    hours = [(number + 0.5) * PIECE_S / 3600 for number in range(len(pieces))]
    upper, middle, lower = figure.subplots(3, 1, sharex=True)
    figure.suptitle(title)
    _utilisation(upper, hours, pieces)
    _level(middle, hours, pieces)
    _budget(lower, hours, pieces, limit)
    lower.set_xlabel("hour of the shift")
    for axes in (upper, middle, lower):
        axes.grid(alpha=0.3)
        axes.legend(loc="best", fontsize="small")
    figure.savefig(file, dpi=DOTS_PER_INCH, format="png")


def _utilisation(axes: Any, hours: Sequence[float], pieces: Sequence[Piece]) -> None:
    shares = [100 * piece.working_s / piece.staffed_s if piece.staffed_s else 0.0 for piece in pieces]
    axes.plot(hours, shares, label="agents at work")
    axes.set_ylabel("utilisation, %")
    axes.set_ylim(0, 100)


def _level(axes: Any, hours: Sequence[float], pieces: Sequence[Piece]) -> None:
    axes.plot(hours, [per_agent(piece.ringing_s, piece) for piece in pieces], label="calls that ring")
    per_minute = [per_agent(piece.dials * MINUTE_S, piece) for piece in pieces]
    axes.plot(hours, per_minute, label="calls placed a minute", alpha=0.7)
    axes.set_ylabel("dialing, per agent")


def per_agent(seconds: float, piece: Piece) -> float:
    """Seconds for each second of an agent; 0 without agents, as the last call may ring on after the last agent has
    gone."""
    return seconds / piece.staffed_s if piece.staffed_s else 0.0


def _budget(axes: Any, hours: Sequence[float], pieces: Sequence[Piece], limit: float) -> None:
    allowed = [limit * answers for answers in accumulate(piece.answers for piece in pieces)]
    axes.plot(hours, allowed, label=f"{limit * 100:g} % of the live answers", linestyle="--")
    axes.plot(hours, list(accumulate(piece.abandoned for piece in pieces)), label="abandoned")
    axes.set_ylabel("contacts so far")
