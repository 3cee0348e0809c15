"""Restrictions that a client asked for: those agreed hold until they end, and what cannot be restricted is refused."""

from uuid import UUID

import pytest

from domain.events.restrictions import MAY_BE_RESTRICTED, RestrictionEnded, RestrictionRequested
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.record import Precision
from domain.vocabulary.restrictions import RestrictionEnding
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.care_plan.restrictions import RESTRICTION
from tests.builders import History, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-04T15:00Z"
NEIGHBOUR = UUID(int=7)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def in_force(history: History, at: str) -> bool:
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    assert isinstance(answer, CarePlanAnswer)
    return bool(only(answer.restrictions).in_force)


def test_what_was_agreed_holds_from_then_on_until_it_ends(history: History) -> None:
    asked = history.add(RestrictionRequested(agreed=True, person_ids=(NEIGHBOUR,)), at=AT)
    ended = history.add(RestrictionEnded(restriction=asked, by=RestrictionEnding.CLIENT_ASKED), at="2026-03-09T15:00Z")

    assert not in_force(history, "2026-03-04T14:59Z")
    assert in_force(history, AT)
    assert in_force(history, "2026-03-09T14:59Z")
    assert not in_force(history, "2026-03-09T15:00Z")
    row = only(by_column(RESTRICTION, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["person_ids"], row["ended_event_id"]) == (asked, (NEIGHBOUR,), ended)
    assert not {"recipients", "note"} & row.keys()
    again = RestrictionEnded(restriction=asked, by=RestrictionEnding.PROGRAMME_TERMINATED)
    assert history.refused(again, at="2026-03-10T15:00Z") == {"restriction_ended_once"}


def test_where_just_the_day_is_known_it_holds_from_its_beginning(history: History) -> None:
    event = RestrictionRequested(agreed=True, recipients=("Example Health Plan",))
    history.add(event, at="2026-03-04T00:00Z", precision=Precision.DAY)

    assert not in_force(history, "2026-03-04T05:59Z")  # in Chicago the day begins at 06:00
    assert in_force(history, "2026-03-04T06:00Z")


def test_what_was_not_agreed_is_kept_and_holds_nobody_back(history: History) -> None:
    history.add(RestrictionRequested(agreed=False, purposes=(PurposeOfUse.PAYMENT,)), at=AT)

    assert not in_force(history, AT)


def test_what_restricts_nothing_or_stands_in_the_way_of_care_or_the_law_is_refused(history: History) -> None:
    assert history.refused(RestrictionRequested(agreed=True), at=AT) == {"restriction_says_what"}
    for purpose in PurposeOfUse:
        event = RestrictionRequested(agreed=True, purposes=(purpose,))
        refused = set() if purpose in MAY_BE_RESTRICTED else {"restriction_of_such_a_purpose"}
        assert history.refused(event, at=AT) == refused
    never = {PurposeOfUse.EMERGENCY_TREATMENT, PurposeOfUse.TREATMENT, PurposeOfUse.LEGAL_PROCEEDINGS}
    assert not never & MAY_BE_RESTRICTED
