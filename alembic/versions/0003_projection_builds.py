"""The registry of the projections' builds. Their tables have no migration: they are made from their declarations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema projection")
    op.execute("grant usage on schema projection to care_timeline_app")
    op.create_table(
        "build",
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Counts the builds of all projections: 1, 2, 3 …",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="The projection"),
        sa.Column("version", sa.Integer(), nullable=False, comment="The projection's version"),
        sa.Column(
            "schema_name", sa.Text(), nullable=False, comment="Where its tables lie; it follows the log by this name"
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="building: not to be read yet; following: up to the log; live: what the views show;"
            " retired: replaced",
        ),
        sa.Column(
            "events_done",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Events folded while building",
        ),
        sa.Column(
            "events_total",
            sa.BigInteger(),
            nullable=True,
            comment="Events to fold while building; null before that has begun",
        ),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When its tables were made",
        ),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True, comment="Since when it follows the log"),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True, comment="When it was switched in"),
        sa.CheckConstraint("state in ('building', 'following', 'live', 'retired')", name="build_state_check"),
        sa.PrimaryKeyConstraint("number", name="build_pkey"),
        schema="projection",
        comment="The builds of the projections: whose tables lie where, and which are live",
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
