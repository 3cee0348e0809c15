"""R30, R31: lapses and close calls as data that the plan shows."""

from datetime import date

import pytest

from domain.events.lapses import CloseCallRecorded, LapseRecorded
from domain.vocabulary.contacts import Technique
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from domain.vocabulary.triggers import Emotion, Trigger
from projections.care_plan import CARE_PLAN
from projections.care_plan.lapses import CLOSE_CALL, LAPSE, Shown
from tests.builders import POLICY, History, folded, lapse, moment, only, registered
from tests.projections.reading import by_column

LAPSED = LapseRecorded(
    substances=(Substance.ALCOHOL, Substance.HEROIN),
    until=date(2026, 3, 12),
    triggers=(Trigger.CONFLICT,),
    emotions=(Emotion.SHAME,),
    overdose_danger=True,
    environment="At home, alone",
    response="Called the peer",
    learned="Evenings are hard",
    what_changes="A call at nine",
)
CALL = CloseCallRecorded(
    substances=(Substance.ALCOHOL,),
    triggers=(Trigger.LONELINESS,),
    emotions=(Emotion.ANGER,),
    worked=(Technique.URGE_SURFING,),
    what_worked="Twenty minutes on the phone",
)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/New_York"), at="2026-03-01T15:00Z")
    return history


def shown(history: History) -> Shown:
    answer: Shown = CARE_PLAN.answer(folded(CARE_PLAN, history), moment("2026-06-01T12:00Z"), POLICY)  # type: ignore[assignment]
    return answer


def test_r30_all_that_is_learned_from_a_lapse_shows(history: History) -> None:
    lapsed = history.add(LAPSED, at="2026-03-11T03:00Z", recorded="2026-03-20T12:00Z")

    found = only(shown(history).lapses)

    assert (found.event_id, found.on, found.until) == (lapsed, date(2026, 3, 10), date(2026, 3, 12))
    for name in LapseRecorded.model_fields.keys() - {"type"}:
        assert getattr(found, name) == getattr(LAPSED, name), name
    assert shown(history).last_lapse == found


def test_r30_analysts_see_what_is_coded_of_a_lapse_and_no_words(history: History) -> None:
    lapsed = history.add(LAPSED, at="2026-03-11T03:00Z", recorded="2026-03-20T12:00Z")

    row = only(by_column(LAPSE, CARE_PLAN.rows(folded(CARE_PLAN, history))))

    assert (row["event_id"], row["lapsed_on"], row["lapsed_until"]) == (lapsed, date(2026, 3, 10), date(2026, 3, 12))
    assert list(row["substances"]) == ["alcohol", "heroin"]
    assert (list(row["triggers"]), list(row["emotions"])) == (["conflict"], ["shame"])
    assert not row.keys() & {"environment", "response", "learned", "what_changes"}


def test_r31_what_worked_in_a_close_call_shows(history: History) -> None:
    call = history.add(CALL, at="2026-03-11T03:00Z")

    found = only(shown(history).close_calls)

    assert found.event_id == call
    for name in CloseCallRecorded.model_fields.keys() - {"type"}:
        assert getattr(found, name) == getattr(CALL, name), name
    row = only(by_column(CLOSE_CALL, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (list(row["worked"]), list(row["triggers"])) == (["urge_surfing"], ["loneliness"])
    assert "what_worked" not in row


def test_r30_r56_lapses_stand_in_the_order_in_which_they_happened(history: History) -> None:
    second = history.add(lapse(), at="2026-03-11T03:00Z")
    first = history.add(lapse(), at="2026-03-05", recorded="2026-03-12T12:00Z", precision=Precision.DAY)

    assert [each.event_id for each in shown(history).lapses] == [first, second]
    last = shown(history).last_lapse
    assert last
    assert last.event_id == second
