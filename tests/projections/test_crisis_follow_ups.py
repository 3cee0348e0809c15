"""Who follows a crisis up, and when it is over (R42): each correction by its tag."""

from typing import Any
from uuid import UUID

import pytest

from domain.events.base import Event
from domain.events.intake import EpisodeClosed
from domain.events.registration import ClientDied
from domain.policy import Policy
from domain.policy.crises import CrisisPolicy
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import CrisisOutcome
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from projections.care_plan import CARE_PLAN
from projections.care_plan.crises import CRISIS
from projections.obligations import ObligationStatus
from tests.builders import (
    History,
    check_in,
    crisis,
    folded,
    intake,
    moment,
    only,
    outreach,
    registered,
    resolved,
    session,
)
from tests.projections.crisis_reading import (
    ALL_YES,
    AT,
    CONTACT,
    FIND,
    LATE,
    MET,
    MISSED,
    NOTHING_FOUND,
    OPEN,
    RELEASED,
    after,
    asked,
    shown,
    statuses,
    the_crisis,
)
from tests.projections.reading import by_column


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


# Who follows up


def test_c2_who_is_met_in_person_in_a_crisis_was_contacted(history: History) -> None:
    first = history.add(crisis(), at=AT)
    met = history.add(crisis(continues=first, channel=Channel.IN_PERSON), at=after(20))
    assert statuses(history, CONTACT, after(25)) == [MET, OPEN, OPEN, OPEN]
    reached = the_crisis(history).reached
    assert reached
    assert reached.event_id == met

    by_phone = History()
    first = by_phone.add(crisis(channel=Channel.IN_PERSON), at=AT)
    by_phone.add(crisis(continues=first), at=after(20))
    assert statuses(by_phone, CONTACT, after(25)) == [LATE, OPEN, OPEN, OPEN]


def test_c2_another_crisis_in_person_follows_up_the_one_that_is_open(history: History) -> None:
    first = history.add(crisis(), at=AT)
    history.add(crisis(channel=Channel.IN_PERSON), at=after(20))

    assert [each.because for each in asked(history, CONTACT) if each.met] == [first]


def test_c1_a_second_contact_within_the_first_day_is_not_the_one_by_72_hours(history: History) -> None:
    history.add(crisis(), at=AT)
    for hour in (10, 20):
        history.add(session(), at=after(hour))
    assert statuses(history, CONTACT, after(25)) == [MET, OPEN, OPEN, OPEN]

    history.add(session(), at=after(25))
    assert statuses(history, CONTACT, after(26)) == [MET, MET, OPEN, OPEN]


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (check_in(automated=True, craving=10, mood=0), False),
        (check_in(automated=None), False),
        (check_in(automated=False), True),
        (outreach(True, made_by=Role.CLIENT), False),
        (outreach(True, made_by=Role.FAMILY), False),
        (outreach(True, made_by=Role.COUNSELOR), True),
        (session(held_by=Role.OUTSIDE_PARTY), False),
        (session(held_by=Role.PRESCRIBER), True),
    ],
)
def test_c7_only_somebody_of_the_team_who_reached_the_client_meets_a_step(
    history: History, event: Event, *, counts: bool
) -> None:
    history.add(crisis(), at=AT)
    said = history.add(event, at=after(10))

    assert statuses(history, CONTACT, after(25))[0] is (MET if counts else LATE)
    answer = shown(history)
    assert answer.last_contact.event_id == said, "the client was heard all the same"
    assert (answer.last_reached is not None) is counts


def test_c8_three_failures_since_the_last_contact_count_as_not_reached(history: History) -> None:
    history.add(crisis(), at=AT)
    history.add(outreach(False), at=after(5))
    history.add(outreach(True), at=after(10))
    for hour in (11, 12):
        history.add(outreach(False), at=after(hour))
    assert (the_crisis(history).attempts, the_crisis(history).not_reached) == (2, False)

    history.add(outreach(False, made_by=Role.FAMILY), at=after(13))
    assert not the_crisis(history).not_reached, "the family's attempts are not the team's"

    history.add(outreach(False), at=after(14))
    assert (the_crisis(history).attempts, the_crisis(history).not_reached) == (3, True)
    assert only(by_column(CRISIS, CARE_PLAN.rows(folded(CARE_PLAN, history))))["not_reached"] is True

    history.add(session(), at=after(20))
    assert (the_crisis(history).attempts, the_crisis(history).not_reached) == (0, False)


def test_x1_a_same_day_group_meets_the_contact_of_a_crisis_known_to_the_day(history: History) -> None:
    history.add(crisis(), at="2026-03-02", precision=Precision.DAY)
    history.add(session(), at="2026-03-03T02:00Z")  # at eight in the evening in Chicago

    contacts = asked(history, CONTACT)
    assert contacts[0].due_at == moment("2026-03-04T06:00Z"), "24 hours from the end of the day"
    assert contacts[0].status is MET


