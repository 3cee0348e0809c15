"""The relapse-prevention plan, and days that can be seen coming (R15, R26)."""

from datetime import date

import pytest

from domain.events.intake import EpisodeClosed
from domain.events.looking_ahead import RelapsePreventionPlanWritten, Touchpoint, TriggerAnticipated, TriggerPassed
from domain.events.registration import ClientDied
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.plan import DayAhead, DayPassed, Environment
from domain.vocabulary.record import Precision
from domain.vocabulary.triggers import Trigger
from projections.care_plan.relapse_prevention import RELAPSE_PREVENTION
from projections.care_plan.triggers_ahead import TRIGGER_AHEAD
from projections.obligations import Obligation
from tests.builders import History, check_in, intake, lapse, moment, only, outreach, registered, session
from tests.projections.reading import plan_rows, plan_shown

AT = "2026-04-01T15:00Z"
THREE_DAYS_BEFORE = "2026-04-08T15:00Z"
ON_THE_DAY = "2026-04-11T15:00Z"
NOW = "2026-09-01T12:00Z"

day = date.fromisoformat


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Chicago"), at="2026-02-01T15:00Z")
    return history


# The relapse-prevention plan


def prevention(**said: object) -> RelapsePreventionPlanWritten:
    return RelapsePreventionPlanWritten.model_validate(
        {"environment": Environment.HOME, "written_by": (Role.CLIENT, Role.COUNSELOR), "coping": ("A walk",), **said}
    )


def test_r15_the_relapse_prevention_plan_is_rewritten_for_a_new_place(history: History) -> None:
    used = history.add(lapse(), at="2026-03-01T15:00Z")
    at_home = history.add(prevention(), at=AT)
    said = prevention(
        environment=Environment.SOBER_LIVING,
        triggers=(Trigger.PLACE, Trigger.PEOPLE),
        around=("The bus stop by the bar",),
        within=("Tired and alone",),
        among_people=("The old crew",),
        coping=("Call Marcus",),
        refusal_skills=("Not today",),
        because_of=(used,),
    )
    moved = history.add(said, at="2026-04-20T15:00Z")

    answer = plan_shown(history, NOW)
    found = answer.relapse_prevention_plan
    assert found is not None
    assert (found.event_id, found.version, found.environment) == (moved, 2, Environment.SOBER_LIVING)
    assert (found.around, found.within, found.among_people) == (
        ("The bus stop by the bar",),
        ("Tired and alone",),
        ("The old crew",),
    )
    assert (found.coping, found.refusal_skills, found.because_of) == (("Call Marcus",), ("Not today",), (used,))
    assert (found.triggers, found.written_by) == ((Trigger.PLACE, Trigger.PEOPLE), (Role.CLIENT, Role.COUNSELOR))
    before = only(answer.earlier_relapse_prevention_plans)
    assert before.replaced is not None
    assert (before.event_id, before.coping, before.replaced.event_id) == (at_home, ("A walk",), moved)
    first, second = plan_rows(history, RELAPSE_PREVENTION)
    assert (first["version"], first["environment"], first["replaced_event_id"]) == (1, "home", moved)
    assert (second["version"], second["triggers"], second["replaced_at"]) == (2, ("place", "people"), None)


def test_r15_a_relapse_prevention_plan_found_later_does_not_renumber_the_others(history: History) -> None:
    written = history.add(prevention(), at="2026-04-20T15:00Z")
    history.add(prevention(), at=AT, recorded="2026-05-01T15:00Z")

    found = plan_shown(history, NOW).relapse_prevention_plan
    assert found is not None
    assert (found.event_id, found.version) == (written, 1)


def test_r15_a_relapse_prevention_plan_says_something(history: History) -> None:
    assert history.refused(prevention(coping=()), AT) == {"relapse_prevention_plan_says_something"}
    assert not history.refused(prevention(coping=(), triggers=(Trigger.LOSS,)), AT)


