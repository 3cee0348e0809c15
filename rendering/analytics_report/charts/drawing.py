"""How every chart is drawn: the same byte for byte whenever and wherever it is, in colors that print in grey.

matplotlib is imported where it is used: the service runs without the extra `analytics`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from rendering.analytics_report.charts.accessible_svg import accessible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH: Final = 5.0
"""In inches. Narrow, so that its text can still be read where a telephone makes it smaller."""
SIZE: Final = 9.0
"""Of text, in points."""
LINE: Final = 0.2
"""The height of a line of a chart, in inches."""
DARK: Final = "#0b5563"
"""What a period shows: the pages' own color, dark in grey too."""
LIGHT: Final = "#a9c3ca"
"""What all periods together show: light in grey too."""
INK: Final = "#1d2b33"
QUIET: Final = "#4a5a63"
GRID: Final = "#d5dde0"

# Text is laid out by the widths of a font that matplotlib brings along, whatever fonts there are.
_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.labelsize": SIZE - 1,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": QUIET,
    "xtick.labelsize": SIZE - 1,
    "ytick.color": QUIET,
    "ytick.labelsize": SIZE - 1,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}

_DRAWING: Final = threading.Lock()
"""matplotlib's settings are the process's: one chart is drawn at a time."""


def width_of(text: str) -> float:
    """About how wide a text is, in inches."""
    return len(text) * SIZE * 0.6 / 72


def drawn(name: str, title: str, description: str, height: float, draw: "Callable[[Axes, float], None]") -> str:
    """The chart as an SVG element, for a page of HTML, in which `name` is its own.

    `draw` is given axes that fill the whole chart, to be placed, and the chart's height in inches.
    """
    with _styled(name):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, height))
        draw(figure.add_axes((0.0, 0.0, 1.0, 1.0)), height)
        written = BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return accessible(written.getvalue(), name, title, description)


def placed(axes: "Axes", height: float, *, left: float, right: float, top: float, bottom: float) -> None:
    """Leave so many inches on each side of the axes."""
    axes.set_position((left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, (height - top - bottom) / height))


@contextmanager
def _styled(name: str) -> Iterator[None]:
    with _DRAWING:
        import matplotlib

        # Whatever somebody's own settings file says of lines and letters; which screen is drawn on is no matter here.
        usual = {key: said for key, said in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
        settings: dict[Any, Any] = {**usual, **_STYLE, "svg.hashsalt": name}
        with matplotlib.rc_context(settings):
            yield
