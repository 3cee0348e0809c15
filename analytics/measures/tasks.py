"""Obligations, as measures look at them: which were met in time, and which wait."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_

from analytics.measures.measure import Row, cases, code, day_of, met, rows
from analytics.view import Sources
from analytics.views.coordination import OBLIGATIONS
from domain.vocabulary.obligations import ObligationKind


def met_in_time(kind: ObligationKind) -> Callable[[Sources], Select[Any]]:
    """Obligations of this kind that were met, or are due by now, by the day on which they were due.

    Those that were released before they were due are no cases.
    """

    def judged(sources: Sources) -> Select[Any]:
        task = rows(OBLIGATIONS, sources)
        found = cases(task, "because", day_of(task.c.due_at), met(task.c.met_in_time), group=task.c.owner_role)
        return found.where(
            task.c.kind == code(kind),
            or_(task.c.met_in_time.is_not(None), task.c.due_at < sources.moment),
            not_(and_(task.c.released_at.is_not(None), task.c.released_at <= task.c.due_at)),
        )

    return judged


def waits(task: Row) -> ColumnElement[bool]:
    """The condition that an obligation was neither met, missed nor released."""
    return and_(task.c.met_at.is_(None), task.c.missed_at.is_(None), task.c.released_at.is_(None))
