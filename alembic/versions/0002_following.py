"""Followers of the log: how far each has come; the webhooks, which follow it from other systems; and its tree."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for schema in ("following", "subscription", "audit"):
        op.execute(f"create schema {schema}")
        op.execute(f"grant usage on schema {schema} to care_timeline_app")
    _cursors()
    _behind()
    _webhooks()
    _deliveries()
    _attempts()
    _on_webhooks()
    _tree()
    _on_the_tree()
    _accesses()


def downgrade() -> None:
    for table in ("access.access_record", "access.api_key", "keyring.client_key"):
        op.execute(f"drop policy owner_looks on {table}")
    for schema in ("audit", "subscription", "following"):
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
    op.execute("create policy owner_looks on subscription.webhook to care_timeline_owner using (true)")


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
    op.execute("create policy owner_looks on subscription.delivery to care_timeline_owner using (true)")
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
    op.execute("create policy owner_looks on subscription.attempt to care_timeline_owner using (true)")


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


def _tree() -> None:
    op.create_table(
        "tile",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose log"),
        sa.Column(
            "log",
            sa.Text(),
            nullable=False,
            comment="Which of the organization's logs: that of events, or of accesses",
        ),
        sa.Column(
            "level",
            sa.SmallInteger(),
            nullable=False,
            comment="0: hashes of leaves; above: roots of whole tiles of the level below",
        ),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="Which of its level's tiles, from 0"),
        sa.Column("hashes", sa.LargeBinary(), nullable=False, comment="Its 256 hashes, one after the other"),
        sa.Column("root", sa.LargeBinary(), nullable=False, comment="The root of the subtree that they make up"),
        sa.CheckConstraint("octet_length(hashes) = 8192 and octet_length(root) = 32", name="tile_hashes_check"),
        sa.CheckConstraint("log in ('events', 'accesses')", name="tile_log_check"),
        sa.PrimaryKeyConstraint("organization_id", "log", "level", "number", name="tile_pkey"),
        schema="audit",
        comment="Whole tiles of the Merkle tree over the leaves of a log, made of log.event or of audit.access_entry",
    )
    _never_changed("audit.tile", "select")
    op.execute("alter table audit.tile alter column hashes set storage external")
    op.create_table(
        "checkpoint",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose log"),
        sa.Column("origin", sa.Text(), nullable=False, comment="The log's name, as the checkpoint says it"),
        sa.Column(
            "size",
            sa.BigInteger(),
            nullable=False,
            comment="How many entries the log had: the position of its last one",
        ),
        sa.Column("root", sa.LargeBinary(), nullable=False, comment="The root of its tree"),
        sa.Column("note", sa.Text(), nullable=False, comment="The checkpoint as it was signed"),
        sa.Column(
            "signed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was kept, just after it was signed",
        ),
        sa.PrimaryKeyConstraint("organization_id", "origin", "size", name="checkpoint_pkey"),
        schema="audit",
        comment="What was signed of the log: one root for each size, for ever",
    )
    _never_changed("audit.checkpoint", "select")
    op.create_table(
        "cosignature",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose log"),
        sa.Column("origin", sa.Text(), nullable=False, comment="The log's name"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="The checkpoint's size"),
        sa.Column("witness", sa.Text(), nullable=False, comment="The name of the witness's key"),
        sa.Column("line", sa.Text(), nullable=False, comment="The signature line, with its end"),
        sa.Column(
            "cosigned_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the witness says that it was made",
        ),
        sa.Column(
            "kept_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was kept here",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "origin", "size"],
            ["audit.checkpoint.organization_id", "audit.checkpoint.origin", "audit.checkpoint.size"],
            name="cosignature_checkpoint_fkey",
        ),
        sa.PrimaryKeyConstraint("organization_id", "origin", "size", "witness", name="cosignature_pkey"),
        schema="audit",
        comment="That witnesses saw checkpoints go on from the ones before, kept beside them",
    )
    _never_changed("audit.cosignature", "select, insert")


def _on_the_tree() -> None:
    op.execute(r"""create function audit.grow_tree(
  the_organization uuid, the_log text, up_to bigint, most integer
) returns integer
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  made integer := 0;
  depth smallint := 0;
  place bigint;
  layer bytea;
  top bytea;
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  while up_to >> (8 * (depth + 1)) > 0 loop
    select coalesce(max(t.number) + 1, 0) into place
      from audit.tile t
     where t.organization_id = the_organization and t.log = the_log and t.level = depth;
    if place > up_to >> (8 * (depth + 1)) then
      raise data_corrupted using message = 'the tree reaches beyond the log';
    end if;
    while made < most and (place + 1) << (8 * (depth + 1)) <= up_to loop
      if depth = 0 and the_log = 'accesses' then
        select string_agg(sha256('\x00'::bytea || e.leaf), ''::bytea order by e.number) into layer
          from audit.access_entry e
         where e.organization_id = the_organization and e.number > place << 8 and e.number <= (place + 1) << 8;
      elsif depth = 0 then
        select string_agg(sha256('\x00'::bytea || e.leaf), ''::bytea order by e.position) into layer
          from log.event e
         where e.organization_id = the_organization and e.position > place << 8 and e.position <= (place + 1) << 8;
      else
        select string_agg(t.root, ''::bytea order by t.number) into layer
          from audit.tile t
         where t.organization_id = the_organization and t.log = the_log and t.level = depth - 1
           and t.number >= place << 8 and t.number < (place + 1) << 8;
      end if;
      if octet_length(layer) is distinct from 8192 then
        raise data_corrupted using
          message = format('%s are missing before position %s', the_log, (place + 1) << (8 * (depth + 1)));
      end if;
      top := layer;
      while octet_length(top) > 32 loop
        select string_agg(sha256('\x01'::bytea || substr(top, pair * 64 + 1, 64)), ''::bytea order by pair) into top
          from generate_series(0, octet_length(top) / 64 - 1) as pair;
      end loop;
      insert into audit.tile (organization_id, log, level, number, hashes, root)
      values (the_organization, the_log, depth, place, layer, top);
      made := made + 1;
      place := place + 1;
    end loop;
    exit when made = most;
    depth := depth + 1;
  end loop;
  return made;
