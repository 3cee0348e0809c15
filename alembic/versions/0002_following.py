"""Followers of the log: how far each has come."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema following")
    op.execute("grant usage on schema following to care_timeline_app")
    _cursors()
    _behind()


def downgrade() -> None:
    op.execute("drop schema following cascade")


def _cursors() -> None:
    op.create_table(
        "cursor",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose log is followed"),
        sa.Column("name", sa.Text(), nullable=False, comment="Who follows it"),
        sa.Column(
            "position",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Position of the last event followed; 0 when there is none, as for a follower without a row",
        ),
        sa.Column(
            "failures",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often in a row following the next events has failed",
        ),
        sa.Column(
            "retry_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it is tried again; null while nothing fails",
        ),
        sa.Column(
            "parked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was given up until somebody resumes it; null while it goes on",
        ),
        sa.Column(
            "error", sa.Text(), nullable=True, comment="The kind and place of the last failure, without its text"
        ),
        sa.PrimaryKeyConstraint("organization_id", "name", name="cursor_pkey"),
        schema="following",
        comment="How far each follower of an organization's log has come; its row lock makes it one worker's at a time",
        postgresql_with={"fillfactor": 50},
    )
    op.execute("alter table following.cursor enable row level security")
    op.execute("alter table following.cursor force row level security")
    op.execute("""
        create policy organization_isolation on following.cursor using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute(
        "grant select, insert, update (position, failures, retry_at, parked_at, error)"
        " on following.cursor to care_timeline_app"
    )


def _behind() -> None:
    op.execute("create policy owner_compares on following.cursor to care_timeline_owner using (true)")
    op.execute("""create function following.behind(names text[]) returns setof uuid
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
$$""")
    op.execute("revoke execute on function following.behind from public")
    op.execute("grant execute on function following.behind to care_timeline_app")
