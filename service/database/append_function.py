"""The database's half of appending: one statement, so that a group costs one round trip and holds its lock briefly."""

NEW_EVENT_TYPE = """create type log.new_event as (
  client_id uuid, version integer, id uuid, type text, schema_version integer, occurred_at timestamptz,
  precision text, recorded_at timestamptz, recorded_by text, source text, correlation_id uuid, causation_id uuid,
  key_id uuid, body bytea, body_digest bytea, header bytea
)"""
"""An event to append, in the order of service.log.sealed.SealedEvent. recorded_at is null unless imported."""

ADVANCE_TYPE = """create type log.advance as (
  client_id uuid, from_version integer, to_version integer, last_place integer
)"""
"""How far one client's timeline moves: from the version it has to its last new one, at that place among the events."""

# The lock on log_head is taken by the first write and held until commit: positions follow the order of commits.
# Plans are generic, since planning for the arrays at hand costs more than running. So each client's head is looked
# up by its key: a join planned while the table was small would go on reading the whole organization as it grows.
APPEND_FUNCTION = r"""create function log.append(
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
$$"""
"""Appends events of one organization, or nothing.

Returns the position before the first of them and the moment of recording; nulls when a timeline has moved on or
an id is taken. Raises no_data_found for an unknown organization.
"""
