"""A picture of PACE-8h: utilisation by team size, one panel for each answer rate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.pacing.cell import AGENTS, RATES, Cell
from bench.pacing.rows import Row, find, is_legal
from dialer.vocabulary.errors import CornettaError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The drawn rules with their style.
LINES = {
    "oracle:answers": ("knows who will answer", "#999999", ":"),
    "predictive": ("Cornetta", "#0b6e4f", "-"),
    "vicidial:tuned": ("VICIdial, tuned in hindsight", "#c1666b", "--"),
    "renewal": ("renewal rule", "#d4a017", "-."),
    "vicidial:tapered": ("VICIdial, default", "#c1666b", "-"),
    "progressive": ("progressive", "#4a6fa5", "-"),
}


class PlottingUnavailable(CornettaError):
    """matplotlib is not installed."""

    code = "plotting_unavailable"

    def __init__(self) -> None:
        super().__init__("Plots need matplotlib: pip install 'cornetta[plot]'.")


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the picture as PNG. Raises OSError, PlottingUnavailable."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlottingUnavailable from error
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    panels = figure.subplots(1, len(RATES), sharey=True)
    for panel, rate in zip(panels, RATES, strict=True):
        _draw_rate(panel, rows, rate)
    panels[0].set_ylabel("utilisation, %")
    panels[-1].legend(loc="lower right", fontsize=8, title="hollow: over 3 % abandoned", title_fontsize=8)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _draw_rate(panel: Axes, rows: Sequence[Row], rate: float) -> None:
    for rule, (label, colour, style) in LINES.items():
        found = [row for agents in AGENTS if (row := find(rows, "base", Cell(agents, rate), rule))]
        used = [row.figures.utilisation for row in found]
        panel.plot([row.agents for row in found], used, style, color=colour, label=label, linewidth=1.6)
        for row in found:
            face = colour if is_legal(row.figures, 0.03) else "white"
            panel.plot(row.agents, row.figures.utilisation, "o", color=colour, markerfacecolor=face, markersize=4)
    panel.set_xscale("log")
    panel.set_xticks(AGENTS, [f"{agents:,}" for agents in AGENTS])
    panel.set_xticks([], minor=True)
    panel.set_title(f"{rate:.0%} of the calls answered", fontsize=10)
    panel.set_xlabel("agents")
    panel.grid(alpha=0.3)
