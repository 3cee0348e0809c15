"""Curves of how many something has not happened to yet, with their intervals and how many remain."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from analytics.survival import Point
from rendering.analytics_report.charts.drawing import DARK, LIGHT, LINE, QUIET, SIZE, WIDTH, drawn, placed, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES: Final = 3
"""So many periods are drawn beside all together; more would hide each other."""

_DASHES: Final = ("-", (0, (5, 2)), (0, (1, 1.5)))
_MARKERS: Final = ("o", "^", "D")
_PLOT_HEIGHT: Final = 2.5


class Line(NamedTuple):
    """One curve, through the points that are told."""

    label: str
    points: tuple[Point, ...]
    remaining: Mapping[int, str]
    """In words, how many remain on a day."""
    whole: bool = False


def curve_chart(name: str, title: str, description: str, lines: Sequence[Line], share: str) -> str:
    """The chart as an SVG element. `share` says what the share is of, along the upright axis."""
    height = _PLOT_HEIGHT + 1.25 + len(lines) * LINE

    def draw(axes: "Axes", height: float) -> None:
        left = max(width_of(line.label + line.remaining[0]) for line in lines) + 0.1
        placed(axes, height, left=left, right=0.25, top=0.35, bottom=0.9 + len(lines) * LINE)
        days = list(dict.fromkeys(day for line in lines for day in line.remaining))
        axes.set_xlim(0, max([*days, *(point.day for line in lines for point in line.points)]))
        axes.set_ylim(0, 1.0)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        axes.set_xticks(days, [f"{day:,}" for day in days])
        axes.set_xlabel("Days since intake")
        axes.text(0, 1.07, share, transform=axes.transAxes, color=QUIET, size=SIZE - 1, ha="left")
        axes.grid()
        axes.tick_params(length=2)
        for place, line in enumerate(lines):
            _drawn(axes, line, place)
        if len(lines) > 1:
            axes.legend(loc="lower left", frameon=False, handlelength=3, fontsize=SIZE - 1)
        _numbers_below(axes, height, lines, days)

    return drawn(name, title, description, height, draw)


def _drawn(axes: "Axes", line: Line, place: int) -> None:
    days = [0, *(point.day for point in line.points)]
    shares = [1.0, *(point.survival for point in line.points)]
    told = [
        (point.day, point.lower, point.upper)
        for point in line.points
        if point.lower is not None and point.upper is not None
    ]
    if line.whole:
        band, low, high = zip((0, 1.0, 1.0), *told, strict=True)
        axes.fill_between(band, low, high, color=LIGHT, alpha=0.55, linewidth=0)
        axes.plot(days, shares, color=DARK, linewidth=2, clip_on=False, label=line.label)
        return
    color = QUIET if place % 2 == 0 else DARK
    for day, lower, upper in told:
        axes.plot([day, day], [lower, upper], color=color, linewidth=0.9)
    axes.plot(
        days,
        shares,
        color=color,
        linewidth=1.3,
        linestyle=_DASHES[place % len(_DASHES)],
        marker=_MARKERS[place % len(_MARKERS)],
        markersize=SIZE * 0.6,
        markerfacecolor="white",
        clip_on=False,
        label=line.label,
    )


def _numbers_below(axes: "Axes", height: float, lines: Sequence[Line], days: Sequence[int]) -> None:
    """As printed curves have them: how many remain, under each day."""
    position = axes.get_position()
    inside, upright = position.width * WIDTH, position.height * height
    start = -position.x0 * WIDTH / inside
    below = axes.get_xaxis_transform()
    row = -0.6 / upright
    axes.text(start, row, "Remaining", transform=axes.transAxes, va="center", weight="bold", size=SIZE - 1)
    for line in lines:
        row -= LINE / upright
        axes.text(start, row, line.label, transform=axes.transAxes, va="center", color=QUIET, size=SIZE - 1)
        for day in days:
            # How many there were is set before the beginning, away from how many remain after the first days.
            place = day or axes.get_xlim()[1] * 0.015
            side = "center" if day else "right"
            said = line.remaining.get(day, "")
            axes.text(place, row, said, transform=below, va="center", ha=side, size=SIZE - 1)
