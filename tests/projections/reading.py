"""Rows as tests read them: by the names of their columns."""

from typing import Any
from uuid import UUID

from sqlalchemy import Table

from domain.policy import Policy
from projections.answers import answered
from projections.asked_at import AskedAt
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.elements import ViewContext
from projections.mark import Mark
from projections.rows import Rows
from tests.builders import History, Moment, folded, moment


def by_column(table: Table, rows: Rows) -> list[dict[str, Any]]:
    """The rows of that table."""
    names = [column.name for column in table.columns][2:]
    return [dict(zip(names, row, strict=True)) for row in rows[table]]


def plan_shown(history: History, at: Moment, **times: Moment) -> CarePlanAnswer:
    """The care plan that the circle of care sees at that moment."""
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history, **times), moment(at), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return answer


def plan_rows(history: History, table: Table) -> list[dict[str, Any]]:
    """The rows of that table of the care plan, by column."""
    return by_column(table, CARE_PLAN.rows(folded(CARE_PLAN, history)))


def mark(event_id: UUID, at: str) -> Mark:
    """The mark of an event as an answer shows it."""
    return answered(Mark(event_id, moment(at)), ViewContext(AskedAt(moment(at)), Policy()))
