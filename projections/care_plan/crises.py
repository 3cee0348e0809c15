"""Crises: met, followed up, resolved and reviewed (R36-R38, R42, R44)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event
from domain.events.contacts import CheckInReceived, OutreachMade, SessionHeld
from domain.events.crisis import CrisisContactRecorded, CrisisResolved
from domain.events.postvention import PostventionReviewed
from domain.instruments import CssrsAnswers, crisis_tier, triage
from domain.replacing import replace
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Crisis(Placed):
    """A crisis, open until it is resolved."""

    event_id: Annotated[UUID, KEY]
    """The entry of the crisis contact."""
    at: Annotated[datetime, Named("occurred_at")]
    """When the client was met in the crisis."""
    kinds: tuple[CrisisKind, ...]
    """What kinds of crisis it is."""
    tier: RiskTier
    """Tier of risk; unknown when it was not asked or not answered."""
    unanswered: tuple[str, ...]
    """Questions of the screener without an answer: unknown, never no."""
    overdose_danger: bool | None
    """Whether there is danger of overdose; null when not assessed."""
    noticed_by: Annotated[Role, Named("noticed_by_role")]
    """Who noticed it."""
    activated: Annotated[tuple[Role, ...], Named("activated_roles")]
    """Who was called in."""
    actions: tuple[CrisisAction, ...]
    """What was done."""
    contacts_due_at: Annotated[tuple[datetime, ...], NO_COLUMN, NOT_SHOWN]
    """By when each follow-up is to be made, in turn."""
    review_due_at: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """By when it is to be reviewed."""
    attempts: int = 0
    """How many times outreach did not reach the client, until it was resolved."""
    contacts: Annotated[tuple[Mark, ...], NO_COLUMN, NOT_SHOWN] = ()
    """Which contact met each follow-up in turn, as far as they were met before it was resolved."""
    resolved: Mark | None = None
    """The resolution of the crisis; null while it is open."""
    outcome: CrisisOutcome | None = None
    """How it passed."""
    reviewed: Mark | None = None
    """Its postvention review; null before it was held."""

    @property
    def reached(self) -> Mark | None:
        """The first contact with the client after the crisis."""
        return self.contacts[0] if self.contacts else None

    @at_a_moment
    def open(self, context: ViewContext) -> bool:
        """Whether it has not been resolved yet."""
        return self.resolved is None

    @at_a_moment
    def not_reached(self, context: ViewContext) -> bool:
        """Whether so many attempts failed that the client counts as not reached."""
        return self.attempts >= context.policy.crisis.attempts_before_not_reached and self.reached is None


@dataclass(frozen=True, slots=True)
class Crises:
    """All crises, and which of them are not resolved."""

    crises: Elements[Crisis] = Elements()
    open: tuple[UUID, ...] = ()


class Shown(Answer):
    crises: tuple[At[Crisis], ...]
    """Every crisis, in order."""


def show(state: Crises, context: ViewContext) -> Shown:
    """Every crisis."""
    return Shown(crises=all_answered(state.crises, context))


def follow_ups(crisis: Crisis) -> Iterator[Obligation]:
    """Contacts, each from where the one before was due, until it is resolved (R42); and a review (R44)."""
    opens_at, contacts = crisis.at, crisis.contacts
    for step, due_at in enumerate(crisis.contacts_due_at, start=1):
        met, released = (contacts[step - 1], None) if step <= len(contacts) else (None, crisis.resolved)
        yield Obligation(
            ObligationKind.CRISIS_CONTACT, crisis.event_id, step, opens_at, due_at, Role.COUNSELOR, met, released
        )
        opens_at = due_at
    review_due_at, owner = crisis.review_due_at, Role.SUPERVISOR
    yield Obligation(
        ObligationKind.POSTVENTION_REVIEW, crisis.event_id, 1, crisis.at, review_due_at, owner, crisis.reviewed
    )


fold = Fold(Crises())
STRAND = Strand(fold, Shown, show)
crises = fold.each(Crisis, lambda state: state.crises)
CRISIS = crises.table("care_plan_crisis")
crises.ask(follow_ups)


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(state: Crises, entry: Entry, event: CrisisContactRecorded, context: Context) -> Crises:
    """A crisis, open until it is resolved."""
    tier, known_by = crisis_tier(event.cssrs, event.overdose_danger), context.known_by(entry)
    crisis = Crisis(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        kinds=event.kinds,
        tier=tier,
        unanswered=triage(event.cssrs or CssrsAnswers()).unanswered,
        overdose_danger=event.overdose_danger,
        noticed_by=event.noticed_by,
        activated=event.activated,
        actions=event.actions,
        contacts_due_at=tuple(
            known_by + timedelta(hours=hours) for hours in context.policy.crisis.contact_within_hours
        ),
        review_due_at=context.policy.review_due_at(known_by, tier),
    )
    return Crises(state.crises.put(crisis), (*state.open, entry.id))


@fold.on(CrisisResolved)
def crisis_resolved(state: Crises, entry: Entry, event: CrisisResolved, context: Context) -> Crises:
    """The crisis has passed; the follow-ups stop."""

    def resolved(crisis: Crisis) -> Crisis:
        return replace(crisis, resolved=mark(entry), outcome=event.outcome)

    still_open = tuple(each for each in state.open if each != event.crisis)
    return Crises(state.crises.change(event.crisis, resolved), still_open)


@fold.on(PostventionReviewed)
def postvention_reviewed(state: Crises, entry: Entry, event: PostventionReviewed, context: Context) -> Crises:
    """The crisis was reviewed; what the review says is for the postvention projection."""
    reviewed = mark(entry)
    return replace(state, crises=state.crises.change(event.crisis, lambda crisis: replace(crisis, reviewed=reviewed)))


@fold.on(SessionHeld, CheckInReceived)
def contact(state: Crises, entry: Entry, event: Event, context: Context) -> Crises:
    """The client was there, or heard from."""
    return _contacted(state, entry, state.open) if state.open else state


@fold.on(OutreachMade)
def outreach_made(state: Crises, entry: Entry, event: OutreachMade, context: Context) -> Crises:
    """A contact, or one more attempt, in the crisis that it names, or else in all that are not resolved."""
    followed_up = [each for each in state.open if event.crisis in {None, each}]
    if event.reached:
        return _contacted(state, entry, followed_up)
    crises = state.crises
    for each in followed_up:
        crises = crises.change(each, lambda crisis: replace(crisis, attempts=crisis.attempts + 1))
    return replace(state, crises=crises) if followed_up else state


def _contacted(state: Crises, entry: Entry, followed_up: Iterable[UUID]) -> Crises:
    """After a contact, which meets every follow-up whose time has begun, late ones too."""
    crises = state.crises
    for each in followed_up:
        crisis = crises.get(each)
        assert crisis, "those that are open are there"
        met = _follow_ups_begun(crisis, entry.occurred_at) - len(crisis.contacts)
        if met > 0:
            crises = crises.put(replace(crisis, contacts=crisis.contacts + met * (mark(entry),)))
    return state if crises is state.crises else replace(state, crises=crises)


def _follow_ups_begun(crisis: Crisis, at: datetime) -> int:
    """How many follow-ups may be met at that moment: the first at once, each other from when the one before was due.

    At once even a little before the crisis, since a contact that names it may have been noted with a rounder time.
    """
    return 1 + sum(due_at <= at for due_at in crisis.contacts_due_at[:-1])
