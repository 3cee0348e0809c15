"""What each strand of care does, and how often people meet (R13, R14)."""

from datetime import date

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.plan import CadenceSet, InterventionPlanned, InterventionStopped
from domain.events.registration import ClientDied
from domain.vocabulary.contacts import Technique
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.people import Role
from domain.vocabulary.plan import CadenceKind, CareStrand, InterventionStopReason, Period
from domain.vocabulary.record import Precision
from projections.care_plan.cadences import CADENCE
from projections.care_plan.interventions import INTERVENTION
from tests.builders import History, Moment, crisis, intake, moment, only, plan, registered
from tests.projections.reading import plan_rows, plan_shown

AT = "2026-03-02T15:00Z"
NOW = "2026-09-01T12:00Z"

day = date.fromisoformat


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago"), at="2026-02-01T15:00Z")
    return history


def intervention(strand: CareStrand = CareStrand.COUNSELING, **said: object) -> InterventionPlanned:
    return InterventionPlanned.model_validate({"strand": strand, "what": "Urge surfing each week", **said})


def sessions(times: int = 1, per: Period = Period.WEEK, **said: object) -> CadenceSet:
    return CadenceSet.model_validate({"kind": CadenceKind.SESSION, "times": times, "per": per, **said})


def in_force(history: History, at: Moment) -> list[tuple[CadenceKind, int, Period]]:
    return [(each.kind, each.times, each.per) for each in plan_shown(history, at).cadences]


# Interventions


def test_r13_an_intervention_goes_on_from_version_to_version_until_it_is_stopped(history: History) -> None:
    met = history.add(crisis(), at="2026-03-01T15:00Z")
    history.add(plan(), at=AT)
    planned = history.add(intervention(techniques=(Technique.URGE_SURFING,), because_of=(met,)), at=AT)
    history.add(plan(), at="2026-04-02T15:00Z")

    found = only(plan_shown(history, NOW).interventions)
    assert (found.event_id, found.strand, found.what) == (planned, CareStrand.COUNSELING, "Urge surfing each week")
    assert (found.techniques, found.because_of, found.under_way) == ((Technique.URGE_SURFING,), (met,), True)

    stop = InterventionStopped(intervention=planned, reason=InterventionStopReason.DID_NOT_HELP, note="Too fast")
    stopped = history.add(stop, at="2026-05-01T15:00Z")
    found = only(plan_shown(history, NOW).interventions)
    assert found.ended is not None
    assert (found.under_way, found.ended.event_id, found.stop_reason, found.stop_note) == (
        False,
        stopped,
        InterventionStopReason.DID_NOT_HELP,
        "Too fast",
    )
    row = only(plan_rows(history, INTERVENTION))
    assert (row["event_id"], row["strand"], row["techniques"]) == (planned, "counseling", ("urge_surfing",))
    assert (row["ended_event_id"], row["stop_reason"]) == (stopped, "did_not_help")
    assert history.refused(stop, at="2026-05-02T15:00Z") == {"intervention_stopped_once"}


def test_r13_an_intervention_for_a_time_ends_by_itself(history: History) -> None:
    history.add(intervention(CareStrand.CASE_MANAGEMENT, what="The early shift", until=day("2026-03-08")), at=AT)

    for at, under_way in (("2026-03-09T04:59Z", True), ("2026-03-09T05:00Z", False)):
        assert only(plan_shown(history, at).interventions).under_way is under_way
    assert only(plan_rows(history, INTERVENTION))["ends_at"] == moment("2026-03-09T05:00Z")


