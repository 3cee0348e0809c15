"""Finding unusual reads: one query over access records, beside the rows of the care plan that say who was on a team.

Records are walked in the order of their ids, which rise with time, by the key of their table: a month costs what was
read in that month, however many years are kept, and what reads are recorded by has no index more to keep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from domain.policy.organization import UnusualAccessPolicy
from domain.vocabulary.unusual_access import UnusualAccessRule
from service.access.access_search import CLOCKS_APART, lowest_id
from service.care.disclosures import ACCESS_RECORDS, ACCESS_REPORT
from service.database.connection import Connection

MOST_NAMED: Final = 200
"""So many clients and records a finding names at most, the first; the access records of that person tell the others."""

_AN_HOUR: Final = timedelta(hours=1)
_MOST_MERGES: Final = 50
"""One after the other: many more than anybody has, so that no row that is wrong keeps the query going."""


class UnusualReads(NamedTuple):
    """Reads by one person on one day that are unusual by one rule: of one client, or of many within an hour."""

    rule: UnusualAccessRule
    last_record: UUID
    """The access record of the last of them."""
    actor_id: UUID
    role: str
    name: str
    day: date
    """The organization's local day."""
    first_at: datetime
    last_at: datetime
    reads: int
    clients: int
    most_in_an_hour: int | None
    """Of how many clients they read within one hour at most; None for other rules."""
    client_ids: Sequence[UUID]
    record_ids: Sequence[UUID]

    @property
    def id(self) -> UUID:
        """Which reads these are: with one more that day they are others."""
        return id_of(self.rule, self.last_record)


@dataclass(frozen=True, slots=True)
class UnusualFilter:
    """Which unusual reads."""

    since: datetime
    until: datetime
    person_id: UUID | None = None
    rule: UnusualAccessRule | None = None
    before: UUID | None = None
    """Those whose last record is earlier than this one."""


def id_of(rule: UnusualAccessRule, last_record: UUID) -> UUID:
    """The id of unusual reads, and of the event by which somebody takes note of them."""
    return uuid5(last_record, rule.value)


async def unusual_reads(
    connection: Connection,
    care_plan: str,
    organization_id: UUID,
    wanted: UnusualFilter,
    policy: UnusualAccessPolicy,
    time_zone: str,
    *,
    without: Sequence[tuple[UnusualAccessRule, UUID]] = (),
    limit: int | None,
) -> list[UnusualReads]:
    """Those with the latest records, the latest first; not those of `without`, each by its rule and last record.

    `care_plan` is the schema of the build whose rows are asked who was on a team and in care; `connection` is one of
    the organization's.
    """
    arguments = (*_arguments(organization_id, wanted, policy, time_zone), *_columns(without), limit)
    found = await connection.fetch(_page(care_plan), *arguments)
    return [UnusualReads(**{**row, "rule": UnusualAccessRule(row["rule"])}) for row in map(dict, found)]


async def count_unusual(
    connection: Connection,
    care_plan: str,
    organization_id: UUID,
    wanted: UnusualFilter,
    policy: UnusualAccessPolicy,
    time_zone: str,
    *,
    without: Sequence[tuple[UnusualAccessRule, UUID]],
) -> int:
    """How many there are."""
    arguments = (*_arguments(organization_id, wanted, policy, time_zone), *_columns(without), None)
    found: int = await connection.fetchval(f"select count(*) from ({_page(care_plan)}) each", *arguments)  # noqa: S608
    return found


def _arguments(
    organization_id: UUID, wanted: UnusualFilter, policy: UnusualAccessPolicy, time_zone: str
) -> tuple[object, ...]:
    return (
        organization_id, wanted.since, wanted.until, lowest_id(wanted.since - _AN_HOUR - CLOCKS_APART),
        lowest_id(wanted.until + CLOCKS_APART), time_zone, policy.systems, [role.value for role in policy.roles],
        policy.clients_in_an_hour, timedelta(days=policy.days_after_discharge), wanted.person_id,
        wanted.rule and wanted.rule.value, wanted.before,
    )  # fmt: skip


def _columns(without: Sequence[tuple[UnusualAccessRule, UUID]]) -> tuple[list[str], list[UUID]]:
    return [rule.value for rule, _ in without], [record for _, record in without]


@lru_cache(16)
def _page(care_plan: str) -> str:
    return _QUERY.replace("%care_plan%", f'"{care_plan}"')


_SUMMED: Final = """array_agg(r.record_id order by r.record_id desc) as ids,
         array_agg(distinct r.client_id) as client_ids, min(r.recorded_at) as first_at, max(r.recorded_at) as last_at,
         max(r.role) as role, max(r.name) as name"""

