"""Instruments: every branch of the published scoring (R04, R05, R53), and that unanswered is unknown, never "no"."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.instruments.audit_c import AuditCAnswers, audit_c
from domain.instruments.bam import BamAnswers, bam
from domain.instruments.barc10 import Barc10Answers, barc10
from domain.instruments.dast10 import Dast10Answers, dast10
from domain.instruments.gad7 import Gad7Answers, gad7
from domain.instruments.phq9 import Phq9Answers, asks_for_cssrs, phq9
from domain.instruments.scoring import Scored
from domain.instruments.screener import CssrsScreening, ScreenerAnswers, c_ssrs, instrument_of, scored
from domain.vocabulary.screening import Band, Instrument, Measure, SexForBand
from tests.builders import only

Said = dict[str, Any]

ANY = TypeAdapter[Any](ScreenerAnswers)


def adding_to(total: int, questions: int, most: int) -> Said:
    """Answers to so many questions that add to this total."""
    said = {}
    for number in range(1, questions + 1):
        said[f"q{number}"] = min(most, total)
        total -= said[f"q{number}"]
    assert total == 0
    return said


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, Band.MINIMAL),
        (4, Band.MINIMAL),
        (5, Band.MILD),
        (9, Band.MILD),
        (10, Band.MODERATE),
        (14, Band.MODERATE),
        (15, Band.MODERATELY_SEVERE),
        (19, Band.MODERATELY_SEVERE),
        (20, Band.SEVERE),
        (27, Band.SEVERE),
    ],
)
def test_r04_the_bands_of_the_phq_9(total: int, band: Band) -> None:
    assert only(phq9(Phq9Answers(**adding_to(total, 9, 3)))) == (Measure.PHQ_9_TOTAL, total, total, (band,), ())


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, Band.MINIMAL),
        (4, Band.MINIMAL),
        (5, Band.MILD),
        (9, Band.MILD),
        (10, Band.MODERATE),
        (14, Band.MODERATE),
        (15, Band.SEVERE),
        (21, Band.SEVERE),
    ],
)
def test_r04_the_bands_of_the_gad_7(total: int, band: Band) -> None:
    assert only(gad7(Gad7Answers(**adding_to(total, 7, 3)))) == (Measure.GAD_7_TOTAL, total, total, (band,), ())


@pytest.mark.parametrize(
    ("sex", "total", "bands"),
    [
        (SexForBand.FEMALE, 2, (Band.NEGATIVE,)),
        (SexForBand.FEMALE, 3, (Band.POSITIVE,)),
        (SexForBand.MALE, 3, (Band.NEGATIVE,)),
        (SexForBand.MALE, 4, (Band.POSITIVE,)),
        (None, 2, (Band.NEGATIVE,)),
        (None, 3, (Band.NEGATIVE, Band.POSITIVE)),
        (None, 4, (Band.POSITIVE,)),
        (SexForBand.MALE, 12, (Band.POSITIVE,)),
    ],
)
def test_r05_the_audit_c_asks_for_the_sex_that_its_threshold_needs(
    sex: SexForBand | None, total: int, bands: tuple[Band, ...]
) -> None:
    found = only(audit_c(AuditCAnswers(sex=sex, **adding_to(total, 3, 4))))

    assert (found.score, found.bands) == (total, bands)
    assert found.unanswered == (() if sex else ("sex",))


def test_r05_who_never_drinks_is_asked_no_more_by_the_audit_c() -> None:
    assert only(audit_c(AuditCAnswers(sex=SexForBand.FEMALE, q1=0))) == (
        Measure.AUDIT_C_TOTAL, 0, 0, (Band.NEGATIVE,), (),
    )  # fmt: skip
    drinks = only(audit_c(AuditCAnswers(sex=SexForBand.FEMALE, q1=1)))
    assert (drinks.lowest, drinks.highest, drinks.unanswered) == (1, 9, ("q2", "q3"))
    assert only(audit_c(AuditCAnswers(sex=SexForBand.MALE, q1=0, q2=2, q3=2))).score == 4, "what was said counts"


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, Band.NONE_FOUND),
        (1, Band.LOW),
        (2, Band.LOW),
        (3, Band.MODERATE),
        (5, Band.MODERATE),
        (6, Band.SUBSTANTIAL),
        (8, Band.SUBSTANTIAL),
        (9, Band.SEVERE),
        (10, Band.SEVERE),
    ],
)
def test_r05_the_bands_of_the_dast_10_of_which_the_third_question_is_reversed(total: int, band: Band) -> None:
    said: Said = {question: bool(point) for question, point in adding_to(total, 10, 1).items()}
    said["q3"] = not said["q3"]

    assert only(dast10(Dast10Answers(**said))) == (Measure.DAST_10_TOTAL, total, total, (band,), ())


NO_PROBLEM: Said = {f"q{number}": number == 3 for number in range(1, 11)}


@pytest.mark.parametrize("question", [f"q{number}" for number in range(1, 11)])
def test_r05_each_question_of_the_dast_10_counts_one(question: str) -> None:
    assert only(dast10(Dast10Answers(**NO_PROBLEM | {question: question != "q3"}))).score == 1
    unanswered = only(dast10(Dast10Answers(**NO_PROBLEM | {question: None})))
    assert (unanswered.lowest, unanswered.highest, unanswered.unanswered) == (0, 1, (question,))


USE = ("q4", "q5", "q6")
RISK = ("q1", "q2", "q3", "q8", "q11", "q15")
PROTECTIVE = ("q9", "q10", "q12", "q13", "q14", "q16")


def bam_of(use: int, risk: int, protective: int) -> BamAnswers:
    said: Said = {}
    for questions, total in ((USE, use), (RISK, risk), (PROTECTIVE, protective)):
        values = adding_to(total, len(questions), 4).values()
        said |= dict(zip(questions, values, strict=True))
    return BamAnswers(**said)


@pytest.mark.parametrize(
    ("use", "risk", "protective", "flagged"),
    [
        (0, 0, 24, set()),
        (1, 11, 13, {Measure.BAM_USE}),
        (0, 12, 13, {Measure.BAM_RISK}),
        (0, 11, 12, {Measure.BAM_PROTECTIVE}),
        (12, 24, 0, {Measure.BAM_USE, Measure.BAM_RISK, Measure.BAM_PROTECTIVE}),
    ],
)
def test_r53_the_bam_has_three_sums_and_no_total(use: int, risk: int, protective: int, flagged: set[Measure]) -> None:
    found = {each.measure: each for each in bam(bam_of(use, risk, protective))}

    assert [each.score for each in found.values()] == [use, risk, protective]
    assert {measure for measure, each in found.items() if each.band is Band.FLAGGED} == flagged


def test_r53_days_by_drug_and_satisfaction_belong_to_no_sum_of_the_bam() -> None:
    plain = bam_of(1, 1, 1)
    more = plain.model_copy(update={"q7a": 4, "q7g": 2, "q17": 4})

    assert bam(more) == bam(plain)


@pytest.mark.parametrize("value", [1, 4, 6])
def test_r53_the_barc_10_has_a_total_and_no_band(value: int) -> None:
    said: Said = {f"q{number}": value for number in range(1, 11)}
    found = only(barc10(Barc10Answers(**said)))

    assert found.band is None
    assert found == (Measure.BARC_10_TOTAL, 10 * value, 10 * value, (), ())


@pytest.mark.parametrize(("q9", "asks"), [(None, False), (0, False), (1, True), (2, True), (3, True)])
def test_r37_item_9_of_the_phq_9_asks_for_a_c_ssrs(q9: int | None, *, asks: bool) -> None:
    assert asks_for_cssrs(Phq9Answers(q9=q9)) is asks


YES_NO_UNKNOWN = (None, False, True)


def test_r37_the_tiers_that_are_possible_are_those_that_some_answers_would_give() -> None:
    """Over all answers of q1 to q5: each way to answer what should have been asked gives one of the bands, each band
    is given by one of them."""
    no_sixth: Said = {"q6_ever": False, "q6_last_3_months": False}
    for said in product(YES_NO_UNKNOWN, repeat=5):
        given: Said = dict(zip(("q1", "q2", "q3", "q4", "q5"), said, strict=True)) | no_sixth
        answers = CssrsScreening(**given)
        assert set(only(c_ssrs(answers)).bands) == set(_completed(answers))


def _completed(answers: CssrsScreening) -> list[Band]:
    unanswered = only(c_ssrs(answers)).unanswered
    if not unanswered:
        return list(only(c_ssrs(answers)).bands)
    first = unanswered[0]
    return [band for answer in (False, True) for band in _completed(answers.model_copy(update={first: answer}))]


def test_r37_nothing_asked_leaves_every_tier_possible() -> None:
    nothing = only(c_ssrs(CssrsScreening()))

    assert nothing.bands == (Band.NONE_FOUND, Band.LOW, Band.MODERATE, Band.HIGH)
    assert (nothing.score, nothing.band) == (None, None)


@pytest.mark.parametrize("instrument", Instrument)
def test_every_instrument_is_read_by_its_name_and_scored(instrument: Instrument) -> None:
    answers = ANY.validate_json(f'{{"instrument": "{instrument}"}}')

    assert instrument_of(answers) is instrument
    assert all(each.unanswered and each.score is None for each in scored(answers)), "nothing was asked"


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        (Phq9Answers, {"q1": 4}),
        (Gad7Answers, {"q1": -1}),
        (AuditCAnswers, {"q1": 5}),
        (Dast10Answers, {"q1": 1}),
        (BamAnswers, {"q1": 30}),
        (Barc10Answers, {"q1": 0}),
    ],
)
def test_an_answer_that_the_instrument_does_not_know_is_refused(answers: Callable[..., Any], wrong: Said) -> None:
    with pytest.raises(ValidationError):
        answers(**wrong)


@given(st.lists(st.none() | st.integers(0, 3), min_size=9, max_size=9), st.integers(0, 8), st.integers(0, 3))
def test_one_more_answer_narrows_the_range_and_the_bands(said: list[int | None], place: int, answer: int) -> None:
    def of(values: list[int | None]) -> Scored:
        said: Said = {f"q{number}": value for number, value in enumerate(values, start=1)}
        return only(phq9(Phq9Answers(**said)))

    before = of(said)
    after = of([answer if at == place and value is None else value for at, value in enumerate(said)])
    assert before.lowest is not None
    assert before.highest is not None
    assert after.lowest is not None
    assert after.highest is not None
    assert before.lowest <= after.lowest <= after.highest <= before.highest
    assert set(after.bands) <= set(before.bands)
