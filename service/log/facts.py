"""What the log says in clear about the entries that a decision concerns: no body is read, and no timeline."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from domain.rules import Fact, Facts, Needs
from service.bounded import Bounded
from service.database.connection import scoped
from service.gathering import Gathering
from service.log.errors import answering
from service.log.keyring import WrappedKey
from service.log.reading import BY_INDEX

MOST_AT_ONCE = 200
_KEPT_GATHERINGS = 1_000

# Every branch looks up what an array asks for by a key, one by one. `offset 0` and `limit 1` keep the planner from
# turning that into a join or a hash of the whole table, whatever it knows of their sizes (see also BY_INDEX).
_FACT = """e.client_id, null::integer as version, e.id, e.type, e.occurred_at, e.reference_fields, e.reference_ids,
       x.retracted, null::uuid as key_id, null::text as kek_id, null::bytea as wrapped_key"""
_WHETHER_RETRACTED = """left join lateral (
    select true as retracted from log.reference r
     where r.organization_id = $1 and r.target_id = e.id and r.type = 'entry_retracted' and r.client_id = e.client_id
     limit 1
  ) x on true"""
_READ = f"""
select 'client' as kind, null::uuid as about, c.client_id, h.version, null::uuid as id, null::text as type,
       null::timestamptz as occurred_at, null::text[] as reference_fields, null::uuid[] as reference_ids,
       null::boolean as retracted, k.key_id, k.kek_id, k.wrapped_key
  from unnest($2::uuid[]) as c(client_id)
  left join lateral (
    select h.version from log.timeline_head h where h.organization_id = $1 and h.client_id = c.client_id limit 1
  ) h on true
  left join lateral (
    select k.key_id, k.kek_id, k.wrapped_key from keyring.client_key k
     where k.organization_id = $1 and k.client_id = c.client_id limit 1
  ) k on true
union all
select 'entry', null, {_FACT}
  from unnest($3::uuid[]) as a(id)
  cross join lateral (select e.* from log.event e where e.organization_id = $1 and e.id = a.id limit 1) e
  {_WHETHER_RETRACTED}
union all
select 'answer', a.target_id, {_FACT}
  from unnest($4::uuid[], $5::text[]) as a(target_id, type)
  cross join lateral (
    select r.event_id from log.reference r
     where r.organization_id = $1 and r.target_id = a.target_id and r.type = a.type offset 0
  ) r
  cross join lateral (select e.* from log.event e where e.organization_id = $1 and e.id = r.event_id limit 1) e
  {_WHETHER_RETRACTED}
union all
select 'once', null, {_FACT}
  from unnest($6::uuid[], $7::text[]) as a(client_id, type)
  cross join lateral (
    select e.* from log.event e
      {_WHETHER_RETRACTED}
     where e.organization_id = $1 and e.client_id = a.client_id and e.type = a.type and x.retracted is null
     order by e.version limit 1
  ) e
  {_WHETHER_RETRACTED}"""  # noqa: S608 - columns


class Known(NamedTuple):
    """What one request asked about its client; the contents of entries are not among the facts."""

    facts: Facts
    key: WrappedKey | None
    """The client's key; None when none was made yet."""


class _Asked(NamedTuple):
    client_id: UUID
    needs: Needs


class FactReader:
    """Reads the facts for all requests that wait, organization by organization, in one statement."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._gatherings: Bounded[UUID, Gathering[_Asked, Known]] = Bounded(_KEPT_GATHERINGS)

    async def read(self, organization_id: UUID, client_id: UUID, needs: Needs) -> Known:
        """The facts about the client's entries, all as they stood at one moment. Raises StoreUnavailable."""
        gathering = self._gatherings.get(organization_id)
        if gathering is None:

            async def work(group: Sequence[_Asked]) -> list[Known]:
                return await self._read(organization_id, group)

            gathering = self._gatherings[organization_id] = Gathering(work, most=MOST_AT_ONCE)
        return await gathering.submit(_Asked(client_id, needs))

    async def _read(self, organization_id: UUID, group: Sequence[_Asked]) -> list[Known]:
        clients = list({asked.client_id for asked in group})
        ids = list({id_ for asked in group for id_ in asked.needs.ids})
        answers = list({pair for asked in group for pair in asked.needs.answers})
        once = list({(asked.client_id, kind) for asked in group for kind in asked.needs.once})
        with answering(writing=False):
            async with scoped(self._pool, organization_id, first=BY_INDEX) as connection:
                rows = await connection.fetch(_READ, organization_id, clients, ids, *_columns(answers), *_columns(once))
        found = _Found(rows)
        return [found.known(asked) for asked in group]


class _Found:
    """The rows that were read for a group, by what they are about."""

    def __init__(self, rows: Iterable[asyncpg.Record]) -> None:
        self._clients: dict[UUID, asyncpg.Record] = {}
        self._entries: dict[tuple[UUID, UUID], Fact] = {}
        self._answers: dict[tuple[UUID, UUID, str], list[Fact]] = {}
        self._once: dict[tuple[UUID, str], list[Fact]] = {}
        for row in rows:
            client_id, kind = row["client_id"], row["kind"]
            if kind == "client":
                self._clients[client_id] = row
            elif kind == "entry":
                self._entries[client_id, row["id"]] = _fact(row)
            elif kind == "answer":
                self._answers.setdefault((client_id, row["about"], row["type"]), []).append(_fact(row))
            else:
                self._once.setdefault((client_id, row["type"]), []).append(_fact(row))

    def known(self, asked: _Asked) -> Known:
        client_id, needs = asked
        row = self._clients[client_id]
        entries = {id_: self._entries.get((client_id, id_)) for id_ in needs.ids}
        facts = Facts(
            version=row["version"] or 0,
            entries={id_: fact for id_, fact in entries.items() if fact},
            answers={pair: self._answers.get((client_id, *pair), ()) for pair in needs.answers},
            once={kind: self._once.get((client_id, kind), ()) for kind in needs.once},
        )
        key = WrappedKey(client_id, row["key_id"], row["kek_id"], row["wrapped_key"]) if row["key_id"] else None
        return Known(facts, key)


def _fact(row: asyncpg.Record) -> Fact:
    references = tuple(zip(row["reference_fields"], row["reference_ids"], strict=True))
    return Fact(row["id"], row["type"], row["occurred_at"], references, retracted=row["retracted"] is True)


def _columns(pairs: Sequence[tuple[UUID, str]]) -> tuple[list[UUID], list[str]]:
    return [first for first, _ in pairs], [second for _, second in pairs]
