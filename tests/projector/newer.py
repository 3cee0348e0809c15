"""The projections of a later release: the first of them folds otherwise, and its table has another column."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from projections.rows import Rows
from tests.projector.broken import Delegating

OLD = PROJECTIONS[0]


def _wider(table: Table) -> Table:
    made = table.to_metadata(MetaData(), schema="projection")
    made.append_column(Column("of_version", Integer, nullable=False, comment="The version of the projection."))
    return made


_FIRST, *_REST = OLD.tables
_WIDER = _wider(_FIRST)


class _Wider(Delegating):
    @property
    def tables(self) -> tuple[Table, ...]:
        return (_WIDER, *_REST)

    def rows(self, state: Any) -> Rows:
        rows = dict(super().rows(state))
        rows[_WIDER] = [(*row, 2) for row in rows.pop(_FIRST, ())]
        return rows


NEWER = replace(OLD, version=OLD.version + 1, fold=_Wider(OLD.fold))
WIDER_TABLE = _WIDER.name


def newer() -> Sequence[Projection[Any]]:
    """The later release's catalogue."""
    return (NEWER, *PROJECTIONS[1:])


class _Narrower(Delegating):
    @property
    def tables(self) -> tuple[Table, ...]:
        kept = [
            Column(each.name, each.type, primary_key=each.primary_key, nullable=each.nullable, comment=each.comment)
            for each in _FIRST.columns
            if each.name != "last_contact_at"
        ]
        return (Table(_FIRST.name, MetaData(schema="projection"), *kept), *_REST)


NARROWER = replace(OLD, version=OLD.version + 1, fold=_Narrower(OLD.fold))
"""Its table lacks a column that the caseload tells; for a log that is empty still."""
