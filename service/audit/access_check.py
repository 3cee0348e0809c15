"""Checking what says who may read and who has read: entries, the facts that they were made of, and what was signed."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit.access_functions import FACTS
from service.audit.tree_check import Held
from service.proofs.merkle import GrowingTree, leaf_hash

_BATCH: Final = 5_000
_MOST_TOLD: Final = 20

_OF_NUMBER = f"""
select e.number, e.kind, e.subject_id, e.leaf, f.said
  from audit.access_entry e
  left join lateral (select f.said from ({FACTS.replace("ORGANIZATION", "$1")}) f
                      where f.kind = e.kind and f.subject_id = e.subject_id) f on true
 where e.organization_id = $1 and e.number > $2 and e.number <= $3
 order by e.number"""  # noqa: S608 - a text of ours
_END = "select coalesce(max(number), 0) from audit.access_entry where organization_id = $1"
_NEVER_ENTERED = f"""
select f.kind, f.subject_id from ({FACTS.replace("ORGANIZATION", "$1")}) f
 where f.kind = 'access_record'
   and f.subject_id < (select e.subject_id from audit.access_entry e
                        where e.organization_id = $1 and e.kind = 'access_record' order by e.subject_id desc limit 1)
   and not exists (select from audit.access_entry e
                    where e.organization_id = $1 and e.kind = f.kind and e.subject_id = f.subject_id)
 order by f.subject_id limit {_MOST_TOLD}"""  # noqa: S608 - a text of ours
_OTHER_CLIENTS = """
select coalesce(r.record_id, c.record_id) as record_id
  from (select record_id, clients_digest from access.access_record where organization_id = $1) r
  full join (select record_id, sha256(string_agg(uuid_send(client_id), ''::bytea order by client_id)) as digest
               from access.access_record_client where organization_id = $1 group by record_id) c
       using (record_id)
 where r.clients_digest is distinct from c.digest
 order by 1 limit 20"""
_DESTROYED_UNASKED = """
select k.client_id from keyring.client_key k
 where k.organization_id = $1 and k.destroyed_at is not null and not exists (
       select from log.event e
        where e.organization_id = $1 and e.client_id = k.client_id and e.type = 'erasure_requested')
 order by k.client_id"""

_WORDS: Final = {
    "access_record": "the access record {}",
    "api_key": "the API key {}",
    "api_key_revoked": "the revocation of the API key {}",
    "client_keys_destroyed": "the destruction of the keys of the client {}",
    "organization": "the name or time zone of the organization {}",
}


async def check_accesses(connection: PoolConnectionProxy, organization_id: UUID, held: Sequence[Held]) -> list[str]:
    """What does not fit, each in words with what to do; within a transaction that sees the organization."""
    await connection.execute("set local statement_timeout = 0")  # a year's records are read in one statement
    end = await connection.fetchval(_END, organization_id)
    found, tree = [], GrowingTree()
    sizes = {each.checkpoint.size for each in held}
    roots: dict[int, bytes] = {}
    for after in range(0, end, _BATCH):
        for row in await connection.fetch(_OF_NUMBER, organization_id, after, after + _BATCH):
            number = row["number"]
            if number != tree.size + 1:
                found.append(f"entry {tree.size + 1} of accesses is missing: restore audit.access_entry from a backup")
                return found
            what = _not_as_entered(organization_id, row)
            if what and len(found) < _MOST_TOLD:
                found.append(f"{_WORDS[row['kind']].format(row['subject_id'])}, entry {number} of accesses, {what}")
            tree.append(leaf_hash(row["leaf"]))
            if number in sizes:
                roots[number] = tree.root
    found += _not_signed(held, end, roots)
    for kind, subject_id in await connection.fetch(_NEVER_ENTERED, organization_id):
        what = "is older than others that were entered, and was never entered: it was put in later"
        found.append(f"{_WORDS[kind].format(subject_id)} {what}")
    for row in await connection.fetch(_OTHER_CLIENTS, organization_id):
        found.append(f"the access record {row[0]} is not of the clients that access.access_record_client says")
    return found


def _not_as_entered(organization_id: UUID, row: asyncpg.Record) -> str | None:
    said = row["said"]
    if said is None:
        return "is no longer there: it was taken away or undone; put it back from a backup"
    if _leaf([str(organization_id), row["kind"], str(row["subject_id"]), *said]) != row["leaf"]:
        return "was changed since: compare it with a backup, and put it back"
    return None


def _not_signed(held: Sequence[Held], end: int, roots: dict[int, bytes]) -> list[str]:
    for (_, size, root), where in sorted(held, key=lambda each: each.checkpoint.size):
        if size > end:
            return [f"there are {end} entries of accesses, and {where} is of {size}: the others were taken away"]
        if roots.get(size) != root:
            return [f"the entries of accesses are not those of which {where} was signed, of {size}: one was changed"]
    return []


def _leaf(texts: Sequence[str | None]) -> bytes:
    parts = (b"-," if each is None else b"%d:%b," % (len(each.encode()), each.encode()) for each in texts)
    return sha256(b"".join(parts)).digest()
