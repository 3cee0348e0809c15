"""Which entries are kept apart from the rest of the record, and who may set them right (R27)."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from domain.entry import Draft
from domain.events.base import Event
from domain.events.catalogue import EVENT_TYPES
from domain.events.record import RECORD_TYPES, EntryCorrected, EntryRetracted
from domain.refusals import Refusal

AUTHORS_ROLE = Refusal(
    "counseling_note_by_authors_role",
    "entry",
    "A counseling note is corrected and retracted by its author's role alone; ask somebody of that role.",
)
"""Whoever does not read a note cannot tell what is wrong with it. Our choice: 42 CFR 2.11 does not speak of it."""


def kept_apart(drafts: Iterable[Draft], recorded: Container[UUID] = ()) -> set[UUID]:
    """Those of the drafts that are kept apart, by their ids: counseling notes, and what is recorded about one.

    A correction says what a note says, and the reason for taking one back may. `recorded` holds those of the entries
    that they are about which are kept apart already.
    """
    found: set[UUID] = set()
    for draft in drafts:
        about = _about(draft.event)
        if draft.event.kept_apart or (about and (about in recorded or about in found)):
            found.add(draft.id)
    return found


def may_be_kept_apart(event_type: str) -> bool:
    """Whether entries of this type can be kept apart."""
    return event_type in RECORD_TYPES or (event_type in EVENT_TYPES and EVENT_TYPES[event_type].kept_apart)


def author_refusals(drafts: Sequence[Draft], authors: Mapping[UUID, str], role: str) -> Iterator[tuple[int, Refusal]]:
    """What is refused to a role because another wrote the note, with the place of the draft.

    `authors` are the roles that recorded the entries which are kept apart, as far as the drafts are about them.
    """
    for place, draft in enumerate(drafts):
        about = _about(draft.event)
        if about and authors.get(about, role) != role:
            yield place, AUTHORS_ROLE


def role_of(recorded_by: str) -> str:
    """The role in what the record calls whoever recorded an entry, such as counselor/ana."""
    return recorded_by.partition("/")[0]


def _about(event: Event) -> UUID | None:
    return event.entry if isinstance(event, EntryCorrected | EntryRetracted) else None
