"""The log, the clients' keys, and keys to the API."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The service looks at the revision before it serves.
    op.execute("grant usage on schema migration to care_timeline_app")
    op.execute("grant select on migration.alembic_version to care_timeline_app")
    for schema in ("log", "keyring", "access"):
        op.execute(f"create schema {schema}")
        op.execute(f"grant usage on schema {schema} to care_timeline_app")
    _organizations()
    _heads()
    _events()
    _references()
    _identifiers()
    _append()
    _on_heads()
    _keys()
    _facts()
    _fresh_state()
    _erasure()
    _api_keys()
    _access_records()


def downgrade() -> None:
    for schema in ("access", "keyring", "log"):
        op.execute(f"drop schema {schema} cascade")


def _organizations() -> None:
    op.create_table(
        "organization",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="The clinic or programme"),
        sa.Column("name", sa.Text(), nullable=False, comment="What people call it"),
        sa.Column(
            "time_zone", sa.Text(), nullable=False, comment="IANA name of the zone in which its days begin and end"
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was set up",
        ),
        sa.PrimaryKeyConstraint("organization_id", name="organization_pkey"),
        schema="log",
        comment="A clinic or programme: the unit of isolation, of ordering, of sharding and of audit",
    )
    _protect("log.organization")
    op.execute("create policy owner_lists on log.organization for select to care_timeline_owner using (true)")
    op.execute(
        "create function log.organization_ids() returns setof uuid language sql stable security definer"
        " set search_path = pg_catalog, pg_temp as 'select organization_id from log.organization'"
    )
    _for_the_app("log.organization_ids")


def _heads() -> None:
    op.create_table(
        "log_head",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="Whose log"),
        sa.Column(
            "position",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Position of the last event; 0 when there is none",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("'epoch'"),
            nullable=False,
            comment="The next event is recorded later than this",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["log.organization.organization_id"], name="log_head_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("organization_id", name="log_head_pkey"),
        schema="log",
        comment="Where an organization's log ends; its row lock puts appends in order",
        postgresql_with={"fillfactor": 10},
    )
    _protect("log.log_head")
    op.create_table(
        "timeline_head",
        sa.Column(
            "organization_id", sa.Uuid(), nullable=False, comment="The organization that keeps the client's record"
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False, comment="The person in care"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Version of the client's last event"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="Position of the client's last event"),
        sa.Column(
            "merged_into",
            sa.Uuid(),
            nullable=True,
            comment="The client who is the same person, with whom care goes on; null where nobody",
        ),
        sa.PrimaryKeyConstraint("organization_id", "client_id", name="timeline_head_pkey"),
        schema="log",
        comment="Where each client's timeline ends",
        postgresql_with={"fillfactor": 70},
    )
    _protect("log.timeline_head")


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="The organization that recorded it"),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            comment="Place in the organization's log: 1, 2, 3 … in commit order",
        ),
        sa.Column(
            "client_id",
            sa.Uuid(),
            nullable=False,
            comment="The person in care it is about; on the organization's own timeline, the organization's id",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="Place in the client's timeline: 1, 2, 3 …"),
        sa.Column("id", sa.Uuid(), nullable=False, comment="Its identity, and the idempotency key of recording it"),
        sa.Column("type", sa.Text(), nullable=False, comment="What kind of event"),
        sa.Column("schema_version", sa.Integer(), nullable=False, comment="Version of that kind's body"),
        sa.Column(
            "occurred_at", sa.DateTime(timezone=True), nullable=False, comment="When it happened, as the recorder says"
        ),
        sa.Column(
            "precision", sa.Text(), nullable=False, comment="How exact occurred_at is: instant, day or approximate"
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was recorded, by the server's clock",
        ),
        sa.Column(
            "actor_id", sa.Uuid(), nullable=False, comment="Who recorded it: the stable id of their key to the API"
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="Who recorded it: their role and name"),
        sa.Column(
            "on_behalf_of",
            sa.Text(),
            nullable=True,
            comment="For whom a system recorded it: their role and name; null where for nobody",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="The system it came through"),
        sa.Column("correlation_id", sa.Uuid(), nullable=True, comment="What it belongs together with"),
        sa.Column("causation_id", sa.Uuid(), nullable=True, comment="The event it follows from"),
        sa.Column(
            "reference_fields",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="For each event that it refers to, the field of the body that does",
        ),
        sa.Column(
            "reference_ids",
            sa.ARRAY(sa.Uuid()),
            nullable=False,
            comment="The ids of the events that it refers to, in the order of reference_fields",
        ),
        sa.Column(
            "key_id",
            sa.Uuid(),
            nullable=False,
            comment="The client's key that sealed the body: their data key, or that for counseling notes",
        ),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="Nonce, then the JSON sealed with AES-256-GCM; empty once its client was erased",
        ),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of body as it was recorded"),
        sa.Column(
            "leaf",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 over position, recorded_at, the header and body_digest",
        ),
        sa.CheckConstraint("cardinality(reference_fields) = cardinality(reference_ids)", name="event_references_check"),
        sa.PrimaryKeyConstraint("organization_id", "position", name="event_pkey"),
        sa.UniqueConstraint("organization_id", "client_id", "version", name="event_version_key"),
        sa.UniqueConstraint("organization_id", "id", name="event_id_key"),
        schema="log",
        comment="The log: what happened to clients, sealed, never changed but for erasure",
    )
    op.create_index(
        "event_may_restrict",
        "event",
        ["organization_id", "client_id"],
        schema="log",
        postgresql_where=sa.text("type in ('restriction_requested', 'clients_merged')"),
    )
    op.create_index(
        "event_merges",
        "event",
        ["organization_id", "client_id"],
        unique=False,
        schema="log",
        postgresql_where=sa.text("type in ('clients_merged', 'client_merged_into')"),
    )
    op.create_index(
        "event_asks_erasure",
        "event",
        ["organization_id", "client_id"],
        unique=False,
        schema="log",
        postgresql_where=sa.text("type = 'erasure_requested'"),
    )
    op.execute("alter table log.event alter column body set storage external")
    _protect("log.event")
    op.execute("""
