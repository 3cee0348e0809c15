"""What follows a crisis and a danger of overdose: contacts, attempts, naloxone and the crisis card."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from domain.entry import Entry
from domain.policy import Policy
from domain.vocabulary import CrisisAction
from projections.care_plan.state import Crisis, Danger
from projections.mark import mark
from projections.replacing import replace

Crises = dict[UUID, Crisis]
Dangers = tuple[Danger, ...]


def contacted(crises: Crises, entry: Entry, named: UUID | None, policy: Policy) -> Crises:
    """The crises after a contact, which meets every follow-up whose time has begun, late ones too (R42).

    It follows up the crisis that it names, or else all that are not resolved.
    """
    changed = {
        id_: replace(crisis, contacts=crisis.contacts + (begun - len(crisis.contacts)) * (mark(entry),))
        for id_, crisis in _followed_up(crises, named)
        if (begun := _follow_ups_begun(crisis, entry.occurred_at, policy)) > len(crisis.contacts)
    }
    return crises | changed if changed else crises


def attempted(crises: Crises, named: UUID | None) -> Crises:
    """The crises after an outreach that did not reach the client (R42)."""
    changed = {id_: replace(crisis, attempts=crisis.attempts + 1) for id_, crisis in _followed_up(crises, named)}
    return crises | changed if changed else crises


def _followed_up(crises: Crises, named: UUID | None) -> Iterator[tuple[UUID, Crisis]]:
    for id_, crisis in crises.items():
        if crisis.resolved is None and named in {None, id_}:
            yield id_, crisis


def _follow_ups_begun(crisis: Crisis, at: datetime, policy: Policy) -> int:
    """How many follow-ups may be met at that moment: the first at once, each other from when the one before was due.

    At once even a little before the crisis, since a contact that names it may have been noted with a rounder time.
    """
    return 1 + sum(crisis.at + timedelta(hours=hours) <= at for hours in policy.crisis.contact_within_hours[:-1])


def endangered(dangers: Dangers, entry: Entry) -> Dangers:
    """One more danger of overdose."""
    return (*dangers, Danger(entry.id, entry.occurred_at))


def provided(dangers: Dangers, entry: Entry, actions: tuple[CrisisAction, ...]) -> Dangers:
    """The dangers after naloxone or a crisis card was given: each that asked for it has it now (R32)."""
    naloxone = mark(entry) if CrisisAction.NALOXONE_GIVEN in actions else None
    crisis_card = mark(entry) if CrisisAction.CRISIS_CARD_ISSUED in actions else None
    if not (naloxone or crisis_card):
        return dangers
    return tuple(
        replace(danger, naloxone=danger.naloxone or naloxone, crisis_card=danger.crisis_card or crisis_card)
        for danger in dangers
    )
