"""What the log says in clear about the entries that a decision concerns: no body is read, and no timeline."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.entry import Actor
from domain.facts import Fact, Facts, Needs
from service.database.connection import call
from service.log.errors import DatabaseUnavailable, answering
from service.log.keyring import WrappedKey
from service.runtime.batcher import Abandoned, Batcher, Groups, Waiting

MOST_AT_ONCE = 200


class Known(NamedTuple):
    """What one request asked about its client; the contents of entries are not among the facts."""

    facts: Facts
    key: WrappedKey | None
    """The client's key; None when none was made yet."""
    own_version: int
    """How far the organization's own timeline has come, where it says by which policy is decided."""
    apart: Mapping[UUID, str]
    """Those of the entries asked for that are kept apart (R27), and who recorded each."""
    merged_into: UUID | None
    """The client who is the same person, with whom care goes on; None where nobody."""


class _Asked(NamedTuple):
    client_id: UUID
    needs: Needs


class FactReader:
    """Reads the facts for all requests that wait, organization by organization, in one statement."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._batcher: Batcher[_Asked, Known] = Batcher(self._answer, most=MOST_AT_ONCE)

    async def read(self, organization_id: UUID, client_id: UUID, needs: Needs) -> Known:
        """The facts about the client's entries, all as they stood at one moment. Raises DatabaseUnavailable."""
        try:
            return await self._batcher.submit(organization_id, _Asked(client_id, needs))
        except Abandoned as error:
            raise DatabaseUnavailable(error, written=False) from error

    async def _answer(self, organization_id: UUID, groups: Groups[_Asked, Known]) -> None:
        with answering(writing=False):
            async with self._pool.acquire() as connection:
                async for group in groups:
                    await self._read(connection, organization_id, group)

    async def _read(
        self, connection: PoolConnectionProxy, organization_id: UUID, group: Sequence[Waiting[_Asked, Known]]
    ) -> None:
        asked = [waiting.item for waiting in group]
        clients = list({organization_id, *(each.client_id for each in asked)})
        ids = list({id_ for each in asked for id_ in each.needs.ids})
        answers = list({pair for each in asked for pair in each.needs.answers})
        once = list({(each.client_id, kind) for each in asked for kind in each.needs.once})
        arguments = (clients, ids, *_columns(answers), *_columns(once))
        found = _Found(organization_id, await call(connection, organization_id, "log.facts", *arguments))
        for waiting in group:
            waiting.succeed(found.known(waiting.item))


class _Found:
    """The rows that were read for a group, by what they are about."""

    def __init__(self, organization_id: UUID, rows: Iterable[asyncpg.Record]) -> None:
        self._clients: dict[UUID, asyncpg.Record] = {}
        self._entries: dict[tuple[UUID, UUID], Fact] = {}
        self._sealed: dict[tuple[UUID, UUID], tuple[UUID, str]] = {}
        self._answers: dict[tuple[UUID, UUID, str], list[Fact]] = {}
        self._once: dict[tuple[UUID, str], list[Fact]] = {}
        for row in rows:
            client_id, kind = row["client_id"], row["kind"]
            if kind == "client":
                self._clients[client_id] = row
            elif kind == "entry":
                self._entries[client_id, row["id"]] = _fact(row)
                self._sealed[client_id, row["id"]] = (row["key_id"], row["recorded_by"])
            elif kind == "answer":
                self._answers.setdefault((client_id, row["about"], row["type"]), []).append(_fact(row))
            else:
                self._once.setdefault((client_id, row["type"]), []).append(_fact(row))
        self._own_version: int = self._clients[organization_id]["version"] or 0

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
        if not row["key_id"]:
            return Known(facts, None, self._own_version, {}, row["merged_into"])
        key = WrappedKey(client_id, row["key_id"], row["kek_id"], row["wrapped_key"], row["notes_key_id"])
        sealed = {id_: self._sealed[client_id, id_] for id_ in facts.entries}
        apart = {id_: by for id_, (key_id, by) in sealed.items() if key_id == key.notes_key_id}
        return Known(facts, key, self._own_version, apart, row["merged_into"])


def _fact(row: asyncpg.Record) -> Fact:
    references = tuple(zip(row["reference_fields"], row["reference_ids"], strict=True))
    actor = Actor(row["actor_id"], row["recorded_by"])
    return Fact(row["id"], row["type"], row["occurred_at"], references, row["retracted"] is True, actor)


def _columns(pairs: Sequence[tuple[UUID, str]]) -> tuple[list[UUID], list[str]]:
    return [first for first, _ in pairs], [second for _, second in pairs]