def test_r15_the_relapse_prevention_plan_outlasts_an_episode(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(prevention(), at=AT)
    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.COMPLETED), at="2026-05-01T15:00Z")

    assert plan_shown(history, NOW).relapse_prevention_plan is not None


# Days that can be seen coming


def anniversary(*touchpoints: tuple[int, Role], **said: object) -> TriggerAnticipated:
    owed = tuple(Touchpoint(days_before=days, by=by) for days, by in touchpoints)
    return TriggerAnticipated.model_validate(
        {"on": day("2026-04-11"), "kind": DayAhead.ANNIVERSARY, "touchpoints": owed, **said}
    )


def touchpoints(history: History) -> list[Obligation]:
    asked = plan_shown(history, NOW).obligations
    return sorted(
        (each for each in asked if each.kind is ObligationKind.TRIGGER_TOUCHPOINT), key=lambda each: each.step
    )


def told(history: History) -> list[tuple[str, object]]:
    """How each touchpoint stands, and the entry that met or released it."""
    found: list[tuple[str, object]] = []
    for each in touchpoints(history):
        mark = each.met or each.released
        found.append((str(each.status), mark.event_id if mark else None))
    return found


def test_r26_a_day_ahead_shows_with_the_touchpoints_before_it(history: History) -> None:
    used = history.add(lapse(), at="2026-03-01T15:00Z")
    said = anniversary(
        (3, Role.PEER), (0, Role.COUNSELOR), triggers=(Trigger.LOSS,), what="Her mother", because_of=(used,)
    )
    seen = history.add(said, at=AT)

    found = only(plan_shown(history, "2026-04-12T04:59Z").triggers_ahead)
    assert (found.event_id, found.kind, found.ahead, found.what) == (seen, DayAhead.ANNIVERSARY, True, "Her mother")
    assert (found.triggers, found.because_of) == ((Trigger.LOSS,), (used,))
    assert not only(plan_shown(history, "2026-04-12T05:00Z").triggers_ahead).ahead
    row = only(plan_rows(history, TRIGGER_AHEAD))
    assert (row["kind"], row["comes_on"], row["begins_at"], row["ends_at"]) == (
        "anniversary",
        day("2026-04-11"),
        moment("2026-04-11T05:00Z"),
        moment("2026-04-12T05:00Z"),
    )
    assert [(each.because, each.step, each.owner, each.opens_at, each.due_at) for each in touchpoints(history)] == [
        (seen, 1, Role.PEER, moment("2026-04-08T05:00Z"), moment("2026-04-09T05:00Z")),
        (seen, 2, Role.COUNSELOR, moment("2026-04-11T05:00Z"), moment("2026-04-12T05:00Z")),
    ]


def test_r26_days_ahead_stand_in_the_order_in_which_they_come(history: History) -> None:
    history.add(anniversary(), at=AT)
    sooner = history.add(anniversary(on=day("2026-04-05"), kind=DayAhead.COURT_DATE), at=AT)

    assert plan_shown(history, NOW).triggers_ahead[0].event_id == sooner


def test_r26_each_touchpoint_is_met_by_a_contact_of_its_own(history: History) -> None:
    history.add(anniversary((3, Role.PEER), (0, Role.COUNSELOR)), at=AT)
    history.add(session(), at="2026-04-07T15:00Z")
    assert told(history) == [("late", None), ("late", None)], "it was too early to count"

    called = history.add(outreach(True), at=THREE_DAYS_BEFORE)
    assert told(history) == [("met", called), ("late", None)]

    met = history.add(session(), at=ON_THE_DAY)
    assert told(history) == [("met", called), ("met", met)]


def test_r26_only_the_teams_reaching_the_client_is_a_touchpoint(history: History) -> None:
    history.add(anniversary((3, Role.PEER)), at=AT)
    history.add(outreach(False), at=THREE_DAYS_BEFORE)
    history.add(outreach(True, made_by=Role.FAMILY), at=THREE_DAYS_BEFORE)
    history.add(outreach(True, made_by=Role.CLIENT), at=THREE_DAYS_BEFORE)
    history.add(check_in(), at=THREE_DAYS_BEFORE)
    assert told(history) == [("late", None)]

    by_another = history.add(session(), at="2026-04-08T20:00Z")
    assert told(history) == [("met", by_another)]


