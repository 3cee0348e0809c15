"""The aggregate: one client's timeline, and what may be recorded on it.

It keeps just what the rules ask about: which entries there are, of which type, and which refer to which.
Everything else is for the projections to say.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.entry import Draft
from domain.events.base import Event, referred
from domain.events.record import EntryCorrected, EntryRetracted
from domain.policy import Policy
from domain.refusals import Refusal, Refused

OPENING = ("client_registered", "crisis_contact_recorded")
"""A timeline begins with one of these: people also come into care through a crisis (R08)."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Nothing in a living client's record occurred before; an earlier time is a slip of the keyboard."""

RECORD_EVENTS = frozenset({"entry_corrected", "entry_retracted"})


class Timeline:
    """A client's timeline as the rules see it. Satisfies eventsourcing's MutableAggregateProtocol.

    `base` lets several drafts be checked one upon the other without touching the timeline itself.
    """

    def __init__(self, client_id: UUID, base: "Timeline | None" = None) -> None:
        self._id = client_id
        self._base = base
        self.version: int = base.version if base else 0
        self._events: dict[UUID, tuple[str, tuple[tuple[str, UUID], ...]]] = {}
        self._answers: dict[UUID, list[tuple[UUID, str]]] = {}
        self._retracted: set[UUID] = set()
        self._counts: Counter[str] = Counter()

    @property
    def id(self) -> UUID:
        """The client's id."""
        return self._id

    def note(self, entry_id: UUID, event: Event) -> None:
        """Take the event as the timeline's next entry."""
        references = tuple((field, target) for field, target, _ in referred(event))
        event_type: str = event.type
        self._events[entry_id] = (event_type, references)
        self._counts[event_type] += 1
        if isinstance(event, EntryRetracted):
            self._retract(event.entry)
        else:
            for _, target in references:
                self._answers.setdefault(target, []).append((entry_id, event_type))
        self.version += 1

    def admit(self, drafts: Sequence[Draft], now: datetime, policy: Policy) -> None:
        """Check that these drafts may be recorded, one after the other, at this moment.

        Raises Refused with every rule that any of them breaks. The timeline itself stays as it is.
        """
        joined = Timeline(self._id, base=self)
        refused: list[tuple[int, Refusal]] = []
        latest = now + timedelta(minutes=policy.recording.future_tolerance_minutes)
        for place, draft in enumerate(drafts):
            refused += [(place, refusal) for refusal in joined._refusals(draft, latest)]
            joined.note(draft.id, draft.event)
        if refused:
            raise Refused(refused)

    def holds(self, entry_id: UUID) -> bool:
        """Whether the timeline has an entry with this id."""
        return self._find(entry_id) is not None

    def answers(self, entry_id: UUID) -> frozenset[str]:
        """The types of the standing entries of care that refer to the given entry."""
        return frozenset(
            event_type
            for referrer, event_type in self._referrers(entry_id)
            if event_type not in RECORD_EVENTS and not self.retracted(referrer)
        )

    def count(self, event_type: str) -> int:
        """How many standing entries of this type there are."""
        return self._counts[event_type] + (self._base.count(event_type) if self._base else 0)

    def retracted(self, entry_id: UUID) -> bool:
        """Whether the entry was marked as entered in error."""
        return entry_id in self._retracted or bool(self._base and self._base.retracted(entry_id))

    def _referrers(self, entry_id: UUID) -> Iterator[tuple[UUID, str]]:
        yield from self._answers.get(entry_id, ())
        if self._base:
            yield from self._base._referrers(entry_id)

    def _retract(self, entry_id: UUID) -> None:
        self._retracted.add(entry_id)
        known = self._find(entry_id)
        if known:
            self._counts[known[0]] -= 1

    def _find(self, entry_id: UUID) -> tuple[str, tuple[tuple[str, UUID], ...]] | None:
        return self._events.get(entry_id) or (self._base._find(entry_id) if self._base else None)

    def _refusals(self, draft: Draft, latest: datetime) -> Iterator[Refusal]:
        event = draft.event
        if self.version == 0 and event.type not in OPENING:
            yield Refusal(
                "opens_with_registration",
                "",
                "A timeline begins with client_registered or, in a crisis, crisis_contact_recorded; record that first.",
            )
        if self.holds(draft.id):
            yield Refusal("id_is_new", "id", "This id is used twice; give every event an id of its own.")
        yield from _time_refusals(draft.occurred_at, latest)
        yield from self._reference_refusals(event)
        if isinstance(event, EntryCorrected):
            yield from self._correction_refusals(event, latest)
        if isinstance(event, EntryRetracted):
            yield from self._retraction_refusals(event)
        yield from event.refusals(self)

    def _reference_refusals(self, event: Event) -> Iterator[Refusal]:
        for field, target, mark in referred(event):
            known = self._find(target)
            if known is None:
                yield Refusal(
                    "refers_to_known_entry",
                    field,
                    "This client has no entry with that id; record it first, or look it up.",
                )
            elif mark.types and known[0] not in mark.types:
                kinds = ", ".join(sorted(mark.types))
                yield Refusal("refers_to_fitting_entry", field, f"This must be the id of an entry of type {kinds}.")
            elif self.retracted(target):
                yield Refusal(
                    "refers_to_standing_entry",
                    field,
                    "That entry was retracted; refer to one that stands, or record it anew.",
                )

    def _correction_refusals(self, event: EntryCorrected, latest: datetime) -> Iterator[Refusal]:
        known = self._find(event.entry)
        if known and known[0] in RECORD_EVENTS:
            yield Refusal(
                "corrects_an_entry_of_care",
                "entry",
                "Corrections and retractions are not corrected; correct the original entry.",
            )
        elif known and event.replacement:
            if event.replacement.type != known[0]:
                yield Refusal(
                    "correction_keeps_type",
                    "replacement.type",
                    f"The entry is of type {known[0]}; to replace it by another type, retract it and record anew.",
                )
            elif tuple((field, id_) for field, id_, _ in referred(event.replacement)) != known[1]:
                yield Refusal(
                    "correction_keeps_references",
                    "replacement",
                    "A correction cannot point to other entries; retract this entry and record it anew.",
                )
        if event.occurred_at:
            yield from _time_refusals(event.occurred_at, latest, field="event.occurred_at")

    def _retraction_refusals(self, event: EntryRetracted) -> Iterator[Refusal]:
        known = self._find(event.entry)
        if known and known[0] == "client_registered":
            yield Refusal("registration_stays", "entry", "A registration is not retracted; correct it instead.")
        if known and known[0] == "entry_retracted":
            yield Refusal("retraction_stays", "entry", "A retraction is not retracted; record the entry anew.")


def _time_refusals(occurred_at: datetime, latest: datetime, field: str = "occurred_at") -> Iterator[Refusal]:
    if occurred_at > latest:
        yield Refusal("not_in_the_future", field, "This lies in the future; record what happened once it has happened.")
    if occurred_at < EARLIEST:
        yield Refusal("not_before_1900", field, "This lies before the year 1900; check the year.")
