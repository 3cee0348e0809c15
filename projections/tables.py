"""How projections describe their tables: coded columns only, each with a comment, since analysts read them."""

from collections.abc import Sequence

from sqlalchemy import Column, Index, MetaData, Table, Uuid, text

metadata = MetaData(schema="projection")


def client_table(name: str, *columns: Column[object], comment: str) -> Table:
    """A table of rows about clients. Its own key columns, marked primary_key, come first among `columns`."""
    return Table(
        name,
        metadata,
        Column("organization_id", Uuid, primary_key=True, comment="The organization whose client this is."),
        Column("client_id", Uuid, primary_key=True, comment="The client."),
        *columns,
        comment=comment,
    )


def index_of_waiting(table: Table, columns: Sequence[str], *, ended_by: Sequence[str]) -> None:
    """Gives the table an index, by an organization and these columns, of the rows that nothing has ended yet.

    Those are few among many, and lists over all clients read them page by page in this order. `ended_by` are the
    columns that say what ended a row, all null while it waits.
    """
    waits = text(" AND ".join(f"{column} IS NULL" for column in ended_by))
    indexed = [table.c[column] for column in ("organization_id", *columns)]
    Index(f"{table.name}_waiting", *indexed, postgresql_where=waits)
