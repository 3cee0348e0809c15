"""The database's half of a fresh read: one statement, which sets itself to its organization, in place of six."""

# Stable, so that all of it is seen as of one moment. It runs as whoever calls it: the service may read all of this.
FRESH_STATE_FUNCTION = """create function log.fresh_state(
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
$$"""
"""What a client's state is made of: where the timeline and the log end, the wrapped key, the build's newest snapshot,
and the events of these types since; or just those since the version that is known already. A null version says that
there is no such client."""
