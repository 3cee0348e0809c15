"""What the rules ask about: the entries that stand, with the drafts decided so far upon them."""

from uuid import UUID

from domain.entry import Draft
from domain.events.base import EntryContent, Event, referred
from domain.events.record import EntryCorrected, EntryRetracted
from domain.facts import Fact, Facts
from domain.possible_moments import earliest_moment, latest_moment


class KnownSoFar:
    """What stands, with the drafts decided so far upon it: the KnownEntries that rules ask."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.deciding: Draft
        self._drafts: list[Draft] = []
        self._drafted: list[Fact] = []
        self._retracted: set[UUID] = set()
        self._brought_back: set[UUID] = set()

    def join(self, draft: Draft) -> None:
        """Take this draft to be recorded, after all before it."""
        event = draft.event
        references = tuple((name, target) for name, target, _ in referred(event))
        self._drafts.append(draft)
        self._drafted.append(Fact(draft.id, event.type, draft.occurred_at, references, retracted=False))
        if isinstance(event, EntryRetracted):
            self._retract(event.entry)

    def _retract(self, entry_id: UUID) -> None:
        self._retracted.add(entry_id)
        self._brought_back.discard(entry_id)
        if restored := self.brought_back_by(self.find(entry_id)):
            self._retracted.discard(restored.id)
            self._brought_back.add(restored.id)

    @property
    def new(self) -> bool:
        """Whether the timeline has yet to begin."""
        return self._facts.version == 0 and not self._drafts

    def find(self, entry_id: UUID) -> Fact | None:
        """That entry, whether it stands or not."""
        drafted = (fact for fact in reversed(self._drafted) if fact.id == entry_id)
        return next(drafted, None) or self._facts.entries.get(entry_id)

    def stands(self, fact: Fact) -> bool:
        """Whether it counts: it was not retracted, or that was taken back."""
        if fact.id in self._brought_back:
            return True
        return not fact.retracted and fact.id not in self._retracted

    def brought_back_by(self, retraction: Fact | None) -> Fact | None:
        """What counts again when this entry is retracted: what it retracts, if it is a retraction that does."""
        if retraction is None or retraction.type != "entry_retracted":
            return None
        return self.find(retraction.references[0][1])

    def has(self, kind: str) -> bool:
        """Whether an entry of this type stands, of which a client has one at most."""
        back = (self.find(entry_id) for entry_id in self._brought_back)
        known = (*self._facts.once.get(kind, ()), *self._drafted, *(fact for fact in back if fact))
        return any(fact.type == kind and self.stands(fact) for fact in known)

    def answered(self, entry_id: UUID, *by: str) -> bool:
        """Whether one of these types answers that entry and stands."""
        return any(self._answers(entry_id, by))

    def answered_before(self, entry_id: UUID, *by: str) -> bool:
        """Whether one did for certain before the draft that is decided upon occurred."""
        answers = [self.content_of(fact.id) for fact in self._answers(entry_id, by)]
        earliest = earliest_moment(self.deciding.occurred_at, self.deciding.precision)
        return any(latest_moment(told.occurred_at, told.precision) < earliest for told in answers if told)

    def _answers(self, entry_id: UUID, by: tuple[str, ...]) -> list[Fact]:
        """What answers that entry and stands."""
        recorded = [fact for kind in by for fact in self._facts.answers[entry_id, kind]]
        drafted = [
            fact
            for fact in self._drafted
            if fact.type in by and any(target == entry_id for _, target in fact.references)
        ]
        return list(filter(self.stands, (*recorded, *drafted)))

    def content_of(self, entry_id: UUID) -> EntryContent | None:
        """What that entry says, as corrected; None where it was retracted."""
        drafted = any(draft.id == entry_id for draft in self._drafts)
        told = None if drafted else self._facts.contents[entry_id]
        for draft in self._drafts:
            if draft.id == entry_id:
                told = EntryContent(draft.event, draft.occurred_at, draft.precision)
            elif told and draft.id not in self._retracted:
                told = _corrected(told, draft.event, entry_id)
        return told if entry_id not in self._retracted else None


class NothingKnown:
    """Known entries for what replaces another's body: it must be right in itself, and the entry stands where it is."""

    def answered(self, entry_id: UUID, *by: str) -> bool:
        return False

    def answered_before(self, entry_id: UUID, *by: str) -> bool:
        return False

    def content_of(self, entry_id: UUID) -> EntryContent | None:
        return None


def _corrected(told: EntryContent, event: Event, entry_id: UUID) -> EntryContent:
    if not isinstance(event, EntryCorrected) or event.entry != entry_id:
        return told
    return EntryContent(
        event.replacement or told.event, event.occurred_at or told.occurred_at, event.precision or told.precision
    )