def test_r20_interventions_end_with_the_episode(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(intervention(until=day("2026-03-08")), at=AT)
    history.add(intervention(), at=AT)
    closing = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-05-01T15:00Z")

    by_itself, under_way = plan_shown(history, NOW).interventions
    assert by_itself.ended is None
    assert under_way.ended is not None
    assert (under_way.ended.event_id, under_way.under_way, under_way.stop_reason) == (closing, False, None)


# Cadence


def test_r14_a_cadence_holds_until_another_takes_its_place(history: History) -> None:
    met = history.add(crisis(), at="2026-03-01T15:00Z")
    weekly = history.add(sessions(1, by=Role.COUNSELOR, because_of=(met,), note="Mondays"), at=AT)
    history.add(CadenceSet(kind=CadenceKind.CHECK_IN, times=1, per=Period.DAY), at=AT)

    found = plan_shown(history, AT).cadences[0]
    assert (found.event_id, found.by, found.because_of, found.note) == (weekly, Role.COUNSELOR, (met,), "Mondays")
    assert in_force(history, NOW) == [
        (CadenceKind.SESSION, 1, Period.WEEK),
        (CadenceKind.CHECK_IN, 1, Period.DAY),
    ]

    monthly = history.add(sessions(1, Period.MONTH), at="2026-04-02T15:00Z")
    assert (CadenceKind.SESSION, 1, Period.MONTH) in in_force(history, NOW)
    ended = only(plan_shown(history, NOW).other_cadences)
    assert (ended.event_id, ended.ends_at, ended.ended_by) == (weekly, moment("2026-04-02T15:00Z"), monthly)
    row = plan_rows(history, CADENCE)[0]
    assert (row["kind"], row["times"], row["per"], row["ends_at"]) == (
        "session",
        1,
        "week",
        moment("2026-04-02T15:00Z"),
    )


def test_r14_a_temporary_increase_ends_by_itself(history: History) -> None:
    history.add(sessions(1), at=AT)
    more = history.add(sessions(3, starts_on=day("2026-03-10"), until=day("2026-03-23")), at="2026-03-05T15:00Z")

    once, thrice = [(CadenceKind.SESSION, 1, Period.WEEK)], [(CadenceKind.SESSION, 3, Period.WEEK)]
    for at, expected in (
        ("2026-03-06T15:00Z", once),
        ("2026-03-10T04:59Z", once),
        ("2026-03-10T05:00Z", thrice),
        ("2026-03-24T04:59Z", thrice),
        ("2026-03-24T05:00Z", once),
    ):
        assert in_force(history, at) == expected, at
    over = only(plan_shown(history, NOW).other_cadences)
    assert (over.event_id, over.until, over.ended_by) == (more, date(2026, 3, 23), None)


def test_r14_what_is_set_without_an_end_also_ends_an_increase(history: History) -> None:
    history.add(sessions(3, until=day("2026-03-31")), at=AT)
    history.add(sessions(2), at="2026-03-20T15:00Z")

    assert in_force(history, "2026-03-21T15:00Z") == [(CadenceKind.SESSION, 2, Period.WEEK)]


def test_r14_a_cadence_known_to_the_day_holds_from_that_day_of_the_clients(history: History) -> None:
    history.add(sessions(2), at="2026-03-02", precision=Precision.DAY, recorded="2026-03-03T15:00Z")

    assert in_force(history, "2026-03-02T05:59Z") == []
    assert in_force(history, "2026-03-02T06:00Z") == [(CadenceKind.SESSION, 2, Period.WEEK)]


def test_r14_a_cadence_does_not_end_before_it_starts(history: History) -> None:
    backwards = sessions(2, starts_on=day("2026-03-10"), until=day("2026-03-09"))

    assert history.refused(backwards, AT) == {"ends_after_it_starts"}
    assert not history.refused(sessions(0), AT), "nothing of this kind any more"


def test_r20_r61_a_cadence_ends_with_the_episode_or_the_clients_life(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(sessions(1), at=AT)
    closing = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-05-01T15:00Z")
    again = history.add(sessions(2), at="2026-06-01T15:00Z")
    died = history.add(ClientDied(), at="2026-07-01T15:00Z")

    assert in_force(history, "2026-05-01T15:00Z") == []
    assert [(each.event_id, each.ended_by) for each in plan_shown(history, NOW).other_cadences][1:] == [(again, died)]
    assert plan_shown(history, NOW).other_cadences[0].ended_by == closing
