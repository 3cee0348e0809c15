"""The database's half of deciding: one statement, which sets itself to its organization, for all requests that wait."""

PARAMETERS = {
    "the_organization": "uuid",
    "the_clients": "uuid[]",
    "the_ids": "uuid[]",
    "the_targets": "uuid[]",
    "the_answer_types": "text[]",
    "the_once_clients": "uuid[]",
    "the_once_types": "text[]",
}
"""Clients and entries to look up; targets with the kinds of answers to them; clients with kinds they have once."""

# Every branch looks up what an array asks for by a key, one by one. `offset 0` and `limit 1` keep the planner from
# turning that into a join or a hash of the whole table, whatever it knows of their sizes.
_FACT = """e.client_id, null::integer, e.id, e.type, e.occurred_at, e.reference_fields,
       e.reference_ids, x.retracted, e.key_id, null::text, null::bytea, null::uuid, e.recorded_by, e.actor_id,
       null::uuid"""
_WHETHER_RETRACTED = """left join lateral (
    select true as retracted from log.reference r
     where r.organization_id = the_organization and r.target_id = e.id and r.type = 'entry_retracted'
       and r.client_id = e.client_id
       and not exists (
         select from log.reference b
          where b.organization_id = the_organization and b.target_id = r.event_id and b.type = 'entry_retracted'
       )
     limit 1
  ) x on true"""

FACTS_QUERY = f"""
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
select 'entry', null, {_FACT}
  from unnest(the_ids) as a(id)
  cross join lateral (
    select e.* from log.event e where e.organization_id = the_organization and e.id = a.id limit 1
  ) e
  {_WHETHER_RETRACTED}
union all
select 'answer', a.target_id, {_FACT}
  from unnest(the_targets, the_answer_types) as a(target_id, type)
  cross join lateral (
    select r.event_id from log.reference r
     where r.organization_id = the_organization and r.target_id = a.target_id and r.type = a.type
    offset 0
  ) r
  cross join lateral (
    select e.* from log.event e where e.organization_id = the_organization and e.id = r.event_id limit 1
  ) e
  {_WHETHER_RETRACTED}
union all
select 'once', null, {_FACT}
  from unnest(the_once_clients, the_once_types) as a(client_id, type)
  cross join lateral (
    select e.* from log.event e
      {_WHETHER_RETRACTED}
     where e.organization_id = the_organization and e.client_id = a.client_id and e.type = a.type
       and x.retracted is null
     order by e.version
     limit 1
  ) e
  {_WHETHER_RETRACTED}"""  # noqa: S608 - columns

_DECLARED = ",\n".join(f"  {name} {kind}" for name, kind in PARAMETERS.items())

# Plans are generic, since planning for the arrays at hand costs more than running; and a plan that is kept must not
# have been made for a small table, whose rows were read all. It runs as whoever calls it: row-level security holds.
FACTS_FUNCTION = f"""create function log.facts(
{_DECLARED}
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
  return query{FACTS_QUERY};
end
$$"""
"""What the log says in clear about the entries that decisions concern, and the keys of their clients."""
