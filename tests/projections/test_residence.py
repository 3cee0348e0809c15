"""Where the client lives, sober living and the rules of the house among it (R21)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.events.residence import HouseRuleNoted, ResidenceChanged
from domain.vocabulary.residence import STABLE, HouseRuleKind, LeavingReason, LivingSituation
from projections.care_plan import CARE_PLAN
from projections.care_plan.residence import HOUSE_RULE, RESIDENCE
from projections.milestones import MILESTONES
from projections.milestones.fold import REACHED
from tests.builders import History, Moment, folded, moment, only, registered
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"
LATER = "2026-06-02T15:00Z"
NOW = "2026-07-01T15:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


def shown(history: History, at: Moment = NOW) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)


def rows(history: History, table: Any) -> list[dict[str, Any]]:
    return by_column(table, CARE_PLAN.rows(folded(CARE_PLAN, history)))


def sober_living(**said: Any) -> ResidenceChanged:
    lost = LeavingReason.LOST_HOUSING
    house = {"situation": LivingSituation.SOBER_LIVING, "place": "Elm Street House", "left_because": lost}
    return ResidenceChanged(**{**house, **said})


def rule(residence: UUID, kind: HouseRuleKind, detail: str) -> HouseRuleNoted:
    return HouseRuleNoted(residence=residence, kind=kind, detail=detail)


def test_r21_a_client_moves_into_sober_living_and_leaves_it(history: History) -> None:
    history.add(ResidenceChanged(situation=LivingSituation.RENTED), at="2026-02-02T15:00Z")
    moved_in = history.add(sober_living(), at=AT)
    found = shown(history)
    assert (found.residence.event_id, found.residence.place) == (moved_in, "Elm Street House")
    assert [(each.situation, each.left_because) for each in found.residences] == [
        (LivingSituation.RENTED, LeavingReason.LOST_HOUSING),
        (LivingSituation.SOBER_LIVING, None),
    ]

    on = ResidenceChanged(situation=LivingSituation.WITH_FAMILY, left_because=LeavingReason.MOVED_ON)
    left = history.add(on, at=LATER)
    assert shown(history).residence.situation is LivingSituation.WITH_FAMILY
    row = next(row for row in rows(history, RESIDENCE) if row["event_id"] == moved_in)
    assert (row["situation"], row["moved_in_at"], row["stable"]) == ("sober_living", moment(AT), True)
    assert (row["left_event_id"], row["left_at"], row["left_because"]) == (left, moment(LATER), "moved_on")
    assert "place" not in row


def test_r21_a_house_has_rules_as_long_as_the_client_lives_there(history: History) -> None:
    moved_in = history.add(sober_living(), at=AT)
    curfew = history.add(rule(moved_in, HouseRuleKind.CURFEW, "Back at ten"), at=AT)
    history.add(rule(moved_in, HouseRuleKind.CHORES, "Kitchen on Mondays"), at=AT)

    found = shown(history).house_rules
    assert [(each.kind, each.detail) for each in found] == [("curfew", "Back at ten"), ("chores", "Kitchen on Mondays")]
    assert found[0].event_id == curfew
    assert [(row["residence"], row["kind"]) for row in rows(history, HOUSE_RULE)] == [
        (moved_in, "curfew"), (moved_in, "chores"),
    ]  # fmt: skip

    history.add(ResidenceChanged(situation=LivingSituation.RENTED), at=LATER)
    assert shown(history).house_rules == ()
    assert len(rows(history, HOUSE_RULE)) == 2, "what was agreed stays in the record"


def test_r21_an_earlier_residence_that_is_recorded_late_is_not_the_present_one(history: History) -> None:
    moved_in = history.add(sober_living(), at=LATER)
    shelter = ResidenceChanged(situation=LivingSituation.EMERGENCY_SHELTER)
    before = history.add(shelter, at=AT, recorded="2026-06-03T15:00Z")

    found = shown(history)
    assert found.residence.event_id == moved_in
    assert [(each.event_id, each.left and each.left.event_id) for each in found.residences] == [
        (before, moved_in), (moved_in, None),
    ]  # fmt: skip


def test_r21_a_stay_that_ends_shows_once_it_is_over(history: History) -> None:
    history.add(sober_living(until=date(2026, 6, 10)), at=AT)

    for at, overstayed in (("2026-06-11T04:59Z", False), ("2026-06-11T05:00Z", True)):
        assert shown(history, at).residence.overstayed is overstayed
    history.add(ResidenceChanged(situation=LivingSituation.RENTED), at="2026-06-12T15:00Z")
    assert [each.overstayed for each in shown(history).residences] == [False, False]


@pytest.mark.parametrize(
    ("situation", "until", "stable"),
    [
        (LivingSituation.RENTED, None, True),
        (LivingSituation.SOBER_LIVING, None, True),
        (LivingSituation.SOBER_LIVING, date(2026, 5, 1), False),
        (LivingSituation.WITH_FRIENDS_FOR_NOW, None, False),
        (LivingSituation.EMERGENCY_SHELTER, None, False),
        (LivingSituation.UNKNOWN, None, False),
    ],
)
def test_r21_r47_housing_is_secured_where_a_client_can_stay(
    history: History, situation: LivingSituation, until: date | None, stable: bool
) -> None:
    event = ResidenceChanged(situation=situation, until=until)
    history.add(event, at=AT)

    assert event.stable is stable
    assert only(shown(history).residences).stable is stable
    assert not STABLE & {LivingSituation.TRANSITIONAL_HOUSING, LivingSituation.TREATMENT_FACILITY}


@pytest.mark.parametrize(
    ("before", "because", "secured"),
    [
        (None, None, False),
        (LivingSituation.EMERGENCY_SHELTER, None, True),
        (LivingSituation.RENTED, LeavingReason.MOVED_ON, False),
        (LivingSituation.RENTED, LeavingReason.LOST_HOUSING, True),
    ],
)
def test_r47_housing_secured_is_a_milestone_of_who_had_none(
    history: History, before: LivingSituation | None, because: LeavingReason | None, secured: bool
) -> None:
    if before:
        history.add(ResidenceChanged(situation=before), at="2026-02-02T15:00Z")
    moved_in = history.add(sober_living(left_because=because), at=AT)

    reached = by_column(REACHED, MILESTONES.rows(folded(MILESTONES, history)))
    assert [(row["event_id"], row["kind"]) for row in reached] == [(moved_in, "housing_secured")] * secured
    history.add(sober_living(left_because=LeavingReason.MOVED_ON), at=LATER)
    assert len(by_column(REACHED, MILESTONES.rows(folded(MILESTONES, history)))) == secured
