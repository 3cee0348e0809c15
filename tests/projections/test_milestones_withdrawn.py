"""Steps that had been reached and do not count any more say what withdrew them (M11, M12, R46, R55)."""

from uuid import UUID

import pytest

from domain.events.intake import IntakeUpdated
from domain.vocabulary.record import CorrectionReason
from projections.milestones import MILESTONES
from projections.milestones.view import MilestonesAnswer
from tests.builders import History, Moment, folded, lapse, moment
from tests.projections.milestone_reading import ALCOHOL, COCAINE, begun, lived, shown, told, track


def withdrawn(history: History, at: Moment) -> list[tuple[str, int, str, UUID, UUID]]:
    found = shown(history, at).withdrawn
    return [(each.track, each.days, f"{each.on}", each.rested_on, each.withdrawn_event_id) for each in found]


def test_m11_a_step_that_a_lapse_of_its_very_day_withdraws_says_so() -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    assert withdrawn(history, "2026-01-31T15:00Z") == []
    lapsed = history.add(lapse(), at="2026-01-31T23:00Z")

    assert withdrawn(history, "2026-02-01T15:00Z") == [
        (name, 30, "2026-01-31", first, lapsed) for name in ("overall", "alcohol")
    ]


def test_m11_steps_that_a_lapse_told_late_withdraws_say_so() -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    late = history.add(lapse(), at="2026-02-20T15:00Z", recorded="2026-04-05T15:00Z")

    assert [each for each in withdrawn(history, "2026-04-06T15:00Z") if each[0] == "alcohol"] == [
        ("alcohol", 60, "2026-03-02", first, late),
        ("alcohol", 90, "2026-04-01", first, late),
    ]


def test_m12_steps_that_a_later_intake_withdraws_say_so() -> None:
    history = begun()
    lapsed = history.add(lapse(COCAINE), at="2026-02-01T15:00Z")
    again = history.add(told((COCAINE, "2026-02-01"), (ALCOHOL, "2026-02-20")), at="2026-02-25T15:00Z")

    assert withdrawn(history, "2026-02-26T15:00Z") == [
        ("overall", days, on, lapsed, again) for days, on in ((1, "2026-02-02"), (7, "2026-02-08"))
    ]


STEPS_OF_MARCH = [(1, "2026-03-02"), (7, "2026-03-08"), (30, "2026-03-31")]


def withdrawn_because(history: History, at: Moment, track: str = "alcohol") -> list[tuple[object, ...]]:
    found = [each for each in shown(history, at).withdrawn if each.track == track]
    return [
        (each.days, f"{each.on}", each.rested_on, each.withdrawn_event_id, each.withdrawn_at, each.withdrawn_because)
        for each in found
    ]


@pytest.mark.parametrize("kind", ["intake", "lapse", "update"])
def test_m11_m12_r55_steps_that_rested_on_an_entry_that_was_retracted_say_so(kind: str) -> None:
    history = begun()
    if kind == "lapse":
        rested_on = history.add(lapse(), at="2026-03-01T15:00Z")
    else:
        rested_on = history.add(told((ALCOHOL, "2026-03-01")) if kind == "intake" else told(), at="2026-03-01T15:00Z")
    if kind == "update":
        uses = told((ALCOHOL, "2026-03-01")).substances
        rested_on = history.add(IntakeUpdated(intake=rested_on, substances=uses), at="2026-03-01T15:01Z")
    assert withdrawn_because(history, "2026-04-05T15:00Z") == []
    retraction = history.retract(rested_on, recorded="2026-04-05T16:00Z")

    at, why = moment("2026-04-05T16:00Z"), CorrectionReason.DID_NOT_OCCUR
    assert shown(history, "2026-04-06T15:00Z").tracks == ()
    assert withdrawn_because(history, "2026-04-06T15:00Z") == [
        (days, on, rested_on, retraction, at, why) for days, on in STEPS_OF_MARCH
    ]
    assert withdrawn_because(history, "2026-03-10T15:00Z") == [
        (days, on, rested_on, retraction, at, why) for days, on in STEPS_OF_MARCH[:2]
    ]


def test_m12_r55_steps_that_a_correction_moves_say_what_withdrew_them() -> None:
    """They are reached on other days; the days that were said, and perhaps celebrated, do not just vanish."""
    history = begun()
    first = history.add(told((ALCOHOL, "2026-03-01")), at="2026-03-02T15:00Z")
    correction = history.correct(first, told((ALCOHOL, "2026-02-25")), recorded="2026-04-05T16:00Z")

    assert lived(track(history, "alcohol", "2026-04-06T15:00Z")) == [("2026-02-25", None, 40)]
    at, why = moment("2026-04-05T16:00Z"), CorrectionReason.WRONG_CONTENT
    assert withdrawn_because(history, "2026-04-06T15:00Z") == [
        (days, on, first, correction, at, why) for days, on in STEPS_OF_MARCH
    ]


def test_m12_r55_steps_that_stay_are_not_withdrawn_by_a_correction() -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-03-01")), at="2026-03-02T15:00Z")
    history.correct(first, told((ALCOHOL, "2026-03-01"), (COCAINE, "2026-02-20")), recorded="2026-04-05T16:00Z")

    assert withdrawn(history, "2026-04-06T15:00Z") == []


def test_m11_r55_a_lapse_that_was_retracted_gives_back_what_it_withdrew_and_takes_what_began_with_it() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-03-01")), at="2026-03-02T15:00Z")
    lapsed = history.add(lapse(), at="2026-03-31T15:00Z")
    assert [each[:2] for each in withdrawn_because(history, "2026-04-10T15:00Z")] == [(30, "2026-03-31")]
    retraction = history.retract(lapsed, recorded="2026-04-10T16:00Z")

    assert [each[:4] for each in withdrawn_because(history, "2026-04-11T15:00Z")] == [
        (1, "2026-04-01", lapsed, retraction), (7, "2026-04-07", lapsed, retraction),
    ]  # fmt: skip


@pytest.mark.parametrize("mistake_first", [True, False])
def test_m11_r55_a_lapse_that_stands_withdraws_a_step_beside_one_that_was_a_mistake(*, mistake_first: bool) -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-03-01")), at="2026-03-02T15:00Z")
    lapses = [
        history.add(lapse(), at="2026-03-31T15:00Z"),
        history.add(lapse(), at="2026-03-31T16:00Z"),
    ]
    mistake, lapsed = lapses if mistake_first else reversed(lapses)
    history.retract(mistake, recorded="2026-03-31T17:00Z")

    assert [each[:4] for each in withdrawn_because(history, "2026-04-01T15:00Z")] == [(30, "2026-03-31", first, lapsed)]


def test_m12_p2_a_retraction_that_was_a_mistake_itself_withdraws_nothing() -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-03-01")), at="2026-03-02T15:00Z")
    retraction = history.retract(first, recorded="2026-04-05T16:00Z")
    history.retract(retraction, recorded="2026-04-05T17:00Z")

    assert withdrawn(history, "2026-04-06T15:00Z") == []
    known_then = folded(MILESTONES, history, known_at="2026-04-05T16:30Z")
    answer = MILESTONES.answer(known_then, moment("2026-04-05T16:30Z"), history.policy)
    assert isinstance(answer, MilestonesAnswer)
    assert {each.withdrawn_event_id for each in answer.withdrawn} == {retraction}
