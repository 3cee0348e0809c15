"""Where the projector keeps states: a table per projection, beside the projection's own rows."""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, Uuid

from projections.catalogue import PROJECTIONS
from projections.tables import client_table, metadata
from service.database.protection import own_schema, protect

SCHEMA = "projection"
APP_PRIVILEGES = ("select", "insert", "update", "delete")
"""What the service's role does with derived rows."""


def state_table(name: str) -> Table:
    """The table in which the projector keeps the states of the projection of this name."""
    return client_table(
        f"{name}_state",
        Column("version", Integer, nullable=False, comment="The timeline's version that state and rows stand for."),
        Column(
            "until",
            DateTime(timezone=True),
            comment="When the last effective entry folded in occurred; what occurred before it needs a refold.",
        ),
        Column("key_id", Uuid, nullable=False, comment="The client's data key that seals the state."),
        Column("state", LargeBinary, nullable=False, comment="The sealed state of the fold."),
        Column("failed_version", Integer, comment="The version at which the projection failed, if it did."),
        Column("failed_entry_id", Uuid, comment="The entry at which it failed."),
        Column("failed_error", Text, comment="The kind and place of the error, without its text."),
        Column("failed_at", DateTime(timezone=True), comment="When it failed last."),
        comment=f"How far the projection {name} has come for each client.",
    )


STATE_TABLES: dict[str, Table] = {projection.name: state_table(projection.name) for projection in PROJECTIONS}
"""Declared on the projections' metadata, so that migrations and rebuilds treat all of a projection's tables alike."""

own_schema(metadata, SCHEMA)
for _table in metadata.tables.values():
    protect(_table, app=APP_PRIVILEGES)


def tables_of(name: str) -> tuple[Table, ...]:
    """All tables of one projection: its state's first, then its rows'."""
    return (STATE_TABLES[name], *next(each for each in PROJECTIONS if each.name == name).tables)
