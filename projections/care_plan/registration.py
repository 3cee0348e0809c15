"""Who the client is to the circle of care: as registered, where they live now, and whether they died (R61, R64)."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import ShortText
from domain.events.registration import ClientDied, ClientMoved, ClientRegistered
from domain.replacing import replace
from projections.answers import Answer, At, answered
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Client(Placed):
    """Who the client is."""

    event_id: Annotated[UUID, KEY, Named("registration_event_id")]
    """The entry that registered the client; null before registration."""
    goes_by: ShortText
    """The name by which the client is called."""
    name: ShortText
    """The name under which the client was registered."""
    pronouns: ShortText | None
    """How the client is spoken of."""
    language: Annotated[str, NO_COLUMN]
    """The client's language, as BCP 47 has it."""
    birth_date: Annotated[date | None, NO_COLUMN]
    """The client's date of birth; an identifier, so no column."""
    phone: ShortText | None
    """How the client is called by phone."""
    time_zone: str
    """The time zone in which the client's days are counted now."""
    moved: Annotated[Mark | None, Named("client_moved")] = None
    """The last move to another time zone; null where there was none."""

    @property
    def birth_year(self) -> Annotated[int | None, NOT_SHOWN]:
        """The year in which the client was born; null where it is not known."""
        return self.birth_date.year if self.birth_date else None


@dataclass(frozen=True, slots=True)
class Registration:
    """The client, once registered, and their death."""

    client: Client | None = None
    died: Mark | None = None


class Shown(Answer):
    client: At[Client] | None
    """Who the client is; null before registration."""
    died: At[Mark] | None
    """That the client died; null where nothing says so."""


def show(state: Registration, context: ViewContext) -> Shown:
    """The client."""
    return Shown(
        client=state.client and answered(state.client, context), died=state.died and answered(state.died, context)
    )


fold = Fold(Registration())
STRAND = Strand(fold, Shown, show)


@fold.on(ClientRegistered)
def client_registered(state: Registration, entry: Entry, event: ClientRegistered, context: Context) -> Registration:
    """Who the client is; where they lived before is passed."""
    client = Client(
        event_id=entry.id,
        correction_id=entry.correction_id,
        goes_by=event.preferred_name or event.name,
        name=event.name,
        pronouns=event.pronouns,
        language=event.language,
        birth_date=event.birth_date,
        phone=event.phone,
        time_zone=event.time_zone,
    )
    return replace(state, client=client)


@fold.on(ClientMoved)
def client_moved(state: Registration, entry: Entry, event: ClientMoved, context: Context) -> Registration:
    """From then on the client's days are counted in another time zone (R64)."""
    if state.client is None:
        return state
    return replace(state, client=replace(state.client, time_zone=event.time_zone, moved=mark(entry)))


@fold.on(ClientDied)
def client_died(state: Registration, entry: Entry, event: ClientDied, context: Context) -> Registration:
    """The client died (R61)."""
    return replace(state, died=mark(entry))
