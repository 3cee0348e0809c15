"""
What an attacker can find out of a table in which cells are hidden: for a hidden cell, the smallest and the largest
whole number that it could be, given all that is published and all sums. Statistical disclosure control calls it the
feasibility interval, and the question the attacker's problem (Handbook on Statistical Disclosure Control, 2nd edition
2024, chapter 4; `attack` of R's sdcTable). It is answered by linear programming (HiGHS, through scipy).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Array = Any  # numpy's: it and scipy are imported where they are used, so that the command line starts without them

_ROUNDING = 1e-6

#: After so many steps the search for whole numbers ends, with what it has: an end that depends on no clock.
_NODES = 1_000


@dataclass(frozen=True, slots=True)
class Way:
    """A cell could be as small, or as large, as `bound`."""

    bound: int
    at_most: bool  # else at least

    def holds(self, count: float) -> bool:
        return count <= self.bound if self.at_most else count >= self.bound


@dataclass(frozen=True, slots=True)
class Need:
    """
    What an attacker must be able to imagine of a cell, in any of the ways. `knowing_small`: even one who knows which
    of the hidden cells are small.
    """

    cell: int
    ways: tuple[Way, ...]
    knowing_small: bool = False


class Table:
    """
    Counts, none of them zero, and the sums between them, as equations: `equations @ values == 0`, a row for each sum
    with 1 for a part and −1 for the total.
    """

    def __init__(self, values: Sequence[int], sums: Iterable[tuple[int, Sequence[int]]], smallest: int) -> None:
        """A count below `smallest` is small."""
        import numpy
        from scipy import sparse

        self.values = numpy.asarray(values, dtype=float)
        self.most_if_known = numpy.where(self.values < smallest, smallest - 1, numpy.inf)
        self.size = len(values)
        self.sums = [(total, *parts) for total, parts in sums]
        self.sums_of: list[list[int]] = [[] for _ in range(self.size)]
        for row, cells in enumerate(self.sums):
            for cell in cells:
                self.sums_of[cell].append(row)
        entries = [-1.0 if place == 0 else 1.0 for cells in self.sums for place in range(len(cells))]
        rows = [row for row, cells in enumerate(self.sums) for _ in cells]
        columns = [cell for cells in self.sums for cell in cells]
        self.equations = sparse.csc_array((entries, (rows, columns)), shape=(len(self.sums), self.size))

    def connected(self, cell: int, hidden: Array) -> dict[int, int]:
        """How many sums away each hidden cell is that sums connect with this one by way of hidden cells; itself 0."""
        away = {cell: 0}
        found = [cell]
        for here in found:  # grows meanwhile
            for row in self.sums_of[here]:
                for other in self.sums[row]:
                    if hidden[other] and other not in away:
                        away[other] = away[here] + 1
                        found.append(other)
        return away

    def meets(self, need: Need, imagined: Array) -> bool:
        if need.knowing_small and (imagined > self.most_if_known).any():
            return False
        return any(way.holds(imagined[need.cell]) for way in need.ways)

    def meeting(self, first: Need, hidden: Array, others: Sequence[Need] = ()) -> Array | None:
        """
        A table as an attacker could imagine it: equal where it is published, whole numbers of at least 1 where it is
        hidden (a zero is always published), all sums right, and meeting `first`. None where there is no such table.
        Of all such tables one that comes near to meeting the others of the same kind as well.
        """
        import numpy

        at = numpy.array(sorted(self.connected(first.cell, hidden)))
        own = {int(cell): column for column, cell in enumerate(at)}
        rows = sorted({row for cell in own for row in self.sums_of[cell]})
        shown = self.values.copy()
        shown[at] = 0
        for way in first.ways:
            bounds = self._bounds(first, way)
            gaps = [
                (own[other.cell], same.bound)
                for other in others
                if other.knowing_small == first.knowing_small and other.cell in own
                for same in other.ways
                if same.at_most == way.at_most
            ]
            sign = 1.0 if way.at_most else -1.0
            found = _solve(
                cost=numpy.concatenate([numpy.zeros(len(at)), numpy.ones(len(gaps))]),
                equations=self.equations[:, at][rows],
                right=-(self.equations @ shown)[rows],
                at_most=_missed_by([column for column, _ in gaps], sign, len(at)),
                limits=numpy.array([sign * bound for _, bound in gaps]),
                bounds=(bounds[0][at], bounds[1][at]),
            )
            if found is not None:
                imagined = self.values.copy()
                imagined[at] = found
                return imagined
        return None

    def _bounds(self, need: Need, way: Way) -> tuple[Array, Array]:
        """The least and the most that each cell could be, were it hidden, where the need is met in this way."""
        import numpy

        lower = numpy.ones(self.size)
        upper = self.most_if_known.copy() if need.knowing_small else numpy.full(self.size, numpy.inf)
        if way.at_most:
            upper[need.cell] = way.bound
        else:
            lower[need.cell] = way.bound
        return lower, upper

    def cheapest(self, need: Need, hidden: Array, weights: Array) -> Array | None:
        """
        A table that meets the need, where published cells may differ too, but with the least sum of weight × change:
        the cells that differ are those to hide. (The linear-programming heuristic of cell suppression: Kelly, Golden
        and Assad, Networks 22, 1992; Fischetti and Salazar-González, Math. Programming 84, 1999.)
        """
        import numpy
        from scipy import sparse

        shown = numpy.flatnonzero(~hidden)
        picked = sparse.eye_array(self.size, format="csc")[shown]
        changes = -sparse.eye_array(len(shown))
        for way in need.ways:
            found = _solve(
                cost=numpy.concatenate([numpy.zeros(self.size), weights[shown]]),
                equations=self.equations,
                right=numpy.zeros(len(self.sums)),
                at_most=sparse.block_array([[picked, changes], [-picked, changes]], format="csc"),
                limits=numpy.concatenate([self.values[shown], -self.values[shown]]),
                bounds=self._bounds(need, way),
            )
            if found is not None:
                return found
        return None

    def least(self, cells: Sequence[int]) -> dict[int, int]:
        """The smallest that each cell could be if none were published but the zeros: 1, and for a total often more."""
        import numpy

        def smallest(cost: Array) -> Array:
            found = _solve(
                cost=cost,
                equations=self.equations,
                right=numpy.zeros(len(self.sums)),
                at_most=None,
                limits=numpy.zeros(0),
                bounds=(numpy.ones(self.size), numpy.full(self.size, numpy.inf)),
            )
            return numpy.ones(self.size) if found is None else found

        together = smallest(numpy.ones(self.size))
        unit = numpy.eye(self.size)
        return {cell: 1 if together[cell] == 1 else int(smallest(unit[cell])[cell]) for cell in cells}


def _missed_by(columns: Sequence[int], sign: float, size: int) -> Array:
    """Rows that say of each of these columns x: sign · x − gap, a gap for each, in columns after the first `size`."""
    import numpy
    from scipy import sparse

    count = len(columns)
    places = [place for number, column in enumerate(columns) for place in (column, size + number)]
    return sparse.csc_array(
        ([sign, -1.0] * count, (numpy.repeat(numpy.arange(count), 2), places)), shape=(count, size + count)
    )


def _solve(
    *,
    cost: Array,
    equations: Array,
    right: Array,
    at_most: Array | None,
    limits: Array,
    bounds: tuple[Array, Array],
) -> Array | None:
    """
    A cheap x in whole numbers with `equations @ x == right`, and `at_most @ (x, y) <= limits` for some y ≥ 0 that
    costs too; None where none is found. The first columns are x, the rest of `cost` is y's.
    """
    import numpy
    from scipy import optimize, sparse

    lower, upper = bounds
    if (lower > upper).any():
        return None
    size, more = equations.shape[1], len(cost) - equations.shape[1]
    constraints = []
    if equations.shape[0]:
        padded = sparse.hstack([equations, sparse.csc_array((equations.shape[0], more))]) if more else equations
        constraints.append(optimize.LinearConstraint(padded, right, right))
    if len(limits):
        constraints.append(optimize.LinearConstraint(at_most, -numpy.inf, limits))
    limits_of_variables = optimize.Bounds(
        numpy.concatenate([lower, numpy.zeros(more)]), numpy.concatenate([upper, numpy.full(more, numpy.inf)])
    )
    # Most tables have whole corners, so fractions are forbidden only where the first answer has some.
    for whole in (0, 1):
        integrality = numpy.concatenate([numpy.full(size, whole), numpy.zeros(more)])
        answer = optimize.milp(
            cost,
            integrality=integrality,
            bounds=limits_of_variables,
            constraints=constraints,
            options={"node_limit": _NODES},
        )
        if answer.x is None:
            return None
        found = numpy.rint(answer.x[:size])
        near = numpy.abs(answer.x[:size] - found).max(initial=0.0) < _ROUNDING
        if near and (equations @ found == right).all() and (found >= lower).all() and (found <= upper).all():
            return found
    return None
