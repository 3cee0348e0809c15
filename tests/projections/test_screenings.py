"""Screenings: answers in, scores out, and the C-SSRS that is due on the same day (R04, R05, R37)."""

from typing import Any

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.overdoses import OverdoseRecorded
from domain.events.registration import ClientDied
from domain.events.screening import ScreeningScored
from domain.instruments.audit_c import AuditCAnswers
from domain.instruments.bam import BamAnswers
from domain.instruments.cssrs import CssrsAnswers
from domain.instruments.gad7 import Gad7Answers
from domain.instruments.phq9 import Phq9Answers
from domain.instruments.screener import CssrsScreening
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.overdoses import OverdoseIntent, OverdoseOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from domain.vocabulary.screening import Band, Instrument, Measure, SexForBand
from projections.care_plan import CARE_PLAN, fold
from projections.care_plan.screenings import SCREENING
from projections.obligations import Obligation, ObligationStatus
from tests.builders import History, Moment, crisis, folded, intake, moment, only, registered
from tests.projections.reading import by_column

MORNING = "2026-03-02T16:00Z"  # nine in the morning in Denver
NOON = "2026-03-02T19:00Z"
MIDNIGHT = "2026-03-03T07:00Z"
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
SIXTH = [name for name in CssrsAnswers.model_fields if name.startswith("q6")]
ALL_NO: dict[str, Any] = {"q1": False, "q2": False} | (
    {"q6": "never"} if SIXTH == ["q6"] else dict.fromkeys(SIXTH, False)
)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Denver"), at="2026-02-01T15:00Z")
    return history


def phq9(q9: int | None) -> ScreeningScored:
    return ScreeningScored(answers=Phq9Answers(q1=2, q2=3, q9=q9))


def cssrs(**answers: Any) -> ScreeningScored:
    return ScreeningScored(answers=CssrsScreening(**answers))


def due(history: History) -> list[Obligation]:
    found = fold.obligations(folded(CARE_PLAN, history).state)
    return [each for each in found if each.kind is ObligationKind.SUICIDE_SCREENING]


def stands(history: History, at: Moment) -> ObligationStatus:
    return only(due(history)).stands(moment(at))


def rows(history: History) -> list[dict[str, Any]]:
    return by_column(SCREENING, CARE_PLAN.rows(folded(CARE_PLAN, history)))


def answer(history: History) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history), moment(MIDNIGHT), history.policy)


# What they show


def test_r04_a_phq_9_shows_its_score_and_band(history: History) -> None:
    said: dict[str, Any] = {f"q{number}": 1 for number in range(1, 10)}
    answers = Phq9Answers(**said)
    asked = history.add(ScreeningScored(answers=answers, asked_by=Role.COUNSELOR), at=MORNING)

    told = only(answer(history).screenings)
    assert (told.event_id, told.instrument, told.answers, told.asked_by) == (
        asked, Instrument.PHQ_9, answers, Role.COUNSELOR,
    )  # fmt: skip
    assert (only(told.scores).score, only(told.scores).band) == (9, Band.MILD)
    row = only(rows(history))
    assert (row["event_id"], row["measure"], row["screened_at"]) == (asked, Measure.PHQ_9_TOTAL, moment(MORNING))
    assert (row["score"], row["band"], row["unanswered"]) == (9, Band.MILD, ())


def test_r04_what_was_not_answered_gives_a_range_and_the_bands_that_are_possible(history: History) -> None:
    history.add(ScreeningScored(answers=Gad7Answers(q1=3, q2=3, q3=2, q4=0, q5=0)), at=MORNING)

    row = only(rows(history))
    assert (row["score"], row["lowest"], row["highest"], row["unanswered"]) == (None, 8, 14, ("q6", "q7"))
    assert (row["band"], row["possible_bands"]) == (None, (Band.MILD, Band.MODERATE))


def test_r05_an_audit_c_shows_whether_it_is_positive(history: History) -> None:
    history.add(ScreeningScored(answers=AuditCAnswers(sex=SexForBand.FEMALE, q1=1, q2=1, q3=1)), at=MORNING)

    assert only(rows(history))["band"] is Band.POSITIVE


def test_r53_a_bam_shows_three_measures(history: History) -> None:
    history.add(ScreeningScored(answers=BamAnswers(q4=0, q5=0, q6=1)), at=MORNING)

    found = {each["measure"]: each for each in rows(history)}
    assert found.keys() == {Measure.BAM_USE, Measure.BAM_RISK, Measure.BAM_PROTECTIVE}
    assert (found[Measure.BAM_USE]["score"], found[Measure.BAM_USE]["band"]) == (1, Band.FLAGGED)
    assert (found[Measure.BAM_RISK]["lowest"], found[Measure.BAM_RISK]["highest"]) == (0, 24)


