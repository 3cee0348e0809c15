"""A decision reads just what its rules declare, and comes out as if it had read the whole history."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import Annotated, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import Draft
from domain.events.base import Event, KnownEntries, RefersTo, referred
from domain.events.handoffs import HandoffAccepted
from domain.events.plan import GoalClosed, GoalMeasured, GoalSet
from domain.events.postvention import AdjustmentSettled, PostventionReviewed
from domain.events.record import EntryCorrected, EntryRetracted
from domain.facts import needs
from domain.policy import Policy
from domain.refusals import Refusal, Refused
from domain.rules import refusals_of_each
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason, Precision
from tests.builders import POLICY, History, goal_set, handoff, moment, plan, registered, session
from tests.strategies import drafts_upon, histories

NOON = "2026-03-02T18:00Z"

ABOUT_THE_BODY_ALONE = {
    "court_order_expires_after_issue",
    "disclosure_says_what_allowed_it",
    "ends_after_it_begins",
    "ends_after_it_starts",
    "lapse_days_have_passed",
    "lapse_ends_after_it_begins",
    "medication_is_named",
    "milestone_counts_days",
    "others_told_with_consent",
    "reaches_one_milestone",
    "recorded_with_the_erasure",
    "recorded_with_the_merge",
    "relapse_prevention_plan_says_something",
    "restriction_of_such_a_purpose",
    "restriction_says_what",
    "use_ends_after_it_begins",
    "use_lies_in_the_past",
}
"""Rules that ask nothing of the record; what they refuse is tested with their events."""


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def draft(id_: int, event: Event) -> Draft:
    return Draft(UUID(int=id_), event, moment(NOON), Precision.INSTANT, "tests")


# What is asked


def test_an_event_that_refers_to_nothing_asks_for_its_id_alone() -> None:
    asked = needs([draft(1, session())])

    assert (asked.ids, asked.answers, asked.once, asked.contents) == ({UUID(int=1)}, set(), set(), set())


def test_a_registration_asks_whether_there_is_one() -> None:
    assert needs([draft(1, registered())]).once == {"client_registered"}


def test_an_answer_asks_for_its_entry_and_for_the_kinds_of_answers_that_its_rules_name() -> None:
    asked = needs([draft(1, HandoffAccepted(handoff=UUID(int=7), accepted_by=Role.PEER))])

    assert asked.ids == {UUID(int=1), UUID(int=7)}
    ends = ("handoff_declined", "handoff_lost", "handoff_withdrawn")
    assert asked.answers == {(UUID(int=7), kind) for kind in ("handoff_accepted", *ends)}


def test_a_citation_asks_for_the_entry_and_for_no_answers_to_it() -> None:
    asked = needs([draft(1, plan(UUID(int=7), UUID(int=8)))])

    assert (asked.ids, asked.answers) == ({UUID(int=1), UUID(int=7), UUID(int=8)}, set())


# What another entry says


class TargetRaised(Event):
    """A made-up event whose rule asks what the goal says."""

    type: Literal["target_raised"] = "target_raised"
    goal: Annotated[UUID, RefersTo("goal_set", content=True)]
    target: float

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        goal = known.content_of(self.goal)
        if goal and isinstance(goal.event, GoalSet) and goal.event.target and self.target <= goal.event.target:
            yield Refusal("target_rises", "target", "Give a higher target than the goal has.")


def test_a_rule_may_ask_what_the_entry_says_corrections_applied(history: History) -> None:
    goal = history.add(goal_set(target=5), at=NOON)

    assert needs([draft(1, TargetRaised(goal=goal, target=6))]).contents == {goal}
    assert not history.refused(TargetRaised(goal=goal, target=6), NOON)

    correction = history.correct(goal, goal_set(target=7))
    assert history.refused(TargetRaised(goal=goal, target=6), NOON) == {"target_rises"}

    history.retract(correction)
    assert not history.refused(TargetRaised(goal=goal, target=6), NOON)


def test_what_an_entry_says_may_stand_earlier_in_the_same_list(history: History) -> None:
    goal, raised = draft(1, goal_set(target=5)), draft(3, TargetRaised(goal=UUID(int=1), target=6))
    corrected = draft(
        2, EntryCorrected(entry=goal.id, reason=CorrectionReason.INCOMPLETE, replacement=goal_set(target=7))
    )

    history.record.admit([goal, raised], moment(NOON), POLICY)
    with pytest.raises(Refused, match="target_rises"):
        history.record.admit([goal, corrected, raised], moment(NOON), POLICY)


def test_nothing_is_told_of_an_entry_that_is_unknown_or_retracted(history: History) -> None:
    goal = history.add(goal_set(target=5), at=NOON)
    history.retract(goal)

    assert history.refused(TargetRaised(goal=goal, target=1), NOON) == {"refers_to_standing_entry"}
    assert history.refused(TargetRaised(goal=UUID(int=404), target=1), NOON) == {"refers_to_known_entry"}


class Forgetful(Event):
    """A made-up event whose rule asks what its field does not declare."""

    type: Literal["forgetful"] = "forgetful"
    goal: Annotated[UUID, RefersTo("goal_set")]
    about: str

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if self.about == "answers":
            known.answered(self.goal, "goal_closed")
        else:
            known.content_of(self.goal)
        yield from ()


@pytest.mark.parametrize("about", ["answers", "contents"])
def test_a_rule_that_asks_what_its_field_does_not_declare_is_a_defect_and_never_lets_pass(
    history: History, about: str
) -> None:
    goal = history.add(goal_set(), at=NOON)

    with pytest.raises(LookupError):
        history.refused(Forgetful(goal=goal, about=about), NOON)


# One upon the other


def test_a_list_may_answer_retract_and_answer_again(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    first = draft(1, HandoffAccepted(handoff=asked, accepted_by=Role.PEER))
    taken_back = draft(2, EntryRetracted(entry=first.id, reason=CorrectionReason.DUPLICATE))
    second = draft(3, HandoffAccepted(handoff=asked, accepted_by=Role.NURSE))

    history.record.admit([first, taken_back, second], moment(NOON), POLICY)
    with pytest.raises(Refused, match="handoff_accepted_once"):
        history.record.admit([first, second], moment(NOON), POLICY)


def test_an_answer_in_the_record_counts_until_the_list_retracts_it(history: History) -> None:
    asked = history.add(handoff(), at=NOON)
    first = history.add(HandoffAccepted(handoff=asked, accepted_by=Role.PEER), at=NOON)
    taken_back = draft(2, EntryRetracted(entry=first, reason=CorrectionReason.DUPLICATE))
    second = draft(3, HandoffAccepted(handoff=asked, accepted_by=Role.NURSE))

    history.record.admit([taken_back, second], moment(NOON), POLICY)
    with pytest.raises(Refused, match="handoff_accepted_once"):
        history.record.admit([second, taken_back], moment(NOON), POLICY)


def test_a_goal_that_the_list_retracts_is_not_measured_any_more(history: History) -> None:
    goal = history.add(goal_set(), at=NOON)
    taken_back = draft(2, EntryRetracted(entry=goal, reason=CorrectionReason.DUPLICATE))

    with pytest.raises(Refused, match="refers_to_standing_entry"):
        history.record.admit([taken_back, draft(3, GoalMeasured(goal=goal, value=1))], moment(NOON), POLICY)


# As if the whole history had been read


@given(histories(max_steps=10), st.data())
def test_a_decision_over_facts_is_that_over_the_whole_history(history: History, data: st.DataObject) -> None:
    now = history.last_recorded + timedelta(minutes=1)
    drafts = data.draw(drafts_upon(history, now))

    refused = {(place, rule) for place, rule in _refused(history, drafts, POLICY) if rule not in ABOUT_THE_BODY_ALONE}
    assert refused == set(_naively(history, drafts))


@given(data=st.data())
def test_each_of_many_is_judged_as_if_it_came_alone_after_those_that_were_recorded(data: st.DataObject) -> None:
    history = data.draw(histories())
    now = history.last_recorded + timedelta(minutes=1)
    drafts = data.draw(drafts_upon(history, now))

    each = refusals_of_each(drafts, history.record.facts_for(drafts), now, POLICY)

    recorded: list[Draft] = []
    for draft_, refusals in zip(drafts, each, strict=True):
        alone = _refused(history, [*recorded, draft_], POLICY)
        assert {(len(recorded), refusal.rule) for refusal in refusals} == alone
        if not refusals:
            recorded.append(draft_)


def _refused(history: History, drafts: Sequence[Draft], policy: Policy) -> set[tuple[int, str]]:
    try:
        history.record.admit(drafts, history.last_recorded + timedelta(minutes=1), policy)
    except Refused as refused:
        return {(place, refusal.rule) for place, refusal in refused.refusals}
    return set()


Row = tuple[UUID, Event, datetime, Precision]


def _naively(history: History, drafts: Sequence[Draft]) -> Iterator[tuple[int, str]]:
    """Every rule about what stands, written down once more over all that is recorded, without any index."""
    rows: list[Row] = [(entry.id, entry.event, entry.occurred_at, entry.precision) for entry in history.entries]
    for place, each in enumerate(drafts):
        yield from ((place, rule) for rule in _rules_broken(each, rows))
        rows.append((each.id, each.event, each.occurred_at, each.precision))


def _rules_broken(each: Draft, rows: list[Row]) -> Iterator[str]:
    event, types = each.event, {id_: recorded.type for id_, recorded, _, _ in rows}
    retractions = {id_: recorded.entry for id_, recorded, _, _ in rows if isinstance(recorded, EntryRetracted)}
    taken_back = {id_ for id_ in retractions if id_ in retractions.values()}
    retracted = {target for id_, target in retractions.items() if id_ not in taken_back}
    if each.id in types:
        yield "id_is_new"
    if event.once and any(recorded.type == event.type and id_ not in retracted for id_, recorded, _, _ in rows):
        yield f"{event.type}_once"
    for _, target, mark in referred(event):
        if target not in types:
            yield "refers_to_known_entry"
        elif mark.types and types[target] not in mark.types:
            yield "refers_to_fitting_entry"
        elif target in retracted:
            yield "refers_to_standing_entry"
        answers = {
            recorded.type
            for id_, recorded, _, _ in rows
            if id_ not in retracted and target in [other for _, other, _ in referred(recorded)]
        }
        if mark.once and event.type in answers:
            yield f"{event.type}_once"
        yield from _broken_by_answers(event.type, answers)
        if event.type == "goal_measured" and any(map(partial(_closed_before, each, target, retracted, rows), rows)):
            yield "goal_is_open"
    if isinstance(event, AdjustmentSettled) and event.number > _adjustments(event.review, rows, retracted):
        yield "adjustment_was_asked_for"
    if isinstance(event, EntryCorrected | EntryRetracted) and event.entry in types:
        yield from _broken_by_kind(event, types[event.entry])
    if isinstance(event, EntryRetracted) and event.entry in retractions:
        yield from _broken_by_bringing_back(retractions[event.entry], {row[0]: row[1] for row in rows}, retracted)


def _adjustments(review: UUID, rows: list[Row], retracted: set[UUID]) -> float:
    """How many changes the review asks for, as it was corrected last; where there is none, as many as are named."""
    said: Event | None = None
    for id_, recorded, _, _ in rows:
        if id_ == review:
            said = recorded
        elif isinstance(recorded, EntryCorrected) and recorded.entry == review and id_ not in retracted:
            said = recorded.replacement or said
    return len(said.adjustments) if isinstance(said, PostventionReviewed) and review not in retracted else inf


def _broken_by_answers(kind: str, answers: set[str]) -> Iterator[str]:
    ended = answers & {"handoff_declined", "handoff_lost", "handoff_withdrawn"}
    if kind in {"handoff_accepted", "handoff_declined", "handoff_completed", "handoff_lost"} and ended:
        yield "handoff_not_ended"
    if kind in {"handoff_lost", "handoff_withdrawn"} and "handoff_completed" in answers:
        yield "handoff_not_completed"
    if kind == "handoff_declined" and answers & {"handoff_accepted", "handoff_completed"}:
        yield "handoff_is_waiting"
    ends = {"session_held", "session_missed", "appointment_cancelled"}
    if kind in ends and answers & ends:
        yield "appointment_is_booked"


def _closed_before(reading: Draft, goal: UUID, retracted: set[UUID], rows: list[Row], row: Row) -> bool:
    """Whether the row closes the goal, at its latest, before the reading was taken, which is known to the moment."""
    id_, event, occurred_at, precision = row
    if not isinstance(event, GoalClosed) or event.goal != goal or id_ in retracted:
        return False
    for correction, said, _, _ in rows:
        if isinstance(said, EntryCorrected) and said.entry == id_ and correction not in retracted:
            occurred_at, precision = said.occurred_at or occurred_at, said.precision or precision
    return occurred_at + timedelta(hours=36 if precision is Precision.DAY else 0) < reading.occurred_at


def _broken_by_kind(event: EntryCorrected | EntryRetracted, kind: str) -> Iterator[str]:
    if isinstance(event, EntryCorrected):
        if kind in {"entry_corrected", "entry_retracted"}:
            yield "corrects_an_entry_of_care"
    elif kind == "client_registered" and event.reason is not CorrectionReason.WRONG_CLIENT:
        yield "registration_stays"
    elif kind in {"identifier_unlinked", "clients_merged", "merge_undone", "client_merged_into", "client_separated"}:
        yield f"{kind}_stays"


def _broken_by_bringing_back(restored: UUID, rows: dict[UUID, Event], retracted: set[UUID]) -> Iterator[str]:
    if isinstance(rows[restored], EntryRetracted):
        yield "retraction_stays"
        return
    kind = rows[restored].type
    if kind == "identifier_linked":
        yield "identifier_linked_not_restored"
        return
    if restored not in retracted:
        return
    once = {target for _, target, mark in referred(rows[restored]) if mark.once}
    for id_, recorded in rows.items():
        same = {target for _, target, mark in referred(recorded) if mark.once}
        if recorded.type == kind and id_ not in retracted and (recorded.once or once & same):
            yield f"{kind}_once"
