"""The projector's own tables: the registry of builds, and what each build keeps beside its projection's rows.

A *build* is one making of a projection's tables, in a schema of its own: by one version of the projection. What
analysts query by its stable name, projection.<table>, is a view of the build that is live.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from projections.projection import Projection
from service.database.protection import APP_ROLE, after_create, own_schema
from service.projector.status_function import STATUS_FUNCTION

SCHEMA = "projection"
"""Where the registry and the views lie."""

APP_PRIVILEGES = ("select", "insert", "update", "delete")
"""What the service's role does with derived rows."""

_MOMENT = DateTime(timezone=True)

metadata = MetaData(schema=SCHEMA)
own_schema(metadata, SCHEMA)

build = Table(
    "build",
    metadata,
    Column("number", Integer, autoincrement=False, comment="Counts the builds of all projections: 1, 2, 3 …"),
    Column("name", Text, nullable=False, comment="The projection"),
    Column("version", Integer, nullable=False, comment="The projection's version"),
    Column("schema_name", Text, nullable=False, comment="Where its tables lie; it follows the log by this name"),
    Column(
        "state",
        Text,
        nullable=False,
        comment="building: not to be read yet; following: up to the log; live: what the views show; retired: replaced",
    ),
    Column("events_done", BigInteger, nullable=False, server_default=text("0"), comment="Events folded while building"),
    Column("events_total", BigInteger, comment="Events to fold while building; null before that has begun"),
    Column("made_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When its tables were made"),
    Column("built_at", _MOMENT, comment="Since when it follows the log"),
    Column("live_at", _MOMENT, comment="When it was switched in"),
    PrimaryKeyConstraint("number", name="build_pkey"),
    CheckConstraint("state in ('building', 'following', 'live', 'retired')", name="build_state_check"),
    comment="The builds of the projections: whose tables lie where, and which are live",
)
after_create(build, f"grant select on {build.fullname} to {APP_ROLE}")
after_create(build, STATUS_FUNCTION)
after_create(build, "revoke execute on function projection.status from public")
after_create(build, f"grant execute on function projection.status to {APP_ROLE}")


@cache
def snapshot_table(schema: str) -> Table:
    """Where a build keeps sealed states of its clients."""
    return Table(
        "snapshot",
        MetaData(),
        *_client(),
        Column("version", Integer, comment="The timeline's version that the state stands for"),
        Column("until", _MOMENT, comment="When the last effective entry folded in occurred; null when there is none"),
        Column("key_id", Uuid, nullable=False, comment="The client's data key that seals the state"),
        Column("state", LargeBinary, nullable=False, comment="The sealed state of the fold"),
        PrimaryKeyConstraint("organization_id", "client_id", "version"),
        schema=schema,
        comment="States of the fold, every so many entries: a cache, from which the fold goes on",
    )


@cache
def parked_table(schema: str) -> Table:
    """Where a build notes the clients for whom its projection failed."""
    return Table(
        "parked",
        MetaData(),
        *_client(),
        Column("version", Integer, nullable=False, comment="The timeline's version at which it failed"),
        Column("event_id", Uuid, nullable=False, comment="The event at which it failed"),
        Column("error", Text, nullable=False, comment="The kind and place of the error, without its text"),
        Column("parked_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When it failed last"),
        PrimaryKeyConstraint("organization_id", "client_id"),
        schema=schema,
        comment="Clients for whom the projection failed: their rows stay as they were until catch-up",
    )


@cache
def in_build(table: Table, schema: str) -> Table:
    """The declaration of one of a projection's tables, in a build's schema."""
    return table.to_metadata(MetaData(), schema=schema)


def tables_of(projection: Projection[object], schema: str) -> Sequence[Table]:
    """All tables of a build: its snapshots, its parked clients, its rows."""
    return (snapshot_table(schema), parked_table(schema), *(in_build(table, schema) for table in projection.tables))


def _client() -> tuple[Column[object], Column[object]]:
    return (
        Column("organization_id", Uuid, comment="The organization whose client this is"),
        Column("client_id", Uuid, comment="The client"),
    )