def test_r37_a_c_ssrs_outside_a_crisis_shows_its_tier(history: History) -> None:
    history.add(cssrs(**ALL_NO | {"q2": True, "q3": True, "q4": False, "q5": False}), at=MORNING)

    row = only(rows(history))
    assert (row["instrument"], row["measure"]) == (Instrument.C_SSRS, Measure.C_SSRS_RISK)
    assert (row["band"], row["score"]) == (Band.MODERATE, None)


# The C-SSRS that is due


@pytest.mark.parametrize(("q9", "asks"), [(None, False), (0, False), (1, True), (3, True)])
def test_r37_item_9_of_the_phq_9_asks_for_a_c_ssrs_on_the_same_day(
    history: History, q9: int | None, *, asks: bool
) -> None:
    asked = history.add(phq9(q9), at=MORNING)

    found = [(each.because, each.opens_at, each.due_at, each.owner) for each in due(history)]
    assert found == ([(asked, moment(MORNING), moment(MIDNIGHT), Role.COUNSELOR)] if asks else [])


@pytest.mark.parametrize(
    ("at", "precision", "until"),
    [
        ("2026-03-03T06:50Z", Precision.INSTANT, "2026-03-03T10:50Z"),
        ("2026-03-02", Precision.DAY, "2026-03-03T11:00Z"),
    ],
)
def test_r37_late_in_the_evening_there_are_four_hours(
    history: History, at: str, precision: Precision, until: str
) -> None:
    history.add(phq9(1), at=at, precision=precision)

    assert only(due(history)).due_at == moment(until)


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (cssrs(**ALL_NO), MET),
        (crisis(cssrs=CssrsAnswers(**ALL_NO)), MET),
        (cssrs(**ALL_NO | {"q2": True, "q5": True}), MET),
        (cssrs(), OPEN),
        (cssrs(q1=True), OPEN),
        (crisis(), OPEN),
        (phq9(0), OPEN),
    ],
)
def test_r37_a_c_ssrs_whose_tier_is_certain_meets_it(history: History, event: Any, status: ObligationStatus) -> None:
    history.add(phq9(1), at=MORNING)
    history.add(event, at=NOON)

    assert stands(history, NOON) is status


def test_r37_one_that_comes_the_next_day_is_late_and_one_asked_that_morning_counts(history: History) -> None:
    history.add(phq9(1), at=MORNING)
    assert stands(history, "2026-03-03T07:01Z") is LATE

    history.add(cssrs(**ALL_NO), at="2026-03-03T16:00Z")
    assert stands(history, "2026-03-03T16:00Z") is MET_LATE

    earlier = history.add(cssrs(**ALL_NO), at="2026-03-02T15:00Z", recorded="2026-03-03T17:00Z")
    met = only(due(history)).met
    assert met is not None
    assert met.event_id == earlier


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ({"intent": OverdoseIntent.INTENTIONAL}, True),
        ({"intent": OverdoseIntent.INTENTIONAL, "outcome": OverdoseOutcome.DIED}, False),
        ({"intent": OverdoseIntent.UNINTENTIONAL}, False),
        ({}, False),
    ],
)
def test_r37_r60_an_overdose_that_was_meant_asks_for_a_c_ssrs(
    history: History, said: dict[str, Any], *, asks: bool
) -> None:
    history.add(OverdoseRecorded(**said), at=MORNING)

    assert bool(due(history)) is asks


@pytest.mark.parametrize(("died", "status"), [(NOON, RELEASED), ("2026-03-04T19:00Z", MISSED)])
def test_r61_a_death_releases_it(history: History, died: str, status: ObligationStatus) -> None:
    history.add(phq9(1), at=MORNING)
    by = history.add(ClientDied(), at=died)

    released = only(due(history)).released
    assert released is not None
    assert (released.event_id, stands(history, "2026-03-05T00:00Z")) == (by, status)
    history.add(phq9(3), at="2026-03-05T00:00Z")
    assert len(due(history)) == 1


def test_r20_the_end_of_an_episode_does_not_release_it(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(phq9(1), at=MORNING)
    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at=NOON)

    assert stands(history, NOON) is OPEN


def test_a_correction_of_the_answer_takes_back_what_it_asked_for(history: History) -> None:
    asked = history.add(phq9(1), at=MORNING)
    history.correct(asked, phq9(0))

    assert not due(history)
