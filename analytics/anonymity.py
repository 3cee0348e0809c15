"""
How hard it is to find a person in rows that are given away: k-anonymity and distinct l-diversity.

Quasi-identifiers are columns that somebody may know of a person from elsewhere: birth year, gender, organization. Rows
with equal quasi-identifiers form a class. The rows are **k-anonymous** if every class has at least k people (Sweeney,
"k-anonymity: a model for protecting privacy", Int. J. of Uncertainty, Fuzziness and Knowledge-Based Systems 10, 2002).
They are distinctly **l-diverse** in a sensitive column if every class has at least l different values there: else one
who only knows the class of a person knows the value too (Machanavajjhala and others, "l-diversity: privacy beyond
k-anonymity", ACM Transactions on Knowledge Discovery from Data 1, 2007).

Both definitions are of tables with a row for each person. Here a person may have many, so we count people (our choice):
twenty appointments of one client are a class of one. And what a person has in a sensitive column are all of their
values in the class together; where one value is had by everybody in the class, it is known of everybody, and l is 1.
Each sensitive column is looked at by itself. A value that is missing is a value like any other.

The lines are ours: pycanon, which computes the same and more, pins an older typer than this project runs on, and takes
each row for a person.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Anonymity:
    """
    What was found. `k` is the number of people in the smallest class; `diversity` has for each sensitive column its l,
    the smallest number of values in a class. Without rows they are None. "Below" counts what is in classes with fewer
    people than `wanted_k`, "alike" what is in classes with fewer values than `wanted_l` in any sensitive column.
    Someone with rows in several classes counts in each.
    """

    quasi_identifiers: tuple[str, ...]
    sensitive: tuple[str, ...]
    wanted_k: int
    wanted_l: int
    rows: int
    people: int
    classes: int
    k: int | None
    diversity: dict[str, int | None]
    classes_below: int
    rows_below: int
    people_below: int
    classes_alike: int
    rows_alike: int

    @property
    def holds(self) -> bool:
        """Whether the rows are as anonymous as was wanted; so they are where there are none."""
        return not self.classes_below and not self.classes_alike


@dataclass(slots=True)
class _Class:
    rows: int = 0
    #: Of each person the values in each sensitive column.
    people: dict[Hashable, tuple[set[Hashable], ...]] = field(default_factory=dict)

    def diversity(self, column: int) -> int:
        values = [frozenset(of_person[column]) for of_person in self.people.values()]
        return 1 if frozenset.intersection(*values) else len(set(values))


def anonymity(
    rows: Iterable[Mapping[str, Hashable]],
    *,
    person: str,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    wanted_k: int,
    wanted_l: int = 1,
) -> Anonymity:
    """
    The anonymity of rows, of which the column `person` says whose they are (a pseudonym will do). Raises ValueError for
    a row that lacks one of the columns, for a column that is named twice, and for a wanted k or l below 1.
    """
    columns = [person, *quasi_identifiers, *sensitive]
    if len(set(columns)) < len(columns):
        raise ValueError("A column is named twice. One column is the person, a quasi-identifier or sensitive.")
    if wanted_k < 1 or wanted_l < 1:
        raise ValueError("The wanted k and l must be 1 or more: 1 asks for nothing.")
    classes: dict[tuple[Hashable, ...], _Class] = {}
    everybody: set[Hashable] = set()
    for row in rows:
        whose, *values = (_value(row, column) for column in columns)
        own = classes.setdefault(tuple(values[: len(quasi_identifiers)]), _Class())
        own.rows += 1
        had = own.people.setdefault(whose, tuple(set() for _ in sensitive))
        for found, value in zip(had, values[len(quasi_identifiers) :], strict=True):
            found.add(value)
        everybody.add(whose)
    below = [one for one in classes.values() if len(one.people) < wanted_k]
    diversities = [[one.diversity(column) for column in range(len(sensitive))] for one in classes.values()]
    alike = [
        one for one, found in zip(classes.values(), diversities, strict=True) if min(found, default=wanted_l) < wanted_l
    ]
    return Anonymity(
        quasi_identifiers=tuple(quasi_identifiers),
        sensitive=tuple(sensitive),
        wanted_k=wanted_k,
        wanted_l=wanted_l,
        rows=sum(one.rows for one in classes.values()),
        people=len(everybody),
        classes=len(classes),
        k=min((len(one.people) for one in classes.values()), default=None),
        diversity={
            name: min((found[column] for found in diversities), default=None) for column, name in enumerate(sensitive)
        },
        classes_below=len(below),
        rows_below=sum(one.rows for one in below),
        people_below=sum(len(one.people) for one in below),
        classes_alike=len(alike),
        rows_alike=sum(one.rows for one in alike),
    )


def _value(row: Mapping[str, Hashable], column: str) -> Hashable:
    try:
        value = row[column]
    except KeyError:
        raise ValueError(f"A row has no column {column!r}.") from None
    return value if value == value else None  # noqa: PLR0124 -- one missing value equals another, and NaN does not
