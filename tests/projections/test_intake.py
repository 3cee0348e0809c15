"""What is found out at intake and after it shows, and where an episode of care begins and ends (R01-R08, R20, R35)."""

from datetime import date
from typing import Any

import pytest

from domain.events.intake import (
    EpisodeClosed,
    IntakeUpdated,
    SubstanceUse,
)
from domain.policy import policy_from_toml
from domain.vocabulary.asam import LevelOfCare
from domain.vocabulary.intake import (
    Aftercare,
    Condition,
    DischargeReason,
    Driver,
    EntryRoute,
    RankOfSubstance,
    SocialNeed,
    StageOfChange,
    TimeOfCraving,
    UseSetting,
)
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Severity, Substance, UseFrequency, UseRoute
from domain.vocabulary.terms import ICD_10_CM
from domain.vocabulary.triggers import Emotion, Trigger
from projections.care_plan import CARE_PLAN, PLAN
from projections.care_plan.episodes import EPISODE, SUBSTANCE
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


# What an intake finds


def test_r01_a_comprehensive_intake_shows_what_it_found(history: History) -> None:
    opened = history.add(
        intake(
            conditions=(Condition.DEPRESSION,),
            social_needs=(SocialNeed.HOUSING, SocialNeed.FOOD),
            medical="Knee operation",
            mental_health="Saw somebody in 2019",
            note="Came with her sister",
        ),
        at=AT,
    )

    episode = shown(history).episode
    assert (episode.medical, episode.mental_health) == ("Knee operation", "Saw somebody in 2019")
    assert episode.note == "Came with her sister"
    row = only(rows(history, EPISODE))
    assert (row["episode_event_id"], row["episode_opened_at"]) == (opened, moment(AT))
    assert row["social_needs"] == episode.social_needs == (SocialNeed.HOUSING, SocialNeed.FOOD)


def test_r02_patterns_of_craving_show_and_what_protects(history: History) -> None:
    opened = history.add(
        intake(
            triggers=(Trigger.CONFLICT,),
            cravings_at=(TimeOfCraving.NIGHT,),
            emotions=(Emotion.SHAME,),
            use_settings=(UseSetting.HOME_ALONE,),
            protective_factors="Two children",
        ),
        at=AT,
    )
    updated = history.add(
        IntakeUpdated(intake=opened, triggers=(Trigger.CONFLICT, Trigger.PLACE), cravings_at=(TimeOfCraving.PAYDAY,)),
        at=IN_SUMMER,
    )

    episode = shown(history).episode
    assert episode.protective_factors == "Two children"
    assert episode.updated.event_id == updated
    row = only(rows(history, EPISODE))
    assert row["intake_triggers"] == (Trigger.CONFLICT, Trigger.PLACE)
    assert row["cravings_at"] == (TimeOfCraving.NIGHT, TimeOfCraving.PAYDAY)
    assert (row["intake_emotions"], row["use_settings"]) == ((Emotion.SHAME,), (UseSetting.HOME_ALONE,))
    assert row["intake_updated_event_id"] == updated
    before = shown(history, as_of="2026-06-30T00:00Z").episode
    assert (before.triggers, before.updated) == ((Trigger.CONFLICT,), None)


def test_r03_what_lies_behind_distress_shows(history: History) -> None:
    history.add(intake(drivers=(Driver.TRAUMA, Driver.ISOLATION)), at=AT)

    assert shown(history).episode.drivers == (Driver.TRAUMA, Driver.ISOLATION)
    assert only(rows(history, PLAN))["drivers"] == (Driver.TRAUMA, Driver.ISOLATION)


def test_r04_conditions_show_and_have_their_codes(history: History) -> None:
    conditions = (Condition.DEPRESSION, Condition.PTSD, Condition.BIPOLAR_DISORDER, Condition.ANXIETY)
    history.add(intake(conditions=conditions), at=AT)

    assert only(rows(history, EPISODE))["conditions"] == shown(history).episode.conditions == conditions
    assert [only(each.codes) for each in conditions] == [
        (ICD_10_CM, code) for code in ("F32.A", "F43.10", "F31.9", "F41.9")
    ]


