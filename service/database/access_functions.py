"""The database's half of access records: the one way in, for the records of many reads in one statement."""

NEW_RECORD_TYPE = """create type access.new_record as (
  record_id uuid, operation text, what text, parameters jsonb, purpose text, actor_id uuid, credential_id text,
  role text, name text, request_id text, version integer, position bigint,
  recipient text, allowed_by uuid, client_ids uuid[]
)"""
"""A read to be recorded, in the order of service.access.access_records; when it was recorded the function says."""

KEEP_RECORDS_FUNCTION = """create function access.keep_records(
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
$$"""
"""Records reads of one organization's clients. Raises insufficient_privilege for another organization's."""
