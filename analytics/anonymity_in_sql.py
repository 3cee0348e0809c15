"""How many people share what outsiders may know of them, counted by the database: anonymity.py says what is meant.

However many clients there are, one row comes of it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import CTE, ColumnElement, FromClause, Select, Text, case, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from analytics.anonymity import Anonymity
from analytics.quasi_identifiers import SENSITIVE, Rung, Sensitive, people, same_person
from analytics.view import CLIENT, ORGANIZATION, Sources

_CLASS: Final = "class"
_NOTHING: Final = literal_column("''", Text)
"""Stands for what somebody has none of: that is a value like any other."""


class Counted(NamedTuple):
    """The statement that counts, and how its one row is understood."""

    rows: Select[Any]
    quasi_identifiers: Sequence[str]
    wanted_k: int
    wanted_l: int

    def found(self, row: Mapping[str, Any]) -> Anonymity:
        """What was counted. As each client has one row here, rows are people."""
        return Anonymity(
            quasi_identifiers=tuple(self.quasi_identifiers),
            sensitive=tuple(each.name for each in SENSITIVE),
            wanted_k=self.wanted_k,
            wanted_l=self.wanted_l,
            rows=row["people"],
            people=row["people"],
            classes=row["classes"],
            k=row["k"],
            diversity={each.name: row[each.name] for each in SENSITIVE},
            classes_below=row["classes_below"],
            rows_below=row["people_below"],
            people_below=row["people_below"],
            classes_alike=row["classes_alike"],
            rows_alike=row["people_alike"],
        )


class Classes(NamedTuple):
    """People in classes of those who share their quasi-identifiers."""

    of_people: CTE
    quasi_identifiers: Sequence[str]

    @classmethod
    def told(cls, sources: Sources, rung: Rung, *, dates_shifted: bool, views: Collection[str]) -> "Classes":
        """The classes of everybody whose rows these views tell."""
        rows, names = people(sources, rung, dates_shifted=dates_shifted, views=views)
        known = rows.subquery("known")
        number = func.dense_rank().over(order_by=[known.c[name] for name in names])
        whose = known.c[ORGANIZATION], known.c[CLIENT]
        return cls(select(*whose, number.label(_CLASS)).cte("of_people"), names)

    def in_classes_of(self, least: int) -> Select[Any]:
        """The clients, as CLIENT, in classes of at least so many people."""
        sizes = self._sizes()
        own = self.of_people
        large = select(own).join(sizes, own.c[_CLASS] == sizes.c[_CLASS]).where(sizes.c.people >= least)
        return select(large.subquery("large").c[CLIENT])

    def counted(self, sources: Sources, *, wanted_k: int, wanted_l: int, least: int = 1) -> Counted:
        """The anonymity of those in classes of at least so many people."""
        sizes = self._sizes()
        parts = {each.name: self._diversity(each, sources, sizes).subquery(each.name) for each in SENSITIVE}
        source: FromClause = sizes
        for part in parts.values():
            source = source.join(part, part.c[_CLASS] == sizes.c[_CLASS])
        below = sizes.c.people < wanted_k
        alike = func.least(*(part.c.l for part in parts.values())) < wanted_l
        rows = select(
            *_how_many(sizes.c.people),
            *_how_many(sizes.c.people, below, "_below"),
            *_how_many(sizes.c.people, alike, "_alike"),
            func.min(sizes.c.people).label("k"),
            *(func.min(part.c.l).label(name) for name, part in parts.items()),
        )
        return Counted(
            rows.select_from(source).where(sizes.c.people >= least), self.quasi_identifiers, wanted_k, wanted_l
        )

    def _sizes(self) -> FromClause:
        own = self.of_people
        return select(own.c[_CLASS], func.count().label("people")).group_by(own.c[_CLASS]).subquery("sizes")

    def _diversity(self, of: Sensitive, sources: Sources, sizes: FromClause) -> Select[Any]:
        """Of each class its l: 1 where all have one value in common, else how many sets of values there are."""
        own = self.of_people
        had = of.values(sources).distinct().subquery("had")
        value = func.coalesce(had.c.value, _NOTHING, type_=Text)
        valued = (
            select(own.c[_CLASS], own.c[CLIENT], value.label("value"))
            .select_from(own.outerjoin(had, same_person(own, had)))
            .cte(f"{of.name}_valued")
        )
        their = func.array_agg(aggregate_order_by(valued.c.value, valued.c.value))
        sets = select(valued.c[_CLASS], their.label("their")).group_by(valued.c[_CLASS], valued.c[CLIENT])
        different = _by_class(sets.subquery("sets"), lambda rows: func.count(rows.c.their.distinct()))
        each_value = select(valued.c[_CLASS], func.count().label("people")).group_by(valued.c[_CLASS], valued.c.value)
        most = _by_class(each_value.subquery("each_value"), lambda rows: func.max(rows.c.people))
        all_have_it = most.c.found == sizes.c.people
        of_class = case((all_have_it, literal_column("1")), else_=different.c.found).label("l")
        counts = different.join(most, different.c[_CLASS] == most.c[_CLASS])
        return select(sizes.c[_CLASS], of_class).join(counts, different.c[_CLASS] == sizes.c[_CLASS])


def _by_class(rows: FromClause, found: Any) -> FromClause:
    return select(rows.c[_CLASS], found(rows).label("found")).group_by(rows.c[_CLASS]).subquery()


def _how_many(
    people_in_class: ColumnElement[int], only: ColumnElement[bool] | None = None, suffix: str = ""
) -> list[ColumnElement[Any]]:
    counted = true() if only is None else only
    everybody = func.coalesce(func.sum(people_in_class).filter(counted), literal_column("0"))
    return [func.count().filter(counted).label(f"classes{suffix}"), everybody.label(f"people{suffix}")]
