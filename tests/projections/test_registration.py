"""Who the client is shows, where they live, and that they died (R08, R61, R64, T1)."""

from datetime import date
from typing import Any

import pytest

from domain.events.intake import (
    LevelOfCareChanged,
)
from domain.events.record import EntryRetracted
from domain.events.registration import ClientDied, ClientMoved
from domain.vocabulary.asam import LevelChangeReason, LevelOfCare
from domain.vocabulary.record import CorrectionReason
from projections.care_plan import CARE_PLAN, PLAN
from projections.care_plan.levels_of_care import LEVEL
from tests.builders import History, Moment, crisis, folded, moment, only, registered
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


def test_r64_a_move_shows_and_days_lived_keep_their_zone(history: History) -> None:
    moved = history.add(ClientMoved(time_zone="America/New_York"), at="2026-06-01T16:00Z")

    client = shown(history).client
    assert (client.time_zone, client.moved.event_id) == ("America/New_York", moved)
    row = only(rows(history, PLAN))
    assert (row["time_zone"], row["client_moved_at"]) == ("America/New_York", moment("2026-06-01T16:00Z"))
    assert shown(history, as_of="2026-05-31T00:00Z").client.time_zone == "America/Chicago"


def test_r61_a_death_shows_and_ends_the_level_of_care(history: History) -> None:
    history.add(level(), at=AT)
    died = history.add(ClientDied(), at=IN_SUMMER)

    assert shown(history).died.event_id == died
    row = only(rows(history, PLAN))
    assert (row["died_event_id"], row["died_at"]) == (died, moment(IN_SUMMER))
    assert rows(history, LEVEL)[0]["ended_event_id"] == died


def test_r61_a_death_before_any_registration_shows() -> None:
    history = History()
    history.add(crisis(), at=AT)
    died = history.add(ClientDied(), at=NEXT_DAY)

    assert (shown(history).client, shown(history).died.event_id) == (None, died)


def test_r08_who_the_client_is_shows(history: History) -> None:
    registration = history.entries[0].id
    right = registered(
        pronouns="she", language="es", phone="555-0100", birth_date=date(1990, 5, 1), preferred_name="Dee"
    )
    history.correct(registration, right)

    client = shown(history).client
    assert (client.goes_by, client.name, client.pronouns) == ("Dee", "Dana Example", "she")
    assert (client.language, client.phone, client.birth_date) == ("es", "555-0100", date(1990, 5, 1))
    assert "birth_date" not in only(rows(history, PLAN))


def test_t1_a_registration_of_the_wrong_person_is_gone_and_the_next_shows() -> None:
    history = History()
    history.add(crisis(), at=AT)
    wrong = history.add(registered(name="Somebody Else"), at=AT)
    history.add(EntryRetracted(entry=wrong, reason=CorrectionReason.WRONG_CLIENT), at=AT)
    assert shown(history).client is None

    history.add(registered(), at=NEXT_DAY)
    assert shown(history).client.name == "Dana Example"
