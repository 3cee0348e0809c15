"""The tables distributed over the machines of a Citus cluster, each organization's rows together on one of them."""

from collections.abc import Iterable

from service.database.migrate import MigrationError
from service.database.owner import Owner, connect_owner

_FIRST = "log.organization"
"""What the others are colocated with; log_head refers to it."""

DELEGATION = (
    "select create_distributed_function('log.append(uuid, log.new_event[])', 'the_organization',"
    " colocate_with => 'log.event', force_delegation => true)"
)
"""Has log.append run on the worker that holds the organization. Forced, since it is called in a transaction."""

_CITUS = "select exists (select from pg_extension where extname = 'citus')"
_DISTRIBUTED = f"select exists (select from pg_dist_partition where logicalrelid = '{_FIRST}'::regclass)"  # noqa: S608 a name of ours
# In the order in which they were made: a foreign key needs the table that it refers to distributed first.
_NOT_YET = """
select relation.oid::regclass::text as name
  from pg_class as relation
  join pg_attribute as attribute on attribute.attrelid = relation.oid
 where relation.relkind = 'r' and attribute.attname = 'organization_id' and not attribute.attisdropped
   and pg_has_role(relation.relowner, 'member')
   and not exists (select from pg_dist_partition where logicalrelid = relation.oid)
 order by relation.oid
"""


class DistributionRefused(MigrationError):
    """The tables cannot be distributed; the message says why, and what to do."""


def distribution(tables: Iterable[str]) -> list[str]:
    """The statements that distribute tables by their organization_id, those of an organization beside each other."""
    first_first = sorted(tables, key=lambda table: table != _FIRST)
    return [
        f"select create_distributed_table('{table}', 'organization_id',"
        f" colocate_with => '{'none' if table == _FIRST else _FIRST}')"
        for table in first_first
    ]


async def distribute(owner_url: str) -> list[str]:
    """Distributes every table with an organization_id that is not yet, and delegates log.append, in one transaction.

    Gives the tables' names. Raises DistributionRefused where there is no Citus, or something is recorded already.
    """
    owner = await connect_owner(owner_url)
    try:
        if not await owner.fetchval(_CITUS):
            raise DistributionRefused(
                "This database has no extension citus, so its tables cannot be distributed. An administrator makes it"
                " with CREATE EXTENSION citus, on each machine of the cluster: see deploy/citus/README.md."
            )
        async with owner.transaction():
            if not await is_distributed(owner) and await owner.fetchval("select exists (select from log.organization)"):
                raise DistributionRefused(
                    "This database holds organizations already, and PostgreSQL does not copy rows into tables with"
                    " forced row-level security. Distribute an empty one and load the record into it: docs/scaling.md."
                )
            tables = [record["name"] for record in await owner.fetch(_NOT_YET)]
            for statement in (*distribution(tables), DELEGATION):
                await owner.execute(statement)
            return tables
    finally:
        await owner.close()


async def is_distributed(owner: Owner) -> bool:
    """Whether the tables of this database are distributed, and new ones must be too."""
    return bool(await owner.fetchval("select to_regclass('pg_dist_partition')") and await owner.fetchval(_DISTRIBUTED))
