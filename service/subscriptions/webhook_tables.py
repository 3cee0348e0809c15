"""The tables of webhooks: the receivers, what is to be delivered to each, and the attempts that were made."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from service.database.protection import OWNER_ROLE, after_create, for_the_app, own_schema, protect

metadata = MetaData()
own_schema(metadata, "subscription")

_MOMENT = DateTime(timezone=True)

webhook = Table(
    "webhook",
    metadata,
    Column("organization_id", Uuid, comment="Whose events are told"),
    Column("webhook_id", Uuid, comment="The webhook"),
    Column("url", Text, nullable=False, comment="Where its receiver is"),
    Column("types", ARRAY(Text), comment="The kinds of event that are told; null for all"),
    Column("description", Text, nullable=False, comment="What it is for, in the words of whoever made it"),
    Column("created_at", _MOMENT, nullable=False, comment="When it was made"),
    Column("created_by", Text, nullable=False, comment="Who made it: their role and name"),
    Column("created_by_id", Uuid, nullable=False, comment="Who made it: the id under which they record"),
    Column("created_with", Text, comment="With what they called: the API key's id, or that of the token's signing key"),
    Column(
        "state", Text, nullable=False, comment="active; paused, by a caller; disabled, after it had failed for days"
    ),
    Column("disabled_at", _MOMENT, comment="When it was disabled; null where it is not"),
    Column(
        "position",
        BigInteger,
        nullable=False,
        comment="Events after this position of the log are queued; those before it were, or are not told",
    ),
    Column("kek_id", Text, nullable=False, comment="The key-encryption key that seals its secret"),
    Column("secret", LargeBinary, nullable=False, comment="The sealed secret that signs what is delivered"),
    Column("former_kek_id", Text, comment="The key-encryption key that seals the secret before; null when none"),
    Column("former_secret", LargeBinary, comment="The sealed secret before, which signs beside the newer one"),
    Column("former_until", _MOMENT, comment="Until when the secret before signs as well"),
    Column(
        "failures",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="How often in a row nothing of what was sent together was accepted",
    ),
    Column("failing_since", _MOMENT, comment="Since when nothing has been accepted; null while something is"),
    Column("retry_at", _MOMENT, comment="Before this nothing is sent, after a failure or as the receiver asks"),
    PrimaryKeyConstraint("organization_id", "webhook_id", name="webhook_pkey"),
    CheckConstraint("state in ('active', 'paused', 'disabled')", name="webhook_state_check"),
    CheckConstraint("(former_secret is null) = (former_until is null)", name="webhook_former_check"),
    schema="subscription",
    comment="Receivers at other systems, which are told that events were recorded",
)
protect(webhook, app=["select", "insert", "update", "delete"])

delivery = Table(
    "delivery",
    metadata,
    Column("organization_id", Uuid, comment="Whose event"),
    Column("webhook_id", Uuid, comment="To whom it is told"),
    Column("position", BigInteger, comment="The event's position in the log"),
    Column(
        "tries", Integer, nullable=False, server_default=text("0"), comment="How often it was tried since it was queued"
    ),
    Column("due_at", _MOMENT, comment="When it is tried next; null when it was delivered or given up"),
    Column("first_tried_at", _MOMENT, comment="When it was first tried since it was queued"),
    Column("delivered_at", _MOMENT, comment="When it was last accepted; null when it never was"),
    Column("given_up_at", _MOMENT, comment="When it was given up; null while it was not"),
    PrimaryKeyConstraint("organization_id", "webhook_id", "position", name="delivery_pkey"),
    ForeignKeyConstraint(
        ["organization_id", "webhook_id"],
        ["subscription.webhook.organization_id", "subscription.webhook.webhook_id"],
        name="delivery_webhook_fkey",
        ondelete="CASCADE",
    ),
    Index(
        "delivery_waiting",
        "organization_id",
        "webhook_id",
        "tries",
        "position",
        postgresql_where=text("due_at is not null"),
    ),
    schema="subscription",
    comment="Which event is told to which webhook, and how that stands",
)
protect(delivery, app=["select", "insert", "update"])

attempt = Table(
    "attempt",
    metadata,
    Column("organization_id", Uuid, comment="Whose event"),
    Column("webhook_id", Uuid, comment="To whom it was sent"),
    Column("position", BigInteger, comment="The event's position in the log"),
    Column("began_at", _MOMENT, comment="When it was sent"),
    Column("milliseconds", Integer, nullable=False, comment="How long that took, up to the answer's headers"),
    Column("status", Integer, comment="The HTTP status of the answer; null when there was none"),
    Column("error", Text, comment="What kind of failure it was; null when it was accepted"),
    PrimaryKeyConstraint("organization_id", "webhook_id", "position", "began_at", name="attempt_pkey"),
    ForeignKeyConstraint(
        ["organization_id", "webhook_id", "position"],
        [
            "subscription.delivery.organization_id",
            "subscription.delivery.webhook_id",
            "subscription.delivery.position",
        ],
        name="attempt_delivery_fkey",
        ondelete="CASCADE",
    ),
    schema="subscription",
    comment="What came of each attempt to deliver: never what was sent or answered",
)
protect(attempt, app=["select", "insert"])

# The functions below look at all organizations at once, as the owner.
for _table in (webhook, delivery, attempt):
    after_create(_table, f"create policy owner_looks on {_table.fullname} to {OWNER_ROLE} using (true)")

DUE_FUNCTION = """create function subscription.due(moment timestamptz)
  returns table (organization_id uuid, webhook_id uuid)
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select w.organization_id, w.webhook_id
    from subscription.webhook w
   where w.state = 'active' and (w.retry_at is null or w.retry_at <= moment)
     and exists (select from subscription.delivery d
                  where d.organization_id = w.organization_id and d.webhook_id = w.webhook_id and d.due_at <= moment)
$$"""
"""The webhooks to which something can be sent now."""

TIDY_FUNCTION = """create function subscription.tidy(before timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog
as $$
  with gone as (
    delete from subscription.delivery
     where due_at is null and greatest(delivered_at, given_up_at) < before
    returning 1
  )
  select count(*) from gone
$$"""
"""Removes deliveries, with their attempts, that were delivered or given up before a moment; how many."""

for _statement in (DUE_FUNCTION, TIDY_FUNCTION):
    after_create(attempt, _statement)
for_the_app(attempt, "subscription.due", "subscription.tidy")
