"""What may be recorded: a decision over what stands about just the entries concerned.

`needs` (domain/facts.py) says what the rules of some drafts ask about, whoever keeps the record answers with `Facts`,
and `admit` decides. The decision holds as long as the timeline stays at the version of the facts.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.entry import Draft
from domain.events.base import Event, PossibleDays, RefersTo, referred
from domain.events.catalogue import EVENT_TYPES
from domain.events.record import RECORD_TYPES, EntryCorrected, EntryRetracted
from domain.facts import Fact, Facts, once_alone, once_answers
from domain.known_entries import KnownSoFar, NothingKnown
from domain.policy import Policy
from domain.possible_moments import AHEAD_OF_UTC, BEHIND_UTC, earliest_moment
from domain.refusals import Refusal, Refused
from domain.vocabulary.record import CorrectionReason

OPENING = ("client_registered", "crisis_contact_recorded")
"""A timeline begins with one of these: people also come into care through a crisis (R08)."""

UNKNOWN_ENTRY = "refers_to_known_entry"
"""The rule that refuses a reference to what is no entry of this client's."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Nothing in a living client's record occurred before; an earlier time is a slip of the keyboard."""


def admit(drafts: Sequence[Draft], facts: Facts, now: datetime, policy: Policy) -> None:
    """Check that these drafts may be recorded at this moment, one after the other, each upon those before it.

    Raises Refused with every rule that any of them breaks, and LookupError when a rule asks what its field does not
    declare.
    """
    latest = now + timedelta(minutes=policy.recording.future_tolerance_minutes)
    joined = KnownSoFar(facts)
    refused: list[tuple[int, Refusal]] = []
    for place, draft in enumerate(drafts):
        joined.deciding = draft
        refused += [(place, refusal) for refusal in _refusals(draft, joined, latest)]
        joined.join(draft)
    if refused:
        raise Refused(refused)


def refusals_of_each(drafts: Sequence[Draft], facts: Facts, now: datetime, policy: Policy) -> list[list[Refusal]]:
    """For each draft the rules that it breaks, where those that break none are recorded and the others are left out.

    So one that refers to a refused one is refused too. Raises LookupError as `admit` does.
    """
    latest = now + timedelta(minutes=policy.recording.future_tolerance_minutes)
    joined = KnownSoFar(facts)
    found = []
    for draft in drafts:
        joined.deciding = draft
        refusals = list(_refusals(draft, joined, latest))
        if not refusals:
            joined.join(draft)
        found.append(refusals)
    return found


def _refusals(draft: Draft, joined: KnownSoFar, latest: datetime) -> Iterator[Refusal]:
    event = draft.event
    if joined.new and event.type not in OPENING:
        yield Refusal(
            "opens_with_registration",
            "",
            "A timeline begins with client_registered or, in a crisis, crisis_contact_recorded; record that first.",
        )
    if joined.find(draft.id):
        yield Refusal("id_is_new", "id", "This id is used twice; give every event an id of its own.")
    yield from _time_refusals(earliest_moment(draft.occurred_at, draft.precision), latest)
    for name, target, mark in referred(event):
        yield from _reference_refusals(event, name, target, mark, joined)
    if isinstance(event, EntryCorrected):
        yield from _correction_refusals(event, joined.find(event.entry), latest)
    if isinstance(event, EntryRetracted):
        yield from _retraction_refusals(event, joined)
    if event.once and joined.has(event.type):
        yield Refusal(
            f"{event.type}_once",
            "",
            f"This client has a {event.type} already; correct that entry instead of adding one.",
        )
    yield from event.refusals(joined)
    yield from _day_refusals(event, draft.occurred_at, latest)


def _reference_refusals(event: Event, name: str, target: UUID, mark: RefersTo, joined: KnownSoFar) -> Iterator[Refusal]:
    found = joined.find(target)
    if found is None:
        yield Refusal(UNKNOWN_ENTRY, name, "This client has no entry with that id; record it first, or look it up.")
    elif mark.types and found.type not in mark.types:
        kinds = ", ".join(sorted(mark.types))
        yield Refusal("refers_to_fitting_entry", name, f"This must be the id of an entry of type {kinds}.")
    elif not joined.stands(found):
        yield Refusal(
            "refers_to_standing_entry", name, "That entry was retracted; refer to one that stands, or record it anew."
        )
    if mark.once and joined.answered(target, event.type):
        yield Refusal(
            f"{event.type}_once",
            name,
            f"That entry has a {event.type} already; correct that one instead of adding one.",
        )


def _correction_refusals(event: EntryCorrected, found: Fact | None, latest: datetime) -> Iterator[Refusal]:
    if found and found.type in RECORD_TYPES:
        yield Refusal(
            "corrects_an_entry_of_care",
            "entry",
            "Corrections and retractions are not corrected; correct the original entry.",
        )
    elif found and event.replacement:
        if not _kind(found).replaceable:
            yield Refusal(
                f"{found.type}_not_replaced",
                "replacement",
                "What this entry says is not corrected; retract it and record anew what is right.",
            )
        if event.replacement.type != found.type:
            yield Refusal(
                "correction_keeps_type",
                "replacement.type",
                f"The entry is of type {found.type}; to replace it by another type, retract it and record anew.",
            )
        elif tuple((name, target) for name, target, _ in referred(event.replacement)) != found.references:
            yield Refusal(
                "correction_keeps_references",
                "replacement",
                "A correction cannot point to other entries; retract this entry and record it anew.",
            )
        for refusal in event.replacement.refusals(NothingKnown()):
            yield refusal._replace(field=f"replacement.{refusal.field}".rstrip("."))
        occurred_at = event.occurred_at or found.occurred_at
        yield from _day_refusals(event.replacement, occurred_at, latest)
    if event.occurred_at:
        earliest = earliest_moment(event.occurred_at, event.precision)
        yield from _time_refusals(earliest, latest, field_name="event.occurred_at")


def _retraction_refusals(event: EntryRetracted, joined: KnownSoFar) -> Iterator[Refusal]:
    found = joined.find(event.entry)
    if found and not _kind(found).retractable:
        yield Refusal(
            f"{found.type}_stays",
            "entry",
            "An entry of this type is not retracted; record anew what is right.",
        )
    if found and found.type == "client_registered" and event.reason is not CorrectionReason.WRONG_CLIENT:
        yield Refusal(
            "registration_stays",
            "entry",
            "A registration is retracted with the reason wrong_client alone; correct it instead.",
        )
    restored = joined.brought_back_by(found)
    if restored and restored.type == "entry_retracted":
        yield Refusal(
            "retraction_stays",
            "entry",
            "What takes a retraction back is not retracted; retract the entry of care again.",
        )
    elif restored and not _kind(restored).restorable:
        yield Refusal(
            f"{restored.type}_not_restored",
            "entry",
            "The retraction of an entry of this type is not taken back; record anew what is right.",
        )
    elif restored and not joined.stands(restored):
        yield from _bringing_back_refusals(restored, joined)


def _bringing_back_refusals(restored: Fact, joined: KnownSoFar) -> Iterator[Refusal]:
    """That another entry has come into the place of the one that would count again."""
    taken = any(map(joined.has, once_alone(restored.type))) or any(
        joined.answered(target, kind) for target, kind in once_answers(restored)
    )
    if taken:
        yield Refusal(
            f"{restored.type}_once",
            "entry",
            f"Another {restored.type} has come into its place since; retract or correct that one.",
        )


def _kind(fact: Fact) -> type[Event]:
    """The class of its event; an event of any kind where a newer release recorded it."""
    return EVENT_TYPES.get(fact.type, Event)


def _day_refusals(event: Event, occurred_at: datetime, latest: datetime) -> Iterator[Refusal]:
    """What its days break; nothing where the moment itself is refused."""
    if EARLIEST <= occurred_at <= latest + AHEAD_OF_UTC:
        earliest_day, latest_day = (occurred_at - BEHIND_UTC).date(), (occurred_at + AHEAD_OF_UTC).date()
        yield from event.refusals_by_day(PossibleDays(earliest_day, latest_day, (latest + AHEAD_OF_UTC).date()))


def _time_refusals(occurred_at: datetime, latest: datetime, field_name: str = "occurred_at") -> Iterator[Refusal]:
    if occurred_at > latest:
        yield Refusal(
            "not_in_the_future", field_name, "This lies in the future; record what happened once it has happened."
        )
    if occurred_at < EARLIEST:
        yield Refusal("not_before_1900", field_name, "This lies before the year 1900; check the year.")
