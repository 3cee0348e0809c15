"""
Which cells of a table of counts of people are not published, so that nobody is found in a small one.

**Primary.** A count from 1 to smallest − 1 is hidden. With `smallest` = 11, the default, this is the Centers for
Medicare & Medicaid Services' cell size suppression policy (resdac.org, "CMS Cell Size Suppression Policy"): no cell of
1 to 10 is reported; a zero may be; and none may be derived from other cells, or from percentages.

**Complementary.** Further cells are hidden until nobody can derive a small one. The attacker that we have in mind knows
every published cell and all sums, that people come in whole numbers, and the rule: small cells are hidden and zeros
never are, so whatever is hidden is at least 1. For that attacker each small cell could still be anything that the mark
"not shown" itself allows. Its feasibility interval (see feasible_ranges.py) reaches

- down to what it would be if nothing but the zeros were published: to 1, or for a total to the number of its parts
  that are not zero;
- up to smallest − 2 more than that: to smallest − 1 from 1.

This is the protection interval of statistical disclosure control (Handbook on Statistical Disclosure Control, 2nd
edition 2024, chapter 4: a lower and an upper protection level for each sensitive cell). That it is as wide as the rule
for small cells is our choice: a narrower one would tell more about a cell than its suppression does. It follows that
hidden cells of one sum with a small one among them are always `smallest` or more together.

**Cells of cases.** Where a cell counts cases, of which one person may have many, `people` says how many people are
behind each. Then a cell of fewer than `smallest` people is hidden however many cases it has, so that its count could
be smallest − 2 less or more, and of the hidden parts of a published total one has `smallest` people or more: else
those that stay would tell the cases of a few people together. (How many people several cells have together is not
known here, so this is on the safe side.)

And one who knows besides which of the hidden cells are small cannot tell the exact count of any: two hidden cells of
10 that add up to 20 would be known, so a third is hidden. (Not where zeros alone tell it: a total of 10 in ten parts.)

Which cells: details before totals, small before large, then by name. Small and large are told apart only roughly (from
11, from 176, from 2,816), because the choice is known too: if always the smallest were taken, a hidden cell could not
be larger than those that are published, which can tell exactly what is hidden beside it. The choice is a heuristic: no
small cell is left open and no cell is hidden that by itself could be published, but another choice might hide fewer.

**What it cannot do.** A sum that is not told cannot be defended: what can be had by subtracting has to be a cell here,
"the rest" beside every numerator included. Tables that share cells belong in one call. What follows from a zero is not
hidden (all of twelve people did, where the rest is none). It does not count with a person who is alone in a hidden cell
and so knows it, nor with figures of the same people published at another time. One who runs this very code over all
tables that there could be may rule out some counts; tests over small tables look that no exact one comes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from analytics.feasible_ranges import Need, Table, Way
from analytics.sums import Sum, check, check_people, components, levels_of

SMALLEST = 11

Figure = TypeVar("Figure")


@dataclass(frozen=True, slots=True)
class Suppression:
    """
    What is not published. Tell only that a cell is hidden, not whether it is small (primary) or protects another
    (complementary).
    """

    primary: frozenset[str]
    complementary: frozenset[str]

    @property
    def hidden(self) -> frozenset[str]:
        return self.primary | self.complementary

    def published(self, cells: Mapping[str, int]) -> dict[str, int | None]:
        """The cells as they may be shown: None for a hidden one."""
        return {name: None if name in self.hidden else count for name, count in cells.items()}

    def figures(
        self, figures: Mapping[str, Figure], made_of: Mapping[str, Collection[str]]
    ) -> dict[str, Figure | None]:
        """
        Rates, means and medians as they may be shown: None where any of the cells that a figure is made of is hidden.
        Every figure must say its cells: a rate its numerator and its denominator, a median the count of people behind
        it. Raises KeyError for one that does not.
        """
        return {name: None if self.hidden.intersection(made_of[name]) else figure for name, figure in figures.items()}


def suppress(
    cells: Mapping[str, int],
    sums: Iterable[Sum],
    smallest: int = SMALLEST,
    people: Mapping[str, int] | None = None,
) -> Suppression:
    """
    The cells to hide. `cells` has the count of people by a name of the caller's, `sums` every sum that holds between
    them; their order makes no difference. Where the counts are of cases, `people` has the number of people behind each
    (which need not add up). Nothing is small when `smallest` is 1. Raises ValueError for a negative count, for a sum
    that names an unknown cell, goes in a circle or does not add up, for people that cannot be, and for `smallest` below
    1.
    """
    if smallest < 1:
        raise ValueError(f"The smallest count that is shown must be 1 or more, not {smallest}.")
    told = sorted({Sum(one.total, tuple(sorted(one.parts))) for one in sums}, key=lambda one: (one.total, one.parts))
    check(cells, told)
    behind = cells if people is None else people
    check_people(cells, behind)
    levels = levels_of(cells, told)
    primary = frozenset(name for name in cells if 0 < behind[name] < smallest)
    hidden: set[str] = set()
    for names, own in components(cells, told):
        if primary.intersection(names):
            hidden |= _Component(cells, behind, names, own, levels, smallest).hidden()
    return Suppression(primary=primary, complementary=frozenset(hidden - primary))


class _Component:
    """Cells that sums connect, zeros left out: what is hidden in one component has no effect on another."""

    def __init__(
        self,
        cells: Mapping[str, int],
        people: Mapping[str, int],
        names: list[str],
        sums: list[Sum],
        levels: Mapping[str, int],
        smallest: int,
    ) -> None:
        import numpy

        index = {name: number for number, name in enumerate(names)}
        counts = [cells[name] for name in names]
        self.names = names
        self.table = Table(
            counts,
            [(index[one.total], [index[part] for part in one.parts if part in index]) for one in sums],
            smallest,
        )
        #: Few cases, or many of few people.
        self.small = {number for number, name in enumerate(names) if people[name] < smallest}
        self.counts_people = all(people[name] == cells[name] for name in names)
        self.weights = numpy.array(
            [
                8.0 ** levels[name] * (1 + _size_class(cells[name], smallest) + number / (100 * len(names)))
                for number, name in enumerate(names)
            ]
        )
        self.mask = numpy.zeros(len(names), dtype=bool)
        self.mask[list(self.small)] = True
        if not self.counts_people:
            self._hide_beside_few_people()
        self.hidden_for: dict[int, Need] = {}
        self.needs = self._needs(counts, smallest)

    def _hide_beside_few_people(self) -> None:
        """Hides, in each sum of which cells of few people alone are hidden, the lightest other part as well."""
        for row, (_, *parts) in enumerate(self.table.sums):
            if self._tells_of_few_people(row):
                self.mask[min((part for part in parts if not self.mask[part]), key=lambda part: self.weights[part])] = (
                    True
                )

    def _tells_of_few_people(self, row: int) -> bool:
        """Whether what is published of a sum tells how many cases some cells of few people have together."""
        total, *parts = self.table.sums[row]
        hidden = [part for part in parts if self.mask[part]]
        return bool(hidden) and len(hidden) < len(parts) and not self.mask[total] and self.small.issuperset(hidden)

    def _needs(self, counts: list[int], smallest: int) -> list[Need]:
        small, width = sorted(self.small), max(1, smallest - 2)
        least = self.table.least(small)
        lower = {
            cell: least[cell] if counts[cell] < smallest else max(least[cell], counts[cell] - width) for cell in small
        }
        upper = {cell: (least[cell] if counts[cell] < smallest else counts[cell]) + width for cell in small}
        return [
            *(Need(cell, (Way(upper[cell], at_most=False),)) for cell in small),
            *(Need(cell, (Way(lower[cell], at_most=True),)) for cell in small),
            *(
                Need(
                    cell,
                    (Way(counts[cell] - 1, at_most=True), Way(counts[cell] + 1, at_most=False)),
                    knowing_small=True,
                )
                for cell in small
            ),
        ]

    def hidden(self) -> set[str]:
        met = self._hide_what_is_needed()
        if met is None:
            return set(self.names)
        self._publish_what_is_not(met)
        return {self.names[cell] for cell in self.mask.nonzero()[0]}

    def _hide_what_is_needed(self) -> dict[Need, Any] | None:
        """
        Hides cells until every need is met; answers with a table for each need that meets it, or with None if the
        solver fails: then nothing can be published.
        """
        met: dict[Need, Any] = {}
        imagined = self.table.values
        while pending := self._noted(met, imagined, self.needs):
            need = pending[0]
            found = self.table.meeting(need, self.mask, pending[1:])
            if found is None:
                found = self.table.cheapest(need, self.mask, self.weights)
                if found is None and not need.knowing_small:
                    return None  # with everything hidden it could be met, so there is such a table
                if found is None:
                    # One who knows which cells are small can tell this one from the zeros, whatever is hidden.
                    self.needs.remove(need)
                    continue
                changed = found != self.table.values
                self.hidden_for |= {int(cell): need for cell in (changed & ~self.mask).nonzero()[0]}
                self.mask |= changed
            imagined = found
        return met

    def _publish_what_is_not(self, met: dict[Need, Any]) -> None:
        """Publishes again, the heaviest first, each complementary cell without which all needs are met."""
        complementary = [int(cell) for cell in self.mask.nonzero()[0] if cell not in self.small]
        for cell in sorted(complementary, key=lambda cell: -self.weights[cell]):
            self.mask[cell] = False
            tells = not self.counts_people and any(map(self._tells_of_few_people, self.table.sums_of[cell]))
            again = None if tells else self._met_again(met, cell)
            if again is None:
                self.mask[cell] = True
            else:
                met.update(again)

    def _met_again(self, met: dict[Need, Any], cell: int) -> dict[Need, Any] | None:
        """Tables for the needs that were met by changing the cell, without doing so; None if one cannot be met."""
        if self._small_is_alone_without(cell):
            return None
        away = self.table.connected(cell, self.mask)
        lost = [need for need in self.needs if need.cell in away and met[need][cell] != self.table.values[cell]]
        # Where it fails, it mostly fails for what the cell was hidden for, or nearby.
        lost.sort(key=lambda need: (need != self.hidden_for.get(cell), away[need.cell]))
        again: dict[Need, Any] = {}
        imagined = self.table.values
        while pending := self._noted(again, imagined, lost):
            found = self.table.meeting(pending[0], self.mask, pending[1:])
            if found is None:
                return None
            imagined = found
        return again

    def _small_is_alone_without(self, cell: int) -> bool:
        """Whether a sum that the cell is in has no other hidden cell than one small one: seen without the solver."""
        for row in self.table.sums_of[cell]:
            left = [other for other in self.table.sums[row] if self.mask[other]]
            if len(left) == 1 and left[0] in self.small:
                return True
        return False

    def _noted(self, met: dict[Need, Any], imagined: Any, needs: list[Need]) -> list[Need]:
        """Notes which needs the imagined table meets; answers with those that none has met yet."""
        met.update({need: imagined for need in needs if need not in met and self.table.meets(need, imagined)})
        return [need for need in needs if need not in met]


def _size_class(count: int, smallest: int) -> int:
    """0 for a small count, 1 from `smallest`, 2 from 16 times that, 3 from 256 times: with 11, from 11, 176, 2,816."""
    return ((count // smallest).bit_length() + 3) // 4
