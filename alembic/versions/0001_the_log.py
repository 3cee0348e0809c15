"""The log, the clients' keys, and keys to the API."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for schema in ("log", "keyring", "access"):
        op.execute(f"create schema {schema}")
        op.execute(f"grant usage on schema {schema} to care_timeline_app")
    _organizations()
    _heads()
    _events()
    _append()
    _keys()
    _api_keys()


def downgrade() -> None:
    for schema in ("access", "keyring", "log"):
        op.execute(f"drop schema {schema} cascade")


def _organizations() -> None:
    op.execute("""
        create table log.organization (
            organization_id uuid not null,
            name text not null,
            time_zone text not null,
            created_at timestamptz not null default now(),
            constraint organization_pkey primary key (organization_id)
        )""")
    _describe(
        "log.organization",
        "A clinic or programme: the unit of isolation, of ordering, of sharding and of audit",
        organization_id="The clinic or programme",
        name="What people call it",
        time_zone="IANA name of the zone in which its days begin and end",
        created_at="When it was set up",
    )
    _protect("log.organization", "select")
    op.execute("create policy owner_lists on log.organization for select to care_timeline_owner using (true)")
    op.execute(
        "create function log.organization_ids() returns setof uuid language sql stable security definer"
        " set search_path = pg_catalog as 'select organization_id from log.organization'"
    )
    op.execute("revoke execute on function log.organization_ids from public")
    op.execute("grant execute on function log.organization_ids to care_timeline_app")


def _heads() -> None:
    op.execute("""
        create table log.log_head (
            organization_id uuid not null,
            position bigint not null default 0,
            recorded_at timestamptz not null default 'epoch',
            constraint log_head_pkey primary key (organization_id),
            constraint log_head_organization_id_fkey
                foreign key (organization_id) references log.organization (organization_id)
        ) with (fillfactor = 10)""")
    _describe(
        "log.log_head",
        "Where an organization's log ends; its row lock puts appends in order",
        organization_id="Whose log",
        position="Position of the last event; 0 when there is none",
        recorded_at="The next event is recorded later than this",
    )
    _protect("log.log_head", "select, update (position, recorded_at)")
    op.execute("""
        create table log.timeline_head (
            organization_id uuid not null,
            client_id uuid not null,
            version integer not null,
            position bigint not null,
            constraint timeline_head_pkey primary key (organization_id, client_id)
        ) with (fillfactor = 70)""")
    _describe(
        "log.timeline_head",
        "Where each client's timeline ends",
        organization_id="The organization that keeps the client's record",
        client_id="The person in care",
        version="Version of the client's last event",
        position="Position of the client's last event",
    )
    _protect("log.timeline_head", "select, insert, update (version, position)")


def _events() -> None:
    op.execute("""
        create table log.event (
            organization_id uuid not null,
            position bigint not null,
            client_id uuid not null,
            version integer not null,
            id uuid not null,
            type text not null,
            schema_version integer not null,
            occurred_at timestamptz not null,
            precision text not null,
            recorded_at timestamptz not null,
            recorded_by text not null,
            source text not null,
            correlation_id uuid,
            causation_id uuid,
            key_id uuid not null,
            body bytea not null,
            body_digest bytea not null,
            leaf bytea not null,
            constraint event_pkey primary key (organization_id, position),
            constraint event_version_key unique (organization_id, client_id, version),
            constraint event_id_key unique (organization_id, id)
        )""")
    op.execute("alter table log.event alter column body set storage external")
    _describe(
        "log.event",
        "The log: what happened to clients, sealed, never changed",
        organization_id="The organization that recorded it",
        position="Place in the organization's log: 1, 2, 3 … in commit order",
        client_id="The person in care it is about",
        version="Place in the client's timeline: 1, 2, 3 …",
        id="Its identity, and the idempotency key of recording it",
        type="What kind of event",
        schema_version="Version of that kind's body",
        occurred_at="When it happened, as the recorder says",
        precision="How exact occurred_at is: instant, day or approximate",
        recorded_at="When it was recorded, by the server's clock",
        recorded_by="Who recorded it",
        source="The system it came through",
        correlation_id="What it belongs together with",
        causation_id="The event it follows from",
        key_id="The client's data key that sealed the body",
        body="Nonce, then the JSON sealed with AES-256-GCM",
        body_digest="SHA-256 of body as stored",
        leaf="SHA-256 over position, recorded_at, the header and body_digest",
    )
    _protect("log.event", "select, insert")
    op.execute("""
