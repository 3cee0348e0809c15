"""Followers of the log: how far each has come; and the webhooks, which follow it from other systems."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for schema in ("following", "subscription"):
        op.execute(f"create schema {schema}")
        op.execute(f"grant usage on schema {schema} to care_timeline_app")
    _cursors()
    _behind()
    _webhooks()
    _deliveries()
    _attempts()
    _on_webhooks()


def downgrade() -> None:
    for schema in ("subscription", "following"):
        op.execute(f"drop schema {schema} cascade")


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


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose events are told"),
        sa.Column("webhook_id", sa.Uuid(), nullable=False, comment="The webhook"),
        sa.Column("url", sa.Text(), nullable=False, comment="Where its receiver is"),
        sa.Column(
            "types", sa.ARRAY(sa.Text()), nullable=True, comment="The kinds of event that are told; null for all"
        ),
        sa.Column("description", sa.Text(), nullable=False, comment="What it is for, in the words of whoever made it"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.Column("created_by", sa.Text(), nullable=False, comment="Who made it: their role and name"),
        sa.Column(
            "created_by_id",
            sa.Uuid(),
            nullable=False,
            comment="Who made it: the id under which they record",
        ),
        sa.Column(
            "created_with",
            sa.Text(),
            nullable=True,
            comment="With what they called: the API key's id, or that of the token's signing key",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="active; paused, by a caller; disabled, after it had failed for days",
        ),
        sa.Column(
            "disabled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was disabled; null where it is not",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            comment="Events after this position of the log are queued; those before it were, or are not told",
        ),
        sa.Column("kek_id", sa.Text(), nullable=False, comment="The key-encryption key that seals its secret"),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="The sealed secret that signs what is delivered"),
        sa.Column(
            "former_kek_id",
            sa.Text(),
            nullable=True,
            comment="The key-encryption key that seals the secret before; null when none",
        ),
        sa.Column(
            "former_secret",
            sa.LargeBinary(),
            nullable=True,
            comment="The sealed secret before, which signs beside the newer one",
        ),
        sa.Column(
            "former_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when the secret before signs as well",
        ),
        sa.Column(
            "failures",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often in a row nothing of what was sent together was accepted",
        ),
        sa.Column(
            "failing_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when nothing has been accepted; null while something is",
        ),
        sa.Column(
            "retry_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Before this nothing is sent, after a failure or as the receiver asks",
        ),
        sa.CheckConstraint("state in ('active', 'paused', 'disabled')", name="webhook_state_check"),
        sa.CheckConstraint("(former_secret is null) = (former_until is null)", name="webhook_former_check"),
        sa.PrimaryKeyConstraint("organization_id", "webhook_id", name="webhook_pkey"),
        schema="subscription",
        comment="Receivers at other systems, which are told that events were recorded",
    )
    _protect("subscription.webhook", "select, insert, update, delete")


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose event"),
        sa.Column("webhook_id", sa.Uuid(), nullable=False, comment="To whom it is told"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="The event's position in the log"),
        sa.Column(
            "tries",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often it was tried since it was queued",
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it is tried next; null when it was delivered or given up",
        ),
        sa.Column(
            "first_tried_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was first tried since it was queued",
        ),
        sa.Column(
            "delivered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last accepted; null when it never was",
        ),
        sa.Column(
            "given_up_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was given up; null while it was not",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "webhook_id"],
            ["subscription.webhook.organization_id", "subscription.webhook.webhook_id"],
            name="delivery_webhook_fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "webhook_id", "position", name="delivery_pkey"),
        schema="subscription",
        comment="Which event is told to which webhook, and how that stands",
    )
    _protect("subscription.delivery", "select, insert, update")
    op.create_index(
        "delivery_waiting",
        "delivery",
        ["organization_id", "webhook_id", "tries", "position"],
        unique=False,
        schema="subscription",
        postgresql_where=sa.text("due_at is not null"),
    )


def _attempts() -> None:
    op.create_table(
        "attempt",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose event"),
        sa.Column("webhook_id", sa.Uuid(), nullable=False, comment="To whom it was sent"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="The event's position in the log"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False, comment="When it was sent"),
        sa.Column(
            "milliseconds", sa.Integer(), nullable=False, comment="How long that took, up to the answer's headers"
        ),
        sa.Column(
            "status", sa.Integer(), nullable=True, comment="The HTTP status of the answer; null when there was none"
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="What kind of failure it was; null when it was accepted"),
        sa.ForeignKeyConstraint(
            ["organization_id", "webhook_id", "position"],
            [
                "subscription.delivery.organization_id",
                "subscription.delivery.webhook_id",
                "subscription.delivery.position",
            ],
            name="attempt_delivery_fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "webhook_id", "position", "began_at", name="attempt_pkey"),
        schema="subscription",
        comment="What came of each attempt to deliver: never what was sent or answered",
    )
    _protect("subscription.attempt", "select, insert")


def _on_webhooks() -> None:
    op.execute("""create function subscription.due(moment timestamptz)
  returns table (organization_id uuid, webhook_id uuid)
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select w.organization_id, w.webhook_id
    from subscription.webhook w
   where w.state = 'active' and (w.retry_at is null or w.retry_at <= moment)
     and exists (select from subscription.delivery d
                  where d.organization_id = w.organization_id and d.webhook_id = w.webhook_id and d.due_at <= moment)
$$""")
    op.execute("""create function subscription.tidy(before timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog
as $$
  with gone as (
    delete from subscription.delivery
     where due_at is null and greatest(delivered_at, given_up_at) < before
    returning 1
  )
  select count(*) from gone
$$""")
    op.execute("revoke execute on function subscription.due from public")
    op.execute("grant execute on function subscription.due to care_timeline_app")
    op.execute("revoke execute on function subscription.tidy from public")
    op.execute("grant execute on function subscription.tidy to care_timeline_app")


def _protect(table: str, granted: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"""
        create policy organization_isolation on {table} using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute(f"grant {granted} on {table} to care_timeline_app")
    op.execute(f"create policy owner_looks on {table} to care_timeline_owner using (true)")
