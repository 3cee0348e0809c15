"""What the database holds about keys: a client's keys are made once, and a revoked key to the API stays revoked."""

MAKE_CLIENT_KEY_FUNCTION = """create function keyring.make_client_key(
  the_organization uuid, the_client uuid, the_kek text, the_key uuid, the_wrapped_key bytea,
  the_notes_key uuid, the_wrapped_notes_key bytea,
  out key_id uuid, out kek_id text, out wrapped_key bytea, out notes_key_id uuid
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  insert into keyring.client_key as k
    (organization_id, client_id, kek_id, key_id, wrapped_key, notes_key_id, wrapped_notes_key)
  values
    (the_organization, the_client, the_kek, the_key, the_wrapped_key, the_notes_key, the_wrapped_notes_key)
  on conflict on constraint client_key_pkey do nothing;
  select k.key_id, k.kek_id, k.wrapped_key, k.notes_key_id into key_id, kek_id, wrapped_key, notes_key_id
    from keyring.client_key k
   where k.organization_id = the_organization and k.client_id = the_client;
end
$$"""
"""Makes the client's two keys unless they are there, and returns their data key; destroyed ones stay destroyed."""

KEEP_REVOKED_FUNCTION = """create function access.keep_revoked() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s: a revoked key stays revoked, and no key is taken away', tg_table_schema, tg_table_name);
end
$$"""
"""Refuses whatever it is a trigger for: events name the keys that recorded them."""

REVOKED_FOR_GOOD_TRIGGER = """create trigger revoked_for_good before update on access.api_key
  for each row when (old.revoked_at is not null) execute function access.keep_revoked()"""

NEVER_TAKEN_AWAY_TRIGGER = """create trigger never_taken_away before delete or truncate on access.api_key
  for each statement execute function access.keep_revoked()"""
