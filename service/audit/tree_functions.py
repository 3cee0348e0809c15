"""The database's half of both trees: whole tiles are made of the log's own leaves, in the database, and never changed.

The service's role can ask for it and for nothing else: what it says of a hash would not be believed.
"""

GROW_TREE_FUNCTION = r"""create function audit.grow_tree(
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
$$"""
"""Makes the whole tiles that a tree of so many leaves has and that are not there, at most so many; how many it made.

`the_log` is `events` or `accesses`. Raises data_corrupted where entries are missing, or where the tree has tiles beyond
the log.
"""

KEEP_CHECKPOINT_FUNCTION = """create function audit.keep_checkpoint(
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
$$"""
"""Keeps a checkpoint; when it was kept.

Raises unique_violation where one is kept of that size under that name, and invalid_parameter_value where the log is
not that long, or one of a larger size is kept.
"""

UNSIGNED_FUNCTION = """create function audit.unsigned(the_follower text) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select h.organization_id
    from log.log_head h
    left join following.cursor c on c.organization_id = h.organization_id and c.name = the_follower
   where h.position <> coalesce(c.position, 0)
     and c.parked_at is null and (c.retry_at is null or c.retry_at <= now())
$$"""
"""The organizations whose events do not end where its last checkpoint was signed, be it longer or shorter."""

REFUSED_FUNCTION = """create function audit.refused(the_follower text) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog
as $$
  select c.organization_id from following.cursor c where c.name = the_follower and c.parked_at is not null
$$"""
"""The organizations of whose log no checkpoint is signed any more."""

LAST_CHECKPOINTS_FUNCTION = """create function audit.last_checkpoints(
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
$$"""
"""Of each organization whose log is signed, where it was last signed and the last checkpoint under the name of now.

A log's name begins with `the_beginning`, followed by a slash and the organization's id, and ends with `the_ending`.
"""