end
$$""")
    op.execute("""create function audit.keep_checkpoint(
  the_organization uuid, the_log text, the_origin text, the_size bigint, the_root bytea, the_note text
) returns timestamptz
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  moment timestamptz := clock_timestamp();
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  if the_size < 1
     or the_size > coalesce(case the_log
          when 'events' then (select h.position from log.log_head h where h.organization_id = the_organization)
          when 'accesses' then
            (select max(e.number) from audit.access_entry e where e.organization_id = the_organization) end, 0)
     or exists (select from audit.checkpoint c
                 where c.organization_id = the_organization and c.origin = the_origin and c.size > the_size) then
    raise invalid_parameter_value using
      message = 'a checkpoint is of what the log has, and larger than the ones before';
  end if;
  insert into audit.checkpoint (organization_id, origin, size, root, note, signed_at)
  values (the_organization, the_origin, the_size, the_root, the_note, moment);
  return moment;
end
$$""")
    op.execute("""create function audit.unsigned(the_follower text) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select h.organization_id
    from log.log_head h
    left join following.cursor c on c.organization_id = h.organization_id and c.name = the_follower
   where h.position <> coalesce(c.position, 0)
     and c.parked_at is null and (c.retry_at is null or c.retry_at <= now())
$$""")
    op.execute("""create function audit.refused(the_follower text) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select c.organization_id from following.cursor c where c.name = the_follower and c.parked_at is not null
$$""")
    op.execute("""create function audit.last_checkpoints(
  the_follower text, the_beginning text, the_ending text
) returns table (organization_id uuid, followed bigint, origin text, size bigint, root bytea, note text,
                 signed_at timestamptz)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  set local care_timeline.looks_for_unsigned = 'on';
  return query
  select o.organization_id, coalesce(c.position, 0), last.origin, last.size, last.root, last.note, last.signed_at
    from log.organization o
    left join following.cursor c on c.organization_id = o.organization_id and c.name = the_follower
    left join lateral (
           select k.origin, k.size, k.root, k.note, k.signed_at from audit.checkpoint k
            where k.organization_id = o.organization_id
              and k.origin = the_beginning || '/' || o.organization_id || the_ending
            order by k.size desc limit 1) last on true
   where c.parked_at is null;
  set local care_timeline.looks_for_unsigned = '';
