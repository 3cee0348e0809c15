"""Bars under headings, each with what it says in words beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from rendering.analytics_report.charts.drawing import (
    DARK,
    GRID,
    INK,
    LIGHT,
    LINE,
    QUIET,
    SIZE,
    WIDTH,
    drawn,
    placed,
    width_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES: Final = 40
"""A chart with more lines would not fit on a page."""

_GAP: Final = 0.6
"""Between groups, in lines."""


class Bar(NamedTuple):
    """One figure: its bar, or just its words where there is no figure to show."""

    label: str
    said: str
    value: float | None
    low: float | None = None
    high: float | None = None
    """Between these a line is drawn, as from one quartile to the other."""
    whole: bool = False
    """Whether it is of all periods."""


class Bars(NamedTuple):
    """Bars under one heading."""

    heading: str
    bars: tuple[Bar, ...]

    @property
    def lines(self) -> int:
        """How many lines they take."""
        return 1 + len(self.bars)


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured along the bars."""

    label: str
    percent: bool = False
    """From 0 to 100 %, of values from 0 to 1; otherwise as far as the values go, 0 among them."""
    both_ways: bool = False
    """As far below 0 as above, and at least from −1 to 1, so that a small change looks small."""
    points: bool = False
    """Whether figures are points instead of bars, as medians are."""


def bar_charts(name: str, title: str, groups: Sequence[Bars], axis: Axis) -> list[str]:
    """Charts as SVG elements, each of which fits on a page, of one scale. Their descriptions say each bar in words.

    None where no bar has a figure to show.
    """
    bars = [bar for group in groups for bar in group.bars]
    if all(bar.value is None for bar in bars):
        return []
    charts = _on_pages(groups)
    numbered = [f" ({place} of {len(charts)})" if len(charts) > 1 else "" for place in range(1, len(charts) + 1)]
    return [
        _bar_chart(f"{name}-{place}", title + numbered[place - 1], chart, axis, bars)
        for place, chart in enumerate(charts, 1)
    ]


def _on_pages(groups: Sequence[Bars]) -> list[tuple[Bars, ...]]:
    charts: list[tuple[Bars, ...]] = []
    for group in groups:
        if charts and sum(each.lines for each in charts[-1]) + group.lines <= MOST_LINES:
            charts[-1] = (*charts[-1], group)
        else:
            charts.append((group,))
    return charts


def _bar_chart(name: str, title: str, groups: Sequence[Bars], axis: Axis, bars: Sequence[Bar]) -> str:
    """One of them; its scale and margins are those of all `bars`."""
    lines = sum(each.lines for each in groups) + _GAP * (len(groups) - 1)
    height = lines * LINE + 0.6

    def draw(axes: "Axes", height: float) -> None:
        left = max(width_of(bar.label) for bar in bars) + 0.1
        right = max(width_of(bar.said) for bar in bars) + 0.15
        placed(axes, height, left=left, right=min(right, WIDTH - left - 1.2), top=0.05, bottom=0.5)
        _scaled(axes, [*_ends(bars)], axis)
        _lined(axes, groups, lines, axis, left)

    return drawn(name, title, _in_words(groups), height, draw)


def _in_words(groups: Sequence[Bars]) -> str:
    return " ".join(
        f"{group.heading}: {'; '.join(f'{bar.label} {bar.said}' for bar in group.bars)}." for group in groups
    )


def _ends(bars: Sequence[Bar]) -> list[float]:
    return [end for bar in bars for end in (bar.value, bar.low, bar.high) if end is not None]


def _scaled(axes: "Axes", ends: Sequence[float], axis: Axis) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if axis.percent:
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    else:
        low, high = min([0.0, *ends]), max([0.0, *ends])
        if axis.both_ways:
            high = max(1.0, -low, high)
            low = -high
        spread = (high - low) or 1.0
        axes.set_xlim(low - 0.05 * spread if low else 0, high + 0.05 * spread if high or not low else 0)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "−")))
    axes.set_xlabel(axis.label)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _lined(axes: "Axes", groups: Sequence[Bars], lines: float, axis: Axis, left: float) -> None:
    axes.set_ylim(lines, 0)
    axes.set_yticks([])
    beside = axes.get_yaxis_transform()
    inside = axes.get_position().width * WIDTH
    start, end = -left / inside, 1 + 0.08 / inside
    draw: Callable[[Axes, Bar, float], None] = _point if axis.points else _bar
    line = 0.5
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    for group in groups:
        axes.text(start, line, group.heading, transform=beside, va="center", weight="bold")
        # No line runs through a heading.
        axes.vlines(ticks, line + 0.5, line + group.lines - 0.5, color=GRID, linewidth=0.6, zorder=0.5)
        axes.vlines([0], line + 0.5, line + group.lines - 0.5, color=QUIET, linewidth=0.8)
        for bar in group.bars:
            line += 1
            axes.text(start, line, bar.label, transform=beside, va="center", color=QUIET)
            style = "normal" if bar.value is not None else "italic"
            axes.text(end, line, bar.said, transform=beside, va="center", color=INK, style=style)
            if bar.value is not None:
                draw(axes, bar, line)
        line += 1 + _GAP


def _bar(axes: "Axes", bar: Bar, line: float) -> None:
    assert bar.value is not None
    if bar.whole:
        axes.barh(line, bar.value, height=0.62, facecolor=LIGHT, edgecolor=DARK, linewidth=0.8, hatch="////")
    else:
        axes.barh(line, bar.value, height=0.62, facecolor=DARK, edgecolor=DARK, linewidth=0.8)


def _point(axes: "Axes", bar: Bar, line: float) -> None:
    assert bar.value is not None
    if bar.low is not None and bar.high is not None:
        axes.plot([bar.low, bar.high], [line, line], color=DARK, linewidth=2 if not bar.whole else 1.2)
    axes.plot(
        [bar.value],
        [line],
        marker="s" if bar.whole else "o",
        markersize=SIZE * 0.7,
        markerfacecolor="white" if bar.whole else DARK,
        markeredgecolor=DARK,
        linestyle="none",
    )
