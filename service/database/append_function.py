"""The database's half of appending: one statement, so that a group costs one round trip and holds its lock briefly.

`log.append` is the only writer of events, of heads, of references and of the clients' identifiers. It runs as the
owner, whoever calls it, so that the service's role needs no right to any of them.
"""

LINKING = "identifier_linked"
"""The type of events that link an identifier."""

FREEING = ("identifier_unlinked", "entry_retracted")
"""Types of events after which an identifier is free, where what they refer to linked it; as the function has them."""

NEW_EVENT_TYPE = """create type log.new_event as (
  client_id uuid, version integer, id uuid, type text, schema_version integer, occurred_at timestamptz,
  precision text, recorded_at timestamptz, actor_id uuid, recorded_by text, on_behalf_of text, source text,
  correlation_id uuid, causation_id uuid, reference_fields text[], reference_ids uuid[], key_id uuid, body bytea,
  body_digest bytea, header bytea, identifier bytea, merged_into uuid
)"""
"""An event to append, in the order of service.log.sealed.SealedEvent. recorded_at is null unless imported."""

# The lock on log_head is taken by the first write and held until commit: positions follow the order of commits.
# Plans are generic, since planning for the array at hand costs more than running. So each client's head is looked
# up by its key: a join planned while the table was small would go on reading the whole organization as it grows.
# Heads are made of the events themselves, not of what a caller says of them; given moments can only follow the log's.
APPEND_FUNCTION = r"""create function log.append(
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
$$"""
"""Appends events of one organization, or nothing.

Returns the position before the first of them and the moment of recording; nulls when a timeline has moved on, or
an id or an identifier is taken. Events of one client must come in order of their versions: the caller sees to that.
Raises insufficient_privilege unless the transaction is set to that organization, no_data_found for an unknown one, and
invalid_parameter_value for moments of recording that do not follow the log.
"""