# When it is over


def test_c3_lost_contact_releases_nothing_and_the_client_is_to_be_found(history: History) -> None:
    met = history.add(crisis(cssrs=ALL_YES), at=AT)
    lost = history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at=after(2))

    found = the_crisis(history)
    assert (found.open, found.escalated, found.outcome) == (True, True, None)
    assert found.lost_contact
    assert found.lost_contact.event_id == lost
    assert statuses(history, CONTACT, after(3)) == [OPEN, OPEN, OPEN, OPEN]
    search = only(asked(history, FIND, after(30)))
    assert (search.because, search.owner, search.due_at, search.status) == (lost, Role.SUPERVISOR, after(26), LATE)
    row = only(by_column(CRISIS, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["escalated"], row["lost_contact_event_id"]) == (True, lost)


@pytest.mark.parametrize("how", ["reached", "crisis", "hospitalized", "app", "died"])
def test_c3_the_search_ends_when_the_client_is_found_or_has_died(history: History, how: str) -> None:
    met = history.add(crisis(), at=AT)
    history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at=after(2))
    events: dict[str, Event] = {
        "reached": outreach(True),
        "crisis": crisis(continues=met),
        "hospitalized": resolved(met, CrisisOutcome.HOSPITALIZED),
        "app": check_in(automated=True),
        "died": ClientDied(),
    }
    history.add(events[how], at=after(5))

    status = {"app": LATE, "died": RELEASED}.get(how, MET)
    assert statuses(history, FIND) == [status]
    assert the_crisis(history).escalated is (how == "app")
    assert the_crisis(history).open is (how not in {"hospitalized", "died"})


def test_c3_contact_may_be_lost_more_than_once(history: History) -> None:
    met = history.add(crisis(), at=AT)
    for hour in (2, 3, 10):
        history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at=after(hour))
        if hour == 3:
            history.add(outreach(True), at=after(5))

    assert statuses(history, FIND, after(11)) == [MET, OPEN], "the second entry told nothing new"


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ({"cssrs": ALL_YES}, [OPEN, RELEASED, OPEN, RELEASED]),
        ({}, [OPEN, RELEASED, OPEN, RELEASED]),
        ({"cssrs": NOTHING_FOUND}, [OPEN, RELEASED, RELEASED, RELEASED]),
    ],
)
def test_c3_the_first_contact_stays_owed_and_at_high_tier_that_of_seven_days(
    history: History, said: dict[str, Any], then: list[ObligationStatus]
) -> None:
    met = history.add(crisis(**said), at=AT)
    resolution = history.add(resolved(met), at=after(0.2))
    assert statuses(history, CONTACT, after(1)) == then
    assert {each.released.event_id for each in asked(history, CONTACT) if each.released} == {resolution}

    history.add(session(), at=after(20))
    history.add(session(), at=after(40))
    history.add(session(), at=after(100))
    assert statuses(history, CONTACT) == [RELEASED if each is RELEASED else MET for each in then]


def test_c3_what_stays_owed_is_a_number_of_the_policy() -> None:
    history = History(policy=Policy(crisis=CrisisPolicy(contact_within_hours=(12, 48), kept_at_high_tier_hours=(48,))))
    met = history.add(crisis(cssrs=ALL_YES), at=AT)
    history.add(resolved(met), at=after(1))

    assert statuses(history, CONTACT, after(2)) == [OPEN, OPEN]


def test_r42_of_several_resolutions_the_first_counts(history: History) -> None:
    met = history.add(crisis(), at=AT)
    history.add(resolved(met, CrisisOutcome.AVOIDED_LAPSE), at=after(5))
    history.add(resolved(met, CrisisOutcome.LOST_CONTACT), at=after(6))

    assert (the_crisis(history).outcome, the_crisis(history).escalated) == (CrisisOutcome.AVOIDED_LAPSE, False)


def test_r20_the_end_of_an_episode_releases_nothing_of_a_crisis(history: History) -> None:
    opened = history.add(intake(), at=after(-48))
    history.add(crisis(), at=AT)
    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at=after(1))

    assert statuses(history, CONTACT, after(2)) == [OPEN, OPEN, OPEN, OPEN]
    assert statuses(history, ObligationKind.POSTVENTION_REVIEW, after(2)) == [OPEN]


def test_r61_the_clients_death_releases_every_contact_and_not_the_review(history: History) -> None:
    history.add(crisis(), at=AT)
    died: UUID = history.add(ClientDied(), at=after(30))
    history.add(outreach(False), at=after(31))

    contacts = asked(history, CONTACT)
    assert [each.status for each in contacts] == [MISSED, RELEASED, RELEASED, RELEASED]
    assert {each.released and each.released.event_id for each in contacts} == {died}
    assert statuses(history, ObligationKind.POSTVENTION_REVIEW) == [LATE]
    assert (the_crisis(history).open, the_crisis(history).attempts) == (False, 0)