def test_r05_each_substance_shows_whole_and_is_said_anew_by_an_update(history: History) -> None:
    alcohol = SubstanceUse(
        substance=Substance.ALCOHOL,
        rank=RankOfSubstance.PRIMARY,
        route=UseRoute.ORAL,
        frequency=UseFrequency.DAILY,
        severity=Severity.SEVERE,
        age_at_first_use=15,
        last_used_on=date(2026, 2, 20),
        using_since=date(2025, 11, 1),
    )
    opened = history.add(intake(substances=(alcohol,)), at=AT)
    cannabis = SubstanceUse(substance=Substance.CANNABIS, rank=RankOfSubstance.SECONDARY)
    less = alcohol.model_copy(update={"severity": Severity.MODERATE})
    updated = history.add(IntakeUpdated(intake=opened, substances=(cannabis, less)), at=NEXT_DAY)

    first, second = rows(history, SUBSTANCE)
    assert first == {
        "number": 1,
        "event_id": updated,
        "substance": Substance.ALCOHOL,
        "rank": RankOfSubstance.PRIMARY,
        "route": UseRoute.ORAL,
        "frequency": UseFrequency.DAILY,
        "severity": Severity.MODERATE,
        "age_at_first_use": 15,
        "last_used_on": date(2026, 2, 20),
        "using_since": date(2025, 11, 1),
    }
    assert (second["number"], second["substance"], second["rank"]) == (2, Substance.CANNABIS, RankOfSubstance.SECONDARY)
    assert [each.age_at_first_use for each in shown(history).episode.substances] == [15, None]


def test_r06_readiness_own_reasons_and_pace_show_as_said_last(history: History) -> None:
    opened = history.add(intake(readiness=StageOfChange.CONTEMPLATION, own_reasons="My daughter", pace="Slowly"), at=AT)
    history.add(IntakeUpdated(intake=opened, readiness=StageOfChange.ACTION), at=IN_SUMMER)

    episode = shown(history).episode
    assert (episode.readiness, episode.own_reasons, episode.pace) == (StageOfChange.ACTION, "My daughter", "Slowly")
    assert only(rows(history, PLAN))["readiness"] == StageOfChange.ACTION


def test_r07_strengths_values_identity_and_spirituality_show(history: History) -> None:
    said = {
        "strengths": "Asks for help",
        "values_and_purpose": "To teach again",
        "identity_and_culture": "Speaks Spanish at home",
        "spirituality": "Goes to mass",
    }
    history.add(intake(**said), at=AT)

    episode = shown(history).episode
    assert {name: getattr(episode, name) for name in said} == said


def test_r08_the_way_in_shows_also_where_it_was_an_employer_or_another_provider(history: History) -> None:
    history.add(intake(entry_route=EntryRoute.EMPLOYER), at=AT)

    assert shown(history).episode.entry_route is EntryRoute.EMPLOYER
    assert only(rows(history, EPISODE))["entry_route"] == "employer_or_eap"


def test_an_update_says_something(history: History) -> None:
    opened = history.add(intake(), at=AT)

    assert history.refused(IntakeUpdated(intake=opened), NEXT_DAY) == {"update_says_something"}


def test_what_updates_an_intake_that_was_retracted_changes_nothing(history: History) -> None:
    opened = history.add(intake(), at=AT)
    history.add(IntakeUpdated(intake=opened, pace="Slowly"), at=NEXT_DAY)
    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.OTHER), at=IN_SUMMER)
    history.retract(opened)

    assert shown(history).episode is None
    assert not rows(history, EPISODE)


