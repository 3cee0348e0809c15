"""Followers of the log: how far each has come."""

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
    op.execute("""
        create table following.cursor (
            organization_id uuid not null,
            name text not null,
            position bigint not null default 0,
            failures integer not null default 0,
            retry_at timestamptz,
            parked_at timestamptz,
            error text,
            constraint cursor_pkey primary key (organization_id, name)
        ) with (fillfactor = 50)""")
    _describe(
        "following.cursor",
        "How far each follower of an organization's log has come; its row lock makes it one worker's at a time",
        organization_id="Whose log is followed",
        name="Who follows it",
        position="Position of the last event followed; 0 when there is none, as for a follower without a row",
        failures="How often in a row following the next events has failed",
        retry_at="When it is tried again; null while nothing fails",
        parked_at="When it was given up until somebody resumes it; null while it goes on",
        error="The kind and place of the last failure, without its text",
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


def _describe(table: str, meaning: str, **columns: str) -> None:
    def literal(words: str) -> str:
        return "'" + words.replace("'", "''") + "'"

    op.execute(f"comment on table {table} is {literal(meaning)}")
    for column, words in columns.items():
        op.execute(f"comment on column {table}.{column} is {literal(words)}")
