"""What the events of the feed say, for callers who may read it."""

from collections.abc import Mapping, Sequence
from typing import Final, cast
from uuid import UUID

from domain.events.catalogue import AnyEvent
from domain.events.kept_apart import KeptApart
from domain.events.unreadable import Unreadable
from service.access.access_records import Access, Asked
from service.care.accesses import Accesses
from service.log.keyring import ClientErased, ClientKeys, Keyring, UnknownKey
from service.log.seal import SealBroken
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from service.log.timelines import open_or_mark
from service.runtime.sliced_work import SlicedWork
from service.subscriptions.feed_event import FeedContent, FeedEvent, WhyUntold

_RESTRICTED: Final = FeedContent(event=None, untold=WhyUntold.RESTRICTED)


class FeedContents:
    """Opens the events that the feed tells, each with its client's key. Raises DatabaseUnavailable."""

    def __init__(self, store: EventStore, keyring: Keyring, accesses: Accesses, sliced: SlicedWork) -> None:
        self._accesses = accesses
        self._store = store
        self._keyring = keyring
        self._sliced = sliced

    async def told(self, access: Access, events: Sequence[FeedEvent]) -> list[FeedEvent]:
        """The events with what they say. Counseling notes are told to nobody (R27), nor what is recorded about them.

        Here, and nowhere else, the feed reads what was recorded about clients; of those who asked that it be kept from
        the caller or the purpose, nothing. Raises NoLegalGround and AccessNotRecorded.
        """
        self._accesses.begin_with_many(access)
        if not events:
            return []
        organization_id = access.organization_id
        asked = Asked("feed", {"after": events[0].position - 1})
        clients = {event.client_id for event in events if event.client_id is not None}
        kept_back = clients - await self._accesses.may_be_told(access, clients, asked)
        stored = await self._store.events(organization_id, [event.id for event in events])
        keys = await self._keyring.keys(organization_id, {each.client_id for each in stored})

        def content(each: StoredEvent) -> tuple[UUID, FeedContent]:
            told = _RESTRICTED if each.client_id in kept_back else _content(each, keys)
            return UUID(int=each.id.int), told

        contents: Mapping[UUID, FeedContent] = dict(await self._sliced.each(stored, content))
        await self._accesses.keep(access, asked, clients - kept_back, position=events[-1].position)
        return [event.model_copy(update={"content": contents[event.id]}) for event in events]


def _content(stored: StoredEvent, keys: ClientKeys) -> FeedContent:
    if stored.client_id == stored.organization_id:
        return FeedContent(event=None, untold=WhyUntold.ORGANIZATIONS_OWN)
    try:
        event = open_or_mark(stored, keys.of(stored.client_id)).event
    except ClientErased:
        return FeedContent(event=None, untold=WhyUntold.CLIENT_ERASED)
    except (UnknownKey, SealBroken):
        return FeedContent(event=None, untold=WhyUntold.KEY_UNUSABLE)
    if isinstance(event, KeptApart):
        return FeedContent(event=None, untold=WhyUntold.KEPT_APART)
    if isinstance(event, Unreadable):
        return FeedContent(event=None, untold=WhyUntold(event.why.value))
    # It was validated when it was decoded.
    return FeedContent.model_construct(event=cast("AnyEvent", event), untold=None)
