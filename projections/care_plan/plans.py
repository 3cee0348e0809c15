"""The shared plan: its versions, and the reviews that keep it fitting (R10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.base import Event, FreeText
from domain.events.intake import EpisodeClosed, IntakeCompleted
from domain.events.plan import PlanAgreed, ProgressReviewed
from domain.events.registration import ClientDied
from domain.replacing import replace
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import Progress, ReviewConclusion
from projections.answers import Answer, At, all_answered, answered
from projections.care_plan.care_under_way import ends_care, episode_after, opens_episode
from projections.care_plan.versions import Version, with_version
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, Named, ViewContext, at_a_moment
from projections.episode_of_care import UnderWay
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation, ObligationStatus
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class Plan(Version):
    """A version of the shared plan; the one that was agreed last is current."""

    event_id: Annotated[UUID, KEY, Named("plan_event_id")]
    """The entry that agreed on it; null when none was agreed."""
    version: Annotated[int, Named("plan_version")]
    """1 for the version that was recorded first, then 2, 3 …: one found late does not renumber the others."""
    agreed_at: Annotated[datetime, Named("plan_agreed_at")]
    """When it was agreed."""
    agreed_by: Annotated[tuple[Role, ...], Named("plan_agreed_by")]
    """Who agreed on it."""
    summary: FreeText
    """The plan in words."""
    because_of: Annotated[tuple[UUID, ...], Named("plan_because_of")]
    """The entries that led to this version, as it cites them: a crisis, a review, a lapse …"""
    review_due_at: Annotated[datetime | None, NO_COLUMN]
    """By when progress is to be reviewed or the plan agreed anew; null where that need not happen any more."""
    reviewed: Annotated[Mark | None, Named("plan_reviewed")] = None
    """The last review of progress upon this version; null before one."""
    ended: Annotated[Mark | None, NO_COLUMN] = None
    """What it ended with: the agreement on the next version, the end of the episode; null for the current one."""

    @at_a_moment
    def review_status(self, context: ViewContext) -> ObligationStatus | None:
        """Whether that review is open or late; null where none is due."""
        if self.review_due_at is None:
            return None
        return ObligationStatus.OPEN if context.at <= self.review_due_at else ObligationStatus.LATE


class PlanVersion(NamedTuple):
    """Every version of the shared plan that was ever agreed."""

    event_id: Annotated[UUID, KEY]
    """The entry that agreed on it."""
    correction_id: UUID | None
    """The last correction of that entry; null where there is none."""
    version: int
    """1 for the version that was recorded first, then 2, 3 …"""
    agreed_at: datetime
    """When it was agreed."""
    agreed_by: tuple[Role, ...]
    """Who agreed on it."""
    because_of: tuple[UUID, ...]
    """The entries that led to it, as it cites them."""
    ended: Mark | None
    """The next version, or the end of the episode; null for the current one."""


@dataclass(frozen=True, slots=True)
class ProgressReview(Placed):
    """A look at how it goes, by client and team together."""

    at: datetime
    """When it was held."""
    plan_event_id: UUID | None
    """The version of the plan that was current; null where there was none."""
    reviewed_by: tuple[Role, ...]
    """Who took part."""
    progress: Progress
    """How it goes."""
    conclusion: ReviewConclusion
    """What becomes of the plan."""
    what_helps: FreeText | None
    """What helps, in words."""
    what_is_hard: FreeText | None
    """What is hard, in words."""
    note: FreeText | None
    """What else was said."""


@dataclass(frozen=True, slots=True)
class Review:
    """That the plan is reviewed by a time: by looking at the progress, or by agreeing on the next version."""

    event_id: Annotated[UUID, KEY]
    """The entry from which it is counted: an agreement, or the review before."""
    opens_at: datetime
    """When that was."""
    due_at: datetime
    """By when it is to be held."""
    met: Mark | None = None
    """The review, or the agreement on the next version."""
    released: Mark | None = None
    """The end of the episode, or of the client's life."""


@dataclass(frozen=True, slots=True)
class Plans:
    """All versions and reviews, which of them is current, and since when the days until a review are counted."""

    plans: Elements[Plan] = Elements()
    current_id: UUID | None = None
    progress_reviews: Elements[ProgressReview] = Elements()
    reviews: Elements[Review] = Elements()
    waiting: UUID | None = None
    episode: UnderWay | None = None
    reviewed_since: datetime | None = None

    @property
    def current(self) -> Plan | None:
        """The version that is current."""
        return self.plans.get(self.current_id) if self.current_id else None


class Shown(Answer):
    plan: At[Plan] | None
    """The plan's current version; null before one was agreed, and after its episode of care ended."""
    earlier_plans: tuple[At[Plan], ...]
    """Versions that are not current any more, in the order in which they were agreed."""
    progress_reviews: tuple[At[ProgressReview], ...]
    """Reviews of progress, in the order in which they were held."""