end
$$""")
    for function in ("grow_tree", "keep_checkpoint", "unsigned", "refused", "last_checkpoints"):
        op.execute(f"revoke execute on function audit.{function} from public")
        op.execute(f"grant execute on function audit.{function} to care_timeline_app")


def _accesses() -> None:
    op.create_table(
        "access_entry",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Who may read or has read whose clients"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="Place among the entries: 1, 2, 3 …"),
        sa.Column("kind", sa.Text(), nullable=False, comment="What it enters, such as access_record or api_key"),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="Of which record, key, client or organization"),
        sa.Column(
            "leaf", sa.LargeBinary(), nullable=False, comment="SHA-256 over what the fact said when it was entered"
        ),
        sa.Column(
            "entered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was entered",
        ),
        sa.PrimaryKeyConstraint("organization_id", "number", name="access_entry_pkey"),
        sa.UniqueConstraint("organization_id", "kind", "subject_id", name="access_entry_subject_key"),
        schema="audit",
        comment="The log of who may read and who has read: each fact once, in the order in which they were entered",
    )
    _never_changed("audit.access_entry", "select")
    for table in (
        "access.access_record",
        "access.api_key",
        "keyring.client_key",
        "audit.access_entry",
        "audit.checkpoint",
    ):
        op.execute(
            f"create policy owner_looks on {table} for select to care_timeline_owner"
            " using (current_setting('care_timeline.looks_for_unsigned', true) = 'on')"
        )
    op.execute("""create function audit.joined(variadic texts text[]) returns bytea
  language sql immutable
  set search_path = pg_catalog
as $$
  select convert_to(string_agg(coalesce(octet_length(said) || ':' || said, '-') || ',', '' order by place), 'UTF8')
    from unnest(texts) with ordinality as each(said, place)
$$""")
    op.execute("""create function audit.earliest_access(the_organization uuid) returns uuid
  language sql stable
  set search_path = pg_catalog
as $$
  select coalesce(max(lpad(to_hex(greatest(
           ('x' || left(replace(e.subject_id::text, '-', ''), 12))::bit(48)::bigint
           - extract(epoch from interval '5 minutes')::bigint * 1000, 0)), 12, '0') || repeat('0', 20)),
         '00000000-0000-0000-0000-000000000000')::uuid
    from (select subject_id from audit.access_entry
           where organization_id = the_organization and kind = 'access_record'
           order by subject_id desc limit 1) e
$$""")
    op.execute("""create function audit.enter_accesses(
  the_organization uuid, most integer, out size bigint, out entered integer
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  earliest uuid;
  fact record;
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('audit.access_entry ' || the_organization, 0));
  select coalesce(max(e.number), 0), 0 into size, entered
    from audit.access_entry e where e.organization_id = the_organization;
  earliest := audit.earliest_access(the_organization);
  for fact in
    select f.kind, f.subject_id, f.said from (select 'access_record' as kind, r.record_id as subject_id, array[
         extract(epoch from r.recorded_at)::text, r.operation, r.what, r.parameters::text, r.purpose,
         r.actor_id::text, r.credential_id, r.role, r.name, r.request_id, r.version::text, r.position::text,
         r.client_id::text, r.clients::text, encode(r.clients_digest, 'hex'), r.recipient, r.allowed_by::text] as said
  from access.access_record r where r.organization_id = the_organization
union all
select 'api_key' as kind, k.key_id as subject_id, array[
         k.name, k.role, k.scopes::text, k.purpose, k.person_id::text, k.recipient, k.recipient_classes::text,
         extract(epoch from k.created_at)::text, extract(epoch from k.expires_at)::text] as said
  from access.api_key k where k.organization_id = the_organization
union all
select 'api_key_revoked' as kind, k.key_id as subject_id,
       array[extract(epoch from k.revoked_at)::text] as said
  from access.api_key k where k.organization_id = the_organization and k.revoked_at is not null
union all
select 'client_keys_destroyed' as kind, c.client_id as subject_id,
       array[c.key_id::text, c.notes_key_id::text] as said
  from keyring.client_key c where c.organization_id = the_organization and c.destroyed_at is not null
union all
select 'organization' as kind, o.organization_id as subject_id, array[
         o.name, o.time_zone, extract(epoch from o.created_at)::text] as said
  from log.organization o where o.organization_id = the_organization) f
     where (f.kind <> 'access_record' or f.subject_id > earliest)
       and not exists (select from audit.access_entry e
                        where e.organization_id = the_organization and e.kind = f.kind and e.subject_id = f.subject_id)
     order by f.kind = 'access_record', f.kind, f.subject_id limit most
  loop
    size := size + 1;
    entered := entered + 1;
    insert into audit.access_entry (organization_id, number, kind, subject_id, leaf)
    values (the_organization, size, fact.kind, fact.subject_id, sha256(audit.joined(
      variadic array[the_organization::text, fact.kind, fact.subject_id::text] || fact.said)));
  end loop;
