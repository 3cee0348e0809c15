"""The database's half of readiness: how builds stand over all organizations, in one statement."""

STATUS_FUNCTION = """create function projection.status(
  names text[], out name text, out followed bigint, out behind bigint, out parked bigint
) returns setof record
  language plpgsql stable security definer
  set search_path = pg_catalog
as $$
begin
  for name in select b.schema_name from projection.build b where b.schema_name = any(names) order by b.number loop
    select coalesce(sum(c.position), 0), coalesce(sum(h.position - coalesce(c.position, 0)), 0)
      into followed, behind
      from log.log_head h
      left join following.cursor c on c.organization_id = h.organization_id and c.name = status.name;
    execute format('select count(*) from %I.parked where error <> ''ClientErased''', name) into parked;
    return next;
  end loop;
end
$$"""
"""For each of these builds: events followed, events not yet followed, and clients for whom it failed.

Who was erased is not one of these. Sums over all organizations, and nothing else of them.
"""