create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s is append-only: %s is refused', tg_table_schema, tg_table_name, tg_op);
end
$$""")
    op.execute("revoke execute on function log.refuse_change from public")
    op.execute("""
create function log.keep_but_for_erasure() returns trigger language plpgsql as $$
declare
  emptied log.event := old;
begin
  emptied.body := '';
  if new is distinct from emptied or not exists (
       select from keyring.client_key k
        where k.organization_id = old.organization_id and k.client_id = old.client_id
          and k.destroyed_at is not null) then
    raise insufficient_privilege using message = 'log.event is append-only: UPDATE is refused';
  end if;
  return new;
end
$$""")
    op.execute("revoke execute on function log.keep_but_for_erasure from public")
    op.execute("""
        create trigger append_only before delete or truncate on log.event
        for each statement execute function log.refuse_change()""")
    op.execute("""
        create trigger append_only_but_for before update on log.event
        for each row execute function log.keep_but_for_erasure()""")


def _references() -> None:
    op.create_table(
        "reference",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="The organization that recorded the events"),
        sa.Column("target_id", sa.Uuid(), nullable=False, comment="The event that is referred to"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="Position of the event that refers to it"),
        sa.Column("field", sa.Text(), nullable=False, comment="The field of its body that does"),
        sa.Column("client_id", sa.Uuid(), nullable=False, comment="Whose event refers to it"),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="The event that refers to it"),
        sa.Column("type", sa.Text(), nullable=False, comment="What kind of event refers to it"),
        sa.PrimaryKeyConstraint("organization_id", "target_id", "type", "position", "field", name="reference_pkey"),
        schema="log",
        comment="Which events refer to an event: what stands in the events' own headers, by what it refers to",
    )
    _protect("log.reference")
    _append_only("log.reference")


def _identifiers() -> None:
    op.create_table(
        "client_identifier",
        sa.Column(
            "organization_id", sa.Uuid(), nullable=False, comment="The organization that keeps the client's record"
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(),
            nullable=False,
            comment="Keyed hash of the identifier and of the system that gave it",
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False, comment="To whom it is linked"),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="The event that linked it"),
        sa.PrimaryKeyConstraint("organization_id", "digest", name="client_identifier_pkey"),
        sa.UniqueConstraint("organization_id", "event_id", name="client_identifier_event_key"),
        schema="log",
        comment="By which identifiers of other systems clients are found, as long as these are linked",
    )
    _protect("log.client_identifier")


def _append() -> None:
    op.execute("""
create type log.new_event as (
  client_id uuid, version integer, id uuid, type text, schema_version integer, occurred_at timestamptz,
  precision text, recorded_at timestamptz, actor_id uuid, recorded_by text, on_behalf_of text, source text,
  correlation_id uuid, causation_id uuid, reference_fields text[], reference_ids uuid[], key_id uuid, body bytea,
  body_digest bytea, header bytea, identifier bytea, merged_into uuid
)""")
    op.execute(r"""
