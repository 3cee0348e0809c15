"""How far each follower of the log has come, and which organizations have something to follow."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from service.database.protection import APP_ROLE, OWNER_ROLE, after_create, own_schema, protect

metadata = MetaData()
own_schema(metadata, "following")

_MOMENT = DateTime(timezone=True)

cursor = Table(
    "cursor",
    metadata,
    Column("organization_id", Uuid, comment="Whose log is followed"),
    Column("name", Text, comment="Who follows it"),
    Column(
        "position",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="Position of the last event followed; 0 when there is none, as for a follower without a row",
    ),
    Column(
        "failures",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="How often in a row following the next events has failed",
    ),
    Column("retry_at", _MOMENT, comment="When it is tried again; null while nothing fails"),
    Column("parked_at", _MOMENT, comment="When it was given up until somebody resumes it; null while it goes on"),
    Column("error", Text, comment="The kind and place of the last failure, without its text"),
    PrimaryKeyConstraint("organization_id", "name", name="cursor_pkey"),
    schema="following",
    comment="How far each follower of an organization's log has come; its row lock makes it one worker's at a time",
    postgresql_with={"fillfactor": 50},
)
protect(cursor, app=["select", "insert", "update (position, failures, retry_at, parked_at, error)"])
# The function below compares all organizations at once, as the owner, who may read the heads of all logs already;
# operators remove a follower everywhere.
after_create(cursor, f"create policy owner_compares on following.cursor to {OWNER_ROLE} using (true)")

# One query for all organizations, however many sleep: each table is read once and joined, never looked up one by one.
BEHIND_FUNCTION = """create function following.behind(names text[]) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select head.organization_id
    from log.log_head head
    left join following.cursor c on c.organization_id = head.organization_id and c.name = any(names)
   where head.position > 0
   group by head.organization_id
  having count(*) filter (where c.position >= head.position or c.parked_at is not null or c.retry_at > now())
         < cardinality(names)
$$"""
"""The organizations in whose log one of the named followers has something to do now.

Those that are parked, or wait to be tried again, do not count. The names must differ from one another.
"""
after_create(cursor, BEHIND_FUNCTION)
after_create(cursor, "revoke execute on function following.behind from public")
after_create(cursor, f"grant execute on function following.behind to {APP_ROLE}")
