"""What a crisis is: its contacts, the risk that they tell, and what it asks for (R36-R38, R42-R44)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.events.base import FreeText
from domain.instruments.cssrs import CSSRS_CODES, NOTHING_ANSWERED, CssrsAnswers
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome, RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.triggers import Trigger
from projections.collection import Elements
from projections.crisis_chains import NO_CHAINS, NO_RISK_TOLD, Chains, Risk
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, OneOf, ViewContext, at_a_moment
from projections.follow_ups import FollowUp
from projections.mark import Mark, Placed
from projections.obligations import Obligation


@dataclass(frozen=True, slots=True)
class CrisisContact(Placed):
    """A contact in a crisis; those of one crisis continue each other."""

    event_id: Annotated[UUID, KEY]
    """The entry of the contact."""
    crisis: Annotated[UUID, NOT_SHOWN]
    """The entry of the contact with which the crisis began."""
    at: Annotated[datetime, Named("occurred_at")]
    """When the client was met."""
    channel: Channel
    """How the client was met."""
    kinds: tuple[CrisisKind, ...]
    """What kinds of crisis it was then."""
    noticed_by: Annotated[Role, Named("noticed_by_role")]
    """Who noticed it."""
    activated: Annotated[tuple[Role, ...], Named("activated_roles")]
    """Who was called in."""
    triggers: tuple[Trigger, ...]
    """What came before."""
    actions: tuple[CrisisAction, ...]
    """What was done."""
    account: FreeText | None
    """What happened, in words."""


class Search(NamedTuple):
    """That contact with a client in crisis was lost, and the client is to be found."""

    lost: Mark
    """The entry that says so."""
    due_at: datetime
    """By when the client is to be found."""
    found: Mark | None = None
    """The first contact after it, or the entry that says how the crisis passed."""
    released: Mark | None = None
    """The client's death."""

    @property
    def waits(self) -> bool:
        """Whether the client is still to be found."""
        return self.found is None and self.released is None


@dataclass(frozen=True, slots=True)
class Crisis(Placed):
    """A crisis, open until it is resolved. Contacts of which one continues another are one crisis."""

    event_id: Annotated[UUID, KEY]
    """The entry of the contact with which it began."""
    at: Annotated[datetime, Named("occurred_at")]
    """When the client was first met in it."""
    noticed_by: Annotated[Role, Named("noticed_by_role")]
    """Who noticed it."""
    follow_ups: Annotated[tuple[FollowUp, ...], NO_COLUMN, NOT_SHOWN]
    """The contacts that are owed after it."""
    reviews: Annotated[tuple[FollowUp, ...], NO_COLUMN, NOT_SHOWN]
    """The reviews that are owed: one, and another for contacts after it was held."""
    review_counts_from: Annotated[datetime, NO_COLUMN, NOT_SHOWN]
    """From when the hours until the last of them count."""
    risk: Annotated[Risk, NO_COLUMN, NOT_SHOWN] = NO_RISK_TOLD
    """What all its contacts tell of risk."""
    kinds: tuple[CrisisKind, ...] = ()
    """What kinds of crisis it is."""
    tier: RiskTier = RiskTier.UNKNOWN
    """Tier of risk, the highest that an answer gives; unknown when it was not asked or not answered."""
    at_least: bool = True
    """Whether the tier is a floor: what is unanswered may hide a higher one."""
    not_excluded: Annotated[RiskTier, Named("tier_not_excluded")] = RiskTier.HIGH
    """The highest tier that cannot be excluded; due times are as for this one."""
    unanswered: tuple[Annotated[str, OneOf(tuple(CSSRS_CODES))], ...] = ()
    """Questions of the screener without an answer: unknown, never no."""
    cssrs: Annotated[CssrsAnswers, NO_COLUMN] = NOTHING_ANSWERED
    """The answers of the screener, of all its contacts together."""
    overdose_danger: bool | None = None
    """Whether there is danger of overdose; null when not assessed."""
    activated: Annotated[tuple[Role, ...], Named("activated_roles")] = ()
    """Who was called in."""
    triggers: tuple[Trigger, ...] = ()
    """What came before."""
    actions: tuple[CrisisAction, ...] = ()
    """What was done."""
    contacts: Annotated[tuple[CrisisContact, ...], NO_COLUMN] = ()
    """Every contact in it, in order."""
    attempts: int = 0
    """How many times outreach of the team did not reach the client since the last contact."""
    not_reached: bool = False
    """Whether so many attempts in a row failed that the client counts as not reached."""
    searches: Annotated[tuple[Search, ...], NO_COLUMN, NOT_SHOWN] = ()
    """Each time that contact was lost."""
    resolved: Mark | None = None
    """The resolution of the crisis; null while it is open."""
    outcome: CrisisOutcome | None = None
    """How it passed."""
    reviewed: Mark | None = None
    """The last postvention review; null before one was held."""
    ended_by_death: Annotated[Mark | None, Named("client_died")] = None
    """The client's death in it; null otherwise."""

    @property
    def reached(self) -> Mark | None:
        """The first contact of the team with the client after the crisis."""
        return next((each.met for each in self.follow_ups if each.met), None)

    @property
    def lost_contact(self) -> Mark | None:
        """The last time that contact was lost; null where it never was."""
        return self.searches[-1].lost if self.searches else None

    @property
    def escalated(self) -> bool:
        """Whether contact was lost and the client is still to be found."""
        return any(each.waits for each in self.searches)

    @property
    def contacts_recorded(self) -> int:
        """How many contacts there were in it."""
        return len(self.contacts)

    @at_a_moment
    def open(self, context: ViewContext) -> bool:
        """Whether it has not been resolved yet."""
        return self.resolved is None and self.ended_by_death is None


def asks(crisis: Crisis) -> bool:
    """Whether it is followed up: until it has passed, and for what stays owed after that."""
    in_it = crisis.resolved is None or any(each.waits for each in crisis.follow_ups)
    return in_it and crisis.ended_by_death is None


@dataclass(frozen=True, slots=True)
class Crises:
    """All crises, which contacts belong to which, and which crises still ask for contacts."""

    crises: Elements[Crisis] = Elements()
    chains: Chains = NO_CHAINS
    asking: tuple[UUID, ...] = ()


def asked_for(crisis: Crisis) -> Iterator[Obligation]:
    """Contacts, each from where the one before was due (R42); the client to be found (C3); and a review (R44)."""
    because = crisis.event_id
    for each in crisis.follow_ups:
        yield _obligation(ObligationKind.CRISIS_CONTACT, because, each, Role.COUNSELOR)
    for search in crisis.searches:
        lost, owner = search.lost, Role.SUPERVISOR
        yield Obligation(
            ObligationKind.FIND_CLIENT, lost.event_id, 1, lost.at, search.due_at, owner, search.found, search.released
        )
    for each in crisis.reviews:
        yield _obligation(ObligationKind.POSTVENTION_REVIEW, because, each, Role.SUPERVISOR)


def _obligation(kind: ObligationKind, because: UUID, each: FollowUp, owner: Role) -> Obligation:
    return Obligation(kind, because, each.step, each.opens_at, each.due_at, owner, each.met, each.released)
