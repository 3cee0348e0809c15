"""Importing history: events of many clients, each judged by the rules of recording, written many at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from domain.entry import Draft
from service.access.caller import Caller
from service.care.outcomes import Outcome
from service.care.recorder import Recorder

MOST_AT_ONCE: Final = 50
"""Clients that are recorded at the same time: their appends are committed together, and few wait for a connection."""


class ImportedEvent(NamedTuple):
    """An event that another system kept, and whose it is."""

    client_id: UUID
    draft: Draft


async def record_history(
    recorder: Recorder, caller: Caller, events: Sequence[ImportedEvent]
) -> list[Outcome | Exception]:
    """Record those of the events that may be recorded, of each client in order; what became of each.

    Their ids differ. What stands in the way of recording a client at all, such as UnknownClient, ClientErased and
    DatabaseUnavailable, is told of all of that client's events; others go on. Durable when this returns.
    """
    drafts: dict[UUID, list[Draft]] = {}
    for event in events:
        drafts.setdefault(event.client_id, []).append(event.draft)
    free = asyncio.Semaphore(MOST_AT_ONCE)

    async def record(client_id: UUID, of_client: Sequence[Draft]) -> Mapping[UUID, Outcome | Exception]:
        async with free:
            try:
                outcomes = await recorder.record_each(caller, client_id, of_client)
            except Exception as error:  # noqa: BLE001 - told of each event, by whoever asked
                return dict.fromkeys((draft.id for draft in of_client), error)
        return {draft.id: outcome for draft, outcome in zip(of_client, outcomes, strict=True)}

    found: dict[UUID, Outcome | Exception] = {}
    for outcomes in await asyncio.gather(*(record(*each) for each in drafts.items())):
        found |= outcomes
    return [found[event.draft.id] for event in events]
