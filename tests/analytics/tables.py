"""Tables of counts for the tests of suppression, and somebody who tries to undo it with none of its code."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from analytics.sums import Sum

Cells = dict[str, int]
Shown = Mapping[str, int | None]


def row(*counts: int) -> tuple[Cells, list[Sum]]:
    """Cells a, b, c … and their total T."""
    cells = dict(zip("abcdefgh", counts, strict=False))
    return cells | {"T": sum(counts)}, [Sum("T", tuple(cells))]


def grid(rows: Sequence[Sequence[int]]) -> tuple[Cells, list[Sum]]:
    """Cells 11, 12 … with the totals of rows (1T …), of columns (T1 …) and of all (TT)."""
    across, down = range(len(rows[0])), range(len(rows))
    cells = {f"{i + 1}{j + 1}": rows[i][j] for i in down for j in across}
    sums = [Sum(f"{i + 1}T", tuple(f"{i + 1}{j + 1}" for j in across)) for i in down]
    sums += [Sum(f"T{j + 1}", tuple(f"{i + 1}{j + 1}" for i in down)) for j in across]
    for one in sums:
        cells[one.total] = sum(cells[part] for part in one.parts)
    sums += [Sum("TT", tuple(f"{i + 1}T" for i in down)), Sum("TT", tuple(f"T{j + 1}" for j in across))]
    return cells | {"TT": sum(map(sum, rows))}, sums


def crossed(
    details: Iterable[tuple[tuple[str, ...], int]], levels: Sequence[Mapping[str, Sequence[str]]]
) -> tuple[Cells, list[Sum]]:
    """
    A table over several dimensions. `levels` has for each dimension what adds up to what, the lowest first:
    {"Q1": ["Jan", "Feb", "Mar"], "year": ["Q1", …]}. A cell's name is its places, joined by a stroke.
    """
    counts = dict(details)

    def parts_of(key: tuple[str, ...], dimension: int) -> list[tuple[str, ...]]:
        return [(*key[:dimension], part, *key[dimension + 1 :]) for part in levels[dimension][key[dimension]]]

    for dimension, sums in enumerate(levels):
        for total in sums:
            for key in {(*key[:dimension], total, *key[dimension + 1 :]) for key in counts}:
                counts[key] = sum(counts[part] for part in parts_of(key, dimension))
    found = [
        Sum("/".join(key), tuple("/".join(part) for part in parts_of(key, dimension)))
        for key in sorted(counts)
        for dimension in range(len(levels))
        if key[dimension] in levels[dimension]
    ]
    return {"/".join(key): count for key, count in counts.items()}, found


def imaginable(shown: Shown, sums: Sequence[Sum], most: int) -> Iterator[Cells]:
    """Every table that the published one could be, hidden cells from 1 to `most`, by trying them all."""
    hidden = [name for name, count in shown.items() if count is None]
    known = {name: count for name, count in shown.items() if count is not None}
    for guess in itertools.product(range(1, most + 1), repeat=len(hidden)):
        table = known | dict(zip(hidden, guess, strict=True))
        if all(table[one.total] == sum(table[part] for part in one.parts) for one in sums):
            yield table


def derived(shown: Shown, sums: Sequence[Sum]) -> dict[str, int]:
    """The hidden cells that adding and subtracting the published ones gives away, by elimination in fractions."""
    hidden = sorted(name for name, count in shown.items() if count is None)
    lines: list[list[Fraction]] = []
    for one in sums:
        signs = dict.fromkeys(one.parts, 1) | {one.total: -1}
        known = -sum(sign * (shown[name] or 0) for name, sign in signs.items())
        lines.append([Fraction(signs.get(name, 0)) for name in hidden] + [Fraction(known)])
    done = 0
    for column in range(len(hidden)):
        pivot = next((line for line in range(done, len(lines)) if lines[line][column]), None)
        if pivot is None:
            continue
        lines[done], lines[pivot] = lines[pivot], lines[done]
        lines[done] = [entry / lines[done][column] for entry in lines[done]]
        for line in range(len(lines)):
            factor = lines[line][column]
            if line != done and factor:
                lines[line] = [a - factor * b for a, b in zip(lines[line], lines[done], strict=True)]
        done += 1
    found = {}
    for solved in lines:
        unknown = [name for name, entry in zip(hidden, solved, strict=False) if entry]
        if len(unknown) == 1:
            found[unknown[0]] = int(solved[-1])
    return found


def possible_range(shown: Shown, sums: Sequence[Sum], cell: str) -> tuple[int, float]:
    """The least and the most that a hidden cell could be, by linear programming over the whole published table."""
    import numpy
    from scipy.optimize import linprog

    names = list(shown)
    place = {name: number for number, name in enumerate(names)}
    equations = numpy.zeros((len(sums), len(names)))
    for line, one in enumerate(sums):
        equations[line, place[one.total]] = -1
        for part in one.parts:
            equations[line, place[part]] = 1
    bounds = [(1, None) if count is None else (count, count) for count in shown.values()]
    ends: list[float] = []
    for sign in (1, -1):
        cost = numpy.zeros(len(names))
        cost[place[cell]] = sign
        answer = linprog(cost, A_eq=equations, b_eq=numpy.zeros(len(sums)), bounds=bounds)
        assert answer.status in {0, 3}, answer.message
        ends.append(sign * answer.fun if answer.status == 0 else math.inf)
    return math.ceil(ends[0] - 1e-6), ends[1] + 1e-6


def zeros_only(cells: Cells) -> Shown:
    """The table with nothing published but its zeros."""
    return {name: None if count else 0 for name, count in cells.items()}
