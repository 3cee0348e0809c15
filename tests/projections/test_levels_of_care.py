"""Levels of care, gaps between them, and assessments by the ASAM criteria (R20, R35)."""

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.events.intake import (
    AsamAssessed,
    DimensionRating,
    EpisodeClosed,
    LevelOfCareChanged,
    SubdimensionRating,
)
from domain.vocabulary.asam import AsamEdition, AsamSubdimension, LevelChangeReason, LevelOfCare
from domain.vocabulary.intake import (
    DischargeReason,
    EntryRoute,
)
from domain.vocabulary.people import Role
from projections.care_plan import CARE_PLAN
from projections.care_plan.asam import ASSESSMENT, RATING
from projections.care_plan.levels_of_care import LEVEL
from tests.builders import History, Moment, folded, intake, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
IN_SUMMER = "2026-07-01T15:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago"), at="2026-03-01T15:00Z")
    return history


def shown(history: History, at: Moment = "2027-01-01T00:00Z", **times: Moment) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history, **times), moment(at), history.policy)


def rows(history: History, table: Any) -> list[dict[str, Any]]:
    return by_column(table, CARE_PLAN.rows(folded(CARE_PLAN, history)))


def level(at: LevelOfCare = LevelOfCare.INTENSIVE_OUTPATIENT, **said: Any) -> LevelOfCareChanged:
    return LevelOfCareChanged(**{"level": at, "reason": LevelChangeReason.NEEDS_MORE, **said})


# Levels of care


def test_r20_levels_of_care_show_from_when_until_when(history: History) -> None:
    opened = history.add(intake(), at=AT)
    assessed = history.add(AsamAssessed(edition=AsamEdition.FOURTH, assessed_by=Role.COUNSELOR), at=AT)
    first = history.add(level(because_of=(assessed,), reason=LevelChangeReason.FIRST_PLACEMENT), at=AT)
    more = history.add(
        level(LevelOfCare.MEDICALLY_MANAGED_RESIDENTIAL, biomedically_enhanced=True, provided_by="Lakeside"),
        at=NEXT_DAY,
    )

    answer = shown(history)
    assert (answer.level_of_care.event_id, answer.level_of_care.provided_by) == (more, "Lakeside")
    assert only(answer.earlier_levels).ended.event_id == more
    was, now = rows(history, LEVEL)
    assert (was["event_id"], was["level"], was["because_of"]) == (first, "2.1", (assessed,))
    assert (was["ended_event_id"], was["ended_at"]) == (more, moment(NEXT_DAY))
    assert (now["level"], now["biomedically_enhanced"], now["ended_at"]) == ("3.7", True, None)

    closed = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.TRANSFERRED), at=IN_SUMMER)
    assert shown(history).level_of_care is None
    assert rows(history, LEVEL)[1]["ended_event_id"] == closed


def test_r20_a_late_closing_of_an_earlier_episode_does_not_end_the_level_of_the_next(history: History) -> None:
    first = history.add(intake(), at=AT)
    history.add(intake(), at="2026-06-01T15:00Z")
    present = history.add(level(), at="2026-06-01T16:00Z")
    history.add(EpisodeClosed(intake=first, reason=DischargeReason.OTHER), at=IN_SUMMER)

    assert shown(history).level_of_care.event_id == present


def test_r20_only_level_3_7_is_biomedically_enhanced(history: History) -> None:
    assert history.refused(level(biomedically_enhanced=True), AT) == {"biomedically_enhanced_at_3_7"}
    assert not history.refused(level(co_occurring_enhanced=True), AT)


def test_r35_a_gap_between_levels_of_care_shows_in_days(history: History) -> None:
    history.add(level(LevelOfCare.MEDICALLY_MANAGED_INPATIENT), at=AT)
    history.add(
        level(),
        at="2026-03-09T15:00Z",
    )
    history.add(level(LevelOfCare.OUTPATIENT_THERAPY, left_on=date(2026, 3, 19)), at="2026-03-22T15:00Z")

    assert [row["gap_days"] for row in rows(history, LEVEL)] == [None, 0, 3]
    assert shown(history).level_of_care.gap_days == 3


def test_r35_who_comes_from_detox_elsewhere_has_a_gap_too(history: History) -> None:
    history.add(intake(entry_route=EntryRoute.RE_ENTRY_DETOX), at=AT)
    history.add(level(left_on=date(2026, 3, 1)), at=AT)

    assert shown(history).level_of_care.gap_days == 1


# Assessments by the ASAM criteria


def test_r01_r20_ratings_of_the_third_edition_are_numbers_in_six_dimensions(history: History) -> None:
    ratings = tuple(DimensionRating(dimension=number, rating=number - 1) for number in range(1, 6))
    assessed = history.add(
        AsamAssessed(
            edition=AsamEdition.THIRD,
            dimensions=ratings,
            recommended=LevelOfCare.INTENSIVE_OUTPATIENT,
            assessed_by=Role.NURSE,
        ),
        at=AT,
    )

    found = only(shown(history).asam_assessments)
    assert [(each.dimension, each.rating) for each in found.ratings] == [(n, str(n - 1)) for n in range(1, 6)]
    row = only(rows(history, ASSESSMENT))
    assert (row["event_id"], row["edition"], row["recommended"]) == (assessed, "3", "2.1")
    assert [each["rating"] for each in rows(history, RATING)] == ["0", "1", "2", "3", "4"]


def test_r07_the_fourth_edition_rates_subdimensions_and_asks_what_the_client_prefers(history: History) -> None:
    rating = SubdimensionRating(subdimension=AsamSubdimension.SUPPORT, anchor="B")
    history.add(
        AsamAssessed(
            edition=AsamEdition.FOURTH,
            subdimensions=(rating,),
            assessed_by=Role.COUNSELOR,
            person_centered="Wants to sleep at home",
        ),
        at=AT,
    )

    assert only(shown(history).asam_assessments).person_centered == "Wants to sleep at home"
    row = only(rows(history, RATING))
    assert (row["dimension"], row["subdimension"], row["rating"]) == (5, AsamSubdimension.SUPPORT, "B")
    assert {each.dimension for each in AsamSubdimension} == {1, 2, 3, 4, 5}, "the sixth is not rated"


@pytest.mark.parametrize("anchor", ["0", "ANY", "EVAL", "MOUD-C", "1Z", "3B", "4", "E"])
def test_asam_ratings_of_the_fourth_edition_are_symbols(anchor: str) -> None:
    said = {"subdimension": "1_withdrawal", "anchor": anchor}

    assert SubdimensionRating.model_validate_json(json.dumps(said)).anchor == anchor
    for wrong in ("F", "5", "3C", ""):
        with pytest.raises(ValidationError):
            SubdimensionRating.model_validate_json(json.dumps(said | {"anchor": wrong}))


def test_asam_ratings_are_those_of_the_edition_and_each_once(history: History) -> None:
    numbered = DimensionRating(dimension=1, rating=2)
    lettered = SubdimensionRating(subdimension=AsamSubdimension.WITHDRAWAL, anchor="3A")

    def assessed(**said: Any) -> AsamAssessed:
        return AsamAssessed(**{"assessed_by": Role.NURSE, **said})

    for wrong in (
        {"edition": AsamEdition.FOURTH, "dimensions": (numbered,)},
        {"edition": AsamEdition.THIRD, "subdimensions": (lettered,)},
    ):
        assert history.refused(assessed(**wrong), AT) == {"asam_ratings_fit_edition"}
    twice = assessed(edition=AsamEdition.THIRD, dimensions=(numbered, numbered))
    assert history.refused(twice, AT) == {"asam_rated_once"}
