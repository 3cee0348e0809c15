"""The shared plan: its versions, what becomes of it when an episode ends, and its reviews (R10)."""

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.plan import ProgressReviewed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import Progress, ReviewConclusion
from projections.care_plan import PLAN
from projections.care_plan.plans import PROGRESS_REVIEW, VERSION
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, intake, moment, only, plan, registered
from tests.projections.reading import plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NOW = "2026-09-01T12:00Z"
LATE = "2026-06-30T15:00Z"


@pytest.fixture
def history() -> History:
    history = History(policy=Policy().in_time_zone("America/Chicago"))
    history.add(registered("America/Chicago"), at="2026-02-01T15:00Z")
    return history


def progress(**said: object) -> ProgressReviewed:
    return ProgressReviewed.model_validate(
        {
            "reviewed_by": (Role.CLIENT, Role.COUNSELOR),
            "progress": Progress.BETTER,
            "conclusion": ReviewConclusion.PLAN_STAYS,
            **said,
        }
    )


def reviews(history: History) -> list[Obligation]:
    asked = plan_shown(history, NOW).obligations
    found = [each for each in asked if each.kind is ObligationKind.PLAN_REVIEW]
    return sorted(found, key=lambda each: each.opens_at)


# Versions


def test_g2_a_plan_found_later_does_not_renumber_the_agreements_after_it(history: History) -> None:
    first = history.add(plan(summary="First"), at=AT)
    second = history.add(plan(summary="Second"), at="2026-03-20T15:00Z")
    on_paper = history.add(plan(summary="On paper"), at="2026-03-10T15:00Z", recorded="2026-04-01T15:00Z")

    answer = plan_shown(history, NOW)
    assert answer.plan is not None
    assert (answer.plan.event_id, answer.plan.version) == (second, 2)
    assert [(each.event_id, each.version) for each in answer.earlier_plans] == [(first, 1), (on_paper, 3)]
    assert only(plan_rows(history, PLAN))["plan_version"] == 2

    fourth = history.add(plan(), at="2026-04-02T15:00Z")
    current = plan_shown(history, NOW).plan
    assert current is not None
    assert (current.event_id, current.version) == (fourth, 4)


def test_g2_a_corrected_time_renumbers_nothing(history: History) -> None:
    first = history.add(plan(), at=AT)
    second = history.add(plan(), at="2026-03-20T15:00Z")
    history.correct(first, occurred_at="2026-03-21T15:00Z", recorded="2026-03-22T15:00Z")

    answer = plan_shown(history, NOW)
    assert answer.plan is not None
    assert (answer.plan.event_id, answer.plan.version) == (first, 1), "agreed last, and still the one called the first"
    assert [(each.event_id, each.version) for each in answer.earlier_plans] == [(second, 2)]