# Whoever was merged into another counts as the one with whom care goes on in the end, whose rows tell of all of them.
# Somebody is on a team by what another recorded, however late; by their own word, from when they gave it, as with an
# emergency access, which is everybody's own.
# How many clients somebody reads within an hour is swept: a read counts its client in at once, and out an hour later
# or when the same client is read again. So it costs a sort, however much somebody reads.
_QUERY: Final = f"""
with recursive merged (client_id, survivor_id, steps) as (
  select m.client_id, m.survivor_id, 1 from %care_plan%.care_plan_merged_into m where m.organization_id = $1
   union all
  select merged.client_id, m.survivor_id, merged.steps + 1
    from merged join %care_plan%.care_plan_merged_into m
      on m.organization_id = $1 and m.client_id = merged.survivor_id and merged.steps < {_MOST_MERGES}
), person as materialized (
  select distinct on (client_id) client_id, survivor_id from merged order by client_id, steps desc
), reads as materialized (
  select r.record_id, r.recorded_at, r.actor_id, r.role, r.name, r.client_id, r.what,
         coalesce(person.survivor_id, r.client_id) as of_client, (r.recorded_at at time zone $6)::date as day,
         r.role = any($8::text[]) and r.what <> all('{{{ACCESS_RECORDS},{ACCESS_REPORT}}}'::text[])
           and r.recorded_at >= $2 as belongs
    from access.access_record r
    left join person on person.client_id = r.client_id
   where r.organization_id = $1 and r.record_id >= $4 and r.record_id < $5
     and r.recorded_at > $2 - interval '1 hour' and r.recorded_at < $3
     and r.client_id is not null and r.recipient is null and ($7 or r.role <> 'system')
     and ($11::uuid is null or r.actor_id = $11)
), outside as (
  select 'outside_the_team' as rule, r.actor_id, r.day, {_SUMMED}, null::integer as most_in_an_hour
    from reads r
   where r.belongs
     and exists (
       select from %care_plan%.care_plan_team_member t
        where t.organization_id = $1 and t.client_id = r.of_client and t.person_id is not null
          and t.begins_at <= r.recorded_at and (t.ends_at is null or r.recorded_at < t.ends_at)
          and (t.released_at is null or r.recorded_at < t.released_at))
     and not exists (
       select from %care_plan%.care_plan_team_member t
         join log.event said
           on said.organization_id = $1 and said.id in (t.event_id, t.correction_id)
          and (said.actor_id <> r.actor_id or said.recorded_at <= r.recorded_at)
        where t.organization_id = $1 and t.client_id = r.of_client and t.person_id = r.actor_id
          and t.begins_at <= r.recorded_at and (t.ends_at is null or r.recorded_at < t.ends_at)
          and (t.released_at is null or r.recorded_at < t.released_at))
     and not exists (
       select from %care_plan%.care_plan_emergency_access a
         join log.event said
           on said.organization_id = $1 and said.id = a.event_id and said.recorded_at <= r.recorded_at
        where a.organization_id = $1 and a.client_id = r.of_client and a.person_id = r.actor_id
          and a.opened_at <= r.recorded_at and r.recorded_at < a.ends_at)
   group by r.actor_id, r.client_id, r.day
), discharged as (
  select 'after_discharge' as rule, r.actor_id, r.day, {_SUMMED}, null::integer as most_in_an_hour
    from reads r
   where r.belongs
     and exists (
       select from %care_plan%.care_plan_episode e
        where e.organization_id = $1 and e.client_id = r.of_client and e.episode_opened_at <= r.recorded_at)
     and not exists (
       select from %care_plan%.care_plan_episode e
        where e.organization_id = $1 and e.client_id = r.of_client and e.episode_opened_at <= r.recorded_at
          and (e.episode_closed_at is null or r.recorded_at <= e.episode_closed_at + $10::interval))
     and not exists (
       select from %care_plan%.care_plan_emergency_access a
         join log.event said
           on said.organization_id = $1 and said.id = a.event_id and said.recorded_at <= r.recorded_at
        where a.organization_id = $1 and a.client_id = r.of_client and a.person_id = r.actor_id
          and a.opened_at <= r.recorded_at and r.recorded_at < a.ends_at)
   group by r.actor_id, r.client_id, r.day
), steps as (
  select r.actor_id, r.recorded_at as at, 1 as step from reads r
  union all
  select r.actor_id, least(r.recorded_at + interval '1 hour', lead(r.recorded_at) over one_client), -1
    from reads r
  window one_client as (partition by r.actor_id, r.of_client order by r.recorded_at, r.record_id)
), counted as (
  select actor_id, at, step, sum(step) over (partition by actor_id order by at, step) as clients from steps
), exceeded as (
  select actor_id, (at at time zone $6)::date as day, min(at) as first_at, max(at) as last_at,
         max(clients)::integer as most
    from counted
   where step = 1 and clients > $9 and at >= $2
   group by 1, 2
), many as (
  select 'many_clients_in_an_hour' as rule, e.actor_id, e.day, {_SUMMED}, e.most as most_in_an_hour
    from exceeded e
    join reads r on r.actor_id = e.actor_id
     and r.recorded_at > e.first_at - interval '1 hour' and r.recorded_at <= e.last_at
   group by e.actor_id, e.day, e.most
), found as (
  select * from outside union all select * from discharged union all select * from many
)
select f.rule, f.ids[1] as last_record, f.actor_id, f.role, f.name, f.day, f.first_at, f.last_at,
       cardinality(f.ids) as reads, cardinality(f.client_ids) as clients, f.most_in_an_hour,
       f.client_ids[1:{MOST_NAMED}] as client_ids, f.ids[1:{MOST_NAMED}] as record_ids
  from found f
 where ($12::text is null or f.rule = $12) and ($13::uuid is null or f.ids[1] < $13)
   and not exists (
     select from unnest($14::text[], $15::uuid[]) n(rule, record_id) where n.rule = f.rule and n.record_id = f.ids[1])
 order by f.ids[1] desc, f.rule
 limit $16"""  # noqa: S608 - names of ours