def test_r56_an_intake_recorded_long_after_it_took_place_stands_where_it_was(history: History) -> None:
    history.add(intake(Substance.OPIOIDS), at=IN_SUMMER)
    late = history.add(
        intake(Substance.ALCOHOL), at="2026-03-02", recorded="2026-08-01T15:00Z", precision=Precision.DAY
    )

    answer = shown(history)
    assert [each.event_id for each in answer.earlier_episodes] == [late]
    assert answer.episode.earlier_episodes == 1
    assert shown(history, known_at="2026-07-31T00:00Z").episode.earlier_episodes == 0


# Episodes


def test_x12_an_intake_in_two_sittings_opens_one_episode(history: History) -> None:
    first = history.add(intake(entry_route=EntryRoute.COURT, strengths="Asks for help"), at=AT)
    second = history.add(intake(Substance.OPIOIDS, drivers=(Driver.GRIEF,)), at="2026-03-16T23:00Z")

    episode = shown(history).episode
    assert (episode.event_id, episode.sittings, episode.earlier_episodes) == (first, (first, second), 0)
    assert (episode.entry_route, episode.strengths, episode.drivers) == (
        EntryRoute.COURT,
        "Asks for help",
        (Driver.GRIEF,),
    )
    assert [each.substance for each in episode.substances] == [Substance.ALCOHOL, Substance.OPIOIDS]
    assert len(rows(history, EPISODE)) == 1
    history.add(EpisodeClosed(intake=second, reason=DischargeReason.COMPLETED), at=IN_SUMMER)
    assert shown(history).episode.closed is not None


@pytest.mark.parametrize("again_at", ["2026-03-05T15:00Z", "2026-03-17T15:00Z"])
def test_x12_after_a_closing_or_after_more_days_an_intake_opens_the_next_episode(
    history: History, again_at: str
) -> None:
    first = history.add(intake(), at=AT)
    if again_at < "2026-03-16":
        history.add(EpisodeClosed(intake=first, reason=DischargeReason.LOST_CONTACT), at="2026-03-04T15:00Z")
    again = history.add(intake(), at=again_at)

    assert (shown(history).episode.event_id, shown(history).episode.earlier_episodes) == (again, 1)


def test_x12_within_how_many_days_is_policy() -> None:
    history = History(policy=policy_from_toml("[intake]\nsittings_within_days = 1"))
    history.add(registered(), at="2026-03-01T15:00Z")
    history.add(intake(), at=AT)
    history.add(intake(), at="2026-03-04T15:00Z")

    assert shown(history).episode.earlier_episodes == 1


def test_r20_an_episode_ends_with_its_reason_level_and_aftercare_and_a_return_opens_the_next(history: History) -> None:
    first = history.add(intake(), at=AT)
    closed = history.add(
        EpisodeClosed(
            intake=first,
            reason=DischargeReason.COMPLETED,
            level=LevelOfCare.OUTPATIENT_THERAPY,
            aftercare=(Aftercare.MUTUAL_HELP,),
            aftercare_plan="The Tuesday group",
        ),
        at=IN_SUMMER,
    )
    ended = shown(history).episode.closed
    assert (ended.event_id, ended.reason, ended.aftercare_plan) == (
        closed,
        DischargeReason.COMPLETED,
        "The Tuesday group",
    )
    row = only(rows(history, EPISODE))
    assert (row["episode_closed_event_id"], row["episode_closed_at"]) == (closed, moment(IN_SUMMER))
    assert (row["discharge_reason"], row["discharge_level"], row["aftercare"]) == (
        DischargeReason.COMPLETED,
        LevelOfCare.OUTPATIENT_THERAPY,
        (Aftercare.MUTUAL_HELP,),
    )

    again = history.add(intake(), at="2026-07-02T15:00Z")
    answer = shown(history)
    assert (answer.episode.event_id, answer.episode.closed) == (again, None)
    assert only(answer.earlier_episodes).closed.event_id == closed
