"""The effective timeline: what counts, in the order in which it happened, at two times (R55, R56)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from typing import NamedTuple
from uuid import UUID

from domain.entry import Entry, Recorded, Revision
from domain.events.base import Event, referred
from domain.events.kept_apart import KeptApart
from domain.events.record import RECORD_TYPES, EntryCorrected, EntryRetracted
from domain.events.unreadable import Unreadable, Why
from domain.replacing import replace

# Asking for a pydantic model's class with isinstance takes several times as long as for its type.
_RECORD_EVENTS = frozenset({EntryCorrected, EntryRetracted})
_HEADERS_ALONE = frozenset({Unreadable, KeptApart})


class Effective(NamedTuple):
    """Effective entries in order, and the moment at which each stands."""

    entries: list[Entry]
    moments: list[datetime]
    """When each occurred, or the last of what it answers where that came later: the order is by these."""

    @property
    def until(self) -> datetime | None:
        """The last moment; None when there are no entries.

        An entry recorded later that occurred at that moment or after it belongs at the end.
        """
        return self.moments[-1] if self.moments else None


def effective(
    entries: Iterable[Entry],
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    former: frozenset[type[Event]] = frozenset(),
) -> Effective:
    """What had happened by `as_of`, as far as it had been recorded by `known_at`; both inclusive.

    `entries` are one person's, in order of position: one client's, or those of several clients who were merged.
    Corrected entries stand with their corrected body and time, under their own id; retracted ones and the record's own
    events are left out. The order is (occurred_at, position), except that nothing comes before an entry which it
    answers: people note the acceptance of a handoff with a rounder time than the request. What an entry only cites
    orders nothing.

    An Unreadable entry keeps its place, at the time that was recorded with it, and hides no other. What was corrected
    or retracted by one is unreadable itself: how it counts now is not known. A fold that handles such a type raises
    there rather than answer without it; folds that do not handle it are not concerned.

    What is KeptApart stands where its header says and is told to be corrected or retracted, without what it says. Only
    what is kept apart is corrected by what is: any other entry counts as unreadable then.

    Of the kinds of event in `former`, entries are there as well as they stood before each correction or retraction that
    holds, at the time that they had then; these, and what became of them, carry a `revision`.
    """
    of_care: list[Entry] = []
    about_entries: list[Entry] = []
    for entry in entries:
        if known_at is None or entry.recorded_at <= known_at:
            (about_entries if _is_about_entries(entry.event) else of_care).append(entry)
    retracted, unclear = _taken_back(about_entries)
    amendments = _amendments(about_entries, retracted)
    moments: dict[UUID, datetime] = {}
    placed: list[tuple[datetime, int, int, Entry]] = []
    for entry in of_care:
        amended = type(entry.event) in former and entry.id in amendments and entry.id not in unclear
        if amended:
            for each in _former(entry, amendments[entry.id]):
                moment = _after_answered(each, moments)
                if as_of is None or moment <= as_of:
                    placed.append((moment, entry.position, len(placed), each))
        if entry.id in retracted:
            continue
        standing = reduce(_corrected, amendments.get(entry.id, ()), entry)
        if amended:
            standing = replace(standing, revision=Revision(_recorded(amendments[entry.id][-1])))
        moment = _after_answered(standing, moments) if standing.event.references() else standing.occurred_at
        moments[entry.id] = moment
        if entry.id in unclear:
            standing = _unread(standing, unclear[entry.id])
        if as_of is None or moment <= as_of:
            placed.append((moment, entry.position, len(placed), standing))
    placed.sort()
    return Effective([each[-1] for each in placed], [each[0] for each in placed])


def _after_answered(entry: Entry, moments: dict[UUID, datetime]) -> datetime:
    """When it occurred, or the last of what it answers where that came later."""
    answered = (id_ for _, id_, mark in referred(entry.event) if not mark.cites)
    return max([entry.occurred_at, *(moments[id_] for id_ in answered if id_ in moments)])


def _is_about_entries(event: Event) -> bool:
    kind = type(event)
    return kind in _RECORD_EVENTS or (kind in _HEADERS_ALONE and event.type in RECORD_TYPES)


def _taken_back(about_entries: list[Entry]) -> tuple[set[UUID], dict[UUID, Entry]]:
    """The entries that are retracted; and those of which it is not clear how they count, each with what cannot be read.

    A retraction that was itself retracted takes nothing back. From the last to the first: what is about an entry
    comes after it. Where it is not clear how a correction or retraction counts, it is not for what that is about.
    """
    retracted: set[UUID] = set()
    unclear: dict[UUID, Entry] = {}
    for entry in reversed(about_entries):
        event = entry.event
        if entry.id in retracted:
            continue
        unread = entry if isinstance(event, Unreadable) else unclear.get(entry.id)
        if unread:
            for target in _targets(event):
                unclear.setdefault(target, unread)
        elif event.type == "entry_retracted":
            retracted.update(_targets(event))
    return retracted, unclear


def _targets(event: Event) -> tuple[UUID, ...]:
    if isinstance(event, Unreadable | KeptApart):
        return event.targets
    return tuple(target for _, target, _ in referred(event))


def _unread(entry: Entry, about: Entry) -> Entry:
    assert isinstance(about.event, Unreadable)
    return replace(entry, event=Unreadable(type=entry.event.type, why=about.event.why), correction_id=about.id)


def _amendments(about_entries: list[Entry], retracted: set[UUID]) -> dict[UUID, list[Entry]]:
    """The corrections and retractions that hold, by what they are about; what cannot be read among them is left out."""
    amendments: dict[UUID, list[Entry]] = {}
    for entry in about_entries:
        if not isinstance(entry.event, Unreadable) and entry.id not in retracted:
            for target in _targets(entry.event):
                amendments.setdefault(target, []).append(entry)
    return amendments


def _former(entry: Entry, amendments: list[Entry]) -> Iterator[Entry]:
    """The entry as it stood before each of these; after a retraction there is none to stand."""
    told_by = Recorded(entry.id, entry.position, entry.recorded_at)
    for each in amendments:
        yield replace(entry, revision=Revision(told_by, _recorded(each)))
        if each.event.type == "entry_retracted":
            return
        told_by, entry = _recorded(each), _corrected(entry, each)


def _recorded(amendment: Entry) -> Recorded:
    said = amendment.event
    reason = said.reason if isinstance(said, EntryCorrected | EntryRetracted) else None
    return Recorded(amendment.id, amendment.position, amendment.recorded_at, reason)


def _corrected(entry: Entry, correction: Entry) -> Entry:
    said = correction.event
    if said.type == "entry_retracted":
        return entry  # it is not clear how it counts, since what is about it cannot be read
    if isinstance(said, KeptApart):
        event = entry.event
        if not isinstance(event, KeptApart):
            event = Unreadable(type=event.type, why=Why.SEAL_BROKEN)
        return replace(entry, event=event, correction_id=correction.id)
    assert isinstance(said, EntryCorrected)
    return replace(
        entry,
        event=said.replacement or entry.event,
        occurred_at=said.occurred_at or entry.occurred_at,
        precision=said.precision or entry.precision,
        correction_id=correction.id,
    )
