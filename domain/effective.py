"""The effective timeline: what counts, in the order in which it happened, at two times."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.base import referred
from domain.events.record import EntryCorrected, EntryRetracted

# Asking for a pydantic model's class with isinstance takes several times as long as for its type.
_RECORD_EVENTS = frozenset({EntryCorrected, EntryRetracted})


class Effective(NamedTuple):
    """Effective entries in order, and the moment of the last of them (None when there are none).

    An entry recorded later that occurred at `until` or after it belongs at the end.
    """

    entries: list[Entry]
    until: datetime | None


def effective(
    entries: Iterable[Entry], *, as_of: datetime | None = None, known_at: datetime | None = None
) -> Effective:
    """What had happened by `as_of`, as far as it had been recorded by `known_at`; both inclusive.

    `entries` are one client's, in order of version. Corrected entries stand with their corrected body and
    time, under their own id; retracted ones and the record's own events are left out. The order is
    (occurred_at, version), except that nothing comes before an entry which it answers: people note the
    acceptance of a handoff with a rounder time than the request. What an entry only cites orders nothing.
    """
    known = [entry for entry in entries if known_at is None or entry.recorded_at <= known_at]
    about_entries = [entry for entry in known if type(entry.event) in _RECORD_EVENTS]
    retracted = {entry.event.entry for entry in about_entries if isinstance(entry.event, EntryRetracted)}
    corrections = _corrections(about_entries, retracted)
    moments: dict[UUID, datetime] = {}
    placed: list[tuple[datetime, int, Entry]] = []
    for entry in known:
        if type(entry.event) in _RECORD_EVENTS or entry.id in retracted:
            continue
        standing = reduce(_corrected, corrections.get(entry.id, ()), entry)
        moment = standing.occurred_at
        if standing.event.references():
            answered = (id_ for _, id_, mark in referred(standing.event) if not mark.cites)
            moment = max([moment, *(moments[id_] for id_ in answered if id_ in moments)])
        moments[entry.id] = moment
        if as_of is None or moment <= as_of:
            placed.append((moment, entry.version, standing))
    placed.sort()
    return Effective([entry for _, _, entry in placed], placed[-1][0] if placed else None)


def _corrections(about_entries: list[Entry], retracted: set[UUID]) -> dict[UUID, list[Entry]]:
    corrections: dict[UUID, list[Entry]] = {}
    for entry in about_entries:
        if isinstance(entry.event, EntryCorrected) and entry.id not in retracted:
            corrections.setdefault(entry.event.entry, []).append(entry)
    return corrections


def _corrected(entry: Entry, correction: Entry) -> Entry:
    said = correction.event
    assert isinstance(said, EntryCorrected)
    return replace(
        entry,
        event=said.replacement or entry.event,
        occurred_at=said.occurred_at or entry.occurred_at,
        precision=said.precision or entry.precision,
        corrected_by=correction.id,
    )
