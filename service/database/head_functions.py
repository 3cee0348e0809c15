"""What else the service does with the heads of logs, each a function that runs as the owner: lock, settle, compare."""

LOCK_HEAD_FUNCTION = """create function log.lock_head(
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
$$"""
"""Keeps other appends to the log waiting until the transaction ends.

Returns the log's last moment of recording, null for an unknown organization, and the time.
"""

SETTLE_FUNCTION = """create function log.settle(the_organization uuid) returns timestamptz
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
$$"""
"""Moves the log's last moment of recording forward to now, and returns it; null for an unknown organization."""

# The owner too sees one organization at a time. While the setting is on, and only as owner, a policy shows all events.
DIFFERING_HEADS_FUNCTION = """create function log.differing_heads() returns setof uuid
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
$$"""
"""The organizations whose log_head is not where their last event is."""
