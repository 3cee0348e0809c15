"""Analysts: what their views are made with. The views come with the builds of the projections, and have no migration."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema analytics")
    op.execute("grant usage on schema analytics to care_timeline_app")
    op.create_table(
        "analyst",
        sa.Column(
            "organization_id",
            sa.Uuid(),
            nullable=False,
            comment="The organization of whose clients the analyst sees rows",
        ),
        sa.Column("role_name", sa.Text(), nullable=False, comment="The analyst's own role in the database"),
        sa.Column(
            "inner_key",
            sa.LargeBinary(),
            nullable=False,
            comment="Their key for pseudonyms, as HMAC (RFC 2104) mixes it in first",
        ),
        sa.Column(
            "outer_key",
            sa.LargeBinary(),
            nullable=False,
            comment="Their key for pseudonyms, as HMAC (RFC 2104) mixes it in last",
        ),
        sa.Column("shifts_dates", sa.Boolean(), nullable=False, comment="Whether they see each client's dates shifted"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when they may",
        ),
        sa.PrimaryKeyConstraint("organization_id", "role_name", name="analyst_pkey"),
        schema="access",
        comment="Who sees rows of an organization's clients without seeing who anyone is",
    )
    op.execute("alter table access.analyst enable row level security")
    op.execute("alter table access.analyst force row level security")
    op.execute("""
        create policy organization_isolation on access.analyst using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute("grant select on access.analyst to care_timeline_app")
    op.execute("grant usage on schema analytics to care_timeline_analyst")
    op.execute("grant usage, create on schema analytics to care_timeline_analytics")
    op.execute("grant usage on schema access to care_timeline_analytics")
    op.execute("grant select on access.analyst to care_timeline_analytics")
    op.execute("""
        create policy own_row on access.analyst for select to care_timeline_analytics
        using (role_name = current_user)""")
    op.execute("""create function analytics.pseudonym(inner_key bytea, outer_key bytea, id uuid)
  returns uuid
  language sql immutable strict parallel safe
return encode(substring(sha256(outer_key || sha256(inner_key || uuid_send(id))) for 16), 'hex')::uuid""")
    op.execute("""create function analytics.shift_in_days(inner_key bytea, outer_key bytea, client_id uuid)
  returns integer
  language sql immutable strict parallel safe
return 7 * (1 + get_byte(sha256(outer_key || sha256(inner_key || 'dates'::bytea || uuid_send(client_id))), 0) % 52)""")
    for function in ("pseudonym", "shift_in_days"):
        op.execute(f"revoke execute on function analytics.{function} from public")
        op.execute(
            f"grant execute on function analytics.{function}"
            " to care_timeline_app, care_timeline_analytics, care_timeline_analyst"
        )


def downgrade() -> None:
    op.execute("drop schema analytics cascade")
    # Builds of projections have policies that ask it, and no migration.
    op.execute("drop table access.analyst cascade")
    op.execute("revoke usage on schema access from care_timeline_analytics")