end
$$""")
    op.execute("""create function audit.unsigned_accesses(the_follower text) returns setof uuid
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- None of the facts calls a table "whose", which would hide this one.
  set local care_timeline.looks_for_unsigned = 'on';
  return query
  select whose.organization_id
    from log.organization whose
    left join following.cursor c on c.organization_id = whose.organization_id and c.name = the_follower
   where c.parked_at is null and (c.retry_at is null or c.retry_at <= now())
     and (coalesce(c.position, 0) <> coalesce((
            select e.number from audit.access_entry e
             where e.organization_id = whose.organization_id order by e.number desc limit 1), 0)
          or exists (select from (select 'access_record' as kind, r.record_id as subject_id, array[
         extract(epoch from r.recorded_at)::text, r.operation, r.what, r.parameters::text, r.purpose,
         r.actor_id::text, r.credential_id, r.role, r.name, r.request_id, r.version::text, r.position::text,
         r.client_id::text, r.clients::text, encode(r.clients_digest, 'hex'), r.recipient, r.allowed_by::text] as said
  from access.access_record r where r.organization_id = whose.organization_id
union all
select 'api_key' as kind, k.key_id as subject_id, array[
         k.name, k.role, k.scopes::text, k.purpose, k.person_id::text, k.recipient, k.recipient_classes::text,
         extract(epoch from k.created_at)::text, extract(epoch from k.expires_at)::text] as said
  from access.api_key k where k.organization_id = whose.organization_id
union all
select 'api_key_revoked' as kind, k.key_id as subject_id,
       array[extract(epoch from k.revoked_at)::text] as said
  from access.api_key k where k.organization_id = whose.organization_id and k.revoked_at is not null
union all
select 'client_keys_destroyed' as kind, c.client_id as subject_id,
       array[c.key_id::text, c.notes_key_id::text] as said
  from keyring.client_key c where c.organization_id = whose.organization_id and c.destroyed_at is not null
union all
select 'organization' as kind, o.organization_id as subject_id, array[
         o.name, o.time_zone, extract(epoch from o.created_at)::text] as said
  from log.organization o where o.organization_id = whose.organization_id) f
     where (f.kind <> 'access_record' or f.subject_id > audit.earliest_access(whose.organization_id))
       and not exists (select from audit.access_entry e
                        where e.organization_id = whose.organization_id and e.kind = f.kind and e.subject_id = f.subject_id)));
  set local care_timeline.looks_for_unsigned = '';
end
$$""")
    op.execute("revoke execute on function audit.joined from public")
    for function in ("enter_accesses", "earliest_access", "unsigned_accesses"):
        op.execute(f"revoke execute on function audit.{function} from public")
        op.execute(f"grant execute on function audit.{function} to care_timeline_app")


def _never_changed(table: str, granted: str) -> None:
    _protect(table, granted)
    op.execute("""create or replace function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s is append-only: %s is refused', tg_table_schema, tg_table_name, tg_op);
end
$$""")
    op.execute(
        f"create trigger append_only before update or delete or truncate on {table}"
        " for each statement execute function audit.refuse_change()"
    )
    op.execute("revoke execute on function audit.refuse_change from public")


def _protect(table: str, granted: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"""
        create policy organization_isolation on {table} using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute(f"grant {granted} on {table} to care_timeline_app")
