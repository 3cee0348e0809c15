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
    return f"# Benchmarks\n\n{explanation(rounds)}\n\n{measured_on}\n\n{lines(results)}\n"


def lines(results: Sequence[Result]) -> str:
    """The results as a Markdown table: a line each, however wide, so that it can be read and searched when piped."""
    rows = [COLUMNS, ["---"] * len(COLUMNS), *map(_cells, results)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


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
        f"at {'most' if result.limit.at_most else 'least'} {result.limit.ratio:g}",
        "holds" if result.holds else "short",
    ]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
