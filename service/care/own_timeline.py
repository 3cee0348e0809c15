"""An organization's own timeline: what it decides for all of its clients, and what its supervisors found."""

from collections.abc import Awaitable, Callable
from typing import Final

from domain.entry import Draft, Entry
from service.access.caller import Caller
from service.care.recording_steps import ATTEMPTS
from service.log.errors import VersionConflict
from service.log.keyring import Keyring
from service.log.store import EventStore
from service.log.timelines import seal_drafts

SOURCE: Final = "care-timeline"
"""From where news comes that is recorded by the service's own commands and endpoints."""


async def append_own(
    store: EventStore, keyring: Keyring, caller: Caller, decide: Callable[[], Awaitable[Draft]]
) -> Entry:
    """Append the draft that is decided to the timeline of the caller's organization. Then it is durable.

    It is decided anew for as long as others append in between. Raises IdConflict where its id is one of the log, and
    what deciding raises.
    """
    organization_id, actor = caller.organization_id, caller.actor
    version = 0
    for _ in range(ATTEMPTS):
        version = await store.head(organization_id, organization_id)
        draft = await decide()
        key = await keyring.data_key(organization_id, organization_id)
        try:
            sealed = seal_drafts(organization_id, organization_id, version, [draft], actor, key)
            (place,) = await store.append(organization_id, sealed)
        except VersionConflict:
            continue
        return Entry(
            organization_id, version + 1, draft.id, draft.event, draft.occurred_at, draft.precision, place.recorded_at,
            actor.id, actor.name, draft.source, draft.correlation_id, draft.causation_id, place.position,
        )  # fmt: skip
    raise VersionConflict(organization_id, version, await store.head(organization_id, organization_id))
