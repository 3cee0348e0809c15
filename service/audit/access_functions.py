"""The database's half of the log of accesses: who may read, and who has read, entered in an order of its own.

What it commits to stands in other tables, as facts that are made once and do not change. A fact is a kind, the id of
what it is about, and the texts that say it. An entry's leaf is SHA-256 over the organization's id, the kind, the id and
these texts, each as its length in bytes, a colon, itself and a comma, or `-,` where there is none.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from service.access.access_search import CLOCKS_APART

FACTS_OF: Final[Mapping[str, str]] = {
    "access_record": """select 'access_record' as kind, r.record_id as subject_id, array[
         extract(epoch from r.recorded_at)::text, r.operation, r.what, r.parameters::text, r.purpose,
         r.actor_id::text, r.credential_id, r.role, r.name, r.request_id, r.version::text, r.position::text,
         r.client_id::text, r.clients::text, encode(r.clients_digest, 'hex'), r.recipient, r.allowed_by::text] as said
  from access.access_record r where r.organization_id = ORGANIZATION""",
    "api_key": """select 'api_key' as kind, k.key_id as subject_id, array[
         k.name, k.role, k.scopes::text, k.purpose, k.person_id::text, k.recipient, k.recipient_classes::text,
         extract(epoch from k.created_at)::text, extract(epoch from k.expires_at)::text] as said
  from access.api_key k where k.organization_id = ORGANIZATION""",
    "api_key_revoked": """select 'api_key_revoked' as kind, k.key_id as subject_id,
       array[extract(epoch from k.revoked_at)::text] as said
  from access.api_key k where k.organization_id = ORGANIZATION and k.revoked_at is not null""",
    "client_keys_destroyed": """select 'client_keys_destroyed' as kind, c.client_id as subject_id,
       array[c.key_id::text, c.notes_key_id::text] as said
  from keyring.client_key c where c.organization_id = ORGANIZATION and c.destroyed_at is not null""",
    "organization": """select 'organization' as kind, o.organization_id as subject_id, array[
         o.name, o.time_zone, extract(epoch from o.created_at)::text] as said
  from log.organization o where o.organization_id = ORGANIZATION""",
}
"""The facts of each kind, as they stand now; ORGANIZATION stands for the id of the organization whose they are."""

FACTS: Final = "\nunion all\n".join(FACTS_OF.values())
"""Every fact of an organization."""

LATE: Final = f"{CLOCKS_APART // timedelta(minutes=1)} minutes"
"""Ids of access records begin with the clock of the process that read. One that is so much older than the newest that
was entered came to the table by another way, and is not entered any more."""

JOINED_FUNCTION = """create function audit.joined(variadic texts text[]) returns bytea
  language sql immutable
  set search_path = pg_catalog
as $$
  select convert_to(string_agg(coalesce(octet_length(said) || ':' || said, '-') || ',', '' order by place), 'UTF8')
    from unnest(texts) with ordinality as each(said, place)
$$"""
"""Texts as the bytes that a leaf is made of."""

EARLIEST_FUNCTION = f"""create function audit.earliest_access(the_organization uuid) returns uuid
  language sql stable
  set search_path = pg_catalog
as $$
  select coalesce(max(lpad(to_hex(greatest(
           ('x' || left(replace(e.subject_id::text, '-', ''), 12))::bit(48)::bigint
           - extract(epoch from interval '{LATE}')::bigint * 1000, 0)), 12, '0') || repeat('0', 20)),
         '00000000-0000-0000-0000-000000000000')::uuid
    from (select subject_id from audit.access_entry
           where organization_id = the_organization and kind = 'access_record'
           order by subject_id desc limit 1) e
$$"""  # noqa: S608 - a text of ours
"""From which id on access records are entered."""


def _new(organization: str, earliest: str) -> str:
    """The facts of an organization that are not entered yet, as f; records from that id on."""
    facts = FACTS.replace("ORGANIZATION", organization)
    return f"""({facts}) f
     where (f.kind <> 'access_record' or f.subject_id > {earliest})
       and not exists (select from audit.access_entry e
                        where e.organization_id = {organization} and e.kind = f.kind and e.subject_id = f.subject_id)"""


ENTER_FUNCTION = f"""create function audit.enter_accesses(
  the_organization uuid, most integer, out size bigint, out entered integer
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  earliest uuid;
  fact record;
begin
  if the_organization is distinct from nullif(current_setting('care_timeline.organization', true), '')::uuid then
    raise insufficient_privilege using message = 'care_timeline.organization does not name this organization';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('audit.access_entry ' || the_organization, 0));
  select coalesce(max(e.number), 0), 0 into size, entered
    from audit.access_entry e where e.organization_id = the_organization;
  earliest := audit.earliest_access(the_organization);
  for fact in
    select f.kind, f.subject_id, f.said from {_new("the_organization", "earliest")}
     order by f.kind = 'access_record', f.kind, f.subject_id limit most
  loop
    size := size + 1;
    entered := entered + 1;
    insert into audit.access_entry (organization_id, number, kind, subject_id, leaf)
    values (the_organization, size, fact.kind, fact.subject_id, sha256(audit.joined(
      variadic array[the_organization::text, fact.kind, fact.subject_id::text] || fact.said)));
  end loop;
end
$$"""  # noqa: S608 - a text of ours
"""Enters what is new, at most so many facts; how many entries there are then, and how many are new.

Others who enter wait for the commit.
"""

LOOKS_AT_ALL: Final = "current_setting('care_timeline.looks_for_unsigned', true) = 'on'"
"""When the owner, who otherwise sees one organization at a time, sees of all what is to be entered and signed."""

UNSIGNED_ACCESSES_FUNCTION = f"""create function audit.unsigned_accesses(the_follower text) returns setof uuid
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- None of the facts calls a table "whose", which would hide this one.
  set local care_timeline.looks_for_unsigned = 'on';
  return query
  select whose.organization_id
    from log.organization whose
    left join following.cursor c on c.organization_id = whose.organization_id and c.name = the_follower
   where c.parked_at is null and (c.retry_at is null or c.retry_at <= now())
     and (coalesce(c.position, 0) <> coalesce((
            select e.number from audit.access_entry e
             where e.organization_id = whose.organization_id order by e.number desc limit 1), 0)
          or exists (select from {_new("whose.organization_id", "audit.earliest_access(whose.organization_id)")}));
  set local care_timeline.looks_for_unsigned = '';
end
$$"""  # noqa: S608 - a text of ours
"""The organizations of whom there is something to enter, or whose entries do not end where the last checkpoint was
signed, be they more or fewer."""