create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s is append-only: %s is refused', tg_table_schema, tg_table_name, tg_op);
end
$$""")
    op.execute("""
        create trigger append_only before update or delete or truncate on log.event
        for each statement execute function log.refuse_change()""")


def _append() -> None:
    op.execute("""
        create type log.new_event as (
            client_id uuid, version integer, id uuid, type text, schema_version integer, occurred_at timestamptz,
            precision text, recorded_at timestamptz, recorded_by text, source text, correlation_id uuid,
            causation_id uuid, key_id uuid, body bytea, body_digest bytea, header bytea
        )""")
    op.execute("""
        create type log.advance as (
            client_id uuid, from_version integer, to_version integer, last_place integer
        )""")
    op.execute(r"""
create function log.append(
  the_organization uuid, advances log.advance[], events log.new_event[], out before bigint, out moment timestamptz
) language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  moved integer;
begin
  perform set_config('care_timeline.organization', the_organization::text, true);

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
  select the_organization, a.client_id, a.to_version, before + a.last_place
    from unnest(advances) a
   where a.from_version = coalesce((
           select h.version from log.timeline_head h
            where h.organization_id = the_organization and h.client_id = a.client_id), 0)
  on conflict (organization_id, client_id) do update set version = excluded.version, position = excluded.position;
  get diagnostics moved = row_count;
  if moved < cardinality(advances) then
    raise unique_violation;
  end if;

  insert into log.event (
    organization_id, position, client_id, version, id, type, schema_version, occurred_at, precision, recorded_at,
    recorded_by, source, correlation_id, causation_id, key_id, body, body_digest, leaf)
  select the_organization, before + e.place, e.client_id, e.version, e.id, e.type, e.schema_version, e.occurred_at,
         e.precision, coalesce(e.recorded_at, moment), e.recorded_by, e.source, e.correlation_id, e.causation_id,
         e.key_id, e.body, e.body_digest,
         sha256('\x00' || int8send(before + e.place)
                || int8send((extract(epoch from coalesce(e.recorded_at, moment)) * 1000000)::bigint)
                || e.header || e.body_digest)
    from unnest(events) with ordinality as e(
      client_id, version, id, type, schema_version, occurred_at, precision, recorded_at, recorded_by, source,
      correlation_id, causation_id, key_id, body, body_digest, header, place);
exception
  when unique_violation then
    before := null;
    moment := null;
end
$$""")
    op.execute("revoke execute on function log.append from public")
    op.execute("grant execute on function log.append to care_timeline_app")


def _keys() -> None:
    op.execute("""
        create table keyring.client_key (
            organization_id uuid not null,
            client_id uuid not null,
            key_id uuid not null,
            kek_id text not null,
            wrapped_key bytea,
            created_at timestamptz not null default now(),
            destroyed_at timestamptz,
            constraint client_key_pkey primary key (organization_id, client_id),
            constraint client_key_destroyed_check check ((wrapped_key is null) = (destroyed_at is not null))
        )""")
    _describe(
        "keyring.client_key",
        "Each client's data key, wrapped; left out of the log's backups",
        organization_id="The organization that keeps the client's record",
        client_id="The person in care whose record the key opens",
        key_id="The key; events name it",
        kek_id="The key-encryption key that wraps it",
        wrapped_key="The wrapped data key; null once destroyed",
        created_at="When it was made",
        destroyed_at="When it was destroyed, and the person's record with it",
    )
    _protect("keyring.client_key", "select, insert, update (kek_id, wrapped_key, destroyed_at)")


def _api_keys() -> None:
    op.execute("""
        create table access.api_key (
            organization_id uuid not null,
            key_id uuid not null,
            name text not null,
            role text not null,
            scopes text[] not null,
            secret_digest bytea not null,
            created_at timestamptz not null default now(),
            revoked_at timestamptz,
            constraint api_key_pkey primary key (organization_id, key_id)
        )""")
    _describe(
        "access.api_key",
        "Keys to the API",
        organization_id="The organization whose data it opens",
        key_id="The public part of the key",
        name="Who or what holds it",
        role="The holder's role in care",
        scopes="What it may do",
        secret_digest="Digest of the secret part",
        created_at="When it was made",
        revoked_at="When it stopped working; null while it works",
    )
    _protect("access.api_key", "select, insert, update (revoked_at)")


def _describe(table: str, meaning: str, **columns: str) -> None:
    def literal(words: str) -> str:
        return "'" + words.replace("'", "''") + "'"

    op.execute(f"comment on table {table} is {literal(meaning)}")
    for column, words in columns.items():
        op.execute(f"comment on column {table}.{column} is {literal(words)}")


def _protect(table: str, app: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"""
        create policy organization_isolation on {table} using (
            organization_id = nullif(current_setting('care_timeline.organization', true), '')::uuid
        )""")
    op.execute(f"grant {app} on {table} to care_timeline_app")
