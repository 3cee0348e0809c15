"""Checking what says who may read and who has read: entries, the facts that they were made of, and what was signed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit import tree
from service.audit.access_functions import FACTS_OF
from service.audit.log_kinds import LogKind
from service.audit.tree import Tree
from service.audit.tree_check import Held, TreeCheck
from service.proofs.access_leaf import leaf_of_texts
from service.proofs.merkle import leaf_hash
from service.proofs.tiles import TILE_WIDTH

_BATCH: Final = 32 * TILE_WIDTH
_MOST_TOLD: Final = 20
_SECONDS: Final = 3_600.0
"""So long may a statement take that reads all access records there are."""

_ENTRIES = """
select number, kind, subject_id, leaf from audit.access_entry
 where organization_id = $1 and number > $2 and number <= $3 order by number"""
_FACTS = {
    kind: f"select subject_id, said from ({facts.replace('ORGANIZATION', '$1')}) f where subject_id = any($2)"  # noqa: S608 - ours
    for kind, facts in FACTS_OF.items()
}
_NEVER_ENTERED = """
select record_id from access.access_record
 where organization_id = $1 and record_id <= audit.earliest_access($1)
except
select subject_id from audit.access_entry where organization_id = $1 and kind = 'access_record'
 order by 1 limit 20"""
_OTHER_CLIENTS = """
select coalesce(r.record_id, c.record_id) as record_id
  from (select record_id, clients_digest from access.access_record where organization_id = $1) r
  full join (select record_id, sha256(string_agg(uuid_send(client_id), ''::bytea order by client_id)) as digest
               from access.access_record_client where organization_id = $1 group by record_id) c
       using (record_id)
 where r.clients_digest is distinct from coalesce(c.digest, sha256(''::bytea))
 order by 1 limit 20"""
_WORDS: Final = {
    "access_record": "the access record {}",
    "api_key": "the API key {}",
    "api_key_revoked": "the revocation of the API key {}",
    "client_keys_destroyed": "the destruction of the keys of the client {}",
    "organization": "the name or time zone of the organization {}",
}


async def check_accesses(connection: PoolConnectionProxy, organization_id: UUID, held: Sequence[Held]) -> list[str]:
    """What does not fit, each in words with what to do; within a transaction that sees the organization."""
    await connection.execute(f"set local statement_timeout = '{_SECONDS}s'")
    of = Tree(organization_id, LogKind.ACCESSES)
    end = await tree.end(connection, of)
    found, check = [], TreeCheck(of, held)
    for after in range(0, end, _BATCH):
        entries = await connection.fetch(_ENTRIES, organization_id, after, after + _BATCH)
        facts = await _facts(connection, organization_id, entries)
        for expected, (number, kind, subject_id, leaf) in enumerate(entries, after + 1):
            if number != expected:
                found.append(f"entry {expected} of accesses is missing: restore audit.access_entry from a backup")
                return found
            what = _not_as_entered([str(organization_id), kind, str(subject_id)], facts.get((kind, subject_id)), leaf)
            if what and len(found) < _MOST_TOLD:
                found.append(f"{_WORDS.get(kind, '{}').format(subject_id)}, entry {number} of accesses, {what}")
        await check.add(connection, after, b"".join(leaf_hash(entry["leaf"]) for entry in entries))
    found += [f"entry {each.position} of accesses: {each.what}" for each in await check.finish(connection)]
    for row in await connection.fetch(_NEVER_ENTERED, organization_id, timeout=_SECONDS):
        what = "is older than others that were entered, and was never entered: it was put in later"
        found.append(f"the access record {row[0]} {what}")
    for row in await connection.fetch(_OTHER_CLIENTS, organization_id, timeout=_SECONDS):
        found.append(f"the access record {row[0]} is not of the clients that access.access_record_client says")
    return found


async def _facts(
    connection: PoolConnectionProxy, organization_id: UUID, entries: Sequence[asyncpg.Record]
) -> Mapping[tuple[str, UUID], Sequence[str | None]]:
    """What the facts say now that were entered."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for _, kind, subject_id, _ in entries:
        ids[kind].append(subject_id)
    return {
        (kind, row[0]): row[1]
        for kind, subject_ids in ids.items()
        if kind in _FACTS
        for row in await connection.fetch(_FACTS[kind], organization_id, subject_ids)
    }


def _not_as_entered(about: Sequence[str], said: Sequence[str | None] | None, leaf: bytes) -> str | None:
    if said is None:
        return "is no longer there: it was taken away or undone; put it back from a backup"
    if leaf_of_texts([*about, *said]) != leaf:
        return "was changed since: compare it with a backup, and put it back"
    return None