def test_r26_a_contact_counts_for_today_before_it_makes_up_for_what_was_missed(history: History) -> None:
    history.add(anniversary((3, Role.PEER), (0, Role.COUNSELOR)), at=AT)
    met = history.add(session(), at=ON_THE_DAY)
    assert told(history) == [("late", None), ("met", met)]

    afterwards = history.add(outreach(True), at="2026-04-12T15:00Z")
    assert told(history) == [("met_late", afterwards), ("met", met)]


def test_r26_of_two_touchpoints_on_a_day_a_contact_is_that_of_its_role(history: History) -> None:
    history.add(anniversary((0, Role.COUNSELOR), (0, Role.PEER)), at=AT)
    called = history.add(outreach(True, made_by=Role.PEER), at=ON_THE_DAY)

    assert told(history) == [("late", None), ("met", called)]


def test_r26_a_contact_known_to_the_day_meets_the_touchpoint_of_that_day(history: History) -> None:
    history.add(anniversary((1, Role.PEER), (0, Role.PEER)), at=AT)
    called = history.add(outreach(True), at="2026-04-11", precision=Precision.DAY, recorded="2026-04-13T15:00Z")

    assert told(history) == [("late", None), ("met", called)]


def test_r26_a_touchpoint_whose_day_was_over_is_not_asked_for(history: History) -> None:
    history.add(anniversary((10, Role.PEER), (3, Role.PEER)), at="2026-04-08T18:00Z")

    asked = only(touchpoints(history))
    assert (asked.step, asked.opens_at, asked.due_at) == (2, moment("2026-04-08T18:00Z"), moment("2026-04-09T05:00Z"))


def test_r26_when_the_day_has_passed_nothing_is_owed_before_it_any_more(history: History) -> None:
    seen = history.add(anniversary((3, Role.PEER), (0, Role.COUNSELOR)), at=AT)
    said = TriggerPassed(trigger=seen, outcome=DayPassed.DID_NOT_COME, note="The hearing was put off")
    passed = history.add(said, at="2026-04-10T15:00Z")

    assert told(history) == [("missed", passed), ("released", passed)]
    found = only(plan_shown(history, "2026-04-10T15:00Z").triggers_ahead)
    assert (found.ahead, found.outcome, found.note) == (False, DayPassed.DID_NOT_COME, "The hearing was put off")
    assert only(plan_rows(history, TRIGGER_AHEAD))["passed_event_id"] == passed
    assert history.refused(said, at="2026-04-12T15:00Z") == {"trigger_passed_once"}

    history.add(session(), at=ON_THE_DAY)
    assert told(history) == [("missed", passed), ("released", passed)]


def test_r20_r61_touchpoints_are_released_with_the_episode_or_the_clients_life(history: History) -> None:
    opened = history.add(intake(), at="2026-03-01T15:00Z")
    history.add(anniversary((0, Role.PEER)), at=AT)
    closing = history.add(EpisodeClosed(intake=opened, reason=DischargeReason.TRANSFERRED), at="2026-04-02T15:00Z")
    history.add(anniversary((0, Role.PEER)), at="2026-04-03T15:00Z")
    died = history.add(ClientDied(), at="2026-04-04T15:00Z")

    assert sorted(told(history), key=str) == sorted([("released", closing), ("released", died)], key=str)


def test_r26_a_day_ahead_is_carried_into_the_next_episode(history: History) -> None:
    history.add(intake(), at="2026-03-01T15:00Z")
    history.add(anniversary((0, Role.PEER)), at=AT)
    history.add(intake(), at="2026-04-02T15:00Z")

    assert told(history) == [("late", None)]
