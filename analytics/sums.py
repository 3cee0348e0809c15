"""Tables of counts in which some cells are the sums of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sum:
    """That a cell is the sum of others: of a row, a column, the months of a quarter, a numerator and the rest."""

    total: str
    parts: tuple[str, ...]


def check(cells: Mapping[str, int], sums: list[Sum]) -> None:
    """Raises ValueError for what is no table of counts with sums that hold."""
    for name, count in cells.items():
        if count < 0:
            raise ValueError(f"The count of cell {name!r} is negative. Counts are of people.")
    for one in sums:
        for name in (one.total, *one.parts):
            if name not in cells:
                raise ValueError(f"The sum for {one.total!r} names {name!r}, which is not a cell of the table.")
        if len(set(one.parts)) < len(one.parts):
            raise ValueError(f"The sum for {one.total!r} has a part twice.")
        if cells[one.total] != sum(cells[part] for part in one.parts):
            raise ValueError(f"The parts of {one.total!r} do not add up to it. Give only sums that hold.")


def check_people(cells: Mapping[str, int], people: Mapping[str, int]) -> None:
    """Raises ValueError where so many people cannot be behind so many cases."""
    for name, count in cells.items():
        if name not in people:
            raise ValueError(f"How many people are behind cell {name!r} is not told.")
        if not min(count, 1) <= people[name] <= count:
            raise ValueError(f"Behind the {count} cases of cell {name!r} there cannot be {people[name]} people.")


def levels_of(cells: Mapping[str, int], sums: list[Sum]) -> dict[str, int]:
    """0 for a cell that is no total, else one more than the highest of its parts."""
    above: dict[str, list[str]] = {name: [] for name in cells}
    waiting = dict.fromkeys(cells, 0)
    for one in sums:
        for part in one.parts:
            above[part].append(one.total)
            waiting[one.total] += 1
    levels = dict.fromkeys(cells, 0)
    ready = [name for name, count in waiting.items() if not count]
    done = 0
    while ready:
        name = ready.pop()
        done += 1
        for total in above[name]:
            levels[total] = max(levels[total], levels[name] + 1)
            waiting[total] -= 1
            if not waiting[total]:
                ready.append(total)
    if done < len(cells):
        raise ValueError("The sums go in a circle: a cell is, by way of others, a part of itself.")
    return levels


def components(cells: Mapping[str, int], sums: list[Sum]) -> list[tuple[list[str], list[Sum]]]:
    """The cells that are not zero, in groups connected by sums, each sorted by name, with their sums."""
    group = {name: name for name, count in cells.items() if count}

    def root(name: str) -> str:
        while group[name] != name:
            group[name] = group[group[name]]
            name = group[name]
        return name

    lasting = [one for one in sums if cells[one.total]]
    for one in lasting:
        for part in one.parts:
            if cells[part]:
                group[root(part)] = root(one.total)
    members: dict[str, list[str]] = {}
    for name in sorted(group):
        members.setdefault(root(name), []).append(name)
    own: dict[str, list[Sum]] = {}
    for one in lasting:
        own.setdefault(root(one.total), []).append(one)
    return [(names, own.get(key, [])) for key, names in members.items()]
