"""Rows as tests read them: by the names of their columns."""

from typing import Any

from sqlalchemy import Table

from projections.rows import Rows


def by_column(table: Table, rows: Rows) -> list[dict[str, Any]]:
    """The rows of that table."""
    names = [column.name for column in table.columns][2:]
    return [dict(zip(names, row, strict=True)) for row in rows[table]]
