"""Analysts: who asks the views of schema `analytics`, about which organizations, under which pseudonyms."""

from typing import Final

from sqlalchemy import Boolean, Column, DateTime, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text, Uuid, text

from service.database.protection import ANALYST_ROLE, ANALYTICS_ROLE, APP_ROLE, after_create, own_schema, protect

SCHEMA: Final = "analytics"
"""Where the views lie, and what they are made with."""

metadata = MetaData()
own_schema(metadata, SCHEMA)

analyst = Table(
    "analyst",
    metadata,
    Column("organization_id", Uuid, comment="The organization of whose clients the analyst sees rows"),
    Column("role_name", Text, comment="The analyst's own role in the database"),
    Column(
        "inner_key",
        LargeBinary,
        nullable=False,
        comment="Their key for pseudonyms, as HMAC (RFC 2104) mixes it in first",
    ),
    Column(
        "outer_key",
        LargeBinary,
        nullable=False,
        comment="Their key for pseudonyms, as HMAC (RFC 2104) mixes it in last",
    ),
    Column("shifts_dates", Boolean, nullable=False, comment="Whether they see each client's dates shifted"),
    Column(
        "created_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("now()"),
        comment="Since when they may",
    ),
    PrimaryKeyConstraint("organization_id", "role_name", name="analyst_pkey"),
    schema="access",
    comment="Who sees rows of an organization's clients without seeing who anyone is",
)
protect(analyst, app=["select"])

PSEUDONYM_FUNCTION: Final = """create function analytics.pseudonym(inner_key bytea, outer_key bytea, id uuid)
  returns uuid
  language sql immutable strict parallel safe
return encode(substring(sha256(outer_key || sha256(inner_key || uuid_send(id))) for 16), 'hex')::uuid"""
"""The name of whoever, or whatever, has this id: the first half of the keyed digest of it. Null for null."""

SHIFT_FUNCTION: Final = """create function analytics.shift_in_days(inner_key bytea, outer_key bytea, client_id uuid)
  returns integer
  language sql immutable strict parallel safe
return 7 * (1 + get_byte(sha256(outer_key || sha256(inner_key || 'dates'::bytea || uuid_send(client_id))), 0) % 52)"""
"""By how many days a client's dates are shifted back: from one to 52 whole weeks, so that weekdays stay."""

for _statement in (
    f"grant usage on schema {SCHEMA} to {ANALYST_ROLE}",
    f"grant usage, create on schema {SCHEMA} to {ANALYTICS_ROLE}",
    f"grant usage on schema access to {ANALYTICS_ROLE}",
    f"grant select on access.analyst to {ANALYTICS_ROLE}",
    f"create policy own_row on access.analyst for select to {ANALYTICS_ROLE} using (role_name = current_user)",
    PSEUDONYM_FUNCTION,
    SHIFT_FUNCTION,
):
    after_create(analyst, _statement)
for _function in ("pseudonym", "shift_in_days"):
    after_create(analyst, f"revoke execute on function {SCHEMA}.{_function} from public")
    after_create(
        analyst, f"grant execute on function {SCHEMA}.{_function} to {APP_ROLE}, {ANALYTICS_ROLE}, {ANALYST_ROLE}"
    )
