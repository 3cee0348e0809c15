"""Who the client is to the circle of care."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.registration import ClientRegistered
from projections.answers import Answer, At, answered
from projections.context import Context
from projections.elements import KEY, Named, ViewContext
from projections.fold import Fold
from projections.mark import Placed
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Client(Placed):
    """Who the client is."""

    event_id: Annotated[UUID, KEY, Named("registration_event_id")]
    """The entry that registered the client; null before registration."""
    goes_by: ShortText
    """The name by which the client is called."""
    time_zone: str
    """The time zone in which the client's days are counted."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The client, once registered."""

    client: Client | None = None


class Shown(Answer):
    client: At[Client] | None
    """Who the client is; null before registration."""


def show(state: Registration, context: ViewContext) -> Shown:
    """The client."""
    return Shown(client=state.client and answered(state.client, context))


fold = Fold(Registration())
STRAND = Strand(fold, Shown, show)


@fold.on(ClientRegistered)
def client_registered(state: Registration, entry: Entry, event: ClientRegistered, context: Context) -> Registration:
    """Who the client is."""
    return Registration(
        Client(
            event_id=entry.id,
            correction_id=entry.correction_id,
            goes_by=event.preferred_name or event.name,
            time_zone=event.time_zone,
        )
    )
