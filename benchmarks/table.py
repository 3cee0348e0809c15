"""The table: on the screen, and as Markdown."""

from collections.abc import Sequence
from statistics import median

from rich.table import Table

from benchmarks.harness import Result

COLUMNS = ("measure", "÷", "unit", "ours", "the other", "ratio (min–max)", "limit", "")


def screen(results: Sequence[Result]) -> Table:
    """The results for a terminal."""
    table = Table(show_lines=True)
    for name in COLUMNS:
        number = name in {"ours", "the other", "ratio (min–max)", "limit"}
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for result in results:
        table.add_row(*_cells(result), style="" if result.holds else "bold red")
    return table


def markdown(results: Sequence[Result], machine: Sequence[tuple[str, str]], rounds: int) -> str:
    """The results and what they were measured on, as a Markdown page."""
    measured_on = "\n".join(f"- {name}: {value}" for name, value in machine)
    return f"# Benchmarks\n\n{explanation(rounds)}\n\n{measured_on}\n\n{heading()}\n{lines(results)}\n"


def heading() -> str:
    """The first two lines of the table in Markdown."""
    return f"{_line(COLUMNS)}\n{_line(['---'] * len(COLUMNS))}"


def lines(results: Sequence[Result]) -> str:
    """The results as lines of the table in Markdown, however wide, so that they can be read and searched when piped."""
    return "\n".join(_line(_cells(result)) for result in results)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def explanation(rounds: int) -> str:
    """How to read the table."""
    return (
        f"Medians of {rounds} rounds, in each of which all sides ran in turn, on one server with the same settings;"
        " the ratio is the median of the rounds' ratios."
    )


def _cells(result: Result) -> list[str]:
    ratios = result.ratios
    return [
        result.measure,
        result.other,
        result.unit,
        _figure(median(result.ours)),
        _figure(median(result.others)),
        f"{_figure(result.ratio)} ({_figure(min(ratios))}–{_figure(max(ratios))})",
        *_limit(result),
    ]


def _limit(result: Result) -> tuple[str, str]:
    if result.limit is None:
        return "", ""
    said = f"at {'most' if result.limit.at_most else 'least'} {result.limit.ratio:g}"
    return said, "holds" if result.holds else "short"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
