"""The registry of the projections' builds. Their tables have no migration: they are made from their declarations."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema projection")
    op.execute("grant usage on schema projection to care_timeline_app")
    op.execute("""
        create table projection.build (
            number integer not null,
            name text not null,
            version integer not null,
            policy_digest bytea not null,
            schema_name text not null,
            state text not null,
            events_done bigint not null default 0,
            events_total bigint,
            made_at timestamptz not null default now(),
            built_at timestamptz,
            live_at timestamptz,
            constraint build_pkey primary key (number),
            constraint build_state_check check (state in ('building', 'following', 'live', 'retired'))
        )""")
    _describe(
        "projection.build",
        "The builds of the projections: whose tables lie where, and which are live",
        number="Counts the builds of all projections: 1, 2, 3 …",
        name="The projection",
        version="The projection's version",
        policy_digest="SHA-256 of the policy it is built under",
        schema_name="Where its tables lie; it follows the log by this name",
        state="building: not to be read yet; following: up to the log; live: what the views show; retired: replaced",
        events_done="Events folded while building",
        events_total="Events to fold while building; null before that has begun",
        made_at="When its tables were made",
        built_at="Since when it follows the log",
        live_at="When it was switched in",
    )
    op.execute("grant select on projection.build to care_timeline_app")
    op.execute("""create function projection.status(
  names text[], out name text, out followed bigint, out behind bigint, out parked bigint
) returns setof record
  language plpgsql stable security definer
  set search_path = pg_catalog
as $$
begin
  for name in select b.schema_name from projection.build b where b.schema_name = any(names) order by b.number loop
    select coalesce(sum(c.position), 0), coalesce(sum(h.position - coalesce(c.position, 0)), 0)
      into followed, behind
      from log.log_head h
      left join following.cursor c on c.organization_id = h.organization_id and c.name = status.name;
    execute format('select count(*) from %I.parked where error <> ''ClientErased''', name) into parked;
    return next;
  end loop;
end
$$""")
    op.execute("revoke execute on function projection.status from public")
    op.execute("grant execute on function projection.status to care_timeline_app")


def downgrade() -> None:
    op.execute("""
do $$
declare
  the_schema text;
begin
  for the_schema in select schema_name from projection.build loop
    execute format('drop schema %I cascade', the_schema);
    delete from following.cursor where name = the_schema;
  end loop;
end
$$""")
    op.execute("drop schema projection cascade")


def _describe(table: str, meaning: str, **columns: str) -> None:
    def literal(words: str) -> str:
        return "'" + words.replace("'", "''") + "'"

    op.execute(f"comment on table {table} is {literal(meaning)}")
    for column, words in columns.items():
        op.execute(f"comment on column {table}.{column} is {literal(words)}")