create function log.append(
  the_organization uuid, events log.new_event[], out before bigint, out moment timestamptz
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  clients integer;
  moved integer;
  moments integer;
  referring boolean;
  linking boolean;
  freeing boolean;
  merging boolean;
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;

  select count(distinct e.client_id), count(e.recorded_at), bool_or(e.reference_ids <> '{}'),
         bool_or(e.identifier is not null), bool_or(e.type in ('identifier_unlinked', 'entry_retracted')),
         bool_or(e.type in ('client_merged_into', 'client_separated'))
    into clients, moments, referring, linking, freeing, merging
    from unnest(events) e;

  if moments > 0 then
    select h.recorded_at into moment from log.log_head h where h.organization_id = the_organization for update;
    if moments < cardinality(events)
       or (events[1]).recorded_at <= moment
       or (events[cardinality(events)]).recorded_at > clock_timestamp()
       or exists (select from (select e.recorded_at < lag(e.recorded_at) over (order by e.place) as falls
                                 from (select row_number() over () as place, n.recorded_at from unnest(events) n) e) m
                   where m.falls) then
      raise invalid_parameter_value using message = 'recorded_at must follow the log, never fall, and not be to come';
    end if;
  end if;

  update log.log_head h
     set position = h.position + cardinality(events),
         recorded_at = coalesce((events[cardinality(events)]).recorded_at,
                                greatest(clock_timestamp(), h.recorded_at + interval '1 microsecond'))
   where h.organization_id = the_organization
  returning h.position - cardinality(events), h.recorded_at into before, moment;
  if not found then
    raise no_data_found using message = 'no such organization';
  end if;

  insert into log.timeline_head (organization_id, client_id, version, position)
  select the_organization, e.client_id, max(e.version), before + max(e.place)
    from unnest(events) with ordinality as e(
      client_id, version, id, type, schema_version, occurred_at, precision, recorded_at, actor_id, recorded_by,
      on_behalf_of, source, correlation_id, causation_id, reference_fields, reference_ids, key_id, body, body_digest,
      header, identifier, merged_into, place)
   group by e.client_id
  having count(*) = max(e.version) - min(e.version) + 1
     and min(e.version) = 1 + coalesce((
           select h.version from log.timeline_head h
            where h.organization_id = the_organization and h.client_id = e.client_id), 0)
  on conflict (organization_id, client_id) do update set version = excluded.version, position = excluded.position;
  get diagnostics moved = row_count;
  if moved < clients then
    raise unique_violation;
  end if;

  insert into log.event (
    organization_id, position, client_id, version, id, type, schema_version, occurred_at, precision, recorded_at,
    actor_id, recorded_by, on_behalf_of, source, correlation_id, causation_id, reference_fields, reference_ids, key_id,
    body, body_digest, leaf)
  select the_organization, before + e.place, e.client_id, e.version, e.id, e.type, e.schema_version, e.occurred_at,
         e.precision, coalesce(e.recorded_at, moment), e.actor_id, e.recorded_by, e.on_behalf_of, e.source,
         e.correlation_id, e.causation_id, e.reference_fields, e.reference_ids, e.key_id, e.body, e.body_digest,
         sha256('\x00' || int8send(before + e.place)
                || int8send((extract(epoch from coalesce(e.recorded_at, moment)) * 1000000)::bigint)
                || e.header || e.body_digest)
    from unnest(events) with ordinality as e(
      client_id, version, id, type, schema_version, occurred_at, precision, recorded_at, actor_id, recorded_by,
      on_behalf_of, source, correlation_id, causation_id, reference_fields, reference_ids, key_id, body, body_digest,
      header, identifier, merged_into, place);

  if referring then
    insert into log.reference (organization_id, target_id, position, field, client_id, event_id, type)
    select the_organization, r.target_id, before + e.place, r.field, e.client_id, e.id, e.type
      from unnest(events) with ordinality as e(
        client_id, version, id, type, schema_version, occurred_at, precision, recorded_at, actor_id, recorded_by,
        on_behalf_of, source, correlation_id, causation_id, reference_fields, reference_ids, key_id, body, body_digest,
        header, identifier, merged_into, place),
      unnest(e.reference_fields, e.reference_ids) as r(field, target_id)
    on conflict (organization_id, target_id, type, position, field) do nothing;
  end if;

  if freeing then
    delete from log.client_identifier i
     using unnest(events) e, unnest(e.reference_ids) t(target_id)
     where i.organization_id = the_organization and i.event_id = t.target_id and i.client_id = e.client_id
       and e.type in ('identifier_unlinked', 'entry_retracted');
  end if;

  if linking then
    insert into log.client_identifier (organization_id, digest, client_id, event_id)
    select the_organization, e.identifier, e.client_id, e.id
      from unnest(events) e
     where e.identifier is not null
       and not exists (
         select from unnest(events) f
          where f.type in ('identifier_unlinked', 'entry_retracted')
            and f.client_id = e.client_id and e.id = any(f.reference_ids));
  end if;

  if merging then
    update log.timeline_head h set merged_into = m.merged_into
      from (select distinct on (e.client_id) e.client_id, e.merged_into from unnest(events) e
             where e.type in ('client_merged_into', 'client_separated')
             order by e.client_id, e.version desc) m
     where h.organization_id = the_organization and h.client_id = m.client_id;
  end if;
exception
  when unique_violation then
    before := null;
    moment := null;
end
$$""")
    _for_the_app("log.append")


def _on_heads() -> None:
    op.execute("""
create function log.lock_head(
  the_organization uuid, out recorded_at timestamptz, out moment timestamptz
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  select h.recorded_at into recorded_at from log.log_head h where h.organization_id = the_organization for update;
  moment := clock_timestamp();
end
$$""")
    op.execute("""
create function log.settle(the_organization uuid) returns timestamptz
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  settled timestamptz;
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  update log.log_head h
     set recorded_at = greatest(h.recorded_at, clock_timestamp())
   where h.organization_id = the_organization
  returning h.recorded_at into settled;
  return settled;
end
$$""")
    op.execute("""
create function log.differing_heads() returns setof uuid
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  set local care_timeline.checks_heads = 'on';
  return query
  select o.organization_id
    from log.organization o
    left join log.log_head h on h.organization_id = o.organization_id
   where h.position is distinct from coalesce((
           select e.position from log.event e
            where e.organization_id = o.organization_id
            order by e.position desc limit 1), 0);
  set local care_timeline.checks_heads = '';
end
$$""")
    op.execute("create policy owner_checks on log.log_head for select to care_timeline_owner using (true)")
    op.execute(
        "create policy owner_checks on log.event for select to care_timeline_owner"
        " using (current_setting('care_timeline.checks_heads', true) = 'on')"
    )
    _for_the_app("log.lock_head", "log.settle", "log.differing_heads")


def _keys() -> None:
    op.create_table(
        "client_key",
        sa.Column(
            "organization_id", sa.Uuid(), nullable=False, comment="The organization that keeps the client's record"
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False, comment="The person in care whose record the key opens"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="The key; events name it"),
        sa.Column("kek_id", sa.Text(), nullable=False, comment="The key-encryption key that wraps both"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True, comment="The wrapped data key; null once destroyed"),
        sa.Column("notes_key_id", sa.Uuid(), nullable=False, comment="The key for counseling notes; events name it"),
        sa.Column(
            "wrapped_notes_key",
            sa.LargeBinary(),
            nullable=True,
            comment="The wrapped key for counseling notes; null once destroyed",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made",
        ),
        sa.Column(
            "destroyed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was destroyed, and the person's record with it",
        ),
        sa.CheckConstraint("(wrapped_key is null) = (destroyed_at is not null)", name="client_key_destroyed_check"),
        sa.CheckConstraint(
            "wrapped_notes_key is null or destroyed_at is null", name="client_key_notes_destroyed_check"
        ),
        sa.PrimaryKeyConstraint("organization_id", "client_id", name="client_key_pkey"),
        schema="keyring",
        comment="Each client's two keys, wrapped: their data key, and the one for counseling notes; left out of the"
        " log's backups",
    )
    op.create_index(
        "client_key_destroyed",
        "client_key",
        ["organization_id", "client_id"],
        schema="keyring",
        postgresql_where=sa.text("destroyed_at is not null"),
    )
    _protect("keyring.client_key")
    op.execute("""
create function keyring.make_client_key(
  the_organization uuid, the_client uuid, the_kek text, the_key uuid, the_wrapped_key bytea,
  the_notes_key uuid, the_wrapped_notes_key bytea,
  out key_id uuid, out kek_id text, out wrapped_key bytea, out notes_key_id uuid
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  insert into keyring.client_key as k
    (organization_id, client_id, kek_id, key_id, wrapped_key, notes_key_id, wrapped_notes_key)
  values
    (the_organization, the_client, the_kek, the_key, the_wrapped_key, the_notes_key, the_wrapped_notes_key)
  on conflict on constraint client_key_pkey do nothing;
  select k.key_id, k.kek_id, k.wrapped_key, k.notes_key_id into key_id, kek_id, wrapped_key, notes_key_id
    from keyring.client_key k
   where k.organization_id = the_organization and k.client_id = the_client;
end
$$""")
    _for_the_app("keyring.make_client_key")


def _facts() -> None:
    op.execute("""
create function log.facts(
  the_organization uuid,
  the_clients uuid[],
  the_ids uuid[],
  the_targets uuid[],
  the_answer_types text[],
  the_once_clients uuid[],
  the_once_types text[]
) returns table (
  kind text, about uuid, client_id uuid, version integer, id uuid, type text, occurred_at timestamptz,
  reference_fields text[], reference_ids uuid[], retracted boolean, key_id uuid, kek_id text, wrapped_key bytea,
  notes_key_id uuid, recorded_by text, actor_id uuid, merged_into uuid
) language plpgsql stable
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  return query
select 'client' as kind, null::uuid as about, c.client_id, h.version, null::uuid as id, null::text as type,
       null::timestamptz as occurred_at, null::text[] as reference_fields, null::uuid[] as reference_ids,
       null::boolean as retracted, k.key_id, k.kek_id, k.wrapped_key, k.notes_key_id, null::text as recorded_by,
       null::uuid as actor_id, h.merged_into
  from unnest(the_clients) as c(client_id)
  left join lateral (
    select h.version, h.merged_into from log.timeline_head h
     where h.organization_id = the_organization and h.client_id = c.client_id
     limit 1
  ) h on true
  left join lateral (
    select k.key_id, k.kek_id, k.wrapped_key, k.notes_key_id from keyring.client_key k
     where k.organization_id = the_organization and k.client_id = c.client_id
     limit 1
  ) k on true
union all
select 'entry', null, e.client_id, null::integer, e.id, e.type, e.occurred_at, e.reference_fields,
       e.reference_ids, x.retracted, e.key_id, null::text, null::bytea, null::uuid, e.recorded_by, e.actor_id,
       null::uuid
  from unnest(the_ids) as a(id)
  cross join lateral (
    select e.* from log.event e where e.organization_id = the_organization and e.id = a.id limit 1
  ) e
  left join lateral (
    select true as retracted from log.reference r
     where r.organization_id = the_organization and r.target_id = e.id and r.type = 'entry_retracted'
       and r.client_id = e.client_id
       and not exists (
         select from log.reference b
          where b.organization_id = the_organization and b.target_id = r.event_id and b.type = 'entry_retracted'
       )
     limit 1
  ) x on true
union all
select 'answer', a.target_id, e.client_id, null::integer, e.id, e.type, e.occurred_at, e.reference_fields,
       e.reference_ids, x.retracted, e.key_id, null::text, null::bytea, null::uuid, e.recorded_by, e.actor_id,
       null::uuid
  from unnest(the_targets, the_answer_types) as a(target_id, type)
  cross join lateral (
    select r.event_id from log.reference r
     where r.organization_id = the_organization and r.target_id = a.target_id and r.type = a.type
    offset 0
  ) r
  cross join lateral (
    select e.* from log.event e where e.organization_id = the_organization and e.id = r.event_id limit 1
  ) e
  left join lateral (
    select true as retracted from log.reference r
     where r.organization_id = the_organization and r.target_id = e.id and r.type = 'entry_retracted'
       and r.client_id = e.client_id
       and not exists (
         select from log.reference b
          where b.organization_id = the_organization and b.target_id = r.event_id and b.type = 'entry_retracted'
       )
     limit 1
  ) x on true
union all
select 'once', null, e.client_id, null::integer, e.id, e.type, e.occurred_at, e.reference_fields,
       e.reference_ids, x.retracted, e.key_id, null::text, null::bytea, null::uuid, e.recorded_by, e.actor_id,
       null::uuid
  from unnest(the_once_clients, the_once_types) as a(client_id, type)
  cross join lateral (
    select e.* from log.event e
      left join lateral (
    select true as retracted from log.reference r
     where r.organization_id = the_organization and r.target_id = e.id and r.type = 'entry_retracted'
       and r.client_id = e.client_id
       and not exists (
         select from log.reference b
          where b.organization_id = the_organization and b.target_id = r.event_id and b.type = 'entry_retracted'
       )
     limit 1
  ) x on true
     where e.organization_id = the_organization and e.client_id = a.client_id and e.type = a.type
       and x.retracted is null
     order by e.version
     limit 1
  ) e
  left join lateral (
    select true as retracted from log.reference r
     where r.organization_id = the_organization and r.target_id = e.id and r.type = 'entry_retracted'
       and r.client_id = e.client_id
       and not exists (
         select from log.reference b
          where b.organization_id = the_organization and b.target_id = r.event_id and b.type = 'entry_retracted'
       )
     limit 1
  ) x on true;
end
$$""")
    _for_the_app("log.facts")


def _fresh_state() -> None:
    op.execute("""
create function log.fresh_state(
  the_organization uuid, the_client uuid, build text, types text[], known integer,
  out version integer, out own_version integer, out log_position bigint,
  out key_id uuid, out kek_id text, out wrapped_key bytea, out notes_key_id uuid,
  out snapshot_version integer, out snapshot_until timestamptz, out snapshot_key_id uuid, out state bytea,
  out events log.event[]
) language plpgsql stable
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  select h.version, l.position, coalesce((
           select own.version from log.timeline_head own
            where own.organization_id = the_organization and own.client_id = the_organization), 0)
    into version, log_position, own_version
    from log.timeline_head h
    join log.log_head l on l.organization_id = h.organization_id
   where h.organization_id = the_organization and h.client_id = the_client;
  if not found then
    return;
  end if;
  select k.key_id, k.kek_id, k.wrapped_key, k.notes_key_id
    into key_id, kek_id, wrapped_key, notes_key_id
    from keyring.client_key k where k.organization_id = the_organization and k.client_id = the_client;
  if build is not null and known is null then
    execute format('select s.version, s.until, s.key_id, s.state from %I.snapshot s'
                   ' where s.organization_id = $1 and s.client_id = $2 order by s.version desc limit 1', build)
       into snapshot_version, snapshot_until, snapshot_key_id, state using the_organization, the_client;
  end if;
  if version > coalesce(known, snapshot_version, 0) then
    select array_agg(e order by e.version) into events
      from log.event e
     where e.organization_id = the_organization and e.client_id = the_client
       and e.version > coalesce(known, snapshot_version, 0) and e.type = any(types);
  end if;
end
$$""")
    _for_the_app("log.fresh_state")


def _erasure() -> None:
    op.execute("""
create function keyring.same_person(the_organization uuid, the_client uuid)
  returns setof uuid
  language sql stable
  set search_path = pg_catalog, pg_temp
as $$
  with recursive person(client_id) as (
    select the_client
    union
    select case when h.client_id = p.client_id then h.merged_into else h.client_id end
      from person p
      join log.timeline_head h on h.organization_id = the_organization and h.merged_into is not null
       and p.client_id in (h.client_id, h.merged_into)
  ) select client_id from person
$$""")
    op.execute("""
create function keyring.erasure_hindrance(
  the_organization uuid, the_client uuid, the_request uuid, two_persons boolean
) returns text
  language sql stable
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when r.id is null then 'not_requested'
    when exists (
      select from log.reference w
       where w.organization_id = the_organization and w.target_id = r.id and w.type = 'erasure_withdrawn'
         and w.client_id = the_client) then 'withdrawn'
    when not exists (
      select from log.reference a
        join log.event e on e.organization_id = the_organization and e.id = a.event_id
       where a.organization_id = the_organization and a.target_id = r.id and a.type = 'erasure_approved'
         and a.client_id = the_client and (not two_persons or e.actor_id <> r.actor_id)) then 'not_approved'
    when exists (
      select from keyring.same_person(the_organization, the_client) p(client_id)
        join log.event h on h.organization_id = the_organization and h.client_id = p.client_id
       where h.type = 'legal_hold_placed'
         and (h.client_id = the_client or not exists (
           select from keyring.client_key k
            where k.organization_id = the_organization and k.client_id = h.client_id and k.destroyed_at is not null))
         and not exists (
           select from log.reference l
            where l.organization_id = the_organization and l.target_id = h.id and l.type = 'legal_hold_lifted'
              and l.client_id = h.client_id)) then 'held'
    when exists (
      select from log.timeline_head h
       where h.organization_id = the_organization and h.merged_into = the_client and not exists (
         select from keyring.client_key k
          where k.organization_id = the_organization and k.client_id = h.client_id
            and k.destroyed_at is not null)) then 'duplicates'
  end
  from (select) as always
  left join log.event r on r.organization_id = the_organization and r.id = the_request and r.client_id = the_client
   and r.type = 'erasure_requested'
$$""")
    op.execute("""
create function keyring.erase_client(
  the_organization uuid, the_client uuid, the_request uuid, two_persons boolean, telling log.new_event[],
  out emptied bigint, out removed bigint
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  hindrance text;
  last text;
  place text;
  gone bigint;
  told_of uuid[];
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  if the_client = the_organization then
    raise object_not_in_prerequisite_state using message = 'not_a_client';
  end if;

  -- Whoever projects or rebuilds has read the keys already: first they write what they have, and it is removed below.
  perform from following.cursor c
    where c.organization_id = the_organization and c.name in (select b.schema_name from projection.build b)
    order by c.name for update;
  insert into keyring.client_key (organization_id, client_id, kek_id, key_id, notes_key_id, destroyed_at)
  values (the_organization, the_client, 'none', gen_random_uuid(), gen_random_uuid(), clock_timestamp())
      on conflict on constraint client_key_pkey do nothing;
  update keyring.client_key k set wrapped_key = null, wrapped_notes_key = null, destroyed_at = clock_timestamp()
   where k.organization_id = the_organization and k.client_id = the_client and k.destroyed_at is null;

  -- From here on nothing is recorded, until this ends: no hold, and no withdrawal.
  perform from log.log_head h where h.organization_id = the_organization for update;
  if the_request is not null then
    hindrance := keyring.erasure_hindrance(the_organization, the_client, the_request, two_persons);
    if hindrance is not null then
      raise object_not_in_prerequisite_state using message = hindrance;
    end if;
  end if;
  select e.type into last from log.event e
   where e.organization_id = the_organization and e.client_id = the_client order by e.version desc limit 1;
  if last <> 'client_erased' then
    if cardinality(telling) <> 1 or (telling[1]).type <> 'client_erased' or (telling[1]).client_id <> the_client
       or (telling[1]).body <> '' or (telling[1]).body_digest <> sha256('') then
      raise invalid_parameter_value using message = 'an erasure is told by one event, client_erased, without a body';
    end if;
    if (select a.before from log.append(the_organization, telling) a) is null then
      raise serialization_failure using message = 'the timeline has moved on';
    end if;
  end if;

  update log.event e set body = ''
   where e.organization_id = the_organization and e.client_id = the_client and e.body <> '';
  get diagnostics emptied = row_count;
  delete from log.client_identifier i where i.organization_id = the_organization and i.client_id = the_client;
  -- With whom care goes on after a merge has rows that tell of this client: they are made again by whoever projects.
  with recursive way(client_id) as (
    select the_client
    union
    select h.merged_into from way w
      join log.timeline_head h on h.organization_id = the_organization and h.client_id = w.client_id
     where h.merged_into is not null
  ) select array_agg(way.client_id) into told_of from way;
  removed := 0;
  for place in
    select format('%I.%I', n.nspname, c.relname)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'client_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and n.nspname in (select b.schema_name from projection.build b)
  loop
    execute format('delete from %s where organization_id = $1 and client_id = any($2)', place)
      using the_organization, case when place like '%.parked' then array[the_client] else told_of end;
    get diagnostics gone = row_count;
    removed := removed + gone;
  end loop;
  perform pg_notify('care_timeline_erased', the_organization || ' ' || the_client);
end
$$""")
    _for_the_app("keyring.same_person", "keyring.erasure_hindrance")
    op.execute("revoke execute on function keyring.erase_client from public")


def _api_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="The organization whose data it opens"),
        sa.Column("key_id", sa.Uuid(), nullable=False, comment="The public part of the key"),
        sa.Column("name", sa.Text(), nullable=False, comment="Who or what holds it"),
        sa.Column("role", sa.Text(), nullable=False, comment="The holder's role in care"),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False, comment="What it may do"),
        sa.Column(
            "purpose",
            sa.Text(),
            nullable=True,
            comment="What its holder reads for, unless a request says it; null: as the role does",
        ),
        sa.Column(
            "person_id",
            sa.Uuid(),
            nullable=True,
            comment="Who holds it, where they call with something else as well; null: the key is its own subject",
        ),
        sa.Column(
            "recipient",
            sa.Text(),
            nullable=True,
            comment="The other organization that holds it, as consents name it; null: this one",
        ),
        sa.Column(
            "recipient_classes",
            sa.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="The classes of recipients to which that organization belongs",
        ),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False, comment="Digest of the secret part"),
        sa.Column(
            "previous_digest",
            sa.LargeBinary(),
            nullable=True,
            comment="Digest of the secret before; null once nobody may use it",
        ),
        sa.Column(
            "previous_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when the secret before is good as well",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made",
        ),
        sa.Column(
            "rotated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it last had a new secret; null while it has its first",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="From when on it does not work; null when it does not expire",
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it stopped working for good; null while it works",
        ),
        sa.PrimaryKeyConstraint("organization_id", "key_id", name="api_key_pkey"),
        sa.CheckConstraint("(previous_digest is null) = (previous_until is null)", name="api_key_previous_check"),
        sa.CheckConstraint("recipient is not null or recipient_classes = '{}'", name="api_key_recipient_check"),
        schema="access",
        comment="Keys to the API",
    )
    op.create_index(
        "api_key_name",
        "api_key",
        ["organization_id", "name"],
        unique=True,
        schema="access",
        postgresql_where=sa.text("revoked_at is null"),
    )
    _protect("access.api_key")
    op.execute("""
create function access.keep_revoked() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s: a revoked key stays revoked, and no key is taken away', tg_table_schema, tg_table_name);
end
$$""")
    op.execute("revoke execute on function access.keep_revoked from public")
    op.execute("""
        create trigger revoked_for_good before update on access.api_key
        for each row when (old.revoked_at is not null) execute function access.keep_revoked()""")
    op.execute("""
        create trigger never_taken_away before delete or truncate on access.api_key
        for each statement execute function access.keep_revoked()""")


def _access_records() -> None:
    op.create_table(
        "access_record",
        sa.Column(
            "organization_id", sa.Uuid(), nullable=False, comment="The organization whose clients were read about"
        ),
        sa.Column("record_id", sa.Uuid(), nullable=False, comment="The record; ids rise with time (version 7)"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When it was read"),
        sa.Column(
            "operation",
            sa.Text(),
            nullable=False,
            comment="Through what: method and route, never a path, or the command",
        ),
        sa.Column("what", sa.Text(), nullable=False, comment="What was read: timeline, a projection, a list"),
        sa.Column(
            "parameters",
            postgresql.JSONB(),
            nullable=False,
            comment="What was asked of it: moments, places, codes, ids; no words",
        ),
        sa.Column("purpose", sa.Text(), nullable=False, comment="Why it was read: the purpose of use"),
        sa.Column("actor_id", sa.Uuid(), nullable=False, comment="Who read it, by an id that stays"),
        sa.Column(
            "credential_id",
            sa.Text(),
            nullable=True,
            comment="With what they called: the API key's id or, with tokens, that of the issuer's signing key",
        ),
        sa.Column("role", sa.Text(), nullable=False, comment="Their role"),
        sa.Column("name", sa.Text(), nullable=False, comment="Their name as their key or token says it"),
        sa.Column(
            "request_id", sa.Text(), nullable=False, comment="The request, as the answer and the service's log name it"
        ),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=True,
            comment="The version of the timeline that was answered; null for a list",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=True,
            comment="The position of the log that a list reflected; null for one client",
        ),
        sa.Column("client_id", sa.Uuid(), nullable=True, comment="The client, where one was read; null for a list"),
        sa.Column(
            "clients", sa.Integer(), nullable=False, comment="Of how many clients it told: see access_record_client"
        ),
        sa.Column(
            "clients_digest",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 over the ids of these clients, in order",
        ),
        sa.Column(
            "recipient",
            sa.Text(),
            nullable=True,
            comment="The other organization to which it was disclosed; null where it stayed here",
        ),
        sa.Column(
            "allowed_by",
            sa.Uuid(),
            nullable=True,
            comment="The event that allowed it: a consent, a court order, an emergency; null where it needed none",
        ),
        sa.CheckConstraint("num_nonnulls(version, position) = 1", name="access_record_version_or_position_check"),
        sa.CheckConstraint("(client_id is null) = (version is null)", name="access_record_client_check"),
        sa.CheckConstraint("recipient is null or allowed_by is not null", name="access_record_disclosure_check"),
        sa.PrimaryKeyConstraint("organization_id", "record_id", name="access_record_pkey"),
        schema="access",
        comment="Who read about clients, what, why and when: written before the answer is given, never changed",
    )
    op.create_index(
        "access_record_actor", "access_record", ["organization_id", "actor_id", "record_id"], schema="access"
    )
    _protect("access.access_record")
    op.execute("""
create or replace function access.refuse_change() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s is append-only: %s is refused', tg_table_schema, tg_table_name, tg_op);
end
$$""")
    op.execute("revoke execute on function access.refuse_change from public")
    _append_only("access.access_record", "access")
    op.create_table(
        "access_record_client",
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="The organization whose client it is"),
        sa.Column("client_id", sa.Uuid(), nullable=False, comment="A client of whom the answer told"),
        sa.Column("record_id", sa.Uuid(), nullable=False, comment="The record of the access"),
        sa.PrimaryKeyConstraint("organization_id", "client_id", "record_id", name="access_record_client_pkey"),
        schema="access",
        comment="Of which clients a read told",
    )
    _protect("access.access_record_client")
    _append_only("access.access_record_client", "access")
    op.execute("""
create type access.new_record as (
  record_id uuid, operation text, what text, parameters jsonb, purpose text, actor_id uuid, credential_id text,
  role text, name text, request_id text, version integer, position bigint,
  recipient text, allowed_by uuid, client_ids uuid[]
)""")
    op.execute("""
create function access.keep_records(
  the_organization uuid, records access.new_record[], out moment timestamptz
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  moment := clock_timestamp();
  insert into access.access_record (
    organization_id, record_id, recorded_at, operation, what, parameters, purpose, actor_id, credential_id, role, name,
    request_id, version, position, client_id, clients, clients_digest, recipient, allowed_by)
  select the_organization, r.record_id, moment, r.operation, r.what, r.parameters, r.purpose, r.actor_id,
         r.credential_id, r.role, r.name, r.request_id, r.version, r.position,
         case when r.version is not null then r.client_ids[1] end, cardinality(r.client_ids),
         (select sha256(coalesce(string_agg(uuid_send(told.client_id), ''::bytea order by told.client_id), ''))
            from unnest(r.client_ids) told(client_id)),
         r.recipient, r.allowed_by
    from unnest(records) r;
  insert into access.access_record_client (organization_id, client_id, record_id)
  select the_organization, told.client_id, r.record_id
    from unnest(records) r cross join lateral unnest(r.client_ids) told(client_id);
end
$$""")
    _for_the_app("access.keep_records")


def _protect(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"""
        create policy organization_isolation on {table} using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute(f"grant select on {table} to care_timeline_app")


def _append_only(table: str, schema: str = "log") -> None:
    op.execute(f"""
        create trigger append_only before update or delete or truncate on {table}
        for each statement execute function {schema}.refuse_change()""")


def _for_the_app(*functions: str) -> None:
    for function in functions:
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to care_timeline_app")
