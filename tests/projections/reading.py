"""Rows as tests read them: by the names of their columns."""

from typing import Any

from sqlalchemy import Table

from projections.care_plan import CARE_PLAN, CarePlanAnswer
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
