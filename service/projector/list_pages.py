"""Pages of the lists: what is asked for stands in the statement and nothing else, so that PostgreSQL plans just that.

Each statement is made once for what can be asked together. The names of what is given are those of the arguments here:
the organization and the moment of BY_CALLER, what narrows the list, and the place after which it goes on.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, Uuid, bindparam, literal_column, not_, tuple_

from service.database.statement import Statement, compiled
from service.projector.list_queries import (
    BY_CALLER,
    caseload,
    has_on_the_team,
    in_care,
    kept_from,
    of_person,
    seen_by,
    signals,
    worklist,
)
from service.projector.list_rows import CLIENTS_ORDER, SIGNALS_ORDER, TASKS_ORDER

_KEPT: Final = 256  # some limits, and what narrows a list, in all their combinations

_PERSON: Final = bindparam("person_id", type_=Uuid)
_SEER: Final = bindparam("seen_by", type_=Uuid)
_READER: Final = bindparam("reader_id", type_=Uuid)
_PURPOSE: Final = bindparam("purpose", type_=Text)


def place(order: Sequence[str], key: Sequence[object]) -> Mapping[str, object]:
    """What is given to go on after the row with this key."""
    return dict(zip(map(_after, order), key, strict=True))


@lru_cache(_KEPT)
def worklist_page(care_plan: str, given: frozenset[str], late: bool | None, limit: int) -> Statement:
    """What is due first stands first. It can be narrowed by `kind`, `role` and `person_id`, and to what is late."""
    tasks = worklist(care_plan, BY_CALLER)
    column = tasks.selected_columns
    if "kind" in given:
        tasks = tasks.where(column.kind == bindparam("kind"))
    if late is not None:
        tasks = tasks.where(column.due_at < BY_CALLER.now if late else column.due_at >= BY_CALLER.now)
    if "role" in given:
        tasks = tasks.where(column.owner_role == bindparam("role"))
    if "person_id" in given:
        tasks = of_person(tasks, care_plan, _PERSON)
    return compiled(_page(_of_seen(tasks, care_plan, given), TASKS_ORDER, given, limit))


@lru_cache(_KEPT)
def caseload_page(
    care_plan: str, schema_of_signals: str, given: frozenset[str], cared_for: bool | None, limit: int
) -> Statement:
    """Clients in the order of their ids. It can be narrowed by `person_id`, and to those in care or out of it."""
    clients = caseload(care_plan, schema_of_signals, BY_CALLER)
    if cared_for is not None:
        clients = clients.where(in_care(care_plan) if cared_for else not_(in_care(care_plan)))
    if "person_id" in given:
        clients = clients.where(has_on_the_team(care_plan, _PERSON))
    return compiled(_page(_of_seen(clients, care_plan, given), CLIENTS_ORDER, given, limit))


@lru_cache(_KEPT)
def signals_page(schema: str, care_plan: str, given: frozenset[str], limit: int) -> Statement:
    """Those that have waited longest stand first. It can be narrowed by `rule`."""
    waiting = signals(schema, care_plan, BY_CALLER)
    if "rule" in given:
        waiting = waiting.where(waiting.selected_columns.rule == bindparam("rule"))
    return compiled(_page(_of_seen(waiting, care_plan, given), SIGNALS_ORDER, given, limit))


def only_seen(rows: Select[Any], care_plan: str, client_id: ColumnElement[Any], given: frozenset[str]) -> Select[Any]:
    """Of these rows those about clients whom the caller sees, and who are not kept from them.

    With `seen_by` among what is given: who sees just the clients on whose team they are, and those whose record they
    opened in an emergency. With `reader_id`: from whom some clients may have asked to be kept, or from the `purpose`.
    """
    if _SEER.key in given:
        rows = rows.where(seen_by(care_plan, client_id, _SEER))
    if _READER.key in given:
        rows = rows.where(not_(kept_from(care_plan, client_id, _READER, _PURPOSE)))
    return rows


def _of_seen(rows: Select[Any], care_plan: str, given: frozenset[str]) -> Select[Any]:
    return only_seen(rows, care_plan, rows.selected_columns.client_id, given)


def _page(rows: Select[Any], order: Sequence[str], given: frozenset[str], limit: int) -> Select[Any]:
    columns = [rows.selected_columns[name] for name in order]
    if _after(order[0]) in given:
        after = [bindparam(_after(column.name), type_=column.type) for column in columns]
        rows = rows.where(tuple_(*columns) > tuple_(*after))
    return rows.order_by(*columns).limit(literal_column(f"{limit:d}"))


def _after(column: str) -> str:
    return f"after_{column}"
