"""Sessions with their techniques, what stood behind those missed, and what check-ins tell (R06, R22-R25)."""

from typing import Any

from domain.vocabulary.barriers import Barrier
from domain.vocabulary.contacts import Channel, CheckInOccasion, SessionKind, Technique
from domain.vocabulary.intake import StageOfChange
from domain.vocabulary.people import Role
from projections.care_plan import CARE_PLAN
from projections.care_plan.check_ins import CHECK_INS
from projections.care_plan.check_ins import SHOWN_IN_FULL as CHECK_INS_IN_FULL
from projections.care_plan.sessions import (
    BARRIER_BEHIND_MISSES,
    READINESS,
    SESSIONS,
    SHOWN_IN_FULL,
    TECHNIQUE,
)
from tests.builders import History, check_in, folded, intake, missed, moment, only, registered, session
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"
NEXT_DAY = "2026-03-03T15:00Z"
LATER = "2026-03-04T15:00Z"


def with_a_client() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def shown(history: History) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history), moment("2026-04-01T15:00Z"), history.policy)


def test_r22_sessions_show_by_kind_and_by_how_people_met() -> None:
    history = with_a_client()
    history.add(session(), at=AT)
    history.add(session(channel=Channel.TELEHEALTH), at=NEXT_DAY)
    last = history.add(session(), at=LATER)
    history.add(missed(kind=SessionKind.FAMILY_OR_COUPLES), at=LATER)

    told = shown(history).sessions
    assert [(each.kind, each.channel, each.held, each.missed) for each in told] == [
        (SessionKind.INDIVIDUAL, Channel.IN_PERSON, 2, 0),
        (SessionKind.INDIVIDUAL, Channel.TELEHEALTH, 1, 0),
        (SessionKind.FAMILY_OR_COUPLES, Channel.IN_PERSON, 0, 1),
    ]
    row = by_column(SESSIONS, CARE_PLAN.rows(folded(CARE_PLAN, history)))[0]
    assert (row["kind"], row["channel"], row["held"], row["last_held_event_id"]) == ("individual", "in_person", 2, last)


def test_r22_the_last_sessions_show_in_full() -> None:
    history = with_a_client()
    for day in range(2, 2 + SHOWN_IN_FULL + 1):
        history.add(session(minutes=day), at=f"2026-03-{day:02}T15:00Z")
    history.add(
        session(held_by=Role.PEER, kind=SessionKind.GROUP, summary="The whole group came"), at="2026-03-20T15:00Z"
    )

    told = shown(history).last_sessions
    assert len(told) == SHOWN_IN_FULL
    assert (told[0].held_by, told[0].kind, told[0].summary) == (Role.PEER, SessionKind.GROUP, "The whole group came")
    assert told[1].minutes == SHOWN_IN_FULL + 2


def test_r23_the_techniques_used_show_with_how_often_and_when_last() -> None:
    history = with_a_client()
    history.add(session(techniques=(Technique.URGE_SURFING, Technique.CBT, Technique.CBT)), at=AT)
    last = history.add(session(techniques=(Technique.CBT,)), at=NEXT_DAY)

    used = {each.technique: each.sessions for each in shown(history).techniques_used}
    assert used == {Technique.URGE_SURFING: 1, Technique.CBT: 2}
    rows = {row["technique"]: row for row in by_column(TECHNIQUE, CARE_PLAN.rows(folded(CARE_PLAN, history)))}
    assert (rows["cbt"]["sessions"], rows["cbt"]["last_event_id"]) == (2, last)


def test_r24_the_barriers_behind_missed_sessions_show() -> None:
    history = with_a_client()
    history.add(missed(barrier=Barrier.TRANSPORT), at=AT)
    history.add(missed(barrier=Barrier.TRANSPORT, note="The bus again"), at=NEXT_DAY)
    history.add(missed(), at=LATER)

    told = shown(history)
    assert {each.barrier: each.sessions for each in told.barriers_behind_misses} == {
        Barrier.TRANSPORT: 2,
        Barrier.UNKNOWN: 1,
    }
    assert [each.note for each in told.last_misses] == [None, "The bus again", None]
    rows = by_column(BARRIER_BEHIND_MISSES, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    assert [(row["barrier"], row["sessions"], row["last_at"]) for row in rows] == [
        ("transport", 2, moment(NEXT_DAY)),
        ("unknown", 1, moment(LATER)),
    ]


def test_r06_readiness_shows_as_it_was_told_last_at_intake_or_in_a_session() -> None:
    history = with_a_client()
    history.add(intake(readiness=StageOfChange.CONTEMPLATION), at=AT)
    assert shown(history).readiness.stage is StageOfChange.CONTEMPLATION
    told = history.add(session(readiness=StageOfChange.ACTION), at=NEXT_DAY)
    history.add(session(), at=LATER)

    assert (shown(history).readiness.stage, shown(history).readiness.event_id) == (StageOfChange.ACTION, told)
    row = only(by_column(READINESS, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["stage"], row["at"]) == ("action", moment(NEXT_DAY))


def test_r25_the_values_of_check_ins_show_as_they_were_told_last_and_when() -> None:
    history = with_a_client()
    assert shown(history).check_ins.craving is None
    first = history.add(check_in(craving=8, mood=2, sleep_hours=4.5), at=AT)
    last = history.add(
        check_in(craving=3, occasion=CheckInOccasion.BEFORE_HIGH_RISK_MOMENT, words="The party is tonight"), at=NEXT_DAY
    )

    told = shown(history).check_ins
    assert (told.received, told.craving.value, told.craving.event_id) == (2, 3, last)
    assert (told.mood.value, told.mood.event_id, told.sleep.hours) == (2, first, 4.5)
    assert (told.last[0].occasion, told.last[0].words) == (
        CheckInOccasion.BEFORE_HIGH_RISK_MOMENT,
        "The party is tonight",
    )
    row = only(by_column(CHECK_INS, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["check_ins"], row["craving_rating"], row["mood_rating"], row["sleep_hours"]) == (2, 3, 2, 4.5)
    assert (row["craving_at"], row["mood_at"], row["sleep_event_id"]) == (moment(NEXT_DAY), moment(AT), first)
    assert "last" not in row


def test_r25_a_rating_of_nought_is_a_rating() -> None:
    history = with_a_client()
    history.add(check_in(craving=5, mood=5), at=AT)
    history.add(check_in(craving=0, mood=0), at=NEXT_DAY)

    assert (shown(history).check_ins.craving.value, shown(history).check_ins.mood.value) == (0, 0)


def test_r25_the_last_week_of_daily_check_ins_shows_in_full() -> None:
    history = with_a_client()
    for day in range(2, 12):
        history.add(check_in(craving=day - 2), at=f"2026-03-{day:02}T15:00Z")

    assert [each.craving for each in shown(history).check_ins.last] == [9, 8, 7, 6, 5, 4, 3]
    assert CHECK_INS_IN_FULL == 7
