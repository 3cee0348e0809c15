"""What a decision asks of the record, and what the record answers.

No timeline is loaded for it: all but the contents that a rule declares (RefersTo) stands in the record in clear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from domain.entry import Actor, Draft
from domain.events.base import EntryContent, referred
from domain.events.catalogue import EVENT_TYPES
from domain.events.disclosures import EmergencyDisclosureReviewed
from domain.events.emergency_access import EmergencyAccessReviewed
from domain.events.record import RECORD_TYPES, EntryCorrected, EntryRetracted

_REVIEWS: Final[frozenset[str]] = frozenset(
    {each.model_fields["type"].default for each in (EmergencyAccessReviewed, EmergencyDisclosureReviewed)}
)

FURTHER_ROUNDS = 3
"""So often further_needs may ask: what that is about which a retraction takes back, and what that in turn; then what
would be in its place."""


@dataclass(slots=True)
class Needs:
    """What a decision has to know of the record."""

    ids: set[UUID] = field(default_factory=set)
    """The entries that the drafts refer to, and the drafts' own ids, which have to be new."""
    answers: set[tuple[UUID, str]] = field(default_factory=set)
    """Entries that are referred to, each with a type of which answers to it are asked for."""
    dated: set[tuple[UUID, str]] = field(default_factory=set)
    """Those of them of which a rule asks when they occurred."""
    once: set[str] = field(default_factory=set)
    """Types of which a client has one that stands at most."""
    contents: set[UUID] = field(default_factory=set)
    """Entries of which a rule asks what they say."""


class Fact(NamedTuple):
    """What stands about an entry in clear. Its time is the one recorded with it, corrections are not applied."""

    id: UUID
    type: str
    occurred_at: datetime
    references: tuple[tuple[str, UUID], ...]
    """Each field that refers to an entry, and that entry's id, in the event's order."""
    retracted: bool
    actor: Actor | None = None
    """Who recorded it; None for what is being recorded."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands, at a version of one client's timeline, about the entries that a decision concerns."""

    version: int
    """The version of the timeline; 0 for a client who is new."""
    entries: Mapping[UUID, Fact]
    """Those of the ids asked for that this client has an entry for."""
    answers: Mapping[tuple[UUID, str], Sequence[Fact]]
    """For each pair asked for, the entries of that type that refer to that entry."""
    once: Mapping[str, Sequence[Fact]]
    """For each type asked for, the entries of it that stand."""
    contents: Mapping[UUID, EntryContent | None] = field(default_factory=dict)
    """For each entry asked for, what it says; None when there is none."""
    ever_named: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    """For each assignment to the team and each restriction that was asked for, whom it names or ever named."""

    def with_more(self, more: "Facts") -> "Facts":
        """With what was asked further."""
        return replace(
            self,
            entries={**self.entries, **more.entries},
            answers={**self.answers, **more.answers},
            once={**self.once, **more.once},
        )

    def of_care(self, entry_id: UUID) -> Fact | None:
        """The entry of care that this one is, or sets right, or takes back; None where that is not known."""
        found = self.entries.get(entry_id)
        while found and found.type in RECORD_TYPES:
            found = self.entries.get(found.references[0][1])
        return found

    def with_contents_for(self, asked: "Needs") -> set[UUID]:
        """The entries of which a rule asks what they say or when they occurred, as it counts now."""
        return asked.contents | {fact.id for pair in asked.dated for fact in self.answers[pair]}


def needs(drafts: Sequence[Draft]) -> Needs:
    """What has to be known in order to decide whether these drafts may be recorded."""
    found = Needs()
    for draft in drafts:
        event = draft.event
        found.ids.add(draft.id)
        if event.once:
            found.once.add(event.type)
        for _, target, mark in referred(event):
            found.ids.add(target)
            found.answers.update((target, kind) for kind in mark.asks)
            if mark.dated:
                found.dated.update((target, kind) for kind in mark.asks)
            if mark.once:
                found.answers.add((target, event.type))
            if mark.content:
                found.contents.add(target)
    return found


def further_needs(drafts: Sequence[Draft], facts: Facts) -> Needs | None:
    """What has to be known beside these facts, which answer `needs`; None when that is all.

    A retraction asks again: what that is about which it takes back and, where that is a retraction, what it brings
    back. What sets a review of an emergency right asks for what was reviewed. Types and references of entries never
    change, so it does not matter that it is asked a little later.
    """
    found = Needs()
    drafted = {draft.id for draft in drafts}
    for draft in drafts:
        if isinstance(draft.event, EntryCorrected | EntryRetracted):
            found.ids |= reviewed_emergency(facts, draft.event.entry) - facts.entries.keys() - drafted
        if not isinstance(draft.event, EntryRetracted):
            continue
        retraction = facts.entries.get(draft.event.entry)
        about = retraction
        while about and about.type in RECORD_TYPES:
            target = about.references[0][1]
            about = facts.entries.get(target)
            if about is None:
                found.ids |= {target} - drafted
        if retraction is None or retraction.type != "entry_retracted":
            continue
        restored = facts.entries.get(retraction.references[0][1])
        if restored is None:
            continue
        found.once |= once_alone(restored.type) - facts.once.keys()
        found.answers |= once_answers(restored) - facts.answers.keys()
    return found if found.ids or found.once or found.answers else None


def reviewed_emergency(facts: Facts, entry_id: UUID) -> set[UUID]:
    """The emergency access or disclosure of whose review this entry is, or sets it right; empty where it is of none."""
    found = facts.of_care(entry_id)
    return {found.references[0][1]} if found and found.type in _REVIEWS else set()


def once_alone(kind: str) -> set[str]:
    """The type, where a client has one entry of it at most."""
    return {kind} if kind in EVENT_TYPES and EVENT_TYPES[kind].once else set()


def once_answers(fact: Fact) -> set[tuple[UUID, str]]:
    """What the entry answers, where that has one answer of its type at most."""
    marks = EVENT_TYPES[fact.type].references() if fact.type in EVENT_TYPES else {}
    return {(target, fact.type) for name, target in fact.references if name in marks and marks[name].once}
