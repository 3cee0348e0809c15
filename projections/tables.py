"""How projections describe their tables: coded columns only, each with a comment, since analysts read them."""

from sqlalchemy import Column, MetaData, Table, Uuid

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
