"""Comparing clients' timelines with heads that were signed of them and kept elsewhere."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.audit.tree_check import Held
from service.log.consistency import Finding
from service.proofs.client_head import ClientHead, TimelineHead

_THERE: Final = """
select wanted.client_id, last.version as last, last.position as last_position, named.position, named.leaf
  from unnest($2::uuid[], $3::bigint[]) as wanted (client_id, version)
  left join lateral (
    select e.version, e.position from log.event e
     where e.organization_id = $1 and e.client_id = wanted.client_id order by e.version desc limit 1) last on true
  left join log.event named
    on named.organization_id = $1 and named.client_id = wanted.client_id and named.version = wanted.version
"""


class HeldHead(NamedTuple):
    """A client's head that the log has to fit, and where it is from."""

    head: ClientHead
    where: str
    """Such as "the head in dana.head"."""

    @property
    def held(self) -> Held:
        """The checkpoint under which it stands."""
        return Held(self.head.checkpoint, self.where)


async def check_client_heads(
    connection: PoolConnectionProxy, organization_id: UUID, heads: Sequence[HeldHead]
) -> list[Finding]:
    """What is not there any more of that which these heads name, within a transaction.

    That the events before the one that a head names are there, and are those that were recorded, is the log's own check
    and that of the head's checkpoint.
    """
    found: list[Finding] = []
    for head, where in heads:
        clients, versions = zip(*((each.client_id, each.version) for each in head.timelines), strict=True)
        rows = await connection.fetch(_THERE, organization_id, list(clients), list(versions))
        there = {UUID(int=row["client_id"].int): row for row in rows}
        for end in head.timelines:
            found += _missing(end, there[end.client_id], where, head.size)
    return found


def _missing(end: TimelineHead, there: asyncpg.Record, where: str, size: int) -> Iterator[Finding]:
    whose = f"client {end.client_id}"
    if there["last"] is None:
        yield Finding(
            size,
            f"no event of {whose} is in the log, and {where}, signed when it had {size} events, names {end.version}:"
            " the client was taken away, or renamed; restore the latest backup there is",
        )
    elif there["last"] < end.version:
        yield Finding(
            there["last_position"],
            f"the timeline of {whose} ends here with event {there['last']}, and {where} names event {end.version}:"
            " what was recorded after it was taken away, or the timeline counted anew; restore the latest backup there"
            " is",
        )
    elif there["leaf"] is None:
        yield Finding(
            there["last_position"],
            f"the timeline of {whose}, whose last event this is, has no event {end.version}, which {where} names",
        )
    elif there["leaf"] != end.leaf:
        yield Finding(
            there["position"],
            f"event {end.version} of {whose} is not the one that {where} names: it was changed, exchanged or moved, or"
            " the timeline counted anew",
        )
