"""The database's half of erasing a client: the one way in which anything recorded goes away.

It goes by what stands in clear beside sealed bodies: kinds of events, who recorded them, and what they refer to. What
erases runs as the owner, and the service's role may not call it: whoever takes over a running service erases nobody. It
may ask what stands in the way, which it sees anyway. The policy's delay and retention are sealed, so whoever calls asks
them first (service/care/erasures.py).
"""

ERASED_CHANNEL = "care_timeline_erased"
"""Notifications on it carry the ids of an organization and of a client who was erased; as the function has it."""

KEEP_BUT_FOR_ERASURE_FUNCTION = """create function log.keep_but_for_erasure() returns trigger language plpgsql as $$
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
$$"""
"""Refuses every change of an event, but that its body is emptied after its client's keys were destroyed."""

SAME_PERSON_FUNCTION = """create function keyring.same_person(the_organization uuid, the_client uuid)
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
$$"""
"""The client, and all who are merged with them."""

ERASURE_HINDRANCE_FUNCTION = """create function keyring.erasure_hindrance(
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
$$"""
"""Why the client is not to be erased upon that request, in a word; null where nothing in clear stands in the way.

A hold holds the record on which it stands and those of the same person, until it is lifted or its own record is erased:
again, after an old backup, since nobody could lift it any more.
"""

ERASE_CLIENT_FUNCTION = """create function keyring.erase_client(
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
$$"""
"""Erases a client: destroys both keys, empties every body, removes what was made of them, and tells every process.

`telling` is the event client_erased, which ends the timeline, unless it does already: so whoever decided to record
something before this decides anew. Without a request the client was erased once, in a database of which this is an
older state. Returns how many bodies were emptied and rows of builds removed.

Raises object_not_in_prerequisite_state with the word of `keyring.erasure_hindrance`, serialization_failure where the
timeline has moved on, and insufficient_privilege for another organization's client.
"""