def show(state: Plans, context: ViewContext) -> Shown:
    """The current version, those before it, and the reviews."""
    current = state.current
    return Shown(
        plan=current and answered(current, context),
        earlier_plans=all_answered((plan for plan in state.plans if plan is not current), context),
        progress_reviews=all_answered(state.progress_reviews, context),
    )


def versions(plan: Plan) -> Iterator[PlanVersion]:
    """A row for each version."""
    yield PlanVersion(
        plan.event_id, plan.correction_id, plan.version, plan.agreed_at, plan.agreed_by, plan.because_of, plan.ended
    )


def review_asked(review: Review) -> Iterator[Obligation]:
    """The plan is reviewed again and again (R10)."""
    yield Obligation(
        kind=ObligationKind.PLAN_REVIEW,
        because=review.event_id,
        step=1,
        opens_at=review.opens_at,
        due_at=review.due_at,
        owner=Role.COUNSELOR,
        met=review.met,
        released=review.released,
    )


fold = Fold(Plans(), version=2)
STRAND = Strand(fold, Shown, show)
VERSION = fold.each(Plan, lambda state: state.plans).parts("care_plan_version", PlanVersion, versions)
PROGRESS_REVIEW = fold.each(ProgressReview, lambda state: state.progress_reviews).table("care_plan_progress_review")
fold.each(Review, lambda state: state.reviews).ask(review_asked)


@fold.on(IntakeCompleted, EpisodeClosed, ClientDied)
def care_ended(state: Plans, entry: Entry, event: Event, context: Context) -> Plans:
    """An episode's plan ends with it (case E1), and is not to be reviewed any more; a new episode begins with a time
    of frequent reviews. A client's last plan stays to be read after their death."""
    before, after = state.episode, episode_after(state.episode, entry, event, context)
    if ends_care(before, after, event):
        state = _without_review(state, mark(entry), ended=not isinstance(event, ClientDied))
    since = entry.occurred_at if opens_episode(before, after) else state.reviewed_since
    return replace(state, episode=after, reviewed_since=since)


@fold.on(PlanAgreed)
def plan_agreed(state: Plans, entry: Entry, event: PlanAgreed, context: Context) -> Plans:
    """The next version of the plan, in place of the one before, which it reviews (R10)."""
    before, agreed = state.current, mark(entry)
    state = _reviewed(replace(state, reviewed_since=state.reviewed_since or entry.occurred_at), entry, context)
    plans = state.plans.put(replace(before, ended=agreed, review_due_at=None)) if before else state.plans
    plan = Plan(
        event_id=entry.id,
        correction_id=entry.correction_id,
        version=1,
        recorded_as=entry.position,
        agreed_at=entry.occurred_at,
        agreed_by=event.agreed_by,
        summary=event.summary,
        because_of=event.because_of,
        review_due_at=_review_due(state, entry, context),
    )
    return replace(state, plans=with_version(plans, plan), current_id=entry.id)


@fold.on(ProgressReviewed)
def progress_reviewed(state: Plans, entry: Entry, event: ProgressReviewed, context: Context) -> Plans:
    """A review of the plan that is current; the next one is counted from it."""
    held = ProgressReview(
        event_id=entry.id,
        correction_id=entry.correction_id,
        at=entry.occurred_at,
        plan_event_id=state.current_id,
        reviewed_by=event.reviewed_by,
        progress=event.progress,
        conclusion=event.conclusion,
        what_helps=event.what_helps,
        what_is_hard=event.what_is_hard,
        note=event.note,
    )
    state, plan = replace(state, progress_reviews=state.progress_reviews.put(held)), state.current
    if plan is None:
        return state
    plan = replace(plan, reviewed=mark(entry), review_due_at=_review_due(state, entry, context))
    return _reviewed(replace(state, plans=state.plans.put(plan)), entry, context)


def _reviewed(state: Plans, entry: Entry, context: Context) -> Plans:
    """The review that waits was held, and the next one waits."""
    reviews = state.reviews.change(state.waiting, lambda review: replace(review, met=mark(entry)))
    following = Review(entry.id, entry.occurred_at, _review_due(state, entry, context))
    return replace(state, reviews=reviews.put(following), waiting=entry.id)


def _without_review(state: Plans, after: Mark, *, ended: bool) -> Plans:
    """The review that waits is released; the plan ends, too, or just stays as it is."""

    def without(plan: Plan) -> Plan:
        return replace(plan, review_due_at=None, ended=after if ended else None)

    return replace(
        state,
        plans=state.plans.change(state.current_id, without),
        current_id=None if ended else state.current_id,
        reviews=state.reviews.change(state.waiting, lambda review: replace(review, released=after)),
        waiting=None,
    )


def _review_due(state: Plans, entry: Entry, context: Context) -> datetime:
    """By when a plan must be reviewed: soon in the first days since the episode began, later less often."""
    numbers, since = context.policy.plan, state.reviewed_since or entry.occurred_at
    counted_from = context.day(entry)
    at_first = (counted_from - context.day_at(since)).days < numbers.at_first_days
    days = numbers.review_every_days_at_first if at_first else numbers.review_every_days_later
    return context.end_of(counted_from + timedelta(days=days))
