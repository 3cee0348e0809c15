"""What a consent's scope opens of the care plan: strand by strand, and of the rest not even whether there is any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.events.plan import InterventionPlanned
from domain.vocabulary.consents import ConsentScope
from domain.vocabulary.contacts import SessionKind
from domain.vocabulary.plan import CareStrand
from projections.care_plan import CARE_PLAN, STRANDS, CarePlanAnswer
from projections.disclosed_plan import OPENED_BY, OPENS_SOMETHING, disclosed, left_out, opened
from tests.builders import History, appointment, crisis, folded, goal_set, lapse, moment, registered
from tests.strategies import histories

AT = "2026-03-06T15:00Z"
NOTHING = {ConsentScope.ATTENDANCE, ConsentScope.CONTACT_ONLY, ConsentScope.COUNSELING_NOTES}
"""Scopes that open nothing of the plan."""


def told(history: History, *scope: ConsentScope) -> CarePlanAnswer:
    answer = CARE_PLAN.answer(disclosed(folded(CARE_PLAN, history), scope), moment(AT), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return answer


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    history.add(goal_set(), at="2026-03-02T15:00Z")
    history.add(crisis(), at="2026-03-03T15:00Z")
    history.add(lapse(), at="2026-03-04T15:00Z")
    history.add(appointment("2026-03-09T15:00Z"), at="2026-03-05T15:00Z")
    return history


def test_every_strand_of_the_plan_says_what_opens_it() -> None:
    assert OPENED_BY.keys() == STRANDS.keys()
    assert set(ConsentScope) - OPENS_SOMETHING == NOTHING


def test_the_care_plan_opens_what_was_agreed_and_neither_medication_nor_crises_use_tests_and_scores() -> None:
    there = opened([ConsentScope.CARE_PLAN])

    assert there >= {"goals", "plans", "team", "supports", "appointments", "next_steps", "handoffs", "referrals"}
    apart = {"medications", "toxicology", "screenings", "crises", "safety_plans", "lapses", "overdoses", "episodes"}
    assert not there & apart
    assert not there & {"sessions", "check_ins", "consents", "court_orders", "disclosures", "emergency_accesses"}


@pytest.mark.parametrize(
    ("scope", "strand"),
    [
        (ConsentScope.MEDICATION, "medications"),
        (ConsentScope.TOXICOLOGY, "toxicology"),
        (ConsentScope.SCREENING, "screenings"),
        (ConsentScope.CRISIS, "crises"),
        (ConsentScope.SUBSTANCE_USE, "lapses"),
        (ConsentScope.CONTACTS, "sessions"),
        (ConsentScope.ASSESSMENT, "episodes"),
    ],
)
def test_what_is_apart_is_opened_by_the_scope_that_names_it(scope: ConsentScope, strand: str) -> None:
    assert {"registration", strand} <= opened([scope])
    assert "goals" not in opened([scope])
    assert {"goals", strand} <= opened([ConsentScope.CARE_PLAN, scope])


def test_the_whole_record_opens_every_strand_and_some_scopes_none() -> None:
    assert opened([ConsentScope.WHOLE_RECORD]) == STRANDS.keys()
    assert not left_out([ConsentScope.WHOLE_RECORD])
    assert not opened(NOTHING)


def test_what_is_left_out_is_named_whether_or_not_there_is_any(history: History) -> None:
    plan = told(history, ConsentScope.CARE_PLAN)

    assert {"medications", "toxicology", "crises", "lapses", "naloxone_needed"} <= set(
        left_out([ConsentScope.CARE_PLAN])
    )
    assert [goal.category for goal in plan.stabilization_goals] == ["sleep"]
    assert not plan.crises
    assert not plan.lapses
    assert plan.last_lapse is None
    assert plan.client is not None


def test_nor_does_an_obligation_tell_of_what_is_left_out(history: History) -> None:
    everything = {each.kind for each in told(history, ConsentScope.WHOLE_RECORD).obligations}
    plan = {each.kind for each in told(history, ConsentScope.CARE_PLAN).obligations}

    assert everything >= {"crisis_contact", "postvention_review", "appointment"}
    assert plan == {"appointment"}


def test_what_tells_of_medication_by_its_kind_needs_that_scope_too(history: History) -> None:
    for strand in (CareStrand.MEDICATION, CareStrand.COUNSELING):
        history.add(InterventionPlanned(strand=strand, what="As agreed"), at="2026-03-05T16:00Z")
    history.add(appointment("2026-03-10T15:00Z", kind=SessionKind.MEDICATION_CONSULT), at="2026-03-05T17:00Z")

    plan = told(history, ConsentScope.CARE_PLAN)
    assert [each.strand for each in plan.interventions] == ["counseling"]
    assert len(plan.appointments) == 1
    assert len(plan.obligations) == 1
    both = told(history, ConsentScope.CARE_PLAN, ConsentScope.MEDICATION)
    assert [each.strand for each in both.interventions] == ["medication", "counseling"]
    assert len(both.appointments) == 2


@given(histories(), st.sets(st.sampled_from(ConsentScope)))
def test_a_plan_with_strands_left_out_is_that_of_a_client_of_whom_nothing_of_them_is_known(
    history: History, scope: set[ConsentScope]
) -> None:
    at = history.last_recorded
    answer = CARE_PLAN.answer(disclosed(folded(CARE_PLAN, history), scope), at, history.policy)
    nobody = CARE_PLAN.answer(CARE_PLAN.begin(), at, history.policy)

    for field in left_out(scope):
        assert getattr(answer, field) == getattr(nobody, field), field
