"""Checking an organization's record whole: its log, the tree over it, what was signed, and what stands beside it."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from multiprocessing import get_context
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from service.audit.access_check import check_accesses
from service.audit.client_head_check import HeldHead, check_client_heads
from service.audit.log_kinds import LogKind
from service.audit.signing_keys import SigningKeys
from service.audit.tree import Tree
from service.audit.tree_check import Held, TreeCheck
from service.database.connection import scoped
from service.log import verify_worker
from service.log.consistency import Finding, log_end
from service.log.errors import answering
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.log_part import Part, check_part
from service.log.store import EventStore
from service.log.verify import EVENTS_A_PART, JoinedParts
from service.proofs.checkpoints import Checkpoint, open_checkpoint
from service.proofs.notes import NoteRefused, VerifierKey

_WORTH_PROCESSES: Final = 5 * EVENTS_A_PART
"""Events of a log below which other processes take longer to begin than the check."""

_KEPT = "select size, root, note from audit.checkpoint where organization_id = $1 and origin = $2 order by size"

Progress = Callable[[int, int], None]
"""Told how many positions are done, and how many there are."""


class Verified(NamedTuple):
    """What a check of an organization's record found."""

    events: int
    """How many events were there to check."""
    findings: list[Finding]
    """What does not fit in the log, the first position first."""
    beside: list[str]
    """What does not fit beside the log: in what says who may read and who has read."""
    up_to: int
    """Up to which position the log is the one that checkpoints were signed of; 0 without a checkpoint that fits."""
    erased: int
    """How many of the events were emptied, since their clients were erased."""
    erased_clients: int
    """How many clients these are."""
    apart: int
    """Of how many counseling notes just the header is here, in the copy of an export."""

    @property
    def intact(self) -> bool:
        """Whether everything is as it was written."""
        return not self.findings and not self.beside


class Verifier:
    """Checks organizations' records, as the service's own role."""

    def __init__(
        self,
        address: str,
        pool: asyncpg.Pool,
        store: EventStore,
        keyring: Keyring,
        keks: KeyEncryptionKeys,
        signing_keys: SigningKeys,
    ) -> None:
        """`address` is where other processes find the database."""
        self._address = address
        self._pool = pool
        self._store = store
        self._keyring = keyring
        self._keks = keks
        self._signing_keys = signing_keys

    async def verify(
        self,
        organization_id: UUID,
        in_hand: Sequence[Held] = (),
        client_heads: Sequence[HeldHead] = (),
        *,
        processes: int | None = None,
        progress: Progress | None = None,
    ) -> Verified:
        """Check the log up to where it ended at the beginning, in several processes where it is long.

        `in_hand` are checkpoints of the log and of its accesses, whose signatures were checked, as were those of
        `client_heads`, which name a checkpoint each. The database's own are compared as well, and every one in hand has
        to be among them. Raises UnknownOrganization, DatabaseUnavailable.
        """
        origin = self._signing_keys.origin(organization_id)
        kept, forged = await self._kept(organization_id, origin)
        end = await log_end(self._store, organization_id)  # after checkpoints, which are signed meanwhile
        # By how the name ends: one that was kept may be of before the logs were given another.
        of_log = [each for each in in_hand if not each.checkpoint.origin.endswith(LogKind.ACCESSES.ending)]
        of_log += [each.held for each in client_heads]
        tree = TreeCheck(Tree(organization_id), [*of_log, *kept])
        joined = JoinedParts()
        async with aclosing(self._parts(organization_id, end, processes)) as parts:
            async for part in parts:
                joined.add(part)
                with answering(writing=False):
                    async with scoped(self._pool, organization_id) as connection:
                        await tree.add(connection, part.after, part.leaf_hashes)
                if progress is not None:
                    progress(part.up_to, end)
        log = await joined.finish(self._store, organization_id, end)
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                of_tree = await tree.finish(connection)
                of_clients = await check_client_heads(connection, organization_id, client_heads)
        found = [*log.findings, *forged, *of_tree, *of_clients, *_not_kept(of_log, kept, origin)]
        accesses = [each for each in in_hand if each not in of_log]
        beside = await self._accesses(organization_id, accesses)
        found.sort(key=lambda each: each.position)
        return Verified(log.events, found, beside, tree.fitting, log.erased, log.erased_clients, log.apart)

    async def _parts(self, organization_id: UUID, end: int, processes: int | None) -> AsyncGenerator[Part, None]:
        places = [(after, min(after + EVENTS_A_PART, end)) for after in range(0, end, EVENTS_A_PART)]
        count = processes or (os.cpu_count() or 1)
        if count == 1 or (processes is None and end < _WORTH_PROCESSES):
            for after, up_to in places:
                yield await check_part(self._store, organization_id, after, up_to, self._keyring)
            return
        with ProcessPoolExecutor(
            count, get_context("spawn"), initializer=verify_worker.begin, initargs=(self._address, self._keks)
        ) as pool:
            try:
                under_way: deque[asyncio.Future[Part]] = deque()
                for place in places:
                    under_way.append(asyncio.wrap_future(pool.submit(verify_worker.work, organization_id, *place)))
                    if len(under_way) > 2 * count:
                        yield await under_way.popleft()
                while under_way:
                    yield await under_way.popleft()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    async def _kept(self, organization_id: UUID, origin: str) -> tuple[list[Held], list[Finding]]:
        """The checkpoints that the database keeps under a name, and those that nobody signed so."""
        keys = self._signing_keys.named(origin)
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                rows = await connection.fetch(_KEPT, organization_id, origin)
        held, forged = [], []
        for size, root, note in rows:
            checkpoint = Checkpoint(origin, size, root)
            refused = _refused(note, checkpoint, keys)
            if refused is None:
                held.append(Held(checkpoint, f"the checkpoint of {size} that the database keeps"))
            else:
                forged.append(Finding(size, f"the checkpoint of {size} that the database keeps was changed: {refused}"))
        return held, forged

    async def _accesses(self, organization_id: UUID, in_hand: Sequence[Held]) -> list[str]:
        origin = self._signing_keys.origin(organization_id, LogKind.ACCESSES)
        kept, forged = await self._kept(organization_id, origin)
        found = [f"of accesses, {each.what}" for each in [*forged, *_not_kept(in_hand, kept, origin)]]
        with answering(writing=False):
            async with scoped(self._pool, organization_id) as connection:
                return found + await check_accesses(connection, organization_id, [*in_hand, *kept])


def _refused(note: str, checkpoint: Checkpoint, keys: Sequence[VerifierKey]) -> str | None:
    """Why a note is not that checkpoint, signed; without keys it is not known whether it was."""
    if not keys:
        return None
    try:
        signed = open_checkpoint(note, keys)
    except NoteRefused as error:
        return str(error).rstrip(".")
    return None if signed == checkpoint else "its row does not say what was signed"


def _not_kept(in_hand: Sequence[Held], kept: Sequence[Held], origin: str) -> list[Finding]:
    there = {each.checkpoint.size for each in kept}
    return [
        Finding(size, f"the database no longer has the checkpoint of {size}, and it is in {where}")
        for (name, size, _), where in in_hand
        if name == origin and size not in there
    ]