def test_r10_every_version_shows_who_agreed_and_what_it_ended_with(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    first = history.add(plan(opened, summary="Rest", agreed_by=(Role.CLIENT, Role.PEER)), at=AT)
    second = history.add(plan(), at="2026-03-20T15:00Z")

    before = only(plan_shown(history, NOW).earlier_plans)
    assert before.ended is not None
    assert (before.event_id, before.summary, before.ended.event_id) == (first, "Rest", second)
    assert before.review_status is None
    told = {row["event_id"]: row for row in plan_rows(history, VERSION)}
    assert (told[first]["version"], told[first]["agreed_by"], told[first]["because_of"]) == (
        1,
        (Role.CLIENT, Role.PEER),
        (opened,),
    )
    assert (told[first]["ended_event_id"], told[second]["ended_event_id"]) == (second, None)


# The end of an episode


def test_e1_the_plan_of_the_last_episode_is_not_current_in_the_next(history: History) -> None:
    history.add(intake(), at="2026-03-01T15:00Z")
    first = history.add(plan(), at=AT)
    returned = history.add(intake(), at=LATE)

    answer = plan_shown(history, NOW)
    assert answer.plan is None
    before = only(answer.earlier_plans)
    assert before.ended is not None
    assert (before.event_id, before.ended.event_id) == (first, returned)
    assert only(plan_rows(history, PLAN))["plan_event_id"] is None

    history.add(plan(summary="Anew"), at="2026-07-02T15:00Z")
    current = plan_shown(history, NOW).plan
    assert current is not None
    assert (current.summary, current.version) == ("Anew", 2)


def test_e1_the_plan_of_a_closed_episode_is_not_current(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(plan(), at=AT)
    closing = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at=LATE)

    assert plan_shown(history, NOW).plan is None
    assert plan_shown(history, LATE, as_of="2026-06-29T15:00Z").plan is not None
    history.retract(closing)
    assert plan_shown(history, NOW).plan is not None


def test_e1_what_was_agreed_before_the_intake_belongs_to_the_episode_that_it_opens(history: History) -> None:
    """A crisis comes first, a plan is agreed, then the intake is completed; likewise on a return to care."""
    first = history.add(plan(), at="2026-03-01T15:00Z")
    opened = history.add(intake(), at=AT)
    current = plan_shown(history, NOW).plan
    assert current is not None
    assert current.event_id == first

    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-05-01T15:00Z")
    second = history.add(plan(), at="2026-06-01T15:00Z")
    history.add(intake(), at="2026-06-02T15:00Z")
    current = plan_shown(history, NOW).plan
    assert current is not None
    assert current.event_id == second


def test_e1_another_sitting_of_an_intake_leaves_the_plan_alone(history: History) -> None:
    history.add(intake(), at="2026-03-01T15:00Z")
    agreed = history.add(plan(), at=AT)
    history.add(intake(), at="2026-03-05T15:00Z")

    current = plan_shown(history, NOW).plan
    assert current is not None
    assert current.event_id == agreed


def test_e1_a_late_closing_of_the_episode_before_leaves_the_plan_alone(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(intake(), at="2026-04-01T15:00Z")
    agreed = history.add(plan(), at="2026-04-02T15:00Z")
    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-05-01T15:00Z")

    current = plan_shown(history, NOW).plan
    assert current is not None
    assert current.event_id == agreed


# Reviews


def test_r10_a_review_of_progress_is_the_review_of_the_plan_and_the_next_is_counted_from_it(history: History) -> None:
    agreed = history.add(plan(), at=AT)
    said = progress(
        progress=Progress.MIXED,
        conclusion=ReviewConclusion.PLAN_CHANGES,
        what_helps="Walks",
        what_is_hard="Sundays",
        note="Again in a month",
    )
    held = history.add(said, at="2026-03-30T15:00Z")

    answer = plan_shown(history, NOW)
    review = only(answer.progress_reviews)
    assert (review.event_id, review.at, review.plan_event_id) == (held, moment("2026-03-30T15:00Z"), agreed)
    assert (review.reviewed_by, review.progress, review.conclusion) == (
        (Role.CLIENT, Role.COUNSELOR),
        Progress.MIXED,
        ReviewConclusion.PLAN_CHANGES,
    )
    assert (review.what_helps, review.what_is_hard, review.note) == ("Walks", "Sundays", "Again in a month")
    row = only(plan_rows(history, PROGRESS_REVIEW))
    assert (row["event_id"], row["progress"], row["conclusion"]) == (held, "mixed", "plan_changes")

    assert answer.plan is not None
    assert answer.plan.reviewed is not None
    assert (answer.plan.reviewed.event_id, answer.plan.review_due_at) == (held, moment("2026-04-30T05:00Z"))
    first, following = reviews(history)
    assert first.met is not None
    assert (first.because, first.met.event_id, first.status) == (agreed, held, ObligationStatus.MET)
    assert (following.because, following.due_at, following.status) == (
        held,
        moment("2026-04-30T05:00Z"),
        ObligationStatus.LATE,
    )

    changed = history.add(plan(held), at="2026-04-20T15:00Z")
    met = reviews(history)[1].met
    assert met is not None
    assert met.event_id == changed, "a new version cites the review, and reviews the plan by itself"


def test_r10_a_review_without_a_plan_asks_for_none(history: History) -> None:
    history.add(progress(), at=AT)

    assert only(plan_shown(history, NOW).progress_reviews).plan_event_id is None
    assert reviews(history) == []


@pytest.mark.parametrize(("at", "status"), [("2026-03-20T15:00Z", "released"), (LATE, "missed")])
def test_r20_the_end_of_an_episode_releases_the_review_of_its_plan(history: History, at: str, status: str) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(plan(), at=AT)
    closing = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at=at)

    review = only(reviews(history))
    assert review.released is not None
    assert (review.released.event_id, review.status) == (closing, status)


def test_r61_a_death_releases_the_review_and_the_plan_can_still_be_read(history: History) -> None:
    history.add(plan(), at=AT)
    died = history.add(ClientDied(), at="2026-03-20T15:00Z")

    answer = plan_shown(history, NOW)
    assert answer.plan is not None
    assert (answer.plan.review_due_at, answer.plan.review_status) == (None, None)
    released = only(reviews(history)).released
    assert released is not None
    assert released.event_id == died
